"""Variables that are divided among devices read their parts of a file."""

import numpy as np
import pytest

import keras
from keras.src import backend
from keras.src.backend.common import variables
from keras.src.backend.common.slices import Slices
from keras.src.distribution.layouts import DeviceMesh, TensorLayout
from keras.src.saving import loading


@pytest.fixture
def parts(monkeypatch):
    """The parts that were asked for, where each variable counts as divided into rows, by an engine that reads two rows at once."""
    seen = []

    def value_of_slices(read, shape, dtype, layout):
        rows = []
        for start in range(0, shape[0], 2):
            index = (slice(start, min(start + 2, shape[0])), *[slice(None)] * (len(shape) - 1))
            rows.append(read(index))
            seen.append((tuple(shape), start))
        return backend.convert_to_tensor(np.concatenate(rows), dtype=dtype)

    monkeypatch.setattr(backend.distribution, "value_of_slices", value_of_slices)
    monkeypatch.setattr(loading, "is_divided", lambda variable: bool(variable.shape))
    monkeypatch.setattr(variables, "is_divided", lambda variable: bool(variable.shape))
    return seen


def make(seed):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(2)])
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    return model


@pytest.mark.parametrize("name", ["m.weights.h5", "m.safetensors", "m.weights.json", "m.keras"])
def test_parts_are_read(tmp_path, parts, name):
    path = str(tmp_path / name)
    saved, other = make(1), make(2)
    saved.optimizer.variables[2].assign(np.full(saved.optimizer.variables[2].shape, 7.0))
    if name == "m.keras":
        saved.save(path)
    else:
        saved.save_weights(path, max_shard_size=1e-7 if name.endswith("json") else None)
    other.load_weights(path)
    for old, new in zip(saved.weights + saved.optimizer.variables, other.weights + other.optimizer.variables):
        np.testing.assert_array_equal(old, new)
    assert {((4, 3), 0), ((4, 3), 2), ((3, 2), 2)} <= set(parts)
    if name == "m.keras":
        parts.clear()
        np.testing.assert_array_equal(keras.models.load_model(path).weights[0], saved.weights[0])
        assert ((4, 3), 2) in parts


def test_what_does_not_fit_changes_nothing(tmp_path, parts):
    path = str(tmp_path / "m.weights.h5")
    make(1).save_weights(path)
    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(5)])
    before = other.get_weights()
    with pytest.raises(ValueError, match="Shapes that differ"):
        other.load_weights(path)
    for old, new in zip(before, other.get_weights()):
        np.testing.assert_array_equal(old, new)
    assert not parts


def test_a_variable_that_is_whole_takes_slices_as_an_array():
    values = np.arange(6, dtype="float32").reshape(2, 3)
    variable = keras.Variable("zeros", shape=(2, 3))
    variable.assign(Slices((2, 3), lambda index: values[index]))
    np.testing.assert_array_equal(variable, values)
    with pytest.raises(ValueError, match=r"has the shape \(2, 3\)"):
        variable.assign(Slices((3, 2), lambda index: values.T[index]))
    assert np.asarray(Slices((2, 3), lambda index: values[index]), "int32").dtype == "int32"


def test_a_layout_of_one_device_divides_nothing():
    mesh = DeviceMesh((1,), ["batch"], keras.distribution.list_devices()[:1])
    variable = keras.Variable("zeros", shape=(2, 3), layout=TensorLayout(("batch", None), mesh))
    assert not loading.is_divided(variable)
