"""Losses of regions: how little the predicted ones overlap with the true ones."""

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.losses.loss_function_wrapper import LossFunctionWrapper, tensor_pair


@keras_export("keras.losses.dice")
def dice(y_true, y_pred, axis=None):
    """One minus twice the overlap over the sum of both regions.

    Args:
        y_true: Tensor of labels 0 and 1.
        y_pred: Tensor of probabilities of the same shape.
        axis: Int or tuple of ints, the axes that a region spans; all of them when absent.

    Returns:
        Tensor without these axes.

    Example:

    >>> round(float(keras.losses.dice([[1.0, 0.0]], [[1.0, 0.0]])), 3)
    0.0
    """
    y_true, y_pred = tensor_pair(y_true, y_pred)
    axis = _axes(axis)
    overlap = ops.sum(ops.multiply(y_true, y_pred), axis=axis)
    size = ops.add(ops.sum(y_true, axis=axis), ops.sum(y_pred, axis=axis))
    return ops.subtract(1.0, ops.divide(ops.multiply(2.0, overlap), ops.add(size, backend.epsilon())))


def _axes(axis):
    return tuple(axis) if isinstance(axis, list) else axis


@keras_export("keras.losses.tversky")
def tversky(y_true, y_pred, alpha=0.5, beta=0.5, axis=None):
    """One minus the overlap over the overlap plus the weighed false positives and negatives.

    Args:
        y_true: Tensor of labels 0 and 1.
        y_pred: Tensor of probabilities of the same shape.
        alpha: Float, weight of false negatives.
        beta: Float, weight of false positives.
        axis: Int or tuple of ints, the axes that a region spans; all of them when absent.

    Returns:
        Tensor without these axes.

    Reference: [Salehi et al., 2017](https://arxiv.org/abs/1706.05721).

    Example:

    >>> round(float(keras.losses.tversky([[1.0, 0.0]], [[1.0, 0.0]])), 3)
    0.0
    """
    y_true, y_pred = tensor_pair(y_true, y_pred)
    axis = _axes(axis)
    overlap = ops.sum(ops.multiply(y_true, y_pred), axis=axis)
    false_positives = ops.sum(ops.multiply(ops.subtract(1.0, y_true), y_pred), axis=axis)
    false_negatives = ops.sum(ops.multiply(y_true, ops.subtract(1.0, y_pred)), axis=axis)
    errors = ops.add(ops.multiply(alpha, false_negatives), ops.multiply(beta, false_positives))
    return ops.subtract(1.0, ops.divide(overlap, ops.add(ops.add(overlap, errors), backend.epsilon())))


@keras_export("keras.losses.Dice")
class Dice(LossFunctionWrapper):
    """One minus the Dice coefficient of predicted and true regions.

    Args:
        reduction: See `keras.losses.Loss`.
        name: String.
        axis: Int or tuple of ints, the axes that a region spans; all of them when absent.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> round(float(keras.losses.Dice()([[1.0, 0.0]], [[1.0, 0.0]])), 3)
    0.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="dice", axis=None, dtype=None):
        super().__init__(dice, reduction, name, dtype, axis=axis)
        self.axis = axis


@keras_export("keras.losses.Tversky")
class Tversky(LossFunctionWrapper):
    """One minus the Tversky index of predicted and true regions.

    Args:
        alpha: Float, weight of false negatives.
        beta: Float, weight of false positives.
        reduction: See `keras.losses.Loss`.
        name: String.
        axis: Int or tuple of ints, the axes that a region spans; all of them when absent.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> round(float(keras.losses.Tversky()([[1.0, 0.0]], [[1.0, 0.0]])), 3)
    0.0
    """

    def __init__(self, alpha=0.5, beta=0.5, reduction="sum_over_batch_size", name="tversky", axis=None, dtype=None):
        super().__init__(tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis)
        self.alpha, self.beta, self.axis = alpha, beta, axis
