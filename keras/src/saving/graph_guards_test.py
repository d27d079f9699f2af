"""What the config of a graph may make happen while it is read."""

import numpy as np
import pytest

import keras
from keras import layers, ops, saving
from keras.src.graph.node import Node
from keras.src.saving import saving_lib, serialization_lib
from keras.src.saving.legacy import legacy_h5_format


def chain(length):
    inputs = x = keras.Input((3,))
    for _ in range(length):
        x = layers.ReLU()(x)
    return keras.Model(inputs, x)


def function(name):
    return {"module": "builtins", "class_name": "function", "config": name, "registered_name": "function"}


def test_a_graph_is_built_in_one_pass_in_any_order(monkeypatch):
    config = chain(60).get_config()
    tried = []
    builder = keras.src.models.graph_config._GraphBuilder
    try_call = builder._try_call
    monkeypatch.setattr(builder, "_try_call", lambda self, *call: tried.append(call) or try_call(self, *call))
    for order in (1, -1):
        tried.clear()
        model = keras.Model.from_config({**config, "layers": config["layers"][::order]})
        assert model.predict(-np.ones((1, 3)), verbose=0).tolist() == [[0, 0, 0]]
        assert len(tried) <= 2 * 60


def with_call_of_constants(x):
    """The config of a model with a second call, of which no argument is a tensor of the graph."""
    config = keras.Model(x, layers.Dense(1, name="dense")(x)).get_config()
    dense = next(entry for entry in config["layers"] if entry["config"]["name"] == "dense")
    dense["inbound_nodes"].append({"args": [[[1.0, 2.0, 3.0]]], "kwargs": {}})
    return config


def test_a_call_without_a_tensor_of_the_graph_is_refused():
    with pytest.raises(ValueError, match="takes a tensor of the graph"):
        keras.Model.from_config(with_call_of_constants(keras.Input((3,))))


@saving.register_keras_serializable("guards")
def thrice(row):
    return row * 3


def mapped():
    inputs = keras.Input(batch_shape=(2, 3))
    return keras.Model(inputs, ops.map(thrice, inputs))


def test_an_operation_takes_a_registered_function_from_a_file(tmp_path):
    mapped().save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(loaded(np.ones((2, 3), "float32")), np.full((2, 3), 3.0))


def replaced(config, function):
    """The config with another function in the place of `thrice`."""
    if isinstance(config, dict):
        if config.get("class_name") == "function":
            return function
        return {key: replaced(value, function) for key, value in config.items()}
    return [replaced(value, function) for value in config] if isinstance(config, (list, tuple)) else config


@pytest.mark.parametrize("name", ["relu", "exp", "sum"])
def test_an_operation_takes_no_other_function(name):
    config = replaced(mapped().get_config(), function(name))
    with pytest.raises(ValueError, match="registered"):
        keras.Model.from_config(config)
    mine = keras.Model.from_config(config, custom_objects={name: thrice})
    np.testing.assert_allclose(mine(np.ones((2, 3), "float32")), np.full((2, 3), 3.0))


@pytest.mark.parametrize("name", sorted(serialization_lib.NOT_FOR_FILES))
def test_functions_that_call_others_are_not_for_files(name):
    with pytest.raises((TypeError, ValueError), match="Could not find"):
        saving.deserialize_keras_object(function(name))


@pytest.mark.parametrize("module", serialization_lib.FUNCTION_MODULES)
def test_files_name_what_the_namespace_exports(module):
    namespace = vars(__import__(module, fromlist=["x"]))
    hidden = [name for name, value in namespace.items() if callable(value) and name not in namespace["__all__"]]
    assert "attach" in hidden
    for name in hidden:
        with pytest.raises((TypeError, ValueError), match="Could not find"):
            saving.deserialize_keras_object(function(name))


def test_reading_runs_no_node_twice(monkeypatch):
    config = chain(5).get_config()
    made = []
    init = Node.__init__
    monkeypatch.setattr(Node, "__init__", lambda self, *args, **kwargs: made.append(1) or init(self, *args, **kwargs))
    keras.Model.from_config(config)
    assert len(made) == 6


def test_parts_that_lie_too_deep_in_each_other():
    text = '{"class_name": "x", "config": ' * 3000 + "1" + "}" * 3000
    with pytest.raises(ValueError, match="too deep"):
        keras.models.model_from_json('{"a": ' * 100000 + "1" + "}" * 100000)
    nested = 1
    for _ in range(3000):
        nested = {"a": [nested]}
    with pytest.raises(ValueError, match="too deep"):
        saving.deserialize_keras_object(nested)
    with pytest.raises((ValueError, TypeError)):
        keras.models.model_from_json(text)


def test_readers_of_files_are_safe_unless_told_otherwise(tmp_path):
    class Own(layers.Layer):
        def __init__(self, function=None, **kwargs):
            super().__init__(**kwargs)
            self.function = function

        def call(self, x):
            return x

        def get_config(self):
            return {**super().get_config(), "function": self.function}

        @classmethod
        def from_config(cls, config):
            return cls(**{**config, "function": saving.deserialize_keras_object(config["function"])})

    with pytest.warns(UserWarning, match="lambda|HDF5"):
        model = keras.Sequential([keras.Input((3,)), Own(lambda x: x)])
        model.save(tmp_path / "m.keras")
        model.save(tmp_path / "m.h5")
    with saving.CustomObjectScope({"Own": Own}):
        with open(tmp_path / "m.keras", "rb") as file:
            for read in (
                lambda **options: saving_lib.load_model_from_file(file, **options),
                lambda **options: saving_lib.load_model(tmp_path / "m.keras", **options),
                lambda **options: legacy_h5_format.load_model_from_hdf5(tmp_path / "m.h5", **options),
                lambda **options: keras.models.load_model(tmp_path / "m.keras", **options),
            ):
                with pytest.raises(ValueError, match="safe_mode"):
                    read()
                assert read(safe_mode=False).layers[0].function(2) == 2
