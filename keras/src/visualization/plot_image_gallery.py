"""`plot_image_gallery`: pictures in rows and columns."""

import math
import os

from keras.src.api_export import keras_export
from keras.src.utils.module_utils import LazyModule
from keras.src.utils.safe_write import replacing
from keras.src.visualization.pictures import on_host, pictures_of

_NEEDED = "Galleries are drawn by Matplotlib, which is not installed. Install it with `pip install matplotlib`."
pyplot = LazyModule("matplotlib.pyplot", import_error_msg=_NEEDED)
# Of a gallery of scale 1: the font of titles in points, and the height of a title in inches.
_TITLE_SIZE = 4
_TITLE_HEIGHT = 0.12


@keras_export("keras.visualization.plot_image_gallery")
def plot_image_gallery(
    images,
    y_true=None,
    y_pred=None,
    label_map=None,
    rows=None,
    cols=None,
    value_range=(0, 255),
    scale=2,
    path=None,
    show=None,
    transparent=True,
    dpi=60,
    legend_handles=None,
    data_format=None,
):
    """Shows images in rows and columns, or writes them to a file as one picture.

    Args:
        images: Batch of images, of shape `(images, height, width, channels)` or `(images, channels, height, width)`;
            or a list of images, whose sizes may differ.
        y_true: Labels, one for each image, which are written above it.
        y_pred: Predicted labels, likewise.
        label_map: Dict from labels to names; needed for labels.
        rows: Number of rows; by default the gallery is about as wide as high.
        cols: Number of columns.
        value_range: The values of the images for black and for white.
        scale: Size of an image in inches.
        path: Path of a file to write; its suffix is the format. The gallery is not shown then.
        show: Whether to show the gallery; by default where there is no `path`. With `False` and no `path` it stays
            the current figure of Matplotlib.
        transparent: Whether the background in the file is transparent.
        dpi: Dots per inch of the file.
        legend_handles: Matplotlib's handles of a legend below the images.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.

    Raises:
        ImportError: Matplotlib is not installed.
        ValueError: The images are no batch, labels come without `label_map` or are not as many as the images, or both
            `path` and `show` are given.

    Example:

    >>> images, labels = np.zeros((4, 28, 28, 1), "uint8"), np.array([0, 1, 1, 0])
    >>> names = {0: "cat", 1: "dog"}
    >>> keras.visualization.plot_image_gallery(images, y_true=labels, label_map=names, path="gallery.png")
    """
    if path is not None and show:
        raise ValueError("Pass either `path` or `show=True`: a gallery is written to a file, or shown.")
    pictures = pictures_of(images, data_format, value_range)
    titles = _titles(len(pictures), y_true, y_pred, label_map)
    rows, cols = _grid(len(pictures), rows, cols)
    width, height = _cell(pictures, scale)
    height += _TITLE_HEIGHT * scale * any(titles)
    legend_height = _TITLE_HEIGHT * scale * 1.5 * bool(legend_handles)
    figure = pyplot.figure(figsize=(cols * width, rows * height + legend_height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0.02, hspace=0.02)
    axes = figure.subplots(rows, cols, squeeze=False).ravel()
    for axis in axes:
        axis.set_axis_off()
    for axis, picture, title in zip(axes, pictures, titles):
        _show_picture(axis, picture)
        axis.set_title(title, fontsize=_TITLE_SIZE * scale)
    if legend_handles:
        columns = len(legend_handles) if cols * width > len(legend_handles) * scale / 2 else 1
        figure.legend(handles=legend_handles, loc="outside lower center", ncols=columns, fontsize=_TITLE_SIZE * scale)
    _finish(figure, path, show, transparent, dpi)


def _grid(count, rows, cols):
    """Numbers of rows and columns, by what is given; so that all images have room where one of them is not."""
    if rows is None and cols is None:
        rows = math.ceil(math.sqrt(count))
    if rows is None:
        rows = math.ceil(count / cols)
    return max(rows, 1), max(cols or math.ceil(count / max(rows, 1)), 1)


def _cell(pictures, scale):
    """Width and height of the room for each image in inches: the longer side is `scale`."""
    sizes = [picture.shape[:2] for picture in pictures if picture.size]
    share = max((height / width for height, width in sizes), default=1)
    return (scale, scale * share) if share < 1 else (scale * max(width / height for height, width in sizes), scale)


def _titles(count, y_true, y_pred, label_map):
    given = [(word, on_host(y)) for word, y in (("Label", y_true), ("Pred", y_pred)) if y is not None]
    if given and label_map is None:
        raise ValueError("`y_true` and `y_pred` need a `label_map`, a dict from labels to names.")
    for word, labels in given:
        if len(labels) != count:
            raise ValueError(f"There must be a label for each of {count} images. Received: {len(labels)} ({word})")
    return ["  ".join(f"{word}: {_name(labels[i], label_map)}" for word, labels in given) for i in range(count)]


def _name(label, label_map):
    label = label.item() if hasattr(label, "item") else label
    return label_map.get(label, label)


def _show_picture(axis, picture):
    if picture.shape[-1] == 1:
        axis.imshow(picture[..., 0], cmap="gray", vmin=0, vmax=255)
    else:
        axis.imshow(picture)


def _finish(figure, path, show, transparent, dpi):
    if path is not None:
        _save(figure, path, transparent, dpi)
    elif show is None or show:
        pyplot.show()
    else:
        return
    pyplot.close(figure)


def _save(figure, path, transparent, dpi):
    suffix = os.path.splitext(os.fspath(path))[1][1:]
    known = figure.canvas.get_supported_filetypes()
    if suffix and suffix.lower() not in known:
        pyplot.close(figure)
        raise ValueError(f"The suffix of `path` must be a format: one of {sorted(known)}. Received: path={path!r}")
    with replacing(path if suffix else f"{path}.png") as place:
        figure.savefig(
            place,
            format=suffix.lower() or "png",
            transparent=transparent,
            dpi=dpi,
            bbox_inches="tight",
            pad_inches=0.02,
        )
