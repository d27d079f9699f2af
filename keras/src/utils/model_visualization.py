"""`plot_model` and `model_to_dot`: pictures of models."""

import os
import shutil
import subprocess
import sys

from keras.src.api_export import keras_export
from keras.src.utils.model_graphviz import Box, Drawing, Layers, Shown, graph_of
from keras.src.utils.module_utils import LazyModule, pydot
from keras.src.utils.safe_write import replacing

_DIRECTIONS = ("TB", "BT", "LR", "RL")
_display = LazyModule("IPython.display", pip_name="ipython")


@keras_export("keras.utils.model_to_dot")
def model_to_dot(
    model,
    show_shapes=False,
    show_dtype=False,
    show_layer_names=True,
    rankdir="TB",
    expand_nested=False,
    dpi=200,
    subgraph=False,
    show_layer_activations=False,
    show_trainable=False,
    splines="ortho",
    **kwargs,
):
    """Describes a model as a graph in the language of Graphviz.

    Each layer is a box, and arrows say what goes where. A model whose layers cannot be known, since its `call` is
    code, is one box.

    Args:
        model: A built model.
        show_shapes: Whether boxes tell the shapes of inputs and outputs.
        show_dtype: Whether boxes tell the dtypes of outputs.
        show_layer_names: Whether boxes tell the names of layers beside their types.
        rankdir: Where arrows go: `"TB"` down, `"LR"` to the right, `"BT"` up, `"RL"` to the left.
        expand_nested: Whether models inside are drawn as frames around their layers.
        dpi: Dots per inch of a picture.
        subgraph: Whether to return a `pydot.Cluster` that can be put into another graph.
        show_layer_activations: Whether boxes tell activations.
        show_trainable: Whether boxes tell if the weights of a layer change in training.
        splines: How lines are drawn, as Graphviz calls it: `"ortho"`, `"curved"`, `"polyline"`, `"spline"`, `"line"`.

    Returns:
        A `pydot.Dot`, or a `pydot.Cluster` where `subgraph` is true.

    Raises:
        ImportError: `pydot` is not installed.
        ValueError: The model is not built, or an argument is not known.

    Example:

    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="last")])
    >>> graph = keras.utils.model_to_dot(model, show_shapes=True)
    >>> "Output shape: <b>(None, 2)</b>" in graph.to_string()
    True
    """
    _check_arguments(kwargs, rankdir)
    _check_built(model)
    shown = Shown(show_layer_names, show_layer_activations, show_shapes, show_dtype, show_trainable, expand_nested)
    drawing = Drawing(shown)
    if subgraph:
        dot = drawing.cluster(model)
    else:
        dot = pydot.Dot(rankdir=rankdir, concentrate=True, dpi=dpi, splines=splines)
        dot.set_node_defaults(shape="plain")
    if graph_of(model) is None:
        Box(drawing, dot, model, None)
    else:
        Layers(drawing, dot, model)
    return dot


@keras_export("keras.utils.plot_model")
def plot_model(
    model,
    to_file="model.png",
    show_shapes=False,
    show_dtype=False,
    show_layer_names=False,
    rankdir="TB",
    expand_nested=False,
    dpi=200,
    show_layer_activations=False,
    show_trainable=False,
    splines="ortho",
    **kwargs,
):
    """Draws a model into a file; in a notebook the picture is shown as well.

    It needs `pydot` (`pip install pydot`), and the program `dot` of [Graphviz](https://graphviz.org/download/).

    Args:
        model: A built model.
        to_file: Path of the picture, whose suffix is the format: `.png`, `.svg`, `.pdf`, or any other that Graphviz
            knows; PNG without a suffix. `.dot` is the description of the graph itself, which needs no Graphviz. With
            `None` no file is written.
        show_shapes: Whether boxes tell the shapes of inputs and outputs.
        show_dtype: Whether boxes tell the dtypes of outputs.
        show_layer_names: Whether boxes tell the names of layers beside their types.
        rankdir: Where arrows go: `"TB"` down, `"LR"` to the right, `"BT"` up, `"RL"` to the left.
        expand_nested: Whether models inside are drawn as frames around their layers.
        dpi: Dots per inch of the picture.
        show_layer_activations: Whether boxes tell activations.
        show_trainable: Whether boxes tell if the weights of a layer change in training.
        splines: How lines are drawn, as Graphviz calls it: `"ortho"`, `"curved"`, `"polyline"`, `"spline"`, `"line"`.

    Returns:
        In a notebook, an image for formats that it can show; `None` elsewhere.

    Raises:
        ImportError: `pydot` or Graphviz is not installed.
        ValueError: The model is not built, an argument is not known, or Graphviz does not know the format.

    Example:

    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    >>> keras.utils.plot_model(model, "model.dot", show_shapes=True, show_layer_names=True)

    With Graphviz, `"model.png"` or `"model.svg"` is a picture.
    """
    _check_arguments(kwargs, rankdir)
    dot = model_to_dot(
        model,
        show_shapes=show_shapes,
        show_dtype=show_dtype,
        show_layer_names=show_layer_names,
        rankdir=rankdir,
        expand_nested=expand_nested,
        dpi=dpi,
        show_layer_activations=show_layer_activations,
        show_trainable=show_trainable,
        splines=splines,
    )
    format = _format_of(to_file)
    picture = _picture(dot.to_string(), format)
    if to_file is not None:
        with replacing(to_file) as path, open(path, "wb") as file:
            file.write(picture)
    return _in_notebook(picture, format)


def _check_arguments(unknown, rankdir):
    if unknown.pop("layer_range", None) is not None:
        raise ValueError("`layer_range` is no longer supported. Draw a model of these layers instead.")
    if unknown:
        raise ValueError(f"Unrecognized keyword arguments: {sorted(unknown)}")
    if rankdir not in _DIRECTIONS:
        raise ValueError(f"`rankdir` must be one of {_DIRECTIONS}. Received: rankdir={rankdir!r}")


def _check_built(model):
    if not getattr(model, "built", False):
        raise ValueError(
            f"A model must be built before it is drawn; call its `build()`, or call it on a batch of data. "
            f"Received: {model!r}"
        )


def _format_of(path):
    suffix = os.path.splitext(os.fspath(path))[1] if path is not None else ""
    return suffix[1:].lower() or "png"


def _picture(text, format):
    """The bytes of a picture of a graph."""
    source = text.encode("utf-8")
    if format in ("dot", "gv"):
        return source
    program = shutil.which("dot")
    if program is None:
        raise ImportError(
            "`plot_model` needs Graphviz, whose program `dot` is not to be found. Install it with `apt install "
            "graphviz`, `brew install graphviz` or `conda install graphviz`, or from https://graphviz.org/download/. "
            "A file with the suffix `.dot` needs no Graphviz."
        )
    done = subprocess.run([program, f"-T{format}"], input=source, capture_output=True, check=False)
    if done.returncode or not done.stdout:
        raise ValueError(f"Graphviz could not draw the model: {done.stderr.decode('utf-8', 'replace').strip()}")
    return done.stdout


def _in_notebook(picture, format):
    """What a notebook shows as a picture, or `None` where nobody would see it."""
    if "IPython" not in sys.modules:
        return None
    if format == "svg":
        return _display.SVG(data=picture)
    return _display.Image(data=picture, format=format) if format in ("png", "jpg", "jpeg", "gif") else None
