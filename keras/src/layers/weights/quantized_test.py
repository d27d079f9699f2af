"""Layers with quantized weights. What they hold, save and give is what Keras 3.15.1 holds, saves and gives (`testdata`).

Weights are drawn from `default_rng(1)` for each variable; `testdata/quantized.npz` has the inputs of each layer, and for each
mode the outputs and what files hold.
"""

import pathlib

import numpy as np
import pytest

from keras.src import layers, models, ops, quantizers
from keras.src.layers.weights import quantized as slicing
from keras.src.saving.saving_api import load_model
from keras.src.testing import engine

GOLDENS = np.load(pathlib.Path(__file__).parent / "testdata" / "quantized.npz")
RNG = np.random.default_rng(0)

LAYERS = {
    "dense": lambda **o: layers.Dense(6, **o),
    "dense_nobias": lambda **o: layers.Dense(5, use_bias=False, activation="relu", **o),
    "einsum": lambda **o: layers.EinsumDense("abc,cde->abde", (None, 3, 4), bias_axes="de", **o),
    "einsum_out": lambda **o: layers.EinsumDense("abcd,cde->abe", (None, 7), bias_axes="e", **o),
    "einsum_odd": lambda **o: layers.EinsumDense("abc,adc->abd", (None, 7), **o),
    "emb": lambda **o: layers.Embedding(10, 8, **o),
    "remb": lambda **o: layers.ReversibleEmbedding(10, 8, **o),
    "remb_untied": lambda **o: layers.ReversibleEmbedding(10, 8, tie_weights=False, **o),
}
CONFIGS = {
    "int8": lambda: quantizers.Int8QuantizationConfig(),
    "int8w": lambda: quantizers.Int8QuantizationConfig(activation_quantizer=None),
    "int4": lambda: quantizers.Int4QuantizationConfig(),
    "int4c": lambda: quantizers.Int4QuantizationConfig(block_size=None),
    "int4b4": lambda: quantizers.Int4QuantizationConfig(block_size=4),
    "int4b3": lambda: quantizers.Int4QuantizationConfig(block_size=3),
    "int4ca": lambda: quantizers.Int4QuantizationConfig(
        activation_quantizer=quantizers.AbsMaxQuantizer(axis=-1), block_size=None
    ),
}
POLICIES = {
    "int8": "int8",
    "int8w": "int8",
    "int4": "int4/128",
    "int4c": "int4/-1",
    "int4b4": "int4/4",
    "int4b3": "int4/3",
    "int4ca": "int4/-1",
}
PAIRS = [(name, mode) for name in LAYERS for mode in CONFIGS if f"{name}/{mode}/y" in GOLDENS]
each = pytest.mark.parametrize("name,mode", PAIRS)


def array(x):
    return ops.convert_to_numpy(x)


def built(name, **options):
    """A layer whose variables are drawn, and its inputs."""
    layer, x = LAYERS[name](**options), GOLDENS[f"{name}/x"]
    layer(x)
    for variable in layer.variables:
        variable.assign(np.random.default_rng(1).normal(size=variable.shape).astype("float32"))
    return layer, x


def quantized(name, mode):
    layer, x = built(name)
    layer.quantize(config=CONFIGS[mode]())
    return layer, x


def saved(layer):
    store = {}
    layer.save_own_variables(store)
    return {key: array(value) for key, value in store.items()}


