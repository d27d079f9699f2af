"""Targets as estimators of scikit-learn have them, and as models learn them.

`encode` makes an array with a row for each sample, `decode` brings the outputs of a model into the form that the targets had.
"""

import numpy as np

from keras.src.wrappers import sklearn_bases as sklearn


def flat(y):
    """A single column of targets as a list of them, with scikit-learn's warning; other targets as they are."""
    return sklearn.column_or_1d(y, warn=True) if y.ndim == 2 and y.shape[1] == 1 else y


def _check_columns(outputs, wanted, of_what):
    if outputs.ndim != 2 or outputs.shape[1] != wanted:
        raise ValueError(
            f"The model must have {wanted} outputs for each sample, one for each {of_what}: a function that builds one "
            f"finds their number in `y.shape[1]`. Received: outputs of shape {outputs.shape}"
        )


class Numbers:
    """Targets of a regression, `(samples,)` or `(samples, targets)`. What a model learns has a column for each target."""

    def __init__(self, y):
        if y.dtype.kind not in "biufO":
            raise ValueError(f"The targets must be numbers. Received: y of dtype {y.dtype}")
        self.shape = y.shape[1:]
        self.dtype = y.dtype if np.issubdtype(y.dtype, np.floating) else np.dtype("float64")

    def encode(self, y):
        if y.shape[1:] != self.shape:
            raise ValueError(f"y has the shape {y.shape}, but the model was fitted to {('samples', *self.shape)}.")
        return _as_numbers(y).reshape((len(y), -1))

    def decode(self, outputs):
        if outputs.ndim == 1:
            outputs = outputs[:, None]
        _check_columns(outputs, self.shape[0] if self.shape else 1, "target")
        # Scikit-learn wants predictions of several targets in the precision of the targets.
        return outputs.astype(self.dtype) if self.shape else outputs[:, 0]


def _as_numbers(y):
    """The targets with a dtype of numbers, where they are numbers that an array holds as objects."""
    try:
        return y.astype("float64") if y.dtype == object else y
    except (TypeError, ValueError) as error:
        raise ValueError(f"Unknown label type: the targets must be numbers. ({error})") from error


class Classes:
    """A label for each sample. What a model learns has a column for each class, with 1 where the sample is of it."""

    def __init__(self, labels):
        self.labels = np.unique(labels)
        if len(self.labels) < 2:
            raise ValueError("Classifier can't train when only one class is present.")

    def encode(self, y):
        places = np.searchsorted(self.labels, y).clip(max=len(self.labels) - 1)
        if (unknown := self.labels[places] != y).any():
            known, received = self.labels.tolist(), np.unique(y[unknown]).tolist()
            raise ValueError(f"y has the labels {received}, which are none of the classes {known}.")
        return np.eye(len(self.labels))[places]

    def decode(self, outputs):
        _check_columns(outputs, len(self.labels), "class")
        return self.labels[outputs.argmax(axis=1)]


class Tags:
    """Any number of labels for each sample, as columns of 0 and 1. What a model learns is the same in floats."""

    def __init__(self, y):
        self.labels = np.arange(y.shape[1])
        self.dtype = y.dtype

    def encode(self, y):
        if y.shape[1:] != self.labels.shape:
            raise ValueError(f"y has the shape {y.shape}, but the model was fitted to {len(self.labels)} labels.")
        return y.astype("float64")

    def decode(self, outputs):
        _check_columns(outputs, len(self.labels), "label")
        return (outputs > 0.5).astype(self.dtype)


def of_classification(y, classes=None):
    """The `Classes` or `Tags` that `y` is made of; `classes` are all there are, where they are known."""
    kind = sklearn.type_of_target(y, input_name="y", raise_unknown=True)
    if kind == "multilabel-indicator":
        return Tags(y)
    if kind not in ("binary", "multiclass"):
        raise ValueError(f"Only binary and multiclass target types are supported. Target type: {kind}")
    return Classes(y if classes is None else classes)
