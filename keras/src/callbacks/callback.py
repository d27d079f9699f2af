"""`Callback`: what is called while a model trains, evaluates and predicts."""

from keras.src.api_export import keras_export

# The hooks of batches by kind of step; the older names stand for those of training.
BATCH_HOOKS = {
    "train": (("on_train_batch_begin", "on_batch_begin"), ("on_train_batch_end", "on_batch_end")),
    "test": (("on_test_batch_begin",), ("on_test_batch_end",)),
    "predict": (("on_predict_batch_begin",), ("on_predict_batch_end",)),
}


@keras_export("keras.callbacks.Callback")
class Callback:
    """Base class of callbacks: a subclass overrides the methods for the events that it is interested in.

    `logs` is a dict from names to numbers: loss and metrics. A callback that overrides no method for batches does not
    slow training down: many batches may then run in one call of the engine.

    Attributes:
        params: Dict with `verbose`, `epochs` and `steps`.
        model: The model that trains.

    Example:

    >>> class StopBelow(keras.callbacks.Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         if logs["loss"] < 0.1:
    ...             self.model.stop_training = True
    """

    # Whether the hooks for batches may read or change variables of the model, which then are brought up to date.
    _touches_model_in_batches = True
    # Whether only the first of the processes that compute together needs it, since it writes or prints what all know.
    _is_for_chief = False

    def __init__(self):
        self._model, self.params = None, None

    def set_model(self, model):
        """Takes the model."""
        self._model = model

    def set_params(self, params):
        """Takes `params`."""
        self.params = params

    @property
    def model(self):
        """The model that trains."""
        return getattr(self, "_model", None)

    def on_batch_begin(self, batch, logs=None):
        """Another name of `on_train_batch_begin`."""

    def on_batch_end(self, batch, logs=None):
        """Another name of `on_train_batch_end`."""

    def on_epoch_begin(self, epoch, logs=None):
        """Called before an epoch of training.

        Args:
            epoch: Number of the epoch, from 0.
            logs: Empty dict.
        """

    def on_epoch_end(self, epoch, logs=None):
        """Called after an epoch of training and its evaluation.

        Args:
            epoch: Number of the epoch, from 0.
            logs: Results of training, and of the evaluation under names that begin with `val_`.
        """

    def on_train_batch_begin(self, batch, logs=None):
        """Called before a batch of training.

        Args:
            batch: Number of the batch in its epoch, from 0.
            logs: Empty dict.
        """
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch, logs=None):
        """Called after a batch of training.

        Args:
            batch: Number of the batch in its epoch, from 0.
            logs: Results since the epoch began.
        """
        self.on_batch_end(batch, logs)

    def on_test_batch_begin(self, batch, logs=None):
        """Called before a batch of an evaluation, also while fitting; see `on_train_batch_begin`."""

    def on_test_batch_end(self, batch, logs=None):
        """Called after a batch of an evaluation, also while fitting; see `on_train_batch_end`."""

    def on_predict_batch_begin(self, batch, logs=None):
        """Called before a batch of a prediction; see `on_train_batch_begin`."""

    def on_predict_batch_end(self, batch, logs=None):
        """Called after a batch of a prediction; `logs["outputs"]` are its outputs."""

    def on_train_begin(self, logs=None):
        """Called when `fit` begins."""

    def on_train_end(self, logs=None):
        """Called when `fit` ends, also by an exception; `logs` are those of the last epoch."""

    def on_test_begin(self, logs=None):
        """Called when an evaluation begins, also while fitting."""

    def on_test_end(self, logs=None):
        """Called when an evaluation ends; `logs` are its results."""

    def on_predict_begin(self, logs=None):
        """Called when `predict` begins."""

    def on_predict_end(self, logs=None):
        """Called when `predict` ends."""

    def _overrides(self, *names):
        return any(getattr(getattr(self, name), "__func__", None) is not getattr(Callback, name) for name in names)

    def _follows_batches(self, names):
        """Whether it is to be called for batches, by the hooks of these names."""
        return self._overrides(*names)

    def _wants_each_batch(self):
        """Whether it must see every batch, and not just some on the way."""
        return True

    def _passes_over(self, batch):
        """Whether it has no use for the logs of this batch."""
        return False
