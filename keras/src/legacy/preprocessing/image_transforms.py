"""Pictures as arrays, turned, moved, sheared, zoomed and made brighter, in the way of Keras 2. Draws come from NumPy's global
generator."""

import numpy as np

from keras.src.api_export import keras_export
from keras.src.utils.image_utils import array_to_img, img_to_array
from keras.src.utils.module_utils import LazyModule

ndimage = LazyModule(
    "scipy.ndimage",
    import_error_msg="Pictures are transformed by SciPy, which is not installed. Install it with `pip install scipy`.",
)
enhance = LazyModule("PIL.ImageEnhance", pip_name="pillow")
_SWAPPED = [1, 0, 2]


@keras_export("keras._legacy.preprocessing.image.random_rotation")
def random_rotation(
    x, rg, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1
):
    """Turns a picture by a drawn angle.

    Args:
        x: Array of three dimensions.
        rg: Degrees; the angle is drawn between `-rg` and `rg`.
        row_axis: Dimension of rows.
        col_axis: Dimension of columns.
        channel_axis: Dimension of channels.
        fill_mode: What is beyond the border: `"constant"`, `"nearest"`, `"reflect"` or `"wrap"`.
        cval: Number beyond the border, for `"constant"`.
        interpolation_order: Order of the splines between pixels: 0 for the nearest pixel, 1 for linear.

    Returns:
        Array of the same shape.

    Example:

    >>> import numpy as np
    >>> from keras.src.legacy.preprocessing.image import random_rotation
    >>> random_rotation(np.ones((4, 6, 3)), 20, row_axis=0, col_axis=1, channel_axis=2).shape
    (4, 6, 3)
    """
    theta = np.random.uniform(-rg, rg)
    axes = {"row_axis": row_axis, "col_axis": col_axis, "channel_axis": channel_axis}
    return apply_affine_transform(x, theta=theta, **axes, fill_mode=fill_mode, cval=cval, order=interpolation_order)


@keras_export("keras._legacy.preprocessing.image.random_shift")
def random_shift(
    x, wrg, hrg, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1
):
    """Moves a picture by a drawn distance.

    Args:
        x: Array of three dimensions.
        wrg: Share of the width by which it is moved at most.
        hrg: Share of the height by which it is moved at most.
        row_axis: As in `random_rotation`, as all further arguments.
        col_axis: Dimension of columns.
        channel_axis: Dimension of channels.
        fill_mode: What is beyond the border.
        cval: Number beyond the border.
        interpolation_order: Order of the splines between pixels.

    Returns:
        Array of the same shape.

    Example:

    >>> import numpy as np
    >>> from keras.src.legacy.preprocessing.image import random_shift
    >>> random_shift(np.ones((4, 6, 3)), 0.2, 0.2, row_axis=0, col_axis=1, channel_axis=2).shape
    (4, 6, 3)
    """
    tx = np.random.uniform(-hrg, hrg) * x.shape[row_axis]
    ty = np.random.uniform(-wrg, wrg) * x.shape[col_axis]
    axes = {"row_axis": row_axis, "col_axis": col_axis, "channel_axis": channel_axis}
    return apply_affine_transform(x, tx=tx, ty=ty, **axes, fill_mode=fill_mode, cval=cval, order=interpolation_order)


@keras_export("keras._legacy.preprocessing.image.random_shear")
def random_shear(
    x, intensity, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1
):
    """Shears a picture by a drawn angle.

    Args:
        x: Array of three dimensions.
        intensity: Degrees; the angle is drawn between `-intensity` and `intensity`.
        row_axis: As in `random_rotation`, as all further arguments.
        col_axis: Dimension of columns.
        channel_axis: Dimension of channels.
        fill_mode: What is beyond the border.
        cval: Number beyond the border.
        interpolation_order: Order of the splines between pixels.

    Returns:
        Array of the same shape.

    Example:

    >>> import numpy as np
    >>> from keras.src.legacy.preprocessing.image import random_shear
    >>> random_shear(np.ones((4, 6, 3)), 20, row_axis=0, col_axis=1, channel_axis=2).shape
    (4, 6, 3)
    """
    shear = np.random.uniform(-intensity, intensity)
    axes = {"row_axis": row_axis, "col_axis": col_axis, "channel_axis": channel_axis}
    return apply_affine_transform(x, shear=shear, **axes, fill_mode=fill_mode, cval=cval, order=interpolation_order)


