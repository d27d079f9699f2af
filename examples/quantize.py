"""Trains a small character transformer, quantizes it in each way there is, and tells what that costs and saves.

    KERAS_BACKEND=torch python examples/quantize.py        (or jax, or tensorflow)

The text are docstrings of Python's own library, so nothing is downloaded. A table shows the size of the weights, the time of a
batch and the perplexity on text that was not trained on; `quantize.png` shows how far the outputs of each block move.
"""

import argparse
import inspect
import statistics
import sys
import time

import matplotlib
import numpy as np

import keras
from keras import layers, quantizers

matplotlib.use("Agg")
from matplotlib import pyplot

FIRST, LETTERS = 32, 96
LENGTH, WIDTH, GROUP = 64, 64, 64
MODULES = "argparse asyncio collections csv datetime decimal difflib doctest email fractions functools heapq inspect"
MODULES += " itertools json logging math os pathlib pickle random re shutil socket statistics string subprocess tarfile"
MODULES += " tempfile textwrap threading time typing unittest urllib uuid zipfile"


class Characters:
    """Tokens are characters; those that are no printable ASCII become spaces."""

    def tokenize(self, text):
        tokens = np.frombuffer(" ".join(text.split()).encode("ascii", "replace"), "uint8").astype("int32") - FIRST
        return np.where((tokens < 0) | (tokens >= LETTERS), 0, tokens)


