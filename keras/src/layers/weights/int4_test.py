"""Products of few rows with weights of int4, which some engines compute without unpacking the weight."""

import numpy as np
import pytest

from keras.src import backend, layers, models, ops, quantizers
from keras.src.layers.weights.int4 import GroupedInt4, Int4
from keras.src.testing import engine

RNG = np.random.default_rng(0)
HAS_SUMS = backend.packed.int4_sums is not None

# name: (inputs, outputs, block size)
SIZES = {
    "channel": (263, 5, -1),
    "groups": (24, 10, 8),
    "many": (96, 6, 4),
    "rest": (21, 5, 6),
    "large": (530, 4, 512),
    "one": (24, 10, 128),
}
each = pytest.mark.parametrize("name", SIZES)


def quantized(name, use_bias=False):
    inputs, outputs, block = SIZES[name]
    layer = layers.Dense(outputs, use_bias=use_bias)
    layer.build((None, inputs))
    layer.quantize(config=quantizers.Int4QuantizationConfig(block_size=block))
    return layer


def rows(name, *shape):
    return RNG.normal(size=(*shape, SIZES[name][0])).astype("float32")


def product(layer, x):
    return x.astype("float64") @ ops.convert_to_numpy(layer._scheme.decoded()).astype("float64")


def forbid_unpacking(monkeypatch):
    def refuse(self):
        raise AssertionError("the weight was unpacked")

    for scheme, name in ((Int4, "integers"), (GroupedInt4, "decoded")):
        monkeypatch.setattr(scheme, name, refuse)


@each
@pytest.mark.parametrize("shape", [(1,), (1, 2)])
def test_few_rows_give_the_product_with_the_weight(name, shape):
    layer, x = quantized(name), rows(name, *shape)
    np.testing.assert_allclose(ops.convert_to_numpy(layer(x)), product(layer, x), rtol=1e-5, atol=1e-5)


@each
def test_few_rows_of_very_different_size(name):
    layer, x = quantized(name), rows(name, 3) * np.float32([[1e-8], [0.0], [1e8]])
    expected = product(layer, x)
    atol = 1e-5 * np.abs(expected).max(axis=1, keepdims=True)
    assert (np.abs(ops.convert_to_numpy(layer(x)) - expected) <= atol).all()


@pytest.mark.skipif(not HAS_SUMS, reason="the engine unpacks weights")
@each
def test_few_rows_do_not_unpack_the_weight(name, monkeypatch):
    layer, x = quantized(name), rows(name, 1)
    expected = product(layer, x)
    forbid_unpacking(monkeypatch)
    np.testing.assert_allclose(ops.convert_to_numpy(layer(x)), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["channel", "groups", "one"])
@pytest.mark.parametrize("count", [32, 200])
def test_many_rows_and_other_dtypes(name, count):
    layer, x = quantized(name), rows(name, count)
    np.testing.assert_allclose(ops.convert_to_numpy(layer(x)), product(layer, x), rtol=1e-5, atol=1e-5)
    half = layers.Dense(6, dtype="mixed_bfloat16")
    half.build((None, SIZES[name][0]))
    half.quantize(config=quantizers.Int4QuantizationConfig(block_size=SIZES[name][2]))
    outputs = half(rows(name, 1))
    assert backend.standardize_dtype(outputs.dtype) == "bfloat16" and tuple(outputs.shape) == (1, 6)
    assert tuple(half(rows(name, 0)).shape) == (0, 6)


@pytest.mark.parametrize("name", ["channel", "groups"])
def test_a_weight_that_changes_is_noticed(name):
    layer, other, x = quantized(name), quantized(name), rows(name, 1)
    layer(x)
    for variable, new in zip(layer.weights, other.weights, strict=True):
        variable.assign(new)
    np.testing.assert_allclose(ops.convert_to_numpy(layer(x)), product(other, x), rtol=1e-5, atol=1e-5)


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="the engine has no gradients")
@each
def test_gradients_of_few_rows(name):
    layer, x = quantized(name), rows(name, 2)
    (gradient,) = engine.gradients(lambda x: layer(x), [ops.convert_to_tensor(x)])
    expected = np.broadcast_to(ops.convert_to_numpy(layer._scheme.decoded()).sum(1), x.shape)
    np.testing.assert_allclose(ops.convert_to_numpy(gradient), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="the engine has no gradients")
@pytest.mark.parametrize("name", ["channel", "groups", "one"])
@pytest.mark.parametrize("count", [4, 5])
def test_low_rank_updates_train_on_few_rows(name, count):
    model = models.Sequential([layers.Input((SIZES[name][0],)), layers.Dense(24), layers.Dense(10)])
    model.quantize(config=quantizers.Int4QuantizationConfig(block_size=SIZES[name][2]))
    for layer in model.layers:
        layer.enable_lora(2)
    model.compile("sgd", "mse")
    x, y = rows(name, count), np.ones((count, 10), "float32")
    losses = model.fit(x, y, batch_size=2, epochs=8, verbose=0, shuffle=False).history["loss"]
    assert losses[-1] < losses[0]
    assert model.layers[0].lora_kernel_b.numpy().any() and model.layers[1].lora_kernel_b.numpy().any()
