"""Losses between numbers: how far predictions are from targets."""

import math

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.losses.loss_function_wrapper import LossFunctionWrapper, of_function, tensor_pair


@keras_export(
    [
        "keras.metrics.mean_squared_error",
        "keras.losses.mean_squared_error",
        "keras._legacy.losses.mse",
        "keras._legacy.losses.MSE",
        "keras._legacy.metrics.mse",
        "keras._legacy.metrics.MSE",
    ]
)
def mean_squared_error(y_true, y_pred):
    """Mean of the squared differences over the last axis.

    Args:
        y_true: Tensor of targets, shape `(..., d)`.
        y_pred: Tensor of predictions of the same shape.

    Returns:
        Tensor of shape `(...,)`.

    Example:

    >>> float(keras.losses.mean_squared_error([[0.0, 2.0]], [[1.0, 4.0]])[0])
    2.5
    """
    y_true, y_pred = tensor_pair(y_true, y_pred)
    return ops.mean(ops.square(ops.subtract(y_true, y_pred)), axis=-1)


@keras_export(
    [
        "keras.metrics.mean_absolute_error",
        "keras.losses.mean_absolute_error",
        "keras._legacy.losses.mae",
        "keras._legacy.losses.MAE",
        "keras._legacy.metrics.mae",
        "keras._legacy.metrics.MAE",
    ]
)
def mean_absolute_error(y_true, y_pred):
    """Mean of the absolute differences over the last axis.

    Args:
        y_true: Tensor of targets, shape `(..., d)`.
        y_pred: Tensor of predictions of the same shape.

    Returns:
        Tensor of shape `(...,)`.

    Example:

    >>> float(keras.losses.mean_absolute_error([[0.0, 2.0]], [[1.0, 4.0]])[0])
    1.5
    """
    y_true, y_pred = tensor_pair(y_true, y_pred)
    return ops.mean(ops.abs(ops.subtract(y_true, y_pred)), axis=-1)


@keras_export(
    [
        "keras.metrics.mean_absolute_percentage_error",
        "keras.losses.mean_absolute_percentage_error",
        "keras._legacy.losses.mape",
        "keras._legacy.losses.MAPE",
        "keras._legacy.metrics.mape",
        "keras._legacy.metrics.MAPE",
    ]
)
def mean_absolute_percentage_error(y_true, y_pred):
    """Mean of the absolute differences in percent of the targets, over the last axis.

    Targets nearer to zero than `keras.config.epsilon()` count as that.

    Args:
        y_true: Tensor of targets, shape `(..., d)`.
        y_pred: Tensor of predictions of the same shape.

    Returns:
        Tensor of shape `(...,)`, in percent.

    Example:

    >>> float(keras.losses.mean_absolute_percentage_error([[1.0, 2.0]], [[2.0, 3.0]])[0])
    75.0
    """
    y_true, y_pred = tensor_pair(y_true, y_pred)
    scale = ops.maximum(ops.abs(y_true), backend.epsilon())
    relative = ops.abs(ops.divide(ops.subtract(y_true, y_pred), scale))
    return ops.multiply(100.0, ops.mean(relative, axis=-1))


@keras_export(
    [
        "keras.metrics.mean_squared_logarithmic_error",
        "keras.losses.mean_squared_logarithmic_error",
        "keras._legacy.losses.msle",
        "keras._legacy.losses.MSLE",
        "keras._legacy.metrics.msle",
        "keras._legacy.metrics.MSLE",
    ]
)
def mean_squared_logarithmic_error(y_true, y_pred):
    """Mean of `(log(1 + y_true) - log(1 + y_pred))²` over the last axis; values below zero count as zero.

    Args:
        y_true: Tensor of targets, shape `(..., d)`.
        y_pred: Tensor of predictions of the same shape.

    Returns:
        Tensor of shape `(...,)`.

    Example:

    >>> float(keras.losses.mean_squared_logarithmic_error([[0.0]], [[0.0]])[0])
    0.0
    """
    y_true, y_pred = tensor_pair(y_true, y_pred)
    logarithms = [ops.log(ops.add(ops.maximum(y, backend.epsilon()), 1.0)) for y in (y_true, y_pred)]
    return ops.mean(ops.square(ops.subtract(*logarithms)), axis=-1)


@keras_export(["keras.metrics.huber", "keras.losses.huber"])
def huber(y_true, y_pred, delta=1.0):
    """Half the squared difference where it is at most `delta`, and linear beyond; the mean over the last axis.

    Args:
        y_true: Tensor of targets, shape `(..., d)`.
        y_pred: Tensor of predictions of the same shape.
        delta: Float, the difference from which the loss grows linearly.

    Returns:
        Tensor of shape `(...,)`.

    Example:

    >>> float(keras.losses.huber([[0.0, 0.0]], [[1.0, 3.0]])[0])
    1.5
    """
    y_true, y_pred = tensor_pair(y_true, y_pred)
    distance = ops.abs(ops.subtract(y_true, y_pred))
    # min(d, δ)·(d - min(d, δ)/2) is both branches at once.
    inner = ops.minimum(distance, delta)
    return ops.mean(ops.multiply(inner, ops.subtract(distance, ops.multiply(0.5, inner))), axis=-1)


