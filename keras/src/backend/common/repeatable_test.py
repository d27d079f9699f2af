"""Rematerialized layers train as they do without: each effect once, and gradients of what the forward pass drew."""

import numpy as np
import pytest

import keras
from keras.src import backend, layers, ops
from keras.src.testing import engine

X = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")


class Penalized(layers.Layer):
    """Adds a loss within, and holds a layer that does."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(4, kernel_initializer="ones", activity_regularizer="l2")

    def call(self, x, training=None):
        self.add_loss(ops.mean(ops.square(x)))
        return {"y": self.dense(x)}["y"]


class Within(layers.Layer):
    """Layers within layers that are not told whether they train, in a dtype of their own."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(4, kernel_initializer="ones", dtype="mixed_bfloat16")
        self.dropout = layers.Dropout(0.5, seed=5)

    def call(self, x):
        return self.dropout(self.dense(x))


class OfBoth(layers.Layer):
    """A structure of outputs, and an argument that is no tensor."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dropout = layers.Dropout(0.5, seed=5)

    def call(self, x, factor=1.0, training=None):
        return {"a": self.dropout(x, training=training), "b": (x * factor, x + 1.0)}


MAKE = {
    "dense": lambda: layers.Dense(4, kernel_initializer="ones"),
    "normalization": layers.BatchNormalization,
    "dropout": lambda: layers.Dropout(0.5, seed=3),
    "losses": Penalized,
    "within": Within,
    "cast": lambda: layers.Dense(4, kernel_initializer="ones", dtype="mixed_bfloat16"),
    "structure": OfBoth,
}


def called_in(mode):
    """A layer that opens the scope around the calls of the layer that it holds."""

    class Around(layers.Layer):
        def __init__(self, layer):
            super().__init__()
            self.layer = layer

        def call(self, x):
            with backend.RematScope(mode=mode):
                return self.layer(x)

    return Around


def trained(make, mode, **compiled):
    """Losses, and weights at the end, of a short training."""
    with backend.RematScope(mode=mode):
        layer = make()
    inputs = layers.Input((4,))
    x = layer(layers.Dense(4, kernel_initializer="ones")(inputs))
    x = x["a"] + x["b"][0] if isinstance(x, dict) else x
    model = keras.Model(inputs, layers.Dense(1, kernel_initializer="ones")(x))
    model.compile(keras.optimizers.SGD(0.1), "mse", **compiled)
    history = model.fit(X, X[:, :1], batch_size=8, epochs=2, shuffle=False, verbose=0).history["loss"]
    return history, [v.numpy() for v in model.variables]


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="nothing is computed again without gradients")
@pytest.mark.parametrize("name", MAKE)
@pytest.mark.parametrize("eager", [False, True])
def test_training_is_that_without(name, eager):
    expected, weights = trained(MAKE[name], None, run_eagerly=eager)
    history, found = trained(MAKE[name], "full", run_eagerly=eager)
    np.testing.assert_allclose(history, expected, rtol=1e-5)
    for a, b in zip(found, weights, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="nothing is computed again without gradients")
@pytest.mark.parametrize("name", MAKE)
def test_training_in_a_scope_around_calls_is_that_without(name):
    results = [trained(lambda mode=mode: called_in(mode)(MAKE[name]()), None) for mode in (None, "full")]
    keras.tree.map_structure(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6), *results)


@pytest.mark.parametrize("name", MAKE)
@pytest.mark.parametrize("training", [False, True])
def test_a_call_is_that_without(name, training):
    results = []
    for mode in (None, "full"):
        with backend.RematScope(mode=mode):
            layer = MAKE[name]()
        shown = [ops.convert_to_numpy(x) for x in keras.tree.flatten(layer(X, training=training))]
        losses = [ops.convert_to_numpy(x) for x in layer.losses]
        results.append((shown, losses, [v.numpy() for v in layer.variables]))
    keras.tree.map_structure(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-6), *results)


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="needs gradients")
def test_gradients_are_those_of_the_values_that_were_drawn():
    seed = keras.random.SeedGenerator(7)

    def dropped(x):
        return keras.random.dropout(x, 0.5, seed=seed)

    drawn, gradient = [], None
    remat = backend.remat(dropped)

    def function(x):
        y = remat(x)
        return ops.sum(y), y

    (_, drawn), gradient = ops.value_and_grad(function, has_aux=True)(ops.ones((64,)))
    np.testing.assert_array_equal(ops.convert_to_numpy(gradient), ops.convert_to_numpy(drawn))


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="needs gradients")
def test_variables_change_once():
    counter = keras.Variable(0.0, trainable=False)

    @backend.remat
    def counted(x):
        counter.assign_add(1.0)
        return x * x * counter

    gradient = ops.grad(lambda x: ops.sum(counted(x)))(ops.ones((3,)) * 2)
    np.testing.assert_allclose(ops.convert_to_numpy(gradient), [4.0] * 3)
    assert float(counter) == 1.0
