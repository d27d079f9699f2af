"""Kernels of `keras.ops.image`."""

from keras.src.backend.common.by_body import ByBody
from keras.src.backend.onnx import build
from keras.src.backend.onnx.build import cast
from keras.src.backend.onnx.graph import dims_of, emit, sizes_of, transposed, vector
from keras.src.backend.onnx.tensor import known
from keras.src.backend.onnx.unsupported import UNSUPPORTED  # noqa: F401

_MODES = {"bilinear": "linear", "bicubic": "cubic"}


def resample(images, size, interpolation, antialias, axes):
    """By one node where sizes are open; where they are known, a product with constants is as fast and loses less."""
    if antialias or interpolation not in _MODES or all(map(known, (*(images.dims[a] for a in axes), *size))):
        raise ByBody
    moved, back = build.at_end(build.wide(images), axes)
    outer, inner = sizes_of(moved)[:-2], sizes_of(moved)[-2:]
    # ONNX Runtime carries transpositions through the node, and then makes no image smaller by cubics: planes have none.
    planes = build.reshape(moved, (-1, 1, *inner))
    settings = {"exclude_outside": 1, "cubic_coeff_a": -0.5} if interpolation == "bicubic" else {}
    dims = (planes.dims[0], 1, *dims_of(size))
    sizes = vector([*sizes_of(planes)[:2], *size])
    mode = {"mode": _MODES[interpolation], "coordinate_transformation_mode": "half_pixel"}
    resized = emit("Resize", [planes, None, None, sizes], dims, moved.dtype, **mode, **settings)
    return cast(transposed(build.reshape(resized, (*outer, *size)), back), images.dtype)
