"""Takes up training that was broken off."""

import json
import os
import random
import re
import sys

import numpy as np

from keras.src import backend, tree
from keras.src.api_export import keras_export
from keras.src.backend.common import global_state
from keras.src.callbacks import backup_files, portable_state
from keras.src.callbacks.callback import Callback
from keras.src.callbacks.callback_list import CallbackList
from keras.src.callbacks.model_checkpoint import BatchCounter, check_save_freq, explained, io_path
from keras.src.distribution.processes import is_chief, wait_for_all
from keras.src.optimizers.base_optimizer import BaseOptimizer
from keras.src.random.seed_generator import GLOBAL_GENERATOR, global_seed_generator
from keras.src.utils.later import orbax_lib, saving_lib
from keras.src.utils.warning_utils import warn

_SEED = "global_seed"


@keras_export("keras.callbacks.BackupAndRestore")
class BackupAndRestore(Callback):
    """Saves the state of training, and goes on from it when `fit` is called again after the program was broken off.

    The state is that of the model, the optimizer, the metrics, the other callbacks and the order of the data:
    training that went on from a backup ends as it would have ended without the break, where arrays or a `PyDataset`
    are its data; or a `tf.data.Dataset` or a `DataLoader`, seeded, that shuffles by nothing but seeds; or a generator that
    yields the same batches again. `fit(resume_from=...)` adds this callback.

    The folder holds `latest.weights.h5` with the weights and the state of the optimizer, which `load_weights` reads,
    `training_metadata.json` with `"epoch"`, the first one that is not done, and `"batch"`, the last one that was seen, and
    `latest.state.npz` with all else. Where the first two alone are there, as Keras writes them, training takes up the weights
    and the optimizer, and the epoch begins with its first batch.

    Args:
        backup_dir: Folder for the backup; it is not to be used by another training.
        save_freq: `"epoch"`, or a number of batches.
        double_checkpoint: Whether the backup before the last one is kept too, in files whose names end in `.bkp`.
        delete_checkpoint: Whether the backup is deleted when `fit` ends as it should.

    Example:

    >>> callback = keras.callbacks.BackupAndRestore("backup")
    """

    _touches_model_in_batches = False
    _comes_last = True

    def __init__(self, backup_dir, save_freq="epoch", double_checkpoint=False, delete_checkpoint=True):
        super().__init__()
        if not backup_dir:
            raise ValueError(f"`backup_dir` must name a folder. Received: backup_dir={backup_dir!r}")
        self.backup_dir = io_path(backup_dir)
        self.save_freq = check_save_freq(save_freq)
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._files = backup_files.BackupFiles(self.backup_dir)
        self._counter = BatchCounter(save_freq)
        self._epoch = 0
        # What the other callbacks held when `fit` began; what they held in the middle of an epoch that goes on.
        self._fresh = {}
        self._resumed = None

    def _follows_batches(self, names):
        return self.save_freq != "epoch" and super()._follows_batches(names)

    def on_train_begin(self, logs=None):
        """Restores the backup, if there is one."""
        self._fresh = {name: portable_state.state_of(callback) for name, callback in self._others().items()}
        self._resumed = None
        if is_chief():
            self._files.settle(self.double_checkpoint)
        wait_for_all()
        endings = self._files.found()
        for ending in endings:
            try:
                with self._files.budget(ending):
                    return self._restore(ending)
            except Exception as error:
                path = self._files.described(ending)
                message = f"The backup of {path!r} cannot be restored ({type(error).__name__}: {error})."
                if ending == endings[-1]:
                    raise ValueError(
                        f"{message} It is damaged, or of another model: delete it to begin anew."
                    ) from error
                warn(f"{message} The one before it is taken.")

    def on_epoch_begin(self, epoch, logs=None):
        """Notes the epoch; where one goes on, undoes what other callbacks have done for its beginning once more."""
        self._epoch = epoch
        if self._resumed is not None:
            self._take_up(*self._resumed)
            self._resumed = None
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
        if self.delete_checkpoint and self.model._running_fit.is_complete and is_chief():
            self._files.delete()

    def _save(self, epoch, done, position):
        if not is_chief():
            # Arrays that processes hold together are gathered by all, in the order in which they are written.
            self.model.save_weights(backup_files.WEIGHTS)
            self._arrays_of_variables()
            wait_for_all()
            return
        with explained(self, self.backup_dir):
            self._files.write(lambda folder: self._write(folder, epoch, done, position), self.double_checkpoint)
        wait_for_all()

    def _write(self, folder, epoch, done, position):
        self.model.save_weights(os.path.join(folder, backup_files.WEIGHTS), overwrite=True)
        states, arrays = {}, self._arrays_of_variables()
        if global_state.get_global_attribute(GLOBAL_GENERATOR) is not None:
            arrays[_SEED] = _numpy(global_seed_generator().state)
        for name, callback in self._others().items():
            found = portable_state.changed(portable_state.state_of(callback), self._fresh.get(name, {}))
            states[name] = {attribute: code for attribute, (code, _) in found.items()}
            for attribute, (_, values) in found.items():
                arrays.update({f"{name}.{attribute}.{i}": value for i, value in enumerate(values)})
        np.savez(os.path.join(folder, backup_files.STATE), **arrays)
        metadata = {
            "epoch": epoch,
            "batch": max(done - 1, 0),
            "steps_done": done,
            "position": position,
            "stopped": bool(self.model.stop_training),
            "optimizers": self._built_for(),
            "callbacks": states,
            "numpy": _numpy_random_state(),
            "python": _python_random_state(),
        }
        with open(os.path.join(folder, backup_files.METADATA), "w") as file:
            json.dump(metadata, file)

    def _arrays_of_variables(self):
        return {str(i): _numpy(v) for i, v in enumerate(self._variables())}

    def _restore(self, ending):
        metadata = self._files.read_metadata(ending)
        if "callbacks" not in metadata:
            return self._restore_weights(ending, metadata["epoch"])
        arrays = self._files.read_arrays(ending)
        states = {name: _with_arrays(name, state, arrays) for name, state in metadata["callbacks"].items()}
        for state in states.values():
            portable_state.check(state)
        generators = _random_states(metadata)
        self._build_optimizers(metadata.get("optimizers", ()))
        self._check_fits(arrays)
        running = self.model._running_fit
        self.model.load_weights(self._files.weights(ending))
        self._take_up(arrays, states)
        done = metadata["steps_done"]
        if done:
            self._resumed = (arrays, states)
        # Training that a callback had ended has no epochs left.
        epoch = sys.maxsize if metadata["stopped"] else metadata["epoch"]
        running.resume(epoch, done, metadata["position"])
        # A generator may have drawn numbers for the batches that it had to yield once more.
        numpy_state, python_state = generators
        np.random.set_state(numpy_state)
        random.setstate(python_state)

    def _restore_weights(self, ending, epoch):
        """Takes up a backup that says no more than what the weights and the epoch are."""
        optimizer = self.model.optimizer
        if optimizer is not None and not optimizer.built:
            optimizer.build(self.model.trainable_variables)
        self.model.load_weights(self._files.weights(ending))
        self.model._running_fit.resume(epoch, 0)

    def _check_fits(self, arrays):
        """Raises unless a backup has an array of the right shape for each variable."""
        variables, count = self._variables(), sum(name.isdigit() for name in arrays)
        if count != len(variables):
            raise ValueError(
                f"it has {count} variables of model, optimizer and metrics, where the model has {len(variables)}"
            )
        for index, variable in enumerate(variables):
            if arrays[str(index)].shape != tuple(variable.shape):
                raise ValueError(
                    f"it has the shape {arrays[str(index)].shape} for the variable {variable.path!r} of shape "
                    f"{tuple(variable.shape)}"
                )

    def _take_up(self, arrays, states):
        """Gives variables and callbacks what a backup has for them."""
        for index, variable in enumerate(self._variables()):
            variable.assign(arrays[str(index)])
        if _SEED in arrays:
            global_seed_generator().state.assign(arrays[_SEED])
        for name, callback in self._others().items():
            portable_state.restore(callback, states.get(name, {}))

    def _variables(self):
        """Everything that changes while training."""
        model = self.model
        optimizers = [variable for optimizer in self._optimizers() for variable in optimizer.variables]
        return list({id(v): v for v in [*model.variables, *optimizers, *model.metrics_variables]}.values())

    def _optimizers(self):
        """All optimizers: a step of the user's may have several."""
        first = [] if self.model.optimizer is None else [self.model.optimizer]
        return first + [found for _, found in saving_lib.walk(self.model) if isinstance(found, BaseOptimizer)]

    def _built_for(self):
        """For each optimizer the numbers of the model's variables that it updates; `None` where it knows none."""
        numbers = {id(variable): number for number, variable in enumerate(self.model.variables)}
        return [
            [numbers[id(v)] for v in optimizer._trainable_variables if id(v) in numbers] if optimizer.built else None
            for optimizer in self._optimizers()
        ]

    def _build_optimizers(self, built_for):
        """Makes the variables of optimizers that a step of the user's would make in the first batch."""
        variables = self.model.variables
        for optimizer, numbers in zip(self._optimizers(), built_for):
            if numbers is not None and not optimizer.built and all(n < len(variables) for n in numbers):
                optimizer.build([variables[number] for number in numbers])

    def _others(self):
        callbacks = self.model._running_fit.callbacks.callbacks
        return portable_state.by_name(callback for callback in callbacks if callback is not self)


