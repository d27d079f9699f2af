"""Training changed by users: steps, losses and metrics of their own. The steps stand in
`testing/<engine>/own_steps.py`."""

import numpy as np
import pytest

import keras
from keras import layers
from keras.src import backend
from keras.src.testing import engine

pytestmark = pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
steps = engine.own_steps()

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 4)).astype("float32")
Y = RNG.normal(size=(40, 1)).astype("float32")
KERNEL, BIAS = RNG.normal(size=(4, 1)).astype("float32"), np.zeros(1, "float32")
FIT = {"batch_size": 16, "shuffle": False, "verbose": 0}


def linear(kind, rate=0.1, **arguments):
    inputs = layers.Input((4,))
    model = kind(inputs, layers.Dense(1)(inputs))
    model.set_weights([KERNEL, BIAS])
    model.compile(keras.optimizers.SGD(rate), "mse", **arguments)
    return model


def descended(factor=1.0, batches=((0, 16), (16, 32), (32, 40)), rate=0.1):
    """The kernel after steps of gradient descent on the squared error, computed by hand."""
    kernel, bias = KERNEL.astype("float64"), BIAS.astype("float64")
    for start, stop in batches:
        x, y = X[start:stop], Y[start:stop]
        error = x @ kernel + bias - y
        kernel = kernel - rate * factor * 2 * x.T @ error / len(x)
        bias = bias - rate * factor * 2 * error.mean(0)
    return kernel


@pytest.mark.parametrize("eager", [False, True])
def test_own_train_step(eager):
    model = linear(steps.OwnTrainStep if steps else None, metrics=["mae"], run_eagerly=eager)
    plain = linear(keras.Model, metrics=["mae"])
    history = model.fit(X[:32], Y[:32], epochs=2, **FIT).history
    expected = plain.fit(X[:32], Y[:32], epochs=2, **FIT).history
    assert list(history) == ["loss", "mae"]
    for name in expected:
        np.testing.assert_allclose(history[name], expected[name], rtol=1e-5)
    np.testing.assert_allclose(model.get_weights()[0], plain.get_weights()[0], atol=1e-6)


def test_own_metrics():
    model = linear(steps.OwnMetrics)
    history = model.fit(X, Y, **FIT).history
    np.testing.assert_allclose(model.get_weights()[0], descended(), atol=1e-5)
    assert list(history) == ["own_loss"] and model.metrics_names == ["own_loss"]


def test_own_test_and_predict_steps():
    model = linear(steps.OwnTestStep)
    error = np.abs(X[32:] @ KERNEL - Y[32:]).mean()
    assert model.evaluate(X, Y, batch_size=16, verbose=0) == pytest.approx(2 * error, rel=1e-5)
    np.testing.assert_allclose(model.predict(X, batch_size=16, verbose=0), X @ KERNEL + 1, atol=1e-5)


def test_compute_loss():
    class Scaled(keras.Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return 3 * super().compute_loss(x, y, y_pred, sample_weight, training)

    model = linear(Scaled)
    losses = model.fit(X, Y, **FIT).history["loss"]
    np.testing.assert_allclose(model.get_weights()[0], descended(factor=3), atol=1e-4)
    assert losses[0] > 0


def test_compute_loss_without_a_compiled_one():
    class Own(keras.Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return keras.ops.mean((y_pred - keras.ops.convert_to_tensor(y)) ** 2)

    inputs = layers.Input((4,))
    model = Own(inputs, layers.Dense(1)(inputs))
    model.set_weights([KERNEL, BIAS])
    model.compile(keras.optimizers.SGD(0.1))
    model.fit(X, Y, **FIT)
    np.testing.assert_allclose(model.get_weights()[0], descended(), atol=1e-5)


def test_compute_metrics():
    class More(keras.Model):
        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            results = super().compute_metrics(x, y, y_pred, sample_weight)
            results["batch_size"] = keras.ops.sum(keras.ops.ones_like(y_pred))
            return results

    model = linear(More, metrics=["mae"])
    history = model.fit(X, Y, **FIT).history
    assert list(history) == ["batch_size", "loss", "mae"] and history["batch_size"] == [8.0]
    assert model.evaluate(X, Y, batch_size=20, verbose=0, return_dict=True)["batch_size"] == 20


def test_stateless_compute_loss():
    model = linear(keras.Model)
    values = [keras.ops.convert_to_tensor(v) for v in (KERNEL, BIAS)]
    metrics = [keras.ops.convert_to_tensor(v) for v in model.metrics_variables]
    y_pred = model(X)
    loss, (trainable, non_trainable, after) = model.stateless_compute_loss(values, [], metrics, x=X, y=Y, y_pred=y_pred)
    assert float(loss) == pytest.approx(((X @ KERNEL - Y) ** 2).mean(), rel=1e-5)
    assert len(trainable) == 2 and non_trainable == [] and len(after) == len(metrics)


@pytest.mark.parametrize("method", ["train_on_batch", "test_on_batch"])
def test_weights_without_targets_reach_own_steps(method):
    """What is measured without targets may be weighted all the same."""
    seen = []

    class Weighted(keras.Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            seen.append((y, sample_weight is not None))
            return keras.ops.mean(y_pred**2 * (1.0 if sample_weight is None else sample_weight[:, None]))

    model = linear(Weighted)
    weights = np.linspace(0, 2, len(X), dtype="float32")
    logs = getattr(model, method)(X, sample_weight=weights, return_dict=True)
    assert set(seen) == {(None, True)}
    assert logs["loss"] == pytest.approx(np.mean((X @ KERNEL) ** 2 * weights[:, None]), rel=1e-5)


def test_model_without_a_call():
    inputs = layers.Input((4,))
    inner = keras.Model(inputs, layers.Dense(1)(inputs))
    inner.set_weights([KERNEL, BIAS])
    model = steps.Wrapping(inner)
    model.compile(keras.optimizers.SGD(0.1))
    history = model.fit(X, Y, **FIT).history
    np.testing.assert_allclose(inner.get_weights()[0], descended(), atol=1e-5)
    assert list(history) == ["d_loss"]


def test_compute_loss_without_training():
    class Mine(keras.Model):
        def __init__(self):
            super().__init__()
            self.head = keras.layers.Dense(1)

        def call(self, x):
            return self.head(x)

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
            return keras.ops.mean((y - y_pred) ** 2) + 5.0

    model = Mine()
    model.compile("sgd")
    assert model.fit(X, Y, verbose=0).history["loss"][0] > 5
    assert model.evaluate(X, Y, verbose=0) > 5
    owned = model.trainable_variables, model.non_trainable_variables, model.metrics_variables
    values = [[v.value for v in variables] for variables in owned]
    loss, _ = model.stateless_compute_loss(*values, X, Y, np.zeros_like(Y))
    assert float(loss) == pytest.approx(5 + (Y**2).mean(), rel=1e-5)
