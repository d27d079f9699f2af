"""Metrics of classifiers with thresholds: counts, precision and recall, a rate where another is high enough."""

from keras.src import initializers, ops
from keras.src.api_export import keras_export
from keras.src.metrics import confusion
from keras.src.metrics.auc_metrics import AUC
from keras.src.metrics.metric import Metric
from keras.src.utils.family_docs import with_arguments_of_family

__all__ = ["AUC"]


def _plain(thresholds):
    return list(thresholds) if isinstance(thresholds, (list, tuple)) else thresholds


class _ConfusionMatrixConditionCount(Metric):
    """The sum of one of the four counts.

    Args:
        thresholds: Float, or list of floats: scores above count as positive predictions; 0.5 when absent.
        name: String.
        dtype: Dtype of the count; floatx when absent.
    """

    _counted = None

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.__doc__ = with_arguments_of_family(cls)

    def __init__(self, thresholds=None, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.thresholds = confusion.checked_thresholds(thresholds, 0.5)
        self._limits = confusion.Thresholds(self.thresholds)
        self.accumulator = self.add_variable((len(self.thresholds),), initializers.Zeros(), name="accumulator")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds the count of a batch.

        Args:
            y_true: Labels 0 and 1, a tensor.
            y_pred: Scores in [0, 1], a tensor of the same shape.
            sample_weight: Optional weights, which broadcast to the labels or have their leading axes.
        """
        counts = confusion.count(y_true, y_pred, self._limits, sample_weight, self.dtype)
        self.accumulator.accumulate(counts[self._counted])

    def result(self):
        """Returns the count, a scalar tensor, or one for each of several thresholds."""
        return _single(self.accumulator.value)

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "thresholds": _plain(self.init_thresholds)}


def _single(values):
    return values[0] if values.shape[0] == 1 else values


@keras_export("keras.metrics.FalsePositives")
class FalsePositives(_ConfusionMatrixConditionCount):
    """Number of samples predicted to be positive that are not.

    Example:

    >>> float(keras.metrics.FalsePositives()([0, 1, 0], [0.8, 0.9, 0.1]))
    1.0
    """

    _counted = "false_positives"


@keras_export("keras.metrics.FalseNegatives")
class FalseNegatives(_ConfusionMatrixConditionCount):
    """Number of positive samples predicted not to be.

    Example:

    >>> float(keras.metrics.FalseNegatives()([1, 1, 0], [0.2, 0.9, 0.1]))
    1.0
    """

    _counted = "false_negatives"


@keras_export("keras.metrics.TrueNegatives")
class TrueNegatives(_ConfusionMatrixConditionCount):
    """Number of negative samples predicted to be negative.

    Example:

    >>> float(keras.metrics.TrueNegatives()([1, 1, 0], [0.2, 0.9, 0.1]))
    1.0
    """

    _counted = "true_negatives"


@keras_export("keras.metrics.TruePositives")
class TruePositives(_ConfusionMatrixConditionCount):
    """Number of positive samples predicted to be positive.

    Example:

    >>> float(keras.metrics.TruePositives()([1, 1, 0], [0.2, 0.9, 0.1]))
    1.0
    """

    _counted = "true_positives"


class _HitRate(Metric):
    """True positives as a share of them and of another count; the arguments are those of `Precision`."""

    _direction = "up"
    _others = None

    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.top_k = top_k
        self.class_id = class_id
        # With `top_k` alone all of the highest scores are positive, however low they are.
        default = 0.5 if top_k is None else confusion.NEVER
        self.thresholds = confusion.checked_thresholds(thresholds, default)
        self._limits = confusion.Thresholds(self.thresholds)
        for name in ("true_positives", self._others):
            setattr(self, name, self.add_variable((len(self.thresholds),), initializers.Zeros(), name=name))

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Takes a batch into the rate.

        Args:
            y_true: Labels 0 and 1, a tensor.
            y_pred: Scores in [0, 1], a tensor of the same shape.
            sample_weight: Optional weights, which broadcast to the labels or have their leading axes.
        """
        counts = confusion.count(
            y_true, y_pred, self._limits, sample_weight, self.dtype, top_k=self.top_k, class_id=self.class_id
        )
        for name in ("true_positives", self._others):
            getattr(self, name).accumulate(counts[name])

    def result(self):
        """Returns the rate, a scalar tensor, or one for each of several thresholds; 0 where nothing was counted."""
        hits, others = self.true_positives.value, getattr(self, self._others).value
        return _single(ops.divide_no_nan(hits, ops.add(hits, others)))

    def get_config(self):
        """Returns the constructor's arguments."""
        own = {"thresholds": _plain(self.init_thresholds), "top_k": self.top_k, "class_id": self.class_id}
        return {**super().get_config(), **own}


@keras_export("keras.metrics.Precision")
class Precision(_HitRate):
    """Share of the positive predictions that are right.

    Args:
        thresholds: Float, or list of floats: scores above count as positive predictions; 0.5 when absent.
        top_k: Optional integer: only the so many highest scores of a sample can be positive predictions.
        class_id: Optional integer, the only class that counts.
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> float(keras.metrics.Precision()([0, 1, 1, 1], [0.8, 0.9, 0.1, 0.2]))
    0.5
    """

    _others = "false_positives"


@keras_export("keras.metrics.Recall")
class Recall(_HitRate):
    """Share of the positive samples that are predicted to be positive.

    Args:
        thresholds: Float, or list of floats: scores above count as positive predictions; 0.5 when absent.
        top_k: Optional integer: only the so many highest scores of a sample can be positive predictions.
        class_id: Optional integer, the only class that counts.
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> float(keras.metrics.Recall()([0, 1, 1, 0], [0.8, 0.9, 0.1, 0.2]))
    0.5
    """

    _others = "false_negatives"


class SensitivitySpecificityBase(Metric):
    """The best of one rate at the thresholds where another is high enough.

    Args:
        value: Float in [0, 1], what the other rate must reach.
        num_thresholds: Integer, how many thresholds are tried.
        class_id: Optional integer, the only class that counts.
        name: String.
        dtype: Dtype of the metric; floatx when absent.
    """

    _direction = "up"
    # Name of the argument for `value`; the rate that must reach it; the rate that is the result.
    _argument = _given = _wanted = None

    def __init__(self, value, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        if not 0 <= value <= 1:
            raise ValueError(f"`{self._argument}` must lie in [0, 1]. Received: {self._argument}={value}")
        if num_thresholds <= 0:
            raise ValueError(f"`num_thresholds` must be positive. Received: num_thresholds={num_thresholds}")
        confusion.check_number(num_thresholds)
        self.value = value
        self.class_id = class_id
        self.num_thresholds = num_thresholds
        setattr(self, self._argument, value)
        self.thresholds = [0.5] if num_thresholds == 1 else [i / (num_thresholds - 1) for i in range(num_thresholds)]
        self._limits = confusion.Thresholds(self.thresholds)
        for name in confusion.COUNTS:
            setattr(self, name, self.add_variable((num_thresholds,), initializers.Zeros(), name=name))

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Takes a batch into the rates.

        Args:
            y_true: Labels 0 and 1, a tensor.
            y_pred: Scores in [0, 1], a tensor of the same shape.
            sample_weight: Optional weights, which broadcast to the labels or have their leading axes.
        """
        counts = confusion.count(y_true, y_pred, self._limits, sample_weight, self.dtype, class_id=self.class_id)
        for name, sums in counts.items():
            getattr(self, name).accumulate(sums)

    def _rate(self, hits, others):
        hits, others = getattr(self, hits).value, getattr(self, others).value
        return ops.divide_no_nan(hits, ops.add(hits, others))

    def result(self):
        """Returns the best rate, a scalar tensor; 0 where no threshold will do."""
        wanted = self._rate(*self._wanted)
        is_enough = ops.greater_equal(self._rate(*self._given), self.value)
        return ops.max(ops.where(is_enough, wanted, ops.zeros_like(wanted)))

    def get_config(self):
        """Returns the constructor's arguments."""
        own = {"num_thresholds": self.num_thresholds, self._argument: self.value, "class_id": self.class_id}
        return {**super().get_config(), **own}


_SENSITIVITY = _RECALL = ("true_positives", "false_negatives")
_SPECIFICITY = ("true_negatives", "false_positives")
_PRECISION = ("true_positives", "false_positives")


@keras_export("keras.metrics.SensitivityAtSpecificity")
class SensitivityAtSpecificity(SensitivitySpecificityBase):
    """Best sensitivity, the share of positives that are found, where specificity is high enough.

    Args:
        specificity: Float in [0, 1].
        num_thresholds: Integer, how many thresholds are tried.
        class_id: Optional integer, the only class that counts.
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> metric = keras.metrics.SensitivityAtSpecificity(0.5)
    >>> float(metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]))
    0.5
    """

    _argument, _given, _wanted = "specificity", _SPECIFICITY, _SENSITIVITY

    def __init__(self, specificity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(specificity, num_thresholds, class_id, name, dtype)


@keras_export("keras.metrics.SpecificityAtSensitivity")
class SpecificityAtSensitivity(SensitivitySpecificityBase):
    """Best specificity, the share of negatives that are recognized, where sensitivity is high enough.

    Args:
        sensitivity: Float in [0, 1].
        num_thresholds: Integer, how many thresholds are tried.
        class_id: Optional integer, the only class that counts.
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> metric = keras.metrics.SpecificityAtSensitivity(0.5)
    >>> round(float(metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8])), 3)
    0.667
    """

    _argument, _given, _wanted = "sensitivity", _SENSITIVITY, _SPECIFICITY

    def __init__(self, sensitivity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)


@keras_export("keras.metrics.PrecisionAtRecall")
class PrecisionAtRecall(SensitivitySpecificityBase):
    """Best precision where recall is high enough.

    Args:
        recall: Float in [0, 1].
        num_thresholds: Integer, how many thresholds are tried.
        class_id: Optional integer, the only class that counts.
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> metric = keras.metrics.PrecisionAtRecall(0.5)
    >>> float(metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]))
    0.5
    """

    _argument, _given, _wanted = "recall", _RECALL, _PRECISION

    def __init__(self, recall, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(recall, num_thresholds, class_id, name, dtype)


@keras_export("keras.metrics.RecallAtPrecision")
class RecallAtPrecision(SensitivitySpecificityBase):
    """Best recall where precision is high enough.

    Args:
        precision: Float in [0, 1].
        num_thresholds: Integer, how many thresholds are tried.
        class_id: Optional integer, the only class that counts.
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> metric = keras.metrics.RecallAtPrecision(0.8)
    >>> float(metric([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]))
    0.5
    """

    _argument, _given, _wanted = "precision", _PRECISION, _RECALL

    def __init__(self, precision, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(precision, num_thresholds, class_id, name, dtype)
