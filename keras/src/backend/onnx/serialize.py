"""A graph as a model of ONNX, by the package `onnx`."""

import numpy as np

from keras.src.backend.onnx.fusion import fuse
from keras.src.backend.onnx.graph import Graph, finished
from keras.src.backend.onnx.model_file import Constants, Model, element_type
from keras.src.utils.module_utils import LazyModule
from keras.src.utils.naming import apart

helper = LazyModule("onnx.helper", pip_name="onnx")

OPSETS = {18: 8, 19: 9, 20: 9, 21: 10, 22: 10, 23: 11, 24: 12}
"""The versions of the operators that graphs may have, and the version of the format that each needs."""

TABLES = "ai.onnx.ml"
"""The domain of operators that look up in tables."""


def model_of(graph, inputs, outputs, name):
    """The `Model` of a graph.

    Args:
        graph: `Graph`.
        inputs: List of its input tensors, which have names.
        outputs: List of pairs of a name and a tensor.
        name: Name of the graph.
    """
    with graph.opened():
        outputs = [(name, finished(x)) for name, x in outputs]
    fuse(graph, [x for _, x in outputs])
    writing = _Writing()
    for x in inputs:
        writing.names[id(x)] = writing.free(x.name)
    proto = writing.whole(graph, inputs, outputs, name)
    opsets = [helper.make_opsetid("", graph.opset)]
    if any(node.domain == TABLES for node in proto.node):
        opsets.append(helper.make_opsetid(TABLES, 3))
    made = helper.make_model(proto, opset_imports=opsets, ir_version=OPSETS[graph.opset], producer_name="keras")
    return Model(made, writing.constants)


class _Writing:
    """Names of tensors, and initializers, while a graph is written."""

    def __init__(self):
        self.names, self.taken, self.constants = {}, set(), Constants()

    def free(self, wanted):
        """A name that no other tensor has."""
        return apart(wanted, self.taken)

    def whole(self, graph, inputs, outputs, name):
        """The outermost graph."""
        final = self._final(outputs)
        nodes = self.nodes(graph, [x for _, x in outputs])
        nodes += [helper.make_node("Identity", [self.name(x)], [name]) for name, x in final]
        return helper.make_graph(
            nodes,
            name,
            [self.described(self.names[id(x)], x) for x in inputs],
            [self.described(name, x) for name, x in outputs],
        )

    def _final(self, outputs):
        """Outputs that need a node of their own, since their tensor is an input, a constant or another output."""
        rest = []
        for name, x in outputs:
            self.taken.add(name)
            if x.node is None or id(x) in self.names:
                rest.append((name, x))
            else:
                self.names[id(x)] = name
        return rest

    def nodes(self, graph, outputs):
        """The nodes of a graph that its outputs need, in order."""
        live = _live(graph, outputs)
        return [self.node(n) for n in graph.nodes if id(n) in live]

    def node(self, node):
        inputs = [self.name(x) for x in node.inputs]
        while inputs and not inputs[-1]:
            inputs.pop()
        attributes = {k: self.attribute(v) for k, v in node.attributes.items()}
        outputs = [self.output(node, x) for x in node.outputs]
        return helper.make_node(node.op, inputs, outputs, name=outputs[0], **attributes)

    def output(self, node, x):
        if x is None:
            return ""
        if id(x) not in self.names:
            self.names[id(x)] = self.free(f"{node.op.lower()}_{len(self.taken)}")
        return self.names[id(x)]

    def attribute(self, value):
        if isinstance(value, Graph):
            return self.body(value)
        return element_type(value) if isinstance(value, np.dtype) else value

    def body(self, graph):
        """The graph of a loop or a branch."""
        for x in graph.inputs:
            self.names[id(x)] = self.free(f"in_{len(self.taken)}")
        nodes = self.nodes(graph, graph.outputs)
        names = []
        for x in graph.outputs:
            name = self.name(x)
            if name in names:
                copy = self.free(f"copy_{len(self.taken)}")
                nodes.append(helper.make_node("Identity", [name], [copy]))
                name = copy
            names.append(name)
        inputs = [self.described(self.names[id(x)], x) for x in graph.inputs]
        return helper.make_graph(
            nodes, self.free("body"), inputs, [self.described(n, x) for n, x in zip(names, graph.outputs)]
        )

    def name(self, x):
        """Name of a tensor that a node takes; constants become initializers."""
        if x is None:
            return ""
        if id(x) not in self.names:
            if x.value is None:
                raise RuntimeError(f"A tensor is used in a graph that does not give it: {x}")
            self.names[id(x)] = self.initializer(x)
        return self.names[id(x)]

    def initializer(self, x):
        return self.constants.name_of(x.value, lambda: self.free(x.name or f"constant_{len(self.constants)}"))

    def described(self, name, x):
        sizes = [n if isinstance(n, int) else n.name or f"unknown_{id(n)}" for n in map(_plain, x.dims)]
        return helper.make_tensor_value_info(name, element_type(x.held), sizes)


def _plain(n):
    return int(n) if isinstance(n, (int, np.integer)) else n


def _live(graph, outputs):
    """Ids of the nodes that outputs depend on, by way of bodies too."""
    live, waiting = set(), [x.node for x in outputs if x.node is not None]
    while waiting:
        node = waiting.pop()
        if id(node) in live:
            continue
        live.add(id(node))
        for x in _used(node):
            if x.node is not None:
                waiting.append(x.node)
    return live


def _used(node):
    """Tensors that a node uses, those of its bodies among them."""
    yield from (x for x in node.inputs if x is not None)
    for value in node.attributes.values():
        if isinstance(value, Graph):
            yield from value.outputs
            for inner in value.nodes:
                yield from _used(inner)
