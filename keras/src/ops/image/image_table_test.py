"""Rows for the ops of `keras.ops.image`."""

import functools

import numpy as np

from keras.src.backend.common.resampling import resize_weights
from keras.src.ops.image import image_oracles_test as oracles
from keras.src.testing.op_cases import FLOATS, INTS, SHAPE_ONLY, F, Table, case, of

TABLE = Table()
row = TABLE.row
NUMBERS = (*INTS, *FLOATS)
FIRST = {"data_format": "channels_first"}

row(
    "rgb_to_grayscale",
    case(F(2, 4, 5, 3)),
    case(F(4, 5, 3)),
    case(F(4, 5, 1)),
    case(F(2, 3, 4, 5), **FIRST),
    oracle=oracles.rgb_to_grayscale,
    dtypes=NUMBERS,
    gradient=True,
)
for _name in ("rgb_to_hsv", "hsv_to_rgb"):
    row(
        _name,
        case(of("fraction", 2, 4, 5, 3)),
        case(of("fraction", 4, 5, 3)),
        case(of("fraction", 2, 3, 4, 5), **FIRST),
        case(np.array([[[0, 0, 0], [1, 1, 1], [0.5, 0, 0.5], [1, 0, 0.2]]], "float32")),
        oracle=getattr(oracles, _name),
        dtypes=FLOATS,
        half=5e-2,
    )


def _crop(images, top=None, left=None, bottom=None, right=None, height=None, width=None, data_format=None):
    return images[..., top:5, left:6] if data_format == "channels_first" else images[..., top:5, left:6, :]


row(
    "crop_images",
    case(F(2, 7, 8, 3), 1, 3, 2, 2),
    case(F(7, 8, 3), 1, 3, None, None, 4, 3),
    case(F(7, 8, 3), None, None, 2, 2, 4, 3),
    case(F(2, 3, 7, 8), 1, 3, 2, 2, **FIRST),
    oracle=lambda x, *args, **kwargs: _crop(x, 1, 3, **kwargs),
    dtypes=NUMBERS,
    gradient=True,
    unknown=False,  # a crop from both sides is refused there: `image_test.py` has these
)


def _pad(images, *args, data_format=None):
    frame = [(1, 2), (3, 2)]
    whole = [*frame, (0, 0)] if data_format is None else [(0, 0), *frame]
    return np.pad(images, [(0, 0)] * (images.ndim - 3) + whole)


