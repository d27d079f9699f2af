"""Configs with one part replaced by something of another kind: they load, or are refused in words."""

import copy
import json
import random

import h5py
import pytest

import keras
from keras import layers

VALUES = [None, -1, [], {}, "x", [[]], {"a": []}, 10, "Dense", [1, 2, 3], {"class_name": "Dense"}, True, "removed"]
# What Python says where somebody forgot to look.
RAW = ("failed: TypeError: list indices", "failed: TypeError: unhashable")


def graph():
    inputs = keras.Input((4,))
    x = layers.Dense(3, activation="relu", kernel_regularizer="l2")(inputs)
    x = layers.concatenate([x, keras.ops.relu(inputs)])
    model = keras.Model(inputs, layers.Dense(2)(x))
    model.compile(keras.optimizers.Adam(), "mse", metrics=["mae"])
    return model


def stack():
    model = keras.Sequential(
        [keras.Input((4, 3)), layers.Bidirectional(layers.LSTM(2)), layers.Dense(2, dtype="float16")]
    )
    model.compile(keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)), {"dense": "mse"})
    return model


def paths(config, path=()):
    """The keys that lead to each part of a config."""
    items = config.items() if isinstance(config, dict) else enumerate(config) if isinstance(config, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from paths(value, (*path, key))


def mutant(config, path, value):
    config = copy.deepcopy(config)
    parent = config
    for key in path[:-1]:
        parent = parent[key]
    if value == "removed":
        del parent[path[-1]]
    else:
        parent[path[-1]] = copy.deepcopy(value)
    return config


def complaint(config):
    """What is wrong with the way a config is refused; None where it loads or is refused well."""
    try:
        keras.models.model_from_json(json.dumps(config))
    except (ValueError, TypeError) as error:
        text = str(error)
        if not 10 < len(text) < 2000:
            return f"a message of {len(text)} characters"
        return next((text for raw in RAW if raw in text.split("\n")[0]), None)
    except Exception as error:
        return repr(error)
    return None


@pytest.mark.parametrize("make", [graph, stack])
def test_mutants_load_or_are_refused_in_words(make):
    config = json.loads(make().to_json())
    draw = random.Random(0)
    places = list(paths(config))
    found = {}
    for _ in range(400):
        path, value = draw.choice(places), draw.choice(VALUES)
        said = complaint(mutant(config, path, value))
        if said is not None:
            found[str((path, value))] = said
    assert not found, "\n".join(f"{k}: {v}" for k, v in found.items())


NESTED = ("config", "layers", 3, "inbound_nodes", 0)


@pytest.mark.parametrize(
    "path, value, said",
    [
        (("config", "layers", 2, "inbound_nodes"), -1, "inbound_nodes"),
        (NESTED, {"args": []}, "inbound_nodes"),
        ((*NESTED, "args"), None, "inbound_nodes"),
        ((*NESTED, "args", 0, 0), [], "call of .concatenate"),
        ((*NESTED, "args", 0, 0, "config"), {}, "keras_history"),
        ((*NESTED, "args", 0, 0, "config", "keras_history"), ["input", [], 0], "keras_history"),
        (("config", "output_layers", 2), 10, "has 1 outputs, no 10"),
        (("config", "output_layers"), [[1]], "output_layers"),
        (("config", "layers", 4, "build_config"), [[]], "`build_config` of a Dense"),
        (("config", "layers", 4, "build_config", "input_shape"), {}, "the state of a Dense"),
        (("compile_config",), [1], "`compile_config` of a Functional"),
        (("class_name",), ["x"], "`class_name` must be a string"),
    ],
)
def test_the_refusal_names_the_part(path, value, said):
    config = mutant(json.loads(graph().to_json()), path, value)
    with pytest.raises((ValueError, TypeError), match="^[^\n]*" + said.replace("(", r"\(")):
        keras.models.model_from_json(json.dumps(config))


@pytest.mark.filterwarnings("ignore:.*HDF5")
@pytest.mark.parametrize("place, said", [("model_weights", "not its weights"), ("kernel", "does not hold it")])
def test_an_older_file_without_a_part_is_refused(place, said, tmp_path):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="dense")], name="m")
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        names = []
        file.visit(names.append)
        del file[next(name for name in names if name.endswith(place))]
    with pytest.raises(ValueError, match=said):
        keras.models.load_model(tmp_path / "m.h5")


def test_what_damage_repeats_of_a_file_is_cut(tmp_path):
    """The directory of an archive, and shapes, may hold any text of any length."""
    path = tmp_path / "m.keras"
    keras.Sequential([keras.Input((100,)), layers.Dense(200)]).save(path)
    content = bytearray(path.read_bytes())
    length = content.find(b"config.json") - 4
    content[length : length + 2] = (20000).to_bytes(
        2, "little"
    )  # The length of the name, which all that follows then is.
    path.write_bytes(content)
    with pytest.raises(ValueError, match="config.json in .* is damaged") as info:
        keras.models.load_model(path)
    assert len(str(info.value)) < 2000
    config = json.loads(graph().to_json())
    config["config"]["layers"][0]["config"]["batch_shape"] = ["a" * 5000]
    with pytest.raises(ValueError, match="A shape holds integers or None") as info:
        keras.models.model_from_json(json.dumps(config))
    assert len(str(info.value)) < 2000
