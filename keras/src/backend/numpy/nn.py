"""Kernels of `keras.ops.nn` on NumPy: convolutions by BLAS, poolings by strides."""

import itertools
import math

import numpy as np
from numpy.lib.stride_tricks import as_strided

from keras.src.backend import config
from keras.src.backend.common.by_body import ByBody
from keras.src.backend.common.windows import (
    moved_size,
    per_dimension,
    reach,
    same_padding,
    transposed_cut,
)
from keras.src.backend.numpy.core import to_engine_dtype
from keras.src.backend.numpy.math import erf
from keras.src.backend.numpy.support import in_float32, widen, without_warnings

# Activations


def relu(x):
    return np.maximum(x, x.dtype.type(0))


@in_float32
@without_warnings
def sigmoid(x):
    return np.reciprocal(np.exp(-x) + x.dtype.type(1))


def leaky_relu(x, negative_slope=0.2):
    # A choice between two arrays by signs costs several times as much.
    if negative_slope == 0 or not isinstance(negative_slope, (int, float)):
        raise ByBody
    other = x * x.dtype.type(negative_slope)
    return (np.maximum if negative_slope <= 1 else np.minimum)(x, other)


def elu(x, alpha=1.0):
    if not isinstance(alpha, (int, float)):
        raise ByBody
    return np.maximum(x, 0) + np.expm1(np.minimum(x, 0)) * x.dtype.type(alpha)


def silu(x):
    return x * sigmoid(x)


@in_float32
def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


@in_float32
def gelu(x, approximate=True):
    if approximate:
        inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)
        return x * (0.5 * (np.tanh(inner) + 1))
    return x * (0.5 * (erf(x * math.sqrt(0.5)) + 1))


@in_float32
@without_warnings
def softmax(x, axis=-1):
    result = np.asarray(x - np.maximum.reduce(x, axis, None, None, True))
    np.exp(result, result)
    result /= np.add.reduce(result, axis, None, None, True)
    return result


@in_float32
@without_warnings
def log_softmax(x, axis=-1):
    result = np.asarray(x - np.maximum.reduce(x, axis, None, None, True))
    result -= np.log(np.add.reduce(np.exp(result), axis, None, None, True))
    return result


# Windows


def _spatial_axes(rank, data_format):
    first = 1 if data_format == "channels_last" else 2
    return range(first, first + rank)


def _padded(x, axes, frames, value=0):
    """`x` with a frame `(before, after)` around each of the axes."""
    if not any(before or after for before, after in frames):
        return x
    widths = [(0, 0)] * x.ndim
    for axis, frame in zip(axes, frames):
        widths[axis] = frame
    return np.pad(x, widths, constant_values=value)


def _along(axis, part):
    return (slice(None),) * axis + (part,)


def _channels_last(x, data_format):
    return x if data_format == "channels_last" else np.moveaxis(x, 1, -1)


def _in_format(x, data_format):
    return x if data_format == "channels_last" else np.moveaxis(x, -1, 1)


# Convolutions

# Columns of patches are made a few at a time, so that they are still in the processor's cache when they are multiplied.
_COLUMN_BYTES = 1 << 18
_PART_BYTES = 1 << 20


def conv(inputs, kernel, strides=1, padding="valid", data_format="channels_last", dilation_rate=1):
    rank = kernel.ndim - 2
    strides = per_dimension(strides, rank, "strides")
    dilation = per_dimension(dilation_rate, rank, "dilation_rate")
    x, weights = _channels_last(widen(inputs), data_format), widen(kernel)
    if padding == "same":
        steps = zip(x.shape[1:-1], kernel.shape, strides, dilation)
        x = _padded(x, range(1, rank + 1), [same_padding(n, k, s, d) for n, k, s, d in steps])
    groups = x.shape[-1] // kernel.shape[-2]
    if groups == 1:
        result = _convolve(x, weights, strides, dilation)
    elif kernel.shape[-2] == 1:
        result = _convolve_each_channel(x, weights, strides, dilation)
    else:
        pieces = zip(np.split(x, groups, -1), np.split(weights, groups, -1))
        result = np.concatenate([_convolve(piece, part, strides, dilation) for piece, part in pieces], -1)
    return _in_format(result, data_format).astype(inputs.dtype, copy=False)


def _places(x, window, strides, dilation):
    """How many places the window has along each spatial dimension."""
    steps = zip(x.shape[1:-1], window, strides, dilation)
    return tuple(moved_size(n, k, s, d, "valid") for n, k, s, d in steps)


