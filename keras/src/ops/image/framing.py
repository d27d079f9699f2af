"""Cutting frames off images, and laying frames around them."""

from keras.src.ops.core import shape as shape_of
from keras.src.ops.declare import DataFormat, Tensor, op
from keras.src.ops.dtype_rules import as_is
from keras.src.ops.image.layout import check_images, spatial_axes, with_sizes
from keras.src.ops.numpy.shaping import pad


def _frame(sides, size, before, after, target, sign):
    """What to take off (`sign` -1) or lay (1) before and behind `size` pixels, and the new size; two of three are given."""
    names = (*sides, sides[2])
    given = dict(zip(sides, (before, after, target)))
    if sum(v is None for v in given.values()) != 1:
        received = ", ".join(f"{k}={v}" for k, v in given.items())
        raise ValueError(
            f"Exactly two of `{names[0]}`, `{names[1]}` and `{names[2]}` must be given. Received: {received}"
        )
    if target is None and size is None and sign < 0:
        raise ValueError(
            f"`{sides[2]}` must be given where the size of the images is not known. Received: {sides[2]}=None"
        )
    if target is None:
        target = None if size is None else size + sign * (before + after)
    elif size is not None:
        rest = sign * (target - size)
        before, after = (rest - after if before is None else before), (rest - before if after is None else after)
    for name, value in zip(sides, (before, after, target)):
        if value is not None and _is_negative(value):
            raise ValueError(f"`{name}` must be 0 or more. Received: {name}={value} for {size} pixels")
    return before, after, target


def _is_negative(value):
    return isinstance(value, int) and value < 0


def _frames(shape, kind, sign, given, data_format):
    """`_frame` of rows and of columns, from what is given of top, left, bottom, right, height and width."""
    named = zip(_SIDES, (given[::2], given[1::2]), spatial_axes(len(shape), data_format))
    return [_frame([side.format(kind) for side in names], shape[a], *values, sign) for names, values, a in named]


_SIDES = (("top_{}", "bottom_{}", "target_height"), ("left_{}", "right_{}", "target_width"))


def _reframed(kind, sign):
    """The shape rule of an op that changes the frame of images; its config is what is given of the new frame."""

    def rule(images, data_format, **given):
        check_images(images)
        frames = _frames(images, kind, sign, tuple(given.values()), data_format)
        return with_sizes(images, spatial_axes(len(images), data_format), [size for _, _, size in frames])

    return rule


@op(dtype=as_is, shape=_reframed("cropping", -1), checked=True)
def crop_images(
    images: Tensor,
    top_cropping=None,
    left_cropping=None,
    bottom_cropping=None,
    right_cropping=None,
    target_height=None,
    target_width=None,
    data_format: DataFormat = None,
):
    """Images without a frame of pixels; of top, bottom and height two are given, of left, right and width too.

    Args:
        images: Tensor of shape `(height, width, channels)` or of a batch of such, or with the channels first.
        top_cropping: Rows to take off above.
        left_cropping: Columns to take off on the left.
        bottom_cropping: Rows to take off below.
        right_cropping: Columns to take off on the right.
        target_height: Height of the result.
        target_width: Width of the result.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Tensor of the dtype of `images`.

    Raises:
        ValueError: not two of three are given, or, symbolically, the height (width) of the images is not known and
            `target_height` (`target_width`) is not given.

    Example:

    >>> keras.ops.image.crop_images(keras.ops.ones((5, 6, 3)), 1, 2, target_height=2, target_width=3).shape
    (2, 3, 3)
    """
    shape = shape_of(images)
    given = (top_cropping, left_cropping, bottom_cropping, right_cropping, target_height, target_width)
    rows, columns = _frames(shape, "cropping", -1, given, data_format)
    window = (slice(rows[0], rows[0] + rows[2]), slice(columns[0], columns[0] + columns[2]))
    return images[(..., *window, slice(None))] if data_format == "channels_last" else images[(..., *window)]


@op(dtype=as_is, shape=_reframed("padding", 1), checked=True)
def pad_images(
    images: Tensor,
    top_padding=None,
    left_padding=None,
    bottom_padding=None,
    right_padding=None,
    target_height=None,
    target_width=None,
    data_format: DataFormat = None,
):
    """Images within a frame of zeros; of top, bottom and height two are given, of left, right and width too.

    Args:
        images: Tensor of shape `(height, width, channels)` or of a batch of such, or with the channels first.
        top_padding: Rows of zeros above.
        left_padding: Columns of zeros on the left.
        bottom_padding: Rows of zeros below.
        right_padding: Columns of zeros on the right.
        target_height: Height of the result.
        target_width: Width of the result.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Tensor of the dtype of `images`.

    Example:

    >>> keras.ops.image.pad_images(keras.ops.ones((5, 6, 3)), 1, 2, target_height=8, target_width=9).shape
    (8, 9, 3)
    """
    shape = shape_of(images)
    given = (top_padding, left_padding, bottom_padding, right_padding, target_height, target_width)
    frames = _frames(shape, "padding", 1, given, data_format)
    pairs = dict(zip(spatial_axes(len(shape), data_format), frames))
    return pad(images, [tuple(pairs[i][:2]) if i in pairs else (0, 0) for i in range(len(shape))])
