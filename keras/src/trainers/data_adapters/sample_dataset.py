"""Samples that are read when they are needed, in batches: what data sets are where TensorFlow is not installed."""

import copy

import numpy as np

from keras.src import tree
from keras.src.trainers.data_adapters.py_dataset_adapter import PyDataset, batches_of


class SampleDataset(PyDataset):
    """An iterable over batches of NumPy arrays, for `fit`, `evaluate`, `predict` and loops, on each engine.

    It has a length, can be iterated over again, and with `shuffle` each pass has another order of the samples. It does
    what most programs do with a `tf.data.Dataset`: `map`, `take` and `skip`.

    Args:
        size: Number of samples.
        read: Function from a 1D integer array of the numbers of samples to these samples: an array, or arrays nested in
            tuples and dicts, whose first axis counts them. It is called from `workers` threads.
        batch_size: Samples in a batch; the last batch may have fewer. With `None`, each item is one sample.
        shuffle: Whether each pass has an order of its own.
        seed: Integer that fixes the orders; by default drawn, so that `keras.utils.set_random_seed` fixes them.
        workers: Number of threads that make batches ahead; up to 1, batches are made where they are used.

    Example:

    >>> from keras.src.trainers.data_adapters.sample_dataset import SampleDataset
    >>> squares = SampleDataset(5, lambda numbers: (numbers, numbers**2), batch_size=2)
    >>> [y.tolist() for x, y in squares.map(lambda x, y: (x, -y)).take(2)]
    [[0, -1], [-4, -9]]
    """

    def __init__(self, size, read, batch_size=32, shuffle=False, seed=None, workers=1):
        super().__init__(workers=workers)
        if batch_size is not None and (isinstance(batch_size, bool) or int(batch_size) != batch_size or batch_size < 1):
            raise ValueError(f"`batch_size` must be a positive integer or None. Received: {batch_size!r}")
        self.size = size
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = int(np.random.randint(2**31 - 1)) if shuffle and seed is None else seed
        self._read = read
        self._functions = ()
        self._items = range(-(-size // (batch_size or 1)))
        self._passes = 0
        self._order = None

    def __len__(self):
        return len(self._items)

    def __getitem__(self, index):
        """Returns the batch (without a batch size, the sample) with a number, in the order of the pass that goes on."""
        number, step = self._items[index], self.batch_size or 1
        item = self._read(self._numbers()[number * step : (number + 1) * step])
        if self.batch_size is None:
            item = tree.map_structure(lambda values: values[0], item)
        for function in self._functions:
            item = function(*item) if isinstance(item, tuple) else function(item)
        return item

    def _numbers(self):
        """The numbers of all samples in their order. Threads may ask for it at once, and get the same."""
        order = self._order
        if order is None:
            order = np.arange(self.size)
            if self.shuffle:
                order = np.random.default_rng((self.seed, self._passes)).permutation(self.size)
            self._order = order
        return order

    def __iter__(self):
        """Iterates over the batches once; the next pass has another order, if samples are shuffled."""
        this_pass = copy.copy(self)
        this_pass._order = self._numbers()
        self.on_epoch_end()
        return batches_of(this_pass, iter(range(len(this_pass))))

    def on_epoch_end(self):
        """Begins another order."""
        self._passes += 1
        self._order = None

    def __getstate__(self):
        # A worker process draws the order again, which is shorter to send as its seed.
        return {**self.__dict__, "_order": None} if self.shuffle else self.__dict__

    def map(self, function):
        """Returns a dataset of what a function makes of each batch, which is called with the parts of a tuple as arguments.

        Args:
            function: Function of arrays.
        """
        made = copy.copy(self)
        made._functions = (*self._functions, function)
        return made

    def take(self, count):
        """Returns a dataset of the first `count` batches of each pass."""
        return self._part(slice(None, _checked(count, "take")))

    def skip(self, count):
        """Returns a dataset of all but the first `count` batches of each pass."""
        return self._part(slice(_checked(count, "skip"), None))

    def _part(self, wanted):
        made = copy.copy(self)
        made._items = self._items[wanted]
        return made

    def __repr__(self):
        batches = f"{len(self)} {'samples' if self.batch_size is None else 'batches'}"
        return f"<{type(self).__name__} of {batches}, batch_size={self.batch_size}, shuffle={self.shuffle}>"


def _checked(count, method):
    if count != int(count) or count < 0:
        raise ValueError(f"`{method}` takes a number of batches that is not negative. Received: {count!r}")
    return int(count)
