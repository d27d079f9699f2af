"""Kernels of `keras.ops.numpy`: reductions and statistics."""

import numpy as np

from keras.src.backend.onnx import build
from keras.src.backend.onnx.build import axes_of, cast
from keras.src.backend.onnx.graph import dims_of, emit, emit_several, transposed, vector
from keras.src.backend.onnx.numpy.elementwise import maximum, minimum, multiply, sqrt, subtract

_LACKING = ("int8", "uint8", "int16", "uint16", "uint32", "uint64", "float16", "bool")


def _reduced(op, x, axis, keepdims, wanted="float32"):
    """A node of a reduction; on a transposed tensor it works on what was transposed."""
    axes = axes_of(x, axis)
    if not axes and x.ndim:
        return x
    narrow = cast(x, wanted) if str(x.dtype) in _LACKING else x
    if narrow.view is not None:
        source, order = narrow.view
        inner = _node(op, source, sorted(order[a] for a in axes), True)
        result = transposed(inner, order)
        result = result if keepdims else build.squeeze(result, axes)
    else:
        result = _node(op, narrow, axes, keepdims)
    return cast(result, x.dtype)


def _node(op, x, axes, keepdims):
    dims = [1 if i in axes else n for i, n in enumerate(x.dims) if keepdims or i not in axes]
    return emit(op, [x, build.ints(*axes)] if x.ndim else [x], dims, x.dtype, keepdims=int(bool(keepdims)))


def sum(x, axis, keepdims):
    return _reduced("ReduceSum", x, axis, keepdims, "float32" if x.dtype == np.float16 else "int64")


def mean(x, axis, keepdims):
    return _reduced("ReduceMean", x, axis, keepdims)


def prod(x, axis, keepdims, dtype):
    return _reduced("ReduceProd", x, axis, keepdims, "float32" if x.dtype == np.float16 else "int64")


def max(x, axis, keepdims, initial):
    result = _reduced("ReduceMax", x, axis, keepdims, "float32" if x.dtype == np.float16 else "int64")
    return result if initial is None else maximum(result, initial)


def min(x, axis, keepdims, initial):
    result = _reduced("ReduceMin", x, axis, keepdims, "float32" if x.dtype == np.float16 else "int64")
    return result if initial is None else minimum(result, initial)


def all(x, axis, keepdims):
    return cast(min(cast(cast(x, "bool"), "int64"), axis, keepdims, None), "bool")


def any(x, axis, keepdims):
    return cast(max(cast(cast(x, "bool"), "int64"), axis, keepdims, None), "bool")


def var(x, axis, keepdims):
    wide = cast(x, "float32") if x.dtype == np.float16 else x
    centred = subtract(wide, mean(wide, axis, True))
    return cast(mean(multiply(centred, centred), axis, keepdims), x.dtype)


def std(x, axis, keepdims):
    return sqrt(var(x, axis, keepdims))


def _place(op):
    def kernel(x, axis, keepdims):
        x = cast(x, "float32") if str(x.dtype) in _LACKING else x
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
    narrow = cast(x, "int64" if x.dtype.kind in "biu?" else "float32") if str(x.dtype) in _LACKING else x
    return cast(emit("CumSum", [narrow, np.int64(axis)], x.dims, narrow.dtype), x.dtype)


def top(x, k, largest=True, sorted=True):
    """The largest (or smallest) elements along the last axis, and their places as int64."""
    dims = (*x.dims[:-1], *dims_of([k]))
    narrow = cast(x, "float32" if x.dtype.kind not in "biu?" else "int64") if str(x.dtype) in _LACKING else x
    outputs = [(dims, narrow.dtype), (dims, np.dtype("int64"))]
    values, places = emit_several(
        "TopK", [narrow, vector([k])], outputs, largest=int(largest), sorted=int(sorted), axis=-1
    )
    return cast(values, x.dtype), places
