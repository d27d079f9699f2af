"""`Model.summary`: a table of layers."""

import math
import re

from keras.src import backend, tree
from keras.src.utils import io_utils
from keras.src.utils.messages import few
from keras.src.utils.summary_table import SummaryTable


def print_summary(model, line_length, positions, print_fn, expand_nested, show_trainable, layer_range):
    """Prints the table of a model's layers and its numbers of parameters; see `Model.summary`."""
    connections = None if _is_chain(model) else _Connections(model)
    rows = []
    for layer in _in_range(_rows_of(model), layer_range):
        _add_rows(rows, layer, connections, expand_nested, show_trainable)
    table = SummaryTable(_titles(connections is not None, show_trainable), rows, connections is not None)
    colored = print_fn is None and io_utils.redraws_in_place()
    text = table.rendered(f'Model: "{model.name}"', _totals(model), line_length, positions, colored)
    if print_fn is None:
        io_utils.print_msg(text, line_break=False)
    else:
        print_fn(text)


# Columns and rows


def _titles(connected, show_trainable):
    """`(title, alignment)` of each column."""
    titles = [("Layer (type)", "left"), ("Output Shape", "left"), ("Param #", "right")]
    if connected:
        titles.append(("Connected to", "left"))
    if show_trainable:
        titles.append(("Trainable", "center"))
    return titles


def _rows_of(model):
    """Layers of a model, and the operations of a graph as well."""
    graph = _graph_of(model)
    return graph.operations if graph is not None else list(model.layers)


def _in_range(layers, layer_range):
    if layer_range is None:
        return layers
    if len(layer_range) != 2 or not all(isinstance(name, str) for name in layer_range):
        raise ValueError(f"`layer_range` must be a pair of names. Received: layer_range={layer_range}")
    starts, ends = ([i for i, x in enumerate(layers) if re.match(pattern, x.name)] for pattern in layer_range)
    if not starts or not ends:
        raise ValueError(
            f"`layer_range` must name layers of the model: {few(x.name for x in layers)}. Received: "
            f"layer_range={layer_range}"
        )
    return layers[min(starts[0], ends[0]) : max(starts[-1], ends[-1]) + 1]


def _add_rows(rows, layer, connections, expand_nested, show_trainable, level=0):
    indent = f"{'   ' * level}└ " if level else ""
    row = [f"{indent}{layer.name} ({type(layer).__name__})", _shown_output_shape(layer), _shown_count(layer)]
    if connections is not None:
        row.append(connections.of(layer) if not level else "-")
    if show_trainable:
        row.append(_shown_trainable(layer))
    rows.append(row)
    if expand_nested and _is_model(layer):
        for inner in layer.layers:
            if level or type(inner).__name__ != "InputLayer":
                _add_rows(rows, inner, connections, expand_nested, show_trainable, level + 1)


def _is_model(layer):
    return hasattr(layer, "layers") and hasattr(layer, "get_layer")


def _shown_output_shape(layer):
    try:
        outputs = _output_shapes(layer)
    except Exception:
        # A summary describes what is known; shapes that cannot be found are no reason to fail.
        return "?"
    if outputs is None:
        return "?"
    return str(outputs[0]) if len(outputs) == 1 else f"[{', '.join(map(str, outputs))}]"


def _output_shapes(layer):
    """Flat list of the output shapes of a layer, or `None`."""
    if layer._inbound_nodes:
        return [tuple(x.shape) for x in layer._inbound_nodes[0].outputs]
    graph = _graph_of(layer)
    if graph is not None:
        return [tuple(x.shape) for x in graph.outputs]
    config = layer.get_build_config() if getattr(layer, "built", False) else None
    if not config:
        return None
    shapes = config["shapes_dict"] if "shapes_dict" in config else {}
    found = layer.compute_output_shape(**shapes) if shapes else layer.compute_output_shape(config["input_shape"])
    flat = []
    tree.map_shape_structure(lambda s: flat.append(tuple(s)), found)
    return flat


def _shown_count(layer):
    if not hasattr(layer, "count_params"):
        return "0"
    if not layer.built:
        return "0 (unbuilt)"
    return f"{layer.count_params():,}"


def _shown_trainable(layer):
    if not getattr(layer, "weights", None):
        return "-"
    return "Y" if layer.trainable else "N"


# Graphs


def _is_chain(model):
    """Whether each layer of the model has one layer before it and one behind, so that the order says it all."""
    graph = _graph_of(model)
    if graph is None:
        return True
    if any(len(nodes) > 1 for nodes in graph._nodes_by_depth.values()):
        return False
    return all(len(node.input_tensors) <= 1 for node in graph._nodes)


def _graph_of(layer):
    """The graph of a model that was made from inputs and outputs, else `None`."""
    return getattr(layer, "_model_graph", None)


class _Connections:
    """What each operation of a graph is connected to."""

    def __init__(self, model):
        self._nodes = set(_graph_of(model)._nodes)

    def of(self, operation):
        """The tensors that go into an operation, as `name[call][output]`."""
        found = []
        for node in operation._inbound_nodes:
            if node in self._nodes:
                for x in node.input_tensors:
                    source = x._keras_history
                    found.append(f"{source.operation.name}[{source.node_index}][{source.tensor_index}]")
        return ", ".join(found) or "-"


# Numbers of parameters


def _totals(model):
    trainable = _unique(model.trainable_variables, model)
    frozen = _unique(model.non_trainable_variables, model)
    optimizer = getattr(model, "optimizer", None)
    # Before it is built, an optimizer has no more than its counters.
    of_optimizer = list(optimizer.variables) if optimizer is not None and optimizer.built else []
    lines = [("Total", trainable + frozen + of_optimizer), ("Trainable", trainable), ("Non-trainable", frozen)]
    if of_optimizer:
        lines.append(("Optimizer", of_optimizer))
    return [f" {title} params: {_count(v):,} ({readable_memory_size(memory_size(v))})" for title, v in lines]


def _unique(variables, model):
    weights = {id(v) for v in model.weights}
    return [v for v in variables if id(v) in weights]


def _count(variables):
    return sum(math.prod(v.shape) for v in variables)


def count_params(weights):
    """Number of scalars in a list of variables, each counted once."""
    return _count({id(v): v for v in weights}.values())


def memory_size(variables):
    """Number of bytes that variables take."""
    return sum(math.prod(v.shape) * backend.dtype_size(backend.standardize_dtype(v.dtype)) // 8 for v in variables)


def readable_memory_size(size):
    """A number of bytes in the unit that suits it: `4.59 MB`."""
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if size < 1024 or unit == "TB":
            return f"{size:.2f} {unit}"
        size /= 1024
