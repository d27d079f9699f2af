"""Losses of margins: predictions must be on the right side, and far enough."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.losses.loss_function_wrapper import LossFunctionWrapper, of_function, tensor_pair


@keras_export(["keras.metrics.hinge", "keras.losses.hinge"])
def hinge(y_true, y_pred):
    """Mean of `max(0, 1 - y_true * y_pred)` over the last axis.

    Args:
        y_true: Tensor of labels -1 and 1, shape `(..., d)`; where all are 0 and 1, zeros count as -1.
        y_pred: Tensor of scores of the same shape.

    Returns:
        Tensor of shape `(...,)`.

    Example:

    >>> float(keras.losses.hinge([[-1.0, 1.0]], [[0.5, 2.0]])[0])
    0.75
    """
    return ops.mean(_shortfall(y_true, y_pred), axis=-1)


@keras_export(["keras.metrics.squared_hinge", "keras.losses.squared_hinge"])
def squared_hinge(y_true, y_pred):
    """Mean of `max(0, 1 - y_true * y_pred)²` over the last axis.

    Args:
        y_true: Tensor of labels -1 and 1, shape `(..., d)`; where all are 0 and 1, zeros count as -1.
        y_pred: Tensor of scores of the same shape.

    Returns:
        Tensor of shape `(...,)`.

    Example:

    >>> float(keras.losses.squared_hinge([[-1.0, 1.0]], [[0.0, 2.0]])[0])
    0.5
    """
    return ops.mean(ops.square(_shortfall(y_true, y_pred)), axis=-1)


def _shortfall(y_true, y_pred):
    y_true, y_pred = tensor_pair(y_true, y_pred)
    return ops.maximum(ops.subtract(1.0, ops.multiply(_signs(y_true), y_pred)), 0.0)


def _signs(labels):
    """Labels 0 and 1 as -1 and 1; others as they are."""
    are_bits = ops.all(ops.logical_or(ops.equal(labels, 0), ops.equal(labels, 1)))
    return ops.where(are_bits, ops.subtract(ops.multiply(2.0, labels), 1.0), labels)


@keras_export(["keras.metrics.categorical_hinge", "keras.losses.categorical_hinge"])
def categorical_hinge(y_true, y_pred):
    """`max(0, 1 + n - p)`, where `p` is the score of the true class and `n` the highest of the others.

    Args:
        y_true: Tensor of labels 0 and 1, one-hot, shape `(..., classes)`.
        y_pred: Tensor of scores of the same shape.

    Returns:
        Tensor of shape `(...,)`.

    Example:

    >>> float(keras.losses.categorical_hinge([[0.0, 1.0]], [[0.5, 2.0]])[0])
    0.0
    """
    y_true, y_pred = tensor_pair(y_true, y_pred)
    positive = ops.sum(ops.multiply(y_true, y_pred), axis=-1)
    negative = ops.max(ops.multiply(ops.subtract(1.0, y_true), y_pred), axis=-1)
    return ops.maximum(ops.add(ops.subtract(negative, positive), 1.0), 0.0)


@keras_export("keras.losses.Hinge")
@of_function(hinge)
class Hinge(LossFunctionWrapper):
    """Mean of `max(0, 1 - y_true * y_pred)`.

    Args:
        reduction: See `keras.losses.Loss`.
        name: String.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> float(keras.losses.Hinge()([[-1.0, 1.0]], [[0.5, 2.0]]))
    0.75
    """


@keras_export("keras.losses.SquaredHinge")
@of_function(squared_hinge)
class SquaredHinge(LossFunctionWrapper):
    """Mean of `max(0, 1 - y_true * y_pred)²`.

    Args:
        reduction: See `keras.losses.Loss`.
        name: String.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> float(keras.losses.SquaredHinge()([[-1.0, 1.0]], [[0.0, 2.0]]))
    0.5
    """


@keras_export("keras.losses.CategoricalHinge")
@of_function(categorical_hinge)
class CategoricalHinge(LossFunctionWrapper):
    """How far the highest score of a wrong class comes within one of the score of the true class.

    Args:
        reduction: See `keras.losses.Loss`.
        name: String.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> float(keras.losses.CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]]))
    0.5
    """
