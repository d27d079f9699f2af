"""`Model.quantize` by GPTQ and AWQ."""

import json
import zipfile

import numpy as np
import pytest

from keras.src import dtype_policies, layers, models, ops, quantizers
from keras.src.layers.weights import rounding
from keras.src.models import calibration
from keras.src.saving.saving_api import load_model

RNG = np.random.default_rng(0)
TOKENS = RNG.integers(0, 16, (24, 6)).astype("int32")
CONFIGS = {"gptq": quantizers.GPTQConfig, "awq": quantizers.AWQConfig}
modes = pytest.mark.parametrize("mode", list(CONFIGS))


class Letters:
    def tokenize(self, text):
        return [ord(letter) - ord("a") for letter in text]


def array(x):
    return ops.convert_to_numpy(x)


def block(name, attention=False):
    x = inputs = layers.Input((6, 8))
    if attention:
        x = layers.MultiHeadAttention(2, 4, name="attention")(x, x, use_causal_mask=True)
    else:
        x = layers.EinsumDense("abc,cde->abde", (None, 2, 4), bias_axes="de", name="split")(x)
        x = layers.EinsumDense("abde,dec->abc", (None, 8), bias_axes="c", name="join")(x)
    x = h = layers.Add()([inputs, x])
    x = layers.Dense(13, activation="relu", name="up")(x)
    x = layers.Dense(8, name="down")(x)
    return models.Model(inputs, layers.Add()([x, h]), name=name)


def made(**options):
    """A model of two blocks with weights of its own, and the structure of its layers."""
    embedding, blocks = layers.Embedding(16, 8, name="tokens"), [block("first", **options), block("second", **options)]
    x = inputs = layers.Input((6,), dtype="int32")
    for layer in (embedding, *blocks):
        x = layer(x)
    model = models.Model(inputs, layers.Dense(16, name="head")(x))
    rng = np.random.default_rng(1)
    model.set_weights([0.3 * rng.standard_normal(w.shape).astype("float32") for w in model.weights])
    return model, {"pre_block_layers": [embedding], "sequential_blocks": blocks}


def config_of(mode, structure, data=TOKENS, tokenizer=None, **options):
    options = {"group_size": 4, "sequence_length": 6, **options}
    return CONFIGS[mode](data, tokenizer, quantization_layer_structure=structure, **options)


def error_of(mode, **options):
    """Mean square of how far the outputs move, as part of that of the outputs."""
    model, structure = made()
    before = array(model(TOKENS))
    if mode:
        model.quantize(mode, config=config_of(mode, structure, **options))
    else:
        config = config_of("gptq", structure, **options)
        for layer in structure["sequential_blocks"]:
            for each in layer.layers:
                if each.weights:
                    each.quantize("gptq", config=config)
    return np.mean((array(model(TOKENS)) - before) ** 2) / np.mean(before**2)


