"""`draw_bounding_boxes`: frames and names on pictures."""

import os

import numpy as np

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing.boxes import convert_format, layout_of
from keras.src.utils.module_utils import LazyModule, matplotlib
from keras.src.visualization.pictures import color_for, on_host, pictures_of, together

_NEEDED = (
    "Text on pictures is drawn by Pillow, which is not installed. Install it with `pip install pillow`, or leave "
    "`class_mapping` out."
)
_pillow = LazyModule("PIL.Image", import_error_msg=_NEEDED)
_drawing = LazyModule("PIL.ImageDraw", import_error_msg=_NEEDED)
_fonts = LazyModule("PIL.ImageFont", import_error_msg=_NEEDED)

_PADDING = -1
# Height of a font of scale 1, and room between a frame and its text, in pixels.
_FONT_HEIGHT = 28
_MARGIN = 4


@keras_export("keras.visualization.draw_bounding_boxes")
def draw_bounding_boxes(
    images,
    bounding_boxes,
    bounding_box_format,
    class_mapping=None,
    color=(128, 128, 128),
    line_thickness=2,
    text_thickness=1,
    font_scale=1.0,
    data_format=None,
):
    """Draws bounding boxes on images, and the names of their classes.

    Args:
        images: Batch of images, of shape `(images, height, width, channels)` or `(images, channels, height, width)`;
            or a list of images, whose sizes may differ. Values are from 0 to 255, or floats from 0 to 1.
        bounding_boxes: Dict with `"boxes"`, of shape `(images, boxes, 4)`, and `"labels"`, of shape `(images, boxes)`;
            `"confidences"`, of the shape of the labels, are written beside the names. Lists of tensors may hold
            another number of boxes for each image. A box whose label is `-1` is not drawn.
        bounding_box_format: Name of the boxes' format, such as `"xyxy"` or `"rel_yxyx"`.
        class_mapping: Dict from classes to names; boxes of other classes have no text.
        color: Colour of lines and texts: red, green and blue from 0 to 255.
        line_thickness: Width of the lines in pixels.
        text_thickness: Width of the strokes of letters.
        font_scale: Size of the letters, which are about 20 pixels high for 1.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.

    Returns:
        NumPy array of shape `(images, height, width, channels)` of `uint8`; a list of arrays where sizes differ.

    Raises:
        TypeError: `bounding_boxes` is no dict.
        ValueError: Images, boxes or labels do not fit, or the format is unknown.

    Example:

    >>> images = np.zeros((1, 6, 8, 3), "uint8")
    >>> boxes = {"boxes": np.array([[[1, 1, 6, 4]]]), "labels": np.array([[0]])}
    >>> drawn = keras.visualization.draw_bounding_boxes(images, boxes, "xyxy", color=(9, 9, 9), line_thickness=1)
    >>> drawn[0, :, :, 0]
    array([[0, 0, 0, 0, 0, 0, 0, 0],
           [0, 9, 9, 9, 9, 9, 9, 0],
           [0, 9, 0, 0, 0, 0, 9, 0],
           [0, 9, 0, 0, 0, 0, 9, 0],
           [0, 9, 9, 9, 9, 9, 9, 0],
           [0, 0, 0, 0, 0, 0, 0, 0]], dtype=uint8)
    """
    layout_of(bounding_box_format)
    pictures = pictures_of(images, data_format)
    boxes, labels, confidences = _parts_of(bounding_boxes, len(pictures))
    names = dict(class_mapping or {})
    for picture, of_picture, classes, shares in zip(pictures, boxes, labels, confidences):
        corners = _corners(of_picture, bounding_box_format, picture)
        shade = color_for(color, picture.shape[-1])
        for corner, label, share in zip(corners, classes, shares):
            if label == _PADDING or not np.isfinite(corner).all():
                continue
            place = [int(edge) for edge in corner]
            _draw_frame(picture, place, line_thickness, shade)
            if label in names:
                text = str(names[label]) if share is None else f"{names[label]} | {float(share):.2f}"
                _draw_text(picture, text, place, shade, font_scale, text_thickness, line_thickness)
    return together(pictures)


def _parts_of(bounding_boxes, count):
    """Lists of the boxes, labels and confidences (or `None`s) of each image."""
    if not isinstance(bounding_boxes, dict):
        raise TypeError(
            f"`bounding_boxes` must be a dict with 'boxes' and 'labels'. Received: {type(bounding_boxes).__name__}"
        )
    missing = [key for key in ("boxes", "labels") if key not in bounding_boxes]
    if missing:
        raise ValueError(f"`bounding_boxes` lacks {missing}. Received a dict with the keys {list(bounding_boxes)}")
    parts = [on_host(bounding_boxes[key]) for key in ("boxes", "labels")]
    shares = bounding_boxes.get("confidences")
    parts.append([np.full(np.shape(x), None) for x in parts[1]] if shares is None else on_host(shares))
    shapes = [[np.shape(x) for x in part] for part in parts]
    for boxes, *others in zip(*shapes):
        if len(boxes) != 2 or boxes[-1] != 4 or any(shape != boxes[:1] for shape in others):
            raise ValueError(
                "For each image, `bounding_boxes` must hold boxes of shape (boxes, 4), and labels (and confidences) of "
                f"shape (boxes,). Received shapes: {boxes}, {others}"
            )
    if any(len(part) != count for part in parts):
        raise ValueError(
            f"There must be boxes and labels for each of {count} images. Received: {[len(part) for part in parts]}"
        )
    return parts


def _corners(boxes, source, picture):
    height, width = picture.shape[:2]
    return backend.convert_to_numpy(convert_format(boxes, source, "xyxy", height=height, width=width))


def _draw_frame(picture, place, thickness, color):
    """A frame whose lines lie on the four edges, drawn as far as the picture goes."""
    left, top, right, bottom = place
    outward, inward = thickness // 2, (thickness - 1) // 2
    rows, columns = (top - outward, bottom + outward), (left - outward, right + outward)
    for first, last in ((top - outward, top + inward), (bottom - inward, bottom + outward)):
        picture[_span(first, last), _span(*columns)] = color
    for first, last in ((left - outward, left + inward), (right - inward, right + outward)):
        picture[_span(*rows), _span(first, last)] = color


def _span(first, last):
    return slice(max(first, 0), max(last + 1, 0))


def _font(height):
    """The font that Matplotlib has, which knows most alphabets, or where that is not installed the one of Pillow."""
    if matplotlib.available:
        path = os.path.join(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
        if os.path.exists(path):
            return _fonts.truetype(path, height)
    return _fonts.load_default(height)


def _draw_text(picture, text, place, color, scale, thickness, line):
    """Text above a frame, or in it where there is no room; it is moved to the left where it would leave the picture."""
    height, width = picture.shape[:2]
    font = _font(max(_FONT_HEIGHT * scale, 1))
    stroke = max((thickness - 1) / 2, 0)
    mask = _pillow.new("L", (width, height))
    draw = _drawing.Draw(mask)
    left, top, right, bottom = draw.textbbox((0, 0), text, font=font, stroke_width=stroke)
    x = max(min(place[0], width - (right - left) - 1), 0) - left
    room = _MARGIN + line // 2
    y = place[1] - room - bottom if place[1] - room >= bottom - top else place[1] + room - top
    draw.text((x, y), text, fill=255, font=font, stroke_width=stroke)
    share = np.asarray(mask, "float32")[..., None] / 255
    picture[:] = np.rint(picture * (1 - share) + color * share).astype("uint8")
