"""Configs of two keys, `class_name` and `config`, as Keras 2 wrote them: names are looked up in what the caller gives.

Nothing is imported by name, so a config can make what the caller and the user have named, and nothing else.
"""

import inspect

from keras.src.api_export import keras_export
from keras.src.saving.object_registration import CustomObjectScope, get_registered_name, get_registered_object
from keras.src.utils.messages import shown


@keras_export(["keras.legacy.saving.serialize_keras_object", "keras.utils.legacy.serialize_keras_object"])
def serialize_keras_object(instance):
    """Describes an object by the name and the config of its class, or a function by its name, as Keras 2 did.

    Args:
        instance: Object with a `get_config` method, function, or `None`.

    Returns:
        Dict with `class_name` and `config`; a string for a function; `None` for `None`.

    Raises:
        ValueError: The object has neither a config nor a name.

    Example:

    >>> keras.legacy.saving.serialize_keras_object(keras.losses.MeanSquaredError())["class_name"]
    'MeanSquaredError'
    """
    if instance is None:
        return None
    if hasattr(instance, "get_config"):
        name = get_registered_name(type(instance))
        return serialize_keras_class_and_config(name, instance.get_config(), instance)
    if hasattr(instance, "__name__"):
        return get_registered_name(instance)
    raise ValueError(f"An object with a `get_config()` method, or a function, was expected. Received: {instance!r}")


def serialize_keras_class_and_config(cls_name, cls_config, obj=None, shared_object_id=None):
    """The dict that stands for an object.

    Args:
        cls_name: Name of the class.
        cls_config: Config of the object.
        obj: The object itself, for whoever gives it.
        shared_object_id: Number that tells objects apart which a model uses at several places.
    """
    config = {"class_name": cls_name, "config": cls_config}
    return config if shared_object_id is None else {**config, "shared_object_id": shared_object_id}


@keras_export(["keras.legacy.saving.deserialize_keras_object", "keras.utils.legacy.deserialize_keras_object"])
def deserialize_keras_object(identifier, module_objects=None, custom_objects=None, printable_module_name="object"):
    """Makes an object from what `keras.legacy.saving.serialize_keras_object` gave, or finds a function by its name.

    Names are looked up in scopes and among registered objects, then in `custom_objects` and `module_objects`.

    Args:
        identifier: Dict with `class_name` and `config`, or a name. `None`, classes and functions come back as they are.
        module_objects: Optional dict of name → class or function.
        custom_objects: Optional dict of name → class or function, which goes first.
        printable_module_name: What an object is called in errors.

    Returns:
        The object, or the function; of a class that is given by name an object without arguments.

    Raises:
        ValueError: The name is unknown, or the identifier is of another form.

    Example:

    >>> config = {"class_name": "Dense", "config": {"units": 2}}
    >>> keras.legacy.saving.deserialize_keras_object(config, module_objects={"Dense": keras.layers.Dense}).units
    2
    """
    if identifier is None:
        return None
    if isinstance(identifier, dict):
        cls, config = class_and_config_for_serialized_keras_object(
            identifier, module_objects, custom_objects, printable_module_name
        )
        return _made(cls, config, custom_objects)
    if isinstance(identifier, str):
        found = _found(identifier, module_objects, custom_objects, printable_module_name)
        return found() if inspect.isclass(found) else found
    if inspect.isfunction(identifier) or inspect.isclass(identifier):
        return identifier
    raise ValueError(f"A dict with `class_name` and `config`, or a name, was expected. Received: {shown(identifier)}")


def class_and_config_for_serialized_keras_object(
    config, module_objects=None, custom_objects=None, printable_module_name="object"
):
    """The class that a config names, and the arguments in it.

    Args:
        config: Dict with `class_name` and `config`.
        module_objects: Optional dict of name → class or function.
        custom_objects: Optional dict of name → class or function.
        printable_module_name: What an object is called in errors.

    Raises:
        ValueError: The name is unknown, or the config has another form.
    """
    if not isinstance(config, dict) or "class_name" not in config or "config" not in config:
        raise ValueError(f"A dict with `class_name` and `config` was expected. Received: {shown(config)}")
    return _found(config["class_name"], module_objects, custom_objects, printable_module_name), config["config"]


def _found(name, module_objects, custom_objects, kind):
    known = (custom_objects or {}).get(name)
    found = get_registered_object(name, module_objects=module_objects) if known is None else known
    if found is None:
        raise ValueError(
            f"There is no {kind} of the name {shown(name)}. Register it with "
            "`@keras.saving.register_keras_serializable()`, or name it in `custom_objects` or in "
            "`keras.saving.custom_object_scope`."
        )
    return found


def _made(cls, config, custom_objects):
    if not hasattr(cls, "from_config"):
        with CustomObjectScope(custom_objects):
            return cls(**config)
    if "custom_objects" in inspect.signature(cls.from_config).parameters:
        return cls.from_config(config, custom_objects=dict(custom_objects or {}))
    with CustomObjectScope(custom_objects):
        return cls.from_config(config)
