"""Models with each kind of layer that holds weights in few bits: files compute what `predict` does, and stay small."""

import numpy as np
import pytest

import keras
from keras import layers
from keras.src.export.quantized_test import QUANTIZED, exported, size_of

N = 64


def attention():
    inputs = keras.Input((3, N))
    return keras.Model(inputs, layers.MultiHeadAttention(2, 2 * N)(inputs, inputs))


def of(shape, make, dtype="float32"):
    return lambda: keras.Sequential([keras.Input(shape, dtype=dtype), make()])


MODELS = {
    "einsum": of((3, N), lambda: layers.EinsumDense("abc,cde->abde", (None, 8, N), bias_axes="de")),
    "embedding": of((6,), lambda: layers.Embedding(512, N), "int32"),
    "reversible": of((6,), lambda: layers.ReversibleEmbedding(512, N), "int32"),
    "convolution": of((5, 5, N), lambda: layers.Conv2D(N, 3, padding="same")),
    "depthwise": of((5, 5, 32), lambda: layers.DepthwiseConv2D(5, depth_multiplier=32)),
    "attention": attention,
    "lstm": of((3, N), lambda: layers.LSTM(N)),
    "gru": of((3, N), lambda: layers.GRU(N)),
}
# Size of the file for eight and for four bits, of that for 32, at most. Where files hold four bits as eight, these may be constants
# that the converter made; SavedModels and StableHLO files hold much beside weights.
SHARES = {
    "onnx": (0.35, 0.25),
    "openvino": (0.35, 0.25),
    "litert": (0.45, 0.45),
    "tf_saved_model": (0.6, 0.6),
    "torch": (0.35, 0.25),
    "stablehlo": (0.8, 0.8),
}


def inputs_of(model):
    rng = np.random.default_rng(0)
    shape = (2, *model.inputs[0].shape[1:])
    return rng.integers(0, 512, shape) if model.inputs[0].dtype == "int32" else rng.normal(size=shape)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("form", SHARES)
def test_files_compute_what_models_do_and_are_small(form, name, tmp_path):
    pytest.importorskip({"tf_saved_model": "tensorflow", "litert": "tensorflow", "stablehlo": "jax"}.get(form, form))
    sizes = []
    for config in (None, "int8", "int4_groups"):
        keras.utils.set_random_seed(0)
        model = MODELS[name]()
        if config is not None:
            model.quantize(config=QUANTIZED[config])
        (tmp_path / str(config)).mkdir()
        path, run = exported(model, tmp_path / str(config), form)
        sizes.append(size_of(path))
        if config is not None:
            x = inputs_of(model).astype(model.inputs[0].dtype)
            np.testing.assert_allclose(run(path, x), model.predict(x, verbose=0), atol=1e-4)
    shares = [size / sizes[0] for size in sizes[1:]]
    assert shares[0] < SHARES[form][0] and shares[1] < SHARES[form][1], shares
