"""Quantized models in files and copies, also those of which configs do not tell all.

`testdata/*.keras` were written by Keras 3.15.1 on torch, after `Model.quantize`; it cannot read those with attention itself.
"""

import copy
import json
import pathlib
import pickle
import zipfile

import numpy as np
import pytest

from keras.src import dtype_policies, layers, models, optimizers, quantizers
from keras.src.dtype_policies import dtype_policy
from keras.src.layers.weights.quantized_test import CONFIGS, array
from keras.src.saving.object_registration import custom_object_scope
from keras.src.saving.saving_api import load_model
from keras.src.testing import engine

FOLDER = pathlib.Path(__file__).parent / "testdata"
DATA = np.load(FOLDER / "models.npz")
ALL = {**CONFIGS, "float8": lambda: quantizers.Float8QuantizationConfig()}
RNG = np.random.default_rng(0)


class Sub(models.Model):
    """The subclass that the reference saved."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.e = layers.Embedding(11, 8, name="e")
        self.a = layers.MultiHeadAttention(2, 4, name="mha")
        self.d = layers.Dense(3, name="d")

    def call(self, x):
        x = self.e(x)
        return self.d(self.a(x, x))


@pytest.fixture(autouse=True)
def known():
    with custom_object_scope({"q>Sub": Sub, "Sub": Sub}):
        yield


@pytest.mark.parametrize("name", sorted({key.split("/")[0] for key in DATA}))
def test_models_of_the_reference_load(name):
    model = load_model(FOLDER / f"{name}.keras")
    assert any(layer.quantization_mode for layer in model._flatten_layers(include_self=False))
    y = array(model(DATA[f"{name}/x"]))
    np.testing.assert_allclose(y, DATA[f"{name}/y"], rtol=1e-4, atol=1e-4)


def graph():
    inputs = layers.Input((5, 8))
    x = layers.MultiHeadAttention(2, 4, name="mha")(inputs, inputs)
    x = layers.GroupQueryAttention(4, 4, 2, name="gqa")(x, x)
    outputs = layers.TimeDistributed(layers.Dense(3))(x)
    return models.Model(inputs, outputs), RNG.normal(size=(2, 5, 8)).astype("float32")


def subclass():
    return Sub(), RNG.integers(0, 11, (2, 5)).astype("int32")


def modes_of(model):
    return [layer.quantization_mode for layer in model._flatten_layers(include_self=False)]


@pytest.mark.parametrize("mode", ["int8w", "int4b4", "int4c", "float8"])
@pytest.mark.parametrize("make", [graph, subclass])
def test_parts_of_layers_come_back_quantized_as_they_were(make, mode, tmp_path):
    model, x = make()
    model(x)
    before = array(model(x))
    if mode == "float8" and make is subclass:
        model.quantize("float8", filters="d|query|key|value")
    else:
        model.quantize(config=ALL[mode]())
    y = array(model(x))
    assert np.abs(y - before).max() > 1e-6
    model.save(tmp_path / "model.keras")
    model.save_weights(tmp_path / "model.weights.h5")
    again = load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(array(again(x)), y, rtol=1e-5, atol=1e-6)
    assert modes_of(again) == modes_of(model)
    again.load_weights(tmp_path / "model.weights.h5")
    for other in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert modes_of(other) == modes_of(model)
        np.testing.assert_allclose(array(other(x)), y, rtol=1e-5, atol=1e-6)
    clone = models.clone_model(model)
    assert modes_of(clone) == modes_of(model)
    clone.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_allclose(array(clone(x)), y, rtol=1e-5, atol=1e-6)
    if make is graph:
        described = models.model_from_json(model.to_json())
        described.load_weights(tmp_path / "model.weights.h5")
        np.testing.assert_allclose(array(described(x)), y, rtol=1e-5, atol=1e-6)


def two_layers(**options):
    inputs = layers.Input((8,))
    outputs = layers.Dense(3, name="b", **options)(layers.Dense(6, name="a", **options)(inputs))
    return models.Model(inputs, outputs)


def test_weights_of_floats_and_of_quantized_models_do_not_mix(tmp_path):
    for mode in ("int8", "int4", "float8"):
        plain, model = two_layers(), two_layers()
        model.quantize(mode)
        path = tmp_path / f"{mode}.weights.h5"
        for writer, reader in ((plain, model), (model, plain)):
            writer.save_weights(path)
            values = [array(v).copy() for v in reader.weights]
            told = "load them before `quantize`" if writer is plain else "call `quantize` first"
            with pytest.raises(ValueError, match=f"could not be loaded[^$]*{told}"):
                reader.load_weights(path)
            for value, variable in zip(values, reader.weights):
                np.testing.assert_array_equal(array(variable), value)


def test_a_bias_that_the_model_lacks_is_no_scale(tmp_path):
    class Biased(models.Model):
        def __init__(self, use_bias, **kwargs):
            super().__init__(**kwargs)
            self.d = layers.Dense(3, use_bias=use_bias)

        def call(self, x):
            return self.d(x)

    model = Biased(use_bias=True)
    model(np.ones((2, 4), "float32"))
    model.save(tmp_path / "model.keras")
    Biased.from_config = classmethod(lambda cls, config: cls(use_bias=False))
    with custom_object_scope({"Biased": Biased}), pytest.raises(ValueError, match="could not be loaded"):
        load_model(tmp_path / "model.keras")


def without_parts(text):
    """A config that does not tell of layers below others, as other libraries write it."""

    def without(config):
        config.pop("quantized_parts", None)
        return config

    return json.dumps(json.loads(text, object_hook=without))


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="training")
def test_training_goes_on_where_arrays_alone_tell_what_is_quantized(tmp_path):
    model, x = graph()
    model.quantize("int8")
    model.compile(optimizers.Adam(0.01), "mse")
    y = np.zeros((2, 5, 3), "float32")
    model.fit(x, y, epochs=2, verbose=0)
    model.save(tmp_path / "model.keras")
    with (
        zipfile.ZipFile(tmp_path / "model.keras") as written,
        zipfile.ZipFile(tmp_path / "other.keras", "w") as other,
    ):
        for name in written.namelist():
            text = written.read(name)
            other.writestr(name, without_parts(text) if name == "config.json" else text)
    again = load_model(tmp_path / "other.keras")
    assert modes_of(again) == modes_of(model)
    for left, right in zip(again.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(array(left), array(right))
    losses = [m.fit(x, y, epochs=2, verbose=0).history["loss"] for m in (again, model)]
    np.testing.assert_allclose(*losses, rtol=1e-3)


def test_counts_and_flags():
    for mode, total, trainable in (("int8", 84, 9), ("int4c", 9 + 24 + 12 + 9, 9), ("float8", 6225, 6225)):
        model = two_layers()
        model.quantize(config=ALL[mode]())
        assert model.count_params() == total
        assert sum(int(np.prod(v.shape)) for v in model.trainable_weights) == trainable
        model.trainable = False
        assert model.trainable_weights == []
        model.trainable = True
        assert sum(int(np.prod(v.shape)) for v in model.trainable_weights) == trainable


def int8_map():
    policies = dtype_policies.DTypePolicyMap()
    policies["a"] = dtype_policies.QuantizedDTypePolicy("int8", "float32")
    return policies


def dtypes(model):
    return {layer.name: [v.dtype for v in layer.variables] for layer in model.layers if layer.variables}


MAPPED = {"a": ["float32", "int8", "float32"], "b": ["float32", "float32"]}


def test_a_map_makes_the_layers_that_it_names_quantized():
    assert dtypes(two_layers(dtype=int8_map())) == MAPPED
    former = dtype_policies.get(None)
    try:
        dtype_policy.set_dtype_policy(int8_map())
        assert dtypes(two_layers()) == MAPPED
    finally:
        dtype_policy.set_dtype_policy(former)
    model = two_layers(dtype=dtype_policies.DTypePolicyMap())
    model.quantize("int8", filters="a")
    assert dtypes(model) == MAPPED
    assert "a" in model.layers[1].dtype_policy and "b" not in model.layers[1].dtype_policy


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="training")
def test_training_of_low_rank_factors_goes_on_after_a_file(tmp_path):
    model = two_layers()
    model.quantize("int8")
    model.layers[1].enable_lora(2)
    model.compile(optimizers.Adam(0.05), "mse")
    x, y = RNG.normal(size=(16, 8)).astype("float32"), RNG.normal(size=(16, 3)).astype("float32")
    model.fit(x, y, epochs=5, verbose=0, shuffle=False)
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    assert len(again.optimizer.variables) == len(model.optimizer.variables)
    for left, right in zip(again.optimizer.variables, model.optimizer.variables):
        np.testing.assert_array_equal(array(left), array(right))
    losses = [m.evaluate(x, y, verbose=0) for m in (model, again)]
    np.testing.assert_allclose(losses[1], losses[0], rtol=0.02)
    assert again.fit(x, y, epochs=20, verbose=0).history["loss"][-1] < losses[0]


def with_adapted_parts(make, mode):
    """A model whose queries and values are adapted, and quantized where `mode` is not `None`; its inputs; the two layers."""
    model, x = make()
    model(x)
    if mode:
        model.quantize(mode, filters="query|key")
    adapted = [part for part in model._flatten_layers() if part.name in ("query", "value")]
    for part in adapted:
        part.enable_lora(2, lora_alpha=6)
        part.lora_kernel_b.assign(0.1 * RNG.normal(size=part.lora_kernel_b.shape))
    return model, x, adapted


def adaptations(model):
    return [
        (part.lora_rank, part.lora_alpha) for part in model._flatten_layers() if getattr(part, "lora_enabled", False)
    ]


@pytest.mark.parametrize("mode", [None, "int8"])
@pytest.mark.parametrize("make", [graph, subclass])
def test_parts_of_layers_are_adapted_after_a_file_as_layers_are(make, mode, tmp_path):
    model, x, adapted = with_adapted_parts(make, mode)
    y = array(model(x))
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    close = {"rtol": 1e-4, "atol": 1e-5} if mode is None else {"atol": 0.1 * np.abs(y).max()}
    np.testing.assert_allclose(array(again(x)), y, **close)
    copies = [again, models.clone_model(model), pickle.loads(pickle.dumps(model)), copy.deepcopy(model)]
    if make is graph:
        copies.append(models.model_from_json(model.to_json()))
    for other in copies:
        assert adaptations(other) == [(2, 6)] * len(adapted)
        assert modes_of(other) == modes_of(model)
        assert len(other.trainable_weights) == len(model.trainable_weights)
    if mode is None:  # Other libraries make attention of its config, which knows nothing of this.
        assert not any("quantized_parts" in part.get_config() for part in model.layers)


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="training")
def test_training_of_adapted_parts_goes_on_after_a_file(tmp_path):
    model, x, _ = with_adapted_parts(graph, None)
    model.compile(optimizers.Adam(0.01), "mse")
    model.fit(x, np.zeros((2, 5, 3), "float32"), epochs=2, verbose=0)
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    for left, right in zip(again.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(array(left), array(right))
    losses = again.fit(x, np.zeros((2, 5, 3), "float32"), epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
