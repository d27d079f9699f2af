"""Random numbers from NumPy's generator PCG64, in the state that the two words of the seed stand for."""

import numpy as np

from keras.src.backend.common import host_draws
from keras.src.backend.numpy.core import to_engine_dtype


def _generator(seed):
    return np.random.Generator(host_draws.bits_of(seed))


def _drawn_dtype(dtype):
    """Draws have 32 or 64 bits; smaller dtypes are cast from these."""
    return "float64" if dtype == "float64" else "float32"


def _shape(shape):
    return tuple(int(size) for size in shape)


def _is_number(x):
    return isinstance(x, (int, float))


def _floats(kind, shape, first, second, dtype, seed):
    """A draw of floats whose parameters are numbers."""
    drawn = np.empty(_shape(shape), _drawn_dtype(dtype))
    host_draws.fill(kind, drawn, first, second, seed)
    return drawn.astype(to_engine_dtype(dtype), copy=False)


def _about(kind, shape, mean, stddev, dtype, seed):
    """A draw about a mean; where a parameter is a tensor, it scales what is drawn about zero."""
    if _is_number(mean) and _is_number(stddev):
        return _floats(kind, shape, mean, stddev, dtype, seed)
    drawn = _floats(kind, shape, 0.0, 1.0, _drawn_dtype(dtype), seed)
    return np.asarray(drawn * stddev + mean).astype(to_engine_dtype(dtype), copy=False)


def normal(shape, mean, stddev, dtype, seed):
    return _about("normal", shape, mean, stddev, dtype, seed)


def truncated_normal(shape, mean, stddev, dtype, seed):
    return _about("truncated_normal", shape, mean, stddev, dtype, seed)


def uniform(shape, minval, maxval, dtype, seed):
    if _is_number(minval) and _is_number(maxval):
        drawn = _floats("uniform", shape, minval, maxval, dtype, seed)
        return drawn if drawn.itemsize >= 4 else _below(drawn, minval, maxval)
    dtype = to_engine_dtype(dtype)
    drawn = _floats("uniform", shape, 0.0, 1.0, _drawn_dtype(dtype.name), seed)
    drawn = np.asarray(drawn * (maxval - minval) + minval).astype(dtype, copy=False)
    return _below(drawn, minval, maxval)


def _below(drawn, minval, maxval):
    """Rounding may reach the upper end, which does not belong to the interval."""
    low, high = np.asarray(minval, drawn.dtype), np.asarray(maxval, drawn.dtype)
    return np.where((drawn < high) | (low > high), drawn, low)


def randint(shape, minval, maxval, dtype, seed):
    drawn = _generator(seed).integers(minval, maxval, _shape(shape), dtype="int64")
    return np.asarray(drawn).astype(to_engine_dtype(dtype), copy=False)


def categorical(logits, num_samples, dtype, seed):
    weights = np.exp(logits - np.max(logits, axis=-1, keepdims=True), dtype="float64")
    bounds = np.cumsum(weights, axis=-1)
    drawn = _generator(seed).random((len(bounds), num_samples)) * bounds[:, -1:]
    rows = [np.searchsorted(row, values, side="right") for row, values in zip(bounds, drawn)]
    return np.minimum(np.reshape(rows, drawn.shape), bounds.shape[-1] - 1).astype(to_engine_dtype(dtype))


def dropout(x, rate, noise_shape, seed):
    shape = x.shape if noise_shape is None else tuple(n if m is None else m for m, n in zip(noise_shape, x.shape))
    if rate >= 1:
        return np.zeros_like(x)
    kept = _generator(seed).random(shape, dtype="float32") >= rate
    return np.where(kept, x / np.asarray(1 - rate, _drawn_dtype(x.dtype)), 0).astype(x.dtype)


def shuffle(x, axis, seed):
    return np.take(x, _generator(seed).permutation(x.shape[axis]), axis=axis)


def gamma(shape, alpha, dtype, seed):
    return np.asarray(_generator(seed).standard_gamma(alpha, _shape(shape))).astype(to_engine_dtype(dtype))


def binomial(shape, counts, probabilities, dtype, seed):
    counts = np.asarray(counts).astype("int64")
    return np.asarray(_generator(seed).binomial(counts, probabilities, _shape(shape))).astype(to_engine_dtype(dtype))


def beta(shape, alpha, beta, dtype, seed):
    return np.asarray(_generator(seed).beta(alpha, beta, _shape(shape))).astype(to_engine_dtype(dtype))
