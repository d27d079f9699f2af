"""What augmentation of images costs: `RandomFlip + RandomRotation + RandomZoom + RandomContrast` on 64 images of 160 x 160 x 3.

    KERAS_BACKEND=jax python benchmarks/images.py

Seconds: of each layer and of all four, called on a tensor of the engine, and of a step of `fit` with all four in the model, medians
of several rounds; with `--small`, of a few small images once. Uses the public API only, so it runs under any library named `keras`.
"""

import statistics
import sys
import time

import numpy as np

import keras
from keras import layers, ops

BATCH, SIZE, STEPS, ROUNDS = (4, 16, 2, 1) if "--small" in sys.argv else (64, 160, 4, 5)


def augmentations():
    """The four layers; the last one only where the library has it."""
    made = [layers.RandomFlip(), layers.RandomRotation(0.1), layers.RandomZoom(0.2)]
    return made + ([layers.RandomContrast(0.3)] if hasattr(layers, "RandomContrast") else [])


def seconds(function):
    """Median time of a call whose result is waited for."""
    ops.convert_to_numpy(function())
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        ops.convert_to_numpy(function())
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def in_turn(made, x):
    for layer in made:
        x = layer(x, training=True)
    return x


def step_of_fit(images):
    """Seconds of one step of a model that is little else than the augmentations."""
    model = keras.Sequential([keras.Input(images.shape[1:]), *augmentations(), layers.GlobalAveragePooling2D()])
    model.compile("sgd", "mse")
    x = np.tile(images, (STEPS, 1, 1, 1))
    y = np.zeros((len(x), 3), "float32")
    model.fit(x, y, batch_size=BATCH, verbose=0)
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        model.fit(x, y, batch_size=BATCH, verbose=0)
        times.append((time.perf_counter() - start) / STEPS)
    return statistics.median(times)


def main():
    images = np.random.default_rng(0).uniform(0, 255, size=(BATCH, SIZE, SIZE, 3)).astype("float32")
    tensor = ops.convert_to_tensor(images)
    made = augmentations()
    rows = {type(layer).__name__: seconds(lambda layer=layer: layer(tensor, training=True)) for layer in made}
    rows["all, eager"] = seconds(lambda: in_turn(made, tensor))
    if keras.backend.backend() in ("jax", "tensorflow", "torch"):
        rows["all, a step of fit"] = step_of_fit(images)
    return rows


out = main()
if __name__ == "__main__":
    print(f"backend {keras.backend.backend()}, keras {keras.__version__}")
    for name, value in out.items():
        print(f"{name:24} {value * 1e3:10.2f} ms")
