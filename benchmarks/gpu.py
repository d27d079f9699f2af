"""Training steps on one GPU beside the same networks written by hand on the running engine, in under 8 minutes.

    KERAS_BACKEND=torch python benchmarks/gpu.py [case ...]
    KERAS_BACKEND=jax python benchmarks/gpu.py [case ...] [--small]

A row for each case, precision and mode: milliseconds of a step of `fit` by hand | here, and their ratio. Modes on torch are eager
steps, compiled steps (`jit_compile=True`, in bfloat16) and, for small steps, compiled steps replayed as CUDA graphs (in
float32); JAX always compiles. `--small` shrinks everything so that it runs on a CPU.
"""

import argparse
import contextlib
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np  # noqa: E402  the variable above must be set before engines are imported

import keras  # noqa: E402
from keras import layers, ops  # noqa: E402

RNG = np.random.default_rng(0)
PRECISIONS = ("float32", "mixed_bfloat16")
# Sizes of each case: on a GPU, and with `--small`.
SIZES = {
    "mlp": (dict(batch=128, inputs=784, units=512), dict(batch=8, inputs=12, units=16)),
    "resnet": (dict(batch=32, side=224, blocks=(3, 4, 6, 3)), dict(batch=2, side=32, blocks=(1, 1))),
    "lstm": (dict(batch=64, length=100, inputs=64, units=256), dict(batch=4, length=5, inputs=3, units=8)),
    "bert": (
        dict(batch=32, length=128, width=768, heads=12, depth=12, words=30522, causal=False),
        dict(batch=2, length=8, width=16, heads=2, depth=1, words=50, causal=False),
    ),
    "decoder": (
        dict(batch=8, length=512, width=768, heads=12, depth=12, words=24000, causal=True),
        dict(batch=2, length=8, width=16, heads=2, depth=1, words=50, causal=True),
    ),
}
CLASSES = 10
SMALL_STEPS = ("mlp", "lstm")  # whose kernels are so short that launching them is what a step costs


def mlp(inputs, units, **_):
    stack = [keras.Input((inputs,)), layers.Dense(units, activation="relu"), layers.Dense(units, activation="relu")]
    return keras.Sequential([*stack, layers.Dense(CLASSES, dtype="float32")])


def lstm(length, inputs, units, **_):
    stack = [keras.Input((length, inputs)), layers.LSTM(units, return_sequences=True), layers.LSTM(units)]
    return keras.Sequential([*stack, layers.Dense(CLASSES, dtype="float32")])


def _convolved(x, filters, size, strides=1, activation="relu"):
    x = layers.Conv2D(filters, size, strides=strides, padding="same", use_bias=False)(x)
    return layers.Activation(activation)(layers.BatchNormalization()(x))


def resnet(side, blocks, **_):
    image = keras.Input((side, side, 3))
    x = layers.MaxPooling2D(3, strides=2, padding="same")(_convolved(image, 64, 7, 2))
    for stage, count in enumerate(blocks):
        filters = 64 * 2**stage
        for index in range(count):
            strides = 2 if stage and not index else 1
            shortcut = x if index else _convolved(x, 4 * filters, 1, strides, "linear")
            y = _convolved(_convolved(x, filters, 1, strides), filters, 3)
            x = layers.ReLU()(layers.add([shortcut, _convolved(y, 4 * filters, 1, 1, "linear")]))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(CLASSES, dtype="float32")(x))


class Positions(layers.Layer):
    """Adds a learned vector for each position."""

    def build(self, shape):
        self.table = self.add_weight(shape=shape[1:], initializer="random_normal", name="table")

    def call(self, x):
        return x + ops.cast(self.table, x.dtype)


