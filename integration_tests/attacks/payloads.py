"""What attackers write into configs. The payloads do nothing: what they would reach is replaced (`guards.py`)."""

import base64
import inspect

import keras
from keras import layers
from keras.src.saving.serialization_lib import FUNCTION_MODULES

# What no test may open, ask about, list or download.
SENTINEL = "/sentinel/of/the/attack"
SENTINEL_URL = "http://sentinel.invalid/attack"
NO_CODE = base64.b64encode(b"no code").decode()


def function(module, name, **others):
    return {"module": module, "class_name": "function", "config": name, "registered_name": "function", **others}


def described(module, name, /, **config):
    return {"module": module, "class_name": name, "config": config, "registered_name": None}


def layer(name, /, **config):
    return described("keras.layers", name, **config)


@keras.saving.register_keras_serializable("attacks")
class Registered(layers.Layer):
    """A layer that stands for one of the user's own, which a file may not put in the place of another."""


LAMBDA = {"class_name": "__lambda__", "config": {"value": [NO_CODE, None, None]}}
OLDER_LAMBDA = {"class_name": "__lambda__", "config": {"code": NO_CODE, "defaults": None, "closure": None}}
RELU = function("builtins", "relu")

CODE = {
    "lambda": LAMBDA,
    "older lambda": OLDER_LAMBDA,
    "Lambda": layer("Lambda", function=LAMBDA),
    "Lambda, no module": {"class_name": "Lambda", "config": {"function": OLDER_LAMBDA}},
    "output_shape of Lambda": layer("Lambda", function=RELU, output_shape=OLDER_LAMBDA),
    "mask of Lambda": layer("Lambda", function=RELU, mask=OLDER_LAMBDA),
    "arguments of Lambda": layer("Lambda", function=RELU, arguments={"alpha": LAMBDA}),
    "nested in lists": [[{"a": [LAMBDA]}]],
    "torch module": layer("TorchModuleWrapper", module=NO_CODE),
    "torch module, no module": {"class_name": "TorchModuleWrapper", "config": {"module": NO_CODE}},
    "function of JAX": layer("JaxLayer", call_fn=LAMBDA),
    "other function of JAX": layer("JaxLayer", call_fn=function("os", "system"), init_fn=None),
    "module of Flax": layer("FlaxLayer", module={"module": "os", "class_name": "system", "config": {}}),
    "module of Flax by code": layer("FlaxLayer", module=LAMBDA, method="__call__"),
    "pickle": {"module": "pickle", "class_name": "loads", "config": {"data": NO_CODE}},
}

FOREIGN = {
    f"{kind} {module}.{name}": make(module, name)
    for module, name in (
        ("subprocess", "run"),
        ("os", "system"),
        ("builtins", "eval"),
        ("numpy", "fromfile"),
        ("importlib", "import_module"),
        ("torch", "load"),
        ("keras.utils", "get_file"),
        ("keras.config", "enable_unsafe_deserialization"),
        ("keras.src.backend.common.global_state", "set_global_attribute"),
        ("keras.src.saving.serialization_lib", "SafeModeScope"),
        ("keras.models", "load_model"),
        ("keras.visualization", "plot_image_gallery"),
        ("keras.distribution", "initialize"),
        ("keras.datasets.mnist", "load_data"),
        ("keras.saving", "get_custom_objects"),
        ("keras.activations", "deserialize"),
        ("keras.callbacks", "BackupAndRestore"),
        ("keras._lazy", "attach"),
        ("keras.ops", "map"),
        ("..", "x"),
        ("keras.layers.core.dense.os", "system"),
    )
    for kind, make in (("function", function), ("class", described))
}

INSIDE = {
    "function in Lambda": layer("Lambda", function=function("os", "system")),
    "file in Lambda": layer(
        "Lambda", function=function("keras.utils", "get_file"), arguments={"origin": SENTINEL_URL, "fname": "x"}
    ),
    "class in Lambda": layer("Lambda", function=described("subprocess", "Popen", args=["true"])),
    "operation over functions in Lambda": layer("Lambda", function=function("keras.ops", "while_loop")),
    "callback": described("keras.callbacks", "BackupAndRestore", backup_dir=SENTINEL),
    "another name of a registered one": {**layer("Dense", units=1), "registered_name": "attacks>Registered"},
    "name of a function for another": function("builtins", "relu", registered_name="attacks>Registered"),
    "class without a config": {"module": "keras.layers", "class_name": "Dense", "config": "units"},
    "name that is no text": {"module": "keras.layers", "class_name": ["Dense"], "config": {}},
    "module that is no text": {"module": ["os"], "class_name": "system", "config": {}},
}

FILES = {
    "SavedModel": layer("TFSMLayer", filepath=SENTINEL, call_endpoint="serve"),
    "SavedModel, no module": {"class_name": "TFSMLayer", "config": {"filepath": SENTINEL}},
    **{
        f"vocabulary of {name} at {place}": layer(name, vocabulary=place, **config)
        for name, config in (("StringLookup", {}), ("IntegerLookup", {}), ("TextVectorization", {}))
        for place in (SENTINEL, f"file://{SENTINEL}", SENTINEL_URL)
    },
}

PAYLOADS = {**CODE, **FOREIGN, **INSIDE, **FILES}


def public_functions():
    """Descriptions of all public functions outside of those that files may name, as function and as class."""
    allowed = set()
    for module in FUNCTION_MODULES:
        allowed |= {getattr(_module(module), name) for name in _module(module).__all__ if _is_function(module, name)}
    for space in _namespaces():
        for name in _module(space).__all__:
            if _is_function(space, name) and getattr(_module(space), name) not in allowed:
                yield function(space, name)
                yield described(space, name)


def _module(name):
    found = keras
    for part in name.split(".")[1:]:
        found = getattr(found, part)
    return found


def _is_function(module, name):
    return inspect.isroutine(getattr(_module(module), name))


def _namespaces(name="keras"):
    yield name
    for inner in _module(name).__all__:
        if inspect.ismodule(getattr(_module(name), inner)):
            yield from _namespaces(f"{name}.{inner}")
