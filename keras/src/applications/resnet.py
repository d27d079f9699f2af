"""ResNet: blocks of three convolutions with a way around them; version 2 normalizes before each convolution."""

from keras.src import layers
from keras.src.api_export import keras_export
from keras.src.applications.application import application, channel_axis

WIDTHS = (64, 128, 256, 512)
"""Filters of the inner convolutions of each stage; the last one of a block has four times as many."""

POOLING = {"avg": "avg_pool", "max": "max_pool"}


def _normalized(x, name):
    x = layers.BatchNormalization(axis=channel_axis(), epsilon=1.001e-5, name=f"{name}bn")(x)
    return layers.Activation("relu", name=f"{name}relu")(x)


def _first_convolution(x):
    x = layers.ZeroPadding2D(3, name="conv1_pad")(x)
    return layers.Conv2D(64, 7, strides=2, name="conv1_conv")(x)


def _first_pooling(x):
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    return layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)


def _convolved(x, width, size, name, strides=1):
    """A convolution and its normalization, as blocks of version 1 have them."""
    x = layers.Conv2D(width, size, strides=strides, padding="same" if size > 1 else "valid", name=f"{name}_conv")(x)
    return layers.BatchNormalization(axis=channel_axis(), epsilon=1.001e-5, name=f"{name}_bn")(x)


def _block(x, width, strides, is_first, name):
    around = _convolved(x, 4 * width, 1, f"{name}_0", strides) if is_first else x
    x = layers.Activation("relu", name=f"{name}_1_relu")(_convolved(x, width, 1, f"{name}_1", strides))
    x = layers.Activation("relu", name=f"{name}_2_relu")(_convolved(x, width, 3, f"{name}_2"))
    x = layers.Add(name=f"{name}_add")([around, _convolved(x, 4 * width, 1, f"{name}_3")])
    return layers.Activation("relu", name=f"{name}_out")(x)


def stages(x, depths):
    """Features of version 1, whose stages shrink the images in their first block.

    Args:
        x: Symbolic images.
        depths: Number of blocks of each stage.
    """
    x = _first_pooling(_normalized(_first_convolution(x), "conv1_"))
    for stage, (depth, width) in enumerate(zip(depths, WIDTHS), 2):
        for i in range(1, depth + 1):
            strides = 2 if i == 1 and stage > 2 else 1
            x = _block(x, width, strides, i == 1, f"conv{stage}_block{i}")
    return x


def _block_v2(x, width, strides, is_first, name):
    y = _normalized(x, f"{name}_preact_")
    if is_first:
        x = layers.Conv2D(4 * width, 1, strides=strides, name=f"{name}_0_conv")(y)
    elif strides > 1:
        x = layers.MaxPooling2D(1, strides=strides)(x)
    y = _normalized(layers.Conv2D(width, 1, use_bias=False, name=f"{name}_1_conv")(y), f"{name}_1_")
    y = layers.ZeroPadding2D(1, name=f"{name}_2_pad")(y)
    y = layers.Conv2D(width, 3, strides=strides, use_bias=False, name=f"{name}_2_conv")(y)
    y = layers.Conv2D(4 * width, 1, name=f"{name}_3_conv")(_normalized(y, f"{name}_2_"))
    return layers.Add(name=f"{name}_out")([x, y])


def stages_v2(x, depths):
    """Features of version 2, whose stages shrink the images in their last block, but for the last stage.

    Args:
        x: Symbolic images.
        depths: Number of blocks of each stage.
    """
    x = _first_pooling(_first_convolution(x))
    for stage, (depth, width) in enumerate(zip(depths, WIDTHS), 2):
        for i in range(1, depth + 1):
            strides = 2 if i == depth and stage < 5 else 1
            x = _block_v2(x, width, strides, i == 1, f"conv{stage}_block{i}")
    return _normalized(x, "post_")


@keras_export(
    ["keras.applications.ResNet50", "keras.applications.resnet.ResNet50", "keras.applications.resnet50.ResNet50"]
)
@application("resnet50", pooling_names=POOLING, source="resnet", features=2048)
def ResNet50(images):
    """ResNet with 50 layers that have weights."""
    return stages(images, (3, 4, 6, 3))


@keras_export(["keras.applications.ResNet101", "keras.applications.resnet.ResNet101"])
@application("resnet101", pooling_names=POOLING, source="resnet")
def ResNet101(images):
    """ResNet with 101 layers that have weights."""
    return stages(images, (3, 4, 23, 3))


@keras_export(["keras.applications.ResNet152", "keras.applications.resnet.ResNet152"])
@application("resnet152", pooling_names=POOLING, source="resnet")
def ResNet152(images):
    """ResNet with 152 layers that have weights."""
    return stages(images, (3, 8, 36, 3))


@keras_export(["keras.applications.ResNet50V2", "keras.applications.resnet_v2.ResNet50V2"])
@application("resnet50v2", pooling_names=POOLING, source="resnet_v2", features=2048)
def ResNet50V2(images):
    """ResNet, version 2, with 50 layers that have weights."""
    return stages_v2(images, (3, 4, 6, 3))


@keras_export(["keras.applications.ResNet101V2", "keras.applications.resnet_v2.ResNet101V2"])
@application("resnet101v2", pooling_names=POOLING, source="resnet_v2")
def ResNet101V2(images):
    """ResNet, version 2, with 101 layers that have weights."""
    return stages_v2(images, (3, 4, 23, 3))


@keras_export(["keras.applications.ResNet152V2", "keras.applications.resnet_v2.ResNet152V2"])
@application("resnet152v2", pooling_names=POOLING, source="resnet_v2")
def ResNet152V2(images):
    """ResNet, version 2, with 152 layers that have weights."""
    return stages_v2(images, (3, 8, 36, 3))
