"""Axes and sizes of transposed convolutions, by the names under which other libraries ask for them."""

from keras.src.backend.common import windows
from keras.src.backend.common.shape_rules import canonical_axes, canonical_axis


def canonicalize_axis(axis, num_dims):
    """`axis`, which may be negative, as a number from 0 to `num_dims - 1`."""
    return canonical_axis(axis, num_dims)


def canonicalize_axes(axis, num_dims):
    """The axes of an int or a tuple of ints, as a tuple of numbers from 0 to `num_dims - 1`."""
    return tuple(canonical_axes(axis, num_dims))


def standardize_axis_for_numpy(axis):
    """`axis` as NumPy takes it: a list becomes a tuple."""
    return tuple(axis) if isinstance(axis, list) else axis


def to_tuple_or_list(value):
    """`value` in a tuple, unless it is a tuple or a list, or `None`."""
    return value if value is None or isinstance(value, (tuple, list)) else (value,)


def slice_along_axis(x, start=0, stop=None, step=1, axis=0):
    """`x[start:stop:step]` along an axis.

    Args:
        x: Tensor of any rank.
        start: First index.
        stop: Index to stop before, or `None`.
        step: Step between indices.
        axis: Int, may be negative.
    """
    selection = [slice(None)] * len(x.shape)
    selection[axis] = slice(start, stop, step)
    return x[tuple(selection)]


def compute_conv_transpose_output_shape(
    input_shape,
    kernel_size,
    filters,
    strides,
    padding,
    output_padding=None,
    data_format="channels_last",
    dilation_rate=1,
):
    """Shape that a transposed convolution gives.

    Args:
        input_shape: Shape with batch and channels; may hold `None`.
        kernel_size: Tuple of the spatial sizes of the kernel.
        filters: Number of output channels.
        strides: Int or tuple of ints.
        padding: `"valid"` or `"same"`.
        output_padding: `None`, an int or a tuple.
        data_format: `"channels_last"` or `"channels_first"`.
        dilation_rate: Int or tuple of ints.

    Returns:
        List of ints and `None`.
    """
    is_last = data_format == "channels_last"
    sizes = input_shape[1:-1] if is_last else input_shape[2:]
    dimensions = _dimensions(sizes, kernel_size, strides, dilation_rate, output_padding)
    spatial = [windows.transposed_size(*first, padding, extra) for first, extra in dimensions]
    return [input_shape[0], *spatial, filters] if is_last else [input_shape[0], filters, *spatial]


def compute_conv_transpose_padding_args_for_jax(
    input_shape, kernel_shape, strides, padding, output_padding, dilation_rate
):
    """Zeros before and after each dimension, as `jax.lax.conv_transpose` takes them; data has its channels last.

    Args:
        input_shape: Shape with batch and channels.
        kernel_shape: Spatial sizes, then output and input channels.
        strides: Int or tuple of ints.
        padding: `"valid"` or `"same"`.
        output_padding: `None`, an int or a tuple.
        dilation_rate: Int or tuple of ints.

    Returns:
        List of pairs.
    """
    pads = []
    for (size, window, stride, dilation), extra in _dimensions(
        input_shape[1:-1], kernel_shape[:-2], strides, dilation_rate, output_padding
    ):
        cut = windows.transposed_cut(size, window, stride, dilation, padding, extra)
        pads.append(tuple(windows.reach(window, dilation) - 1 - part for part in cut))
    return pads


def compute_conv_transpose_padding_args_for_torch(
    input_shape, kernel_shape, strides, padding, output_padding, dilation_rate
):
    """`padding` and `output_padding` as PyTorch's transposed convolutions take them, which cut both ends alike.

    Args:
        input_shape: Shape with batch and channels.
        kernel_shape: Spatial sizes, then output and input channels.
        strides: Int or tuple of ints.
        padding: `"valid"` or `"same"`.
        output_padding: `None`, an int or a tuple.
        dilation_rate: Int or tuple of ints.

    Returns:
        Pair of lists with a number for each dimension.
    """
    both_ends, behind = [], []
    for first, extra in _dimensions(input_shape[1:-1], kernel_shape[:-2], strides, dilation_rate, output_padding):
        cut = sum(windows.transposed_cut(*first, padding, extra))
        both_ends.append(max(-(-cut // 2), 0))
        behind.append(2 * both_ends[-1] - cut)
    return both_ends, behind


def _dimensions(sizes, windows_, strides, dilation_rate, output_padding):
    """For each dimension `(size, window, stride, dilation)` and the output padding."""
    rank = len(sizes)
    strides = windows.per_dimension(strides, rank, "strides")
    dilations = windows.per_dimension(dilation_rate, rank, "dilation_rate")
    extras = (None,) * rank if output_padding is None else windows.per_dimension(output_padding, rank, "output_padding")
    return [(first, extra) for *first, extra in zip(sizes, windows_, strides, dilations, extras)]
