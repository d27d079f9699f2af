"""Objects to configs of plain Python values, and back.

Reading denies by default: a config may name public or internal classes of the modelling families of this library, its
activation, loss, metric and operation functions, and what the user registered. Nothing else is imported or called.
"""

import contextlib
import importlib
import inspect
import json
import re
import types

import numpy as np

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.saving import object_registration, object_sharing
from keras.src.saving.keras_saveable import KerasSaveable
from keras.src.saving.safe_mode import SafeModeScope, in_safe_mode
from keras.src.utils import load_budget, python_utils
from keras.src.utils.messages import cut, name_of, shown
from keras.src.utils.traceback_utils import filter_traceback
from keras.src.utils.warning_utils import warn

# Under this name other libraries look for it here.
ObjectSharingScope = object_sharing.ObjectSharingScope

PLAIN_TYPES = (str, int, float, bool)
FUNCTION_TYPES = (types.FunctionType, types.BuiltinFunctionType)

# The parts of `keras` (and of `keras.src`) that a file may name.
FAMILIES = frozenset(
    "activations applications constraints distillation dtype_policies initializers layers losses metrics mixed_precision "
    "models ops optimizers quantizers random regularizers utils".split()
)
FUNCTION_MODULES = ("keras.activations", "keras.losses", "keras.metrics", "keras.ops")
# Functions of these modules that a file may not name: they read configs, or call functions that they are given.
NOT_FOR_FILES = frozenset(
    "get serialize deserialize associative_scan cond custom_gradient fori_loop grad jacobian map scan switch "
    "value_and_grad vectorized_map vjp while_loop".split()
)
# Each engine of Keras 3 has optimizers of its own: the same rules, under the same names.
_OPTIMIZERS_OF_ENGINES = re.compile(r"keras\.src\.backend\.\w+\.optimizers(\.\w+)?")
# Where classes lived in the versions that wrote older files.
MOVED = {
    "keras.src.engine.functional": "keras.src.models.functional",
    "keras.src.engine.sequential": "keras.src.models.sequential",
    "keras.engine.functional": "keras.src.models.functional",
    "keras.engine.sequential": "keras.src.models.sequential",
}

# Arguments in configs of Keras 2 that say what is always so now.
_OUTDATED = [("time_major", False)]

REGISTER_HINT = (
    "If it is your own, decorate it with `@keras.saving.register_keras_serializable()` and import it before loading, "
    "or pass it in `custom_objects`."
)


# What Python and engines raise where a value is of a kind that nobody expected.
_ERRORS_OF_WRONG_KINDS = (
    *(TypeError, AttributeError, LookupError, ArithmeticError, RuntimeError),
    *backend.core.ARGUMENT_ERRORS,
)


class UnknownObjectError(ValueError, TypeError):
    """A config names nothing that is known, or its class cannot be built from it; the message is complete.

    It is both errors, since Keras raises the one for files of the older format and the other for `.keras` files.
    """


# --- Writing


@keras_export(["keras.saving.serialize_keras_object", "keras.utils.serialize_keras_object"])
def serialize_keras_object(obj):
    """Describes an object by plain Python values that JSON can hold.

    Args:
        obj: A layer, model, loss, metric, optimizer, ...; any object with `get_config()`; a function, tensor, array,
            slice, bytes or ellipsis; or lists, tuples and dicts of them.

    Returns:
        For an object a dict with `module`, `class_name`, `config` and `registered_name`; for a container the same
        container of descriptions; plain values are returned as they are.

    Raises:
        TypeError: The object has no `get_config()`.

    Example:

    >>> keras.saving.serialize_keras_object(keras.regularizers.L2(0.5))["config"]
    {'l2': 0.5}
    """
    if obj is None or isinstance(obj, PLAIN_TYPES):
        return obj
    if isinstance(obj, (list, tuple)):
        return (tuple if isinstance(obj, tuple) else list)(serialize_keras_object(item) for item in obj)
    if isinstance(obj, dict):
        return serialize_dict(obj)
    special = _serialize_special(obj)
    if special is not None:
        return special
    if inspect.isclass(obj) or not hasattr(obj, "get_config"):
        raise TypeError(
            f"Cannot describe {obj!r} of type {type(obj)} in a config: it needs a `get_config()` method"
            f"{', and must be an instance and not a class' if inspect.isclass(obj) else ''}."
        )
    return _serialize_object(obj)


