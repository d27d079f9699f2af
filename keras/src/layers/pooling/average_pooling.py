"""Mean of windows, over one, two and three spatial dimensions."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.pooling.base_pooling import BasePooling
from keras.src.layers.rank_family import of_rank


class BaseAveragePooling(BasePooling):
    """Mean of each window; see `BasePooling`."""

    _pool = staticmethod(ops.average_pool)
    pool_mode = "average"


@keras_export(["keras.layers.AveragePooling1D", "keras.layers.AvgPool1D"])
@of_rank(1)
class AveragePooling1D(BaseAveragePooling):
    """Mean of each window over one dimension, such as time.

    Inputs: Tensor of shape `(batch, steps, channels)`. Outputs: tensor of the same rank.

    Example:

    >>> keras.layers.AveragePooling1D(2)(keras.ops.ones((1, 10, 2))).shape
    (1, 5, 2)
    """


@keras_export(["keras.layers.AveragePooling2D", "keras.layers.AvgPool2D"])
@of_rank(2)
class AveragePooling2D(BaseAveragePooling):
    """Mean of each window over two dimensions, such as those of images.

    Inputs: Tensor of shape `(batch, height, width, channels)`. Outputs: tensor of the same rank.

    Example:

    >>> keras.layers.AveragePooling2D(2)(keras.ops.ones((1, 8, 8, 3))).shape
    (1, 4, 4, 3)
    """


@keras_export(["keras.layers.AveragePooling3D", "keras.layers.AvgPool3D"])
@of_rank(3)
class AveragePooling3D(BaseAveragePooling):
    """Mean of each window over three dimensions, such as those of volumes.

    Inputs: Tensor of shape `(batch, depth, height, width, channels)`. Outputs: tensor of the same rank.

    Example:

    >>> keras.layers.AveragePooling3D(2)(keras.ops.ones((1, 4, 4, 4, 3))).shape
    (1, 2, 2, 2, 3)
    """
