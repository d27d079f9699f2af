"""Checkpoints in the format of Orbax."""

import os

from keras.src.api_export import keras_export
from keras.src.callbacks.model_checkpoint import BatchCounter, check_save_freq, explained, io_path
from keras.src.callbacks.monitor_callback import MonitorCallback
from keras.src.utils import io_utils
from keras.src.utils.later import orbax_lib


@keras_export("keras.callbacks.OrbaxCheckpoint")
class OrbaxCheckpoint(MonitorCallback):
    """Saves model, optimizer and metrics by Orbax, in the background if wanted.

    Each checkpoint is a folder in `directory`, named by the number of the epoch, from 0, or by the number of batches seen
    where `save_freq` counts batches. `keras.saving.load_model(directory)` and `model.load_weights(directory)` read the
    latest one, under any backend.

    Args:
        directory: Folder of the checkpoints; that of one training.
        monitor: Name of the value that tells which state is best.
        verbose: 0 prints nothing, 1 a line for each checkpoint.
        save_best_only: Whether only a state that is better than all before is saved.
        mode: `"min"`, `"max"`, or `"auto"`: after the kind of metric.
        save_freq: `"epoch"`, or a number of batches.
        initial_value_threshold: The value that the first state must improve upon, or `None`.
        max_to_keep: Number of checkpoints that are kept, the latest ones; `None` keeps all.
        save_on_background: Whether training goes on while a checkpoint is written.
        save_weights_only: Whether only the weights are saved, so that no model can be loaded from them alone.

    Raises:
        ImportError: The package `orbax-checkpoint` is not installed.
        ValueError: While training, `directory` already holds a checkpoint of this number or a later one.

    Example:

    >>> callback = keras.callbacks.OrbaxCheckpoint("checkpoints", max_to_keep=3)  # doctest: +SKIP
    """

    _touches_model_in_batches = False

    def __init__(
        self,
        directory,
        monitor="val_loss",
        verbose=0,
        save_best_only=False,
        mode="auto",
        save_freq="epoch",
        initial_value_threshold=None,
        max_to_keep=1,
        save_on_background=True,
        save_weights_only=False,
    ):
        super().__init__(monitor, mode, initial_value_threshold)
        self.directory = os.path.abspath(io_path(directory))
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_freq = check_save_freq(save_freq)
        self.max_to_keep = max_to_keep
        self.save_on_background = save_on_background
        self.save_weights_only = save_weights_only
        self._counter = BatchCounter(save_freq)
        self._batches = 0
        self._seen_of_epoch = 0
        self.checkpointer = orbax_lib.checkpointer(self.directory, max_to_keep)

    def _follows_batches(self, names):
        return self.save_freq != "epoch" and super()._follows_batches(names)

    def on_epoch_begin(self, epoch, logs=None):
        """Counts batches anew."""
        self._counter.begin_epoch()
        self._seen_of_epoch = 0

    def on_train_batch_end(self, batch, logs=None):
        """Saves, if it is time."""
        if self.save_freq == "epoch":
            return
        self._batches += batch + 1 - self._seen_of_epoch
        self._seen_of_epoch = batch + 1
        if self._counter.is_due(batch):
            self.model._engine.sync()
            self._save(self._batches, logs)

    def on_epoch_end(self, epoch, logs=None):
        """Saves, unless that is done by batches."""
        if self.save_freq == "epoch":
            self._save(epoch, logs)

    def on_train_end(self, logs=None):
        """Waits until everything is written."""
        self.wait_until_finished()

    def wait_until_finished(self):
        """Waits until what is being saved in the background is on disk."""
        with explained(self, self.directory):
            self.checkpointer.wait()

    def is_multihost_enabled(self):
        """Whether several hosts take part in checkpoints."""
        return orbax_lib.count_hosts() > 1

    def is_primary_host(self):
        """Whether this host is the one that writes."""
        return orbax_lib.is_primary_host()

    def _save(self, step, logs):
        if self.monitor_op is None:
            self._set_monitor_op(logs)
        if self.save_best_only:
            value = self._value_in(logs, "Saving the best state")
            if value is None or not self._is_improvement(value, self.best):
                return
            self.best = value
        resumes = self._check_is_latest(step)
        if self.verbose > 0:
            io_utils.print_msg(f"\nSaving checkpoint {step} to {self.directory}")
        items = orbax_lib.items_of(self.model, self.save_weights_only)
        with explained(self, self.directory):
            self.checkpointer.save_checkpointables_async(step, items, force=True, overwrite=resumes)
            if not self.save_on_background:
                self.checkpointer.wait()

    def _check_is_latest(self, step):
        """Checks that no other training has come further; returns whether this one goes on from a backup, and so may
        have come further before it was broken off."""
        running = getattr(self.model, "_running_fit", None)
        latest = self.checkpointer.latest
        resumes = running is not None and running.is_resumed
        if latest is None or latest.step < step or resumes:
            return resumes
        raise ValueError(
            f"{self.directory} holds checkpoint {latest.step} already, so checkpoint {step} would not be the latest. Give "
            f"another `directory`; or remove this one to begin anew; or go on from it: `keras.saving.load_model` reads it, "
            "and `fit` has an `initial_epoch`."
        )
