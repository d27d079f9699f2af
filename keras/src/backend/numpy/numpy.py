"""Kernels of `keras.ops.numpy` on NumPy."""

import builtins

import ml_dtypes
import numpy as np

from keras.src.backend import config
from keras.src.backend.common.array_api import SCALAR_OPERANDS, native_kernels  # noqa: F401
from keras.src.backend.common.shaping_rules import check_padding_mode
from keras.src.backend.numpy.core import to_engine_dtype
from keras.src.backend.numpy.ordering import argsort
from keras.src.backend.numpy.support import NATIVE_FLOATS, as_int32, in_float32, is_small_float, widen

globals().update(native_kernels(np, "repeat"))

# Arithmetic


def get_item(x, key):
    part = x[key]
    return part if getattr(part, "base", None) is None else part.copy()


def clip(x, x_min, x_max):
    if x_min is not None:
        x = np.maximum(x, _limit(x_min, x.dtype))
    return x if x_max is None else np.minimum(x, _limit(x_max, x.dtype))


def _limit(value, dtype):
    """A limit in the dtype of what is clipped; integers beyond its range mean its end."""
    value = np.asarray(value)
    if dtype.kind in "iu":
        bounds = np.iinfo(dtype)
        value = value.astype(np.result_type(value, np.int64))
        value = np.minimum(np.maximum(value, bounds.min), bounds.max)
    return value.astype(dtype)


def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    if x.dtype.kind not in "fcV":
        return x
    bounds = ml_dtypes.finfo(x.dtype)
    posinf = float(bounds.max) if posinf is None else posinf
    neginf = float(bounds.min) if neginf is None else neginf
    return np.nan_to_num(widen(x), nan=nan, posinf=posinf, neginf=neginf).astype(x.dtype)


def round(x, decimals=0):
    return np.round(widen(x), decimals).astype(x.dtype)


sinc = in_float32(np.sinc)
sort = in_float32(np.sort)


def i0(x):
    return np.i0(widen(x)).astype(x.dtype)


def angle(x):
    return np.asarray(np.angle(widen(x))).astype(x.real.dtype)


def isclose(x1, x2, rtol=1e-05, atol=1e-08, equal_nan=False):
    return np.isclose(widen(x1), widen(x2), rtol, atol, equal_nan)


def where(condition, x1=None, x2=None):
    return nonzero(condition) if x1 is None else np.where(condition, x1, x2)


# Reductions


def all(x, axis=None, keepdims=False):
    return np.logical_and.reduce(x, axis, None, None, keepdims)


def any(x, axis=None, keepdims=False):
    return np.logical_or.reduce(x, axis, None, None, keepdims)


def sum(x, axis=None, keepdims=False):
    dtype = x.dtype
    if is_small_float(dtype):
        return np.add.reduce(x, axis, np.float32, None, keepdims).astype(dtype)
    return np.add.reduce(x, axis, dtype, None, keepdims)


def prod(x, axis=None, keepdims=False, dtype=None):
    if is_small_float(x.dtype):
        return np.multiply.reduce(x, axis, np.float32, None, keepdims).astype(x.dtype)
    return np.multiply.reduce(x, axis, x.dtype, None, keepdims)


def max(x, axis=None, keepdims=False, initial=None):
    return _extreme(np.maximum, x, axis, keepdims, initial)


def min(x, axis=None, keepdims=False, initial=None):
    return _extreme(np.minimum, x, axis, keepdims, initial)


def _extreme(ufunc, x, axis, keepdims, initial):
    if initial is None:
        return ufunc.reduce(x, axis, None, None, keepdims)
    return ufunc.reduce(x, axis, None, None, keepdims, np.asarray(initial).astype(x.dtype))


def _mean(x, axis, keepdims):
    total = np.add.reduce(x, axis, None, None, keepdims)
    return total / (x.size / builtins.max(total.size, 1))


def mean(x, axis=None, keepdims=False):
    return _mean(widen(x), axis, keepdims).astype(x.dtype, copy=False)


def var(x, axis=None, keepdims=False):
    wide = widen(x)
    centred = wide - _mean(wide, axis, True)
    centred = np.absolute(centred) if centred.dtype.kind == "c" else centred
    return _mean(np.square(centred, out=centred if centred.shape else None), axis, keepdims).astype(
        x.real.dtype, copy=False
    )


def std(x, axis=None, keepdims=False):
    return np.sqrt(var(widen(x), axis, keepdims)).astype(x.real.dtype, copy=False)


def argmax(x, axis=None, keepdims=False):
    return as_int32(np.argmax(x, axis, keepdims=keepdims))


def argmin(x, axis=None, keepdims=False):
    return as_int32(np.argmin(x, axis, keepdims=keepdims))


def count_nonzero(x, axis=None):
    return as_int32(np.count_nonzero(x, axis))


