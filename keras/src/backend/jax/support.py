"""How kernels handle dtypes of 16 bits or fewer where JAX itself does not compute them in float32."""

import functools

import jax.numpy as jnp

FLOAT32 = jnp.dtype("float32")
_INT32 = jnp.dtype("int32")


def as_dtype(x, dtype):
    """Returns `x` in a dtype; where it has it, JAX would still take as long as for an addition."""
    return x if x.dtype == dtype else x.astype(dtype)


def is_small_float(dtype):
    """Whether a dtype is a floating-point dtype of less than 32 bits."""
    return dtype.itemsize < 4 and jnp.issubdtype(dtype, jnp.floating)


def widen(x):
    """Returns small floats as float32, anything else as it is."""
    return x if x.dtype == FLOAT32 or not is_small_float(x.dtype) else x.astype(FLOAT32)


def spread_alike(*arrays):
    """Arrays that are broadcast together, where they are small floats: of shapes alike.

    The gradient of one that is repeated, such as a bias, is a sum, which is then computed in float32 and rounded once. By
    itself XLA may round after each addition, and does so where devices divide the rows.
    """
    shape = jnp.broadcast_shapes(*map(jnp.shape, arrays))
    return [_spread(x, shape) if x.shape != shape and is_small_float(x.dtype) else x for x in arrays]


def _spread(x, shape):
    return jnp.broadcast_to(x.astype(FLOAT32), shape).astype(x.dtype)


def in_float32(function):
    """Wraps a kernel so that small floats of its first argument are computed in float32."""

    @functools.wraps(function)
    def kernel(x, *args, **kwargs):
        return as_dtype(function(widen(x), *args, **kwargs), x.dtype)

    return kernel


def as_int32(x):
    """Returns indices and counts in the dtype that all backends give them."""
    return as_dtype(x, _INT32)
