"""Tensors, variables, control flow and devices of TensorFlow."""

import contextlib

import numpy as np
import tensorflow as tf
from tensorflow.compiler.tf2xla.ops import gen_xla_ops

from keras.src.backend.common.name_scope import name_scope as base_name_scope
from keras.src.backend.tensorflow import tensors
from keras.src.backend.tensorflow.control_flow import (  # noqa: F401
    associative_scan,
    cond,
    fori_loop,
    map,
    scan,
    switch,
    vectorized_map,
    while_loop,
)
from keras.src.backend.tensorflow.convertible import convertible  # noqa: F401
from keras.src.backend.tensorflow.gradients import custom_gradient, remat
from keras.src.backend.tensorflow.ranks import rescue  # noqa: F401
from keras.src.backend.tensorflow.support import as_index, dims, in_xla, ints
from keras.src.backend.tensorflow.tensors import (  # noqa: F401
    Tensor,
    cast,
    convert_to_numpy,
    convert_to_tensor,
    is_composite,
    is_tensor,
    shape,
    stop_gradient,
    to_engine_dtype,
)
from keras.src.backend.tensorflow.tracing import compute_output_spec
from keras.src.backend.tensorflow.variables import Variable

TENSOR_TYPES = (tf.Tensor,)
SUPPORTS_SPARSE_TENSORS = True
SUPPORTS_RAGGED_TENSORS = True
SUPPORTS_COMPLEX_DTYPES = True
IS_THREAD_SAFE = True
RUNS_AFTER_FORK = False
RUNS_REPLICAS = True
ARGUMENT_ERRORS = (tf.errors.InvalidArgumentError,)
CAN_TRAIN = True

_raw = tf.raw_ops


def random_seed_dtype():
    """Dtype in which seeds are kept: TensorFlow's stateless functions take signed seeds only."""
    return "int64"


def is_traced(x):
    """Whether `x` is a tensor of a graph, dense or not, or a variable that is read in one."""
    if isinstance(x, tensors.FOREIGN_CONTAINERS):
        x = x.values if not isinstance(x, tf.RaggedTensor) else x.flat_values
    return tf.is_symbolic_tensor(x) or (isinstance(x, tf.Variable) and is_building())


def is_building():
    """Whether a graph is being built."""
    return not tf.executing_eagerly()


def values_may_wait():
    """Whether a value drawn at first use is what one drawn here would be: not in a graph, nor where replicas hold copies."""
    return tf.executing_eagerly() and not tf.distribute.has_strategy()


outside_of_graphs = tf.init_scope


def take_constants(kinds, to_numpy):
    """Makes TensorFlow convert tensors of other engines."""

    def convert(x, dtype=None, name=None, as_ref=False):
        return tf.convert_to_tensor(to_numpy(x), dtype, name=name)

    foreign = [kind for kind in kinds if not issubclass(kind, (np.ndarray, np.generic))]
    if foreign:
        tf.register_tensor_conversion_function(tuple(foreign), convert)


def seed_engine(seed):
    """Seeds TensorFlow's own generators."""
    tf.random.set_seed(seed)


# ---------------------------------------------------------------------------------------------------------------------
# Scopes


class name_scope(base_name_scope):
    """Context in which new variables get a path below `name`, and nodes of a graph likewise."""

    _of_graph = None

    def __enter__(self):
        super().__enter__()
        if self._pushed and not tf.executing_eagerly():
            self._of_graph = tf.name_scope(_legal(self.name))
            self._of_graph.__enter__()
        return self

    def __exit__(self, *exception):
        super().__exit__(*exception)
        if self._of_graph is not None:
            self._of_graph.__exit__(*exception)
            self._of_graph = None


def _legal(name):
    """`name` with other characters than a graph takes replaced, and a letter in front."""
    name = "".join(c if c.isalnum() and c.isascii() or c in "_.-" else "_" for c in name)
    return name if name[:1].isalnum() or name[:1] == "." else "scope" + name


def device_scope(device_name):
    """Context in which tensors and variables are created on a device such as `"cpu:0"`; `None` changes nothing."""
    if device_name is None:
        return contextlib.nullcontext()
    if not isinstance(device_name, str):
        raise ValueError(f"`device_name` must be a string such as 'cpu:0'. Received: device_name={device_name!r}")
    return tf.device(device_name.lower() if "/" not in device_name else device_name)


