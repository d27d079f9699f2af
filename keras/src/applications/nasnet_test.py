"""NASNet: images by default, and images of sizes that are not known."""

import hashlib
import json

import numpy as np
import pytest

import keras
from keras.src.testing import application_cases as cases


def _input_shape(name, **arguments):
    with keras.StatelessScope(initialize_variables=False):
        return getattr(keras.applications, name)(weights=None, **arguments).input_shape[1:]


# As Keras 3.15.1 has them.
@pytest.mark.parametrize(
    "name, include_top, shape",
    [
        ("NASNetMobile", True, (224, 224, 3)),
        ("NASNetMobile", False, (224, 224, 3)),
        ("NASNetLarge", True, (331, 331, 3)),
        ("NASNetLarge", False, (None, None, 3)),
    ],
)
def test_images_by_default(name, include_top, shape):
    assert _input_shape(name, include_top=include_top) == shape


def test_another_shape():
    assert _input_shape("NASNetMobile", include_top=False, input_shape=(48, 35, 1)) == (48, 35, 1)
    with pytest.raises(ValueError, match="at least 32x32"):
        _input_shape("NASNetMobile", input_shape=(31, 40, 3))


def test_sizes_need_not_be_known():
    """Every cell sees an odd height and width here, or one that is: what is not known is padded as those are."""
    known, unknown = (
        keras.applications.NASNetMobile(weights=None, include_top=False, input_shape=(*sizes, 3))
        for sizes in ((35, 35), (None, None))
    )
    cases.fill(known)
    unknown.set_weights(known.get_weights())
    images = np.random.default_rng(0).uniform(-1, 1, (1, 35, 35, 3)).astype("float32")
    expected = known.predict(images, verbose=0)
    assert expected.shape == (1, 2, 2, 1056)
    np.testing.assert_allclose(unknown.predict(images, verbose=0), expected, rtol=1e-3, atol=1e-4)
    assert unknown.predict(images[:, :33, :32], verbose=0).shape == (1, 1, 1, 1056)


# By Keras 3.15.1: digests of the paths of all variables, in order.
@pytest.mark.parametrize("name, digest", [("NASNetMobile", "f9f71716442ec5a3"), ("NASNetLarge", "995017bc1fa70b36")])
def test_paths_of_variables(name, digest):
    """They tell the cell and the branch, beside the layer: `normal_A_block_0/block_1/...`."""
    keras.utils.clear_session()
    with keras.StatelessScope(initialize_variables=False):
        model = getattr(keras.applications, name)(weights=None)
    paths = json.dumps([variable.path for variable in model.weights])
    assert hashlib.sha256(paths.encode()).hexdigest()[:16] == digest
