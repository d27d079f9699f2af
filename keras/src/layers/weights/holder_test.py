"""Layers that hold their large weight by a scheme. Names and shapes of variables are those of the reference."""

import json

import numpy as np
import pytest

from keras.src import layers, models, ops
from keras.src.saving.saving_api import load_model
from keras.src.testing import engine

RNG = np.random.default_rng(0)


def array(x):
    return ops.convert_to_numpy(x)


LAYERS = {
    "dense": (lambda **o: layers.Dense(4, **o), (2, 3), [(3, 2), (2, 4)]),
    "einsum": (lambda **o: layers.EinsumDense("abc,cde->abde", (None, 4, 5), **o), (2, 3, 6), [(6, 4, 2), (2, 5)]),
    "embedding": (lambda **o: layers.Embedding(7, 4, **o), (2, 3), [(7, 2), (2, 4)]),
    "conv1d": (lambda **o: layers.Conv1D(4, 3, groups=2, **o), (2, 6, 4), [(3, 2, 2), (2, 4)]),
    "conv2d": (lambda **o: layers.Conv2D(4, 3, **o), (2, 6, 6, 3), [(3, 3, 3, 2), (2, 4)]),
    "conv3d": (lambda **o: layers.Conv3D(4, 2, **o), (2, 4, 4, 4, 3), [(2, 2, 2, 3, 2), (2, 4)]),
}
each = pytest.mark.parametrize("name", LAYERS)


def inputs_of(name):
    shape = LAYERS[name][1]
    return RNG.integers(0, 7, shape) if name == "embedding" else RNG.normal(size=shape).astype("float32")


def adapted(name):
    """A layer made with `lora_rank`, whose factors are not zero, and its inputs."""
    layer = LAYERS[name][0](lora_rank=2, lora_alpha=6)
    x = inputs_of(name)
    layer(x)
    for v in layer.weights:
        v.assign(RNG.normal(size=v.shape))
    return layer, x


@each
def test_arguments_make_trainable_factors_and_stand_in_the_config(name):
    layer, x = adapted(name)
    held = layer._held_name
    assert (layer.lora_enabled, layer.lora_rank, layer.lora_alpha) == (True, 2, 6)
    factors = [v for v in layer.weights if v.name.startswith("lora")]
    assert [(v.name, tuple(v.shape)) for v in factors] == [
        (f"lora_{held}_{part}", shape) for part, shape in zip("ab", LAYERS[name][2])
    ]
    assert [v.trainable for v in factors] == [True, True]
    assert held not in [v.name for v in layer.trainable_weights]
    assert getattr(layer, f"lora_{held}_a") is factors[0]
    config = json.loads(json.dumps(layer.get_config()))
    assert (config["lora_rank"], config["lora_alpha"]) == (2, 6)
    again = type(layer).from_config(config)
    again(x)
    assert [v.path.partition("/")[2] for v in again.weights] == [v.path.partition("/")[2] for v in layer.weights]
    assert not {"lora_rank", "lora_alpha"} & set(LAYERS[name][0]().get_config())


@each
def test_the_weight_is_the_frozen_one_plus_the_scaled_product(name):
    layer, x = adapted(name)
    held = layer._held_name
    a, b = (array(v) for v in layer.weights if v.name.startswith("lora"))
    merged = array(getattr(layer, f"_{held}")) + a @ b * (6 / 2)
    np.testing.assert_allclose(array(getattr(layer, held)), merged, rtol=1e-4, atol=1e-5)
    plain = LAYERS[name][0]()
    plain.build(x.shape)
    rest = [array(layer.bias)] if layer.bias is not None else []
    plain.set_weights([merged, *rest])
    np.testing.assert_allclose(array(layer(x)), array(plain(x)), rtol=1e-3, atol=1e-3)


@each
def test_files_hold_the_sum(name):
    layer, x = adapted(name)
    store = {}
    layer.save_own_variables(store)
    store = {key: array(value) for key, value in store.items()}
    for again in (LAYERS[name][0](), LAYERS[name][0](lora_rank=2, lora_alpha=6)):
        again.build(x.shape)
        again.load_own_variables(store)
        np.testing.assert_allclose(array(again(x)), array(layer(x)), rtol=1e-3, atol=1e-3)


@each
def test_models_keep_adapted_layers(name, tmp_path):
    layer, x = adapted(name)
    inputs = layers.Input(x.shape[1:], dtype="int32" if name == "embedding" else "float32")
    model = models.Model(inputs, layer(inputs))
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.predict(x, verbose=0), array(layer(x)), rtol=1e-3, atol=1e-3)
    assert again.layers[-1].lora_enabled
    assert layer._held_name not in [v.name for v in again.trainable_weights]


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="training")
@each
def test_training_changes_the_factors_only(name):
    layer, x = adapted(name)
    inputs = layers.Input(x.shape[1:], dtype="int32" if name == "embedding" else "float32")
    model = models.Model(inputs, layer(inputs))
    model.compile("sgd", "mse")
    before = {v.name: array(v).copy() for v in layer.weights}
    model.fit(x, np.ones(model(x).shape), verbose=0)
    changed = {v.name for v in layer.weights if not np.array_equal(array(v), before[v.name])}
    assert changed == {v.name for v in layer.weights} - {layer._held_name}


@each
def test_misuse(name):
    layer, _ = adapted(name)
    with pytest.raises(ValueError, match="already"):
        layer.enable_lora(2)
    with pytest.raises(ValueError, match="not built"):
        LAYERS[name][0]().enable_lora(2)
    with pytest.raises(ValueError, match=f"{layer._held_name}_constraint"):
        LAYERS[name][0](lora_rank=2, **{f"{layer._held_name}_constraint": "non_neg"}).build(LAYERS[name][1])
    with pytest.raises(ValueError):
        LAYERS[name][0](lora_rank=-1).build(LAYERS[name][1])


def test_a_subclass_may_make_the_variable_itself():
    class Constant(layers.Dense):
        def build(self, input_shape):
            self._kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="ones", name="kernel")

    layer = Constant(2)
    np.testing.assert_array_equal(array(layer(np.ones((1, 3), "float32"))), [[3, 3]])
    assert layer.kernel is layer._kernel


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="training")
@pytest.mark.parametrize("jit_compile", ["auto", False])
def test_compiled_models_see_that_a_layer_is_adapted(jit_compile):
    x = RNG.normal(size=(8, 3)).astype("float32")
    model = models.Sequential([layers.Input((3,)), layers.Dense(4)])
    model.compile("sgd", "mse", jit_compile=jit_compile)
    model.fit(x, np.ones((8, 4)), verbose=0)
    before = model.predict(x, verbose=0)
    layer = model.layers[0]
    kernel = array(layer.kernel).copy()
    layer.enable_lora(2, b_initializer="ones")
    update = x @ array(layer.lora_kernel_a).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict(x, verbose=0), before + update, rtol=1e-4, atol=1e-4)
    with pytest.raises(ValueError, match="lora_kernel_a[^$]*compile"):
        model.fit(x, np.ones((8, 4)), verbose=0)
    model.compile("sgd", "mse", jit_compile=jit_compile)
    losses = model.fit(x, np.ones((8, 4)), epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    np.testing.assert_array_equal(array(layer._kernel), kernel)
