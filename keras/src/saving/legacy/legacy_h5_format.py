"""Whole models in one HDF5 file, the format before `.keras`: configs in attributes, weights by layer name."""

import json

import h5py
import ml_dtypes
import numpy as np

from keras.src import backend
from keras.src.backend.common.waiting_values import ValuesMayWait
from keras.src.backend.config import backend as backend_name
from keras.src.optimizers import keras_2_state
from keras.src.saving.h5_reading import (
    has_member,
    kind_of,
    open_h5,
    own_member,
    read_attribute,
    read_dataset,
    read_group,
)
from keras.src.saving.legacy import keras_2, legacy_configs
from keras.src.saving.load_report import LoadReport
from keras.src.saving.object_registration import CustomObjectScope
from keras.src.saving.serialization_lib import deserialize_keras_object, read_json, serialize_keras_object
from keras.src.saving.stores import to_array, write_dataset
from keras.src.utils.load_budget import budget_for, size_of, telling_depth
from keras.src.utils.messages import few, shown
from keras.src.utils.safe_write import replacing
from keras.src.utils.warning_utils import warn
from keras.src.version import __version__

# HDF5 limits the size of an attribute: longer lists go in chunks, `weight_names0`, `weight_names1`, ...
LARGEST_ATTRIBUTE_BYTES = 64000


# --- Attributes


def _write_names(group, key, names):
    names = [name.encode("utf-8") for name in names]
    size = max(map(len, names), default=0)
    if size > LARGEST_ATTRIBUTE_BYTES:
        raise ValueError(f"A name of {size} bytes is too long for an attribute of an HDF5 file.")
    array = np.asarray(names)
    if array.nbytes <= LARGEST_ATTRIBUTE_BYTES:
        group.attrs[key] = names
        return
    count = -(-array.nbytes // LARGEST_ATTRIBUTE_BYTES)
    for number, chunk in enumerate(np.array_split(array, count)):
        group.attrs[f"{key}{number}"] = chunk


def _read_names(group, key):
    chunk = read_attribute(group, key)
    chunks = [] if chunk is None else [chunk]
    while chunk is None and (further := read_attribute(group, f"{key}{len(chunks)}")) is not None:
        chunks.append(further)
    return [name for chunk in chunks for name in _names(chunk, f"{key!r} of {group.name} in {group.file.filename}")]


def _names(chunk, where):
    array = np.asarray([] if isinstance(chunk, h5py.Empty) else chunk)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "SUO"):
        raise ValueError(f"The attribute {where} must be a list of names. It is {shown(chunk)}.")
    return [_text(name) for name in array]


def _text(name):
    return name.decode("utf-8") if isinstance(name, bytes) else str(name)


def _read_json(file, key):
    text = read_attribute(file, key)
    if text is None:
        return None
    if not isinstance(text, (str, bytes)):
        raise ValueError(f"The attribute {key!r} of {file.filename} must be a text. It is {shown(text)}.")
    return read_json(text, f"The attribute {key!r} of {file.filename}")


# --- Weights of a group


def _write_arrays(group, variables):
    names = []
    for variable in variables:
        name, number = variable.path, 0
        while name in names:
            number += 1
            name = f"{variable.path}_{number}"
        names.append(name)
    _write_names(group, "weight_names", names)
    for name, variable in zip(names, variables):
        write_dataset(group, name, to_array(variable))


def _assign(variables, arrays):
    for variable, array in zip(variables, arrays):
        if array.dtype.kind == "V" and variable.dtype == "bfloat16" and array.dtype.itemsize == 2:
            array = array.view(ml_dtypes.bfloat16)  # Keras 3 writes the bytes, and does not say of which dtype.
        variable.assign(backend.convert_to_tensor(array, dtype=variable.dtype))


def _read_arrays(group):
    return [_read_nested(group, name) for name in _read_names(group, "weight_names")]


def _arrays(group):
    """The datasets of the weights, not read."""
    names = _read_names(group, "weight_names")
    for name in names:
        inner, last = _place_of(group, name)
        if not has_member(inner, last):
            raise ValueError(f"{group.file.filename} names the weight {name!r} in {group.name}, but does not hold it.")
    return [own_member(*_place_of(group, name), h5py.Dataset) for name in names]


def _read_nested(group, name):
    return read_dataset(*_place_of(group, name))


