"""Layers that multiply in eight bits that float, against Keras 3.15.1 on torch (`testdata`).

`float8_training.npz` has the losses of 20 steps, and what came of weights, scales and histories, for each of the ways to train.
"""

import pathlib
import pickle

import numpy as np
import pytest

from keras.src import dtype_policies, layers, models, ops, optimizers
from keras.src.layers.weights import float8
from keras.src.layers.weights.quantized_test import GOLDENS, PAIRS, array, built, saved
from keras.src.saving.saving_api import load_model
from keras.src.testing import engine

TRAINING = np.load(pathlib.Path(__file__).parent / "testdata" / "float8_training.npz")
RNG = np.random.default_rng(0)
trains = pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="training")
LAYERS = [name for name in dict(PAIRS) if f"{name}/float8/y" in GOLDENS]
PARTS = ["inputs_scale", "inputs_amax_history", "kernel_scale", "kernel_amax_history"]
PARTS += ["outputs_grad_scale", "outputs_grad_amax_history"]


def policy(source="float32", length=4):
    return dtype_policies.QuantizedFloat8DTypePolicy("float8", source, amax_history_length=length)


def quantized(name):
    layer, x = built(name)
    layer.quantize("float8")
    return layer, x


@pytest.mark.parametrize("name", LAYERS)
def test_outputs_are_those_of_the_reference_and_weights_stay(name):
    layer, x = built(name)
    former = list(layer.variables)
    weights = [array(v).copy() for v in former]
    layer.quantize("float8")
    assert all(a is b for a, b in zip(layer.variables, former))
    assert [v.name for v in layer.variables[len(former) :]] == PARTS
    assert all(
        v.trainable and v.overwrite_with_gradient and v.dtype == "float32" for v in layer.variables[len(former) :]
    )
    assert layer.dtype_policy.name == "float8_from_float32" and layer.trainable_variables == layer.variables
    store = saved(layer)
    assert list(store) == [str(i) for i in range(len(former) + 6)]
    expected = [*weights, 1, np.zeros(1024), 1, np.zeros(1024), 1, np.zeros(1024)]
    for value, exact in zip(store.values(), expected, strict=True):
        np.testing.assert_array_equal(value, exact)
    np.testing.assert_allclose(array(layer(x)), GOLDENS[f"{name}/float8/y"], rtol=1e-4, atol=1e-4)


def test_a_layer_with_the_policy_is_made_so():
    layer = layers.Dense(6, dtype=policy("mixed_bfloat16", 3), kernel_initializer="ones", name="d")
    assert layer(np.ones((2, 8), "float32")).shape == (2, 6)
    assert [v.name for v in layer.variables] == [*PARTS, "kernel", "bias"]
    assert array(layer.kernel).min() == 1 and tuple(layer.inputs_amax_history.shape) == (3,)
    again = layers.Dense.from_config(layer.get_config())
    again.build((None, 8))
    assert [(v.name, v.shape, v.dtype) for v in again.variables] == [
        (v.name, v.shape, v.dtype) for v in layer.variables
    ]
    einsum = layers.EinsumDense("ab,bcd->acd", (3, 4), dtype=policy(), kernel_initializer="glorot_uniform")
    einsum.build((None, 8))
    # As wide as the kernel of a layer that is not quantized, whose sums are over the first axis.
    assert 0.5 < np.abs(array(einsum.kernel)).max() <= np.sqrt(6 / (8 + 12))
    dense = layers.Dense(6)
    dense.build((None, 8))
    dense.dtype_policy = policy(length=5)
    assert tuple(dense.kernel_amax_history.shape) == (5,)


def test_embeddings_refuse():
    with pytest.raises(NotImplementedError, match="float8"):
        layers.Embedding(10, 8, dtype="float8_from_float32").build()
    with pytest.raises(NotImplementedError, match="float8"):
        built("remb")[0].quantize("float8")


def small_model(**options):
    """The model of the goldens, with the weights that it began with."""
    model = models.Sequential(
        [
            layers.Input((3, 4)),
            layers.Dense(5, activation="relu", name="first", **options),
            layers.EinsumDense("abc,bcd->ad", (2,), bias_axes="d", name="second", **options),
        ]
    )
    rng = np.random.default_rng(3)
    for layer in model.layers:
        for variable in (layer._kernel, layer.bias):
            variable.assign((rng.normal(size=variable.shape) * 0.5).astype("float32"))
    return model


def quantized_model():
    model = small_model()
    model.quantize("float8")
    return model


def made():
    return small_model(dtype=policy())


WAYS = {
    "made": (made, lambda: optimizers.SGD(0.02, momentum=0.5)),
    "quantized": (quantized_model, lambda: optimizers.Adam(0.02)),
    "mixed": (lambda: small_model(dtype=policy("mixed_bfloat16")), lambda: optimizers.SGD(0.02)),
    "clipped": (made, lambda: optimizers.SGD(0.05, global_clipnorm=0.1)),
    "ema": (made, lambda: optimizers.Adam(0.02, use_ema=True, weight_decay=0.1, clipvalue=0.5)),
    "accumulated": (made, lambda: optimizers.SGD(0.05, gradient_accumulation_steps=2)),
    "scaled": (made, lambda: optimizers.LossScaleOptimizer(optimizers.SGD(0.02), initial_scale=64.0)),
    "factor": (made, lambda: optimizers.SGD(0.02, loss_scale_factor=64.0)),
}


