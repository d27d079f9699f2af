"""Ops on `BCOO` arrays with sparse results; for all others the arguments become dense."""

import importlib
import math

import jax
import jax.numpy as jnp
from jax.experimental import sparse as jax_sparse

from keras.src.backend.jax.core import cast, is_sparse, to_dense
from keras.src.backend.jax.math import erf

# As a member of its package this name stands for public functions.
kernels = importlib.import_module("keras.src.backend.jax.numpy")


def run(name, dense_kernel, args, wants_sparse, elementwise):
    """Calls the op `name` on arguments some of which are sparse.

    Args:
        name: Name of the op.
        dense_kernel: What serves the op for dense arrays.
        args: Arguments of the kernel.
        wants_sparse: Whether the result has to be sparse.
        elementwise: Unused here; of ragged tensors.

    Returns:
        The result.
    """
    kernel = KERNELS.get(name)
    result = NotImplemented if kernel is None else kernel(*args)
    if result is NotImplemented:
        result = dense_kernel(*[_dense(x) for x in args])
    return _from_dense(result) if wants_sparse and not is_sparse(result) else result


def _dense(x):
    if isinstance(x, list):
        return [_dense(e) for e in x]
    return to_dense(x) if is_sparse(x) else x


def _from_dense(x):
    """A sparse array; room for all elements while JAX traces, since their number cannot depend on values there."""
    return jax_sparse.BCOO.fromdense(x, nse=x.size if isinstance(x, jax.core.Tracer) else None)


def _with_data(x, data):
    like = {"unique_indices": x.unique_indices, "indices_sorted": x.indices_sorted}
    return jax_sparse.BCOO((data, x.indices), shape=x.shape, **like)


def _unique(x):
    """`x` with each index once: JAX adds up those that repeat."""
    return x if x.unique_indices else x.sum_duplicates(nse=x.nse)


def _plain(x):
    """`x` with an index for each element, and no dimensions of batches or blocks."""
    return x if x.n_batch == x.n_dense == 0 else jax_sparse.bcoo_update_layout(x, n_batch=0, n_dense=0)


# ---------------------------------------------------------------------------------------------------------------------
# One array: functions that are zero at zero work on the values


def _on_values(function):
    def kernel(x, *args):
        if not is_sparse(x):
            return NotImplemented
        x = _unique(x)
        return _with_data(x, function(x.data, *args))

    return kernel


_ZERO_AT_ZERO = """
    absolute arcsin arcsinh arctan arctanh ceil conjugate deg2rad expm1 fabs floor imag log1p negative rad2deg real round
    sign signbit sin sinh sqrt square tan tanh trunc
""".split()


def _kernel_of(name):
    return getattr(kernels, name, None) or getattr(jnp, name)


# ---------------------------------------------------------------------------------------------------------------------
# Two arrays


def _both(x1, x2):
    return is_sparse(x1) and is_sparse(x2) and x1.shape == x2.shape


def _add(x1, x2):
    if not _both(x1, x2):
        return NotImplemented
    x1, x2 = _plain(x1), _plain(x2)
    data, indices = jnp.concatenate([x1.data, x2.data]), jnp.concatenate([x1.indices, x2.indices])
    added = jax_sparse.BCOO((data, indices), shape=x1.shape)
    if isinstance(data, jax.core.Tracer):
        return added.sum_duplicates(nse=min(added.nse, math.prod(added.shape)), remove_zeros=False)
    return added.sum_duplicates(remove_zeros=False)


def _subtract(x1, x2):
    return _add(x1, _with_data(x2, -x2.data)) if _both(x1, x2) else NotImplemented


def _beside_dense(function):
    """`function` of the values of a sparse array and the elements of a dense one, or a number, at their places."""

    def kernel(x, dense):
        x = _plain(_unique(x))
        if jnp.ndim(dense) == 0:
            return _with_data(x, function(x.data, dense))
        if jnp.broadcast_shapes(x.shape, dense.shape) != x.shape:
            return NotImplemented
        at = jnp.broadcast_to(dense, x.shape).at[tuple(x.indices.T)].get(mode="fill", fill_value=1)
        return _with_data(x, function(x.data, at))

    return kernel


def _divide_no_nan(data, dense):
    zero = dense == 0
    return jnp.where(zero, jnp.zeros_like(data), data / jnp.where(zero, jnp.ones_like(dense), dense))


_times = _beside_dense(jnp.multiply)


def _multiply(x1, x2):
    if is_sparse(x1) and is_sparse(x2):
        return jax_sparse.bcoo_multiply_sparse(_unique(x1), _unique(x2)) if _both(x1, x2) else NotImplemented
    return _times(x1, x2) if is_sparse(x1) else _times(x2, x1)


def _division(function):
    beside_dense = _beside_dense(function)
    return lambda x1, x2: NotImplemented if is_sparse(x2) else beside_dense(x1, x2)