def _place_of(group, name):
    """The group that holds a weight, and the weight's name in it."""
    folder, _, last = name.rpartition("/")
    inner = read_group(group, folder) if folder else group
    if inner is None:
        raise ValueError(f"{group.file.filename} names the weight {name!r} in {group.name}, but does not hold it.")
    return inner, last


def _weights(layer):
    return layer.trainable_weights + layer.non_trainable_weights


def _top_level_weights(model):
    inner = {id(v) for layer in model.layers for v in layer.weights}
    return [v for v in _weights(model) if id(v) not in inner]


# --- Saving


def save_model_to_hdf5(model, filepath, include_optimizer=True):
    """Writes a model, its weights and how it was compiled.

    Args:
        model: The model.
        filepath: Path of the file.
        include_optimizer: Whether to write how the model was compiled, and the optimizer's state.
    """
    warn("The HDF5 format is the older one: prefer `.keras`, as in `model.save('my_model.keras')`.")
    compiled = include_optimizer and getattr(model, "compiled", False)
    with replacing(filepath) as target, open_h5(target, "w") as file:
        file.attrs["keras_version"] = __version__
        file.attrs["backend"] = backend_name()
        file.attrs["model_config"] = json.dumps(legacy_configs.of_model(serialize_keras_object(model)))
        if compiled:
            training = legacy_configs.of_training(serialize_keras_object(model.get_compile_config() or {}))
            file.attrs["training_config"] = json.dumps(training)
        save_weights_to_hdf5_group(file.create_group("model_weights"), model)
        if compiled and getattr(model.optimizer, "built", False):
            _write_arrays(file.create_group("optimizer_weights"), model.optimizer.variables)


def save_weights_to_hdf5_group(group, model):
    """Writes the weights of each layer of a model.

    Args:
        group: A group of an HDF5 file.
        model: The model.
    """
    group.attrs["backend"] = backend_name()
    group.attrs["keras_version"] = __version__
    _write_names(group, "layer_names", [layer.name for layer in model.layers])
    for layer in model.layers:
        _write_arrays(group.create_group(layer.name), _weights(layer))
    _write_arrays(group.create_group("top_level_model_weights"), _top_level_weights(model))


# --- Loading


def load_model_from_hdf5(filepath, custom_objects=None, compile=True, safe_mode=True):
    """Reads a model, its weights and how it was compiled.

    Args:
        filepath: Path of the file.
        custom_objects: Optional dict of name → class or function.
        compile: Whether to compile the model as it was.
        safe_mode: Whether to refuse lambdas.

    Returns:
        The model.
    """
    with (
        budget_for(lambda: size_of(filepath), filepath),
        open_h5(filepath, "r") as file,
        CustomObjectScope(custom_objects),
        ValuesMayWait(),
    ):
        config = _read_json(file, "model_config")
        if config is None:
            raise ValueError(
                f"{filepath} holds no model, perhaps only weights: build the model, then use `load_weights`."
            )
        with telling_depth():
            model = deserialize_keras_object(legacy_configs.to_current(keras_2.to_keras_3(config)), safe_mode=safe_mode)
        if not has_member(file, "model_weights"):
            raise ValueError(f"{filepath} holds a model, but not its weights: there is no group `model_weights`.")
        _load_layers(own_member(file, "model_weights", h5py.Group), model)
        training = _read_json(file, "training_config") if compile else None
        if training is not None:
            with telling_depth():
                model.compile_from_config(legacy_configs.to_compile_config(keras_2.training_config(training)))
            _load_optimizer(file, model)
    return model


def _load_optimizer(file, model):
    if not has_member(file, "optimizer_weights") or model.optimizer is None:
        return
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    group = own_member(file, "optimizer_weights", h5py.Group)
    arrays, names = _read_arrays(group), _read_names(group, "weight_names")
    if keras_2_state.is_of_keras_2(names):
        pairs = keras_2_state.pairs(model.optimizer, arrays, names)
    else:
        variables = model.optimizer.variables
        fits = [a.shape for a in arrays] == [tuple(v.shape) for v in variables]
        pairs = list(zip(variables, arrays)) if fits else None
    if pairs is None:
        warn(
            f"The optimizer starts afresh: its {len(model.optimizer.variables)} variables do not fit the {len(arrays)} "
            "in the file.",
        )
        return
    _assign(*zip(*pairs))


