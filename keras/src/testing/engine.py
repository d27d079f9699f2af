"""What the running engine offers to tests: a compiler, gradients."""

import importlib

from keras.src.backend import config

_module = importlib.import_module(f"keras.src.backend.{config.backend()}.testing")
CAN_COMPILE = _module.CAN_COMPILE
CAN_DIFFERENTIATE = _module.CAN_DIFFERENTIATE
compiled = _module.compiled
NOT_COMPILED = getattr(_module, "NOT_COMPILED", frozenset())
gradients = getattr(_module, "gradients", None)


def _call(function, args, kwargs):
    return function(*args, **kwargs)


traced = getattr(_module, "traced", _call)
"""`traced(function, args, kwargs)`: results with the shapes and dtypes of the call, which an engine may find without computing."""
