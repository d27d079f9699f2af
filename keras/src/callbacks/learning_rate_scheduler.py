"""Sets the learning rate by epoch."""

import numpy as np

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.callbacks.callback import Callback
from keras.src.utils import io_utils


@keras_export("keras.callbacks.LearningRateScheduler")
class LearningRateScheduler(Callback):
    """Sets the optimizer's learning rate before each epoch.

    Args:
        schedule: Function `(epoch, learning_rate)`, or `(epoch)`, that returns the rate for the epoch.
        verbose: 1 prints each rate.

    Example:

    >>> callback = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate if epoch < 10 else rate * 0.9)
    """

    def __init__(self, schedule, verbose=0):
        super().__init__()
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch, logs=None):
        """Sets the rate."""
        for optimizer in optimizers_with_rates(self).values():
            self._set_rate(optimizer, epoch)

    def _set_rate(self, optimizer, epoch):
        try:
            rate = self.schedule(epoch, rate_of(optimizer))
        except TypeError:
            rate = self.schedule(epoch)
        if not isinstance(rate, (float, int, np.floating, np.integer)) and not backend.is_tensor(rate):
            raise ValueError(f"`schedule` must return the learning rate, a float. Received: {rate!r}")
        optimizer.learning_rate = rate
        if self.verbose > 0:
            rate = rate_of(optimizer) if backend.is_tensor(rate) else rate
            io_utils.print_msg(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.")

    def on_epoch_end(self, epoch, logs=None):
        """Adds the rate to the logs; of several optimizers, each under its name."""
        if logs is not None:
            logs.update({name: rate_of(optimizer) for name, optimizer in optimizers_with_rates(self).items()})


def rate_of(optimizer):
    """The learning rate as a float."""
    return float(backend.convert_to_numpy(optimizer.learning_rate))


def optimizers_with_rates(callback):
    """Dict from what a learning rate is called in the logs to its optimizer; a `MultiOptimizer` has several."""
    optimizer = callback.model.optimizer
    parts = getattr(optimizer, "optimizers", None)
    if parts is None:
        return {"learning_rate": check_has_rate(callback)}
    named = {}
    for part in parts:
        name = base = f"learning_rate_{part.name}"
        number = 0
        while name in named:
            number += 1
            name = f"{base}_{number}"
        named[name] = part
    return named


def check_has_rate(callback):
    """The optimizer of the callback's model, which must have a learning rate."""
    optimizer = callback.model.optimizer
    if not hasattr(optimizer, "learning_rate"):
        raise ValueError(
            f"{type(callback).__name__} needs an optimizer with a `learning_rate`. Received: {optimizer!r}"
        )
    return optimizer
