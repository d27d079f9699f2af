"""`PyDataset`: batches made by Python code, in parallel if wanted."""

import collections
import concurrent.futures
import itertools
import multiprocessing
from concurrent.futures.process import BrokenProcessPool

import numpy as np

from keras.src.api_export import keras_export
from keras.src.trainers.data_adapters import data_adapter_utils
from keras.src.trainers.data_adapters.data_adapter import DataAdapter, IteratorPass
from keras.src.utils.warning_utils import warn


@keras_export(["keras.utils.PyDataset", "keras.utils.Sequence"])
class PyDataset:
    """Base class of datasets that make a batch from its number.

    A subclass defines `__getitem__(index)`, which returns a batch: `x`, `(x, y)` or `(x, y, sample_weight)`; and
    `__len__`, the number of batches. Where that is unknown or infinite, the subclass gives `num_batches` as `None`;
    then `__getitem__` ends a pass by raising `IndexError`, or training takes `steps_per_epoch`.

    Args:
        workers: Number of threads or processes that make batches ahead; up to 1, batches are made where they are used.
        use_multiprocessing: Whether the workers are processes.
        max_queue_size: How many batches may wait.

    Example:

    >>> class Squares(keras.utils.PyDataset):
    ...     def __len__(self):
    ...         return 4
    ...     def __getitem__(self, index):
    ...         x = np.full((2, 1), index, "float32")
    ...         return x, x**2
    >>> Squares(workers=2)[3][1].tolist()
    [[9.0], [9.0]]
    """

    def __init__(self, workers=1, use_multiprocessing=False, max_queue_size=10):
        self._workers = workers
        self._use_multiprocessing = use_multiprocessing
        self._max_queue_size = max_queue_size

    def _option(self, name, default):
        value = self.__dict__.get(name)
        if value is None:
            _warn_of_init(self)
            return default
        return value

    @property
    def workers(self):
        """Number of threads or processes."""
        return self._option("_workers", 1)

    @workers.setter
    def workers(self, value):
        self._workers = value

    @property
    def use_multiprocessing(self):
        """Whether the workers are processes."""
        return self._option("_use_multiprocessing", False)

    @use_multiprocessing.setter
    def use_multiprocessing(self, value):
        self._use_multiprocessing = value

    @property
    def max_queue_size(self):
        """How many batches may wait."""
        return self._option("_max_queue_size", 10)

    @max_queue_size.setter
    def max_queue_size(self, value):
        self._max_queue_size = value

    def __getitem__(self, index):
        """Returns the batch with the number `index`."""
        raise NotImplementedError(f"{type(self).__name__} must define `__getitem__(self, index)`.")

    @property
    def num_batches(self):
        """Number of batches, or `None` where it is unknown or infinite."""
        if hasattr(self, "__len__"):
            return len(self)
        raise NotImplementedError(f"{type(self).__name__} must define `__len__`, or give `num_batches` as None.")

    def __iter__(self):
        """Iterates over the batches once; without a known number of them, until `__getitem__` raises `IndexError`."""
        size = self.num_batches
        for index in itertools.count() if size is None else range(size):
            try:
                batch = self[index]
            except IndexError:
                if size is None:
                    return
                raise
            yield batch

    def on_epoch_begin(self):
        """Called before each epoch."""

    def on_epoch_end(self):
        """Called after each epoch."""


def _warn_of_init(dataset):
    warn(
        f"`{type(dataset).__name__}.__init__()` should call `super().__init__(**kwargs)`, which takes `workers`, "
        "`use_multiprocessing` and `max_queue_size`."
    )


class PyDatasetAdapter(DataAdapter):
    """Feeds the batches of a `PyDataset`.

    Args:
        dataset: The `PyDataset`.
        class_weight: Dict from class to weight, or `None`.
        shuffle: Whether batches come in a random order, where their number is known.
    """

    def __init__(self, dataset, class_weight=None, shuffle=False):
        self.dataset = dataset
        self.class_weight = class_weight
        self.shuffle = shuffle

    @property
    def num_batches(self):
        return self.dataset.num_batches

    def start_pass(self, number):
        return IteratorPass(self._batches(number), owned=True)

    def _indices(self, number):
        size = self.num_batches
        if size is None:
            return iter(range(2**62))
        if not self.shuffle:
            return iter(range(size))
        if self.seed is None:
            self.seed = int(np.random.randint(0, 2**31 - 1))
        return iter(np.random.default_rng((self.seed, number)).permutation(size).tolist())

    def _batches(self, number):
        yield from self._checked(batches_of(self.dataset, self._indices(number)))

    def _checked(self, batches):
        while True:
            try:
                batch = next(batches)
            except StopIteration:
                return
            except IndexError:
                if self.num_batches is None:
                    return
                raise
            if self.class_weight is not None:
                batch = data_adapter_utils.with_class_weight(batch, self.class_weight)
            yield batch

    def on_epoch_begin(self):
        self.dataset.on_epoch_begin()

    def on_epoch_end(self):
        self.dataset.on_epoch_end()


def batches_of(dataset, indices):
    """Iterates over the batches of a `PyDataset` that have the given numbers, which its workers make, if it has any.

    Args:
        dataset: The `PyDataset`.
        indices: Iterator over numbers.
    """
    if dataset.workers > 1 or (dataset.use_multiprocessing and dataset.workers > 0):
        return _made_ahead(dataset, indices)
    return map(_maker(dataset), indices)


# In a worker process: the dataset that it serves.
_served = {}


def _serve(dataset):
    _served["dataset"] = dataset


def _make_in_process(index):
    return _served["dataset"][index]


def _maker(dataset):
    """Function from an index to the batch: owned at once, for the next call of the dataset may write to its buffers."""
    return lambda index: data_adapter_utils.owned(dataset[index])


def _executor(dataset):
    workers = max(int(dataset.workers), 1)
    if not dataset.use_multiprocessing:
        return concurrent.futures.ThreadPoolExecutor(workers), _maker(dataset)
    pool = concurrent.futures.ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context(), initializer=_serve, initargs=(dataset,)
    )
    return pool, _make_in_process


def _made_ahead(dataset, indices):
    """Batches in order, while workers make the next ones."""
    pool, make = _executor(dataset)
    waiting = collections.deque()
    try:
        for index in indices:
            waiting.append(pool.submit(make, index))
            if len(waiting) >= max(dataset.max_queue_size, 1):
                yield _result(waiting.popleft())
        while waiting:
            yield _result(waiting.popleft())
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _result(future):
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise RuntimeError(
            "A worker process of a PyDataset ended before it delivered its batch (killed, or out of memory). "
            "Use fewer workers, or `use_multiprocessing=False`."
        ) from error
    except SystemExit as error:
        raise RuntimeError(
            f"A worker of a PyDataset called `sys.exit({error.code!r})` instead of delivering its batch."
        ) from error
