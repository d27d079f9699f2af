"""Layers that are random while training. Expected values are those of the distributions."""

import json
import math

import numpy as np
import pytest

from keras.src import backend, layers, models, ops, optimizers
from keras.src.backend.common.masking import get_keras_mask
from keras.src.layers.layer import Layer
from keras.src.saving.saving_api import load_model
from keras.src.testing import engine
from keras.src.utils.rng_utils import set_random_seed


def array(x):
    return np.array(ops.convert_to_numpy(x))


# The limit of SELU, from its published constants.
SATURATED = -1.0507009873554805 * 1.6732632423543772


def of_alpha_dropout(rate):
    """What `AlphaDropout` makes of 1: if it is kept, and if it is not."""
    scale = ((1 - rate) * (1 + rate * SATURATED**2)) ** -0.5
    shift = -scale * SATURATED * rate
    return scale + shift, scale * SATURATED + shift


def squares_of_alpha_dropout(rate):
    kept, dropped = of_alpha_dropout(rate)
    return (1 - rate) * (kept - 1) ** 2 + rate * (dropped - 1) ** 2


# Name: the layer, shape of a sample, mean of the squared differences from inputs of 1, which of the values are alike.
LAYERS = {
    "gaussian_noise": (lambda **o: layers.GaussianNoise(0.5, **o), (8, 6), 0.25, None),
    "gaussian_dropout": (lambda **o: layers.GaussianDropout(0.3, **o), (8, 6), 0.3 / 0.7, None),
    "alpha_dropout": (lambda **o: layers.AlphaDropout(0.3, **o), (8, 6), squares_of_alpha_dropout(0.3), None),
    "alpha_dropout_rows": (
        lambda **o: layers.AlphaDropout(0.4, noise_shape=(None, None, 1), **o),
        (8, 6),
        squares_of_alpha_dropout(0.4),
        (2,),
    ),
    "spatial1d": (lambda **o: layers.SpatialDropout1D(0.3, **o), (3, 16), 0.3 / 0.7, (1,)),
    "spatial2d": (lambda **o: layers.SpatialDropout2D(0.4, **o), (2, 3, 16), 0.4 / 0.6, (1, 2)),
    "spatial3d": (lambda **o: layers.SpatialDropout3D(0.2, **o), (2, 2, 3, 16), 0.25, (1, 2, 3)),
    "spatial2d_first": (
        lambda **o: layers.SpatialDropout2D(0.4, data_format="channels_first", **o),
        (16, 2, 3),
        0.4 / 0.6,
        (2, 3),
    ),
}
each = pytest.mark.parametrize("name", LAYERS)


@each
@pytest.mark.parametrize("dtype", ["float32", "mixed_float16", "bfloat16"])
def test_numbers_are_drawn_in_training_only(name, dtype):
    make, shape, squares, alike = LAYERS[name]
    layer, x = make(seed=1, dtype=dtype), np.ones((400, *shape), "float32")
    for rest in (layer(x), layer(x, training=False)):
        np.testing.assert_array_equal(array(rest).astype("float32"), x)
    assert backend.standardize_dtype(layer(x, training=True).dtype) == layer.compute_dtype
    y = array(layer(x, training=True)).astype("float64")
    np.testing.assert_allclose(np.mean((y - 1) ** 2), squares, rtol=0.1)
    if "alpha" not in name:
        np.testing.assert_allclose(y.mean(), 1, atol=0.05)
    if alike:
        first = tuple(slice(0, 1) if axis in alike else slice(None) for axis in range(y.ndim))
        assert np.all(y == y[first])
        assert len(np.unique(y)) == 2
    assert not np.array_equal(y, array(layer(x, training=True)))


