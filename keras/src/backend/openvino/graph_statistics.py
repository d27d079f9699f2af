"""Graph kernels of `keras.ops.numpy`: statistics, and spaced numbers."""

import builtins

import numpy as np
import openvino.opset15 as opset

from keras.src.backend.openvino.build import (
    flat,
    ints,
    like,
    name_of,
    rank_of,
    shape_of,
    sliced,
    to,
)
from keras.src.backend.openvino.build import (
    reshape as _reshape,
)
from keras.src.backend.openvino.graph_arrays import (
    any,
    axes_of,
    expand_dims,
    reshape,
    sort,
    sum,
    take_along_axis,
    transpose,
)
from keras.src.backend.openvino.graph_arrays import max as max_of
from keras.src.backend.openvino.graph_arrays import min as min_of
from keras.src.backend.openvino.graph_elementwise import (
    absolute,
    ceil,
    equal,
    exp,
    floor,
    isnan,
    log,
    logical_not,
    maximum,
    sign,
    where,
)
from keras.src.backend.openvino.graph_elementwise import round as to_whole
from keras.src.backend.openvino.tensor import GraphTensor, constant, graph_kernel, wrap


@graph_kernel
def diff(a, n, axis):
    axis = axis % rank_of(a)
    for _ in range(n):
        size = shape_of(a)[axis]
        a = opset.subtract(sliced(a, slice(1, size), axis), sliced(a, slice(0, size - 1), axis)).output(0)
    return a


@graph_kernel
def vander(x, N, increasing):
    count = shape_of(x)[0] if N is None else N
    powers = np.arange(count)[:: 1 if increasing else -1]
    return opset.power(opset.unsqueeze(x, ints([1])), to(ints(powers.tolist()), name_of(x)))


@graph_kernel
def trapezoid(y, x, dx, axis):
    axis, size = axis % rank_of(y), shape_of(y)[axis]
    after, before = sliced(y, slice(1, size), axis), sliced(y, slice(0, size - 1), axis)
    width = like(dx, y)
    if x is not None:
        place = rank_of(x) - 1 if rank_of(x) < rank_of(y) else axis
        n = shape_of(x)[place]
        width = opset.subtract(sliced(x, slice(1, n), place), sliced(x, slice(0, n - 1), place)).output(0)
        if rank_of(x) < rank_of(y):
            width = _reshape(width, [n - 1 if i == axis else 1 for i in range(rank_of(y))])
    area = opset.multiply(opset.multiply(opset.add(after, before), like(0.5, y)), width)
    return opset.reduce_sum(area, ints([axis]), False)


@graph_kernel
def cumprod(x, axis, dtype):
    x, axis = (flat(x), 0) if axis is None else (x, axis % rank_of(x))
    slices = [sliced(x, slice(i, i + 1), axis) for i in range(shape_of(x)[axis])]
    for i in range(1, len(slices)):
        slices[i] = opset.multiply(slices[i - 1], slices[i]).output(0)
    return opset.concat(slices, axis)


