"""Configs that name what no file may name: refused in each slot and by each door, before anything foreign runs.

What an attack would reach is replaced by a function that fails the test. The payloads themselves do nothing.
"""

import base64
import builtins
import importlib
import json
import marshal
import os
import pickle
import subprocess
import urllib.request
import zipfile

import h5py
import numpy as np
import pytest

import keras
from keras import layers
from keras.src.saving import serialization_lib

SENTINEL = "/sentinel/of/the/attack"
NO_CODE = base64.b64encode(b"no code").decode()


def function(module, name):
    return {"module": module, "class_name": "function", "config": name, "registered_name": "function"}


def described(module, name, /, **config):
    return {"module": module, "class_name": name, "config": config, "registered_name": None}


@keras.saving.register_keras_serializable("attacks")
class Registered(layers.Layer):
    """A layer that stands for one of the user's own, which a file may not put in the place of another."""


LAMBDA = {"class_name": "__lambda__", "config": {"value": [NO_CODE, None, None]}}
OLDER_LAMBDA = {"class_name": "__lambda__", "config": {"code": NO_CODE, "defaults": None, "closure": None}}

PAYLOADS = {
    "lambda": LAMBDA,
    "older lambda": OLDER_LAMBDA,
    "Lambda": described("keras.layers", "Lambda", function=LAMBDA),
    "Lambda, no module": {"class_name": "Lambda", "config": {"function": OLDER_LAMBDA}},
    **{
        f"{name} of Lambda": described("keras.layers", "Lambda", function=function("builtins", "relu"), **{name: value})
        for name, value in (("output_shape", OLDER_LAMBDA), ("mask", OLDER_LAMBDA), ("arguments", {"alpha": LAMBDA}))
    },
    "function of subprocess": function("subprocess", "run"),
    "function of os": function("os", "system"),
    "function of builtins": function("builtins", "eval"),
    "class of subprocess": described("subprocess", "Popen", args=["true"]),
    "class of builtins": described("builtins", "exec"),
    "function of numpy": function("numpy", "fromfile"),
    "get_file": function("keras.utils", "get_file"),
    **{
        f"{name} in Lambda": described("keras.layers", "Lambda", function=function(module, name))
        for module, name in (
            ("keras.utils", "get_file"),
            ("keras.config", "set_floatx"),
            ("keras.src.backend.common.global_state", "set_global_attribute"),
            ("keras.models", "load_model"),
            ("keras.visualization", "plot_image_gallery"),
            ("keras.ops", "map"),
            ("os", "system"),
        )
    },
    "class in Lambda": described("keras.layers", "Lambda", function=described("subprocess", "Popen", args=["true"])),
    "unsafe": function("keras.config", "enable_unsafe_deserialization"),
    "unsafe class": described("keras.config", "enable_unsafe_deserialization"),
    "global attribute": function("keras.src.backend.common.global_state", "set_global_attribute"),
    "load_model": function("keras.models", "load_model"),
    "torch module": described("keras.layers", "TorchModuleWrapper", module=NO_CODE),
    "SavedModel": described("keras.layers", "TFSMLayer", filepath=SENTINEL),
    "a registered name for another class": {
        **described("keras.layers", "Dense", units=1),
        "registered_name": "attacks>Registered",
    },
    "pictures": function("keras.visualization", "plot_image_gallery"),
    "seed": function("keras.utils", "set_random_seed"),
    "floatx": described("keras.config", "set_floatx", value="float64"),
    "distribution": described("keras.distribution", "initialize"),
    "data": function("keras.datasets.mnist", "load_data"),
    "objects": function("keras.saving", "get_custom_objects"),
    "deserialize": function("keras.activations", "deserialize"),
    "callback": described("keras.callbacks", "BackupAndRestore", backup_dir=SENTINEL),
    "scope": described("keras.src.saving.serialization_lib", "SafeModeScope", safe_mode=False),
    "lazy": described("keras._lazy", "attach"),
}


def dense(**changes):
    return described("keras.layers", "Dense", **{"units": 2, "name": "dense", **changes})


def stack(*inner, **compile_config):
    first = described("keras.layers", "InputLayer", batch_shape=[None, 3], dtype="float32", name="input")
    model = described("keras", "Sequential", name="stack", layers=[first, *inner])
    return {**model, "compile_config": {"optimizer": "sgd", "loss": "mse", **compile_config}}


HARMLESS = {
    "layer": dense(),
    "activation": "relu",
    "initializer": described("keras.initializers", "Zeros"),
    "regularizer": described("keras.regularizers", "L2", l2=0.1),
    "constraint": described("keras.constraints", "NonNeg"),
    "dtype": described("keras", "DTypePolicy", name="float32"),
    "wrapped": dense(),
    "cell": described("keras.layers", "SimpleRNNCell", units=2),
    "argument of a call": 0.3,
    "loss": described("keras.losses", "MeanAbsoluteError"),
    "metric": described("keras.metrics", "MeanAbsoluteError"),
    "optimizer": described("keras.optimizers", "Adam", learning_rate=0.1),
}


def graph(payload):
    inputs = keras.Input((3,), name="input")
    model = keras.Model(inputs, keras.ops.leaky_relu(inputs), name="graph")
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(model)))
    config["config"]["layers"][1]["inbound_nodes"][0]["kwargs"]["negative_slope"] = payload
    return config


