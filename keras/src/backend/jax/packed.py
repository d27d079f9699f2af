"""Products with weights of four bits that are never unpacked to floats."""

import functools

import jax
import jax.numpy as jnp

MOST_ROWS = 32
MOST_ROWS_OF_GROUPS = 4
MOST_GROUPS = 32
"""Beyond these it is faster to unpack the weight."""

_DIGITS, _BASE = 3, 254
"""So many digits of eight bits are as exact as a float32 of the largest exponent in its row."""
_SMALLEST = 1e-30


def int4_sums(x, packed, block):
    block = block or x.shape[-1]
    if x.dtype != jnp.float32 or jax.default_backend() != "cpu" or not all(isinstance(n, int) for n in x.shape):
        return None
    groups, rows = -(-x.shape[-1] // max(block, 1)), x.size // max(x.shape[-1], 1)
    if not 0 < rows <= (MOST_ROWS if groups == 1 else MOST_ROWS_OF_GROUPS) or groups > MOST_GROUPS:
        return None
    sums = _sums(x.reshape(rows, -1), packed, block)
    return sums.reshape(*x.shape[:-1], *sums.shape[1:])


@functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
def _sums(x, packed, block):
    """As sums of products of integers, for which XLA has fast kernels on CPUs."""
    digits, scale = _digits(x)
    # Both halves of each byte, as the high half of one: 16 times the number.
    halves = jnp.left_shift(packed, 4), jnp.bitwise_and(packed, -16)
    sums = []
    for start in range(0, x.shape[1], block):
        part = slice(start, start + block)
        pair = [_joined(_product(digits[:, part], half[part])) * (scale / 16) for half in halves]
        sums.append(jnp.stack(pair, -1).reshape(len(x), -1))
    return jnp.stack(sums, 1)


@_sums.defjvp
def _sums_jvp(block, primals, tangents):
    (x, packed), (tangent, _) = primals, tangents
    halves = jnp.right_shift(jnp.left_shift(packed, 4), 4), jnp.right_shift(packed, 4)
    matrix = jnp.stack(halves, -1).reshape(len(packed), -1).astype(x.dtype)
    parts = [slice(start, start + block) for start in range(0, x.shape[1], block)]
    return _sums(x, packed, block), jnp.stack([tangent[:, part] @ matrix[part] for part in parts], 1)


def _digits(x):
    """Rows of the first, the second, ... digits of numbers, and the value of one of the first digits."""
    scale = jnp.maximum(jnp.max(jnp.abs(x), axis=1, keepdims=True), _SMALLEST) / 127
    rest, digits = x / scale, []
    for _ in range(_DIGITS):
        digits.append(jnp.round(rest))
        rest = (rest - digits[-1]) * _BASE
    return jnp.concatenate(digits).astype("int8"), scale


def _product(digits, matrix):
    return jax.lax.dot(digits, matrix, preferred_element_type=jnp.int32).astype(jnp.float32)


def _joined(products):
    """The sum of the products of all digits, each times its value."""
    first, *others = jnp.split(products, _DIGITS)
    return first + sum(product / _BASE**place for place, product in enumerate(others, start=1))
