"""`keras.utils.bounding_boxes`: formats of boxes, and boxes that follow what becomes of their images.

Boxes stand in a tensor of shape `(..., boxes, 4)`, or in a dict with such a tensor as `"boxes"` and the classes as `"labels"`.
"""

from collections import namedtuple

from keras.src import ops
from keras.src.api_export import keras_export

Layout = namedtuple("Layout", "kind rows_first relative")
"""How the four numbers are meant: two corners, a corner and sizes, or the centre and sizes; y before x; shares of the image."""

FORMATS = {
    "xyxy": Layout("corners", False, False),
    "yxyx": Layout("corners", True, False),
    "xywh": Layout("sizes", False, False),
    "center_xywh": Layout("center", False, False),
    "center_yxhw": Layout("center", True, False),
    "rel_xyxy": Layout("corners", False, True),
    "rel_yxyx": Layout("corners", True, True),
    "rel_xywh": Layout("sizes", False, True),
    "rel_center_xywh": Layout("center", False, True),
}


def layout_of(name, argument="bounding_box_format"):
    """The `Layout` of a format.

    Args:
        name: Name of the format, in lower or upper case.
        argument: The argument that it was given for, for the message.

    Raises:
        ValueError: There is no such format.
    """
    layout = FORMATS.get(name.lower()) if isinstance(name, str) else None
    if layout is None:
        raise ValueError(f"`{argument}` must be one of {tuple(FORMATS)}. Received: {argument}={name!r}")
    return layout


def over_boxes(function, boxes):
    """`function` of the tensor of boxes; where that stands in a dict, the dict with the result in its place."""
    if isinstance(boxes, dict):
        return {**boxes, "boxes": function(boxes["boxes"])}
    return function(boxes)


def _tensor_of_boxes(boxes, dtype=None):
    boxes = ops.convert_to_tensor(boxes) if not hasattr(boxes, "dtype") else boxes
    if not boxes.shape or boxes.shape[-1] not in (4, None):
        raise ValueError(f"`boxes` must have 4 numbers along the last dimension. Received shape: {tuple(boxes.shape)}")
    return ops.cast(boxes, dtype or ops.dtype(boxes))


@keras_export("keras.utils.bounding_boxes.convert_format")
def convert_format(boxes, source, target, height=None, width=None, dtype="float32"):
    """Boxes in another format.

    The formats are `"xyxy"` (left, top, right, bottom), `"yxyx"`, `"xywh"` (left, top, width, height), `"center_xywh"`
    (the centre, width, height), `"center_yxhw"`, and `"rel_xyxy"`, `"rel_yxyx"`, `"rel_xywh"`, `"rel_center_xywh"`, in
    which the numbers are shares of the image's width and height.

    Args:
        boxes: Tensor of shape `(..., 4)`, or a dict with one as `"boxes"`.
        source: Name of the format of `boxes`.
        target: Name of the format of the result.
        height: Height of the images in pixels; needed between formats in pixels and in shares.
        width: Width of the images, likewise.
        dtype: Dtype of the result.

    Returns:
        Tensor of the same shape, or the dict with such a tensor.

    Raises:
        ValueError: A format is unknown, a size is needed and not given, or the last dimension is not 4.

    Example:

    >>> keras.utils.bounding_boxes.convert_format(np.array([[1.0, 2.0, 4.0, 8.0]]), "xyxy", "xywh")
    array([[1., 2., 3., 6.]], dtype=float32)
    """
    given, wanted = layout_of(source, "source"), layout_of(target, "target")
    if given.relative != wanted.relative and (height is None or width is None):
        raise ValueError(
            "`height` and `width` must be given between formats in pixels and formats in shares of the image. Received: "
            f"source={source!r}, target={target!r}, height={height}, width={width}"
        )

    def converted(x):
        x = _tensor_of_boxes(x, dtype)
        if given == wanted:
            return x
        sides = _corners(ops.split(x, 4, -1), given)
        if given.relative != wanted.relative:
            scale = ops.multiply if given.relative else ops.divide
            sizes = (_size(width, dtype), _size(height, dtype)) * 2
            sides = [scale(side, size) for side, size in zip(sides, sizes)]
        return ops.concatenate(_from_corners(sides, wanted), -1)

    return over_boxes(converted, boxes)