def transformer(length, width, heads, depth, words, causal, **_):
    tokens = keras.Input((length,), dtype="int32")
    x = Positions()(layers.Embedding(words, width)(tokens))
    for _ in range(depth):
        y = layers.LayerNormalization()(x)
        x = layers.add([x, layers.MultiHeadAttention(heads, width // heads)(y, y, use_causal_mask=causal)])
        y = layers.Dense(4 * width, activation=keras.activations.gelu)(layers.LayerNormalization()(x))
        x = layers.add([x, layers.Dense(width)(y)])
    x = layers.LayerNormalization()(x)
    if causal:
        return keras.Model(tokens, layers.Dense(words, dtype="float32")(x))
    return keras.Model(tokens, layers.Dense(CLASSES, dtype="float32")(layers.GlobalAveragePooling1D()(x)))


MODELS = {"mlp": mlp, "resnet": resnet, "lstm": lstm, "bert": transformer, "decoder": transformer}


def arrays(case, size, steps):
    """Inputs and labels of so many batches."""
    count = steps * size["batch"]
    labels = RNG.integers(0, CLASSES, count).astype("int32")
    if case in ("bert", "decoder"):
        tokens = RNG.integers(0, size["words"], (count, size["length"])).astype("int32")
        return (tokens, np.roll(tokens, -1, axis=1)) if size["causal"] else (tokens, labels)
    shapes = {
        "mlp": lambda: (size["inputs"],),
        "lstm": lambda: (size["length"], size["inputs"]),
        "resnet": lambda: (size["side"], size["side"], 3),
    }
    return RNG.normal(size=(count, *shapes[case]())).astype("float32"), labels


def here(case, size, precision, mode, x, y):
    """Function that trains on all batches by `fit`."""
    keras.config.set_dtype_policy(precision)
    model = MODELS[case](**size)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-4), loss, jit_compile=mode != "eager")
    return lambda: model.fit(x, y, batch_size=size["batch"], shuffle=False, verbose=0)


def by_hand(case, size, precision, mode, x, y):
    """Function that trains on all batches without the library."""
    network = __import__(f"by_hand.{keras.backend.backend()}_networks", fromlist=["Training"])
    training = network.Training(case, size, precision, mode, CLASSES)
    return lambda: training.epoch(x, y, size["batch"])


@contextlib.contextmanager
def compiling(mode):
    """Context in which torch compiles as in a process of its own, for replay as CUDA graphs if that is the mode."""
    if mode not in ("compiled", "cuda_graphs") or keras.backend.backend() != "torch":
        yield
        return
    import torch._inductor.config

    torch.compiler.reset()
    with torch._inductor.config.patch({"triton.cudagraphs": mode == "cuda_graphs"}):
        yield


def milliseconds(run, steps, rounds):
    """Of one step: the least over some rounds, after two to warm up."""
    seconds = []
    for _ in range(rounds + 2):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds[2:]) / steps * 1e3


def measure(case, precision, mode, small, rounds):
    """Milliseconds of a step by hand and here."""
    size = SIZES[case][small]
    steps = 2 if small else 60 if case in SMALL_STEPS else 8
    x, y = arrays(case, size, steps)
    results = []
    for make in (by_hand, here):
        with compiling(mode):
            results.append(milliseconds(make(case, size, precision, mode, x, y), steps, rounds))
    return results


def modes(case, precision, small, wanted):
    """The ways in which a case is run on this engine; what must be compiled first is measured in one precision each."""
    if keras.backend.backend() == "jax":
        return ["compiled"]
    found = ["eager"]
    if precision == "mixed_bfloat16":
        found.append("compiled")
    elif case in SMALL_STEPS and not small:
        found.append("cuda_graphs")
    return [mode for mode in found if not wanted or mode in wanted]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="case", help=", ".join(SIZES))
    parser.add_argument("--small", action="store_true", help="sizes for a CPU")
    parser.add_argument("--modes", nargs="*", default=[], help="of torch: eager, compiled, cuda_graphs; default: all")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    if keras.backend.backend() not in ("torch", "jax"):
        raise SystemExit("There are networks written by hand for KERAS_BACKEND=torch and jax only.")
    print(f"{'engine':8} {'case':9} {'precision':15} {'mode':12} {'by hand':>12} {'here':>12}    ratio")
    for case in arguments.cases or SIZES:
        for precision in PRECISIONS:
            for mode in modes(case, precision, arguments.small, arguments.modes):
                hand, mine = measure(case, precision, mode, arguments.small, arguments.rounds)
                cells = f"{hand:9.2f} ms {mine:9.2f} ms {mine / hand:7.2f}x"
                print(f"{keras.backend.backend():8} {case:9} {precision:15} {mode:12} {cells}", flush=True)


if __name__ == "__main__":
    main()
