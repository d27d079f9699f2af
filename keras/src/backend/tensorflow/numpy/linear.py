"""Kernels of `keras.ops.numpy` that sum products."""

import tensorflow as tf

from keras.src.backend.common.product_rules import exact_parts
from keras.src.backend.tensorflow import convertible
from keras.src.backend.tensorflow.support import UNSIGNED_TO_SIGNED, added, dims, flatten, reshape, through, transpose
from keras.src.backend.tensorflow.tensors import cast, product

_raw = tf.raw_ops
# Floats that the cache holds, and columns of a matrix that are worth a product of their own.
_CACHED, _LEAST_STEP = 2**17, 64
_NARROW = {**UNSIGNED_TO_SIGNED, tf.int8: tf.int32, tf.int16: tf.int32}


def matmul(x1, x2):
    rank1, rank2 = x1.shape.rank, x2.shape.rank
    if rank1 == 2 and rank2 == 2:
        if convertible.wanted() and _is_computed(x2):
            return _as_batch_of_one(x1, x2)
        return _matrices(_raw.MatMul, x1, x2, "a", "b")
    if rank1 == 1 or rank2 == 1:
        return _with_vectors(x1, x2)
    if rank2 == 2 and rank1 is not None and rank1 > 2:
        # One large product is faster than many small ones.
        sizes = dims(x1)
        rows = reshape(x1, [-1, sizes[-1]])
        return reshape(_matrices(_raw.MatMul, rows, x2, "a", "b"), [*sizes[:-1], dims(x2)[-1]])
    return _matrices(_raw.BatchMatMulV2, x1, x2, "x", "y")


def _is_computed(x):
    return not hasattr(x, "numpy") and x.op.type not in ("ReadVariableOp", "Placeholder", "Const", "Identity")


def _as_batch_of_one(x1, x2):
    """The product of matrices as that of batches: LiteRT's converter loses an activation behind a product of two matrices, where
    the second one comes from integers (TensorFlow 2.21).
    """
    rows, columns = dims(x1)[0], dims(x2)[1]
    left, right = reshape(x1, [1, -1, dims(x1)[1]]), reshape(x2, [1, -1, columns])
    result = _matrices(_raw.BatchMatMulV2, left, right, "x", "y")
    return reshape(result, [rows if isinstance(rows, int) else -1, columns])


def _matrices(op, x1, x2, name1, name2):
    dtype = x1.dtype
    if dtype is tf.int8:
        return _bytes(op, x1, x2, name1, name2)
    if dtype in _NARROW:
        wide = _NARROW[dtype]
        return cast(op(**{name1: cast(x1, wide), name2: cast(x2, wide)}), dtype)
    return op(**{name1: x1, name2: x2})


def _bytes(op, x1, x2, name1, name2):
    """The product of matrices of int8 in int32: products of floats, as long as they are exact, are faster than those of integers."""
    size = x2.shape[-2]
    if size is None:
        return tf.matmul(x1, x2, output_type=tf.int32)
    parts = exact_parts(size)
    if len(parts) < 2:
        return _exact_bytes(op, x1, x2, name1, name2)
    return added([_exact_bytes(op, x1[..., part], x2[..., part, :], name1, name2) for part in parts])


def _exact_bytes(op, x1, x2, name1, name2):
    """The product where float32 holds all sums."""
    left = cast(x1, tf.float32)
    pieces = [x2 if some is None else x2[:, some] for some in _columns(x2)]
    products = [op(**{name1: left, name2: cast(piece, tf.float32)}) for piece in pieces]
    return cast(products[0] if len(products) == 1 else tf.concat(products, -1), tf.int32)


