"""Layers that make quantized kernels floating-point again where they use them: convolutions and recurrent cells."""

import numpy as np
import pytest

from keras.src import layers, models, ops, quantizers
from keras.src.backend import standardize_dtype
from keras.src.saving.saving_api import load_model
from keras.src.testing import engine

RNG = np.random.default_rng(0)

# name: (layer, shape of inputs, for each quantized weight its name and the axes that a scale goes along)
LAYERS = {
    "conv1d": (lambda **o: layers.Conv1D(6, 3, padding="causal", dilation_rate=2, **o), (2, 9, 4), {"kernel": 1}),
    "conv2d": (lambda **o: layers.Conv2D(6, 3, groups=2, strides=2, **o), (2, 7, 7, 4), {"kernel": 1}),
    "conv3d": (lambda **o: layers.Conv3D(5, 2, **o), (2, 4, 4, 4, 3), {"kernel": 1}),
    "depthwise1d": (lambda **o: layers.DepthwiseConv1D(3, **o), (2, 9, 4), {"kernel": 2}),
    "depthwise2d": (lambda **o: layers.DepthwiseConv2D(3, depth_multiplier=3, **o), (2, 7, 7, 4), {"kernel": 2}),
    "separable1d": (
        lambda **o: layers.SeparableConv1D(6, 3, **o),
        (2, 9, 4),
        {"depthwise_kernel": 2, "pointwise_kernel": 1},
    ),
    "separable2d": (
        lambda **o: layers.SeparableConv2D(6, 3, depth_multiplier=2, **o),
        (2, 7, 7, 4),
        {"depthwise_kernel": 2, "pointwise_kernel": 1},
    ),
    "transpose1d": (lambda **o: layers.Conv1DTranspose(6, 3, **o), (2, 7, 4), {"kernel": 1}),
    "transpose2d": (lambda **o: layers.Conv2DTranspose(6, 3, strides=2, **o), (2, 4, 4, 3), {"kernel": 1}),
    "simple": (lambda **o: layers.SimpleRNN(6, **o), (2, 5, 4), {"kernel": 1, "recurrent_kernel": 1}),
    "lstm": (lambda **o: layers.LSTM(6, **o), (2, 5, 4), {"kernel": 1, "recurrent_kernel": 1}),
    "gru": (
        lambda **o: layers.GRU(6, return_sequences=True, **o),
        (2, 5, 4),
        {"kernel": 1, "recurrent_kernel": 1},
    ),
    "gru_before": (
        lambda **o: layers.GRU(6, reset_after=False, **o),
        (2, 5, 4),
        {"kernel": 1, "recurrent_kernel": 1},
    ),
    "conv_lstm": (
        lambda **o: layers.ConvLSTM1D(3, 3, padding="same", **o),
        (2, 3, 7, 2),
        {"kernel": 1, "recurrent_kernel": 1},
    ),
}
each = pytest.mark.parametrize("name", LAYERS)
MODES = {"int8": "int8", "int4/-1": quantizers.Int4QuantizationConfig(block_size=None), "int4/128": "int4"}
few = pytest.mark.parametrize("name", ["conv2d", "depthwise2d", "separable1d", "transpose1d", "lstm", "conv_lstm"])


def array(x):
    return ops.convert_to_numpy(x)


def model_of(name, **options):
    make, shape, _ = LAYERS[name]
    model = models.Sequential([layers.Input(shape[1:]), make(**options)])
    return model, np.random.default_rng(1).normal(size=shape).astype("float32")


def run(model, x):
    return array(model(x))


def holder(layer):
    return getattr(layer, "cell", layer)


def rounded(kernel, outputs, low, high):
    """A kernel after symmetric rounding, with a scale for each index of its last `outputs` axes."""
    axes = tuple(range(kernel.ndim - outputs))
    scale = high / np.maximum(np.abs(kernel).max(axis=axes, keepdims=True), 1e-7)
    return np.clip(np.round(kernel * scale), low, high) / scale


