"""Metrics of distributions."""

from keras.src import losses
from keras.src.api_export import keras_export
from keras.src.losses.probabilistic import mask_without_class
from keras.src.metrics.reduction_metrics import LabelMetric, MeanMetricWrapper


@keras_export("keras.metrics.KLDivergence")
class KLDivergence(MeanMetricWrapper):
    """Kullback–Leibler divergence of predicted distributions from the targets.

    Args:
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> float(keras.metrics.KLDivergence()([[0.5, 0.5]], [[0.5, 0.5]]))
    0.0
    """

    def __init__(self, name="kl_divergence", dtype=None):
        super().__init__(losses.kl_divergence, name=name, dtype=dtype)


@keras_export("keras.metrics.Poisson")
class Poisson(MeanMetricWrapper):
    """Negative log-likelihood of counts under predicted Poisson rates, but for a constant.

    Args:
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> round(float(keras.metrics.Poisson()([[2.0]], [[1.0]])), 3)
    1.0
    """

    def __init__(self, name="poisson", dtype=None):
        super().__init__(losses.poisson, name=name, dtype=dtype)


@keras_export("keras.metrics.BinaryCrossentropy")
class BinaryCrossentropy(MeanMetricWrapper):
    """Cross-entropy between labels 0 and 1 and predicted probabilities.

    Args:
        name: String.
        dtype: Dtype of the metric; floatx when absent.
        from_logits: Whether predictions are logits.
        label_smoothing: Float in [0, 1]: how far labels are drawn towards 0.5.

    Example:

    >>> float(keras.metrics.BinaryCrossentropy(from_logits=True)([[1.0]], [[0.0]]))  # log(2)
    0.6931...
    """

    def __init__(self, name="binary_crossentropy", dtype=None, from_logits=False, label_smoothing=0):
        arguments = {"from_logits": from_logits, "label_smoothing": label_smoothing}
        super().__init__(losses.binary_crossentropy, name=name, dtype=dtype, **arguments)
        self.__dict__.update(arguments)


@keras_export("keras.metrics.CategoricalCrossentropy")
class CategoricalCrossentropy(MeanMetricWrapper):
    """Cross-entropy between one-hot labels and predicted probabilities.

    Args:
        name: String.
        dtype: Dtype of the metric; floatx when absent.
        from_logits: Whether predictions are logits.
        label_smoothing: Float in [0, 1]: how far labels are drawn towards the uniform distribution.
        axis: Int, the axis of the classes.

    Example:

    >>> float(keras.metrics.CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]]))  # log(2)
    0.6931...
    """

    def __init__(self, name="categorical_crossentropy", dtype=None, from_logits=False, label_smoothing=0, axis=-1):
        arguments = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(losses.categorical_crossentropy, name=name, dtype=dtype, **arguments)
        self.__dict__.update(arguments)


@keras_export("keras.metrics.SparseCategoricalCrossentropy")
class SparseCategoricalCrossentropy(LabelMetric):
    """Cross-entropy between class numbers and predicted probabilities.

    Args:
        name: String.
        dtype: Dtype of the metric; floatx when absent.
        from_logits: Whether predictions are logits.
        ignore_class: Optional class number; samples of that class have a value of 0. It counts in the mean, unless there
            are sample weights.
        axis: Int, the axis of the classes.

    Example:

    >>> float(keras.metrics.SparseCategoricalCrossentropy()([1], [[0.5, 0.5]]))  # log(2)
    0.6931...
    """

    def __init__(
        self, name="sparse_categorical_crossentropy", dtype=None, from_logits=False, ignore_class=None, axis=-1
    ):
        arguments = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(losses.sparse_categorical_crossentropy, name=name, dtype=dtype, **arguments)
        self.__dict__.update(arguments)

    def _mask(self, y_true, y_pred, sample_weight):
        mask = super()._mask(y_true, y_pred, sample_weight)
        return mask if sample_weight is None else mask_without_class(mask, y_true, y_pred, self.ignore_class)
