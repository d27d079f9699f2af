"""Kernels of `keras.ops.nn` that move a window over spatial dimensions.

PyTorch wants channels in dimension 1. Channels-last tensors go there as a permuted view, which PyTorch recognises as
its memory format `channels_last` and answers in the same format, so that nothing is copied on the way.
"""

import math

import torch
from torch.nn import functional

from keras.src.backend.common.windows import per_dimension, same_padding, transposed_cut

_CONV = {2: functional.conv2d, 3: functional.conv3d}
_CONV_TRANSPOSE = {2: functional.conv_transpose2d, 3: functional.conv_transpose3d}
_MAX_POOL = {2: functional.max_pool2d, 3: functional.max_pool3d}
_AVERAGE_POOL = {2: functional.avg_pool2d, 3: functional.avg_pool3d}
_ADAPTIVE_MAX_POOL = {2: functional.adaptive_max_pool2d, 3: functional.adaptive_max_pool3d}
_ADAPTIVE_AVERAGE_POOL = {2: functional.adaptive_avg_pool2d, 3: functional.adaptive_avg_pool3d}


def _channels_first(x, data_format):
    return x.movedim(-1, 1) if data_format == "channels_last" else x


def _as_given(x, data_format):
    return x.movedim(1, -1) if data_format == "channels_last" else x


class _Frame:
    """A call in channels-first order with two or three spatial dimensions; a single one gets another of size 1."""

    def __init__(self, x, data_format):
        self.data_format = data_format
        self.rank = x.ndim - 2
        self.flat = self.rank == 1
        x = _channels_first(x, data_format)
        self.x = x.unsqueeze(2) if self.flat else x

    def steps(self, value, name, fill=1):
        """One int for each spatial dimension."""
        value = per_dimension(value, self.rank, name)
        return (fill, *value) if self.flat else value

    @property
    def sizes(self):
        return self.x.shape[2:]

    def result(self, x):
        return _as_given(x.squeeze(2) if self.flat else x, self.data_format)


def _paddings(sizes, window, strides, dilation, padding):
    """Pairs of what to add before and after each spatial dimension."""
    if padding == "valid":
        return [(0, 0)] * len(sizes)
    return [same_padding(n, k, s, d) for n, k, s, d in zip(sizes, window, strides, dilation)]


def _padded(x, pairs, value=0.0):
    """The tensor and the padding left for PyTorch, equal on both sides; uneven pairs are added here."""
    if all(before == after for before, after in pairs):
        return x, [before for before, _ in pairs]
    amounts = [amount for pair in reversed(pairs) for amount in pair]
    return functional.pad(x, amounts, value=value), [0] * len(pairs)


# Convolutions


def conv(inputs, kernel, strides=1, padding="valid", data_format="channels_last", dilation_rate=1):
    return _convolve(inputs, kernel, strides, padding, data_format, dilation_rate, _groups(inputs, kernel, data_format))


def _groups(inputs, kernel, data_format):
    return inputs.shape[-1 if data_format == "channels_last" else 1] // kernel.shape[-2]


def depthwise_conv(inputs, kernel, strides=1, padding="valid", data_format="channels_last", dilation_rate=1):
    channels, multiplier = kernel.shape[-2:]
    kernel = kernel.reshape(*kernel.shape[:-2], 1, channels * multiplier)
    return _convolve(inputs, kernel, strides, padding, data_format, dilation_rate, channels)


def _convolve(inputs, kernel, strides, padding, data_format, dilation_rate, groups):
    if _lacks_speed(inputs):
        result = _convolve(inputs.float(), kernel.float(), strides, padding, data_format, dilation_rate, groups)
        return result.to(inputs.dtype)
    frame = _Frame(inputs, data_format)
    weight = _weight(kernel, frame)
    strides, dilation = frame.steps(strides, "strides"), frame.steps(dilation_rate, "dilation_rate")
    pairs = _paddings(frame.sizes, weight.shape[2:], strides, dilation, padding)
    x, left = _padded(frame.x, pairs)
    return frame.result(_CONV[len(strides)](x, weight, None, strides, left, dilation, groups))


