"""Kernels of `keras.ops.math`."""

import math

import ml_dtypes
import numpy as np

from keras.src.backend.onnx import build
from keras.src.backend.onnx.build import cast, like, wide
from keras.src.backend.onnx.graph import constant, emit, emit_elementwise, size
from keras.src.backend.onnx.numpy.approximate import polynomial
from keras.src.backend.onnx.numpy.elementwise import (
    absolute,
    add,
    divide,
    equal,
    erf,
    exp,
    greater,
    isfinite,
    less,
    log,
    logical_and,
    multiply,
    negative,
    rsqrt,  # noqa: F401
    sign,
    sqrt,
    subtract,
    where,
)
from keras.src.backend.onnx.numpy.indexing import take_along_axis
from keras.src.backend.onnx.numpy.reduction import sum as sum_of
from keras.src.backend.onnx.numpy.reduction import top
from keras.src.backend.onnx.spectra import fft, fft2, ifft2, irfft, rfft  # noqa: F401
from keras.src.backend.onnx.tensor import NotInGraph, known
from keras.src.backend.onnx.unsupported import UNSUPPORTED  # noqa: F401


def erfc(x):
    return subtract(1.0, erf(x))


# The inverse of the error function by two polynomials in -log(1 - x^2) (Giles, "Approximating the erfinv function", 2010)
_CENTRAL = (
    1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.000218580870, -4.39150654e-06, -3.5233877e-06, 3.43273939e-07, 2.81022636e-08,
)  # fmt: skip
_TAIL = (
    2.83297682, 1.00167406, 0.00943887047, -0.0076224613, 0.00573950773, -0.00367342844, 0.00134934322, 0.000100950558, -0.000200214257,
)  # fmt: skip


def erfinv(x):
    w = negative(log(multiply(subtract(1.0, x), add(x, 1.0))))
    near = polynomial(subtract(w, 2.5), _CENTRAL)
    far = polynomial(subtract(sqrt(w), 3.0), _TAIL)
    y = multiply(x, where(less(w, 5.0), near, far))
    # A step of Newton's method brings the approximation to the precision of `erf`.
    slope = multiply(exp(negative(multiply(y, y))), 2 / math.sqrt(math.pi))
    y = where(isfinite(y), subtract(y, divide(subtract(erf(y), x), slope)), y)
    return where(equal(absolute(x), 1.0), divide(sign(x), 0.0), y)


def top_k(x, k, sorted):
    values, places = top(x, k, True, sorted)
    return values, cast(places, "int32")


def in_top_k(targets, predictions, k):
    chosen = take_along_axis(predictions, build.unsqueeze(targets, [1]), 1)
    better = sum_of(cast(greater(predictions, chosen), "int64"), 1, False)
    return logical_and(less(better, k), build.squeeze(isfinite(chosen), [1]))


def _limits(dtype):
    info = ml_dtypes.finfo(dtype) if dtype.kind not in "iu" else np.iinfo(dtype)
    return info.min, info.max


def _segments(reduction, empty):
    def kernel(data, segment_ids, num_segments, sorted):
        if num_segments is None:
            raise NotInGraph("Segments in a graph need `num_segments`: the shape of the result depends on values.")
        given = wide(data)
        start = like(empty(data.dtype), given)
        count = build.cast(constant(num_segments), "int64")
        start = build.broadcast_to(start, [num_segments, *(size(data, i) for i in range(1, data.ndim))])
        indices = build.unsqueeze(cast(segment_ids, "int64"), [1])
        # Ids that are no segments are left out: they go to a row of their own, which is cut off.
        outside = emit_elementwise("Less", [indices, constant(np.int64(0))], np.bool_)
        beyond = emit_elementwise("GreaterOrEqual", [indices, count], np.bool_)
        outside = emit_elementwise("Or", [outside, beyond])
        indices = emit_elementwise("Where", [outside, count, indices])
        if not known(num_segments) or num_segments:
            start = build.concatenated([start, build.sliced(start, 0, 0, 1)], 0)
        result = emit("ScatterND", [start, indices, given], start.dims, given.dtype, reduction=reduction)
        return cast(build.sliced(result, 0, 0, num_segments), data.dtype)

    return kernel


segment_sum = _segments("add", lambda dtype: 0)
segment_prod = _segments("mul", lambda dtype: 1)
segment_max = _segments("max", lambda dtype: _limits(dtype)[0] if dtype.kind in "iu" else -np.inf)
segment_min = _segments("min", lambda dtype: _limits(dtype)[1] if dtype.kind in "iu" else np.inf)
