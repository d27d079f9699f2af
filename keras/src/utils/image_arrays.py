"""Pictures read from files as arrays, and resized, by Pillow and NumPy alone: for workers, and without any engine."""

import functools

import numpy as np

from keras.src.backend.common.resampling import nearest_indices, resize_weights
from keras.src.utils.image_utils import middle, pillow

_MODES = {1: "L", 3: "RGB", 4: "RGBA"}


def read_picture(path, channels):
    """Reads a picture; of several ones in a file, the first.

    Args:
        path: Path of the file.
        channels: 1, 3 or 4.

    Returns:
        Array of uint8 of shape `(height, width, channels)`.
    """
    with pillow.open(path) as image:
        if channels == 1:
            image.draft("L", image.size)  # The brightness that a JPEG file holds, without a way through colours.
        if image.mode.startswith("I"):
            image = pillow.fromarray((np.asarray(image) >> 8).astype("uint8"))
        if image.mode != _MODES[channels]:
            image = image.convert(_MODES[channels])
        array = np.asarray(image)
    return array[..., None] if channels == 1 else array


def resized(image, size, interpolation="bilinear"):
    """A picture in another size.

    Args:
        image: Array of shape `(height, width, channels)`.
        size: Height and width.
        interpolation: One of `METHODS` of `backend.common.resampling`, `"area"`, `"gaussian"` or `"mitchellcubic"`.

    Returns:
        Array of float32; of the dtype of `image` where `interpolation` is `"nearest"`.
    """
    if interpolation == "nearest":
        rows, columns = (nearest_indices(old, new) for old, new in zip(image.shape, size))
        return image[rows][:, columns]
    for axis in (0, 1):
        image = _along(image, axis, *_taps(image.shape[axis], size[axis], interpolation))
    return image


def resized_middle(image, size, interpolation):
    """As `resized`, of the part in the middle that has the new proportions."""
    top, left, height, width = middle(*image.shape[:2], *size)
    return resized(image[top : top + height, left : left + width], size, interpolation)


def resized_between_bars(image, size, interpolation):
    """As `resized`, of the picture between black bars, as much on both sides, that give it the new proportions."""
    old = image.shape[:2]
    bars = [max(0, old[1 - i] * size[i] // size[1 - i] - old[i]) // 2 for i in (0, 1)]
    return resized(np.pad(image, (*((bar, bar) for bar in bars), (0, 0))), size, interpolation)


def resized_with_bars(image, size, interpolation):
    """As `resized`, so that the picture keeps its proportions, with black bars added afterwards.

    Sizes are rounded as by `tf.image.resize_with_pad`.
    """
    old, size = np.array(image.shape[:2], "float32"), np.array(size, "float32")
    inner = old / np.max(old / size)
    before = np.maximum(0, np.floor((size - inner) / 2)).astype(int)
    image = resized(image, np.floor(inner).astype(int).tolist(), interpolation)
    after = size.astype(int) - before - image.shape[:2]
    return np.pad(image, (*zip(before, after), (0, 0)))


@functools.lru_cache(256)
def _taps(size, new_size, interpolation):
    """Which pixels each new one is made from, and their weights: two arrays of shape `(number, new_size)`."""
    weights = resize_weights(size, new_size, interpolation)
    places = np.argsort(weights == 0, axis=0, kind="stable")[: max(1, np.count_nonzero(weights, axis=0).max())]
    return places, np.take_along_axis(weights, places, axis=0)


def _along(image, axis, places, weights):
    shape = [1, 1, 1]
    shape[axis] = -1
    total = 0.0
    for place, weight in zip(places, weights):
        total = total + image.take(place, axis) * weight.reshape(shape)
    return total
