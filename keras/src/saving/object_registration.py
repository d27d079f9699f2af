"""The names under which configs find a user's classes and functions."""

import inspect
from contextvars import ContextVar
from types import MappingProxyType

from keras.src.api_export import keras_export

# Registered for good: name -> object, and object -> name.
GLOBAL_CUSTOM_OBJECTS = {}
GLOBAL_CUSTOM_NAMES = {}

_scope = ContextVar("keras_custom_objects", default=MappingProxyType({}))


@keras_export(
    [
        "keras.saving.CustomObjectScope",
        "keras.saving.custom_object_scope",
        "keras.utils.CustomObjectScope",
        "keras.utils.custom_object_scope",
    ]
)
class CustomObjectScope:
    """Makes classes and functions known by name to everything that is deserialized within the `with` block.

    Args:
        custom_objects: Dict of name → class or function.

    Example:

    >>> def cube(x):
    ...     return x**3
    >>> with keras.saving.CustomObjectScope({"cube": cube}):
    ...     layer = keras.layers.Dense.from_config({"units": 2, "activation": "cube"})
    """

    def __init__(self, custom_objects):
        if custom_objects is not None and not isinstance(custom_objects, dict):
            raise TypeError(
                f"`custom_objects` must be a dict of name → class or function. Received: {custom_objects!r}"
            )
        self.custom_objects = dict(custom_objects or {})
        self._tokens = []

    def __enter__(self):
        self._tokens.append(_scope.set({**_scope.get(), **self.custom_objects}))
        return self

    def __exit__(self, *exception):
        _scope.reset(self._tokens.pop())


custom_object_scope = CustomObjectScope


@keras_export(["keras.saving.get_custom_objects", "keras.utils.get_custom_objects"])
def get_custom_objects():
    """The dict of all registered objects itself: what is put into it is registered, without a scope.

    Returns:
        A dict of name → class or function.

    Example:

    >>> keras.saving.get_custom_objects()["square"] = lambda x: x * x
    >>> del keras.saving.get_custom_objects()["square"]
    """
    return GLOBAL_CUSTOM_OBJECTS


@keras_export(["keras.saving.register_keras_serializable", "keras.utils.register_keras_serializable"])
def register_keras_serializable(package="Custom", name=None):
    """Decorator that registers a class or function under `"package>name"`, so that saved files may name it.

    Args:
        package: First part of the name; keeps the names of two projects apart.
        name: Second part of the name; the name of the class or function where it is None.

    Returns:
        A decorator that gives its argument back unchanged.

    Example:

    >>> @keras.saving.register_keras_serializable(package="my_project")
    ... class Scale(keras.layers.Layer):
    ...     def call(self, x):
    ...         return 2 * x
    """

    def register(obj):
        if inspect.isclass(obj) and not hasattr(obj, "get_config"):
            raise ValueError(f"The class {obj.__name__} needs a `get_config()` method to be registered.")
        registered_name = f"{package}>{name or obj.__name__}"
        GLOBAL_CUSTOM_OBJECTS[registered_name] = obj
        GLOBAL_CUSTOM_NAMES[obj] = registered_name
        return obj

    return register


@keras_export(["keras.saving.get_registered_name", "keras.utils.get_registered_name"])
def get_registered_name(obj):
    """The name under which a class or function is registered, else its own name.

    Args:
        obj: A class or function.

    Returns:
        A string.

    Example:

    >>> keras.saving.get_registered_name(keras.layers.Dense)
    'Dense'
    """
    return GLOBAL_CUSTOM_NAMES.get(obj) or obj.__name__


def registered_in_some_package(name):
    """The one class or function registered as `"package>name"`, whatever its package: older files leave it out.

    Returns:
        The class or function; None where there is none, or where packages disagree.
    """
    found = {id(obj): obj for full, obj in GLOBAL_CUSTOM_OBJECTS.items() if full.rpartition(">")[2] == name}
    return next(iter(found.values())) if len(found) == 1 else None


@keras_export(["keras.saving.get_registered_object", "keras.utils.get_registered_object"])
def get_registered_object(name, custom_objects=None, module_objects=None):
    """Finds a class or function by name: in the scopes around, among the registered ones, then in the given dicts.

    Args:
        name: The name.
        custom_objects: Optional dict of name → object.
        module_objects: Optional dict of name → object, which is looked into last.

    Returns:
        The class or function; None where the name is unknown.

    Example:

    >>> keras.saving.get_registered_object("size", custom_objects={"size": len})([1, 2])
    2
    """
    for known in (_scope.get(), GLOBAL_CUSTOM_OBJECTS, custom_objects, module_objects):
        if known and name in known:
            return known[name]
    return None