def _columns(matrix):
    """Slices of columns, few enough for the cache to hold them as floats; None for all."""
    if matrix.shape.rank != 2 or None in matrix.shape or convertible.wanted():
        return [None]
    size, columns = matrix.shape
    step = max(_LEAST_STEP, _CACHED // max(1, size))
    return [slice(start, start + step) for start in range(0, columns, step)] if columns > step else [None]


def _with_vectors(x1, x2):
    """A vector counts as a row on the left, as a column on the right."""
    left = x1[None, :] if x1.shape.rank == 1 else x1
    right = x2[:, None] if x2.shape.rank == 1 else x2
    result = matmul(left, right)
    if x2.shape.rank == 1:
        result = tf.squeeze(result, -1)
    return tf.squeeze(result, -1 if x2.shape.rank == 1 else -2) if x1.shape.rank == 1 else result


def _contracted(x1, x2, axes1, axes2):
    """Sum of products over pairs of axes, as one matrix product."""
    sizes1, sizes2 = dims(x1), dims(x2)
    kept1 = [i for i in range(len(sizes1)) if i not in axes1]
    kept2 = [i for i in range(len(sizes2)) if i not in axes2]
    depth = product([sizes1[i] for i in axes1])
    left = reshape(_in_order(x1, [*kept1, *axes1]), [product([sizes1[i] for i in kept1]), depth])
    right = reshape(_in_order(x2, [*axes2, *kept2]), [depth, product([sizes2[i] for i in kept2])])
    result = cast(_matrices(_raw.MatMul, left, right, "a", "b"), x1.dtype)
    return reshape(result, [sizes1[i] for i in kept1] + [sizes2[i] for i in kept2])


def _in_order(x, axes):
    return x if axes == sorted(axes) else transpose(x, axes)


def tensordot(x1, x2, axes=2):
    rank1, rank2 = x1.shape.rank, x2.shape.rank
    if isinstance(axes, int):
        axes1, axes2 = range(rank1 - axes, rank1), range(axes)
    else:
        axes1, axes2 = ((a,) if isinstance(a, int) else a for a in axes)
    return _contracted(x1, x2, [range(rank1)[a] for a in axes1], [range(rank2)[a] for a in axes2])


def dot(x1, x2):
    rank1, rank2 = x1.shape.rank, x2.shape.rank
    if rank1 == 0 or rank2 == 0:
        return tf.logical_and(x1, x2) if x1.dtype is tf.bool else x1 * x2
    if rank1 == rank2 == 2 and x1.dtype.is_floating:
        return _raw.MatMul(a=x1, b=x2)
    return _contracted(x1, x2, [rank1 - 1], [0 if rank2 == 1 else rank2 - 2])


def vdot(x1, x2):
    x1 = tf.math.conj(x1) if x1.dtype.is_complex else x1
    return _contracted(flatten(x1), flatten(x2), [0], [0])


def _einsum(x, subscripts, *others):
    return tf.einsum(subscripts, x, *others)


_einsum_widened = through({k: v for k, v in _NARROW.items() if k is not tf.int8}, _einsum)


def einsum(subscripts, *operands, **kwargs):
    if operands[0].dtype is tf.int8:
        # LiteRT multiplies no matrices of integers.
        dtype = "float32" if convertible.wanted() else "int32"
        return cast(tf.einsum(subscripts, *(cast(x, dtype) for x in operands)), "int32")
    return _einsum_widened(operands[0], subscripts, *operands[1:])


def kron(x1, x2):
    rank = max(x1.shape.rank, x2.shape.rank)
    sizes1, sizes2 = ([1] * (rank - x.shape.rank) + dims(x) for x in (x1, x2))
    left = reshape(x1, [n for size in sizes1 for n in (size, 1)])
    right = reshape(x2, [n for size in sizes2 for n in (1, size)])
    both = tf.logical_and(left, right) if x1.dtype is tf.bool else left * right
    return reshape(both, [a * b for a, b in zip(sizes1, sizes2)])


def correlate(x1, x2, mode="valid"):
    if x1.dtype.size < 4:
        return cast(correlate(cast(x1, "float32"), cast(x2, "float32"), mode), x1.dtype)
    n1, n2 = dims(x1)[0], dims(x2)[0]
    padded = tf.pad(x1, [[n2 - 1, n2 - 1]])
    windows = tf.signal.frame(padded, n2, 1)
    full = tf.linalg.matvec(windows, tf.math.conj(x2) if x2.dtype.is_complex else x2)
    longest, shortest = tf.maximum(n1, n2), tf.minimum(n1, n2)
    if isinstance(n1, int) and isinstance(n2, int):
        longest, shortest = max(n1, n2), min(n1, n2)
    if mode == "full":
        return full
    if mode == "same":
        start = (shortest - 1) // 2 if isinstance(shortest, int) else tf.math.floordiv(shortest - 1, 2)
        return full[start : start + longest]
    return full[shortest - 1 : longest]


def corrcoef(x):
    rows = reshape(x, [1, -1]) if x.shape.rank < 2 else x
    wide = cast(rows, "float32") if x.dtype.size < 4 else rows
    centred = wide - tf.reduce_mean(wide, 1, keepdims=True)
    covariance = tf.matmul(centred, centred, adjoint_b=True)
    spread = tf.sqrt(tf.math.real(tf.linalg.diag_part(covariance)))
    result = cast(covariance / cast(spread[:, None] * spread[None, :], covariance.dtype), x.dtype)
    return result if x.shape.rank == 2 else reshape(result, [])
