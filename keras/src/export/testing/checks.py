"""What the tests of all formats ask."""

import numpy as np
import pytest

import keras
from keras.src.export.testing.models import CASES


def assert_agrees(model, samples, call):
    """Holds what a runtime gives against `predict`, for each of some inputs.

    Args:
        model: The model.
        samples: List of inputs.
        call: Function of inputs, as `predict` takes them, that gives outputs, structured like those of the model.
    """
    for x in samples:
        want, got = model.predict(x, verbose=0), call(x)
        assert isinstance(got, dict) == isinstance(want, dict) and (not isinstance(want, dict) or set(got) == set(want))
        for a, b in zip(keras.tree.flatten(want), keras.tree.flatten(dict(got) if isinstance(got, dict) else got)):
            np.testing.assert_allclose(np.asarray(b), a, rtol=1e-5, atol=1e-5)
            assert np.asarray(b).dtype == a.dtype


def assert_a_needed_bound_is_told(exported, folder):
    """A size that a table bounds, and nobody else, is refused with what to say, and nothing is written.

    Args:
        exported: Function of a model and a folder that exports it.
        folder: Empty folder.
    """
    with pytest.raises(ValueError, match="'bounds': {'time'"):
        exported(CASES["transformer"].model(), folder)
    assert not list(folder.iterdir())


def assert_sizes_that_must_be_equal_are_found(call_of, folder):
    """Open sizes of two inputs that are added are one size, though the signature does not say so.

    Args:
        call_of: Function of a model and a folder that exports it, and gives a function of its inputs.
        folder: Empty folder.
    """
    a, b = keras.Input((None, 3), name="a"), keras.Input((None, 3), name="b")
    call = call_of(keras.Model([a, b], keras.layers.Add()([a, b])), folder)
    x = np.ones((2, 5, 3), "float32")
    np.testing.assert_array_equal(call([x, x]), 2 * x)


def reloaded(model, folder):
    """The model as its file holds it."""
    model.save(folder / "model.keras")
    return keras.models.load_model(folder / "model.keras")


def bounded(case):
    """The `input_signature` of a case whose sizes must be bounded, else `None`: what the model was built with."""
    return case.signature() if case.bounds else None
