"""Small pictures in ten classes."""

import os

import numpy as np

from keras.src.api_export import keras_export
from keras.src.datasets import cifar


@keras_export("keras.datasets.cifar10.load_data")
def load_data():
    """Loads CIFAR-10: 50,000 images of 32 by 32 pixels in colour to train on, and 10,000 for tests.

    The classes are airplane, automobile, bird, cat, deer, dog, frog, horse, ship, and truck.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: arrays of uint8. Images have the shape `(samples, 32, 32, 3)`, or
        `(samples, 3, 32, 32)` where `keras.config.image_data_format()` is `"channels_first"`; labels `(samples, 1)`.

    Raises:
        OSError: The file cannot be downloaded.

    Example:

    >>> (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()  # doctest: +SKIP
    >>> x_train.shape  # doctest: +SKIP
    (50000, 32, 32, 3)

    Source: Alex Krizhevsky, https://www.cs.toronto.edu/~kriz/cifar.html
    """
    folder = cifar.folder("cifar-10-batches-py", "cifar-10-python.tar.gz")
    names = [f"data_batch_{number}" for number in range(1, 6)]
    batches = [cifar.read_batch(os.path.join(folder, name), "labels") for name in names]
    x_test, y_test = cifar.read_batch(os.path.join(folder, "test_batch"), "labels")
    x_train, y_train = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    return (x_train, y_train.astype(np.uint8)), (x_test, y_test.astype(np.uint8))
