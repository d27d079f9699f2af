"""Intersection over union of predicted and true regions."""

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.losses.loss import weights_like
from keras.src.metrics.metric import Metric
from keras.src.utils.warning_utils import warn


def confusion_matrix(labels, predictions, num_classes, weights=None, dtype="int32"):
    """Counts, or sums of weights, of the pairs of a true and a predicted class.

    Args:
        labels: Tensor of class numbers, shape `(n,)`.
        predictions: Tensor of class numbers, shape `(n,)`.
        num_classes: Integer; pairs with another number do not count.
        weights: Optional tensor of shape `(n,)`.
        dtype: Dtype of the result.

    Returns:
        Tensor of shape `(num_classes, num_classes)`; the rows are the true classes.
    """
    labels, predictions = (ops.cast(ops.convert_to_tensor(x), "int32") for x in (labels, predictions))
    known = ops.logical_and(*(_is_below(x, num_classes) for x in (labels, predictions)))
    weights = ops.ones_like(labels, dtype=dtype) if weights is None else ops.cast(weights, dtype)
    weights = ops.where(known, weights, ops.zeros_like(weights))
    pair = ops.where(known, ops.add(ops.multiply(labels, num_classes), predictions), ops.zeros_like(labels))
    counts = ops.segment_sum(weights, pair, num_segments=num_classes**2)
    return ops.reshape(counts, (num_classes, num_classes))


def _is_below(numbers, limit):
    return ops.logical_and(ops.greater_equal(numbers, 0), ops.less(numbers, limit))


