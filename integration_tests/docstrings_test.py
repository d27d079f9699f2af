"""Each public name has an example, and the examples of all public names hold on the engine that runs."""

import doctest

import pytest

import api_gen
import keras
from integration_tests import docstrings
from keras.src.backend.common import global_state
from keras.src.testing import engine


def _public():
    """Maps the (module, symbol) of what is public to one of its names."""
    found = {}
    for name, place in sorted(api_gen.collect().items()):
        found.setdefault(place, name)
    return found


PUBLIC = _public()
places = pytest.mark.parametrize("place", [pytest.param(place, id=name) for place, name in PUBLIC.items()])


@pytest.fixture
def as_at_the_start(tmp_path, monkeypatch):
    """A function that forgets names and seeds, but no compiled programs: all examples share them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(global_state, "_session_hooks", [])

    def forget():
        keras.utils.clear_session(free_memory=False)
        keras.utils.set_random_seed(0)

    return forget


@places
def test_examples_hold(place, as_at_the_start):
    for test in docstrings.examples_of(docstrings.symbol_at(*place)):
        if docstrings.needs_gradients(test) and not engine.CAN_DIFFERENTIATE:
            continue
        as_at_the_start()
        report = docstrings.failures(test)
        assert not report, report


# Functions of `keras.ops` under the names that Keras 2 had for them: a table of calls holds them, beside the module.
OLDER_NAMES = "keras._legacy.backend."


def test_each_public_name_has_an_example():
    names = {place: name for place, name in PUBLIC.items() if not name.startswith(OLDER_NAMES)}
    symbols = {name: docstrings.symbol_at(*place) for place, name in names.items()}
    assert not [name for name, symbol in symbols.items() if callable(symbol) and not docstrings.has_example(symbol)]


def example(text):
    return docstrings.failures(doctest.DocTestParser().get_doctest(text, {"keras": keras}, "example", None, 0))


class TestTheRunnerItself:
    def test_numbers_are_compared_as_numbers(self):
        assert not example(">>> keras.ops.divide([1.0, -2.0], 3)\narray([ 0.333333,  -0.666667], dtype=float32)\n")
        assert example(">>> keras.ops.divide([1.0, -2.0], 3)\narray([0.334, -0.666667], dtype=float32)\n")

    def test_dtypes_and_shapes_count(self):
        assert example(">>> keras.ops.divide([3.0], 3)\narray([1], dtype=int32)\n")
        assert example(">>> keras.ops.ones((2,)).shape\n(3,)\n")
        assert not example(">>> keras.ops.ones((2,)).shape\n(2,)\n")

    def test_an_error_is_a_failure(self):
        assert "ZeroDivisionError" in example(">>> 1 / 0\n")
