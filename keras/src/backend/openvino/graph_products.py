"""Graph kernels of `keras.ops.numpy`: tensors made from tensors, and products."""

import functools
import math

import numpy as np
import openvino as ov
import openvino.opset15 as opset

from keras.src.backend.common.product_rules import exact_parts
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
    sizes = [x.get_partial_shape()[axis] for x, axis in ((x1, -1), (x2, -2))] if rank_of(x2) > 1 else []
    if kind == ov.Type.i8 and sizes and all(n.is_static for n in sizes):
        return _product_of_bytes(x1, x2)
    wide = [opset.convert(x, ov.Type.f64) for x in (x1, x2)]
    result = opset.matmul(*wide, False, False)
    return opset.convert(result, ov.Type.i32 if kind == ov.Type.i8 else kind)


def _product_of_bytes(x1, x2):
    """In floats as long as they are exact."""
    sums = []
    size = x2.get_partial_shape()[-2].get_length()
    for part in exact_parts(size) or [slice(0, 0)]:
        factors = (x1, x2)
        if part != slice(0, size):
            factors = (sliced(x1, part, rank_of(x1) - 1), sliced(x2, part, rank_of(x2) - 2))
        floats = [opset.convert(x, ov.Type.f32) for x in factors]
        sums.append(opset.convert(opset.matmul(*floats, False, False), ov.Type.i32))
    return functools.reduce(opset.add, sums)


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
