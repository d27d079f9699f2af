"""Endless batches of pictures that a generator transforms, in the way of Keras 2: from arrays, and from folders."""

import os
import threading

import numpy as np

from keras.src.api_export import keras_export
from keras.src.backend.config import floatx, image_data_format
from keras.src.trainers.data_adapters.py_dataset_adapter import PyDataset
from keras.src.utils.directory_files import files_below
from keras.src.utils.image_utils import array_to_img, checked_choice, img_to_array, load_img
from keras.src.utils.io_utils import print_msg
from keras.src.utils.warning_utils import warn

_COLOR_CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}


@keras_export("keras._legacy.preprocessing.image.Iterator")
class Iterator(PyDataset):
    """Batches of the numbers of samples, in an order of their own in each pass, without an end.

    A subclass makes batches of samples in `_get_batches_of_transformed_samples(index_array)`.

    Args:
        n: Number of samples.
        batch_size: Samples in a batch; the last of a pass may have fewer.
        shuffle: Whether samples are shuffled, by NumPy's global generator.
        seed: Integer from which that generator is seeded before each batch, or `None`.
        **kwargs: Arguments of `keras.utils.PyDataset`.

    Example:

    >>> from keras.src.legacy.preprocessing.image import Iterator
    >>> class Numbers(Iterator):
    ...     def _get_batches_of_transformed_samples(self, index_array):
    ...         return index_array.tolist()
    >>> numbers = Numbers(5, batch_size=3, shuffle=False, seed=None)
    >>> [next(numbers) for _ in range(3)]
    [[0, 1, 2], [3, 4], [0, 1, 2]]
    """

    white_list_formats = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")

    def __init__(self, n, batch_size, shuffle, seed, **kwargs):
        super().__init__(**kwargs)
        self.n = n
        self.batch_size = batch_size
        self.seed = seed
        self.shuffle = shuffle
        self.batch_index = 0
        self.total_batches_seen = 0
        self.lock = threading.Lock()
        self.index_array = None
        self.index_generator = self._flow_index()

    def _set_index_array(self):
        self.index_array = np.random.permutation(self.n) if self.shuffle else np.arange(self.n)

    def _seed_batch(self):
        if self.seed is not None:
            np.random.seed(self.seed + self.total_batches_seen)

    def __getitem__(self, idx):
        if idx >= len(self):
            raise ValueError(f"There are {len(self)} batches. Received: index {idx}")
        self._seed_batch()
        self.total_batches_seen += 1
        if self.index_array is None:
            self._set_index_array()
        start = self.batch_size * idx
        return self._get_batches_of_transformed_samples(self.index_array[start : start + self.batch_size])

    def __len__(self):
        return -(-self.n // self.batch_size)

    def on_epoch_end(self):
        """Begins another order."""
        self._set_index_array()

    def reset(self):
        """Begins a pass: the next batch of the endless ones is its first."""
        self.batch_index = 0

    def _flow_index(self):
        """Endless batches of numbers of samples."""
        self.reset()
        while True:
            self._seed_batch()
            if self.batch_index == 0:
                self._set_index_array()
            start = self.batch_index * self.batch_size % self.n if self.n else 0
            self.batch_index = self.batch_index + 1 if self.n > start + self.batch_size else 0
            self.total_batches_seen += 1
            yield self.index_array[start : start + self.batch_size]

    def __iter__(self):
        return self

    def __next__(self):
        with self.lock:
            index_array = next(self.index_generator)
        return self._get_batches_of_transformed_samples(index_array)

    def _get_batches_of_transformed_samples(self, index_array):
        """Returns the batch of the samples with these numbers."""
        raise NotImplementedError(f"{type(self).__name__} must define `_get_batches_of_transformed_samples`.")

    def _save(self, batch, index_array, data_format):
        """Writes the pictures of a batch to files, where that is asked for."""
        for number, picture in zip(index_array, batch if self.save_to_dir else ()):
            drawn = np.random.randint(1e7)
            name = f"{self.save_prefix}_{number}_{drawn}.{self.save_format}"
            array_to_img(picture, data_format, scale=True).save(os.path.join(self.save_to_dir, name))


class BatchFromFilesMixin:
    """Makes batches of pictures in files; a subclass has `filepaths`, `labels`, `sample_weight` and `class_mode`."""

    def set_processing_attrs(
        self,
        image_data_generator,
        target_size,
        color_mode,
        data_format,
        save_to_dir,
        save_prefix,
        save_format,
        subset,
        interpolation,
        keep_aspect_ratio,
    ):
        """Keeps how pictures are read.

        Args:
            image_data_generator: `ImageDataGenerator`, or `None`.
            target_size: Height and width.
            color_mode: `"grayscale"`, `"rgb"` or `"rgba"`.
            data_format: `"channels_last"` or `"channels_first"`.
            save_to_dir: Folder to which pictures are written as well, or `None`.
            save_prefix: Beginning of the names of these files.
            save_format: Their format.
            subset: `"training"`, `"validation"` or `None`.
            interpolation: As in `keras.utils.load_img`.
            keep_aspect_ratio: Likewise.
        """
        channels = _COLOR_CHANNELS[checked_choice("color_mode", color_mode, _COLOR_CHANNELS)]
        self.image_data_generator = image_data_generator
        self.target_size = tuple(target_size)
        self.color_mode = color_mode
        self.data_format = data_format
        self.keep_aspect_ratio = keep_aspect_ratio
        is_last = data_format == "channels_last"
        self.image_shape = (*self.target_size, channels) if is_last else (channels, *self.target_size)
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        self.interpolation = interpolation
        self.split = None
        if subset is not None:
            share = image_data_generator._validation_split
            parts = {"validation": (0, share), "training": (share, 1)}
            self.split = parts[checked_choice("subset", subset, parts)]
        self.subset = subset

    def _part(self, files):
        """Of a list, what is in the subset."""
        if self.split is None:
            return files
        start, stop = (int(share * len(files)) for share in self.split)
        return files[start:stop]

    def _get_batches_of_transformed_samples(self, index_array):
        batch_x = np.zeros((len(index_array), *self.image_shape), dtype=self.dtype)
        for place, number in zip(batch_x, index_array):
            place[...] = self._picture(self.filepaths[number])
        self._save(batch_x, index_array, self.data_format)
        if self.class_mode is None:
            return batch_x
        batch_y = self._targets_of(batch_x, index_array)
        if self.sample_weight is None:
            return batch_x, batch_y
        return batch_x, batch_y, self.sample_weight[index_array]

    def _picture(self, path):
        options = {"interpolation": self.interpolation, "keep_aspect_ratio": self.keep_aspect_ratio}
        image = load_img(path, color_mode=self.color_mode, target_size=self.target_size, **options)
        x = img_to_array(image, data_format=self.data_format)
        return self.image_data_generator.transformed(x) if self.image_data_generator else x

    def _targets_of(self, batch_x, index_array):
        if self.class_mode == "input":
            return batch_x.copy()
        if self.class_mode in ("binary", "sparse"):
            return np.array([self.classes[number] for number in index_array], dtype=batch_x.dtype)
        if self.class_mode == "multi_output":
            return [output[index_array] for output in self.labels]
        if self.class_mode == "raw":
            return self.labels[index_array]
        batch_y = np.zeros((len(batch_x), len(self.class_indices)), dtype=batch_x.dtype)
        for row, number in zip(batch_y, index_array):
            row[self.classes[number]] = 1.0
        return batch_y

    @property
    def filepaths(self):
        """Paths of all files."""
        raise NotImplementedError("`filepaths` must be defined by the subclass.")

    @property
    def labels(self):
        """Labels of all files."""
        raise NotImplementedError("`labels` must be defined by the subclass.")

    @property
    def sample_weight(self):
        """Weights of all files, or `None`."""
        raise NotImplementedError("`sample_weight` must be defined by the subclass.")


@keras_export("keras._legacy.preprocessing.image.DirectoryIterator")
class DirectoryIterator(BatchFromFilesMixin, Iterator):
    """Batches of the pictures in a folder, whose subfolders are classes.

    Args:
        directory: Path of the folder.
        image_data_generator: `ImageDataGenerator`, which transforms pictures.
        target_size: Height and width of all pictures.
        color_mode: `"grayscale"`, `"rgb"` or `"rgba"`.
        classes: Names of subfolders, in the order of the labels; by default all of them, in alphabetical order.
        class_mode: `"categorical"`, `"binary"`, `"sparse"`, `"input"` (the pictures are the targets) or `None`.
        batch_size: Pictures in a batch.
        shuffle: Whether pictures are shuffled.
        seed: Integer, or `None`.
        data_format: `"channels_last"` or `"channels_first"`.
        save_to_dir: Folder to which pictures are written as well, or `None`.
        save_prefix: Beginning of the names of these files.
        save_format: Their format.
        follow_links: Whether links to folders are followed.
        subset: `"training"` or `"validation"`, by the `validation_split` of the generator.
        interpolation: As in `keras.utils.load_img`.
        keep_aspect_ratio: Likewise.
        dtype: Dtype of the batches.

    Example:

    >>> import os
    >>> from keras.src.legacy.preprocessing.image import DirectoryIterator, ImageDataGenerator
    >>> os.makedirs("pictures/cats")
    >>> keras.utils.save_img("pictures/cats/1.png", [[[0.0, 1.0, 2.0]] * 4] * 4)
    >>> pictures = DirectoryIterator("pictures", ImageDataGenerator(), target_size=(2, 2), class_mode="sparse")
    Found 1 images belonging to 1 classes.
    >>> x, y = pictures[0]
    >>> x.shape, y.tolist()
    ((1, 2, 2, 3), [0.0])
    """

    allowed_class_modes = {"categorical", "binary", "sparse", "input", None}

    def __init__(
        self,
        directory,
        image_data_generator,
        target_size=(256, 256),
        color_mode="rgb",
        classes=None,
        class_mode="categorical",
        batch_size=32,
        shuffle=True,
        seed=None,
        data_format=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        follow_links=False,
        subset=None,
        interpolation="nearest",
        keep_aspect_ratio=False,
        dtype=None,
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
        self.directory = directory
        self.class_mode = checked_choice("class_mode", class_mode, self.allowed_class_modes)
        self.dtype = floatx() if dtype is None else dtype
        self._find(classes, follow_links)
        super().__init__(self.samples, batch_size, shuffle, seed)

    def _find(self, classes, follow_links):
        if not classes:
            entries = sorted(os.listdir(self.directory))
            classes = [name for name in entries if os.path.isdir(os.path.join(self.directory, name))]
        self.num_classes = len(classes)
        self.class_indices = {name: label for label, name in enumerate(classes)}
        endings = tuple(f".{ending}" for ending in self.white_list_formats)
        self._filepaths, labels = [], []
        for name, label in self.class_indices.items():
            paths = self._part(files_below(os.path.join(self.directory, name), endings, follow_links))
            self._filepaths += paths
            labels += [label] * len(paths)
        self.samples = len(labels)
        self.classes = np.array(labels, dtype="int32")
        self.filenames = [os.path.relpath(path, self.directory) for path in self._filepaths]
        print_msg(f"Found {self.samples} images belonging to {self.num_classes} classes.")

    @property
    def filepaths(self):
        return self._filepaths

    @property
    def labels(self):
        return self.classes

    @property
    def sample_weight(self):
        return None


@keras_export("keras._legacy.preprocessing.image.NumpyArrayIterator")
class NumpyArrayIterator(Iterator):
    """Batches of pictures in an array.

    Args:
        x: Array of four dimensions; or a pair of it and an array, or a list of arrays, whose rows go with the pictures.
        y: Targets, or `None`.
        image_data_generator: `ImageDataGenerator`, which transforms pictures.
        batch_size: Pictures in a batch.
        shuffle: Whether pictures are shuffled.
        sample_weight: Weights, or `None`.
        seed: Integer, or `None`.
        data_format: `"channels_last"` or `"channels_first"`.
        save_to_dir: Folder to which pictures are written as well, or `None`.
        save_prefix: Beginning of the names of these files.
        save_format: Their format.
        subset: `"training"` or `"validation"`, by the `validation_split` of the generator.
        ignore_class_split: Whether the parts may have other classes.
        dtype: Dtype of the batches.

    Example:

    >>> import numpy as np
    >>> from keras.src.legacy.preprocessing.image import ImageDataGenerator, NumpyArrayIterator
    >>> x, y = NumpyArrayIterator(np.ones((3, 4, 4, 3)), np.arange(3), ImageDataGenerator(), batch_size=2)[1]
    >>> x.shape, y.tolist()
    ((1, 4, 4, 3), [2])
    """

    def __init__(
        self,
        x,
        y,
        image_data_generator,
        batch_size=32,
        shuffle=False,
        sample_weight=None,
        seed=None,
        data_format=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        subset=None,
        ignore_class_split=False,
        dtype=None,
    ):
        self.image_data_generator = image_data_generator
        self.data_format = image_data_format() if data_format is None else data_format
        self.dtype = floatx() if dtype is None else dtype
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        x, *misc = x if isinstance(x, (tuple, list)) else (x,)
        parts = [x, *_arrays(misc), *(None if part is None else np.asarray(part) for part in (y, sample_weight))]
        self._check_lengths(parts)
        if subset is not None:
            parts = self._of_subset(parts, subset, ignore_class_split)
        x, *self.x_misc, self.y, self.sample_weight = parts
        self.x = np.asarray(x, dtype=self.dtype)
        self._check_pictures()
        super().__init__(len(self.x), batch_size, shuffle, seed)

    @staticmethod
    def _check_lengths(parts):
        lengths = [len(part) for part in parts if part is not None]
        if len(set(lengths)) > 1:
            raise ValueError(f"`x`, `y` and `sample_weight` must have the same length. Received: lengths {lengths}")

    def _of_subset(self, parts, subset, ignore_class_split):
        checked_choice("subset", subset, ("training", "validation"))
        place = int(len(parts[0]) * self.image_data_generator._validation_split)
        y = parts[-2]
        if y is not None and not ignore_class_split and not np.array_equal(np.unique(y[:place]), np.unique(y[place:])):
            raise ValueError(
                "Training and validation data have other classes once the arrays are parted. Shuffle them before, or "
                "pass `ignore_class_split=True`."
            )
        kept = slice(place) if subset == "validation" else slice(place, None)
        return [None if part is None else part[kept] for part in parts]

    def _check_pictures(self):
        if self.x.ndim != 4:
            raise ValueError(f"`x` must have four dimensions. Received: an array of shape {self.x.shape}")
        channels = self.x.shape[3 if self.data_format == "channels_last" else 1]
        if channels not in (1, 3, 4):
            warn(
                f"Pictures have 1, 3 or 4 channels in general. Received: {channels}, in an array of shape {self.x.shape}"
            )

    def _get_batches_of_transformed_samples(self, index_array):
        batch_x = np.zeros((len(index_array), *self.x.shape[1:]), dtype=self.dtype)
        for place, number in zip(batch_x, index_array):
            place[...] = self.image_data_generator.transformed(self.x[number].astype(self.dtype))
        self._save(batch_x, index_array, self.data_format)
        inputs = [batch_x, *(part[index_array] for part in self.x_misc)] if self.x_misc else batch_x
        if self.y is None:
            return inputs
        rest = (self.y,) if self.sample_weight is None else (self.y, self.sample_weight)
        return inputs, *(part[index_array] for part in rest)


def _arrays(parts):
    """Arrays, from arrays and lists of arrays."""
    arrays = []
    for part in parts:
        is_list = isinstance(part, list) and all(np.ndim(each) for each in part)
        arrays += [np.asarray(each) for each in (part if is_list else [part])]
    return arrays
