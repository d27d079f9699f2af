"""Graph kernels of `keras.ops.nn`; the runtime wants channels first and pads explicitly."""

import numpy as np
import openvino.opset15 as opset

from keras.src.backend.common.windows import per_dimension, same_padding
from keras.src.backend.openvino.build import axes_of, like, rank_of, reshape, shape_of, transpose, unary
from keras.src.backend.openvino.tensor import graph_kernel

relu = unary(opset.relu)
sigmoid = unary(opset.sigmoid)
silu = unary(lambda x: opset.swish(x, like(1, x)))
softplus = unary(
    lambda x: opset.add(opset.relu(x), opset.log(opset.add(like(1, x), opset.exp(opset.negative(opset.absolute(x))))))
)
relu6 = unary(lambda x: opset.minimum(opset.relu(x), like(6, x)))


@graph_kernel
def gelu(x, approximate):
    return opset.gelu(x, "tanh" if approximate else "erf")


@graph_kernel
def elu(x, alpha):
    return opset.elu(x, float(alpha))


def _over_axes(function):
    """A kernel over one axis, several or all, of a function over the last axis."""

    def kernel(x, axis):
        axes = axes_of(x, axis)
        if len(axes) == 1:
            return function(x, axes[0])
        rest = [i for i in range(rank_of(x)) if i not in axes]
        order = [*rest, *axes]
        moved = transpose(x, order)
        flat = reshape(moved, (*shape_of(moved)[: len(rest)], -1))
        result = reshape(function(flat, len(rest)).output(0), shape_of(moved))
        return transpose(result, np.argsort(order).tolist())

    return graph_kernel(kernel)


softmax = _over_axes(lambda x, axis: opset.softmax(x, axis))
log_softmax = _over_axes(lambda x, axis: opset.log_softmax(x, axis))

# Windows


def _channels_first(x, data_format):
    return x if data_format == "channels_first" else transpose(x, (0, rank_of(x) - 1, *range(1, rank_of(x) - 1)))


def _in_format(x, data_format):
    x = x if hasattr(x, "get_shape") else x.output(0)
    return x if data_format == "channels_first" else transpose(x, (0, *range(2, rank_of(x)), 1))


def _frames(sizes, window, strides, dilation, padding):
    """Elements to add before and after each spatial dimension."""
    if padding == "valid":
        return [0] * len(sizes), [0] * len(sizes)
    pairs = [same_padding(*each) for each in zip(sizes, window, strides, dilation)]
    return [before for before, _ in pairs], [after for _, after in pairs]


@graph_kernel
def conv(inputs, kernel, strides, padding, data_format, dilation_rate):
    rank = rank_of(inputs) - 2
    x = _channels_first(inputs, data_format)
    strides = per_dimension(strides, rank, "strides")
    dilation = per_dimension(dilation_rate, rank, "dilation_rate")
    *window, taken, filters = shape_of(kernel)
    frames = _frames(shape_of(x)[2:], window, strides, dilation, padding)
    weights = transpose(kernel, (rank + 1, rank, *range(rank)))
    settings = (list(strides), *frames, list(dilation))
    groups = shape_of(x)[1] // taken
    if groups == 1:
        return _in_format(opset.convolution(x, weights, *settings), data_format)
    weights = reshape(weights, (groups, filters // groups, taken, *window))
    return _in_format(opset.group_convolution(x, weights, *settings), data_format)


@graph_kernel
def depthwise_conv(inputs, kernel, strides, padding, data_format, dilation_rate):
    rank = rank_of(inputs) - 2
    x = _channels_first(inputs, data_format)
    strides = per_dimension(strides, rank, "strides")
    dilation = per_dimension(dilation_rate, rank, "dilation_rate")
    *window, channels, multiplier = shape_of(kernel)
    frames = _frames(shape_of(x)[2:], window, strides, dilation, padding)
    weights = transpose(kernel, (rank, rank + 1, *range(rank)))
    weights = reshape(weights, (channels, multiplier, 1, *window))
    result = opset.group_convolution(x, weights, list(strides), *frames, list(dilation))
    return _in_format(result, data_format)


def _pooled(function):
    def kernel(inputs, pool_size, strides, padding, data_format):
        rank = rank_of(inputs) - 2
        x = _channels_first(inputs, data_format)
        window = list(per_dimension(pool_size, rank, "pool_size"))
        strides = window if strides is None else list(per_dimension(strides, rank, "strides"))
        frames = _frames(shape_of(x)[2:], window, strides, [1] * rank, padding)
        return _in_format(function(x, strides, frames, window), data_format)

    return graph_kernel(kernel)


max_pool = _pooled(
    lambda x, strides, frames, window: opset.max_pool(
        x, strides, [1] * len(window), *frames, window, "floor", "explicit"
    ).output(0)
)
average_pool = _pooled(
    lambda x, strides, frames, window: opset.avg_pool(x, strides, *frames, window, True, "floor", "explicit")
)
