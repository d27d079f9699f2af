"""Images sampled at places between pixels."""

import itertools

from keras.src.backend.common.shape_rules import merge_sizes
from keras.src.ops import numpy as ops
from keras.src.ops.core import cast
from keras.src.ops.core import shape as shape_of
from keras.src.ops.declare import DataFormat, Index, Tensor, op
from keras.src.ops.dtype_rules import as_is
from keras.src.ops.image.filtering import gaussian_line, separably_filtered
from keras.src.ops.image.layout import as_pixels, check_images, check_one_of, over_batches, work_dtype
from keras.src.ops.linalg import solve
from keras.src.random import random

_FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")
_ORDERS = {"nearest": 0, "bilinear": 1}

# Sampling


def _inside(place, size, fill_mode):
    """Whole numbers brought within `0 .. size - 1`, by the rule for what lies beyond the border."""
    if fill_mode == "wrap":
        place = ops.mod(place, size)
    elif fill_mode == "mirror":
        period = max(2 * (size - 1), 1) if isinstance(size, int) else 2 * (size - 1)
        place = ops.mod(place, period)
        place = ops.minimum(place, ops.absolute(period - place))
    elif fill_mode == "reflect":
        place = ops.mod(place, 2 * size)
        place = ops.minimum(place, 2 * size - 1 - place)
    return ops.clip(place, 0, size - 1) if isinstance(size, int) else ops.minimum(ops.clip(place, 0, None), size - 1)


def _neighbours(coordinate, size, order, fill_mode):
    """For one dimension: `(index, weight, whether it lies within)` of each pixel that a place depends on."""
    size = size if isinstance(size, int) else cast(size, coordinate.dtype)
    if order == 0:
        corners = [(ops.floor(coordinate + 0.5), None)]
    else:
        lower = ops.floor(coordinate)
        corners = [(lower, lower + 1 - coordinate), (lower + 1, coordinate - lower)]
    for place, weight in corners:
        within = ops.logical_and(place >= 0, place <= size - 1) if fill_mode == "constant" else None
        yield cast(_inside(place, size, fill_mode), "int32"), weight, within


def _sampled(flat_BNC, sizes, coordinates_BP, order, fill_mode, fill_value):
    """Pixels at places, in the dtype of `flat_BNC`, of shape `(batch, places, channels)`."""
    batch, count, channels = shape_of(flat_BNC)
    pixels = ops.reshape(flat_BNC, (-1, channels))
    first = ops.arange(batch, dtype="int32")[:, None] * count
    per_axis = [list(_neighbours(c, n, order, fill_mode)) for c, n in zip(coordinates_BP, sizes)]
    total = None
    for corner in itertools.product(*per_axis):
        position = corner[0][0]
        for (index, _, _), size in zip(corner[1:], sizes[1:]):
            position = position * size + index
        value = ops.take(pixels, position + first, 0)
        for _, _, within in corner:
            value = value if within is None else ops.where(within[..., None], value, fill_value)
        for _, weight, _ in corner:
            value = value if weight is None else value * weight[..., None]
        total = value if total is None else total + value
    return total


def _check_sampling(interpolation, fill_mode):
    check_one_of("interpolation", interpolation, _ORDERS)
    check_one_of("fill_mode", fill_mode, _FILL_MODES)


def _at(images, places, data_format, interpolation, fill_mode, fill_value):
    """Images at the rows and columns, of shape `(batch, height, width)`, that `places(batch of images)` gives."""

    def pick(x):
        batch, height, width, channels = shape_of(x)
        flat = ops.reshape(cast(x, work_dtype(x.dtype)), (batch, height * width, channels))
        coordinates = [ops.reshape(c, (-1, height * width)) for c in places(x)]
        picked = _sampled(flat, (height, width), coordinates, _ORDERS[interpolation], fill_mode, fill_value)
        return ops.reshape(picked, (batch, height, width, channels))

    return as_pixels(over_batches(pick, images, data_format), images.dtype)


def _grid(x):
    """Rows and columns of the pixels of a batch, of shapes `(height, 1)` and `(1, width)`."""
    _, height, width, _ = shape_of(x)
    dtype = work_dtype(x.dtype)
    return cast(ops.arange(height), dtype)[:, None], cast(ops.arange(width), dtype)[None, :]


def _mapped(inputs, coordinates, order, fill_mode="constant"):
    if len(coordinates) < 2 or coordinates[0] not in (len(inputs), None):
        raise ValueError(
            f"`coordinates` must have rank 2 or more, and a row for each of the {len(inputs)} dimensions of `inputs`. "
            f"Received shape: {tuple(coordinates)}"
        )
    check_one_of("order", order, (0, 1))
    check_one_of("fill_mode", fill_mode, _FILL_MODES)
    return coordinates[1:]


