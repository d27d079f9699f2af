"""Ops on `tf.SparseTensor` and `tf.IndexedSlices` with sparse results; for all others the arguments become dense."""

import functools
import importlib

import tensorflow as tf

from keras.src.backend.tensorflow import ragged
from keras.src.backend.tensorflow.math import erf
from keras.src.backend.tensorflow.numpy import elementwise
from keras.src.backend.tensorflow.tensors import Tensor, cast, to_dense

# As a member of its package this name stands for public functions.
numpy = importlib.import_module("keras.src.backend.tensorflow.numpy")

SPARSE_TYPES = (tf.SparseTensor, tf.IndexedSlices)


def is_sparse(x):
    """Whether `x` is a sparse tensor of TensorFlow."""
    return isinstance(x, SPARSE_TYPES)


def run(name, dense_kernel, args, wants_sparse=False, elementwise=False):
    """Calls the op `name` on arguments some of which are sparse or ragged.

    Args:
        name: Name of the op.
        dense_kernel: What serves the op for dense tensors.
        args: Arguments of the kernel.
        wants_sparse: Whether the result has to be sparse, where the arguments are `tf.SparseTensor`s.
        elementwise: Whether the op goes element by element, so that it may work on the values of ragged tensors.

    Returns:
        The result: sparse where `KERNELS` has a way or `wants_sparse`, else dense.
    """
    if any(isinstance(x, tf.RaggedTensor) for x in tf.nest.flatten(list(args))):
        return ragged.run(name, dense_kernel, args, elementwise)
    kernel = KERNELS.get(name)
    result = NotImplemented if kernel is None else kernel(*args)
    if result is not NotImplemented:
        return result
    slices = any(isinstance(x, tf.IndexedSlices) for x in tf.nest.flatten(list(args)))
    result = dense_kernel(*tf.nest.map_structure(lambda x: to_dense(x) if is_sparse(x) else x, list(args)))
    return tf.sparse.from_dense(result) if wants_sparse and not slices and isinstance(result, Tensor) else result


# ---------------------------------------------------------------------------------------------------------------------
# One tensor: functions that are zero at zero work on the values


def _with_values(x, values):
    if isinstance(x, tf.SparseTensor):
        return tf.SparseTensor(x.indices, values, x.dense_shape)
    return tf.IndexedSlices(values, x.indices, x.dense_shape)


def merged(x):
    """Slices with each index once; TensorFlow adds up those that repeat."""
    indices, places = tf.unique(x.indices)
    values = tf.math.unsorted_segment_sum(x.values, places, tf.shape(indices)[0])
    return tf.IndexedSlices(values, indices, x.dense_shape)


def _on_values(function):
    def kernel(x, *args):
        x = merged(x) if isinstance(x, tf.IndexedSlices) else x
        return _with_values(x, function(x.values, *args))

    return kernel


_ZERO_AT_ZERO = """
    abs absolute arcsin arcsinh arctan arctanh ceil conjugate deg2rad expm1 floor imag log1p negative rad2deg
    real round sign signbit sin sinh sqrt square tan tanh trunc
""".split()


# ---------------------------------------------------------------------------------------------------------------------
# Two tensors


def _rows_of(x, dense):
    """The rows of a dense tensor at the indices of slices."""
    shape = tf.broadcast_dynamic_shape(tf.shape(dense), cast(x.dense_shape, "int32"))
    return tf.gather(tf.broadcast_to(dense, shape), x.indices)


def _elements_of(x, dense):
    return tf.gather_nd(tf.broadcast_to(dense, cast(x.dense_shape, "int32")), x.indices)


def _fits(x, dense):
    """Whether the broadcast shape of both is that of `x`, as far as is known."""
    return dense.shape.rank <= x.shape.rank and all(
        n == 1 or n == m or m is None for n, m in zip(dense.shape[::-1], x.shape[::-1])
    )


def _beside_dense(function, x, dense):
    """`function` of the values of `x` and the elements of `dense` at their places."""
    if not isinstance(dense, Tensor) or dense.shape.rank == 0:
        return _with_values(x, function(x.values, dense))
    if not _fits(x, dense):
        return NotImplemented
    if isinstance(x, tf.IndexedSlices):
        x = merged(x)
        return _with_values(x, function(x.values, _rows_of(x, dense)))
    return _with_values(x, function(x.values, _elements_of(x, dense)))


