"""Windows cut out of images and brought to a size, with the boxes in them."""

from collections import namedtuple

from keras.src import ops
from keras.src.layers.preprocessing.image_preprocessing.boxes import clip_to_image_size, convert_format, over_boxes
from keras.src.ops.image.layout import spatial_axes

Window = namedtuple("Window", "top left height width")
"""A part of an image. Numbers are ints, or scalar tensors where sizes or places are only known while running."""


def are_known(*sizes):
    """Whether sizes are ints."""
    return all(isinstance(size, int) for size in sizes)


def _least(a, b):
    return min(a, b) if are_known(a, b) else ops.minimum(a, b)


def window_of_proportions(height, width, target):
    """The largest window in the middle of an image that has the proportions of the size `target`.

    Args:
        height: Height of the image.
        width: Width of the image.
        target: Height and width to have the proportions of.
    """
    window_height = _least(height, width * target[0] // target[1])
    window_width = _least(width, height * target[1] // target[0])
    return Window((height - window_height) // 2, (width - window_width) // 2, window_height, window_width)


def chosen_window(inner, outer, height, width, target):
    """`inner`, a window of the size `target`, where the image is large enough for it, else `outer`.

    Args:
        inner: Window of the size `target`.
        outer: Window of any size.
        height: Height of the image.
        width: Width of the image.
        target: Height and width.
    """
    if are_known(height, width):
        return inner if height >= target[0] and width >= target[1] else outer
    fits = ops.logical_and(height >= target[0], width >= target[1])
    return Window(*(ops.where(fits, a, b) for a, b in zip(inner, outer)))


def cut_out(pixels, window, target, interpolation, data_format):
    """The window of a batch of images, in the size `target`.

    Args:
        pixels: Tensor of rank 4.
        window: `Window`.
        target: Height and width of the result.
        interpolation: `"nearest"` or `"bilinear"`.
        data_format: `"channels_last"` or `"channels_first"`.
    """
    starts, sizes = (window.top, window.left), (window.height, window.width)
    places = list(zip(spatial_axes(4, data_format), starts, sizes, target))
    if not are_known(*sizes):
        return _taken_between(pixels, places, interpolation)
    for axis, start, size, _ in places:
        pixels = _part(pixels, axis, start, size)
    if sizes == tuple(target):
        return pixels
    return ops.image.resize(pixels, target, interpolation=interpolation, data_format=data_format)


def _part(pixels, axis, start, size):
    if are_known(start):
        return pixels[(slice(None),) * axis + (slice(start, start + size),)]
    return ops.take(pixels, ops.add(start, ops.arange(size, dtype="int32")), axis)


def _taken_between(pixels, places, interpolation):
    """The window where its size is not known beforehand: each row, and each column, between two others."""
    dtype = ops.dtype(pixels)
    for axis, start, size, target in places:
        step = ops.divide(ops.cast(size, "float32"), target)
        place = ops.subtract(ops.multiply(ops.add(ops.arange(target, dtype="float32"), 0.5), step), 0.5)
        if interpolation == "nearest":
            pixels = ops.take(pixels, ops.add(ops.cast(ops.floor(ops.add(place, 0.5)), "int32"), start), axis)
            continue
        place = ops.minimum(ops.maximum(place, 0.0), ops.cast(size - 1, "float32"))
        lower = ops.floor(place)
        share = ops.reshape(ops.subtract(place, lower), (-1,) + (1,) * (3 - axis))
        lower = ops.cast(lower, "int32")
        upper = ops.minimum(ops.add(lower, 1), size - 1)
        first, second = (ops.cast(ops.take(pixels, ops.add(x, start), axis), "float32") for x in (lower, upper))
        pixels = ops.add(ops.multiply(first, ops.subtract(1.0, share)), ops.multiply(second, share))
    return ops.cast(pixels if "float" in dtype else ops.round(pixels), dtype)


def boxes_in_window(bounding_boxes, window, target, bounding_box_format, height, width):
    """Boxes of an image in a window that is brought to the size `target`; what lies outside gets the label -1.

    Args:
        bounding_boxes: Dict of boxes and labels.
        window: `Window`.
        target: Height and width of the result.
        bounding_box_format: Name of the format.
        height: Height of the image.
        width: Width of the image.
    """
    scale = [ops.divide(ops.cast(n, "float32"), m) for n, m in zip(target, (window.height, window.width))]
    offset = [-1.0 * ops.multiply(scale[i], start) for i, start in enumerate((window.top, window.left))]
    return boxes_moved(bounding_boxes, scale, offset, target, bounding_box_format, height, width)


def boxes_moved(bounding_boxes, scale, offset, target, bounding_box_format, height, width):
    """Boxes scaled, then moved, in an image that gets the size `target`; what lies outside gets the label -1.

    Args:
        bounding_boxes: Dict of boxes and labels.
        scale: Two factors, along rows and along columns.
        offset: How many pixels boxes move down, and to the right.
        target: Height and width of the image afterwards.
        bounding_box_format: Name of the format.
        height: Height of the image before.
        width: Width of the image before.
    """
    dtype = ops.dtype(bounding_boxes["boxes"])
    factors, shifts = (ops.cast(ops.stack([x[1], x[0], x[1], x[0]]), dtype) for x in (scale, offset))

    def moved(boxes):
        sides = convert_format(boxes, bounding_box_format, "xyxy", height, width, dtype)
        return ops.add(ops.multiply(sides, factors), shifts)

    boxes = clip_to_image_size(over_boxes(moved, bounding_boxes), *target, "xyxy")
    return convert_format(boxes, "xyxy", bounding_box_format, *target, dtype)
