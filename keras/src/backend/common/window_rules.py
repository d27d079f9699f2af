"""Shape rules of ops that move a window: convolutions and poolings."""

from keras.src.backend.common.shape_rules import agree, reject
from keras.src.backend.common.windows import moved_size, per_dimension, transposed_size


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


def check_kernel(inputs, kernel, name="kernel"):
    check_inputs(inputs)
    reject(len(kernel) != len(inputs), f"`{name}` must have the rank of `inputs`", shapes=(kernel, inputs))


def check_channels(is_fit, expected, inputs, kernel):
    reject(not is_fit, f"{expected} are expected", inputs=inputs, kernel=kernel)


def moved(inputs, kernel, strides, padding, data_format, dilation_rate):
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


def convolved(inputs, kernel, strides=1, padding="valid", data_format="channels_last", dilation_rate=1):
    check_kernel(inputs, kernel)
    given, taken, filters = channels(inputs, data_format), kernel[-2], kernel[-1]
    if None not in (given, taken):
        is_fit = given % taken == 0 and (filters is None or filters % (given // taken) == 0)
        check_channels(is_fit, "the channels of `inputs` a multiple (the groups) of those of `kernel`", inputs, kernel)
    sizes = moved(inputs, kernel, strides, padding, data_format, dilation_rate)
    return with_format(inputs[0], sizes, filters, data_format)


def convolved_by_channel(inputs, kernel, strides=1, padding="valid", data_format="channels_last", dilation_rate=1):
    check_kernel(inputs, kernel)
    given, taken, multiplier = channels(inputs, data_format), kernel[-2], kernel[-1]
    check_channels(agree(given, taken), "as many channels in `kernel` as in `inputs`", inputs, kernel)
    sizes = moved(inputs, kernel, strides, padding, data_format, dilation_rate)
    return with_format(inputs[0], sizes, None if None in (taken, multiplier) else taken * multiplier, data_format)


def convolved_apart(
    inputs, depthwise_kernel, pointwise_kernel, strides=1, padding="valid", data_format="channels_last", dilation_rate=1
):
    between = convolved_by_channel(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return convolved(between, pointwise_kernel, 1, "valid", data_format)


def convolved_back(
    inputs, kernel, strides=1, padding="valid", output_padding=None, data_format="channels_last", dilation_rate=1
):
    check_kernel(inputs, kernel)
    fits = agree(channels(inputs, data_format), kernel[-1])
    check_channels(fits, "the channels of `inputs` in the last dimension of `kernel`", inputs, kernel)
    steps = transposed_steps(spatial(inputs, data_format), kernel, strides, output_padding, dilation_rate)
    sizes = tuple(transposed_size(n, k, s, d, padding, extra) for n, k, s, d, extra in steps)
    check_sizes(sizes, f"inputs of shape {inputs}, kernel of shape {kernel}, output_padding={output_padding}")
    return with_format(inputs[0], sizes, kernel[-2], data_format)


def transposed_steps(sizes, kernel, strides, output_padding, dilation_rate):
    """Size, window, stride, dilation and output padding of each spatial dimension."""
    rank = len(sizes)
    extra = (None,) * rank if output_padding is None else per_dimension(output_padding, rank, "output_padding")
    strides = per_dimension(strides, rank, "strides")
    return list(zip(sizes, kernel[:rank], strides, per_dimension(dilation_rate, rank, "dilation_rate"), extra))


def pooled(inputs, pool_size, strides=None, padding="valid", data_format="channels_last"):
    check_inputs(inputs)
    rank = len(inputs) - 2
    window = per_dimension(pool_size, rank, "pool_size")
    steps = window if strides is None else per_dimension(strides, rank, "strides")
    sizes = tuple(moved_size(n, k, s, 1, padding) for n, k, s in zip(spatial(inputs, data_format), window, steps))
    check_sizes(sizes, f"inputs of shape {inputs}, pool_size={pool_size}, strides={strides}")
    return with_format(inputs[0], sizes, channels(inputs, data_format), data_format)


def pooled_to(inputs, output_size, data_format="channels_last"):
    check_inputs(inputs)
    sizes = per_dimension(output_size, len(inputs) - 2, "output_size")
    reject(any(n <= 0 for n in sizes), "`output_size` must hold sizes of 1 or more", output_size=output_size)
    return with_format(inputs[0], sizes, channels(inputs, data_format), data_format)
