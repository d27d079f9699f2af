"""Handwritten digits."""

from keras.src.api_export import keras_export
from keras.src.datasets.published import fetch
from keras.src.datasets.restricted import read_npz


@keras_export("keras.datasets.mnist.load_data")
def load_data(path="mnist.npz"):
    """Loads MNIST: 60,000 images of handwritten digits of 28 by 28 pixels in grey to train on, and 10,000 for tests.

    Args:
        path: Name of the file in the cache, `~/.keras/datasets`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: arrays of uint8, of shape `(60000, 28, 28)`, `(60000,)`, `(10000, 28, 28)`
        and `(10000,)`. Pixels are from 0 to 255, labels from 0 to 9.

    Raises:
        OSError: The file cannot be downloaded.

    Example:

    >>> (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()  # doctest: +SKIP
    >>> x_train.shape  # doctest: +SKIP
    (60000, 28, 28)

    Source: Yann LeCun and Corinna Cortes, http://yann.lecun.com/exdb/mnist, under Creative Commons Attribution-Share
    Alike 3.0.
    """
    data = read_npz(fetch("mnist.npz", path))
    return (data["x_train"], data["y_train"]), (data["x_test"], data["y_test"])
