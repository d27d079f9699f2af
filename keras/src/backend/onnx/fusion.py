"""Constants behind a convolution become part of its weights and its bias, so that it is one node; elsewhere a product and a sum by
channels are one node."""

import collections

import numpy as np

from keras.src.backend.onnx.graph import Graph, constant
from keras.src.backend.onnx.tensor import known


def fuse(graph, outputs):
    """Makes one node out of a convolution and an `Add` or a `Mul` by constants that alone uses it, and of a `Mul` with an `Add`.

    Args:
        graph: `Graph`; changed in place.
        outputs: List of the tensors that are asked for.
    """
    uses = collections.Counter(id(x) for x in outputs)
    _count(graph, uses)
    _fuse(graph, uses)


def _count(graph, uses):
    for node in graph.nodes:
        uses.update(id(x) for x in node.inputs if x is not None)
        for body in _bodies(node):
            uses.update(id(x) for x in body.outputs)
            _count(body, uses)


def _bodies(node):
    return [value for value in node.attributes.values() if isinstance(value, Graph)]


def _fuse(graph, uses):
    for node in graph.nodes:
        for body in _bodies(node):
            _fuse(body, uses)
        if node.op in ("Add", "Mul"):
            _join(node, uses)
        if node.op == "Add":
            _normalize(node, uses)


def _join(node, uses):
    x, value = _and_constant(node)
    before = x.node
    if value is None or before is None or before.op != "Conv" or uses[id(x)] != 1:
        return
    weights = before.inputs[1]
    bias = before.inputs[2] if len(before.inputs) > 2 else None
    per_filter = _per_filter(value.value, x)
    if per_filter is None or weights.value is None or (bias is not None and bias.value is None):
        return
    filters = x.dims[1]
    total = None if bias is None else bias.value
    if node.op == "Mul":
        scale = per_filter.reshape(-1, *(1,) * (weights.ndim - 1))
        weights = constant(weights.value * scale, name=weights.name)
        total = None if total is None else total * per_filter
    else:
        total = (per_filter + (0 if total is None else total)).astype(weights.dtype)
    named = value if bias is None and node.op == "Add" else bias
    name = None if named is None else named.name
    node.op, node.attributes = "Conv", before.attributes
    node.inputs = [before.inputs[0], weights] + ([] if total is None else [constant(total.reshape(filters), name=name)])


def _normalize(node, uses):
    """Makes one node of a `Mul` and an `Add` by numbers for each channel, which runtimes join with what is around them."""
    x, shift = _and_constant(node)
    before = x.node
    if shift is None or before is None or before.op != "Mul" or uses[id(x)] != 1 or x.ndim < 3 or x.dtype != np.float32:
        return
    source, factor = _and_constant(before)
    if factor is None or source.value is not None or factor.value.size == 1:
        return
    factors, shifts = _per_filter(factor.value, x), _per_filter(shift.value, x)
    if factors is None or shifts is None:
        return
    zeros, ones = np.zeros(x.dims[1], x.dtype), np.ones(x.dims[1], x.dtype)
    node.op, node.attributes = "BatchNormalization", {"epsilon": 0.0}
    node.inputs = [
        source,
        constant(factors, name=factor.name),
        constant(shifts, name=shift.name),
        constant(zeros),
        constant(ones),
    ]


def _and_constant(node):
    """The tensor that a node computes on, and the constant beside it, or `None`."""
    first, second = node.inputs
    x, value = (first, second) if second.value is not None else (second, first)
    return x, value if value.value is not None else None


def _per_filter(value, x):
    """A constant as one number for each filter, or `None` where it is none."""
    if not known(x.dims[1]) or value.dtype != x.dtype:
        return None
    shape = (1,) * (x.ndim - value.ndim) + value.shape
    if len(shape) != x.ndim or any(n != 1 for i, n in enumerate(shape) if i != 1) or shape[1] not in (1, x.dims[1]):
        return None
    return value.reshape(-1) if shape[1] == x.dims[1] else value.reshape(-1).repeat(x.dims[1])
