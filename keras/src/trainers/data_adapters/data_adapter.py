"""What every source of data looks like to the training loop: passes, and epochs cut out of them."""

from keras.src.backend.common.own_data import as_others
from keras.src.distribution.processes import are_several, have_own_data
from keras.src.trainers.data_adapters import data_adapter_utils
from keras.src.trainers.data_adapters.iterators import IteratesForOthers
from keras.src.utils.warning_utils import warn


class DataAdapter(IteratesForOthers):
    """A source of batches.

    A pass goes through the data once. `start_pass(number)` returns an object with `take(most)`, which gives the next
    item and its number of batches, or `None` at the end of the pass.
    """

    batch_size = None
    num_batches = None
    # Seed of the orders of passes, where they are random.
    seed = None
    # Whether any rows can be had at once, by `rows(selection)`, `num_samples` and `first_batch()`.
    is_indexed = False
    # Whether a process of a job gets its own rows of each batch from it, and not the rows of all.
    is_divided = False

    def start_pass(self, number):
        raise NotImplementedError

    def pass_over(self, start, stop):
        """Leaves out the passes from one number up to, and without, another: another process has made them."""

    def on_epoch_begin(self):
        """Called before the first batch of an epoch."""

    def on_epoch_end(self):
        """Called after the last batch of an epoch."""


class IteratorPass:
    """A pass over an iterator of batches; each becomes the library's own before the next one is asked for.

    Args:
        iterator: Iterator over batches.
        owned: Whether nobody else writes to the batches anyhow.
    """

    def __init__(self, iterator, owned=False):
        self._iterator = iterator
        self._owned = owned

    def take(self, most):
        for batch in self._iterator:
            return (batch if self._owned else data_adapter_utils.owned(batch)), 1
        return None

    def skip(self, batches):
        for _ in range(batches):
            self.take(1)

    def close(self):
        close = getattr(self._iterator, "close", None)
        if close is not None:
            close()


class Feed:
    """Cuts the passes of an adapter into epochs.

    Args:
        adapter: `DataAdapter`.
        steps: Batches in an epoch, or `None`: an epoch is a pass.
    """

    def __init__(self, adapter, steps=None):
        if steps is not None and steps < 1:
            raise ValueError(f"The number of steps of an epoch must be positive. Received: {steps}")
        self.adapter = adapter
        self.given_steps = steps
        self._pass = None
        self._passes = 0
        self._taken = 0
        self._peeked = None
        self._done = 0
        self._epoch_start = (0, 0)

    @property
    def steps(self):
        """Batches in an epoch, or `None` where that is unknown."""
        return self.adapter.num_batches if self.given_steps is None else self.given_steps

    def peek(self, most=1):
        """The first item of the next epoch, which `epoch` will give again; `None` without data."""
        if self._peeked is None:
            self._peeked = self._first(most)
        return self._peeked and self._peeked[0]

    @property
    def is_of_process(self):
        """Whether the processes of a job have data of their own each."""
        return have_own_data() or (self.adapter.is_divided and are_several())

    def first_batch(self):
        """A batch as the next epoch has them, or `None`; of arrays in natural order.

        Where processes have data of their own all call this, and one without data gets a batch without rows.
        """
        batch = self.adapter.first_batch() if self.adapter.is_indexed else self.peek()
        return as_others(batch) if self.is_of_process else batch

    def begin_epoch(self, done=0):
        """To be called before `epoch`; `done` of its batches are done already."""
        self._done = done
        is_begun = self._peeked is not None or self._goes_on()
        self._epoch_start = (self._passes - 1, self._taken - done) if is_begun else (self._passes, 0)

    def _goes_on(self):
        """Whether the next epoch begins within a pass."""
        return self._pass is not None and (self.given_steps is not None or self._done > 0)

    def epoch(self, most):
        """Iterates over the items of an epoch, pairs `(item, number of batches)`.

        Args:
            most: Function without arguments: the most batches that the next item may have.
        """
        left = None if self.given_steps is None else self.given_steps - self._done
        if self._done and self._done == self.steps:
            return
        item = self._peeked or self._first(most() if left is None else min(most(), left))
        self._peeked = None
        while item is not None:
            left = None if left is None else left - item[1]
            self._taken += item[1]
            yield item
            if left == 0:
                return
            item = self._pass.take(most() if left is None else min(most(), left))
            if item is None:
                self._close()
                self._note_end(left)

    def _first(self, most):
        """The first item of an epoch: of the pass that goes on, or of a new one."""
        if self._goes_on():
            item = self._pass.take(most)
            if item is not None:
                return item
        return self._start().take(most)

    def _start(self):
        self._close()
        self._pass = self.adapter.start_pass(self._passes)
        self._passes += 1
        self._taken = 0
        return self._pass

    def _note_end(self, left):
        if left is not None:
            warn(
                f"The input ran out of data: it ended {left} {'batch' if left == 1 else 'batches'} before the end of an epoch of {self.given_steps} steps; the "
                "epoch ends here. Pass fewer steps, or data that goes on, as by `.repeat()`."
            )

    def position(self, done=None):
        """Where in the data training has come to, as a dict of numbers.

        Args:
            done: Number of batches of the epoch that are done; `None` means all.
        """
        number, taken = self._epoch_start
        if done is None and self.given_steps is None:
            number, taken = number + 1, 0
        else:
            taken += self.given_steps if done is None else done
            # An epoch ends where the data does.
            taken = min(taken, self.adapter.num_batches or taken)
        return {"pass": number, "taken": taken, "seed": self.adapter.seed}

    def restore(self, position):
        """Goes to a position that `position()` gave, in data that can be gone through again in the same order."""
        number, taken = position["pass"], position["taken"]
        self.adapter.seed = position["seed"]
        in_pass = self.adapter.num_batches
        if in_pass:
            number, taken = number + taken // in_pass, taken % in_pass
        seen, self._peeked = (0 if self._peeked is None else 1), None
        if self._pass is not None and number == self._passes - 1 and self.adapter.seed is None and taken >= seen:
            # Begun once more, the data might have another order.
            self._pass.skip(taken - seen)
            self._taken = taken
            return
        self._close()
        self.adapter.pass_over(self._passes, number)
        self._passes = number
        if taken:
            self._start().skip(taken)
            self._taken = taken

    def _close(self):
        if hasattr(self._pass, "close"):
            self._pass.close()
        self._pass = None

    def close(self):
        """Ends the workers of a pass that is not at its end."""
        self._close()
