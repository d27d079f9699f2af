"""`projected`, which engines have in versions of their own, beside the composite."""

import numpy as np
import pytest

from keras.src import backend, ops
from keras.src.ops.image.warping import affine_transform, projected

RNG = np.random.default_rng(0)
TRANSFORMS = np.array(
    [[0.93, -0.31, 2.07, 0.21, 1.13, -3.05, 0, 0], [1.23, 0.11, -9.07, 0, 0.81, 14.03, 0.01, -0.005]], "float32"
)


@pytest.mark.parametrize("fill_mode", ["reflect", "wrap", "nearest", "constant", "mirror"])
@pytest.mark.parametrize("interpolation", ["bilinear", "nearest"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "uint8"])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_engines_own_versions_give_what_the_composite_gives(fill_mode, interpolation, dtype, data_format):
    shape = (2, 7, 9, 3) if data_format == "channels_last" else (2, 3, 7, 9)
    x = ops.convert_to_tensor(RNG.uniform(0, 255, size=shape).astype(dtype))
    for images, transform in ((x, TRANSFORMS), (x, TRANSFORMS[0]), (x[0], TRANSFORMS[1])):
        arguments = images, ops.convert_to_tensor(transform), interpolation, fill_mode, 3.0, data_format
        found, expected = (ops.convert_to_numpy(f(*arguments)) for f in (projected, affine_transform))
        assert backend.standardize_dtype(found.dtype) == backend.standardize_dtype(expected.dtype)
        tolerance = {"float16": 0.2, "uint8": 1}.get(dtype, 0.02)
        np.testing.assert_allclose(found.astype("float32"), expected.astype("float32"), atol=tolerance)
