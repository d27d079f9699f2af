"""How kernels handle dtypes of 16 bits or fewer: they compute in float32 and return to the dtype they came from."""

import functools

import numpy as np

FLOAT32 = np.dtype("float32")
NATIVE_FLOATS = frozenset(map(np.dtype, ("float32", "float64", "complex64", "complex128")))


def is_small_float(dtype):
    """Whether a dtype is float16, or a type of ml_dtypes such as bfloat16."""
    return dtype.kind == "V" or (dtype.kind == "f" and dtype.itemsize < 4)


def widen(x):
    """Returns small floats as float32, anything else as it is."""
    dtype = x.dtype
    return x if dtype in NATIVE_FLOATS or not is_small_float(dtype) else x.astype(FLOAT32)


def in_float32(function):
    """Wraps a kernel so that small floats of its first argument, and tensors beside it, are computed in float32."""

    @functools.wraps(function)
    def kernel(x, *args, **kwargs):
        if x.dtype in NATIVE_FLOATS or not is_small_float(x.dtype):
            return function(x, *args, **kwargs)
        args = [widen(a) if isinstance(a, (np.ndarray, np.generic)) else a for a in args]
        return np.asarray(function(x.astype(FLOAT32), *args, **kwargs)).astype(x.dtype)

    return kernel


def as_int32(x):
    """Returns indices and counts in the dtype that all backends give them."""
    return np.asarray(x).astype(_INT32, copy=False)


_INT32 = np.dtype("int32")

without_warnings = np.errstate(all="ignore")
"""Wraps a kernel that meets infinities or NaN on its way to the right result."""