def _positions(x):
    """Places of the values in the flattened tensor; ascending after `tf.sparse.reorder`."""
    sizes = tf.math.cumprod(x.dense_shape, exclusive=True, reverse=True)
    return tf.reduce_sum(x.indices * sizes, 1)


def _common(x1, x2):
    """Both sparse tensors at the places where both have values."""
    x1, x2 = tf.sparse.reorder(x1), tf.sparse.reorder(x2)
    places1, places2 = _positions(x1), _positions(x2)
    count = tf.shape(places2)[0]
    found = tf.minimum(tf.searchsorted(places2, places1), tf.maximum(count - 1, 0))
    shared = tf.equal(tf.gather(places2, found), places1) if places2.shape[0] != 0 else tf.zeros_like(places1, tf.bool)
    chosen = tf.boolean_mask(found, shared)
    return tf.sparse.retain(x1, shared), tf.gather(x2.values, chosen)


def _multiply(x1, x2):
    if isinstance(x1, tf.SparseTensor) and isinstance(x2, tf.SparseTensor):
        if x1.shape != x2.shape:
            return NotImplemented
        shared, others = _common(x1, x2)
        return _with_values(shared, elementwise.multiply(shared.values, others))
    if is_sparse(x1) and is_sparse(x2):
        return _beside_dense(elementwise.multiply, x1, to_dense(x2))
    sparse, dense = (x1, x2) if is_sparse(x1) else (x2, x1)
    return _beside_dense(elementwise.multiply, sparse, dense)


def _division(function):
    return lambda x1, x2: NotImplemented if is_sparse(x2) else _beside_dense(function, x1, x2)


def _add(x1, x2):
    if isinstance(x1, tf.SparseTensor) and isinstance(x2, tf.SparseTensor):
        return tf.sparse.add(x1, x2) if x1.shape == x2.shape else NotImplemented
    if isinstance(x1, tf.IndexedSlices) and isinstance(x2, tf.IndexedSlices):
        values, indices = tf.concat([x1.values, x2.values], 0), tf.concat([x1.indices, x2.indices], 0)
        return merged(tf.IndexedSlices(values, indices, x1.dense_shape))
    return NotImplemented


def _subtract(x1, x2):
    return _add(x1, _with_values(x2, -x2.values)) if is_sparse(x1) and is_sparse(x2) else NotImplemented


def _extreme(of_sparse, of_dense):
    def kernel(x1, x2):
        if isinstance(x1, tf.SparseTensor) and isinstance(x2, tf.SparseTensor):
            return of_sparse(x1, x2) if x1.shape == x2.shape else NotImplemented
        if isinstance(x1, tf.IndexedSlices) and isinstance(x2, tf.IndexedSlices):
            both = merged(tf.IndexedSlices(*_slices_of_either(x1, x2), x1.dense_shape))
            rows = [tf.gather(to_dense(x), both.indices) for x in (x1, x2)]
            return _with_values(both, of_dense(*rows))
        return NotImplemented

    return kernel


def _slices_of_either(x1, x2):
    return tf.concat([x1.values, x2.values], 0), tf.concat([x1.indices, x2.indices], 0)


_PRODUCT_DTYPES = (tf.float32, tf.float64, tf.bfloat16, tf.complex64, tf.complex128)


def _affine(x, kernel, bias, axes):
    is_product = axes == 1 and is_sparse(x) and not is_sparse(kernel)
    product = _matmul(x, kernel) if is_product else NotImplemented
    return NotImplemented if product is NotImplemented or is_sparse(bias) else product + bias


def _matmul(x1, x2):
    if isinstance(x1, tf.SparseTensor) and isinstance(x2, tf.SparseTensor):
        return NotImplemented
    if not (x1.shape.rank == x2.shape.rank == 2 and x1.dtype == x2.dtype and x1.dtype in _PRODUCT_DTYPES):
        return NotImplemented
    if isinstance(x1, tf.SparseTensor) and not is_sparse(x2):
        return tf.sparse.sparse_dense_matmul(x1, x2)
    if isinstance(x2, tf.SparseTensor) and not is_sparse(x1):
        return tf.transpose(tf.sparse.sparse_dense_matmul(x2, x1, adjoint_a=True, adjoint_b=True))
    return NotImplemented


# ---------------------------------------------------------------------------------------------------------------------
# Shapes and sums, for `tf.SparseTensor`


