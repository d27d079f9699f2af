"""What the ops of `keras.ops.image` should give, by SciPy, scikit-image, the standard library, or loops."""

import colorsys
import itertools

import numpy as np
import scipy.ndimage
import skimage.metrics

_SCIPY_MODES = {"constant": "grid-constant", "wrap": "grid-wrap"}


def _images(function, images, data_format="channels_last", *args, **kwargs):
    """`function` of each plane (one channel of one image)."""
    first = data_format == "channels_first"
    planes = images if first else np.moveaxis(images, -1, -3)
    flat = planes.reshape(-1, *planes.shape[-2:])
    result = np.stack([function(p, i // planes.shape[-3]) for i, p in enumerate(flat)])
    result = result.reshape(*planes.shape[:-2], *result.shape[1:])
    return result if first else np.moveaxis(result, planes.ndim - 3, planes.ndim - 1)


def map_coordinates(inputs, coordinates, order, fill_mode="constant", fill_value=0):
    mode = _SCIPY_MODES.get(fill_mode, fill_mode)
    return scipy.ndimage.map_coordinates(inputs, coordinates, order=order, mode=mode, cval=fill_value)


def affine_transform(
    images, transform, interpolation="bilinear", fill_mode="constant", fill_value=0, data_format="channels_last"
):
    transforms = np.reshape(transform, (-1, 8))

    def warp(plane, i):
        a0, a1, a2, b0, b1, b2, c0, c1 = transforms[i % len(transforms)].astype("float64")
        y, x = np.mgrid[: plane.shape[0], : plane.shape[1]]
        k = c0 * x + c1 * y + 1
        places = np.stack([(b0 * x + b1 * y + b2) / k, (a0 * x + a1 * y + a2) / k])
        return map_coordinates(plane, places, int(interpolation == "bilinear"), fill_mode, fill_value)

    return _images(warp, images, data_format)


def sampled_at(images, rows, columns, interpolation, fill_mode, fill_value, data_format="channels_last"):
    def sample(plane, i):
        return map_coordinates(
            plane, np.stack([rows[i], columns[i]]), int(interpolation == "bilinear"), fill_mode, fill_value
        )

    return _images(sample, images, data_format)


def gaussian_blur(images, kernel_size=(3, 3), sigma=(1.0, 1.0), data_format="channels_last"):
    lines = [np.exp(-0.5 * ((np.arange(n) - (n - 1) / 2) / s) ** 2) for n, s in zip(kernel_size, sigma)]
    window = np.outer(lines[1] / lines[1].sum(), lines[0] / lines[0].sum())
    return _images(lambda p, i: scipy.ndimage.correlate(p, window, mode="constant"), images, data_format)


def sobel_edges(images, data_format="channels_last"):
    slopes = [
        _images(lambda p, i, a=a: scipy.ndimage.sobel(p, a, mode="constant"), images, data_format) for a in (0, 1)
    ]
    return np.stack(slopes, -1)


def ssim(image1, image2, max_val=1.0, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03, data_format="channels_last"):
    if image1.ndim == 4:
        rest = (max_val, filter_size, filter_sigma, k1, k2, data_format)
        return np.array([ssim(x, y, *rest) for x, y in zip(image1, image2)])
    axis = -1 if data_format == "channels_last" else 0
    radius = int(3.5 * filter_sigma + 0.5)
    assert filter_size == 2 * radius + 1, "scikit-image cuts the Gaussian there"
    _, whole = skimage.metrics.structural_similarity(
        image1,
        image2,
        data_range=max_val,
        channel_axis=axis,
        gaussian_weights=True,
        sigma=filter_sigma,
        use_sample_covariance=False,
        K1=k1,
        K2=k2,
        full=True,
    )
    planes = np.moveaxis(whole, axis, 0)
    return planes[:, radius : planes.shape[1] - radius, radius : planes.shape[2] - radius].mean()


def _colours(convert):
    def oracle(images, data_format="channels_last"):
        axis = -1 if data_format == "channels_last" else -3
        return np.moveaxis(np.apply_along_axis(lambda c: convert(*c), -1, np.moveaxis(images, axis, -1)), -1, axis)

    return oracle


rgb_to_hsv, hsv_to_rgb = _colours(colorsys.rgb_to_hsv), _colours(colorsys.hsv_to_rgb)


def rgb_to_grayscale(images, data_format="channels_last"):
    axis = -1 if data_format == "channels_last" else -3
    if images.shape[axis] == 1:
        return images
    return np.expand_dims(np.tensordot(images, [0.2989, 0.587, 0.114], [[axis], [0]]), axis)


def patches(x, size, strides=None, dilation_rate=1, padding="valid", data_format="channels_last", rank=2):
    if data_format == "channels_first":
        moved = patches(np.moveaxis(x, -rank - 1, -1), size, strides, dilation_rate, padding, rank=rank)
        return np.moveaxis(moved, -1, -rank - 1)
    if x.ndim == rank + 1:
        return patches(x[None], size, strides, dilation_rate, padding, rank=rank)[0]
    many = [(n,) * rank if isinstance(n, int) else tuple(n) for n in (size, strides or size, dilation_rate)]
    if padding == "same":
        need = [max(-(-n // s) * s - s + (w - 1) * d + 1 - n, 0) for n, w, s, d in zip(x.shape[1:], *many)]
        x = np.pad(x, [(0, 0), *((n // 2, n - n // 2) for n in need), (0, 0)])
    counts = [(n - (w - 1) * d - 1) // s + 1 for n, w, s, d in zip(x.shape[1:], *many)]
    result = np.zeros((len(x), *counts, int(np.prod(many[0])) * x.shape[-1]), x.dtype)
    for place in itertools.product(*map(range, counts)):
        window = tuple(slice(p * s, p * s + (w - 1) * d + 1, d) for p, w, s, d in zip(place, *many))
        result[(slice(None), *place)] = x[(slice(None), *window)].reshape(len(x), -1)
    return result
