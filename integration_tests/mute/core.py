"""What the tests share that no argument is mute: two values that must differ do differ in what can be seen of an object."""

import inspect

import numpy as np


def differs(first, second, tolerance=1e-6):
    """Whether two observations differ: nested lists, tuples and dicts of arrays, numbers, strings and `None`.

    Args:
        first: An observation.
        second: Another one.
        tolerance: Differences up to it, relative to the larger magnitude (and absolute below 1), do not count.
    """
    if isinstance(first, dict) and isinstance(second, dict):
        return set(first) != set(second) or any(differs(first[key], second[key], tolerance) for key in first)
    if isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)):
        return len(first) != len(second) or any(differs(a, b, tolerance) for a, b in zip(first, second))
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        return first.shape != second.shape or first.dtype != second.dtype or not _close(first, second, tolerance)
    if isinstance(first, float) and isinstance(second, float):
        return not _close(np.asarray(first), np.asarray(second), tolerance)
    return type(first) is not type(second) or first != second


def _close(first, second, tolerance):
    if first.dtype.kind in "fV":
        first, second = first.astype("float64"), second.astype("float64")
        return np.allclose(first, second, rtol=tolerance, atol=tolerance, equal_nan=True)
    return np.array_equal(first, second)


def arguments_of(function):
    """Names of the parameters of a function or constructor that can be given by name."""
    parameters = list(inspect.signature(function).parameters.values())
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [p.name for p in parameters if p.name != "self" and p.kind not in kinds]


def registered_in(rows):
    """A decorator for functions that make an object, call a method and return what can be seen of it.

    It takes the names of a class and a method, and for each argument a pair of values, with what is given beside both as a
    third.
    """

    def row(owner, method, **pairs):
        def register(observe):
            rows[owner, method] = (observe, pairs)
            return observe

        return register

    return row
