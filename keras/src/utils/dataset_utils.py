"""Splitting a dataset into two."""

import random

import numpy as np

from keras.src import backend, tree
from keras.src.api_export import keras_export
from keras.src.trainers.data_adapters.sample_dataset import SampleDataset
from keras.src.utils.messages import cut
from keras.src.utils.module_utils import tensorflow as tf
from keras.src.utils.module_utils import torch


@keras_export("keras.utils.split_dataset")
def split_dataset(dataset, left_size=None, right_size=None, shuffle=False, seed=None, preferred_backend=None):
    """Splits samples into two datasets, of which the left one has the first samples and the right one the last ones.

    Args:
        dataset: An array, arrays of one length nested in tuples, lists and dicts, a `tf.data.Dataset` (of batches, where it
            was made by `batch`) or a `torch.utils.data.Dataset`.
        left_size: Samples on the left: a number of them (an `int`), or a fraction (a `float` between 0 and 1). By
            default, all that are not on the right.
        right_size: Samples on the right, likewise.
        shuffle: Whether the samples are brought into a random order before.
        seed: Integer that fixes this order.
        preferred_backend: `"tensorflow"` or `"torch"`, which says what is returned. By default, datasets of the same
            library as `dataset`; and those of torch for arrays, where it is the running backend.

    Returns:
        Tuple of two datasets of single samples (in batches, where `dataset` has batches): each a `tf.data.Dataset` or a
        `torch.utils.data.Subset`; where that library is not installed, an iterable over NumPy arrays, which `fit` takes.

    Raises:
        TypeError: This is no dataset that can be split, or a size is no number.
        ValueError: A size does not fit the number of samples, or a part would be empty.

    Example:

    >>> left, right = keras.utils.split_dataset(np.arange(10), left_size=0.8)
    >>> len(left), len(right)
    (8, 2)
    """
    samples = _samples(dataset)
    left, right = _sizes(left_size, right_size, samples.count)
    order = list(range(samples.count))
    if shuffle:
        (random if seed is None else random.Random(seed)).shuffle(order)
    library = preferred_backend or samples.library
    make = samples.as_torch if library == "torch" else samples.as_tf
    if not (torch if library == "torch" else tf).available:
        make = samples.as_iterable
    return make(order[:left]), make(order[len(order) - right :])


def _sizes(left_size, right_size, count):
    """How many samples go to the left and to the right."""
    if not count:
        raise ValueError("The dataset that is to be split is empty.")
    if left_size is None and right_size is None:
        raise ValueError("Pass `left_size`, `right_size` or both. Received: left_size=None, right_size=None")
    left, right = _size("left_size", left_size, count), _size("right_size", right_size, count)
    left, right = count - right if left is None else left, count - left if right is None else right
    if left + right > count or not left or not right:
        raise ValueError(
            f"Of {count} samples, left_size={left_size} and right_size={right_size} would have {left} on the left and {right} "
            "on the right. Neither part may be empty, and no sample be in both."
        )
    return left, right


def _size(name, size, count):
    if size is None:
        return None
    if isinstance(size, bool) or not isinstance(size, (int, float, np.integer, np.floating)):
        raise TypeError(f"`{name}` must be an int (samples) or a float (a fraction). Received: {name}={size!r}")
    is_fraction = isinstance(size, (float, np.floating))
    if not 0 < size < (1 if is_fraction else count):
        raise ValueError(
            f"`{name}` must be a number of samples from 1 to {count - 1}, or a fraction between 0 and 1. Received: "
            f"{name}={size!r}"
        )
    return round(size * count) if is_fraction else int(size)


# --- What can be split


def _samples(dataset):
    for kind in type(dataset).__mro__:  # without importing other libraries
        package, name = kind.__module__.partition(".")[0], kind.__name__
        if package == "tensorflow" and name == "DatasetV2":
            return _of_tf(dataset)
        if package == "torch" and name == "Dataset" and hasattr(dataset, "__len__"):
            return _TorchSamples(dataset)
    if not isinstance(dataset, (list, tuple, dict)) and not _is_array(dataset):
        raise TypeError(
            "`dataset` must be an array, arrays in tuples, lists and dicts, a `tf.data.Dataset` or a "
            f"`torch.utils.data.Dataset` with a length. Received: {type(dataset)}"
        )
    return _Table(tree.map_structure(_as_array, dataset), backend.core.DATASETS)


