"""Where the rows, columns and channels of images lie, and the numbers that pixels are computed in."""

from keras.src.backend.common.dtypes import is_float_dtype, standardize_dtype
from keras.src.ops.core import cast
from keras.src.ops.numpy.elementwise import round as rounded
from keras.src.ops.numpy.shaping import transpose
from keras.src.ops.saturation import saturate_cast


def check_images(shape, name="images"):
    """Raises unless `shape` is that of one image or of a batch."""
    if len(shape) not in (3, 4):
        raise ValueError(
            f"`{name}` must have rank 3 (one image) or rank 4 (a batch of images). Received shape: {tuple(shape)}"
        )


def check_one_of(name, value, choices):
    """Raises unless `value` is one of `choices`."""
    if value not in choices:
        raise ValueError(f"`{name}` must be one of {tuple(choices)}. Received: {name}={value!r}")


def spatial_axes(rank, data_format):
    """Axes of rows and columns."""
    return (rank - 3, rank - 2) if data_format == "channels_last" else (rank - 2, rank - 1)


def channel_axis(rank, data_format):
    """Axis of the channels."""
    return rank - 1 if data_format == "channels_last" else rank - 3


def with_sizes(shape, axes, sizes):
    """`shape` with other sizes at `axes`."""
    replaced = dict(zip(axes, sizes))
    return tuple(replaced.get(i, n) for i, n in enumerate(shape))


def channels_to_end(x, data_format):
    """A batch of images with the channels last."""
    return x if data_format == "channels_last" else transpose(x, (0, *range(2, len(x.shape)), 1))


def channels_from_end(x, data_format):
    """The reverse of `channels_to_end`."""
    return x if data_format == "channels_last" else transpose(x, (0, len(x.shape) - 1, *range(1, len(x.shape) - 1)))


def over_batches(function, images, data_format, single_rank=3):
    """`function` of a batch with the channels last, for one image or a batch in `data_format`."""
    single = single_rank is not None and len(images.shape) == single_rank
    batch = channels_to_end(images[None] if single else images, data_format)
    result = channels_from_end(function(batch), data_format)
    return result[0] if single else result


def work_dtype(dtype):
    """What pixels are computed in: float32, or float64 where that is given."""
    return "float64" if standardize_dtype(dtype) == "float64" else "float32"


def as_numbers(images):
    """Pixels in the dtype in which they are computed."""
    return cast(images, work_dtype(images.dtype))


def as_pixels(x, dtype):
    """Computed numbers in the dtype of the image; whole numbers are rounded and kept in range."""
    dtype = standardize_dtype(dtype)
    return cast(x, dtype) if is_float_dtype(dtype) else saturate_cast(rounded(x), dtype)
