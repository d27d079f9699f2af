"""Cases for a process of their own, see `testing/jobs.py`: in others, code that ran before may add calls."""

import sys

import numpy as np

import keras
from keras import layers

SIZE = 4
KINDS = ("fit", "evaluate", "predict")


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


def calls_of_steps():
    """For each network and kind of run: how many functions of Python a step calls."""
    networks = {"perceptron": perceptron, "recurrent": recurrent}
    return {f"{name} {kind}": calls_of_a_step(build, kind) for name, build in networks.items() for kind in KINDS}
