"""Kernels of `keras.ops.nn`; operators of windows want channels first, and transpositions are put off (`graph.transposed`)."""

import numpy as np

from keras.src.backend import config
from keras.src.backend.common.windows import moved_size, per_dimension, same_padding, transposed_cut, transposed_size
from keras.src.backend.onnx import build
from keras.src.backend.onnx.build import cast, like
from keras.src.backend.onnx.graph import constant, current, emit, emit_elementwise, transposed
from keras.src.backend.onnx.numpy.elementwise import add, erf, multiply, of, tanh, unary
from keras.src.backend.onnx.numpy.linear import tensordot
from keras.src.backend.onnx.tensor import Unknown, known
from keras.src.backend.onnx.unsupported import UNSUPPORTED  # noqa: F401

_DOUBLE = ("float64",)
relu = unary("Relu", ("uint8", "uint16", "int16"), "int32")
sigmoid = unary("Sigmoid")
softplus, softsign = unary("Softplus"), unary("Softsign", _DOUBLE)


def silu(x):
    return multiply(x, sigmoid(x))


def relu6(x):
    return of("Min", of("Max", x, 0), 6)


def elu(x, alpha):
    return cast(emit_elementwise("Elu", [_single(x)], alpha=float(alpha)), x.dtype)


def leaky_relu(x, negative_slope):
    return emit_elementwise("LeakyRelu", [x], alpha=float(negative_slope))


def hard_sigmoid(x):
    return emit_elementwise("HardSigmoid", [x], alpha=1 / 6, beta=0.5)


def gelu(x, approximate):
    if current().opset >= 20 and x.dtype != np.float64:
        return emit_elementwise("Gelu", [x], approximate="tanh" if approximate else "none")
    if approximate:
        inner = multiply(np.sqrt(2 / np.pi), add(x, multiply(0.044715, multiply(x, multiply(x, x)))))
        return multiply(multiply(0.5, x), add(1.0, tanh(inner)))
    return multiply(multiply(0.5, x), add(1.0, erf(multiply(x, float(np.sqrt(0.5))))))


def _over_axes(op):
    """A kernel over one axis, several or all, of an operator over one axis."""

    def kernel(x, axis):
        axes = build.axes_of(x, axis)
        if len(axes) == 1:
            return _along(op, x, axes[0])
        moved, back = build.at_end(x, axes)
        flat = build.reshape(moved, [*moved.dims[: -len(axes)], -1])
        result = build.reshape(emit(op, [flat], flat.dims, x.dtype, axis=-1), moved.dims)
        return transposed(result, back)

    return kernel


def _along(op, x, axis):
    if x.view is None:
        return emit(op, [x], x.dims, x.dtype, axis=axis if axis != x.ndim - 1 else -1)
    source, order = x.view
    return transposed(emit(op, [source], source.dims, x.dtype, axis=order[axis]), order)


softmax, log_softmax = _over_axes("Softmax"), _over_axes("LogSoftmax")


def affine(x, kernel, bias, axes):
    if axes == 1 and x.ndim == kernel.ndim == 2 and x.dtype.kind not in "biu?":
        return emit("Gemm", [x, kernel, bias], (x.dims[0], kernel.dims[1]), x.dtype)
    return add(tensordot(x, kernel, axes), bias)


# Normalization


def _of_rank(v, rank, axis):
    """A vector of values along one axis, in a shape that meets tensors of a rank."""
    sizes = [1] * rank
    sizes[axis] = v.dims[0]
    return build.reshape(v, sizes)


def batch_normalization(x, mean, variance, axis, offset, scale, epsilon):
    axis %= x.ndim
    epsilon = config.epsilon() if epsilon is None else float(epsilon)
    given = [mean, variance] + [v for v in (offset, scale) if v is not None]
    if any(v.value is None for v in given):
        return _by_steps(x, mean, variance, axis, offset, scale, epsilon)
    mean, variance = mean.value.astype("float64"), variance.value.astype("float64")
    factor = (1.0 if scale is None else scale.value.astype("float64")) / np.sqrt(variance + epsilon)
    shift = (0.0 if offset is None else offset.value.astype("float64")) - mean * factor
    factor, shift = (_of_rank(constant(v.astype(x.dtype)), x.ndim, axis) for v in (factor, shift))
    return add(multiply(x, factor), shift)


