"""What a call costs: an op, a layer, a model, building a graph, one prediction. Seconds, medians of several rounds.

    KERAS_BACKEND=jax python benchmarks/calls.py

Uses the public API only, so it runs under any library named `keras`. Names that end in "by hand" are the engine's own function.
"""

import statistics
import timeit

import numpy as np

import keras
from keras import layers, ops


def seconds(function, number, rounds=7):
    """Median time of one call."""
    function()
    return statistics.median(timeit.repeat(function, number=number, repeat=rounds)) / number


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


def main():
    add, a, b = engine_add()
    rows = {
        "add by hand": seconds(lambda: add(a, b), 2000),
        "add": seconds(lambda: ops.add(a, b), 2000),
    }
    batch = ops.convert_to_tensor(np.ones((32, 64), "float32"))
    dense = layers.Dense(64)
    rows["Dense(64), eager"] = seconds(lambda: dense(batch), 200)
    model = mlp()
    rows["20-layer MLP, eager"] = seconds(lambda: model(batch), 20)
    rows["building 20 residual blocks"] = seconds(residual_convnet, 1, rounds=5)
    row = np.ones((1, 64), "float32")
    rows["predict of one row"] = seconds(lambda: model.predict(row, verbose=0), 20)
    return rows


out = main()
if __name__ == "__main__":
    print(f"backend {keras.backend.backend()}, keras {keras.__version__}")
    for name, value in out.items():
        print(f"{name:32} {value * 1e6:12.2f} us")