def serialize_dict(obj):
    """Describes each value of a dict."""
    return {key: serialize_keras_object(value) for key, value in obj.items()}


def _tagged(name, **config):
    return {"class_name": name, "config": config}


def _serialize_special(obj):
    """Descriptions of the values that are neither plain nor objects with a config; None for the others."""
    if isinstance(obj, bytes):
        return _tagged("__bytes__", value=_decoded(obj))
    if obj is Ellipsis:
        return _tagged("__ellipsis__")
    if isinstance(obj, slice):
        return _tagged("__slice__", **{k: serialize_keras_object(getattr(obj, k)) for k in ("start", "stop", "step")})
    if isinstance(obj, KerasTensor):
        return _tagged("__keras_tensor__", shape=obj.shape, dtype=obj.dtype, keras_history=_history(obj))
    if backend.is_tensor(obj):
        return _array("__tensor__", backend.convert_to_numpy(obj), obj.dtype)
    if isinstance(obj, np.ndarray):
        return _array("__numpy__", obj, obj.dtype)
    if isinstance(obj, np.generic):
        return obj.item()
    if type(obj).__name__ in ("DType", "dtype") or isinstance(obj, np.dtype):
        return backend.standardize_dtype(obj)
    if isinstance(obj, FUNCTION_TYPES):
        return _serialize_function(obj)
    return None


def _array(name, values, dtype):
    return _tagged(name, value=values.tolist(), dtype=backend.standardize_dtype(dtype))


def _decoded(text):
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"A config holds bytes only where they are UTF-8 text. Received: {text[:40]!r}") from error


def _history(tensor):
    history = getattr(tensor, "_keras_history", None)
    return history and [history.operation.name, history.node_index, history.tensor_index]


def _serialize_function(function):
    if function.__name__ == "<lambda>":
        warn(
            "A lambda goes into the config as compiled code, which loads only with `safe_mode=False` and only in this "
            f"version of Python. Use a named, registered function instead. The lambda: {_source(function)}",
        )
        return _tagged("__lambda__", value=python_utils.func_dump(function))
    return {
        "module": "builtins",
        "class_name": "function",
        "config": object_registration.get_registered_name(function),
        "registered_name": "function",
    }


def _source(function):
    try:
        return inspect.getsource(function).strip()
    except (OSError, TypeError):
        return repr(function)


def public_place(cls):
    """(public module, public name) of a class that is exported itself, else None; a subclass does not inherit it."""
    path = vars(cls).get("_api_export_path")
    if path is None or not cls.__module__.startswith("keras."):
        return None
    return tuple((path if isinstance(path, str) else path[0]).rsplit(".", 1))


def _class_place(cls):
    """`module`, `class_name` and `registered_name` of a class in a config."""
    if place := public_place(cls):
        return *place, None
    module = None if cls in object_registration.GLOBAL_CUSTOM_NAMES else cls.__module__
    if module in ("__main__", "builtins"):
        module = None
    elif module is not None and module.startswith("keras.src.ops."):
        module = ".".join(module.split(".")[:4])  # Files name the domain of an operation, not the theme below it.
    return module, cls.__name__, object_registration.get_registered_name(cls)


def _serialize_object(obj):
    module, class_name, registered_name = _class_place(type(obj))
    description = {
        "module": module,
        "class_name": class_name,
        "config": serialize_dict(obj.get_config()),
        "registered_name": registered_name,
    }
    build_config = obj.get_build_config() if hasattr(obj, "get_build_config") else None
    if build_config is not None:
        description["build_config"] = serialize_dict(build_config)
    if hasattr(obj, "_quantized_parts") and (quantized := obj._quantized_parts(description["config"])):
        description["quantized_parts"] = quantized
    if hasattr(obj, "get_compile_config"):
        description["compile_config"] = serialize_dict(obj.get_compile_config() or {})
    if not getattr(obj, "_is_value", False):
        object_sharing.mark(obj, description)
    return description


def serialize_with_sharing(obj):
    """Describes an object; what it uses in several places comes back as one object, by `deserialize_with_sharing`."""
    with object_sharing.writing() as objects:
        try:
            description = serialize_keras_object(obj)
        except RecursionError as error:
            raise ValueError(f"The config of {obj} is too deep, or a list or dict in it holds itself.") from error
        objects.forget_single_uses(description)
    return description


