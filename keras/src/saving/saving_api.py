"""`save_model`, `load_model`, `save_weights` and `load_weights`: the format follows from the file's name."""

import os
import tempfile
import zipfile

from keras.src.api_export import keras_export
from keras.src.backend.common.slices import is_divided
from keras.src.distribution.meetings import led_by_chief
from keras.src.distribution.processes import is_chief, tells_of_lost
from keras.src.saving import hub, orbax_lib, places, saving_lib
from keras.src.saving.legacy import legacy_h5_format
from keras.src.saving.safetensors_store import SUFFIX, is_safetensors
from keras.src.saving.shard_map import INDEX
from keras.src.utils import io_utils
from keras.src.utils.traceback_utils import filter_traceback
from keras.src.utils.warning_utils import warn

LEGACY_SUFFIXES = (".h5", ".hdf5")


def _may_write(filepath, overwrite):
    return overwrite or not places.exists(filepath) or io_utils.ask_to_proceed_with_overwrite(filepath)


@keras_export(["keras.saving.save_model", "keras.models.save_model"])
@filter_traceback
@tells_of_lost
def save_model(model, filepath, overwrite=True, zipped=None, **kwargs):
    """Writes a model, with its weights, its optimizer's state and how it was compiled.

    In a job of several processes with a distribution in force all of them call it; the first one writes.

    Args:
        model: The model.
        filepath: Path of the file: `.keras` for the native format, `.h5` or `.hdf5` for the older one. With
            `zipped=False`, path of a folder. Or a URL that the package `fsspec` knows, as in `"s3://bucket/model.keras"`;
            or `"hf://user/name"`, a repository of Hugging Face's hub, by the package `huggingface_hub`; or a binary file
            object, which gets the content of a `.keras` file where it stands.
        overwrite: Whether to replace an existing file; else the user is asked on the terminal.
        zipped: Whether to write one `.keras` file (the default) or a folder of the same content.
        **kwargs: `include_optimizer=False` leaves out how the model was compiled, and the optimizer's state.
            `weights_format="safetensors"` keeps the weights in a `model.weights.safetensors` instead of a
            `model.weights.h5`; it needs the package `safetensors`.

    Raises:
        ValueError: The file's name has another ending.
        OSError: The file cannot be written; the one that was there is as it was.

    Example:

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> keras.saving.save_model(model, "model.keras")
    >>> loaded = keras.saving.load_model("model.keras")
    """
    save_format = kwargs.pop("save_format", None)
    include_optimizer = kwargs.pop("include_optimizer", True)
    weights_format = kwargs.pop("weights_format", None)
    if kwargs:
        raise ValueError(f"save_model has no arguments named {sorted(kwargs)}.")
    if save_format:
        warn("`save_format` has no effect; the format follows from the file's name.")
    skip = () if include_optimizer else tuple(filter(None, [getattr(model, "optimizer", None)]))
    with led_by_chief("save the model", _is_held_together(model)):
        if is_chief():
            _save_model(model, filepath, overwrite, zipped, weights_format, include_optimizer, skip)
        else:
            _take_part(model, skip, isinstance(filepath, (str, os.PathLike)) and places.path_of(filepath))


def _is_held_together(model):
    """Whether devices hold parts of a variable of a model or of its optimizer."""
    owners = [model, getattr(model, "optimizer", None)]
    return any(is_divided(variable) for owner in owners for variable in getattr(owner, "variables", ()))


def _take_part(model, skip, filepath):
    """What other processes do while the first one saves."""
    if filepath and filepath.endswith(LEGACY_SUFFIXES) and not filepath.endswith(".weights.h5"):
        # The older format has an order of its own, in which arrays are gathered.
        with tempfile.TemporaryDirectory(prefix="keras-") as folder:
            legacy_h5_format.save_model_to_hdf5(model, os.path.join(folder, "model.h5"), include_optimizer=not skip)
    else:
        saving_lib.take_part_in_saving(model, skip)


def _save_model(model, filepath, overwrite, zipped, weights_format, include_optimizer, skip):
    if places.is_file_object(filepath):
        saving_lib.save_model(model, filepath, weights_format or "h5", zipped is not False, skip)
        return
    filepath = places.path_of(filepath)
    zipped = not hub.is_repository(filepath) if zipped is None else bool(zipped)
    legacy = filepath.endswith(LEGACY_SUFFIXES) and zipped
    _check_name(filepath, zipped, legacy, weights_format)
    if not _may_write(filepath, overwrite):
        return
    with places.writing(filepath) as path:
        if legacy:
            legacy_h5_format.save_model_to_hdf5(model, path, include_optimizer=include_optimizer)
        else:
            saving_lib.save_model(model, path, weights_format or "h5", zipped, skip)


