"""Convolutions over one, two or three rules.spatial dimensions."""

from keras.src.backend.common import window_rules as rules
from keras.src.backend.common.windows import transposed_cut
from keras.src.ops.declare import Axis, DataFormat, Padding, Tensor, op
from keras.src.ops.dtype_rules import to_float
from keras.src.ops.numpy.shaping import flip, pad, reshape, swapaxes


@op(dtype=to_float, shape=rules.convolved, checked=True)
def conv(
    inputs: Tensor,
    kernel: Tensor,
    strides: Axis = 1,
    padding: Padding = "valid",
    data_format: DataFormat = None,
    dilation_rate: Axis = 1,
):
    """Convolution (in fact cross-correlation) over the rules.spatial dimensions.

    Args:
        inputs: Tensor of shape `(batch, *rules.spatial, rules.channels)`, or `(batch, rules.channels, *rules.spatial)` with `"channels_first"`.
        kernel: Tensor of shape `(*window, rules.channels / groups, filters)`, in any data format.
        strides: Int, or one for each rules.spatial dimension: the steps of the window.
        padding: `"valid"` keeps the window inside, `"same"` gives `ceil(size / stride)` places.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        dilation_rate: Int, or one for each rules.spatial dimension: the distance of the window's elements.

    Returns:
        Tensor of rank and data format of `inputs`.

    Example:

    >>> keras.ops.conv(keras.ops.ones((1, 8, 8, 3)), keras.ops.ones((3, 3, 3, 5))).shape
    (1, 6, 6, 5)
    """


@op(dtype=to_float, shape=rules.convolved_by_channel, checked=True)
def depthwise_conv(
    inputs: Tensor,
    kernel: Tensor,
    strides: Axis = 1,
    padding: Padding = "valid",
    data_format: DataFormat = None,
    dilation_rate: Axis = 1,
):
    """Convolution of each channel with kernels of its own.

    Args:
        inputs: Tensor of shape `(batch, *rules.spatial, rules.channels)`, or `(batch, rules.channels, *rules.spatial)` with `"channels_first"`.
        kernel: Tensor of shape `(*window, rules.channels, multiplier)`.
        strides: Int, or one for each rules.spatial dimension.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        dilation_rate: Int, or one for each rules.spatial dimension.

    Returns:
        Tensor with `rules.channels * multiplier` rules.channels.

    Example:

    >>> images = np.ones((1, 5, 5, 3))
    >>> kernel = np.ones((3, 3, 3, 2))
    >>> keras.ops.depthwise_conv(images, kernel, data_format="channels_last").shape
    (1, 3, 3, 6)
    """
    grouped = reshape(kernel, (*kernel.shape[:-2], 1, kernel.shape[-2] * kernel.shape[-1]))
    return conv(inputs, grouped, strides, padding, data_format, dilation_rate)


@op(dtype=to_float, shape=rules.convolved_apart, checked=True)
def separable_conv(
    inputs: Tensor,
    depthwise_kernel: Tensor,
    pointwise_kernel: Tensor,
    strides: Axis = 1,
    padding: Padding = "valid",
    data_format: DataFormat = None,
    dilation_rate: Axis = 1,
):
    """Depthwise convolution, then a mixture of its rules.channels at each place.

    Args:
        inputs: Tensor of shape `(batch, *rules.spatial, rules.channels)`, or `(batch, rules.channels, *rules.spatial)` with `"channels_first"`.
        depthwise_kernel: Tensor of shape `(*window, rules.channels, multiplier)`.
        pointwise_kernel: Tensor of shape `(1, ..., 1, rules.channels * multiplier, filters)`.
        strides: Int, or one for each rules.spatial dimension, of the depthwise part.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        dilation_rate: Int, or one for each rules.spatial dimension, of the depthwise part.

    Returns:
        Tensor with `filters` rules.channels.

    Example:

    >>> images = np.ones((1, 5, 5, 3))
    >>> depthwise, pointwise = np.ones((3, 3, 3, 2)), np.ones((1, 1, 6, 4))
    >>> keras.ops.separable_conv(images, depthwise, pointwise, data_format="channels_last").shape
    (1, 3, 3, 4)
    """
    between = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(between, pointwise_kernel, 1, "valid", data_format)


@op(dtype=to_float, shape=rules.convolved_back, checked=True)
def conv_transpose(
    inputs: Tensor,
    kernel: Tensor,
    strides: Axis = 1,
    padding: Padding = "valid",
    output_padding: Axis = None,
    data_format: DataFormat = None,
    dilation_rate: Axis = 1,
):
    """Transposed convolution: the gradient of a convolution, from its outputs to its inputs.

    Args:
        inputs: Tensor of shape `(batch, *rules.spatial, rules.channels)`, or `(batch, rules.channels, *rules.spatial)` with `"channels_first"`.
        kernel: Tensor of shape `(*window, filters, rules.channels)`.
        strides: Int, or one for each rules.spatial dimension: by how much the result is finer than `inputs`.
        padding: `"valid"` or `"same"`.
        output_padding: Int, or one for each rules.spatial dimension: chooses among the sizes that a strided convolution maps
            to that of `inputs`; by default `size * stride`, and what the window adds with `"valid"`.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        dilation_rate: Int, or one for each rules.spatial dimension.

    Returns:
        Tensor with `filters` rules.channels.

    Example:

    >>> keras.ops.conv_transpose(keras.ops.ones((1, 4, 2)), keras.ops.ones((3, 5, 2)), strides=2, padding="same").shape
    (1, 8, 5)
    """
    first = 1 if data_format == "channels_last" else 2
    steps = rules.transposed_steps(
        rules.spatial(tuple(inputs.shape), data_format), kernel.shape, strides, output_padding, dilation_rate
    )
    cuts = []
    for axis, (size, window, stride, dilation, extra) in enumerate(steps, first):
        span = (window - 1) * dilation
        inputs = _spread(inputs, axis, stride)
        cuts.append([span - cut for cut in transposed_cut(size, window, stride, dilation, padding, extra)])
    inputs = _framed(inputs, cuts, first)
    kernel = swapaxes(flip(kernel, tuple(range(len(steps)))), -1, -2)
    return conv(inputs, kernel, 1, "valid", data_format, dilation_rate)


def _spread(x, axis, stride):
    """`stride - 1` zeros between neighbours along `axis`."""
    if stride == 1:
        return x
    shape = tuple(x.shape)
    x = reshape(x, (*shape[: axis + 1], 1, *shape[axis + 1 :]))
    x = pad(x, [(0, 0)] * (axis + 1) + [(0, stride - 1)] + [(0, 0)] * (len(shape) - axis - 1))
    x = reshape(x, (*shape[:axis], shape[axis] * stride, *shape[axis + 1 :]))
    return x[(slice(None),) * axis + (slice(0, (shape[axis] - 1) * stride + 1),)]


def _framed(x, frames, first):
    """Zeros before and after each rules.spatial dimension; negative numbers cut."""
    widths = [(0, 0)] * len(x.shape)
    parts = [slice(None)] * len(x.shape)
    for axis, (before, after) in enumerate(frames, first):
        widths[axis] = (max(before, 0), max(after, 0))
        parts[axis] = slice(max(-before, 0), min(after, 0) or None)
    return pad(x, widths)[tuple(parts)]
