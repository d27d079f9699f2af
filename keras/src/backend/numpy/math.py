"""Kernels of `keras.ops` for mathematics beyond NumPy's namespace."""

import math

import numpy as np

from keras.src.backend.numpy.ordering import argsort, top_k
from keras.src.backend.numpy.support import widen, without_warnings


@without_warnings
def rsqrt(x):
    return np.reciprocal(np.sqrt(x))


# Error functions: NumPy has none. Python's are exact but slow, so arrays use series.

_erf_exact = np.vectorize(math.erf, otypes=["float64"])
_erfc_exact = np.vectorize(math.erfc, otypes=["float64"])
_SMALL = 64


def erf(x):
    if x.size <= _SMALL or x.dtype == np.float64:
        return _erf_exact(x.astype("float64")).astype(x.dtype)
    return _erf_float32(widen(x)).astype(x.dtype)


def erfc(x):
    return _erfc_exact(x.astype("float64")).astype(x.dtype)


# Coefficients of the rational approximation of erf(x) / x in x * x, fitted by least squares to `math.erf` on [-4, 4].
_ERF_NUMERATOR = (2.04434126e-06, 0.000283738333, 0.00374184804, 0.0526677349, 0.18992617, 1.12837915)
_ERF_DENOMINATOR = (3.79760382e-05, 0.00115577677, 0.0149200609, 0.113895077, 0.50165052, 1.0)


def _erf_float32(x):
    x = np.clip(x, -4.0, 4.0)
    squares = x * x
    return x * _polynomial(_ERF_NUMERATOR, squares) / _polynomial(_ERF_DENOMINATOR, squares)


def _polynomial(coefficients, x):
    """A polynomial, the coefficient of the highest power first."""
    result = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        result *= x
        result += x.dtype.type(coefficient)
    return result


@without_warnings
def erfinv(x):
    y = x.astype("float64")
    inverse = _erfinv_start(y)
    for _ in range(3):
        # Halley's step on erf(z) = y, with erfc where erf would lose the difference from 1.
        error = np.where(
            np.abs(y) < 0.5, _erf_exact(inverse) - y, np.sign(y) * ((1 - np.abs(y)) - _erfc_exact(np.abs(inverse)))
        )
        slope = 2 / math.sqrt(math.pi) * np.exp(-inverse * inverse)
        step = error / slope
        inverse = inverse - step / (1 + inverse * step)
    inverse = np.where(np.abs(y) == 1, np.sign(y) * np.inf, inverse)
    return np.where(np.abs(y) > 1, np.nan, inverse).astype(x.dtype)


def _erfinv_start(y):
    """Winitzki's approximation, good to two digits."""
    a = 0.147
    logarithm = np.log1p(-y * y)
    half = 2 / (math.pi * a) + logarithm / 2
    return np.sign(y) * np.sqrt(np.sqrt(half * half - logarithm / a) - half)


@without_warnings
def logsumexp(x, axis=None, keepdims=False):
    wide = widen(x)
    largest = np.max(wide, axis, keepdims=True)
    largest = np.where(np.isfinite(largest), largest, 0).astype(wide.dtype)
    total = np.log(np.sum(np.exp(wide - largest), axis, keepdims=True)) + largest
    return (total if keepdims else np.squeeze(total, axis)).astype(x.dtype)


# Segments


def _segments(ufunc, empty):
    """A kernel that combines the slices of each segment by a ufunc, starting from `empty(dtype)`."""

    def kernel(data, segment_ids, num_segments=None, sorted=False):
        segment_ids = segment_ids.astype("int64", copy=False)
        count = int(segment_ids.max(initial=-1)) + 1 if num_segments is None else num_segments
        data_dtype, data = data.dtype, widen(data)
        result = np.full((count, *data.shape[1:]), empty(data_dtype), data.dtype)
        inside = (segment_ids >= 0) & (segment_ids < count)
        if not inside.all():
            data, segment_ids = data[inside], segment_ids[inside]
        if not sorted:
            order = argsort(segment_ids)
            data, segment_ids = data[order], segment_ids[order]
        starts = np.flatnonzero(np.diff(segment_ids, prepend=-1))
        if len(starts):
            result[segment_ids[starts]] = ufunc.reduceat(data, starts, 0)
        return result.astype(data_dtype, copy=False)

    return kernel


def _lowest(dtype):
    if dtype.kind == "b":
        return False
    return np.iinfo(dtype).min if dtype.kind in "iu" else -np.inf


def _highest(dtype):
    if dtype.kind == "b":
        return True
    return np.iinfo(dtype).max if dtype.kind in "iu" else np.inf


segment_sum = _segments(np.add, lambda dtype: 0)
segment_prod = _segments(np.multiply, lambda dtype: 1)
segment_max = _segments(np.maximum, _lowest)
segment_min = _segments(np.minimum, _highest)


def in_top_k(targets, predictions, k):
    rows = np.arange(len(targets))
    valid = (targets >= 0) & (targets < predictions.shape[1])
    chosen = predictions[rows, np.where(valid, targets, 0)]
    better = np.sum(predictions > chosen[:, None], axis=1)
    return valid & (better < k) & np.isfinite(widen(chosen))


# Spectra: pairs of real and imaginary parts


def _joined(pair):
    real, imaginary = map(widen, pair)
    return real + 1j * imaginary


def _parts(x, dtype):
    return x.real.astype(dtype), x.imag.astype(dtype)


def fft(x):
    return _parts(np.fft.fft(_joined(x)), x[0].dtype)


def fft2(x):
    return _parts(np.fft.fft2(_joined(x)), x[0].dtype)


def ifft2(x):
    return _parts(np.fft.ifft2(_joined(x)), x[0].dtype)


def rfft(x, fft_length=None):
    return _parts(np.fft.rfft(widen(x), fft_length), x.dtype)


def irfft(x, fft_length=None):
    return np.fft.irfft(_joined(x), fft_length).astype(x[0].dtype)


def view_as_complex(x):
    return np.ascontiguousarray(widen(x)).view("complex128" if x.dtype == np.float64 else "complex64")[..., 0]
