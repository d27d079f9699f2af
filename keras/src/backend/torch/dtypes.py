"""Names of dtypes and PyTorch's objects for them."""

import ml_dtypes
import numpy as np
import torch

from keras.src.backend.common.dtypes import standardize_dtype

# PyTorch stores uint16, uint32 and uint64 but cannot add two of them: the next wider signed integers stand in.
ENGINE_DTYPES = {
    "bool": torch.bool,
    "uint8": torch.uint8,
    "uint16": torch.int32,
    "uint32": torch.int64,
    "uint64": torch.int64,
    "int8": torch.int8,
    "int16": torch.int16,
    "int32": torch.int32,
    "int64": torch.int64,
    "float8_e4m3fn": torch.float8_e4m3fn,
    "float8_e5m2": torch.float8_e5m2,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "float32": torch.float32,
    "float64": torch.float64,
    "complex64": torch.complex64,
    "complex128": torch.complex128,
}

FROM_ML_DTYPES = {
    np.dtype(ml_dtypes.bfloat16): (np.int16, torch.bfloat16),
    np.dtype(ml_dtypes.float8_e4m3fn): (np.int8, torch.float8_e4m3fn),
    np.dtype(ml_dtypes.float8_e5m2): (np.int8, torch.float8_e5m2),
}
"""NumPy dtype -> the NumPy dtype of the same bits that PyTorch can take over, and PyTorch's dtype."""

TO_ML_DTYPES = {theirs: (getattr(torch, bits.__name__), ours) for ours, (bits, theirs) in FROM_ML_DTYPES.items()}

WIDER = {np.dtype("uint16"): np.int32, np.dtype("uint32"): np.int64, np.dtype("uint64"): np.int64}


def to_engine_dtype(dtype):
    """PyTorch's dtype for the name of one.

    Args:
        dtype: Name of a dtype, or anything that `standardize_dtype` knows.

    Returns:
        A `torch.dtype`.
    """
    if dtype.__class__ is torch.dtype:
        return dtype
    found = ENGINE_DTYPES.get(dtype) if dtype.__class__ is str else None
    if found is None:
        found = ENGINE_DTYPES.get(standardize_dtype(dtype))
    if found is None:
        raise ValueError(f"PyTorch has no dtype {dtype!r}; it has {', '.join(ENGINE_DTYPES)}.")
    return found


# So that no tracer sees the names of these dtypes being learnt.
for _dtype in ENGINE_DTYPES.values():
    standardize_dtype(_dtype)


def is_small_float(x):
    """Whether a tensor holds floats of 16 bits."""
    return x.dtype is torch.float16 or x.dtype is torch.bfloat16
