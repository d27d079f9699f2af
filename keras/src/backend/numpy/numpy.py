"""Kernels of `keras.ops.numpy` on NumPy."""

import builtins
import functools

import numpy as np
from numpy import (  # noqa: F401
    absolute,
    add,
    angle,
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctan2,
    arctanh,
    argpartition as _argpartition,
    bitwise_and,
    bitwise_invert,
    bitwise_left_shift,
    bitwise_or,
    bitwise_right_shift,
    bitwise_xor,
    broadcast_to,
    cbrt,
    ceil,
    concatenate,
    conjugate,
    copy,
    cos,
    cosh,
    deg2rad,
    diag,
    diagonal,
    divide,
    dot,
    equal,
    exp,
    exp2,
    expand_dims,
    expm1,
    flip,
    floor,
    floor_divide,
    fmax,
    fmin,
    fmod,
    gcd,
    greater,
    greater_equal,
    heaviside,
    hypot,
    imag,
    isclose,
    isfinite,
    isinf,
    isnan,
    isneginf,
    isposinf,
    isreal,
    kron,
    lcm,
    less,
    less_equal,
    log,
    log1p,
    log2,
    log10,
    logaddexp,
    logaddexp2,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    matmul as _matmul,
    maximum,
    minimum,
    mod,
    moveaxis,
    multiply,
    negative,
    nextafter,
    not_equal,
    power,
    rad2deg,
    ravel,
    real,
    reciprocal,
    repeat,
    reshape,
    roll,
    round,
    sign,
    signbit,
    sin,
    sinh,
    split,
    sqrt,
    square,
    squeeze,
    stack,
    subtract,
    swapaxes,
    take_along_axis,
    tan,
    tanh,
    tensordot,
    tile,
    transpose,
    tril,
    triu,
    trunc,
    vdot,
)

from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.backend.numpy.core import cast, to_engine_dtype

SCALAR_OPERANDS = {
    "add",
    "subtract",
    "multiply",
    "divide",
    "floor_divide",
    "mod",
    "fmod",
    "power",
    "maximum",
    "minimum",
    "fmax",
    "fmin",
    "equal",
    "not_equal",
    "greater",
    "greater_equal",
    "less",
    "less_equal",
}

_HALF = (np.dtype("float16"), to_engine_dtype("bfloat16"))

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


def array(x, dtype):
    return np.array(x, to_engine_dtype(dtype))


def arange(start, stop, step, dtype):
    if stop is None:
        start, stop = 0, start
    return np.arange(start, stop, 1 if step is None else step).astype(to_engine_dtype(dtype))


def linspace(start, stop, num, endpoint, retstep, dtype, axis):
    result = np.linspace(start, stop, num, endpoint, True, axis=axis)
    values, step = (cast(np.asarray(r), dtype) for r in result)
    return (values, step) if retstep else values


def logspace(start, stop, num, endpoint, base, dtype, axis):
    return cast(np.logspace(start, stop, num, endpoint, base, axis=axis), dtype)


def geomspace(start, stop, num, endpoint, dtype, axis):
    return cast(np.geomspace(start, stop, num, endpoint, axis=axis), dtype)


def eye(N, M, k, dtype):
    return np.eye(N, M, k, to_engine_dtype(dtype))


def tri(N, M, k, dtype):
    return np.tri(N, M, k, to_engine_dtype(dtype))


def _window(function):
    def kernel(x, *settings):
        return cast(function(int(x), *settings), standardize_dtype(None))

    return kernel


bartlett = _window(np.bartlett)
blackman = _window(np.blackman)
hamming = _window(np.hamming)
hanning = _window(np.hanning)
kaiser = _window(np.kaiser)

# Elementwise


def clip(x, x_min, x_max):
    return np.clip(x, x_min, x_max).astype(x.dtype, copy=False)


def nan_to_num(x, nan, posinf, neginf):
    return np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


def i0(x):
    return np.i0(x).astype(x.dtype, copy=False)


def sinc(x):
    return np.sinc(x).astype(x.dtype, copy=False)


def where(condition, x1, x2):
    if x1 is None and x2 is None:
        return nonzero(condition)
    return np.where(condition, x1, x2)


# Reductions


def _reduced(function):
    """Calls `function(x, axis, keepdims)`, half-precision floats in float32."""

    @functools.wraps(function)
    def kernel(x, axis, keepdims):
        if x.dtype in _HALF:
            return function(x.astype(np.float32), axis=axis, keepdims=keepdims).astype(x.dtype)
        return function(x, axis=axis, keepdims=keepdims)

    return kernel


mean = _reduced(np.mean)
var = _reduced(np.var)
std = _reduced(np.std)


def sum(x, axis, keepdims):
    if x.dtype in _HALF:
        return np.sum(x, axis=axis, keepdims=keepdims, dtype=np.float32).astype(x.dtype)
    return np.sum(x, axis=axis, keepdims=keepdims, dtype=x.dtype)


def prod(x, axis, keepdims, dtype):
    if x.dtype in _HALF:
        return np.prod(x, axis=axis, keepdims=keepdims, dtype=np.float32).astype(x.dtype)
    return np.prod(x, axis=axis, keepdims=keepdims, dtype=x.dtype)


def all(x, axis, keepdims):
    return np.all(x, axis=axis, keepdims=keepdims)


def any(x, axis, keepdims):
    return np.any(x, axis=axis, keepdims=keepdims)


def max(x, axis, keepdims, initial):
    settings = {} if initial is None else {"initial": initial}
    return np.max(x, axis=axis, keepdims=keepdims, **settings)


def min(x, axis, keepdims, initial):
    settings = {} if initial is None else {"initial": initial}
    return np.min(x, axis=axis, keepdims=keepdims, **settings)


