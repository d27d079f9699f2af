"""A model as a graph in the language of Graphviz: one box for each layer, one cluster for each model inside."""

import html
import re
from dataclasses import dataclass

from keras.src import tree
from keras.src.utils.module_utils import pydot

_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Shown:
    """What the boxes tell.

    Args:
        names: Whether they tell names of layers.
        activations: Whether they tell activations.
        shapes: Whether they tell shapes of inputs and outputs.
        dtypes: Whether they tell dtypes of outputs.
        trainable: Whether they tell if weights change in training.
        inside: Whether models inside are drawn as clusters of their layers.
    """

    names: bool = True
    activations: bool = False
    shapes: bool = False
    dtypes: bool = False
    trainable: bool = False
    inside: bool = False


def graph_of(model):
    """The graph of a model that was made from inputs and outputs, or of a built stack; `None` for other layers."""
    return model._graph if _is_stack(model) else getattr(model, "_model_graph", None)


def _is_stack(model):
    """Whether a model is a `Sequential`."""
    return hasattr(model, "_inputs_of_stack")


class Drawing:
    """Boxes and clusters of one picture, whose names are taken once each.

    Args:
        shown: The `Shown` of all boxes.
    """

    def __init__(self, shown):
        self.shown = shown
        self._taken = set()

    def cluster(self, model):
        """An empty cluster for the layers of a model: a frame with its name."""
        cluster = pydot.Cluster(self._free_name(re.sub(r"\W", "_", model.name)))
        cluster.set("style", "dashed")
        cluster.set("label", f"<{escaped(model.name)}>")
        cluster.set("labeljust", "l")
        cluster.set("fontname", "Helvetica")
        return cluster

    def box(self, operation, node):
        """A box for an operation, as node `node` of its graph tells its shapes."""
        name = self._free_name(str(id(operation)))
        label = _label(operation, node, self.shown)
        return pydot.Node(name, label=label, fontname="Helvetica", border=0, margin=0)

    def _free_name(self, name):
        found, number = name, 1
        while found in self._taken:
            number += 1
            found = f"{name}_{number}"
        self._taken.add(found)
        return found


# What is drawn


class Box:
    """An operation that is drawn as a box: the lines to it and from it end there."""

    def __init__(self, drawing, target, operation, node):
        box = drawing.box(operation, node)
        target.add_node(box)
        self._name = box.get_name()

    def entry(self, index):
        """Names of the boxes to which input `index` goes."""
        return [self._name]

    def exit(self, index):
        """Names of the boxes from which output `index` comes."""
        return [self._name]


class Layers:
    """The operations of a graph, each drawn in a target, and the lines between them.

    Args:
        drawing: The `Drawing`.
        target: `pydot.Graph` to draw in.
        model: Model with a graph.
    """

    def __init__(self, drawing, target, model):
        self._graph = graph = graph_of(model)
        # A stack starts with its first layer: what stands for its input is drawn nowhere.
        unseen = {id(x._keras_history.operation) for x in graph.inputs} if _is_stack(model) else set()
        self._drawn = {
            id(x): drawn(drawing, target, x, _first_node(graph, x)) for x in graph.operations if id(x) not in unseen
        }
        for start, end in self._lines():
            target.add_edge(pydot.Edge(start, end, penwidth=2))

    def entry(self, index):
        """Names of the boxes to which input `index` of the model goes."""
        return self._entry(self._graph.inputs[index])

    def exit(self, index):
        """Names of the boxes from which output `index` of the model comes."""
        return self._exit(self._graph.outputs[index])

    def _entry(self, tensor):
        operation = tensor._keras_history.operation
        if id(operation) in self._drawn:
            return self._drawn[id(operation)].entry(0)
        return [box for source, place, user in self._uses() if source is tensor for box in user.entry(place)]

    def _exit(self, tensor):
        history = tensor._keras_history
        found = self._drawn.get(id(history.operation))
        return found.exit(history.tensor_index) if found else []

    def _uses(self):
        """`(tensor, place among the inputs, what is drawn of its user)` of each use of a tensor in the graph."""
        inside = set(self._graph._nodes)
        for operation in self._graph.operations:
            for node in operation._inbound_nodes:
                if node in inside and id(operation) in self._drawn:
                    for place, tensor in enumerate(node.input_tensors):
                        yield tensor, place, self._drawn[id(operation)]

    def _lines(self):
        """Pairs of names of boxes, each once."""
        found = {}
        for tensor, place, user in self._uses():
            for start in self._exit(tensor):
                found.update({(start, end): None for end in user.entry(place)})
        return list(found)