@pytest.mark.parametrize("name", [*LAYERS, "dropout"])
@pytest.mark.parametrize("dtype", ["int32", "uint8", "bool"])
def test_integers_become_the_floats_of_the_layer_while_training(name, dtype):
    make, shape, squares, _ = LAYERS.get(name) or (lambda **o: layers.Dropout(0.3, **o), (8, 6), 0.3 / 0.7, None)
    layer = make(seed=1, dtype="mixed_bfloat16")
    y = layer(np.ones((200, *shape), dtype), training=True)
    assert backend.standardize_dtype(y.dtype) == "bfloat16"
    np.testing.assert_allclose(np.mean((array(y).astype("float64") - 1) ** 2), squares, rtol=0.15)
    np.testing.assert_array_equal(array(layer(np.ones((200, *shape), dtype))), np.ones((200, *shape)))


def test_alpha_dropout_keeps_mean_and_variance_and_has_two_outcomes():
    y = array(layers.AlphaDropout(0.3, seed=1)(np.ones((50, 40), "float32"), training=True))
    kept, dropped = of_alpha_dropout(0.3)
    assert set(np.unique(np.round(y, 4))) == {np.float32(round(kept, 4)), np.float32(round(dropped, 4))}
    x = np.random.default_rng(0).normal(size=(400, 300)).astype("float32")
    y = array(layers.AlphaDropout(0.3, seed=1)(x, training=True))
    assert abs(y.mean()) < 0.02
    assert abs(y.std() - 1) < 0.02


@each
def test_seeds_tell_the_numbers(name):
    make, shape, *_ = LAYERS[name]
    x = np.ones((40, *shape), "float32")
    first, same, other = (array(make(seed=seed)(x, training=True)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)
    set_random_seed(5)
    unseeded = array(make()(x, training=True))
    set_random_seed(5)
    np.testing.assert_array_equal(unseeded, array(make()(x, training=True)))


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="training")
@each
@pytest.mark.parametrize("kind", ["functional", "sequential"])
def test_models_train_with_noise_and_infer_without(name, kind, tmp_path):
    make, shape, squares, _ = LAYERS[name]
    weights = layers.Dense(shape[-1], kernel_initializer="identity")
    inputs = layers.Input((None,) * (len(shape) - 1) + shape[-1:] if shape[0] != 16 else shape)
    model = (
        models.Model(inputs, weights(make(seed=3)(inputs)))
        if kind == "functional"
        else models.Sequential([inputs, make(seed=3), weights])
    )
    model.compile(optimizers.SGD(0.0), "mse")
    x = np.ones((512, *shape), "float32")
    history = model.fit(x, x, batch_size=256, epochs=2, verbose=0).history["loss"]
    np.testing.assert_allclose(history, [squares] * 2, rtol=0.2)
    assert history[0] != history[1]
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    for m in (model, again):
        assert m.evaluate(x, x, verbose=0) < 1e-9
        np.testing.assert_allclose(m.predict(x, verbose=0), x, rtol=1e-6)
    assert abs(again.fit(x, x, batch_size=256, verbose=0).history["loss"][0] / squares - 1) < 0.2


@each
def test_masks_pass(name):
    make, shape, *_ = LAYERS[name]
    x = layers.Input(shape)
    backend.set_keras_mask(x, layers.Input(shape[:1], dtype="bool"))
    y = make()(x)
    assert get_keras_mask(y) is get_keras_mask(x)


@pytest.mark.parametrize(
    "make",
    [
        lambda rate: layers.GaussianNoise(rate),
        lambda rate: layers.GaussianDropout(rate),
        lambda rate: layers.AlphaDropout(rate),
        lambda rate: layers.SpatialDropout1D(rate),
    ],
)
def test_a_rate_of_zero_needs_no_numbers(make):
    layer, x = make(0), np.ones((2, 3, 4), "float32")
    np.testing.assert_array_equal(array(layer(x, training=True)), x)
    assert layer.variables == []


@pytest.mark.parametrize("policy", ["mixed_float16", "float64"])
def test_spatial_dropout_keeps_its_policy(policy):
    layer = layers.SpatialDropout2D(0.5, dtype=policy, name="drop")
    config = json.loads(json.dumps(layer.get_config()))
    assert config == {"name": "drop", "dtype": policy, "rate": 0.5, "seed": None, "data_format": "channels_last"}
    assert layers.SpatialDropout2D.from_config(config).dtype_policy.name == policy


