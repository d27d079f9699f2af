"""LiteRT files by the package `litert-torch`, which is used where TensorFlow is not installed."""

import os
import sys

import numpy as np
import pytest

import keras
from keras import layers
from keras.src.export import export_lib, litert_by_torch
from keras.src.export.testing.checks import assert_agrees, reloaded
from keras.src.export.testing.models import CASES

X = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")


class Presence:
    def __init__(self, available):
        self.available = available


def test_it_stands_in_where_tensorflow_is_absent(monkeypatch):
    for tensorflow, own, module in ((True, True, "litert"), (False, True, "litert_by_torch"), (False, False, "litert")):
        monkeypatch.setattr(export_lib, "tensorflow", Presence(tensorflow))
        monkeypatch.setattr(export_lib, "litert_torch", Presence(own))
        if module == "litert" and not tensorflow:
            continue
        assert export_lib.writer_class("litert").__module__.endswith(f".{module}")


def test_open_sizes_are_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(export_lib, "tensorflow", Presence(False))
    monkeypatch.setattr(export_lib, "litert_torch", Presence(True))
    monkeypatch.setattr(litert_by_torch.Writer, "packages", {})
    pytest.importorskip("torch")
    with pytest.raises(ValueError, match=r"leaves sizes open.*'shape': \(1, 16\).*'tokens'.*install TensorFlow"):
        CASES["lstm"].model().export(tmp_path / "m.tflite", format="litert")
    assert not os.listdir(tmp_path)


def exported(model, folder, **options):
    interpreter = pytest.importorskip("ai_edge_litert.interpreter")
    pytest.importorskip("litert_torch")
    if "tensorflow" in sys.modules:
        pytest.skip("TensorFlow runs")
    model.export(folder / "m.tflite", format="litert", verbose=False, **options)
    run = interpreter.Interpreter(str(folder / "m.tflite")).get_signature_runner("serving_default")
    names = [x.name for x in keras.tree.flatten(model.inputs)]

    def call(inputs):
        outputs = run(**dict(zip(names, keras.tree.flatten(inputs))))
        return outputs["output_0"] if set(outputs) == {"output_0"} else outputs

    return call


@pytest.mark.parametrize("name", CASES)
def test_models_of_fixed_sizes(name, tmp_path, capfd):
    case = CASES[name]
    model = reloaded(case.model(), tmp_path)
    call = exported(model, tmp_path, input_signature=case.signature(3, 7))
    assert "LiteRT-Torch" not in capfd.readouterr().out
    assert_agrees(model, [case.inputs(3, 7)], call)


def test_several_functions(tmp_path):
    interpreter = pytest.importorskip("ai_edge_litert.interpreter")
    pytest.importorskip("litert_torch")
    rows = [keras.InputSpec("float32", (3, 4))]
    model = keras.Sequential([keras.Input((4,), name="rows"), layers.Dense(3)])
    archive = keras.export.ExportArchive(format="litert")
    archive.track(model)
    archive.add_endpoint("serve", model, rows)
    archive.add_endpoint("doubled", lambda x: {"twice": 2 * model(x)}, rows)
    archive.write_out(tmp_path / "m.tflite", verbose=False)
    expected = model.predict(X, verbose=0)
    opened = interpreter.Interpreter(str(tmp_path / "m.tflite"))
    np.testing.assert_allclose(opened.get_signature_runner("serve")(rows=X)["output_0"], expected, 1e-5, 1e-5)
    np.testing.assert_allclose(opened.get_signature_runner("doubled")(x=X)["twice"], 2 * expected, 1e-5, 1e-5)
