"""Area under curves over all thresholds."""

from keras.src import backend, initializers, ops
from keras.src.api_export import keras_export
from keras.src.metrics import confusion
from keras.src.metrics.metric import Metric

_CURVES = {"ROC": "ROC", "roc": "ROC", "PR": "PR", "pr": "PR", "PRGAIN": "PRGAIN", "prgain": "PRGAIN"}
_SUMMATIONS = ("interpolation", "majoring", "minoring")


@keras_export("keras.metrics.AUC")
class AUC(Metric):
    """Area under the ROC, precision-recall or precision-recall-gain curve, summed up over thresholds.

    Args:
        num_thresholds: Integer greater than 1: the thresholds lie evenly in [0, 1], and just outside of its ends.
        curve: `"ROC"`, `"PR"` or `"PRGAIN"`.
        summation_method: `"interpolation"` (between points, by trapezes or, for precision and recall, along the curve
            between them), `"minoring"` or `"majoring"` (the lower or the higher of the points).
        name: String.
        dtype: Dtype of the metric; floatx when absent.
        thresholds: Optional list of floats in [0, 1], in place of `num_thresholds`.
        multi_label: Whether the labels along the last axis have a curve each; the result is their mean.
        num_labels: Integer, the number of labels, where variables are wanted before the first batch.
        label_weights: Optional list of floats: weights of the labels in the mean; otherwise, without `multi_label`, of
            samples by label.
        from_logits: Whether predictions are logits.

    Reference: [Davis and Goadrich, 2006](https://www.biostat.wisc.edu/~page/rocpr.pdf) on interpolation of precision;
    [Flach and Kull, 2015](https://papers.nips.cc/paper/2015/hash/33e8075e9970de0cfea955afd4644bb2) on gains.

    Example:

    >>> metric = keras.metrics.AUC(num_thresholds=3)
    >>> round(float(metric([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9])), 3)
    0.75
    """

    _direction = "up"

    def __init__(
        self,
        num_thresholds=200,
        curve="ROC",
        summation_method="interpolation",
        name=None,
        dtype=None,
        thresholds=None,
        multi_label=False,
        num_labels=None,
        label_weights=None,
        from_logits=False,
    ):
        super().__init__(name=name, dtype=dtype)
        if curve not in _CURVES:
            raise ValueError(f'`curve` must be one of "ROC", "PR" and "PRGAIN". Received: curve={curve!r}')
        if summation_method not in _SUMMATIONS:
            raise ValueError(f"`summation_method` must be one of {_SUMMATIONS}. Received: {summation_method!r}")
        self.curve = _CURVES[curve]
        self.summation_method = summation_method
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = None if label_weights is None else [float(weight) for weight in label_weights]
        self._from_logits = from_logits
        self._init_from_thresholds = thresholds is not None
        self._set_thresholds(num_thresholds, thresholds)
        self._built = False
        if not multi_label or num_labels:
            self._build(num_labels)

    def _set_thresholds(self, number, thresholds):
        if thresholds is not None:
            inner = sorted(confusion.checked_thresholds(thresholds, None))
        elif number <= 1:
            raise ValueError(f"`num_thresholds` must be an integer greater than 1. Received: {number}")
        else:
            confusion.check_number(number)
            inner = [i / (number - 1) for i in range(1, number - 1)]
        self.num_thresholds = len(inner) + 2
        # Scores of 0 and 1 lie between the outermost two.
        self._limits = confusion.Thresholds([-backend.epsilon(), *inner, 1.0 + backend.epsilon()])

    @property
    def thresholds(self):
        """List of the thresholds."""
        return self._limits.values.tolist()

    def _build(self, labels=None):
        shape = (self.num_thresholds, labels) if self.multi_label else (self.num_thresholds,)
        for name in confusion.COUNTS:
            setattr(self, name, self.add_variable(shape, initializers.Zeros(), name=name))
        self._built = True

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Takes a batch into the curve.

        Args:
            y_true: Labels 0 and 1, a tensor.
            y_pred: Scores in [0, 1], or logits, a tensor of the same shape.
            sample_weight: Optional weights, which broadcast to the labels or have their leading axes.
        """
        y_pred = ops.convert_to_tensor(y_pred, dtype=self.dtype)
        if self._from_logits:
            y_pred = ops.sigmoid(y_pred)
        if self.multi_label:
            self._check_labels(y_pred)
        weights = [w for w in (sample_weight, None if self.multi_label else self.label_weights) if w is not None]
        if len(weights) == 2:
            by_sample = ops.convert_to_tensor(sample_weight, dtype=self.dtype)
            by_sample = ops.reshape(by_sample, (-1, 1)) if len(by_sample.shape) == 1 else by_sample
            weights = [ops.multiply(by_sample, ops.convert_to_tensor(self.label_weights, dtype=self.dtype))]
        elif weights and weights[0] is self.label_weights:
            weights = [ops.broadcast_to(ops.convert_to_tensor(self.label_weights, self.dtype), ops.shape(y_pred))]
        counts = confusion.count(
            y_true,
            y_pred,
            self._limits,
            weights[0] if weights else None,
            self.dtype,
            per_label=self.multi_label,
        )
        for name, sums in counts.items():
            getattr(self, name).accumulate(sums)

    def _check_labels(self, y_pred):
        labels = y_pred.shape[-1]
        if len(y_pred.shape) != 2 or (self.num_labels and labels != self.num_labels):
            expected = self.num_labels or "labels"
            raise ValueError(
                f"AUC with `multi_label` takes predictions of shape (batch, {expected}). "
                f"Received: predictions of shape {tuple(y_pred.shape)}"
            )
        if not self._built:
            self._build(labels)

    def _counts(self):
        return [getattr(self, name).value for name in confusion.COUNTS]

    def interpolate_pr_auc(self):
        """Area under the precision-recall curve, interpolated along the curve between two points.

        Between thresholds true positives grow with all positives along a line, and precision is their ratio; the area
        is the integral of that over recall.

        Returns:
            Scalar tensor.
        """
        hits, false_alarms, _, misses = self._counts()
        positives = ops.add(hits, false_alarms)
        new_hits = ops.subtract(hits[:-1], hits[1:])
        new_positives = ops.subtract(positives[:-1], positives[1:])
        slope = ops.divide_no_nan(new_hits, ops.maximum(new_positives, 0.0))
        intercept = ops.subtract(hits[1:], ops.multiply(slope, positives[1:]))
        grows = ops.logical_and(ops.greater(positives[:-1], 0), ops.greater(positives[1:], 0))
        ratio = ops.where(grows, ops.divide_no_nan(positives[:-1], positives[1:]), ops.ones_like(slope))
        area = ops.multiply(slope, ops.add(new_hits, ops.multiply(intercept, ops.log(ratio))))
        return self._averaged(ops.divide_no_nan(area, ops.add(hits[1:], misses[1:])))

    def result(self):
        """Returns the area, a scalar tensor; 0 before there are labels."""
        if not self._built:
            return ops.zeros((), dtype=self.dtype)
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self.interpolate_pr_auc()
        x, y = self._points()
        if self.summation_method == "interpolation":
            heights = ops.divide(ops.add(y[:-1], y[1:]), 2.0)
        else:
            heights = (ops.minimum if self.summation_method == "minoring" else ops.maximum)(y[:-1], y[1:])
        return self._averaged(ops.multiply(ops.subtract(x[:-1], x[1:]), heights))

    def _points(self):
        hits, false_alarms, rejections, misses = self._counts()
        recall = ops.divide_no_nan(hits, ops.add(hits, misses))
        if self.curve == "ROC":
            return ops.divide_no_nan(false_alarms, ops.add(false_alarms, rejections)), recall
        precision = ops.divide_no_nan(hits, ops.add(hits, false_alarms))
        if self.curve == "PR":
            return recall, precision
        odds = ops.divide_no_nan(ops.add(hits, misses), ops.add(false_alarms, rejections))
        recall_gain, precision_gain = (_gain(odds, errors, hits) for errors in (misses, false_alarms))
        recall_gain = ops.where(ops.greater(hits, 0), recall_gain, 0.0)
        return ops.maximum(recall_gain, 0.0), precision_gain

    def _averaged(self, areas):
        """Sum over the thresholds; of several labels the mean."""
        total = ops.sum(areas, axis=0)
        if not self.multi_label:
            return total
        if self.label_weights is None:
            return ops.mean(total)
        weights = ops.convert_to_tensor(self.label_weights, dtype=self.dtype)
        return ops.divide_no_nan(ops.sum(ops.multiply(total, weights)), ops.sum(weights))

    def get_config(self):
        """Returns the constructor's arguments."""
        own = {
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": None if self.label_weights is None else list(self.label_weights),
            "from_logits": self._from_logits,
        }
        if self._init_from_thresholds:
            own["thresholds"] = self.thresholds[1:-1]
        return {**super().get_config(), **own}


def _gain(odds, errors, hits):
    """Precision or recall on the scale on which always saying yes is 0; 1 without hits."""
    return ops.subtract(1.0, ops.multiply(odds, ops.divide_no_nan(errors, hits)))