@op(dtype=as_is, shape=_mapped, checked=True)
def map_coordinates(inputs: Tensor, coordinates: Index, order, fill_mode="constant", fill_value=0):
    """Numbers of an array at places between its elements.

    Args:
        inputs: Tensor of any rank.
        coordinates: Tensor of shape `(rank of inputs, ...)`: the places, one row for each dimension.
        order: 0 for the nearest element, 1 for linear interpolation.
        fill_mode: What lies beyond the border: `"constant"`, `"nearest"`, `"wrap"`, `"mirror"` (about the outermost
            element) or `"reflect"` (about the edge).
        fill_value: The number beyond the border for `"constant"`.

    Returns:
        Tensor of the shape of `coordinates` without its first dimension, of the dtype of `inputs`.

    Example:

    >>> keras.ops.image.map_coordinates([[0.0, 1.0], [2.0, 3.0]], [[0.5], [0.5]], order=1)
    array([1.5], dtype=float32)
    """
    dtype = work_dtype(inputs.dtype)
    flat = ops.reshape(cast(inputs, dtype), (1, -1, 1))
    places = cast(coordinates, dtype)
    rows = [ops.reshape(places[i], (1, -1)) for i in range(len(inputs.shape))]
    picked = _sampled(flat, shape_of(inputs), rows, order, fill_mode, fill_value)
    return as_pixels(ops.reshape(picked, shape_of(coordinates)[1:]), inputs.dtype)


def _taken_at(images, rows, columns, interpolation, fill_mode):
    _check_sampling(interpolation, fill_mode)
    return images


@op(dtype=as_is, shape=_taken_at, export=False, checked=True)
def sampled_at(
    images: Tensor, rows: Index, columns: Index, interpolation, fill_mode, fill_value, data_format: DataFormat = None
):
    """Images of which each pixel is taken from a place of its own.

    Args:
        images: Tensor of shape `(batch, height, width, channels)`, or with the channels first.
        rows: Tensor of shape `(batch, height, width)`: the row that each pixel is taken from.
        columns: Likewise, the column.
        interpolation: `"nearest"` or `"bilinear"`.
        fill_mode: What lies beyond the border, see `affine_transform`.
        fill_value: The number beyond the border for `"constant"`.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Tensor like `images`.
    """
    places = [cast(x, work_dtype(images.dtype)) for x in (rows, columns)]
    return _at(images, lambda _: places, data_format, interpolation, fill_mode, fill_value)


# Transformations


def _transformed(images, transform, interpolation="bilinear", fill_mode="constant"):
    check_images(images)
    _check_sampling(interpolation, fill_mode)
    if len(transform) not in (1, 2) or transform[-1] not in (8, None):
        raise ValueError(
            "`transform` must have shape (8,), or (batch, 8) with one transformation for each image. "
            f"Received shape: {tuple(transform)}"
        )
    if len(transform) == 2 and transform[0] != 1:
        merge_sizes((transform[0], images[0] if len(images) == 4 else 1), (images, transform))
    return images


@op(dtype=as_is, shape=_transformed, checked=True)
def affine_transform(
    images: Tensor,
    transform: Index,
    interpolation="bilinear",
    fill_mode="constant",
    fill_value=0,
    data_format: DataFormat = None,
):
    """Images moved, turned, scaled or sheared.

    Args:
        images: Tensor of shape `(height, width, channels)` or of a batch of such, or with the channels first.
        transform: Tensor of shape `(8,)` or `(batch, 8)`: `a0, a1, a2, b0, b1, b2, c0, c1`. The pixel at column x and row y
            is taken from column `(a0 x + a1 y + a2) / k` and row `(b0 x + b1 y + b2) / k`, where `k = c0 x + c1 y + 1`.
        interpolation: `"nearest"` or `"bilinear"`.
        fill_mode: What lies beyond the border: `"constant"`, `"nearest"`, `"wrap"`, `"mirror"` (about the outermost
            pixel) or `"reflect"` (about the edge).
        fill_value: The number beyond the border for `"constant"`.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Tensor like `images`.

    Example:

    >>> x = keras.ops.arange(4.0)[None, :, None]
    >>> keras.ops.image.affine_transform(x, [1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0])[0, :, 0]
    array([1., 2., 3., 0.], dtype=float32)
    """

    def places(x):
        y, x = _grid(x)
        # Reshaped, then sliced: the optimizer of TensorFlow's graphs loses the new axes of `stack(...)[:, i, None, None]`.
        numbers = ops.reshape(cast(transform, y.dtype), (-1, 8, 1, 1))
        a0, a1, a2, b0, b1, b2, c0, c1 = (numbers[:, i] for i in range(8))
        depth = c0 * x + c1 * y + 1
        return (b0 * x + b1 * y + b2) / depth, (a0 * x + a1 * y + a2) / depth

    return _at(images, places, data_format, interpolation, fill_mode, fill_value)


