"""A callback made of functions."""

from keras.src.api_export import keras_export
from keras.src.callbacks.callback import Callback


@keras_export("keras.callbacks.LambdaCallback")
class LambdaCallback(Callback):
    """Calls functions at events.

    Args:
        on_epoch_begin: Function `(epoch, logs)`.
        on_epoch_end: Function `(epoch, logs)`.
        on_train_begin: Function `(logs)`.
        on_train_end: Function `(logs)`.
        on_train_batch_begin: Function `(batch, logs)`.
        on_train_batch_end: Function `(batch, logs)`.
        **kwargs: Functions for other events, by the names of the methods of `Callback`; anything else becomes an
            attribute of the callback.

    Example:

    >>> callback = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs["loss"]))
    >>> callback.on_epoch_end(0, {"loss": 0.5})
    0 0.5
    """

    def __init__(
        self,
        on_epoch_begin=None,
        on_epoch_end=None,
        on_train_begin=None,
        on_train_end=None,
        on_train_batch_begin=None,
        on_train_batch_end=None,
        **kwargs,
    ):
        given = {name: function for name, function in locals().items() if name.startswith("on_")}
        super().__init__()
        self.__dict__.update(kwargs)
        self.__dict__.update({name: function for name, function in given.items() if function is not None})
