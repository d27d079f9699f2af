"""Several callbacks as one."""

from keras.src import tree
from keras.src.api_export import keras_export
from keras.src.callbacks.callback import BATCH_HOOKS, Callback
from keras.src.callbacks.history import History
from keras.src.callbacks.progbar_logger import ProgbarLogger
from keras.src.distribution.processes import is_chief

_STOPS = {"train": "stop_training", "test": "stop_evaluating", "predict": "stop_predicting"}


@keras_export("keras.callbacks.CallbackList")
class CallbackList(Callback):
    """Calls several callbacks in order.

    Args:
        callbacks: List of callbacks, or a single one.
        add_history: Whether a `History` is added, if there is none.
        add_progbar: Whether a `ProgbarLogger` is added, if there is none.
        model: The model that trains.
        **params: The callbacks' `params`: `verbose`, `epochs` and `steps`.

    Example:

    >>> callbacks = keras.callbacks.CallbackList([], add_history=True, epochs=1, steps=1, verbose=0)
    >>> callbacks.on_epoch_end(0, {"loss": 0.5})
    """

    def __init__(self, callbacks=None, add_history=False, add_progbar=False, model=None, **params):
        super().__init__()
        self.callbacks = tree.flatten(callbacks) if callbacks is not None else []
        for callback in self.callbacks:
            if isinstance(callback, type) or not hasattr(callback, "set_model"):
                raise ValueError(
                    "`callbacks` takes instances of `keras.callbacks.Callback`. "
                    f"Received: {callback!r} (of type {type(callback).__name__}){_advice(callback)}"
                )
        if not is_chief():
            self.callbacks = [callback for callback in self.callbacks if not callback._is_for_chief]
        self._history = self._default(History, add_history)
        self._progbar = self._default(ProgbarLogger, add_progbar and is_chief())
        # The history records after others may have added to the logs; a backup holds the state of all others.
        self.callbacks.sort(
            key=lambda callback: 2 * getattr(callback, "_comes_last", False) + (callback is self._history)
        )
        if model is not None:
            self.set_model(model)
        params.setdefault("verbose", 1)
        self.set_params({**params, "verbose": _as_number(params["verbose"])})

    def _default(self, kind, wanted):
        found = next((callback for callback in self.callbacks if isinstance(callback, kind)), None)
        if found is None and wanted:
            found = kind()
            self.callbacks.append(found)
        return found

    def append(self, callback):
        """Adds a callback."""
        self.callbacks.append(callback)

    def set_params(self, params):
        """Gives `params` to all."""
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model):
        """Gives the model to all."""
        super().set_model(model)
        if self._history is not None:
            model.__dict__["history"] = self._history
        for callback in self.callbacks:
            callback.set_model(model)

    def batch_hooks(self, kind):
        """`BatchHooks` for the callbacks as they are now.

        Args:
            kind: "train", "test" or "predict".
        """
        return BatchHooks(self, kind)


def _advice(callback):
    return f". Make an instance: `{callback.__name__}(...)`" if isinstance(callback, type) else ""


def _as_number(verbose):
    return 1 if verbose == "auto" else verbose


def _for_all(name, counted):
    if counted:

        def call_all(self, number, logs=None):
            logs = {} if logs is None else logs
            for callback in self.callbacks:
                getattr(callback, name)(number, logs)

    else:

        def call_all(self, logs=None):
            logs = {} if logs is None else logs
            for callback in self.callbacks:
                getattr(callback, name)(logs)

    call_all.__name__ = name
    call_all.__doc__ = getattr(Callback, name).__doc__
    return call_all


for _event in ("batch", "epoch", "train_batch", "test_batch", "predict_batch", "train", "test", "predict"):
    for _when in ("begin", "end"):
        _name = f"on_{_event}_{_when}"
        setattr(CallbackList, _name, _for_all(_name, counted="batch" in _event or _event == "epoch"))


class BatchHooks:
    """The hooks for batches of those callbacks that have any.

    Args:
        callbacks: `CallbackList`.
        kind: "train", "test" or "predict".
    """

    def __init__(self, callbacks, kind):
        begin_names, end_names = BATCH_HOOKS[kind]
        self._model = callbacks.model
        self._stop = _STOPS[kind]
        self._begin = self._interested(callbacks, begin_names)
        self._end = self._interested(callbacks, end_names)
        self._begin_name, self._end_name = begin_names[0], end_names[0]
        self.each_batch = any(callback._wants_each_batch() for callback in self._begin + self._end)

    @staticmethod
    def _interested(callbacks, names):
        return [callback for callback in callbacks.callbacks if _follows(callback, names)]

    def begin(self, batch):
        """Calls the hooks before a batch."""
        for callback in self._begin:
            self._bring_up_to_date(callback)
            getattr(callback, self._begin_name)(batch, {})

    def end(self, batch, logs):
        """Calls the hooks after a batch; `logs` is a dict, or a function that makes one."""
        interested = [callback for callback in self._end if not callback._passes_over(batch)]
        if not interested:
            return
        logs = self._model._logs_for_callbacks(logs)
        for callback in interested:
            self._bring_up_to_date(callback)
            getattr(callback, self._end_name)(batch, logs)

    def _bring_up_to_date(self, callback):
        if callback._touches_model_in_batches:
            self._model._engine.sync()

    def stops(self):
        """Whether a callback asked to stop."""
        return getattr(self._model, self._stop)


def _follows(callback, names):
    if isinstance(callback, Callback):
        return callback._follows_batches(names)
    return True
