"""Automatic names: `dense`, `dense_1`, ... counted in the process since the last `clear_session`."""

import functools
import itertools
import re

from keras.src.api_export import keras_export

_NOT_A_WORD = re.compile(r"\W+")
_WORD_STARTS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=.)(?=[A-Z][a-z])")


_counters = {}


def reset_names():
    """Starts every count anew; `clear_session` calls it."""
    _counters.clear()


@keras_export("keras.backend.get_uid")
def get_uid(prefix=""):
    """Counts how often a prefix was asked for.

    Args:
        prefix: String; each prefix has a count of its own.

    Returns:
        Integer: 1 at the first call, then 2, and so on.

    Example:

    >>> keras.backend.get_uid("block"), keras.backend.get_uid("block")
    (1, 2)
    """
    # Both steps are atomic: threads that make layers get names of their own.
    counter = _counters.get(prefix) or _counters.setdefault(prefix, itertools.count(1))
    return next(counter)


def uniquify(name):
    """Returns `name` the first time, then `name_1`, `name_2`, ..."""
    count = get_uid(name) - 1
    return f"{name}_{count}" if count else name


def apart(name, taken):
    """The name, with a number behind it if it is among those taken.

    Args:
        name: String.
        taken: Set of names, to which the result is added.
    """
    chosen, count = name, 0
    while chosen in taken:
        count += 1
        chosen = f"{name}_{count}"
    taken.add(chosen)
    return chosen


def auto_name(prefix):
    """Returns a unique snake-case name made from a class name or prefix."""
    return uniquify(to_snake_case(prefix))


@functools.lru_cache(maxsize=1024)
def to_snake_case(name):
    """Turns a class name into a layer name: `BatchNormalization` becomes `batch_normalization`."""
    return _WORD_STARTS.sub("_", _NOT_A_WORD.sub("", name)).lower()


# The name by which other libraries know it.
reset_uids = reset_names


def get_object_name(obj):
    """The name of an object: its `name`, or one made from the name of its function or class.

    Args:
        obj: Any object.
    """
    if hasattr(obj, "name"):
        return obj.name
    if hasattr(obj, "__name__"):
        return to_snake_case(obj.__name__)
    return to_snake_case(type(obj).__name__)
