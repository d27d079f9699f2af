"""Counting true and false positives and negatives at thresholds."""

import numpy as np

from keras.src import ops
from keras.src.losses.loss import align_ranks, weights_like
from keras.src.utils import load_budget

COUNTS = ("true_positives", "false_positives", "true_negatives", "false_negatives")
_MOST_THRESHOLDS = 2**24
# As a number in a list, and in the arrays of `Thresholds`.
_BYTES_OF_THRESHOLD = 64
# A score that no threshold lies below.
NEVER = -1e10
# Up to so many thresholds, scores are compared with each; with more, they are sorted into the gaps between them.
_FEW = 16


class Thresholds:
    """Thresholds in their order, and sorted; made once, since compilers see only what they are used for.

    Args:
        values: List of floats.
    """

    def __init__(self, values):
        order = np.argsort(values, kind="stable")
        self.values = np.array(values, "float64")
        self.sorted = self.values[order]
        # Where each of them stands among the sorted ones.
        self.places = np.argsort(order).astype("int32")

    def __len__(self):
        return len(self.values)


def checked_thresholds(thresholds, default):
    """Thresholds as a list of floats.

    Raises:
        ValueError: One of them is not in [0, 1].
    """
    if thresholds is None:
        return [default]
    given = list(thresholds) if isinstance(thresholds, (list, tuple, np.ndarray)) else [thresholds]
    wrong = [t for t in given if t is None or not 0 <= t <= 1]
    if wrong:
        raise ValueError(f"Thresholds must lie in [0, 1]. Received: {wrong}")
    return [float(t) for t in given]


def check_number(thresholds):
    """Raises where a metric is to have more thresholds than numbers in [0, 1] can be told apart by, or than a file may ask for."""
    if thresholds > _MOST_THRESHOLDS:
        raise ValueError(
            f"`num_thresholds` must be at most {_MOST_THRESHOLDS}: float32 tells no more apart. Received: {thresholds}"
        )
    load_budget.spend(_BYTES_OF_THRESHOLD * thresholds, "allocated", f"{thresholds} thresholds")


def keep_top_k(scores, k):
    """Scores, those that are not among the `k` highest along the last axis as low as can be."""
    classes = scores.shape[-1]
    if k > classes:
        raise ValueError(f"`top_k` must be at most the number of classes, {classes}. Received: top_k={k}")
    chosen = ops.one_hot(ops.top_k(scores, k)[1], classes, dtype="bool")
    return ops.where(ops.any(chosen, axis=-2), scores, ops.full_like(scores, NEVER))


def select(y_true, y_pred, top_k=None, class_id=None):
    """Applies `top_k` and `class_id` of precision and its like."""
    if top_k is not None:
        y_pred = keep_top_k(y_pred, top_k)
    if class_id is None:
        return y_true, y_pred
    if len(y_pred.shape) < 2:
        raise ValueError(
            "`class_id` needs predictions of shape (batch, classes). "
            f"Received: class_id={class_id} and predictions of shape {tuple(y_pred.shape)}"
        )
    if not -y_pred.shape[-1] <= class_id < y_pred.shape[-1]:
        raise ValueError(f"`class_id` must be one of {y_pred.shape[-1]} classes. Received: class_id={class_id}")
    return y_true[..., class_id], y_pred[..., class_id]


def count(y_true, y_pred, thresholds, sample_weight=None, dtype="float32", top_k=None, class_id=None, per_label=False):
    """Sums of weights of true and false positives and negatives; scores above a threshold are positive.

    Args:
        y_true: Labels; what is not zero is true.
        y_pred: Tensor of scores of the same shape.
        thresholds: `Thresholds`.
        sample_weight: Optional weights, which broadcast to the labels or have their leading axes.
        dtype: Dtype of the sums.
        top_k: Optional integer: only the highest scores along the last axis may be positive.
        class_id: Optional integer, the only class that counts.
        per_label: Whether the entries of the last axis are counted apart.

    Returns:
        Dict from `COUNTS` to tensors of shape `(thresholds,)`, or `(thresholds, labels)`.
    """
    y_pred = ops.convert_to_tensor(y_pred, dtype=dtype)
    y_true = ops.cast(ops.cast(ops.convert_to_tensor(y_true), "bool"), dtype)
    y_true, y_pred = align_ranks(y_true, y_pred)
    if tuple(y_true.shape[1:]) != tuple(y_pred.shape[1:]):
        raise ValueError(
            "Labels and scores must have the same shape. "
            f"Received: y_true of shape {tuple(y_true.shape)} and y_pred of shape {tuple(y_pred.shape)}"
        )
    y_true, y_pred = select(y_true, y_pred, top_k, class_id)
    weight = weights_like(y_pred, sample_weight)
    width = y_pred.shape[-1] if per_label else 1
    positive = ops.reshape(ops.multiply(weight, y_true), (-1, width))
    negative = ops.reshape(ops.multiply(weight, ops.subtract(1.0, y_true)), (-1, width))
    scores = ops.reshape(y_pred, (-1, width))
    sums = _by_comparison if len(thresholds) <= _FEW and not per_label else _by_gaps
    above_and_below = sums(scores, (positive, negative), thresholds, dtype)
    shape = (len(thresholds), width) if per_label else (len(thresholds),)
    tp, fn, fp, tn = (ops.reshape(x, shape) for x in above_and_below)
    return dict(zip(COUNTS, (tp, fp, tn, fn)))


def _by_comparison(scores, parts, thresholds, dtype):
    """Sums of each part above and below each threshold, by comparing each score with each threshold."""
    limits = ops.expand_dims(ops.convert_to_tensor(thresholds.values, dtype=dtype), 0)
    above = ops.cast(ops.greater(scores, limits), dtype)
    below = ops.subtract(1.0, above)
    return [ops.matmul(ops.transpose(side), part) for part in parts for side in (above, below)]


def _by_gaps(scores, parts, thresholds, dtype):
    """The same by sorting scores into the gaps between thresholds, and adding the gaps up from both ends."""
    limits = ops.convert_to_tensor(thresholds.sorted, dtype=dtype)
    gaps, width = len(thresholds) + 1, scores.shape[-1]
    # The number of thresholds below the score.
    gap = ops.cast(ops.searchsorted(limits, ops.reshape(scores, (-1,)), side="left"), "int32")
    if width > 1:
        label = ops.broadcast_to(ops.expand_dims(ops.arange(width, dtype="int32"), 0), ops.shape(scores))
        gap = ops.add(ops.multiply(gap, width), ops.reshape(label, (-1,)))
    places = ops.convert_to_tensor(thresholds.places)
    results = []
    for part in parts:
        sums = ops.segment_sum(ops.reshape(part, (-1,)), gap, num_segments=gaps * width)
        sums = ops.reshape(sums, (gaps, width))
        above = ops.flip(ops.cumsum(ops.flip(sums, axis=0), axis=0), axis=0)[1:]
        below = ops.cumsum(sums, axis=0)[:-1]
        results.extend(ops.take(x, places, axis=0) for x in (above, below))
    return results
