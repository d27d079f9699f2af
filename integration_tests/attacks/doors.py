"""The ways by which a config comes in."""

import functools
import io
import json
import os
import pathlib
import shutil
import tempfile
import unittest.mock
import zipfile

import fsspec
import h5py
import huggingface_hub
import pytest

import keras
from keras import layers
from keras.src.saving import orbax_lib, orbax_step


@functools.cache
def harmless():
    """A model with the weights that fit the config of `stack(dense())`, and the contents of its files."""
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="dense")], name="stack")
    with tempfile.TemporaryDirectory() as folder, pytest.warns(UserWarning, match="older"):
        older = pathlib.Path(folder) / "m.h5"
        model.save(older)
        return model, members_of(model, folder, "h5"), older.read_bytes()


def members_of(model, folder, weights_format):
    path = pathlib.Path(folder) / "m.keras"
    model.save(path, weights_format=weights_format)
    with zipfile.ZipFile(path) as members:
        return {name: members.read(name) for name in members.namelist()}


@functools.cache
def harmless_members():
    """The members of the archive where its weights are in another format."""
    with tempfile.TemporaryDirectory() as folder:
        return members_of(harmless()[0], folder, "safetensors")


@functools.cache
def harmless_checkpoint():
    """Folder with a checkpoint of Orbax, which stays for the time of the tests; `None` where the package is missing."""
    if not orbax_step.orbax.available:
        return None
    folder = tempfile.TemporaryDirectory(prefix="keras-tests-")
    with orbax_lib.checkpointer(folder.name) as checkpointer:
        checkpointer.save_checkpointables(0, orbax_lib.items_of(harmless()[0]))
    keras.saving.load_model(folder.name)
    return folder


def write_archive(config, path, members=None):
    """Writes a `.keras` file with this config."""
    with zipfile.ZipFile(path, "w") as file:
        for name, content in (members or harmless()[1]).items():
            file.writestr(name, json.dumps(config) if name == "config.json" else content)


def write_other_archive(config, path):
    write_archive(config, path, harmless_members())


def write_folder(config, path):
    path.mkdir(parents=True)
    for name, content in harmless()[1].items():
        (path / name).write_bytes(json.dumps(config).encode() if name == "config.json" else content)


def write_checkpoint(config, path):
    shutil.copytree(harmless_checkpoint().name, path)
    text = path / "0" / "model_config" / "_strings.json"
    strings = json.loads(text.read_text())
    (key,) = strings
    text.write_text(json.dumps({key: json.dumps(config)}))


def write_older_file(config, path):
    training = config.get("compile_config") or {}
    training = {**training, "optimizer_config": training.get("optimizer", "sgd")}
    path.write_bytes(harmless()[2])
    with h5py.File(path, "r+") as file:
        file.attrs["model_config"] = json.dumps({key: config[key] for key in ("module", "class_name", "config")})
        file.attrs["training_config"] = json.dumps(training)


WRITERS = {
    "m.keras": write_archive,
    "m": write_folder,
    "m.h5": write_older_file,
    "other.keras": write_other_archive,
    "steps": write_checkpoint,
}


def load(name):
    """Door of a whole model in a file of this name."""

    def enter(config, folder):
        WRITERS[name](config, folder / name)
        keras.models.load_model(folder / name)

    return enter


def load_from_file_object(config, folder):
    write_archive(config, folder / "m.keras")
    keras.models.load_model(io.BytesIO((folder / "m.keras").read_bytes()))


def load_older_file_object(config, folder):
    write_older_file(config, folder / "m.h5")
    keras.models.load_model(io.BytesIO((folder / "m.h5").read_bytes()))


def from_url(read):
    """Door of what `read` does with a URL of an archive."""

    def enter(config, folder):
        write_archive(config, folder / "m.keras")
        system = fsspec.filesystem("memory")
        system.pipe("/attacks/m.keras", (folder / "m.keras").read_bytes())
        read("memory://attacks/m.keras")

    return enter


def from_hub(read):
    """Door of what `read` does with a repository of the hub, whose cache holds links to `blobs`."""

    def enter(config, folder):
        blobs, snapshot = folder / "models--a--b" / "blobs", folder / "models--a--b" / "snapshots" / "1"
        write_folder(config, blobs)
        snapshot.mkdir(parents=True)
        for blob in blobs.iterdir():
            (snapshot / blob.name).symlink_to(os.path.relpath(blob, snapshot))
        with unittest.mock.patch.object(huggingface_hub, "snapshot_download", lambda **options: str(snapshot)):
            read("hf://a/b")

    return enter


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
# Other ways to the same reading of configs.
REMOTE = {
    "older file object": load_older_file_object,
    ".keras with safetensors": load("other.keras"),
    "URL": from_url(keras.models.load_model),
    "hub": from_hub(keras.models.load_model),
}
# The package takes its time.
SLOW = {"Orbax": load("steps")} if orbax_step.orbax.available else {}
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
    "weights of .keras with safetensors": weights("other.keras"),
    "weights of a URL": from_url(lambda place: harmless()[0].load_weights(place)),
    "weights of the hub": from_hub(lambda place: harmless()[0].load_weights(place)),
    **({"weights of Orbax": weights("steps")} if SLOW else {}),
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


@functools.cache
def prepare():
    """Makes the harmless files and reads them by each door, so that what is imported for it is there."""
    config = json.loads(harmless()[1]["config.json"])
    for enter in {**DOORS, **REMOTE, **SLOW, **READERS}.values():
        with tempfile.TemporaryDirectory() as folder:
            enter(config, pathlib.Path(folder))
