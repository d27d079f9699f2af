"""Zeros around inputs, over one, two and three spatial dimensions."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.rank_family import of_rank
from keras.src.layers.reshaping.spatial import ChangesSizes, both_ends


class BaseZeroPadding(ChangesSizes):
    """Adds zeros at both ends of each spatial dimension.

    Args:
        padding: How many zeros are added. An int for all ends; or for each spatial dimension an int for both of its
            ends, or a pair of ints. (In one dimension, the pair alone.)
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.
    """

    def __init__(self, padding=1, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self._ends = both_ends("padding", padding, self.rank)
        self.padding = self._ends[0] if self.rank == 1 else self._ends
        self._set_format(data_format)
        self._widths = self._for_each_axis(self._ends, (0, 0))

    def _new_size(self, size, dimension):
        return size + sum(self._ends[dimension])

    def call(self, inputs):
        return ops.pad(inputs, self._widths)


@keras_export("keras.layers.ZeroPadding1D")
@of_rank(1)
class ZeroPadding1D(BaseZeroPadding):
    """Adds steps of zeros at the start and at the end of sequences.

    Inputs: Tensor of shape `(batch, steps, channels)`. Outputs: tensor of the same rank.

    Raises:
        ValueError: `padding` is something else.

    Example:

    >>> keras.layers.ZeroPadding1D((1, 2))(keras.ops.ones((1, 2, 1), dtype="int32"))
    array([[[0],
            [1],
            [1],
            [0],
            [0]]], dtype=int32)
    """


@keras_export("keras.layers.ZeroPadding2D")
@of_rank(2, "padding")
class ZeroPadding2D(BaseZeroPadding):
    """Adds rows and columns of zeros around images.

    Inputs: Tensor of shape `(batch, height, width, channels)`. Outputs: tensor of the same rank.

    Raises:
        ValueError: `padding` is something else.

    Example:

    >>> keras.layers.ZeroPadding2D(((1, 0), 2))(keras.ops.ones((1, 4, 5, 3))).shape
    (1, 5, 9, 3)
    """


@keras_export("keras.layers.ZeroPadding3D")
@of_rank(3, "padding")
class ZeroPadding3D(BaseZeroPadding):
    """Adds planes of zeros around volumes.

    Inputs: Tensor of shape `(batch, depth, height, width, channels)`. Outputs: tensor of the same rank.

    Raises:
        ValueError: `padding` is something else.

    Example:

    >>> keras.layers.ZeroPadding3D((0, 1, 2))(keras.ops.ones((1, 3, 4, 5, 2))).shape
    (1, 3, 6, 9, 2)
    """

    def __init__(self, padding=(1, 1), data_format=None, **kwargs):
        super().__init__(padding, data_format, **kwargs)
