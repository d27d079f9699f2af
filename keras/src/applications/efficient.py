"""What both versions of EfficientNet share: blocks that widen, filter, weigh channels and narrow again, with a way around them."""

import string
import typing

from keras.src import layers
from keras.src.applications.application import channel_axis, lengths_of, padding_to_shrink, predictions
from keras.src.initializers.random_initializers import VarianceScaling

DROPPED = 0.2
"""Part of the images whose last block would be skipped while training; fewer are at earlier blocks."""

POOLING = {"avg": "avg_pool", "max": "max_pool"}


class Stage(typing.NamedTuple):
    """Blocks of the same width; the first has the strides.

    A fused block filters all channels where it widens, others filter each channel by itself thereafter.
    """

    depth: int
    width: int
    strides: int
    expansion: int
    size: int = 3
    fused: bool = False


class Style(typing.NamedTuple):
    """In what the layers of the versions differ: the normalizations, the names of filters, and the padding that shrinks."""

    momentum: float
    filter_name: str
    pads: bool


def features(x, stem, stages, last, style, total=None):
    """Features of preprocessed images.

    Args:
        x: Symbolic images.
        stem: Channels of the first convolution.
        stages: List of `Stage`.
        last: Channels of the features.
        style: `Style` of the version.
        total: Number of blocks for which `DROPPED` is meant; all by default.
    """
    total = total or sum(stage.depth for stage in stages)
    x, padding = _padded(x, 3, 2, "stem_conv", style)
    x = _rectified(_convolved(x, stem, 3, "stem_conv", strides=2, padding=padding), "stem", style)
    blocks = [(number, stage, i) for number, stage in enumerate(stages, 1) for i in range(stage.depth)]
    for before, (number, stage, i) in enumerate(blocks):
        name = f"block{number}{string.ascii_lowercase[i]}"
        x = _block(x, stage, 1 if i else stage.strides, DROPPED * before / total, name, style)
    return _rectified(_convolved(x, last, 1, "top_conv"), "top", style)


def head(dropout, **options):
    """The function that gives predictions of features.

    Args:
        dropout: Part of the features that is dropped before while training.
        **options: Arguments of the dense layer.
    """

    def predicted(x, arguments):
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dropout(dropout, name="top_dropout")(x)
        initializer = VarianceScaling(1 / 3, "fan_out", "uniform")
        return predictions(x, arguments, kernel_initializer=initializer, **options)

    return predicted


def _block(x, stage, strides, rate, name, style):
    y = _narrowed(x, stage, strides, name, style)
    if strides != 1 or x.shape[channel_axis()] != stage.width:
        return y
    if rate:
        y = layers.Dropout(rate, noise_shape=(None, 1, 1, 1), name=f"{name}_drop")(y)
    return layers.Add(name=f"{name}_add")([y, x])


def _narrowed(x, stage, strides, name, style):
    """What a block adds to the features that it got."""
    project = f"{name}_project"
    if stage.fused and stage.expansion == 1:
        x = _convolved(x, stage.width, stage.size, f"{project}_conv", strides=strides)
        return _rectified(x, project, style)
    x = (_fused if stage.fused else _filtered)(x, stage, strides, name, style)
    return _normalized(_convolved(x, stage.width, 1, f"{project}_conv"), project, style)


def _fused(x, stage, strides, name, style):
    """Widened and filtered at once."""
    return _widened(x, stage, stage.size, name, style, strides=strides)


def _filtered(x, stage, strides, name, style):
    """Widened, then filtered channel by channel, and each channel weighed."""
    channels = x.shape[channel_axis()]
    if stage.expansion > 1:
        x = _widened(x, stage, 1, name, style)
    x, padding = _padded(x, stage.size, strides, f"{name}_dwconv", style)
    x = layers.DepthwiseConv2D(
        stage.size,
        strides=strides,
        padding=padding,
        use_bias=False,
        depthwise_initializer=_initializer(),
        name=f"{name}_{style.filter_name}",
    )(x)
    return _weighed(_rectified(x, name, style), channels // 4, f"{name}_se")


def _widened(x, stage, size, name, style, **options):
    channels = stage.expansion * x.shape[channel_axis()]
    return _rectified(_convolved(x, channels, size, f"{name}_expand_conv", **options), f"{name}_expand", style)


def _weighed(x, fewer, name):
    """Each channel times a weight from 0 to 1 that the means of all channels give."""
    channels = x.shape[channel_axis()]
    weights = layers.GlobalAveragePooling2D(name=f"{name}_squeeze")(x)
    shape = (1, 1, channels) if channel_axis() == 3 else (channels, 1, 1)
    weights = layers.Reshape(shape, name=f"{name}_reshape")(weights)
    for kind, width, activation in (("reduce", fewer, "silu"), ("expand", channels, "sigmoid")):
        weights = _convolved(weights, width, 1, f"{name}_{kind}", use_bias=True, activation=activation)
    return layers.Multiply(name=f"{name}_excite")([x, weights])


def _padded(x, size, strides, name, style):
    """What a convolution takes, and its `padding`."""
    if strides == 1 or not style.pads:
        return x, "same"
    zeros = padding_to_shrink([length or 0 for length in lengths_of(x)], size)
    return layers.ZeroPadding2D(zeros, name=f"{name}_pad")(x), "valid"


def _convolved(x, width, size, name, use_bias=False, padding="same", **options):
    options = {"kernel_initializer": _initializer(), "name": name, **options}
    return layers.Conv2D(width, size, padding=padding, use_bias=use_bias, **options)(x)


def _initializer():
    return VarianceScaling(2.0, "fan_out", "truncated_normal")


def _normalized(x, name, style):
    return layers.BatchNormalization(axis=channel_axis(), momentum=style.momentum, name=f"{name}_bn")(x)


def _rectified(x, name, style):
    return layers.Activation("silu", name=f"{name}_activation")(_normalized(x, name, style))
