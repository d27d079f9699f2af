"""Saving and loading of models in the Keras 3 file format, and of their weights alone."""

import datetime
import functools
import json
import os
import pathlib
import tempfile
import uuid

from keras.src.backend.common.waiting_values import ValuesMayWait
from keras.src.layers.weights import parts
from keras.src.saving import archive
from keras.src.saving.io_stores import DiskIOStore, H5IOStore, NpzIOStore, stores_below  # noqa: F401  for other libraries
from keras.src.saving.keras_saveable import KerasSaveable
from keras.src.saving.legacy import keras_2
from keras.src.saving.loading import has_assets, load_state
from keras.src.saving.places import check_binary, is_file_object
from keras.src.saving.safetensors_store import (
    SUFFIX,
    SafetensorsReader,
    SafetensorsStore,
    SafetensorsWriter,
    found_file,
    is_safetensors,
)
from keras.src.saving.serialization_lib import deserialize_with_sharing, read_json, serialize_with_sharing
from keras.src.saving.shard_map import INDEX, name_first_shard, shards_of
from keras.src.saving.stores import ForgetfulEntry, H5Store, NpzStore, ShardedH5Store
from keras.src.saving.walk import walk
from keras.src.utils.load_budget import budget_for, size_of
from keras.src.utils.messages import cut, few
from keras.src.utils.safe_write import one_writer, replacing, replacing_several, telling_failure
from keras.src.utils.warning_utils import warn
from keras.src.version import __version__

STORES = {"h5": H5Store, "npz": NpzStore, "safetensors": SafetensorsStore}


# --- State


def save_state(root, store, assets=None, skip=()):
    """Writes the arrays, and the assets, of an object and everything below it.

    Args:
        root: A model, layer, ...
        store: A store to write arrays to.
        assets: Optional `AssetFolders`.
        skip: Objects to leave out.
    """
    if isinstance(store, SafetensorsWriter):
        store.name_after(walk(root, skip))
    for path, obj in walk(root, skip):
        if hasattr(obj, "save_own_variables"):
            name = getattr(obj, "name", None)
            obj.save_own_variables(store.make(path, name if isinstance(name, str) else None))
        if assets is not None and has_assets(obj, "save_assets"):
            obj.save_assets(assets.make(path))


def take_part_in_saving(root, skip=()):
    """Does what the other processes do while the first one saves: arrays that all hold together are gathered by all.

    Args:
        root: A model, layer, ...
        skip: Objects to leave out.
    """
    for _, obj in walk(root, skip):
        if hasattr(obj, "save_own_variables"):
            obj.save_own_variables(ForgetfulEntry())


def _save_state(saveable, weights_store, assets_store, inner_path, visited_saveables=()):
    """`save_state` below a path of stores, as other libraries call it; `visited_saveables` has ids of objects to leave out."""
    skip = [obj for _, obj in walk(saveable) if id(obj) in visited_saveables]
    save_state(saveable, *stores_below(inner_path, weights_store, assets_store), skip)


def _load_state(saveable, weights_store, assets_store, inner_path, skip_mismatch=False, visited_saveables=None):
    """`load_state` below a path of stores, as other libraries call it; `visited_saveables` has ids of objects to leave out."""
    skip = [obj for _, obj in walk(saveable) if id(obj) in (visited_saveables or ())]
    stores = stores_below(inner_path, weights_store, assets_store)
    load_state(saveable, *stores, skip_mismatch=skip_mismatch, skip=skip)


# --- Whole models


def save_model(model, filepath, weights_format="h5", zipped=True, skip=()):
    """Writes a model to a `.keras` file, or to a folder.

    Args:
        model: The model; any layer will do.
        filepath: Path of the file, which must end in `.keras`, or of the folder; or a binary file object.
        weights_format: `"h5"`, `"npz"` or `"safetensors"`.
        zipped: Whether to write one file.
        skip: Objects whose state is left out.
    """
    if is_file_object(filepath):
        if not zipped:
            raise ValueError(f"A file object cannot hold a folder: leave `zipped` out. Received: {filepath!r}")
        _warn_if_unbuilt(model)
        save_model_to_file(model, filepath, weights_format, skip)
        return
    filepath = str(filepath)
    if zipped and not filepath.endswith(".keras"):
        raise ValueError(f"The name of a saved model must end in `.keras`. Received: filepath={filepath}")
    _warn_if_unbuilt(model)
    with replacing(filepath) as target:
        if not zipped:
            os.mkdir(target)
            _write_folder(model, target, weights_format, skip)
            return
        with tempfile.TemporaryDirectory(dir=os.path.dirname(target), prefix=".keras-") as folder:
            _write_folder(model, folder, weights_format, skip)
            archive.write_zip(target, folder)


def save_model_to_file(model, file, weights_format="h5", skip=()):
    """Writes a model to where a file object stands.

    Args:
        model: The model; any layer will do.
        file: A binary file object.
        weights_format: `"h5"`, `"npz"` or `"safetensors"`.
        skip: Objects whose state is left out.
    """
    check_binary(file, "write")
    with tempfile.TemporaryDirectory(prefix="keras-") as folder:
        with telling_failure(folder):
            _write_folder(model, folder, weights_format, skip)
        archive.write_zip(file, folder)


