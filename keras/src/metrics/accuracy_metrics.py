"""Accuracies: how often predictions are right."""

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.losses.loss import align_ranks
from keras.src.metrics.reduction_metrics import AlignedMetric, LabelMetric, MeanMetricWrapper


def _as_share(hits):
    return ops.cast(hits, backend.floatx())


def accuracy(y_true, y_pred):
    """1 where targets and predictions are equal, 0 elsewhere."""
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.convert_to_tensor(y_true, dtype=backend.standardize_dtype(y_pred.dtype))
    return _as_share(ops.equal(*align_ranks(y_true, y_pred)))


@keras_export("keras.metrics.binary_accuracy")
def binary_accuracy(y_true, y_pred, threshold=0.5):
    """1 where predicted probabilities lie on the side of the threshold that the label is on, 0 elsewhere.

    Args:
        y_true: Tensor of labels 0 and 1.
        y_pred: Tensor of probabilities of the same shape.
        threshold: Float; what lies above it means 1.

    Returns:
        Tensor of the same shape.

    Example:

    >>> [float(x) for x in keras.metrics.binary_accuracy([1.0, 0.0], [0.7, 0.6])]
    [1.0, 0.0]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.convert_to_tensor(y_true, dtype=backend.standardize_dtype(y_pred.dtype))
    y_true, y_pred = align_ranks(y_true, y_pred)
    return _as_share(ops.equal(y_true, ops.cast(ops.greater(y_pred, threshold), y_true.dtype)))


@keras_export("keras.metrics.categorical_accuracy")
def categorical_accuracy(y_true, y_pred):
    """1 where the most probable class is the true one, 0 elsewhere.

    Args:
        y_true: Tensor of one-hot labels, shape `(..., classes)`.
        y_pred: Tensor of scores of the same shape.

    Returns:
        Tensor of shape `(...,)`.

    Example:

    >>> float(keras.metrics.categorical_accuracy([[0.0, 1.0]], [[0.2, 0.8]])[0])
    1.0
    """
    return sparse_categorical_accuracy(ops.argmax(ops.convert_to_tensor(y_true), axis=-1), y_pred)


@keras_export("keras.metrics.sparse_categorical_accuracy")
def sparse_categorical_accuracy(y_true, y_pred):
    """1 where the most probable class is the true one, 0 elsewhere.

    Args:
        y_true: Tensor of class numbers, shape `(...,)` or `(..., 1)`.
        y_pred: Tensor of scores, shape `(..., classes)`.

    Returns:
        Tensor of shape `(...,)`.

    Example:

    >>> float(keras.metrics.sparse_categorical_accuracy([1], [[0.2, 0.8]])[0])
    1.0
    """
    y_true, y_pred = _labels(y_true, y_pred)
    return _as_share(ops.equal(y_true, ops.cast(ops.argmax(y_pred, axis=-1), y_true.dtype)))


def _labels(y_true, y_pred):
    """Class numbers without a last axis of size one, and the predictions."""
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, axis=-1)
    return y_true, y_pred


@keras_export("keras.metrics.top_k_categorical_accuracy")
def top_k_categorical_accuracy(y_true, y_pred, k=5):
    """1 where the true class is among the `k` most probable ones, 0 elsewhere.

    Args:
        y_true: Tensor of one-hot labels, shape `(..., classes)`.
        y_pred: Tensor of scores of the same shape.
        k: Integer.

    Returns:
        Tensor of shape `(...,)`.

    Example:

    >>> float(keras.metrics.top_k_categorical_accuracy([[0.0, 1.0, 0.0]], [[0.5, 0.3, 0.2]], k=2)[0])
    1.0
    """
    return sparse_top_k_categorical_accuracy(ops.argmax(ops.convert_to_tensor(y_true), axis=-1), y_pred, k=k)


@keras_export("keras.metrics.sparse_top_k_categorical_accuracy")
def sparse_top_k_categorical_accuracy(y_true, y_pred, k=5, from_sorted_ids=False):
    """1 where the true class is among the `k` most probable ones, 0 elsewhere.

    Args:
        y_true: Tensor of class numbers, shape `(...,)` or `(..., 1)`.
        y_pred: Tensor of scores, shape `(..., classes)`.
        k: Integer.
        from_sorted_ids: Whether `y_pred` holds the class numbers themselves, the most probable first.

    Returns:
        Tensor of shape `(...,)`.

    Example:

    >>> float(keras.metrics.sparse_top_k_categorical_accuracy([1], [[0.5, 0.3, 0.2]], k=2)[0])
    1.0
    """
    y_true, y_pred = _labels(y_true, y_pred)
    if from_sorted_ids:
        first = ops.cast(y_pred[..., :k], y_true.dtype)
        return _as_share(ops.any(ops.equal(ops.expand_dims(y_true, -1), first), axis=-1))
    flat = ops.reshape(y_pred, (-1, y_pred.shape[-1]))
    hits = ops.in_top_k(ops.reshape(ops.cast(y_true, "int32"), (-1,)), flat, k=k)
    return ops.reshape(_as_share(hits), ops.shape(y_true))


@keras_export("keras.metrics.Accuracy")
class Accuracy(AlignedMetric):
    """How often predictions equal targets.

    Args:
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> float(keras.metrics.Accuracy()([1, 2, 3, 4], [1, 2, 3, 0]))
    0.75
    """

    _direction = "up"

    def __init__(self, name="accuracy", dtype=None):
        super().__init__(accuracy, name=name, dtype=dtype)


@keras_export("keras.metrics.BinaryAccuracy")
class BinaryAccuracy(MeanMetricWrapper):
    """How often predicted probabilities lie on the right side of a threshold.

    Args:
        name: String.
        dtype: Dtype of the metric; floatx when absent.
        threshold: Float; what lies above it means 1.

    Example:

    >>> float(keras.metrics.BinaryAccuracy()([1.0, 0.0], [0.7, 0.6]))
    0.5
    """

    _direction = "up"

    def __init__(self, name="binary_accuracy", dtype=None, threshold=0.5):
        super().__init__(binary_accuracy, name=name, dtype=dtype, threshold=threshold)
        self.threshold = threshold


@keras_export("keras.metrics.CategoricalAccuracy")
class CategoricalAccuracy(MeanMetricWrapper):
    """How often the most probable class is the true one, which is one-hot.

    Args:
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> float(keras.metrics.CategoricalAccuracy()([[0.0, 1.0]], [[0.2, 0.8]]))
    1.0
    """

    _direction = "up"

    def __init__(self, name="categorical_accuracy", dtype=None):
        super().__init__(categorical_accuracy, name=name, dtype=dtype)


@keras_export("keras.metrics.SparseCategoricalAccuracy")
class SparseCategoricalAccuracy(LabelMetric):
    """How often the most probable class is the true one, which is a number.

    Args:
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> float(keras.metrics.SparseCategoricalAccuracy()([1, 0], [[0.2, 0.8], [0.2, 0.8]]))
    0.5
    """

    _direction = "up"

    def __init__(self, name="sparse_categorical_accuracy", dtype=None):
        super().__init__(sparse_categorical_accuracy, name=name, dtype=dtype)


@keras_export("keras.metrics.TopKCategoricalAccuracy")
class TopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the true class, which is one-hot, is among the most probable ones.

    Args:
        k: Integer, how many classes count as most probable.
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> float(keras.metrics.TopKCategoricalAccuracy(k=2)([[0.0, 1.0, 0.0]], [[0.5, 0.3, 0.2]]))
    1.0
    """

    _direction = "up"

    def __init__(self, k=5, name="top_k_categorical_accuracy", dtype=None):
        super().__init__(top_k_categorical_accuracy, name=name, dtype=dtype, k=k)
        self.k = k


@keras_export("keras.metrics.SparseTopKCategoricalAccuracy")
class SparseTopKCategoricalAccuracy(LabelMetric):
    """How often the true class, which is a number, is among the most probable ones.

    Args:
        k: Integer, how many classes count as most probable.
        name: String.
        dtype: Dtype of the metric; floatx when absent.
        from_sorted_ids: Whether predictions are the class numbers themselves, the most probable first.

    Example:

    >>> float(keras.metrics.SparseTopKCategoricalAccuracy(k=2)([1], [[0.5, 0.3, 0.2]]))
    1.0
    """

    _direction = "up"
    _silent_defaults = {"from_sorted_ids": False}

    def __init__(self, k=5, name="sparse_top_k_categorical_accuracy", dtype=None, from_sorted_ids=False):
        super().__init__(
            sparse_top_k_categorical_accuracy, name=name, dtype=dtype, k=k, from_sorted_ids=from_sorted_ids
        )
        self.k = k
        self.from_sorted_ids = from_sorted_ids
