"""Whole training runs equal those of Keras 3.15.1, whose losses `curves.json` holds (`make_curves.py` wrote them)."""

import json
import pathlib

import numpy as np
import pytest

import keras
from integration_tests.parity import training_runs as runs
from keras import ops
from keras.src.testing import engine

pytestmark = pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="the engine does not train; see bad_input_test.py")

CURVES = json.loads((pathlib.Path(__file__).parent / "curves.json").read_text())


class Gradients:
    """Gradients for a `train_step` in one source for all engines."""

    def gradients_of(self, loss, variables):
        return ops.value_and_grad(loss, variables=variables)()


def made(name, rate=0):
    return runs.build(name, rate, Gradients)


@pytest.mark.parametrize("name", runs.MODELS)
def test_every_loss_of_a_run_without_draws_is_that_of_the_reference(name):
    model = made(name)
    runs.reset(model, name)
    np.testing.assert_allclose(runs.losses(model, name), CURVES[name]["losses"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", runs.MODELS)
def test_eager_steps_give_the_same_losses(name):
    model = made(name)
    model.run_eagerly = True
    runs.reset(model, name)
    np.testing.assert_allclose(runs.losses(model, name, steps=4), CURVES[name]["losses"][:4], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", runs.MODELS)
def test_runs_that_nobody_watches_have_the_same_losses(name):
    """Engines take short cuts where no callback looks at single batches."""
    model = made(name)
    runs.reset(model, name)
    batches = runs.batches_of(name)
    columns = (keras.tree.map_structure(lambda *parts: np.concatenate(parts), *column) for column in zip(*batches))
    data = dict(zip(("x", "y", "sample_weight"), columns))
    size = len(keras.tree.flatten(batches[0])[0])
    history = model.fit(**data, batch_size=size, shuffle=False, verbose=0)
    np.testing.assert_allclose(history.history["loss"], np.mean(CURVES[name]["losses"]), rtol=1e-4)


@pytest.mark.parametrize("name", [name for name in runs.MODELS if name != "vae"])
def test_a_run_goes_on_in_a_loaded_model(name, tmp_path):
    model = made(name)
    runs.reset(model, name)
    half = runs.STEPS // 2
    first = runs.losses(model, name, half)
    model.save(tmp_path / "half.keras")
    loaded = keras.models.load_model(tmp_path / "half.keras", custom_objects=vars(runs))
    rest = runs.losses(loaded, name, runs.STEPS - half, first=half)
    np.testing.assert_allclose(first + rest, CURVES[name]["losses"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", runs.MODELS)
def test_losses_with_draws_have_the_mean_and_spread_of_the_reference(name):
    expected = np.array(CURVES[name]["late_losses"])
    losses = np.array(runs.late_losses(made(name, runs.RATE), name, range(len(expected))))
    error = np.sqrt((expected.var(ddof=1) + losses.var(ddof=1)) / len(expected))
    assert abs(losses.mean() - expected.mean()) < 4 * error, (losses.mean(), expected.mean(), error)
    # The 0.02 % quantiles of the F distribution with 19 and 19 degrees of freedom.
    assert 1 / 5.5 < losses.var() / expected.var() < 5.5, (losses.std(), expected.std())


@pytest.mark.parametrize("name", [name for name in runs.MODELS if name != "vae"])
def test_draws_matter(name):
    """The band around the mean of the reference does not hold the losses of a run without draws. (Without draws, the
    noise of the VAE comes with its batches.)"""
    expected = np.array(CURVES[name]["late_losses"])
    still = np.mean(CURVES[name]["losses"][runs.STEPS // 2 :])
    assert abs(still - expected.mean()) > 4 * np.sqrt(2 * expected.var(ddof=1) / len(expected))