row(
    "pad_images",
    case(F(2, 4, 5, 3), 1, 3, 2, 2),
    case(F(4, 5, 3), 1, 3, None, None, 7, 10),
    case(F(4, 5, 3), None, None, 2, 2, 7, 10),
    case(F(2, 3, 4, 5), 1, 3, 2, 2, **FIRST),
    oracle=_pad,
    dtypes=NUMBERS,
    gradient=True,
)
row(
    "extract_patches",
    case(F(2, 7, 8, 3), 3),
    case(F(7, 8, 3), (2, 3), 1),
    case(F(1, 7, 8, 2), [2, 3], (1, 2), 2, "same"),
    case(F(2, 3, 7, 8), 2, 3, **FIRST),
    oracle=oracles.patches,
    dtypes=NUMBERS,
    gradient=True,
)
row(
    "extract_patches_3d",
    case(F(2, 5, 4, 6, 2), 2),
    case(F(5, 4, 6, 2), (2, 1, 3), 2, 1, "same"),
    case(F(1, 2, 5, 4, 6), 2, 1, 2, **FIRST),
    oracle=functools.partial(oracles.patches, rank=3),
    dtypes=NUMBERS,
    gradient=True,
)
row(
    "gaussian_blur",
    case(F(2, 6, 7, 3)),
    case(F(6, 7, 3), (5, 3), (1.0, 2.0)),
    case(F(2, 3, 6, 7), (3, 5), (0.5, 1.5), **FIRST),
    oracle=oracles.gaussian_blur,
    dtypes=NUMBERS,
    gradient=True,
)
row(
    "sobel_edges",
    case(F(2, 6, 7, 3)),
    case(F(2, 3, 6, 7), **FIRST),
    oracle=oracles.sobel_edges,
    dtypes=NUMBERS,
    gradient=True,
    half=5e-2,
)
row(
    "ssim",
    case(of("fraction", 2, 13, 14, 3), of("fraction", 2, 13, 14, 3)),
    case(of("fraction", 10, 9, 2), of("fraction", 10, 9, 2), max_val=2.0, filter_size=9, filter_sigma=1.0, k1=0.02),
    case(of("fraction", 2, 3, 9, 8), of("fraction", 2, 3, 9, 8), filter_size=7, filter_sigma=0.9, k2=0.05, **FIRST),
    oracle=oracles.ssim,
    dtypes=FLOATS,
    gradient=True,
    tolerance=1e-4,
)
_PLACES = np.array([[-7.3, -0.2, 0.6, 2.4, 5.7, 12.2], [1.3, 2.6, -1.7, 3.2, 9.4, -8.8]], "float32")
_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")
row(
    "map_coordinates",
    case(F(5, 4), _PLACES.reshape(2, 3, 2), 1),
    case(F(5, 4), _PLACES, 0, "constant", 2.5),
    *(case(F(5, 4), _PLACES, order, mode) for mode in _MODES[1:] for order in (0, 1)),
    case(F(5), _PLACES[:1], 1, "constant", -1.5),
    case(F(5, 4, 3), np.concatenate([_PLACES, _PLACES[:1] / 2]), 1, fill_mode="reflect"),
    oracle=oracles.map_coordinates,
    dtypes=NUMBERS,
    gradient=True,
    tolerance=1e-4,
)
_ROWS, _COLUMNS = (np.broadcast_to(_PLACES[:, None, :5], (2, 4, 5)) * factor for factor in (1.0, 0.6))
row(
    "sampled_at",
    case(F(2, 4, 5, 3), _ROWS, _COLUMNS, "bilinear", "constant", 2.0),
    case(F(2, 4, 5, 3), _ROWS, _COLUMNS, "nearest", "reflect", 0.0),
    *(case(F(2, 4, 5, 1), _ROWS, _COLUMNS, "bilinear", mode, 0.0) for mode in _MODES[1:]),
    case(F(2, 3, 4, 5), _ROWS, _COLUMNS, "bilinear", "nearest", 0.0, **FIRST),
    oracle=oracles.sampled_at,
    dtypes=NUMBERS,
    gradient=True,
    tolerance=1e-4,
)
_TRANSFORMS = np.array([[1, 0.2, -0.7, 0.1, 0.9, 1.3, 0, 0], [0.8, -0.3, 2.2, 0, 1.2, -1.1, 0.01, 0.02]], "float32")
row(
    "projected",
    case(F(2, 6, 7, 3), _TRANSFORMS, "bilinear", "constant", 0.5),
    *(case(F(2, 6, 7, 3), _TRANSFORMS, "bilinear", mode, 0.0) for mode in ("nearest", "wrap", "reflect")),
    oracle=oracles.affine_transform,
    tolerance=1e-4,
)
row(
    "affine_transform",
    case(F(2, 6, 7, 3), _TRANSFORMS),
    case(F(2, 6, 7, 3), _TRANSFORMS[1]),
    case(F(6, 7, 3), _TRANSFORMS[1], "nearest", "constant", 2.5),
    *(case(F(2, 6, 7, 1), _TRANSFORMS, fill_mode=mode) for mode in _MODES[1:]),
    case(F(2, 3, 6, 7), _TRANSFORMS, fill_value=-1.5, **FIRST),
    oracle=oracles.affine_transform,
    dtypes=NUMBERS,
    gradient=True,
    tolerance=1e-4,
    half=5e-2,
)
_START = np.array([[0, 0], [0, 3], [3, 0], [3, 3]], "float32")
_END = np.array([[1, 0], [0, 3], [3, 1], [2, 3]], "float32")
_SQUARE = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
# By Keras 3.15.1 on JAX, with fill_value=-5.
_SEEN = [
    -3.56213,
    0,
    -1.34235,
    -4.19753,
    -1.06159,
    3.38298,
    3.21951,
    3,
    3.60665,
    7.66265,
    8.19718,
    -5,
    12,
    13.25,
    15,
    -5,
]


