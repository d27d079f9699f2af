"""Kernels of `keras.ops.linalg`."""

import tensorflow as tf

from keras.src import tree
from keras.src.backend.tensorflow.support import HALF_TO_FLOAT32, dims, in_xla, through
from keras.src.backend.tensorflow.tensors import cast, convert_to_tensor

# TensorFlow factors no matrices of half precision.
_factoring = lambda function: through(HALF_TO_FLOAT32, function)  # noqa: E731


def _cholesky(x, upper=False):
    factor = tf.linalg.cholesky(x)
    return tf.linalg.adjoint(factor) if upper else factor


cholesky = _factoring(_cholesky)
det = _factoring(lambda x: _eliminated_det(x) if in_xla() else tf.linalg.det(x))
inv = _factoring(tf.linalg.inv)
eigh = _factoring(lambda x: tuple(tf.linalg.eigh(x)))


def eig(x):
    values, vectors = tf.linalg.eig(cast(x, "float32") if x.dtype.size < 4 else x)
    return values, vectors


def _qr(x, mode="reduced"):
    if mode not in ("reduced", "complete"):
        raise ValueError(f"`mode` must be 'reduced' or 'complete'. Received: mode={mode!r}")
    return tuple(tf.linalg.qr(x, full_matrices=mode == "complete"))


def _svd(x, full_matrices=True, compute_uv=True):
    if not compute_uv:
        return tf.linalg.svd(x, compute_uv=False)
    s, u, v = tf.linalg.svd(x, full_matrices=full_matrices)
    return u, s, tf.linalg.adjoint(v)


qr, svd = _factoring(_qr), _factoring(_svd)


def _with_columns(solve):
    """A solver that takes a vector for one column."""

    def kernel(a, b, *options):
        if b.shape.rank == a.shape.rank - 1:
            return tf.squeeze(solve(a, b[..., None], *options), -1)
        return solve(a, b, *options)

    return _factoring(kernel)


def _broadcast_batches(a, b):
    """Both with the leading dimensions to which they broadcast."""
    if a.shape[:-2] == b.shape[:-2] and a.shape[:-2].is_fully_defined():
        return a, b
    batch = tf.broadcast_dynamic_shape(tf.shape(a)[:-2], tf.shape(b)[:-2])
    return [tf.broadcast_to(x, tf.concat([batch, tf.shape(x)[-2:]], 0)) for x in (a, b)]


solve = _with_columns(lambda a, b: tf.linalg.solve(*_broadcast_batches(a, b)))
solve_triangular = _with_columns(lambda a, b, lower=False: tf.linalg.triangular_solve(a, b, lower=lower))


def _lu_factor(x):
    if x.shape[-1] is not None and x.shape[-1] == x.shape[-2] and not in_xla():
        packed, permutation = tf.linalg.lu(x)
        return packed, _pivots_of(permutation)
    return _eliminated(x)


lu_factor = _factoring(_lu_factor)


def _pivots_of(permutation):
    """The successive exchanges of rows that bring about a permutation."""
    count = dims(permutation)[-1]
    places = tf.range(count)
    current = tf.zeros_like(permutation) + places

    def step(i, current, pivots):
        wanted = tf.gather(permutation, [i], axis=-1)
        found = tf.argmax(cast(tf.equal(current, wanted), "int32"), -1, tf.int32)[..., None]
        moved = tf.where(tf.equal(places, found), tf.gather(current, [i], axis=-1), current)
        current = tf.where(tf.equal(places, i), wanted, moved)
        return i + 1, current, tf.where(tf.equal(places, i), found, pivots)

    loop = tf.while_loop(lambda i, *_: i < count, step, (tf.constant(0), current, tf.zeros_like(permutation)))
    return loop[2]


def _eliminated(x):
    """LU factors column by column: of matrices that are not square, and inside of XLA."""
    rows, columns = dims(x)[-2:]
    count = tf.minimum(rows, columns)
    row_places, column_places = tf.range(rows), tf.range(columns)

    def step(k, x, pivots):
        column = tf.gather(x, [k], axis=-1)[..., 0]
        candidates = tf.where(row_places >= k, tf.abs(column), -tf.ones_like(tf.abs(column)))
        pivot = tf.argmax(candidates, -1, tf.int32)[..., None]
        order = tf.where(tf.equal(row_places, k), pivot, tf.where(tf.equal(row_places, pivot), k, row_places))
        x = tf.gather(x, order, batch_dims=x.shape.rank - 2, axis=-2)
        top, column = tf.gather(x, [k], axis=-2), tf.gather(x, [k], axis=-1)
        factors = tf.math.divide_no_nan(column, tf.gather(column, [k], axis=-2))
        factors = tf.where((row_places > k)[:, None], factors, tf.zeros_like(column))
        reduced = x - factors * tf.where(column_places > k, top, tf.zeros_like(top))
        is_factor = (row_places > k)[:, None] & tf.equal(column_places, k)
        return k + 1, tf.where(is_factor, factors, reduced), pivots.write(k, pivot[..., 0])

    pivots = tf.TensorArray(tf.int32, count, element_shape=x.shape[:-2])
    most = count if isinstance(count, int) else tf.get_static_value(count)
    _, packed, pivots = tf.while_loop(
        lambda k, *_: k < count, step, (tf.constant(0), x, pivots), maximum_iterations=most
    )
    stacked = pivots.stack()
    return packed, tf.transpose(stacked, [*range(1, stacked.shape.rank), 0])


def _diagonal_and_sign(x):
    """The diagonal of the upper factor, and the sign of the permutation."""
    packed, pivots = _eliminated(x)
    exchanged = tf.reduce_sum(cast(tf.not_equal(pivots, tf.range(dims(pivots)[-1])), "int32"), -1)
    return tf.linalg.diag_part(packed), cast(1 - 2 * (exchanged % 2), x.dtype)


def _eliminated_det(x):
    diagonal, sign = _diagonal_and_sign(x)
    return tf.reduce_prod(diagonal, -1) * sign


def _slogdet(x):
    if not in_xla():
        return tuple(tf.linalg.slogdet(x))
    diagonal, sign = _diagonal_and_sign(x)
    size = tf.abs(diagonal)
    return tf.reduce_prod(tf.sign(diagonal), -1) * sign, tf.reduce_sum(tf.math.log(size), -1)


slogdet = _factoring(_slogdet)


def jvp(fun, primals, tangents, has_aux=False):
    primals = tree.map_structure(convert_to_tensor, tuple(primals))
    tangents = tree.map_structure(convert_to_tensor, tuple(tangents))
    with tf.autodiff.ForwardAccumulator(primals, tangents) as accumulator:
        outputs = fun(*primals)
    outputs, auxiliary = outputs if has_aux else (outputs, None)
    derivatives = tree.map_structure(
        lambda y: accumulator.jvp(y, unconnected_gradients=tf.UnconnectedGradients.ZERO), outputs
    )
    return (outputs, derivatives, auxiliary) if has_aux else (outputs, derivatives)