def parts_of(model, *endings):
    return [array(v) for v in model.weights if v.name.endswith(endings)]


@trains
@pytest.mark.parametrize("way", WAYS)
def test_training_is_that_of_the_reference(way):
    make, optimizer = WAYS[way]
    model = make()
    model.compile(optimizer(), "mse")
    losses = [float(model.train_on_batch(x, y)) for x, y in zip(TRAINING["inputs"], TRAINING["targets"])]
    # Compilers keep some sums of bfloat16 in float32, by which numbers of eight bits come out one apart.
    near = {"rtol": 0.03, "atol": 0.01} if way == "mixed" else {"rtol": 1e-4, "atol": 1e-5}
    np.testing.assert_allclose(losses, TRAINING[f"{way}/loss"], **near)
    np.testing.assert_allclose(parts_of(model, "_scale"), TRAINING[f"{way}/scales"], **near)
    np.testing.assert_allclose(parts_of(model, "_history"), TRAINING[f"{way}/histories"], **near)
    weights = np.concatenate([w.ravel() for w in parts_of(model, "kernel", "bias")])
    np.testing.assert_allclose(weights, TRAINING[f"{way}/weights"], **near)


@trains
def test_frozen_layers_keep_their_scales_and_others_do_not():
    model = made()
    model.layers[0].trainable = False
    model.compile(optimizers.SGD(0.01), "mse")
    before = [array(v).copy() for v in model.weights]
    model.fit(TRAINING["inputs"][0], TRAINING["targets"][0], epochs=2, verbose=0)
    changed = {v.path.split("/", 1)[1] for v, b in zip(model.weights, before) if not np.array_equal(array(v), b)}
    assert changed == {f"second/{name}" for name in (*PARTS, "kernel", "bias")}


@trains
def test_outside_of_training_the_scales_of_inputs_and_kernel_stay():
    x = ops.convert_to_tensor(GOLDENS["dense/x"])
    for training, stays in ((False, True), (True, False)):
        scale, history = (ops.convert_to_tensor(np.float32(v)) for v in (0.5, [3, 0, 1, 2]))

        def loss(x, scale, history, training=training):
            return float8._rounded(x, scale, history, training)

        _, next_scale, next_history = engine.gradients(loss, [x, scale, history])
        np.testing.assert_allclose(array(next_scale), 0.5 if stays else 3 / 448, rtol=1e-6)
        largest = np.abs(array(x)).max()
        np.testing.assert_allclose(array(next_history), [3, 0, 1, 2] if stays else [largest, 1, 2, 3], rtol=1e-6)


@pytest.mark.parametrize("name", ["dense", "einsum", "einsum_odd"])
def test_low_rank_factors_are_merged_into_files(name):
    layer, x = quantized(name)
    before = array(layer(x))
    layer.enable_lora(2)
    assert not layer._kernel.trainable
    layer._scheme.b.assign(RNG.normal(size=layer._scheme.b.shape) * 0.1)
    adapted, store = array(layer(x)), saved(layer)
    assert store["0"].dtype == "float32"
    plain, _ = quantized(name)
    plain.load_own_variables(store)
    assert np.abs(adapted - before).max() > 1e-2
    np.testing.assert_allclose(array(plain(x)), adapted, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(store["0"], array(layer._scheme.value()), rtol=1e-6)


@trains
def test_low_rank_factors_train_and_come_back(tmp_path):
    model = quantized_model()
    model.layers[0].enable_lora(2)
    model.compile(optimizers.Adam(0.01), "mse")
    x, y = TRAINING["inputs"][0], TRAINING["targets"][0]
    before = {v.path: array(v).copy() for v in model.weights}
    history = model.fit(x, y, epochs=12, verbose=0).history["loss"]
    changed = {v.path.split("/", 1)[1] for v in model.weights if not np.array_equal(array(v), before[v.path])}
    assert {"first/lora_kernel_a", "first/lora_kernel_b", "first/inputs_scale", "second/kernel"} <= changed
    assert "first/kernel" not in changed and history[-1] < history[0]
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    expected = model.predict(x, verbose=0)
    np.testing.assert_allclose(again.predict(x, verbose=0), expected, rtol=1e-5, atol=1e-5)


def test_models_come_back_from_files_and_copies(tmp_path):
    model, x = quantized_model(), TRAINING["inputs"][0]
    for layer in model.layers:
        for i, name in enumerate(PARTS):
            part = getattr(layer, name)
            part.assign(np.full(part.shape, 0.5 + 0.25 * i, "float32"))
    expected = model.predict(x, verbose=0)
    model.save(tmp_path / "model.keras")
    for again in (load_model(tmp_path / "model.keras"), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(again.predict(x, verbose=0), expected)
        assert [layer.quantization_mode for layer in again.layers] == ["float8", "float8"]
    model.save_weights(tmp_path / "model.weights.h5")
    other = quantized_model()
    other.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(other.predict(x, verbose=0), expected)
