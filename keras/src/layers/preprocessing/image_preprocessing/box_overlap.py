"""How much boxes overlap, and boxes told by their distance from anchors: parts of `keras.utils.bounding_boxes`."""

import math

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing.boxes import (
    convert_format,
    dtype_of_boxes,
    layout_of,
)


def _height_and_width(image_shape, bounding_box_format):
    """Sizes of images whose boxes are given in shares of them; `(None, None)` for boxes in pixels."""
    if image_shape is None and not layout_of(bounding_box_format).relative:
        return None, None
    if image_shape is None or len(image_shape) not in (2, 3):
        raise ValueError(
            "`image_shape` must be (height, width) or (height, width, channels) for boxes in shares of the image. "
            f"Received: image_shape={image_shape}, with the format {bounding_box_format!r}"
        )
    return image_shape[0], image_shape[1]


def _as_boxes(boxes):
    return boxes if hasattr(boxes, "dtype") else ops.convert_to_tensor(boxes)


def _sides(boxes, bounding_box_format, image_shape):
    """Left, top, right and bottom in pixels, each of shape `(...)`."""
    height, width = _height_and_width(image_shape, bounding_box_format)
    boxes = convert_format(boxes, bounding_box_format, "xyxy", height, width, dtype_of_boxes(boxes))
    return [boxes[..., i] for i in range(4)]


def _shared(first, second):
    """Areas of the overlap and of the union of boxes, given by their sides."""
    left, top, right, bottom = (
        ops.maximum(first[0], second[0]),
        ops.maximum(first[1], second[1]),
        ops.minimum(first[2], second[2]),
        ops.minimum(first[3], second[3]),
    )
    overlap = _area(left, top, right, bottom)
    return overlap, ops.subtract(ops.add(_area(*first), _area(*second)), overlap)


def _area(left, top, right, bottom):
    width, height = ops.subtract(right, left), ops.subtract(bottom, top)
    return ops.multiply(ops.maximum(width, 0.0), ops.maximum(height, 0.0))


def _share(part, whole):
    """`part / whole`, 0 where there is nothing."""
    nothing = ops.less_equal(whole, 0.0)
    return ops.where(nothing, 0.0, ops.divide(part, ops.where(nothing, 1.0, whole)))


@keras_export("keras.utils.bounding_boxes.compute_iou")
def compute_iou(boxes1, boxes2, bounding_box_format, use_masking=False, mask_val=-1, image_shape=None):
    """The overlap of each box with each other box, as a share of what they cover together.

    Args:
        boxes1: Tensor of shape `(n, 4)` or `(batch, n, 4)`.
        boxes2: Tensor of shape `(m, 4)` or `(batch, m, 4)`.
        bounding_box_format: Name of the format, see `convert_format`.
        use_masking: Whether boxes that are filled with `mask_val` are no boxes.
        mask_val: The number that fills such boxes; it is the result for them.
        image_shape: Tuple `(height, width, channels)`, for formats in shares of the image.

    Returns:
        Tensor of shape `(n, m)`, or `(batch, n, m)` where one of the two has a batch.

    Raises:
        ValueError: The rank is another one, the last dimension is not 4, or `image_shape` is needed.

    Example:

    >>> boxes = np.array([[0.0, 0.0, 2.0, 2.0], [0.0, 0.0, 2.0, 1.0]], "float32")
    >>> keras.utils.bounding_boxes.compute_iou(boxes, boxes[:1], "xyxy")
    array([[1. ],
           [0.5]], dtype=float32)
    """
    boxes1, boxes2 = _as_boxes(boxes1), _as_boxes(boxes2)
    for name, boxes in (("boxes1", boxes1), ("boxes2", boxes2)):
        if len(boxes.shape) not in (2, 3):
            raise ValueError(
                f"`{name}` must have the shape (boxes, 4) or (batch, boxes, 4). Received shape: {tuple(boxes.shape)}"
            )
    first = [side[..., :, None] for side in _sides(boxes1, bounding_box_format, image_shape)]
    second = [side[..., None, :] for side in _sides(boxes2, bounding_box_format, image_shape)]
    iou = _share(*_shared(first, second))
    if not use_masking:
        return iou
    absent1, absent2 = (ops.all(ops.equal(boxes, mask_val), -1) for boxes in (boxes1, boxes2))
    absent = ops.logical_or(absent1[..., :, None], absent2[..., None, :])
    return ops.where(absent, ops.cast(mask_val, ops.dtype(iou)), iou)


