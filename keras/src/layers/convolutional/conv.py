"""Convolutions over one, two and three spatial dimensions."""

from keras.src.api_export import keras_export
from keras.src.layers.convolutional.base_conv import BaseConv
from keras.src.layers.rank_family import of_rank


@keras_export(["keras.layers.Conv1D", "keras.layers.Convolution1D"])
@of_rank(1)
class Conv1D(BaseConv):
    """Convolution over one dimension, such as time.

    Inputs: Tensor of shape `(batch, steps, channels)`. Outputs: tensor of shape `(batch, new_steps, filters)`.

    Example:

    >>> keras.layers.Conv1D(4, 3, padding="causal")(keras.ops.ones((1, 10, 2))).shape
    (1, 10, 4)
    """

    _quantizable = True


@keras_export(["keras.layers.Conv2D", "keras.layers.Convolution2D"])
@of_rank(2, "strides", "dilation_rate")
class Conv2D(BaseConv):
    """Convolution over two dimensions, such as those of images.

    Inputs: Tensor of shape `(batch, height, width, channels)`. Outputs: tensor of shape `(batch, new_height,
        new_width, filters)`.

    Example:

    >>> keras.layers.Conv2D(4, 3, activation="relu")(keras.ops.ones((1, 8, 8, 3))).shape
    (1, 6, 6, 4)
    """

    _quantizable = True


@keras_export(["keras.layers.Conv3D", "keras.layers.Convolution3D"])
@of_rank(3, "strides", "dilation_rate")
class Conv3D(BaseConv):
    """Convolution over three dimensions, such as those of volumes.

    Inputs: Tensor of shape `(batch, depth, height, width, channels)`. Outputs: the same rank, with `filters` channels.

    Example:

    >>> keras.layers.Conv3D(4, 3)(keras.ops.ones((1, 5, 5, 5, 2))).shape
    (1, 3, 3, 3, 4)
    """

    _quantizable = True
