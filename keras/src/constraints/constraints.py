"""Functions on variables that keep their values within bounds after each training step."""

import ml_dtypes

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.backend.config import epsilon
from keras.src.saving.signature_config import SignatureConfig


@keras_export("keras.constraints.Constraint")
class Constraint(SignatureConfig):
    """Base class of constraints: an instance, called with the value of a variable, gives the value to put in its place.

    Subclasses define `__call__(self, w)`. The config follows from the constructor's signature where each parameter
    is kept in an attribute of its name.

    Example:

    >>> class AtMostOne(keras.constraints.Constraint):
    ...     def __call__(self, w):
    ...         return keras.ops.minimum(w, 1.0)
    >>> layer = keras.layers.Dense(3, kernel_constraint=AtMostOne())
    """

    def __call__(self, w):
        """Computes the allowed value.

        Args:
            w: A tensor.

        Returns:
            A tensor of the same shape and dtype.
        """
        return w


def _norms(w, axis):
    return ops.sqrt(ops.sum(ops.square(w), axis=axis, keepdims=True))


def _normalized(w, norms):
    # Engines take numbers below the smallest normal one of a half precision for zero.
    smallest = float(ml_dtypes.finfo(backend.standardize_dtype(w.dtype)).smallest_normal)
    return ops.divide(w, ops.add(norms, max(epsilon(), smallest)))


@keras_export(["keras.constraints.MaxNorm", "keras.constraints.max_norm"])
class MaxNorm(Constraint):
    """Scales vectors down whose norm is too large: [Srivastava et al.](https://jmlr.org/papers/v15/srivastava14a.html).

    Args:
        max_value: The largest norm.
        axis: Axis or axes along which the vectors lie: 0 for the inputs of each unit of a `Dense` kernel, `[0, 1, 2]`
            for those of a `Conv2D` kernel.

    Example:

    >>> w = keras.ops.convert_to_tensor([[3.0], [4.0]])
    >>> [[round(float(x), 2) for x in row] for row in keras.constraints.MaxNorm(1.0)(w)]
    [[0.6], [0.8]]
    """

    def __init__(self, max_value=2, axis=0):
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w):
        norms = _norms(w, self.axis)
        return ops.multiply(_normalized(w, norms), ops.clip(norms, 0, self.max_value))


@keras_export(["keras.constraints.NonNeg", "keras.constraints.non_neg"])
class NonNeg(Constraint):
    """Replaces negative numbers by zero.

    Example:

    >>> [float(x) for x in keras.constraints.NonNeg()(keras.ops.convert_to_tensor([-1.0, 2.0]))]
    [0.0, 2.0]
    """

    def __call__(self, w):
        return ops.maximum(w, 0)


@keras_export(["keras.constraints.UnitNorm", "keras.constraints.unit_norm"])
class UnitNorm(Constraint):
    """Scales vectors to norm one.

    Args:
        axis: Axis or axes along which the vectors lie.

    Example:

    >>> w = keras.ops.convert_to_tensor([[3.0], [4.0]])
    >>> [[round(float(x), 2) for x in row] for row in keras.constraints.UnitNorm()(w)]
    [[0.6], [0.8]]
    """

    def __init__(self, axis=0):
        self.axis = axis

    def __call__(self, w):
        return _normalized(w, _norms(w, self.axis))


@keras_export(["keras.constraints.MinMaxNorm", "keras.constraints.min_max_norm"])
class MinMaxNorm(Constraint):
    """Brings the norms of vectors between two bounds, at once or by steps.

    Args:
        min_value: The smallest norm.
        max_value: The largest norm.
        rate: From 0 to 1: 1 brings the norm to the bound at once, less takes a weighted mean of the norm and the bound.
        axis: Axis or axes along which the vectors lie.

    Example:

    >>> w = keras.ops.convert_to_tensor([[3.0], [4.0]])
    >>> [[round(float(x), 2) for x in row] for row in keras.constraints.MinMaxNorm(max_value=1.0)(w)]
    [[0.6], [0.8]]
    """

    def __init__(self, min_value=0.0, max_value=1.0, rate=1.0, axis=0):
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w):
        norms = _norms(w, self.axis)
        bound = ops.clip(norms, self.min_value, self.max_value)
        wanted = ops.add(ops.multiply(self.rate, bound), ops.multiply(1 - self.rate, norms))
        return ops.multiply(_normalized(w, norms), wanted)
