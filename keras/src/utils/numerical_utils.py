"""Arrays of labels and of vectors, on NumPy."""

import numpy as np

from keras.src import backend
from keras.src.api_export import keras_export


@keras_export("keras.utils.normalize")
def normalize(x, axis=-1, order=2):
    """Divides an array by its norm along an axis; vectors of zeros stay zeros.

    Args:
        x: Array or tensor.
        axis: Axis along which the norm is taken.
        order: Order of the norm, such as 2 for Euclidean length.

    Returns:
        NumPy array of the shape of `x`.

    Example:

    >>> keras.utils.normalize([[3.0, 4.0]]).tolist()
    [[0.6, 0.8]]
    """
    x = np.atleast_1d(_as_array(x))
    norm = np.linalg.norm(x, order, axis, keepdims=True)
    return x / np.where(norm == 0, 1, norm)


@keras_export("keras.utils.to_categorical")
def to_categorical(x, num_classes=None):
    """Turns integer class labels into one-hot rows.

    Args:
        x: Array or tensor of integers from 0 to `num_classes - 1`; a last axis of size 1 is dropped.
        num_classes: Number of classes; by default one more than the largest label.

    Returns:
        NumPy array of float64, with one more axis of size `num_classes`.

    Example:

    >>> keras.utils.to_categorical([0, 2]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    labels = np.asarray(_as_array(x)).astype("int64")
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    if num_classes is None:
        num_classes = int(labels.max()) + 1 if labels.size else 0
    one_hot = np.zeros((labels.size, num_classes))
    one_hot[np.arange(labels.size), labels.ravel()] = 1
    return one_hot.reshape(labels.shape + (num_classes,))


def _as_array(x):
    return backend.convert_to_numpy(x) if backend.is_tensor(x) else np.asarray(x)