def _perspective(images, start_points, end_points, interpolation="bilinear", fill_value=0, data_format=None):
    return np.reshape(_SEEN, images.shape)


row(
    "perspective_transform",
    case(_SQUARE, _START[None], _END[None], fill_value=-5),
    case(_SQUARE[0], _START, _END, fill_value=-5),
    case(_SQUARE.transpose(0, 3, 1, 2), _START, _END, "bilinear", -5, **FIRST),
    oracle=_perspective,
    tolerance=1e-3,
)
row("elastic_transform", case(F(2, 6, 7, 3), seed=1), case(F(6, 7, 3), seed=2), oracle=SHAPE_ONLY, dtypes=NUMBERS)


def _resize(images, size, interpolation="bilinear", antialias=False, data_format="channels_last"):
    axes = (images.ndim - 3, images.ndim - 2) if data_format == "channels_last" else (-2, -1)
    for axis, n in zip(axes, size):
        weights = resize_weights(images.shape[axis], n, interpolation, antialias).astype("float64")
        images = np.moveaxis(np.tensordot(images, weights, [[axis], [0]]), -1, axis)
    return images


row(
    "resize",
    case(F(2, 6, 7, 3), (4, 9)),
    case(F(6, 7, 3), [9, 3], antialias=True),
    *(case(F(2, 6, 7, 1), (9, 4), m, a) for m in ("nearest", "bicubic", "lanczos3", "lanczos5") for a in (0, 1)),
    case(F(2, 6, 7, 1), (3, 2), "area"),
    case(F(2, 3, 6, 7), (4, 9), "bicubic", **FIRST),
    oracle=_resize,
    dtypes=NUMBERS,
    gradient=True,
    tolerance=1e-4,
)
row(
    "resample",
    case(F(2, 6, 7, 3), (4, 9), "bilinear", False, (1, 2)),
    case(F(6, 7, 3), (9, 3), "bilinear", True, (0, 1)),
    case(F(2, 6, 7, 1), (9, 4), "bicubic", False, (1, 2)),
    oracle=lambda x, size, interpolation, antialias, axes: _resize(x, size, interpolation, antialias),
    dtypes=FLOATS,
    gradient=True,
    tolerance=1e-4,
)
# By Keras 3.15.1 on JAX.
_SCALED = {
    "linear": [0.16667, 1.33333, 2.5, 1.36667, 2.53333, 3.7, 4.03333, 5.2, 6.36667, 6.7, 7.86667, 9.03333]
    + [9.36667, 10.53333, 11.7],
    "cubic": [-0.37851, 0.77872, 2.12949, 0.90825, 2.06549, 3.41626, 3.92673, 5.08396, 6.43473, 6.59762, 7.75485]
    + [9.10562, 9.47194, 10.62918, 11.97995],
    "lanczos3": [-0.46123, 0.61778, 2.10627, 0.78813, 1.86714, 3.35563, 3.89632, 4.97533, 6.46382, 6.51637, 7.59538]
    + [9.08387, 9.61988, 10.69889, 12.18738],
    "lanczos5": [-0.65419, 0.30143, 1.8659, 1.1003, 2.05592, 3.62038, 3.98717, 4.94279, 6.50725, 6.63, 7.58562]
    + [9.15008, 9.50351, 10.45913, 12.02359],
}
row(
    "scale_and_translate",
    *(
        case(_SQUARE, (1, 5, 3, 1), np.array([1.5, 0.8], "float32"), np.array([0.3, 0.1], "float32"), (1, -2), m)
        for m in _SCALED
    ),
    oracle=lambda x, shape, scale, translation, dims, method: np.reshape(_SCALED[method], shape),
    tolerance=1e-4,
)
