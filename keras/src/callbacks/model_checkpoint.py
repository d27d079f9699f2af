"""Saves the model, or its weights, while it trains."""

import contextlib
import os

import numpy as np

from keras.src.api_export import keras_export
from keras.src.callbacks.monitor_callback import MonitorCallback
from keras.src.utils import io_utils
from keras.src.utils.warning_utils import warn


class BatchCounter:
    """Tells when another so many batches were seen, also where several come at once."""

    def __init__(self, frequency):
        self.frequency = frequency
        self.seen = 0
        self._last = -1

    def begin_epoch(self):
        self._last = -1

    def is_due(self, batch):
        """Whether the batch with this number completes another `frequency` of batches."""
        self.seen += batch - self._last if batch > self._last else batch + 1
        self._last = batch
        if self.seen < self.frequency:
            return False
        self.seen = 0
        return True


@keras_export("keras.callbacks.ModelCheckpoint")
class ModelCheckpoint(MonitorCallback):
    """Saves the model, or its weights, after epochs or every so many batches.

    Args:
        filepath: Path or URL that ends in `.keras`, or in `.h5` for the older format; with `save_weights_only` in
            `.weights.h5` or `.safetensors`. It may name `{epoch}`, `{batch}` and results, such as `"{epoch:02d}-{val_loss:.2f}.keras"`.
        monitor: Name of the value that tells which model is best.
        verbose: 1 prints what is saved.
        save_best_only: Whether only a model that is better than all before is saved.
        save_weights_only: Whether only the weights are saved.
        mode: `"min"`, `"max"`, or `"auto"`: after the kind of metric.
        save_freq: `"epoch"`, or a number of batches.
        initial_value_threshold: The value that the first model must improve upon, or `None`.

    Example:

    >>> callback = keras.callbacks.ModelCheckpoint("best.keras", monitor="val_loss", save_best_only=True)
    """

    _touches_model_in_batches = False

    def __init__(
        self,
        filepath,
        monitor="val_loss",
        verbose=0,
        save_best_only=False,
        save_weights_only=False,
        mode="auto",
        save_freq="epoch",
        initial_value_threshold=None,
    ):
        super().__init__(monitor, mode, initial_value_threshold)
        self.verbose = verbose
        self.filepath = io_path(filepath)
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = check_save_freq(save_freq)
        self._counter = BatchCounter(save_freq)
        self._epoch = 0
        endings = (".weights.h5", ".safetensors") if save_weights_only else (".keras", ".h5")
        if not self.filepath.endswith(endings):
            ending = " or ".join(map(repr, endings))
            what = "weights are saved" if save_weights_only else "whole models are saved"
            raise ValueError(f"Where {what}, `filepath` must end in {ending}. Received: filepath={self.filepath!r}")

    def _follows_batches(self, names):
        return self.save_freq != "epoch" and super()._follows_batches(names)

    def on_epoch_begin(self, epoch, logs=None):
        """Notes the epoch."""
        self._epoch = epoch
        self._counter.begin_epoch()

    def on_train_batch_end(self, batch, logs=None):
        """Saves, if it is time."""
        if self.save_freq != "epoch" and self._counter.is_due(batch):
            self.model._engine.sync()
            self._save_model(self._epoch, batch, logs)

    def on_epoch_end(self, epoch, logs=None):
        """Saves, unless that is done by batches."""
        if self.save_freq == "epoch":
            self._save_model(epoch, None, logs)

    def _save_model(self, epoch, batch, logs):
        if self.monitor_op is None:
            self._set_monitor_op(logs)
        filepath = self._path_for(epoch, batch, logs)
        reason = self._reason(epoch, logs, filepath)
        if reason is None:
            return
        if self.verbose > 0:
            io_utils.print_msg(f"\nEpoch {epoch + 1}: {reason}saving model to {filepath}")
        with explained(self, filepath):
            make_parent(filepath)
            self._write(filepath)
        if self.verbose > 0:
            io_utils.print_msg(f"\nEpoch {epoch + 1}: finished saving model to {filepath}")

    def _reason(self, epoch, logs, filepath):
        """What to say before saving; `None` where nothing is to be saved."""
        if not self.save_best_only:
            return ""
        value = (logs or {}).get(self.monitor)
        if value is None:
            warn(
                f"The best model cannot be told: `{self.monitor}` is not available. The model is saved. "
                f"Available: {', '.join(logs or {})}"
            )
            return ""
        if isinstance(value, np.ndarray) and value.ndim:
            warn(f"The best model cannot be told: `{self.monitor}` is an array. The model is saved.")
            return ""
        if not self._is_improvement(value, self.best):
            if self.verbose > 0:
                io_utils.print_msg(f"\nEpoch {epoch + 1}: {self.monitor} did not improve from {self.best:.5f}")
            return None
        before = "None" if self.best is None else f"{self.best:.5f}"
        self.best = value
        return f"{self.monitor} improved from {before} to {value:.5f}, "

    def _write(self, filepath):
        if os.path.isdir(filepath):
            raise OSError(f"`filepath` must name a file, but {filepath!r} is a folder.")
        if self.save_weights_only:
            self.model.save_weights(filepath, overwrite=True)
        else:
            self.model.save(filepath, overwrite=True)

    def _path_for(self, epoch, batch, logs):
        names = {"epoch": epoch + 1, **(logs or {})}
        if batch is not None:
            names["batch"] = batch + 1
        try:
            return self.filepath.format(**names)
        except KeyError as error:
            raise KeyError(
                f"`filepath={self.filepath!r}` names {error}, which is not available. Available: {', '.join(names)}"
            ) from None


def make_parent(filepath):
    """Makes the folder of a file on this machine."""
    parent = os.path.dirname(filepath)
    if parent and "://" not in filepath:
        os.makedirs(parent, exist_ok=True)


@contextlib.contextmanager
def explained(callback, path):
    """Context in which an error of the file system says which callback met it, and what to do."""
    try:
        yield
    except OSError as error:
        raise type(error)(
            error.errno,
            f"{type(callback).__name__} cannot write to {path!r} ({error.strerror or error}). The model is as the last "
            "step left it: save it elsewhere, or go on with a path that can be written to",
        ) from error


def io_path(path):
    """A path as a string."""
    return os.fspath(path)


def check_save_freq(save_freq):
    """Returns `save_freq`, if it is `"epoch"` or a positive number of batches."""
    is_count = isinstance(save_freq, int) and not isinstance(save_freq, bool) and save_freq > 0
    if save_freq != "epoch" and not is_count:
        raise ValueError(
            f"`save_freq` must be 'epoch' or a positive number of batches. Received: save_freq={save_freq!r}"
        )
    return save_freq
