"""Kernels of `keras.ops.numpy`: reductions and statistics."""

import numpy as np

from keras.src.backend.onnx import build
from keras.src.backend.onnx.build import axes_of, cast, wide
from keras.src.backend.onnx.graph import dims_of, emit, emit_several, transposed, vector
from keras.src.backend.onnx.numpy.elementwise import maximum, minimum, multiply, sqrt, subtract


def _reduced(op, x, axis, keepdims):
    """A node of a reduction; on a transposed tensor it works on what was transposed."""
    axes = axes_of(x, axis)
    if not axes and x.ndim:
        return x
    given = wide(x)
    if given.view is not None:
        source, order = given.view
        inner = _node(op, source, sorted(order[a] for a in axes), True)
        result = transposed(inner, order)
        result = result if keepdims else build.squeeze(result, axes)
    else:
        result = _node(op, given, axes, keepdims)
    return cast(result, x.dtype)


def _node(op, x, axes, keepdims):
    dims = [1 if i in axes else n for i, n in enumerate(x.dims) if keepdims or i not in axes]
    return emit(op, [x, build.ints(*axes)] if x.ndim else [x], dims, x.dtype, keepdims=int(bool(keepdims)))


def sum(x, axis, keepdims):
    return _reduced("ReduceSum", x, axis, keepdims)


def mean(x, axis, keepdims):
    return _reduced("ReduceMean", x, axis, keepdims)


def prod(x, axis, keepdims, dtype):
    return _reduced("ReduceProd", x, axis, keepdims)


def max(x, axis, keepdims, initial):
    result = _reduced("ReduceMax", x, axis, keepdims)
    return result if initial is None else maximum(result, initial)


def min(x, axis, keepdims, initial):
    result = _reduced("ReduceMin", x, axis, keepdims)
    return result if initial is None else minimum(result, initial)


def all(x, axis, keepdims):
    return cast(min(cast(cast(x, "bool"), "int64"), axis, keepdims, None), "bool")


def any(x, axis, keepdims):
    return cast(max(cast(cast(x, "bool"), "int64"), axis, keepdims, None), "bool")


def var(x, axis, keepdims):
    given = wide(x)
    centred = subtract(given, mean(given, axis, True))
    return cast(mean(multiply(centred, centred), axis, keepdims), x.dtype)


def std(x, axis, keepdims):
    return sqrt(var(x, axis, keepdims))


def _place(op):
    def kernel(x, axis, keepdims):
        x = wide(x)
        source, place = (build.flat(x), 0) if axis is None else (x, axis % x.ndim)
        dims = [1 if i == place else n for i, n in enumerate(source.dims) if keepdims or i != place]
        dims = dims if axis is not None else [1] if keepdims else []
        found = emit(op, [source], dims, np.int64, axis=place, keepdims=int(bool(keepdims)))
        if axis is None and keepdims:
            found = build.reshape(found, [1] * x.ndim)
        return cast(found, "int32")

    return kernel


argmax, argmin = _place("ArgMax"), _place("ArgMin")


def count_nonzero(x, axis):
    return cast(sum(cast(cast(x, "bool"), "int64"), axis, False), "int32")


def cumsum(x, axis, dtype):
    x, axis = (build.flat(x), 0) if axis is None else (x, axis % x.ndim)
    given = wide(x)
    return cast(emit("CumSum", [given, np.int64(axis)], x.dims, given.dtype), x.dtype)


def top(x, k, largest=True, sorted=True):
    """The largest (or smallest) elements along the last axis, and their places as int64."""
    dims = (*x.dims[:-1], *dims_of([k]))
    given = wide(x)
    outputs = [(dims, given.dtype), (dims, np.dtype("int64"))]
    values, places = emit_several(
        "TopK", [given, vector([k])], outputs, largest=int(largest), sorted=int(sorted), axis=-1
    )
    return cast(values, x.dtype), places
