"""Quantized models in files: weights stay in eight or four bits there, and outputs are those of `predict`."""

import os
import zipfile

import numpy as np
import pytest

import keras
from keras import layers

QUANTIZED = {
    "int8": keras.quantizers.Int8QuantizationConfig(),
    "int8_weights": keras.quantizers.Int8QuantizationConfig(activation_quantizer=None),
    "int4": keras.quantizers.Int4QuantizationConfig(block_size=-1),
    "int4_groups": keras.quantizers.Int4QuantizationConfig(block_size=32),
    "int4_ragged_groups": keras.quantizers.Int4QuantizationConfig(block_size=48),
}
SIZE = 128
X = np.random.default_rng(0).normal(size=(5, SIZE)).astype("float32")


def run_onnx(path, x=X):
    session = pytest.importorskip("onnxruntime").InferenceSession(path)
    return session.run(None, {session.get_inputs()[0].name: x})[0]


def run_openvino(path, x=X):
    core = pytest.importorskip("openvino").Core()
    return core.compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(x)[0]


def run_torch(path, x=X):
    torch = pytest.importorskip("torch")
    with torch.no_grad():
        return np.asarray(torch.export.load(path).module()(torch.as_tensor(x)))


def run_stablehlo(path, x=X):
    jax = pytest.importorskip("jax")
    with open(path, "rb") as file:
        return np.asarray(jax.export.deserialize(bytearray(file.read())).call(x))


def run_saved_model(path, x=X):
    saved = pytest.importorskip("tensorflow").saved_model.load(path)
    return saved.serve(x).numpy()


def run_litert(path, x=X):
    run = pytest.importorskip("ai_edge_litert.interpreter").Interpreter(path).get_signature_runner()
    (output,) = run(**{next(iter(run.get_input_details())): x}).values()
    return output


RUNNERS = {
    "onnx": ("m.onnx", run_onnx),
    "openvino": ("m.xml", run_openvino),
    "torch": ("m.pt2", run_torch),
    "stablehlo": ("m.stablehlo", run_stablehlo),
    "tf_saved_model": ("m", run_saved_model),
    "litert": ("m.tflite", run_litert),
}


def made(config):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((SIZE,))] + [layers.Dense(SIZE, activation=a) for a in ("relu", None)])
    if config is not None:
        model.quantize(config=config)
    return model


def exported(model, folder, form):
    name, run = RUNNERS[form]
    path = str(folder / name)
    model.export(path, format=form, verbose=False)
    return path, run


def size_of(path):
    path = path.removesuffix(".xml") + ".bin" if path.endswith(".xml") else path
    if path.endswith(".pt2"):
        with zipfile.ZipFile(path) as file:
            return sum(entry.file_size for entry in file.infolist() if "/weights/weight_" in entry.filename)
    files = [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names] or [path]
    return sum(map(os.path.getsize, files))


@pytest.mark.parametrize("name", QUANTIZED)
@pytest.mark.parametrize("form", RUNNERS)
def test_files_compute_what_models_do(form, name, tmp_path):
    model = made(QUANTIZED[name])
    path, run = exported(model, tmp_path, form)
    np.testing.assert_allclose(run(path), model.predict(X, verbose=0), atol=1e-4)


@pytest.mark.parametrize("form", ["onnx", "openvino"])
def test_weights_stay_narrow(form, tmp_path):
    whole = size_of(exported(made(None), tmp_path, form)[0])
    shares = {name: size_of(exported(made(config), tmp_path, form)[0]) / whole for name, config in QUANTIZED.items()}
    assert max(shares["int8"], shares["int8_weights"]) < 0.3, shares
    assert max(shares["int4"], shares["int4_groups"], shares["int4_ragged_groups"]) < 0.2, shares


def test_openvino_has_integers_of_four_and_eight_bits(tmp_path):
    openvino = pytest.importorskip("openvino")
    for name, dtype in {"int8": "i8", "int8_weights": "i8", "int4": "i4", "int4_groups": "i4"}.items():
        model = openvino.Core().read_model(exported(made(QUANTIZED[name]), tmp_path, "openvino")[0])
        large = [x for x in model.get_ops() if x.get_type_name() == "Constant" and np.prod(x.shape) == SIZE * SIZE]
        assert [x.get_element_type().get_type_name() for x in large] == 2 * [dtype]


def test_onnx_before_four_bits_keeps_eight(tmp_path):
    model = made(QUANTIZED["int4"])
    path = str(tmp_path / "m.onnx")
    model.export(path, format="onnx", opset_version=18, verbose=False)
    np.testing.assert_allclose(run_onnx(path), model.predict(X, verbose=0), atol=1e-4)
    assert os.path.getsize(path) < 1.2 * 2 * SIZE * SIZE
