"""Configs derived from the constructor's signature.

A layer of this library keeps each constructor argument in an attribute of the same name: its config is read from
there. A user's layer that does not define `get_config` gets the arguments that its constructor received.
"""

import inspect
import types

from keras.src import activations
from keras.src.backend.common.global_state import cached_for_session
from keras.src.graph.operation import constructor_parameters
from keras.src.saving import serialization_lib

_BASE_ARGUMENTS = frozenset(("name", "trainable", "dtype", "autocast", "activity_regularizer"))
_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@cached_for_session
def _classes_to_derive(cls, base):
    """`(library class, user's class)` whose constructors tell the config; `None` where there is none.

    Classes of the library down to the last one that defines `get_config` speak for themselves.
    """
    classes = cls.__mro__[: cls.__mro__.index(base)]
    by_hand = [i for i, c in enumerate(classes) if "get_config" in c.__dict__ and _is_of_library(c)]
    rest = classes[by_hand[-1] + 1 :] if by_hand else classes
    own = [c for c in rest if "__init__" in c.__dict__ and issubclass(c, base)]
    library = next((c for c in own if _is_of_library(c)), None)
    return library, _users_class(classes)


def _users_class(classes):
    """The user's class that has the constructor, unless a user's class defines `get_config`."""
    for cls in classes:
        if _is_of_library(cls) or "get_config" in cls.__dict__:
            return None
        if "__init__" in cls.__dict__:
            return None if _overrides_config(classes) else cls
    return None


def _overrides_config(classes):
    return any("get_config" in cls.__dict__ for cls in classes if not _is_of_library(cls))


def _is_of_library(cls):
    return cls.__module__.startswith("keras.src.") and not cls.__module__.endswith("_test")


def derived_config(layer, base, common):
    """Config of `layer`: `common` (a dict), then the arguments of its constructor.

    Raises:
        NotImplementedError: An argument of a user's constructor cannot be written to a config.
    """
    library, user = _classes_to_derive(type(layer), base)
    config = dict(common)
    if library is not None:
        for parameter in _own_parameters(library):
            if parameter.name in layer._not_in_config:
                continue
            value = _attribute(layer, parameter)
            if value is not None or parameter.name not in layer._omitted_from_config_when_none:
                config[parameter.name] = _serialized(value)
        kept_in = layer._arguments_kept_in
        for name in layer._also_in_config:
            value = getattr(layer, kept_in.get(name, name))
            if value is not None or name not in layer._omitted_from_config_when_none:
                config[name] = _serialized(value)
    if user is not None:
        config.update(_passed_arguments(layer, user))
        config = _accepted(user, config)
    return config


@cached_for_session
def _own_parameters(cls):
    return tuple(p for p in constructor_parameters(cls) if p.kind not in _VARIADIC and p.name not in _BASE_ARGUMENTS)


def _attribute(layer, parameter):
    missing = object()
    value = getattr(layer, layer._arguments_kept_in.get(parameter.name, parameter.name), missing)
    if value is missing:
        value = layer._passed_arguments().get(parameter.name, parameter.default)
    return value


def _serialized(value):
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        items = [_serialized(x) for x in value]
        return tuple(items) if isinstance(value, tuple) else items
    if isinstance(value, dict):
        return {key: _serialized(x) for key, x in value.items()}
    if isinstance(value, types.FunctionType):
        return activations.serialize(value)
    return serialization_lib.serialize_keras_object(value)


def _passed_arguments(layer, user):
    defaults = {p.name: p.default for p in _own_parameters(user) if p.default is not p.empty}
    passed = {k: v for k, v in {**defaults, **layer._passed_arguments()}.items() if k not in _BASE_ARGUMENTS}
    try:
        return {name: _serialized(value) for name, value in passed.items()}
    except (TypeError, ValueError) as error:
        raise NotImplementedError(
            f"{type(layer).__name__} received constructor arguments that no config can hold ({error}). It must "
            "define `get_config()` to be "
            "saved: return `super().get_config()` with an entry for each argument, from which `from_config()` "
            "can make the layer."
        ) from error


def _accepted(user, config):
    """The entries that the user's constructor takes; its `**kwargs` are taken to go to the base class."""
    parameters = constructor_parameters(user)
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return config
    names = {p.name for p in parameters}
    return {name: value for name, value in config.items() if name in names}


def is_derived_from_passed_arguments(cls, base):
    """Whether configs of `cls` hold the arguments that a user's constructor received."""
    return _classes_to_derive(cls, base)[1] is not None
