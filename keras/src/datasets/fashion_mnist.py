"""Pictures of clothes."""

import gzip

import numpy as np

from keras.src.api_export import keras_export
from keras.src.datasets.published import fetch

# Bytes before the values of files in the format idx.
_LABELS_HEADER, _IMAGES_HEADER = 8, 16


@keras_export("keras.datasets.fashion_mnist.load_data")
def load_data():
    """Loads Fashion-MNIST: 60,000 images of clothes of 28 by 28 pixels in grey to train on, and 10,000 for tests.

    The classes are T-shirt/top, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, and ankle boot.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: arrays of uint8, of shape `(60000, 28, 28)`, `(60000,)`, `(10000, 28, 28)`
        and `(10000,)`. Pixels are from 0 to 255, labels from 0 to 9.

    Raises:
        OSError: A file cannot be downloaded.

    Example:

    >>> (x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()  # doctest: +SKIP
    >>> x_test.shape  # doctest: +SKIP
    (10000, 28, 28)

    Source: Zalando SE, https://github.com/zalandoresearch/fashion-mnist, under the MIT license.
    """
    return _part("train"), _part("t10k")


def _part(name):
    labels = _values(f"{name}-labels-idx1-ubyte.gz", _LABELS_HEADER)
    return _values(f"{name}-images-idx3-ubyte.gz", _IMAGES_HEADER).reshape(len(labels), 28, 28), labels


def _values(name, header):
    path = fetch(name, cache_subdir="datasets/fashion-mnist")
    with gzip.open(path, "rb") as file:
        return np.frombuffer(file.read(), np.uint8, offset=header).copy()