def _size(size, dtype):
    """A height or width as a factor of boxes; one for each image stands along the batch."""
    return size if isinstance(size, (int, float)) else ops.cast(size, dtype)


def _corners(parts, layout):
    """Left, top, right, bottom."""
    a, b, c, d = (parts[1], parts[0], parts[3], parts[2]) if layout.rows_first else parts
    if layout.kind == "sizes":
        return [a, b, ops.add(a, c), ops.add(b, d)]
    if layout.kind == "center":
        half_width, half_height = ops.multiply(c, 0.5), ops.multiply(d, 0.5)
        return [
            ops.subtract(a, half_width),
            ops.subtract(b, half_height),
            ops.add(a, half_width),
            ops.add(b, half_height),
        ]
    return [a, b, c, d]


def _from_corners(sides, layout):
    left, top, right, bottom = sides
    if layout.kind != "corners":
        width, height = ops.subtract(right, left), ops.subtract(bottom, top)
        if layout.kind == "center":
            left, top = ops.add(left, ops.multiply(width, 0.5)), ops.add(top, ops.multiply(height, 0.5))
        right, bottom = width, height
    return [top, left, bottom, right] if layout.rows_first else [left, top, right, bottom]


@keras_export("keras.utils.bounding_boxes.clip_to_image_size")
def clip_to_image_size(bounding_boxes, height=None, width=None, bounding_box_format="xyxy"):
    """Boxes cut off at the borders of the image; those of which nothing is left get the label -1.

    Args:
        bounding_boxes: Tensor of shape `(..., boxes, 4)`, or a dict of one as `"boxes"` and of `"labels"` of shape
            `(..., boxes)`.
        height: Height of the image; not needed for formats in shares of it.
        width: Width of the image, likewise.
        bounding_box_format: Name of the format, see `convert_format`.

    Returns:
        What was given, with the boxes cut off.

    Raises:
        ValueError: The format is unknown, or needs a size that is not given.

    Example:

    >>> boxes = np.array([[2.0, 2.0, 9.0, 4.0]], "float32")
    >>> keras.utils.bounding_boxes.clip_to_image_size(boxes, height=8, width=8)
    array([[2., 2., 8., 4.]], dtype=float32)
    """
    relative = layout_of(bounding_box_format).relative
    if relative:
        height = width = 1
    elif height is None or width is None:
        raise ValueError(
            f"`height` and `width` must be given for boxes in pixels. Received: height={height}, width={width}, "
            f"bounding_box_format={bounding_box_format!r}"
        )
    plain = "rel_xyxy" if relative else "xyxy"

    def clipped(x):
        x = convert_format(x, bounding_box_format, plain, dtype=dtype_of_boxes(x))
        left, top, right, bottom = ops.split(x, 4, -1)
        horizontal, vertical = (
            [_between(side, width) for side in (left, right)],
            [_between(y, height) for y in (top, bottom)],
        )
        return ops.concatenate([horizontal[0], vertical[0], horizontal[1], vertical[1]], -1)

    def back(x):
        return convert_format(x, plain, bounding_box_format, dtype=dtype_of_boxes(x))

    boxes = over_boxes(clipped, bounding_boxes)
    if isinstance(boxes, dict) and "labels" in boxes:
        boxes = {**boxes, "labels": _without_empty(boxes["labels"], boxes["boxes"])}
    return over_boxes(back, boxes)


def _between(place, size):
    """A coordinate from 0 to `size`, which may be a tensor."""
    return ops.minimum(ops.maximum(place, 0.0), _size(size, ops.dtype(place)))


