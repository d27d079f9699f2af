"""Descriptions of models by Keras 2 and tf.keras 2.x, in configs of any file, in the form of Keras 3."""

import re

from keras.src.saving.object_registration import get_registered_object
from keras.src.utils.messages import few

_MODELS = ("Functional", "Model", "Sequential")
_OLDER_MODULE = re.compile(r"(tf_keras|tensorflow\.python\.keras|tensorflow\.keras|keras\.engine|keras\.src\.engine)\b")
_NO_COUNTERPART = ("TFOpLambda", "SlicingOpLambda", "ClassMethod", "TensorFlowOpLayer")
# Optimizers of tf.keras 2.11 and later go by the names of registered classes.
_OWN_PACKAGE = "Custom>"
# Arguments of older classes that say what is always so now; `...` stands for whatever they say.
_OF_ONE_KERNEL = {"groups": 1, "kernel_initializer": ..., "kernel_regularizer": ..., "kernel_constraint": ...}
_GONE = {
    "DepthwiseConv1D": _OF_ONE_KERNEL,
    "DepthwiseConv2D": _OF_ONE_KERNEL,
    "SeparableConv1D": _OF_ONE_KERNEL,
    "SeparableConv2D": _OF_ONE_KERNEL,
    **{f"Conv{rank}DTranspose": {"groups": 1} for rank in (1, 2, 3)},
    "Discretization": {"trainable": ..., "epsilon": ...},
    "MultiHeadAttention": {"query_shape": ..., "key_shape": ..., "value_shape": ..., "softmax_robust_masking": False},
}


def to_keras_3(description):
    """A description in the form of Keras 3; others than those of models of Keras 2 stay as they are.

    Raises:
        ValueError: The model has parts that Keras 3 has no counterpart for; all of them are named.
    """
    if not is_of_keras_2(description):
        return description
    strange = sorted(set(_strange(description)))
    if strange:
        raise ValueError(
            "The model was made by tf.keras with operations of TensorFlow in its graph, for which there are no "
            f"counterparts: {few(strange)}. Make the model anew in Python, with `keras.ops` or layers in their places, "
            "and read the weights with `load_weights`."
        )
    return _current(description)


def training_config(config):
    """What a model was compiled with, in the form of Keras 3."""
    return _current(config)


def is_of_keras_2(description):
    """Whether Keras 2 described a model."""
    if not isinstance(description, dict) or description.get("class_name") not in _MODELS:
        return False
    module = description.get("module")
    if isinstance(module, str):
        return bool(_OLDER_MODULE.match(module)) or "batch_input_shape" in str(description.get("config"))[:2000]
    return module is None and get_registered_object(description["class_name"]) is None


def _strange(value):
    if isinstance(value, dict):
        if value.get("class_name") in _NO_COUNTERPART and isinstance(value.get("config"), dict):
            yield str(value["config"].get("name"))
        value = value.values()
    if not isinstance(value, (str, bytes)) and hasattr(value, "__iter__"):
        for item in value:
            yield from _strange(item)


def _current(value):
    if isinstance(value, list):
        return [_current(item) for item in value]
    if not isinstance(value, dict):
        return value
    value = {key: _current(item) for key, item in value.items()}
    if isinstance(value.get("compile_config"), dict):
        value["compile_config"] = {k: v for k, v in value["compile_config"].items() if v is not None}
    if isinstance(value.get("config"), dict) and isinstance(value.get("class_name"), str):
        value |= _module(value)
        if "inbound_nodes" in value and value["class_name"] not in _MODELS:
            value.pop("build_config", None)  # It may tell one of several shapes; the call tells all.
        value["config"] = with_arguments_of_keras_3(value["class_name"], value["config"])
    return value


def _module(description):
    module = description.get("module")
    if description["class_name"] in _MODELS and (module is None or _OLDER_MODULE.match(str(module))):
        functional = description["class_name"] == "Functional"
        return {"module": "keras.src.models.functional" if functional else "keras.models", "registered_name": None}
    if module == "keras.optimizers.legacy":
        return {"module": "keras.optimizers"}
    name = description["class_name"]
    if name.startswith(_OWN_PACKAGE) and get_registered_object(name) is None:
        return {"class_name": name.removeprefix(_OWN_PACKAGE), "registered_name": None}
    return {}