def load_data():
    """Tokens of docstrings to train with, and of others to judge by: arrays `(samples, LENGTH + 1)`."""
    texts = {}
    for name in MODULES.split():
        module = __import__(name)
        for each in (module, *(getattr(module, member) for member in sorted(dir(module)))):
            members = vars(each).values() if inspect.isclass(each) else ()
            for owner in (each, *members):
                if callable(owner) or inspect.ismodule(owner):
                    texts[owner.__doc__ if isinstance(owner.__doc__, str) else ""] = None
    tokens = Characters().tokenize("\n".join(texts))
    samples = tokens[: len(tokens) // (LENGTH + 1) * (LENGTH + 1)].reshape(-1, LENGTH + 1)
    np.random.default_rng(0).shuffle(samples)
    return samples[len(samples) // 10 :], samples[: len(samples) // 10]


def make_block(name):
    """A block of a transformer as a model of its own."""
    inputs = keras.Input((LENGTH, WIDTH))
    x = layers.LayerNormalization()(inputs)
    x = layers.MultiHeadAttention(4, WIDTH // 4)(x, x, use_causal_mask=True)
    middle = layers.Add()([inputs, x])
    x = layers.LayerNormalization()(middle)
    x = layers.Dense(4 * WIDTH, activation="gelu")(x)
    x = layers.Dense(WIDTH)(x)
    return keras.Model(inputs, layers.Add()([middle, x]), name=name)


class Embeddings(layers.Layer):
    """A vector for each token plus one for its place."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.tokens, self.places = layers.Embedding(LETTERS, WIDTH), layers.Embedding(LENGTH, WIDTH)

    def call(self, inputs):
        return self.tokens(inputs) + self.places(keras.ops.arange(LENGTH))


def make_model(count):
    """The model, one with the same layers that gives what each block does, and the structure of its layers."""
    inputs = keras.Input((LENGTH,), dtype="int32")
    embeddings = Embeddings(name="embeddings")
    blocks = [make_block(f"block_{number}") for number in range(count)]
    states = [embeddings(inputs)]
    for block in blocks:
        states.append(block(states[-1]))
    x = layers.LayerNormalization(name="last_normalization")(states[-1])
    model = keras.Model(inputs, layers.Dense(LETTERS, name="logits")(x))
    return model, keras.Model(inputs, states[1:]), {"pre_block_layers": [embeddings], "sequential_blocks": blocks}


def train(samples, steps, blocks):
    """Returns the weights of a model that has learnt to tell the next character."""
    model, *_ = make_model(blocks)
    rate = keras.optimizers.schedules.CosineDecay(3e-3, steps)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.AdamW(rate), loss)
    chosen = samples[np.random.default_rng(1).integers(0, len(samples), 32 * steps)]
    model.fit(chosen[:, :-1], chosen[:, 1:], batch_size=32, epochs=1, verbose=2, shuffle=False)
    return model.get_weights()


def ways(data, structure):
    """The config of each way to quantize, by its name."""
    calibrated = {
        "num_samples": 128,
        "sequence_length": LENGTH,
        "group_size": GROUP,
        "quantization_layer_structure": structure,
    }
    data = data[:, :-1]
    return {
        "float32": None,
        "int8": quantizers.Int8QuantizationConfig(),
        "int8 weights": quantizers.Int8QuantizationConfig(activation_quantizer=None),
        "float8": quantizers.Float8QuantizationConfig(),
        "int4": quantizers.Int4QuantizationConfig(block_size=GROUP),
        "gptq": quantizers.GPTQConfig(data, Characters(), **calibrated),
        "awq": quantizers.AWQConfig(data, Characters(), **calibrated),
    }


def perplexity(model, samples):
    """How many characters the model hesitates between, on average."""
    logits = model.predict(samples[:, :-1], verbose=0).astype("float64")
    logits -= logits.max(-1, keepdims=True)
    chosen = np.take_along_axis(logits, samples[:, 1:, None], -1)[..., 0]
    return float(np.exp(np.mean(np.log(np.exp(logits).sum(-1)) - chosen)))


def kilobytes(structure):
    """Size of the weights of the blocks."""
    values = [value for block in structure["sequential_blocks"] for value in block.get_weights()]
    return sum(value.nbytes for value in values) / 1000


def milliseconds(model, x):
    """Median time of a batch."""
    model.predict_on_batch(x)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        model.predict_on_batch(x)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def compare(weights, training, held_out, blocks):
    """Rows `(name, kilobytes, milliseconds, perplexity, errors of blocks)`, the first of the model as it is."""
    rows, exact = [], None
    for name in ways(training, None):
        model, probe, structure = make_model(blocks)
        model.set_weights(weights)
        config = ways(training, structure)[name]
        inside = {id(layer) for block in structure["sequential_blocks"] for layer in block._flatten_layers()}
        if config is not None:
            # The other layers stay as they are in all ways, so that these differ in nothing else.
            model.quantize(config=config, filters=lambda layer, inside=inside: id(layer) in inside)
        states = probe.predict(held_out[:32, :-1], verbose=0)
        exact = exact or states
        errors = [np.linalg.norm(one - two) / np.linalg.norm(two) for one, two in zip(states, exact)]
        time_of_batch = milliseconds(model, held_out[:32, :-1])
        rows.append((name, kilobytes(structure), time_of_batch, perplexity(model, held_out), errors))
    return rows


def draw(rows, path):
    """Writes a picture of the errors of blocks."""
    figure, axes = pyplot.subplots(figsize=(7, 4))
    for name, *_, errors in rows[1:]:
        axes.plot(range(1, len(errors) + 1), errors, marker="o", label=name)
    axes.set(xlabel="block", ylabel="relative error of its outputs", yscale="log")
    axes.legend()
    figure.savefig(path, dpi=100)
    pyplot.close(figure)


def main():
    parser = argparse.ArgumentParser(description="Quantizes a small character transformer in every mode.")
    parser.add_argument("--steps", type=int, default=600, help="steps of training")
    parser.add_argument("--samples", type=int, default=400, help="sequences to judge by")
    parser.add_argument("--blocks", type=int, default=6, help="blocks of the transformer")
    arguments = parser.parse_args()
    keras.utils.set_random_seed(0)
    training, held_out = load_data()
    weights = train(training, arguments.steps, arguments.blocks)
    rows = compare(weights, training, held_out[: arguments.samples], arguments.blocks)
    print(
        f"{keras.backend.backend()}, Python {sys.version_info.major}.{sys.version_info.minor}, {len(training)} sequences"
    )
    print(f"{'':14}{'kilobytes':>10}{'ms/batch':>10}{'perplexity':>12}")
    for name, size, latency, found, _ in rows:
        print(f"{name:14}{size:10.0f}{latency:10.2f}{found:12.4f}")
    found = {row[0]: row[3] for row in rows}
    gap = found["int4"] - found["float32"]
    for name in ("gptq", "awq"):
        print(f"{name} closes {1 - (found[name] - found['float32']) / gap:.0%} of the gap of int4")
    draw(rows, "quantize.png")


if __name__ == "__main__":
    main()
