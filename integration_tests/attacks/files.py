"""Files that are made to harm: for each kind of file, harmless ones, what is done to them, and all that reads the kind."""

import contextlib
import io
import unittest.mock

import fsspec
import huggingface_hub

import keras
from integration_tests.attacks.damage import (
    ARCHIVE_CHANGES,
    ARCHIVE_WITH_ASSETS,
    GIB,
    H5_CHANGES,
    NPZ_CHANGES,
    OLDER_CHANGES,
    OLDER_CONFIGS,
    ONLY_FILES,
    SHOWN,
    TENSOR_CHANGES,
    WEIGHTS_MEMBER,
)
from integration_tests.attacks.damage_in_folders import CHECKPOINT_CHANGES, FOLDER_CHANGES, MAP_CHANGES
from keras import layers
from keras.src.saving import orbax_lib, orbax_step, saving_lib


def network():
    """A model with one layer of each way to load, and one with assets."""
    words = layers.IntegerLookup(vocabulary=[3, 4, 5], name="words")
    parts = [words, layers.Embedding(5, 4, name="embedding"), layers.Flatten(), layers.Dense(2, name="dense")]
    return keras.Sequential([keras.Input((3,), dtype="int64"), *parts], name="network")


# --- Who reads which kind


def loaded(place, model):
    keras.saving.load_model(place)


def into(place, model):
    model.load_weights(place)


def skipping(place, model):
    keras.saving.load_weights(model, place)


def by_name(place, model):
    model.load_weights(place, by_name=True)


def edited(place, model):
    keras.saving.KerasFileEditor(place).summary()


def from_bytes_of(read):
    return lambda place, model: read(io.BytesIO(place.read_bytes()), model)


def from_url(read):
    def enter(place, model):
        system = fsspec.filesystem("memory")
        with contextlib.suppress(FileNotFoundError):
            system.rm("/files", recursive=True)
        for file in place.parent.iterdir():
            if file.is_file():
                system.pipe(f"/files/{file.name}", file.read_bytes())
        read(f"memory://files/{place.name}", model)

    return enter


def from_hub(read):
    def enter(place, model):
        with unittest.mock.patch.object(huggingface_hub, "snapshot_download", lambda **options: str(place)):
            read("hf://a/b", model)

    return enter


def write_archive(weights_format):
    return lambda model, folder: saving_lib.save_model(model, folder / "m.keras", weights_format=weights_format)


def write_checkpoint(model, folder):
    with orbax_lib.checkpointer(folder / "steps") as checkpointer:
        checkpointer.save_checkpointables(0, orbax_lib.items_of(model))


IN_ARCHIVE = {"load_model": loaded, "load_weights": into}
OF_ARCHIVE = {**IN_ARCHIVE, "file object": from_bytes_of(loaded), "URL": from_url(loaded)}
OF_WEIGHTS = {"load_weights": into, "saving.load_weights": skipping, "file object": from_bytes_of(into)}

# Kind → (writer, name of what it writes, changes, readers).
KINDS = {
    "archive": (
        write_archive("h5"),
        "m.keras",
        {
            **ARCHIVE_CHANGES,
            **ARCHIVE_WITH_ASSETS,
            **{name: change("model.weights.h5") for name, change in WEIGHTS_MEMBER.items()},
        },
        {**OF_ARCHIVE, "editor": edited},
    ),
    "HDF5 in an archive": (write_archive("h5"), "m.keras", H5_CHANGES, {**IN_ARCHIVE, "editor": edited}),
    "npz in an archive": (write_archive("npz"), "m.keras", NPZ_CHANGES, OF_ARCHIVE),
    "safetensors in an archive": (
        write_archive("safetensors"),
        "m.keras",
        {**TENSOR_CHANGES, **{name: make("model.weights.safetensors") for name, make in WEIGHTS_MEMBER.items()}},
        IN_ARCHIVE,
    ),
    "HDF5": (
        lambda model, folder: model.save_weights(folder / "m.weights.h5"),
        "m.weights.h5",
        {**H5_CHANGES, **ONLY_FILES},
        {**OF_WEIGHTS, "URL": from_url(into), "editor": edited},
    ),
    "older HDF5": (
        lambda model, folder: model.save(folder / "m.h5"),
        "m.h5",
        {**H5_CHANGES, **OLDER_CHANGES, **OLDER_CONFIGS, **ONLY_FILES},
        {"load_model": loaded, "by_name": by_name, **OF_WEIGHTS},
    ),
    "safetensors": (
        lambda model, folder: model.save_weights(folder / "m.safetensors"),
        "m.safetensors",
        {**TENSOR_CHANGES, **ONLY_FILES},
        {**OF_WEIGHTS, "URL": from_url(into)},
    ),
    "shards": (
        lambda model, folder: model.save_weights(folder / "m.weights.json", max_shard_size=100 / GIB),
        "m.weights.json",
        MAP_CHANGES,
        {"load_weights": into, "saving.load_weights": skipping},
    ),
    "shards of safetensors": (
        lambda model, folder: model.save_weights(folder / "m.safetensors", max_shard_size=50 / GIB),
        "m.safetensors.index.json",
        MAP_CHANGES,
        {"load_weights": into, "saving.load_weights": skipping},
    ),
    "folder": (
        lambda model, folder: model.save(folder / "m", zipped=False),
        "m",
        FOLDER_CHANGES,
        {**IN_ARCHIVE, "hub": from_hub(loaded), "weights of the hub": from_hub(into)},
    ),
}
if orbax_step.orbax.available:
    KINDS["checkpoint"] = (write_checkpoint, "steps", CHECKPOINT_CHANGES, IN_ARCHIVE)


def named(changes, *parts):
    return [name for name in changes if any(part in name for part in parts)]


# What some readers need not refuse, since they do not look there: kind and reader → names of changes.
OF_CONFIG = named(KINDS["archive"][2], "config.json", "an endless number")
UNSEEN = {
    ("archive", "load_weights"): OF_CONFIG,
    ("archive", "editor"): ["config.json is a number", *ARCHIVE_WITH_ASSETS],
    ("HDF5 in an archive", "editor"): SHOWN,
    ("HDF5", "editor"): SHOWN,
    **{("older HDF5", reader): list(OLDER_CONFIGS) for reader in ("by_name", *OF_WEIGHTS)},
    **{("folder", reader): named(FOLDER_CHANGES, "config.json") for reader in ("load_weights", "weights of the hub")},
    ("checkpoint", "load_weights"): named(CHECKPOINT_CHANGES, "model_config", "a text"),
}