@each
def test_outputs_and_files_are_those_of_the_reference(name, mode):
    layer, x = quantized(name, mode)
    store = saved(layer)
    prefix = f"{name}/{mode}/"
    expected = {key[len(prefix) :]: GOLDENS[key] for key in GOLDENS if key.startswith(prefix) and key != f"{prefix}y"}
    assert list(store) == sorted(expected, key=int)
    for key, value in expected.items():
        assert store[key].dtype == value.dtype
        np.testing.assert_allclose(store[key], value, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(array(layer(x)), GOLDENS[f"{prefix}y"], rtol=1e-4, atol=1e-4)


@each
def test_policy_and_config_tell_how_the_layer_is_quantized(name, mode):
    layer, x = quantized(name, mode)
    assert layer.dtype_policy.name == f"{POLICIES[mode]}_from_float32"
    assert layer.quantization_mode == POLICIES[mode].split("/")[0]
    again = type(layer).from_config(layer.get_config())
    again(x)
    assert [(v.path, v.shape, v.dtype) for v in again.variables] == [
        (v.path, v.shape, v.dtype) for v in layer.variables
    ]
    again.load_own_variables(saved(layer))
    np.testing.assert_allclose(array(again(x)), array(layer(x)), rtol=1e-6)


@pytest.mark.parametrize("mode", ["int8", "int4b4", "int4c"])
@pytest.mark.parametrize("name", LAYERS)
def test_files_of_the_reference_load_into_a_layer_with_a_quantized_policy(name, mode):
    layer = LAYERS[name](dtype=f"{POLICIES[mode]}_from_float32")
    x = GOLDENS[f"{name}/x"]
    layer(x)
    prefix = f"{name}/{mode}/"
    store = {key[len(prefix) :]: GOLDENS[key] for key in GOLDENS if key.startswith(prefix) and key != f"{prefix}y"}
    layer.load_own_variables(store)
    np.testing.assert_allclose(array(layer(x)), GOLDENS[f"{prefix}y"], rtol=1e-4, atol=1e-4)


@each
def test_low_rank_factors_go_beside_quantized_weights_and_are_merged_into_files(name, mode):
    layer, x = quantized(name, mode)
    before = array(layer(x))
    layer.enable_lora(2)
    np.testing.assert_allclose(array(layer(x)), before, rtol=1e-5, atol=1e-5)
    layer._scheme.b.assign(RNG.normal(size=layer._scheme.b.shape) * 0.1)
    adapted = array(layer(x))
    assert np.abs(adapted - before).max() > 1e-3
    plain, _ = quantized(name, mode)
    plain.load_own_variables(saved(layer))
    shift = np.abs(array(plain(x)) - adapted).mean() / np.abs(adapted).mean()
    assert shift < (0.03 if mode.startswith("int8") else 0.5)


def test_the_other_direction_of_an_embedding_uses_integers_too():
    for name in ("remb", "remb_untied"):
        for mode in ("int8", "int8w", "int4c", "int4b4"):
            plain, _ = built(name)
            layer, _ = quantized(name, mode)
            vectors = RNG.normal(size=(3, 8)).astype("float32")
            exact, close = array(plain(vectors, reverse=True)), array(layer(vectors, reverse=True))
            assert 0 < np.abs(exact - close).max() < (0.2 if mode.startswith("int8") else 3.0)


def test_quantizing_twice_or_wrongly_is_refused():
    layer, _ = quantized("dense", "int8")
    with pytest.raises(ValueError, match="already"):
        layer.quantize("int4")
    layer, _ = built("dense")
    for arguments, error, words in (
        (("bad",), ValueError, "mode='bad'"),
        ((), ValueError, "mode"),
        (("int8", True, quantizers.Int4QuantizationConfig()), ValueError, "contradict"),
        (("gptq",), ValueError, "GPTQConfig"),
        (("int8", True, 3), ValueError, "config"),
    ):
        with pytest.raises(error, match=words):
            layer.quantize(*arguments)
    with pytest.raises(ValueError, match="built"):
        layers.Dense(2).quantize("int8")
    with pytest.raises(NotImplementedError):
        built("emb")[0].quantize("float8")

    class Own(layers.Dense):
        pass

    own = Own(2)
    own.build((None, 3))
    with pytest.raises(NotImplementedError):
        own.quantize("int8")
    own.quantize("int8", type_check=False)
    assert own.kernel.dtype == "int8"


def model_and_data():
    inputs = layers.Input((12,))
    x = layers.Dense(16, activation="relu", name="first")(inputs)
    outputs = layers.Dense(3, name="second")(layers.LayerNormalization()(x))
    return models.Model(inputs, outputs), RNG.normal(size=(64, 12)).astype("float32")


@pytest.mark.parametrize("mode", ["int8", "int4"])
def test_models_are_quantized_and_come_back_from_files(mode, tmp_path):
    model, x = model_and_data()
    before = model.predict(x, verbose=0)
    report = model.quantize(mode)
    after = model.predict(x, verbose=0)
    assert report.num_quantized == 2
    assert 0 < np.abs(after - before).max() / np.abs(before).max() < (0.05 if mode == "int8" else 0.5)
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(x, verbose=0), after)
    model.save_weights(tmp_path / "model.weights.h5")
    again.set_weights([np.zeros_like(array(v)) for v in again.weights])
    again.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(again.predict(x, verbose=0), after)


def test_filters_choose_layers():
    for filters, expected in (
        ("^f", ["first"]),
        (["sec", "nothing"], ["second"]),
        (lambda layer: layer.name != "first", ["second"]),
        (None, ["first", "second"]),
    ):
        model, _ = model_and_data()
        model.quantize("int8", filters=filters)
        assert [layer.name for layer in model.layers if layer.quantization_mode] == expected
    with pytest.raises(ValueError, match="filters"):
        model_and_data()[0].quantize("int8", filters=3)


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="training")
@pytest.mark.parametrize("mode", ["int8", "int8w", "int4", "int4ca"])
def test_training_goes_through_quantized_layers(mode):
    model, x = model_and_data()
    model.quantize(config=CONFIGS[mode]())
    model.get_layer("second").enable_lora(2)
    before = {v.path: array(v).copy() for v in model.weights}
    model.compile("adam", "mse")
    history = model.fit(x, x[:, :3], epochs=20, verbose=0).history["loss"]
    assert history[-1] < history[0]
    changed = {v.path for v in model.weights if not np.array_equal(array(v), before[v.path])}
    assert changed == {v.path for v in model.trainable_weights}
    assert "first/bias" in changed and "second/lora_kernel_a" in changed


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="training")
def test_the_gradient_of_rounded_inputs_is_that_of_the_weight():
    for name in ("dense", "einsum_out"):
        layer, x = quantized(name, "int8")
        weight = layers.Dense(6) if name == "dense" else LAYERS[name]()
        weight(x)
        weight.set_weights([array(layer._scheme.value()), array(layer.bias)])
        (found,) = engine.gradients(lambda x, layer=layer: layer(x) ** 2, [ops.convert_to_tensor(x)])
        (exact,) = engine.gradients(lambda x, layer=weight: layer(x) ** 2, [ops.convert_to_tensor(x)])
        assert np.abs(array(found) - array(exact)).max() < 0.05 * np.abs(array(exact)).max()