def load_weights_from_hdf5(filepath, model, by_name=False, skip_mismatch=False):
    """Reads the weights of a model, from a file of a whole model or of its weights.

    Args:
        filepath: Path of the file.
        model: The model, built.
        by_name: Whether layers are found by their names, not by their order.
        skip_mismatch: Whether to warn about layers that do not fit, and not to raise.
    """
    with budget_for(lambda: size_of(filepath), filepath), open_h5(filepath, "r") as file:
        group = own_member(file, "model_weights", h5py.Group) if has_member(file, "model_weights") else file
        if by_name:
            _load_layers_by_name(group, model, skip_mismatch)
        else:
            _load_layers(group, model, skip_mismatch)


def _load_layers(group, model, skip_mismatch=False):
    layers = [layer for layer in model.layers if layer.weights]
    names = [name for name in _read_names(group, "layer_names") if _read_names(_group(group, name), "weight_names")]
    if len(layers) != len(names):
        raise ValueError(
            f"{group.file.filename} has weights of {len(names)} layers, {few(names)}; the model has weights in "
            f"{len(layers)}, {few([layer.name for layer in layers])}. Layers are taken in their order; where some of them "
            f"have the same names, `by_name=True` loads these.{_without_counterpart(group, model).sections()}"
        )
    parts = [(layer, _weights(layer), _group(group, name)) for layer, name in zip(layers, names)]
    _assign_all([*parts, *_top_level(group, model)], skip_mismatch)


def _without_counterpart(group, model):
    """Report of the layers of a model that a file does not name, and of the others in the file."""
    report = LoadReport(group.file.filename)
    in_file, in_model = _read_names(group, "layer_names"), {layer.name: layer for layer in model.layers}
    for name in in_model.keys() - set(in_file):
        for variable in in_model[name].weights:
            report.missing.append((_short(variable), tuple(variable.shape), name))
    for name in [name for name in in_file if name not in in_model]:
        for array in _arrays(_group(group, name)):
            report.add_unused(array.name, array.shape)
    report.missing.sort()
    return report


def _short(variable):
    return "/".join(variable.path.split("/")[-2:])


def _group(group, name):
    found = read_group(group, name)
    if found is None:
        raise ValueError(f"{group.file.filename} names the layer {name!r}, but does not hold it.")
    return found


def _load_layers_by_name(group, model, skip_mismatch):
    names = set(_read_names(group, "layer_names"))
    parts = [(layer, _weights(layer), _group(group, layer.name)) for layer in model.layers if layer.name in names]
    report = _without_counterpart(group, model)
    _assign_all([*parts, *_top_level(group, model)], skip_mismatch)
    if report.missing or report.unused:
        warn(report.loaded_in_part())


def _top_level(group, model):
    if has_member(group, "top_level_model_weights"):
        yield model, _top_level_weights(model), _group(group, "top_level_model_weights")


def _assign_all(parts, skip_mismatch):
    """Gives variables the arrays of groups, once it is known that all of them fit.

    Args:
        parts: List of triples of a layer, its variables and a group.
        skip_mismatch: Whether to warn about layers that do not fit, and not to raise.
    """
    report = LoadReport(next((group.file.filename for _, _, group in parts), None))
    fitting = [part for part in parts if _fits(*part, report)]
    if report.failed and not skip_mismatch:
        raise ValueError(report.refusal())
    pairs = [pair for _, variables, group in fitting for pair in zip(variables, _read_arrays(group))]
    for variable, array in pairs:
        _assign([variable], [array])
    if report.failed:
        warn(report.left_out())


def _fits(layer, variables, group, report):
    """Whether a group has an array of the right shape for each variable of a layer; what differs goes to the report."""
    arrays = _arrays(group)
    for number, variable in enumerate(variables):
        if number >= len(arrays):
            report.add_missing(layer, _short(variable), variable.shape, group.name)
        elif kind_of(arrays[number])[0] not in "biufcV":
            array = arrays[number]
            error = f"{array.name} in {group.file.filename} holds no numbers, but values of {array.dtype}."
            report.add_broken(layer, array.name, error)
        elif arrays[number].shape != tuple(variable.shape):
            report.add_differing(layer, _short(variable), variable.shape, arrays[number].name, arrays[number].shape)
    for array in arrays[len(variables) :]:
        report.failed[id(layer)] = layer
        report.add_unused(array.name, array.shape)
    return not report.has_failed(layer)
