"""Graph kernels of `keras.ops.numpy`: tensors made from tensors, products, statistics."""

import math

import numpy as np
import openvino as ov
import openvino.opset15 as opset

from keras.src.backend.numpy.core import to_engine_dtype
from keras.src.backend.openvino.build import (
    axes_of,
    binary,
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
from keras.src.backend.openvino.build import (
    transpose as _transpose,
)
from keras.src.backend.openvino.tensor import NotInGraph, constant, graph_kernel, node, wrap

# Creation from tensors


def _filled(value):
    def kernel(x, *settings):
        *given, dtype = settings
        return constant(np.full(shape_of(x), given[0] if given else value, to_engine_dtype(dtype)))

    return graph_kernel(kernel)


zeros_like = empty_like = _filled(0)
ones_like = _filled(1)
full_like = _filled(None)


@graph_kernel
def array(x, dtype):
    return x


# Products


def _product(x1, x2):
    kind = x1.get_element_type()
    if kind.is_real():
        return opset.matmul(x1, x2, False, False)
    wide = [opset.convert(x, ov.Type.f64) for x in (x1, x2)]
    result = opset.matmul(*wide, False, False)
    return opset.convert(result, ov.Type.i32 if kind == ov.Type.i8 else kind)


matmul = binary(_product)


@binary
def dot(x1, x2):
    if rank_of(x1) == 0 or rank_of(x2) == 0:
        return opset.multiply(x1, x2)
    if rank_of(x2) <= 2:
        return _product(x1, x2)
    last = rank_of(x2) - 2
    return _contracted(x1, x2, [rank_of(x1) - 1], [last])


@binary
def vdot(x1, x2):
    return _reshape(_product(flat(x1), flat(x2)), ())


@graph_kernel
def tensordot(x1, x2, axes):
    if isinstance(axes, int):
        return _contracted(x1, x2, list(range(rank_of(x1) - axes, rank_of(x1))), list(range(axes)))
    return _contracted(x1, x2, list(axes_of(x1, axes[0])), list(axes_of(x2, axes[1])))


def _contracted(x1, x2, first, second):
    kept1 = [i for i in range(rank_of(x1)) if i not in first]
    kept2 = [i for i in range(rank_of(x2)) if i not in second]
    n = math.prod(shape_of(x1)[i] for i in first)
    rows = [shape_of(x1)[i] for i in kept1]
    columns = [shape_of(x2)[i] for i in kept2]
    left = _reshape(_transpose(x1, kept1 + first), (math.prod(rows), n))
    right = _reshape(_transpose(x2, second + kept2), (n, math.prod(columns)))
    return _reshape(_product(left, right), rows + columns)


@binary
def kron(x1, x2):
    rank = rank_of(x1) if rank_of(x1) > rank_of(x2) else rank_of(x2)
    s1, s2 = ((1,) * (rank - rank_of(x)) + shape_of(x) for x in (x1, x2))
    left = _reshape(x1, [n for size in s1 for n in (size, 1)])
    right = _reshape(x2, [n for size in s2 for n in (1, size)])
    return _reshape(opset.multiply(left, right), [a * b for a, b in zip(s1, s2)])


def einsum(subscripts, *operands):
    nodes = [node(x) for x in operands]
    kind = nodes[0].get_element_type()
    if kind.is_real():
        return wrap(opset.einsum(nodes, subscripts.replace(" ", "")))
    result = opset.einsum([opset.convert(x, ov.Type.f32) for x in nodes], subscripts.replace(" ", ""))
    return wrap(opset.convert(result, ov.Type.i32 if kind == ov.Type.i8 else kind))


# Statistics


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


def view(x, dtype):
    raise NotInGraph("keras.ops.view cannot be part of an OpenVINO graph.")


def _quantile(x, q, axis, method, keepdims):
    if isinstance(q, ov.Output):
        raise NotInGraph("keras.ops.quantile in a graph needs quantiles that are known while it is built.")
    axes = axes_of(x, axis)
    rest = [i for i in range(rank_of(x)) if i not in axes]
    moved = _transpose(x, [*rest, *axes])
    rows = _reshape(moved, (*shape_of(moved)[: len(rest)], -1))
    count, last = shape_of(rows)[-1], len(rest)
    ordered = opset.topk(rows, np.int64(count), last, "min", "value", "i32").output(0)
    place = np.asarray(q, "float64") * (count - 1)
    result = _between(ordered, place, method, last)
    if keepdims:
        kept = [1 if i in axes else n for i, n in enumerate(shape_of(x))]
        result = _reshape(result, (*np.shape(q), *kept))
    return result


def _between(ordered, place, method, last):
    """Elements at fractional places of the last axis; a vector of places makes a new first axis."""
    low, high = np.floor(place), np.ceil(place)
    weight = {
        "linear": place - low,
        "lower": 0 * place,
        "higher": 0 * place + (high > low),
        "midpoint": 0.5 + 0 * place,
    }.get(method, np.round(place) - low)
    first, second = (
        opset.gather(ordered, ints(np.atleast_1d(p).astype(int).tolist()), np.int64(last)) for p in (low, high)
    )
    share = constant(np.atleast_1d(weight).astype(wrap(ordered).dtype))
    mixed = opset.add(
        opset.multiply(first, opset.subtract(like(1, ordered), share)), opset.multiply(second, share)
    ).output(0)
    mixed = _transpose(mixed, [last, *range(last)])
    return mixed if np.ndim(place) else _reshape(mixed, shape_of(mixed)[1:])


def quantile(x, q, axis, method, keepdims):
    return wrap(_quantile(node(x), q.output if hasattr(q, "output") else q, axis, method, keepdims))


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
