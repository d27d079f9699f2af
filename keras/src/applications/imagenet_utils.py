"""What networks that classify images share: how images come in, and how predictions are read."""

import functools
import json

import numpy as np

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.applications import published
from keras.src.utils.warning_utils import warn

MODES = ("caffe", "tf", "torch")

MEAN_IN_BYTES = (103.939, 116.779, 123.68)
"""Of the blue, green and red channel over the images of ImageNet."""

MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)
"""Of the red, green and blue channel, on a scale from 0 to 1."""

CLASSES = 1000


@keras_export("keras.applications.imagenet_utils.preprocess_input")
def preprocess_input(x, data_format=None, mode="caffe"):
    """Scales the colours of images as a network wants them.

    The images given stay as they are: the result has memory of its own.

    Args:
        x: Images with colours from 0 to 255 in the order red, green, blue: an array or tensor of rank 3 or 4, or a
            symbolic tensor.
        data_format: `"channels_last"` or `"channels_first"`; the default of `keras.config` where it is `None`.
        mode: `"caffe"`: colours in the order blue, green, red, less the mean of each over ImageNet. `"tf"`: from -1 to 1.
            `"torch"`: from 0 to 1, then less the mean and divided by the standard deviation of each channel.

    Returns:
        What was given, of the same shape; of the same dtype where it is one of floats, else of `keras.config.floatx()`.

    Raises:
        ValueError: `mode` or `data_format` is none of those, or a mode that knows three colours gets other channels.

    Example:

    >>> image = np.full((1, 2, 2, 3), 255.0)
    >>> keras.applications.imagenet_utils.preprocess_input(image, mode="tf")[0, 0, 0]
    array([1., 1., 1.])
    """
    if mode not in MODES:
        raise ValueError(f"`mode` must be one of {', '.join(map(repr, MODES))}. Received: mode={mode!r}")
    axis = -1 if backend.standardize_data_format(data_format) == "channels_last" else -3
    x = _floats(x)
    library = np if isinstance(x, np.ndarray) else ops
    if mode == "tf":
        return library.subtract(library.true_divide(x, _constant(127.5, x)), _constant(1.0, x))
    _check_colours(x, axis, mode)
    if mode == "caffe":
        return library.subtract(library.flip(x, axis=axis), _constant(MEAN_IN_BYTES, x, axis))
    x = library.subtract(library.true_divide(x, _constant(255.0, x)), _constant(MEAN, x, axis))
    return library.true_divide(x, _constant(DEVIATION, x, axis))


def _floats(x):
    """Images as an array or tensor of floats."""
    if not (hasattr(x, "dtype") and hasattr(x, "shape")):
        x = np.asarray(x)
    if backend.is_float_dtype(backend.standardize_dtype(x.dtype)):
        return x
    return x.astype(backend.floatx()) if isinstance(x, np.ndarray) else ops.cast(x, backend.floatx())


def _constant(values, x, axis=-1):
    """A number, or one for each channel, that leaves the dtype of `x` as it is."""
    values = np.asarray(values, dtype=backend.standardize_dtype(x.dtype))
    return values if axis == -1 else values.reshape((-1, 1, 1))


def _check_colours(x, axis, mode):
    if x.shape[axis] not in (3, None):
        raise ValueError(
            f"`mode={mode!r}` needs images with three channels, which are on axis {axis}. Received: x.shape={tuple(x.shape)}"
        )


