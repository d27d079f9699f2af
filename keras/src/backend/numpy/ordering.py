"""Stable orders by one sort of integers, each of which holds the place of its element: NumPy's own stable order takes five times as long."""

import numpy as np

from keras.src.backend.numpy.support import as_int32, widen

_LEAST = 256
"""Along fewer elements, NumPy's stable order is as fast."""


def argsort(x, axis=-1):
    if axis is None or x.ndim == 0:
        x, axis = x.reshape(-1), 0
    if not _has_keys(x.dtype) or x.shape[axis] < _LEAST:
        return as_int32(np.argsort(widen(x), axis, kind="stable"))
    return np.moveaxis(_places(np.sort(_packed(np.moveaxis(x, axis, -1)), -1)), -1, axis)


def top_k(x, k, sorted=True):
    rows = x.reshape(-1, x.shape[-1])
    falling = ~rows if x.dtype.kind in "iub" else -widen(rows)
    if not _has_keys(falling.dtype) or rows.shape[-1] < _LEAST or k < 1:
        order = as_int32(np.argsort(falling, -1, kind="stable")[:, :k])
    else:
        packed = _packed(falling)
        order = _places(np.sort(np.partition(packed, k - 1, -1)[:, :k], -1))
    values = rows[np.arange(len(rows))[:, None], order]
    return values.reshape(*x.shape[:-1], -1), order.reshape(*x.shape[:-1], -1)


def _has_keys(dtype):
    return dtype.itemsize <= 4 and dtype.kind in "biufV"


def _packed(x):
    """Integers of 64 bits: the upper half in the order of the elements, the lower half their places along the last axis."""
    packed = _keys(x).astype("int64")
    packed <<= 32
    packed |= np.arange(x.shape[-1])
    return packed


def _places(packed):
    return (packed & 0xFFFFFFFF).astype("int32")


def _keys(x):
    """Integers within 32 bits and a sign, in the order of the elements, NaN greatest."""
    if x.dtype.kind == "u":
        return x.astype("int64") - (1 << 31)
    if x.dtype.kind in "bi":
        return x
    x = widen(x) + np.float32(0)  # no negative zeros
    bits = x.view("int32")
    # Negative numbers grow with their magnitude as integers: their other bits are flipped.
    keys = bits ^ ((bits >> 31) & 0x7FFFFFFF)
    keys[np.isnan(x)] = 0x7FFFFFFF
    return keys
