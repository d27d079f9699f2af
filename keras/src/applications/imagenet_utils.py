"""Sizes of the inputs of models that classify images."""

from keras.src.utils.warning_utils import warn


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
