"""Checkpoints in the format of Orbax."""

import os

from keras.src.api_export import keras_export
from keras.src.callbacks.model_checkpoint import BatchCounter, check_save_freq, io_path
from keras.src.callbacks.monitor_callback import MonitorCallback
from keras.src.utils import io_utils
from keras.src.utils.module_utils import LazyModule

orbax = LazyModule(
    "orbax.checkpoint",
    import_error_msg="OrbaxCheckpoint needs the package `orbax-checkpoint`: `pip install orbax-checkpoint`.",
)


@keras_export("keras.callbacks.OrbaxCheckpoint")
class OrbaxCheckpoint(MonitorCallback):
    """Saves the state of model, optimizer and metrics by Orbax, in the background if wanted.

    Args:
        directory: Folder of the checkpoints.
        monitor: Name of the value that tells which state is best.
        verbose: 0 prints nothing, 1 a line for each checkpoint.
        save_best_only: Whether only a state that is better than all before is saved.
        mode: `"min"`, `"max"`, or `"auto"`: after the kind of metric.
        save_freq: `"epoch"`, or a number of batches.
        initial_value_threshold: The value that the first state must improve upon, or `None`.
        max_to_keep: Number of checkpoints that are kept.
        save_on_background: Whether training goes on while a checkpoint is written.
        save_weights_only: Whether the state of the optimizer and the metrics is left out.

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
        orbax.initialize()
        super().__init__(monitor, mode, initial_value_threshold)
        self.directory = os.path.abspath(io_path(directory))
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_freq = check_save_freq(save_freq)
        self.max_to_keep = max_to_keep
        self.save_on_background = save_on_background
        self.save_weights_only = save_weights_only
        self._counter = BatchCounter(save_freq)
        self._saved = 0
        options = orbax.CheckpointManagerOptions(max_to_keep=max_to_keep, enable_async_checkpointing=save_on_background)
        self.manager = orbax.CheckpointManager(self.directory, options=options)

    def _follows_batches(self, names):
        return self.save_freq != "epoch" and super()._follows_batches(names)

    def on_epoch_begin(self, epoch, logs=None):
        """Counts batches anew."""
        self._counter.begin_epoch()

    def on_train_batch_end(self, batch, logs=None):
        """Saves, if it is time."""
        if self.save_freq != "epoch" and self._counter.is_due(batch):
            self.model._engine.sync()
            self._save(logs)

    def on_epoch_end(self, epoch, logs=None):
        """Saves, unless that is done by batches."""
        if self.save_freq == "epoch":
            self._save(logs)

    def on_train_end(self, logs=None):
        """Waits until everything is written."""
        self.wait_until_finished()

    def _save(self, logs):
        if self.save_best_only:
            value = self._value_in(logs, "Saving the best state")
            if value is None or not self._is_improvement(value, self.best):
                return
            self.best = value
        state = self.model.get_state_tree(value_format="numpy_array")
        if self.save_weights_only:
            state = {name: state[name] for name in ("trainable_variables", "non_trainable_variables")}
        if self.verbose > 0:
            io_utils.print_msg(f"\nSaving checkpoint {self._saved} to {self.directory}")
        self.manager.save(self._saved, args=orbax.args.StandardSave(state))
        self._saved += 1

    def wait_until_finished(self):
        """Waits until what is being saved in the background is on disk."""
        self.manager.wait_until_finished()

    def is_multihost_enabled(self):
        """Whether several hosts take part in checkpoints: not here."""
        return False

    def is_primary_host(self):
        """Whether this host is the one that writes."""
        return True