def _write_folder(model, folder, weights_format, skip=()):
    if weights_format not in STORES:
        raise ValueError(f"`weights_format` must be one of {sorted(STORES)}. Received: {weights_format!r}")
    folder = pathlib.Path(folder)
    now = datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S")
    (folder / archive.METADATA).write_text(json.dumps({"keras_version": __version__, "date_saved": now}))
    (folder / archive.CONFIG).write_text(json.dumps(_describe(model, skip)))
    assets = archive.AssetFolders(str(folder))
    with STORES[weights_format](str(folder / f"{archive.WEIGHTS}.{weights_format}"), "w") as store:
        save_state(model, store, assets, skip)
    assets.forget_empty()


def _describe(model, skip):
    description = serialize_with_sharing(model)
    if skip and getattr(model, "optimizer", None) in skip:
        description["compile_config"] = {}
    return description


def _warn_if_unbuilt(model):
    if not isinstance(model, KerasSaveable):
        raise TypeError(f"Only models, layers and their like can be saved. Received: {model!r} of {type(model)}")
    if not getattr(model, "built", True):
        warn(
            f"{model} is not built, so the file may hold no weights. Call it on data, or `build()`, before saving it.",
        )


def load_model(filepath, custom_objects=None, compile=True, safe_mode=True):
    """Reads a model from a `.keras` file, or from a folder.

    Args:
        filepath: Path of the file or folder; or a binary file object.
        custom_objects: Optional dict of name → class or function.
        compile: Whether to compile the model as it was.
        safe_mode: Whether to refuse lambdas.

    Returns:
        The model.
    """
    if is_file_object(filepath):
        return load_model_from_file(filepath, custom_objects, compile, safe_mode)
    reader = archive.FolderReader if os.path.isdir(filepath) else archive.ZipReader
    with budget_for(lambda: size_of(filepath), filepath), reader(str(filepath)) as archive_file:
        return _read_model(archive_file, custom_objects, compile, safe_mode)


def load_model_from_file(file, custom_objects=None, compile=True, safe_mode=True):
    """Reads a model from a binary file object that `save_model_to_file` wrote, wherever it stands; arguments as in `load_model`."""
    check_binary(file, "read")
    with budget_for(lambda: size_of(file), file), archive.ZipReader(file) as reader:
        return _read_model(reader, custom_objects, compile, safe_mode)


def _read_model(reader, custom_objects, compile, safe_mode):
    with tempfile.TemporaryDirectory(prefix="keras-") as folder:
        with reader.one_generation():
            description = _read_description(reader)
            if not compile:
                description["compile_config"] = None
            store, assets = _open_state(reader, folder)
        with store, ValuesMayWait():
            model = deserialize_with_sharing(description, custom_objects, safe_mode)
            if not isinstance(model, KerasSaveable):
                raise ValueError(f"{reader.file} describes no model or layer, but an object of {type(model)}.")
            _quantize_as_stored(model, store, description)
            load_state(model, store, assets)
    return model


def _quantize_as_stored(model, store, description):
    if any([parts.as_stored(layer, store.get(path)) for path, layer in walk(model)]):
        compile_config = description.get("compile_config")
        if compile_config and hasattr(model, "compile_from_config"):
            model.compile_from_config(compile_config)  # The optimizer has state for other variables now.


def _open_state(reader, folder):
    """The store with the weights of an archive, and its assets, written to a folder; `None` where it has none."""
    store = _open_weights(reader, folder)
    try:
        return store, archive.AssetFolders(folder) if archive.extract_assets(reader, folder) else None
    except BaseException:
        store.close()
        raise


def _read_description(reader):
    description = read_json(reader.read(archive.CONFIG), f"{archive.CONFIG} in {reader.file}")
    if not isinstance(description, dict) or "class_name" not in description:
        raise ValueError(f"{archive.CONFIG} in {reader.file} does not describe a model.")
    return keras_2.to_keras_3(description)


def _open_weights(reader, folder):
    """The store with the weights of an archive; what must be a file for it is put into a folder."""
    for suffix, store in STORES.items():
        name = f"{archive.WEIGHTS}.{suffix}"
        if name in reader.names():
            content = reader.path_of(name, folder) if store is SafetensorsStore else reader.open(name)
            try:
                return store(content, "r")
            except (OSError, ValueError) as error:
                raise OSError(f"{name} in {reader.file} is damaged ({cut(str(error))}).") from error
    names = few(reader.names())
    raise ValueError(f"{reader.file} is not a saved model: it holds no {archive.WEIGHTS}.h5, only {names}.")


# --- Weights


