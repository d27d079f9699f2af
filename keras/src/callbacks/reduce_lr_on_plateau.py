"""Lowers the learning rate of training that no longer improves."""

from keras.src.api_export import keras_export
from keras.src.callbacks.learning_rate_scheduler import optimizers_with_rates, rate_of
from keras.src.callbacks.monitor_callback import MonitorCallback
from keras.src.utils import io_utils


@keras_export("keras.callbacks.ReduceLROnPlateau")
class ReduceLROnPlateau(MonitorCallback):
    """Multiplies the learning rate by a factor when a value has stopped improving.

    Args:
        monitor: Name of the value.
        factor: Factor, less than 1.
        patience: Epochs without improvement that are borne.
        verbose: 1 prints each reduction.
        mode: `"min"`, `"max"`, or `"auto"`: after the kind of metric.
        min_delta: What counts as an improvement at least.
        cooldown: Epochs after a reduction in which nothing is counted.
        min_lr: Least learning rate.

    Example:

    >>> callback = keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=5, min_lr=1e-5)
    """

    def __init__(
        self,
        monitor="val_loss",
        factor=0.1,
        patience=10,
        verbose=0,
        mode="auto",
        min_delta=1e-4,
        cooldown=0,
        min_lr=0.0,
        **kwargs,
    ):
        super().__init__(monitor, mode, min_delta=min_delta)
        if factor >= 1.0:
            raise ValueError(
                f"`factor` must be less than 1, so that the learning rate falls. Received: factor={factor}"
            )
        self.factor, self.min_lr = factor, min_lr
        self.cooldown, self.patience = cooldown, patience
        self.verbose = verbose
        self._reset()

    def _reset(self):
        self.cooldown_counter = 0
        self.wait = 0
        self.best = None

    def on_train_begin(self, logs=None):
        """Forgets what an earlier training gave."""
        self._reset()

    def on_epoch_end(self, epoch, logs=None):
        """Compares, and lowers the rate when the patience is at its end."""
        if self.monitor_op is None:
            self._set_monitor_op(logs)
        optimizers = optimizers_with_rates(self)
        logs = {} if logs is None else logs
        logs.update({name: rate_of(optimizer) for name, optimizer in optimizers.items()})
        value = self._value_in(logs, "Reducing the learning rate")
        if value is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_improvement(value, self.best):
            self.best = value
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            above = [optimizer for optimizer in optimizers.values() if rate_of(optimizer) > self.min_lr]
            if self.wait >= self.patience and above:
                self._reduce(epoch, above)

    def _reduce(self, epoch, optimizers):
        for optimizer in optimizers:
            rate = optimizer.learning_rate = max(rate_of(optimizer) * self.factor, self.min_lr)
            if self.verbose > 0:
                io_utils.print_msg(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {rate}.")
        self.cooldown_counter = self.cooldown
        self.wait = 0

    def in_cooldown(self):
        """Whether epochs are not counted at present."""
        return self.cooldown_counter > 0