# --- Reading


def read_json(text, what):
    """The config in a JSON text.

    Args:
        text: String or bytes.
        what: What the text is, for messages.

    Raises:
        ValueError: It is no JSON, or its parts lie in each other too deep.
    """
    try:
        config = json.loads(text)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{what} is damaged: it is no JSON ({error}).") from error
    except RecursionError as error:
        raise ValueError(f"{what} is damaged: its parts lie in each other too deep{load_budget.OF_PYTHON}.") from error
    load_budget.check_depth(config, what)
    return config


def deserialize_with_sharing(config, custom_objects=None, safe_mode=True):
    """Builds the object that `serialize_with_sharing` described; arguments as in `deserialize_keras_object`."""
    with object_sharing.reading():
        return deserialize_keras_object(config, custom_objects, safe_mode=safe_mode)


@keras_export(["keras.saving.deserialize_keras_object", "keras.utils.deserialize_keras_object"])
@filter_traceback
def deserialize_keras_object(config, custom_objects=None, safe_mode=True, **kwargs):
    """Builds the object that `serialize_keras_object` described.

    Args:
        config: The description: a dict, a plain value, or a container of descriptions.
        custom_objects: Optional dict of name → class or function, for objects that are not registered.
        safe_mode: Whether to refuse lambdas, which can run any code.
        **kwargs: `module_objects`, a dict of name → class or function that are looked up last, where the name alone of
            a class stands for an object with its defaults; `printable_module_name` is accepted and has no effect.

    Returns:
        The object. Of a compiled model, the compile configuration is restored as well.

    Raises:
        ValueError: The config names something that is unknown, or not allowed in files, or its `from_config()` failed.
            Where it is unknown or failed, the error is a `TypeError` as well.

    Example:

    >>> config = keras.saving.serialize_keras_object(keras.regularizers.L2(0.5))
    >>> keras.saving.deserialize_keras_object(config).l2
    0.5
    """
    module_objects = kwargs.pop("module_objects", None)
    kwargs.pop("printable_module_name", None)
    if kwargs:
        raise ValueError(f"deserialize_keras_object has no arguments named {sorted(kwargs)}.")
    scope = in_safe_mode()
    safe_mode = safe_mode if scope is None else scope
    with (
        object_registration.CustomObjectScope(custom_objects),
        SafeModeScope(safe_mode),
        load_budget.budget_if_given("a config"),
    ):
        if isinstance(config, str):
            return _of_name(config, module_objects or {})
        with load_budget.telling_depth():
            return _deserialize(config, safe_mode, module_objects)


def _of_name(name, module_objects):
    """What a string stands for: what is registered under it, else what the caller's library has under it."""
    found = object_registration.get_registered_object(name)
    if found is None and inspect.isclass(found := module_objects.get(name)):
        return found.from_config({}) if hasattr(found, "from_config") else found()
    return name if found is None else found


def _deserialize(config, safe_mode, module_objects=None):
    if config is None or isinstance(config, (*PLAIN_TYPES, np.ndarray)) or backend.is_tensor(config):
        return config
    if isinstance(config, (list, tuple)):
        return [_part(item, safe_mode, module_objects) for item in config]
    if not isinstance(config, dict):
        raise TypeError(
            f"A config is made of dicts, lists and plain values. Received: {shown(config)} of {type(config)}"
        )
    if "class_name" not in config or "config" not in config:
        return {key: _part(value, safe_mode) for key, value in config.items()}
    tag = config["class_name"]
    if not isinstance(tag, str):
        raise TypeError(f"`class_name` must be a string. Received: {shown(config)}")
    if tag in _SPECIAL:
        with errors_that_name(f"a {tag}", config):
            return _SPECIAL[tag](config["config"], safe_mode)
    if tag == "function":
        return _find_function(config)
    return _deserialize_object(config, module_objects)


def _part(config, safe_mode, module_objects=None):
    """What a part of a config describes.

    Other libraries extend the reading of configs: while they do, another function has the public name, which sees all
    parts.
    """
    if deserialize_keras_object is _PUBLIC:
        return _deserialize(config, safe_mode, module_objects)
    return deserialize_keras_object(config, safe_mode=safe_mode)


_PUBLIC = deserialize_keras_object