def _check_name(filepath, zipped, legacy, weights_format):
    if not zipped and filepath.endswith(".keras"):
        raise ValueError(
            "The name of a folder must not end in `.keras`, which is the ending of files. With `zipped=False` give "
            f"another name. Received: filepath={filepath}"
        )
    if zipped and not legacy and not filepath.endswith(".keras"):
        raise ValueError(
            "The name of a saved model must end in `.keras`, or in `.h5` for the older format. Use "
            f"`model.export(filepath)` to write a SavedModel. Received: filepath={filepath}"
        )
    if legacy and weights_format is not None:
        raise ValueError(
            f"`weights_format` is for `.keras` files and folders: the older format has one of its own. Received: "
            f"weights_format={weights_format!r} and filepath={filepath}"
        )


@keras_export(["keras.saving.load_model", "keras.models.load_model"])
@filter_traceback
def load_model(filepath, custom_objects=None, compile=True, safe_mode=True):
    """Reads a model that `save_model` wrote, under any backend.

    Args:
        filepath: Path or URL of a `.keras` file, of a folder of that content, of an `.h5` file, or of a folder of
            checkpoints of `keras.callbacks.OrbaxCheckpoint`, of which the latest is read; or `"hf://user/name"`, a
            repository of Hugging Face's hub; or a binary file object, wherever it stands.
        custom_objects: Optional dict of name → class or function, for what is not registered.
        compile: Whether to compile the model as it was, with the optimizer's state.
        safe_mode: Whether to refuse lambdas, which can run any code: turn it off for files that you trust only.

    Returns:
        The model.

    Raises:
        ValueError: There is no such file, or it is damaged, or it names what is unknown or not allowed.

    Example:

    >>> keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save("model.keras")
    >>> keras.saving.load_model("model.keras").output_shape
    (None, 2)
    """
    if places.is_file_object(filepath):
        return _load_model_from_file(filepath, custom_objects, compile, safe_mode)
    with places.reading(places.path_of(filepath)) as path:
        return _load_model(path, custom_objects, compile, safe_mode)


def _load_model_from_file(file, custom_objects, compile, safe_mode):
    places.check_binary(file, "read")
    if places.is_seekable(file) and zipfile.is_zipfile(file):
        return saving_lib.load_model(file, custom_objects, compile, safe_mode)
    with places.reading_file(file) as path:
        return _load_model(path, custom_objects, compile, safe_mode)


def _load_model(path, custom_objects, compile, safe_mode):
    if os.path.isfile(path) and places.is_h5(path):
        return legacy_h5_format.load_model_from_hdf5(path, custom_objects, compile, safe_mode)
    if orbax_lib.is_checkpoint(path):
        return orbax_lib.load_model(path, custom_objects, compile, safe_mode)
    if path.endswith(".keras") or (os.path.exists(path) and (os.path.isdir(path) or zipfile.is_zipfile(path))):
        if not os.path.exists(path):
            raise ValueError(f"File not found: there is no {path}.")
        return saving_lib.load_model(path, custom_objects, compile, safe_mode)
    if path.endswith(LEGACY_SUFFIXES):
        return legacy_h5_format.load_model_from_hdf5(path, custom_objects, compile, safe_mode)
    raise ValueError(
        f"Cannot load {path}: models are in `.keras` files, or in `.h5` files of the older format. A SavedModel of "
        f'TensorFlow can be used as a layer: `keras.layers.TFSMLayer("{path}", call_endpoint="serving_default")`.'
    )


