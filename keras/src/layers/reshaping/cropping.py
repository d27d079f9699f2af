"""Parts of inputs without their margins, over one, two and three spatial dimensions."""

from keras.src.api_export import keras_export
from keras.src.layers.rank_family import of_rank
from keras.src.layers.reshaping.spatial import ChangesSizes, both_ends


class BaseCropping(ChangesSizes):
    """Cuts off both ends of each spatial dimension.

    Args:
        cropping: How many places are cut off. An int for all ends; or for each spatial dimension an int for both
            of its ends, or a pair of ints.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.
    """

    def __init__(self, cropping=(1, 1), data_format=None, **kwargs):
        super().__init__(**kwargs)
        self._set_cropping(cropping, data_format)

    def _set_cropping(self, cropping, data_format):
        self._ends = both_ends("cropping", cropping, self.rank)
        self.cropping = self._ends[0] if self.rank == 1 else self._ends
        self._set_format(data_format)
        kept = [slice(before, -after if after else None) for before, after in self._ends]
        self._kept = self._for_each_axis(kept, slice(None))

    def _new_size(self, size, dimension):
        before, after = self._ends[dimension]
        if size <= before + after:
            raise ValueError(
                f"`cropping` must leave something of each dimension. Received: cropping={self.cropping} for the "
                f"size {size} of spatial dimension {dimension}, in layer {self.name!r}"
            )
        return size - before - after

    def call(self, inputs):
        self.compute_output_shape(tuple(inputs.shape))  # It refuses inputs that are too small.
        return inputs[self._kept]


@keras_export("keras.layers.Cropping1D")
@of_rank(1)
class Cropping1D(BaseCropping):
    """Cuts off steps at the start and at the end of sequences.

    Args:
        cropping: Int, how many steps are cut off at each end, or a pair of ints for start and end.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of shape `(batch, steps, channels)`. Outputs: tensor of the same rank.

    Raises:
        ValueError: `cropping` is something else, or leaves no step.

    Example:

    >>> keras.layers.Cropping1D((1, 2))(keras.ops.reshape(keras.ops.arange(5), (1, 5, 1)))
    array([[[1],
            [2]]], dtype=int32)
    """

    def __init__(self, cropping=(1, 1), **kwargs):
        super(BaseCropping, self).__init__(**kwargs)
        self._set_cropping(cropping, "channels_last")


@keras_export("keras.layers.Cropping2D")
@of_rank(2)
class Cropping2D(BaseCropping):
    """Cuts off margins of images.

    Inputs: Tensor of shape `(batch, height, width, channels)`. Outputs: tensor of the same rank.

    Raises:
        ValueError: `cropping` is something else, or leaves nothing.

    Example:

    >>> keras.layers.Cropping2D(((1, 2), (3, 4)))(keras.ops.ones((1, 8, 9, 3))).shape
    (1, 5, 2, 3)
    """

    def __init__(self, cropping=((0, 0), (0, 0)), data_format=None, **kwargs):
        super().__init__(cropping, data_format, **kwargs)


@keras_export("keras.layers.Cropping3D")
@of_rank(3, "cropping")
class Cropping3D(BaseCropping):
    """Cuts off margins of volumes.

    Inputs: Tensor of shape `(batch, depth, height, width, channels)`. Outputs: tensor of the same rank.

    Raises:
        ValueError: `cropping` is something else, or leaves nothing.

    Example:

    >>> keras.layers.Cropping3D((1, 2, (0, 3)))(keras.ops.ones((1, 5, 6, 7, 2))).shape
    (1, 3, 2, 4, 2)
    """
