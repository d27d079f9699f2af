"""VGG: convolutions of 3 by 3 in five stages, each of which ends in a pooling."""

from keras.src import layers
from keras.src.api_export import keras_export
from keras.src.applications.application import application, predictions

WIDTHS = (64, 128, 256, 512, 512)
"""Filters of the convolutions of each stage."""

UNITS = 4096
"""Of each dense layer before the predictions."""


def stages(x, depths):
    """The features of images.

    Args:
        x: Symbolic images.
        depths: Number of convolutions of each stage.
    """
    for stage, (depth, width) in enumerate(zip(depths, WIDTHS), 1):
        for i in range(1, depth + 1):
            x = layers.Conv2D(width, 3, activation="relu", padding="same", name=f"block{stage}_conv{i}")(x)
        x = layers.MaxPooling2D(2, strides=2, name=f"block{stage}_pool")(x)
    return x


def dense_head(x, arguments):
    """Two wide layers and the predictions; they see each place of the features, so sizes are fixed."""
    x = layers.Flatten(name="flatten")(x)
    for name in ("fc1", "fc2"):
        x = layers.Dense(UNITS, activation="relu", name=name)(x)
    return predictions(x, arguments)


@keras_export(["keras.applications.VGG16", "keras.applications.vgg16.VGG16"])
@application("vgg16", head=dense_head, source="vgg", features=512)
def VGG16(images):
    """VGG with 13 convolutions and 3 dense layers."""
    return stages(images, (2, 2, 3, 3, 3))


@keras_export(["keras.applications.VGG19", "keras.applications.vgg19.VGG19"])
@application("vgg19", head=dense_head, source="vgg")
def VGG19(images):
    """VGG with 16 convolutions and 3 dense layers."""
    return stages(images, (2, 2, 4, 4, 4))