def _extreme(function):
    """The larger or smaller of two sparse arrays: each gets the places of both."""

    def kernel(x1, x2):
        if not _both(x1, x2):
            return NotImplemented
        nothing1, nothing2 = (_with_data(x, jnp.zeros_like(x.data)) for x in (x1, x2))
        left, right = _add(x1, nothing2), _add(nothing1, x2)
        return _with_data(left, function(left.data, right.data))

    return kernel


def _matmul(x1, x2):
    if (is_sparse(x1) and x1.n_batch + x1.n_dense) or (is_sparse(x2) and x2.n_batch + x2.n_dense):
        return NotImplemented
    # JAX has sparse products of matrices of floats; others are computed as dense ones.
    if x1.dtype != x2.dtype or not x1.dtype.kind == "f" or not (x1.ndim == x2.ndim == 2):
        return NotImplemented
    return x1 @ x2


def _affine(x, kernel, bias, axes):
    is_product = axes == 1 and is_sparse(x) and not is_sparse(kernel)
    product = _matmul(x, kernel) if is_product else NotImplemented
    return NotImplemented if product is NotImplemented or is_sparse(bias) else product + bias


# ---------------------------------------------------------------------------------------------------------------------
# Shapes and sums


def _reshape(x, newshape):
    known = math.prod(n for n in newshape if n != -1)
    return _plain(x).reshape(*[math.prod(x.shape) // known if n == -1 and known else n for n in newshape])


def _transpose(x, axes=None):
    return _plain(x).transpose(axes)


def _expand_dims(x, axis):
    axes = (axis,) if isinstance(axis, int) else axis
    rank = x.ndim + len(axes)
    added = {a % rank for a in axes}
    kept = tuple(i for i in range(rank) if i not in added)
    shape = [1] * rank
    for place, size in zip(kept, x.shape):
        shape[place] = size
    return jax_sparse.bcoo_broadcast_in_dim(_plain(x), shape=tuple(shape), broadcast_dimensions=kept)


def _squeeze(x, axis=None):
    axes = [i for i, n in enumerate(x.shape) if n == 1] if axis is None else [axis] if isinstance(axis, int) else axis
    axes = tuple(a % x.ndim for a in axes)
    if any(x.shape[a] != 1 for a in axes):
        return NotImplemented
    return jax_sparse.bcoo_squeeze(_plain(x), dimensions=axes)


def _axes(x, axis):
    axes = range(x.ndim) if axis is None else [axis] if isinstance(axis, int) else axis
    return tuple(sorted(a % x.ndim for a in axes))


def _sum(x, axis=None, keepdims=False):
    axes = _axes(x, axis)
    summed = jax_sparse.bcoo_reduce_sum(_plain(x), axes=axes).sum_duplicates(nse=x.nse)
    return _expand_dims(summed, axes) if keepdims and axes else summed


def _mean(x, axis=None, keepdims=False):
    count = math.prod(x.shape[a] for a in _axes(x, axis))
    summed = _sum(x, axis, keepdims)
    return _with_data(summed, summed.data / jnp.asarray(count, summed.dtype))


def _nansum(x, axis=None, keepdims=False):
    return _sum(_with_data(x, jnp.where(jnp.isnan(x.data), jnp.zeros_like(x.data), x.data)), axis, keepdims)


def _concatenate(xs, axis=0):
    if not all(is_sparse(x) for x in xs):
        return NotImplemented
    return jax_sparse.bcoo_concatenate([_plain(x) for x in xs], dimension=axis % xs[0].ndim)


def _bincount(x, weights=None, minlength=0, sparse=False):
    """Counts of the values that are stored, in each row."""
    if not is_sparse(x) or weights is not None or isinstance(x.data, jax.core.Tracer):
        return NotImplemented
    x = _plain(_unique(x))
    length = max(minlength, int(x.data.max(initial=-1)) + 1)
    if x.ndim == 1:
        return _from_dense(jnp.bincount(x.data, length=length).astype("int32"))
    rows = jnp.zeros((x.shape[0], length), "int32").at[x.indices[:, 0], x.data].add(1, mode="drop")
    return _from_dense(rows)


KERNELS = {
    **{name: _on_values(_kernel_of(name)) for name in _ZERO_AT_ZERO},
    "erf": _on_values(erf),
    "digitize": _on_values(kernels.digitize),
    "stop_gradient": _on_values(jax.lax.stop_gradient),
    "copy": lambda x: x,
    "array": lambda x, dtype=None: x if dtype is None else cast(x, dtype),
    "add": _add,
    "subtract": _subtract,
    "multiply": _multiply,
    "divide": _division(kernels.divide),
    "true_divide": _division(kernels.divide),
    "divide_no_nan": _division(_divide_no_nan),
    "maximum": _extreme(jnp.maximum),
    "minimum": _extreme(jnp.minimum),
    "fmax": _extreme(jnp.fmax),
    "fmin": _extreme(jnp.fmin),
    "matmul": _matmul,
    "affine": _affine,
    "transpose": _transpose,
    "reshape": _reshape,
    "expand_dims": _expand_dims,
    "squeeze": _squeeze,
    "sum": _sum,
    "mean": _mean,
    "nansum": _nansum,
    "concatenate": _concatenate,
    "bincount": _bincount,
}
