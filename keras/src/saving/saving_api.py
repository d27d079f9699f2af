"""`save_model`, `load_model`, `save_weights` and `load_weights`: the format follows from the file's name."""

import os
import zipfile

import h5py

from keras.src.api_export import keras_export
from keras.src.saving import orbax_lib, saving_lib
from keras.src.saving.legacy import legacy_h5_format
from keras.src.utils import io_utils
from keras.src.utils.traceback_utils import filter_traceback
from keras.src.utils.warning_utils import warn

LEGACY_SUFFIXES = (".h5", ".hdf5")


def _may_write(filepath, overwrite):
    return overwrite or not os.path.exists(filepath) or io_utils.ask_to_proceed_with_overwrite(filepath)


@keras_export(["keras.saving.save_model", "keras.models.save_model"])
@filter_traceback
def save_model(model, filepath, overwrite=True, zipped=None, **kwargs):
    """Writes a model, with its weights, its optimizer's state and how it was compiled.

    Args:
        model: The model.
        filepath: Path of the file: `.keras` for the native format, `.h5` or `.hdf5` for the older one. With
            `zipped=False`, path of a folder.
        overwrite: Whether to replace an existing file; else the user is asked on the terminal.
        zipped: Whether to write one `.keras` file (the default) or a folder of the same content.
        **kwargs: `include_optimizer=False` leaves out how the model was compiled, and the optimizer's state.

    Raises:
        ValueError: The file's name has another ending.

    Example:

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> keras.saving.save_model(model, "model.keras")
    >>> loaded = keras.saving.load_model("model.keras")
    """
    filepath = str(filepath)
    save_format = kwargs.pop("save_format", None)
    include_optimizer = kwargs.pop("include_optimizer", True)
    if kwargs:
        raise ValueError(f"save_model has no arguments named {sorted(kwargs)}.")
    if save_format:
        warn("`save_format` has no effect; the format follows from the file's name.")
    legacy = filepath.endswith(LEGACY_SUFFIXES) and zipped is not False
    if zipped is False and filepath.endswith(".keras"):
        raise ValueError(
            "The name of a folder must not end in `.keras`, which is the ending of files. With `zipped=False` give "
            f"another name. Received: filepath={filepath}"
        )
    if zipped is not False and not legacy and not filepath.endswith(".keras"):
        raise ValueError(
            "The name of a saved model must end in `.keras`, or in `.h5` for the older format. Use "
            f"`model.export(filepath)` to write a SavedModel. Received: filepath={filepath}"
        )
    if not _may_write(filepath, overwrite):
        return
    if legacy:
        legacy_h5_format.save_model_to_hdf5(model, filepath, include_optimizer=include_optimizer)
        return
    skip = () if include_optimizer else tuple(filter(None, [getattr(model, "optimizer", None)]))
    saving_lib.save_model(model, filepath, zipped=zipped is not False, skip=skip)


@keras_export(["keras.saving.load_model", "keras.models.load_model"])
@filter_traceback
def load_model(filepath, custom_objects=None, compile=True, safe_mode=True):
    """Reads a model that `save_model` wrote, under any backend.

    Args:
        filepath: Path of a `.keras` file, of a folder of that content, of an `.h5` file, or of a folder of checkpoints
            of `keras.callbacks.OrbaxCheckpoint`, of which the latest is read.
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
    path = str(filepath)
    if os.path.isfile(path) and h5py.is_hdf5(path):
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
def save_weights(model, filepath, overwrite=True, max_shard_size=None, **kwargs):
    """Writes the weights of a model, and its optimizer's state.

    Args:
        model: The model.
        filepath: Path of the file, which ends in `.weights.h5`; or in `.weights.json` with `max_shard_size`.
        overwrite: Whether to replace an existing file; else the user is asked on the terminal.
        max_shard_size: Largest size of a file in GiB, where the weights shall go to several files.
        **kwargs: `objects_to_skip`, a list of layers (or an optimizer) to leave out.

    Example:

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> keras.saving.save_weights(model, "model.weights.h5")
    """
    skip = kwargs.pop("objects_to_skip", None)
    if kwargs:
        raise ValueError(f"save_weights has no arguments named {sorted(kwargs)}.")
    if _may_write(filepath, overwrite):
        saving_lib.save_weights_only(model, filepath, max_shard_size, skip)


@keras_export("keras.saving.load_weights")
@filter_traceback
def load_weights(model, filepath, skip_mismatch=False, **kwargs):
    """Reads the weights of a model.

    Args:
        model: The model, built.
        filepath: Path of a `.weights.h5`, `.weights.json`, `.keras` or `.h5` file, or of a folder of checkpoints of
            `keras.callbacks.OrbaxCheckpoint`, of which the latest is read.
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
    path = str(filepath)
    skip = kwargs.pop("objects_to_skip", None)
    by_name = kwargs.pop("by_name", False)
    if kwargs:
        raise ValueError(f"load_weights has no arguments named {sorted(kwargs)}.")
    if orbax_lib.is_checkpoint(path):
        orbax_lib.load_weights(model, path, skip_mismatch, skip)
        return
    native = path.endswith((".keras", ".weights.h5", ".weights.json")) or os.path.isdir(path)
    if native:
        if by_name:
            raise ValueError(f"`by_name` is for `.h5` files of the older format only. Received: {path}")
        saving_lib.load_weights_only(model, path, skip_mismatch, skip)
    elif path.endswith(LEGACY_SUFFIXES):
        if skip is not None:
            raise ValueError(f"`objects_to_skip` is not for files of the older format. Received: {path}")
        legacy_h5_format.load_weights_from_hdf5(path, model, by_name=by_name, skip_mismatch=skip_mismatch)
    else:
        raise ValueError(f"Cannot load {path}: weights are in `.weights.h5`, `.weights.json`, `.keras` or `.h5` files.")
