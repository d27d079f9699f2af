"""Largest element of windows, over one, two and three spatial dimensions."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.pooling.base_pooling import BasePooling
from keras.src.layers.rank_family import of_rank


class BaseMaxPooling(BasePooling):
    """Largest element of each window; see `BasePooling`."""

    _pool = staticmethod(ops.max_pool)
    pool_mode = "max"

    def __init__(self, pool_size=2, strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


@keras_export(["keras.layers.MaxPooling1D", "keras.layers.MaxPool1D"])
@of_rank(1, "pool_size")
class MaxPooling1D(BaseMaxPooling):
    """Largest element of each window over one dimension, such as time.

    Inputs: Tensor of shape `(batch, steps, channels)`. Outputs: tensor of the same rank.

    Example:

    >>> keras.layers.MaxPooling1D(2)(keras.ops.ones((1, 10, 2))).shape
    (1, 5, 2)
    """


@keras_export(["keras.layers.MaxPooling2D", "keras.layers.MaxPool2D"])
@of_rank(2, "pool_size")
class MaxPooling2D(BaseMaxPooling):
    """Largest element of each window over two dimensions, such as those of images.

    Inputs: Tensor of shape `(batch, height, width, channels)`. Outputs: tensor of the same rank.

    Example:

    >>> keras.layers.MaxPooling2D(2)(keras.ops.ones((1, 8, 8, 3))).shape
    (1, 4, 4, 3)
    """


@keras_export(["keras.layers.MaxPooling3D", "keras.layers.MaxPool3D"])
@of_rank(3, "pool_size")
class MaxPooling3D(BaseMaxPooling):
    """Largest element of each window over three dimensions, such as those of volumes.

    Inputs: Tensor of shape `(batch, depth, height, width, channels)`. Outputs: tensor of the same rank.

    Example:

    >>> keras.layers.MaxPooling3D(2)(keras.ops.ones((1, 4, 4, 4, 3))).shape
    (1, 2, 2, 2, 3)
    """