@keras_export("keras._legacy.preprocessing.image.random_zoom")
def random_zoom(
    x, zoom_range, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1
):
    """Zooms a picture by drawn factors, one for each side.

    Args:
        x: Array of three dimensions.
        zoom_range: Least and greatest factor.
        row_axis: As in `random_rotation`, as all further arguments.
        col_axis: Dimension of columns.
        channel_axis: Dimension of channels.
        fill_mode: What is beyond the border.
        cval: Number beyond the border.
        interpolation_order: Order of the splines between pixels.

    Returns:
        Array of the same shape.

    Raises:
        ValueError: `zoom_range` is not two numbers.

    Example:

    >>> import numpy as np
    >>> from keras.src.legacy.preprocessing.image import random_zoom
    >>> random_zoom(np.ones((4, 6, 3)), (0.8, 1.2), row_axis=0, col_axis=1, channel_axis=2).shape
    (4, 6, 3)
    """
    if len(zoom_range) != 2:
        raise ValueError(f"`zoom_range` must be two numbers. Received: zoom_range={zoom_range!r}")
    zx, zy = drawn_zoom(zoom_range)
    axes = {"row_axis": row_axis, "col_axis": col_axis, "channel_axis": channel_axis}
    return apply_affine_transform(x, zx=zx, zy=zy, **axes, fill_mode=fill_mode, cval=cval, order=interpolation_order)


def drawn_zoom(zoom_range):
    """Two factors; nothing is drawn where both ends are 1."""
    if zoom_range[0] == 1 and zoom_range[1] == 1:
        return 1, 1
    return np.random.uniform(zoom_range[0], zoom_range[1], 2)


@keras_export("keras._legacy.preprocessing.image.apply_channel_shift")
def apply_channel_shift(x, intensity, channel_axis=0):
    """Adds a number to all pixels, which stay between the least and the greatest of before.

    Args:
        x: Array of three dimensions.
        intensity: The number.
        channel_axis: Dimension of channels.

    Returns:
        Array of the same shape.

    Example:

    >>> import numpy as np
    >>> from keras.src.legacy.preprocessing.image import apply_channel_shift
    >>> apply_channel_shift(np.array([[[1.0, 2.0, 9.0]]]), 3).tolist()
    [[[4.0, 5.0, 9.0]]]
    """
    least, greatest = np.min(x), np.max(x)
    x = np.rollaxis(x, channel_axis, 0)
    shifted = np.stack([np.clip(channel + intensity, least, greatest) for channel in x], axis=0)
    return np.rollaxis(shifted, 0, channel_axis + 1)


@keras_export("keras._legacy.preprocessing.image.random_channel_shift")
def random_channel_shift(x, intensity_range, channel_axis=0):
    """Adds a drawn number to all pixels, which stay between the least and the greatest of before.

    Args:
        x: Array of three dimensions.
        intensity_range: The number is drawn between `-intensity_range` and `intensity_range`.
        channel_axis: Dimension of channels.

    Returns:
        Array of the same shape.

    Example:

    >>> import numpy as np
    >>> from keras.src.legacy.preprocessing.image import random_channel_shift
    >>> random_channel_shift(np.ones((4, 6, 3)), 20, channel_axis=2).shape
    (4, 6, 3)
    """
    return apply_channel_shift(x, np.random.uniform(-intensity_range, intensity_range), channel_axis=channel_axis)


@keras_export("keras._legacy.preprocessing.image.apply_brightness_shift")
def apply_brightness_shift(x, brightness, scale=True):
    """Makes a picture brighter or darker, by Pillow.

    Args:
        x: Array of three dimensions.
        brightness: Factor; 0 gives a black picture.
        scale: Whether pixels are stretched to 0 to 255 before. Otherwise that is done, and undone afterwards, only where
            some are not between these.

    Returns:
        Array of the same shape.

    Example:

    >>> import numpy as np
    >>> from keras.src.legacy.preprocessing.image import apply_brightness_shift
    >>> apply_brightness_shift(np.array([[[100.0], [200.0]]]), 0.5, scale=False).tolist()
    [[[50.0], [100.0]]]
    """
    least, greatest = np.min(x), np.max(x)
    is_outside = bool(least < 0 or greatest > 255)
    image = array_to_img(x, scale=is_outside or scale)
    x = img_to_array(enhance.Brightness(image).enhance(brightness))
    return x / 255 * (greatest - least) + least if is_outside and not scale else x


