"""Kernels of `keras.ops.numpy` on JAX."""

import builtins
import functools
import math

import jax
import jax.numpy as jnp
import numpy as np

from keras.src.backend import config
from keras.src.backend.common.array_api import SCALAR_OPERANDS, native_kernels  # noqa: F401
from keras.src.backend.common.memory import check_size, sized
from keras.src.backend.common.shaping_rules import check_padding_mode
from keras.src.backend.jax.byte_products import product_of_bytes, serves
from keras.src.backend.jax.core import jax_sparse, to_engine_dtype
from keras.src.backend.jax.host_arrays import from_host
from keras.src.backend.jax.support import as_dtype, as_int32, spread_alike, widen

globals().update(native_kernels(jnp, "angle i0 isclose moveaxis ravel round sinc sort tensordot vdot"))
# Programs of two tensors of which the result may be far larger than both: JAX would only fail when the result is read, and then end
# the process. A program is traced once for each shape, and is called faster than the functions of `jax.numpy`.
_GROWING = (
    SCALAR_OPERANDS | set("outer heaviside nextafter logaddexp logaddexp2 bitwise_and bitwise_or bitwise_xor".split())
) - {"power"}


def _program(function):
    return jax.jit(sized(function), inline=True)


def _element_wise(function):
    """A function of two arrays, or of one and a number; differentiated alike for small floats as for others."""

    @functools.wraps(function)
    def spread(x1, x2):
        if hasattr(x1, "shape") and hasattr(x2, "shape") and x1.shape != x2.shape:
            x1, x2 = spread_alike(x1, x2)
        return function(x1, x2)

    return spread


globals().update({name: _program(_element_wise(getattr(jnp, name))) for name in _GROWING - {"outer"}})
dot = _program(jnp.dot)
outer = _program(jnp.outer)

# Arithmetic


def clip(x, x_min, x_max):
    return jnp.clip(x, _limit(x_min, x.dtype), _limit(x_max, x.dtype))


def _limit(value, dtype):
    """A limit that does not change the dtype of what is clipped; integers beyond its range mean its end."""
    if value is None:
        return None
    if not isinstance(value, (int, float)):
        return jnp.asarray(value).astype(dtype)
    if dtype.kind in "iub":
        bounds = jnp.iinfo(dtype if dtype.kind != "b" else "int32")
        value = int(builtins.min(builtins.max(value, bounds.min), bounds.max))
        return bool(value) if dtype.kind == "b" else value
    return value


def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    return jnp.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


def where(condition, x1=None, x2=None):
    return nonzero(condition) if x1 is None else _chosen(condition, x1, x2)


_chosen = _program(jnp.where)


@_program
def kron(x1, x2):
    # JAX has no product of bools.
    return jnp.kron(x1.astype("int8"), x2.astype("int8")) != 0 if x1.dtype == bool else jnp.kron(x1, x2)


# Reductions; `jax.numpy` adds up small floats in float32.


def all(x, axis=None, keepdims=False):
    return jnp.all(x, axis, keepdims=keepdims)


def any(x, axis=None, keepdims=False):
    return jnp.any(x, axis, keepdims=keepdims)


def sum(x, axis=None, keepdims=False):
    return jnp.sum(x, axis, keepdims=keepdims, promote_integers=False)


def prod(x, axis=None, keepdims=False, dtype=None):
    return jnp.prod(x, axis, keepdims=keepdims, promote_integers=False)


def max(x, axis=None, keepdims=False, initial=None):
    return jnp.max(x, axis, keepdims=keepdims, initial=initial)


def min(x, axis=None, keepdims=False, initial=None):
    return jnp.min(x, axis, keepdims=keepdims, initial=initial)


def mean(x, axis=None, keepdims=False):
    return jnp.mean(x, axis, keepdims=keepdims)


def var(x, axis=None, keepdims=False):
    return jnp.var(x, axis, keepdims=keepdims)


def std(x, axis=None, keepdims=False):
    return jnp.std(x, axis, keepdims=keepdims)


def argmax(x, axis=None, keepdims=False):
    return as_int32(jnp.argmax(x, axis, keepdims=keepdims))


def argmin(x, axis=None, keepdims=False):
    return as_int32(jnp.argmin(x, axis, keepdims=keepdims))


def count_nonzero(x, axis=None):
    return as_int32(jnp.count_nonzero(x, axis))


