"""Runs benchmarks in small, so that they run when somebody needs their figures."""

import re
import runpy
import sys
from pathlib import Path

import pytest

import keras

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
HAS_PARTS = keras.backend.backend() in ("jax", "torch") and Path("/proc/self/clear_refs").exists()
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


@pytest.mark.skipif(not HAS_PARTS, reason="processes of this engine hold whole models")
def test_sharded_load_tells_what_a_process_reads_and_holds(tmp_path):
    """Within this process, which holds the whole."""
    sharded_load = runpy.run_path(str(BENCHMARKS / "sharded_load.py"))
    sharded_load["save"](tmp_path, 2)
    for name in sharded_load["FILES"]:
        model, read = sharded_load["load_model"](tmp_path / name, 2)
        assert read >= 4 * model.count_params() > 2**20


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


def test_calls_prints_microseconds_of_each_call_and_what_is_written_by_hand(run):
    lines = run("calls.py").splitlines()[1:]
    cells = {line[:28].strip(): re.findall(r"\d+\.\d\d us", line) for line in lines}
    assert {name: len(numbers) for name, numbers in cells.items()} == {
        "add": 2,
        "Dense(64), eager": 1,
        "20-layer MLP, eager": 1,
        "building 20 residual blocks": 2,
        "predict of one row": 1,
    }


def test_images_prints_milliseconds_of_each_layer(run):
    lines = run("images.py", "--small").splitlines()
    for name in ("RandomFlip", "RandomRotation", "RandomZoom", "all, eager"):
        assert any(re.search(rf"^{name} +\d+\.\d\d ms$", line) for line in lines), (name, lines)


def test_applications_prints_seconds_of_building_and_predicting(run):
    lines = run("applications.py", "--small").splitlines()
    for what in ("first building", "second building", "first predict", "second predict"):
        assert any(re.search(rf"^ResNet50, {what} +\d+\.\d{{3}} s$", line) for line in lines), (what, lines)


def test_scaling_prints_what_each_layout_costs(run):
    lines = run("scaling.py", "--mesh", "512x8", "--model", "small", "--batch", "4096").splitlines()
    weights = 12 * 12 * 768**2 + 2 * 50257 * 768
    assert lines[0] == f"small: {weights / 1e9:.2f} billion weights; 4096 devices, 4096 sequences of 1024"
    rows = {line[:36].strip(): re.split(r"  +", line[36:].strip()) for line in lines[2:]}
    assert len(rows) == 4
    # Gradients of 16 bits, around a ring of all devices.
    assert rows["DataParallel()"][1:4] == [f"{2 * 2 * weights * 4095 / 4096 / 1e6:.1f} MB", "0.0 B", "0.0 B"]
    # Weights twice and gradients once; each device holds 16 bytes of its share of the weights, and a block of them at once.
    row = rows["DataParallel(shard_variables=True)"]
    kept = 12 * 1024 * 768 * 2 * 16
    held = weights * 16 / 4096 + weights * 2 / 12 + kept
    assert row[:4] == [f"{held / 1e6:.1f} MB", "0.0 B", f"{3 * 2 * weights * 4095 / 4096 / 1e6:.1f} MB", "0.0 B"]
    # A device of the model axis has 8 sequences of 1024 tokens, four sums of them in each block.
    row = rows["ModelParallel over axis 1"]
    assert row[1] == f"{2 * 2 * weights / 8 * 511 / 512 / 1e6:.1f} MB"
    assert row[3] == f"{4 * 12 * 2 * (8 * 1024 * 768 * 2) * 7 / 8 / 1e9:.1f} GB"


def test_scaling_refuses_what_is_no_mesh(run, capsys):
    for mesh in ("9000", "2x2x2", "two"):
        with pytest.raises(SystemExit):
            run("scaling.py", "--mesh", mesh)
        assert "a mesh" in capsys.readouterr().err
