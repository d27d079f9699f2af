"""Docstrings of families of classes: what the arguments mean is written once, in the base."""

import inspect


def with_arguments_of_family(cls):
    """The docstring of a class, with the section `Args` of the nearest base that has one, unless it has its own."""
    documented = next((c.__doc__ for c in cls.__mro__[1:] if "Args:" in (c.__doc__ or "")), None)
    if documented is None or "Args:" in (cls.__doc__ or ""):
        return cls.__doc__
    arguments = "Args:" + inspect.cleandoc(documented).partition("Args:")[2]
    head, example, tail = inspect.cleandoc(cls.__doc__ or "").partition("Example:")
    return f"{head}{arguments}\n\n{example}{tail}"
