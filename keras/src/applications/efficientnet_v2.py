"""EfficientNetV2: as EfficientNet, with fused blocks at first, which are quicker to train."""

from keras.src import layers
from keras.src.api_export import keras_export
from keras.src.applications import efficient
from keras.src.applications.application import application, channel_axis
from keras.src.applications.imagenet_utils import DEVIATION, MEAN
from keras.src.initializers.constant_initializers import Constant

FORMS = ((1, 1, True), (2, 4, True), (2, 4, True), (2, 4, False), (1, 6, False), (2, 6, False), (1, 6, False))
"""Strides, expansion, and whether blocks are fused, of each stage; small networks have one less."""

STYLE = efficient.Style(momentum=0.9, filter_name="dwconv2", pads=False)
BASIC_BLOCKS = 21
"""Number of blocks for which the part of dropped images is meant in all networks of the kind B."""


def _features(images, stem, widths, depths, last=1280, **options):
    rows = zip(depths, widths, FORMS)
    stages = [
        efficient.Stage(depth, width, strides, expansion, fused=fused)
        for depth, width, (strides, expansion, fused) in rows
    ]
    return efficient.features(images, stem, stages, last, STYLE, **options)


def _basic(images, include_preprocessing, *sizes):
    """Features of networks of the kind B, which were trained on images with mean 0 and variance 1."""
    if include_preprocessing and images.shape[channel_axis()] == 3:
        x = layers.Rescaling(1 / 255)(images)
        variance = [deviation**2 for deviation in DEVIATION]
        images = layers.Normalization(mean=list(MEAN), variance=variance, axis=channel_axis())(x)
    elif include_preprocessing:
        images = _centered(images)
    return _features(images, *sizes, total=BASIC_BLOCKS)


def _large(images, include_preprocessing, *sizes):
    """Features of networks that were trained on images from -1 to 1."""
    return _features(_centered(images) if include_preprocessing else images, *sizes)


def _centered(images):
    return layers.Rescaling(1 / 128, offset=-1)(images)


def _member(name, size, features=None):
    """Decorator of a network of this family."""
    return application(
        name,
        size=size,
        head=efficient.head(0.2, bias_initializer=Constant(0.0)),
        pooling_names=efficient.POOLING,
        source="efficientnet_v2",
        features=features,
    )


@keras_export(["keras.applications.EfficientNetV2B0", "keras.applications.efficientnet_v2.EfficientNetV2B0"])
@_member("efficientnetv2-b0", 224, features=1280)
def EfficientNetV2B0(images, include_preprocessing=True):
    """EfficientNetV2 B0, for images of 224 x 224 pixels."""
    return _basic(images, include_preprocessing, 32, (16, 32, 48, 96, 112, 192), (1, 2, 2, 3, 5, 8))


@keras_export(["keras.applications.EfficientNetV2B1", "keras.applications.efficientnet_v2.EfficientNetV2B1"])
@_member("efficientnetv2-b1", 240)
def EfficientNetV2B1(images, include_preprocessing=True):
    """EfficientNetV2 B1, for images of 240 x 240 pixels."""
    return _basic(images, include_preprocessing, 32, (16, 32, 48, 96, 112, 192), (2, 3, 3, 4, 6, 9))


@keras_export(["keras.applications.EfficientNetV2B2", "keras.applications.efficientnet_v2.EfficientNetV2B2"])
@_member("efficientnetv2-b2", 260)
def EfficientNetV2B2(images, include_preprocessing=True):
    """EfficientNetV2 B2, for images of 260 x 260 pixels."""
    return _basic(images, include_preprocessing, 32, (16, 32, 56, 104, 120, 208), (2, 3, 3, 4, 6, 10), 1408)


@keras_export(["keras.applications.EfficientNetV2B3", "keras.applications.efficientnet_v2.EfficientNetV2B3"])
@_member("efficientnetv2-b3", 300)
def EfficientNetV2B3(images, include_preprocessing=True):
    """EfficientNetV2 B3, for images of 300 x 300 pixels."""
    return _basic(images, include_preprocessing, 40, (16, 40, 56, 112, 136, 232), (2, 3, 3, 5, 7, 12), 1536)


@keras_export(["keras.applications.EfficientNetV2S", "keras.applications.efficientnet_v2.EfficientNetV2S"])
@_member("efficientnetv2-s", 384)
def EfficientNetV2S(images, include_preprocessing=True):
    """The small EfficientNetV2, for images of 384 x 384 pixels."""
    return _large(images, include_preprocessing, 24, (24, 48, 64, 128, 160, 256), (2, 4, 4, 6, 9, 15))


@keras_export(["keras.applications.EfficientNetV2M", "keras.applications.efficientnet_v2.EfficientNetV2M"])
@_member("efficientnetv2-m", 480)
def EfficientNetV2M(images, include_preprocessing=True):
    """The medium EfficientNetV2, for images of 480 x 480 pixels."""
    return _large(images, include_preprocessing, 24, (24, 48, 80, 160, 176, 304, 512), (3, 5, 5, 7, 14, 18, 5))


@keras_export(["keras.applications.EfficientNetV2L", "keras.applications.efficientnet_v2.EfficientNetV2L"])
@_member("efficientnetv2-l", 480)
def EfficientNetV2L(images, include_preprocessing=True):
    """The large EfficientNetV2, for images of 480 x 480 pixels."""
    return _large(images, include_preprocessing, 32, (32, 64, 96, 192, 224, 384, 640), (4, 7, 7, 10, 19, 25, 7))
