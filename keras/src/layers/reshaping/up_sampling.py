"""Larger inputs by repetition or interpolation, over one, two and three spatial dimensions."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.backend.common.windows import per_dimension
from keras.src.layers.checks import positive_int
from keras.src.layers.rank_family import of_rank
from keras.src.layers.reshaping.spatial import ChangesSizes

_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area")


class BaseUpSampling(ChangesSizes):
    """Makes each spatial dimension larger by repeating its elements.

    Args:
        size: Int, or one for each spatial dimension: by how much it grows.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.
    """

    def __init__(self, size=2, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.size = tuple(positive_int("size", n) for n in per_dimension(size, self.rank, "size"))
        self._set_factors(self.size, data_format)

    def _set_factors(self, factors, data_format):
        self._factors = factors
        self._set_format(data_format)

    def _new_size(self, size, dimension):
        return size * self._factors[dimension]

    def call(self, inputs):
        return self._repeated(inputs)

    def _repeated(self, inputs):
        """Each element as a block; a third dimension by itself, as TensorFlow broadcasts tensors of rank 7 at most."""
        factors = self._for_each_axis(self._factors, None)
        if self.rank == 3:
            first, *_ = self._axes
            inputs = _repeated(inputs, [f if axis == first else None for axis, f in enumerate(factors)])
            factors = [None if axis == first else f for axis, f in enumerate(factors)]
        return _repeated(inputs, factors)


def _repeated(x, factors):
    """`x` with each element as often as `factors` says for an axis, by one copy; `None` leaves an axis as it is.

    A dimension of the factor's size is put behind an axis, then both become one.
    """
    steps = list(zip(ops.shape(x), factors))
    apart = [n for size, factor in steps for n in ((size,) if factor is None else (size, 1))]
    blocks = [n for size, factor in steps for n in ((size,) if factor is None else (size, factor))]
    joined = [size if factor is None else size * factor for size, factor in steps]
    return ops.reshape(ops.broadcast_to(ops.reshape(x, apart), blocks), joined)


@keras_export("keras.layers.UpSampling1D")
@of_rank(1)
class UpSampling1D(BaseUpSampling):
    """Repeats each step of sequences.

    Args:
        size: Int, how often.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of shape `(batch, steps, channels)`. Outputs: tensor of shape `(batch, size * steps, channels)`.

    Raises:
        ValueError: `size` is no positive integer.

    Example:

    >>> keras.layers.UpSampling1D(2)(keras.ops.array([[[1], [2]]]))
    array([[[1],
            [1],
            [2],
            [2]]], dtype=int32)
    """

    def __init__(self, size=2, **kwargs):
        super(BaseUpSampling, self).__init__(**kwargs)
        self.size = positive_int("size", size)
        self._set_factors((self.size,), "channels_last")


@keras_export("keras.layers.UpSampling2D")
@of_rank(2, "size")
class UpSampling2D(BaseUpSampling):
    """Makes images larger.

    Args:
        size: Int, or one for rows and one for columns: by how much they grow.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        interpolation: `"nearest"`, which repeats pixels, `"bilinear"`, `"bicubic"`, `"lanczos3"`, `"lanczos5"` or
            `"area"`.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of shape `(batch, height, width, channels)`. Outputs: tensor of the same rank and dtype; interpolated
        integers are rounded.

    Raises:
        ValueError: `size` holds something else than positive integers, or the interpolation is unknown.

    Example:

    >>> x = keras.ops.reshape(keras.ops.array([0.0, 4.0]), (1, 1, 2, 1))
    >>> keras.ops.reshape(keras.layers.UpSampling2D((1, 2), interpolation="bilinear")(x), (4,))
    array([0., 1., 3., 4.], dtype=float32)
    """

    def __init__(self, size=2, data_format=None, interpolation="nearest", **kwargs):
        super().__init__(size, data_format, **kwargs)
        self.interpolation = str(interpolation).lower()
        if self.interpolation not in _INTERPOLATIONS:
            raise ValueError(f"`interpolation` must be one of {_INTERPOLATIONS}. Received: {interpolation!r}")

    def call(self, inputs):
        if self.interpolation == "nearest":
            return self._repeated(inputs)
        shape = ops.shape(inputs)
        sizes = tuple(shape[axis] * factor for axis, factor in zip(self._axes, self._factors))
        return ops.image.resize(inputs, sizes, self.interpolation, data_format=self.data_format)


@keras_export("keras.layers.UpSampling3D")
@of_rank(3, "size")
class UpSampling3D(BaseUpSampling):
    """Repeats each element of volumes along each dimension.

    Inputs: Tensor of shape `(batch, depth, height, width, channels)`. Outputs: tensor of the same rank.

    Raises:
        ValueError: `size` holds something else than positive integers.

    Example:

    >>> keras.layers.UpSampling3D((1, 2, 3))(keras.ops.ones((1, 4, 4, 4, 2))).shape
    (1, 4, 8, 12, 2)
    """
