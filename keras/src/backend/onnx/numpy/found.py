"""Kernels of `keras.ops.numpy` whose results have sizes that depend on values, and so are known when the graph runs only."""

import numpy as np

from keras.src.backend.onnx import build
from keras.src.backend.onnx.build import cast, like, sliced
from keras.src.backend.onnx.graph import emit, emit_several
from keras.src.backend.onnx.graph import size as size_of
from keras.src.backend.onnx.numpy.elementwise import add, maximum, not_equal
from keras.src.backend.onnx.numpy.reduction import max as max_of
from keras.src.backend.onnx.tensor import Unknown

__all__ = ["bincount", "nonzero", "unique"]


def nonzero(x):
    is_there = x if x.dtype == np.bool_ else not_equal(x, like(0, x))
    places = emit("NonZero", [is_there], (x.ndim, Unknown()), np.int64)
    return tuple(cast(build.squeeze(sliced(places, 0, i, i + 1), [0]), "int32") for i in range(x.ndim))


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
    given = build.flat(x) if axis is None else x
    axis = None if axis is None else axis % x.ndim
    held = build.wide(given) if given.dtype != np.int32 else cast(given, "int64")
    count = Unknown()
    dims = [count if i == (axis or 0) else n for i, n in enumerate(given.dims)]
    outputs = [(dims, held.dtype), ((count,), np.int64), ((given.dims[axis or 0],), np.int64), ((count,), np.int64)]
    values, *extra = emit_several("Unique", [held], outputs, axis=axis, sorted=1)
    values = _of_length(cast(values, x.dtype), size, fill_value, axis or 0)
    index, inverse, counts = (cast(e, "int32") for e in extra)
    found = []
    if return_index:
        found.append(_of_length(index, size, None, 0))
    if return_inverse:
        found.append(build.reshape(inverse, x.dims) if axis is None else inverse)
    if return_counts:
        found.append(_of_length(counts, size, 0, 0))
    return (values, *found) if found else values


def _of_length(x, length, fill_value, axis):
    """The first slices along an axis, and behind them slices of a number, by default the first slice."""
    if length is None:
        return x
    filler = sliced(x, axis, 0, 1)
    shape = [length if i == axis else size_of(x, i) for i in range(x.ndim)]
    filler = build.broadcast_to(filler if fill_value is None else like(fill_value, x), shape)
    kept = sliced(build.concatenated([x, filler], axis), axis, 0, length)
    kept.dims = tuple(length if i == axis else n for i, n in enumerate(kept.dims))
    return kept


def bincount(x, weights, minlength, sparse):
    places = cast(x, "int64")
    length = maximum(add(max_of(places, None, False, None), like(1, places)), like(minlength, places))
    if weights is None:
        counted = build.broadcast_to(like(1, places), [size_of(x, i) for i in range(x.ndim)])
    else:
        counted = build.wide(weights)
    rows = [size_of(x, 0)] if x.ndim > 1 else []
    zeros = build.broadcast_to(like(0, counted), [*rows, length])
    found = emit(
        "ScatterElements", [zeros, places, counted], zeros.dims, counted.dtype, axis=x.ndim - 1, reduction="add"
    )
    return cast(found, "int32" if weights is None else weights.dtype)