def _for_coordinates(function):
    """A kernel for `tf.SparseTensor`; slices become dense."""

    @functools.wraps(function)
    def kernel(x, *args):
        return function(x, *args) if isinstance(x, tf.SparseTensor) else NotImplemented

    return kernel


@_for_coordinates
def _transpose(x, axes=None):
    return tf.sparse.transpose(x, axes)


@_for_coordinates
def _reshape(x, newshape):
    return tf.sparse.reshape(x, newshape)


@_for_coordinates
def _expand_dims(x, axis):
    return tf.sparse.expand_dims(x, axis) if isinstance(axis, int) else NotImplemented


@_for_coordinates
def _squeeze(x, axis=None):
    rank = x.shape.rank
    axes = [i for i, n in enumerate(x.shape) if n == 1] if axis is None else [axis] if isinstance(axis, int) else axis
    axes = [a % rank for a in axes]
    return tf.sparse.reshape(x, [x.dense_shape[i] for i in range(rank) if i not in axes])


_SUM_DTYPES = (tf.float32, tf.float64, tf.int32, tf.int64, tf.float16, tf.bfloat16)


@_for_coordinates
def _sum(x, axis=None, keepdims=False):
    if x.dtype not in _SUM_DTYPES:
        return NotImplemented
    summed = tf.sparse.reduce_sum(x, axis, keepdims, output_is_sparse=True)
    axes = _axes(x, axis)
    sizes = [1 if i in axes else n for i, n in enumerate(x.shape) if keepdims or i not in axes]
    summed.set_shape(sizes)
    return summed


def _axes(x, axis):
    rank = x.shape.rank
    return [a % rank for a in (range(rank) if axis is None else [axis] if isinstance(axis, int) else axis)]


@_for_coordinates
def _mean(x, axis=None, keepdims=False):
    summed = _sum(x, axis, keepdims)
    if summed is NotImplemented:
        return NotImplemented
    count = tf.reduce_prod(tf.gather(x.dense_shape, _axes(x, axis)))
    return _with_values(summed, summed.values / cast(count, summed.dtype))


@_for_coordinates
def _nansum(x, axis=None, keepdims=False):
    if not x.dtype.is_floating:
        return _sum(x, axis, keepdims)
    known = tf.where(tf.math.is_nan(x.values), tf.zeros_like(x.values), x.values)
    return _sum(_with_values(x, known), axis, keepdims)


def _bincount(x, weights=None, minlength=0, sparse=False):
    """Counts of the values that are stored, in each row."""
    if not isinstance(x, tf.SparseTensor) or weights is not None:
        return NotImplemented
    counts = tf.sparse.bincount(cast(x, "int32"), minlength=minlength or None, axis=-1)
    return _with_values(counts, cast(counts.values, "int32"))


def _concatenate(xs, axis=0):
    if all(isinstance(x, tf.SparseTensor) for x in xs):
        return tf.sparse.concat(axis, xs)
    return NotImplemented


KERNELS = {
    **{name: _on_values(getattr(numpy, name)) for name in _ZERO_AT_ZERO},
    "fabs": _on_values(elementwise.absolute),
    "erf": _on_values(erf),
    "stop_gradient": lambda x: _with_values(x, tf.stop_gradient(x.values)),
    "copy": lambda x: x,
    "array": lambda x, dtype=None: x if dtype is None else cast(x, dtype),
    "add": _add,
    "subtract": _subtract,
    "multiply": _multiply,
    "divide": _division(elementwise.divide),
    "true_divide": _division(elementwise.divide),
    "divide_no_nan": _division(numpy.divide_no_nan),
    "maximum": _extreme(tf.sparse.maximum, elementwise.maximum),
    "minimum": _extreme(tf.sparse.minimum, elementwise.minimum),
    "fmax": _extreme(tf.sparse.maximum, elementwise.maximum),
    "fmin": _extreme(tf.sparse.minimum, elementwise.minimum),
    "matmul": _matmul,
    "affine": _affine,
    "digitize": _on_values(numpy.digitize),
    "mean": _mean,
    "nansum": _nansum,
    "bincount": _bincount,
    "transpose": _transpose,
    "reshape": _reshape,
    "expand_dims": _expand_dims,
    "squeeze": _squeeze,
    "sum": _sum,
    "concatenate": _concatenate,
}
