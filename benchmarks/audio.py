"""What spectrograms of 64 sounds of 16,000 samples cost: seconds of an eager call, and of a call within a compiled model.

    KERAS_BACKEND=torch python benchmarks/audio.py [--small] [--rounds N]

Public API only, so it runs under any library named `keras`; `out` holds the numbers that are printed. The fastest round
counts, in time of the processor, since a machine may have other work.
"""

import argparse
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np  # noqa: E402  after the number of threads is set

import keras  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--small", action="store_true", help="few and short sounds, to see that it runs")
parser.add_argument("--rounds", type=int, default=10)
options = parser.parse_args()

SOUNDS = np.random.default_rng(0).normal(size=(2, 2000) if options.small else (64, 16000)).astype("float32")
LAYERS = {
    "MelSpectrogram": lambda: keras.layers.MelSpectrogram(),
    "MelSpectrogram of magnitudes": lambda: keras.layers.MelSpectrogram(mag_exp=1.0, window="hamming"),
    "STFTSpectrogram": lambda: keras.layers.STFTSpectrogram(mode="log"),
}


def fastest(call):
    """Seconds of the fastest round, after one that does not count."""
    seconds = []
    for _ in range(options.rounds + 1):
        start = time.process_time()
        keras.ops.convert_to_numpy(call())
        seconds.append(time.process_time() - start)
    return min(seconds[1:])


def measured(name, make):
    """Seconds of an eager call and of `predict_on_batch`."""
    arrays = SOUNDS[..., None] if name.startswith("STFT") else SOUNDS
    layer, inputs = make(), keras.ops.convert_to_tensor(arrays)
    symbol = keras.Input(arrays.shape[1:])
    model = keras.Model(symbol, make()(symbol))
    return {
        f"{name}, eager": fastest(lambda: layer(inputs)),
        f"{name}, predict": fastest(lambda: model.predict_on_batch(arrays)),
    }


out = {}
for name, make in LAYERS.items():
    out.update(measured(name, make))
for name, seconds in out.items():
    print(f"{name:40} {1000 * seconds:8.2f} ms")
