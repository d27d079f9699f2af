"""Kernels of `keras.ops.numpy`: statistics, and spaced numbers."""

import builtins

import numpy as np

from keras.src.backend.onnx import build, control_flow
from keras.src.backend.onnx.build import cast, like, sliced
from keras.src.backend.onnx.graph import constant, emit, inverse, size, transposed
from keras.src.backend.onnx.numpy.approximate import round as to_whole
from keras.src.backend.onnx.numpy.creation import zeros_like
from keras.src.backend.onnx.numpy.elementwise import (
    absolute,
    add,
    ceil,
    divide,
    equal,
    exp,
    floor,
    isnan,
    less,
    less_equal,
    log,
    logical_not,
    maximum,
    multiply,
    power,
    sign,
    subtract,
    where,
)
from keras.src.backend.onnx.numpy.indexing import take_along_axis
from keras.src.backend.onnx.numpy.ordering import counted, sort
from keras.src.backend.onnx.numpy.reduction import any as any_of
from keras.src.backend.onnx.numpy.reduction import max as max_of
from keras.src.backend.onnx.numpy.reduction import min as min_of
from keras.src.backend.onnx.numpy.reduction import sum as sum_of
from keras.src.backend.onnx.tensor import NotInGraph, known

__all__ = [
    "correlate", "cumprod", "diff", "geomspace", "histogram", "kron", "linspace", "nanquantile", "quantile", "trapezoid", "vander",
]  # fmt: skip


def _steps(a, axis):
    return subtract(sliced(a, axis, 1), sliced(a, axis, None, -1))


def diff(a, n, axis):
    axis %= a.ndim
    for _ in range(n):
        a = (
            _steps(a, axis)
            if a.dtype != np.bool_
            else logical_not(equal(sliced(a, axis, 1), sliced(a, axis, None, -1)))
        )
    return a


def vander(x, N, increasing):
    count = x.dims[0] if N is None else N
    if not known(count):
        raise NotInGraph("The Vandermonde matrix of a vector of unknown length needs `N`.")
    powers = np.arange(count)[:: 1 if increasing else -1]
    return power(build.unsqueeze(x, [1]), cast(constant(powers), x.dtype))


def trapezoid(y, x, dx, axis):
    axis %= y.ndim
    width = like(dx, y)
    if x is not None:
        place = x.ndim - 1 if x.ndim < y.ndim else axis
        width = _steps(x, place)
        if x.ndim < y.ndim:
            width = build.reshape(width, [width.dims[0] if i == axis else 1 for i in range(y.ndim)])
    sums = multiply(add(sliced(y, axis, 1), sliced(y, axis, None, -1)), 0.5)
    return sum_of(multiply(sums, width), axis, False)


def cumprod(x, axis, dtype):
    x, axis = (build.flat(x), 0) if axis is None else (x, axis % x.ndim)
    order = [axis, *(i for i in range(x.ndim) if i != axis)]
    moved = transposed(x, order)
    one = add(zeros_like(moved[0], str(x.dtype)), like(1, x))

    def step(carry, row):
        carry = multiply(carry, row)
        return carry, carry

    _, rows = control_flow.scan(step, one, moved)
    return transposed(rows, inverse(order))


