"""Kernels of `keras.ops` for mathematics beyond NumPy's namespace."""

import functools

import jax
import jax.numpy as jnp
from jax.lax import erf, erfc, rsqrt
from jax.lax import erf_inv as erfinv

from keras.src.backend.jax.support import as_int32, in_float32, widen


@functools.partial(jax.jit, static_argnums=(1, 2), inline=True)
@in_float32
def logsumexp(x, axis=None, keepdims=False):
    return jax.nn.logsumexp(x, axis, keepdims=keepdims)


def _segments(function):
    """A kernel that combines the slices of each segment."""

    def kernel(data, segment_ids, num_segments=None, sorted=False):
        result = function(widen(data), segment_ids, num_segments, indices_are_sorted=sorted)
        return result.astype(data.dtype)

    return kernel


segment_sum = _segments(jax.ops.segment_sum)
segment_prod = _segments(jax.ops.segment_prod)
segment_max = _segments(jax.ops.segment_max)
segment_min = _segments(jax.ops.segment_min)


def top_k(x, k, sorted=True):
    values, indices = jax.lax.top_k(x, k)
    return values, as_int32(indices)


def in_top_k(targets, predictions, k):
    valid = (targets >= 0) & (targets < predictions.shape[1])
    chosen = jnp.take_along_axis(predictions, jnp.where(valid, targets, 0)[:, None], axis=1)
    better = jnp.sum(predictions > chosen, axis=1)
    return valid & (better < k) & jnp.isfinite(chosen[:, 0])


# Spectra: pairs of real and imaginary parts


def _joined(pair):
    return jax.lax.complex(widen(pair[0]), widen(pair[1]))


def _parts(x, dtype):
    return x.real.astype(dtype), x.imag.astype(dtype)


def fft(x):
    return _parts(jnp.fft.fft(_joined(x)), x[0].dtype)


def fft2(x):
    return _parts(jnp.fft.fft2(_joined(x)), x[0].dtype)


def ifft2(x):
    return _parts(jnp.fft.ifft2(_joined(x)), x[0].dtype)


def rfft(x, fft_length=None):
    return _parts(jnp.fft.rfft(widen(x), fft_length), x.dtype)


def irfft(x, fft_length=None):
    return jnp.fft.irfft(_joined(x), fft_length).astype(x[0].dtype)


def view_as_complex(x):
    x = widen(x)
    return jax.lax.complex(x[..., 0], x[..., 1])
