"""DenseNet: blocks in which each pair of convolutions sees what all those before it gave."""

from keras.src import layers
from keras.src.api_export import keras_export
from keras.src.applications.application import application, channel_axis

GROWTH = 32
"""Channels that each pair of convolutions adds."""

POOLING = {"avg": "avg_pool", "max": "max_pool"}


def _rectified(x, name):
    """Normalized, and without what is negative; the names of both layers begin alike."""
    start = f"{name}_" if name else ""
    x = layers.BatchNormalization(axis=channel_axis(), epsilon=1.001e-5, name=f"{start}bn")(x)
    return layers.Activation("relu", name=f"{start}relu")(x)


def _convolved(x, width, size, name, **options):
    return layers.Conv2D(width, size, use_bias=False, name=f"{name}_conv", **options)(x)


def _grown(x, name):
    """`x` with the channels beside it that a pair of convolutions makes of it."""
    y = _convolved(_rectified(x, f"{name}_0"), 4 * GROWTH, 1, f"{name}_1")
    y = _convolved(_rectified(y, f"{name}_1"), GROWTH, 3, f"{name}_2", padding="same")
    return layers.Concatenate(axis=channel_axis(), name=f"{name}_concat")([x, y])


def _shrunk(x, name):
    """Half the channels at half the height and width."""
    channels = x.shape[channel_axis()]
    x = _convolved(_rectified(x, name), channels // 2, 1, name)
    return layers.AveragePooling2D(2, strides=2, name=f"{name}_pool")(x)


def stages(x, depths):
    """Features of the blocks, and what shrinks them in between.

    Args:
        x: Symbolic images.
        depths: Number of pairs of convolutions of each block.
    """
    x = _convolved(layers.ZeroPadding2D(3)(x), 64, 7, "conv1", strides=2)
    x = layers.ZeroPadding2D(1)(_rectified(x, "conv1"))
    x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
    for stage, depth in enumerate(depths, 2):
        if stage > 2:
            x = _shrunk(x, f"pool{stage - 1}")
        for i in range(1, depth + 1):
            x = _grown(x, f"conv{stage}_block{i}")
    return _rectified(x, "")


@keras_export(["keras.applications.DenseNet121", "keras.applications.densenet.DenseNet121"])
@application("densenet121", pooling_names=POOLING, source="densenet", features=1024)
def DenseNet121(images):
    """DenseNet with 121 layers that have weights."""
    return stages(images, (6, 12, 24, 16))


@keras_export(["keras.applications.DenseNet169", "keras.applications.densenet.DenseNet169"])
@application("densenet169", pooling_names=POOLING, source="densenet")
def DenseNet169(images):
    """DenseNet with 169 layers that have weights."""
    return stages(images, (6, 12, 32, 32))


@keras_export(["keras.applications.DenseNet201", "keras.applications.densenet.DenseNet201"])
@application("densenet201", pooling_names=POOLING, source="densenet")
def DenseNet201(images):
    """DenseNet with 201 layers that have weights."""
    return stages(images, (6, 12, 48, 32))