def correlate(x1, x2, mode):
    n, m = x1.dims[0], x2.dims[0]
    if not (known(n) and known(m)):
        raise NotInGraph("The correlation of vectors of unknown length is not in ONNX graphs.")
    long, short = (x1, x2) if n >= m else (x2, x1)
    k = min(n, m)
    pads = {"valid": (0, 0), "same": (k // 2, k - 1 - k // 2), "full": (k - 1, k - 1)}[mode]
    count = max(n, m) + builtins.sum(pads) - k + 1
    rows, weights = (cast(build.unsqueeze(x, [0, 1]), "float32") for x in (long, short))
    result = emit("Conv", [rows, weights], (1, 1, count), np.float32, pads=list(pads))
    result = cast(build.reshape(result, (count,)), x1.dtype)
    return result if n >= m else sliced(result, 0, step=-1)


def kron(x1, x2):
    rank = max(x1.ndim, x2.ndim)
    a, b = (build.unsqueeze(x, list(range(rank - x.ndim))) for x in (x1, x2))
    product = multiply(
        build.unsqueeze(a, [2 * i + 1 for i in range(rank)]), build.unsqueeze(b, [2 * i for i in range(rank)])
    )
    sizes = [m * n if known(m) and known(n) else None for m, n in zip(a.dims, b.dims)]
    if sizes.count(None) > 1:
        raise NotInGraph("The Kronecker product of several unknown sizes is not in ONNX graphs.")
    return build.reshape(product, [-1 if n is None else n for n in sizes])


def _quantile(x, q, axis, method, keepdims, present):
    """Quantiles over the elements where `present`, which the others follow in ascending order."""
    axes = build.axes_of(x, axis)
    rest = [i for i in range(x.ndim) if i not in axes]
    last = len(rest)

    def rows(a):
        a = transposed(a, [*rest, *axes])
        return build.reshape(a, [*a.dims[:last], -1])

    fractions = cast(constant(q), x.dtype)
    count = sum_of(cast(rows(present), x.dtype), -1, True)
    ordered = sort(rows(where(present, x, np.inf)), -1)
    result = _between(ordered, multiply(subtract(count, 1.0), build.flat(fractions)), method)
    result = where(equal(count, 0.0), np.nan, result)
    result = transposed(result, (last, *range(last)))
    kept = [1 if i in axes else size(x, i) for i in range(x.ndim)] if keepdims else [size(x, i) for i in rest]
    return build.reshape(result, [*fractions.dims, *kept])


def _between(ordered, place, method):
    """Elements at fractional places of the last axis."""
    low, high = floor(place), ceil(place)
    weight = {
        "linear": lambda: subtract(place, low),
        "lower": lambda: multiply(place, 0.0),
        "higher": lambda: subtract(high, low),
        "midpoint": lambda: multiply(subtract(high, low), 0.5),
    }.get(method, lambda: subtract(to_whole(place, 0), low))()
    first, second = (take_along_axis(ordered, cast(maximum(p, 0.0), "int64"), -1) for p in (low, high))
    mixed = add(first, multiply(subtract(second, first), weight))
    return where(equal(weight, 0.0), first, where(equal(weight, 1.0), second, mixed))


def quantile(x, q, axis, method, keepdims):
    missing = isnan(x)
    result = _quantile(x, q, axis, method, keepdims, equal(x, x))
    return where(any_of(missing, axis, keepdims), np.nan, result)


def nanquantile(x, q, axis, method, keepdims):
    return _quantile(x, q, axis, method, keepdims, logical_not(isnan(x)))


def histogram(x, bins, range):
    x = build.flat(x)
    low, high = (min_of(x, 0, False, None), max_of(x, 0, False, None)) if range is None else (like(v, x) for v in range)
    is_point = equal(low, high)
    low, high = where(is_point, subtract(low, 0.5), low), where(is_point, add(high, 0.5), high)
    steps = constant(np.arange(bins + 1).astype(x.dtype))
    edges = add(low, multiply(subtract(high, low), divide(steps, float(bins))))
    edges = where(equal(steps, float(bins)), high, edges)
    below, up_to = counted(x, edges, less), counted(x, edges, less_equal)
    ends = where(equal(steps, float(bins)), up_to, below)
    return subtract(sliced(ends, 0, 1), sliced(below, 0, None, -1)), edges


def linspace(start, stop, num, endpoint, retstep, dtype, axis):
    start, stop = (cast(constant(x), dtype) for x in (start, stop))
    step = divide(subtract(stop, start), float(builtins.max(num - 1 if endpoint else num, 1)))
    rank = step.ndim
    axis = axis % (rank + 1)
    along = build.reshape(
        constant(np.arange(num).astype(start.dtype)), [num if i == axis else 1 for i in builtins.range(rank + 1)]
    )
    start, stop, spread = (build.unsqueeze(add(x, multiply(step, 0.0)), [axis]) for x in (start, stop, step))
    result = add(start, multiply(along, spread))
    result = where(equal(along, float(num - 1)), stop, result) if endpoint and num > 1 else result
    return (result, step) if retstep else result


def geomspace(start, stop, num, endpoint, dtype, axis):
    start, stop = (cast(constant(x), dtype) for x in (start, stop))
    sizes = exp(linspace(log(absolute(start)), log(absolute(stop)), num, endpoint, False, dtype, axis))
    return multiply(sizes, build.unsqueeze(sign(add(start, multiply(stop, 0.0))), [axis % sizes.ndim]))
