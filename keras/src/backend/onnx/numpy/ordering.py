"""Kernels of `keras.ops.numpy`: orders, searches, diagonals and triangles."""

import math

import numpy as np

from keras.src.backend.onnx import build
from keras.src.backend.onnx.build import cast, like, wide
from keras.src.backend.onnx.graph import constant, emit, size, transposed
from keras.src.backend.onnx.numpy.elementwise import add, equal, less, less_equal, logical_not, multiply, of, where
from keras.src.backend.onnx.numpy.reduction import any as any_of
from keras.src.backend.onnx.numpy.reduction import sum as sum_of
from keras.src.backend.onnx.numpy.reduction import top
from keras.src.backend.onnx.tensor import NotInGraph, Tensor, known

__all__ = [
    "argpartition", "argsort", "diag", "diagonal", "digitize", "isin", "searchsorted", "sort", "trace", "tril", "triu", "unravel_index",
]  # fmt: skip


def _ordered(x, axis):
    """Sorted elements, their places and the order of axes back; equal elements stay in order."""
    x, axis = (build.flat(x), -1) if axis is None else (x, axis)
    moved, back = build.at_end(x, [axis % x.ndim])
    values, places = top(moved, size(moved, -1), largest=False)
    return transposed(values, back), transposed(places, back)


def sort(x, axis):
    return _ordered(x, axis)[0]


def argsort(x, axis):
    return cast(_ordered(x, axis)[1], "int32")


def argpartition(x, kth, axis):
    return argsort(x, axis)


def counted(sequence, values, compare):
    """How many elements of a vector stand in a relation to each value: int32."""
    held = compare(sequence, build.unsqueeze(values, [values.ndim]))
    return cast(sum_of(cast(held, "int64"), -1, False), "int32")


def searchsorted(sorted_sequence, values, side):
    return counted(sorted_sequence, values, less_equal if side == "right" else less)


def digitize(x, bins):
    bins = bins if isinstance(bins, Tensor) else constant(np.asarray(bins, "float32"))
    return counted(cast(bins, "float32"), cast(x, "float32"), less_equal)


def isin(x1, x2, assume_unique, invert):
    found = any_of(equal(build.unsqueeze(x1, [x1.ndim]), build.flat(x2)), -1, False)
    return logical_not(found) if invert else found


def unravel_index(indices, shape):
    strides = [math.prod(shape[i + 1 :]) for i in range(len(shape))]
    places = cast(indices, "int64")
    places = where(less(places, 0), add(places, math.prod(shape)), places)
    parts = (of("Mod", of("Div", places, s), n) for s, n in zip(strides, shape))
    return tuple(cast(p, indices.dtype) for p in parts)


def _triangle(upper):
    def kernel(x, k):
        given = x if x.dtype == np.bool_ else wide(x)
        result = emit("Trilu", [given, np.int64(k)], x.dims, given.dtype, upper=int(upper))
        return cast(result, x.dtype)

    return kernel


tril, triu = _triangle(False), _triangle(True)


def _places(x, axes, what):
    sizes = [x.dims[a] for a in axes]
    if not all(map(known, sizes)):
        raise NotInGraph(f"{what} of matrices of unknown size is not in ONNX graphs.")
    return sizes


def diagonal(x, offset, axis1, axis2):
    axis1, axis2 = axis1 % x.ndim, axis2 % x.ndim
    rows, columns = _places(x, (axis1, axis2), "The diagonal")
    moved, _ = build.at_end(x, [axis1, axis2])
    places = np.diagonal(np.arange(rows * columns).reshape(rows, columns), offset)
    flat = build.reshape(moved, [*moved.dims[:-2], rows * columns])
    return build.gather(flat, constant(places.astype("int64")), flat.ndim - 1)


def diag(x, k):
    if x.ndim == 2:
        return diagonal(x, k, 0, 1)
    (n,) = _places(x, (0,), "A matrix")
    size = n + abs(k)
    rows = constant((np.arange(n) + max(-k, 0)).reshape(n, 1) == np.arange(size))
    columns = constant((np.arange(n) + max(k, 0)).reshape(n, 1) == np.arange(size))
    spread = (
        multiply(cast(columns, x.dtype), build.unsqueeze(x, [1]))
        if x.dtype.kind not in "b?"
        else cast(columns, x.dtype)
    )
    result = emit("MatMul", [cast(constant(rows.value.T), spread.dtype), spread], (size, size), spread.dtype)
    return cast(result, x.dtype)


def trace(x, offset, axis1, axis2):
    values = diagonal(x, offset, axis1, axis2)
    return sum_of(values, -1, False)
