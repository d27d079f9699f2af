"""Weights that resample a line of pixels; an image is resampled along one axis after the other, by matrix products."""

import math

import numpy as np

METHODS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")


def _triangle(x):
    return np.maximum(0, 1 - np.abs(x))


def _keys_cubic(x):
    """The cubic kernel of Keys (1981) with the slope -1/2, which is 0 from 2 on."""
    x = np.abs(x)
    near = ((1.5 * x - 2.5) * x) * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0))


def _lanczos(radius):
    return lambda x: np.where(np.abs(x) < radius, np.sinc(x) * np.sinc(x / radius), 0)


def _gaussian(x):
    """Bell curve of standard deviation 1/2, which is cut off at 3/2."""
    return np.where(np.abs(x) < 1.5, np.exp(-2 * x**2), 0)


def _mitchell_cubic(x):
    """The cubic kernel of Mitchell and Netravali (1988) with B = C = 1/3."""
    x = np.abs(x)
    near = ((7 * x - 12) * x) * x + 16 / 3
    far = ((-7 / 3 * x + 12) * x - 20) * x + 32 / 3
    return np.where(x < 1, near, np.where(x < 2, far, 0)) / 6


_KERNELS = {
    "bilinear": _triangle,
    "bicubic": _keys_cubic,
    "lanczos3": _lanczos(3),
    "lanczos5": _lanczos(5),
    "gaussian": _gaussian,
    "mitchellcubic": _mitchell_cubic,
}


def nearest_indices(size, new_size):
    """Which pixel of `size` each of `new_size` pixels is taken from, by the centres of the pixels."""
    places = np.floor((np.arange(new_size) + 0.5) * (size / new_size))
    return np.clip(places, 0, size - 1).astype("int32")


def resize_weights(size, new_size, method, antialias=False):
    """Matrix of shape `(size, new_size)` that resizes a line of pixels.

    Args:
        size: Number of pixels.
        new_size: Number of pixels of the result.
        method: One of `METHODS`, `"area"`, `"gaussian"` or `"mitchellcubic"`.
        antialias: Whether the kernel is widened where the result is smaller, so that each pixel counts.

    Returns:
        Array of float32.
    """
    if method == "nearest":
        return (np.arange(size)[:, None] == nearest_indices(size, new_size)).astype("float32")
    if method == "area":
        return _area_weights(size, new_size)
    return translated_weights(size, new_size, new_size / size, 0.0, method, antialias)


def _area_weights(size, new_size):
    """By how much of a new pixel each old one covers."""
    ends = np.arange(new_size + 1) * (size / new_size)
    old = np.arange(size)[:, None]
    covered = np.minimum(ends[1:], old + 1) - np.maximum(ends[:-1], old)
    return (np.maximum(covered, 0) * (new_size / size)).astype("float32")


def translated_weights(size, new_size, scale, translation, method, antialias=True):
    """As `resize_weights`, for a line that is scaled, then moved; pixels that come from outside are 0.

    Args:
        size: Number of pixels.
        new_size: Number of pixels of the result.
        scale: By how much the line grows.
        translation: By how many pixels of the result it is moved.
        method: One of `METHODS` but `"nearest"`.
        antialias: Whether the kernel is widened where the line shrinks.

    Returns:
        Array of float32 of shape `(size, new_size)`.
    """
    source = (np.arange(new_size) + 0.5 - translation) / scale - 0.5
    stretch = max(1 / scale, 1.0) if antialias else 1.0
    weights = _KERNELS[method]((np.arange(size)[:, None] - source) / stretch)
    total = weights.sum(0)
    enough = np.abs(total) > 1000 * math.ulp(1.0)
    weights = np.where(enough, weights / np.where(enough, total, 1), 0)
    return np.where((source >= -0.5) & (source <= size - 0.5), weights, 0).astype("float32")
