"""Pictures of weights, as Keras 3.15.1 writes them."""

import io

import numpy as np
import pytest
from PIL import Image

from keras.src import backend
from keras.src.callbacks.weight_images import images_of_weight, png

MATRIX = np.array([[-1.0, 0, 0.5, 2], [0.25, 1, 3, 0.1]])
CUBE = np.arange(24.0).reshape(2, 3, 4) / 24 - 0.2


@pytest.mark.parametrize(
    "weight, shape, first",
    [
        (MATRIX, (1, 2, 4, 1), [0, 0, 127, 255, 63, 255, 255, 25]),
        (MATRIX.T, (1, 2, 4, 1), [0, 0, 127, 255, 63, 255, 255, 25]),
        (np.array([0.5, 1, 2]), (1, 3, 1, 1), [127, 255, 255]),
        (CUBE, (3, 2, 3, 1), [0, 0, 34, 76, 119, 161]),
        (CUBE[..., None], (3, 2, 3, 1), [0, 0, 34, 76, 119, 161]),
        (np.ones((5, 2, 2, 3)), (3, 2, 2, 3), [255] * 12),
        (np.array([[np.nan, 0.5]]), (1, 2, 1, 1), [0, 127]),
    ],
)
def test_images(weight, shape, first):
    images = images_of_weight(weight)
    assert images.shape == shape
    assert images[0].ravel().tolist() == first


@pytest.mark.parametrize("shape", [(), (1, 1), (3, 2, 2, 5), (2, 2, 2, 2, 2), (0, 3)])
def test_weights_without_images(shape):
    assert images_of_weight(np.ones(shape)) is None


def test_channels_first():
    backend.set_image_data_format("channels_first")
    try:
        assert images_of_weight(CUBE).shape == (2, 3, 4, 1)
    finally:
        backend.set_image_data_format("channels_last")


@pytest.mark.parametrize("channels, mode", [(1, "L"), (3, "RGB"), (4, "RGBA")])
def test_png(channels, mode):
    image = np.arange(2 * 3 * channels, dtype="uint8").reshape(2, 3, channels)
    read = Image.open(io.BytesIO(png(image)))
    assert read.mode == mode
    np.testing.assert_array_equal(np.asarray(read).reshape(image.shape), image)
