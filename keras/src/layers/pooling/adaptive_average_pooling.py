"""Mean of windows that give a wanted size, over one, two and three spatial dimensions."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.pooling.base_adaptive_pooling import BaseAdaptivePooling
from keras.src.layers.rank_family import of_rank


class BaseAdaptiveAveragePooling(BaseAdaptivePooling):
    """Mean of each window; see `BaseAdaptivePooling`."""

    _pool = staticmethod(ops.adaptive_average_pool)


@keras_export("keras.layers.AdaptiveAveragePooling1D")
@of_rank(1)
class AdaptiveAveragePooling1D(BaseAdaptiveAveragePooling):
    """Mean of windows over one dimension, such as time, chosen such that the result has a given size.

    Inputs: Tensor of shape `(batch, steps, channels)`. Outputs: tensor of shape `(batch, output_size, channels)`.

    Raises:
        ValueError: `output_size` holds something else than positive ints.

    Example:

    >>> keras.layers.AdaptiveAveragePooling1D(3)(keras.ops.ones((1, 10, 2))).shape
    (1, 3, 2)
    """


@keras_export("keras.layers.AdaptiveAveragePooling2D")
@of_rank(2)
class AdaptiveAveragePooling2D(BaseAdaptiveAveragePooling):
    """Mean of windows over two dimensions, such as those of images, chosen such that the result has a given size.

    Inputs: Tensor of shape `(batch, height, width, channels)`. Outputs: tensor of shape `(batch, *output_size, channels)`.

    Raises:
        ValueError: `output_size` holds something else than positive ints.

    Example:

    >>> keras.layers.AdaptiveAveragePooling2D(3)(keras.ops.ones((1, 8, 7, 3))).shape
    (1, 3, 3, 3)
    """


@keras_export("keras.layers.AdaptiveAveragePooling3D")
@of_rank(3)
class AdaptiveAveragePooling3D(BaseAdaptiveAveragePooling):
    """Mean of windows over three dimensions, such as those of volumes, chosen such that the result has a given size.

    Inputs: Tensor of shape `(batch, depth, height, width, channels)`. Outputs: tensor of shape `(batch, *output_size, channels)`.

    Raises:
        ValueError: `output_size` holds something else than positive ints.

    Example:

    >>> keras.layers.AdaptiveAveragePooling3D(3)(keras.ops.ones((1, 4, 5, 6, 2))).shape
    (1, 3, 3, 3, 2)
    """
