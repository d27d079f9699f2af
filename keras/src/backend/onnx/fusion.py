"""Constants behind a convolution become part of its weights and its bias, so that it is one node."""

import collections

from keras.src.backend.onnx.graph import Graph, constant
from keras.src.backend.onnx.tensor import known


def fuse(graph, outputs):
    """Makes nodes of one node out of a convolution and an `Add` or a `Mul` by constants that alone uses it.

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


def _join(node, uses):
    first, second = node.inputs
    x, value = (first, second) if second.value is not None else (second, first)
    before = x.node
    if value.value is None or before is None or before.op != "Conv" or uses[id(x)] != 1:
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


def _per_filter(value, x):
    """A constant as one number for each filter, or `None` where it is none."""
    if not known(x.dims[1]) or value.dtype != x.dtype:
        return None
    shape = (1,) * (x.ndim - value.ndim) + value.shape
    if len(shape) != x.ndim or any(n != 1 for i, n in enumerate(shape) if i != 1) or shape[1] not in (1, x.dims[1]):
        return None
    return value.reshape(-1) if shape[1] == x.dims[1] else value.reshape(-1).repeat(x.dims[1])