def _convolve(x, kernel, strides, dilation):
    """Patches as rows of a matrix, times the kernel as a matrix."""
    *window, channels, filters = kernel.shape
    places = _places(x, window, strides, dilation)
    matrix = kernel.reshape(-1, filters)
    if math.prod(window) == 1:
        picked = x[(slice(None), *(slice(None, None, s) for s in strides))]
        return (picked.reshape(-1, channels) @ matrix).reshape(len(x), *places, filters)
    patches = _patches(x, window, places, strides, dilation)
    result = np.empty((len(x), *places, filters), x.dtype)
    for block in _blocks(len(x), places[0], math.prod(places[1:]) * len(matrix) * x.itemsize):
        np.matmul(patches[block].reshape(-1, len(matrix)), matrix, out=result[block].reshape(-1, filters))
    return result


def _blocks(images, rows, row_bytes):
    """Indices of a few images at a time, or of a few rows of one image."""
    image_bytes = max(rows * row_bytes, 1)
    if image_bytes <= _COLUMN_BYTES:
        count = _COLUMN_BYTES // image_bytes
        return [slice(start, start + count) for start in range(0, images, count)]
    count = max(1, _COLUMN_BYTES // row_bytes)
    return [(i, slice(start, start + count)) for i in range(images) for start in range(0, rows, count)]


def _in_parts(function, x):
    """A function of images, computed for as many at a time as fit into the cache."""
    count = max(1, _PART_BYTES // max(x.nbytes // max(len(x), 1), 1))
    if count >= len(x):
        return function(x)
    parts = [function(x[start : start + count]) for start in range(0, len(x), count)]
    return np.concatenate(parts)


def _patches(x, window, places, strides, dilation):
    """A view of shape `(batch, *places, *window, channels)`; nothing is copied."""
    batch_stride, *steps, channel_stride = x.strides
    place_strides = [step * s for step, s in zip(steps, strides)]
    window_strides = [step * d for step, d in zip(steps, dilation)]
    return as_strided(
        x,
        (len(x), *places, *window, x.shape[-1]),
        (batch_stride, *place_strides, *window_strides, channel_stride),
        writeable=False,
    )


def _offsets(window, places, strides, dilation):
    """For each element of the window, its index and the part of the input on which it lies."""
    for index in itertools.product(*map(range, window)):
        starts = [i * d for i, d in zip(index, dilation)]
        parts = [slice(a, a + (n - 1) * s + 1, s) for a, n, s in zip(starts, places, strides)]
        yield index, (slice(None), *parts)


def _convolve_each_channel(x, kernel, strides, dilation):
    """Depthwise: patches times weights, without sums over channels."""
    *window, _, filters = kernel.shape
    channels, rank = x.shape[-1], len(window)
    places = _places(x, window, strides, dilation)
    patches = _patches(x, window, places, strides, dilation)
    axes = list(range(2 * rank + 2))
    outer, inner = axes[: rank + 1], axes[rank + 1 :]
    if filters == channels:
        return np.einsum(patches, axes, kernel.reshape(*window, channels), inner, [*outer, inner[-1]])
    weights, last = kernel.reshape(*window, channels, -1), len(axes)
    result = np.einsum(patches, axes, weights, [*inner, last], [*outer, inner[-1], last])
    return result.reshape(len(x), *places, filters)


def conv_transpose(
    inputs, kernel, strides=1, padding="valid", output_padding=None, data_format="channels_last", dilation_rate=1
):
    *window, filters, channels = kernel.shape
    rank = len(window)
    strides = per_dimension(strides, rank, "strides")
    dilation = per_dimension(dilation_rate, rank, "dilation_rate")
    extra = (None,) * rank if output_padding is None else per_dimension(output_padding, rank, "output_padding")
    x, weights = _channels_last(widen(inputs), data_format), widen(kernel)
    sizes = x.shape[1:-1]
    full = [(n - 1) * s + reach(k, d) for n, k, s, d in zip(sizes, window, strides, dilation)]
    result = np.zeros((len(x), *full, filters), x.dtype)
    contributions = x.reshape(-1, channels) @ weights.reshape(-1, channels).T
    contributions = contributions.reshape(len(x), *sizes, *window, filters)
    for index, part in _offsets(window, sizes, strides, dilation):
        result[part] += contributions[(slice(None),) * (rank + 1) + index]
    steps = zip(sizes, window, strides, dilation, extra)
    cuts = [transposed_cut(n, k, s, d, padding, e) for n, k, s, d, e in steps]
    return _in_format(_trimmed(result, cuts), data_format).astype(inputs.dtype, copy=False)


def _trimmed(x, cuts):
    """`x` without what is to be cut off its spatial dimensions; negative cuts are zeros to add."""
    axes = range(1, len(cuts) + 1)
    x = _padded(x, axes, [(max(-before, 0), max(-after, 0)) for before, after in cuts])
    return x[(slice(None), *(slice(max(a, 0), n - max(b, 0)) for (a, b), n in zip(cuts, x.shape[1:])))]


# Poolings: a window over several axes is one over each axis in turn.


def _slide(x, axis, window, stride, combine):
    """Combines the `window` elements from each place on, along one axis."""
    count = moved_size(x.shape[axis], window, stride, 1, "valid")
    parts = [x[_along(axis, slice(i, i + (count - 1) * stride + 1, stride))] for i in range(window)]
    if window == 1:
        return parts[0].copy()
    result = combine(parts[0], parts[1])
    for part in parts[2:]:
        combine(result, part, out=result)
    return result


def _pooling_steps(inputs, pool_size, strides, padding, data_format):
    """Axis, window, stride and frame of each spatial dimension."""
    rank = inputs.ndim - 2
    windows = per_dimension(pool_size, rank, "pool_size")
    strides = windows if strides is None else per_dimension(strides, rank, "strides")
    for axis, window, stride in zip(_spatial_axes(rank, data_format), windows, strides):
        frame = same_padding(inputs.shape[axis], window, stride, 1) if padding == "same" else (0, 0)
        yield axis, window, stride, frame


def _lowest(dtype):
    if dtype.kind in "iu":
        return np.iinfo(dtype).min
    return False if dtype.kind == "b" else -np.inf


def max_pool(inputs, pool_size, strides=None, padding="valid", data_format="channels_last"):
    steps = list(_pooling_steps(inputs, pool_size, strides, padding, data_format))

    def pooled(x):
        for axis, window, stride, frame in steps:
            x = _slide(_padded(x, [axis], [frame], _lowest(x.dtype)), axis, window, stride, np.maximum)
        return x

    return _in_parts(pooled, inputs)


def average_pool(inputs, pool_size, strides=None, padding="valid", data_format="channels_last"):
    steps = list(_pooling_steps(inputs, pool_size, strides, padding, data_format))
    shares = 1
    for axis, window, stride, frame in steps:
        inside = _padded(np.ones(inputs.shape[axis], "float32"), [0], [frame])
        counts = _slide(inside, 0, window, stride, np.add)
        shares = shares * (counts if padding == "same" else counts[:1]).reshape((-1,) + (1,) * (inputs.ndim - axis - 1))

    def pooled(x):
        x = widen(x)
        for axis, window, stride, frame in steps:
            x = _slide(_padded(x, [axis], [frame]), axis, window, stride, np.add)
        x /= shares
        return x.astype(inputs.dtype, copy=False)

    return _in_parts(pooled, inputs)


# Normalisation


def batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=1e-3):
    shape = [1] * x.ndim
    shape[axis] = -1
    factor = np.reciprocal(np.sqrt(widen(variance) + epsilon))
    if scale is not None:
        factor = factor * widen(scale)
    shift = -widen(mean) * factor
    if offset is not None:
        shift = shift + widen(offset)
    result = widen(x) * factor.reshape(shape)
    result += shift.reshape(shape)
    return result.astype(x.dtype, copy=False)


def _beside(weights, x, axis):
    """Weights of the normalised axes, with axes of size 1 in between."""
    axes = {a % x.ndim for a in (axis if isinstance(axis, tuple) else (axis,))}
    return widen(weights).reshape([n if i in axes else 1 for i, n in enumerate(x.shape)])


def layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None):
    epsilon = config.epsilon() if epsilon is None else epsilon
    wide = widen(x)
    result = wide - np.mean(wide, axis, keepdims=True)
    result /= np.sqrt(np.mean(np.square(result), axis, keepdims=True) + epsilon)
    if gamma is not None:
        result *= gamma if gamma.size == 1 else _beside(gamma, x, axis)
    if beta is not None:
        result += beta if beta.size == 1 else _beside(beta, x, axis)
    return result.astype(x.dtype, copy=False)


# Encodings


def one_hot(x, num_classes, axis=-1, dtype=None, sparse=False):
    result = (np.asarray(x)[..., None] == np.arange(num_classes)).astype(to_engine_dtype(dtype))
    return result if axis == -1 else np.moveaxis(result, -1, axis)
