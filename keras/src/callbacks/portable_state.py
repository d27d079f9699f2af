"""The state of callbacks as JSON and arrays, so that another process can take it up."""

import inspect
import types

import numpy as np

from keras.src.callbacks.callback import Callback
from keras.src.callbacks.history import History
from keras.src.callbacks.model_checkpoint import BatchCounter
from keras.src.callbacks.progbar_logger import ProgbarLogger

_PLAIN = (bool, int, float, str, type(None))
# What belongs to the `fit` that runs, and not to its state.
_NOT_STATE = ("_model", "params")
# What changes in a `BatchCounter`.
_COUNTED = ("seen", "_last")
_BELONG_TO_ONE_FIT = (History, ProgbarLogger)


def by_name(callbacks):
    """Dict from names that are the same in another run, such as `"EarlyStopping.0"`, to the callbacks with a state."""
    counts, named = {}, {}
    for callback in callbacks:
        if isinstance(callback, _BELONG_TO_ONE_FIT):
            continue
        kind = type(callback).__name__
        named[f"{kind}.{counts.get(kind, 0)}"] = callback
        counts[kind] = counts.get(kind, 0) + 1
    return named


def state_of(thing):
    """Dict from the attributes that can be carried over to pairs `(code, arrays)`, a JSON value and what it refers to.

    Args:
        thing: The callback.
    """
    state = {}
    for name, value in vars(thing).items():
        arrays = []
        try:
            code = _encoded(value, arrays)
        except TypeError:
            continue
        if _is_state(thing, name):
            state[name] = (code, arrays)
    return state


def changed(state, former):
    """The part of a state that differs from a former one."""
    return {name: pair for name, pair in state.items() if name not in former or not _equal(pair, former[name])}


def check(state):
    """Raises where a state from a file is none, before anything takes it."""
    for code, arrays in state.values():
        _decoded(code, arrays, types.SimpleNamespace())


def restore(thing, state):
    """Gives a callback the attributes of a state; what is none of its state, a file cannot set."""
    for name, (code, arrays) in state.items():
        if _is_state(thing, name):
            setattr(thing, name, _decoded(code, arrays, getattr(thing, name, None)))


def _is_state(thing, name):
    """Whether an attribute changes while training: not what a callback of the library was made with (paths,
    addresses), nor its methods."""
    if name in _NOT_STATE or name.startswith("__") or hasattr(Callback, name):
        return False
    of_class = getattr(type(thing), name, None)
    return not (callable(of_class) or isinstance(of_class, property) or name in _settings_of(type(thing)))


def _settings_of(kind):
    """Names of the arguments of the library's constructors of a class."""
    constructors = [c.__init__ for c in kind.__mro__ if c.__module__.startswith("keras.") and "__init__" in vars(c)]
    return {name for constructor in constructors for name in inspect.signature(constructor).parameters}


def _equal(one, other):
    return one[0] == other[0] and all(np.array_equal(a, b) for a, b in zip(one[1], other[1]))


def _encoded(value, arrays):
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return value.item()
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if type(value) in (list, tuple):
        return {type(value).__name__: [_encoded(entry, arrays) for entry in value]}
    if type(value) is dict:
        return {"dict": [[_encoded(key, arrays), _encoded(entry, arrays)] for key, entry in value.items()]}
    if isinstance(value, BatchCounter):
        return {"attributes": _encoded(vars(value), arrays)}
    raise TypeError(f"{type(value).__name__} cannot be carried over to another process.")


def _decoded(code, arrays, current=None):
    if not isinstance(code, dict):
        return code
    ((kind, content),) = code.items()
    if kind == "array":
        return arrays[content]
    if kind == "dict":
        return {_decoded(key, arrays): _decoded(entry, arrays) for key, entry in content}
    if kind == "attributes":
        found = _decoded(content, arrays)
        vars(current).update({name: found[name] for name in _COUNTED if name in found})
        return current
    if kind not in ("list", "tuple"):
        raise ValueError(f"the state of a callback cannot be of the kind {kind!r}")
    entries = [_decoded(entry, arrays) for entry in content]
    return tuple(entries) if kind == "tuple" else entries
