"""Records what each epoch gave."""

from keras.src.api_export import keras_export
from keras.src.callbacks.callback import Callback


@keras_export("keras.callbacks.History")
class History(Callback):
    """Records the logs of epochs; `fit` adds one by itself, and returns it.

    Attributes:
        history: Dict from names to lists of the values after each epoch.
        epoch: List of the numbers of the epochs.

    Example:

    >>> history = keras.callbacks.History()
    >>> history.on_train_begin()
    >>> history.on_epoch_end(0, {"loss": 0.5})
    >>> history.history
    {'loss': [0.5]}
    """

    def __init__(self):
        super().__init__()
        self.history = {}
        self.epoch = []

    def on_train_begin(self, logs=None):
        """Forgets the epochs of an earlier training."""
        self.epoch = []

    def on_epoch_end(self, epoch, logs=None):
        """Records the logs."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
