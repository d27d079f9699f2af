"""Runs the examples of docstrings, on any engine: what an example shows is compared as a value, not as text.

A docstring shows tensors as NumPy prints them, and their shapes as tuples. What the engine returns is brought into that
form before it is compared; numbers agree up to the digits that are shown, and white space does not matter.
"""

import contextlib
import doctest
import importlib
import io
import re
import sys

import numpy as np

import keras
from keras.src import backend, tree

_NUMBER = re.compile(r"(?<![\w.])-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\w])")
_NEEDS_GRADIENTS = re.compile(r"\.(fit|train_on_batch|grad|value_and_grad|vjp|jvp|jacobian|apply_gradients|apply)\(")
_RELATIVE, _ABSOLUTE = 1e-4, 1e-5


def symbol_at(module, name):
    return getattr(importlib.import_module(module), name)


def examples_of(symbol):
    """The doctests of a function, or of a class and its own public members, that have examples."""
    name = getattr(symbol, "__name__", type(symbol).__name__)
    documented = {name: symbol}
    if isinstance(symbol, type):
        members = {k: getattr(m, "__func__", m) for k, m in vars(symbol).items() if not k.startswith("_")}
        documented.update({f"{name}.{k}": m for k, m in members.items() if callable(m) or isinstance(m, property)})
    tests = [_doctest(getattr(x, "__doc__", None), name) for name, x in documented.items()]
    return [test for test in tests if test.examples]


def _doctest(docstring, name):
    docstring = docstring if isinstance(docstring, str) else ""
    return doctest.DocTestParser().get_doctest(docstring, {"keras": keras, "np": np}, name, name, 0)


def has_example(symbol):
    """Whether the docstring of a function or class itself shows how it is used."""
    return bool(_doctest(symbol.__doc__, "").examples)


def needs_gradients(test):
    """Whether an example trains or differentiates."""
    return any(_NEEDS_GRADIENTS.search(example.source) for example in test.examples)


def failures(test):
    """What went wrong in an example, as text; empty where all is as shown."""
    report = io.StringIO()
    runner = doctest.DocTestRunner(Checker(), verbose=False, optionflags=doctest.ELLIPSIS)
    with _values_shown_as_numpy_does():
        runner.run(test, out=report.write, clear_globs=False)
    return report.getvalue()


@contextlib.contextmanager
def _values_shown_as_numpy_does():
    # doctest takes `sys.__displayhook__` for each run.
    before = sys.__displayhook__
    sys.__displayhook__ = show
    try:
        yield
    finally:
        sys.__displayhook__ = before


def show(value):
    """Prints the value of an expression, as Python's prompt does, tensors as arrays of NumPy."""
    if value is not None:
        print(repr(_plain(value)))


def _plain(value):
    if backend.is_tensor(value) or isinstance(value, np.generic):
        return np.asarray(backend.convert_to_numpy(value))
    if hasattr(value, "as_list"):  # a shape that is no tuple
        return tuple(value.as_list())
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(_plain(x) for x in value)
    return tree.map_structure(_plain, value) if type(value) in (list, dict) else value


class Checker(doctest.OutputChecker):
    """Compares numbers as numbers, and the text around them without white space."""

    def check_output(self, want, got, optionflags):
        if super().check_output(want, got, optionflags):
            return True
        expected, received = _NUMBER.findall(want), _NUMBER.findall(got)
        if len(expected) != len(received) or _text(want) != _text(got):
            return False
        return np.allclose([float(x) for x in received], [float(x) for x in expected], _RELATIVE, _ABSOLUTE)


def _text(shown):
    return "".join(_NUMBER.sub("#", shown).split())
