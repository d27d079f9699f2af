"""MobileNet: convolutions of each channel by itself, and then of all channels at each place."""

from keras.src import layers
from keras.src.api_export import keras_export
from keras.src.applications import mobile
from keras.src.applications.application import application, axis_in_configs

BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))
"""Channels and strides of each block."""

ZEROS = ((0, 1), (0, 1))
"""Around images that a block shrinks, whatever their size."""

SIZES = (128, 160, 192, 224)
PUBLISHED = {0.25: "2_5", 0.5: "5_0", 0.75: "7_5", 1.0: "1_0"}
"""How names of files have `alpha`."""


def _rectified(x, name):
    x = layers.BatchNormalization(axis=axis_in_configs(), name=f"{name}_bn")(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(x)


def _block(x, width, strides, multiplier, number):
    name = f"conv_dw_{number}"
    x = mobile.depthwise(x, strides, name, f"conv_pad_{number}", zeros=ZEROS, depth_multiplier=multiplier)
    x = _rectified(x, name)
    name = f"conv_pw_{number}"
    return _rectified(layers.Conv2D(width, 1, padding="same", use_bias=False, name=name)(x), name)


def _head(x, arguments):
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Dropout(arguments.dropout, name="dropout")(x)
    x = layers.Conv2D(arguments.classes, 1, padding="same", name="conv_preds")(x)
    x = layers.Reshape((arguments.classes,), name="reshape_2")(x)
    return layers.Activation(arguments.classifier_activation, name="predictions")(x)


@keras_export(["keras.applications.MobileNet", "keras.applications.mobilenet.MobileNet"])
@application(
    None,
    head=_head,
    order="input_shape alpha depth_multiplier dropout include_top weights input_tensor pooling classes "
    "classifier_activation name",
    file=lambda arguments, images: f"mobilenet_{PUBLISHED[arguments.alpha]}_{mobile.published_size(images, SIZES)}",
    source="mobilenet",
    features=1024,
    naming=lambda arguments, height: f"mobilenet_{arguments.alpha:.2f}_{height}",
    check=lambda arguments: mobile.check_published(arguments, PUBLISHED, depth_multiplier=1),
)
def MobileNet(images, alpha=1.0, depth_multiplier=1, dropout=0.001):
    """MobileNet: a small and quick network of depthwise separable convolutions.

    Args:
        alpha: Float, factor of the channels of every layer: more are slower and see more.
        depth_multiplier: Int, channels that a depthwise convolution makes of each.
        dropout: Float from 0 to 1, the part of the features that is dropped before the predictions while training.
    """
    x = layers.Conv2D(int(32 * alpha), 3, strides=2, padding="same", use_bias=False, name="conv1")(images)
    x = _rectified(x, "conv1")
    for number, (width, strides) in enumerate(BLOCKS, 1):
        x = _block(x, int(width * alpha), strides, depth_multiplier, number)
    return x