def with_backup(callbacks, resume_from, model):
    """The callbacks of a `fit` that is to go on where a former one was broken off.

    Args:
        callbacks: What `fit` was given.
        resume_from: Path of the folder of the backup; `True` for that of a `BackupAndRestore` among the callbacks, else
            for one that is named after the model.
        model: The model.

    Returns:
        List of callbacks, one of which is a `BackupAndRestore`.
    """
    if isinstance(callbacks, CallbackList):
        raise ValueError("With `resume_from`, `callbacks` must be a list, and no `CallbackList`.")
    given = [] if callbacks is None else tree.flatten(callbacks)
    backups = [callback for callback in given if isinstance(callback, BackupAndRestore)]
    folder = _folder_for(resume_from, backups, model)
    if resume_from is not True and not backup_files.BackupFiles(folder).found():
        warn(
            f"There is no backup of a training in {folder!r}, so this one begins at its start, and keeps its backup there."
        )
    if not backups:
        return [*given, BackupAndRestore(folder)]
    others = [backup.backup_dir for backup in backups if os.path.abspath(backup.backup_dir) != os.path.abspath(folder)]
    if others:
        raise ValueError(
            f"`resume_from={folder!r}`, but a `BackupAndRestore` among the callbacks has the folder {others[0]!r}: give both "
            "the same, or pass `resume_from=True`."
        )
    return given


