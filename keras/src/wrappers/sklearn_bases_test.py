"""Wrappers where something is missing: scikit-learn, or an engine that trains."""

import subprocess
import sys

import numpy as np
import pytest

from keras.src import layers, models
from keras.src.testing import engine
from keras.src.wrappers.sklearn_wrapper import SKLearnRegressor


def test_without_scikit_learn_the_names_are_there_and_making_one_tells_what_to_install():
    program = """
import sys
sys.modules["sklearn"] = None
import keras
try:
    keras.wrappers.SKLearnRegressor(None)
except ImportError as error:
    print(error)
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "SKLearnRegressor needs scikit-learn" in result.stdout and "pip install -U scikit-learn" in result.stdout


@pytest.mark.skipif(engine.CAN_DIFFERENTIATE, reason="this engine trains")
def test_an_engine_that_only_infers_refuses_to_fit():
    pytest.importorskip("sklearn")
    model = models.Sequential([layers.Input((2,)), layers.Dense(1)])
    model.compile(loss="mean_squared_error")
    with pytest.raises(NotImplementedError):
        SKLearnRegressor(model).fit(np.ones((4, 2)), np.ones(4))
