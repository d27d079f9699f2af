"""Pictures that are transformed while they are read, in the way of Keras 2, as `tf.keras.preprocessing.image` has it; new
programs take `keras.utils.image_dataset_from_directory` and layers such as `RandomRotation`."""

import numpy as np

from keras.src.api_export import keras_export
from keras.src.backend.config import floatx, image_data_format
from keras.src.legacy.preprocessing.dataframe_iterator import DataFrameIterator
from keras.src.legacy.preprocessing.image_iterators import (
    BatchFromFilesMixin,
    DirectoryIterator,
    Iterator,
    NumpyArrayIterator,
)
from keras.src.legacy.preprocessing.image_transforms import (
    apply_affine_transform,
    apply_brightness_shift,
    apply_channel_shift,
    drawn_zoom,
    flip_axis,
    random_brightness,
    random_channel_shift,
    random_rotation,
    random_shear,
    random_shift,
    random_zoom,
    transform_matrix_offset_center,
)
from keras.src.utils.image_utils import checked_choice
from keras.src.utils.warning_utils import warn

__all__ = [
    "BatchFromFilesMixin",
    "DataFrameIterator",
    "DirectoryIterator",
    "ImageDataGenerator",
    "Iterator",
    "NumpyArrayIterator",
    "apply_affine_transform",
    "apply_brightness_shift",
    "apply_channel_shift",
    "flip_axis",
    "random_brightness",
    "random_channel_shift",
    "random_rotation",
    "random_shear",
    "random_shift",
    "random_zoom",
    "transform_matrix_offset_center",
]

_EPSILON = 1e-6


