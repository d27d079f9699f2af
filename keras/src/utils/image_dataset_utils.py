"""Datasets of pictures in a folder."""

import dataclasses

from keras.src.api_export import keras_export
from keras.src.backend.common.resampling import METHODS
from keras.src.backend.config import standardize_data_format
from keras.src.utils.argument_validation import standardize_tuple
from keras.src.utils.directory_datasets import Reader, from_directory
from keras.src.utils.directory_files import Search
from keras.src.utils.image_arrays import (
    read_picture,
    resized,
    resized_between_bars,
    resized_middle,
    resized_with_bars,
)
from keras.src.utils.image_utils import checked_choice, middle
from keras.src.utils.module_utils import tensorflow as tf

ALLOWLIST_FORMATS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
_CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}
_INTERPOLATIONS = (*METHODS, "area", "gaussian", "mitchellcubic")


@dataclasses.dataclass
class ImageReader(Reader):
    """Reads pictures in one size; the arguments are those of `image_dataset_from_directory`."""

    color_mode: str
    image_size: tuple
    interpolation: str
    crop_to_aspect_ratio: bool
    pad_to_aspect_ratio: bool
    data_format: str | None
    # Whether bars and dtypes are those of `ops.image.resize`, or those of `tf.image`.
    as_by_ops: bool = False

    def __post_init__(self):
        self.channels = _CHANNELS[checked_choice("color_mode", self.color_mode, _CHANNELS)]
        self.image_size = standardize_tuple(self.image_size, 2, "image_size")
        self.interpolation = checked_choice("interpolation", str(self.interpolation).lower(), _INTERPOLATIONS)
        self.channels_first = standardize_data_format(self.data_format) == "channels_first"
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            raise ValueError("Only one of `crop_to_aspect_ratio` and `pad_to_aspect_ratio` may be True.")

    def for_grain(self):
        return dataclasses.replace(self, as_by_ops=True)

    def read(self, path):
        image = self._resized(read_picture(path, self.channels))
        image = image.astype("float32") if self.as_by_ops else image
        return image.transpose(2, 0, 1) if self.channels_first else image

    def _resized(self, image):
        resize = resized
        if self.crop_to_aspect_ratio:
            resize = resized_middle
        elif self.pad_to_aspect_ratio:
            resize = resized_between_bars if self.as_by_ops else resized_with_bars
        return resize(image, self.image_size, self.interpolation)

    def read_tf(self, path):
        image = tf.image.decode_image(tf.io.read_file(path), channels=self.channels, expand_animations=False)
        image.set_shape((None, None, self.channels))
        image = self._resized_tf(image)
        return tf.transpose(image, (2, 0, 1)) if self.channels_first else image

    def _resized_tf(self, image):
        if self.pad_to_aspect_ratio:
            return tf.image.resize_with_pad(image, *self.image_size, method=self.interpolation)
        if self.crop_to_aspect_ratio:
            sizes = (*tf.unstack(tf.shape(image)[:2]), *self.image_size)
            image = tf.image.crop_to_bounding_box(image, *middle(*sizes, least=tf.minimum))
        return tf.image.resize(image, self.image_size, method=self.interpolation)


@keras_export(["keras.utils.image_dataset_from_directory", "keras.preprocessing.image_dataset_from_directory"])
def image_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    color_mode="rgb",
    batch_size=32,
    image_size=(256, 256),
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    interpolation="bilinear",
    follow_links=False,
    crop_to_aspect_ratio=False,
    pad_to_aspect_ratio=False,
    data_format=None,
    format="tf",
    verbose=True,
):
    """Makes a dataset of the pictures in a folder, whose subfolders are classes.

    Files are `.png`, `.jpg`, `.jpeg`, `.bmp` or `.gif` (of several pictures in one, the first). With TensorFlow
    installed, the result is a `tf.data.Dataset`; without it, an iterable over NumPy arrays that has a length, has the same
    pictures and labels, and that `fit`, `evaluate` and `predict` take. TensorFlow and Pillow, which reads files for Grain
    and where TensorFlow is missing, give the same pixels, up to 1 of 255 for greys made from colours; but those of JPEG
    files differ by about 1 (at the most 6 or so), since TensorFlow computes their cosine transform faster and less
    exactly. Resizing adds less than 0.2.

    Args:
        directory: Path of the folder.
        labels: `"inferred"` (from the subfolders), a list with an integer for each file, in alphabetical order of their
            paths, or `None`.
        label_mode: `"int"`, `"categorical"` (one-hot), `"binary"` (0.0 or 1.0, for two classes) or `None`: no labels.
        class_names: Names of subfolders, in the order in which they are numbered; others are left out. By default all
            of them, in alphabetical order.
        color_mode: `"grayscale"`, `"rgb"` or `"rgba"`: 1, 3 or 4 channels.
        batch_size: Pictures in a batch; the last batch may have fewer. With `None`, each item is one picture.
        image_size: Height and width of what is made of each picture.
        shuffle: Whether the files are shuffled, and read in another order each time; otherwise they come in
            alphabetical order.
        seed: Integer that fixes the order.
        validation_split: Share of the files, between 0 and 1, that is kept for validation.
        subset: `"training"`, `"validation"`, or `"both"` for two datasets, where there is a `validation_split`.
        interpolation: `"bilinear"`, `"nearest"`, `"bicubic"`, `"area"`, `"lanczos3"`, `"lanczos5"`, `"gaussian"` or
            `"mitchellcubic"`.
        follow_links: Whether links to folders are followed.
        crop_to_aspect_ratio: Whether only the part in the middle of a picture that has the new proportions is taken.
        pad_to_aspect_ratio: Whether black bars give a picture the new proportions.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        format: `"tf"`, or `"grain"` for a `grain.IterDataset`.
        verbose: Whether a message tells how many files there are.

    Returns:
        A dataset, or a list of two for `subset="both"`, with the attributes `class_names` and `file_paths`. Its items are
        batches of pictures, of shape `(batch, height, width, channels)` and of float32 from 0 to 255 (uint8 where
        `interpolation` is `"nearest"`); with labels, tuples of these and of labels: int32 of shape `(batch,)`, float32 of
        shape `(batch, 1)` if binary, or `(batch, number of classes)` if categorical.

    Raises:
        ImportError: TensorFlow or Grain, and Pillow, are not installed.
        FileNotFoundError: There is no such folder.
        ValueError: There are no pictures in it, or an argument has a value that is not listed here.

    Example:

    >>> import os
    >>> for name in ("cats", "dogs"):
    ...     os.makedirs(name)
    ...     keras.utils.save_img(name + "/1.png", [[[0.0, 1.0, 2.0]] * 4] * 4)
    >>> dataset = keras.utils.image_dataset_from_directory(".", image_size=(2, 2), shuffle=False)
    Found 2 files belonging to 2 classes.
    >>> dataset.class_names
    ['cats', 'dogs']
    >>> [(images.shape == (2, 2, 2, 3), [int(label) for label in labels]) for images, labels in dataset]
    [(True, [0, 1])]
    """
    reader = ImageReader(color_mode, image_size, interpolation, crop_to_aspect_ratio, pad_to_aspect_ratio, data_format)
    search = Search(directory, "image", ALLOWLIST_FORMATS, labels, label_mode, class_names, follow_links, verbose)
    return from_directory(reader, search, batch_size, shuffle, seed, validation_split, subset, format)