def get_device():
    """Name of the device on which tensors are created, such as `"cpu:0"`."""
    with tf.init_scope():
        kind, _, number = tf.zeros(()).device.rpartition("device:")[2].partition(":")
    return f"{kind.lower()}:{number or 0}"


def list_devices(kind=None):
    """Names of the devices of a kind, or of the kind that tensors are created on."""
    kind = kind or get_device().partition(":")[0]
    return [f"{kind}:{i}" for i in range(len(tf.config.list_logical_devices(kind.upper())))]


# ---------------------------------------------------------------------------------------------------------------------
# Blocks


def unstack(x, num=None, axis=0):
    """List of the slices of `x` along `axis`."""
    return tf.unstack(x, num, axis)


def _positions(values):
    """Indices as one vector, or as they are where they are Python ints."""
    if isinstance(values, Tensor):
        return as_index(values)
    if any(isinstance(v, Tensor) for v in values):
        return tf.stack([tensors.cast(v, "int32") for v in values])
    return ints(tuple(int(v) for v in values))


def slice(inputs, start_indices, shape):  # noqa: F811  the parameter of the public function
    """The block of `inputs` that begins at `start_indices` and has the sizes `shape`."""
    start = _positions(start_indices)
    return _raw.Slice(input=inputs, begin=start, size=tensors.cast(ints(tuple(shape)), start.dtype))


def slice_update(inputs, start_indices, updates):
    """`inputs` with the block that begins at `start_indices` replaced by `updates`, moved in where it sticks out."""
    start = tensors.cast(_positions(start_indices), "int32")
    updates = tensors.cast(updates, inputs.dtype)
    if in_xla() and tf.get_static_value(start) is None:
        return _updated_in_xla(inputs, updates, start)
    sizes = ints(tuple(dims(updates)))
    start = tf.clip_by_value(start, 0, tf.shape(inputs) - sizes)
    return _raw.TensorStridedSliceUpdate(
        input=inputs, begin=start, end=start + sizes, strides=tf.ones_like(start), value=updates
    )


@tf.custom_gradient
def _updated_in_xla(inputs, updates, start):
    """The same by an operation of XLA, whose places may depend on values; TensorFlow has no gradient of it."""

    def gradient(upstream):
        sizes = ints(tuple(dims(updates)))
        inside = tf.clip_by_value(start, 0, tf.shape(inputs) - sizes)
        return (
            gen_xla_ops.xla_dynamic_update_slice(input=upstream, update=tf.zeros_like(updates), indices=start),
            tf.slice(upstream, inside, sizes),
            None,
        )

    return gen_xla_ops.xla_dynamic_update_slice(input=inputs, update=updates, indices=start), gradient


def scatter(indices, values, shape):  # noqa: F811
    """Zeros of shape `shape` with `values` added at `indices`."""
    indices = as_index(indices)
    return tf.scatter_nd(indices, values, tensors.cast(ints(tuple(shape)), indices.dtype))


_SCATTERS = {
    None: tf.tensor_scatter_nd_update,
    "add": tf.tensor_scatter_nd_add,
    "max": tf.tensor_scatter_nd_max,
    "min": tf.tensor_scatter_nd_min,
}


def scatter_update(inputs, indices, updates, reduction=None):
    """`inputs` with `updates` at `indices`, replacing the old values or combined with them."""
    indices = _from_front(as_index(indices), inputs)
    updates = tensors.cast(updates, inputs.dtype)
    if reduction == "mul":
        return inputs * _products_at(indices, updates, inputs)
    if reduction not in _SCATTERS:
        known = ", ".join(repr(r) for r in (*_SCATTERS, "mul"))
        raise ValueError(f"`reduction` must be one of {known}. Received: reduction={reduction!r}")
    return _SCATTERS[reduction](inputs, indices, updates)


def _from_front(indices, inputs):
    """Index vectors with the negative entries counted from the end."""
    sizes = tensors.cast(tf.shape(inputs)[: indices.shape[-1]], indices.dtype)
    return tf.where(indices < 0, indices + sizes, indices)


def _products_at(indices, updates, inputs):
    """A factor for each element of `inputs`: the product of the updates that fall on it, else 1."""
    depth = indices.shape[-1]
    sizes = dims(inputs)
    row = tf.zeros_like(indices[..., 0])
    for axis, size in enumerate(sizes[:depth]):
        row = row * tensors.cast(size, row.dtype) + indices[..., axis]
    factors = tf.math.unsorted_segment_prod(updates, row, tensors.product(sizes[:depth]))
    return tf.reshape(factors, tf.shape(inputs))
