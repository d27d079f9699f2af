"""Batches of pictures, in any form in which they come, as arrays of NumPy that can be drawn on and shown."""

import numpy as np

from keras.src import backend
from keras.src.backend.config import standardize_data_format

_CHANNELS = (1, 3, 4)


def on_host(x):
    """A tensor of any engine as an array of NumPy; a ragged one as a list of arrays, one for each of its rows."""
    if isinstance(x, (list, tuple)):
        return [np.asarray(on_host(each)) for each in x]
    if hasattr(x, "to_tensor") and hasattr(x, "flat_values"):
        return [np.asarray(row.to_tensor() if hasattr(row, "to_tensor") else row) for row in x]
    return backend.convert_to_numpy(x) if backend.is_tensor(x) else np.asarray(x)


def pictures_of(images, data_format=None, value_range=None):
    """Pictures that can be drawn on.

    Args:
        images: Batch of images, of shape `(images, height, width, channels)` or `(images, channels, height, width)`;
            or a list of images, whose sizes may differ.
        data_format: `"channels_last"` or `"channels_first"`.
        value_range: The least and the greatest value, for black and white. `None`: 0 and 255, or 0 and 1 for floating
            point images with no value above 1.

    Returns:
        List of arrays of shape `(height, width, channels)` of `uint8`, which are nobody else's.

    Raises:
        ValueError: It is no batch of images.
    """
    found = on_host(images)
    if isinstance(found, np.ndarray) and found.ndim != 4:
        raise ValueError(
            "`images` must be a batch: a tensor of 4 dimensions, or a list of images. Received: a tensor of shape "
            f"{found.shape}"
        )
    found = list(found)
    if standardize_data_format(data_format) == "channels_first":
        found = [image.transpose(1, 2, 0) if image.ndim == 3 else image for image in found]
    for image in found:
        if image.ndim != 3 or image.shape[-1] not in _CHANNELS:
            raise ValueError(
                f"Images must have three dimensions and 1, 3 or 4 channels as `data_format` tells. Received: an image "
                f"of shape {image.shape} in the format {data_format or 'of `keras.config.image_data_format()`'}"
            )
    low, high = _range_of(found) if value_range is None else _checked_range(value_range)
    return [_stretched(image, low, high) for image in found]


def _range_of(images):
    def has_shares(image):
        return image.dtype == bool or (image.dtype.kind not in "iu" and image.size and np.nanmax(image) <= 1)

    return (0, 1) if images and all(map(has_shares, images)) else (0, 255)


def _checked_range(value_range):
    try:
        low, high = map(float, value_range)
    except (TypeError, ValueError):
        low = high = np.nan
    if not low < high:
        raise ValueError(f"`value_range` must be a pair, the lower value first. Received: value_range={value_range!r}")
    return low, high


def _stretched(image, low, high):
    if image.dtype == np.uint8 and (low, high) == (0, 255):
        return image.copy()
    shares = (image.astype("float64") - low) * (255 / (high - low))
    return as_bytes(np.nan_to_num(shares))


def as_bytes(numbers):
    """Numbers of a picture cut to whole ones from 0 to 255; 254.99999, which arithmetic gives for 255, is that."""
    return np.clip(numbers + 1e-3, 0, 255).astype("uint8")


def together(pictures):
    """Pictures as one array, where their sizes allow it; else the list."""
    same = len({picture.shape for picture in pictures}) == 1
    return np.stack(pictures) if same else pictures


def color_for(color, channels, argument="color"):
    """A colour as a picture with a number of channels has it.

    Args:
        color: Three numbers from 0 to 255: red, green and blue.
        channels: 1, 3 or 4.
        argument: The argument that it was given for, for the message.

    Returns:
        Array of shape `(channels,)` of `uint8`.
    """
    numbers = np.asarray(color)
    if numbers.shape != (3,) or numbers.dtype.kind not in "iuf":
        raise ValueError(f"`{argument}` must be three numbers: red, green and blue. Received: {argument}={color!r}")
    red_green_blue = np.clip(numbers, 0, 255).astype("uint8")
    return np.concatenate([red_green_blue, [255]]).astype("uint8")[: 1 if channels == 1 else channels]
