"""Pictures: read from files, written to files, as arrays, and in another size."""

import io
import os

import numpy as np

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.backend.config import floatx, standardize_data_format
from keras.src.utils.later import ops
from keras.src.utils.module_utils import LazyModule
from keras.src.utils.warning_utils import warn

pillow = LazyModule(
    "PIL.Image",
    import_error_msg="Pictures are read and written by Pillow, which is not installed. "
    "Install it with `pip install pillow`.",
)

_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
# Grey pictures of more than 8 bits stay what they are.
_GREY_MODES = ("L", "I;16", "I")
_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")


def checked_choice(name, value, choices):
    if value not in choices:
        raise ValueError(f"`{name}` must be one of {tuple(choices)}. Received: {name}={value!r}")
    return value


def middle(height, width, target_height, target_width, least=min):
    """The largest part in the middle of a picture that has the proportions of another size.

    Args:
        height: Integer, or a scalar tensor of integers, as all sizes.
        width: Likewise.
        target_height: Likewise.
        target_width: Likewise.
        least: Function of two sizes.

    Returns:
        Top, left, height and width of the part.
    """
    cut_height = least(height, width * target_height // target_width)
    cut_width = least(width, height * target_width // target_height)
    return (height - cut_height) // 2, (width - cut_width) // 2, cut_height, cut_width


@keras_export(["keras.utils.load_img", "keras.preprocessing.image.load_img"])
def load_img(path, color_mode="rgb", target_size=None, interpolation="nearest", keep_aspect_ratio=False):
    """Reads a picture from a file, by Pillow.

    Args:
        path: Path of the file as a string, bytes or `pathlib.Path`, or `io.BytesIO` with what a file would hold.
        color_mode: `"grayscale"`, `"rgb"` or `"rgba"`: into what the picture is converted. Grey pictures of 16 or 32
            bits keep these.
        target_size: `None` (as in the file), or height and width.
        interpolation: How the size is changed: `"nearest"`, `"bilinear"`, `"bicubic"`, `"lanczos"`, `"box"` or
            `"hamming"`.
        keep_aspect_ratio: Whether only the largest part in the middle that has the proportions of `target_size` is
            taken, so that nothing looks stretched.

    Returns:
        `PIL.Image.Image`.

    Raises:
        ImportError: Pillow is not installed.
        TypeError: `path` is none of these.
        ValueError: Another argument has a value that is not listed here.

    Example:

    >>> keras.utils.save_img("red.png", [[[255.0, 0.0, 0.0]] * 4] * 2, scale=False)
    >>> keras.utils.load_img("red.png", target_size=(8, 8)).size
    (8, 8)
    """
    image = _opened(path)
    if checked_choice("color_mode", color_mode, _MODES) != "grayscale" or image.mode not in _GREY_MODES:
        image = _converted(image, _MODES[color_mode])
    if target_size is None:
        return image
    return _resized(image, target_size, interpolation, keep_aspect_ratio)


def _opened(path):
    if isinstance(path, io.BytesIO):
        return pillow.open(path)
    if not isinstance(path, (str, bytes, os.PathLike)):
        raise TypeError(f"`path` must be a path or `io.BytesIO`. Received: {path!r} of type {type(path).__name__}")
    with open(path, "rb") as file:
        return pillow.open(io.BytesIO(file.read()))


def _converted(image, mode):
    return image if image.mode == mode else image.convert(mode)


def _resized(image, target_size, interpolation, keep_aspect_ratio):
    if len(target_size) != 2:
        raise ValueError(f"`target_size` must be height and width. Received: target_size={target_size!r}")
    height, width = target_size
    if image.size == (width, height):
        return image
    checked_choice("interpolation", interpolation, _INTERPOLATIONS)
    method = getattr(pillow.Resampling, interpolation.upper())
    if not keep_aspect_ratio:
        return image.resize((width, height), method)
    top, left, rows, columns = middle(image.height, image.width, height, width)
    return image.resize((width, height), method, box=(left, top, left + columns, top + rows))


@keras_export(["keras.utils.img_to_array", "keras.preprocessing.image.img_to_array"])
def img_to_array(img, data_format=None, dtype=None):
    """A picture as an array of three dimensions.

    Args:
        img: `PIL.Image.Image`, or an array of shape `(height, width)` or `(height, width, channels)`.
        data_format: `"channels_last"` or `"channels_first"`, what is wanted; by default `keras.config.image_data_format()`.
        dtype: Dtype of the result; by default `keras.config.floatx()`.

    Returns:
        NumPy array of shape `(height, width, channels)` or `(channels, height, width)`.

    Raises:
        ValueError: The array has another number of dimensions, or `data_format` is unknown.

    Example:

    >>> keras.utils.img_to_array([[0, 1, 2], [3, 4, 5]]).shape
    (2, 3, 1)
    """
    first = standardize_data_format(data_format) == "channels_first"
    array = np.asarray(img, dtype=floatx() if dtype is None else dtype)
    if array.ndim not in (2, 3):
        raise ValueError(f"A picture has two or three dimensions. Received: an array of shape {array.shape}")
    if array.ndim == 2:
        return array[None] if first else array[..., None]
    return array.transpose(2, 0, 1) if first else array


@keras_export(["keras.utils.array_to_img", "keras.preprocessing.image.array_to_img"])
def array_to_img(x, data_format=None, scale=True, dtype=None):
    """An array of three dimensions as a picture, by Pillow.

    Args:
        x: Array of shape `(height, width, channels)`, or with the channels first, with 1, 3 or 4 channels.
        data_format: `"channels_last"` or `"channels_first"`, what `x` has; by default
            `keras.config.image_data_format()`.
        scale: Whether numbers are stretched so that the least becomes 0 and the greatest 255. Otherwise they are taken
            as they are, cut to whole numbers.
        dtype: Dtype in which this is computed; by default `keras.config.floatx()`.

    Returns:
        `PIL.Image.Image` of mode `"L"`, `"RGB"` or `"RGBA"`; of mode `"I"` where one channel has numbers above 255.

    Raises:
        ImportError: Pillow is not installed.
        ValueError: `x` has another number of dimensions or of channels, or `data_format` is unknown.

    Example:

    >>> keras.utils.array_to_img([[[0.0], [0.5], [1.0]]]).size
    (3, 1)
    """
    first = standardize_data_format(data_format) == "channels_first"
    array = np.asarray(_on_host(x), dtype=floatx() if dtype is None else dtype)
    if array.ndim != 3:
        raise ValueError(f"`x` must have three dimensions. Received: an array of shape {array.shape}")
    array = _stretched(array.transpose(1, 2, 0) if first else array, scale)
    return _picture(array)


def _on_host(x):
    return backend.convert_to_numpy(x) if backend.is_tensor(x) else x


def _stretched(array, scale):
    if not scale:
        return array
    array = array - array.min()
    greatest = array.max()
    return array if greatest == 0 else array / greatest * 255


def _picture(array):
    channels = array.shape[2]
    if channels == 1:
        wide = array.max() > 255
        return pillow.fromarray(array[..., 0].astype("int32" if wide else "uint8"))
    if channels in (3, 4):
        return pillow.fromarray(array.astype("uint8"))
    raise ValueError(f"A picture has 1, 3 or 4 channels. Received: {channels} in an array of shape {array.shape}")


@keras_export(["keras.utils.save_img", "keras.preprocessing.image.save_img"])
def save_img(path, x, data_format=None, file_format=None, scale=True, **kwargs):
    """Writes an array as a picture to a file, by Pillow.

    Args:
        path: Path of the file, or an open file.
        x: Array of shape `(height, width, channels)`, or with the channels first, with 1, 3 or 4 channels.
        data_format: `"channels_last"` or `"channels_first"`, what `x` has; by default
            `keras.config.image_data_format()`.
        file_format: Such as `"png"` or `"jpeg"`; by default the ending of the file's name says it. JPEG has no
            transparency: the fourth channel is left out, with a warning.
        scale: Whether numbers are stretched to 0 to 255, as in `array_to_img`.
        **kwargs: Given to `PIL.Image.Image.save`, such as `quality=90`.

    Raises:
        ImportError: Pillow is not installed.
        ValueError: `x` is no picture, or the format is not known.

    Example:

    >>> keras.utils.save_img("grey.png", [[[0.0], [1.0]]])
    >>> keras.utils.img_to_array(keras.utils.load_img("grey.png", color_mode="grayscale"))[0, :, 0]
    array([  0., 255.], dtype=float32)
    """
    image = array_to_img(x, data_format=data_format, scale=scale)
    file_format = "jpeg" if file_format == "jpg" else file_format
    if image.mode == "RGBA" and _is_jpeg(path, file_format):
        warn("JPEG files have no transparency: the picture is written as RGB.")
        image = image.convert("RGB")
    image.save(path, format=file_format, **kwargs)


def _is_jpeg(path, file_format):
    if file_format is None and isinstance(path, (str, os.PathLike)):
        return os.path.splitext(os.fspath(path))[1].lower() in (".jpg", ".jpeg")
    return file_format is not None and file_format.lower() == "jpeg"


@keras_export("keras.preprocessing.image.smart_resize")
def smart_resize(x, size, interpolation="bilinear", data_format="channels_last", **kwargs):
    """Pictures in another size without being stretched: the largest part in the middle with the new proportions.

    Args:
        x: Array or tensor of shape `(height, width, channels)`, or of a batch of such, or with the channels first.
        size: Two ints, height and width of the result.
        interpolation: `"bilinear"`, `"nearest"`, `"bicubic"`, `"lanczos3"`, `"lanczos5"` or `"area"`.
        data_format: `"channels_last"` or `"channels_first"`; `None` stands for `keras.config.image_data_format()`.
        **kwargs: Nothing else is taken but `backend_module`, which makes no difference.

    Returns:
        NumPy array where `x` is one, else a tensor; of the dtype of `x`, whole numbers are rounded.

    Raises:
        ValueError: `x` is no picture or batch of pictures, or `size` is not two ints.

    Example:

    >>> import numpy as np
    >>> keras.preprocessing.image.smart_resize(np.ones((4, 9, 3)), (2, 2)).shape
    (2, 2, 3)
    """
    kwargs.pop("backend_module", None)
    if kwargs:
        raise TypeError(f"`smart_resize` takes no argument {sorted(kwargs)[0]!r}.")
    if len(size) != 2:
        raise ValueError(f"`size` must be two ints, height and width. Received: size={size!r}")
    images = ops.convert_to_tensor(x)
    if len(images.shape) not in (3, 4):
        raise ValueError(f"`x` must have three or four dimensions. Received: shape {tuple(images.shape)}")
    options = {"interpolation": interpolation, "data_format": standardize_data_format(data_format)}
    resized = ops.image.resize(images, tuple(size), crop_to_aspect_ratio=True, **options)
    return backend.convert_to_numpy(resized) if isinstance(x, np.ndarray) else resized
