"""Values that wait: nobody can tell them from values that were drawn at once, but for the draws that do not happen."""

import copy
import pickle

import numpy as np
import pytest

import keras
from keras.src import backend
from keras.src.backend.common.waiting_values import ValuesMayWait
from keras.src.initializers.random_initializers import RandomInitializer

SEEDED = keras.initializers.RandomNormal(seed=3)
EXPECTED = backend.convert_to_numpy(SEEDED((4, 5)))


@pytest.fixture
def draws(monkeypatch):
    """The shapes that are drawn."""
    shapes, call = [], RandomInitializer.__call__

    def counted(self, shape, dtype=None):
        shapes.append(tuple(shape))
        return call(self, shape, dtype)

    counted.makes_anew = True
    monkeypatch.setattr(RandomInitializer, "__call__", counted)
    return shapes


def variable(initializer=SEEDED):
    return backend.Variable(initializer, shape=(4, 5), dtype="float32")


READS = {
    "value": lambda v: backend.convert_to_numpy(v.value),
    "numpy": lambda v: v.numpy(),
    "array": np.asarray,
    "op": lambda v: backend.convert_to_numpy(keras.ops.multiply(v, 1.0)),
    "operator": lambda v: backend.convert_to_numpy(v * 1.0),
    "copy": lambda v: copy.deepcopy(v).numpy(),
    "pickle": lambda v: pickle.loads(pickle.dumps(v)).numpy(),
    "nothing added": lambda v: backend.convert_to_numpy(v.assign_add(np.zeros((4, 5), "float32"))),
    "stateless": lambda v: _in_stateless_scope(v),
}


def _in_stateless_scope(v):
    with keras.StatelessScope():
        return backend.convert_to_numpy(v.value)


@pytest.mark.parametrize("read", READS)
def test_whoever_reads_finds_the_value(read):
    with ValuesMayWait():
        v = variable()
        assert v._value is None
        np.testing.assert_allclose(READS[read](v), EXPECTED, rtol=1e-6)
    np.testing.assert_allclose(v.numpy(), EXPECTED, rtol=1e-6)


def test_what_is_assigned_is_not_drawn(draws):
    with ValuesMayWait():
        v = variable()
        v.assign(np.ones((4, 5)))
        with pytest.raises(ValueError, match="shape"):
            v.assign(np.ones((5, 4)))
    assert not draws and (v.numpy() == 1).all()
    v.assign(np.zeros((4, 5)))
    assert (v.numpy() == 0).all()


def test_what_is_left_is_drawn_once_and_what_is_let_go_is_not(draws):
    with ValuesMayWait():
        v, read = variable(), variable()
        read.numpy()
        variable()
    assert draws == [(4, 5)] * 2
    np.testing.assert_array_equal(v.numpy(), EXPECTED)
    assert variable()._value is not None


def test_values_that_follow_a_generator_are_drawn_at_once():
    """They, and those of initializers that do as they like, may hang on the order of draws."""
    with ValuesMayWait():
        for initializer in (keras.initializers.RandomNormal(seed=keras.random.SeedGenerator(1)), "zeros"):
            assert variable(initializer)._value is not None


def test_after_an_error_they_can_still_be_read():
    with pytest.raises(RuntimeError), ValuesMayWait():
        v = variable()
        raise RuntimeError
    np.testing.assert_array_equal(v.numpy(), EXPECTED)


def test_scopes_within_scopes():
    with ValuesMayWait():
        outer = variable()
        with ValuesMayWait():
            inner = variable()
        assert inner._value is not None and outer._value is None
    assert outer._value is not None


def _model():
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(4, 3, kernel_initializer="he_normal", name="conv")(inputs)
    x = keras.layers.GRU(5, name="gru")(keras.layers.Reshape((36, 4))(x))
    model = keras.Model(inputs, keras.layers.Dense(2, kernel_initializer="orthogonal")(x))
    model.compile("adam", "mse")
    return model


@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_a_model_is_loaded_without_draws(draws, tmp_path, suffix):
    model = _model()
    model.save(tmp_path / f"m.{suffix}")
    draws.clear()
    keras.utils.set_random_seed(1)
    loaded = keras.models.load_model(tmp_path / f"m.{suffix}")
    after = keras.random.uniform((2,)), np.random.rand()
    assert not draws
    for one, two in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    assert all(v._value is not None for v in loaded.variables)
    images = np.ones((2, 8, 8, 3), "float32")
    np.testing.assert_allclose(loaded.predict(images, verbose=0), model.predict(images, verbose=0), rtol=1e-5)
    keras.utils.set_random_seed(1)
    assert after[1] == np.random.rand()
    np.testing.assert_array_equal(*(backend.convert_to_numpy(x) for x in (after[0], keras.random.uniform((2,)))))