def _folder_for(resume_from, backups, model):
    if resume_from is True:
        # What is no letter or digit might be another folder.
        return backups[0].backup_dir if backups else os.path.join("keras_backup", re.sub(r"[^\w-]", "_", model.name))
    if not isinstance(resume_from, (str, os.PathLike)) or not os.fspath(resume_from):
        raise ValueError(
            "`resume_from` must be the path of a folder for the backup of this training, or `True`. Received: "
            f"resume_from={resume_from!r} (of type {type(resume_from).__name__})"
        )
    folder = io_path(resume_from)
    if os.path.isfile(folder) or orbax_lib.is_checkpoint(folder):
        raise ValueError(
            f"`resume_from` is for the folder of a backup, as `BackupAndRestore` writes it, and {folder!r} is "
            f"{'a file' if os.path.isfile(folder) else 'one of checkpoints of Orbax'}. A saved model is read by "
            "`keras.saving.load_model`; then `fit` goes on with `initial_epoch`."
        )
    return folder


def _numpy(variable):
    array = np.asarray(backend.convert_to_numpy(variable))
    # NumPy's files do not know the small floats.
    return array.astype("float32") if array.dtype.kind == "V" else array


def _with_arrays(name, state, arrays):
    """A state as `portable_state` has it: each attribute with its arrays."""
    complete = {}
    for attribute, code in state.items():
        prefix = f"{name}.{attribute}."
        count = sum(key.startswith(prefix) for key in arrays)
        complete[attribute] = (code, [arrays[f"{prefix}{i}"] for i in range(count)])
    return complete


def _random_states(metadata):
    name, words, *rest = metadata["numpy"]
    version, python_words, gauss = metadata["python"]
    states = (name, np.array(words, "uint32"), *rest), (version, tuple(python_words), gauss)
    # Other generators say whether these are states.
    np.random.RandomState().set_state(states[0])
    random.Random().setstate(states[1])
    return states


def _numpy_random_state():
    name, words, position, has_gauss, gauss = np.random.get_state()
    return [name, words.tolist(), position, has_gauss, gauss]


def _python_random_state():
    version, words, gauss = random.getstate()
    return [version, list(words), gauss]