@each
@pytest.mark.parametrize("mode,limits", [("int8", (-127, 127)), ("int4/-1", (-8, 7))])
def test_results_are_those_of_rounded_kernels(name, mode, limits):
    plain, x = model_of(name)
    model, _ = model_of(name)
    model.set_weights(plain.get_weights())
    exact = run(model, x)
    assert (
        model.quantize(config=MODES[mode] if mode != "int8" else quantizers.Int8QuantizationConfig()).num_quantized == 1
    )
    for weight, outputs in LAYERS[name][2].items():
        variable = getattr(holder(plain.layers[0]), weight)
        variable.assign(rounded(array(variable), outputs, *limits))
    outputs = run(model, x)
    np.testing.assert_allclose(outputs, run(plain, x), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model.predict(x, verbose=0), outputs, rtol=1e-4, atol=1e-5)
    assert np.abs(outputs - exact).max() > 1e-5


@pytest.mark.parametrize(
    "name,mode",
    [(name, "int8") for name in LAYERS if not name.endswith(("1d", "before"))]
    + [(name, mode) for name in ("conv2d", "separable2d", "gru") for mode in ("int4/-1", "int4/128")],
)
def test_quantized_models_come_back_from_files_and_are_made_by_a_policy(name, mode, tmp_path):
    model, x = model_of(name)
    before = sum(array(v).nbytes for v in holder(model.layers[0]).trainable_variables)
    model.quantize(**({"mode": MODES[mode]} if isinstance(MODES[mode], str) else {"config": MODES[mode]}))
    assert holder(model.layers[0]).dtype_policy.name == f"{mode}_from_float32"
    assert sum(array(v).nbytes for v in model.weights if "seed" not in v.path) < before
    expected = run(model, x)
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(run(again, x), expected)
    made, _ = model_of(name, dtype=f"{mode}_from_float32")
    assert [(v.shape, v.dtype) for v in made.variables] == [(v.shape, v.dtype) for v in model.variables]
    names = holder(made.layers[0]).variable_serialization_spec[mode.split("/")[0]]
    stored = {}
    holder(made.layers[0]).save_own_variables(stored)
    if mode != "int4/-1":
        assert len(names) == len(stored)
    made.layers[0].set_weights(model.layers[0].get_weights())
    np.testing.assert_array_equal(run(made, x), expected)
    model.save_weights(tmp_path / "model.weights.h5")
    made, _ = model_of(name, dtype=f"{mode}_from_float32")
    made.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(run(made, x), expected)


