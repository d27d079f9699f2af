"""Epochs as trainers of other libraries iterate over them; the library's own loop is that of `trainers/loop.py`."""

import contextlib
import itertools

from keras.src.trainers.data_adapters import Feed, get_data_adapter
from keras.src.utils.warning_utils import warn


class EpochIterator:
    """Gives `(first step, last step, batches)` for each call of a step function; each `iter()` is an epoch.

    Without `steps_per_epoch` an epoch is a pass over the data; with it, it begins where the one before ended.

    Args:
        x: Arrays, nested in any way, or a source of batches.
        y: Targets; only with arrays.
        sample_weight: Weights of the samples; only with arrays.
        batch_size: Samples in a batch; for arrays.
        steps_per_epoch: Number of steps of an epoch, or `None`.
        shuffle: Whether each pass has an order of its own.
        class_weight: Dict from class to weight, or `None`.
        steps_per_execution: Most batches of an item.
    """

    def __init__(
        self,
        x,
        y=None,
        sample_weight=None,
        batch_size=None,
        steps_per_epoch=None,
        shuffle=False,
        class_weight=None,
        steps_per_execution=1,
    ):
        self.steps_per_epoch = steps_per_epoch
        # A variable, where a model gives its own.
        self.steps_per_execution = int(steps_per_execution)
        self.data_adapter = get_data_adapter(
            x, y, sample_weight, batch_size, steps_per_epoch, shuffle=shuffle, class_weight=class_weight
        )
        self._feed = Feed(self.data_adapter, steps_per_epoch)

    @property
    def num_batches(self):
        """Number of batches in an epoch, or `None` where it is unknown."""
        return self._feed.steps

    def __iter__(self):
        return self.enumerate_epoch()

    def enumerate_epoch(self):
        """Iterates over an epoch: triples of the numbers of the first and the last step, and a list of batches."""
        self._feed.begin_epoch()
        batches = map(self._batch_of, self._feed.epoch(lambda: 1))
        step = 0
        while group := list(itertools.islice(batches, self.steps_per_execution)):
            yield step, step + len(group) - 1, group
            step += len(group)
        self.data_adapter.on_epoch_end()

    def first_batch(self):
        """The first batch of the epoch to come, which the epoch will give again; `None` without data."""
        item = self._feed.peek()
        return None if item is None else self._batch_of((item, 1))

    def _batch_of(self, item):
        return self.data_adapter.rows(item[0]) if self.data_adapter.is_indexed else item[0]

    def reset(self):
        """Lets the next epoch begin with a new pass over the data."""
        self._feed.close()
        self.data_adapter.on_epoch_end()

    @contextlib.contextmanager
    def catch_stop_iteration(self):
        """Where data ends within it, the epoch ends with a warning."""
        try:
            yield
        except StopIteration:
            warn("The input ran out of data before the end of the epoch; the epoch ends here.")
            self._feed.close()
