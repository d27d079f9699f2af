"""Files written by Keras 3.15.1 load here, under every backend, with the outputs that they had there.

`fixtures/README.md` says what the files hold.
"""

import importlib
import json
from pathlib import Path

import numpy as np
import pytest

import keras
from keras.src import tree

FOLDER = Path(__file__).parent / "fixtures"
INDEX = json.loads((FOLDER / "index.json").read_text())

# Fixtures that name what does not exist yet: public name -> fixtures. `test_needs_are_needed` fails once a name exists:
# then the line goes, and the fixtures join the others.
NEEDS = {}
MODELS = sorted(set(INDEX) - {name for names in NEEDS.values() for name in names})
HALF_PRECISION = {"mixed_float16"}
# Its JSON says of two uses of one model nothing that would tell them from two equal models.
UNSHARED_IN_JSON = {"nested_models"}


def with_file(kind):
    return [name for name in MODELS if kind in INDEX[name]]


def arrays(name, side):
    data = np.load(FOLDER / INDEX[name]["data"])
    found = {key.partition("/")[2]: data[key] for key in data.files if key.startswith(f"{side}/")}
    return found[""] if list(found) == [""] else found


def matches(model, name):
    outputs = tree.map_structure(keras.ops.convert_to_numpy, model(arrays(name, "in")))
    tolerance = 2e-2 if name in HALF_PRECISION else 1e-4
    expected = arrays(name, "out")
    tree.assert_same_structure(outputs, expected)
    tree.map_structure(
        lambda a, b: np.testing.assert_allclose(a.astype("float32"), b, rtol=tolerance, atol=tolerance),
        outputs,
        expected,
    )
    assert model.count_params() == INDEX[name]["params"]


def public(name):
    package, _, short = name.rpartition(".")
    try:
        return getattr(importlib.import_module(package), short, None)
    except ModuleNotFoundError:
        return None


def test_needs_are_needed():
    assert [name for name in NEEDS if public(name) is not None] == []


@pytest.mark.parametrize("name", MODELS)
def test_keras_file(name):
    matches(keras.saving.load_model(FOLDER / INDEX[name]["keras"]), name)


@pytest.mark.parametrize("name", with_file("weights"))
def test_weights_into_model_from_json(name):
    model = keras.models.model_from_json((FOLDER / INDEX[name]["json"]).read_text())
    assert type(model).__name__ == INDEX[name]["class"]
    if name in UNSHARED_IN_JSON:
        with pytest.raises(ValueError, match="could not be loaded"):
            model.load_weights(FOLDER / INDEX[name]["weights"])
        return
    model.load_weights(FOLDER / INDEX[name]["weights"])
    matches(model, name)


@pytest.mark.parametrize("name", with_file("h5"))
def test_h5_file(name):
    model = keras.saving.load_model(FOLDER / INDEX[name]["h5"])
    expected = INDEX[name]["params"]
    if name in UNSHARED_IN_JSON:
        assert model.count_params() > expected
        model.count_params = lambda: expected
    matches(model, name)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("name", MODELS)
def test_saved_again(name, suffix, tmp_path):
    if suffix == ".h5" and "h5" not in INDEX[name]:
        return
    model = keras.saving.load_model(FOLDER / INDEX[name]["keras"])
    model.save(tmp_path / f"again{suffix}")
    again = keras.saving.load_model(tmp_path / f"again{suffix}")
    if suffix == ".h5" and name in UNSHARED_IN_JSON:
        again.count_params = model.count_params
    matches(again, name)
    if suffix == ".keras":
        assert again.get_config() == model.get_config()


@pytest.mark.parametrize("name", with_file("weights"))
def test_weights_saved_again(name, tmp_path):
    model = keras.saving.load_model(FOLDER / INDEX[name]["keras"])
    model.save_weights(tmp_path / "again.weights.h5")
    for variable in model.weights:
        variable.assign(keras.ops.zeros_like(variable))
    model.load_weights(tmp_path / "again.weights.h5")
    matches(model, name)


def test_optimizer_state():
    model = keras.saving.load_model(FOLDER / INDEX["trained_adam"]["keras"])
    assert type(model.optimizer).__name__ == "Adam"
    assert model.optimizer.clipnorm == 1.0
    assert type(model.optimizer._learning_rate).__name__ == "CosineDecay"
    state = {v.path.split("/")[-1]: keras.ops.convert_to_numpy(v) for v in model.optimizer.variables}
    assert len(state) == 9 and state["iteration"] > 0
    assert all(np.abs(value).max() > 0 for value in state.values())
    assert keras.saving.load_model(FOLDER / INDEX["trained_adam"]["keras"], compile=False).optimizer is None
