"""Batches as `(x, y, sample_weight)`, weights of classes, and checks of arrays."""

import numpy as np

from keras.src import tree
from keras.src.api_export import keras_export


@keras_export("keras.utils.unpack_x_y_sample_weight")
def unpack_x_y_sample_weight(data):
    """Splits a batch, as a `train_step` receives it, into inputs, targets and sample weights.

    Args:
        data: `x`, `(x,)`, `(x, y)` or `(x, y, sample_weight)`; a list counts as a tuple.

    Returns:
        Tuple `(x, y, sample_weight)`; what the batch lacks is `None`.

    Example:

    >>> keras.utils.unpack_x_y_sample_weight(([1.0], [2.0]))
    ([1.0], [2.0], None)
    """
    if not isinstance(data, (tuple, list)):
        return (data, None, None)
    if 1 <= len(data) <= 3:
        return (*data, None, None)[:3]
    raise ValueError(
        "A batch is `x`, `(x,)`, `(x, y)` or `(x, y, sample_weight)`. "
        f"Received: a {type(data).__name__} of {len(data)} elements: {_short(data)}"
    )


@keras_export("keras.utils.pack_x_y_sample_weight")
def pack_x_y_sample_weight(x, y=None, sample_weight=None):
    """Joins inputs, targets and sample weights into a batch.

    Args:
        x: Inputs.
        y: Targets, or `None`.
        sample_weight: Weights of the samples, or `None`.

    Returns:
        `x` where the rest is `None` (as a tuple where `x` is one itself), else `(x, y)` or `(x, y, sample_weight)`.

    Example:

    >>> keras.utils.pack_x_y_sample_weight(1.0, 2.0)
    (1.0, 2.0)
    """
    if y is None:
        return (x,) if isinstance(x, (list, tuple)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def _short(value, limit=300):
    text = repr(value)
    return text if len(text) <= limit else text[:limit] + "..."


def owned(batch):
    """A batch whose memory nobody else writes to: sources may reuse their buffers while a step still reads them.

    Args:
        batch: Structure of arrays and tensors of any library, as a source yields it.
    """
    return tree.map_structure(_owned, batch)


def _owned(array):
    if isinstance(array, np.ndarray) or hasattr(array, "tocsr"):
        return array.copy()
    # PyTorch's tensors; those of JAX and TensorFlow do not change.
    return array.detach().clone() if hasattr(array, "detach") else array


def check_lengths(arrays):
    """Raises unless all arrays of `(x, y, sample_weight)` have the same number of samples; returns that number."""
    lengths = {
        # Optional inputs may be absent.
        label: [len_of(array) for array in tree.flatten(part) if array is not None]
        for label, part in zip(("x", "y", "sample_weight"), arrays)
        if part is not None
    }
    found = {length for sizes in lengths.values() for length in sizes}
    if len(found) == 1:
        return found.pop()
    sizes = "\n".join(f"'{label}' sizes: {', '.join(map(str, lengths[label]))}" for label in lengths)
    raise ValueError(f"All arrays must have the same number of samples (size of the first axis). Received:\n{sizes}")


def len_of(array):
    shape = array.shape
    if not len(shape):
        raise ValueError("Data must have at least one axis, that of the samples. Received: a scalar.")
    return shape[0]


def checked_class_weight(class_weight):
    """Returns `class_weight`, if it is one; `None` where it weighs nothing."""
    if class_weight is not None and not isinstance(class_weight, dict):
        raise ValueError(
            "`class_weight` must be a dict of class index to weight, such as `{0: 1.0, 1: 5.0}`. "
            f"Received: class_weight={class_weight!r}"
        )
    return class_weight or None


def class_weight_to_sample_weights(y, class_weight):
    """Weights of samples from the weights of their classes.

    Args:
        y: NumPy array of class indices `(n,)` or `(n, 1)`, or of one-hot rows `(n, classes)`; also with more leading
            axes.
        class_weight: Dict of class index to weight; indices may be negative, as for the labels -1 and 1 of a hinge
            loss, and classes that are not named have the weight 1.

    Returns:
        float32 array `(n,)`, or with the leading axes of `y`.
    """
    classes = np.asarray(y)
    if classes.ndim > 1:
        classes = classes.argmax(-1) if classes.shape[-1] != 1 else classes[..., 0]
    classes = np.round(classes).astype("int64")
    weighed = np.array(sorted(map(int, class_weight)))
    weights = np.array([class_weight[key] for key in sorted(class_weight, key=int)], dtype="float32")
    places = np.searchsorted(weighed, classes).clip(max=len(weighed) - 1)
    return np.where(weighed[places] == classes, weights[places], np.float32(1))


def with_class_weight(batch, class_weight):
    """Adds to a batch the sample weights that `class_weight` gives it; a given `sample_weight` is multiplied."""
    x, y, sample_weight = unpack_x_y_sample_weight(batch)
    if y is None:
        raise ValueError("`class_weight` needs targets: pass `y`, or data that yields `(x, y)`.")
    if tree.is_nested(y):
        leaves = tree.flatten(y)
        if len(leaves) != 1:
            raise ValueError(
                f"`class_weight` is for models with one output. Received: targets with {len(leaves)} parts."
            )
        y_array = leaves[0]
    else:
        y_array = y
    weights = class_weight_to_sample_weights(y_array, class_weight)
    if sample_weight is not None:
        given = np.asarray(tree.flatten(sample_weight)[0], dtype="float32")
        weights = weights * given.reshape(given.shape + (1,) * (weights.ndim - given.ndim))
    return x, y, weights
