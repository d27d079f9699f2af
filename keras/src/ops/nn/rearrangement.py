"""Images as columns of patches, blocks as channels, and polar coordinates."""

import numpy as np

from keras.src.backend.common import rearrangement_rules as rules
from keras.src.backend.common.windows import moved_size, per_dimension
from keras.src.ops import numpy as ops
from keras.src.ops.core import cast, convert_to_tensor
from keras.src.ops.core import shape as shape_of
from keras.src.ops.declare import DataFormat, Numbers, Tensor, elementwise, op
from keras.src.ops.dtype_rules import as_is, same, to_complex


@elementwise(dtype=to_complex)
def polar(abs_: Tensor, angle: Tensor):
    """Complex numbers from absolute values and angles in radians, element-wise.

    Example:

    >>> x = keras.ops.polar([1.0, 2.0], [0.0, np.pi])
    >>> keras.ops.real(x)
    array([ 1., -2.], dtype=float32)
    """
    dtype = to_complex(abs_.dtype, angle.dtype)[1]
    real, imaginary = (cast(ops.multiply(abs_, part), dtype) for part in (ops.cos(angle), ops.sin(angle)))
    return ops.add(real, ops.multiply(imaginary, convert_to_tensor(1j, dtype)))


# Patches


@op(dtype=as_is, shape=rules.unfolded, checked=True)
def unfold(x: Tensor, kernel_size: Numbers, dilation: Numbers = 1, padding: Numbers = 0, stride: Numbers = 1):
    """The patches under a window that moves over an image, one patch in each column.

    Args:
        x: Tensor of shape `(batch, channels, height, width)`.
        kernel_size: Int or two ints: the window.
        dilation: Int or two ints: the distance of the window's elements.
        padding: Int or two ints: zeros on each side.
        stride: Int or two ints: the steps of the window.

    Returns:
        Tensor of shape `(batch, channels * window_height * window_width, places)`.

    Example:

    >>> keras.ops.unfold(keras.ops.ones((1, 2, 4, 4)), 3).shape
    (1, 18, 4)
    """
    rows, columns = rules.patch_settings(kernel_size, dilation, padding, stride)
    x = ops.pad(x, ((0, 0), (0, 0), (rows[2], rows[2]), (columns[2], columns[2])))
    row_places, column_places = _places(x.shape[2], rows), _places(x.shape[3], columns)
    x_NCIPJQ = ops.take(ops.take(x, row_places, 2), column_places, 4)
    x_NCIJPQ = ops.transpose(x_NCIPJQ, (0, 1, 2, 4, 3, 5))
    return ops.reshape(
        x_NCIJPQ, (shape_of(x)[0], x.shape[1] * rows[0] * columns[0], row_places.shape[1] * column_places.shape[1])
    )


def _places(size, settings):
    """Matrix of shape `(window, places)`: where each element of the window lies at each place."""
    window, dilation, _, stride = settings
    count = max(moved_size(size, window, stride, dilation, "valid"), 0)
    return (np.arange(window)[:, None] * dilation + np.arange(count) * stride).astype("int32")


@op(dtype=same, shape=rules.folded, checked=True)
def fold(
    x: Tensor,
    output_size: Numbers,
    kernel_size: Numbers,
    dilation: Numbers = 1,
    padding: Numbers = 0,
    stride: Numbers = 1,
):
    """The reverse of `unfold`: an image from its patches, added up where they overlap.

    Args:
        x: Tensor of shape `(batch, channels * window_height * window_width, places)`.
        output_size: Int or two ints: height and width of the image.
        kernel_size: Int or two ints: the window.
        dilation: Int or two ints: the distance of the window's elements.
        padding: Int or two ints: zeros on each side that `unfold` added.
        stride: Int or two ints: the steps of the window.

    Returns:
        Tensor of shape `(batch, channels, height, width)`.

    Example:

    >>> columns = keras.ops.nn.unfold(keras.ops.ones((1, 1, 3, 3)), kernel_size=2)
    >>> keras.ops.nn.fold(columns, output_size=3, kernel_size=2)[0, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]], dtype=float32)
    """
    height, width = per_dimension(output_size, 2, "output_size")
    rows, columns = rules.patch_settings(kernel_size, dilation, padding, stride)
    row_sums, column_sums = _adding_up(height, rows), _adding_up(width, columns)
    window = (rows[0], columns[0])
    counts = (row_sums.shape[1], column_sums.shape[1])
    x_NCIJPQ = ops.reshape(x, (shape_of(x)[0], -1, *window, *counts))
    x_NCJQH = ops.tensordot(x_NCIJPQ, convert_to_tensor(row_sums, x.dtype), [[2, 4], [0, 1]])
    return ops.tensordot(x_NCJQH, convert_to_tensor(column_sums, x.dtype), [[2, 3], [0, 1]])


def _adding_up(size, settings):
    """Tensor of shape `(window, places, size)`: 1 where an element of the window lies on an element of the image."""
    places = _places(size + 2 * settings[2], settings)
    return (places[:, :, None] - settings[2] == np.arange(size)).astype("float32")


# Blocks


@op(dtype=as_is, shape=rules.spread_out, checked=True)
def depth_to_space(x: Tensor, block_size, data_format: DataFormat = "channels_last"):
    """Groups of channels laid out as blocks of pixels.

    Args:
        x: Tensor of rank 4, its channels a multiple of `block_size**2`.
        block_size: Int of 2 or more: side of the blocks.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Tensor with `block_size` times the height and width, and as many fewer channels.

    Example:

    >>> keras.ops.depth_to_space(keras.ops.ones((1, 2, 2, 12)), 2).shape
    (1, 4, 4, 3)
    """
    batch, height, width, channels = rules.channels_last(tuple(x.shape), data_format)
    channels //= block_size**2
    if data_format == "channels_last":
        x = ops.transpose(ops.reshape(x, (-1, height, width, block_size, block_size, channels)), (0, 1, 3, 2, 4, 5))
    else:
        x = ops.transpose(ops.reshape(x, (-1, channels, block_size, block_size, height, width)), (0, 1, 4, 2, 5, 3))
    return ops.reshape(x, rules.in_format((-1, height * block_size, width * block_size, channels), data_format))


@op(dtype=as_is, shape=rules.gathered, checked=True)
def space_to_depth(x: Tensor, block_size, data_format: DataFormat = "channels_last"):
    """Blocks of pixels laid out as groups of channels: the reverse of `depth_to_space`.

    Args:
        x: Tensor of rank 4, its height and width multiples of `block_size`.
        block_size: Int of 2 or more: side of the blocks.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Tensor with height and width divided by `block_size`, and as many more channels.

    Example:

    >>> keras.ops.space_to_depth(keras.ops.ones((1, 4, 4, 3)), 2).shape
    (1, 2, 2, 12)
    """
    batch, height, width, channels = rules.channels_last(tuple(x.shape), data_format)
    height, width = height // block_size, width // block_size
    if data_format == "channels_last":
        x = ops.transpose(ops.reshape(x, (-1, height, block_size, width, block_size, channels)), (0, 1, 3, 2, 4, 5))
    else:
        x = ops.transpose(ops.reshape(x, (-1, channels, height, block_size, width, block_size)), (0, 1, 3, 5, 2, 4))
    return ops.reshape(x, rules.in_format((-1, height, width, channels * block_size**2), data_format))