@modes
class TestQuantizeByData:
    def test_rounds_the_blocks_alone_and_better_than_to_the_nearest(self, mode):
        model, structure = made()
        report = model.quantize(config=config_of(mode, structure))
        assert report.num_quantized == 8
        assert [name for name, reason in report.skipped if reason == "outside the blocks"] == ["tokens", "head"]
        assert model.get_layer("head").quantization_mode is None
        policy = model.get_layer("second").get_layer("down").dtype_policy
        assert policy.name == f"{mode}/4/4_from_float32"
        assert error_of(mode, group_size=-1) < 0.7 * error_of(None, group_size=-1)

    def test_a_saved_model_gives_the_same(self, mode, tmp_path):
        model, structure = made()
        model.quantize(mode, config=config_of(mode, structure))
        model.save(tmp_path / "model.keras")
        loaded = load_model(tmp_path / "model.keras")
        np.testing.assert_allclose(array(loaded(TOKENS)), array(model(TOKENS)), atol=1e-6)
        with zipfile.ZipFile(tmp_path / "model.keras") as file:
            config = json.loads(file.read("config.json"))
        text = json.dumps(config)
        assert '"dataset": null' in text and '"tokenizer": null' in text

    def test_weights_load_into_a_quantized_copy(self, mode, tmp_path):
        model, structure = made()
        model.quantize(mode, config=config_of(mode, structure))
        model.save_weights(tmp_path / "w.weights.h5")
        copy = models.clone_model(model)
        copy.load_weights(tmp_path / "w.weights.h5")
        np.testing.assert_allclose(array(copy(TOKENS)), array(model(TOKENS)), atol=1e-6)

    def test_layers_of_attention(self, mode):
        model, structure = made(attention=True)
        before = array(model(TOKENS))
        report = model.quantize(mode, config=config_of(mode, structure))
        assert sum("attention" in name for name in report.quantized) == 8
        assert 0 < np.abs(array(model(TOKENS)) - before).max() < 0.2 * np.abs(before).max()

    def test_filters(self, mode):
        model, structure = made()
        report = model.quantize(mode, config=config_of(mode, structure), filters=["up", "^head$"])
        assert report.num_quantized == 2
        assert model.get_layer("first").get_layer("up").quantization_mode == mode
        assert model.get_layer("first").get_layer("down").quantization_mode is None

    def test_texts_are_tokenized(self, mode):
        text = "".join(chr(ord("a") + token) for token in TOKENS.reshape(-1))
        found = []
        for data in (TOKENS, [text[:50], text[50:]]):
            model, structure = made()
            model.quantize(mode, config=config_of(mode, structure, data, Letters()))
            found.append(array(model(TOKENS)))
        np.testing.assert_allclose(*found, atol=1e-6)

    def test_the_model_may_tell_its_structure(self, mode):
        model, structure = made()
        asked = []
        model.get_quantization_layer_structure = lambda mode=None: asked.append(mode) or structure
        assert model.quantize(mode, config=config_of(mode, None)).num_quantized == 8
        assert asked == [mode]

    def test_bad_input(self, mode):
        model, structure = made()
        for config, message in [
            (config_of(mode, None), "blocks of the model"),
            (config_of(mode, {"sequential_blocks": []}), "pre_block_layers"),
            (config_of(mode, structure, None), "needs calibration data"),
            (config_of(mode, structure, ["abc"], None), "tokenizer"),
            (config_of(mode, structure, ["abc"], Letters()), "at least one sequence"),
            (config_of(mode, structure, np.ones((4, 6))), "integers"),
        ]:
            with pytest.raises(ValueError, match=message):
                model.quantize(mode, config=config)
        assert model.get_layer("first").get_layer("up").quantization_mode is None
        with pytest.raises(ValueError, match="needs calibration data"):
            model.quantize(mode)
        with pytest.raises(ValueError, match="by its `dtype_policy` alone"):
            model.get_layer("head").dtype_policy = f"{mode}/4/4_from_float32"

    def test_low_rank_updates_stay(self, mode, tmp_path):
        model, structure = made()
        layer = model.get_layer("second").get_layer("up")
        layer.enable_lora(2)
        layer.lora_kernel_b.assign(0.1 * RNG.standard_normal((2, 13)))
        before = array(model(TOKENS))
        model.quantize(mode, config=config_of(mode, structure))
        after = array(model(TOKENS))
        assert layer.lora_enabled and np.abs(after - before).max() < 0.3 * np.abs(before).max()
        model.save(tmp_path / "model.keras")
        moved = np.abs(array(load_model(tmp_path / "model.keras")(TOKENS)) - after).max()
        assert moved < 0.1 * np.abs(before).max()


class TestOptions:
    def test_more_bits_are_closer(self):
        errors = [error_of("gptq", weight_bits=bits) for bits in (2, 3, 4, 8)]
        assert errors == sorted(errors, reverse=True) and errors[-1] < 1e-3 * errors[0]

    def test_num_samples_and_sequence_length_say_how_much_is_looked_at(self):
        config = quantizers.GPTQConfig(TOKENS, None, num_samples=5, sequence_length=4)
        np.testing.assert_array_equal(calibration.tokens_of(config), TOKENS.reshape(-1)[:20].reshape(5, 4))
        assert calibration.tokens_of(quantizers.GPTQConfig(TOKENS, None, sequence_length=100)).shape == (1, 100)


