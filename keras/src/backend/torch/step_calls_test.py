"""How many functions of Python a step calls: in small models these are what a step costs."""

import sys

import numpy as np
import pytest

import keras
from keras import layers
from keras.src import backend

if backend.backend() != "torch":
    pytest.skip("needs the torch backend", allow_module_level=True)

import torch

from keras.src.backend.torch import trainer

SIZE = 4


def perceptron():
    stack = [layers.Dense(8, activation="relu"), layers.Dense(8, activation="relu"), layers.Dense(3)]
    return keras.Sequential([layers.Input((5,)), *stack]), (5,)


def recurrent():
    stack = [layers.LSTM(4, return_sequences=True), layers.LSTM(4), layers.Dense(3)]
    return keras.Sequential([layers.Input((6, 5)), *stack]), (6, 5)


def calls_of_a_step(build, kind):
    """Calls of a step of a run, on the average, without those that a run makes for all its steps."""
    model, shape = build()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(), loss, metrics=["accuracy"])
    few, many = (calls_of_a_run(model, kind, np.ones((steps * SIZE, *shape), "float32")) for steps in (4, 12))
    return (many - few) / 8


def calls_of_a_run(model, kind, x):
    arguments = (x,) if kind == "predict" else (x, np.zeros(len(x), "int32"))
    run, count = getattr(model, kind), 0
    run(*arguments, batch_size=SIZE, verbose=0)

    def look(frame, event, argument):
        nonlocal count
        count += event == "call"

    sys.setprofile(look)
    try:
        run(*arguments, batch_size=SIZE, verbose=0)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    ("build", "kind", "most"),
    [
        (perceptron, "fit", 235),
        (perceptron, "evaluate", 72),
        (perceptron, "predict", 64),
        (recurrent, "fit", 305),
        (recurrent, "evaluate", 130),
        (recurrent, "predict", 117),
    ],
)
def test_steps_call_few_functions(build, kind, most):
    assert calls_of_a_step(build, kind) <= most


def test_gradients_without_a_watcher_are_those_of_autograd(monkeypatch):
    first, second, unused = (torch.ones(3, requires_grad=True) for _ in range(3))
    loss = (first * second.detach() * 2).sum() + (second**3).sum()
    found = trainer._gradients(loss, [first, second, unused], is_watched=False)
    assert [g if g is None else g.tolist() for g in found] == [[2.0] * 3, [3.0] * 3, None]
    assert first.grad is None

    with pytest.raises(RuntimeError, match="does not require grad"):
        trainer._gradients(torch.ones(()), [first], is_watched=False)
    with pytest.raises(RuntimeError, match="scalar"):
        trainer._gradients(first * 2, [first], is_watched=False)

    monkeypatch.setattr(trainer, "_run_backward", None)  # As in a version of PyTorch that names it otherwise.
    (again,) = trainer._gradients((first * 2).sum(), [first], is_watched=False)
    assert again.tolist() == [2.0] * 3
