"""Names and forms by which older versions, and other engines, refer to objects."""

import json
import pathlib
import shutil

import h5py
import numpy as np
import pytest

import keras
from keras import layers, ops, saving
from keras.src.testing import engine

FIXTURES = pathlib.Path(__file__).parents[3] / "integration_tests" / "fixtures"


@saving.register_keras_serializable("older")
class Penalty(keras.regularizers.Regularizer):
    def __init__(self, factor=1.0):
        self.factor = factor

    def __call__(self, x):
        return self.factor * ops.sum(x)

    def get_config(self):
        return {"factor": self.factor}


@saving.register_keras_serializable("older")
class Fill(keras.initializers.Initializer):
    def __init__(self, factor=1.0):
        self.factor = factor

    def __call__(self, shape, dtype=None):
        return ops.full(shape, self.factor, dtype)

    def get_config(self):
        return {"factor": self.factor}


@saving.register_keras_serializable("older")
class Shrink(keras.constraints.Constraint):
    def __init__(self, factor=1.0):
        self.factor = factor

    def __call__(self, w):
        return w * self.factor

    def get_config(self):
        return {"factor": self.factor}


@saving.register_keras_serializable("older")
class Gap(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return ops.mean(ops.abs(y_true - y_pred), axis=-1)


@saving.register_keras_serializable("older")
class Average(keras.metrics.Mean):
    pass


@saving.register_keras_serializable("older")
class Descent(keras.optimizers.SGD):
    pass


@saving.register_keras_serializable("older", name="gap_function")
def gap(y_true, y_pred):
    return ops.mean(ops.abs(y_true - y_pred), axis=-1)


FAMILIES = {
    "regularizers": Penalty,
    "initializers": Fill,
    "constraints": Shrink,
    "losses": Gap,
    "metrics": Average,
    "optimizers": Descent,
}


@pytest.mark.parametrize("family", FAMILIES)
class TestRegisteredClasses:
    def test_come_back_by_their_registered_name(self, family):
        module, cls = getattr(keras, family), FAMILIES[family]
        made = cls()
        config, described = made.get_config(), module.serialize(made)
        assert described["registered_name"] == f"older>{cls.__name__}"
        for form in (
            described,
            {"class_name": cls.__name__, "config": config, "registered_name": f"older>{cls.__name__}"},
            {"class_name": f"older>{cls.__name__}", "config": config},
            {"class_name": cls.__name__, "config": config},
        ):
            for read in (module.deserialize, module.get):
                found = read(form)
                assert type(found) is cls and found.get_config() == config

    def test_an_empty_registered_name_is_none(self, family):
        name = {"initializers": "Zeros", "constraints": "NonNeg", "regularizers": "L2"}.get(family)
        name = name or {"losses": "MeanSquaredError", "metrics": "Mean", "optimizers": "SGD"}[family]
        form = {"module": f"keras.{family}", "class_name": name, "config": {}, "registered_name": ""}
        assert type(getattr(keras, family).deserialize(form)).__name__ == name


def function(name, registered_name="function"):
    return {"module": "builtins", "class_name": "function", "config": name, "registered_name": registered_name}


def test_functions_are_found_with_and_without_their_package():
    assert saving.deserialize_keras_object(function("older>gap_function")) is gap
    assert saving.deserialize_keras_object(function("gap_function")) is gap
    assert keras.losses.deserialize(function("gap_function")) is gap


def test_a_name_that_two_packages_have_is_not_guessed():
    try:
        saving.register_keras_serializable("one", name="twice")(lambda x: x)
        saving.register_keras_serializable("two", name="twice")(lambda x: -x)
        with pytest.raises(TypeError, match="twice"):
            saving.deserialize_keras_object(function("twice"))
    finally:
        for package in ("one", "two"):
            saving.get_custom_objects().pop(f"{package}>twice")


def test_a_function_of_the_library_does_not_pass_for_a_registered_one():
    with pytest.raises(ValueError, match="registered_name"):
        saving.deserialize_keras_object(function("relu", "somebody>relu_of_mine"))


OPTIMIZERS = "SGD RMSprop Adam AdamW Adadelta Adagrad Adamax Nadam Lion".split()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_that_files_of_torch_name(name):
    made = getattr(keras.optimizers, name)(0.25)
    module = f"keras.src.backend.torch.optimizers.torch_{name.lower()}"
    form = {"module": module, "class_name": name, "config": made.get_config(), "registered_name": name}
    found = keras.optimizers.deserialize(form)
    assert type(found) is type(made) and found.get_config() == made.get_config()


def test_a_compiled_file_of_keras_on_torch():
    model = keras.models.load_model(FIXTURES / "compiled_on_torch.keras")
    assert isinstance(model.optimizer, keras.optimizers.Adam) and int(model.optimizer.iterations) == 1
    if engine.CAN_DIFFERENTIATE:
        model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
        assert int(model.optimizer.iterations) == 2


def test_other_modules_below_the_engines_are_refused():
    form = {"module": "keras.src.backend.torch.trainer", "class_name": "Adam", "config": {}, "registered_name": None}
    with pytest.raises(ValueError, match="does not belong"):
        keras.optimizers.deserialize(form)


class TestTuples:
    def model(self):
        inputs, layer = (keras.Input((3,)), [keras.Input((3,))]), layers.Dense(1)
        return keras.Model(inputs, {"pair": (layer(inputs[0]), (layer(inputs[1][0]),)), "list": [layer(inputs[0])]})

    @pytest.mark.filterwarnings("ignore:The HDF5 format")
    @pytest.mark.parametrize("suffix", [".keras", ".h5", "json"])
    @pytest.mark.parametrize("nested", [False, True])
    def test_stay_tuples(self, suffix, nested, tmp_path):
        model = self.model()
        if nested:
            outer = (keras.Input((3,)), [keras.Input((3,))])
            model = keras.Model(outer, model(outer))
        if suffix == "json":
            loaded = keras.models.model_from_json(model.to_json())
        else:
            model.save(tmp_path / f"m{suffix}")
            loaded = keras.models.load_model(tmp_path / f"m{suffix}")
        x = (np.ones((2, 3)), [np.zeros((2, 3))])
        for outputs in (loaded(x), loaded.predict(x, verbose=0)):
            assert isinstance(outputs["pair"], tuple) and isinstance(outputs["pair"][1], tuple)
            assert isinstance(outputs["list"], list)
        assert isinstance(loaded.input, tuple) and isinstance(loaded.input[1], list)

    def test_the_config_of_the_graph_is_that_of_keras_3(self):
        description = saving.serialize_keras_object(self.model())
        assert set(description["config"]) == {"name", "trainable", "layers", "input_layers", "output_layers"}


def test_a_container_that_holds_itself_is_saved(tmp_path):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    model.parts = [model.layers[0]]
    model.parts.append(model.parts)
    model.save(tmp_path / "m.keras")
    np.testing.assert_allclose(keras.models.load_model(tmp_path / "m.keras").get_weights()[0], model.get_weights()[0])


def test_a_folder_is_not_named_like_a_file(tmp_path):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    with pytest.raises(ValueError, match="folder"):
        model.save(tmp_path / "m.keras", zipped=False)
    assert list(tmp_path.iterdir()) == []


class TestKeras2:
    def weights(self):
        random = np.random.default_rng(0)
        return random.normal(size=(4, 2)).astype("float32"), random.normal(size=2).astype("float32")

    def dense(self, **settings):
        zeros = {"class_name": "Zeros", "config": {}}
        config = {"name": "dense", "trainable": True, "dtype": "float32", "units": 2, "activation": "linear"}
        return {"class_name": "Dense", "config": {**config, "use_bias": True, "bias_initializer": zeros, **settings}}

    def file(self, path, config, class_name="Sequential"):
        kernel, bias = self.weights()
        with h5py.File(path, "w") as file:
            file.attrs["keras_version"], file.attrs["backend"] = b"2.9.0", b"tensorflow"
            file.attrs["model_config"] = json.dumps({"class_name": class_name, "config": config}).encode()
            group = file.create_group("model_weights")
            group.attrs["layer_names"] = [b"dense"]
            entry = group.create_group("dense")
            entry.attrs["weight_names"] = [b"dense/kernel:0", b"dense/bias:0"]
            entry["dense/kernel:0"], entry["dense/bias:0"] = kernel, bias

    def check(self, path):
        x = np.ones((3, 4), "float32")
        kernel, bias = self.weights()
        outputs = keras.models.load_model(path, compile=False).predict(x, verbose=0)
        np.testing.assert_allclose(outputs, x @ kernel + bias, rtol=1e-5, atol=1e-6)

    def test_a_stack_as_a_bare_list(self, tmp_path):
        self.file(tmp_path / "m.h5", [self.dense(batch_input_shape=[None, 4])])
        self.check(tmp_path / "m.h5")

    def test_a_graph_with_calls_as_lists(self, tmp_path):
        start = {"batch_input_shape": [None, 4], "dtype": "float32", "sparse": False, "ragged": False, "name": "in"}
        config = {
            "name": "model",
            "layers": [
                {"class_name": "InputLayer", "config": start, "name": "in", "inbound_nodes": []},
                {**self.dense(), "name": "dense", "inbound_nodes": [[["in", 0, 0, {}]]]},
            ],
            "input_layers": [["in", 0, 0]],
            "output_layers": [["dense", 0, 0]],
        }
        self.file(tmp_path / "m.h5", config, "Functional")
        self.check(tmp_path / "m.h5")
        assert keras.Model.from_config(config).output_shape == (None, 2)
        for broken in ("layers", "output_layers"):
            with pytest.raises(ValueError, match=broken):
                keras.Model.from_config({**config, broken: None})

    @pytest.mark.parametrize("calls", [[["dense", 0, 0, {}]], [["nowhere", 0, 0, {}]]], ids=["loop", "missing"])
    def test_a_graph_that_cannot_be_built(self, calls):
        config = {
            "name": "model",
            "layers": [{**self.dense(), "name": "dense", "inbound_nodes": [calls]}],
            "input_layers": [["dense", 0, 0]],
            "output_layers": [["dense", 0, 0]],
        }
        with pytest.raises(ValueError, match="cannot be built"):
            keras.Model.from_config(config)

    def test_hdf5_under_the_name_of_the_newer_format(self, tmp_path):
        self.file(tmp_path / "m.h5", {"name": "s", "layers": [self.dense(batch_input_shape=[None, 4])]})
        shutil.move(tmp_path / "m.h5", tmp_path / "m.keras")
        self.check(tmp_path / "m.keras")

    @pytest.mark.parametrize("separator", ["/", "\\"])
    def test_weights_where_keras_2_14_put_them(self, separator, tmp_path):
        model = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
        with h5py.File(tmp_path / "m.weights.h5", "w") as file:
            group = file.create_group(f"_layer_checkpoint_dependencies{separator}dense/vars")
            group["0"], group["1"] = self.weights()
        model.load_weights(tmp_path / "m.weights.h5")
        np.testing.assert_allclose(model.get_weights()[0], self.weights()[0])

    def test_arguments_that_say_what_is_always_so(self):
        config = {**layers.LSTM(2).get_config(), "time_major": False, "implementation": 2}
        form = {"module": "keras.layers", "class_name": "LSTM", "config": config, "registered_name": None}
        assert saving.deserialize_keras_object(form).units == 2
        config["time_major"] = True
        with pytest.raises((ValueError, TypeError), match="time_major"):
            saving.deserialize_keras_object(form)

    def test_a_fixed_batch_in_the_first_layer(self):
        assert keras.Sequential([layers.Dense(2, batch_input_shape=(5, 3))]).output_shape == (5, 2)
