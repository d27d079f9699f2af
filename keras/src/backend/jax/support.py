"""How kernels handle dtypes of 16 bits or fewer where JAX itself does not compute them in float32."""

import functools

import jax.numpy as jnp


def is_small_float(dtype):
    """Whether a dtype is a floating-point dtype of less than 32 bits."""
    return dtype.itemsize < 4 and jnp.issubdtype(dtype, jnp.floating)


def widen(x):
    """Returns small floats as float32, anything else as it is."""
    return x.astype("float32") if is_small_float(x.dtype) else x


def in_float32(function):
    """Wraps a kernel so that small floats of its first argument are computed in float32."""

    @functools.wraps(function)
    def kernel(x, *args, **kwargs):
        return function(widen(x), *args, **kwargs).astype(x.dtype)

    return kernel


def as_int32(x):
    """Returns indices and counts in the dtype that all backends give them."""
    return x.astype("int32")
