"""`saturate_cast`; it belongs to the historical module `keras.src.ops.core`."""

import ml_dtypes
import numpy as np

from keras.src.backend.common import shape_rules
from keras.src.backend.common.dtypes import limits, standardize_dtype
from keras.src.ops.core import cast
from keras.src.ops.declare import Tensor, op
from keras.src.ops.numpy.elementwise import maximum, minimum


@op(dtype=lambda x, dtype: (None, standardize_dtype(dtype)), shape=shape_rules.first, domain="core")
def saturate_cast(x: Tensor, dtype):
    """`x` in another dtype, values out of its range set to the nearest limit.

    Args:
        x: Tensor.
        dtype: Name of the dtype.

    Returns:
        Tensor of the shape of `x`.

    Example:

    >>> keras.ops.saturate_cast([-5, 100, 300], "uint8")
    array([  0, 100, 255], dtype=uint8)
    """
    return cast(_limited(x, standardize_dtype(x.dtype), standardize_dtype(dtype)), dtype)


def _limited(x, from_dtype, to_dtype):
    """`x` clipped to what `to_dtype` can hold, in its own dtype."""
    if "bool" in (from_dtype, to_dtype) or "complex" in from_dtype + to_dtype:
        return x
    low, high = limits(to_dtype)
    from_low, from_high = limits(from_dtype)
    # A limit that the dtype of `x` cannot hold exactly is rounded towards zero.
    low, high = (_held(v, from_dtype) for v in (low, high))
    x = maximum(x, low) if low > from_low else x
    return minimum(x, high) if high < from_high else x


def _held(value, dtype):
    if "int" in dtype:
        return int(value) if abs(value) < 2**63 else value
    kind = np.dtype(getattr(ml_dtypes, dtype, dtype)).type
    with np.errstate(over="ignore"):
        held = kind(value)
    if abs(float(held)) > abs(value):
        held = np.nextafter(held, kind(0))
    return float(held)
