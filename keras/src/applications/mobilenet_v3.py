"""MobileNetV3: inverted residual blocks, most of which weigh their channels by what all places see."""

import typing

from keras.src import layers
from keras.src.api_export import keras_export
from keras.src.applications import mobile
from keras.src.applications.application import application, axis_in_configs


class Block(typing.NamedTuple):
    """A block: how many times wider its middle is than its inputs, its channels, kernel, strides, and what it has.

    Blocks that squeeze weigh their channels; those without `is_hard` are rectified by `relu`.
    """

    widening: float
    width: int
    size: int
    strides: int
    squeezes: bool
    is_hard: bool


SMALL = (
    Block(1, 16, 3, 2, True, False),
    Block(72 / 16, 24, 3, 2, False, False),
    Block(88 / 24, 24, 3, 1, False, False),
    Block(4, 40, 5, 2, True, True),
    *(Block(6, 40, 5, 1, True, True),) * 2,
    *(Block(3, 48, 5, 1, True, True),) * 2,
    Block(6, 96, 5, 2, True, True),
    *(Block(6, 96, 5, 1, True, True),) * 2,
)
LARGE = (
    Block(1, 16, 3, 1, False, False),
    Block(4, 24, 3, 2, False, False),
    Block(3, 24, 3, 1, False, False),
    Block(3, 40, 5, 2, True, False),
    *(Block(3, 40, 5, 1, True, False),) * 2,
    Block(6, 80, 3, 2, False, True),
    Block(2.5, 80, 3, 1, False, True),
    *(Block(2.3, 80, 3, 1, False, True),) * 2,
    *(Block(6, 112, 3, 1, True, True),) * 2,
    Block(6, 160, 5, 2, True, True),
    *(Block(6, 160, 5, 1, True, True),) * 2,
)

FIRST = 16
"""Channels of the first convolution, whatever `alpha` is."""

LAST = {"small": 1024, "large": 1280}
"""Features before the predictions."""

SQUEEZED = 0.25
ALPHAS = (0.75, 1.0)


def _rectified(x, is_hard):
    return layers.Activation("hard_silu")(x) if is_hard else layers.ReLU()(x)


def _convolved(x, width, name, size=1, strides=1):
    """A convolution and its normalization."""
    x = layers.Conv2D(width, size, strides=strides, padding="same", use_bias=False, name=name)(x)
    return _normalized(x, name)


def _normalized(x, name):
    return layers.BatchNormalization(axis=axis_in_configs(), epsilon=1e-3, momentum=0.999, name=f"{name}_bn")(x)


def _hard_sigmoid(x):
    """In the layers that files of the published models have."""
    return layers.ReLU(6.0)(x + 3.0) * (1.0 / 6.0)


def _weighed(x, name):
    """Channels, each times a number between 0 and 1 that all places and channels decide."""
    channels = x.shape[axis_in_configs()]
    y = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_avg_pool")(x)
    y = layers.Conv2D(mobile.divisible(SQUEEZED * channels), 1, padding="same", name=f"{name}_conv")(y)
    y = layers.ReLU(name=f"{name}_relu")(y)
    y = layers.Conv2D(channels, 1, padding="same", name=f"{name}_conv_1")(y)
    return layers.Multiply(name=f"{name}_mul")([x, _hard_sigmoid(y)])


def _residual(x, block, width, number, minimalistic):
    channels = x.shape[axis_in_configs()]
    size, is_hard = (3, False) if minimalistic else (block.size, block.is_hard)
    name = f"expanded_conv_{number}" if number else "expanded_conv"
    y = x
    if number:
        y = _rectified(_convolved(x, mobile.divisible(channels * block.widening), f"{name}_expand"), is_hard)
    y = mobile.depthwise(y, block.strides, f"{name}_depthwise", f"{name}_depthwise_pad", size=size)
    y = _rectified(_normalized(y, f"{name}_depthwise"), is_hard)
    if block.squeezes and not minimalistic:
        y = _weighed(y, f"{name}_squeeze_excite")
    y = _convolved(y, width, f"{name}_project")
    return layers.Add(name=f"{name}_add")([x, y]) if block.strides == 1 and channels == width else y


def stages(x, blocks, alpha, minimalistic, include_preprocessing):
    """Features of all blocks.

    Args:
        x: Symbolic images.
        blocks: Sequence of `Block`.
        alpha: Factor of the channels.
        minimalistic: Whether all kernels are of size 3, all activations `relu`, and no channels are weighed.
        include_preprocessing: Whether colours from 0 to 255 are scaled to -1 to 1, however many there are.
    """
    if include_preprocessing:
        x = layers.Rescaling(scale=1.0 / 127.5, offset=-1.0)(x)
    x = _rectified(_convolved(x, FIRST, "conv", 3, 2), not minimalistic)
    for number, block in enumerate(blocks):
        x = _residual(x, block, mobile.divisible(block.width * alpha), number, minimalistic)
    x = _convolved(x, mobile.divisible(6 * x.shape[axis_in_configs()]), "conv_1")
    return _rectified(x, not minimalistic)


def _head(size):
    """The function that makes predictions of features."""

    def head(x, arguments):
        last = mobile.divisible(LAST[size] * arguments.alpha) if arguments.alpha > 1 else LAST[size]
        x = layers.GlobalAveragePooling2D(keepdims=True)(x)
        x = layers.Conv2D(last, 1, padding="same", name="conv_2")(x)
        x = _rectified(x, not arguments.minimalistic)
        if arguments.dropout_rate > 0:
            x = layers.Dropout(arguments.dropout_rate)(x)
        x = layers.Flatten()(layers.Conv2D(arguments.classes, 1, padding="same", name="logits")(x))
        return layers.Activation(arguments.classifier_activation, name="predictions")(x)

    return head


def _file(size):
    """The function that gives the key of published weights."""

    def file(arguments, images):
        kind = "minimalistic_" if arguments.minimalistic else ""
        return f"mobilenet_v3_{size}_{kind}224_{float(arguments.alpha)}"

    return file


def _check(arguments):
    mobile.check_published(arguments, ALPHAS[1:] if arguments.minimalistic else ALPHAS)


def _mobilenet_v3(name, size, features):
    """Decorator that makes the constructor of the network of a size."""
    return application(
        name,
        size=None,
        pooling_names={"avg": "avg_pool", "max": "max_pool"},
        head=_head(size),
        order="input_shape alpha minimalistic include_top weights input_tensor classes pooling dropout_rate "
        "classifier_activation include_preprocessing name",
        file=_file(size),
        source="mobilenet_v3",
        features=features,
        check=_check,
    )


@keras_export("keras.applications.MobileNetV3Small")
@_mobilenet_v3("MobileNetV3Small", "small", features=576)
def MobileNetV3Small(images, alpha=1.0, minimalistic=False, dropout_rate=0.2, include_preprocessing=True):
    """MobileNetV3, the small one: for phones where even time and energy are scarce."""
    return stages(images, SMALL, alpha, minimalistic, include_preprocessing)


@keras_export("keras.applications.MobileNetV3Large")
@_mobilenet_v3("MobileNetV3Large", "large", features=960)
def MobileNetV3Large(images, alpha=1.0, minimalistic=False, dropout_rate=0.2, include_preprocessing=True):
    """MobileNetV3, the large one: more exact than the small one."""
    return stages(images, LARGE, alpha, minimalistic, include_preprocessing)
