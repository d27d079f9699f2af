"""Rows as in `function_rows.py` for functions that draw."""

import html
import re

import keras
from integration_tests.mute.function_rows import row
from keras import layers

FLAGS = ("show_shapes", "show_dtype", "show_layer_names", "expand_nested", "show_layer_activations", "show_trainable")
DRAWN = {
    **dict.fromkeys(FLAGS, (False, True)),
    "rankdir": ("TB", "LR"),
    "dpi": (200, 100),
    "splines": ("ortho", "curved"),
}


def _stack(name="stack"):
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu", name="inner")], name="inside")
    return keras.Sequential([keras.Input((4,)), inner, layers.Dense(2, name=name)], name=name)


def _without_numbers(text):
    """A graph without the numbers of its boxes, which are new for each model."""
    return html.unescape(re.sub(r"\b\d{9,}\b", "", text))


@row("utils", "model_to_dot", model=(_stack(), _stack("other")), subgraph=(False, True), **DRAWN)
def model_to_dot(folder, model=None, **given):
    return _without_numbers(keras.utils.model_to_dot(model or _stack(), **given).to_string())


@row(
    "utils",
    "plot_model",
    model=(_stack(), _stack("other"), {"show_layer_names": True}),
    to_file=("a.dot", "b.dot"),
    **DRAWN,
)
def plot_model(folder, model=None, to_file="model.dot", **given):
    keras.utils.plot_model(model or _stack(), folder / to_file, **given)
    (file,) = folder.iterdir()
    return file.name, _without_numbers(file.read_text(encoding="utf-8"))
