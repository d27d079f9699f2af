"""Small pictures in a hundred classes."""

import os

from keras.src.api_export import keras_export
from keras.src.datasets import cifar


@keras_export("keras.datasets.cifar100.load_data")
def load_data(label_mode="fine"):
    """Loads CIFAR-100: 50,000 images of 32 by 32 pixels in colour to train on, and 10,000 for tests.

    Args:
        label_mode: `"fine"` for 100 classes, or `"coarse"` for the 20 groups that they belong to.

    Returns:
        `(x_train, y_train), (x_test, y_test)`. Images are arrays of uint8 of shape `(samples, 32, 32, 3)`, or
        `(samples, 3, 32, 32)` where `keras.config.image_data_format()` is `"channels_first"`; labels are integers of shape
        `(samples, 1)`.

    Raises:
        OSError: The file cannot be downloaded.

    Example:

    >>> (x_train, y_train), (x_test, y_test) = keras.datasets.cifar100.load_data()  # doctest: +SKIP
    >>> y_train.shape  # doctest: +SKIP
    (50000, 1)

    Source: Alex Krizhevsky, https://www.cs.toronto.edu/~kriz/cifar.html
    """
    if label_mode not in ("fine", "coarse"):
        raise ValueError(f"`label_mode` must be 'fine' or 'coarse'. Received: {label_mode!r}")
    folder = cifar.folder("cifar-100-python", "cifar-100-python.tar.gz")
    train, test = (cifar.read_batch(os.path.join(folder, name), f"{label_mode}_labels") for name in ("train", "test"))
    return train, test
