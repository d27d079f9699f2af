"""Steps of one's own, written once for all engines."""

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.src import backend

pytestmark = pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 4)).astype("float32")
Y = RNG.normal(size=(40, 1)).astype("float32")
FIT = {"batch_size": 16, "shuffle": False, "verbose": 0}


class OwnStep(keras.Model):
    """Trains by the compiled loss and metrics, in a step written out."""

    def train_step(self, data):
        x, y = data

        def loss_and_outputs():
            y_pred = self(x, training=True)
            return self.compute_loss(x=x, y=y, y_pred=y_pred), y_pred

        gradient = ops.value_and_grad(loss_and_outputs, has_aux=True, variables=self.trainable_variables)
        (loss, y_pred), gradients = gradient()
        self.optimizer.apply(gradients, self.trainable_variables)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss, sample_weight=ops.shape(x)[0])
            else:
                metric.update_state(y, y_pred)
        return self.get_metrics_result()


class AroundSteps(keras.Model):
    """Changes what the steps of the library return."""

    def train_step(self, data):
        return {**super().train_step(data), "more": ops.sum(data[0])}

    def test_step(self, data):
        return {**super().test_step(data), "more": ops.sum(data[0])}

    def predict_step(self, data):
        return super().predict_step(data) + 1


class Gan(keras.Model):
    """Two networks, each with an optimizer, and a penalty on the slope of one of them; there is no `call`."""

    def __init__(self):
        super().__init__()
        self.generator = keras.Sequential([keras.Input((2,)), layers.Dense(4)])
        self.critic = keras.Sequential([keras.Input((4,)), layers.Dense(8, "tanh"), layers.Dense(1)])
        self.seed = keras.random.SeedGenerator(0)

    def compile(self, generator_optimizer, critic_optimizer):
        super().compile(optimizer=None)
        self.generator_optimizer, self.critic_optimizer = generator_optimizer, critic_optimizer

    def train_step(self, real):
        noise = keras.random.normal((ops.shape(real)[0], 2), seed=self.seed)

        def critic_loss():
            fake = self.generator(noise)
            slopes = ops.grad(lambda x: ops.sum(self.critic(x)))(0.5 * (real + fake))
            penalty = ops.mean((ops.norm(slopes, axis=1) - 1.0) ** 2)
            return ops.mean(self.critic(fake)) - ops.mean(self.critic(real)) + 10 * penalty

        def generator_loss():
            return -ops.mean(self.critic(self.generator(noise)))

        weights = self.critic.trainable_variables
        of_critic, gradients = ops.value_and_grad(critic_loss, variables=weights)()
        self.critic_optimizer.apply(gradients, weights)
        weights = self.generator.trainable_variables
        of_generator, gradients = ops.value_and_grad(generator_loss, variables=weights)()
        self.generator_optimizer.apply(gradients, weights)
        return {"critic": of_critic, "generator": of_generator}


def network(kind, **arguments):
    keras.utils.set_random_seed(1)
    inputs = layers.Input((4,))
    hidden = layers.Dropout(0.2, seed=3)(layers.BatchNormalization(momentum=0.8)(layers.Dense(8, "relu")(inputs)))
    outputs = layers.Dense(1, kernel_regularizer="l2")(hidden)
    model = kind(inputs, outputs)
    model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"], **arguments)
    return model


@pytest.mark.parametrize("arguments", [{}, {"run_eagerly": True}, {"steps_per_execution": 2}])
def test_own_step_does_what_the_step_of_the_library_does(arguments):
    # Both eager or both compiled: XLA on TensorFlow draws other numbers for dropout than eager steps do.
    own, plain = network(OwnStep, **arguments), network(keras.Model, run_eagerly="run_eagerly" in arguments)
    history, expected = own.fit(X[:32], Y[:32], **FIT).history, plain.fit(X[:32], Y[:32], **FIT).history
    for name in expected:
        np.testing.assert_allclose(history[name], expected[name], rtol=1e-4)
    for a, b in zip(own.get_weights(), plain.get_weights()):
        np.testing.assert_allclose(a, b, atol=1e-5)
    assert int(own.optimizer.iterations) == 2
    logs = own.train_on_batch(X[:16], Y[:16], return_dict=True)
    assert logs["loss"] == pytest.approx(plain.train_on_batch(X[:16], Y[:16], return_dict=True)["loss"], rel=1e-4)


def test_steps_of_the_library_can_be_called_by_overrides():
    own, plain = network(AroundSteps), network(keras.Model)
    history, expected = own.fit(X[:32], Y[:32], **FIT).history, plain.fit(X[:32], Y[:32], **FIT).history
    assert history["loss"] == pytest.approx(expected["loss"], rel=1e-4)
    assert history["more"] == pytest.approx([X[16:32].sum()], rel=1e-4)
    for a, b in zip(own.get_weights(), plain.get_weights()):
        np.testing.assert_allclose(a, b, atol=1e-5)
    logs = own.evaluate(X, Y, batch_size=40, verbose=0, return_dict=True)
    assert logs["more"] == pytest.approx(X.sum(), rel=1e-4)
    assert logs["loss"] == pytest.approx(plain.evaluate(X, Y, verbose=0, return_dict=True)["loss"], rel=1e-4)
    outputs = plain.predict(X, verbose=0)
    np.testing.assert_allclose(own.predict(X, batch_size=16, verbose=0), outputs + 1, atol=1e-5)