@pytest.mark.parametrize(
    "make, match",
    [
        (lambda: layers.GaussianNoise(-1), "stddev"),
        (lambda: layers.GaussianNoise(1.5), "stddev"),
        (lambda: layers.GaussianNoise(None), "stddev"),
        (lambda: layers.GaussianDropout(1.0), "rate"),
        (lambda: layers.GaussianDropout("x"), "rate"),
        (lambda: layers.AlphaDropout(1.0), "rate"),
        (lambda: layers.AlphaDropout(0.5, noise_shape=(0, 1)), "noise_shape"),
        (lambda: layers.AlphaDropout(0.5, noise_shape=(1,))(np.ones((2, 3)), training=True), "noise_shape"),
        (lambda: layers.SpatialDropout1D(2), "rate"),
        (lambda: layers.SpatialDropout2D(0.5)(np.ones((2, 3, 4))), "ndim"),
        (lambda: layers.SpatialDropout3D(0.5, data_format="last"), "data_format"),
        (lambda: layers.ActivityRegularization(l1=-1.0), "l1"),
        (lambda: layers.ActivityRegularization(l2="x"), "l2"),
    ],
)
def test_misuse(make, match):
    with pytest.raises(ValueError, match=match):
        make()


class TestActivityRegularization:
    x = np.array([[1.0, -2.0], [0.0, 3.0]], "float32")
    penalty = 0.1 * 6 / 2 + 0.2 * 14 / 2  # For each sample.

    def test_penalty(self):
        layer = layers.ActivityRegularization(0.1, 0.2)
        np.testing.assert_array_equal(array(layer(self.x)), self.x)
        np.testing.assert_allclose([float(array(v)) for v in layer.losses], [self.penalty], rtol=1e-6)

    @pytest.mark.parametrize("kind", ["functional", "sequential"])
    def test_it_is_part_of_the_loss_of_models(self, kind, tmp_path):
        inputs, layer = layers.Input((2,)), layers.ActivityRegularization(0.1, 0.2)
        model = models.Model(inputs, layer(inputs)) if kind == "functional" else models.Sequential([inputs, layer])
        model.save(tmp_path / "model.keras")
        for m in (model, load_model(tmp_path / "model.keras")):
            m.compile(loss="mse")
            np.testing.assert_allclose(m.evaluate(self.x, self.x, verbose=0), self.penalty, rtol=1e-6)

    @pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="training")
    def test_it_trains_what_is_before_it(self):
        dense = layers.Dense(2, kernel_initializer="identity", use_bias=False)
        model = models.Sequential([dense, layers.ActivityRegularization(l2=0.5)])
        model.compile(optimizers.SGD(0.1), loss=lambda y, p: 0.0 * ops.sum(p, -1))
        model.fit(self.x, self.x, batch_size=2, verbose=0)
        gradient = self.x.T @ self.x / 2  # Of 0.5 * sum((x @ kernel) ** 2) / 2 at the identity.
        np.testing.assert_allclose(array(dense.kernel), np.eye(2) - 0.1 * gradient, rtol=1e-5)

    def test_masks_pass(self):
        x = layers.Input((4, 3))
        backend.set_keras_mask(x, layers.Input((4,), dtype="bool"))
        assert get_keras_mask(layers.ActivityRegularization(0.1)(x)) is get_keras_mask(x)


def test_variance_of_gaussian_dropout_is_that_of_dropout():
    x = np.full((300, 300), 2.0, "float32")
    spread = [array(make(0.4, seed=1)(x, training=True)).std() for make in (layers.GaussianDropout, layers.Dropout)]
    np.testing.assert_allclose(spread, 2 * math.sqrt(0.4 / 0.6), rtol=0.02)


def test_subclasses_may_leave_the_config_to_the_layer():
    class Noise(layers.SpatialDropout2D):
        pass

    layer = Noise(0.3, name="n")
    assert isinstance(Noise.from_config(layer.get_config()), Noise)
    assert issubclass(layers.SpatialDropout1D, layers.Dropout)
    assert issubclass(layers.SpatialDropout1D, Layer)
