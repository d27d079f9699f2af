"""Convolutions over one, two or three spatial dimensions."""

from keras.src.backend.common.shape_rules import agree, reject
from keras.src.backend.common.windows import moved_size, per_dimension, transposed_cut, transposed_size
from keras.src.ops.declare import Axis, DataFormat, Padding, Tensor, op
from keras.src.ops.dtype_rules import to_float
from keras.src.ops.numpy.shape import flip, pad, reshape, swapaxes


def spatial(inputs, data_format):
    """Sizes of the spatial dimensions of a shape."""
    return inputs[1:-1] if data_format == "channels_last" else inputs[2:]


def channels(inputs, data_format):
    """Size of the dimension of channels of a shape."""
    return inputs[-1] if data_format == "channels_last" else inputs[1]


def with_format(batch, sizes, filters, data_format):
    """A shape in the given data format."""
    return (batch, *sizes, filters) if data_format == "channels_last" else (batch, filters, *sizes)


def check_inputs(inputs, name="inputs"):
    """`ValueError` unless the shape has one to three spatial dimensions."""
    if len(inputs) not in (3, 4, 5):
        raise ValueError(
            f"`{name}` must have rank 3, 4 or 5: batch, channels, 1 to 3 spatial dimensions. Received shape: {inputs}"
        )


def check_sizes(sizes, what):
    """`ValueError` when an output would be empty."""
    if any(n is not None and n <= 0 for n in sizes):
        raise ValueError(f"the output would be empty: the window reaches beyond the input. Received: {what}")


def _check_kernel(inputs, kernel, name="kernel"):
    check_inputs(inputs)
    reject(len(kernel) != len(inputs), f"`{name}` must have the rank of `inputs`", shapes=(kernel, inputs))


def _check_channels(is_fit, expected, inputs, kernel):
    reject(not is_fit, f"{expected} are expected", inputs=inputs, kernel=kernel)


def _moved(inputs, kernel, strides, padding, data_format, dilation_rate):
    """Spatial sizes of a convolution's result."""
    rank = len(inputs) - 2
    strides = per_dimension(strides, rank, "strides")
    dilation_rate = per_dimension(dilation_rate, rank, "dilation_rate")
    steps = zip(spatial(inputs, data_format), kernel[:rank], strides, dilation_rate)
    sizes = tuple(moved_size(n, k, s, d, padding) for n, k, s, d in steps)
    check_sizes(
        sizes, f"inputs of shape {inputs}, kernel of shape {kernel}, strides={strides}, dilation_rate={dilation_rate}"
    )
    return sizes


