"""Sizes that follow from windows (kernels, pools), strides and padding: asked for by shape rules and by engines."""

import operator

_FROM_ONE = {"strides", "stride", "dilation_rate", "dilation", "pool_size", "kernel_size", "output_size", "size"}


def per_dimension(value, rank, name):
    """`value`, an int or a tuple, as a tuple with one int for each spatial dimension."""
    if hasattr(value, "__index__"):
        value = (value,) * rank
    if isinstance(value, (tuple, list)) and len(value) == rank and all(hasattr(n, "__index__") for n in value):
        if name in _FROM_ONE and min(value) < 1:
            raise ValueError(f"`{name}` must be 1 or more in each dimension. Received: {name}={value}")
        return tuple(value)
    raise ValueError(f"`{name}` must be an int, or {rank} ints, one for each dimension. Received: {name}={value}")


def reach(window, dilation):
    """How many elements a dilated window spans."""
    return (window - 1) * dilation + 1


def moved_size(size, window, stride, dilation, padding):
    """Number of places of a window that moves over `size` elements; `None` where unknown."""
    if size is None or window is None:
        return None
    if padding == "same":
        return -(-size // stride)
    return (size - reach(window, dilation)) // stride + 1


def same_padding(size, window, stride, dilation):
    """Elements to add before and after `size` elements for `"same"` padding; the odd one goes behind."""
    total = max((-(-size // stride) - 1) * stride + reach(window, dilation) - size, 0)
    return total // 2, total - total // 2


def transposed_size(size, window, stride, dilation, padding, output_padding=None):
    """Size of what a transposed convolution makes of `size` elements; `None` where unknown."""
    if size is None or window is None:
        return None
    span = reach(window, dilation)
    if output_padding is None:
        return size * stride + (max(span - stride, 0) if padding == "valid" else 0)
    cut = 2 * (span // 2) if padding == "same" else 0
    return (size - 1) * stride + span - cut + output_padding


def transposed_cut(size, window, stride, dilation, padding, output_padding=None):
    """What to cut off the full transposed convolution, of `(size - 1) * stride + span` elements, before and after.

    Negative numbers stand for zeros to add.
    """
    span = reach(window, dilation)
    total = (size - 1) * stride + span - transposed_size(size, window, stride, dilation, padding, output_padding)
    before = max(total, 0) // 2 if padding == "same" else 0
    return before, total - before


def is_to_end(size):
    """Whether a size of a block is -1, which stands for all up to the end."""
    return type(size) is int and size == -1


def sizes_to_end(sizes, starts, whole):
    """Sizes of a block, those that are -1 read off its starts and the sizes of the whole where both are known.

    Args:
        sizes: Ints.
        starts: Ints, or tensors that can be read.
        whole: The sizes of the whole, ints or `None`.
    """
    if not any(map(is_to_end, sizes)):
        return sizes
    return tuple(_to_end(start, n) if is_to_end(size) else size for size, start, n in zip(sizes, starts, whole))


def known_sizes(sizes, starts, whole):
    """As `sizes_to_end`, for engines that must know the sizes, and let wrong ones pass."""
    if len(sizes) != len(whole):
        raise ValueError(
            f"`shape` must hold a size for each dimension. Received: shape={sizes}, inputs of shape {whole}"
        )
    if all(type(size) is int and size >= 0 for size in sizes):
        return sizes
    sizes = sizes_to_end(sizes, starts, whole)
    if any(type(size) is int and size < 0 for size in sizes):
        raise ValueError(
            "keras.ops.slice: sizes are 0 or more, or -1; a size of -1, up to the end, needs starts that are known in compiled code. Received: "
            f"start_indices={starts}, shape={sizes}"
        )
    return sizes


def _to_end(start, size):
    """The number of elements from `start` on; -1 where that is not known."""
    try:
        return -1 if size is None else size - min(max(operator.index(start), 0), size)
    except TypeError:
        return -1
