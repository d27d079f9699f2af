"""Files written by tf.keras 2.x load here, under every backend, with the outputs that they had there."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest

import keras

FOLDER = Path(__file__).parent / "fixtures" / "keras_2"
MODELS = ("attn", "conv", "nested", "rnn", "seq")


def matches(model, name):
    data = np.load(FOLDER / f"{name}.npz")
    inputs = [data[key] for key in data.files if key.startswith("in")]
    outputs = keras.tree.flatten(model(inputs if len(inputs) > 1 else inputs[0]))
    expected = [data[key] for key in data.files if key.startswith("out")]
    for found, wanted in zip(outputs, expected, strict=True):
        np.testing.assert_allclose(keras.ops.convert_to_numpy(found), wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.filterwarnings("error:The state of the optimizer")
@pytest.mark.parametrize("suffix", [".h5", ".keras"])
@pytest.mark.parametrize("name", MODELS)
def test_whole_models(name, suffix):
    matches(keras.saving.load_model(FOLDER / f"{name}{suffix}"), name)


@pytest.mark.parametrize("name", MODELS)
def test_weights_into_models_from_json(name):
    text = (FOLDER / f"{name}.json").read_text()
    for by_name in (False, True):
        model = keras.models.model_from_json(text)
        model.load_weights(FOLDER / f"{name}.h5", by_name=by_name)
        matches(model, name)
    model = keras.models.model_from_json(text)
    model.load_weights(FOLDER / f"{name}.keras")
    matches(model, name)


@pytest.mark.parametrize("file", ["nested.weights.h5", "nested_w.h5"])
def test_files_of_weights(file):
    model = keras.models.model_from_json((FOLDER / "nested.json").read_text())
    model.load_weights(FOLDER / file)
    matches(model, "nested")


@pytest.mark.parametrize("module", ["keras.engine.functional", "tensorflow.python.keras.engine.functional"])
def test_older_paths_of_modules(module):
    config = json.loads((FOLDER / "nested.json").read_text())
    config["module"] = module
    model = keras.models.model_from_json(json.dumps(config))
    model.load_weights(FOLDER / "nested.h5")
    matches(model, "nested")


@pytest.mark.parametrize("name, slots", [("seq", ("m", "v")), ("nested", ("m",))])
def test_state_of_the_optimizer(name, slots):
    model = keras.saving.load_model(FOLDER / f"{name}.h5")
    variables = {v.path.split("/")[-1]: v for v in model.optimizer.variables}
    with h5py.File(FOLDER / f"{name}.h5") as file:
        group = file["optimizer_weights"]
        assert int(variables.pop("iteration")) == int(group["iteration:0"][()]) > 0
        variables.pop("learning_rate")
        arrays = [group[key][()] for key in group.attrs["weight_names"][1:]]
    assert len(arrays) == len(variables) and np.abs(arrays[0]).max() > 0
    for number, (key, variable) in enumerate(variables.items()):
        assert key.endswith({"m": "momentum", "v": "velocity"}[slots[number % len(slots)]])
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(variable), arrays[number])


def test_what_cannot_be_converted_is_listed():
    with pytest.raises(ValueError) as info:
        keras.models.model_from_json((FOLDER / "opl.json").read_text())
    for name in ("tf.math.multiply", "tf.__operators__.add", "tf.math.subtract"):
        assert name in str(info.value)