SEQUENCES = described("keras.layers", "Reshape", target_shape=[3, 1], name="sequences")
SLOTS = {
    "layer": lambda payload: stack(payload),
    "activation": lambda payload: stack(dense(activation=payload)),
    "initializer": lambda payload: stack(dense(kernel_initializer=payload)),
    "regularizer": lambda payload: stack(dense(kernel_regularizer=payload)),
    "constraint": lambda payload: stack(dense(bias_constraint=payload)),
    "dtype": lambda payload: stack(dense(dtype=payload)),
    "wrapped": lambda payload: stack(SEQUENCES, described("keras.layers", "TimeDistributed", layer=payload)),
    "cell": lambda payload: stack(SEQUENCES, described("keras.layers", "RNN", cell=[payload])),
    "argument of a call": graph,
    "loss": lambda payload: stack(dense(), loss={"dense": payload}),
    "metric": lambda payload: stack(dense(), metrics=[payload]),
    "optimizer": lambda payload: stack(dense(), optimizer=payload),
}


def harmless(path, **options):
    """Writes a model with the weights that fit the config of `stack(dense())`."""
    keras.Sequential([keras.Input((3,)), layers.Dense(2, name="dense")], name="stack").save(path, **options)


def through_file(config, folder):
    harmless(folder / "harmless.keras")
    with zipfile.ZipFile(folder / "harmless.keras") as old, zipfile.ZipFile(folder / "m.keras", "w") as new:
        for name in old.namelist():
            new.writestr(name, json.dumps(config) if name == "config.json" else old.read(name))
    keras.models.load_model(folder / "m.keras")


def through_folder(config, folder):
    harmless(folder / "m", zipped=False)
    (folder / "m" / "config.json").write_text(json.dumps(config))
    keras.models.load_model(folder / "m")


def through_older_file(config, folder):
    training = config.get("compile_config") or {}
    training = {**training, "optimizer_config": training.get("optimizer", "sgd")}
    with pytest.warns(UserWarning, match="older"):
        harmless(folder / "m.h5")
    with h5py.File(folder / "m.h5", "r+") as file:
        file.attrs["model_config"] = json.dumps({key: config[key] for key in ("module", "class_name", "config")})
        file.attrs["training_config"] = json.dumps(training)
    keras.models.load_model(folder / "m.h5")


DOORS = {
    ".keras": through_file,
    "folder": through_folder,
    ".h5": through_older_file,
    "json": lambda config, folder: keras.models.model_from_json(json.dumps(config)),
    "layers.deserialize": lambda config, folder: layers.deserialize(config),
    "deserialize_keras_object": lambda config, folder: keras.saving.deserialize_keras_object(config),
}
# These read no compile config.
MODEL_DOORS = {
    "from_config": lambda config, folder: getattr(keras, config["class_name"], keras.Model).from_config(
        config["config"]
    ),
}
OF_COMPILING = ("loss", "metric", "optimizer")


OTHER_WEIGHTS = ("wrapped", "cell", "argument of a call")


@pytest.mark.parametrize("slot", SLOTS)
def test_the_same_configs_load_without_an_attack(slot, tmp_path):
    """So what is refused below is refused for the attack in it."""
    for door, enter in {**DOORS, **MODEL_DOORS}.items():
        if slot in OTHER_WEIGHTS and enter in (through_file, through_folder, through_older_file):
            continue
        (tmp_path / door).mkdir()
        enter(SLOTS[slot](HARMLESS[slot]), tmp_path / door)


def reached(*args, **kwargs):
    raise AssertionError(f"an attack came through: {args} {kwargs}")


@pytest.fixture
def guarded(monkeypatch):
    """Replaces what no config may reach."""
    for module, name in (
        (pickle, "load"),
        (pickle, "loads"),
        (os, "system"),
        (subprocess, "Popen"),
        (subprocess, "run"),
        (urllib.request, "urlopen"),
        (np, "fromfile"),
        (keras.utils, "get_file"),
        (keras.utils, "set_random_seed"),
        (keras.config, "set_floatx"),
        (Registered, "__init__"),
    ):
        monkeypatch.setattr(module, name, reached, raising=False)
    own_open, own_import, own_loads = builtins.open, importlib.import_module, marshal.loads

    def opened(path, *args, **kwargs):
        return reached(path) if str(path).startswith(SENTINEL) else own_open(path, *args, **kwargs)

    def imported(name, package=None):
        ours = name.split(".")[0] in ("keras", "numpy", "h5py", "jax", "tensorflow", "torch", "openvino")
        return own_import(name, package) if ours else reached(name)

    def loaded(code):
        # Python itself reads its compiled modules so.
        return reached(code) if bytes(code) == base64.b64decode(NO_CODE) else own_loads(code)

    monkeypatch.setattr(marshal, "loads", loaded)
    monkeypatch.setattr(builtins, "open", opened)
    monkeypatch.setattr(importlib, "import_module", imported)


@pytest.mark.parametrize("slot", SLOTS)
@pytest.mark.parametrize("name", PAYLOADS)
def test_attacks_are_refused(name, slot, guarded, tmp_path):
    config = SLOTS[slot](PAYLOADS[name])
    doors = DOORS if slot in OF_COMPILING else {**DOORS, **MODEL_DOORS}
    before = json.dumps(config)
    for number, (door, enter) in enumerate(doors.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        try:
            enter(config, folder)
        except (ValueError, TypeError) as error:
            assert 10 < len(str(error)) < 3000
            assert "weights" not in str(error)
        else:
            pytest.fail(f"{name} as {slot} came in by {door}")
        assert json.dumps(config) == before and serialization_lib.in_safe_mode() is None