@keras_export("keras.utils.bounding_boxes.compute_ciou")
def compute_ciou(boxes1, boxes2, bounding_box_format, image_shape=None):
    """The overlap of pairs of boxes, less for centres apart and for other proportions: complete IoU.

    Args:
        boxes1: Tensor of shape `(..., 4)`.
        boxes2: Tensor of shape `(..., 4)`, which broadcasts with `boxes1`.
        bounding_box_format: Name of the format, see `convert_format`.
        image_shape: Tuple `(height, width, channels)`, for formats in shares of the image.

    Returns:
        Tensor of shape `(...)`: 1 for equal boxes, less for others, down to below 0.

    Raises:
        ValueError: The last dimension is not 4, or `image_shape` is needed.

    Example:

    >>> boxes = np.array([[0.0, 0.0, 2.0, 2.0]], "float32")
    >>> keras.ops.round(keras.utils.bounding_boxes.compute_ciou(boxes, boxes, "xyxy"), 4)
    array([1.], dtype=float32)

    Reference:

    - [Zheng et al., 2020](https://arxiv.org/abs/1911.08287)
    """
    first, second = (_sides(_as_boxes(x), bounding_box_format, image_shape) for x in (boxes1, boxes2))
    iou = _share(*_shared(first, second))
    around = [ops.minimum(first[i], second[i]) for i in (0, 1)] + [ops.maximum(first[i], second[i]) for i in (2, 3)]
    diagonal = ops.add(ops.square(around[2] - around[0]), ops.square(around[3] - around[1]))
    apart_x = (first[0] + first[2] - second[0] - second[2]) / 2
    apart_y = (first[1] + first[3] - second[1] - second[3]) / 2
    apart = ops.add(ops.square(apart_x), ops.square(apart_y))
    slants = [ops.arctan2(x[2] - x[0], x[3] - x[1]) for x in (first, second)]
    unlike = ops.square(slants[0] - slants[1]) * (4 / math.pi**2)
    weight = unlike / (unlike - iou + 1 + backend.epsilon())
    return iou - _share(apart, diagonal) - weight * unlike


_ENCODINGS = ("center_yxhw", "center_xywh")


def _check_encoding(name, encoding):
    if encoding not in _ENCODINGS:
        raise ValueError(f"`{name}` must be one of {_ENCODINGS}. Received: {name}={encoding!r}")


def _variance(variance, dtype):
    if variance is None:
        return ops.ones((4,), dtype)
    variance = ops.cast(variance, dtype)
    if tuple(variance.shape) != (4,):
        raise ValueError(f"`variance` must have 4 numbers. Received shape: {tuple(variance.shape)}")
    return variance


def _centre_and_size(boxes, given, encoding, image_shape):
    """Centres and sizes, each of shape `(..., 2)`, in the order of the encoding; sizes are above 0."""
    height, width = _height_and_width(image_shape, given)
    boxes = convert_format(boxes, given, encoding, height, width, dtype_of_boxes(boxes))
    return boxes[..., :2], ops.maximum(boxes[..., 2:], backend.epsilon())


