"""Arrays of labels and of vectors: on NumPy, and tensors on the engine."""

import numpy as np

from keras.src import backend, ops
from keras.src.api_export import keras_export


@keras_export("keras.utils.normalize")
def normalize(x, axis=-1, order=2):
    """Divides an array by its norm along an axis; vectors of zeros stay zeros.

    Args:
        x: Array, or a tensor or nested list of numbers.
        axis: Axis along which the norm is taken.
        order: Order of the norm, such as 2 for Euclidean length.

    Returns:
        NumPy array of the shape of `x`, or a tensor where `x` is no array. An array of rank 1 becomes one row, of rank 2.

    Raises:
        ValueError: `x` is no array, and `order` no integer of 1 or more.

    Example:

    >>> [round(float(x), 3) for x in keras.utils.normalize([[3.0, 4.0]])[0]]
    [0.6, 0.8]
    """
    if not isinstance(x, np.ndarray):
        if not isinstance(order, int) or order < 1:
            raise ValueError(f"`order` for tensors must be an integer of 1 or more. Received: order={order!r}")
        return ops.normalize(x, axis=axis, order=order)
    x = np.atleast_1d(x)
    norm = np.linalg.norm(x, order, axis, keepdims=True)
    return np.atleast_2d(x / np.where(norm == 0, 1, norm))


@keras_export("keras.utils.to_categorical")
def to_categorical(x, num_classes=None):
    """Turns integer class labels into one-hot rows.

    Args:
        x: Array, list or tensor of integers from 0 to `num_classes - 1`; a last axis of size 1 is dropped.
        num_classes: Number of classes; by default one more than the largest label.

    Returns:
        NumPy array of float64, with one more axis of size `num_classes`; for a tensor, a tensor.

    Example:

    >>> keras.utils.to_categorical([0, 2]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    if backend.is_tensor(x):
        return _one_hot(x, num_classes)
    labels = np.asarray(x).astype("int64")
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    if num_classes is None:
        num_classes = int(labels.max()) + 1 if labels.size else 0
    one_hot = np.zeros((labels.size, num_classes))
    one_hot[np.arange(labels.size), labels.ravel()] = 1
    return one_hot.reshape(labels.shape + (num_classes,))


def _one_hot(labels, num_classes):
    if len(labels.shape) > 1 and labels.shape[-1] == 1:
        labels = ops.squeeze(labels, -1)
    if num_classes is None:
        num_classes = int(ops.max(labels)) + 1
    return ops.one_hot(labels, num_classes)
