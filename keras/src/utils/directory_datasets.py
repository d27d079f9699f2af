"""Datasets of files: what a reader makes of each, with its label, by `tf.data`, Grain, or a plain iterable."""

import dataclasses

import numpy as np

from keras.src import backend, tree
from keras.src.trainers.data_adapters.sample_dataset import SampleDataset
from keras.src.utils.directory_files import check_split, split
from keras.src.utils.module_utils import grain
from keras.src.utils.module_utils import tensorflow as tf

FORMATS = ("tf", "grain")
# As many files are read at once, which Pillow and disks allow, where no other library does it.
_WORKERS = 4
# How far `tf.data` looks ahead while it shuffles: batches, or samples where there are no batches.
_BATCHES_AHEAD, _SAMPLES_AHEAD = 8, 1024


class Reader:
    """Reads one kind of file. A subclass defines `read`, and `read_tf` for `tf.data`."""

    def read(self, path):
        """Returns what a file holds, as an array or a string."""
        raise NotImplementedError

    def for_grain(self):
        """Returns the reader for Grain."""
        return self

    def read_tf(self, path):
        """Returns the same as `read` does as a tensor of TensorFlow, for the tensor of a path."""
        raise NotImplementedError

    def stacked(self, samples):
        """Returns a batch of what `read` gave."""
        return np.stack(samples)

    def batched_tf(self, dataset, batch_size):
        """Returns a `tf.data.Dataset` in batches."""
        return dataset.batch(batch_size)


@dataclasses.dataclass
class Labelling:
    """How labels are told: as they are (`"int"`), as 0.0 or 1.0 (`"binary"`), or one-hot (`"categorical"`)."""

    mode: str
    num_classes: int

    def array(self, label):
        """An array for one label."""
        if self.mode == "int":
            return label
        if self.mode == "binary":
            return np.array([label], "float32")
        return (np.arange(self.num_classes) == label).astype("float32")

    def tensor(self, label):
        """The same in a graph of TensorFlow."""
        if self.mode == "int":
            return label
        if self.mode == "binary":
            return tf.expand_dims(tf.cast(label, "float32"), -1)
        return tf.one_hot(label, self.num_classes)


class FileSamples:
    """Files with a reader: samples by number.

    Args:
        files: `Files`.
        reader: `Reader`.
        label_mode: A mode of `Labelling`, where there are labels.
    """

    def __init__(self, files, reader, label_mode):
        self.files = files
        self.reader = reader
        self.labelling = self.labels = None
        if files.labels is not None:
            labels = np.asarray(files.labels)
            self.labels = labels.astype("float32" if labels.dtype.kind == "f" else "int32")
            self.labelling = Labelling(label_mode, len(files.class_names))

    def read(self, number):
        """Returns a sample: what is in the file, or a tuple of this and the label."""
        content = self.reader.read(self.files.file_paths[number])
        return content if self.labels is None else (content, self.labelling.array(self.labels[number]))

    def batch(self, samples):
        """Returns a batch of samples."""
        if self.labels is None:
            return self.reader.stacked(samples)
        contents, labels = zip(*samples)
        return self.reader.stacked(contents), np.stack(labels)

    def read_batch(self, numbers):
        """Returns the batch of the samples with certain numbers."""
        return self.batch([self.read(number) for number in numbers.tolist()])

    def as_tf(self, batch_size, shuffle, seed):
        """Returns a `tf.data.Dataset`."""
        dataset = tf.data.Dataset.from_tensor_slices(self.files.file_paths)
        if self.labels is not None:
            dataset = tf.data.Dataset.zip((dataset, tf.data.Dataset.from_tensor_slices(self.labels)))
        if shuffle:
            dataset = shuffled_tf(dataset, batch_size, seed)
        dataset = dataset.map(self._read_tf, num_parallel_calls=tf.data.AUTOTUNE)
        if batch_size is not None:
            dataset = self.reader.batched_tf(dataset, batch_size)
        return dataset.prefetch(tf.data.AUTOTUNE)

    def _read_tf(self, path, label=None):
        content = self.reader.read_tf(path)
        return content if label is None else (content, self.labelling.tensor(label))

    def as_grain(self, batch_size, shuffle, seed):
        """Returns a `grain.IterDataset` of tensors of the running engine."""
        dataset = grain.MapDataset.range(len(self.files))
        if shuffle:
            dataset = dataset.shuffle(seed)
        dataset = dataset.map(self.read)
        if batch_size is None:
            return dataset.map(as_tensors).to_iter_dataset()
        return dataset.to_iter_dataset().batch(batch_size, batch_fn=self._tensors)

    def _tensors(self, samples):
        return as_tensors(self.batch(samples))

    def as_iterable(self, batch_size, shuffle, seed):
        """Returns a `SampleDataset` of NumPy arrays."""
        return SampleDataset(len(self.files), self.read_batch, batch_size, shuffle, seed, workers=_WORKERS)


def shuffled_tf(dataset, batch_size, seed):
    """Returns a `tf.data.Dataset` of single samples in a random order, which each pass draws anew."""
    ahead = batch_size * _BATCHES_AHEAD if batch_size else _SAMPLES_AHEAD
    return dataset.shuffle(buffer_size=ahead, seed=seed)


def as_tensors(batch):
    """Arrays of numbers as tensors of the running engine; strings stay as they are."""

    def converted(value):
        is_number = isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind not in "OUS"
        return backend.convert_to_tensor(value) if is_number else value

    return tree.map_structure(converted, batch)


def from_directory(reader, search, batch_size, shuffle, seed, validation_split, subset, format="tf"):
    """Makes the dataset of the files of a folder, or two of them for `subset="both"`.

    Args:
        reader: `Reader`.
        search: `Search`.
        batch_size: Files in a batch, or `None` for single samples.
        shuffle: Whether files come in an order that `seed` gives, and anew in each pass; validation data beside training
            data keep theirs.
        seed: Integer; `None` for one that is drawn from NumPy's global generator.
        validation_split: Share of the files for validation, or `None`.
        subset: `"training"`, `"validation"`, `"both"` or `None`.
        format: `"tf"` or `"grain"`.

    Raises:
        ValueError: An argument has a value that it cannot have.
    """
    if format not in FORMATS:
        raise ValueError(f"`format` must be one of {FORMATS}. Received: format={format!r}")
    if batch_size is not None and batch_size < 1:
        raise ValueError(f"`batch_size` must be a positive integer or None. Received: batch_size={batch_size!r}")
    check_split(validation_split, subset, shuffle, seed)
    seed = np.random.randint(1e6) if seed is None else seed
    files = search.files()
    if shuffle:
        files = files.shuffled(seed)
    datasets = []
    for part in split(files, validation_split, subset, search.verbose):
        datasets.append(_dataset(part, reader, search.label_mode, format, batch_size, shuffle and not datasets, seed))
    return datasets[0] if len(datasets) == 1 else datasets


def _dataset(files, reader, label_mode, format, *order):
    if format == "grain":
        made = FileSamples(files, reader.for_grain(), label_mode).as_grain(*order)
    else:
        samples = FileSamples(files, reader, label_mode)
        made = samples.as_tf(*order) if tf.available else samples.as_iterable(*order)
    made.class_names = files.class_names
    made.file_paths = files.file_paths
    return made
