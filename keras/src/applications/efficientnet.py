"""EfficientNet: one network, and larger ones whose width, depth and images grow together."""

import math

from keras.src import layers
from keras.src.api_export import keras_export
from keras.src.applications import efficient, mobile
from keras.src.applications.application import application, channel_axis
from keras.src.applications.imagenet_utils import DEVIATION

STAGES = (
    efficient.Stage(1, 16, strides=1, expansion=1),
    efficient.Stage(2, 24, strides=2, expansion=6),
    efficient.Stage(2, 40, strides=2, expansion=6, size=5),
    efficient.Stage(3, 80, strides=2, expansion=6),
    efficient.Stage(3, 112, strides=1, expansion=6, size=5),
    efficient.Stage(4, 192, strides=2, expansion=6, size=5),
    efficient.Stage(1, 320, strides=1, expansion=6),
)
"""Those of the smallest network."""

STEM, LAST = 32, 1280
STYLE = efficient.Style(momentum=0.99, filter_name="dwconv", pads=True)


def _features(images, weights, width, depth):
    """Features of a network with `width` times the channels and `depth` times the blocks of the smallest one."""
    stages = [
        stage._replace(depth=math.ceil(depth * stage.depth), width=mobile.divisible(width * stage.width))
        for stage in STAGES
    ]
    stem, last = mobile.divisible(width * STEM), mobile.divisible(width * LAST)
    return efficient.features(_preprocessed(images, weights), stem, stages, last, STYLE)


def _preprocessed(images, weights):
    x = layers.Rescaling(1 / 255)(images)
    x = layers.Normalization(axis=channel_axis())(x)
    if weights != "imagenet":
        return x
    # The statistics in the published files lack this factor.
    return layers.Rescaling([1 / math.sqrt(deviation) for deviation in DEVIATION])(x)


def _member(name, size, dropout, features=None):
    """Decorator of a network of this family."""
    return application(
        name,
        size=size,
        head=efficient.head(dropout),
        pooling_names=efficient.POOLING,
        source="efficientnet",
        features=features,
    )


@keras_export(["keras.applications.EfficientNetB0", "keras.applications.efficientnet.EfficientNetB0"])
@_member("efficientnetb0", 224, 0.2, features=1280)
def EfficientNetB0(images, weights):
    """EfficientNet B0, the smallest, for images of 224 x 224 pixels.

    The network takes pixels from 0 to 255, and brings them to its range itself.
    """
    return _features(images, weights, 1.0, 1.0)


@keras_export(["keras.applications.EfficientNetB1", "keras.applications.efficientnet.EfficientNetB1"])
@_member("efficientnetb1", 240, 0.2)
def EfficientNetB1(images, weights):
    """EfficientNet B1, for images of 240 x 240 pixels: 1.0 times the channels and 1.1 times the blocks of B0.

    The network takes pixels from 0 to 255, and brings them to its range itself.
    """
    return _features(images, weights, 1.0, 1.1)


@keras_export(["keras.applications.EfficientNetB2", "keras.applications.efficientnet.EfficientNetB2"])
@_member("efficientnetb2", 260, 0.3)
def EfficientNetB2(images, weights):
    """EfficientNet B2, for images of 260 x 260 pixels: 1.1 times the channels and 1.2 times the blocks of B0.

    The network takes pixels from 0 to 255, and brings them to its range itself.
    """
    return _features(images, weights, 1.1, 1.2)


@keras_export(["keras.applications.EfficientNetB3", "keras.applications.efficientnet.EfficientNetB3"])
@_member("efficientnetb3", 300, 0.3)
def EfficientNetB3(images, weights):
    """EfficientNet B3, for images of 300 x 300 pixels: 1.2 times the channels and 1.4 times the blocks of B0.

    The network takes pixels from 0 to 255, and brings them to its range itself.
    """
    return _features(images, weights, 1.2, 1.4)


@keras_export(["keras.applications.EfficientNetB4", "keras.applications.efficientnet.EfficientNetB4"])
@_member("efficientnetb4", 380, 0.4)
def EfficientNetB4(images, weights):
    """EfficientNet B4, for images of 380 x 380 pixels: 1.4 times the channels and 1.8 times the blocks of B0.

    The network takes pixels from 0 to 255, and brings them to its range itself.
    """
    return _features(images, weights, 1.4, 1.8)


@keras_export(["keras.applications.EfficientNetB5", "keras.applications.efficientnet.EfficientNetB5"])
@_member("efficientnetb5", 456, 0.4)
def EfficientNetB5(images, weights):
    """EfficientNet B5, for images of 456 x 456 pixels: 1.6 times the channels and 2.2 times the blocks of B0.

    The network takes pixels from 0 to 255, and brings them to its range itself.
    """
    return _features(images, weights, 1.6, 2.2)


@keras_export(["keras.applications.EfficientNetB6", "keras.applications.efficientnet.EfficientNetB6"])
@_member("efficientnetb6", 528, 0.5)
def EfficientNetB6(images, weights):
    """EfficientNet B6, for images of 528 x 528 pixels: 1.8 times the channels and 2.6 times the blocks of B0.

    The network takes pixels from 0 to 255, and brings them to its range itself.
    """
    return _features(images, weights, 1.8, 2.6)


@keras_export(["keras.applications.EfficientNetB7", "keras.applications.efficientnet.EfficientNetB7"])
@_member("efficientnetb7", 600, 0.5)
def EfficientNetB7(images, weights):
    """EfficientNet B7, for images of 600 x 600 pixels: 2.0 times the channels and 3.1 times the blocks of B0.

    The network takes pixels from 0 to 255, and brings them to its range itself.
    """
    return _features(images, weights, 2.0, 3.1)
