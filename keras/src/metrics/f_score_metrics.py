"""F-scores: precision and recall in one number."""

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.losses.loss import weights_like
from keras.src.metrics.metric import Metric

_AVERAGES = (None, "micro", "macro", "weighted")
_SUMS = ("true_positives", "false_positives", "false_negatives", "intermediate_weights")


@keras_export("keras.metrics.FBetaScore")
class FBetaScore(Metric):
    """F-score, `(1 + beta²) precision recall / (beta² precision + recall)`.

    Args:
        average: How the scores of the classes become one: `"micro"` (of the sums over all classes), `"macro"` (the
            mean), `"weighted"` (the mean, weighed by how often a class occurs), or `None`, a score for each.
        beta: Positive float: by how much recall matters more than precision.
        threshold: Float in (0, 1]: scores above it mean that a class is predicted; the highest score does, when absent.
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> metric = keras.metrics.FBetaScore(beta=2.0, threshold=0.5)
    >>> scores = metric([[1, 0], [1, 1]], [[0.9, 0.2], [0.8, 0.7]])
    >>> [round(float(score), 3) for score in scores]
    [1.0, 1.0]
    """

    _direction = "up"

    def __init__(self, average=None, beta=1.0, threshold=None, name="fbeta_score", dtype=None):
        super().__init__(name=name, dtype=dtype)
        _check_arguments(average, beta, threshold)
        self.average = average
        self.beta = beta
        self.threshold = threshold
        self.axis = None if average == "micro" else 0
        self._built = False

    def _build(self, classes):
        shape = () if self.average == "micro" else (classes,)
        for name in _SUMS:
            setattr(self, name, self.add_variable(shape, "zeros", name=name))
        self._built = True

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Takes a batch into the score.

        Args:
            y_true: Labels 0 and 1, a tensor of shape `(batch, classes)`.
            y_pred: Scores, a tensor of the same shape.
            sample_weight: Optional weights, which broadcast to the labels or have their leading axes.
        """
        y_true, y_pred = (ops.convert_to_tensor(y, dtype=self.dtype) for y in (y_true, y_pred))
        _check_shapes(y_true, y_pred)
        if not self._built:
            self._build(y_true.shape[-1])
        predicted = ops.cast(self._is_predicted(y_pred), self.dtype)
        weight = weights_like(y_true, sample_weight)
        parts = (
            ops.multiply(y_true, predicted),
            ops.multiply(ops.subtract(1.0, y_true), predicted),
            ops.multiply(y_true, ops.subtract(1.0, predicted)),
            y_true,
        )
        for name, part in zip(_SUMS, parts):
            getattr(self, name).accumulate(ops.sum(ops.multiply(part, weight), axis=self.axis))

    def _is_predicted(self, y_pred):
        if self.threshold is not None:
            return ops.greater(y_pred, self.threshold)
        # A row of zeros predicts nothing.
        highest = ops.max(y_pred, axis=-1, keepdims=True)
        return ops.logical_and(ops.greater_equal(y_pred, highest), ops.greater(ops.abs(y_pred), 1e-9))

    def result(self):
        """Returns the score, a scalar tensor, or one for each class; 0 before there are labels."""
        if not self._built:
            return ops.zeros((), dtype=self.dtype)
        precision = _share(self.true_positives, self.false_positives)
        recall = _share(self.true_positives, self.false_negatives)
        square = self.beta**2
        scale = ops.add(ops.add(ops.multiply(square, precision), recall), backend.epsilon())
        scores = ops.divide(ops.multiply(1.0 + square, ops.multiply(precision, recall)), scale)
        if self.average == "weighted":
            occurrences = self.intermediate_weights
            shares = ops.divide(occurrences, ops.add(ops.sum(occurrences), backend.epsilon()))
            return ops.sum(ops.multiply(scores, shares))
        return scores if self.average is None else ops.mean(scores, axis=self.axis)

    def get_config(self):
        """Returns the constructor's arguments."""
        own = {"average": self.average, "beta": self.beta, "threshold": self.threshold}
        return {**super().get_config(), **own}


def _share(hits, misses):
    return ops.divide(hits, ops.add(ops.add(hits, misses), backend.epsilon()))


def _check_arguments(average, beta, threshold):
    if average not in _AVERAGES:
        raise ValueError(f"`average` must be one of {_AVERAGES}. Received: average={average!r}")
    if not isinstance(beta, float) or beta <= 0:
        raise ValueError(f"`beta` must be a positive float. Received: beta={beta!r}")
    if threshold is not None and (not isinstance(threshold, float) or not 0 < threshold <= 1):
        raise ValueError(f"`threshold` must be a float in (0, 1], or None. Received: threshold={threshold!r}")


def _check_shapes(y_true, y_pred):
    shapes = tuple(y_true.shape), tuple(y_pred.shape)
    if len(shapes[0]) != 2 or len(shapes[1]) != 2 or shapes[0][1] is None or shapes[0][1] != shapes[1][1]:
        raise ValueError(
            "F-scores take labels and predictions of shape (batch, classes). "
            f"Received: y_true of shape {shapes[0]} and y_pred of shape {shapes[1]}"
        )


@keras_export("keras.metrics.F1Score")
class F1Score(FBetaScore):
    """Harmonic mean of precision and recall.

    Args:
        average: How the scores of the classes become one, see `keras.metrics.FBetaScore`.
        threshold: Float in (0, 1]: scores above it mean that a class is predicted; the highest score does, when absent.
        name: String.
        dtype: Dtype of the metric; floatx when absent.

    Example:

    >>> metric = keras.metrics.F1Score(average="macro", threshold=0.5)
    >>> round(float(metric([[1, 0], [1, 1]], [[0.9, 0.2], [0.8, 0.7]])), 3)
    1.0
    """

    def __init__(self, average=None, threshold=None, name="f1_score", dtype=None):
        super().__init__(average=average, beta=1.0, threshold=threshold, name=name, dtype=dtype)

    def get_config(self):
        """Returns the constructor's arguments."""
        return {key: value for key, value in super().get_config().items() if key != "beta"}
