"""What the tests of all formats ask."""

import numpy as np

import keras


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


def reloaded(model, folder):
    """The model as its file holds it."""
    model.save(folder / "model.keras")
    return keras.models.load_model(folder / "model.keras")


def bounded(case):
    """The `input_signature` of a case whose sizes must be bounded, else `None`: what the model was built with."""
    return case.signature() if case.bounds else None