def _by_steps(x, mean, variance, axis, offset, scale, epsilon):
    mean, variance = (_of_rank(v, x.ndim, axis) for v in (mean, variance))
    result = of("Div", of("Sub", x, mean), emit_elementwise("Sqrt", [add(variance, epsilon)]))
    result = result if scale is None else multiply(result, _of_rank(scale, x.ndim, axis))
    return result if offset is None else add(result, _of_rank(offset, x.ndim, axis))


def layer_normalization(x, gamma, beta, axis, epsilon):
    axes = sorted(build.axes_of(x, axis))
    epsilon = config.epsilon() if epsilon is None else float(epsilon)
    if axes != list(range(x.ndim - len(axes), x.ndim)):
        return _normalized_anywhere(x, gamma, beta, axes, epsilon)
    sizes = x.dims[axes[0] :]
    gamma = constant(np.ones(sizes, x.dtype)) if gamma is None else build.reshape(gamma, sizes)
    beta = None if beta is None else build.reshape(beta, sizes)
    return emit("LayerNormalization", [x, gamma, beta], x.dims, x.dtype, axis=axes[0] - x.ndim, epsilon=epsilon)


def _normalized_anywhere(x, gamma, beta, axes, epsilon):
    """Axes that are not the last are brought there."""
    moved, back = build.at_end(x, axes)
    return transposed(layer_normalization(moved, gamma, beta, tuple(range(-len(axes), 0)), epsilon), back)


# Windows


def channels_first(x, data_format):
    """`x` with its channels behind the batch."""
    return x if data_format == "channels_first" else transposed(x, (0, x.ndim - 1, *range(1, x.ndim - 1)))


def in_format(x, data_format):
    """A tensor with channels first in the format that was asked for."""
    return x if data_format == "channels_first" else transposed(x, (0, *range(2, x.ndim), 1))


def frames(sizes, window, strides, dilation, padding):
    """What a node is told of padding: sizes before and after, or that it finds them itself where sizes are unknown."""
    if padding == "valid":
        return {"pads": [0] * (2 * len(window))}
    if not all(map(known, sizes)):
        return {"auto_pad": "SAME_UPPER"}
    pairs = [same_padding(*each) for each in zip(sizes, window, strides, dilation)]
    return {"pads": [a for a, _ in pairs] + [b for _, b in pairs]}


def places(sizes, window, strides, dilation, padding):
    """Sizes of what a window that moves gives."""
    moved = [moved_size(n if known(n) else None, *each, padding) for n, *each in zip(sizes, window, strides, dilation)]
    return [Unknown() if n is None else n for n in moved]


def conv(inputs, kernel, strides, padding, data_format, dilation_rate):
    rank = inputs.ndim - 2
    *window, taken, filters = kernel.dims
    weights = transposed(kernel, (rank + 1, rank, *range(rank)))
    groups = _channels(inputs, data_format) // taken
    return _convolved(inputs, weights, window, filters, groups, (strides, padding, data_format, dilation_rate))


def _channels(x, data_format):
    return x.dims[1] if data_format == "channels_first" else x.dims[-1]


def _convolved(inputs, weights, window, filters, groups, settings):
    strides, padding, data_format, dilation = settings
    rank = inputs.ndim - 2
    x = channels_first(inputs, data_format)
    strides = per_dimension(strides, rank, "strides")
    dilation = per_dimension(dilation, rank, "dilation_rate")
    sizes = x.dims[2:]
    attributes = {
        "strides": list(strides),
        "dilations": list(dilation),
        "kernel_shape": list(window),
        "group": groups,
        **frames(sizes, window, strides, dilation, padding),
    }
    dims = (x.dims[0], filters, *places(sizes, window, strides, dilation, padding))
    return _of_windows("Conv", x, weights, dims, data_format, attributes)