class _IoUBase(Metric):
    """A confusion matrix that is summed up over batches; `num_classes` and the like as in `IoU`."""

    def __init__(
        self,
        num_classes,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        super().__init__(name=name, dtype=dtype or "int32")
        self.num_classes = num_classes
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        self.total_cm = self.add_variable((num_classes, num_classes), "zeros", name="total_confusion_matrix")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Takes a batch into the confusion matrix.

        Args:
            y_true: True classes, a tensor of numbers, or of scores along `axis` where `sparse_y_true` is `False`.
            y_pred: Predicted classes, likewise.
            sample_weight: Optional weights, which broadcast to the classes or have their leading axes.
        """
        y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
        if not self.sparse_y_true:
            y_true = ops.argmax(y_true, axis=self.axis)
        if not self.sparse_y_pred:
            y_pred = ops.argmax(y_pred, axis=self.axis)
        weight = self._weight(y_true, sample_weight)
        if self.ignore_class is not None:
            counted = ops.not_equal(y_true, ops.cast(self.ignore_class, y_true.dtype))
            weight = ops.where(counted, weight, ops.zeros_like(weight))
        flat = (ops.reshape(x, (-1,)) for x in (y_true, y_pred, weight))
        labels, predictions, weight = flat
        matrix = confusion_matrix(labels, predictions, self.num_classes, weight, self.dtype)
        self.total_cm.accumulate(matrix)

    def _weight(self, y_true, sample_weight):
        if sample_weight is None:
            return ops.ones_like(y_true, dtype=self.dtype)
        sample_weight = ops.convert_to_tensor(sample_weight)
        if backend.is_float_dtype(sample_weight.dtype) and backend.is_int_dtype(self.dtype):
            warn(
                f"The weights of {self.name!r} are rounded towards zero, since the metric counts in {self.dtype}. "
                "Pass `dtype='float32'` to the metric to weigh by fractions.",
            )
        return weights_like(ops.cast(y_true, self.dtype), ops.cast(sample_weight, self.dtype))

    def _mean_over(self, classes):
        """Mean IoU of some classes, those left out that occur neither as targets nor as predictions."""
        matrix = ops.cast(self.total_cm, backend.floatx())
        hits = ops.diagonal(matrix)
        union = ops.subtract(ops.add(ops.sum(matrix, axis=0), ops.sum(matrix, axis=1)), hits)
        shares = ops.divide(hits, ops.add(union, backend.epsilon()))
        chosen = ops.convert_to_tensor(list(classes), dtype="int32")
        occurs = ops.cast(ops.greater(ops.take(union, chosen, axis=0), 0), shares.dtype)
        return ops.divide_no_nan(ops.sum(ops.multiply(ops.take(shares, chosen, axis=0), occurs)), ops.sum(occurs))


@keras_export("keras.metrics.IoU")
class IoU(_IoUBase):
    """Intersection over union of some classes: hits over hits, misses and false alarms; their mean.

    Args:
        num_classes: Integer.
        target_class_ids: List of the numbers of the classes that count.
        name: String.
        dtype: Dtype of the confusion matrix; int32 when absent.
        ignore_class: Optional number of a class whose targets do not count.
        sparse_y_true: Whether targets are class numbers; they are scores otherwise.
        sparse_y_pred: Whether predictions are class numbers; they are scores otherwise.
        axis: Int, the axis of scores.

    Example:

    >>> metric = keras.metrics.IoU(num_classes=2, target_class_ids=[1])
    >>> round(float(metric([0, 0, 1, 1], [0, 1, 1, 1])), 3)
    0.667
    """

    _direction = "up"

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        super().__init__(num_classes, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)
        for number in target_class_ids:
            if not 0 <= number < num_classes:
                raise ValueError(f"A target class must lie in [0, {num_classes}). Received: {number}")
        self.target_class_ids = list(target_class_ids)

    # Names of the arguments in the config.
    _arguments = ("num_classes", "target_class_ids", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis")

    def result(self):
        """Returns the mean over the target classes, a scalar tensor."""
        return self._mean_over(self.target_class_ids)

    def get_config(self):
        """Returns the constructor's arguments."""
        own = {name: getattr(self, name) for name in self._arguments}
        return {**super().get_config(), **{k: list(v) if isinstance(v, list) else v for k, v in own.items()}}


@keras_export("keras.metrics.BinaryIoU")
class BinaryIoU(IoU):
    """Intersection over union of two classes that a threshold on a score tells apart.

    Args:
        target_class_ids: Tuple of the classes that count, 0, 1 or both.
        threshold: Float; scores from it on mean class 1.
        name: String.
        dtype: Dtype of the confusion matrix; int32 when absent.

    Example:

    >>> metric = keras.metrics.BinaryIoU(target_class_ids=[1])
    >>> round(float(metric([0, 0, 1, 1], [0.1, 0.6, 0.7, 0.9])), 3)
    0.667
    """

    _arguments = ("target_class_ids", "threshold")

    def __init__(self, target_class_ids=(0, 1), threshold=0.5, name=None, dtype=None):
        super().__init__(num_classes=2, target_class_ids=target_class_ids, name=name, dtype=dtype)
        self.threshold = threshold

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Takes a batch into the confusion matrix.

        Args:
            y_true: Labels 0 and 1, a tensor.
            y_pred: Scores, a tensor of the same shape.
            sample_weight: Optional weights, which broadcast to the labels or have their leading axes.
        """
        predicted = ops.cast(ops.greater_equal(ops.convert_to_tensor(y_pred), self.threshold), "int32")
        super().update_state(y_true, predicted, sample_weight)


@keras_export("keras.metrics.MeanIoU")
class MeanIoU(IoU):
    """Intersection over union, the mean over all classes that occur.

    Args:
        num_classes: Integer.
        name: String.
        dtype: Dtype of the confusion matrix; int32 when absent.
        ignore_class: Optional number of a class whose targets do not count.
        sparse_y_true: Whether targets are class numbers; they are scores otherwise.
        sparse_y_pred: Whether predictions are class numbers; they are scores otherwise.
        axis: Int, the axis of scores.

    Example:

    >>> metric = keras.metrics.MeanIoU(num_classes=2)
    >>> round(float(metric([0, 0, 1, 1], [0, 1, 1, 1])), 3)
    0.583
    """

    _arguments = ("num_classes", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis")

    def __init__(
        self,
        num_classes,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        classes = list(range(num_classes))
        super().__init__(num_classes, classes, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)


@keras_export("keras.metrics.OneHotIoU")
class OneHotIoU(IoU):
    """Intersection over union of some classes, whose targets are one-hot.

    Args:
        num_classes: Integer.
        target_class_ids: List of the numbers of the classes that count.
        name: String.
        dtype: Dtype of the confusion matrix; int32 when absent.
        ignore_class: Optional number of a class whose targets do not count.
        sparse_y_pred: Whether predictions are class numbers; they are scores otherwise.
        axis: Int, the axis of scores.

    Example:

    >>> metric = keras.metrics.OneHotIoU(num_classes=2, target_class_ids=[1])
    >>> round(float(metric([[1, 0], [0, 1]], [[0.4, 0.6], [0.3, 0.7]])), 3)
    0.5
    """

    _arguments = ("num_classes", "target_class_ids", "ignore_class", "sparse_y_pred", "axis")

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_pred=False,
        axis=-1,
    ):
        super().__init__(num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis)


@keras_export("keras.metrics.OneHotMeanIoU")
class OneHotMeanIoU(MeanIoU):
    """Intersection over union, the mean over all classes that occur, whose targets are one-hot.

    Args:
        num_classes: Integer.
        name: String.
        dtype: Dtype of the confusion matrix; int32 when absent.
        ignore_class: Optional number of a class whose targets do not count.
        sparse_y_pred: Whether predictions are class numbers; they are scores otherwise.
        axis: Int, the axis of scores.

    Example:

    >>> metric = keras.metrics.OneHotMeanIoU(num_classes=2)
    >>> round(float(metric([[1, 0], [0, 1]], [[0.6, 0.4], [0.3, 0.7]])), 3)
    1.0
    """

    _arguments = ("num_classes", "ignore_class", "sparse_y_pred", "axis")

    def __init__(self, num_classes, name=None, dtype=None, ignore_class=None, sparse_y_pred=False, axis=-1):
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)
