import numpy as np
import pytest

from keras.src.utils import tf_utils

tf = pytest.importorskip("tensorflow")


def test_descriptions():
    assert tf_utils.get_tensor_spec(tf.ones((2, 3))) == tf.TensorSpec((2, 3), tf.float32)
    spec = tf_utils.get_tensor_spec(tf.ones((2, 3)), dynamic_batch=True, name="a")
    assert spec == tf.TensorSpec((None, 3), tf.float32, "a")
    assert tf_utils.get_tensor_spec(spec) is spec and tf_utils.get_tensor_spec(3) is None
    ragged = tf.ragged.constant([[1], [2, 3]])
    assert tf_utils.get_tensor_spec(ragged, dynamic_batch=True).is_compatible_with(ragged)
    assert tf_utils.get_tensor_spec(tf.sparse.eye(2)) == tf.SparseTensorSpec((2, 2), tf.float32)


def test_tensors():
    ragged = tf.ragged.constant([[1], [2, 3]])
    assert tf_utils.is_ragged_tensor(ragged) and not tf_utils.is_ragged_tensor(tf.ones(2))
    assert tf_utils.ensure_tensor(ragged) is ragged
    assert tf_utils.ensure_tensor(np.ones(2), dtype="int32").dtype == tf.int32
    assert tf_utils.ensure_tensor([1, 2]).numpy().tolist() == [1, 2]
    assert tf_utils.expand_dims(tf.ones(2), -1).shape == (2, 1)
    assert tf_utils.expand_dims(tf.sparse.eye(2), 0).shape == (1, 2, 2)
