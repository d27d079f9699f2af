"""What a call costs: an op, a layer, a model, building a graph, one prediction. Microseconds, the fastest of several rounds.

    KERAS_BACKEND=jax python benchmarks/calls.py
    KERAS_BACKEND=jax python benchmarks/calls.py --other "COMMAND"

Uses the public API only, so it runs under any library named `keras`. By hand are the engine's own addition, and the weights
of the residual blocks, made by the engine's own functions. COMMAND is a command line that runs a script under another
implementation of the same API; both run in processes of their own, as often as `--turns` says, and the fastest counts.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import timeit

import numpy as np

import keras
from keras import layers, ops


def seconds(function, number, rounds=7):
    """Time of one call, in the fastest round: a machine may have other work."""
    function()
    return min(timeit.repeat(function, number=number, repeat=rounds)) / number


def engine_add():
    """The engine's own addition and two of its float32 tensors."""
    x = np.ones((32, 64), "float32")
    name = keras.backend.backend()
    if name == "jax":
        import jax.numpy as jnp

        return jnp.add, jnp.asarray(x), jnp.asarray(x)
    if name == "torch":
        import torch

        return torch.add, torch.from_numpy(x), torch.from_numpy(x.copy())
    if name == "tensorflow":
        import tensorflow as tf

        return tf.add, tf.constant(x), tf.constant(x)
    return np.add, x, x.copy()


def mlp():
    x = inputs = keras.Input((64,))
    for _ in range(20):
        x = layers.Dense(64, activation="relu")(x)
    return keras.Model(inputs, x)


def residual_convnet():
    x = inputs = keras.Input((32, 32, 16))
    for _ in range(20):
        y = layers.Conv2D(16, 3, padding="same")(x)
        y = layers.BatchNormalization()(y)
        y = layers.Activation("relu")(y)
        x = layers.Add()([x, y])
    return keras.Model(inputs, x)


def engine_weights():
    """A function that makes the weights of 20 residual blocks, and draws the kernels."""
    name = keras.backend.backend()
    if name == "torch":
        from torch import nn

        return lambda: [(nn.Conv2d(16, 16, 3, padding="same"), nn.BatchNorm2d(16)) for _ in range(20)]
    if name == "jax":
        import jax
        import jax.numpy as jnp

        draw = jax.jit(lambda key: jax.random.uniform(key, (3, 3, 16, 16), minval=-0.1, maxval=0.1))
        kernel = lambda i: draw(jax.random.key(i))
        zeros, ones = jnp.zeros, jnp.ones
    elif name == "tensorflow":
        import tensorflow as tf

        kernel = lambda i: tf.Variable(tf.random.uniform((3, 3, 16, 16), -0.1, 0.1))
        zeros, ones = lambda n: tf.Variable(tf.zeros(n)), lambda n: tf.Variable(tf.ones(n))
    else:
        kernel = lambda i: np.random.default_rng(i).uniform(-0.1, 0.1, (3, 3, 16, 16)).astype("float32")
        zeros, ones = np.zeros, np.ones
    return lambda: [(kernel(i), zeros(16), ones(16), zeros(16), zeros(16), ones(16)) for i in range(20)]


def by_hand():
    """Seconds of what is written by hand, by the names of the rows."""
    add, a, b = engine_add()
    return {
        "add": seconds(lambda: add(a, b), 2000),
        "building 20 residual blocks": seconds(engine_weights(), 1),
    }


def here():
    _, a, b = engine_add()
    rows = {"add": seconds(lambda: ops.add(a, b), 2000)}
    batch = ops.convert_to_tensor(np.ones((32, 64), "float32"))
    dense = layers.Dense(64)
    rows["Dense(64), eager"] = seconds(lambda: dense(batch), 200)
    model = mlp()
    rows["20-layer MLP, eager"] = seconds(lambda: model(batch), 20)
    rows["building 20 residual blocks"] = seconds(residual_convnet, 1, rounds=15)
    row = np.ones((1, 64), "float32")
    rows["predict of one row"] = seconds(lambda: model.predict(row, verbose=0), 20)
    return rows


def in_process(command):
    """What `--json` prints in a process of its own."""
    lines = subprocess.run(
        [*command, os.path.abspath(__file__), "--json"], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(lines.stdout.splitlines()[-1])


def best_of(command, turns):
    """The least of each number of several processes."""
    results = [in_process(command) for _ in range(turns)]
    return {name: min(result[name] for result in results) for name in results[0]}


def report(other, turns):
    mine = best_of([sys.executable], turns) if other else here()
    there = best_of(shlex.split(other), turns) if other else {}
    hand = by_hand()
    print(f"{keras.backend.backend():28} {'by hand':>13} {'other':>13} {'here':>13}   over by hand, other")
    for name, value in mine.items():
        known = [hand.get(name), there.get(name)]
        cells = [" " * 13 if x is None else f"{x * 1e6:10.2f} us" for x in (*known, value)]
        ratios = ["" if x is None else f"{value / x:8.2f}x" for x in known]
        print(f"{name:28} {' '.join(cells)} {' '.join(ratios)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--other", help="command that runs a script under another implementation of the API")
    parser.add_argument("--turns", type=int, default=2, help="processes of each, of which the best counts")
    parser.add_argument("--json", action="store_true", help="print seconds by name, of this process alone")
    arguments = parser.parse_args()
    if arguments.json:
        print(json.dumps(here()))
    else:
        report(arguments.other, arguments.turns)