def _without_empty(labels, boxes):
    """Labels, -1 where a box has no area."""
    left, top, right, bottom = (boxes[..., i] for i in range(4))
    area = ops.multiply(ops.subtract(right, left), ops.subtract(bottom, top))
    labels = ops.convert_to_tensor(labels) if not hasattr(labels, "dtype") else labels
    empty = ops.less_equal(area, 0.0)
    return ops.where(empty, ops.cast(-1, ops.dtype(labels)), labels)


def dtype_of_boxes(boxes):
    """The dtype to compute boxes in: float32, or float64 where they are given so."""
    return "float64" if hasattr(boxes, "dtype") and ops.dtype(boxes) == "float64" else "float32"


@keras_export("keras.utils.bounding_boxes.crop")
def crop(boxes, top, left, height, width, bounding_box_format="xyxy"):
    """Boxes in a part that is cut out of the image, cut off at its borders.

    Args:
        boxes: Tensor of shape `(..., 4)`, in pixels.
        top: First row of the part.
        left: First column of the part.
        height: Height of the part.
        width: Width of the part.
        bounding_box_format: Name of the format, see `convert_format`; one in pixels.

    Returns:
        Tensor of the same shape.

    Raises:
        ValueError: The format is unknown, or one in shares of the image.

    Example:

    >>> boxes = np.array([[1.0, 2.0, 4.0, 8.0]], "float32")
    >>> keras.utils.bounding_boxes.crop(boxes, top=1, left=2, height=5, width=6)
    array([[0., 1., 2., 5.]], dtype=float32)
    """
    _check_pixels(bounding_box_format)

    def cropped(x):
        moved = _moved(x, bounding_box_format, -left, -top)
        return clip_to_image_size(moved, height, width, bounding_box_format)

    return over_boxes(cropped, boxes)


@keras_export("keras.utils.bounding_boxes.pad")
def pad(boxes, top, left, height=None, width=None, bounding_box_format="xyxy"):
    """Boxes in an image that gets a frame.

    Args:
        boxes: Tensor of shape `(..., 4)`, in pixels.
        top: Rows that come above.
        left: Columns that come on the left.
        height: Not needed: boxes in pixels do not depend on it.
        width: Likewise.
        bounding_box_format: Name of the format, see `convert_format`; one in pixels.

    Returns:
        Tensor of the same shape.

    Raises:
        ValueError: The format is unknown, or one in shares of the image.

    Example:

    >>> keras.utils.bounding_boxes.pad(np.array([[1.0, 2.0, 4.0, 8.0]], "float32"), top=1, left=2)
    array([[3., 3., 6., 9.]], dtype=float32)
    """
    _check_pixels(bounding_box_format)
    return over_boxes(lambda x: _moved(x, bounding_box_format, left, top), boxes)


def _check_pixels(bounding_box_format):
    if layout_of(bounding_box_format).relative:
        formats = tuple(name for name, layout in FORMATS.items() if not layout.relative)
        raise ValueError(
            f"`bounding_box_format` must be one in pixels, of {formats}. Received: "
            f"bounding_box_format={bounding_box_format!r}"
        )


def _moved(boxes, bounding_box_format, x, y):
    dtype = dtype_of_boxes(boxes)
    sides = convert_format(boxes, bounding_box_format, "xyxy", dtype=dtype)
    shift = ops.cast(ops.stack([x, y, x, y]), dtype)
    return convert_format(ops.add(sides, shift), "xyxy", bounding_box_format, dtype=dtype)