def with_arguments_of_keras_3(class_name, config):
    """A config of an object as the constructor of Keras 3 takes it.

    Args:
        class_name: Name of the class.
        config: The config, a dict.
    """
    gone = _GONE.get(class_name, {})
    config = {k: v for k, v in config.items() if k not in gone or (gone[k] is not ... and v != gone[k])}
    axis = config.get("axis")
    if class_name == "BatchNormalization" and isinstance(axis, list) and len(axis) == 1:
        config["axis"] = axis[0]
    if "is_legacy_optimizer" in config:
        config = {k: v for k, v in config.items() if k not in ("is_legacy_optimizer", "jit_compile")}
    if isinstance(config.get("decay"), (int, float)) and "learning_rate" in config:
        config = _with_schedule(class_name, config)
    if config.get("reduction") == "auto":
        config = {k: v for k, v in config.items() if k not in ("reduction", "fn")}
    if class_name in _MODELS and isinstance(config.get("layers"), list):
        config = _with_tensors_by_name(_calls_from_zero(config))
    return config


def _with_schedule(class_name, config):
    """The config of an older optimizer, whose `decay` lowered its learning rate with each step."""
    decay, rate = config.pop("decay"), config["learning_rate"]
    # Nadam's was one of momentum, as it is always now.
    if decay and class_name != "Nadam" and isinstance(rate, (int, float)):
        schedule = {"initial_learning_rate": rate, "decay_steps": 1, "decay_rate": decay}
        config["learning_rate"] = {
            "module": "keras.optimizers.schedules",
            "class_name": "InverseTimeDecay",
            "config": schedule,
            "registered_name": None,
        }
    return config


def _calls_from_zero(config):
    """The graph of a model, with calls of each layer counted from 0: Keras 2 counts the making of a model as its first."""
    calls, used = {}, {}
    for layer in config["layers"]:
        if isinstance(layer, dict) and isinstance(layer.get("inbound_nodes"), list):
            calls[layer.get("name")] = len(layer["inbound_nodes"])
            _references(layer["inbound_nodes"], lambda r: used.setdefault(r[0], []).append(r[1]))
    _references(config.get("output_layers"), lambda r: used.setdefault(r[0], []).append(r[1]))
    moved = {name for name, numbers in used.items() if 0 < calls.get(name, 0) == max(numbers) and min(numbers) > 0}

    def move(reference):
        if reference[0] in moved:
            reference[1] -= 1

    if moved:
        for layer in config["layers"]:
            _references(layer.get("inbound_nodes"), move)
        _references(config.get("output_layers"), move)
    return config


def _with_tensors_by_name(config):
    """The graph of a model, in which tensors that calls take by keyword are described as such."""
    names = {layer.get("name") for layer in config["layers"] if isinstance(layer, dict)}

    def described(value):
        if isinstance(value, list) and len(value) >= 3 and value[0] in names and type(value[1]) is int:
            return {"class_name": "__keras_tensor__", "config": {"keras_history": value[:3]}}
        return [described(item) for item in value] if isinstance(value, list) else value

    for layer in config["layers"]:
        calls = layer.get("inbound_nodes") if isinstance(layer, dict) else None
        for call in calls if isinstance(calls, list) else ():
            for entry in call if isinstance(call, list) else ():
                if isinstance(entry, list) and len(entry) == 4 and isinstance(entry[3], dict):
                    entry[3] = {key: described(item) for key, item in entry[3].items()}
    return config


def _references(value, visit):
    """Calls a function on each list of a layer's name, the number of its call, and that of an output."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return
    if len(value) >= 3 and isinstance(value[0], str) and type(value[1]) is int and type(value[2]) is int:
        visit(value)
    for item in value:
        _references(item, visit)
