"""All networks against Keras 3.15.1: parameters, weights in order, names and configs of layers, and outputs of filled networks.

The numbers are written by `integration_tests/goldens/applications.py`, which another implementation runs.
"""

import json
from pathlib import Path

import numpy as np
import pytest

import keras
from keras.src.applications import published
from keras.src.backend.common.stateless_scope import take_uninitialized_variables
from keras.src.testing import application_cases as cases

EXPECTED = json.loads((Path(__file__).parent / "testdata" / "networks.json").read_text())
NETWORKS = sorted(name for name in dir(keras.applications) if name[0].isupper())


def test_each_network_has_numbers():
    assert NETWORKS == sorted(EXPECTED)


@pytest.fixture(autouse=True)
def values_never_come():
    """Networks without values are let go, and nobody draws their values later."""
    yield
    take_uninitialized_variables()


@pytest.mark.parametrize("way", cases.WAYS)
@pytest.mark.parametrize("name", NETWORKS)
def test_layers_and_weights(name, way):
    found, expected = cases.summary(cases.of_way(keras, name, way)), EXPECTED[name][way]
    if expected is None:  # Channels first, which Keras 3.15.1 does not know for this network: the weights are the same.
        found, expected = ([s[key] for key in ("parameters", "weights")] for s in (found, EXPECTED[name]["features"]))
    assert found == expected


@pytest.fixture
def without_files(monkeypatch):
    """Nothing is downloaded where arguments are not refused."""

    def fetch(*args):
        raise OSError("No network.")

    monkeypatch.setattr(published, "fetch", fetch)


@pytest.mark.parametrize("name", NETWORKS)
def test_arguments(name, without_files):
    expected = EXPECTED[name]["arguments"]
    keras.utils.clear_session()
    found = cases.arguments_of(keras, name, heights=(expected["height"] - 1, expected["height"]))
    assert found["height"] == expected["height"]
    assert found["models"] == expected["models"]
    refused = {case for case, error in found["refused"].items() if error == "ValueError"}
    assert refused >= {case for case, error in expected["refused"].items() if error == "ValueError"}


@pytest.fixture
def without_draws(monkeypatch):
    """Weights begin as zeros: drawing values that are replaced costs more than all else."""
    zeros = lambda self, shape, dtype=None, **options: keras.ops.convert_to_tensor(np.zeros(shape, dtype))
    for kind in (keras.initializers.VarianceScaling, keras.initializers.TruncatedNormal):
        monkeypatch.setattr(kind, "__call__", zeros)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("name", [name for name in NETWORKS if name in cases.SMALLEST])
def test_outputs(name, data_format, without_draws):
    """The order of axes changes no features."""
    expected, found = EXPECTED[name]["outputs"], cases.outputs(keras, name, data_format)
    assert np.isfinite(expected["square"])
    scale = np.sqrt(expected["square"])
    np.testing.assert_allclose(found["mean"], expected["mean"], atol=1e-4 * scale)
    np.testing.assert_allclose(found["square"], expected["square"], rtol=1e-3)