@keras_export("keras.utils.bounding_boxes.affine_transform")
def affine_transform(
    boxes,
    angle,
    translate_x,
    translate_y,
    scale,
    shear_x,
    shear_y,
    height,
    width,
    center_x=None,
    center_y=None,
    bounding_box_format="xyxy",
):
    """Boxes around what becomes of boxes when images are moved, sheared, turned and scaled about a centre.

    Args:
        boxes: Tensor of shape `(batch, boxes, 4)`.
        angle: Tensor of shape `(batch,)` or number: degrees to turn by, anticlockwise.
        translate_x: Likewise: how far to move to the right, as a share of `width - 1`.
        translate_y: Likewise: how far to move down, as a share of `height - 1`.
        scale: Likewise: the factor of sizes.
        shear_x: Likewise: degrees to shear by, along rows.
        shear_y: Likewise: degrees to shear by, along columns.
        height: Height of the images.
        width: Width of the images.
        center_x: Tensor of shape `(batch,)` or number: the centre, as a share of `width - 1`; the middle by default.
        center_y: Likewise, as a share of `height - 1`.
        bounding_box_format: Name of the format, see `convert_format`.

    Returns:
        Tensor of the same shape. Boxes may reach beyond the image: see `clip_to_image_size`.

    Raises:
        ValueError: The format is unknown.

    Example:

    >>> boxes = np.array([[[1.0, 1.0, 3.0, 2.0]]], "float32")
    >>> moved = keras.utils.bounding_boxes.affine_transform(
    ...     boxes, angle=180.0, translate_x=0.0, translate_y=0.0, scale=1.0, shear_x=0.0, shear_y=0.0, height=5, width=5
    ... )
    >>> keras.ops.round(moved)
    array([[[1., 2., 3., 3.]]], dtype=float32)
    """

    def transformed(x):
        dtype = dtype_of_boxes(x)

        def each(number):
            return ops.reshape(ops.cast(number, dtype), (-1, 1, 1))

        columns, rows = ops.subtract(_size(width, dtype), 1.0), ops.subtract(_size(height, dtype), 1.0)
        middle_x = ops.multiply(each(0.5 if center_x is None else center_x), columns)
        middle_y = ops.multiply(each(0.5 if center_y is None else center_y), rows)
        left = ops.subtract(ops.multiply(each(translate_x), columns), middle_x)
        top = ops.subtract(ops.multiply(each(translate_y), rows), middle_y)
        (a, b), (c, d) = _turned_and_sheared(each(angle), each(shear_x), each(shear_y))

        def place(x, y):
            x, y = ops.add(x, left), ops.add(y, top)
            across = ops.multiply(each(scale), ops.add(ops.multiply(a, x), ops.multiply(b, y)))
            down = ops.multiply(each(scale), ops.add(ops.multiply(c, x), ops.multiply(d, y)))
            return ops.add(across, middle_x), ops.add(down, middle_y)

        sides = convert_format(x, bounding_box_format, "xyxy", height, width, dtype)
        return convert_format(around(sides, place), "xyxy", bounding_box_format, height, width, dtype)

    return over_boxes(transformed, boxes)


def _turned_and_sheared(angle, shear_x, shear_y):
    """The matrix of a rotation and shears, from degrees."""
    angle, shear_x, shear_y = (ops.deg2rad(x) for x in (angle, shear_x, shear_y))
    cosine, sine, along_x, along_y = ops.cos(angle), ops.sin(angle), ops.tan(shear_x), ops.tan(shear_y)
    c = ops.subtract(ops.multiply(along_y, cosine), sine)
    d = ops.add(ops.multiply(along_y, sine), cosine)
    return (ops.subtract(cosine, ops.multiply(along_x, c)), ops.add(sine, ops.multiply(along_x, d))), (c, d)


def around(boxes, place):
    """The boxes around what becomes of the corners of boxes.

    Args:
        boxes: Tensor of shape `(batch, boxes, 4)`, in the order left, top, right, bottom.
        place: Function of columns and rows, of shape `(batch, boxes, 1)`, that gives new columns and rows.
    """
    left, top, right, bottom = ops.split(boxes, 4, -1)
    corners = [place(x, y) for x in (left, right) for y in (top, bottom)]
    columns, rows = (ops.concatenate([corner[i] for corner in corners], -1) for i in (0, 1))
    return ops.stack([ops.min(columns, -1), ops.min(rows, -1), ops.max(columns, -1), ops.max(rows, -1)], -1)