def cumsum(x, axis=None, dtype=None):
    return np.cumsum(x, axis, np.float32 if is_small_float(x.dtype) else x.dtype).astype(x.dtype, copy=False)


def cumprod(x, axis=None, dtype=None):
    return np.cumprod(x, axis, np.float32 if is_small_float(x.dtype) else x.dtype).astype(x.dtype, copy=False)


def quantile(x, q, axis=None, method="linear", keepdims=False):
    return np.quantile(widen(x), widen(q), axis, method=method, keepdims=keepdims).astype(x.dtype)


def nanquantile(x, q, axis=None, method="linear", keepdims=False):
    return np.nanquantile(widen(x), widen(q), axis, method=method, keepdims=keepdims).astype(x.dtype)


# Creation


def zeros(shape, dtype):
    return np.zeros(shape, to_engine_dtype(dtype))


def ones(shape, dtype):
    return np.ones(shape, to_engine_dtype(dtype))


def empty(shape, dtype):
    return np.empty(shape, to_engine_dtype(dtype))


def full(shape, fill_value, dtype):
    return np.full(shape, fill_value, to_engine_dtype(dtype))


def zeros_like(x, dtype):
    return np.zeros(x.shape, to_engine_dtype(dtype))


def ones_like(x, dtype):
    return np.ones(x.shape, to_engine_dtype(dtype))


def empty_like(x, dtype):
    return np.empty(x.shape, to_engine_dtype(dtype))


def full_like(x, fill_value, dtype):
    return np.full(x.shape, fill_value, to_engine_dtype(dtype))


def array(x, dtype=None):
    return np.array(x)


def copy(x):
    return np.array(x)


def arange(start, stop=None, step=None, dtype=None):
    start, stop = (0, start) if stop is None else (start, stop)
    return np.arange(start, stop, 1 if step is None else step).astype(to_engine_dtype(dtype))


def _double(x):
    """Arguments of a grid in 64 bits, so that its last point is met exactly."""
    return np.asarray(x).astype("complex128" if np.asarray(x).dtype.kind == "c" else "float64")


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    dtype = to_engine_dtype(dtype)
    points, step = np.linspace(_double(start), _double(stop), num, endpoint, retstep=True, axis=axis)
    return (points.astype(dtype), np.asarray(step).astype(dtype)) if retstep else points.astype(dtype)


def logspace(start, stop, num=50, endpoint=True, base=10, dtype=None, axis=0):
    points = np.logspace(_double(start), _double(stop), num, endpoint, base, axis=axis)
    return points.astype(to_engine_dtype(dtype))


def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    return np.geomspace(_double(start), _double(stop), num, endpoint, axis=axis).astype(to_engine_dtype(dtype))


def eye(N, M=None, k=0, dtype=None):
    return np.eye(N, M, k, to_engine_dtype(dtype))


def identity(n, dtype=None):
    return np.eye(n, dtype=to_engine_dtype(dtype))


def tri(N, M=None, k=0, dtype=None):
    return np.tri(N, M, k, to_engine_dtype(dtype))


def _window(function):
    """A window function whose result has the default float dtype."""

    def kernel(x, *args):
        return function(int(x), *args).astype(to_engine_dtype(config.floatx()))

    return kernel


bartlett = _window(np.bartlett)
blackman = _window(np.blackman)
hamming = _window(np.hamming)
hanning = _window(np.hanning)
kaiser = _window(np.kaiser)

# Indexing and order


def take_along_axis(x, indices, axis=None):
    if axis is None:
        return np.take(x, indices.ravel())
    return np.take_along_axis(x, indices, axis)


def nonzero(x):
    return tuple(map(as_int32, np.nonzero(x)))


def argpartition(x, kth, axis=-1):
    return as_int32(np.argpartition(widen(x), kth, axis))


def searchsorted(sorted_sequence, values, side="left"):
    return as_int32(np.searchsorted(sorted_sequence, values, side))


def digitize(x, bins):
    return as_int32(np.digitize(widen(x), np.asarray(bins)))


def unique(
    x,
    sorted=True,
    return_index=False,
    return_inverse=False,
    return_counts=False,
    axis=None,
    size=None,
    fill_value=None,
):
    wanted = (return_index, return_inverse, return_counts)
    values, *extra = np.unique(x, True, True, True, axis)
    if size is not None:
        values = _resized(values, size, fill_value, axis or 0)
        extra[0] = _resized(extra[0], size, extra[0][0], 0)
        extra[2] = _resized(extra[2], size, 0, 0)
    extra = [as_int32(e) for e, is_wanted in zip(extra, wanted) if is_wanted]
    return (values, *extra) if extra else values


def _resized(values, size, fill_value, axis):
    """The first `size` slices along an axis, followed by slices of `fill_value`, by default the first slice."""
    kept = np.take(values, range(builtins.min(size, values.shape[axis])), axis)
    missing = size - kept.shape[axis]
    if missing <= 0:
        return kept
    filler = np.take(values, [0], axis)
    filler = filler if fill_value is None else np.full_like(filler, fill_value)
    return np.concatenate([kept, np.repeat(filler, missing, axis)], axis)