@op(dtype=as_is, shape=_transformed, export=False)
def projected(images: Tensor, transform: Index, interpolation, fill_mode, fill_value, data_format: DataFormat = None):
    """`affine_transform` for layers, of which engines may have a faster version.

    Args:
        images: Tensor of shape `(height, width, channels)` or of a batch of such, or with the channels first.
        transform: Tensor of shape `(8,)` or `(batch, 8)`.
        interpolation: `"nearest"` or `"bilinear"`.
        fill_mode: What lies beyond the border.
        fill_value: The number beyond the border for `"constant"`.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Tensor like `images`.
    """
    return affine_transform(images, transform, interpolation, fill_mode, fill_value, data_format)


def _seen_otherwise(images, start_points, end_points, interpolation="bilinear"):
    check_images(images)
    check_one_of("interpolation", interpolation, _ORDERS)
    for name, points in (("start_points", start_points), ("end_points", end_points)):
        if len(points) not in (2, 3) or points[-2] not in (4, None) or points[-1] not in (2, None):
            raise ValueError(f"`{name}` must have shape (4, 2) or (batch, 4, 2). Received shape: {tuple(points)}")
    return images


@op(dtype=as_is, shape=_seen_otherwise, checked=True)
def perspective_transform(
    images: Tensor,
    start_points: Index,
    end_points: Index,
    interpolation="bilinear",
    fill_value=0,
    data_format: DataFormat = None,
):
    """Images in another perspective, which moves four points to four others.

    Args:
        images: Tensor of shape `(height, width, channels)` or of a batch of such, or with the channels first.
        start_points: Tensor of shape `(4, 2)` or `(batch, 4, 2)`: column and row of four points.
        end_points: Tensor of the same shape: where they are to be.
        interpolation: `"nearest"` or `"bilinear"`.
        fill_value: Number beyond the border.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Tensor like `images`.

    Example:

    >>> corners = [[0.0, 0.0], [3.0, 0.0], [0.0, 3.0], [3.0, 3.0]]
    >>> keras.ops.image.perspective_transform(keras.ops.ones((4, 4, 1)), corners, corners).shape
    (4, 4, 1)
    """
    dtype = work_dtype(images.dtype)
    start, end = (ops.reshape(cast(p, dtype), (-1, 4, 2)) for p in (start_points, end_points))
    return affine_transform(images, homography(end, start), interpolation, "constant", fill_value, data_format)


def homography(source, target):
    """The 8 numbers of the projection that moves points to points, both of shape `(batch, 4, 2)`."""
    x, y = source[..., 0], source[..., 1]
    one, zero = ops.ones_like(x), ops.zeros_like(x)
    u, v = target[..., 0], target[..., 1]
    columns = ops.stack([x, y, one, zero, zero, zero, -u * x, -u * y], -1)
    rows = ops.stack([zero, zero, zero, x, y, one, -v * x, -v * y], -1)
    return solve(ops.concatenate([columns, rows], 1), ops.concatenate([u, v], 1)[..., None])[..., 0]


def _bent(images, interpolation="bilinear", fill_mode="reflect"):
    check_images(images)
    _check_sampling(interpolation, fill_mode)
    return images


@op(dtype=as_is, shape=_bent, checked=True)
def elastic_transform(
    images: Tensor,
    alpha=20.0,
    sigma=5.0,
    interpolation="bilinear",
    fill_mode="reflect",
    fill_value=0.0,
    seed=None,
    data_format: DataFormat = None,
):
    """Images bent at random, each in its own way (Simard et al., 2003).

    Args:
        images: Tensor of shape `(height, width, channels)` or of a batch of such, or with the channels first.
        alpha: Float, how far pixels are moved.
        sigma: Float, over how many pixels the movement changes.
        interpolation: `"nearest"` or `"bilinear"`.
        fill_mode: What lies beyond the border, see `affine_transform`.
        fill_value: The number beyond the border for `"constant"`.
        seed: Int, `keras.random.SeedGenerator` or `None`.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Tensor like `images`.

    Example:

    >>> keras.ops.image.elastic_transform(keras.ops.ones((2, 16, 16, 3)), seed=1).shape
    (2, 16, 16, 3)
    """

    def places(x):
        batch, height, width, _ = shape_of(x)
        y, x = _grid(x)
        noise = random.normal((batch, height, width, 2), stddev=sigma, dtype=y.dtype, seed=seed)
        line = gaussian_line(2 * int(3 * sigma) + 1, sigma)
        moves = alpha * separably_filtered(noise, line, line, "same")
        return y + moves[..., 0], x + moves[..., 1]

    return _at(images, places, data_format, interpolation, fill_mode, fill_value)