@keras_export("keras.utils.bounding_boxes.encode_box_to_deltas")
def encode_box_to_deltas(
    anchors, boxes, anchor_format, box_format, encoding_format="center_yxhw", variance=None, image_shape=None
):
    """Boxes told by how they differ from anchors: the shift of centres in sizes of the anchor, logarithms of relative sizes.

    Args:
        anchors: Tensor of shape `(n, 4)`, or a dict of them by level, which stand one after the other.
        boxes: Tensor of shape `(n, 4)` or `(batch, n, 4)`.
        anchor_format: Name of the format of `anchors`, see `convert_format`.
        box_format: Name of the format of `boxes`.
        encoding_format: `"center_yxhw"` or `"center_xywh"`: the order of the result.
        variance: Four numbers by which the result is divided, or `None`.
        image_shape: Tuple `(height, width, channels)`, for formats in shares of the image.

    Returns:
        Tensor of the shape of `boxes`.

    Raises:
        ValueError: The encoding is another one, or `variance` has not 4 numbers.

    Example:

    >>> anchors, boxes = np.array([[0.0, 0.0, 4.0, 4.0]]), np.array([[1.0, 0.0, 5.0, 4.0]])
    >>> keras.utils.bounding_boxes.encode_box_to_deltas(anchors, boxes, "xyxy", "xyxy").shape
    (1, 4)
    """
    _check_encoding("encoding_format", encoding_format)
    if isinstance(anchors, dict):
        anchors = ops.concatenate([_as_boxes(x) for x in anchors.values()], 0)
    place, size = _centre_and_size(_as_boxes(anchors), anchor_format, encoding_format, image_shape)
    box_place, box_size = _centre_and_size(_as_boxes(boxes), box_format, encoding_format, image_shape)
    shift = ops.divide(ops.subtract(box_place, place), size)
    deltas = ops.concatenate([shift, ops.log(ops.divide(box_size, size))], -1)
    return ops.divide(deltas, _variance(variance, ops.dtype(deltas)))


@keras_export("keras.utils.bounding_boxes.decode_deltas_to_boxes")
def decode_deltas_to_boxes(
    anchors, boxes_delta, anchor_format, box_format, encoded_format="center_yxhw", variance=None, image_shape=None
):
    """Boxes from how they differ from anchors: the reverse of `encode_box_to_deltas`.

    Args:
        anchors: Tensor of shape `(n, 4)`, or a dict of them by level.
        boxes_delta: Tensor of shape `(n, 4)` or `(batch, n, 4)`, or a dict of them by level.
        anchor_format: Name of the format of `anchors`, see `convert_format`.
        box_format: Name of the format of the result.
        encoded_format: `"center_yxhw"` or `"center_xywh"`: the order of `boxes_delta`.
        variance: Four numbers by which `boxes_delta` is multiplied, or `None`.
        image_shape: Tuple `(height, width, channels)`, for formats in shares of the image.

    Returns:
        Tensor of the shape of `boxes_delta`, or a dict of them.

    Raises:
        ValueError: The encoding is another one, `variance` has not 4 numbers, or one is a dict with other levels.

    Example:

    >>> anchors = np.array([[0.0, 0.0, 4.0, 4.0]], "float32")
    >>> keras.utils.bounding_boxes.decode_deltas_to_boxes(anchors, np.zeros((1, 4)), "xyxy", "xyxy")
    array([[0., 0., 4., 4.]], dtype=float32)
    """
    _check_encoding("encoded_format", encoded_format)

    def decoded(anchors, deltas):
        place, size = _centre_and_size(_as_boxes(anchors), anchor_format, encoded_format, image_shape)
        dtype = ops.dtype(size)
        deltas = ops.multiply(ops.cast(deltas, dtype), _variance(variance, dtype))
        place = ops.add(ops.multiply(deltas[..., :2], size), place)
        size = ops.multiply(ops.exp(deltas[..., 2:]), size)
        height, width = _height_and_width(image_shape, box_format)
        return convert_format(ops.concatenate([place, size], -1), encoded_format, box_format, height, width, dtype)

    if not isinstance(anchors, dict) and not isinstance(boxes_delta, dict):
        return decoded(anchors, boxes_delta)
    if not isinstance(anchors, dict) or not isinstance(boxes_delta, dict) or set(anchors) != set(boxes_delta):
        raise ValueError(
            "Where `anchors` or `boxes_delta` is a dict by level, both must be, with the same levels. "
            f"Received: {_levels(anchors)} and {_levels(boxes_delta)}"
        )
    return {level: decoded(anchors[level], deltas) for level, deltas in boxes_delta.items()}


def _levels(x):
    return sorted(x) if isinstance(x, dict) else type(x)