def save_weights_only(model, filepath, max_shard_size=None, objects_to_skip=None):
    """Writes the weights of a model.

    Args:
        model: The model; any layer will do.
        filepath: Path that ends in `.weights.h5` or `.safetensors`; or in `.weights.json` where the weights go to
            several files.
        max_shard_size: Largest size of a file in GiB; None for one file.
        objects_to_skip: Objects to leave out, with what is below them.
    """
    filepath = str(filepath)
    if not getattr(model, "built", True):
        raise ValueError(f"{model} is not built, so it has no weights to save. Call it on data, or `build()`, first.")
    suffixes = (".weights.h5", *((".weights.json",) if max_shard_size is not None else ()), SUFFIX)
    if not filepath.endswith(suffixes):
        raise ValueError(f"The name of a file of weights must end in {' or '.join(suffixes)}. Received: {filepath}")
    skip = objects_to_skip or ()
    if filepath.endswith(SUFFIX):
        _save_in_shards(model, filepath, filepath + INDEX, SafetensorsWriter, max_shard_size, skip)
    elif max_shard_size is None:
        with replacing(filepath) as target, H5Store(target, "w") as store:
            save_state(model, store, skip=skip)
    else:
        filepath = map_of_shards(filepath)
        writer = functools.partial(ShardedH5Store, mode="w")
        _save_in_shards(model, filepath, filepath, writer, max_shard_size, skip)


def map_of_shards(filepath):
    """Path of the map where HDF5 files of weights are several, which goes by the name of the one file."""
    return filepath.removesuffix(".h5").removesuffix(".json") + ".json"


def _save_in_shards(model, filepath, map_path, writer, max_shard_size, skip):
    """Writes weights to several files, or to one where that is enough; what was there before and is replaced goes away.

    Args:
        model: The model.
        filepath: Path to give to the writer.
        map_path: Path of the map of the files.
        writer: Class of the store, which takes a path, a size and a tag for the names of the files.
        max_shard_size: Largest size of a file in GiB.
        skip: Objects to leave out.
    """

    def replaced():
        return shards_of(map_path) | {path for path in (filepath, map_path) if os.path.isfile(path)}

    # Shards of this time have names of their own: killed in between, the files of the last time are whole.
    tag = f"_{uuid.uuid4().hex[:8]}" if os.path.isfile(map_path) else ""
    with replacing_several(filepath, replaced) as folder:
        with writer(os.path.join(folder, os.path.basename(filepath)), max_shard_size=max_shard_size, tag=tag) as store:
            save_state(model, store, skip=skip)
    if tag and map_path == filepath:
        name_first_shard(map_path, tag)


def load_weights_only(model, filepath, skip_mismatch=False, objects_to_skip=None):
    """Reads the weights of a model.

    Args:
        model: The model; any layer will do.
        filepath: Path of a `.weights.h5`, `.weights.json`, `.safetensors`, `.safetensors.index.json` or `.keras` file,
            or of a folder with a saved model.
        skip_mismatch: Whether to warn about objects that do not fit, and not to raise.
        objects_to_skip: Objects to leave out, with what is below them.
    """
    filepath = str(filepath)
    if not getattr(model, "built", True):
        raise ValueError(
            f"{model} is not built, so it has no weights to load into. Call it on data, or `build()`, first."
        )
    filepath = _with_weights(filepath)
    skip = objects_to_skip or ()
    if filepath.endswith((".weights.h5", ".weights.json")) or is_safetensors(filepath):
        with budget_for(lambda: _stored(filepath), filepath), _open_file(filepath) as opened:
            if is_safetensors(filepath):
                opened.place(walk(model, skip))
            load_state(model, opened, skip_mismatch=skip_mismatch, skip=skip, check_first=True)
        return
    reader = archive.FolderReader if os.path.isdir(filepath) else archive.ZipReader
    with (
        budget_for(lambda: size_of(filepath), filepath),
        reader(filepath) as archive_file,
        tempfile.TemporaryDirectory(prefix="keras-") as folder,
    ):
        with archive_file.one_generation():
            store, assets = _open_state(archive_file, folder)
        with store:
            load_state(model, store, assets, skip_mismatch, skip, check_first=True)


def _with_weights(filepath):
    """The file to read: the map of several where these stand for the one, and the file of weights of a folder that is no
    saved model."""
    if filepath.endswith(SUFFIX):
        filepath = found_file(filepath)
    elif os.path.isdir(filepath) and not os.path.exists(os.path.join(filepath, archive.CONFIG)):
        inside = found_file(os.path.join(filepath, f"model{SUFFIX}"))
        filepath = inside if os.path.exists(inside) else filepath
    if not os.path.exists(filepath):
        raise FileNotFoundError(f"There is no file {filepath}.")
    return filepath


def _open_file(filepath):
    """The store in a file of weights. Shards are opened together, so that they are those of one save."""
    if is_safetensors(filepath):
        return SafetensorsReader(filepath)
    if filepath.endswith(".h5"):
        return H5Store(filepath, "r")
    with one_writer(filepath):
        store = ShardedH5Store(filepath, "r")
        store.open_shards()
    return store


def _stored(filepath):
    """Bytes of a file of weights, with the shards that lie beside their map."""
    return (
        size_of(filepath) if filepath.endswith((".h5", SUFFIX)) else size_of(os.path.dirname(os.path.abspath(filepath)))
    )
