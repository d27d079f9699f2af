"""What the running engine offers to tests: a compiler, gradients."""

import importlib
import importlib.util

from keras.src.backend import config

_PACKAGE = f"keras.src.testing.{config.backend()}"
_module = importlib.import_module(f"{_PACKAGE}.capabilities")
CAN_COMPILE = _module.CAN_COMPILE
CAN_DIFFERENTIATE = _module.CAN_DIFFERENTIATE
compiled = _module.compiled
NOT_COMPILED = getattr(_module, "NOT_COMPILED", frozenset())
gradients = getattr(_module, "gradients", None)
held = getattr(_module, "held", lambda: 0)
"""`held()`: number of what the engine holds beside Python's objects."""
mapped = getattr(_module, "mapped", None)
"""`mapped(function, tensors)`: results for each element along the leading dimension, by the engine's transformation."""
exported = getattr(_module, "exported", None)
"""`exported(function, tensors)`: the function as a graph without Python, made for these tensors."""
to_sparse = getattr(_module, "to_sparse", None)
"""`to_sparse(array)`: a sparse tensor of what is not zero in an array; `None` where the engine has none."""


def _call(function, args, kwargs):
    return function(*args, **kwargs)


traced = getattr(_module, "traced", _call)
"""`traced(function, args, kwargs)`: results with the shapes and dtypes of the call, which an engine may find without computing."""


def own_steps():
    """The module of training steps written for this engine, or `None` where it does not train."""
    found = importlib.util.find_spec(f"{_PACKAGE}.own_steps") is not None
    return importlib.import_module(f"{_PACKAGE}.own_steps") if found else None
