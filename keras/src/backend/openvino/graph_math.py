"""Graph kernels of `keras.src.ops.math`."""

import math

import ml_dtypes
import numpy as np
import openvino.opset15 as opset
import openvino.opset17 as opset17

from keras.src.backend.openvino.build import ints, like, rank_of, shape_of, to, unary
from keras.src.backend.openvino.tensor import ComplexTensor, NotInGraph, constant, graph_kernel, node, wrap

rsqrt = unary(lambda x: opset.divide(like(1, x), opset.sqrt(x)))
erf = unary(opset.erf)


@unary
def erfinv(x):
    # The runtime's approximation is off by 3e-5; a step of Newton's method brings it to the precision of `erf`.
    y = opset17.erfinv(x).output(0)
    slope = opset.exp(opset.negative(opset.multiply(y, y)))
    step = opset.divide(opset.subtract(opset.erf(y), x), opset.multiply(slope, like(2 / math.sqrt(math.pi), x)))
    return opset.select(opset.is_finite(y), opset.subtract(y, step), y)


erfc = unary(lambda x: opset.subtract(like(1, x), opset.erf(x)))


@graph_kernel
def top_k(x, k, sorted):
    result = opset.topk(x, np.int64(k), rank_of(x) - 1, "max", "value", "i32", True)
    return result.output(0), result.output(1)


@graph_kernel
def in_top_k(targets, predictions, k):
    chosen = opset.gather_elements(predictions, opset.unsqueeze(targets, ints([1])), 1)
    better = to(opset.greater(predictions, chosen), "int32")
    rank = opset.reduce_sum(better, ints([1]), False)
    finite = opset.reduce_logical_and(opset.is_finite(chosen), ints([1]), False)
    return opset.logical_and(opset.less(rank, like(k, rank.output(0))), finite)


def _limits(dtype):
    info = ml_dtypes.finfo(dtype) if dtype.kind in "fV" else np.iinfo(dtype)
    return info.min, info.max


def _segments(mode, empty):
    def kernel(data, segment_ids, num_segments, sorted):
        if num_segments is None:
            raise NotInGraph("Segments in a graph need `num_segments`: the shape of the result depends on values.")
        dtype = wrap(data).dtype
        start = constant(np.full((num_segments, *shape_of(data)[1:]), empty(dtype), dtype))
        return opset.scatter_nd_update(start, opset.unsqueeze(segment_ids, ints([1])), data, mode)

    return graph_kernel(kernel)


segment_sum = _segments("sum", lambda dtype: 0)
segment_prod = _segments("prod", lambda dtype: 1)
segment_max = _segments("max", lambda dtype: -np.inf if dtype.kind in "fV" else _limits(dtype)[0])
segment_min = _segments("min", lambda dtype: np.inf if dtype.kind in "fV" else _limits(dtype)[1])

# Spectra: the runtime keeps real and imaginary parts in a last dimension of size 2


def _paired(x):
    return opset.concat([opset.unsqueeze(part, ints([rank_of(part)])) for part in x], rank_of(x[0])).output(0)


def _parts(pairs):
    last = rank_of(pairs) - 1
    return tuple(opset.gather(pairs, np.int64(i), np.int64(last)).output(0) for i in (0, 1))


def view_as_complex(x):
    return ComplexTensor(x[..., 0], x[..., 1])


def fft(x):
    return wrap(_parts(opset.dft(_paired(node(x)), ints([rank_of(node(x[0])) - 1])).output(0)))


def fft2(x):
    rank = rank_of(node(x[0]))
    return wrap(_parts(opset.dft(_paired(node(x)), ints([rank - 2, rank - 1])).output(0)))


def ifft2(x):
    rank = rank_of(node(x[0]))
    return wrap(_parts(opset.idft(_paired(node(x)), ints([rank - 2, rank - 1])).output(0)))


@graph_kernel
def rfft(x, fft_length):
    axis = rank_of(x) - 1
    size = shape_of(x)[axis]
    n = size if fft_length is None else fft_length
    if n > size:
        zeros = [0] * rank_of(x)
        x = opset.pad(x, ints(zeros), ints([*zeros[:-1], n - size]), "constant", like(0, x))
    return _parts(opset.rdft(x, ints([axis]), ints([n])).output(0))


def irfft(x, fft_length):
    first = node(x[0])
    n = 2 * (shape_of(first)[-1] - 1) if fft_length is None else fft_length
    return wrap(opset.irdft(_paired(node(x)), ints([rank_of(first) - 1]), ints([n])))