def drawn(drawing, target, operation, node=None):
    """Draws an operation in a target: as a box, or as a cluster of what it holds.

    Args:
        drawing: The `Drawing`.
        target: `pydot.Graph` to draw in.
        operation: Layer, op or model.
        node: The call of it that the box tells about, if there is one.

    Returns:
        A `Box` or `Layers`.
    """
    if not drawing.shown.inside or not _has_layers(operation):
        return Box(drawing, target, operation, node)
    cluster = drawing.cluster(operation)
    found = Layers(drawing, cluster, operation)
    target.add_subgraph(cluster)
    return found


def _has_layers(operation):
    """Whether there is more in an operation than inputs."""
    graph = graph_of(operation)
    return graph is not None and any(not node.is_input for node in graph._nodes)


def _first_node(graph, operation):
    inside = set(graph._nodes)
    return next((node for node in operation._inbound_nodes if node in inside), None)


# Labels


def _label(operation, node, shown):
    cells = [*_shape_cells(node, shown), *_dtype_cells(node, shown), *_trainable_cells(operation, shown)]
    columns = max(len(cells), 1)
    rows = [_row(f'<td colspan="{columns}" bgcolor="black">{_title(operation, shown)}</td>')]
    activation = getattr(operation, "activation", None)
    if shown.activations and activation is not None:
        text = _fact("Activation", _name_of_activation(activation))
        rows.append(_row(f'<td bgcolor="white" colspan="{columns}">{text}</td>'))
    if cells:
        rows.append(_row("".join(cells)))
    frame = '<table border="0" cellborder="1" bgcolor="black" cellpadding="10">'
    return f"<{frame}{''.join(rows)}</table>>"


def _row(cells):
    return f"<tr>{cells}</tr>"


def _title(operation, shown):
    kind = escaped(type(operation).__name__)
    text = f"<b>{escaped(operation.name)}</b> ({kind})" if shown.names else f"<b>{kind}</b>"
    return f'<font point-size="16" color="white">{text}</font>'


def escaped(text):
    """Text as part of a label with markup, in which nothing of it has a meaning: no markup, no backslash."""
    return html.escape(_NO_XML.sub("\ufffd", text)).replace("\\", "\\\\").replace("\n", "<br/>")


def _fact(what, text):
    return f'<font point-size="14">{what}: <b>{escaped(text)}</b></font>'


def _cell(what, text):
    return f'<td bgcolor="white">{_fact(what, text)}</td>'


def _shape_cells(node, shown):
    if not shown.shapes:
        return []
    if node is None:
        return [_cell("Input shape", "?"), _cell("Output shape", "?")]
    cells = [] if node.is_input else [_cell("Input shape", _shapes(_inputs_of(node)))]
    return [*cells, _cell("Output shape", _shapes(_outputs_of(node)))]


def _dtype_cells(node, shown):
    if not shown.dtypes:
        return []
    return [
        _cell("Output dtype", "?" if node is None else str(tree.map_structure(lambda x: x.dtype, _outputs_of(node))))
    ]


def _trainable_cells(operation, shown):
    if not shown.trainable or not getattr(operation, "weights", None):
        return []
    color, word = ("forestgreen", "Trainable") if operation.trainable else ("firebrick", "Non-trainable")
    return [f'<td bgcolor="{color}"><font point-size="14" color="white"><b>{word}</b></font></td>']


def _inputs_of(node):
    """The first argument of a call where it holds all tensors, else a list of the tensors."""
    tensors = node.input_tensors
    first = node.arguments.args[0] if node.arguments.args else None
    if tree.is_nested(first) and len(tree.flatten(first)) == len(tensors):
        return first
    return tensors[0] if len(tensors) == 1 else tensors


def _outputs_of(node):
    """What a call gave, in the structure that the operation's graph has, if there is one."""
    graph = graph_of(node.operation)
    if graph is not None and len(graph.outputs) == len(node.outputs) > 1:
        return tree.pack_sequence_as(graph._outputs_struct, node.outputs)
    return node.outputs[0] if len(node.outputs) == 1 else node.outputs


def _shapes(structure):
    """The shapes of a structure of tensors in words."""
    if isinstance(structure, dict):
        return ", ".join(f"{key}: {_shapes(x)}" for key, x in structure.items())
    if isinstance(structure, (list, tuple)):
        return f"[{', '.join(map(_shapes, structure))}]"
    return str(tuple(structure.shape)) if hasattr(structure, "shape") else "?"


def _name_of_activation(activation):
    if isinstance(activation, str):
        return activation
    return getattr(activation, "name", None) or getattr(activation, "__name__", type(activation).__name__)