@keras_export(
    [
        "keras.metrics.log_cosh",
        "keras.losses.log_cosh",
        "keras._legacy.losses.logcosh",
        "keras._legacy.metrics.logcosh",
    ]
)
def log_cosh(y_true, y_pred):
    """Mean of `log(cosh(y_pred - y_true))` over the last axis: squares near zero, absolute values far from it.

    Args:
        y_true: Tensor of targets, shape `(..., d)`.
        y_pred: Tensor of predictions of the same shape.

    Returns:
        Tensor of shape `(...,)`.

    Example:

    >>> float(keras.losses.log_cosh([[0.0]], [[0.0]])[0])
    0.0
    """
    y_true, y_pred = tensor_pair(y_true, y_pred)
    distance = ops.abs(ops.subtract(y_pred, y_true))
    beyond = ops.softplus(ops.multiply(-2.0, distance))
    return ops.mean(ops.subtract(ops.add(distance, beyond), math.log(2.0)), axis=-1)


@keras_export("keras.losses.cosine_similarity")
def cosine_similarity(y_true, y_pred, axis=-1):
    """Minus the cosine of the angle between targets and predictions: -1 where they point the same way.

    Args:
        y_true: Tensor of targets.
        y_pred: Tensor of predictions of the same shape.
        axis: Int, the axis along which the vectors lie.

    Returns:
        Tensor without that axis; 0 where a vector is zero.

    Example:

    >>> float(keras.losses.cosine_similarity([[1.0, 0.0]], [[2.0, 0.0]])[0])
    -1.0
    """
    y_true, y_pred = tensor_pair(y_true, y_pred)
    return ops.negative(ops.sum(ops.multiply(_unit(y_true, axis), _unit(y_pred, axis)), axis=axis))


def _unit(x, axis):
    """Vectors of length one; the gradient at zero is finite."""
    squared = ops.sum(ops.square(x), axis=axis, keepdims=True)
    length = ops.sqrt(ops.where(ops.greater(squared, 0), squared, ops.ones_like(squared)))
    return ops.divide(x, ops.maximum(length, backend.epsilon()))


@keras_export("keras.losses.MeanSquaredError")
@of_function(mean_squared_error)
class MeanSquaredError(LossFunctionWrapper):
    """Mean of the squared differences between targets and predictions.

    Args:
        reduction: See `keras.losses.Loss`.
        name: String.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> float(keras.losses.MeanSquaredError()([[0.0, 2.0]], [[1.0, 4.0]]))
    2.5
    """


@keras_export("keras.losses.MeanAbsoluteError")
@of_function(mean_absolute_error)
class MeanAbsoluteError(LossFunctionWrapper):
    """Mean of the absolute differences between targets and predictions.

    Args:
        reduction: See `keras.losses.Loss`.
        name: String.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> float(keras.losses.MeanAbsoluteError()([[0.0, 2.0]], [[1.0, 4.0]]))
    1.5
    """


@keras_export("keras.losses.MeanAbsolutePercentageError")
@of_function(mean_absolute_percentage_error)
class MeanAbsolutePercentageError(LossFunctionWrapper):
    """Mean of the absolute differences in percent of the targets.

    Args:
        reduction: See `keras.losses.Loss`.
        name: String.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> float(keras.losses.MeanAbsolutePercentageError()([[1.0, 2.0]], [[2.0, 3.0]]))
    75.0
    """


@keras_export("keras.losses.MeanSquaredLogarithmicError")
@of_function(mean_squared_logarithmic_error)
class MeanSquaredLogarithmicError(LossFunctionWrapper):
    """Mean of the squared differences between the logarithms of targets and predictions, each plus one.

    Args:
        reduction: See `keras.losses.Loss`.
        name: String.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> float(keras.losses.MeanSquaredLogarithmicError()([[3.0]], [[3.0]]))
    0.0
    """


@keras_export("keras.losses.Huber")
@of_function(huber, "huber_loss")
class Huber(LossFunctionWrapper):
    """Half the squared difference where it is small, linear where it is large: outliers weigh less.

    Args:
        delta: Float, the difference from which the loss grows linearly.
        reduction: See `keras.losses.Loss`.
        name: String.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> float(keras.losses.Huber()([[0.0, 0.0]], [[1.0, 3.0]]))
    1.5
    """

    _silent_defaults = {"delta": 1.0}


@keras_export("keras.losses.LogCosh")
@of_function(log_cosh)
class LogCosh(LossFunctionWrapper):
    """Mean of the logarithm of the hyperbolic cosine of the differences.

    Args:
        reduction: See `keras.losses.Loss`.
        name: String.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> float(keras.losses.LogCosh()([[1.0]], [[1.0]]))
    0.0
    """


@keras_export("keras.losses.CosineSimilarity")
@of_function(cosine_similarity)
class CosineSimilarity(LossFunctionWrapper):
    """Minus the cosine of the angle between targets and predictions.

    Args:
        axis: Int, the axis along which the vectors lie.
        reduction: See `keras.losses.Loss`.
        name: String.
        dtype: Dtype of the computation; floatx when absent.

    Example:

    >>> float(keras.losses.CosineSimilarity()([[1.0, 0.0]], [[2.0, 0.0]]))
    -1.0
    """

    _silent_defaults = {"axis": -1}
