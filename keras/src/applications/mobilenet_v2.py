"""MobileNetV2: blocks that widen, filter each channel by itself, and narrow again, with a way around them."""

from keras.src import layers
from keras.src.api_export import keras_export
from keras.src.applications import mobile
from keras.src.applications.application import application, axis_in_configs, predictions

STAGES = ((24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1))
"""Channels, number of blocks, and strides of the first one, of the stages that widen."""

WIDENING = 6
SIZES = (96, 128, 160, 192, 224)
PUBLISHED = (0.35, 0.5, 0.75, 1.0, 1.3, 1.4)
LAST = 1280


def _normalized(x, name):
    return layers.BatchNormalization(axis=axis_in_configs(), epsilon=1e-3, momentum=0.999, name=name)(x)


def _rectified(x, name, relu_name):
    return layers.ReLU(6.0, name=relu_name)(_normalized(x, name))


def _convolved(x, width, name):
    return layers.Conv2D(width, 1, padding="same", use_bias=False, name=name)(x)


def _narrowed(x, width, strides, name):
    """Filtered channel by channel, and made `width` channels."""
    x = mobile.depthwise(x, strides, f"{name}_depthwise", f"{name}_pad")
    x = _rectified(x, f"{name}_depthwise_BN", f"{name}_depthwise_relu")
    return _normalized(_convolved(x, width, f"{name}_project"), f"{name}_project_BN")


def _block(x, width, strides, name):
    channels = x.shape[axis_in_configs()]
    y = _convolved(x, WIDENING * channels, f"{name}_expand")
    y = _narrowed(_rectified(y, f"{name}_expand_BN", f"{name}_expand_relu"), width, strides, name)
    return layers.Add(name=f"{name}_add")([x, y]) if strides == 1 and channels == width else y


def _head(x, arguments):
    return predictions(layers.GlobalAveragePooling2D()(x), arguments)


@keras_export(["keras.applications.MobileNetV2", "keras.applications.mobilenet_v2.MobileNetV2"])
@application(
    None,
    head=_head,
    order="input_shape alpha include_top weights input_tensor pooling classes classifier_activation name",
    file=lambda arguments, images: f"mobilenet_v2_{float(arguments.alpha)}_{mobile.published_size(images, SIZES)}",
    source="mobilenet_v2",
    features=LAST,
    naming=lambda arguments, height: f"mobilenetv2_{arguments.alpha:.2f}_{height}",
    check=lambda arguments: mobile.check_published(arguments, PUBLISHED),
)
def MobileNetV2(images, alpha=1.0):
    """MobileNetV2: a small and quick network of inverted residual blocks."""
    x = layers.Conv2D(mobile.divisible(32 * alpha), 3, strides=2, padding="same", use_bias=False, name="Conv1")(images)
    x = _rectified(x, "bn_Conv1", "Conv1_relu")
    x = _narrowed(x, mobile.divisible(16 * alpha), 1, "expanded_conv")
    number = 0
    for width, depth, strides in STAGES:
        for i in range(depth):
            number += 1
            x = _block(x, mobile.divisible(width * alpha), strides if i == 0 else 1, f"block_{number}")
    last = mobile.divisible(LAST * alpha) if alpha > 1 else LAST
    x = layers.Conv2D(last, 1, use_bias=False, name="Conv_1")(x)
    return _rectified(x, "Conv_1_bn", "out_relu")
