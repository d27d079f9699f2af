"""Lazy packages: a public name is imported when it is first asked for, then kept in the package's globals."""

import os
import random
import sys
from importlib import import_module

_ROOT = os.path.dirname(__file__)


def import_without_draws(name):
    """Imports a module and returns it. Some packages draw random numbers while they are imported, which must not shift
    those that follow a seed."""
    if name in sys.modules:
        return import_module(name)
    state = random.getstate()
    try:
        return import_module(name)
    finally:
        random.setstate(state)


def stand_for(namespace, name):
    """Lets the package `name` be what the package with these `globals()` is imported as."""
    sys.modules[namespace["__name__"]] = import_without_draws(name)


def _name_by_place(namespace):
    """The name of a package of this library after the folder that it lies in."""
    folder = os.path.dirname(namespace["__file__"])
    below = folder.removeprefix(_ROOT)
    return namespace["__name__"] if below == folder else "keras" + below.replace(os.sep, ".")


def attach(namespace, members, packages=()):
    """Gives a package its lazy `__getattr__`, `__dir__` and `__all__`.

    Args:
        namespace: The `globals()` of the package.
        members: Maps each public name to the place of its object: `"module"` where it has the same name there, else
            `"module:name"`.
        packages: Names of the sub-packages, which are imported on first use as well.
    """
    package = namespace["__name__"]
    if package != (own_name := _name_by_place(namespace)):
        # TensorFlow finds packages as `tensorflow.keras.layers`: there must not be two of one.
        return stand_for(namespace, own_name)

    def __getattr__(name):
        if name in members:
            module, _, symbol = members[name].partition(":")
            value = getattr(import_without_draws(module), symbol or name)
        elif name in packages:
            value = import_without_draws(f"{package}.{name}")
        else:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        namespace[name] = value
        return value

    names = sorted({*members, *packages})
    namespace["__getattr__"] = __getattr__
    # What packages import for themselves, this function, is none of the names that they offer.
    namespace["__dir__"] = lambda: sorted({*namespace, *names} - {attach.__name__})
    namespace["__all__"] = names
