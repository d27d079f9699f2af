"""What other libraries' subclasses of layers and models count on."""

import importlib

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.src import backend

needs_training = pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
X, Y = np.linspace(-1, 1, 8, dtype="float32").reshape(4, 2), np.linspace(0, 1, 4, dtype="float32")[:, None]


class Scaled(keras.Model):
    """One layer, whose weights are ones."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1, kernel_initializer="ones")

    def call(self, inputs):
        return self.dense(inputs)


class TestBuilding:
    @pytest.mark.parametrize("base, arguments", [(layers.Dense, (3,)), (layers.EinsumDense, ("ab,bc->ac", 3))])
    def test_weights_are_there_after_super(self, base, arguments):
        class Noted(base):
            def build(self, input_shape):
                super().build(input_shape)
                self.seen = self.built, tuple(self.kernel.shape)

        layer = Noted(*arguments)
        assert layer(X).shape == (4, 3)
        assert layer.seen == (True, (2, 3))

    def test_a_build_that_fails_leaves_the_layer_unbuilt(self):
        class Failing(layers.Dense):
            def build(self, input_shape):
                super().build(input_shape)
                raise ValueError("of its own")

        layer = Failing(3)
        with pytest.raises(ValueError, match="of its own"):
            layer.build((None, 2))
        assert not layer.built

    def test_state_that_is_made_after_super(self):
        class Late(layers.Layer):
            def __init__(self):
                super().__init__()
                self.dense = layers.Dense(2, kernel_initializer="ones")

            def build(self, input_shape):
                super().build(input_shape)
                self.scale = self.add_weight(shape=(2,), initializer=keras.initializers.Constant(3.0))

            def call(self, inputs):
                return self.dense(inputs) * self.scale

        layer = Late()
        np.testing.assert_allclose(ops.convert_to_numpy(layer(X)), 3 * X.sum(1, keepdims=True).repeat(2, 1), rtol=1e-5)
        assert len(layer.weights) == 3

    def test_statistics_before_they_are_made(self):
        layer = layers.BatchNormalization()
        assert layer.moving_mean is None and layer.moving_variance is None


def test_configs_of_two_bases():
    class Own(layers.Layer):
        def __init__(self, rate=1, **kwargs):
            super().__init__(**kwargs)
            self.rate = rate

        def get_config(self):
            return {**super().get_config(), "rate": self.rate}

    class Both(layers.Dense, Own):
        def __init__(self, units, rate=1, **kwargs):
            super().__init__(units, **kwargs)
            self.rate = rate

    config = Both(2, rate=3, activation="relu").get_config()
    assert (config["units"], config["rate"], config["activation"]) == (2, 3, "relu")
    assert Both.from_config(config).get_config() == config


class TestMixedPrecision:
    @pytest.mark.parametrize("add", [lambda x, b: x + b, lambda x, b: b + x, lambda x, b: ops.add(x, b)])
    def test_weights_in_symbolic_calls_have_the_compute_dtype(self, add):
        class Biased(layers.Layer):
            def build(self, input_shape):
                self.bias = self.add_weight(shape=input_shape[-1:])

            def call(self, inputs):
                return add(inputs, self.bias)

        layer = Biased(dtype="mixed_float16")
        assert layer(keras.Input((2,))).dtype == "float16"
        assert backend.standardize_dtype(layer(X).dtype) == "float16"
        assert layer.compute_output_spec(keras.KerasTensor((4, 2), "float16")).dtype == "float16"


def test_variables_before_symbolic_tensors():
    scale = keras.Variable([2.0, 3.0])
    x = keras.Input((2,))
    model = keras.Model(x, scale * x - (scale + x))
    np.testing.assert_allclose(ops.convert_to_numpy(model(X)), [2, 3] * X - ([2, 3] + X), rtol=1e-6)


@needs_training
class TestTraining:
    def test_a_loss_with_names_of_its_own(self):
        class Own(Scaled):
            def compute_loss(self, a, b, c, d):
                return ops.sum(d[:, None] * (b - c) ** 2)

        model = Own()
        model.compile("sgd")
        weight = np.array([1, 0, 0, 0], "float32")
        losses = model.fit(X, Y, batch_size=4, sample_weight=weight, verbose=0).history["loss"]
        np.testing.assert_allclose(losses, (Y[0] - X[0].sum()) ** 2, rtol=1e-5)

    def test_an_evaluation_of_its_own_is_that_of_fit(self):
        class Doubled(Scaled):
            seen = None

            def evaluate(self, x=None, y=None, **kwargs):
                self.seen = kwargs
                return super().evaluate(2 * x, y, **kwargs)

        model = Doubled()
        model.compile("sgd", "mse")
        history = model.fit(X, Y, epochs=2, validation_data=(X, Y), verbose=0).history
        assert model.seen["return_dict"] is True and model.seen["_use_cached_eval_dataset"] is True
        assert isinstance(model.seen["callbacks"], keras.callbacks.CallbackList)
        expected = np.mean((model.predict(2 * X, verbose=0) - Y) ** 2)
        np.testing.assert_allclose(history["val_loss"][-1], expected, rtol=1e-5)
        assert len(history["val_loss"]) == 2


def test_functions_of_the_package_of_an_engine():
    name = keras.config.backend()
    if name == "openvino":
        name = "numpy"
    engine = importlib.import_module(f"keras.src.backend.{name}")
    x = engine.convert_to_tensor([[1.5, 2.5]])
    assert tuple(engine.shape(x)) == (1, 2)
    assert engine.convert_to_numpy(engine.cast(x, "int32")).tolist() == [[1, 2]]
    assert engine.convert_to_numpy(engine.numpy.add(x, x)).tolist() == [[3.0, 5.0]]
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        engine.nothing_of_the_kind()


@needs_training
def test_clipping_of_an_optimizer_that_is_asked_for_by_name():
    clipped = keras.optimizers.SGD(clipvalue=0.5)._clip_gradients([ops.convert_to_tensor([2.0, -0.25])])
    assert ops.convert_to_numpy(clipped[0]).tolist() == [0.5, -0.25]
