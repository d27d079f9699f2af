"""Weights as pictures, which TensorBoard shows."""

import struct
import zlib

import numpy as np

from keras.src.backend.config import image_data_format

_MOST_IMAGES = 3
# The type of colours of a PNG file, by the number of channels.
_COLOURS = {1: 0, 3: 2, 4: 6}


def images_of_weight(weight):
    """An array of pictures, bytes of shape `(pictures, height, width, channels)`, or `None` where a weight has none.

    A matrix is one picture, no higher than wide; of three axes, each channel is one; four axes are pictures of 1, 3 or
    4 channels. Numbers from 0 to 1 become grey, others black or white.

    Args:
        weight: NumPy array.
    """
    weight = np.squeeze(np.asarray(weight, "float32"))
    if weight.ndim == 1:
        weight = weight[:, None]
    elif weight.ndim == 2 and weight.shape[0] > weight.shape[1]:
        weight = weight.T
    elif weight.ndim == 3 and image_data_format() == "channels_last":
        weight = np.moveaxis(weight, -1, 0)
    if weight.ndim == 2:
        weight = weight[None]
    if weight.ndim == 3:
        weight = weight[..., None]
    if weight.ndim != 4 or weight.shape[-1] not in _COLOURS or not weight.size:
        return None
    return (np.clip(np.nan_to_num(weight[:_MOST_IMAGES]), 0, 1) * 255).astype("uint8")


def png(image):
    """The bytes of a PNG file.

    Args:
        image: Bytes of shape `(height, width, channels)`, with 1, 3 or 4 channels.
    """
    height, width, channels = image.shape
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOURS[channels], 0, 0, 0)
    rows = np.concatenate([np.zeros((height, 1), "uint8"), image.reshape(height, -1)], axis=1)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes())), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


def _chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
