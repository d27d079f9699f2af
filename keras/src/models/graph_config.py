"""The graph of a functional model as a config, and back."""

import collections

from keras.src import tree
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.graph.operation import Operation
from keras.src.models import graph_checks
from keras.src.saving import serialization_lib
from keras.src.saving.legacy.legacy_configs import to_current
from keras.src.saving.object_registration import CustomObjectScope
from keras.src.utils.load_budget import budget_if_given
from keras.src.utils.messages import few, name_of, shown

_TENSOR = "__keras_tensor__"


# Writing


def graph_config(graph):
    """Config of the graph of a model: its layers and operations, with the calls of each that belong to the graph."""
    numbers = _numbers_of_nodes(graph)
    return {
        "layers": [_operation_config(operation, numbers) for operation in graph.operations],
        "input_layers": tree.map_structure(lambda x: _place(x, numbers), graph._inputs_struct),
        "output_layers": tree.map_structure(lambda x: _place(x, numbers), graph._outputs_struct),
    }


def _numbers_of_nodes(graph):
    """Dict from each node of the graph to its number among the calls of its operation that belong to the graph."""
    in_graph = set(graph._nodes)
    return {
        node: number
        for operation in graph.operations
        for number, node in enumerate(n for n in operation._inbound_nodes if n in in_graph)
    }


def _operation_config(operation, numbers):
    config = serialization_lib.serialize_keras_object(operation)
    nodes = [node for node in operation._inbound_nodes if node in numbers and not node.is_input]
    config["name"] = operation.name
    config["inbound_nodes"] = [_node_config(node, numbers) for node in nodes]
    return config


def _node_config(node, numbers):
    def described(x):
        if isinstance(x, KerasTensor):
            settings = {"shape": x.shape, "dtype": x.dtype, "keras_history": _place(x, numbers)}
            return {"class_name": _TENSOR, "config": settings}
        return serialization_lib.serialize_keras_object(x)

    return {
        "args": tree.map_structure(described, node.arguments.args),
        "kwargs": tree.map_structure(described, dict(node.arguments.kwargs)),
    }


def _place(x, numbers):
    operation, node_index, tensor_index = x._keras_history
    return [operation.name, numbers[operation._inbound_nodes[node_index]], tensor_index]


def tuples_config(graph):
    """Where the structures of inputs and outputs hold tuples, which JSON writes as lists: `{"tuples": ...}`, if any do.

    The config of the graph has the form of Keras 3, so this stands beside it.
    """
    tuples = {name: list(_tuple_paths(getattr(graph, f"_{name}_struct"))) for name in ("inputs", "outputs")}
    return {"tuples": tuples} if any(tuples.values()) else {}


def _tuple_paths(structure, path=()):
    """Yields the keys and positions that lead to each tuple in a structure."""
    if isinstance(structure, tuple):
        yield list(path)
    if isinstance(structure, (list, tuple)):
        structure = dict(enumerate(structure))
    if isinstance(structure, dict):
        for key, value in structure.items():
            yield from _tuple_paths(value, (*path, key))


# Reading


def functional_from_config(cls, config, custom_objects=None):
    """Makes a functional model from what `graph_config` gave.

    Args:
        cls: Class of the model.
        config: The config.
        custom_objects: Dict from names to classes of one's own.
    """
    config = graph_checks.checked(config)
    layers, places = config.pop("layers"), [config.pop("input_layers"), config.pop("output_layers")]
    if any(isinstance(call, list) for entry in layers for call in entry.get("inbound_nodes") or ()):
        # Keras 2 wrote lists for single inputs and outputs too.
        places = [p[0] if len(p) == 1 and isinstance(p[0], (list, tuple)) else p for p in places]
    builder = _GraphBuilder()
    with CustomObjectScope(custom_objects), budget_if_given("a config"):
        builder.build([entry if "module" in entry else to_current(entry) for entry in layers])
    inputs, outputs = (_map_places(builder.tensor, place) for place in places)
    return cls(inputs=inputs, outputs=outputs, **config)


def restore_tuples(graph, config):
    """Makes tuples in the structures of a graph again, from what `tuples_config` gave."""
    tuples = config.get("tuples")
    if not isinstance(tuples, dict):
        return
    for name in ("inputs", "outputs"):
        attribute, paths = f"_{name}_struct", tuples.get(name)
        if isinstance(paths, list):
            setattr(graph, attribute, _with_tuples(getattr(graph, attribute), paths))


