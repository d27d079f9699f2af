"""Rows as in `function_rows.py` for functions that draw."""

import html
import re

import matplotlib.pyplot as plt
import numpy as np

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


# Galleries and drawings

IMAGES = np.random.RandomState(0).randint(0, 256, (2, 60, 60, 3)).astype("uint8")
CORNERS = np.array([[[10, 30, 40, 50]], [[5, 35, 20, 45]]])
BOXES = {"boxes": CORNERS, "labels": np.ones((2, 1), "int32")}
OTHER_BOXES = {**BOXES, "boxes": CORNERS + 5}
MASKS = (IMAGES[..., :1] // 100).astype("int32")
NAMES = {"class_mapping": {1: "a"}}


@row(
    "visualization",
    "draw_bounding_boxes",
    images=(IMAGES, IMAGES[::-1]),
    bounding_boxes=(BOXES, OTHER_BOXES),
    bounding_box_format=("xyxy", "yxyx"),
    class_mapping=(None, {1: "a"}),
    color=((128, 128, 128), (1, 2, 3)),
    line_thickness=(2, 3),
    text_thickness=(1, 3, NAMES),
    font_scale=(1.0, 0.5, NAMES),
    data_format=("channels_last", "channels_first", {"images": np.zeros((2, 3, 4, 3), "uint8")}),
)
def draw_bounding_boxes(folder, images=IMAGES, bounding_boxes=BOXES, bounding_box_format="xyxy", **given):
    return keras.visualization.draw_bounding_boxes(images, bounding_boxes, bounding_box_format, **given)


@row(
    "visualization",
    "draw_segmentation_masks",
    images=(IMAGES, IMAGES[::-1]),
    segmentation_masks=(MASKS, MASKS[::-1]),
    num_classes=(3, 2),
    color_mapping=(None, {0: (1, 2, 3)}),
    alpha=(0.8, 0.5),
    blend=(True, False),
    ignore_index=(-1, 1),
    data_format=(
        "channels_last",
        "channels_first",
        {"images": IMAGES[:, :3, :3], "segmentation_masks": MASKS[:, :3, :3]},
    ),
)
def draw_segmentation_masks(folder, images=IMAGES, segmentation_masks=MASKS, **given):
    try:
        return keras.visualization.draw_segmentation_masks(images, segmentation_masks, **given)
    except ValueError:
        return "refused"


def _gallery(function):
    """Shows a gallery and tells what is seen of it."""

    def observe(folder, path=None, **given):
        plt.close("all")
        shown = []
        show, plt.show = plt.show, lambda: shown.append(1)
        try:
            function(path=None if path is None else folder / path, **given)
        finally:
            plt.show = show
        figure = plt.gcf()
        files = [(x.name, len(x.read_bytes())) for x in folder.iterdir()]
        pictures = [np.asarray(axis.images[0].get_array()) for axis in figure.axes if axis.images]
        legends = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
        texts = [axis.get_title() for axis in figure.axes]
        grid = (figure.axes[0].get_gridspec().nrows, len(figure.axes)) if figure.axes else None
        plt.close("all")
        return files, pictures, legends, texts, grid, tuple(figure.get_size_inches()), len(shown)

    return observe


def _handles(name):
    return [plt.Line2D([], [], label=name)]


HIDDEN = {"show": False}
GALLERY = {
    "images": (IMAGES, IMAGES[::-1], HIDDEN),
    "value_range": ((0, 255), (0, 100), HIDDEN),
    "data_format": ("channels_last", "channels_first", {**HIDDEN, "images": IMAGES[:, :3, :3]}),
}
GRID = {"rows": (None, 1, HIDDEN), "cols": (None, 2, HIDDEN)}


@row(
    "visualization",
    "plot_image_gallery",
    **GALLERY,
    **GRID,
    y_true=(None, [0, 1], {**HIDDEN, "label_map": {0: "a", 1: "b"}}),
    y_pred=(None, [0, 1], {**HIDDEN, "label_map": {0: "a", 1: "b"}}),
    label_map=({0: "a"}, {0: "c"}, {**HIDDEN, "y_true": [0, 0]}),
    scale=(2, 3, HIDDEN),
    path=(None, "gallery.png"),
    show=(True, False),
    transparent=(True, False, {"path": "gallery.png"}),
    dpi=(60, 30, {"path": "gallery.png"}),
    legend_handles=(None, _handles("one"), HIDDEN),
)
@_gallery
def plot_image_gallery(images=IMAGES, **given):
    keras.visualization.plot_image_gallery(images, **given)


@row(
    "visualization",
    "plot_bounding_box_gallery",
    **GALLERY,
    **GRID,
    bounding_box_format=("xyxy", "yxyx", {**HIDDEN, "y_true": BOXES}),
    y_true=(None, BOXES, HIDDEN),
    y_pred=(None, BOXES, HIDDEN),
    true_color=((0, 188, 212), (1, 2, 3), {**HIDDEN, "y_true": BOXES}),
    pred_color=((255, 235, 59), (1, 2, 3), {**HIDDEN, "y_pred": BOXES}),
    line_thickness=(2, 3, {**HIDDEN, "y_true": BOXES}),
    font_scale=(1.0, 0.5, {**HIDDEN, "y_true": BOXES, **NAMES}),
    text_thickness=(None, 5, {**HIDDEN, "y_true": BOXES, **NAMES}),
    class_mapping=(None, {1: "a"}, {**HIDDEN, "y_true": BOXES}),
    ground_truth_mapping=(None, {1: "b"}, {**HIDDEN, "y_true": BOXES, **NAMES}),
    prediction_mapping=(None, {1: "b"}, {**HIDDEN, "y_pred": BOXES, **NAMES}),
    legend=(False, True, HIDDEN),
    legend_handles=(None, _handles("one"), HIDDEN),
)
@_gallery
def plot_bounding_box_gallery(images=IMAGES, bounding_box_format="xyxy", **given):
    keras.visualization.plot_bounding_box_gallery(images, bounding_box_format, **given)


MASKED = {**HIDDEN, "y_true": MASKS}


@row(
    "visualization",
    "plot_segmentation_mask_gallery",
    **GALLERY,
    num_classes=(3, 2, {"y_true": MASKS, "show": False}),
    y_true=(None, MASKS, HIDDEN),
    y_pred=(None, MASKS, HIDDEN),
    color_mapping=(None, {0: (1, 2, 3)}, MASKED),
    blend=(True, False, MASKED),
    alpha=(0.8, 0.5, MASKED),
    ignore_index=(-1, 1, MASKED),
)
@_gallery
def plot_segmentation_mask_gallery(images=IMAGES, num_classes=3, **given):
    try:
        keras.visualization.plot_segmentation_mask_gallery(images, num_classes, **given)
    except ValueError:
        plt.figure(figsize=(1, 1))
