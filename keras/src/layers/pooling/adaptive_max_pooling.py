"""Largest element of windows that give a wanted size, over one, two and three spatial dimensions."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.pooling.base_adaptive_pooling import BaseAdaptivePooling
from keras.src.layers.rank_family import of_rank


class BaseAdaptiveMaxPooling(BaseAdaptivePooling):
    """Largest element of each window; see `BaseAdaptivePooling`."""

    _pool = staticmethod(ops.adaptive_max_pool)


@keras_export("keras.layers.AdaptiveMaxPooling1D")
@of_rank(1)
class AdaptiveMaxPooling1D(BaseAdaptiveMaxPooling):
    """Largest element of windows over one dimension, such as time, chosen such that the result has a given size.

    Inputs: Tensor of shape `(batch, steps, channels)`. Outputs: tensor of shape `(batch, output_size, channels)`.

    Raises:
        ValueError: `output_size` holds something else than positive ints.

    Example:

    >>> keras.layers.AdaptiveMaxPooling1D(3)(keras.ops.ones((1, 10, 2))).shape
    (1, 3, 2)
    """


@keras_export("keras.layers.AdaptiveMaxPooling2D")
@of_rank(2)
class AdaptiveMaxPooling2D(BaseAdaptiveMaxPooling):
    """Largest element of windows over two dimensions, such as those of images, chosen such that the result has a given size.

    Inputs: Tensor of shape `(batch, height, width, channels)`. Outputs: tensor of shape `(batch, *output_size, channels)`.

    Raises:
        ValueError: `output_size` holds something else than positive ints.

    Example:

    >>> keras.layers.AdaptiveMaxPooling2D(3)(keras.ops.ones((1, 8, 7, 3))).shape
    (1, 3, 3, 3)
    """


@keras_export("keras.layers.AdaptiveMaxPooling3D")
@of_rank(3)
class AdaptiveMaxPooling3D(BaseAdaptiveMaxPooling):
    """Largest element of windows over three dimensions, such as those of volumes, chosen such that the result has a given size.

    Inputs: Tensor of shape `(batch, depth, height, width, channels)`. Outputs: tensor of shape `(batch, *output_size, channels)`.

    Raises:
        ValueError: `output_size` holds something else than positive ints.

    Example:

    >>> keras.layers.AdaptiveMaxPooling3D(3)(keras.ops.ones((1, 4, 5, 6, 2))).shape
    (1, 3, 3, 3, 2)
    """
