"""ConvNeXt: residual blocks of a wide convolution of single channels and two dense layers at each place."""

from keras.src import initializers, layers
from keras.src.api_export import keras_export
from keras.src.applications.application import application, axis_in_configs, channel_axis
from keras.src.layers.layer import Layer
from keras.src.layers.regularization.dropout import RandomWhileTraining, checked_rate
from keras.src.models.sequential import Sequential
from keras.src.random import random

DEPTHS = (3, 3, 27, 3)
"""Blocks of each stage, of all networks but the smallest."""

MEAN = (123.675, 116.28, 103.53)
DEVIATION = (0.229 * 255, 0.224 * 255, 0.225 * 255)
"""Of the colours of ImageNet, from 0 to 255."""


class LayerScale(Layer):
    """Each channel times a weight of its own.

    Args:
        init_values: Float that all weights begin with.
        projection_dim: Int, number of channels, which are last.
    """

    def __init__(self, init_values, projection_dim, **kwargs):
        super().__init__(**kwargs)
        self.init_values = init_values
        self.projection_dim = projection_dim

    def build(self, _):
        self.gamma = self.add_weight(
            shape=(self.projection_dim,), initializer=initializers.Constant(self.init_values), trainable=True
        )

    def call(self, inputs):
        return inputs * self.gamma

    def get_config(self):
        return {**super().get_config(), "init_values": self.init_values, "projection_dim": self.projection_dim}


class StochasticDepth(RandomWhileTraining):
    """Drops whole samples while training, and scales the others up by as much.

    Args:
        drop_path_rate: Float from 0 to 1, the part of the samples that is dropped.
    """

    def __init__(self, drop_path_rate, **kwargs):
        super().__init__(**kwargs)
        self.drop_path_rate = checked_rate(drop_path_rate, "drop_path_rate")
        self._set_seed(None)

    def get_config(self):
        return {**Layer.get_config(self), "drop_path_rate": self.drop_path_rate}

    def call(self, inputs, training=False):
        if not training:
            return inputs
        noise_shape = (None, *(1,) * (len(inputs.shape) - 1))
        return random.dropout(
            self._as_floats(inputs), self.drop_path_rate, noise_shape=noise_shape, seed=self.seed_generator
        )


def _preprocessed(images, start):
    """Images of three colours with the mean and variance of those that the network was trained on."""
    if images.shape[channel_axis()] != len(MEAN):
        return images
    variance = [deviation**2 for deviation in DEVIATION]
    name = f"{start}prestem_normalization"
    return layers.Normalization(axis=axis_in_configs(), mean=list(MEAN), variance=variance, name=name)(images)


def _shrunk(x, width, start, stage):
    """What begins a stage: the first one with patches of images, the others with patches of features."""
    if stage == 0:
        parts = [_patches(width, 4, f"{start}stem_conv"), _normalization(f"{start}stem_layernorm", axis_in_configs())]
        return Sequential(parts, name=f"{start}stem")(x)
    name, number = f"{start}downsampling", stage - 1
    parts = [
        _normalization(f"{name}_layernorm_{number}", axis_in_configs()),
        _patches(width, 2, f"{name}_conv_{number}"),
    ]
    return Sequential(parts, name=f"{name}_block_{number}")(x)


def _patches(width, size, name):
    return layers.Conv2D(width, size, strides=size, name=name)


def _normalization(name=None, axis=-1):
    return layers.LayerNormalization(axis=axis, epsilon=1e-6, name=name)


def _block(x, width, name):
    y = layers.Conv2D(width, 7, padding="same", groups=width, name=f"{name}_depthwise_conv")(x)
    if channel_axis() == 1:
        y = layers.Permute((2, 3, 1), name=f"{name}_channels_last")(y)
    y = _normalization(f"{name}_layernorm")(y)
    y = layers.Dense(4 * width, name=f"{name}_pointwise_conv_1")(y)
    y = layers.Activation("gelu", name=f"{name}_gelu")(y)
    y = layers.Dense(width, name=f"{name}_pointwise_conv_2")(y)
    y = LayerScale(1e-6, width, name=f"{name}_layer_scale")(y)
    y = layers.Activation("linear", name=f"{name}_identity")(y)
    if channel_axis() == 1:
        y = layers.Permute((3, 1, 2), name=f"{name}_channels_first")(y)
    return x + y


def stages(x, width, depths, name, include_preprocessing):
    """Features of four stages, each of which has twice as many channels as the one before.

    Args:
        x: Symbolic images.
        width: Channels of the first stage.
        depths: Number of blocks of each stage.
        name: Of the model; names of layers begin with it.
        include_preprocessing: Whether colours are normalized first.
    """
    start = _start(name)
    if include_preprocessing:
        x = _preprocessed(x, start)
    for stage, depth in enumerate(depths):
        x = _shrunk(x, width * 2**stage, start, stage)
        for i in range(depth):
            x = _block(x, width * 2**stage, f"{start}stage_{stage}_block_{i}")
    return x


def _start(name):
    return f"{name}_" if name else ""


def _head(x, arguments):
    start = f"{_start(arguments.name)}head"
    x = layers.GlobalAveragePooling2D(name=f"{start}_gap")(x)
    x = _normalization(f"{start}_layernorm")(x)
    return layers.Dense(arguments.classes, activation=arguments.classifier_activation, name=f"{start}_dense")(x)


def _end(x):
    return _normalization(axis=axis_in_configs() if len(x.shape) == 4 else -1)(x)


def _convnext(name, features=None):
    """Decorator that makes the constructor of a network of this family."""
    return application(
        name,
        head=_head,
        order="include_top include_preprocessing weights input_tensor input_shape pooling classes classifier_activation name",
        source="convnext",
        features=features,
        end=_end,
    )


@keras_export(["keras.applications.ConvNeXtTiny", "keras.applications.convnext.ConvNeXtTiny"])
@_convnext("convnext_tiny", features=768)
def ConvNeXtTiny(images, name, include_preprocessing=True):
    """ConvNeXt: the smallest, with 96 channels in its first stage."""
    return stages(images, 96, (3, 3, 9, 3), name, include_preprocessing)


@keras_export(["keras.applications.ConvNeXtSmall", "keras.applications.convnext.ConvNeXtSmall"])
@_convnext("convnext_small")
def ConvNeXtSmall(images, name, include_preprocessing=True):
    """ConvNeXt: three times as deep in its third stage as the smallest."""
    return stages(images, 96, DEPTHS, name, include_preprocessing)


@keras_export(["keras.applications.ConvNeXtBase", "keras.applications.convnext.ConvNeXtBase"])
@_convnext("convnext_base")
def ConvNeXtBase(images, name, include_preprocessing=True):
    """ConvNeXt: with 128 channels in its first stage."""
    return stages(images, 128, DEPTHS, name, include_preprocessing)


@keras_export(["keras.applications.ConvNeXtLarge", "keras.applications.convnext.ConvNeXtLarge"])
@_convnext("convnext_large")
def ConvNeXtLarge(images, name, include_preprocessing=True):
    """ConvNeXt: with 192 channels in its first stage."""
    return stages(images, 192, DEPTHS, name, include_preprocessing)


@keras_export(["keras.applications.ConvNeXtXLarge", "keras.applications.convnext.ConvNeXtXLarge"])
@_convnext("convnext_xlarge")
def ConvNeXtXLarge(images, name, include_preprocessing=True):
    """ConvNeXt: with 256 channels in its first stage."""
    return stages(images, 256, DEPTHS, name, include_preprocessing)
