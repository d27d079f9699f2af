"""Dense, Identity, Masking, Wrapper, InputLayer. The numbers come from NumPy, the configs from the reference."""

import numpy as np
import pytest

from keras.src import backend, layers, models, ops, regularizers
from keras.src.backend.common.masking import get_keras_mask
from keras.src.saving import deserialize_keras_object, serialize_keras_object


def array(x):
    return ops.convert_to_numpy(x)


POLICY = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": None}


def registered(module, class_name, **config):
    return {"module": f"keras.{module}", "class_name": class_name, "config": config, "registered_name": None}


class TestDense:
    @pytest.mark.parametrize("shape", [(2, 3), (2, 4, 3), (0, 3)])
    @pytest.mark.parametrize("use_bias", [True, False])
    @pytest.mark.parametrize("activation", [None, "relu"])
    def test_values(self, shape, use_bias, activation):
        layer = layers.Dense(5, activation=activation, use_bias=use_bias, bias_initializer="random_normal")
        x = np.random.default_rng(0).normal(size=shape).astype("float32")
        for _ in range(3):
            y = layer(x)
        expected = x @ array(layer.kernel) + (array(layer.bias) if use_bias else 0)
        expected = np.maximum(expected, 0) if activation else expected
        np.testing.assert_allclose(array(y), expected, atol=1e-5)
        assert tuple(y.shape) == layer.compute_output_shape(shape) == (*shape[:-1], 5)
        assert len(layer.weights) == 1 + use_bias

    def test_config(self):
        layer = layers.Dense(4, activation="relu", kernel_regularizer=regularizers.L2(0.5), name="d")
        assert layer.get_config() == {
            "name": "d",
            "trainable": True,
            "dtype": POLICY,
            "units": 4,
            "activation": "relu",
            "use_bias": True,
            "kernel_initializer": registered(
                "initializers", "GlorotUniform", seed=None, input_axes=None, output_axes=None
            ),
            "bias_initializer": registered("initializers", "Zeros"),
            "kernel_regularizer": registered("regularizers", "L2", l2=0.5),
            "bias_regularizer": None,
            "kernel_constraint": None,
            "bias_constraint": None,
            "quantization_config": None,
        }

    def test_round_trip(self):
        layer = layers.Dense(4, activation=layers.Identity(name="i"), activity_regularizer="l1", dtype="mixed_bfloat16")
        layer.build((None, 3))
        config = serialize_keras_object(layer)
        again = deserialize_keras_object(config)
        assert again.built and serialize_keras_object(again) == config
        assert config["build_config"] == {"input_shape": (None, 3)}

    @pytest.mark.parametrize("units", [0, -1, 2.5, "a", None, False])
    def test_bad_units(self, units):
        with pytest.raises(ValueError, match="units"):
            layers.Dense(units)

    def test_unknown_activation_and_unknown_size(self):
        with pytest.raises(ValueError, match="activation"):
            layers.Dense(2, activation="foo")
        with pytest.raises(ValueError, match="kernel"):
            layers.Dense(2).build((None, None))

    def test_mixed_precision(self):
        layer = layers.Dense(2, dtype="mixed_float16")
        for x in (np.ones((2, 3)), ops.ones((2, 3), "float16")):
            for _ in range(3):
                assert backend.standardize_dtype(layer(x).dtype) == "float16"
        assert backend.standardize_dtype(layer.kernel.dtype) == "float32"


class TestLowRankAdaptation:
    def test_it_adds_a_product_to_a_frozen_kernel(self):
        layer = layers.Dense(4, lora_rank=2, lora_alpha=6)
        layer.build((None, 3))
        assert [(v.name, v.trainable) for v in layer.weights] == [
            ("kernel", False),
            ("bias", True),
            ("lora_kernel_a", True),
            ("lora_kernel_b", True),
        ]
        x = np.ones((2, 3), "float32")
        before = array(layer(x))
        np.testing.assert_allclose(before, x @ array(layer._kernel), atol=1e-6)
        layer.lora_kernel_b.assign(np.ones((2, 4)))
        update = 3 * array(layer.lora_kernel_a) @ np.ones((2, 4))
        for _ in range(3):
            np.testing.assert_allclose(array(layer(x)), before + x @ update, atol=1e-5)
        np.testing.assert_allclose(array(layer.kernel), array(layer._kernel) + update, atol=1e-6)

    def test_saving_takes_the_update_into_the_kernel(self):
        layer = layers.Dense(4)
        layer.build((None, 3))
        layer.enable_lora(2)
        layer.lora_kernel_b.assign(np.ones((2, 4)))
        store = {}
        layer.save_own_variables(store)
        assert sorted(store) == ["0", "1"]
        for options in ({}, {"lora_rank": 2}):
            other = layers.Dense(4, **options)
            other.build((None, 3))
            other.load_own_variables({key: array(value) for key, value in store.items()})
            x = np.ones((2, 3), "float32")
            np.testing.assert_allclose(array(other(x)), array(layer(x)), atol=1e-5)

    def test_config(self):
        config = layers.Dense(4, lora_rank=2).get_config()
        assert (config["lora_rank"], config["lora_alpha"]) == (2, 2)
        assert "lora_rank" not in layers.Dense(4).get_config()

    def test_when_it_cannot_be_switched_on(self):
        layer = layers.Dense(4)
        with pytest.raises(ValueError, match="built"):
            layer.enable_lora(2)
        layer.build((None, 3))
        layer.enable_lora(2)
        with pytest.raises(ValueError, match="already"):
            layer.enable_lora(2)
        with pytest.raises(ValueError, match="constraint"):
            layers.Dense(4, kernel_constraint="max_norm", lora_rank=2).build((None, 3))


