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


def compiled(build):
    model, shape = build()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(), loss, metrics=["accuracy"])
    return model, shape


def calls_of_a_kind(build, kind):
    """Calls of a step of a run, on the average, and those that a run makes for all its steps."""
    model, shape = compiled(build)
    few, many = (calls_of_a_second_run(model, kind, shape, steps) for steps in (4, 12))
    of_a_step = (many - few) / 8
    return of_a_step, few - 4 * of_a_step


def calls_of_a_second_run(model, kind, shape, steps):
    calls_of_a_run(model, kind, shape, steps)
    return calls_of_a_run(model, kind, shape, steps)


def calls_of_a_run(model, kind, shape, steps):
    x = np.ones((steps * SIZE, *shape), "float32")
    arguments = (x,) if kind == "predict" else (x, np.zeros(len(x), "int32"))
    run, count = getattr(model, kind), 0

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
    """For each network and kind of run: how many functions of Python a step calls, a run beside its steps, and a first run."""
    networks, found = {"perceptron": perceptron, "recurrent": recurrent}, {}
    for name, build in networks.items():
        model, shape = compiled(build)
        found[f"{name} first step"] = calls_of_a_run(model, "fit", shape, 1)
        for kind in KINDS:
            found[f"{name} {kind}"], found[f"{name} {kind}, run"] = calls_of_a_kind(build, kind)
    return found
