"""Tensors on OpenVINO: those of the NumPy engine, and `GraphTensor`s while a graph is built."""

import importlib

import numpy as np
import openvino.opset15 as opset

from keras.src import tree
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.backend.numpy import core as eager
from keras.src.backend.numpy.core import (  # noqa: F401
    CAN_TRAIN,
    IS_THREAD_SAFE,
    SUPPORTS_COMPLEX_DTYPES,
    SUPPORTS_RAGGED_TENSORS,
    SUPPORTS_SPARSE_TENSORS,
    Variable,
    compute_output_spec,
    convert_to_numpy,
    custom_gradient,
    device_scope,
    fori_loop,
    get_device,
    held_dtype,
    name_scope,
    random_seed_dtype,
    remat,
    scatter,
    scatter_update,
    slice,
    slice_update,
    switch,
    to_engine_dtype,
    while_loop,
)
from keras.src.backend.openvino import graph_complex, graph_numpy
from keras.src.backend.openvino.tensor import (
    ComplexTensor,
    GraphTensor,
    NotInGraph,
    dual,
    has_complex,
    is_symbolic,
    node,
    wrap,
)
from keras.src.backend.openvino.unsupported import not_in_graph

_NODES = (GraphTensor, ComplexTensor)
TENSOR_TYPES = (np.ndarray, np.generic, *_NODES)


def find_kernel(declaration):
    """The kernel of a declared op: per call, a graph kernel (else the body) or one of NumPy; `None` where the body serves both."""
    on_arrays = getattr(_module("numpy.", declaration), declaration.name, None)
    graph_kernel = getattr(_module("openvino.graph_", declaration), declaration.name, None)
    if on_arrays is None and graph_kernel is None:
        return None
    on_arrays = on_arrays or declaration.body
    in_graph = graph_kernel or declaration.body or not_in_graph(declaration.name)
    on_complex = getattr(graph_complex, declaration.name, None) or declaration.body or in_graph

    def kernel(*args):
        for a in args:
            if type(a) in _NODES or (type(a) is list and is_symbolic(a)):
                return on_complex(*args) if has_complex(args) else in_graph(*args)
        return on_arrays(*args)

    return kernel


def _module(prefix, declaration):
    domain = {"einops": "numpy"}.get(declaration.domain, declaration.domain)
    return importlib.import_module(f"keras.src.backend.{prefix}{domain}")


def is_tensor(x):
    """Whether `x` is an array, a NumPy scalar or a node of a graph."""
    return isinstance(x, TENSOR_TYPES)


def is_traced(x):
    """Whether `x` is a node of a graph."""
    return isinstance(x, _NODES)


def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    """`x` as an array, or in the graph where it is or holds a node of one."""
    if isinstance(x, GraphTensor):
        return x if dtype is None else cast(x, dtype)
    if isinstance(x, (list, tuple)) and is_symbolic(x):
        items = [opset.unsqueeze(node(convert_to_tensor(e, dtype)), np.int64(0)) for e in x]
        return wrap(opset.concat(items, 0))
    return eager.convert_to_tensor(x, dtype, sparse, ragged)


def cast(x, dtype):
    """`x` in another dtype."""
    if isinstance(x, GraphTensor):
        return graph_complex.cast(x, standardize_dtype(dtype))
    return eager.cast(x, dtype)


def shape(x):
    """Shape as a tuple of ints."""
    return x.shape if isinstance(x, _NODES) else eager.shape(x)


def stop_gradient(variable):
    """`variable`: the engine has no gradients."""
    return variable


def _unstack_in_graph(x, num=None, axis=0):
    return [x[(np.s_[:],) * (axis % x.ndim) + (i,)] for i in range(x.shape[axis] if num is None else num)]


unstack = dual(eager.unstack, _unstack_in_graph)


def cond(pred, true_fn, false_fn):
    """One of two results; in a graph both are computed."""
    if not isinstance(pred, GraphTensor):
        return eager.cond(pred, true_fn, false_fn)
    return tree.map_structure(lambda a, b: graph_numpy.where(pred, a, b), true_fn(), false_fn())


def _stack(rows):
    """Structures of tensors stacked leaf by leaf."""
    return tree.map_structure(lambda *xs: wrap(_stacked([node(convert_to_tensor(x)) for x in xs])), *rows)


def _stacked(outputs):
    """Outputs one behind the other along a new first axis.

    They are concatenated along a new last axis: joined along the first one, the runtime lets nodes write their outputs into
    the result, and a convolution that reads one of them again finds other values there (seen with 2026.4).
    """
    rank = len(outputs[0].get_shape())
    joined = opset.concat([opset.unsqueeze(x, np.int64(rank)) for x in outputs], rank)
    return opset.transpose(joined, np.array([rank, *range(rank)], dtype=np.int64))


def _has_symbolic(*structures):
    return any(isinstance(x, GraphTensor) for x in tree.flatten(structures))


def _scan_in_graph(f, init, xs, length, reverse, unroll):
    """The loop written out: shapes are static while a graph is built."""
    count = length if xs is None else len(tree.flatten(xs)[0])
    carry, rows = init, []
    for i in reversed(range(count)) if reverse else range(count):
        carry, y = f(carry, None if xs is None else tree.map_structure(lambda x, i=i: x[i], xs))
        rows.append(y)
    rows = rows[::-1] if reverse else rows
    return carry, None if not rows or rows[0] is None else _stack(rows)


def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    """Carries a state through a loop over the leading axis of `xs`."""
    in_graph = _scan_in_graph if _has_symbolic(init, xs) else eager.scan
    return in_graph(f, init, xs, length, reverse, unroll)


def map(f, xs):
    """`f` of each element along the leading axis of `xs`, stacked."""
    return scan(lambda _, x: (None, f(x)), None, xs)[1] if _has_symbolic(xs) else eager.map(f, xs)


def vectorized_map(function, elements):
    """As `map`."""
    return map(function, elements) if _has_symbolic(elements) else eager.vectorized_map(function, elements)


def associative_scan(f, elems, reverse=False, axis=0):
    """All prefix results of an associative function, one after the other in a graph."""
    if not _has_symbolic(elems):
        return eager.associative_scan(f, elems, reverse, axis)
    rows = list(zip(*(unstack(x, None, axis) for x in tree.flatten(elems))))
    rows = [tree.pack_sequence_as(elems, row) for row in (rows[::-1] if reverse else rows)]
    for i in range(1, len(rows)):
        expanded = [tree.map_structure(lambda x: x[None], r) for r in rows[i - 1 : i + 1]]
        rows[i] = tree.map_structure(lambda x: x[0], f(*expanded))
    rows = rows[::-1] if reverse else rows
    return tree.map_structure(
        lambda *xs: wrap(opset.concat([opset.unsqueeze(node(x), np.int64(axis)) for x in xs], axis)), *rows
    )