def test_identity():
    layer = layers.Identity(name="i")
    y = layer([np.ones(2), {"a": np.zeros(3)}])
    np.testing.assert_array_equal(array(y[1]["a"]), np.zeros(3))
    assert layer.compute_output_shape((2, 3)) == (2, 3)
    assert layer.get_config() == {"name": "i", "trainable": True, "dtype": POLICY}
    x = layers.Input((3,), dtype="int32")
    assert layer(x).dtype == "int32" and layer(x) is not x


def test_masking():
    layer = layers.Masking(mask_value=1.0)
    x = np.array([[[1.0, 1.0], [1.0, 2.0]], [[0.0, 0.0], [1.0, 1.0]]], "float32")
    y = layer(x)
    expected = np.array([[False, True], [True, False]])
    np.testing.assert_array_equal(array(get_keras_mask(y)), expected)
    np.testing.assert_array_equal(array(layer.compute_mask(x)), expected)
    np.testing.assert_array_equal(array(y), x * expected[..., None])
    assert layer.get_config()["mask_value"] == 1.0


class Twice(layers.Wrapper):
    def call(self, x):
        return self.layer(self.layer(x))


def test_wrapper():
    wrapper = layers.Wrapper(layers.Dense(3, name="inner"), name="w")
    wrapper.build((None, 3))
    assert [v.path for v in wrapper.weights] == ["w/inner/kernel", "w/inner/bias"]
    config = wrapper.get_config()
    assert config["layer"]["class_name"] == "Dense"
    assert layers.Wrapper.from_config(config).layer.units == 3
    assert Twice(layers.Dense(3))(np.ones((2, 3))).shape == (2, 3)
    with pytest.raises(ValueError, match="layer"):
        layers.Wrapper(3)


class TestInput:
    def test_shapes(self):
        assert layers.Input((3, None)).shape == (None, 3, None)
        assert layers.Input([3], batch_size=4).shape == (4, 3)
        assert layers.Input(batch_shape=(2, 3)).shape == (2, 3)
        assert layers.Input(()).shape == (None,)
        assert layers.InputLayer(input_shape=(3,)).batch_shape == (None, 3)
        assert layers.InputLayer(batch_input_shape=(2, 3)).batch_shape == (2, 3)

    def test_config(self):
        layer = layers.Input((3,), dtype="int32", name="i", optional=True)._keras_history.operation
        assert layer.get_config() == {
            "batch_shape": (None, 3),
            "dtype": "int32",
            "sparse": False,
            "ragged": False,
            "name": "i",
            "optional": True,
        }
        again = layers.InputLayer.from_config(layer.get_config())
        assert again.output.dtype == "int32" and again.optional and again.built

    def test_from_a_tensor(self):
        tensor = backend.KerasTensor((2, 3))
        assert layers.Input(tensor=tensor) is tensor
        assert models.Model(tensor, layers.Identity()(tensor)).input_shape == (2, 3)

    @pytest.mark.parametrize(
        "options",
        [
            {},
            {"shape": (3,), "batch_shape": (2, 3)},
            {"batch_size": 2, "batch_shape": (2, 3)},
            {"shape": 3},
            {"shape": (-1, 3)},
            {"shape": (3,), "dtype": "foo"},
            {"tensor": 3},
            {"shape": (4,), "tensor": backend.KerasTensor((2, 3))},
            {"dtype": "int32", "tensor": backend.KerasTensor((2, 3))},
        ],
    )
    def test_mistakes(self, options):
        with pytest.raises(ValueError):
            layers.Input(**options)

    def test_it_is_not_called(self):
        with pytest.raises(TypeError):
            layers.InputLayer((3,))(np.ones((2, 3)))


def test_dense_takes_true_for_one_unit():
    assert layers.Dense(True)(np.ones((2, 3), "float32")).shape == (2, 1)
