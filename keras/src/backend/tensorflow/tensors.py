"""Making, casting and reading tensors of TensorFlow."""

import functools

import numpy as np
import tensorflow as tf

from keras.src import tree
from keras.src.backend import config, door
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.backend.common.variables import Variable as BaseVariable

Tensor = tf.Tensor
_raw_cast = tf.raw_ops.Cast
_SPARSE_TYPES = (tf.SparseTensor, tf.IndexedSlices)
FOREIGN_CONTAINERS = (*_SPARSE_TYPES, tf.RaggedTensor)
FLOAT8 = (tf.as_dtype("float8_e4m3fn"), tf.as_dtype("float8_e5m2"))
_SCALARS = (bool, int, float, complex)


@functools.cache
def to_engine_dtype(name):
    """The `tf.DType` of a dtype's name."""
    return tf.as_dtype(name)


def is_tensor(x):
    """Whether `x` is a tensor of TensorFlow: dense, sparse or ragged, or a variable."""
    return tf.is_tensor(x) or isinstance(x, BaseVariable)


def is_composite(x):
    """Whether `x` is a sparse or ragged tensor."""
    return isinstance(x, FOREIGN_CONTAINERS)


def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    """A tensor with the values of `x`.

    Args:
        x: Tensor, variable, array, number, or nested lists of these.
        dtype: Name of the dtype; by default that of `x`, where Python numbers count as int32 or floatx.
        sparse: `False` turns sparse tensors into dense ones.
        ragged: `False` turns ragged tensors into dense ones, padded with zeros.

    Returns:
        A `tf.Tensor`, or for a sparse or ragged `x` a `tf.SparseTensor`, `tf.IndexedSlices` or `tf.RaggedTensor`.
    """
    if isinstance(x, BaseVariable):
        x = x.value
    if isinstance(x, FOREIGN_CONTAINERS):
        keep = ragged if isinstance(x, tf.RaggedTensor) else sparse
        return cast(to_dense(x) if keep is False else x, dtype or x.dtype)
    if isinstance(x, tf.Variable):
        x = tf.convert_to_tensor(x)
    if isinstance(x, Tensor):
        return x if dtype is None else cast(x, dtype)
    server = door.server_of(x)
    if server is not None:
        return server.core.convert_to_tensor(x, None if dtype is None else standardize_dtype(dtype), sparse, ragged)
    return _from_python(x, None if dtype is None else to_engine_dtype(dtype))


def _from_python(x, dtype):
    """A dense tensor of what is not one yet."""
    if x.__class__ in _SCALARS:
        return _from_number(x, dtype)
    if isinstance(x, (list, tuple)):
        return _from_list(x, dtype)
    if not isinstance(x, (np.ndarray, np.generic)) and hasattr(x, "__array__") and not hasattr(x, "__tf_tensor__"):
        x = np.asarray(x)
    if dtype is None or isinstance(x, (str, bytes)):
        return tf.convert_to_tensor(x, dtype)
    if isinstance(x, (np.ndarray, np.generic)) and x.dtype.kind in "biuf":
        return tf.convert_to_tensor(x.astype(dtype.as_numpy_dtype))
    return cast(tf.convert_to_tensor(x), dtype)


def _from_number(x, dtype):
    if dtype is None:
        dtype = config.floatx() if x.__class__ is float else None
        return tf.constant(x, dtype)
    if dtype.is_floating and x.__class__ is not complex:
        return cast(tf.constant(float(x)), dtype) if dtype in FLOAT8 else tf.constant(float(x), dtype)
    if dtype.is_integer and x.__class__ is int:
        return tf.constant(x, dtype)
    return cast(tf.constant(x), dtype)


def _from_list(x, dtype):
    leaves = tree.flatten(x)
    if dtype in FLOAT8:
        return cast(_from_list(x, tf.float32), dtype)
    if all(leaf.__class__ in _SCALARS for leaf in leaves):
        if dtype is None and (float in {leaf.__class__ for leaf in leaves} or not leaves):
            dtype = to_engine_dtype(config.floatx())
        if dtype is None or dtype.is_floating and not any(leaf.__class__ is complex for leaf in leaves):
            return tf.convert_to_tensor(x, dtype)
    if any(isinstance(leaf, (BaseVariable, tf.Variable)) for leaf in leaves):
        x = tree.map_structure(convert_to_tensor, x)
    try:
        return tf.convert_to_tensor(x, dtype)
    except (TypeError, ValueError):
        if dtype is None:
            raise
        return cast(tf.convert_to_tensor(x), dtype)


