"""Penalties on variables and outputs, added to the loss."""

import math
import numbers

import numpy as np

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.backend.config import floatx
from keras.src.saving.signature_config import SignatureConfig


@keras_export(["keras.Regularizer", "keras.regularizers.Regularizer"])
class Regularizer(SignatureConfig):
    """Base class of regularizers: an instance, called with a tensor, gives its penalty.

    Subclasses define `__call__(self, x)`. The config follows from the constructor's signature where each parameter
    is kept in an attribute of its name.

    Example:

    >>> class Largest(keras.regularizers.Regularizer):
    ...     def __call__(self, x):
    ...         return keras.ops.max(keras.ops.absolute(x))
    >>> layer = keras.layers.Dense(3, kernel_regularizer=Largest())
    """

    def __call__(self, x):
        """Computes the penalty.

        Args:
            x: A tensor.

        Returns:
            A scalar tensor.
        """
        return 0.0


def _factor(name, value, default):
    """A regularization factor as a float: None means the default."""
    if value is None:
        return default
    if not isinstance(value, numbers.Real) or not 0 <= value < math.inf:
        raise ValueError(f"`{name}` must be a finite number, zero or more. Received: {name}={value!r}")
    return float(value)


def _stored(value):
    """Keras 3 writes some factors into configs as they are in `floatx`."""
    return float(np.asarray(value, floatx()))


@keras_export(["keras.regularizers.L1", "keras.regularizers.l1"])
class L1(Regularizer):
    """The sum of absolute values, times a factor.

    Args:
        l1: The factor.

    Example:

    >>> float(keras.regularizers.L1(0.5)(keras.ops.ones((2, 2))))
    2.0
    """

    def __init__(self, l1=0.01):
        self.l1 = _factor("l1", l1, 0.01)

    def __call__(self, x):
        return ops.multiply(self.l1, ops.sum(ops.absolute(x)))

    def get_config(self):
        return {"l1": _stored(self.l1)}


@keras_export(["keras.regularizers.L2", "keras.regularizers.l2"])
class L2(Regularizer):
    """The sum of squares, times a factor.

    Args:
        l2: The factor.

    Example:

    >>> float(keras.regularizers.L2(0.5)(2 * keras.ops.ones((2, 2))))
    8.0
    """

    def __init__(self, l2=0.01):
        self.l2 = _factor("l2", l2, 0.01)

    def __call__(self, x):
        return ops.multiply(self.l2, ops.sum(ops.square(x)))


@keras_export(["keras.regularizers.L1L2", "keras.regularizers.l1_l2"])
class L1L2(Regularizer):
    """The sum of absolute values and the sum of squares, each times its factor.

    Args:
        l1: Factor of the absolute values.
        l2: Factor of the squares.

    Example:

    >>> float(keras.regularizers.L1L2(1.0, 0.5)(2 * keras.ops.ones((2,))))
    8.0
    """

    def __init__(self, l1=0.0, l2=0.0):
        self.l1 = _factor("l1", l1, 0.0)
        self.l2 = _factor("l2", l2, 0.0)

    def __call__(self, x):
        absolute = ops.multiply(self.l1, ops.sum(ops.absolute(x))) if self.l1 else 0.0
        squares = ops.multiply(self.l2, ops.sum(ops.square(x))) if self.l2 else 0.0
        return ops.add(absolute, squares)


@keras_export(["keras.regularizers.OrthogonalRegularizer", "keras.regularizers.orthogonal_regularizer"])
class OrthogonalRegularizer(Regularizer):
    """The mean absolute cosine between any two rows (or columns) of a matrix, times a factor.

    Args:
        factor: The factor.
        mode: `"rows"` or `"columns"`: which of them shall become orthogonal.

    Example:

    >>> float(keras.regularizers.OrthogonalRegularizer(2.0)(keras.ops.eye(3)))
    0.0
    """

    def __init__(self, factor=0.01, mode="rows"):
        if mode not in ("rows", "columns"):
            raise ValueError(f"`mode` must be 'rows' or 'columns'. Received: mode={mode!r}")
        self.factor = _factor("factor", factor, 0.01)
        self.mode = mode

    def __call__(self, inputs):
        if len(inputs.shape) != 2:
            raise ValueError(f"OrthogonalRegularizer takes matrices. Received a tensor of shape {tuple(inputs.shape)}.")
        vectors = inputs if self.mode == "rows" else ops.transpose(inputs)
        count = vectors.shape[0]
        vectors = ops.normalize(vectors, axis=1)
        cosines = ops.matmul(vectors, ops.transpose(vectors))
        others = ops.subtract(1.0, ops.eye(count, dtype=cosines.dtype))
        pairs = max(count * (count - 1), 1)
        return ops.multiply(self.factor / pairs, ops.sum(ops.absolute(ops.multiply(cosines, others))))

    def get_config(self):
        return {"factor": _stored(self.factor), "mode": self.mode}
