"""Metrics: what training and evaluation report."""

from keras.src.api_export import keras_export
from keras.src.metrics.accuracy_metrics import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
)
from keras.src.metrics.auc_metrics import AUC
from keras.src.metrics.confusion_metrics import (
    FalseNegatives,
    FalsePositives,
    Precision,
    PrecisionAtRecall,
    Recall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
    TrueNegatives,
    TruePositives,
)
from keras.src.metrics.correlation_metrics import ConcordanceCorrelation, PearsonCorrelation
from keras.src.metrics.f_score_metrics import F1Score, FBetaScore
from keras.src.metrics.hinge_metrics import CategoricalHinge, Hinge, SquaredHinge
from keras.src.metrics.iou_metrics import BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU
from keras.src.metrics.metric import Metric
from keras.src.metrics.probabilistic_metrics import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
)
from keras.src.metrics.reduction_metrics import Mean, MeanMetricWrapper, Sum
from keras.src.metrics.regression_metrics import (
    CosineSimilarity,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    R2Score,
    RootMeanSquaredError,
)
from keras.src.saving.registry import Registry

__all__ = ["Metric", "deserialize", "get", "serialize"]

MEMBERS = (
    AUC,
    Accuracy,
    BinaryAccuracy,
    BinaryCrossentropy,
    BinaryIoU,
    CategoricalAccuracy,
    CategoricalCrossentropy,
    CategoricalHinge,
    ConcordanceCorrelation,
    CosineSimilarity,
    F1Score,
    FBetaScore,
    FalseNegatives,
    FalsePositives,
    Hinge,
    IoU,
    KLDivergence,
    LogCoshError,
    Mean,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanIoU,
    MeanMetricWrapper,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    OneHotIoU,
    OneHotMeanIoU,
    PearsonCorrelation,
    Poisson,
    Precision,
    PrecisionAtRecall,
    R2Score,
    Recall,
    RecallAtPrecision,
    RootMeanSquaredError,
    SensitivityAtSpecificity,
    SparseCategoricalAccuracy,
    SparseCategoricalCrossentropy,
    SparseTopKCategoricalAccuracy,
    SpecificityAtSensitivity,
    SquaredHinge,
    Sum,
    TopKCategoricalAccuracy,
    TrueNegatives,
    TruePositives,
)
_SHORT_NAMES = {
    "bce": BinaryCrossentropy,
    "mae": MeanAbsoluteError,
    "mape": MeanAbsolutePercentageError,
    "mse": MeanSquaredError,
    "msle": MeanSquaredLogarithmicError,
}
REGISTRY = Registry(
    "metric",
    MEMBERS,
    aliases={
        **_SHORT_NAMES,
        **{k.upper(): v for k, v in _SHORT_NAMES.items()},
        # Whose names in snake case have digits and capitals in the wrong place.
        "f1_score": F1Score,
        "r2_score": R2Score,
        "top_k_categorical_accuracy": TopKCategoricalAccuracy,
        "sparse_top_k_categorical_accuracy": SparseTopKCategoricalAccuracy,
    },
)


@keras_export("keras.metrics.serialize")
def serialize(metric):
    """Describes a metric by plain values.

    Args:
        metric: A `Metric` or a function.

    Returns:
        A config.

    Example:

    >>> keras.metrics.serialize(keras.metrics.AUC())["class_name"]
    'AUC'
    """
    return REGISTRY.serialize(metric)


@keras_export("keras.metrics.deserialize")
def deserialize(config, custom_objects=None):
    """Builds a metric from its config.

    Args:
        config: What `serialize` returned, or a name.
        custom_objects: Optional dict of name → class or function.

    Returns:
        A `Metric`, or a function.

    Example:

    >>> keras.metrics.deserialize({"class_name": "Mean", "config": {"name": "average"}}).name
    'average'
    """
    return REGISTRY.deserialize(config, custom_objects)


@keras_export("keras.metrics.get")
def get(identifier):
    """Turns a name, config, class, metric, function or None into a metric.

    Args:
        identifier: For example `"mse"`, `"accuracy"` or `keras.metrics.AUC`.

    Returns:
        A `Metric`, or a function; None for None.

    Raises:
        ValueError: The name is unknown, or the identifier is of no such type.

    Example:

    >>> keras.metrics.get("mse").name
    'mean_squared_error'
    """
    return REGISTRY.get(identifier)
