"""Text given where numbers are due: the same error on every engine, which says what to do."""

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.src import backend

WORDS = {
    "text": np.array([["a"], ["b"]]),
    "bytes": np.array([[b"a"], [b"b"]]),
    "objects": np.array([["a"], ["b"]], dtype=object),
    "dates": np.array([["2020-01-01"], ["2021-01-01"]], dtype="datetime64[D]"),
}
Y = np.ones((2, 1), "float32")
each_kind = pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)


def linear():
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


USES = {
    "predict": lambda words: linear().predict(words, verbose=0),
    "evaluate": lambda words: linear().evaluate(words, Y, verbose=0),
    "evaluate on targets": lambda words: linear().evaluate(Y, words, verbose=0),
    "call": lambda words: linear()(words),
    "layer": lambda words: layers.Dense(1)(words),
    "op": lambda words: ops.add(words, 1),
}
TRAINING = {
    "fit": lambda words: linear().fit(words, Y, verbose=0),
    "fit to": lambda words: linear().fit(Y, words, verbose=0),
    "train_on_batch": lambda words: linear().train_on_batch(words, Y),
    "train_on_batch to": lambda words: linear().train_on_batch(Y, words),
}


@each_kind
@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_text(use, words):
    with pytest.raises(ValueError):
        use(words)


@pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
@each_kind
@pytest.mark.parametrize("use", TRAINING.values(), ids=TRAINING)
def test_training_on_text(use, words):
    with pytest.raises(ValueError):
        use(words)


@each_kind
def test_targets_that_are_text(words):
    with pytest.raises(ValueError, match="StringLookup"):
        linear().evaluate(Y, words, verbose=0)