def _with_tuples(structure, paths, path=()):
    """The structure with tuples in place of the lists at some paths."""
    if isinstance(structure, dict):
        return type(structure)((key, _with_tuples(x, paths, (*path, key))) for key, x in structure.items())
    if not isinstance(structure, (list, tuple)):
        return structure
    items = [_with_tuples(x, paths, (*path, position)) for position, x in enumerate(structure)]
    return tuple(items) if list(path) in paths else items


class _GraphBuilder:
    """Makes the operations of a config, and their calls once the tensors that these need are there."""

    def __init__(self):
        self.nodes = {}
        self.calls = []
        # Calls by the node, `(name, number)`, that they wait for.
        self.waiting = {}

    def build(self, layers):
        for entry in layers:
            self._add_operation(entry)
        ready = collections.deque(self.calls)
        while ready:
            call = ready.popleft()
            missing = self._try_call(*call)
            if missing is None:
                ready.extendleft(reversed(self.waiting.pop((call[0].name, call[1]), ())))
            else:
                self.waiting.setdefault(missing, []).append(call)
        if self.waiting:
            names = sorted({operation.name for calls in self.waiting.values() for operation, _, _ in calls})
            raise ValueError(
                f"The graph in the config cannot be built: the calls of {few(names)} need tensors "
                "that nothing in it makes."
            )

    def _add_operation(self, entry):
        operation = serialization_lib.deserialize_keras_object(_without_graph(entry))
        if not isinstance(operation, Operation):
            raise ValueError(
                f"A graph consists of layers and operations. The config has {type(operation)} in it: {shown(entry)}"
            )
        name = entry.get("name", operation.name)
        if operation.name != name:
            operation.name = name
        calls = entry.get("inbound_nodes") or []
        self.nodes[name] = [None] * len(calls) if calls else list(operation._inbound_nodes)
        self.calls.extend((operation, number, call) for number, call in enumerate(calls))

    def _try_call(self, operation, number, call):
        """Makes a call; returns the node that it still needs, or `None`."""
        args, kwargs = _arguments(call)
        try:
            args, kwargs = self._with_tensors(args), self._with_tensors(kwargs)
        except _NotYet as error:
            return error.node
        if not any(isinstance(x, KerasTensor) for x in tree.flatten((args, kwargs))):
            raise ValueError(
                f"A call in the config of a graph takes a tensor of the graph; that of {name_of(operation.name)} takes none: "
                f"{shown(call)}"
            )
        with serialization_lib.errors_that_name(f"a call of {name_of(operation.name)} in the graph", call):
            operation(*args, **kwargs)
        self.nodes[operation.name][number] = operation._inbound_nodes[-1]
        return None

    def _with_tensors(self, value):
        """Arguments with the tensors, and the objects, that their descriptions stand for."""
        if isinstance(value, dict):
            if value.get("class_name") == _TENSOR:
                return self.tensor(*graph_checks.history_of(value))
            if "class_name" in value and "config" in value:
                return serialization_lib.deserialize_own_function(value)
            return {key: self._with_tensors(x) for key, x in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(self._with_tensors(x) for x in value)
        return value

    def tensor(self, name, node_index, tensor_index):
        nodes = self.nodes.get(name)
        node = nodes[node_index] if nodes is not None and node_index < len(nodes) else None
        if node is None:
            raise _NotYet(name, node_index, tensor_index)
        if tensor_index >= len(node.outputs):
            raise ValueError(
                f"A call of {name_of(name)} in the graph has {len(node.outputs)} outputs, no {tensor_index}."
            )
        return node.outputs[tensor_index]


class _NotYet(ValueError):
    """A tensor is not there, or not yet."""

    def __init__(self, name, node_index, tensor_index):
        super().__init__(f"The graph in the config has no output {[name[:60], node_index, tensor_index]}.")
        self.node = (name, node_index)


def _without_graph(entry):
    return {key: value for key, value in entry.items() if key != "inbound_nodes"}


def _arguments(call):
    """`(args, kwargs)` of a call; in files of Keras 2 a call is a list of `[name, node, tensor, kwargs]`."""
    if isinstance(call, dict):
        return call["args"], call["kwargs"]
    tensors = [{"class_name": _TENSOR, "config": {"keras_history": entry[:3]}} for entry in call]
    kwargs = call[0][3] if call and len(call[0]) > 3 else {}
    return [tensors[0] if len(tensors) == 1 else tensors], kwargs


def _map_places(function, structure):
    """Replaces each `[name, node, tensor]` in a structure."""
    if isinstance(structure, dict):
        return {key: _map_places(function, value) for key, value in structure.items()}
    if graph_checks.is_place(structure):
        return function(*structure)
    return type(structure)(_map_places(function, value) for value in structure)
