"""What is left of models that are gone: nothing. Objects are counted, not bytes."""

import collections
import gc
import weakref

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.src import backend
from keras.src.testing import engine

ROUNDS = 3
X = np.random.default_rng(0).random((8, 4)).astype("float32")


def use(model):
    """Trains, evaluates and predicts, as far as the engine can."""
    model.compile("adam", "mse", metrics=["mae"])
    if backend.CAN_TRAIN:
        model.fit(X, X[:, :1], batch_size=4, verbose=0)
    model.evaluate(X, X[:, :1], batch_size=4, verbose=0)
    model.predict(X, batch_size=4, verbose=0)
    return model


def graph():
    inputs = keras.Input((4,))
    hidden = layers.Dropout(0.5)(layers.BatchNormalization()(layers.Dense(3, "relu")(ops.sin(inputs) * 2)))
    return keras.Model(inputs, layers.Dense(1)(hidden))


def stack():
    return keras.Sequential([layers.Dense(3), layers.Dense(1)])


def subclass():
    """A model of a class that is made anew each time, as in a cell of a notebook."""

    class Scale(layers.Layer):
        def build(self, input_shape):
            self.scale = self.add_weight(shape=(input_shape[-1],))
            super().build(input_shape)

        def call(self, inputs):
            return inputs * self.scale

    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.inner, self.last = Scale(), layers.Dense(1, kernel_regularizer="l2")

        def call(self, inputs, training=False):
            return self.last(self.inner(inputs))

        def get_config(self):
            return {}

        def train_step(self, data):
            x, y = data
            loss = lambda: ops.mean((self(x, training=True) - y) ** 2)  # noqa: E731
            value, gradients = ops.value_and_grad(loss, variables=self.trainable_variables)()
            self.optimizer.apply(gradients, self.trainable_variables)
            return {"loss": value}

    return Own()


def objects():
    gc.collect()
    counts = collections.Counter()
    # One by one: a `Counter` asks of an iterable whether it is a `Mapping`, and abstract classes remember whom they were
    # asked about, in weak references that would be counted here.
    for x in gc.get_objects():
        counts[str(type(x))] += 1
    counts["of the engine"] = engine.held()
    return counts


@pytest.mark.parametrize("make", [graph, subclass])
def test_rounds_with_clear_session_leave_nothing(make):
    def one_round():
        keras.models.clone_model(use(make()))
        keras.utils.clear_session()

    for _ in range(2):
        one_round()
    before = objects()
    for _ in range(ROUNDS):
        one_round()
    after = objects()
    grown = {kind: after[kind] - before[kind] for kind in after if after[kind] - before[kind] >= ROUNDS}
    assert not grown


@pytest.mark.parametrize("make", [graph, stack, subclass])
def test_a_deleted_model_is_collected(make):
    model = use(make())
    found = [weakref.ref(x) for x in (model, model.layers[0], model.optimizer, model.trainable_variables[0])]
    del model
    gc.collect()
    assert [reference() for reference in found] == [None] * len(found)
