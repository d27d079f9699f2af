"""Writes results to a file of comma-separated values."""

import csv
import os
from collections.abc import Iterable

import numpy as np

from keras.src.api_export import keras_export
from keras.src.callbacks.callback import Callback
from keras.src.callbacks.model_checkpoint import explained


@keras_export("keras.callbacks.CSVLogger")
class CSVLogger(Callback):
    """Writes a row with the results of each epoch to a file.

    Args:
        filename: Path of the file.
        separator: What stands between the columns.
        append: Whether rows are added to an existing file.

    Example:

    >>> callback = keras.callbacks.CSVLogger("training.csv", append=True)
    """

    _is_for_chief = True

    def __init__(self, filename, separator=",", append=False):
        super().__init__()
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self.keys = None
        self._file = None

    def on_train_begin(self, logs=None):
        """Opens the file; a file to append to says which columns there are."""
        self.keys = None
        needs_header = True
        if self.append and os.path.exists(self.filename):
            with open(self.filename, newline="") as file:
                header = next(csv.reader(file, delimiter=self.sep), None)
            needs_header = not header
        self._needs_header = needs_header
        with explained(self, self.filename):
            self._file = open(self.filename, "a" if self.append else "w", newline="")

    def on_epoch_end(self, epoch, logs=None):
        """Writes a row."""
        logs = logs or {}
        if self.keys is None:
            self._begin(logs)
        row = [epoch] + [_cell(logs.get(name, "NA")) for name in self.keys]
        csv.writer(self._file, delimiter=self.sep, lineterminator="\n").writerow(row)
        self._file.flush()

    def _begin(self, logs):
        self.keys = sorted(logs)
        if not any(name.startswith("val_") for name in logs):
            # The first epoch may be one without evaluation.
            self.keys += [f"val_{name}" for name in self.keys]
        if self._needs_header:
            csv.writer(self._file, delimiter=self.sep, lineterminator="\n").writerow(["epoch", *self.keys])

    def on_train_end(self, logs=None):
        """Closes the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _cell(value):
    if isinstance(value, str) or not isinstance(value, Iterable) or (isinstance(value, np.ndarray) and not value.ndim):
        return value
    return f'"[{", ".join(map(str, value))}]"'