@keras_export("keras.saving.save_weights")
@filter_traceback
@tells_of_lost
def save_weights(model, filepath, overwrite=True, max_shard_size=None, **kwargs):
    """Writes the weights of a model, and its optimizer's state.

    In a job of several processes with a distribution in force all of them call it; the first one writes.

    Args:
        model: The model.
        filepath: Path or URL of the file, which ends in `.weights.h5`, or in `.safetensors` for the format of that package,
            with the paths of the variables as names; or in `.weights.json` with `max_shard_size`. Or a binary file object,
            which gets the content of a `.weights.h5` file where it stands.
        overwrite: Whether to replace an existing file; else the user is asked on the terminal.
        max_shard_size: Largest size of a file in GiB, where the weights shall go to several files. `x.safetensors` then
            becomes `x-00001-of-00002.safetensors`, ..., with the map `x.safetensors.index.json`, if one is not enough.
        **kwargs: `objects_to_skip`, a list of layers (or an optimizer) to leave out.

    Example:

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> keras.saving.save_weights(model, "model.weights.h5")
    """
    skip = kwargs.pop("objects_to_skip", None)
    if kwargs:
        raise ValueError(f"save_weights has no arguments named {sorted(kwargs)}.")
    with led_by_chief("save the weights", _is_held_together(model)):
        if is_chief():
            _save_weights(model, filepath, overwrite, max_shard_size, skip)
        else:
            _take_part(model, skip or (), None)


def _save_weights(model, filepath, overwrite, max_shard_size, skip):
    if places.is_file_object(filepath):
        _save_weights_to_file(model, filepath, max_shard_size, skip)
        return
    filepath = places.path_of(filepath)
    if max_shard_size is not None and filepath.endswith(".weights.h5"):
        filepath = saving_lib.map_of_shards(filepath)
    if _may_write(filepath, overwrite) and (not filepath.endswith(SUFFIX) or _may_write(filepath + INDEX, overwrite)):
        with places.writing(filepath) as path:
            saving_lib.save_weights_only(model, path, max_shard_size, skip)


def _save_weights_to_file(model, file, max_shard_size, skip):
    if max_shard_size is not None:
        raise ValueError(f"A file object cannot hold several files: leave `max_shard_size` out. Received: {file!r}")
    with places.writing_file(file, "model.weights.h5") as path:
        saving_lib.save_weights_only(model, path, objects_to_skip=skip)


@keras_export("keras.saving.load_weights")
@filter_traceback
def load_weights(model, filepath, skip_mismatch=False, **kwargs):
    """Reads the weights of a model.

    Args:
        model: The model, built.
        filepath: Path or URL of a `.weights.h5`, `.weights.json`, `.safetensors`, `.safetensors.index.json`, `.keras` or
            `.h5` file, or of a folder of checkpoints of `keras.callbacks.OrbaxCheckpoint`, of which the latest is read; or
            `"hf://user/name"`, a repository of Hugging Face's hub, or a file in it; or a binary file object.
            A `.safetensors` file that something else wrote gives its tensors to the variables whose paths are their names.
        skip_mismatch: Whether to warn about layers that do not fit the file, and not to raise.
        **kwargs: `objects_to_skip`, a list of layers (or an optimizer) to leave out. `by_name=True`, for `.h5` files:
            layers are found by their names, not by their order.

    Raises:
        ValueError: Layers do not fit the file.

    Example:

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> keras.saving.save_weights(model, "model.weights.h5")
    >>> keras.saving.load_weights(model, "model.weights.h5")
    """
    skip = kwargs.pop("objects_to_skip", None)
    by_name = kwargs.pop("by_name", False)
    if kwargs:
        raise ValueError(f"load_weights has no arguments named {sorted(kwargs)}.")
    if places.is_file_object(filepath):
        source = places.reading_file(filepath)
    else:
        source = places.reading(places.path_of(filepath))
    with source as path:
        _load_weights(model, path, skip_mismatch, skip, by_name)


def _load_weights(model, path, skip_mismatch, skip, by_name):
    if orbax_lib.is_checkpoint(path):
        orbax_lib.load_weights(model, path, skip_mismatch, skip)
        return
    native = is_safetensors(path) or path.endswith((".keras", ".weights.h5", ".weights.json")) or os.path.isdir(path)
    if native:
        if by_name:
            raise ValueError(f"`by_name` is for `.h5` files of the older format only. Received: {path}")
        saving_lib.load_weights_only(model, path, skip_mismatch, skip)
    elif path.endswith(LEGACY_SUFFIXES):
        if skip is not None:
            raise ValueError(f"`objects_to_skip` is not for files of the older format. Received: {path}")
        legacy_h5_format.load_weights_from_hdf5(path, model, by_name=by_name, skip_mismatch=skip_mismatch)
    else:
        raise ValueError(
            f"Cannot load {path}: weights are in `.weights.h5`, `.weights.json`, `.safetensors`, `.keras` or `.h5` files."
        )