@few
@pytest.mark.parametrize("first", ["lora", "int8"])
def test_low_rank_updates_go_beside_kernels_and_come_back_merged(name, first, tmp_path):
    model, x = model_of(name, **({"lora_rank": 2, "lora_alpha": 6} if first == "lora" else {}))
    before = run(model, x)
    model.quantize("int8")
    layer = model.layers[0]
    if first == "int8":
        layer.enable_lora(2)
    close = run(model, x)
    np.testing.assert_allclose(close, before, rtol=0.1, atol=0.05)
    factors = [v for v in layer.trainable_variables if v.name.startswith("lora")]
    assert len(factors) == 2 * len(holder(layer)._adapted_names)
    for v in factors:
        v.assign(np.random.default_rng(2).normal(size=v.shape) * 0.3)
    adapted = run(model, x)
    assert np.abs(adapted - close).max() > 1e-3
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    assert [v.shape for v in again.variables] == [v.shape for v in model.variables]
    np.testing.assert_allclose(run(again, x), adapted, rtol=0.1, atol=0.05)


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="training")
@pytest.mark.parametrize("name,run_eagerly", [("separable2d", False), ("lstm", False), ("gru", True)])
def test_biases_and_low_rank_updates_are_trained(name, run_eagerly):
    model, x = model_of(name)
    model.quantize("int8")
    model.layers[0].enable_lora(2)
    targets = run(model, x) + 0.3
    before = {v.path: array(v).copy() for v in model.weights}
    model.compile("adam", "mse", run_eagerly=run_eagerly)
    losses = model.fit(x, targets, epochs=4, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    changed = {v.path for v in model.weights if not np.array_equal(array(v), before[v.path])}
    assert changed == {v.path for v in model.trainable_weights}
    assert any(path.endswith("bias") for path in changed) and any("lora" in path for path in changed)


@few
def test_half_precision_is_computed_in(name):
    model, x = model_of(name, dtype="mixed_bfloat16")
    expected = array(ops.cast(model(x), "float32"))
    model.quantize("int8")
    outputs = model(x)
    assert standardize_dtype(outputs.dtype) == "bfloat16"
    assert holder(model.layers[0]).dtype_policy.name == "int8_from_mixed_bfloat16"
    np.testing.assert_allclose(array(ops.cast(outputs, "float32")), expected, rtol=0.1, atol=0.05)


@pytest.mark.parametrize(
    "make,shape,count",
    [
        (lambda: layers.Bidirectional(layers.LSTM(3, return_sequences=True)), (2, 5, 4), 2),
        (lambda: layers.RNN([layers.LSTMCell(3), layers.GRUCell(4)]), (2, 5, 4), 2),
        (lambda: layers.RNN(layers.GRUCell(3)), (2, 5, 4), 1),
        (lambda: layers.TimeDistributed(layers.Conv1D(3, 2)), (2, 3, 5, 4), 1),
        (lambda: layers.TimeDistributed(layers.Dense(3)), (2, 3, 4), 1),
    ],
)
@pytest.mark.parametrize("mode", ["int8", "int4"])
def test_layers_within_layers_are_quantized_and_come_back(make, shape, count, mode, tmp_path):
    model = models.Sequential([layers.Input(shape[1:]), make()])
    x = RNG.normal(size=shape).astype("float32")
    before = run(model, x)
    assert model.quantize(mode).num_quantized == count
    after = run(model, x)
    assert 0 < np.abs(after - before).max() < (0.05 if mode == "int8" else 0.5)
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(run(load_model(tmp_path / "model.keras"), x), after)


@pytest.mark.parametrize(
    "make", [lambda: layers.MultiHeadAttention(2, 4), lambda: layers.GroupedQueryAttention(4, 4, 2)]
)
@pytest.mark.parametrize("mode", ["int8", "int4"])
def test_projections_of_attention_are_quantized_and_come_back(make, mode, tmp_path):
    inputs = layers.Input((5, 8))
    model = models.Model(inputs, make()(inputs, inputs))
    x = RNG.normal(size=(2, 5, 8)).astype("float32")
    before = run(model, x)
    assert model.quantize(mode).num_quantized == 4
    after = run(model, x)
    assert 0 < np.abs(after - before).max() < (0.1 if mode == "int8" else 0.8)
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(run(load_model(tmp_path / "model.keras"), x), after)


def test_modes_that_multiply_are_refused():
    for name in ("conv2d", "lstm"):
        model, _ = model_of(name)
        with pytest.raises(NotImplementedError, match="cannot be quantized"):
            model.layers[0].quantize("float8")


def test_a_cell_takes_kernels_that_subclasses_make():
    class Own(layers.LSTMCell):
        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], 4 * self.units), name="kernel")
            self.recurrent_kernel = self.add_weight(shape=(self.units, 4 * self.units), name="recurrent_kernel")
            self.bias = None

    layer = layers.RNN(Own(3))
    x = RNG.normal(size=(2, 5, 4)).astype("float32")
    before = array(layer(x))
    assert [v.name for v in layer.cell.weights] == ["kernel", "recurrent_kernel"]
    layer.cell.quantize("int8", type_check=False)
    np.testing.assert_allclose(array(layer(x)), before, atol=0.05)


def test_a_layer_stays_as_it_was_where_quantizing_fails():
    class Failing(quantizers.AbsMaxQuantizer):
        def __call__(self, x, axis=None):
            if tuple(x.shape) == (6, 24):
                raise RuntimeError("no room")
            return super().__call__(x, axis)

    model, x = model_of("lstm")
    before, paths = run(model, x), [v.path for v in model.variables]
    config = quantizers.Int8QuantizationConfig(weight_quantizer=Failing(axis=0))
    with pytest.raises(RuntimeError, match="no room"):
        model.layers[0].quantize(config=config)
    assert [v.path for v in model.variables] == paths
    assert model.layers[0].cell.quantization_mode is None
    np.testing.assert_array_equal(run(model, x), before)
    model.quantize("int8")
    assert model.layers[0].cell.kernel.dtype == "int8"
