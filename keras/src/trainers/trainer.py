"""`Trainer`: what a model needs to be trained, evaluated and used."""

import numbers
import weakref

from keras.src import backend, tree
from keras.src.backend import config
from keras.src.backend.common.training import cannot_train
from keras.src.callbacks.backup_and_restore import with_backup
from keras.src.callbacks.callback_list import CallbackList
from keras.src.callbacks.history import History
from keras.src.distribution.processes import any_of_all
from keras.src.trainers.compile_utils import CompileMetrics, as_floats
from keras.src.trainers.compiling import Compiling
from keras.src.trainers.data_adapters import Feed, array_data_adapter, data_adapter_utils, get_data_adapter
from keras.src.trainers.in_job import in_job
from keras.src.trainers.label_checks import check_first_batch, check_first_step, must_see_first_step
from keras.src.trainers.loop import RunningFit, prepare, read_logs, run_epoch
from keras.src.utils import traceback_utils
from keras.src.utils.warning_utils import warn

# Class of models -> names of methods -> whether it replaces one of them.
_overridden = weakref.WeakKeyDictionary()


class Trainer(Compiling):
    """The part of a model that trains, evaluates and predicts; see `keras.Model`."""

    def _overrides(self, *names):
        """Whether the class of the model, or the model itself, replaces one of the methods."""
        known = _overridden.setdefault(type(self), {})
        if names not in known:
            known[names] = any(getattr(type(self), name) is not getattr(Trainer, name) for name in names)
        return known[names] or any([name in self.__dict__ for name in names])

    def _graph_that_is_called(self):
        """The graph that a call of the model runs, or `None` where it runs something else."""

    # Fitting

    @traceback_utils.filter_traceback
    @in_job
    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_batch_size=None,
        validation_freq=1,
        *,
        resume_from=None,
    ):
        """Trains the model.

        Args:
            x: Inputs: arrays or tensors of any library, also nested; or a source of batches `(x, y)` or `(x, y,
                sample_weight)`: a `PyDataset`, a generator, a `tf.data.Dataset`, a torch `DataLoader`, a grain
                dataset.
            y: Targets, where `x` is arrays.
            batch_size: Samples in a batch; 32 by default, and only for arrays.
            epochs: The number of the epoch to stop before, counted from 0; with `initial_epoch=0` the number of epochs.
            verbose: 0 is silent, 1 a progress bar, 2 a line for each epoch; `"auto"` means 1.
            callbacks: List of `keras.callbacks.Callback`, or a `CallbackList`.
            validation_split: Fraction of the samples, the last ones, to be evaluated after each epoch instead of
                being trained on.
            validation_data: Data to be evaluated after each epoch: `(x, y)`, `(x, y, sample_weight)`, or a source of
                batches.
            shuffle: Whether each epoch has an order of its own; `"batch"` shuffles whole batches. For arrays and
                `PyDataset`s.
            class_weight: Dict from class to the weight of its samples; multiplied with `sample_weight`.
            sample_weight: Weights of the samples, an array `(samples,)`.
            initial_epoch: The epoch to begin with.
            steps_per_epoch: Batches in an epoch; by default all that the data has.
            validation_steps: Batches in an evaluation, likewise.
            validation_batch_size: Samples in a batch of the evaluation; `batch_size` by default.
            validation_freq: Evaluation every so many epochs, or a list of the epochs, counted from 1.
            resume_from: Path of a folder, by which training that is broken off can be taken up: the program is run once
                more as it is. A backup of the whole state is written there after each epoch, `fit` goes on from one that
                it finds there, and removes it at the end; without one it warns and begins anew. The training ends in the
                same weights as one that was not broken off. `True` means the folder of a `BackupAndRestore` among the
                `callbacks`, which may save more often; else `keras_backup/<name of the model>`; there, a first run
                without a backup is expected, and begins without a warning.

        Returns:
            `History`; its `history` is a dict from names to lists of the values after each epoch.

        Example:

        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> model.compile(loss="mse")
        >>> history = model.fit(np.ones((8, 2)), np.ones((8, 1)), epochs=2, verbose=0)
        >>> len(history.history["loss"])
        2
        """
        self._check_trains("fit")
        _check_epochs(epochs=epochs, initial_epoch=initial_epoch)
        limit = config.max_epochs()
        epochs = epochs if limit is None else min(epochs, limit)
        if validation_split:
            (x, y, sample_weight), validation_data = array_data_adapter.train_validation_split(
                (x, y, sample_weight), validation_split
            )
        feed = _feed(x, y, sample_weight, batch_size, steps_per_epoch, shuffle, class_weight)
        validation = None
        if validation_data is not None:
            if self._compile_loss is not None and not self._overrides("test_step", "compute_loss"):
                _check_has_targets(validation_data)
            validation = _Validation(
                validation_data, validation_batch_size or batch_size, validation_steps, validation_freq
            )
        if resume_from is not None and resume_from is not False:
            callbacks = with_backup(callbacks, resume_from, self)
        self._prepare(feed, training=True)
        if not isinstance(callbacks, CallbackList):
            callbacks = CallbackList(
                callbacks,
                add_history=True,
                add_progbar=verbose != 0,
                verbose=verbose,
                epochs=epochs,
                steps=feed.steps,
                model=self,
            )
        return self._run_fit(RunningFit(feed, callbacks, initial_epoch), epochs, validation)

    def _run_fit(self, running, epochs, validation):
        """The epochs of a `fit`; whatever ends them, callbacks hear of the end, unless one of them has abandoned it."""
        feed, callbacks = running.feed, running.callbacks
        state = self.__dict__
        state["_running_fit"] = running
        self.stop_training = False
        logs = {}
        try:
            callbacks.on_train_begin()
            for epoch in range(running.epoch, epochs):
                logs, has_data = self._fit_epoch(epoch, running, validation)
                if not has_data:
                    break
                callbacks.on_epoch_end(epoch, dict(logs))  # What callbacks add is of this epoch.
                if any_of_all(self.stop_training):
                    break
            running.is_complete = True
            if self.optimizer is not None:
                self.optimizer.finalize_variable_values(self.trainable_variables)
        finally:
            feed.close()
            try:
                if not running.is_abandoned:
                    callbacks.on_train_end(logs)
            finally:
                state["_running_fit"] = None
        return callbacks._history or state.setdefault("history", History())

    def _fit_epoch(self, epoch, running, validation):
        """Trains one epoch and evaluates after it; returns the logs of both, and whether there was data."""
        done = running.steps_done(epoch)
        if not done:
            self.reset_metrics()
        running.callbacks.on_epoch_begin(epoch)
        is_first = epoch == running.epoch
        result = run_epoch(self, "train", running.feed, running.callbacks, done=done, is_first=is_first)
        if result is None and not done:
            warn(f"The data has ended before epoch {epoch + 1}: training stops here.")
            return {}, False
        logs = as_floats(self.get_metrics_result() if result is None else read_logs(result))
        if validation is not None and validation.is_due(epoch):
            found = self._validate(validation, running.callbacks)
            logs = dict(sorted({**logs, **{f"val_{name}": value for name, value in found.items()}}.items()))
        return logs, True

    def _validate(self, validation, callbacks):
        """The logs of the validation data; an `evaluate` that a subclass has in its own way is called."""
        if self._overrides("evaluate"):
            return self.evaluate(
                **validation.arguments, callbacks=callbacks, return_dict=True, _use_cached_eval_dataset=True
            )
        feed = validation.feed()
        batch = feed.first_batch() if validation.is_unseen else None
        if batch is not None:
            check_first_batch(self, batch, feed.adapter)
            validation.is_unseen = False
        return self._evaluate(feed, callbacks, has_to=False)

    def _prepare(self, feed, training):
        """Makes sure that model, losses, metrics and optimizer have their variables; checks the shapes of a first
        batch."""
        batch = feed.first_batch()
        if batch is None:
            raise ValueError("The data is empty: it yields no batch.")
        prepare(self, batch, training)
        check_first_batch(self, batch, feed.adapter)

    def _symbolic_build(self, iterator=None, data_batch=None):
        """Gives the model, its losses, metrics and optimizer their variables, for trainers of other libraries.

        Args:
            iterator: An `EpochIterator`, whose first batch tells what data looks like; or
            data_batch: A batch: `x`, `(x, y)` or `(x, y, sample_weight)`.
        """
        prepare(self, iterator.first_batch() if data_batch is None else data_batch, training=True)

    # Evaluating

    @traceback_utils.filter_traceback
    @in_job
    def evaluate(
        self,
        x=None,
        y=None,
        batch_size=None,
        verbose="auto",
        sample_weight=None,
        steps=None,
        callbacks=None,
        return_dict=False,
        **kwargs,
    ):
        """Computes loss and metrics on data.

        Args:
            x: Inputs, as for `fit`.
            y: Targets, where `x` is arrays.
            batch_size: Samples in a batch; 32 by default, and only for arrays.
            verbose: 0 is silent, 1 a progress bar, 2 a line; `"auto"` means 1.
            sample_weight: Weights of the samples, an array `(samples,)`.
            steps: Number of batches; by default all that the data has.
            callbacks: List of `keras.callbacks.Callback`, or a `CallbackList`.
            return_dict: Whether the values come by name.

        Returns:
            Dict from names to values; or a list of the values, the loss first, or the loss alone where there is
            nothing else.
        """
        # `fit` says by it that the data is the same in each epoch.
        kwargs.pop("_use_cached_eval_dataset", None)
        if kwargs:
            raise ValueError(f"`evaluate` does not know the arguments {sorted(kwargs)}.")
        self._check_compiled("evaluate")
        feed = _feed(x, y, sample_weight, batch_size, steps)
        if not isinstance(callbacks, CallbackList):
            callbacks = CallbackList(
                callbacks,
                add_progbar=verbose != 0,
                verbose=verbose,
                epochs=1,
                steps=feed.steps,
                model=self,
            )
        self._prepare(feed, training=False)
        try:
            logs = self._evaluate(feed, callbacks)
        finally:
            feed.close()
        return logs if return_dict else self._as_list(logs)

    def _evaluate(self, feed, callbacks, has_to=True):
        self.stop_evaluating = False
        callbacks.on_test_begin()
        self.reset_metrics()
        logs = {}
        try:
            result = run_epoch(self, "test", feed, callbacks)
            if result is None and has_to:
                raise ValueError("The data to evaluate is empty: it yields no batch.")
            if result is None:
                warn("The data to validate on has ended: this epoch is not evaluated.")
            logs = {} if result is None else as_floats(read_logs(result))
        finally:
            callbacks.on_test_end(logs)
        return logs

    def _as_list(self, logs):
        """Values of logs in the order of the metrics, what is left by name; a single value alone."""
        names = []
        for metric in self.metrics:
            names += [m.name for m in metric.metrics] if isinstance(metric, CompileMetrics) else [metric.name]
        order = [name for name in dict.fromkeys([*names, *sorted(logs)]) if name in logs]
        values = [logs[name] for name in order]
        return values[0] if len(values) == 1 else values

    # Predicting

    @traceback_utils.filter_traceback
    @in_job
    def predict(self, x, batch_size=None, verbose="auto", steps=None, callbacks=None):
        """Computes the outputs for data, batch by batch.

        Args:
            x: Inputs, as for `fit`; targets in the batches of a source are ignored.
            batch_size: Samples in a batch; 32 by default, and only for arrays.
            verbose: 0 is silent, 1 a progress bar, 2 a line; `"auto"` means 1.
            steps: Number of batches; by default all that the data has.
            callbacks: List of `keras.callbacks.Callback`, or a `CallbackList`.

        Returns:
            NumPy array, or structure of NumPy arrays, with the outputs for all samples.

        Example:

        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> model.predict(np.ones((5, 2)), verbose=0).shape
        (5, 1)
        """
        feed = _feed(x, None, None, batch_size, steps)
        if not isinstance(callbacks, CallbackList):
            callbacks = CallbackList(
                callbacks, add_progbar=verbose != 0, verbose=verbose, epochs=1, steps=feed.steps, model=self
            )
        if not self.built or not feed.adapter.is_indexed or feed.is_of_process:
            self._prepare_prediction(feed)
        self.stop_predicting = False
        outputs = []
        callbacks.on_predict_begin()
        try:
            run_epoch(self, "predict", feed, callbacks, outputs)
        finally:
            feed.close()
            callbacks.on_predict_end()
        if not outputs:
            raise ValueError("The data to predict from is empty: it yields no batch.")
        try:
            return self._engine.collect(outputs)
        except (ValueError, RuntimeError) as error:
            if "must match" not in str(error):
                raise
            raise ValueError(
                "The outputs of the batches cannot be joined: apart from the first axis, that of the samples, their "
                f"shapes must be equal. Use `predict_on_batch()`, or pad them to one size. {error}"
            ) from error

    def _prepare_prediction(self, feed):
        batch = feed.first_batch()
        if batch is None:
            raise ValueError("The data to predict from is empty: it yields no batch.")
        x = data_adapter_utils.unpack_x_y_sample_weight(batch)[0]
        prepare(self, (x,), training=False)

    # Single batches

    @traceback_utils.filter_traceback
    @in_job
    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        """Trains on one batch.

        Args:
            x: Inputs.
            y: Targets.
            sample_weight: Weights of the samples, an array `(samples,)`.
            class_weight: Dict from class to the weight of its samples; multiplied with `sample_weight`.
            return_dict: Whether the values come by name.

        Returns:
            Loss and metrics of the batch, as `evaluate` returns them.
        """
        self._check_trains("train_on_batch")
        return self._logs_on_batch("train", x, y, sample_weight, class_weight, return_dict)

    @traceback_utils.filter_traceback
    @in_job
    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        """Computes loss and metrics of one batch.

        Args:
            x: Inputs.
            y: Targets.
            sample_weight: Weights of the samples, an array `(samples,)`.
            return_dict: Whether the values come by name.

        Returns:
            Loss and metrics of the batch, as `evaluate` returns them.
        """
        self._check_compiled("test_on_batch")
        return self._logs_on_batch("test", x, y, sample_weight, None, return_dict)

    def _logs_on_batch(self, kind, x, y, sample_weight, class_weight, return_dict):
        batch = _one_batch(x, y, sample_weight, class_weight)
        prepare(self, batch, training=kind == "train")
        check_first_batch(self, batch)
        self.reset_metrics()
        batch = data_adapter_utils.owned(batch)
        logs = as_floats(self._result_on_batch(kind, batch))
        if must_see_first_step(self, kind):
            check_first_step(self, kind, self._engine.place(batch), logs)
        return logs if return_dict else self._as_list(logs)

    @traceback_utils.filter_traceback
    @in_job
    def predict_on_batch(self, x):
        """Computes the outputs for one batch.

        Args:
            x: Inputs.

        Returns:
            NumPy array, or structure of NumPy arrays.
        """
        if not self.built:
            prepare(self, (x,), training=False)
        return tree.map_structure(
            backend.convert_to_numpy, self._result_on_batch("predict", data_adapter_utils.owned((x,)))
        )

    def _result_on_batch(self, kind, batch):
        return self._engine.on_batch(kind, batch, self._function_of_user(kind))

    # Functions

    def _function_of_user(self, kind):
        """What the user put in the place of `train_function` and its like, or made it by overriding
        `make_train_function`; else `None`."""
        name = f"{kind}_function"
        if self._overrides(f"make_{name}"):
            getattr(self, f"make_{name}")()
        function = getattr(self, name)
        return None if function is None or hasattr(function, "is_of_engine") else function

    # Checks

    def _check_compiled(self, method):
        if not self.compiled:
            raise ValueError(
                f"You must call `compile()` before `{method}`, which needs loss, metrics and optimizer, e.g. "
                "`model.compile(optimizer='adam', loss='mean_squared_error')`."
            )

    def _check_trains(self, method):
        if not backend.CAN_TRAIN:
            raise cannot_train(method)
        self._check_compiled(method)
        if self.optimizer is None and not self._overrides("train_step"):
            raise ValueError(f"`{method}` needs an optimizer: `compile()` was called with `optimizer=None`.")


