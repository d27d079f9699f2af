"""Evaluates with averaged weights."""

from keras.src.api_export import keras_export
from keras.src.callbacks.callback import Callback


@keras_export("keras.callbacks.SwapEMAWeights")
class SwapEMAWeights(Callback):
    """Swaps the weights with their moving averages for evaluations, and for good when training ends.

    The optimizer keeps the averages under `use_ema=True`.

    Args:
        swap_on_epoch: Whether the averages are in place at the end of each epoch too, so that checkpoints hold them.

    Example:

    >>> callback = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
    """

    def __init__(self, swap_on_epoch=False):
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        # What the variables held, while the averages are in their place.
        self._replaced = None

    def _averages(self):
        """Pairs of a variable and its average, of each optimizer that keeps averages."""
        optimizer = self.model.optimizer
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        keeping = [one for one in getattr(optimizer, "optimizers", [optimizer]) if getattr(one, "use_ema", False)]
        if not keeping:
            raise ValueError(
                "SwapEMAWeights needs an optimizer that keeps moving averages: make it with `use_ema=True`. "
                f"Received: {optimizer!r}"
            )
        return [pair for one in keeping for pair in _pairs_of(one)]

    def _put_in(self):
        if self._replaced is None:
            self._replaced = [(variable, variable.numpy()) for variable, _ in self._averages()]
            for variable, average in self._averages():
                variable.assign(average.numpy())

    def _put_back(self):
        for variable, value in self._replaced or ():
            variable.assign(value)
        self._replaced = None

    def on_train_begin(self, logs=None):
        """Checks the optimizer."""
        self._averages()

    def on_epoch_begin(self, epoch, logs=None):
        """Puts the weights back, so that training goes on with them."""
        self._put_back()

    def on_epoch_end(self, epoch, logs=None):
        """Puts the averages in place, if wanted."""
        if self.swap_on_epoch:
            self._put_in()

    def on_test_begin(self, logs=None):
        """Puts the averages in place."""
        self._put_in()

    def on_test_end(self, logs=None):
        """Puts the weights back."""
        self._put_back()

    def on_predict_begin(self, logs=None):
        """Puts the averages in place."""
        self._put_in()

    def on_predict_end(self, logs=None):
        """Puts the weights back."""
        self._put_back()

    def on_train_end(self, logs=None):
        """Leaves the averages in place for good."""
        self._replaced = None


def _pairs_of(optimizer):
    averages = getattr(optimizer, "_model_variables_moving_average", None) or []
    pairs = zip(optimizer._trainable_variables, averages) if averages else ()
    return [(variable, average) for variable, average in pairs if average is not None]