def _of_windows(op, x, weights, dims, data_format, attributes):
    """A convolution of a tensor with channels first, in the format that was asked for; the runtime has none of float64."""
    narrow = _single(x)
    result = emit(op, [narrow, cast(weights, narrow.dtype)], dims, narrow.dtype, **attributes)
    return cast(in_format(result, data_format), x.dtype)


def _single(x):
    return cast(x, "float32") if x.dtype == np.float64 else x


def depthwise_conv(inputs, kernel, strides, padding, data_format, dilation_rate):
    rank = inputs.ndim - 2
    *window, channels, multiplier = kernel.dims
    turned = transposed(kernel, (rank, rank + 1, *range(rank)))
    weights = build.reshape(turned, (channels * multiplier, 1, *window))
    settings = strides, padding, data_format, dilation_rate
    return _convolved(inputs, weights, window, channels * multiplier, channels, settings)


def conv_transpose(inputs, kernel, strides, padding, output_padding, data_format, dilation_rate):
    rank = inputs.ndim - 2
    x = channels_first(inputs, data_format)
    *window, filters, _ = kernel.dims
    strides, dilation = per_dimension(strides, rank, "strides"), per_dimension(dilation_rate, rank, "dilation_rate")
    extra = (None,) * rank if output_padding is None else per_dimension(output_padding, rank, "output_padding")
    each = list(zip(window, strides, dilation, (padding,) * rank, extra))
    # How much is cut off does not depend on the size, so any will do.
    cuts = [transposed_cut(8, *settings) for settings in each]
    sizes = [transposed_size(n, *settings) if known(n) else Unknown() for n, settings in zip(x.dims[2:], each)]
    weights = transposed(kernel, (rank + 1, rank, *range(rank)))
    attributes = {
        "strides": list(strides),
        "dilations": list(dilation),
        "kernel_shape": list(window),
        "pads": [max(a, 0) for a, _ in cuts] + [max(b, 0) for _, b in cuts],
        "output_padding": [max(-b, 0) for _, b in cuts],
    }
    return _of_windows("ConvTranspose", x, weights, (x.dims[0], filters, *sizes), data_format, attributes)


def _pooled(op, **more):
    def kernel(inputs, pool_size, strides, padding, data_format):
        rank = inputs.ndim - 2
        x = channels_first(inputs, data_format)
        window = per_dimension(pool_size, rank, "pool_size")
        strides = window if strides is None else per_dimension(strides, rank, "strides")
        ones = (1,) * rank
        dims = (*x.dims[:2], *places(x.dims[2:], window, strides, ones, padding))
        attributes = {"kernel_shape": list(window), "strides": list(strides), **more}
        attributes.update(frames(x.dims[2:], window, strides, ones, padding))
        narrow = x if x.dtype in (np.float32, np.float16) else cast(x, "float32")
        result = emit(op, [narrow], dims, narrow.dtype, **attributes)
        return cast(in_format(result, data_format), x.dtype)

    return kernel


max_pool = _pooled("MaxPool")
average_pool = _pooled("AveragePool", count_include_pad=0)


def one_hot(x, num_classes, axis, dtype, sparse):
    axis = axis % (x.ndim + 1)
    indices = cast(x, "int64")
    # Indices out of range are rows of zeros, negative ones too, which the operator counts from behind.
    inside = emit_elementwise("GreaterOrEqual", [indices, like(0, indices)], np.bool_)
    indices = emit_elementwise("Where", [inside, indices, like(num_classes, indices)])
    dims = (*x.dims[:axis], num_classes, *x.dims[axis:])
    values = constant(np.array([0, 1], "float32"))
    return cast(emit("OneHot", [indices, np.int64(num_classes), values], dims, np.float32, axis=axis), dtype)