@pytest.mark.parametrize("data", ["array", "batches"])
def test_two_optimizers(data):
    model = Gan()
    # One is built beforehand, the other one by its first step.
    optimizers = [keras.optimizers.Adam(0.01), keras.optimizers.SGD(0.1, momentum=0.9)]
    optimizers[0].build(model.generator.trainable_variables)
    model.compile(*optimizers)
    before = [model.generator.get_weights()[0], model.critic.get_weights()[0]]
    source = X if data == "array" else [X[i : i + 16] for i in (0, 16)]
    if data == "array":
        history = model.fit(source[:32], batch_size=16, epochs=2, verbose=0).history
    else:
        history = model.fit((x for x in source * 2), steps_per_epoch=2, epochs=2, verbose=0).history
    assert [len(values) for values in history.values()] == [2, 2] and np.isfinite(history["critic"]).all()
    after = [model.generator.get_weights()[0], model.critic.get_weights()[0]]
    assert all(np.abs(a - b).max() > 1e-3 for a, b in zip(after, before))
    assert [int(optimizer.iterations) for optimizer in optimizers] == [4, 4]
    assert np.asarray(model.seed.state)[1] == 4
    assert np.abs(ops.convert_to_numpy(optimizers[1].variables[2])).max() > 0


def test_gradients_of_a_model_in_predict_step():
    class Slopes(keras.Model):
        def predict_step(self, data):
            return ops.grad(lambda x: ops.sum(self(x, training=False)))(data)

    inputs = layers.Input((4,))
    model = Slopes(inputs, layers.Dense(1)(inputs))
    slopes = model.predict(X, batch_size=16, verbose=0)
    np.testing.assert_allclose(slopes, np.repeat(model.get_weights()[0].T, 40, axis=0), atol=1e-6)


def test_gradients_of_a_model_in_its_loss():
    """A loss that is made of gradients is itself differentiated by the step of the library."""

    class Smooth(keras.Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            slopes = ops.grad(lambda x: ops.sum(self(x, training=training)))(x)
            return super().compute_loss(x, y, y_pred, sample_weight, training) + ops.mean(ops.sum(slopes**2, axis=1))

    inputs = layers.Input((4,))
    model = Smooth(inputs, layers.Dense(1, use_bias=False)(inputs))
    kernel = model.get_weights()[0]
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.fit(X, Y, batch_size=40, verbose=0)
    gradient = 2 * X.T @ (X @ kernel - Y) / 40 + 2 * kernel
    np.testing.assert_allclose(model.get_weights()[0], kernel - 0.1 * gradient, atol=1e-5)


class Wrapped(keras.Model):
    """Puts functions of its own around those of the library."""

    def note(self, kind, force):
        getattr(super(), f"make_{kind}_function")(force)
        inner = getattr(self, f"{kind}_function")
        if not hasattr(inner, "calls"):

            def function(*arguments):
                function.calls += 1
                return inner(*arguments)

            function.calls = 0
            setattr(self, f"{kind}_function", function)

    def make_train_function(self, force=False):
        self.note("train", force)

    def make_test_function(self, force=False):
        self.note("test", force)

    def make_predict_function(self, force=False):
        self.note("predict", force)


@pytest.mark.parametrize("steps", [1, 2])
def test_functions_of_the_user_are_called(steps):
    # What a user's function runs is not given to XLA, which draws other numbers on TensorFlow.
    own, plain = network(Wrapped, steps_per_execution=steps, jit_compile=False), network(keras.Model, jit_compile=False)
    history, expected = own.fit(X, Y, epochs=2, **FIT).history, plain.fit(X, Y, epochs=2, **FIT).history
    assert history["loss"] == pytest.approx(expected["loss"], rel=1e-4)
    for a, b in zip(own.get_weights(), plain.get_weights()):
        np.testing.assert_allclose(a, b, atol=1e-5)
    found = own.evaluate(X, Y, batch_size=16, verbose=0)
    np.testing.assert_allclose(found, plain.evaluate(X, Y, batch_size=16, verbose=0), rtol=1e-4)
    outputs = plain.predict(X, verbose=0)
    np.testing.assert_allclose(own.predict(X, batch_size=16, verbose=0), outputs, atol=1e-5)
    executions = -(-3 // steps)
    calls = [own.train_function.calls, own.test_function.calls, own.predict_function.calls]
    assert calls == [2 * executions, executions, executions]
    own.train_on_batch(X, Y), own.test_on_batch(X, Y)
    np.testing.assert_allclose(own.predict_on_batch(X), plain.predict(X, verbose=0), atol=1)
    calls = [own.train_function.calls, own.test_function.calls, own.predict_function.calls]
    assert calls == [2 * executions + 1, executions + 1, executions + 1]


def test_function_that_was_put_in_the_place_of_another():
    model = network(keras.Model)
    model.make_predict_function()
    inner, calls = model.predict_function, []

    def function(*arguments):
        calls.append(1)
        return inner(*arguments)

    model.predict_function = function
    assert model.predict(X, batch_size=16, verbose=0).shape == (40, 1) and len(calls) == 3
    model.compile("sgd", "mse")
    assert model.predict(X, batch_size=16, verbose=0).shape == (40, 1) and len(calls) == 3