@keras_export(
    [
        "keras.applications.imagenet_utils.decode_predictions",
        "keras.applications.convnext.decode_predictions",
        "keras.applications.densenet.decode_predictions",
        "keras.applications.efficientnet.decode_predictions",
        "keras.applications.efficientnet_v2.decode_predictions",
        "keras.applications.inception_resnet_v2.decode_predictions",
        "keras.applications.inception_v3.decode_predictions",
        "keras.applications.mobilenet.decode_predictions",
        "keras.applications.mobilenet_v2.decode_predictions",
        "keras.applications.mobilenet_v3.decode_predictions",
        "keras.applications.nasnet.decode_predictions",
        "keras.applications.resnet.decode_predictions",
        "keras.applications.resnet50.decode_predictions",
        "keras.applications.resnet_v2.decode_predictions",
        "keras.applications.vgg16.decode_predictions",
        "keras.applications.vgg19.decode_predictions",
        "keras.applications.xception.decode_predictions",
    ]
)
def decode_predictions(preds, top=5):
    """Names the classes of ImageNet that a network finds most likely.

    The names are fetched by `keras.utils.get_file` in the first call, and kept.

    Args:
        preds: Array or tensor of shape `(batch, 1000)`.
        top: Int, how many classes to name for each image.

    Returns:
        List with a list for each image: `top` tuples of the identifier of the class, its name and its value in `preds`,
        the highest first.

    Raises:
        ValueError: `preds` has another shape, or `top` is less than 1.

    Example:

    >>> preds = np.zeros((2, 10))
    >>> keras.applications.imagenet_utils.decode_predictions(preds)
    Traceback (most recent call last):
    ValueError: `preds` must have the shape (batch, 1000), ... Received: preds.shape=(2, 10)
    """
    preds = np.asarray(backend.convert_to_numpy(preds))
    if preds.ndim != 2 or preds.shape[1] != CLASSES:
        raise ValueError(
            f"`preds` must have the shape (batch, {CLASSES}), as a network with the classes of ImageNet gives it. "
            f"Received: preds.shape={preds.shape}"
        )
    if top < 1:
        raise ValueError(f"`top` must be 1 or more. Received: top={top}")
    classes = _classes()
    best = np.argsort(-preds, axis=-1, kind="stable")[:, :top]
    return [[(*classes[i], row[i]) for i in indices] for indices, row in zip(best, preds)]


@functools.cache
def _classes():
    """The identifier and name of each class, in order."""
    with open(published.fetch_classes(), encoding="utf-8") as file:
        by_index = json.load(file)
    return [tuple(by_index[str(i)]) for i in range(CLASSES)]


def obtain_input_shape(input_shape, default_size, min_size, data_format, require_flatten, weights=None):
    """The shape of the images that a model takes, checked and with defaults filled in.

    Args:
        input_shape: Tuple of three sizes without the batch, or `None`.
        default_size: Height and width that the model was made for.
        min_size: Least height and width.
        data_format: `"channels_last"` or `"channels_first"`.
        require_flatten: Whether the model needs fixed sizes, as one does that ends in a dense layer.
        weights: `"imagenet"` for weights that want three channels, else `None` or a path.

    Returns:
        Tuple of three sizes; height and width are `None` where any will do.

    Raises:
        ValueError: The shape has the wrong rank, is too small, has unknown sizes, or does not fit the weights.
    """
    wants_imagenet = weights == "imagenet"
    default = _in_format((default_size, default_size), _channels(input_shape, data_format, wants_imagenet), data_format)
    if wants_imagenet and require_flatten:
        if input_shape is not None and tuple(input_shape) != default:
            raise ValueError(
                "With `include_top=True` and the weights of `imagenet`, `input_shape` must be the model's own. "
                f"Expected: {default}. Received: input_shape={input_shape}"
            )
        return default
    if input_shape:
        _check(input_shape, min_size, data_format, wants_imagenet)
    else:
        input_shape = default if require_flatten else _in_format((None, None), 3, data_format)
    if require_flatten and None in input_shape:
        raise ValueError(
            "With `include_top=True` all sizes of `input_shape` must be known. Give ints, or `include_top=False`. "
            f"Received: input_shape={input_shape}"
        )
    return input_shape


def _in_format(sizes, channels, data_format):
    return (channels, *sizes) if data_format == "channels_first" else (*sizes, channels)


def _split(shape, data_format):
    """Height and width, and channels."""
    return (shape[1:], shape[0]) if data_format == "channels_first" else (shape[:-1], shape[-1])


def _channels(input_shape, data_format, wants_imagenet):
    if wants_imagenet or not input_shape or len(input_shape) != 3:
        return 3
    channels = _split(input_shape, data_format)[1]
    if channels not in (1, 3):
        warn(f"This model usually takes images with 1 or 3 channels. Received: input_shape={input_shape}")
    return channels


def _check(input_shape, min_size, data_format, wants_imagenet):
    if len(input_shape) != 3:
        raise ValueError(f"`input_shape` must be a tuple of three ints. Received: input_shape={input_shape}")
    sizes, channels = _split(input_shape, data_format)
    if wants_imagenet and channels != 3:
        raise ValueError(
            f"`input_shape` must have 3 channels for the weights of `imagenet`. Received: input_shape={input_shape}"
        )
    if any(size is not None and size < min_size for size in sizes):
        raise ValueError(f"`input_shape` must be at least {min_size}x{min_size}. Received: input_shape={input_shape}")
