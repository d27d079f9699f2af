"""Looking attributes up."""


def error_of_property(instance, name):
    """In a `__getattr__`: raises anew what a property of this name raised; does nothing where there is none.

    Python asks `__getattr__` after an `AttributeError` of a property too, whose message would be lost.
    """
    for cls in type(instance).__mro__:
        found = cls.__dict__.get(name)
        if isinstance(found, property):
            found.fget(instance)
        if found is not None:
            return
