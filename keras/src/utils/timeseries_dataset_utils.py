"""Windows of a series as a dataset."""

import numpy as np

from keras.src.api_export import keras_export
from keras.src.backend import config
from keras.src.trainers.data_adapters.sample_dataset import SampleDataset
from keras.src.utils.directory_datasets import FORMATS, as_tensors, shuffled_tf
from keras.src.utils.module_utils import grain
from keras.src.utils.module_utils import tensorflow as tf


@keras_export(["keras.utils.timeseries_dataset_from_array", "keras.preprocessing.timeseries_dataset_from_array"])
def timeseries_dataset_from_array(
    data,
    targets,
    sequence_length,
    sequence_stride=1,
    sampling_rate=1,
    batch_size=128,
    shuffle=False,
    seed=None,
    start_index=None,
    end_index=None,
    format="tf",
):
    """Makes a dataset of windows that slide over a series: sequences of consecutive time steps, with targets.

    A window that begins at step `i` holds the steps `i`, `i + sampling_rate`, ..., `sequence_length` of them; its target
    is `targets[i]`, so what is to be predicted from a window is usually passed as `series[sequence_length:]`.

    Args:
        data: Array whose first axis is time.
        targets: Array with a target for each step at which a window may begin; it may be shorter than the data, and then
            there are as many windows. With `None`, the dataset has windows alone.
        sequence_length: Time steps in a window.
        sequence_stride: Steps from the beginning of a window to that of the next.
        sampling_rate: Steps between those that a window takes.
        batch_size: Windows in a batch; `None` for single windows.
        shuffle: Whether the windows come in a random order.
        seed: Integer that fixes this order.
        start_index: Steps before it are left out.
        end_index: Steps from it on are left out.
        format: `"tf"`, or `"grain"` for a dataset of Grain.

    Returns:
        A `tf.data.Dataset`, or where TensorFlow is not installed an iterable over NumPy arrays with a length, which `fit`
        takes as well; with `format="grain"` a `grain.IterDataset`. Its items are windows of shape
        `(batch, sequence_length, ...)`, or tuples of these and their targets.

    Raises:
        ValueError: An argument has a value that it cannot have.
        ImportError: `format` is `"grain"`, and Grain is not installed.

    Example:

    >>> series = np.arange(6.0, dtype="float32")
    >>> dataset = keras.utils.timeseries_dataset_from_array(series[:-1], series[2:], sequence_length=2, batch_size=3)
    >>> windows, targets = next(iter(dataset))
    >>> np.asarray(windows)
    array([[0., 1.],
           [1., 2.],
           [2., 3.]], dtype=float32)
    >>> np.asarray(targets)
    array([2., 3., 4.], dtype=float32)
    """
    data, targets = _array(data), None if targets is None else _array(targets)
    _check_sizes(len(data), sequence_length, sequence_stride, sampling_rate, batch_size)
    begin, end = _bounds(len(data), start_index, end_index)
    if format not in FORMATS:
        raise ValueError(f"`format` must be one of {FORMATS}. Received: format={format!r}")
    last = end - (sequence_length - 1) * sampling_rate
    if targets is not None:
        last = min(last, len(targets))
    starts = np.arange(begin, max(last, begin), sequence_stride)
    if shuffle:
        seed = np.random.randint(1e6) if seed is None else seed
        np.random.RandomState(seed).shuffle(starts)
    windows = _Windows(data, targets, starts, np.arange(sequence_length) * sampling_rate)
    if format == "grain":
        return windows.as_grain(batch_size, shuffle, seed)
    return windows.as_tf(batch_size, shuffle, seed) if tf.available else windows.as_iterable(batch_size, shuffle, seed)


def _array(values):
    """An array; lists of numbers have the dtypes that tensors of them have."""
    array = np.asarray(values)
    if isinstance(values, (list, tuple)) and array.dtype.kind in "if":
        array = array.astype("int32" if array.dtype.kind == "i" else config.floatx())
    if not array.ndim:
        raise ValueError(f"`data` and `targets` must be arrays whose first axis is time. Received: {values!r}")
    return array


def _check_sizes(steps, sequence_length, sequence_stride, sampling_rate, batch_size):
    sizes = {"sequence_length": sequence_length, "sequence_stride": sequence_stride, "sampling_rate": sampling_rate}
    if batch_size is not None:
        sizes["batch_size"] = batch_size
    for name, size in sizes.items():
        if isinstance(size, bool) or not isinstance(size, (int, np.integer)) or size < 1:
            raise ValueError(f"`{name}` must be a positive integer. Received: {name}={size!r}")
    for name in ("sequence_stride", "sampling_rate"):
        if sizes[name] >= steps:
            raise ValueError(
                f"`{name}` must be less than the {steps} steps of the data. Received: {name}={sizes[name]!r}"
            )


def _bounds(steps, start_index, end_index):
    """The first step, and the one behind the last."""
    begin, end = start_index or 0, steps if end_index is None else end_index
    if not 0 <= begin < steps:
        raise ValueError(f"`start_index` must be from 0 to {steps - 1}. Received: start_index={start_index!r}")
    if end_index is not None and not begin < end < steps:
        raise ValueError(
            f"`end_index` must be more than `start_index` and less than the {steps} steps of the data. Received: "
            f"start_index={start_index!r}, end_index={end_index!r}"
        )
    return begin, end


class _Windows:
    """Windows by number.

    Args:
        data: The series.
        targets: Targets, or `None`.
        starts: The steps at which the windows begin, in their order.
        offsets: The steps of a window, counted from its beginning.
    """

    def __init__(self, data, targets, starts, offsets):
        self.data = data
        self.targets = targets
        self.starts = starts
        self.offsets = offsets

    def read(self, numbers):
        """Returns a batch of the windows with certain numbers; the one window for a single number."""
        starts = self.starts[numbers]
        windows = self.data[starts[..., None] + self.offsets]
        return windows if self.targets is None else (windows, self.targets[starts])

    def as_tf(self, batch_size, shuffle, seed):
        """Returns a `tf.data.Dataset`; whole batches are gathered at once."""
        dataset = tf.data.Dataset.from_tensor_slices(self.starts)
        if shuffle:
            dataset = shuffled_tf(dataset, batch_size, seed)
        if batch_size is not None:
            dataset = dataset.batch(batch_size)
        data, offsets = tf.constant(self.data), tf.constant(self.offsets)
        targets = None if self.targets is None else tf.constant(self.targets)

        def gathered(starts):
            windows = tf.gather(data, tf.expand_dims(starts, -1) + offsets)
            return windows if targets is None else (windows, tf.gather(targets, starts))

        return dataset.map(gathered, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)

    def as_grain(self, batch_size, shuffle, seed):
        """Returns a `grain.IterDataset`; batches are tensors of the running engine."""
        numbers = grain.MapDataset.range(len(self.starts))
        if shuffle:
            numbers = numbers.shuffle(seed)
        if batch_size is None:
            return numbers.map(self.read).to_iter_dataset()
        return numbers.to_iter_dataset().batch(batch_size, batch_fn=self._tensors)

    def _tensors(self, numbers):
        return as_tensors(self.read(np.array(numbers)))

    def as_iterable(self, batch_size, shuffle, seed):
        """Returns a `SampleDataset` of NumPy arrays."""
        return SampleDataset(len(self.starts), self.read, batch_size, shuffle, seed)
