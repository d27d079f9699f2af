"""`draw_segmentation_masks`: colours of classes over pictures."""

import numpy as np

from keras.src.api_export import keras_export
from keras.src.visualization.pictures import as_bytes, color_for, on_host, pictures_of, together

# How far the colours of two classes that follow each other are apart.
_STEPS = (1, 127, 31)


@keras_export("keras.visualization.draw_segmentation_masks")
def draw_segmentation_masks(
    images,
    segmentation_masks,
    num_classes=None,
    color_mapping=None,
    alpha=0.8,
    blend=True,
    ignore_index=-1,
    data_format=None,
):
    """Lays the colours of classes over images.

    Args:
        images: Batch of images, of shape `(images, height, width, channels)` or `(images, channels, height, width)`;
            or a list of images, whose sizes may differ. Values are from 0 to 255, or floats from 0 to 1.
        segmentation_masks: Batch or list of masks of the images' sizes: the class of each pixel, of an integer dtype,
            with or without a dimension of 1 for the channel.
        num_classes: Number of classes; by default as many as the masks have.
        color_mapping: Dict from classes to colours (red, green and blue from 0 to 255), or list of colours. Other
            classes have colours that follow from their numbers.
        alpha: How much of the colour is seen, from 0 to 1.
        blend: Whether the image is seen through the colour.
        ignore_index: Class that is not drawn, nor are negative ones.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.

    Returns:
        NumPy array of shape `(images, height, width, channels)` of `uint8`; a list of arrays where sizes differ.

    Raises:
        TypeError: The masks are not integers.
        ValueError: Masks and images do not fit, a class is not below `num_classes`, or `alpha` is not from 0 to 1.

    Example:

    >>> images = np.full((1, 1, 3, 3), 200, "uint8")
    >>> masks = np.array([[[0, 1, -1]]])
    >>> keras.visualization.draw_segmentation_masks(images, masks, color_mapping={1: (0, 100, 0)}, alpha=0.5)
    array([[[[100, 100, 100],
             [100, 150, 100],
             [200, 200, 200]]]], dtype=uint8)
    """
    if not 0 <= alpha <= 1:
        raise ValueError(f"`alpha` must be between 0 and 1. Received: alpha={alpha}")
    pictures = [_with_colors(picture) for picture in pictures_of(images, data_format)]
    masks = [_flat(mask, data_format) for mask in on_host(segmentation_masks)]
    _check(pictures, masks)
    colors = _palette(_count(masks, num_classes, ignore_index), color_mapping)
    share = alpha if blend else 1
    return together([_laid_over(p, m, colors, share, ignore_index) for p, m in zip(pictures, masks)])


def _with_colors(picture):
    return np.repeat(picture, 3, axis=-1) if picture.shape[-1] == 1 else picture


def _flat(mask, data_format):
    if mask.ndim == 3:
        axis = next(
            (axis for axis in ((0, 2) if data_format == "channels_first" else (2, 0)) if mask.shape[axis] == 1), None
        )
        return mask if axis is None else mask.squeeze(axis)
    return mask


def _check(pictures, masks):
    for mask in masks:
        if mask.dtype.kind not in "iub":
            raise TypeError(f"`segmentation_masks` must be of an integer dtype. Received: {mask.dtype}")
    sizes = [[x.shape[:2] if x.ndim == dims else x.shape for x in part] for part, dims in ((pictures, 3), (masks, 2))]
    if sizes[0] != sizes[1]:
        raise ValueError(
            f"There must be a mask of the same size for each image. Received: images of sizes {sizes[0]}, masks of "
            f"shapes {sizes[1]}"
        )


def _count(masks, num_classes, ignore_index):
    """Number of classes, which no class reaches."""
    drawn = [mask[mask != ignore_index] for mask in masks]
    least = max([int(mask.max()) + 1 for mask in drawn if mask.size], default=0)
    if num_classes is None:
        return max(least, 1)
    if least > num_classes:
        raise ValueError(
            f"Classes must be below `num_classes`, or be `ignore_index`. Received: num_classes={num_classes}, "
            f"ignore_index={ignore_index}, and a mask with class {least - 1}"
        )
    return num_classes


def _palette(count, mapping):
    """Array of shape `(classes, 3)` of the colours."""
    colors = np.outer(np.arange(count), _STEPS) % 255
    given = mapping.items() if isinstance(mapping, dict) else enumerate([] if mapping is None else mapping)
    for number, color in given:
        if 0 <= number < count:
            colors[number] = color_for(color, 3, "color_mapping")
    return colors


def _laid_over(picture, mask, colors, share, ignore_index):
    mask = mask.astype("int64")
    drawn = (mask >= 0) & (mask != ignore_index)
    picture[drawn, :3] = as_bytes(picture[drawn, :3] * (1 - share) + colors[mask[drawn]] * share)
    return picture
