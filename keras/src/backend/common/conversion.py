"""Python data as NumPy arrays of the dtype that it stands for."""

import numpy as np

from keras.src.backend import config
from keras.src.backend.common.dtypes import INTO_NUMBERS, result_type

_PYTHON_KINDS = {"b": "bool", "i": "int32", "c": "complex64"}


def python_to_numpy(x, dtype=None):
    """Returns numbers, lists and other array-likes as an array of its own.

    Args:
        x: Number, nested list of numbers or arrays, or an object with `__array__`.
        dtype: NumPy dtype of the result; by default floatx for floats, int32 for ints, else as promoted.

    Raises:
        ValueError: The lists are ragged, `x` is `None`, or it is an array of text.
        OverflowError: An int does not fit.
        TypeError: `x` is no number at all.
    """
    if x is None:
        raise ValueError("A tensor is made from numbers, lists of numbers or arrays. Received: None")
    array = np.asarray(x)
    if hasattr(x, "dtype"):
        reject_text(array)
    if array.dtype.kind not in "biufcV":
        raise TypeError(
            f"A tensor is made from numbers, lists of numbers or arrays. Received: {x!r} of type {type(x).__name__}"
        )
    if dtype is not None:
        return array.real.astype(dtype) if array.dtype.kind == "c" and dtype.kind != "c" else array.astype(dtype)
    if is_python_data(x):
        if array.dtype.kind == "i":
            return np.asarray(x, dtype="int32")
        if array.dtype.kind == "f":
            return array.astype(result_type(config.floatx()))
        if array.dtype.kind in _PYTHON_KINDS:
            return array.astype(_PYTHON_KINDS[array.dtype.kind])
    return array.astype(result_type(array.dtype))


def reject_text(array, what="A tensor"):
    """Raises where an array holds text, dates or objects.

    Args:
        array: NumPy array or scalar.
        what: What is to be made from it, for the message.
    """
    if array.dtype.kind in "USOMm":
        raise ValueError(f"{what} must be made of numbers: {INTO_NUMBERS}. Received: an array of dtype {array.dtype}")


def is_python_data(x):
    """Whether `x` is a number or a nested list of numbers, rather than an array or a list of arrays."""
    while isinstance(x, (list, tuple)):
        if not x:
            return True
        x = x[0]
    return not hasattr(x, "dtype")


def coordinates_of(array):
    """`(indices, values, shape)` of a sparse tensor of TensorFlow or JAX, as NumPy arrays; `None` for anything else."""
    if hasattr(array, "dense_shape") and hasattr(array, "values"):
        return np.asarray(array.indices), np.asarray(array.values), tuple(np.asarray(array.dense_shape))
    if type(array).__module__.startswith("jax.experimental.sparse") and not getattr(array, "n_batch", 1):
        return np.asarray(array.indices), np.asarray(array.data), tuple(array.shape)
    return None


def dense_of(indices, values, shape):
    """The NumPy array with these values at these places, and zeros elsewhere; values at one place add up."""
    array = np.zeros(shape, values.dtype)
    np.add.at(array, tuple(indices.T), values)
    return array
