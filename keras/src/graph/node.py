"""A `Node` is one recorded call of an operation; nodes and symbolic tensors make the graph."""

import collections

from keras.src import tree
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.graph.symbolic_arguments import SymbolicArguments

KerasHistory = collections.namedtuple("KerasHistory", ["operation", "node_index", "tensor_index"])
KerasHistory.__doc__ = "Where a symbolic tensor comes from: output `tensor_index` of call `node_index` of `operation`."


class Node:
    """One call of `operation`.

    Args:
        operation: The `Operation` that was called.
        call_args: Positional arguments of the call, any structure with symbolic tensors in it.
        call_kwargs: Keyword arguments of the call.
        outputs: What the call gave, a structure of symbolic tensors.
    """

    def __init__(self, operation, call_args=(), call_kwargs=None, outputs=None):
        self.operation = operation
        self.arguments = SymbolicArguments(*call_args, **(call_kwargs or {}))
        self.outputs = [outputs] if isinstance(outputs, KerasTensor) else tree.flatten(outputs)
        for x in self.arguments.keras_tensors:
            if not hasattr(x, "_keras_history"):
                HandMade(x)
        node_index = len(operation._inbound_nodes)
        operation._inbound_nodes.append(self)
        for x in self.arguments.keras_tensors:
            x._keras_history.operation._outbound_nodes.append(self)
        for tensor_index, x in enumerate(self.outputs):
            x._keras_history = KerasHistory(operation, node_index, tensor_index)

    @property
    def input_tensors(self):
        """Symbolic tensors among the arguments, in order."""
        return self.arguments.keras_tensors

    @property
    def output_tensors(self):
        """Symbolic tensors that the call gave, in order."""
        return self.outputs

    @property
    def parent_nodes(self):
        """The nodes that made the inputs."""
        histories = [x._keras_history for x in self.input_tensors]
        return [h.operation._inbound_nodes[h.node_index] for h in histories]

    @property
    def is_input(self):
        """Whether the node has no inputs: it stands at the start of a graph."""
        return not self.arguments.keras_tensors

    def __repr__(self):
        return f"<Node of {self.operation.name}, id={id(self)}>"


class HandMade:
    """Stands for the origin of a symbolic tensor that no `keras.Input` or operation made: a graph may start there."""

    def __init__(self, tensor):
        self.name = tensor.name
        self._inbound_nodes = []
        self._outbound_nodes = []
        Node(self, outputs=tensor)