def _deserialize_lambda(config, safe_mode):
    if safe_mode:
        raise ValueError(
            "This config holds a lambda, compiled Python code that could do anything when it runs, and `safe_mode` is "
            "on. If you trust where the file comes from, pass `safe_mode=False` to the loading function or call "
            "`keras.config.enable_unsafe_deserialization()`."
        )
    if "code" in config:  # As the layer `Lambda` has it.
        return python_utils.func_load(config["code"], config.get("defaults"), config.get("closure"))
    return python_utils.func_load(config["value"])


def _deserialize_keras_tensor(config, safe_mode):
    return KerasTensor(tuple(config["shape"]), dtype=config["dtype"])


_SPECIAL = {
    "__bytes__": lambda config, safe_mode: config["value"].encode("utf-8"),
    "__ellipsis__": lambda config, safe_mode: Ellipsis,
    "__slice__": lambda config, safe_mode: slice(
        *(_deserialize(config[key], safe_mode) for key in ("start", "stop", "step"))
    ),
    "__tensor__": lambda config, safe_mode: backend.convert_to_tensor(config["value"], dtype=config["dtype"]),
    "__numpy__": lambda config, safe_mode: np.array(config["value"], backend.standardize_dtype(config["dtype"])),
    "__lambda__": _deserialize_lambda,
    "__keras_tensor__": _deserialize_keras_tensor,
}


def _deserialize_object(config, module_objects):
    shared = object_sharing.find(config)
    if shared is not None:
        return shared
    cls = find_class(config, module_objects)
    instance = _build(cls, config)
    build_config = config.get("build_config")
    if build_config and hasattr(instance, "build_from_config") and _reads_build_config(instance):
        _check_is_dict(build_config, "build_config", config)
        with errors_that_name(f"the state of a {config['class_name']}", build_config):
            instance.build_from_config(build_config)
    if config.get("quantized_parts"):
        instance._restore_quantized_parts(config["quantized_parts"])
    compile_config = config.get("compile_config")
    if compile_config and hasattr(instance, "compile_from_config"):
        _check_is_dict(compile_config, "compile_config", config)
        instance.compile_from_config(compile_config)
    object_sharing.record(config, instance)
    return instance


def _reads_build_config(instance):
    return not getattr(instance, "built", False) or getattr(instance, "_reads_build_config_when_built", False)


def _check_is_dict(value, key, config):
    if not isinstance(value, dict):
        raise TypeError(f"The `{key}` of a {config['class_name']} must be a dict. Received: {shown(config)}")


def _build(cls, config):
    if not hasattr(cls, "from_config"):
        raise TypeError(f"{cls} has no `from_config()` method and cannot be built from its config: {shown(config)}")
    inner = config["config"]
    if inner is not None:
        _check_is_dict(inner, "config", config)
    inner = inner or {}
    if cls.__module__.startswith("keras."):
        inner = {key: value for key, value in inner.items() if (key, value) not in _OUTDATED}
    names = [name for name in getattr(cls, "FUNCTIONS_IN_CONFIG", ()) if name in inner]
    functions = {name: deserialize_own_function(inner[name]) for name in names}
    try:
        return cls.from_config({**inner, **functions})
    except (UnknownObjectError, RecursionError, NotImplementedError):
        raise
    except _ERRORS_OF_WRONG_KINDS as error:
        raise UnknownObjectError(
            f"{cls}.from_config() failed: {_said(error)}\n\nIf its `get_config()` returns objects such as layers, "
            "`from_config()` must build them with `keras.saving.deserialize_keras_object`. "
            f"The config: {shown(config)}"
        ) from error


def _said(error):
    """The message of an error, and its type, without which that of a KeyError is but a word."""
    return f"{type(error).__name__}: {cut(str(error))}"


@contextlib.contextmanager
def errors_that_name(what, config):
    """Context in which something is made from a part of a config: what Python says of a value of a wrong kind becomes
    a `ValueError` that says which part it was.
    """
    try:
        yield
    except (UnknownObjectError, RecursionError, NotImplementedError):
        raise
    except _ERRORS_OF_WRONG_KINDS as error:
        raise ValueError(
            f"Could not make {what} from its config: {_said(error)}\n\nThe config: {shown(config)}"
        ) from error


# --- Names