@modes
class TestMadeQuantized:
    def test_variables_and_files(self, mode, tmp_path):
        layer = layers.Dense(5, dtype=f"{mode}/4/4_from_float32")
        layer.build((None, 10))
        shapes = {v.name: (tuple(v.shape), v.dtype) for v in layer.variables}
        expected = {
            "bias": ((5,), "float32"),
            "kernel": ((3, 10), "uint8"),
            "kernel_scale": ((5, 3), "float32"),
            "kernel_zero": ((5, 3), "uint8"),
            "g_idx": ((10,), "float32"),
        }
        if mode == "awq":
            expected["awq_scales"] = ((10,), "float32")
        assert shapes == expected
        names = layer.variable_serialization_spec[mode]
        own = {"gptq": [], "awq": ["awq_scales"]}[mode]
        assert names == ["bias", "quantized_kernel", "kernel_scale", "kernel_zero", *own, "g_idx"]
        store = {}
        layer.save_own_variables(store)
        assert [store[str(i)].name for i in range(len(store))] == [name.replace("quantized_", "") for name in names]
        np.testing.assert_array_equal(array(layer(np.ones((2, 10)))), np.zeros((2, 5)))

    def test_a_map_of_policies(self, mode):
        policies = dtype_policies.DTypePolicyMap(policy_map={"d": dtype_policies.get(f"{mode}/4/-1_from_float32")})
        layer = layers.Dense(5, dtype=policies, name="d")
        layer(np.ones((2, 10)))
        assert layer.quantization_mode == mode and tuple(layer.kernel_scale.shape) == (5, 1)

    def test_a_kernel_whose_sum_is_in_the_middle(self, mode):
        layer = layers.EinsumDense("abc,adc->abd", (None, 7))
        x = RNG.standard_normal((3, 4, 6)).astype("float32")
        before = array(layer(x))
        layer.quantize(mode, config=CONFIGS[mode](None, None, group_size=-1))
        assert np.abs(array(layer(x)) - before).max() < 0.15 * np.abs(before).max()


