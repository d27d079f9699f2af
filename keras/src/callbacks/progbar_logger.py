"""Shows progress."""

from keras.src.api_export import keras_export
from keras.src.callbacks.callback import Callback
from keras.src.utils import io_utils
from keras.src.utils.progbar import Progbar


@keras_export("keras.callbacks.ProgbarLogger")
class ProgbarLogger(Callback):
    """Shows a progress bar with the results so far; `fit`, `evaluate` and `predict` add one by themselves where
    `verbose` is not 0.

    Results are read off the device when the bar is redrawn, not for each batch.

    Example:

    >>> callback = keras.callbacks.ProgbarLogger()
    """

    _touches_model_in_batches = False

    _is_for_chief = True

    def __init__(self):
        super().__init__()
        self.progbar = self.target = None
        self.verbose = self.epochs = 1
        self._called_in_fit = False
        self.seen = 0

    def set_params(self, params):
        """Takes `verbose`, `epochs` and `steps` out of `params`."""
        super().set_params(params)
        verbose = params.get("verbose", 1)
        self.verbose = 1 if verbose == "auto" else verbose
        self.epochs = params.get("epochs", 1)
        self.target = params.get("steps")

    def on_train_begin(self, logs=None):
        """Notes that evaluations belong to `fit` and have no bar of their own."""
        self._called_in_fit = True

    def on_train_end(self, logs=None):
        self._called_in_fit = False

    def on_epoch_begin(self, epoch, logs=None):
        """Begins a bar."""
        self._reset()
        if self.verbose and self.epochs > 1:
            io_utils.print_msg(f"Epoch {epoch + 1}/{self.epochs}")

    def on_train_batch_end(self, batch, logs=None):
        """Moves the bar."""
        self._update(batch, logs)

    def on_epoch_end(self, epoch, logs=None):
        """Ends the bar, with the results of the evaluation."""
        self._finish(logs)

    def on_test_begin(self, logs=None):
        """Begins a bar."""
        if not self._called_in_fit:
            self._reset()

    def on_test_batch_end(self, batch, logs=None):
        """Moves the bar."""
        if not self._called_in_fit:
            self._update(batch, logs)

    def on_test_end(self, logs=None):
        """Ends the bar."""
        if not self._called_in_fit:
            self._finish(logs)

    def on_predict_begin(self, logs=None):
        """Begins a bar."""
        self._reset()

    def on_predict_batch_end(self, batch, logs=None):
        """Moves the bar."""
        self._update(batch, None)

    def on_predict_end(self, logs=None):
        """Ends the bar."""
        self._finish(None)

    def _reset(self):
        self.seen = 0
        self.progbar = Progbar(self.target, verbose=self.verbose, unit_name="step", stateless_metrics=())

    def _update(self, batch, logs):
        self.seen = batch + 1
        self.progbar.update(self.seen, list((logs or {}).items()), finalize=False)

    def _finish(self, logs):
        if self.progbar is None:
            return
        if self.target is None or self.seen > self.target:
            self.target = self.progbar.target = self.seen
        self.progbar.update(self.seen, list((logs or {}).items()), finalize=True)

    def _wants_each_batch(self):
        return False

    def _follows_batches(self, names):
        within_fit = self._called_in_fit and "on_test_batch_end" in names
        return bool(self.verbose) and not within_fit and super()._follows_batches(names)

    def _passes_over(self, batch):
        self.seen = batch + 1
        return self.progbar is None or not self.progbar.due(self.seen)