def cumsum(x, axis=None, dtype=None):
    wide = widen(x)
    return as_dtype(jnp.cumsum(wide, axis, wide.dtype), x.dtype)


def cumprod(x, axis=None, dtype=None):
    wide = widen(x)
    return as_dtype(jnp.cumprod(wide, axis, wide.dtype), x.dtype)


def _quantile(function, x, q, axis, method, keepdims):
    x, q = widen(x), widen(q)

    def by(method):
        return function(x, q, axis, method=method, keepdims=keepdims)

    if method != "nearest":
        return by(method)
    # Halfway between two elements NumPy takes the one in the even place, which JAX does not.
    count = jnp.sum(~jnp.isnan(x), axis, keepdims=keepdims) if function is jnp.nanquantile else _count(x, axis)
    place = q.reshape(q.shape + (1,) * jnp.ndim(count)) * (count - 1)
    return jnp.where(jnp.round(place) == jnp.floor(place), by("lower"), by("higher"))


def _count(x, axis):
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return math.prod(x.shape[i] for i in axes)


def quantile(x, q, axis=None, method="linear", keepdims=False):
    return _quantile(jnp.quantile, x, q, axis, method, keepdims).astype(x.dtype)


def nanquantile(x, q, axis=None, method="linear", keepdims=False):
    return _quantile(jnp.nanquantile, x, q, axis, method, keepdims).astype(x.dtype)


# Creation


# Up to this many elements, handing over an array costs less than running a program that fills one.
_FEW = 2**16


def _is_small(shape):
    count = math.prod(shape)
    # What an export leaves open is no int, and must not be compared.
    return count.__class__ is int and count <= _FEW


def zeros(shape, dtype):
    dtype = to_engine_dtype(dtype)
    return from_host(np.zeros(shape, dtype)) if _is_small(shape) else jnp.zeros(shape, dtype)


def ones(shape, dtype):
    dtype = to_engine_dtype(dtype)
    return from_host(np.ones(shape, dtype)) if _is_small(shape) else jnp.ones(shape, dtype)


empty = zeros


def full(shape, fill_value, dtype):
    return jnp.full(shape, fill_value, to_engine_dtype(dtype))


def zeros_like(x, dtype):
    return jnp.zeros_like(x, to_engine_dtype(dtype))


def ones_like(x, dtype):
    return jnp.ones_like(x, to_engine_dtype(dtype))


empty_like = zeros_like


def full_like(x, fill_value, dtype):
    return jnp.full_like(x, fill_value, to_engine_dtype(dtype))


def array(x, dtype=None):
    return x


def copy(x):
    return jnp.array(x, copy=True)


def arange(start, stop=None, step=None, dtype=None):
    return jnp.arange(start, stop, step, to_engine_dtype(dtype))


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    # JAX computes later, so what no memory holds would only fail when it is read.
    check_size((*jnp.broadcast_shapes(jnp.shape(start), jnp.shape(stop)), num), dtype, "keras.ops.linspace: a tensor")
    return jnp.linspace(start, stop, num, endpoint, retstep, to_engine_dtype(dtype), axis)


def logspace(start, stop, num=50, endpoint=True, base=10, dtype=None, axis=0):
    return jnp.logspace(start, stop, num, endpoint, base, to_engine_dtype(dtype), axis)


def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    return jnp.geomspace(start, stop, num, endpoint, to_engine_dtype(dtype), axis)


def eye(N, M=None, k=0, dtype=None):
    return jnp.eye(N, M, k, to_engine_dtype(dtype))


def identity(n, dtype=None):
    return jnp.eye(n, dtype=to_engine_dtype(dtype))


def tri(N, M=None, k=0, dtype=None):
    return jnp.tri(N, M, k, to_engine_dtype(dtype))


def _window(function):
    """A window function of NumPy, whose result is a constant of the default float dtype."""

    def kernel(x, *args):
        return jnp.asarray(function(int(x), *args), to_engine_dtype(config.floatx()))

    return kernel


bartlett = _window(np.bartlett)
blackman = _window(np.blackman)
hamming = _window(np.hamming)
hanning = _window(np.hanning)
kaiser = _window(np.kaiser)

# Indexing and order


def take_along_axis(x, indices, axis=None):
    if axis is None:
        return jnp.take(x, indices.ravel())
    return jnp.take_along_axis(x, indices, axis)


def nonzero(x):
    return tuple(as_int32(i) for i in jnp.nonzero(x))