def argmax(x, axis, keepdims):
    return np.argmax(x, axis=axis, keepdims=keepdims).astype(np.int32)


def argmin(x, axis, keepdims):
    return np.argmin(x, axis=axis, keepdims=keepdims).astype(np.int32)


def count_nonzero(x, axis):
    return np.asarray(np.count_nonzero(x, axis=axis), np.int32)


def cumsum(x, axis, dtype):
    return _cumulated(np.cumsum, x, axis)


def cumprod(x, axis, dtype):
    return _cumulated(np.cumprod, x, axis)


def _cumulated(function, x, axis):
    return function(x, axis=axis, dtype=np.float32 if x.dtype in _HALF else x.dtype).astype(x.dtype, copy=False)


# Shape


def pad(x, pad_width, mode, constant_values):
    settings = {} if constant_values is None else {"constant_values": constant_values}
    return np.pad(x, pad_width, mode=mode, **settings)


def view(x, dtype):
    return x.view(to_engine_dtype(dtype))


# Indexing and order


def take(x, indices, axis):
    return np.take(x, indices, axis=axis)


def get_item(x, key):
    return x[key]


def nonzero(x):
    return tuple(i.astype(np.int32) for i in np.nonzero(x))


def sort(x, axis):
    return np.sort(x, axis=axis)


def argsort(x, axis):
    return np.argsort(x, axis=axis, kind="stable").astype(np.int32)


def argpartition(x, kth, axis):
    return _argpartition(x, kth, axis).astype(np.int32)


def searchsorted(sorted_sequence, values, side):
    return np.searchsorted(sorted_sequence, values, side=side).astype(np.int32)


def digitize(x, bins):
    return np.digitize(x, bins).astype(np.int32)


def isin(x1, x2, assume_unique, invert):
    return np.isin(x1, x2, assume_unique=assume_unique, invert=invert)


def unique(x, sorted, return_index, return_inverse, return_counts, axis, size, fill_value):
    values, index, inverse, counts = np.unique(x, True, True, True, axis=axis)
    inverse = inverse.reshape(x.shape if axis is None else (x.shape[axis],))
    if size is not None:
        values, index, counts = _resized(values, index, counts, axis or 0, size, fill_value)
    wanted = [values]
    for asked, result in ((return_index, index), (return_inverse, inverse), (return_counts, counts)):
        if asked:
            wanted.append(result.astype(np.int32))
    return tuple(wanted) if len(wanted) > 1 else values


def _resized(values, index, counts, axis, size, fill_value):
    """The results of `unique` cut or filled up to `size`."""
    missing = builtins.max(size - values.shape[axis], 0)
    values, index, counts = (
        np.take(values, range(values.shape[axis] - builtins.max(values.shape[axis] - size, 0)), axis),
        index[:size],
        counts[:size],
    )
    if missing:
        filler = (
            np.min(values, axis=axis, keepdims=True)
            if fill_value is None
            else np.full_like(np.take(values, [0], axis), fill_value)
        )
        values = np.concatenate([values] + [filler] * missing, axis)
        index = np.concatenate([index, np.full(missing, index[0])])
        counts = np.concatenate([counts, np.zeros(missing, counts.dtype)])
    return values, index, counts


def unravel_index(indices, shape):
    return tuple(i.astype(indices.dtype) for i in np.unravel_index(indices, shape))


# Products


def matmul(x1, x2):
    if x1.dtype == np.int8:
        return _matmul(x1.astype(np.int32), x2.astype(np.int32))
    return _matmul(x1, x2)


def einsum(subscripts, *operands):
    if builtins.all(x.dtype == np.int8 for x in operands) and len(operands) > 1:
        operands = [x.astype(np.int32) for x in operands]
    if operands[0].dtype in _HALF:
        wide = [x.astype(np.float32) for x in operands]
        return np.einsum(subscripts, *wide, optimize=True).astype(operands[0].dtype)
    return np.einsum(subscripts, *operands, optimize=True)


def trace(x, offset, axis1, axis2):
    return np.trace(x, offset, axis1, axis2, dtype=x.dtype)


def slogdet(x):
    sign, logarithm = np.linalg.slogdet(x)
    return sign.astype(x.dtype, copy=False), logarithm.astype(x.dtype, copy=False)


# Statistics


def quantile(x, q, axis, method, keepdims):
    return _quantile(np.quantile, x, q, axis, method, keepdims)


def nanquantile(x, q, axis, method, keepdims):
    return _quantile(np.nanquantile, x, q, axis, method, keepdims)


def _quantile(function, x, q, axis, method, keepdims):
    wide = np.float32 if x.dtype in _HALF else x.dtype
    result = function(x.astype(wide), q.astype(wide), axis=axis, method=method, keepdims=keepdims)
    return np.asarray(result, x.dtype)


def histogram(x, bins, range):
    counts, edges = np.histogram(x, bins=bins, range=range)
    return counts.astype(np.int32), edges.astype(x.dtype)


def bincount(x, weights, minlength, sparse):
    if x.ndim == 2:
        length = builtins.max(minlength, int(np.max(x, initial=-1)) + 1)
        rows = [bincount(row, None if weights is None else weights[i], length, sparse) for i, row in enumerate(x)]
        return np.stack(rows)
    dtype = np.int32 if weights is None else weights.dtype
    return np.bincount(x, weights, minlength).astype(dtype)


def correlate(x1, x2, mode):
    return np.correlate(x1, x2, mode).astype(x1.dtype, copy=False)


def diff(a, n, axis):
    return np.diff(a, n=n, axis=axis)


def vander(x, N, increasing):
    return np.vander(x, N, increasing).astype(x.dtype, copy=False)


def trapezoid(y, x, dx, axis):
    return np.asarray(np.trapezoid(y, x, dx, axis), y.dtype)
