"""Correlations between targets and predictions."""

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.losses.loss_function_wrapper import tensor_pair
from keras.src.metrics.reduction_metrics import MeanMetricWrapper


@keras_export("keras.metrics.pearson_correlation")
def pearson_correlation(y_true, y_pred, axis=-1):
    """Pearson's correlation: the cosine between targets and predictions, each without its mean.

    Args:
        y_true: Tensor of targets.
        y_pred: Tensor of predictions of the same shape.
        axis: Int, the axis along which the series lie.

    Returns:
        Tensor without that axis; NaN where a series is constant.

    Example:

    >>> len(keras.metrics.pearson_correlation([[1.0, 2.0, 3.0]], [[2.0, 4.0, 6.0]]))
    1
    """
    y_true, y_pred = (_centered(y, axis) for y in tensor_pair(y_true, y_pred))
    lengths = ops.multiply(*(ops.sqrt(ops.sum(ops.square(y), axis=axis)) for y in (y_true, y_pred)))
    return ops.divide(ops.sum(ops.multiply(y_true, y_pred), axis=axis), lengths)


def _centered(x, axis):
    return ops.subtract(x, ops.mean(x, axis=axis, keepdims=True))


@keras_export("keras.metrics.concordance_correlation")
def concordance_correlation(y_true, y_pred, axis=-1):
    """Lin's concordance correlation: how near pairs of targets and predictions lie to the diagonal.

    Args:
        y_true: Tensor of targets.
        y_pred: Tensor of predictions of the same shape.
        axis: Int, the axis along which the series lie.

    Returns:
        Tensor without that axis.

    Reference: [Lin, 1989](https://doi.org/10.2307/2532051).

    Example:

    >>> len(keras.metrics.concordance_correlation([[1.0, 2.0, 3.0]], [[1.0, 2.0, 3.0]]))
    1
    """
    y_true, y_pred = tensor_pair(y_true, y_pred)
    shift = ops.subtract(ops.mean(y_true, axis=axis), ops.mean(y_pred, axis=axis))
    covariance = ops.mean(ops.multiply(_centered(y_true, axis), _centered(y_pred, axis)), axis=axis)
    spread = ops.add(ops.var(y_true, axis=axis), ops.var(y_pred, axis=axis))
    scale = ops.add(ops.add(spread, ops.square(shift)), backend.epsilon())
    return ops.divide(ops.multiply(2.0, covariance), scale)


@keras_export("keras.metrics.PearsonCorrelation")
class PearsonCorrelation(MeanMetricWrapper):
    """Mean of Pearson's correlation between targets and predictions.

    Args:
        name: String.
        dtype: Dtype of the metric; floatx when absent.
        axis: Int, the axis along which the series lie.

    Example:

    >>> metric = keras.metrics.PearsonCorrelation()
    >>> round(float(metric([[1.0, 2.0, 3.0]], [[2.0, 4.0, 6.0]])), 3)
    1.0
    """

    _direction = "up"

    def __init__(self, name="pearson_correlation", dtype=None, axis=-1):
        super().__init__(pearson_correlation, name=name, dtype=dtype, axis=axis)
        self.axis = axis


@keras_export("keras.metrics.ConcordanceCorrelation")
class ConcordanceCorrelation(MeanMetricWrapper):
    """Mean of Lin's concordance correlation between targets and predictions.

    Args:
        name: String.
        dtype: Dtype of the metric; floatx when absent.
        axis: Int, the axis along which the series lie.

    Example:

    >>> metric = keras.metrics.ConcordanceCorrelation()
    >>> round(float(metric([[1.0, 2.0, 3.0]], [[1.0, 2.0, 3.0]])), 3)
    1.0
    """

    _direction = "up"

    def __init__(self, name="concordance_correlation", dtype=None, axis=-1):
        super().__init__(concordance_correlation, name=name, dtype=dtype, axis=axis)
        self.axis = axis
