"""Products with weights of four bits that are never unpacked as wholes."""

import numpy as np
import tensorflow as tf

from keras.src.backend.tensorflow import convertible
from keras.src.backend.tensorflow.support import added, dims, reshape, transpose
from keras.src.backend.tensorflow.tensors import cast, product

MOST_ROWS_IN_GROUPS = 32
"""Beyond so many rows sums of groups take more room than the weight."""

_STEP = 256
"""So many inputs are multiplied at a time: what is made of the weight on the way stays in the cache."""
_MOST_STEPS = 64
_LARGE = 64
"""Groups of so many inputs are worth a product of their own."""

_raw = tf.raw_ops


def int4_sums(x, packed, block):
    *outer, size = dims(x)
    if x.dtype is not tf.float32 or convertible.wanted() or not isinstance(size, int):
        return None
    block = block or size
    rows, count = product(outer), -(-size // block) if block else 0
    if not 0 < count or size > _MOST_STEPS * max(_STEP, block):
        return None
    if count > 1 and not (isinstance(rows, int) and rows <= MOST_ROWS_IN_GROUPS):
        return None
    # Both halves of a byte are taken 16 times.
    sums = _sums(reshape(x, [-1, size]) / 16, packed, block)
    sums = sums[0] if count == 1 else transpose(sums, [1, 0, 2])
    return reshape(sums, [*outer, count, 2 * packed.shape[1]])


def sum_of_groups(sums):
    return tf.reduce_sum(sums, -2)


def _sums(rows, packed, block):
    """Sums of products for each group: `(groups, rows, outputs)`."""
    size = packed.shape[0]
    if block >= _LARGE:
        groups = [range(start, min(start + block, size), _STEP) for start in range(0, size, block)]
        parts = [[slice(start, min(start + _STEP, group.stop)) for start in group] for group in groups]
        found = [added([_product(rows[:, part], packed[part], 1) for part in group]) for group in parts]
    else:
        whole, step = size - size % block, _STEP // block * block
        parts = [slice(start, min(start + step, whole)) for start in range(0, whole, step)]
        found = [_product(rows[:, part], packed[part], (part.stop - part.start) // block) for part in parts]
        if whole < size:
            found.append(_product(rows[:, whole:], packed[whole:], 1))
    return found[0] if len(found) == 1 else tf.concat(found, 0)


def _product(rows, packed, count):
    """Sums of products of a part of the inputs, which has `count` groups."""
    size, columns = packed.shape
    halves = [cast(half, tf.float32) for half in _halves(packed)]
    if count == 1:
        products = [_raw.MatMul(a=rows, b=half)[None] for half in halves]
    else:
        left = transpose(reshape(rows, [-1, count, size // count]), [1, 0, 2])
        products = [_raw.BatchMatMulV2(x=left, y=reshape(half, [count, -1, columns])) for half in halves]
    return reshape(tf.stack(products, -1), [count, -1, 2 * columns])


def _halves(packed):
    """The lower and the higher half of each byte, both in the place of the higher one."""
    size, columns = packed.shape
    # TensorFlow computes with numbers of 64 bits many times as fast as with bytes.
    words = reshape(packed, [size, columns // 8, 8]) if columns % 8 == 0 else packed
    kind = tf.int64 if columns % 8 == 0 else tf.int8
    words = tf.bitcast(words, kind)
    lower = tf.bitwise.left_shift(tf.bitwise.bitwise_and(words, _repeated(0x0F, kind)), tf.constant(4, kind))
    higher = tf.bitwise.bitwise_and(words, _repeated(-0x10, kind))
    return [reshape(tf.bitcast(half, tf.int8), [size, columns]) for half in (lower, higher)]


def _repeated(byte, kind):
    """A byte, in each place of an integer."""
    return tf.constant(np.full(kind.size, byte, "int8").view(kind.as_numpy_dtype)[0], kind)