def argsort(x, axis=-1):
    return as_int32(jnp.argsort(x.reshape(-1) if x.ndim == 0 else x, axis))


def argpartition(x, kth, axis=-1):
    if axis is None:
        x, axis = x.ravel(), -1
    return as_int32(jnp.argpartition(x, kth, axis))


def searchsorted(sorted_sequence, values, side="left"):
    return as_int32(jnp.searchsorted(sorted_sequence, values, side))


def digitize(x, bins):
    return as_int32(jnp.digitize(x, jnp.asarray(bins)))


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
    found = jnp.unique(x, return_index, return_inverse, return_counts, axis, size=size, fill_value=fill_value)
    return (found[0], *map(as_int32, found[1:])) if isinstance(found, tuple) else found


def unravel_index(indices, shape):
    return tuple(i.astype(indices.dtype) for i in jnp.unravel_index(indices, shape))


# Products

_INT8 = jnp.dtype("int8")


@_program
def matmul(x1, x2):
    if x1.dtype == _INT8:
        return _matmul_of_bytes(x1, x2)
    return jnp.matmul(x1, x2)


def _matmul_of_bytes(x1, x2):
    """The product in int32."""
    if x1.ndim > 1 and x2.ndim == 2 and serves(x1, x2):
        rows = x1.reshape(-1, x1.shape[-1])
        return product_of_bytes(rows, x2).reshape(*x1.shape[:-1], x2.shape[1])
    return jnp.matmul(x1, x2, preferred_element_type="int32")


@sized
def einsum(subscripts, *operands):
    if operands[0].dtype == _INT8:
        operands = operands if len(operands) > 1 else (operands[0].astype("int32"),)
        return jnp.einsum(subscripts, *operands, preferred_element_type="int32")
    return jnp.einsum(subscripts, *operands)


def trace(x, offset=0, axis1=0, axis2=1):
    return jnp.trace(widen(x), offset, axis1, axis2).astype(x.dtype)


def slogdet(x):
    return tuple(part.astype(x.dtype) for part in jnp.linalg.slogdet(widen(x)))


# Shapes


def repeat(x, repeats, axis=None):
    return jnp.repeat(x, repeats if isinstance(repeats, (int, jax.Array)) else np.asarray(repeats), axis)


def split(x, indices_or_sections, axis=0):
    if not isinstance(indices_or_sections, int):
        indices_or_sections = [int(i) for i in indices_or_sections]
    return jnp.split(x, indices_or_sections, axis)


def pad(x, pad_width, mode="constant", constant_values=None):
    if mode != "constant":
        check_padding_mode(mode, constant_values)
        return jnp.pad(x, pad_width, mode)
    return jnp.pad(x, pad_width, mode, constant_values=0 if constant_values is None else constant_values)


def view(x, dtype):
    dtype = np.dtype(to_engine_dtype(dtype))
    if dtype.itemsize != x.dtype.itemsize and not {int}.issuperset(map(type, x.shape)):
        raise NotImplementedError(
            "A program with open sizes cannot view numbers as ones of another size: XLA would not find the sizes out. "
            f"Received: a tensor of shape {x.shape} and dtype {x.dtype}, dtype={dtype}"
        )
    return x.view(dtype)


# Statistics


def histogram(x, bins=10, range=None):
    counts, edges = jnp.histogram(x, bins, range)
    return as_int32(counts), edges.astype(x.dtype)


def bincount(x, weights=None, minlength=0, sparse=False):
    length = minlength if isinstance(x, jax.core.Tracer) else builtins.max(minlength, int(x.max()) + 1 if x.size else 0)
    dtype = "int32" if weights is None else weights.dtype
    weights = jnp.ones(x.shape, "int32") if weights is None else widen(weights)

    def count(row, weight):
        return jnp.bincount(row, weight, length=length)

    counts = (count if x.ndim == 1 else jax.vmap(count))(x, weights).astype(dtype)
    return jax_sparse.BCOO.fromdense(counts) if sparse else counts


def correlate(x1, x2, mode="valid"):
    return jnp.correlate(x1, x2, mode)


def vander(x, N=None, increasing=False):
    return jnp.vander(x, N, increasing).astype(x.dtype)


def trapezoid(y, x=None, dx=1.0, axis=-1):
    return jnp.trapezoid(y, x, dx, axis).astype(y.dtype)