def _lacks_speed(x):
    """Half precision on a CPU, which computes it many times slower than single precision."""
    return x.dtype is torch.float16 and x.device.type == "cpu"


def _weight(kernel, frame):
    """A kernel of shape `(*window, a, b)` in PyTorch's order `(b, a, *window)`."""
    weight = kernel.permute(-1, -2, *range(kernel.ndim - 2))
    return weight.unsqueeze(2) if frame.flat else weight


def conv_transpose(
    inputs, kernel, strides=1, padding="valid", output_padding=None, data_format="channels_last", dilation_rate=1
):
    if _lacks_speed(inputs):
        settings = (strides, padding, output_padding, data_format, dilation_rate)
        return conv_transpose(inputs.float(), kernel.float(), *settings).to(inputs.dtype)
    frame = _Frame(inputs, data_format)
    weight = _weight(kernel, frame)
    strides, dilation = frame.steps(strides, "strides"), frame.steps(dilation_rate, "dilation_rate")
    extra = [None] * len(strides)
    if output_padding is not None:
        extra = frame.steps(output_padding, "output_padding", 0)
    cuts = [
        transposed_cut(n, k, s, d, padding, e)
        for n, k, s, d, e in zip(frame.sizes, weight.shape[2:], strides, dilation, extra)
    ]
    if frame.flat:
        cuts[0] = (0, 0)
    return frame.result(_transposed(frame.x, weight, strides, dilation, cuts))


def _transposed(x, weight, strides, dilation, cuts):
    """The full transposed convolution without what `cuts` says; PyTorch cuts itself where its arguments can say so."""
    function = _CONV_TRANSPOSE[len(strides)]
    added = [before - after for before, after in cuts]
    if all(0 <= a < max(s, d) for a, s, d in zip(added, strides, dilation)):
        return function(x, weight, None, strides, [before for before, _ in cuts], added, 1, dilation)
    full = function(x, weight, None, strides, 0, 0, 1, dilation)
    return functional.pad(full, [-amount for pair in reversed(cuts) for amount in pair])


# Poolings


def max_pool(inputs, pool_size, strides=None, padding="valid", data_format="channels_last"):
    if inputs.dtype is torch.bool:
        return max_pool(inputs.to(torch.uint8), pool_size, strides, padding, data_format).to(torch.bool)
    frame = _Frame(inputs, data_format)
    window, strides, pairs = _pool_steps(frame, pool_size, strides, padding)
    lowest = -math.inf if inputs.is_floating_point() else torch.iinfo(inputs.dtype).min
    x, left = _padded(frame.x, pairs, lowest)
    return frame.result(_MAX_POOL[len(window)](x, window, strides, left))


def average_pool(inputs, pool_size, strides=None, padding="valid", data_format="channels_last"):
    frame = _Frame(inputs, data_format)
    window, strides, pairs = _pool_steps(frame, pool_size, strides, padding)
    pool = _AVERAGE_POOL[len(window)]
    x, left = _padded(frame.x, pairs)
    result = pool(x, window, strides, left, count_include_pad=False)
    if x is not frame.x:
        present = torch.ones((1, 1, *frame.sizes), dtype=x.dtype, device=x.device)
        result = result / pool(_padded(present, pairs)[0], window, strides)
    return frame.result(result)


def _pool_steps(frame, pool_size, strides, padding):
    window = frame.steps(pool_size, "pool_size")
    strides = window if strides is None else frame.steps(strides, "strides")
    return window, strides, _paddings(frame.sizes, window, strides, (1,) * len(window), padding)


def adaptive_max_pool(inputs, output_size, data_format="channels_last"):
    if not inputs.is_floating_point():
        return adaptive_max_pool(inputs.double(), output_size, data_format).to(inputs.dtype)
    return _adaptive(_ADAPTIVE_MAX_POOL, inputs, output_size, data_format)


def adaptive_average_pool(inputs, output_size, data_format="channels_last"):
    return _adaptive(_ADAPTIVE_AVERAGE_POOL, inputs, output_size, data_format)


def _adaptive(functions, inputs, output_size, data_format):
    frame = _Frame(inputs, data_format)
    sizes = frame.steps(output_size, "output_size")
    return frame.result(functions[len(sizes)](frame.x, sizes))