def _convolved(inputs, kernel, strides=1, padding="valid", data_format="channels_last", dilation_rate=1):
    _check_kernel(inputs, kernel)
    given, taken, filters = channels(inputs, data_format), kernel[-2], kernel[-1]
    if None not in (given, taken):
        is_fit = given % taken == 0 and (filters is None or filters % (given // taken) == 0)
        _check_channels(is_fit, "the channels of `inputs` a multiple (the groups) of those of `kernel`", inputs, kernel)
    sizes = _moved(inputs, kernel, strides, padding, data_format, dilation_rate)
    return with_format(inputs[0], sizes, filters, data_format)


@op(dtype=to_float, shape=_convolved, checked=True)
def conv(
    inputs: Tensor,
    kernel: Tensor,
    strides: Axis = 1,
    padding: Padding = "valid",
    data_format: DataFormat = None,
    dilation_rate: Axis = 1,
):
    """Convolution (in fact cross-correlation) over the spatial dimensions.

    Args:
        inputs: Tensor of shape `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` with `"channels_first"`.
        kernel: Tensor of shape `(*window, channels / groups, filters)`, in any data format.
        strides: Int, or one for each spatial dimension: the steps of the window.
        padding: `"valid"` keeps the window inside, `"same"` gives `ceil(size / stride)` places.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        dilation_rate: Int, or one for each spatial dimension: the distance of the window's elements.

    Returns:
        Tensor of rank and data format of `inputs`.

    Example:

    >>> keras.ops.conv(keras.ops.ones((1, 8, 8, 3)), keras.ops.ones((3, 3, 3, 5))).shape
    (1, 6, 6, 5)
    """


def _convolved_by_channel(inputs, kernel, strides=1, padding="valid", data_format="channels_last", dilation_rate=1):
    _check_kernel(inputs, kernel)
    given, taken, multiplier = channels(inputs, data_format), kernel[-2], kernel[-1]
    _check_channels(agree(given, taken), "as many channels in `kernel` as in `inputs`", inputs, kernel)
    sizes = _moved(inputs, kernel, strides, padding, data_format, dilation_rate)
    return with_format(inputs[0], sizes, None if None in (taken, multiplier) else taken * multiplier, data_format)


@op(dtype=to_float, shape=_convolved_by_channel, checked=True)
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
        inputs: Tensor of shape `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` with `"channels_first"`.
        kernel: Tensor of shape `(*window, channels, multiplier)`.
        strides: Int, or one for each spatial dimension.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        dilation_rate: Int, or one for each spatial dimension.

    Returns:
        Tensor with `channels * multiplier` channels.
    """
    grouped = reshape(kernel, (*kernel.shape[:-2], 1, kernel.shape[-2] * kernel.shape[-1]))
    return conv(inputs, grouped, strides, padding, data_format, dilation_rate)


def _convolved_apart(
    inputs, depthwise_kernel, pointwise_kernel, strides=1, padding="valid", data_format="channels_last", dilation_rate=1
):
    between = _convolved_by_channel(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return _convolved(between, pointwise_kernel, 1, "valid", data_format)


@op(dtype=to_float, shape=_convolved_apart, checked=True)
def separable_conv(
    inputs: Tensor,
    depthwise_kernel: Tensor,
    pointwise_kernel: Tensor,
    strides: Axis = 1,
    padding: Padding = "valid",
    data_format: DataFormat = None,
    dilation_rate: Axis = 1,
):
    """Depthwise convolution, then a mixture of its channels at each place.

    Args:
        inputs: Tensor of shape `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` with `"channels_first"`.
        depthwise_kernel: Tensor of shape `(*window, channels, multiplier)`.
        pointwise_kernel: Tensor of shape `(1, ..., 1, channels * multiplier, filters)`.
        strides: Int, or one for each spatial dimension, of the depthwise part.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        dilation_rate: Int, or one for each spatial dimension, of the depthwise part.

    Returns:
        Tensor with `filters` channels.
    """
    between = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(between, pointwise_kernel, 1, "valid", data_format)


def _convolved_back(
    inputs, kernel, strides=1, padding="valid", output_padding=None, data_format="channels_last", dilation_rate=1
):
    _check_kernel(inputs, kernel)
    fits = agree(channels(inputs, data_format), kernel[-1])
    _check_channels(fits, "the channels of `inputs` in the last dimension of `kernel`", inputs, kernel)
    steps = _transposed_steps(spatial(inputs, data_format), kernel, strides, output_padding, dilation_rate)
    sizes = tuple(transposed_size(n, k, s, d, padding, extra) for n, k, s, d, extra in steps)
    check_sizes(sizes, f"inputs of shape {inputs}, kernel of shape {kernel}, output_padding={output_padding}")
    return with_format(inputs[0], sizes, kernel[-2], data_format)


def _transposed_steps(sizes, kernel, strides, output_padding, dilation_rate):
    """Size, window, stride, dilation and output padding of each spatial dimension."""
    rank = len(sizes)
    extra = (None,) * rank if output_padding is None else per_dimension(output_padding, rank, "output_padding")
    strides = per_dimension(strides, rank, "strides")
    return list(zip(sizes, kernel[:rank], strides, per_dimension(dilation_rate, rank, "dilation_rate"), extra))


@op(dtype=to_float, shape=_convolved_back, checked=True)
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
        inputs: Tensor of shape `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` with `"channels_first"`.
        kernel: Tensor of shape `(*window, filters, channels)`.
        strides: Int, or one for each spatial dimension: by how much the result is finer than `inputs`.
        padding: `"valid"` or `"same"`.
        output_padding: Int, or one for each spatial dimension: chooses among the sizes that a strided convolution maps
            to that of `inputs`; by default `size * stride`, and what the window adds with `"valid"`.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        dilation_rate: Int, or one for each spatial dimension.

    Returns:
        Tensor with `filters` channels.

    Example:

    >>> keras.ops.conv_transpose(keras.ops.ones((1, 4, 2)), keras.ops.ones((3, 5, 2)), strides=2, padding="same").shape
    (1, 8, 5)
    """
    first = 1 if data_format == "channels_last" else 2
    steps = _transposed_steps(
        spatial(tuple(inputs.shape), data_format), kernel.shape, strides, output_padding, dilation_rate
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
    """Zeros before and after each spatial dimension; negative numbers cut."""
    widths = [(0, 0)] * len(x.shape)
    parts = [slice(None)] * len(x.shape)
    for axis, (before, after) in enumerate(frames, first):
        widths[axis] = (max(before, 0), max(after, 0))
        parts[axis] = slice(max(-before, 0), min(after, 0) or None)
    return pad(x, widths)[tuple(parts)]