@keras_export("keras._legacy.preprocessing.image.ImageDataGenerator")
class ImageDataGenerator:
    """Transforms pictures at random, and standardizes them. Draws come from NumPy's global generator.

    Args:
        featurewise_center: Whether the mean over all data that `fit` saw is taken off.
        samplewise_center: Whether each picture's own mean is taken off.
        featurewise_std_normalization: Whether pictures are divided by the standard deviation of the data that `fit` saw.
        samplewise_std_normalization: Whether each picture is divided by its own standard deviation.
        zca_whitening: Whether pixels are made independent of each other, by what `fit` saw.
        zca_epsilon: Keeps the whitening from dividing by 0.
        rotation_range: Degrees by which pictures are turned at most.
        width_shift_range: By how much pictures are moved sideways at most: a share of the width if below 1, else pixels;
            an int, or a list of ints, for whole pixels.
        height_shift_range: Likewise, up and down.
        brightness_range: Least and greatest factor of brightness.
        shear_range: Degrees by which pictures are sheared at most.
        zoom_range: Least and greatest factor, or a number `z` for `1 - z` and `1 + z`.
        channel_shift_range: By how much pixels are made brighter or darker at most.
        fill_mode: What is beyond the border: `"constant"`, `"nearest"`, `"reflect"` or `"wrap"`.
        cval: Number beyond the border, for `"constant"`.
        horizontal_flip: Whether every second picture is mirrored sideways.
        vertical_flip: Whether every second picture is turned upside down.
        rescale: Factor of all pixels, or `None`.
        preprocessing_function: Function of a picture, called before it is standardized.
        data_format: `"channels_last"` or `"channels_first"`.
        validation_split: Share of the data for validation, for `subset`.
        interpolation_order: Order of the splines between pixels.
        dtype: Dtype of the batches.

    Example:

    >>> import numpy as np
    >>> from keras.src.legacy.preprocessing.image import ImageDataGenerator
    >>> generator = ImageDataGenerator(rescale=0.5, horizontal_flip=True)
    >>> x, y = next(generator.flow(np.ones((4, 8, 8, 3)), np.arange(4), batch_size=2))
    >>> x.shape, x.max().item()
    ((2, 8, 8, 3), 0.5)
    """

    def __init__(
        self,
        featurewise_center=False,
        samplewise_center=False,
        featurewise_std_normalization=False,
        samplewise_std_normalization=False,
        zca_whitening=False,
        zca_epsilon=1e-6,
        rotation_range=0,
        width_shift_range=0.0,
        height_shift_range=0.0,
        brightness_range=None,
        shear_range=0.0,
        zoom_range=0.0,
        channel_shift_range=0.0,
        fill_mode="nearest",
        cval=0.0,
        horizontal_flip=False,
        vertical_flip=False,
        rescale=None,
        preprocessing_function=None,
        data_format=None,
        validation_split=0.0,
        interpolation_order=1,
        dtype=None,
    ):
        self.featurewise_center = featurewise_center
        self.samplewise_center = samplewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening = zca_whitening
        self.zca_epsilon = zca_epsilon
        self.rotation_range = rotation_range
        self.width_shift_range = width_shift_range
        self.height_shift_range = height_shift_range
        self.shear_range = shear_range
        self.zoom_range = _checked_zoom(zoom_range)
        self.channel_shift_range = channel_shift_range
        self.fill_mode = fill_mode
        self.cval = cval
        self.horizontal_flip = horizontal_flip
        self.vertical_flip = vertical_flip
        self.rescale = rescale
        self.preprocessing_function = preprocessing_function
        self.dtype = floatx() if dtype is None else dtype
        self.interpolation_order = interpolation_order
        self.brightness_range = _checked_brightness(brightness_range)
        self._set_axes(image_data_format() if data_format is None else data_format)
        if validation_split and not 0 < validation_split < 1:
            raise ValueError(
                f"`validation_split` must lie between 0 and 1. Received: validation_split={validation_split!r}"
            )
        self._validation_split = validation_split
        self.mean = self.std = self.zca_whitening_matrix = None
        self._settle_normalization()

    def _set_axes(self, data_format):
        self.data_format = checked_choice("data_format", data_format, ("channels_last", "channels_first"))
        is_first = data_format == "channels_first"
        self.channel_axis, self.row_axis, self.col_axis = (1, 2, 3) if is_first else (3, 1, 2)

    def _settle_normalization(self):
        """What is normalized is centered, and what is whitened is centered and not divided."""
        if self.zca_whitening and self.featurewise_std_normalization:
            self.featurewise_std_normalization = False
            warn("`zca_whitening` makes `featurewise_std_normalization` needless: it is switched off.")
        for name, needs in (
            ("zca_whitening", "featurewise_center"),
            ("featurewise_std_normalization", "featurewise_center"),
            ("samplewise_std_normalization", "samplewise_center"),
        ):
            if getattr(self, name) and not getattr(self, needs):
                setattr(self, needs, True)
                warn(f"`{name}` needs `{needs}`, which is switched on.")

    def flow(
        self,
        x,
        y=None,
        batch_size=32,
        shuffle=True,
        sample_weight=None,
        seed=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        ignore_class_split=False,
        subset=None,
    ):
        """Returns endless batches of transformed pictures of an array.

        Args:
            x: Array of four dimensions; or a pair of it and an array, or a list of arrays, whose rows go with the
                pictures.
            y: Targets, or `None`.
            batch_size: Pictures in a batch.
            shuffle: Whether pictures are shuffled.
            sample_weight: Weights, or `None`.
            seed: Integer, or `None`.
            save_to_dir: Folder to which pictures are written as well, or `None`.
            save_prefix: Beginning of the names of these files.
            save_format: Their format.
            ignore_class_split: Whether the parts may have other classes.
            subset: `"training"` or `"validation"`, by `validation_split`.

        Returns:
            `NumpyArrayIterator`.
        """
        return NumpyArrayIterator(
            x,
            y,
            self,
            batch_size=batch_size,
            shuffle=shuffle,
            sample_weight=sample_weight,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            ignore_class_split=ignore_class_split,
            subset=subset,
            dtype=self.dtype,
        )

    def flow_from_directory(
        self,
        directory,
        target_size=(256, 256),
        color_mode="rgb",
        classes=None,
        class_mode="categorical",
        batch_size=32,
        shuffle=True,
        seed=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        follow_links=False,
        subset=None,
        interpolation="nearest",
        keep_aspect_ratio=False,
    ):
        """Returns endless batches of transformed pictures of a folder; the arguments are those of `DirectoryIterator`.

        Returns:
            `DirectoryIterator`.
        """
        return DirectoryIterator(
            directory,
            self,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            data_format=self.data_format,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            follow_links=follow_links,
            subset=subset,
            interpolation=interpolation,
            keep_aspect_ratio=keep_aspect_ratio,
            dtype=self.dtype,
        )

    def flow_from_dataframe(
        self,
        dataframe,
        directory=None,
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
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        subset=None,
        interpolation="nearest",
        validate_filenames=True,
        **kwargs,
    ):
        """Returns endless batches of transformed pictures that a table lists; the arguments are those of `DataFrameIterator`.

        Args:
            **kwargs: Arguments of older versions, which make no difference, with a warning.

        Returns:
            `DataFrameIterator`.
        """
        for name in ("has_ext", "sort", "drop_duplicates"):
            if name in kwargs:
                warn(f"`{name}` of `flow_from_dataframe` makes no difference any more.")
        if class_mode == "other":
            warn("`class_mode='other'` is called 'raw' now.")
            class_mode = "raw"
        return DataFrameIterator(
            dataframe,
            directory,
            self,
            x_col=x_col,
            y_col=y_col,
            weight_col=weight_col,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            data_format=self.data_format,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            interpolation=interpolation,
            validate_filenames=validate_filenames,
            dtype=self.dtype,
        )

    def standardize(self, x):
        """Standardizes a picture, or a batch of them; the array may be changed.

        Args:
            x: Array.

        Returns:
            Array of the same shape.
        """
        if self.preprocessing_function:
            x = self.preprocessing_function(x)
        if self.rescale:
            x *= self.rescale
        if self.samplewise_center:
            x -= np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x /= np.std(x, keepdims=True) + _EPSILON
        if self.featurewise_center and self._is_fitted("featurewise_center", self.mean):
            x -= self.mean
        if self.featurewise_std_normalization and self._is_fitted("featurewise_std_normalization", self.std):
            x /= self.std + _EPSILON
        if self.zca_whitening and self._is_fitted("zca_whitening", self.zca_whitening_matrix):
            flat = x.reshape(-1, np.prod(x.shape[-3:]))
            x = (flat @ self.zca_whitening_matrix).reshape(x.shape)
        return x

    def _is_fitted(self, name, value):
        if value is None:
            warn(f"`{name}` needs what `fit` finds in the data, and is passed over: call `fit(data)` first.")
        return value is not None

    def get_random_transform(self, img_shape, seed=None):
        """Draws the parameters of a transformation.

        Args:
            img_shape: Shape of a picture.
            seed: Integer by which NumPy's global generator is seeded, or `None`.

        Returns:
            Dict, for `apply_transform`.
        """
        if seed is not None:
            np.random.seed(seed)
        theta = np.random.uniform(-self.rotation_range, self.rotation_range) if self.rotation_range else 0
        tx = _drawn_shift(self.height_shift_range, img_shape[self.row_axis - 1])
        ty = _drawn_shift(self.width_shift_range, img_shape[self.col_axis - 1])
        shear = np.random.uniform(-self.shear_range, self.shear_range) if self.shear_range else 0
        zx, zy = drawn_zoom(self.zoom_range)
        flips = [(np.random.random() < 0.5) * is_on for is_on in (self.horizontal_flip, self.vertical_flip)]
        channel_shift = brightness = None
        if self.channel_shift_range != 0:
            channel_shift = np.random.uniform(-self.channel_shift_range, self.channel_shift_range)
        if self.brightness_range is not None:
            brightness = np.random.uniform(self.brightness_range[0], self.brightness_range[1])
        return {
            "theta": theta,
            "tx": tx,
            "ty": ty,
            "shear": shear,
            "zx": zx,
            "zy": zy,
            "flip_horizontal": flips[0],
            "flip_vertical": flips[1],
            "channel_shift_intensity": channel_shift,
            "brightness": brightness,
        }

    def apply_transform(self, x, transform_parameters):
        """Transforms a picture.

        Args:
            x: Array of three dimensions.
            transform_parameters: Dict as from `get_random_transform`; what is missing changes nothing.

        Returns:
            Array of the same shape.
        """
        given = transform_parameters
        row, column, channel = self.row_axis - 1, self.col_axis - 1, self.channel_axis - 1
        x = apply_affine_transform(
            x,
            **{
                name: given.get(name, 1 if name in ("zx", "zy") else 0)
                for name in ("theta", "tx", "ty", "shear", "zx", "zy")
            },
            row_axis=row,
            col_axis=column,
            channel_axis=channel,
            fill_mode=self.fill_mode,
            cval=self.cval,
            order=self.interpolation_order,
        )
        if given.get("channel_shift_intensity") is not None:
            x = apply_channel_shift(x, given["channel_shift_intensity"], channel)
        if given.get("flip_horizontal", False):
            x = flip_axis(x, column)
        if given.get("flip_vertical", False):
            x = flip_axis(x, row)
        if given.get("brightness") is not None:
            x = apply_brightness_shift(x, given["brightness"], False)
        return x

    def random_transform(self, x, seed=None):
        """Transforms a picture at random.

        Args:
            x: Array of three dimensions.
            seed: Integer by which NumPy's global generator is seeded, or `None`.

        Returns:
            Array of the same shape.
        """
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))

    def transformed(self, x):
        """Transforms a picture at random, and standardizes it."""
        return self.standardize(self.random_transform(x))

    def fit(self, x, augment=False, rounds=1, seed=None):
        """Finds in data what `featurewise_center`, `featurewise_std_normalization` and `zca_whitening` need.

        Args:
            x: Array of four dimensions.
            augment: Whether the pictures are transformed at random before.
            rounds: How often each is, with `augment`.
            seed: Integer by which NumPy's global generator is seeded, or `None`.

        Raises:
            ValueError: `x` has another number of dimensions.
        """
        x = np.array(x, dtype=self.dtype)
        if x.ndim != 4:
            raise ValueError(f"`x` must have four dimensions. Received: an array of shape {x.shape}")
        if x.shape[self.channel_axis] not in (1, 3, 4):
            warn(f"Pictures have 1, 3 or 4 channels in general. Received: an array of shape {x.shape}")
        if seed is not None:
            np.random.seed(seed)
        if augment:
            x = np.array([self.random_transform(image) for _ in range(rounds) for image in x], dtype=self.dtype)
        axes = (0, self.row_axis, self.col_axis)
        if self.featurewise_center:
            self.mean = np.mean(x, axis=axes, keepdims=True)[0]
            x -= self.mean
        if self.featurewise_std_normalization:
            self.std = np.std(x, axis=axes, keepdims=True)[0]
            x /= self.std + _EPSILON
        if self.zca_whitening:
            self.zca_whitening_matrix = self._whitening(x.reshape(len(x), -1))

    def _whitening(self, rows):
        u, s, _ = np.linalg.svd(rows.T, full_matrices=False)
        return (u * (np.sqrt(len(rows)) / (s + self.zca_epsilon))) @ u.T


def _drawn_shift(shift_range, size):
    """Pixels by which a picture is moved along a side of some size."""
    if np.ndim(shift_range) == 0 and not shift_range:
        return 0
    if np.ndim(shift_range) or isinstance(shift_range, (int, np.integer)):
        return np.random.choice(shift_range) * np.random.choice([-1, 1])
    shift = np.random.uniform(-shift_range, shift_range)
    return shift * size if shift_range < 1 else shift


def _checked_zoom(zoom_range):
    if isinstance(zoom_range, (int, float)):
        return [1 - zoom_range, 1 + zoom_range]
    if len(zoom_range) == 2 and all(isinstance(value, (int, float)) for value in zoom_range):
        return [zoom_range[0], zoom_range[1]]
    raise ValueError(f"`zoom_range` must be a number or two numbers. Received: zoom_range={zoom_range!r}")


def _checked_brightness(brightness_range):
    if brightness_range is None or (isinstance(brightness_range, (tuple, list)) and len(brightness_range) == 2):
        return brightness_range
    raise ValueError(
        f"`brightness_range` must be a list or a tuple of two numbers. Received: brightness_range={brightness_range!r}"
    )
