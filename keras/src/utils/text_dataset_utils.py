"""Datasets of texts in a folder."""

import dataclasses

import numpy as np

from keras.src.api_export import keras_export
from keras.src.utils.directory_datasets import Reader, from_directory
from keras.src.utils.directory_files import Search
from keras.src.utils.module_utils import tensorflow as tf


@dataclasses.dataclass
class TextReader(Reader):
    """Reads texts, whole or the first `max_length` characters (bytes, in `tf.data`)."""

    max_length: int | None

    def __post_init__(self):
        if self.max_length is not None and (not hasattr(self.max_length, "__index__") or self.max_length < 0):
            raise ValueError(f"`max_length` must be an integer, 0 or more, or None. Received: {self.max_length!r}")

    def read(self, path):
        with open(path, encoding="utf-8", newline="") as file:
            try:
                return file.read(-1 if self.max_length is None else self.max_length)
            except UnicodeDecodeError as error:
                raise ValueError(f"{path} is no text in UTF-8: {error}") from error

    def read_tf(self, path):
        text = tf.io.read_file(path)
        return text if self.max_length is None else tf.strings.substr(text, 0, self.max_length)

    def stacked(self, samples):
        return np.array(samples, dtype=object)


@keras_export(["keras.utils.text_dataset_from_directory", "keras.preprocessing.text_dataset_from_directory"])
def text_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    batch_size=32,
    max_length=None,
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    follow_links=False,
    format="tf",
    verbose=True,
):
    """Makes a dataset of the `.txt` files in a folder, whose subfolders are classes.

    With TensorFlow installed, the result is a `tf.data.Dataset`; without it, an iterable over NumPy arrays that has a
    length, has the same texts and labels, and that `fit`, `evaluate` and `predict` take.

    Args:
        directory: Path of the folder.
        labels: `"inferred"` (from the subfolders), a list with an integer for each file, in alphabetical order of their
            paths, or `None`.
        label_mode: `"int"`, `"categorical"` (one-hot), `"binary"` (0.0 or 1.0, for two classes) or `None`: no labels.
        class_names: Names of subfolders, in the order in which they are numbered; others are left out. By default all
            of them, in alphabetical order.
        batch_size: Texts in a batch; the last batch may have fewer. With `None`, each item is one text.
        max_length: What is behind this many characters is cut off; in a `tf.data.Dataset`, bytes are counted.
        shuffle: Whether the files are shuffled, and read in another order each time; otherwise they come in
            alphabetical order.
        seed: Integer that fixes the order.
        validation_split: Share of the files, between 0 and 1, that is kept for validation.
        subset: `"training"`, `"validation"`, or `"both"` for two datasets, where there is a `validation_split`.
        follow_links: Whether links to folders are followed.
        format: `"tf"`, or `"grain"` for a `grain.IterDataset`.
        verbose: Whether a message tells how many files there are.

    Returns:
        A dataset, or a list of two for `subset="both"`, with the attributes `class_names` and `file_paths`. Its items are
        batches of texts of shape `(batch,)`: a tensor of strings in a `tf.data.Dataset`, else an array of `str`; with
        labels, tuples of these and of labels: int32 of shape `(batch,)`, float32 of shape `(batch, 1)` if binary, or
        `(batch, number of classes)` if categorical.

    Raises:
        ImportError: `format` is `"grain"`, and Grain is not installed.
        FileNotFoundError: There is no such folder.
        ValueError: There are no texts in it, a file is not UTF-8 where `tf.data` does not read it, or an argument has a
            value that is not listed here.

    Example:

    >>> import os
    >>> for name in ("good", "bad"):
    ...     os.makedirs(name)
    ...     with open(name + "/1.txt", "w") as file:
    ...         _ = file.write("A " + name + " film.")
    >>> dataset = keras.utils.text_dataset_from_directory(".", batch_size=1, shuffle=False)
    Found 2 files belonging to 2 classes.
    >>> dataset.class_names
    ['bad', 'good']
    >>> [[int(label) for label in labels] for texts, labels in dataset]
    [[0], [1]]
    """
    search = Search(directory, "text", (".txt",), labels, label_mode, class_names, follow_links, verbose)
    return from_directory(TextReader(max_length), search, batch_size, shuffle, seed, validation_split, subset, format)