class _Validation:
    """The data to evaluate while fitting, and when."""

    def __init__(self, data, batch_size, steps, freq):
        epochs = [freq] if hasattr(freq, "__index__") else freq
        if isinstance(epochs, str) or not hasattr(epochs, "__contains__") or (epochs is not freq and freq < 1):
            raise ValueError(
                f"`validation_freq` must be a positive integer, or a list of epochs. Received: validation_freq={freq!r}"
            )
        _check_steps(steps)
        x, y, sample_weight = _validation_parts(data)
        self.arguments = {"x": x, "y": y, "sample_weight": sample_weight, "batch_size": batch_size, "steps": steps}
        self.is_unseen = True
        self._freq = freq
        self._steps = steps
        self._adapter = get_data_adapter(x, y, sample_weight, batch_size=batch_size, steps_per_epoch=steps)

    def is_due(self, epoch):
        if hasattr(self._freq, "__index__"):
            return (epoch + 1) % self._freq == 0
        return epoch + 1 in self._freq

    def feed(self):
        return Feed(self._adapter, self._steps)


def _check_has_targets(validation_data):
    x, y, _ = _validation_parts(validation_data)
    if y is None and x is not None and array_data_adapter.all_arrays(x):
        raise ValueError(
            "`validation_data` must hold targets too: pass `(x, y)`, `(x, y, sample_weight)`, or data that yields such "
            f"batches. Received: inputs alone, of type {type(validation_data).__name__}"
        )


