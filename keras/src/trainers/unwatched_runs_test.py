"""Engines take short cuts where no callback looks at single batches: the weights must come out as from single steps."""

import numpy as np
import pytest

import keras
from keras import layers, optimizers
from keras.src import backend

pytestmark = pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(12, 9, 9, 2)).astype("float32")
Y = RANDOM.integers(0, 3, 12)

OPTIMIZERS = {
    "sgd": lambda: optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    "rmsprop": lambda: optimizers.RMSprop(0.01, centered=True, momentum=0.5),
    "adam": lambda: optimizers.Adam(0.01),
    "adamw": lambda: optimizers.AdamW(0.01, weight_decay=0.1, amsgrad=True),
}


def network():
    """Kernels of many kinds, whose gradients engines may lay out in orders of their own."""
    inputs = keras.Input((9, 9, 2))
    x = layers.Conv2D(6, 3, activation="relu")(layers.BatchNormalization()(inputs))
    x = layers.SeparableConv2D(5, 3, strides=2, activation="relu")(x)
    x = layers.Conv1D(4, 2)(layers.Reshape((3, 15))(x))
    return keras.Model(inputs, layers.Dense(3)(layers.SimpleRNN(4)(x)))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_weights_are_those_of_single_steps(name):
    model = network()
    start = model.get_weights()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    ends = []
    for steps_by_hand in (True, False):
        model.set_weights(start)
        model.compile(OPTIMIZERS[name](), loss, metrics=["accuracy"])
        if steps_by_hand:
            for first in range(0, len(X), 4):
                model.train_on_batch(X[first : first + 4], Y[first : first + 4])
        else:
            model.fit(X, Y, batch_size=4, shuffle=False, verbose=0)
        ends.append(model.get_weights())
    for before, one, other in zip(start, *ends, strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-4, atol=2e-5)
        assert before.ndim < 2 or np.abs(one - before).max() > 1e-3
