"""What CIFAR-10 and CIFAR-100 share."""

import os

import numpy as np

from keras.src.backend import config
from keras.src.datasets.published import fetch
from keras.src.datasets.restricted import unpickle


def folder(name, archive):
    """Path of the folder with the batches.

    Args:
        name: What the folder is called in the archive.
        archive: The published file.
    """
    return os.path.join(fetch(archive, f"{name}-target", extract=True), name)


def read_batch(path, label_key):
    """Reads a file of images.

    Args:
        path: Path of the file.
        label_key: Under which name the file has the labels.

    Returns:
        Images, `(samples, 32, 32, 3)` or `(samples, 3, 32, 32)` as `keras.config.image_data_format()` says, and labels,
        `(samples, 1)`.
    """
    with open(path, "rb") as file:
        content = unpickle(file, path, encoding="bytes")
    content = {key.decode() if isinstance(key, bytes) else key: value for key, value in content.items()}
    images = content["data"].reshape(-1, 3, 32, 32)
    if config.image_data_format() == "channels_last":
        images = np.ascontiguousarray(images.transpose(0, 2, 3, 1))
    return images, np.reshape(content[label_key], (len(images), 1))
