"""`FlaxLayer`: modules of Flax train, are saved and loaded as layers."""

import numpy as np
import pytest

import keras
from keras import layers
from keras.src import backend

is_known = backend.own_code.jax_function is not None
X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = X.sum(-1, keepdims=True)


@pytest.mark.skipif(is_known, reason="the engine knows functions of JAX")
def test_other_engines():
    class Module:
        init = apply = None

        def __call__(self, x):
            return x

    with pytest.raises(ValueError, match="FlaxLayer is only supported with the JAX or Tensorflow backend"):
        layers.FlaxLayer(Module())


if is_known:
    jax = pytest.importorskip("jax")
    linen = pytest.importorskip("flax.linen", reason="needs Flax, a library that the package does not ask for")

    class Normalized(linen.Module):
        @linen.compact
        def __call__(self, x, training: bool):
            x = linen.BatchNorm(use_running_average=not training, momentum=0.9)(linen.Dense(4)(x))
            return linen.Dense(1)(linen.Dropout(0.5, deterministic=not training)(x))

    @keras.saving.register_keras_serializable("flax_layer_test")
    class Scaled(linen.Module):
        factor: float = 1.0

        def setup(self):
            self.dense = linen.Dense(1)

        def __call__(self, x):
            return self.factor * self.dense(x)

        def doubled(self, x):
            return 2 * self(x)

        def get_config(self):
            return {"factor": self.factor}

        @classmethod
        def from_config(cls, config):
            return cls(**config)


def numbers(tensor):
    return keras.ops.convert_to_numpy(tensor)


@pytest.mark.skipif(not is_known, reason="the engine does not know modules of Flax; see test_other_engines")
class TestModules:
    def test_variables_are_weights(self):
        layer = layers.FlaxLayer(Normalized())
        layer(X)
        assert [w.shape for w in layer.trainable_weights] == [(4,), (4,), (4,), (3, 4), (1,), (4, 1)]
        assert [w.shape for w in layer.non_trainable_weights] == [(4,), (4,)]

    def test_training_updates_statistics_and_drops(self):
        module = Normalized()
        variables = module.init(jax.random.PRNGKey(0), X, training=False)
        layer = layers.FlaxLayer(module, variables=variables)
        still = numbers(layer(X))
        np.testing.assert_allclose(still, module.apply(variables, X, training=False), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(numbers(layer(X, training=False)), still)
        assert not np.allclose(numbers(layer(X, training=True)), numbers(layer(X, training=True)))
        hidden = X @ np.asarray(variables["params"]["Dense_0"]["kernel"])
        np.testing.assert_allclose(numbers(layer.non_trainable_weights[0]), 0.19 * hidden.mean(0), rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(
            numbers(layer.non_trainable_weights[1]), 0.81 + 0.19 * hidden.var(0), rtol=1e-4, atol=1e-6
        )

    def test_fit_equals_training_by_hand(self):
        module = linen.Dense(1)
        variables = module.init(jax.random.PRNGKey(0), X)
        model = keras.Sequential([keras.Input((3,)), layers.FlaxLayer(module, variables=variables)])
        model.compile(keras.optimizers.SGD(0.1), "mse")
        model.fit(X, Y, batch_size=8, epochs=3, verbose=0)

        def loss(variables):
            return ((module.apply(variables, X) - Y) ** 2).mean()

        for _ in range(3):
            gradient = jax.grad(loss)(variables)
            variables = jax.tree_util.tree_map(lambda x, g: x - 0.1 * g, variables, gradient)
        bias, kernel = model.get_weights()
        np.testing.assert_allclose(kernel, variables["params"]["kernel"], rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(bias, variables["params"]["bias"], rtol=1e-4, atol=1e-6)

    def test_fit_updates_statistics(self):
        layer = layers.FlaxLayer(Normalized())
        model = keras.Sequential([keras.Input((3,)), layer])
        assert model.output_shape == (None, 1)
        assert not np.any(numbers(layer.non_trainable_weights[0]))
        model.compile("sgd", "mse")
        model.fit(X, Y, batch_size=3, verbose=0)
        assert np.all(numbers(layer.non_trainable_weights[0]) != 0)

    @pytest.mark.parametrize("method", ["doubled", "of the class", "of the module"])
    def test_method(self, method):
        module = Scaled()
        method = {"of the class": Scaled.doubled, "of the module": module.doubled}.get(method, method)
        layer = layers.FlaxLayer(module, method=method)
        twice = numbers(layer(X))
        once = layers.FlaxLayer(module)
        once(X)
        once.set_weights(layer.get_weights())
        np.testing.assert_allclose(twice, 2 * numbers(once(X)), rtol=1e-6)
        again = layers.FlaxLayer.from_config(layer.get_config())
        again(X)
        again.set_weights(layer.get_weights())
        np.testing.assert_allclose(numbers(again(X)), twice, rtol=1e-6)

    def test_integers(self):
        layer = layers.FlaxLayer(linen.Embed(10, 3))
        assert layer(keras.Input((2,), dtype="int32")).shape == (None, 2, 3)

    @pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
    def test_mixed_precision(self, policy):
        layer = layers.FlaxLayer(Normalized(), dtype=policy)
        outputs = layer(X)
        assert backend.standardize_dtype(outputs.dtype) == policy.removeprefix("mixed_")
        assert {w.dtype for w in layer.weights} == {"float32"}


@pytest.mark.skipif(not is_known, reason="the engine does not know modules of Flax; see test_other_engines")
class TestFiles:
    def test_registered_modules_are_saved(self, tmp_path):
        layer = layers.FlaxLayer(Scaled(3.0), native_serialization_platforms=["cpu"])
        model = keras.Sequential([keras.Input((3,)), layer])
        assert list(layer.get_config()) == [
            *("name", "trainable", "dtype", "native_serialization_platforms", "module", "method"),
        ]
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        assert type(loaded.layers[0].module) is Scaled and loaded.layers[0].module.factor == 3.0
        np.testing.assert_allclose(loaded.predict(X, verbose=0), model.predict(X, verbose=0), rtol=1e-6)

    def test_others_have_no_config(self):
        with pytest.raises(TypeError, match="get_config"):
            layers.FlaxLayer(Normalized()).get_config()

    def test_weights_go_into_another_model(self, tmp_path):
        first, second = (keras.Sequential([keras.Input((3,)), layers.FlaxLayer(Normalized())]) for _ in range(2))
        first.layers[0](X, training=True)
        first.save_weights(tmp_path / "model.weights.h5")
        second.load_weights(tmp_path / "model.weights.h5")
        np.testing.assert_allclose(second.predict(X, verbose=0), first.predict(X, verbose=0), rtol=1e-6)


@pytest.mark.skipif(not is_known, reason="the engine does not know modules of Flax; see test_other_engines")
def test_refusals():
    for wrong in (3, linen.Dense):
        with pytest.raises(TypeError, match="flax.linen.Module"):
            layers.FlaxLayer(wrong)
    with pytest.raises(TypeError, match="`method` must be"):
        layers.FlaxLayer(linen.Dense(1), method=3)
    for name in ("no_such", "__init__", "name"):
        with pytest.raises(ValueError, match="has no method"):
            layers.FlaxLayer(linen.Dense(1), method=name)