def test_a_policy_quantizes_a_built_layer():
    layer, x = built("dense")
    before = array(layer(x))
    layer.dtype_policy = "int4/4_from_float32"
    assert tuple(layer.kernel_scale.shape) == (2, 6)
    assert 0 < np.abs(array(layer(x)) - before).mean() < 0.5
    with pytest.raises(ValueError, match="GPTQConfig|calib"):
        built("dense")[0].dtype_policy = "gptq/4/4_from_float32"


@pytest.mark.parametrize("mode", ["int8", "int4"])
def test_a_weight_that_is_quantized_in_slices_is_what_it_is_as_a_whole(mode, monkeypatch):
    kernel = np.random.default_rng(0).normal(size=(12, 7)).astype("float32")
    found = []
    for numbers in (10**6, 24):
        monkeypatch.setattr(slicing, "SLICE", numbers)
        layer = layers.Dense(7, use_bias=False)
        layer.build((None, 12))
        layer.kernel.assign(kernel)
        layer.quantize(mode)
        found.append([ops.convert_to_numpy(w) for w in layer.weights])
    for whole, sliced in zip(*found, strict=True):
        np.testing.assert_array_equal(sliced, whole)


def dense_layers():
    """Three layers of four megabytes each."""
    model = models.Sequential([layers.Input((1024,)), *[layers.Dense(1024, use_bias=False) for _ in range(3)]])
    model.get_weights()  # No value waits any longer.
    return model


@pytest.mark.skipif(engine.memory_of is None, reason="the engine does not tell what tensors take")
@pytest.mark.parametrize("name", ["int8", "int4", "int4c"])
def test_quantizing_takes_less_memory_than_one_more_layer(name):
    config, layer = CONFIGS[name](), 4 * 1024**2
    dense_layers().quantize(config=config)  # What engines keep for good is there.
    peak, after = engine.memory_of(dense_layers, lambda model: model.quantize(config=config))
    assert 0 < peak < layer and after < -2.1 * layer


def test_one_row_multiplies_bytes_as_many_rows_do():
    layer = layers.Dense(24, name="d")
    layer.build((None, 40))
    layer.quantize("int8")
    x = RNG.normal(size=(5, 40)).astype("float32")
    rows = np.concatenate([array(layer(x[i : i + 1])) for i in range(5)])
    np.testing.assert_allclose(rows, array(layer(x)), rtol=1e-6, atol=1e-6)
    layer._kernel.assign(np.arange(960).reshape(40, 24) % 17 - 8)
    np.testing.assert_array_equal(array(layer._kernel), np.arange(960).reshape(40, 24) % 17 - 8)
    assert array(layer(x[:1])).shape == (1, 24)


@pytest.mark.parametrize(
    "mode,expected",
    [
        ("int8", [[[18, -127], [36, 54], [-54, 91], [127, 0]], [127 / 7, 127 / 7]]),
        ("int4c", [[[-111], [50], [93], [7]], [1, 1]]),
        (
            "int4b2",
            [
                [[-121], [103], [120], [-122]],
                [[1 / 15, 2 / 3], [2 / 3, 1 / 3]],
                [[-8, 2], [-4, -8]],
                [0, 0, 1, 1],
            ],
        ),
    ],
)
def test_what_a_small_kernel_becomes(mode, expected):
    layer = layers.Dense(2, use_bias=False)
    layer.build((None, 4))
    layer.kernel.assign([[1, -7], [2, 3], [-3, 5], [7, 0]])
    config = quantizers.Int4QuantizationConfig(block_size=2) if mode == "int4b2" else CONFIGS[mode]()
    layer.quantize(config=config)
    names = ["kernel", "kernel_scale", "kernel_zero", "g_idx"][: len(expected)]
    assert [v.name for v in layer.variables] == names
    for variable, value in zip(layer.variables, expected, strict=True):
        np.testing.assert_allclose(array(variable), value, rtol=1e-5)