def to_dense(x):
    """A dense tensor of a sparse or ragged one."""
    if isinstance(x, tf.SparseTensor):
        return tf.sparse.to_dense(tf.sparse.reorder(x))
    if isinstance(x, tf.RaggedTensor):
        return x.to_tensor()
    return tf.convert_to_tensor(x)


def cast(x, dtype):
    """`x` in another dtype.

    Args:
        x: Tensor, or what `convert_to_tensor` takes.
        dtype: Name of a dtype.

    Returns:
        A tensor, sparse or ragged where `x` is.
    """
    dtype = to_engine_dtype(dtype)
    if not isinstance(x, Tensor):
        if isinstance(x, FOREIGN_CONTAINERS):
            return x if x.dtype == dtype else _with_values(x, cast(x.values, dtype))
        if not isinstance(x, tf.Variable):
            return convert_to_tensor(x, dtype)
        x = tf.convert_to_tensor(x)
    given = x.dtype
    if given == dtype:
        return x
    if given.is_complex and not dtype.is_complex:
        return cast(tf.math.real(x), dtype)
    if (given in FLOAT8 or dtype in FLOAT8) and not (given.is_floating and dtype.is_floating):
        x = _raw_cast(x=x, DstT=tf.float32)
    return _raw_cast(x=x, DstT=dtype)


def _with_values(x, values):
    if isinstance(x, tf.SparseTensor):
        return tf.SparseTensor(x.indices, values, x.dense_shape)
    if isinstance(x, tf.IndexedSlices):
        return tf.IndexedSlices(values, x.indices, x.dense_shape)
    return x.with_values(values)


def convert_to_numpy(x):
    """A NumPy array of its own with the values of `x`; sparse and ragged tensors are filled up with zeros."""
    if isinstance(x, BaseVariable):
        x = x.value
    if isinstance(x, FOREIGN_CONTAINERS):
        x = to_dense(x)
    if isinstance(x, (Tensor, tf.Variable)):
        return np.array(x.numpy(), copy=None)
    if isinstance(x, (list, tuple)) and any(is_tensor(leaf) for leaf in tree.flatten(x)):
        return np.array([convert_to_numpy(part) for part in x])
    return np.array(x)


def shape(x):
    """Tuple of the sizes of `x`; a size that is not known yet is a scalar tensor, or `None` in a ragged tensor.

    Of a tensor of unknown rank, the shape is a tensor of rank 1.
    """
    if isinstance(x, BaseVariable):
        return x.shape
    if not isinstance(x, (Tensor, tf.Variable, *FOREIGN_CONTAINERS)):
        server = door.server_of(x)
        if server is not None:
            return server.core.shape(x)
        x = convert_to_tensor(x)
    static = x.shape
    if static.rank is None:
        return tf.shape(x)
    sizes = tuple(static)
    if None not in sizes or isinstance(x, tf.RaggedTensor):
        return sizes
    dynamic = x.dense_shape if isinstance(x, _SPARSE_TYPES) else tf.shape(x)
    return tuple(dynamic[i] if size is None else size for i, size in enumerate(sizes))


def sizes_as_tensor(sizes):
    """An int32 tensor of rank 1 of a shape with tensors among its sizes, or the tuple itself where it has none."""
    if isinstance(sizes, Tensor) or all(isinstance(n, (int, np.integer)) for n in sizes):
        return sizes
    return tf.stack([cast(n, "int32") for n in sizes])


def product(sizes):
    """Number of elements of a shape that may hold tensors."""
    return functools.reduce(lambda a, b: a * b, sizes, 1)


def stop_gradient(variable):
    """`variable` as a constant for gradients."""
    variable = convert_to_tensor(variable)
    if isinstance(variable, FOREIGN_CONTAINERS):
        return _with_values(variable, tf.stop_gradient(variable.values))
    return tf.stop_gradient(variable)
