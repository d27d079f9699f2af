"""Endless batches of the pictures that a table of pandas lists, in the way of Keras 2."""

import os

import numpy as np

from keras.src.backend.config import floatx, image_data_format
from keras.src.legacy.preprocessing.image_iterators import BatchFromFilesMixin, Iterator
from keras.src.utils.image_utils import checked_choice
from keras.src.utils.io_utils import print_msg
from keras.src.utils.warning_utils import warn

_WITHOUT_CLASSES = ("input", "multi_output", "raw", None)


class DataFrameIterator(BatchFromFilesMixin, Iterator):
    """Batches of pictures whose paths and targets stand in a table.

    Args:
        dataframe: `pandas.DataFrame`.
        directory: Folder of the files; `None` where the table has whole paths.
        image_data_generator: `ImageDataGenerator`, which transforms pictures.
        x_col: Name of the column of paths.
        y_col: Name of the column of targets, or a list of names.
        weight_col: Name of the column of weights, or `None`.
        target_size: Height and width of all pictures.
        color_mode: `"grayscale"`, `"rgb"` or `"rgba"`.
        classes: Names of classes, in the order of the labels; by default all of them, in alphabetical order.
        class_mode: `"binary"`, `"categorical"` (cells may hold lists of classes), `"sparse"`, `"input"` (the pictures are
            the targets), `"multi_output"`, `"raw"` (cells are targets) or `None`.
        batch_size: Pictures in a batch.
        shuffle: Whether pictures are shuffled.
        seed: Integer, or `None`.
        data_format: `"channels_last"` or `"channels_first"`.
        save_to_dir: Folder to which pictures are written as well, or `None`.
        save_prefix: Beginning of the names of these files.
        save_format: Their format.
        subset: `"training"` or `"validation"`, by the `validation_split` of the generator.
        interpolation: As in `keras.utils.load_img`.
        keep_aspect_ratio: Likewise.
        dtype: Dtype of the batches.
        validate_filenames: Whether rows without a file are left out.
    """

    allowed_class_modes = {"binary", "categorical", "input", "multi_output", "raw", "sparse", None}

    def __init__(
        self,
        dataframe,
        directory=None,
        image_data_generator=None,
        x_col="filename",
        y_col="class",
        weight_col=None,
        target_size=(256, 256),
        color_mode="rgb",
        classes=None,
        class_mode="categorical",
        batch_size=32,
        shuffle=True,
        seed=None,
        data_format="channels_last",
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        subset=None,
        interpolation="nearest",
        keep_aspect_ratio=False,
        dtype="float32",
        validate_filenames=True,
    ):
        self.set_processing_attrs(
            image_data_generator,
            target_size,
            color_mode,
            image_data_format() if data_format is None else data_format,
            save_to_dir,
            save_prefix,
            save_format,
            subset,
            interpolation,
            keep_aspect_ratio,
        )
        self.directory = directory or ""
        self.class_mode = checked_choice("class_mode", class_mode, self.allowed_class_modes)
        self.dtype = floatx() if dtype is None else dtype
        table = dataframe.copy()
        _check_columns(table, x_col, y_col, weight_col, class_mode, classes)
        if validate_filenames:
            table = self._with_files(table, x_col)
        if class_mode not in _WITHOUT_CLASSES:
            table, classes = _of_classes(table, y_col, classes)
            self.class_indices = {name: label for label, name in enumerate(classes)}
            self.num_classes = len(classes)
        self._take(self._part(table), x_col, y_col, weight_col, validate_filenames)
        super().__init__(self.samples, batch_size, shuffle, seed)

    def _with_files(self, table, x_col):
        endings = tuple(f".{ending}" for ending in self.white_list_formats)
        is_there = [
            path.lower().endswith(endings) and os.path.isfile(os.path.join(self.directory, path))
            for path in table[x_col]
        ]
        if not all(is_there):
            warn(f"{is_there.count(False)} rows of column {x_col!r} name no picture that is there, and are left out.")
        return table[is_there]

    def _take(self, table, x_col, y_col, weight_col, validate_filenames):
        self.filenames = table[x_col].tolist()
        self.samples = len(self.filenames)
        self._filepaths = [os.path.join(self.directory, name) for name in self.filenames]
        self._sample_weight = table[weight_col].values if weight_col else None
        described = "validated" if validate_filenames else "non-validated"
        message = f"Found {self.samples} {described} image filenames"
        if self.class_mode == "multi_output":
            self._targets = [np.array(table[name].tolist()) for name in y_col]
        elif self.class_mode == "raw":
            self._targets = table[y_col].values
        elif self.class_mode not in _WITHOUT_CLASSES:
            self.classes = self._targets = [self._label(cell) for cell in table[y_col]]
            message += f" belonging to {self.num_classes} classes"
        print_msg(f"{message}.")

    def _label(self, cell):
        if isinstance(cell, (list, tuple)):
            return [self.class_indices[name] for name in cell]
        return self.class_indices[cell]

    @property
    def filepaths(self):
        return self._filepaths

    @property
    def labels(self):
        return self._targets

    @property
    def sample_weight(self):
        return self._sample_weight


def _check_columns(table, x_col, y_col, weight_col, class_mode, classes):
    def check(name, types, wanted):
        if not all(isinstance(cell, types) for cell in table[name]):
            raise TypeError(f"Column {name!r} must hold {wanted} for class_mode={class_mode!r}.")

    check(x_col, str, "strings, which are paths,")
    if class_mode in ("binary", "sparse"):
        check(y_col, str, "strings")
    if class_mode == "categorical":
        check(y_col, (str, list, tuple), "strings, lists or tuples")
    if class_mode == "binary":
        found = set(classes or table[y_col])
        if len(found) != 2:
            raise ValueError(f"`class_mode='binary'` needs two classes. Received: {sorted(found)}")
    if class_mode == "multi_output" and not isinstance(y_col, list):
        raise TypeError(f"`class_mode='multi_output'` needs a list of columns. Received: y_col={y_col!r}")
    if weight_col and not np.issubdtype(table[weight_col].dtype, np.number):
        raise TypeError(f"Column {weight_col!r} must hold numbers, since it is `weight_col`.")


def _of_classes(table, y_col, classes):
    """The rows that have one of the classes, and the classes."""
    table = table.copy()
    if classes:
        wanted = set(classes)
        cells = [
            [name for name in cell if name in wanted] if isinstance(cell, (list, tuple)) else cell
            for cell in table[y_col]
        ]
        table[y_col] = cells
        return table[[bool(cell) if isinstance(cell, list) else cell in wanted for cell in cells]], list(classes)
    names = set()
    for cell in table[y_col]:
        names.update(cell if isinstance(cell, (list, tuple)) else [cell])
    return table, sorted(names)
