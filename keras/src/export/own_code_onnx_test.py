"""Models whose layers call the running engine itself, as files of ONNX and of OpenVINO."""

import logging

import numpy as np
import onnx
import pytest

import keras
from keras import layers
from keras.src import backend
from keras.src.export import onnx_file_test, openvino_ir_test, torch_onnx
from keras.src.export.testing.checks import assert_agrees

CALLERS = {"onnx": ("model.onnx", onnx_file_test.caller), "openvino": ("model.xml", openvino_ir_test.caller)}
calls_torch = pytest.mark.skipif(backend.own_code.hold_module is None, reason="layers cannot call PyTorch")
calls_jax = pytest.mark.skipif(backend.own_code.jax_function is None, reason="layers cannot call JAX")


class CallsTorch(layers.Layer):
    """Gives a dict, by functions of PyTorch alone."""

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="random_normal", name="scale")

    def call(self, inputs):
        torch = pytest.importorskip("torch")
        return {"soft": torch.nn.functional.softplus(inputs) * self.scale.value, "minus": torch.neg(inputs)}


def model_that_calls_torch():
    inputs = keras.Input((None, 4), name="the rows")
    return keras.Model(inputs, CallsTorch()(layers.Dense(4, name="before")(inputs)))


def samples(*sizes):
    return [np.random.default_rng(0).normal(size=(*size, 4)).astype("float32") for size in sizes]


@calls_torch
@pytest.mark.parametrize("format", CALLERS)
def test_code_of_torch(format, tmp_path, capfd):
    pytest.importorskip("onnxscript")
    name, caller = CALLERS[format]
    model = model_that_calls_torch()
    capfd.readouterr()
    model.export(tmp_path / name, format=format, verbose=False)
    told = capfd.readouterr()
    assert not told.out and "torchvision" not in told.err
    assert_agrees(model, samples((2, 3), (5, 4)), caller(tmp_path / name, model))
    assert logging.getLogger("torch.onnx").level == logging.NOTSET


@calls_torch
def test_names_of_graphs_that_torch_writes(tmp_path):
    pytest.importorskip("onnxscript")
    model_that_calls_torch().export(tmp_path / "m.onnx", format="onnx", verbose=False, opset_version=20)
    model = onnx.load(tmp_path / "m.onnx")
    onnx.checker.check_model(model, full_check=True)
    assert model.opset_import[0].version == 20
    assert [x.name for x in model.graph.input] == ["the rows"]
    for value in (*model.graph.input, *model.graph.output):
        sizes = [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]
        assert sizes == ["batch", "the rows_axis_1", 4]
    assert [x.name for x in model.graph.output] == ["minus", "soft"]
    # No paths of this machine go into files.
    assert b".py" not in model.SerializeToString()


@calls_torch
def test_modules_of_torch(tmp_path):
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnxscript")
    inputs = keras.Input((4,), name="rows")
    module = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3), torch.nn.Dropout(0.5))
    model = keras.Model(inputs, layers.Dense(2)(layers.TorchModuleWrapper(module)(inputs)))
    model.export(tmp_path / "m.onnx", format="onnx", verbose=False)
    assert_agrees(model, samples((2,), (5,)), onnx_file_test.caller(tmp_path / "m.onnx", model))


class DecidesByValues(layers.Layer):
    def call(self, inputs):
        torch = pytest.importorskip("torch")
        return torch.neg(inputs) if inputs.sum() > 0 else inputs


@calls_torch
def test_what_neither_can_write_is_told(tmp_path):
    inputs = keras.Input((4,))
    model = keras.Sequential([inputs, DecidesByValues(name="decides")])
    with pytest.raises(ValueError, match="'decides'.*'torch', which hold.*exporter was tried"):
        model.export(tmp_path / "m.onnx", format="onnx")
    assert not list(tmp_path.iterdir())


@calls_torch
def test_the_package_of_the_exporter_is_named(tmp_path, monkeypatch):
    class Absent:
        available = False

    monkeypatch.setattr(torch_onnx, "onnxscript", Absent)
    with pytest.raises(ImportError, match="pip install onnxscript"):
        model_that_calls_torch().export(tmp_path / "m.onnx", format="onnx")
    assert not list(tmp_path.iterdir())


@calls_jax
@pytest.mark.parametrize("format", CALLERS)
def test_code_of_jax_is_refused(format, tmp_path):
    inputs = keras.Input((4,))
    jax = pytest.importorskip("jax")
    layer = layers.JaxLayer(lambda params, inputs: jax.numpy.sin(inputs), params={}, name="wrapped")
    with pytest.raises(
        ValueError, match=r"layer 'wrapped' \(JaxLayer\).*keras.ops.*'tf_saved_model' or '\w+', which hold"
    ):
        keras.Model(inputs, layer(inputs)).export(tmp_path / CALLERS[format][0], format=format)
    assert not list(tmp_path.iterdir())


class CallsNumpy(layers.Layer):
    def call(self, inputs):
        return np.negative(inputs)

    def compute_output_shape(self, input_shape):
        return input_shape


def test_code_of_others_is_refused(tmp_path):
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.Sequential([CallsNumpy(name="within")])(inputs))
    with pytest.raises(ValueError, match=r"layer 'within' \(CallsNumpy\) fails.*TypeError"):
        model.export(tmp_path / "m.onnx", format="onnx")
    assert not list(tmp_path.iterdir())
