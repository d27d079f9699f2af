"""Configs of the older HDF5 format: layers, losses and metrics are named by class alone."""

from keras.src.saving import serialization_lib
from keras.src.saving.object_registration import get_registered_object
from keras.src.utils.messages import shown

# Where a class without a module is looked for.
_LAYER_MODULES = ("keras.layers", "keras.models", "keras.src.models.functional")
_TRAINING_MODULES = {
    "loss": ("keras.losses",),
    "metrics": ("keras.metrics", "keras.losses"),
    "weighted_metrics": ("keras.metrics", "keras.losses"),
    "optimizer": ("keras.optimizers",),
}
_OPERATIONS = "keras.src.ops."
_OPERATION_MODULES = tuple(f"{_OPERATIONS}{domain}" for domain in ("numpy", "nn", "math", "core", "linalg", "image"))
# Classes that these files name otherwise than the public API.
_PUBLIC_NAMES = {"GroupedQueryAttention": "GroupQueryAttention"}
_NAMES_IN_FILES = {public: name for name, public in _PUBLIC_NAMES.items()}


# --- Writing


def of_model(description):
    """The older form of what `serialize_keras_object` gives for a model."""
    if (description.get("module") or "").startswith(_OPERATIONS):
        return description
    older = _without_module(description)
    layers = older["config"].get("layers")
    if isinstance(layers, list):
        older["config"] = {**older["config"], "layers": [of_model(layer) for layer in layers]}
    return older


def _without_module(description):
    public = (description.get("module") or "").startswith("keras")
    name = description["class_name"] if public else description.get("registered_name") or description["class_name"]
    name = _NAMES_IN_FILES.get(name, name) if public else name
    graph = {key: description[key] for key in ("name", "inbound_nodes") if key in description}
    if "tuples" in (description.get("build_config") or {}):
        graph["build_config"] = description["build_config"]
    return {"class_name": name, "config": description["config"], **graph}


def of_training(compile_config):
    """The older form of a compile config."""
    older = {key: _strip(value) for key, value in compile_config.items() if key != "optimizer"}
    if compile_config.get("optimizer") is not None:
        older["optimizer_config"] = _strip(compile_config["optimizer"])
    return older


def _strip(value):
    if isinstance(value, dict):
        is_object = "class_name" in value and "config" in value and value["class_name"] != "function"
        return _without_module(value) if is_object else {key: _strip(item) for key, item in value.items()}
    return [_strip(item) for item in value] if isinstance(value, (list, tuple)) else value


# --- Reading


def to_current(config):
    """The current form of a layer's or model's config."""
    if not _is_description(config):
        raise ValueError(
            f"The config of a model or layer is a dict with `class_name` and `config`. Received: {shown(config)}"
        )
    if config["class_name"] == "Sequential" and isinstance(config["config"], list):
        config = {**config, "config": {"layers": config["config"]}}  # Up to Keras 2.2.2.
    current = _with_module(config, _OPERATION_MODULES if _is_operation(config) else _LAYER_MODULES)
    layers = current["config"].get("layers") if isinstance(current["config"], dict) else None
    if isinstance(layers, list):
        layers = [to_current(layer) if _is_description(layer) else layer for layer in layers]
        current["config"] = {**current["config"], "layers": layers}
    return current


def to_compile_config(training):
    """The current form of a training config."""
    if not isinstance(training, dict):
        raise ValueError(f"What a model was compiled with is a dict. Received: {shown(training)}")
    current = dict(training)
    if "optimizer_config" in current:
        current["optimizer"] = current.pop("optimizer_config")
    for key, modules in _TRAINING_MODULES.items():
        if key in current:
            current[key] = _with_modules_inside(current[key], modules)
    return current


def _is_operation(description):
    """Whether a part of a graph is an operation, not a layer of the same name: Keras 3 writes of both the class alone."""
    calls, config = description.get("inbound_nodes"), description["config"]
    if not isinstance(calls, list) or not isinstance(config, dict) or "trainable" in config:
        return False
    called = bool(calls) and all(isinstance(call, dict) and "args" in call for call in calls)
    return called and any(
        serialization_lib.is_known(module, description["class_name"]) for module in _OPERATION_MODULES
    )


def _is_description(value):
    return isinstance(value, dict) and "class_name" in value and "config" in value


def _with_modules_inside(value, modules):
    if _is_description(value):
        return _with_module(value, modules)
    if isinstance(value, dict):
        return {key: _with_modules_inside(item, modules) for key, item in value.items()}
    return [_with_modules_inside(item, modules) for item in value] if isinstance(value, (list, tuple)) else value


def _with_module(config, modules):
    if config.get("module") or config["class_name"] == "function":
        return dict(config)
    name = config["class_name"]
    if get_registered_object(name) is None:
        public = _PUBLIC_NAMES.get(name, name)
        for module in modules:
            if serialization_lib.is_known(module, public):
                return {**config, "class_name": public, "module": module, "registered_name": None}
    return {**config, "module": None, "registered_name": name}
