"""The ways by which a config comes in."""

import functools
import io
import json
import pathlib
import tempfile
import zipfile

import h5py
import pytest

import keras
from keras import layers
from keras.src.saving import saving_lib


@functools.cache
def harmless():
    """A model with the weights that fit the config of `stack(dense())`, and the contents of its files."""
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="dense")], name="stack")
    with tempfile.TemporaryDirectory() as folder, pytest.warns(UserWarning, match="older"):
        paths = [pathlib.Path(folder) / name for name in ("m.keras", "m.h5")]
        for path in paths:
            model.save(path)
        archive, older = (path.read_bytes() for path in paths)
    with zipfile.ZipFile(io.BytesIO(archive)) as members:
        return model, {name: members.read(name) for name in members.namelist()}, older


def write_archive(config, path):
    """Writes a `.keras` file with this config."""
    with zipfile.ZipFile(path, "w") as file:
        for name, content in harmless()[1].items():
            file.writestr(name, json.dumps(config) if name == "config.json" else content)


def write_folder(config, path):
    path.mkdir()
    for name, content in harmless()[1].items():
        (path / name).write_bytes(json.dumps(config).encode() if name == "config.json" else content)


def write_older_file(config, path):
    training = config.get("compile_config") or {}
    training = {**training, "optimizer_config": training.get("optimizer", "sgd")}
    path.write_bytes(harmless()[2])
    with h5py.File(path, "r+") as file:
        file.attrs["model_config"] = json.dumps({key: config[key] for key in ("module", "class_name", "config")})
        file.attrs["training_config"] = json.dumps(training)


WRITERS = {"m.keras": write_archive, "m": write_folder, "m.h5": write_older_file}


def load(name):
    """Door of a whole model in a file of this name."""

    def enter(config, folder):
        WRITERS[name](config, folder / name)
        keras.models.load_model(folder / name)

    return enter


def load_from_file_object(config, folder):
    write_archive(config, folder / "m.keras")
    saving_lib.load_model_from_file(io.BytesIO((folder / "m.keras").read_bytes()))


def from_config(config, folder):
    getattr(keras, config["class_name"], keras.Model).from_config(config["config"])


def weights(name):
    """Door of the weights in a file of this name, which has a config that nobody needs to read."""

    def enter(config, folder):
        WRITERS[name](config, folder / name)
        harmless()[0].load_weights(folder / name)

    return enter


def edit(config, folder):
    write_archive(config, folder / "m.keras")
    editor = keras.saving.KerasFileEditor(folder / "m.keras")
    editor.summary()
    editor.save(folder / "edited.weights.h5")


FILES = {".keras": load("m.keras"), "folder": load("m"), ".h5": load("m.h5"), "file object": load_from_file_object}
DOORS = {
    **FILES,
    "json": lambda config, folder: keras.models.model_from_json(json.dumps(config)),
    "layers.deserialize": lambda config, folder: layers.deserialize(config),
    "saving.deserialize_keras_object": lambda config, folder: keras.saving.deserialize_keras_object(config),
    "utils.deserialize_keras_object": lambda config, folder: keras.utils.deserialize_keras_object(config),
}
# These read no compile config.
MODEL_DOORS = {"from_config": from_config}
# These need not read the config: whether they come to an end or refuse the file, nothing is reached.
WEIGHT_DOORS = {
    "weights of .keras": weights("m.keras"),
    "weights of a folder": weights("m"),
    "weights of .h5": weights("m.h5"),
}
READERS = {**WEIGHT_DOORS, "editor": edit}

FAMILIES = (
    *("layers", "losses", "metrics", "optimizers", "activations", "initializers", "regularizers", "constraints"),
    *("optimizers.schedules", "dtype_policies"),
)


def _family(name):
    found = keras
    for part in name.split("."):
        found = getattr(found, part)
    return found


# Each function that makes a member of a family from its config.
MEMBER_DOORS = {
    f"{family}.{name}": getattr(_family(family), name)
    for family in FAMILIES
    for name in ("deserialize", "get")
    if hasattr(_family(family), name)
}
MEMBER_DOORS["saving.deserialize_keras_object"] = keras.saving.deserialize_keras_object
MEMBER_DOORS["utils.deserialize_keras_object"] = keras.utils.deserialize_keras_object