def _is_array(value):
    return isinstance(value, np.ndarray) or backend.is_tensor(value)


def _as_array(value):
    if not _is_array(value) or not np.ndim(value):
        raise ValueError(
            "`dataset` must hold arrays, whose first axis counts the samples. Make arrays of lists of numbers by "
            f"`np.array(...)`. Received: {cut(repr(value))}"
        )
    return backend.convert_to_numpy(value)


def _of_tf(dataset):
    if dataset.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise ValueError("`dataset` never ends. Pass a part of it: `dataset.take(count)`.")
    batch_size = getattr(dataset, "_batch_size", None)
    samples = dataset if batch_size is None else dataset.unbatch()
    return _Table(_stacked(samples.as_numpy_iterator()), "tensorflow", None if batch_size is None else int(batch_size))


def _stacked(samples):
    """Samples as one structure of arrays."""
    samples = list(samples)
    if not samples:
        return np.zeros(0)
    try:
        return tree.map_structure(lambda *values: np.stack(values), *samples)
    except ValueError as error:
        raise ValueError(f"All samples of the dataset must have one structure and one shape. {error}") from error


class _Table:
    """Samples as arrays, whose first axis counts them.

    Args:
        arrays: Structure of arrays.
        library: Whose datasets they become.
        batch_size: Samples in a batch of these datasets, or `None`.
    """

    def __init__(self, arrays, library, batch_size=None):
        counts = {len(array) for array in tree.flatten(arrays)}
        if len(counts) > 1:
            raise ValueError(f"The arrays of `dataset` must have one length. Received lengths: {sorted(counts)}")
        self.arrays = arrays
        self.count = max(counts, default=0)
        self.library = library
        self.batch_size = batch_size

    def _rows(self, numbers):
        numbers = np.asarray(numbers, int)
        return tree.map_structure(lambda array: array[numbers], self.arrays)

    def as_tf(self, numbers):
        """Returns the samples with certain numbers as a `tf.data.Dataset`."""
        arrays = self._rows(numbers)
        # A list would become one tensor.
        dataset = tf.data.Dataset.from_tensor_slices(tuple(arrays) if isinstance(arrays, list) else arrays)
        if self.batch_size is not None:
            dataset = dataset.batch(self.batch_size)
        return dataset.prefetch(tf.data.AUTOTUNE)

    def as_torch(self, numbers):
        """Returns them as a `torch.utils.data.Subset`."""
        data = torch.utils.data
        try:
            tensors = tree.map_structure(torch.as_tensor, self.arrays)
        except TypeError as error:
            raise TypeError(f"torch has no tensors of these arrays: {error}") from error
        parts = tensors if isinstance(tensors, (list, tuple)) else [tensors]
        is_flat = all(map(torch.is_tensor, parts))
        whole = data.TensorDataset(*parts) if is_flat else _stack_dataset(tensors)
        return data.Subset(whole, numbers)

    def as_iterable(self, numbers):
        """Returns them as an iterable over NumPy arrays."""
        numbers = np.asarray(numbers, int)
        return SampleDataset(len(numbers), lambda chosen: self._rows(numbers[chosen]), self.batch_size)


def _stack_dataset(part):
    """What `StackDataset` takes: tensors, or datasets."""
    data = torch.utils.data
    if isinstance(part, dict):
        return data.StackDataset(**{name: _stack_dataset(each) for name, each in part.items()})
    return data.StackDataset(*map(_stack_dataset, part)) if isinstance(part, (list, tuple)) else part


class _TorchSamples:
    """Samples of a `torch.utils.data.Dataset`."""

    library = "torch"

    def __init__(self, dataset):
        self.dataset = dataset
        self.count = len(dataset)

    def as_torch(self, numbers):
        """Returns the samples with certain numbers, which stay where they are."""
        return torch.utils.data.Subset(self.dataset, numbers)

    def as_tf(self, numbers):
        """Returns them as a `tf.data.Dataset`."""
        return self._table(numbers).as_tf(range(len(numbers)))

    def as_iterable(self, numbers):
        """Returns them as an iterable over NumPy arrays."""
        return self._table(numbers).as_iterable(range(len(numbers)))

    def _table(self, numbers):
        samples = (tree.map_structure(np.asarray, self.dataset[number]) for number in numbers)
        return _Table(_stacked(samples), self.library)
