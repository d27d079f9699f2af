"""Random numbers from NumPy's counter-based Philox generator; the two words of the seed are its key."""

import numpy as np

from keras.src.backend.numpy.core import to_engine_dtype


def _generator(seed):
    return np.random.Generator(np.random.Philox(key=np.asarray(seed, dtype="uint64")))


def _drawn_dtype(dtype):
    """NumPy draws 32 and 64 bits; smaller dtypes are cast from these."""
    return "float64" if dtype == "float64" else "float32"


def _shape(shape):
    return tuple(int(size) for size in shape)


def _scaled(drawn, scale, offset):
    """`drawn * scale + offset`; numbers scale where the draws are: weights are drawn so, whose memory costs most."""
    place = drawn if isinstance(scale, (int, float)) and isinstance(offset, (int, float)) else None
    return np.asarray(np.add(np.multiply(drawn, scale, out=place), offset, out=place))


def normal(shape, mean, stddev, dtype, seed):
    drawn = np.asarray(_generator(seed).standard_normal(_shape(shape), dtype=_drawn_dtype(dtype)))
    return _scaled(drawn, stddev, mean).astype(to_engine_dtype(dtype), copy=False)


def truncated_normal(shape, mean, stddev, dtype, seed):
    generator = _generator(seed)
    drawn = np.asarray(generator.standard_normal(_shape(shape), dtype=_drawn_dtype(dtype)))
    flat = drawn.reshape(-1)
    outside = np.flatnonzero(np.abs(flat) > 2)
    while outside.size:
        flat[outside] = generator.standard_normal(outside.size, dtype=drawn.dtype)
        outside = outside[np.abs(flat[outside]) > 2]
    return _scaled(drawn, stddev, mean).astype(to_engine_dtype(dtype), copy=False)


def uniform(shape, minval, maxval, dtype, seed):
    dtype = to_engine_dtype(dtype)
    drawn = np.asarray(_generator(seed).random(_shape(shape), dtype=_drawn_dtype(dtype.name)))
    drawn = _scaled(drawn, maxval - minval, minval).astype(dtype, copy=False)
    # Rounding may reach the upper end, which does not belong to the interval.
    if not isinstance(minval, (int, float)) or not isinstance(maxval, (int, float)):
        return np.where(drawn < maxval, drawn, np.asarray(minval, dtype))
    if drawn.size and drawn.max() >= maxval:
        drawn[drawn >= maxval] = minval
    return drawn


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
