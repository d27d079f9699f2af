"""Small helpers for tensors of TensorFlow, which add-ons for `tf.data` use whatever engine runs."""

from keras.src.utils.module_utils import tensorflow as tf


def ensure_tensor(inputs, dtype=None):
    """`inputs` as a tensor of TensorFlow: ragged and sparse ones stay what they are.

    Args:
        inputs: Tensor of TensorFlow, array, or nested list.
        dtype: Name of the dtype; by default that of `inputs`.
    """
    if not isinstance(inputs, (tf.Tensor, tf.RaggedTensor, tf.SparseTensor)):
        inputs = tf.convert_to_tensor(inputs)
    return inputs if dtype is None else tf.cast(inputs, dtype)


def is_ragged_tensor(x):
    """Whether `x` is a `tf.RaggedTensor`."""
    return isinstance(x, tf.RaggedTensor)


def expand_dims(inputs, axis):
    """Puts an axis of size 1 into a tensor of TensorFlow, dense or sparse.

    Args:
        inputs: Tensor of TensorFlow.
        axis: Int, may be negative.
    """
    return tf.sparse.expand_dims(inputs, axis) if isinstance(inputs, tf.SparseTensor) else tf.expand_dims(inputs, axis)


def get_tensor_spec(t, dynamic_batch=False, name=None):
    """The description of a tensor of TensorFlow.

    Args:
        t: Tensor, dense, ragged or sparse, or a description.
        dynamic_batch: Whether the size of the first axis is left open.
        name: Name for the description.

    Returns:
        `tf.TypeSpec`; `None` for what is no tensor.
    """
    if isinstance(t, tf.TypeSpec):
        return t
    if not hasattr(t, "shape") or not hasattr(t, "dtype"):
        return None
    shape = tf.TensorShape(t.shape).as_list()
    if dynamic_batch and shape:
        shape[0] = None
    if isinstance(t, tf.RaggedTensor):
        return tf.RaggedTensorSpec(shape, t.dtype, t.ragged_rank, t.row_splits.dtype)
    if isinstance(t, tf.SparseTensor):
        return tf.SparseTensorSpec(shape, t.dtype)
    return tf.TensorSpec(shape, t.dtype, name)
