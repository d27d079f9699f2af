import numpy as np
import pytest
import tensorflow as tf

from keras import backend, ops
from keras.src.utils import backend_utils
from keras.src.utils.backend_utils import DynamicBackend, TFGraphScope, in_grain_data_pipeline, in_tf_graph


def test_graphs_of_tensorflow():
    assert not in_tf_graph()
    seen = []
    tf.data.Dataset.range(2).map(lambda x: seen.append(in_tf_graph()) or x)
    assert seen == [True]
    with TFGraphScope():
        with TFGraphScope():
            pass
        assert in_tf_graph()
    assert not in_tf_graph()


def test_pipelines_of_grain():
    grain = pytest.importorskip("grain")
    assert not in_grain_data_pipeline()
    assert list(grain.MapDataset.range(1).map(lambda x: in_grain_data_pipeline())) == [True]


def test_functions_of_the_running_engine():
    engine = DynamicBackend()
    assert engine.name == backend.backend()
    assert backend.is_keras_tensor(engine.numpy.ones((2,))) is False
    np.testing.assert_array_equal(ops.convert_to_numpy(engine.numpy.sum([[1, 2], [3, 4]], axis=1)), [3, 7])
    assert engine.cast(engine.convert_to_tensor([1.5]), "int32").dtype == ops.array([1], "int32").dtype
    assert engine.standardize_dtype(np.float32) == "float32"


def test_functions_in_a_pipeline():
    engine = DynamicBackend("tensorflow")

    def prepared(x):
        x = engine.numpy.expand_dims(engine.cast(x, "float32"), axis=-1)
        return engine.numpy.concatenate([x, engine.numpy.zeros((2, 1))], axis=-1)

    (found,) = tf.data.Dataset.from_tensors([1, 2]).map(prepared)
    assert found.numpy().tolist() == [[1.0, 0.0], [2.0, 0.0]]


def test_another_engine_may_be_chosen():
    engine = DynamicBackend()
    engine.set_backend("tensorflow")
    assert engine.name == "tensorflow"
    engine.reset()
    assert engine.name == backend.backend()
    with pytest.raises(AttributeError):
        engine.nope()


def test_tensors_of_tensorflow_become_the_engines():
    assert backend.is_keras_tensor(backend_utils.convert_tf_tensor(ops.ones(2))) is False
    found = backend_utils.convert_tf_tensor(tf.constant([1, 2]), "float32")
    assert ops.is_tensor(found) and ops.convert_to_numpy(found).tolist() == [1.0, 2.0]
    with TFGraphScope():
        kept = tf.constant([1])
        assert backend_utils.convert_tf_tensor(kept) is kept
