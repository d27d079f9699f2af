"""Products with weights of four bits that are never unpacked to floats."""

import functools

import jax
import jax.numpy as jnp

MOST_ROWS = 32
MOST_ROWS_IN_GROUPS = 8
"""Beyond so many rows, times groups that are summed up together, it is faster to unpack the weight."""

_STEP = 256
"""So many inputs are multiplied at a time: what is made of the weight on the way stays in the cache."""
_MOST_STEPS = 64

_DIGITS, _BASE = 3, 254
"""So many digits of eight bits are as exact as a float32 of the largest exponent in its row."""
_SMALLEST = 1e-30


def int4_sums(x, packed, block):
    if x.dtype != jnp.float32 or jax.default_backend() != "cpu" or not all(isinstance(n, int) for n in x.shape):
        return None
    size, block = x.shape[-1], block or x.shape[-1]
    rows = x.size // max(size, 1)
    together = min(_step(block), size) // block if block else 0
    most = MOST_ROWS_IN_GROUPS // together if together > 1 else MOST_ROWS_IN_GROUPS if block < size else MOST_ROWS
    if not 0 < rows <= most or size > _MOST_STEPS * _step(block):
        return None
    return _program(x, packed, block)


@functools.partial(jax.jit, static_argnums=2, inline=True)
def _program(x, packed, block):
    sums = _sums(x.reshape(-1, x.shape[-1]), packed, block)
    return sums.reshape(*x.shape[:-1], *sums.shape[1:])


def _step(block):
    """How many inputs are multiplied at a time: some groups, a part of one, or one."""
    if _STEP % block == 0:
        return min(_STEP, MOST_ROWS_IN_GROUPS * block)
    return _STEP if block % _STEP == 0 else block


@functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
def _sums(x, packed, block):
    """As sums of products of integers, for which XLA has fast kernels on CPUs."""
    digits, scale = _digits(x)
    step = _step(block)
    parts = [slice(start, start + step) for start in range(0, x.shape[1], step)]
    halves = zip(*[_products(digits[:, part], packed[part], block) for part in parts])
    sums = [_joined(products, max(1, block // step)) for products in halves]
    sums = jnp.stack(sums, -1).reshape(*sums[0].shape[:2], -1)
    return sums.transpose(1, 0, 2) * (scale[..., None] / 16)


def _products(digits, packed, block):
    """Sums of products with the first and the second halves of bytes, times 16: `(groups, digits, packed outputs)`."""
    size = packed.shape[0]
    count = -(-size // block)
    if count > 1:
        of_group = jnp.arange(size) // block == jnp.arange(count)[:, None]
        digits = jnp.where(of_group[:, None], digits, 0).reshape(-1, size)
    halves = jnp.left_shift(packed, 4), jnp.bitwise_and(packed, -16)
    sums = [jax.lax.dot(digits, half, preferred_element_type=jnp.int32) for half in halves]
    return [x.reshape(count, -1, x.shape[1]) for x in sums]


def _joined(products, count):
    """Products of parts, of which `count` make a group, as those of groups, with the sum of all digits."""
    groups = jnp.concatenate([sum(products[i : i + count]) for i in range(0, len(products), count)]).astype("float32")
    first, *others = jnp.split(groups, _DIGITS, axis=1)
    return first + sum(product / _BASE**place for place, product in enumerate(others, start=1))


def _digits(x):
    """Rows of the first, the second, ... digits of numbers, and the value of one of the first digits."""
    scale = jnp.maximum(jnp.max(jnp.abs(x), axis=1, keepdims=True), _SMALLEST) / 127
    rest, digits = x / scale, []
    for _ in range(_DIGITS):
        digits.append(jnp.round(rest))
        rest = (rest - digits[-1]) * _BASE
    return jnp.concatenate(digits).astype("int8"), scale


@_sums.defjvp
def _sums_jvp(block, primals, tangents):
    (x, packed), (tangent, _) = primals, tangents
    halves = jnp.right_shift(jnp.left_shift(packed, 4), 4), jnp.right_shift(packed, 4)
    matrix = jnp.stack(halves, -1).reshape(packed.shape[0], -1).astype(x.dtype)
    parts = [slice(start, start + block) for start in range(0, x.shape[1], block)]
    return _sums(x, packed, block), jnp.stack([tangent[:, part] @ matrix[part] for part in parts], 1)