def _check_epochs(**counts):
    for name, count in counts.items():
        if isinstance(count, bool) or not hasattr(count, "__index__"):
            raise ValueError(
                f"`{name}` must be an integer. Received: {name}={count!r} (of type {type(count).__name__})"
            )


def _check_steps(steps):
    if steps is not None and (isinstance(steps, bool) or not isinstance(steps, numbers.Real)):
        raise ValueError(
            f"The number of steps of an epoch must be an integer. Received: {steps!r} (of type {type(steps).__name__})"
        )


def _validation_parts(data):
    if isinstance(data, (tuple, list)):
        return data_adapter_utils.unpack_x_y_sample_weight(data)
    return data, None, None


def _feed(x, y, sample_weight, batch_size, steps, shuffle=False, class_weight=None):
    _check_steps(steps)
    limit = config.max_steps_per_epoch()
    adapter = get_data_adapter(x, y, sample_weight, batch_size, steps, shuffle, class_weight)
    if limit is not None:
        known = steps or adapter.num_batches
        steps = limit if known is None else min(known, limit)
    return Feed(adapter, steps)


def _one_batch(x, y, sample_weight, class_weight):
    x, y, sample_weight = tree.map_structure(array_data_adapter.to_array, (x, y, sample_weight))
    data_adapter_utils.check_lengths((x, y, sample_weight))
    class_weight = data_adapter_utils.checked_class_weight(class_weight)
    if class_weight is not None:
        x, y, sample_weight = data_adapter_utils.with_class_weight((x, y, sample_weight), class_weight)
    if y is None and sample_weight is not None:
        return x, None, sample_weight  # for a step of the user: no loss of the library's own weighs without targets
    return data_adapter_utils.pack_x_y_sample_weight(x, y, sample_weight)
