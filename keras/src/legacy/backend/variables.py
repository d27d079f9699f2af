"""Functions of `tf.keras.backend` around variables, and what is known of tensors."""

import math

import numpy as np

from keras.src import backend, ops, tree
from keras.src.api_export import keras_export
from keras.src.backend import Variable, floatx, is_keras_tensor, is_tensor, standardize_dtype


@keras_export("keras._legacy.backend.variable")
def variable(value, dtype=None, name=None, constraint=None):
    """A `keras.Variable` with a value."""
    made = Variable(value, dtype=dtype or floatx(), name=name)
    if constraint is not None:
        made.constraint = constraint
    return made


@keras_export("keras._legacy.backend.constant")
def constant(value, dtype=None, shape=None, name=None):
    """A tensor; a single value fills up `shape`."""
    value = ops.convert_to_tensor(value, dtype=dtype or floatx())
    return (
        value if shape is None else ops.reshape(ops.broadcast_to(value, shape) if value.shape == () else value, shape)
    )


@keras_export("keras._legacy.backend.zeros")
def zeros(shape, dtype=None, name=None):
    """A variable of zeros."""
    return variable(ops.zeros(shape, dtype=dtype or floatx()), dtype=dtype, name=name)


@keras_export("keras._legacy.backend.ones")
def ones(shape, dtype=None, name=None):
    """A variable of ones."""
    return variable(ops.ones(shape, dtype=dtype or floatx()), dtype=dtype, name=name)


@keras_export("keras._legacy.backend.eye")
def eye(size, dtype=None, name=None):
    """A variable of a matrix with ones on its diagonal."""
    return variable(ops.eye(size, dtype=dtype or floatx()), dtype=dtype, name=name)


@keras_export("keras._legacy.backend.zeros_like")
def zeros_like(x, dtype=None, name=None):
    """Zeros in the shape of a tensor."""
    return ops.zeros_like(x, dtype=dtype)


@keras_export("keras._legacy.backend.ones_like")
def ones_like(x, dtype=None, name=None):
    """Ones in the shape of a tensor."""
    return ops.ones_like(x, dtype=dtype)


@keras_export("keras._legacy.backend.arange")
def arange(start, stop=None, step=1, dtype="int32"):
    """Numbers from `start` to below `stop`; up to below `start` where there is no `stop`."""
    if stop is None and start < 0:
        start = 0
    return ops.arange(start, stop, step, dtype=dtype)


@keras_export("keras._legacy.backend.get_value")
def get_value(x):
    """The value of a variable or tensor as an array."""
    return ops.convert_to_numpy(x)


@keras_export("keras._legacy.backend.eval")
def eval(x):
    """The value of a variable or tensor as an array."""
    return ops.convert_to_numpy(x)


@keras_export("keras._legacy.backend.set_value")
def set_value(x, value):
    """Gives a variable a value."""
    x.assign(ops.convert_to_tensor(value, dtype=x.dtype))


@keras_export("keras._legacy.backend.batch_get_value")
def batch_get_value(tensors):
    """The values of variables or tensors as a list of arrays."""
    return [ops.convert_to_numpy(x) for x in tensors]


@keras_export("keras._legacy.backend.batch_set_value")
def batch_set_value(tuples):
    """Gives variables values, from a list of pairs."""
    for x, value in tuples:
        set_value(x, value)


@keras_export("keras._legacy.backend.update")
def update(x, new_x):
    """Gives a variable a value."""
    return x.assign(new_x)


@keras_export("keras._legacy.backend.update_add")
def update_add(x, increment):
    """Adds to a variable."""
    return x.assign_add(increment)


@keras_export("keras._legacy.backend.update_sub")
def update_sub(x, decrement):
    """Subtracts from a variable."""
    return x.assign_sub(decrement)


@keras_export("keras._legacy.backend.moving_average_update")
def moving_average_update(x, value, momentum):
    """Moves a variable towards a value, by the part `1 - momentum` of the way."""
    value = ops.cast(value, x.dtype)
    return x.assign(ops.add(ops.multiply(x, momentum), ops.multiply(value, 1 - momentum)))


@keras_export("keras._legacy.backend.cast")
def cast(x, dtype):
    """A tensor in another dtype."""
    return ops.cast(x, dtype)


@keras_export("keras._legacy.backend.cast_to_floatx")
def cast_to_floatx(x):
    """A tensor, or an array, in the default dtype of floats."""
    return ops.cast(x, floatx()) if is_tensor(x) or is_keras_tensor(x) else np.asarray(x, dtype=floatx())


@keras_export("keras._legacy.backend.dtype")
def dtype(x):
    """Name of the dtype."""
    return standardize_dtype(x.dtype)


@keras_export("keras._legacy.backend.ndim")
def ndim(x):
    """Number of dimensions."""
    return len(x.shape)


@keras_export("keras._legacy.backend.int_shape")
def int_shape(x):
    """The shape as a tuple, with `None` for sizes that are not known."""
    return tuple(x.shape)


@keras_export("keras._legacy.backend.shape")
def shape(x):
    """The shape as an array; as a tensor where sizes are tensors, and a tuple with `None` where they are not known."""
    sizes = ops.shape(x)
    if None in sizes:
        return sizes
    return np.array(sizes, "int32") if all(isinstance(size, int) for size in sizes) else ops.stack(sizes)


@keras_export("keras._legacy.backend.count_params")
def count_params(x):
    """Number of elements."""
    return math.prod(x.shape)


@keras_export("keras._legacy.backend.is_sparse")
def is_sparse(tensor):
    """Whether a tensor is sparse."""
    return bool(getattr(tensor, "sparse", False)) or type(tensor).__name__ in ("BCOO", "SparseTensor")


@keras_export("keras._legacy.backend.to_dense")
def to_dense(tensor):
    """A sparse tensor as a dense one, and a dense one as it is."""
    return ops.convert_to_tensor(tensor, sparse=False)


@keras_export("keras._legacy.backend.name_scope")
def name_scope(name):
    """A scope for names."""
    return backend.name_scope(name)


@keras_export("keras._legacy.backend.stop_gradient")
def stop_gradient(variables):
    """A tensor, or a list of them, through which no gradients flow."""
    return tree.map_structure(ops.stop_gradient, variables)


@keras_export("keras._legacy.backend.gradients")
def gradients(loss, variables):
    """Refused: gradients of tensors that are there already cannot be had."""
    raise RuntimeError(
        "`gradients` needs the graph of TensorFlow 1, which no engine has: compute the loss in a function, and take "
        "`tf.GradientTape`, `jax.grad`, `torch.autograd.grad` or an overridden `train_step`."
    )
