"""Takes up training that was broken off."""

import json
import os
import random
import shutil

import numpy as np

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.callbacks.callback import Callback
from keras.src.callbacks.model_checkpoint import BatchCounter, check_save_freq, io_path

_WEIGHTS, _STATE, _METADATA = "latest.weights.h5", "latest.state.npz", "training_metadata.json"
_PLAIN = (bool, int, float, str, type(None))


@keras_export("keras.callbacks.BackupAndRestore")
class BackupAndRestore(Callback):
    """Saves the state of training, and goes on from it when `fit` is called again after the program was broken off.

    The state is that of the model, the optimizer, the metrics, the other callbacks and the order of the data:
    training that went on from a backup ends as it would have ended without the break, where arrays or a `PyDataset`
    are its data.

    Args:
        backup_dir: Folder for the backup; it is not to be used by another training.
        save_freq: `"epoch"`, or a number of batches.
        double_checkpoint: Whether the backup before the last one is kept too.
        delete_checkpoint: Whether the backup is deleted when `fit` ends as it should.

    Example:

    >>> callback = keras.callbacks.BackupAndRestore("backup")
    """

    _touches_model_in_batches = False
    _comes_last = True

    def __init__(self, backup_dir, save_freq="epoch", double_checkpoint=False, delete_checkpoint=True):
        super().__init__()
        backup_dir = io_path(backup_dir)
        if not backup_dir:
            raise ValueError("`backup_dir` must name a folder. Received: an empty string")
        self.backup_dir = backup_dir
        self.save_freq = check_save_freq(save_freq)
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._counter = BatchCounter(save_freq)
        self._epoch = 0
        self._waiting_states = []

    def _follows_batches(self, names):
        return self.save_freq != "epoch" and super()._follows_batches(names)

    def on_train_begin(self, logs=None):
        """Restores the backup, if there is one."""
        self._waiting_states = []
        folder = self._newest_folder()
        if folder is not None:
            self._restore(folder)

    def on_epoch_begin(self, epoch, logs=None):
        """Notes the epoch; before the first one, the other callbacks get their state back."""
        self._epoch = epoch
        for callback, state in self._waiting_states:
            callback.__dict__.update(state)
        self._waiting_states = []
        self._counter.begin_epoch()

    def on_train_batch_end(self, batch, logs=None):
        """Saves, if it is time."""
        if self.save_freq != "epoch" and self._counter.is_due(batch):
            self.model._engine.sync()
            self._save(self._epoch, batch + 1, self.model._running_fit.feed.position(batch + 1))

    def on_epoch_end(self, epoch, logs=None):
        """Saves."""
        if self.save_freq == "epoch":
            self._save(epoch + 1, 0, self.model._running_fit.feed.position())

    def on_train_end(self, logs=None):
        """Deletes the backup, unless training was broken off by an exception."""
        if self.delete_checkpoint and self.model._running_fit.is_complete:
            for folder in (self._folder(), self._folder(".bkp")):
                shutil.rmtree(folder, ignore_errors=True)
            if os.path.isdir(self.backup_dir) and not os.listdir(self.backup_dir):
                os.rmdir(self.backup_dir)

    # Files. A backup is a folder that gets its name when it is whole.

    def _folder(self, ending=""):
        return os.path.join(self.backup_dir, f"latest{ending}")

    def _newest_folder(self):
        for ending in ("", ".bkp"):
            if os.path.exists(os.path.join(self._folder(ending), _METADATA)):
                return self._folder(ending)
        return None

    def _save(self, epoch, batch, position):
        target, former, new = self._folder(), self._folder(".bkp"), self._folder(".new")
        shutil.rmtree(new, ignore_errors=True)
        os.makedirs(new)
        self.model.save_weights(os.path.join(new, _WEIGHTS), overwrite=True)
        np.savez(os.path.join(new, _STATE), **{str(i): _numpy(v) for i, v in enumerate(self._variables())})
        with open(os.path.join(new, _METADATA), "w") as file:
            json.dump(self._metadata(epoch, batch, position), file)
        shutil.rmtree(former, ignore_errors=True)
        if os.path.exists(target):
            os.replace(target, former)
        os.replace(new, target)
        if not self.double_checkpoint:
            shutil.rmtree(former, ignore_errors=True)

    def _metadata(self, epoch, batch, position):
        return {
            "epoch": epoch,
            "batch": batch,
            "position": position,
            "callbacks": [_plain_state(callback) for callback in self._others()],
            "numpy": _numpy_random_state(),
            "python": _python_random_state(),
        }

    def _restore(self, folder):
        model = self.model
        try:
            with open(os.path.join(folder, _METADATA)) as file:
                metadata = json.load(file)
            model.load_weights(os.path.join(folder, _WEIGHTS))
            with np.load(os.path.join(folder, _STATE)) as state:
                values = [state[str(i)] for i in range(len(state.files))]
        except (OSError, ValueError, KeyError) as error:
            raise ValueError(
                f"The backup in {folder!r} cannot be restored ({error}). It is damaged, or of another model: "
                "delete it to begin anew."
            ) from error
        variables = self._variables()
        if len(values) != len(variables):
            raise ValueError(
                f"The backup in {folder!r} has {len(values)} variables of optimizer and metrics, the model has "
                f"{len(variables)}: it is of "
                "another model. Delete it to begin anew."
            )
        for variable, value in zip(variables, values):
            variable.assign(value)
        self._waiting_states = list(zip(self._others(), metadata["callbacks"]))
        np.random.set_state((metadata["numpy"][0], np.array(metadata["numpy"][1], "uint32"), *metadata["numpy"][2:]))
        version, words, gauss = metadata["python"]
        random.setstate((version, tuple(words), gauss))
        model._running_fit.resume(metadata["epoch"], metadata["batch"], metadata["position"])

    def _variables(self):
        """Everything that changes while training."""
        model = self.model
        optimizer = [] if model.optimizer is None else model.optimizer.variables
        return [*model.variables, *optimizer, *model.metrics_variables]

    def _others(self):
        return [callback for callback in self.model._running_fit.callbacks.callbacks if callback is not self]


def _numpy(variable):
    return np.asarray(backend.convert_to_numpy(variable))


def _plain_state(callback):
    """What a callback holds in numbers and words, such as its patience and the best value so far."""
    return {
        name: value
        for name, value in callback.__dict__.items()
        if isinstance(value, _PLAIN) and name != "filepath" and not name.startswith("__")
    } | {name: value for name, value in callback.__dict__.items() if name == "history" and isinstance(value, dict)}


def _numpy_random_state():
    name, words, position, has_gauss, gauss = np.random.get_state()
    return [name, words.tolist(), position, has_gauss, gauss]


def _python_random_state():
    version, words, gauss = random.getstate()
    return [version, list(words), gauss]
