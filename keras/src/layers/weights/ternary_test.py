"""Ternary weights. Expected values are worked out by NumPy."""

import numpy as np
import pytest

from keras.src import layers, models, ops, optimizers, quantizers
from keras.src.saving.saving_api import load_model
from keras.src.testing import engine

RNG = np.random.default_rng(0)
LAYERS = {
    "dense": (lambda **o: layers.Dense(6, **o), (2, 9), (0,)),
    "einsum": (lambda **o: layers.EinsumDense("abc,cde->abde", (None, 3, 5), **o), (2, 4, 6), (0,)),
    "embedding": (lambda **o: layers.Embedding(10, 7, **o), (2, 3), (1,)),
    "conv": (lambda **o: layers.Conv2D(5, 3, **o), (2, 5, 5, 3), (0, 1, 2)),
}
each = pytest.mark.parametrize("name", LAYERS)


def array(x):
    return ops.convert_to_numpy(x)


def inputs_of(name):
    shape = LAYERS[name][1]
    return RNG.integers(0, 10, shape) if name == "embedding" else RNG.normal(size=shape).astype("float32")


def rounded(weight, summed):
    mean = np.abs(weight).mean(summed, keepdims=True)
    return np.clip(np.round(weight / mean), -1, 1) * mean


@each
def test_weights_are_rounded_to_multiples_of_the_mean(name):
    make, _, summed = LAYERS[name]
    layer, plain, x = make(), make(), inputs_of(name)
    layer(x), plain(x)
    weights = [RNG.normal(size=w.shape).astype("float32") for w in layer.get_weights()]
    layer.set_weights(weights)
    plain.set_weights([rounded(weights[0], summed), *weights[1:]])
    layer.quantize("ternary")
    np.testing.assert_allclose(array(layer(x)), array(plain(x)), rtol=1e-4, atol=1e-4)
    assert layer.dtype_policy.name == "ternary_from_float32"
    held = layer._scheme.variables()
    assert [v.dtype for v in held] == ["int8", "float32"]
    outputs = weights[0].shape[-1]
    assert held[0].shape[-1] == -(-(outputs if name != "einsum" else 15) // 4)


@each
def test_layers_are_made_ternary_and_come_back_from_files(name, tmp_path):
    make, shape, _ = LAYERS[name]
    x = inputs_of(name)
    inputs = layers.Input(shape[1:], dtype="int32" if name == "embedding" else "float32")
    model = models.Model(inputs, make()(inputs))
    model.quantize("ternary")
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    made = make(dtype="ternary_from_float32")
    made.build(shape)
    assert [(v.shape, v.dtype) for v in made.weights] == [(v.shape, v.dtype) for v in model.layers[-1].weights]


def test_inputs_are_rounded_where_the_config_says_so():
    config = quantizers.TernaryQuantizationConfig(activation_quantizer="AbsMaxQuantizer")
    again = quantizers.TernaryQuantizationConfig.from_config(config.get_config())
    assert isinstance(again.activation_quantizer, quantizers.AbsMaxQuantizer)
    x, outputs = RNG.normal(size=(4, 64)).astype("float32"), []
    weight = RNG.normal(size=(64, 8))
    for chosen in (quantizers.TernaryQuantizationConfig(), again):
        layer = layers.Dense(8, use_bias=False)
        layer.build((None, 64))
        layer.set_weights([weight])
        layer.quantize(config=chosen)
        outputs.append(array(layer(x)))
    assert 1e-4 < np.abs(outputs[0] - outputs[1]).max() < 0.5


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="training")
def test_low_rank_factors_train_beside_ternary_weights():
    model = models.Sequential([layers.Input((9,)), layers.Dense(8, "relu"), layers.Dense(1)])
    model.quantize("ternary")
    model.layers[0].enable_lora(4)
    x = RNG.normal(size=(64, 9)).astype("float32")
    model.compile(optimizers.Adam(0.02), "mse")
    losses = model.fit(x, x.sum(1, keepdims=True), epochs=30, verbose=0).history["loss"]
    assert losses[-1] < 0.9 * losses[0]
