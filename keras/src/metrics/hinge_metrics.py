"""Metrics of margins."""

from keras.src import losses
from keras.src.api_export import keras_export
from keras.src.metrics.reduction_metrics import MeanMetricWrapper


@keras_export("keras.metrics.Hinge")
class Hinge(MeanMetricWrapper):
    """Mean of `max(0, 1 - y_true * y_pred)`.

    Args:
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> float(keras.metrics.Hinge()([[-1.0, 1.0]], [[0.5, 2.0]]))
    0.75
    """

    def __init__(self, name="hinge", dtype=None):
        super().__init__(losses.hinge, name=name, dtype=dtype)


@keras_export("keras.metrics.SquaredHinge")
class SquaredHinge(MeanMetricWrapper):
    """Mean of `max(0, 1 - y_true * y_pred)²`.

    Args:
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> float(keras.metrics.SquaredHinge()([[-1.0, 1.0]], [[0.0, 2.0]]))
    0.5
    """

    def __init__(self, name="squared_hinge", dtype=None):
        super().__init__(losses.squared_hinge, name=name, dtype=dtype)


@keras_export("keras.metrics.CategoricalHinge")
class CategoricalHinge(MeanMetricWrapper):
    """How far the highest score of a wrong class comes within one of the score of the true class.

    Args:
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> float(keras.metrics.CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]]))
    0.5
    """

    def __init__(self, name="categorical_hinge", dtype=None):
        super().__init__(losses.categorical_hinge, name=name, dtype=dtype)
