"""Products with weights of four bits that are never unpacked to floats."""

import functools

import jax
import jax.numpy as jnp

from keras.src.backend.common.digits import DIGITS, SMALLEST, joined, split
from keras.src.backend.jax.byte_products import product_of_bytes, serves

MOST_ROWS = 64
"""Beyond so many rows it is faster to unpack the weight."""

_STEP = 256
"""So many inputs are multiplied at a time: what is made of the weight on the way stays in the cache."""
_MOST_STEPS = 64
_MOST_ADDED = 64
"""So many groups are added one after the other: XLA is slow to sum over an axis that is not the last one."""


def int4_sums(x, packed, block):
    if x.dtype != jnp.float32 or not serves(x, packed):
        return None
    size = x.shape[-1]
    block = min(block or size, size)
    if x.size > MOST_ROWS * size or size > _MOST_STEPS * _step(block):
        return None
    return _program(x, packed, block)


def sum_of_groups(sums):
    count = sums.shape[-2]
    if count > _MOST_ADDED:
        return jnp.sum(sums, -2)
    return sum(sums[..., group, :] for group in range(count))


@functools.partial(jax.jit, static_argnums=2, inline=True)
def _program(x, packed, block):
    sums = _sums(x.reshape(-1, x.shape[-1]), packed, block)
    return sums.reshape(*x.shape[:-1], *sums.shape[1:])


def _step(block):
    """How many inputs are multiplied at a time: some groups, a part of one, or one."""
    return max(_STEP // block * block, block if block % _STEP else _STEP)


@functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
def _sums(x, packed, block):
    """As sums of products of integers, for which XLA has fast kernels on CPUs: `(rows, groups, outputs)`."""
    digits, scale = _digits(x)
    size, step = x.shape[1], _step(block)
    # A last group may be smaller.
    ends = [*range(0, size - size % block, step), size - size % block, size]
    parts = [slice(*ends) for ends in zip(ends, ends[1:]) if ends[0] < ends[1]]
    halves = zip(*[_products(digits[:, part], packed[part], block) for part in parts])
    sums = [_joined(products, max(1, block // step)) for products in halves]
    sums = jnp.stack(sums, -1).reshape(*sums[0].shape[:2], -1)
    return sums.transpose(1, 0, 2) * (scale[..., None] / 16)


def _products(digits, packed, block):
    """Sums of products with the first and the second halves of bytes, times 16: `(groups, digits, packed outputs)`."""
    size, columns = packed.shape
    block = min(block, size)
    digits = digits.reshape(-1, size // block, block).transpose(1, 0, 2)
    halves = jnp.left_shift(packed, 4), jnp.bitwise_and(packed, -16)
    return [product_of_bytes(digits, half.reshape(-1, block, columns)) for half in halves]


def _joined(products, count):
    """Products of parts, of which `count` make a group, as those of groups, with the sum of all digits."""
    groups = jnp.concatenate([sum(products[i : i + count]) for i in range(0, len(products), count)]).astype("float32")
    return joined(jnp.split(groups, DIGITS, axis=1))


def _digits(x):
    """Rows of the first, the second, ... digits of numbers, and the value of one of the first digits."""
    scale = jnp.maximum(jnp.max(jnp.abs(x), axis=1, keepdims=True), SMALLEST) / 127
    return jnp.concatenate(split(x / scale, jnp.round)).astype("int8"), scale


@_sums.defjvp
def _sums_jvp(block, primals, tangents):
    (x, packed), (tangent, _) = primals, tangents
    halves = jnp.right_shift(jnp.left_shift(packed, 4), 4), jnp.right_shift(packed, 4)
    matrix = jnp.stack(halves, -1).reshape(packed.shape[0], -1).astype(x.dtype)
    parts = [slice(start, start + block) for start in range(0, x.shape[1], block)]
    return _sums(x, packed, block), jnp.stack([tangent[:, part] @ matrix[part] for part in parts], 1)
