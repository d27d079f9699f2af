"""Random numbers from JAX's Threefry generator; the two words of the seed are its key."""

import functools

import jax
import jax.numpy as jnp
import numpy as np

from keras.src.backend.jax.core import to_engine_dtype
from keras.src.backend.jax.draws import comes_in_pieces, in_pieces
from keras.src.backend.jax.host_arrays import from_host
from keras.src.utils import later

# A program takes an array of the host in a quarter of the time that making an array of JAX of it takes.
TAKES_SEEDS_OF_HOST = True


def _key(seed):
    return jax.random.wrap_key_data(jnp.asarray(seed, "uint32"), impl="threefry2x32")


def jax_draw_seed(seed):
    """A key for functions of `jax.random`, as other libraries draw it.

    Args:
        seed: Integer, `SeedGenerator`, or `None` for the global one. A key is taken as it is.
    """
    return later.seed_generator.draw_seed(seed)


@functools.partial(jax.jit, static_argnums=(0, 1, 2))
def _drawn_at_once(draw, shape, dtype, seed, **bounds):
    """What a function of `jax.random` draws, as one program: a key of its own costs more than a small draw."""
    return draw(_key(seed), shape=shape, dtype=dtype, **bounds)


def _drawn(draw, shape, dtype, seed, **bounds):
    """As `_drawn_at_once`: the same numbers, on the host where they come in pieces."""
    shape = tuple(shape)
    in_parts = all(isinstance(x, (int, float)) for x in bounds.values()) and comes_in_pieces(draw, shape, dtype)
    return (in_pieces if in_parts else _drawn_at_once)(draw, shape, dtype, seed, **bounds)


def _settled(draw):
    """Waits for large results, so that the error of a device with too little memory comes from the call itself."""

    @functools.wraps(draw)
    def drawn(*args):
        result = draw(*args)
        return jax.block_until_ready(result) if result.size > _LARGE else result

    return drawn


# Number of entries for which a wait is nothing beside the draw.
_LARGE = 2**26


def _scaled(drawn, mean, stddev, dtype):
    if isinstance(drawn, np.ndarray):  # Beside NumPy's arrays of bfloat16, Python numbers count as float32.
        mean, stddev = (drawn.dtype.type(x) if isinstance(x, (int, float)) else x for x in (mean, stddev))
    return _tensor((drawn * stddev + mean).astype(dtype, copy=False))


def _tensor(drawn):
    return from_host(drawn) if isinstance(drawn, np.ndarray) else drawn


def _float_dtype(dtype):
    dtype = to_engine_dtype(dtype)
    return dtype, dtype if jnp.issubdtype(dtype, jnp.floating) else jnp.dtype("float32")


@_settled
def normal(shape, mean, stddev, dtype, seed):
    dtype, drawn = _float_dtype(dtype)
    return _scaled(_drawn(jax.random.normal, shape, drawn, seed), mean, stddev, dtype)


@_settled
def truncated_normal(shape, mean, stddev, dtype, seed):
    dtype, drawn = _float_dtype(dtype)
    return _scaled(_drawn(jax.random.truncated_normal, shape, drawn, seed, lower=-2.0, upper=2.0), mean, stddev, dtype)


@_settled
def uniform(shape, minval, maxval, dtype, seed):
    return _tensor(_drawn(jax.random.uniform, shape, to_engine_dtype(dtype), seed, minval=minval, maxval=maxval))


@_settled
def randint(shape, minval, maxval, dtype, seed):
    return jax.random.randint(_key(seed), shape, minval, maxval, to_engine_dtype(dtype))


@_settled
def categorical(logits, num_samples, dtype, seed):
    drawn = jax.random.categorical(_key(seed), logits, axis=-1, shape=(num_samples, logits.shape[0]))
    return drawn.T.astype(to_engine_dtype(dtype))


def dropout(x, rate, noise_shape, seed):
    shape = x.shape if noise_shape is None else tuple(n if m is None else m for m, n in zip(noise_shape, x.shape))
    if not isinstance(rate, jax.core.Tracer) and rate >= 1:
        return jnp.zeros_like(x)
    kept = jax.random.bernoulli(_key(seed), 1.0 - rate, shape)
    return jnp.where(kept, x / (1.0 - rate), 0).astype(x.dtype)


def shuffle(x, axis, seed):
    return jax.random.permutation(_key(seed), x, axis=axis)


@_settled
def gamma(shape, alpha, dtype, seed):
    dtype, drawn = _float_dtype(dtype)
    return jax.random.gamma(_key(seed), alpha, shape, drawn).astype(dtype)


@_settled
def binomial(shape, counts, probabilities, dtype, seed):
    dtype, drawn = _float_dtype(dtype)
    counts, probabilities = jnp.asarray(counts, drawn), jnp.asarray(probabilities, drawn)
    return jax.random.binomial(_key(seed), counts, probabilities, shape, drawn).astype(dtype)


@_settled
def beta(shape, alpha, beta, dtype, seed):
    dtype, drawn = _float_dtype(dtype)
    return jax.random.beta(_key(seed), alpha, beta, shape, drawn).astype(dtype)