def unravel_index(indices, shape):
    places = np.where(indices < 0, indices + int(np.prod(shape)), indices)
    return tuple(np.asarray(i).astype(indices.dtype) for i in np.unravel_index(places, shape))


# Products


def matmul(x1, x2):
    if x1.dtype == np.int8:
        # Products of bytes are exact in float64, for which there is BLAS.
        return np.matmul(x1.astype("float64"), x2.astype("float64")).astype("int32")
    if x1.dtype in NATIVE_FLOATS:
        return _matmul(x1, x2)
    return _matmul(widen(x1), widen(x2)).astype(x1.dtype, copy=False)


def _matmul(x1, x2):
    if x2.ndim > 2 or x1.ndim < 3:
        return np.matmul(x1, x2)
    # One large product is faster than many small ones.
    return np.matmul(x1.reshape(-1, x1.shape[-1]), x2).reshape(x1.shape[:-1] + x2.shape[1:])


def dot(x1, x2):
    if x1.ndim > 2 and 0 < x2.ndim < 3:  # for which `np.dot` does not call BLAS
        return matmul(x1, x2) if x1.dtype != np.int8 else matmul(x1, x2).astype("int8")
    if x1.dtype in NATIVE_FLOATS:
        return np.dot(x1, x2)
    return np.dot(widen(x1), widen(x2)).astype(x1.dtype, copy=False)


def vdot(x1, x2):
    return np.vdot(widen(x1), widen(x2)).astype(x1.dtype)


def tensordot(x1, x2, axes=2):
    return np.tensordot(widen(x1), widen(x2), axes).astype(x1.dtype, copy=False)


def conjugate(x):
    return np.conjugate(x) if x.dtype.kind == "c" else x


def einsum(subscripts, *operands):
    result_dtype = operands[0].dtype
    if result_dtype in NATIVE_FLOATS:
        return _einsum(subscripts, operands)
    if result_dtype == np.int8:
        result_dtype = np.dtype("int32")
        operands = [x.astype(result_dtype) for x in operands]
    return _einsum(subscripts, [widen(x) for x in operands]).astype(result_dtype, copy=False)


def _einsum(subscripts, operands):
    """With `optimize`, pairs are contracted by BLAS; to look for the pairs takes longer than small products."""
    work = 1
    for x in operands:
        work *= x.size
    if work <= _SMALL_WORK or len(operands) == 1:
        return np.einsum(subscripts, *operands)
    return np.einsum(subscripts, *operands, optimize=True)


_SMALL_WORK = 1 << 14


def trace(x, offset=0, axis1=0, axis2=1):
    return np.trace(widen(x), offset, axis1, axis2, dtype=widen(x).dtype).astype(x.dtype)


def slogdet(x):
    return tuple(np.asarray(part).astype(x.dtype) for part in np.linalg.slogdet(widen(x)))


# Shapes


def pad(x, pad_width, mode="constant", constant_values=None):
    if mode != "constant":
        check_padding_mode(mode, constant_values)
        return np.pad(x, pad_width, mode)
    pairs = np.broadcast_to(pad_width, (x.ndim, 2)).tolist()
    result = np.full([before + n + after for n, (before, after) in zip(x.shape, pairs)], constant_values or 0, x.dtype)
    result[tuple([slice(before, before + n) for n, (before, _) in zip(x.shape, pairs)])] = x
    return result


def split(x, indices_or_sections, axis=0):
    return np.split(x, indices_or_sections, axis)


def view(x, dtype):
    return np.ascontiguousarray(x).reshape(x.shape).view(to_engine_dtype(dtype))


# Statistics


def histogram(x, bins=10, range=None):
    counts, edges = np.histogram(widen(x), bins, range)
    return as_int32(counts), edges.astype(x.dtype)


def bincount(x, weights=None, minlength=0, sparse=False):
    x = x.astype("int64", copy=False)
    length = builtins.max(minlength, int(x.max(initial=-1)) + 1)
    dtype = np.dtype("int32") if weights is None else weights.dtype
    if x.ndim == 1:
        return np.bincount(x, None if weights is None else widen(weights), length).astype(dtype)
    rows = [None] * len(x) if weights is None else widen(weights)
    return np.stack([np.bincount(row, weight, length) for row, weight in zip(x, rows)]).astype(dtype)


def correlate(x1, x2, mode="valid"):
    return np.correlate(widen(x1), widen(x2), mode).astype(x1.dtype)


def vander(x, N=None, increasing=False):
    return np.vander(widen(x), N, increasing).astype(x.dtype)


def trapezoid(y, x=None, dx=1.0, axis=-1):
    return np.asarray(np.trapezoid(widen(y), None if x is None else widen(x), dx, axis)).astype(y.dtype)
