"""Stops training whose loss is lost."""

import math

from keras.src.api_export import keras_export
from keras.src.callbacks.callback import Callback
from keras.src.utils import io_utils


@keras_export("keras.callbacks.TerminateOnNaN")
class TerminateOnNaN(Callback):
    """Stops training when the loss is NaN or infinite.

    Args:
        raise_error: Whether a `RuntimeError` is raised, instead of ending `fit` as if it were done; callbacks do not
            hear of the end then.

    Example:

    >>> callback = keras.callbacks.TerminateOnNaN()
    """

    _touches_model_in_batches = False

    def __init__(self, raise_error=False):
        super().__init__()
        self.raise_error = raise_error

    def on_batch_end(self, batch, logs=None):
        """Looks at the loss."""
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            if self.model._running_fit is not None:
                self.model._running_fit.is_abandoned = True
            raise RuntimeError(f"The loss became {loss} at batch {batch}: training is terminated.")
        io_utils.print_msg(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
