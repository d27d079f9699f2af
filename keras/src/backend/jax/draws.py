"""Draws of any shape by programs of few sizes.

JAX compiles a draw for each shape, which takes a hundred times as long as the draw of an ordinary weight. An element of a
draw depends on the key and the element's number alone, so a CPU draws pieces of two sizes, each by a program that
starts counting at the number of the first element, and puts them together on the host.
"""

import collections
import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.random import define_prng_impl, threefry2x32_p

from keras.src.backend.common.global_state import on_clear_session
from keras.src.backend.jax.core import is_building

SMALL, LARGE = 2**12, 2**17
"""Numbers of elements of a piece."""
_HUGE = 2**24
"""From here on the time of a compilation is nothing beside that of the draw, in which all cores join."""
_OFTEN = 64
_times = collections.Counter()
"""How often each draw, shape and dtype came in pieces."""
on_clear_session(_times.clear)


def _bits(key, bit_width, shape):
    """What Threefry gives for the elements from number `key[2]` on."""
    numbers = key[2] + jax.lax.iota("uint32", math.prod(shape))
    first, second = threefry2x32_p.bind(key[0], key[1], jnp.zeros_like(numbers), numbers)
    if bit_width == 64:
        bits = first.astype("uint64") << 32 | second.astype("uint64")
    else:
        bits = (first ^ second).astype(f"uint{bit_width}")
    return bits.reshape(shape)


def _not_needed(*args):
    raise NotImplementedError("Keys of pieces serve one draw.")


_FROM = define_prng_impl(
    key_shape=(3,),
    seed=_not_needed,
    split=_not_needed,
    random_bits=_bits,
    fold_in=_not_needed,
    name="threefry2x32_from",
    tag="from",
)


@functools.partial(jax.jit, static_argnums=(0, 1, 2))
def _piece(draw, size, dtype, seed, start, **bounds):
    words = jnp.append(jnp.asarray(seed, "uint32"), jnp.asarray(start, "uint32"))
    return draw(jax.random.wrap_key_data(words, impl=_FROM), shape=(size,), dtype=dtype, **bounds)


def comes_in_pieces(draw, shape, dtype):
    """Whether `in_pieces` is the way to draw this, here and now; what is drawn again and again is worth a program."""
    return (
        0 < math.prod(shape) < _HUGE
        and _times[draw, shape, dtype] < _OFTEN
        and jax.default_backend() == "cpu"
        and jax.config.jax_threefry_partitionable
        and not is_building()
    )


def in_pieces(draw, shape, dtype, seed, **bounds):
    """What `draw(key, shape=shape, dtype=dtype, **bounds)` draws, by programs that are compiled once for all shapes.

    Args:
        draw: Function of `jax.random` that computes each element from bits of its own.
        shape: Tuple of ints.
        dtype: A floating-point `np.dtype`.
        seed: Array of two words.
        **bounds: Further arguments of `draw`, numbers.

    Returns:
        A NumPy array, which nobody else holds.
    """
    _times[draw, shape, dtype] += 1
    drawn = np.empty(math.prod(shape), dtype)
    start = 0
    while start < drawn.size:
        size = LARGE if drawn.size - start > LARGE // 4 else SMALL  # as fast as a few small pieces
        part = drawn[start : start + size]
        part[:] = np.asarray(_piece(draw, size, dtype, seed, np.uint32(start), **bounds))[: part.size]
        start += size
    return drawn.reshape(shape)
