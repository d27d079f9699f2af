"""Normalizations by groups, root mean square, length and spectral norm. The oracles are NumPy's."""

import numpy as np
import pytest

from keras.src import backend, initializers, layers, models, ops
from keras.src.saving import deserialize_keras_object, serialize_keras_object

RNG = np.random.default_rng(0)


def normal(*shape):
    return RNG.normal(size=shape).astype("float32")


def array(x):
    return ops.convert_to_numpy(x)


@pytest.mark.parametrize("groups, axis", [(1, -1), (2, -1), (-1, -1), (4, 1), (2, -2)])
def test_groups_have_mean_0_and_variance_1(groups, axis):
    x = normal(3, 4, 8, 4) * 5 + 2
    layer = layers.GroupNormalization(groups, axis=axis, epsilon=1e-6)
    found = np.moveaxis(array(layer(x)), axis, 1)
    groups = found.shape[1] if groups == -1 else groups
    flat = found.reshape(3, groups, -1)
    np.testing.assert_allclose(flat.mean(-1), 0, atol=1e-4)
    np.testing.assert_allclose(flat.var(-1), 1, atol=1e-3)


def test_groups_with_unknown_sizes():
    inputs = layers.Input((None, None, 4))
    outputs = layers.GroupNormalization(2)(inputs)
    assert outputs.shape == (None, None, None, 4)
    x = normal(2, 3, 5, 4)
    model = models.Model(inputs, outputs)
    np.testing.assert_allclose(array(model(x)), array(layers.GroupNormalization(2)(x)), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("axis", [-1, 1, [1, 2], (0, 2)])
def test_root_mean_square_is_1(axis):
    x = normal(3, 4, 5)
    layer = layers.RMSNormalization(axis=axis, epsilon=1e-6)
    over = tuple(axis) if isinstance(axis, (list, tuple)) else axis
    expected = x / np.sqrt((x * x).mean(over, keepdims=True) + 1e-6)
    np.testing.assert_allclose(array(layer(x)), expected, rtol=1e-4, atol=1e-5)
    layer.scale.assign(np.full(layer.scale.shape, 3.0))
    np.testing.assert_allclose(array(layer(x)), 3 * expected, rtol=1e-4, atol=1e-5)


def test_lengths_are_1_and_zeros_stay():
    x = normal(3, 4)
    x[1] = 0
    lengths = np.linalg.norm(array(layers.UnitNormalization()(x)), axis=-1)
    np.testing.assert_allclose(lengths, [1, 0, 1], rtol=1e-5)


@pytest.mark.parametrize("layer", [layers.GroupNormalization(2), layers.RMSNormalization(), layers.UnitNormalization()])
def test_half_precision_takes_statistics_in_32_bits(layer):
    half = type(layer).from_config({**layer.get_config(), "dtype": "mixed_float16"})
    x = normal(2, 3, 4) * 300
    np.testing.assert_allclose(array(half(x)).astype("float32"), array(layer(x)), atol=5e-3)


class TestSpectralNormalization:
    @pytest.mark.parametrize(
        "make, x",
        [
            (lambda: layers.Dense(5), normal(3, 4)),
            (lambda: layers.Conv2D(5, 2, data_format="channels_last"), normal(2, 4, 4, 3)),
            (lambda: layers.Embedding(6, 3), np.array([[1, 2]])),
            (lambda: layers.EinsumDense("ab,bc->ac", 5), normal(3, 4)),
        ],
        ids=["dense", "conv", "embedding", "einsum"],
    )
    def test_the_largest_singular_value_becomes_1(self, make, x):
        layer = layers.SpectralNormalization(make(), power_iterations=50)
        layer(x)
        kernel = array(layer.kernel).copy()
        layer.kernel.assign(kernel * 7)
        layer(x, training=False)
        np.testing.assert_allclose(array(layer.kernel), kernel * 7)
        layer(x, training=True)
        found = np.linalg.svd(array(layer.kernel).reshape(-1, kernel.shape[-1]), compute_uv=False)
        np.testing.assert_allclose(found[0], 1, rtol=1e-3)

    def test_a_kernel_of_zeros_stays_and_recovers(self):
        layer = layers.SpectralNormalization(layers.Dense(3), power_iterations=30)
        layer.build((None, 4))
        layer.kernel.assign(np.zeros((4, 3)))
        assert np.all(array(layer(normal(2, 4), training=True)) == 0)
        layer.kernel.assign(normal(4, 3))
        layer(normal(2, 4), training=True)
        np.testing.assert_allclose(np.linalg.svd(array(layer.kernel), compute_uv=False)[0], 1, rtol=1e-3)

    def test_weights_and_config(self):
        layer = layers.SpectralNormalization(layers.Dense(3, name="d"), power_iterations=2, name="s")
        layer.build((None, 4))
        assert [(v.path, v.trainable) for v in layer.weights] == [
            ("s/d/kernel", True),
            ("s/vector_u", False),
            ("s/d/bias", True),
        ]
        description = serialize_keras_object(layer)
        assert serialize_keras_object(deserialize_keras_object(description)) == description
        assert description["config"]["power_iterations"] == 2
        assert layer.compute_output_shape((2, 4)) == (2, 3)


@pytest.mark.parametrize(
    "call, error, match",
    [
        (lambda: layers.GroupNormalization(0), ValueError, "groups"),
        (lambda: layers.GroupNormalization(3)(normal(2, 4)), ValueError, "groups"),
        (lambda: layers.GroupNormalization(8)(normal(2, 4)), ValueError, "groups"),
        (lambda: layers.GroupNormalization(2, axis=0)(normal(2, 4)), ValueError, "axis"),
        (lambda: layers.GroupNormalization(2).build((None, None)), ValueError, "known"),
        (lambda: layers.RMSNormalization(axis=4)(normal(2, 4)), ValueError, "axis"),
        (lambda: layers.UnitNormalization(axis=1.5), TypeError, "axis"),
        (lambda: layers.SpectralNormalization(3), ValueError, "layer"),
        (lambda: layers.SpectralNormalization(layers.Dense(2), power_iterations=0), ValueError, "power_iterations"),
        (lambda: layers.SpectralNormalization(layers.ReLU()).build((2, 3)), ValueError, "kernel"),
        (lambda: layers.SeparableConv2D(0, 3), ValueError, "filters"),
        (lambda: layers.SeparableConv2D(2, 3, depth_multiplier=0), ValueError, "depth_multiplier"),
        (lambda: layers.SeparableConv1D(2, 3, padding="causal"), ValueError, "padding"),
    ],
)
def test_mistakes(call, error, match):
    with pytest.raises(error, match=match):
        call()


BIG = (np.random.default_rng(0).normal(size=(2, 3, 4)) * 2e5).astype("float32")


@pytest.mark.parametrize("policy", ["mixed_float16", "float16"])
@pytest.mark.parametrize(
    "make", [layers.LayerNormalization, lambda **options: layers.GroupNormalization(groups=2, **options)]
)
def test_inputs_that_16_bits_cannot_hold_are_normalised_before_they_are_cast(make, policy):
    layer, wide = make(dtype=policy), make(dtype="float32")
    found = layer(ops.convert_to_tensor(BIG))
    assert backend.standardize_dtype(found.dtype) == "float16"
    np.testing.assert_allclose(array(found).astype("float32"), array(wide(BIG)), rtol=2e-3, atol=2e-3)
    inputs = layers.Input(BIG.shape[1:])
    model = models.Model(inputs, layer(inputs))
    np.testing.assert_allclose(model.predict(BIG, verbose=0).astype("float32"), array(wide(BIG)), rtol=2e-3, atol=2e-3)


def test_layers_that_cast_no_inputs_still_give_the_compute_dtype():
    for x in (np.ones((2, 4), "float64"), np.ones((2, 4), "int32"), np.ones((2, 4), "float16")):
        for layer in (layers.LayerNormalization(), layers.GroupNormalization(2)):
            assert backend.standardize_dtype(layer(ops.convert_to_tensor(x)).dtype) == "float32"


@pytest.mark.filterwarnings("ignore:.rms_scaling")
def test_rms_scaling_divides_by_the_deviation_around_the_mean():
    # Numbers of the reference.
    layer = layers.LayerNormalization(rms_scaling=True)
    found = array(layer(np.array([[0.0, 1.0, 2.0, 3.0, 5.0]], "float32")))
    np.testing.assert_allclose(found, [[0.0, 0.58114004, 1.1622801, 1.7434201, 2.9057002]], rtol=1e-5)
    assert [w.name for w in layer.weights] == ["gamma"]
    assert layer.get_config()["rms_scaling"] is True
    layer = layers.LayerNormalization(axis=[1, 2], rms_scaling=True, scale=False)
    x = RNG.normal(size=(2, 3, 4)).astype("float32")
    layer.build(x.shape)
    gamma = RNG.normal(size=(3, 4)).astype("float32")
    layer.gamma.assign(gamma)
    expected = x / np.sqrt(x.var((1, 2), keepdims=True) + 1e-3) * gamma
    np.testing.assert_allclose(array(layer(x)), expected, rtol=1e-4, atol=1e-5)


def test_rms_scaling_warns():
    with pytest.warns(UserWarning, match="deprecated"):
        layers.LayerNormalization(rms_scaling=True)


def test_renormalisation_starts_from_the_root_of_the_variance():
    constant = initializers.Constant
    layer = layers.BatchNormalization(
        renorm=True, moving_variance_initializer=constant(4.0), moving_mean_initializer=constant(3.0)
    )
    assert layer.moving_mean is None and layer.moving_variance is None
    layer.build((None, 2))
    found = {w.name: float(array(w)[0]) for w in layer.non_trainable_weights}
    assert found == {
        "moving_mean": 3.0,
        "moving_variance": 4.0,
        "moving_stddev": 2.0,
        "renorm_mean": 3.0,
        "renorm_stddev": 2.0,
    }


def test_spectral_normalization_refuses_to_train_quantized_weights():
    layer = layers.SpectralNormalization(layers.Dense(4))
    x = np.ones((2, 3), "float32")
    layer(x)
    layer.layer.quantize("int8")
    assert layer(x).shape == (2, 4)
    with pytest.raises(ValueError, match="Train before `quantize`"):
        layer(x, training=True)