@keras_export("keras._legacy.preprocessing.image.random_brightness")
def random_brightness(x, brightness_range, scale=True):
    """Makes a picture brighter or darker by a drawn factor.

    Args:
        x: Array of three dimensions.
        brightness_range: Least and greatest factor.
        scale: As in `apply_brightness_shift`.

    Returns:
        Array of the same shape.

    Raises:
        ValueError: `brightness_range` is not two numbers.

    Example:

    >>> import numpy as np
    >>> from keras.src.legacy.preprocessing.image import random_brightness
    >>> random_brightness(np.ones((4, 6, 3)), (0.5, 1.5)).shape
    (4, 6, 3)
    """
    if len(brightness_range) != 2:
        raise ValueError(f"`brightness_range` must be two numbers. Received: brightness_range={brightness_range!r}")
    return apply_brightness_shift(x, np.random.uniform(brightness_range[0], brightness_range[1]), scale)


def transform_matrix_offset_center(matrix, x, y):
    """A transformation around the middle of a picture with `x` rows and `y` columns, in place of its corner."""
    middle_x, middle_y = x / 2 - 0.5, y / 2 - 0.5
    there = np.array([[1, 0, middle_x], [0, 1, middle_y], [0, 0, 1]])
    back = np.array([[1, 0, -middle_x], [0, 1, -middle_y], [0, 0, 1]])
    return there @ matrix @ back


@keras_export("keras._legacy.preprocessing.image.apply_affine_transform")
def apply_affine_transform(
    x,
    theta=0,
    tx=0,
    ty=0,
    shear=0,
    zx=1,
    zy=1,
    row_axis=1,
    col_axis=2,
    channel_axis=0,
    fill_mode="nearest",
    cval=0.0,
    order=1,
):
    """Turns, moves, shears and zooms a picture.

    Args:
        x: Array of three dimensions.
        theta: Degrees by which it is turned.
        tx: Columns by which it is moved, to the left.
        ty: Rows by which it is moved, upwards.
        shear: Degrees by which it is sheared.
        zx: Factor of columns; below 1, the picture grows.
        zy: Factor of rows.
        row_axis: Dimension of rows.
        col_axis: Dimension of columns.
        channel_axis: Dimension of channels.
        fill_mode: What is beyond the border: `"constant"`, `"nearest"`, `"reflect"` or `"wrap"`.
        cval: Number beyond the border, for `"constant"`.
        order: Order of the splines between pixels: 0 for the nearest pixel, 1 for linear.

    Returns:
        Array of the same shape.

    Raises:
        ImportError: SciPy is not installed.

    Example:

    >>> import numpy as np
    >>> from keras.src.legacy.preprocessing.image import apply_affine_transform
    >>> apply_affine_transform(np.arange(3.0).reshape(1, 1, 3), tx=1).tolist()
    [[[1.0, 2.0, 2.0]]]
    """
    matrix = _affine_matrix(theta, tx, ty, shear, zx, zy)
    if matrix is None:
        return x
    # Keras 3 counts the first coordinate of the matrix along columns; the middle is that of rows all the same.
    matrix = transform_matrix_offset_center(matrix, x.shape[row_axis], x.shape[col_axis])[_SWAPPED][:, _SWAPPED]
    options = {"order": order, "mode": fill_mode, "cval": cval}
    channels = np.rollaxis(x, channel_axis, 0)
    moved = [ndimage.affine_transform(channel, matrix[:2, :2], matrix[:2, 2], **options) for channel in channels]
    return np.rollaxis(np.stack(moved, axis=0), 0, channel_axis + 1)


def _affine_matrix(theta, tx, ty, shear, zx, zy):
    """The product of the transformations that change something, or `None`."""
    matrices = []
    if theta != 0:
        cosine, sine = np.cos(np.deg2rad(theta)), np.sin(np.deg2rad(theta))
        matrices.append([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    if tx != 0 or ty != 0:
        matrices.append([[1, 0, tx], [0, 1, ty], [0, 0, 1]])
    if shear != 0:
        angle = np.deg2rad(shear)
        matrices.append([[1, -np.sin(angle), 0], [0, np.cos(angle), 0], [0, 0, 1]])
    if zx != 1 or zy != 1:
        matrices.append([[zx, 0, 0], [0, zy, 0], [0, 0, 1]])
    product = None
    for matrix in matrices:
        product = np.array(matrix) if product is None else product @ np.array(matrix)
    return product


def flip_axis(x, axis):
    """An array with one dimension the other way round."""
    return np.flip(x, axis)
