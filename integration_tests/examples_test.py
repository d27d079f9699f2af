"""Runs the examples, with small settings."""

import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

import keras
from keras.src import backend

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
class TestCustomTrainStep:
    def test_learns(self):
        example = runpy.run_path(str(EXAMPLES / "custom_train_step.py"))
        keras.utils.set_random_seed(0)
        assert example["train_classifier"](samples=256, epochs=3) > 0.9
        assert np.isfinite(example["train_gan"](samples=64, epochs=2))

    def test_runs_as_a_script(self, monkeypatch, capsys):
        monkeypatch.setattr(sys, "argv", ["custom_train_step.py", "--samples", "64", "--epochs", "1"])
        runpy.run_path(str(EXAMPLES / "custom_train_step.py"), run_name="__main__")
        assert f"{keras.backend.backend()}: accuracy" in capsys.readouterr().out