@graph_kernel
def correlate(x1, x2, mode):
    n, m = shape_of(x1)[0], shape_of(x2)[0]
    long, short = (x1, x2) if n >= m else (x2, x1)
    k = n if n < m else m
    before, after = {"valid": (0, 0), "same": (k // 2, k - 1 - k // 2), "full": (k - 1, k - 1)}[mode]
    rows, weights = _reshape(long, (1, 1, -1)), _reshape(short, (1, 1, -1))
    result = _reshape(opset.convolution(rows, weights, [1], [before], [after], [1]).output(0), (-1,))
    return result if n >= m else opset.gather(result, ints(list(range(shape_of(result)[0]))[::-1]), np.int64(0))


def _number(x):
    """A tensor or array as a `GraphTensor`."""
    return x if isinstance(x, GraphTensor) else wrap(constant(np.asarray(x)))


def _cast(x, dtype):
    return wrap(to(x.output, dtype))


def _quantile(x, q, axis, method, keepdims, present):
    """Quantiles over the elements where `present`, which the others follow in ascending order."""
    axes = axes_of(x.output, axis)
    rest = [i for i in range(x.ndim) if i not in axes]
    last = len(rest)

    def rows(a):
        a = transpose(a, (*rest, *axes))
        return reshape(a, (*a.shape[:last], -1))

    fractions = _cast(_number(q), str(x.dtype))
    count = sum(_cast(rows(present), str(x.dtype)), -1, True)
    ordered = sort(rows(where(present, x, np.inf)), -1)
    result = _between(ordered, (count - 1) * reshape(fractions, (-1,)), method)
    result = where(equal(count, 0), np.nan, result)
    result = transpose(result, (last, *range(last)))
    kept = [1 if i in axes else n for i, n in enumerate(x.shape)] if keepdims else result.shape[1:]
    return reshape(result, (*fractions.shape, *kept))


def _between(ordered, place, method):
    """Elements at fractional places of the last axis."""
    low, high = floor(place), ceil(place)
    weight = {
        "linear": place - low,
        "lower": place * 0,
        "higher": high - low,
        "midpoint": (high - low) * 0.5,
    }.get(method, to_whole(place, 0) - low)
    first, second = (take_along_axis(ordered, _cast(maximum(p, 0), "int32"), -1) for p in (low, high))
    mixed = first + (second - first) * weight
    return where(equal(weight, 0), first, where(equal(weight, 1), second, mixed))


def quantile(x, q, axis, method, keepdims):
    x = _number(x)
    missing = isnan(x)
    result = _quantile(x, q, axis, method, keepdims, equal(x, x))
    return where(any(missing, axis, keepdims), np.nan, result)


def nanquantile(x, q, axis, method, keepdims):
    x = _number(x)
    return _quantile(x, q, axis, method, keepdims, logical_not(isnan(x)))


def histogram(x, bins, range):
    x = reshape(x, (-1,))
    low, high = (
        (min_of(x, 0, False, None), max_of(x, 0, False, None)) if range is None else (_like(v, x) for v in range)
    )
    is_point = equal(low, high)
    low, high = where(is_point, low - 0.5, low), where(is_point, high + 0.5, high)
    steps = wrap(constant(np.arange(bins + 1).astype(x.dtype)))
    edges = where(equal(steps, bins), high, low + (high - low) * (steps / bins))
    ordered = sort(x, -1).output
    below, up_to = (
        wrap(to(opset.search_sorted(ordered, edges.output, right, "i32").output(0), "int32")) for right in (False, True)
    )
    ends = where(equal(steps, bins), up_to, below)
    return ends[1:] - below[:-1], edges


def _like(value, x):
    return wrap(like(value, x.output))


def linspace(start, stop, num, endpoint, retstep, dtype, axis):
    start, stop = (_cast(_number(x), dtype) for x in (start, stop))
    step = (stop - start) / builtins.max(num - 1 if endpoint else num, 1)
    shape = np.broadcast_shapes(start.shape, stop.shape)
    places = wrap(constant(np.arange(num).astype(start.dtype)))
    axis = axis % (len(shape) + 1)
    along = reshape(places, [num if i == axis else 1 for i in builtins.range(len(shape) + 1)])
    start, stop, spread = (expand_dims(x + step * 0, axis) for x in (start, stop, step))
    result = start + along * spread
    result = where(equal(along, num - 1), stop, result) if endpoint and num > 1 else result
    return (result, step) if retstep else result


def geomspace(start, stop, num, endpoint, dtype, axis):
    start, stop = (_cast(_number(x), dtype) for x in (start, stop))
    sizes = exp(linspace(log(absolute(start)), log(absolute(stop)), num, endpoint, False, dtype, axis))
    return sizes * expand_dims(sign(start + stop * 0), axis % (sizes.ndim))
