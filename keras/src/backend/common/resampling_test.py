import numpy as np
import pytest

from keras.src.backend.common.resampling import METHODS, resize_weights, translated_weights

LINE = np.array([1, 4, 2, 8], "float32")
# By `jax.image.resize`: to 6 pixels, to 2, to 2 with antialiasing.
RESIZED = {
    "nearest": ([1, 4, 4, 2, 8, 8], [4, 8], [4, 8]),
    "bilinear": ([1, 2.5, 3.66667, 2.33333, 5, 8], [2.5, 5], [2.42857, 4.85714]),
    "bicubic": ([0.80263, 2.52941, 3.86343, 1.92824, 5.05882, 8.39474], [2.52941, 5.05882], [2.23554, 5.02893]),
    "lanczos3": ([0.66668, 2.68215, 3.80369, 1.74054, 5.03423, 8.60963], [2.68215, 5.03423], [2.04842, 5.13627]),
    "lanczos5": ([0.43808, 2.96634, 3.71707, 1.66721, 4.8766, 8.81268], [2.96634, 4.8766], [1.96039, 5.18713]),
}


@pytest.mark.parametrize("method", METHODS)
def test_resized_line(method):
    larger, smaller, smoothed = RESIZED[method]
    for size, antialias, expected in [(6, False, larger), (6, True, larger), (2, False, smaller), (2, True, smoothed)]:
        np.testing.assert_allclose(LINE @ resize_weights(4, size, method, antialias), expected, atol=2e-5)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("size, new_size", [(1, 5), (7, 7), (12, 5), (5, 12)])
def test_weights_of_a_pixel_add_up_to_one(method, size, new_size):
    weights = resize_weights(size, new_size, method, antialias=True)
    assert weights.shape == (size, new_size) and weights.dtype == "float32"
    np.testing.assert_allclose(weights.sum(0), 1, atol=1e-6)
    if size == new_size:
        np.testing.assert_allclose(weights, np.eye(size), atol=1e-6)


def test_scaled_and_moved_line():
    """By `jax.image.scale_and_translate`."""
    np.testing.assert_allclose(LINE @ translated_weights(4, 5, 2.0, -1.5, "bilinear"), [2.5, 4, 3, 2, 5], atol=1e-5)
    moved = LINE @ translated_weights(4, 5, 0.5, 1.0, "bicubic")
    np.testing.assert_allclose(moved, [0, 2.23554, 5.02893, 0, 0], atol=1e-5)
