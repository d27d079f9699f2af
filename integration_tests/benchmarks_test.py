"""Runs benchmarks in small, so that they run when somebody needs their figures."""

import re
import runpy
import sys
from pathlib import Path

import pytest

import keras

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
HAS_NETWORKS = (BENCHMARKS / "by_hand" / f"{keras.backend.backend()}_networks.py").exists()


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs a script of the folder with arguments, and returns what it prints."""

    def run(name, *arguments):
        policy = keras.config.dtype_policy()
        monkeypatch.setattr(sys, "argv", [name, *arguments])
        monkeypatch.syspath_prepend(str(BENCHMARKS))
        try:
            runpy.run_path(str(BENCHMARKS / name), run_name="__main__")
        finally:
            keras.config.set_dtype_policy(policy)
        return capsys.readouterr().out

    return run


@pytest.mark.skipif(not HAS_NETWORKS, reason="no networks by hand on this engine; see the test below")
def test_gpu_prints_a_ratio_for_each_case_and_precision(run):
    lines = run("gpu.py", "--small", "--rounds", "1", "--modes", "eager").splitlines()[1:]
    for case in ("mlp", "resnet", "lstm", "bert", "decoder"):
        for precision in ("float32", "mixed_bfloat16"):
            assert any(re.search(rf"{case} +{precision} .* \d+\.\d\dx$", line) for line in lines), (case, lines)


@pytest.mark.skipif(HAS_NETWORKS, reason="this engine has networks by hand")
def test_gpu_says_which_engines_it_measures(run):
    with pytest.raises(SystemExit, match="KERAS_BACKEND=torch and jax"):
        run("gpu.py", "--small")


def test_audio_prints_milliseconds_of_each_layer(run):
    lines = run("audio.py", "--small", "--rounds", "1").splitlines()
    for layer in ("MelSpectrogram", "STFTSpectrogram"):
        for way in ("eager", "predict"):
            assert any(re.search(rf"^{layer}, {way} +\d+\.\d\d ms$", line) for line in lines), (layer, way, lines)


def test_preprocessing_prints_seconds_of_each_case(run):
    lines = run("preprocessing.py", "--small", "--rounds", "1").splitlines()
    for case in (
        "TextVectorization, adapt",
        "TextVectorization, call",
        "StringLookup, array",
        "IntegerLookup",
        "Hashing, array",
    ):
        assert any(re.search(rf": {case} +\d+\.\d{{3}} s$", line) for line in lines), (case, lines)


def test_images_prints_milliseconds_of_each_layer(run):
    lines = run("images.py", "--small").splitlines()
    for name in ("RandomFlip", "RandomRotation", "RandomZoom", "all, eager"):
        assert any(re.search(rf"^{name} +\d+\.\d\d ms$", line) for line in lines), (name, lines)


def test_applications_prints_seconds_of_building_and_predicting(run):
    lines = run("applications.py", "--small").splitlines()
    for what in ("first building", "second building", "first predict", "second predict"):
        assert any(re.search(rf"^ResNet50, {what} +\d+\.\d{{3}} s$", line) for line in lines), (what, lines)
