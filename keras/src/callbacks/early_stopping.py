"""Stops training that no longer improves."""

from keras.src.api_export import keras_export
from keras.src.callbacks.monitor_callback import MonitorCallback
from keras.src.utils import io_utils


@keras_export("keras.callbacks.EarlyStopping")
class EarlyStopping(MonitorCallback):
    """Stops training when a value has stopped improving.

    Args:
        monitor: Name of the value.
        min_delta: What counts as an improvement at least.
        patience: Epochs without improvement that are borne.
        verbose: 1 prints what happens.
        mode: `"min"`, `"max"`, or `"auto"`: after the kind of metric.
        baseline: A value that must be improved upon for the patience to begin anew, or `None`.
        restore_best_weights: Whether the model gets the weights of its best epoch in the end.
        start_from_epoch: Epochs before the watching begins.

    Example:

    >>> callback = keras.callbacks.EarlyStopping(monitor="val_loss", patience=3)
    """

    def __init__(
        self,
        monitor="val_loss",
        min_delta=0,
        patience=0,
        verbose=0,
        mode="auto",
        baseline=None,
        restore_best_weights=False,
        start_from_epoch=0,
    ):
        super().__init__(monitor, mode, min_delta=min_delta)
        self.start_from_epoch, self.patience = start_from_epoch, patience
        self.restore_best_weights = restore_best_weights
        self.baseline = baseline
        self.verbose = verbose
        self._begin_anew()

    def _begin_anew(self):
        self.best = self.best_weights = None
        self.best_epoch = self.stopped_epoch = self.wait = 0

    def on_train_begin(self, logs=None):
        """Forgets what an earlier training gave."""
        self._begin_anew()

    def on_epoch_end(self, epoch, logs=None):
        """Compares, and stops training when the patience is at its end."""
        if self.monitor_op is None:
            self._set_monitor_op(logs)
        value = self.get_monitor_value(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        self.wait += 1
        if self._is_improvement(value, self.best):
            self._note_best(epoch, value)
            beats_baseline = self.baseline is None or self._is_improvement(value, self.baseline)
            self.wait = 0 if beats_baseline else self.wait
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def _note_best(self, epoch, value):
        self.best = value
        self.best_epoch = epoch
        if self.restore_best_weights:
            self.best_weights = self.model.get_weights()

    def on_train_end(self, logs=None):
        """Restores the best weights, if wanted."""
        if self.stopped_epoch > 0 and self.verbose > 0:
            io_utils.print_msg(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                io_utils.print_msg(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)

    def get_monitor_value(self, logs):
        """The watched value in `logs`; `None`, with a warning, where it is missing."""
        return self._value_in(logs, "Early stopping")
