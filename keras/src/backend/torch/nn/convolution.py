"""Kernels of `keras.ops.nn` that move a window over spatial dimensions.

PyTorch wants channels in dimension 1. Channels-last tensors go there as a permuted view, which PyTorch recognises as
its memory format `channels_last` and answers in the same format, so that nothing is copied on the way. A single
spatial dimension gets another one of size 1, since PyTorch copies channels-last tensors of rank 3.
"""

import math

import torch
from torch.nn import functional

from keras.src.backend.common.windows import per_dimension, reach, same_padding, transposed_cut

# By rank of the tensor with its spatial dimensions.
_TO_CHANNELS_FIRST = {3: (0, 2, 1), 4: (0, 3, 1, 2), 5: (0, 4, 1, 2, 3)}
_TO_CHANNELS_LAST = {3: (0, 2, 1), 4: (0, 2, 3, 1), 5: (0, 2, 3, 4, 1)}
_TO_WEIGHT = {3: (2, 1, 0), 4: (3, 2, 0, 1), 5: (4, 3, 0, 1, 2)}

_CONV = {4: torch.conv2d, 5: torch.conv3d}
_CONV_TRANSPOSE = {4: torch.conv_transpose2d, 5: torch.conv_transpose3d}
_MAX_POOL = {4: torch.max_pool2d, 5: torch.max_pool3d}
_AVERAGE_POOL = {4: functional.avg_pool2d, 5: functional.avg_pool3d}
_ADAPTIVE_MAX_POOL = {4: functional.adaptive_max_pool2d, 5: functional.adaptive_max_pool3d}
_ADAPTIVE_AVERAGE_POOL = {4: functional.adaptive_avg_pool2d, 5: functional.adaptive_avg_pool3d}


def _enter(x, data_format):
    """A tensor in PyTorch's order, with two spatial dimensions or more."""
    if data_format == "channels_last":
        x = x.permute(_TO_CHANNELS_FIRST[x.ndim])
    return x.unsqueeze(2) if x.ndim == 3 else x


def _leave(x, inputs, data_format):
    """A result in the order and the rank of `inputs`."""
    rank = inputs.ndim
    if rank == 3:
        x = x.squeeze(2)
    return x.permute(_TO_CHANNELS_LAST[rank]) if data_format == "channels_last" else x


def _weight(kernel):
    """A kernel of shape `(*window, a, b)` in PyTorch's order `(b, a, *window)`."""
    weight = kernel.permute(_TO_WEIGHT[kernel.ndim])
    return weight.unsqueeze(2) if kernel.ndim == 3 else weight


def _steps(value, rank, name, fill=1):
    """One int for each spatial dimension that PyTorch sees, of a tensor of `rank`."""
    value = per_dimension(value, rank - 2, name)
    return (fill, *value) if rank == 3 else value


def _same_pairs(sizes, window, strides, dilation):
    """What `"same"` adds before and after each spatial dimension."""
    known = [same_padding if isinstance(n, int) else _open_padding for n in sizes]
    return [pair(n, k, s, d) for pair, n, k, s, d in zip(known, sizes, window, strides, dilation)]


