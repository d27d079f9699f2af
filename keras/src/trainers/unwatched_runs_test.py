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


@pytest.mark.parametrize("run", ["fit", "evaluate"])
def test_loss_and_metrics_are_those_of_all_batches_whatever_their_shapes(run):
    """Batches of several sizes and lengths, some of them weighted, more than an engine keeps back at once."""
    model = keras.Sequential([keras.Input((None, 3)), layers.Dense(4), layers.Rescaling(2.0)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizers.SGD(0.0), loss, metrics=["accuracy"])
    shapes = [(2, 3)] * 150 + [(1, 3), (2, 5), (2, 3), (3, 800), (3, 800), (3, 800), (3, 2)] * 5
    batches = []
    for number, shape in enumerate(shapes):
        weight = (RANDOM.uniform(size=shape[0]).astype("float32"),) if number % 50 > 40 else ()
        batches.append((RANDOM.normal(size=(*shape, 3)).astype("float32"), RANDOM.integers(0, 4, shape), *weight))
    result = getattr(model, run)(iter(batches), verbose=0, **({"return_dict": True} if run == "evaluate" else {}))
    found = {name: values[0] for name, values in result.history.items()} if run == "fit" else result

    losses, hits, (kernel, bias) = [], [], model.get_weights()
    for x, y, *weight in batches:
        logits = 2 * (x @ kernel + bias)
        values = np.log(np.exp(logits).sum(-1)) - np.take_along_axis(logits, y[..., None], -1)[..., 0]
        losses.append(np.mean(values * (weight[0][:, None] if weight else 1.0)))
        hits.append((logits.argmax(-1) == y).mean(-1))  # Accuracy is a mean over samples, whatever their lengths.
    assert found["loss"] == pytest.approx(np.average(losses, weights=[n for n, _ in shapes]), rel=1e-4)
    assert found["accuracy"] == pytest.approx(np.concatenate(hits).mean(), rel=1e-4)
