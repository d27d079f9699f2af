"""Xception: depthwise and pointwise convolutions, with ways around blocks of them."""

from keras.src import layers
from keras.src.api_export import keras_export
from keras.src.applications.application import application, axis_in_configs

WIDTH = 728
"""Channels of the middle blocks."""


def _normalized(x, name=None):
    return layers.BatchNormalization(axis=axis_in_configs(), name=name)(x)


def _rectified(x, name):
    return layers.Activation("relu", name=f"{name}_act")(x)


def _convolved(x, width, strides, name):
    x = layers.Conv2D(width, 3, strides=strides, use_bias=False, name=name)(x)
    return _rectified(_normalized(x, f"{name}_bn"), name)


def _separable(x, width, name):
    x = layers.SeparableConv2D(width, 3, padding="same", use_bias=False, name=name)(x)
    return _normalized(x, f"{name}_bn")


def _block(x, widths, number):
    """Activations and separable convolutions; the block that sees the first convolutions need not activate."""
    for i, width in enumerate(widths, 1):
        name = f"block{number}_sepconv{i}"
        x = _separable(x if (number, i) == (2, 1) else _rectified(x, name), width, name)
    return x


def _shrinking_block(x, widths, number):
    around = layers.Conv2D(widths[-1], 1, strides=2, padding="same", use_bias=False)(x)
    around = _normalized(around)
    x = _block(x, widths, number)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name=f"block{number}_pool")(x)
    return layers.Add()([x, around])


@keras_export(["keras.applications.Xception", "keras.applications.xception.Xception"])
@application("xception", size=299, least=71, source="xception", features=2048)
def Xception(images):
    """Xception: 36 convolutions, of which 34 are separable."""
    x = _convolved(images, 32, 2, "block1_conv1")
    x = _convolved(x, 64, 1, "block1_conv2")
    for number, width in ((2, 128), (3, 256), (4, WIDTH)):
        x = _shrinking_block(x, (width, width), number)
    for number in range(5, 13):
        x = layers.Add()([_block(x, (WIDTH, WIDTH, WIDTH), number), x])
    x = _shrinking_block(x, (WIDTH, 1024), 13)
    for i, width in enumerate((1536, 2048), 1):
        name = f"block14_sepconv{i}"
        x = _rectified(_separable(x, width, name), name)
    return x