def _open_padding(size, window, stride, dilation):
    """As `same_padding`, of a size that an export leaves open, which must not be compared."""
    total = torch.sym_max((-(-size // stride) - 1) * stride + reach(window, dilation) - size, 0)
    return total // 2, total - total // 2


def _padded(x, pairs, value=0.0):
    """The tensor and the padding left for PyTorch, equal on both sides; uneven pairs are added here."""
    if all(isinstance(before, int) and before == after for before, after in pairs):
        return x, [before for before, _ in pairs]
    amounts = [amount for pair in reversed(pairs) for amount in pair]
    return functional.pad(x, amounts, value=value), 0


# Convolutions


def conv(inputs, kernel, strides=1, padding="valid", data_format="channels_last", dilation_rate=1):
    groups = inputs.shape[-1 if data_format == "channels_last" else 1] // kernel.shape[-2]
    return _convolve(inputs, kernel, strides, padding, data_format, dilation_rate, groups)


def depthwise_conv(inputs, kernel, strides=1, padding="valid", data_format="channels_last", dilation_rate=1):
    channels, multiplier = kernel.shape[-2:]
    kernel = kernel.reshape(*kernel.shape[:-2], 1, channels * multiplier)
    return _convolve(inputs, kernel, strides, padding, data_format, dilation_rate, channels)


def _convolve(inputs, kernel, strides, padding, data_format, dilation_rate, groups):
    if _lacks_speed(inputs):
        result = _convolve(inputs.float(), kernel.float(), strides, padding, data_format, dilation_rate, groups)
        return result.to(inputs.dtype)
    x, weight = _enter(inputs, data_format), _weight(kernel)
    left = 0
    if padding == "same":
        rank = inputs.ndim
        strides, dilation_rate = _steps(strides, rank, "strides"), _steps(dilation_rate, rank, "dilation_rate")
        x, left = _padded(x, _same_pairs(x.shape[2:], weight.shape[2:], strides, dilation_rate))
    return _leave(_CONV[x.ndim](x, weight, None, strides, left, dilation_rate, groups), inputs, data_format)


def _lacks_speed(x):
    """Half precision on a CPU, which computes it many times slower than single precision."""
    return x.dtype is torch.float16 and x.device.type == "cpu"


def conv_transpose(
    inputs, kernel, strides=1, padding="valid", output_padding=None, data_format="channels_last", dilation_rate=1
):
    if _lacks_speed(inputs):
        settings = (strides, padding, output_padding, data_format, dilation_rate)
        return conv_transpose(inputs.float(), kernel.float(), *settings).to(inputs.dtype)
    x, weight, rank = _enter(inputs, data_format), _weight(kernel), inputs.ndim
    strides, dilation = _steps(strides, rank, "strides"), _steps(dilation_rate, rank, "dilation_rate")
    extra = [None] * len(strides) if output_padding is None else _steps(output_padding, rank, "output_padding", None)
    steps = zip(x.shape[2:], weight.shape[2:], strides, dilation, extra)
    cuts = [transposed_cut(n, k, s, d, padding, e) for n, k, s, d, e in steps]
    return _leave(_transposed(x, weight, strides, dilation, cuts), inputs, data_format)


def _transposed(x, weight, strides, dilation, cuts):
    """The full transposed convolution without what `cuts` says; PyTorch cuts itself where its arguments can say so."""
    function = _CONV_TRANSPOSE[x.ndim]
    added = [before - after for before, after in cuts]
    if all(0 <= a < max(s, d) for a, s, d in zip(added, strides, dilation)):
        return function(x, weight, None, strides, [before for before, _ in cuts], added, 1, dilation)
    full = function(x, weight, None, strides, 0, 0, 1, dilation)
    return functional.pad(full, [-amount for pair in reversed(cuts) for amount in pair])


# Poolings


def max_pool(inputs, pool_size, strides=None, padding="valid", data_format="channels_last"):
    if inputs.dtype is torch.bool:
        return max_pool(inputs.to(torch.uint8), pool_size, strides, padding, data_format).to(torch.bool)
    x = _enter(inputs, data_format)
    window, strides = _pool_steps(inputs.ndim, pool_size, strides)
    left = 0
    if padding == "same":
        lowest = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        x, left = _padded(x, _same_pairs(x.shape[2:], window, strides, (1, 1, 1)), lowest)
    return _leave(_MAX_POOL[x.ndim](x, window, strides, left), inputs, data_format)


def average_pool(inputs, pool_size, strides=None, padding="valid", data_format="channels_last"):
    if inputs.ndim == 5 and inputs.dtype.itemsize == 2 and inputs.device.type == "cpu":
        return average_pool(inputs.float(), pool_size, strides, padding, data_format).to(inputs.dtype)
    x = _enter(inputs, data_format)
    window, strides = _pool_steps(inputs.ndim, pool_size, strides)
    pool = _AVERAGE_POOL[x.ndim]
    if padding == "valid":
        return _leave(pool(x, window, strides), inputs, data_format)
    pairs = _same_pairs(x.shape[2:], window, strides, (1, 1, 1))
    padded, left = _padded(x, pairs)
    result = pool(padded, window, strides, left, count_include_pad=False)
    if padded is not x:
        present = torch.ones((1, 1, *x.shape[2:]), dtype=x.dtype, device=x.device)
        result = result / pool(_padded(present, pairs)[0], window, strides)
    return _leave(result, inputs, data_format)


def _pool_steps(rank, pool_size, strides):
    window = _steps(pool_size, rank, "pool_size")
    return window, window if strides is None else _steps(strides, rank, "strides")


def adaptive_max_pool(inputs, output_size, data_format="channels_last"):
    if not inputs.is_floating_point():
        return adaptive_max_pool(inputs.double(), output_size, data_format).to(inputs.dtype)
    return _adaptive(_ADAPTIVE_MAX_POOL, inputs, output_size, data_format)


def adaptive_average_pool(inputs, output_size, data_format="channels_last"):
    return _adaptive(_ADAPTIVE_AVERAGE_POOL, inputs, output_size, data_format)


def _adaptive(functions, inputs, output_size, data_format):
    x = _enter(inputs, data_format)
    return _leave(functions[x.ndim](x, _steps(output_size, inputs.ndim, "output_size")), inputs, data_format)
