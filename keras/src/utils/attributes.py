"""Looking attributes up."""

import inspect


def error_of_property(instance, name):
    """In a `__getattr__`: raises anew what a property of this name raised; does nothing where there is none.

    Python asks `__getattr__` after an `AttributeError` of a property too, whose message would be lost.
    """
    found = inspect.getattr_static(type(instance), name, None)
    if isinstance(found, property):
        found.fget(instance)