class TestGPTQ:
    def test_the_error_of_a_column_goes_to_the_next_ones(self):
        # Two equal inputs: what the first loses the second gains. Codes are 0 to 3, so the scale is 1 and the zero point 0.
        config = quantizers.GPTQConfig(None, None, weight_bits=2, group_size=-1, hessian_damping=0.0)
        rounded = rounding.gptq(np.array([[0.4, 0.4, 3.0]]), np.array([[1, 1, 0], [1, 1.001, 0], [0, 0, 1.0]]), config)
        np.testing.assert_array_equal(rounded.codes, [[0, 1, 3]])
        np.testing.assert_array_equal(rounding.nearest(np.array([[0.4, 0.4, 3.0]]), config).codes, [[0, 0, 3]])

    @pytest.mark.parametrize("size", [-1, 16, 192])
    def test_scales_of_the_first_group_and_strides(self, size, monkeypatch):
        rng = np.random.default_rng(2)
        matrix, inputs = (
            rng.standard_normal((4, 200)),
            rng.standard_normal((300, 200)) @ rng.standard_normal((200, 200)),
        )
        config = quantizers.GPTQConfig(None, None, group_size=size)
        hessian = inputs.T @ inputs
        found = rounding.gptq(matrix, hessian, config)
        first = matrix[:, : size if size > 0 else 200]
        expected = (np.maximum(first.max(1), 0) - np.minimum(first.min(1), 0)) / 15
        np.testing.assert_allclose(found.scale[:, 0], expected, rtol=1e-6)
        nearest = rounding.squared_error(matrix, rounding.nearest(matrix, config), hessian)
        assert rounding.squared_error(matrix, found, hessian) < 0.5 * nearest
        monkeypatch.setattr(rounding, "STRIDE", 10**6)
        np.testing.assert_array_equal(rounding.gptq(matrix, hessian, config).codes, found.codes)

    def test_activation_order_groups_the_largest_inputs(self):
        config = quantizers.GPTQConfig(None, None, group_size=2, activation_order=True)
        rounded = rounding.gptq(np.ones((1, 4)), np.diag([1.0, 4.0, 2.0, 3.0]), config)
        np.testing.assert_array_equal(rounded.groups, [1, 0, 1, 0])

    def test_symmetric_and_one_scale_for_all_outputs(self):
        matrix = np.array([[1.0, -2.0], [4.0, 3.0]])
        symmetric = rounding.nearest(matrix, quantizers.GPTQConfig(None, None, symmetric=True))
        np.testing.assert_array_equal(symmetric.zero[:, 0], [8, 8])
        np.testing.assert_allclose(symmetric.scale[:, 0], [4 / 15, 8 / 15], rtol=1e-6)
        together = rounding.nearest(matrix, quantizers.GPTQConfig(None, None, per_channel=False))
        np.testing.assert_allclose(together.scale[:, 0], [6 / 15, 6 / 15], rtol=1e-6)

    def test_inputs_that_are_never_seen(self):
        rounded = rounding.gptq(np.ones((2, 3)), np.diag([1.0, 0.0, 1.0]), quantizers.GPTQConfig(None, None))
        np.testing.assert_allclose(rounded.matrix(), np.ones((2, 3)), rtol=1e-6)


class TestAWQ:
    def test_large_inputs_are_rounded_more_finely(self, monkeypatch):
        rng = np.random.default_rng(3)
        matrix, size = rng.standard_normal((6, 16)).astype("float32"), np.array([100.0] + [1.0] * 15)
        hessian = np.diag(size**2)
        rounded = rounding.awq(matrix, hessian, size, quantizers.AWQConfig(None, None))
        assert rounded.scale_of_inputs[0] > 2 * rounded.scale_of_inputs[1]
        one = quantizers.AWQConfig(None, None, num_grid_points=1)
        monkeypatch.setattr(rounding, "PARTS_OF_RANGE", [1.0])
        plain = rounding.awq(matrix, hessian, size, one)
        np.testing.assert_array_equal(plain.scale_of_inputs, np.ones(16))
        errors = [rounding.squared_error(matrix, each, hessian) for each in (rounded, plain)]
        assert errors[0] < 0.5 * errors[1]

    def test_a_range_is_cut_where_the_error_gets_less(self):
        # The outlier counts for nothing: the range ends before it, and the others are rounded more finely.
        weights, hessian = np.array([[0.0, 0.1, 0.2, 0.3, 8.0]], "float32"), np.diag([1.0, 1, 1, 1, 1e-9])
        rounded = rounding.awq(weights, hessian, np.ones(5), quantizers.AWQConfig(None, None, num_grid_points=1))
        assert rounded.scale[0, 0] < 0.9 * 8 / 15

    def test_ranges_are_chosen_by_the_error_of_all_groups_together(self, monkeypatch):
        rng = np.random.default_rng(2)
        matrix = rng.standard_normal((4, 200))
        inputs = rng.standard_normal((300, 200)) @ rng.standard_normal((200, 200))
        hessian, sizes = inputs.T @ inputs, np.abs(inputs).mean(0)
        config = quantizers.AWQConfig(None, None, group_size=20)
        found = rounding.squared_error(matrix, rounding.awq(matrix, hessian, sizes, config), hessian)
        assert found < 0.6 * rounding.squared_error(matrix, rounding.nearest(matrix, config), hessian)
        monkeypatch.setattr(rounding, "SWEEPS", 0)
        assert found < 0.7 * rounding.squared_error(matrix, rounding.awq(matrix, hessian, sizes, config), hessian)