def find_class(config, module_objects=None):
    """The class that a config names, if files may name it.

    Raises:
        UnknownObjectError: Nothing has this name.
        ValueError: Something has it that is not for files.
    """
    module, name = config.get("module"), config["class_name"]
    registered_name = config.get("registered_name") or None
    if _is_own(module):
        cls = _find_own_class(_present_place(module), name)
        if registered_name not in (None, name, cls.__name__):
            raise ValueError(
                f"{module}.{name[:100]} is not a registered object, so `registered_name` must be None: {shown(config)}"
            )
        return cls
    for known in (registered_name, name):
        cls = known and object_registration.get_registered_object(known, module_objects=module_objects)
        if cls is not None and inspect.isclass(cls):
            return cls
    cls = object_registration.registered_in_some_package(name)
    if inspect.isclass(cls):
        return cls
    raise UnknownObjectError(f"Could not find the class {name_of(name)}. {REGISTER_HINT} The config: {shown(config)}")


def _present_place(module):
    """The module in which a class lives now."""
    return "keras.optimizers" if _OPTIMIZERS_OF_ENGINES.fullmatch(module) else MOVED.get(module, module)


def _is_own(module):
    """Whether a module belongs to this library; the classes of its tests are found like those of users."""
    return isinstance(module, str) and module.split(".")[0] == "keras" and not module.endswith("_test")


def _find_own_class(module, name):
    found = _import_member(module, name)
    if found is None:
        raise ValueError(f"Could not find {module}.{name[:100]} in this version of the library.")
    if not inspect.isclass(found) or not _is_for_files(found):
        raise ValueError(
            f"{module}.{name} is not a class that a file may name: those are layers, operations, losses, metrics, "
            "optimizers and their like."
        )
    return found


def is_known(module, name):
    """Whether `module.name` is a class of this library that a file may name."""
    found = _import_member(module, name)
    return inspect.isclass(found) and _is_for_files(found)


def _is_for_files(cls):
    if not cls.__module__.startswith("keras."):
        return False
    return issubclass(cls, KerasSaveable) or (hasattr(cls, "from_config") and hasattr(cls, "get_config"))


def _import_member(module, name):
    """`module.name` where `module` belongs to a modelling family, else None; this alone imports on behalf of a file."""
    family = module.removeprefix("keras.src.").removeprefix("keras.").removeprefix("_legacy.").split(".")[0]
    if family not in FAMILIES and module != "keras":
        raise ValueError(
            f"{module[:100]}.{name[:100]} does not belong to the parts of the library that a file may name."
        )
    try:
        return getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError:
        return None


def _check_is_not_registered(config):
    """Refuses a function of this library under the name of a registered one, which it would stand in for."""
    if config.get("registered_name") not in (None, "", "function", config["config"]):
        raise ValueError(
            f"The function {config['config']!r} is one of this library and not registered, so `registered_name` must "
            f"be 'function' or None. The config: {shown(config)}"
        )


def _public_function(name):
    """The activation, loss, metric or operation of this public name, else None."""
    for module in FUNCTION_MODULES:
        # Only what the package exports: its other globals are no business of a file.
        found = _import_member(module, name) if name in importlib.import_module(module).__all__ else None
        if inspect.isroutine(found):
            return found
    return None


def deserialize_own_function(config):
    """The function that a config names, which the user registered, or gave as one of the `custom_objects`.

    What calls functions, a loop say, takes no other from a file.
    """
    found = deserialize_keras_object(config)
    if isinstance(config, dict) and config.get("class_name") == "function":
        name = config.get("config")
        if object_registration.get_registered_object(name) is None and _public_function(name) is found:
            raise ValueError(
                f"A file may pass functions to operations only if you registered them. {REGISTER_HINT} The config: "
                f"{shown(config)}"
            )
    return found


def _find_function(config):
    name = config["config"]
    if not isinstance(name, str):
        raise TypeError(f"The `config` of a function must be its name. Received: {shown(config)}")
    found = object_registration.get_registered_object(name)
    if found is not None:
        return found
    if name.isidentifier() and not name.startswith("_") and name not in NOT_FOR_FILES:
        found = _public_function(name)
        if found is not None:
            _check_is_not_registered(config)
            return found
    found = object_registration.registered_in_some_package(name)
    if found is not None and not inspect.isclass(found):
        return found
    raise UnknownObjectError(
        f"Could not find the function {name_of(name)}. {REGISTER_HINT} The config: {shown(config)}"
    )
