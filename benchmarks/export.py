"""Writes seven small models in each format, loads each file in its own runtime and tells how far it is from `predict`.

    KERAS_BACKEND=jax python benchmarks/export.py [--formats onnx torch] [--models mlp lstm] [--table matrix.md]

A line has the largest absolute difference over inputs of two batch sizes (and two lengths), the size of the file in kB, and the
seconds that writing took. Formats whose packages are not installed are left out; what a format cannot hold is told.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

import keras
from keras import layers, ops

FORMATS = {
    "tf_saved_model": "saved", "onnx": "m.onnx", "openvino": "m.xml", "litert": "m.tflite", "torch": "m.pt2", "stablehlo": "m.bin"
}  # fmt: skip
LONGEST = 16

# The models, each with a function of a batch size and a length that gives inputs.


def numbers(*shape):
    return np.random.default_rng(sum(shape)).normal(size=shape).astype("float32")


def tokens(batch, time):
    return np.random.default_rng(batch).integers(1, 12, size=(batch, time)).astype("int32")


def mlp():
    parts = [layers.Dense(64, "relu"), layers.Dropout(0.5), layers.Dense(32, "gelu"), layers.Dense(10, "softmax")]
    return keras.Sequential([keras.Input((64,), name="rows"), *parts]), lambda batch, _: [numbers(batch, 64)]


def convnet():
    x = inputs = keras.Input((32, 32, 3), name="images")
    for width in (16, 32):
        x = layers.BatchNormalization()(layers.Conv2D(width, 3, strides=2, padding="same", activation="relu")(x))
        x = layers.MaxPooling2D(2, padding="same")(layers.DepthwiseConv2D(3, padding="same")(x))
    return keras.Model(inputs, layers.Dense(10)(layers.Flatten()(x))), lambda batch, _: [numbers(batch, 32, 32, 3)]


def lstm():
    parts = [layers.Embedding(12, 8, mask_zero=True), layers.Bidirectional(layers.LSTM(8, return_sequences=True))]
    model = keras.Sequential(
        [keras.Input((None,), dtype="int32", name="tokens"), *parts, layers.LSTM(8), layers.Dense(2)]
    )

    def inputs(batch, time):
        given = tokens(batch, time)
        for row in range(batch):
            given[row, time - row :] = 0
        return [given]

    return model, inputs


class Positions(layers.Layer):
    """Adds a learned vector for each step."""

    def build(self, input_shape):
        self.table = self.add_weight(shape=(LONGEST, input_shape[-1]), name="table")

    def call(self, inputs):
        return inputs + self.table[: ops.shape(inputs)[1]]


def transformer():
    inputs = keras.Input((None,), dtype="int32", name="tokens")
    x = Positions()(layers.Embedding(12, 32)(inputs))
    y = layers.LayerNormalization()(x)
    x = x + layers.MultiHeadAttention(4, 8)(y, y, use_causal_mask=True)
    x = x + layers.Dense(32)(layers.Dense(64, "gelu")(layers.LayerNormalization()(x)))
    return keras.Model(inputs, layers.Dense(12)(x)), lambda batch, time: [tokens(batch, time)]


def dicts():
    first, second = keras.Input((4,), name="first"), keras.Input((5,), name="second")
    joined = layers.concatenate([layers.Dense(8, "tanh")(first), second])
    outputs = {"hidden": layers.Dense(2)(joined), "score": layers.Dense(1, "sigmoid")(joined)}
    model = keras.Model({"first": first, "second": second}, outputs)
    return model, lambda batch, _: [numbers(batch, 4), numbers(batch, 5)]


def mbconv():
    inputs = keras.Input((16, 16, 8), name="images")
    x = layers.Activation("swish")(layers.BatchNormalization()(layers.Conv2D(24, 1, use_bias=False)(inputs)))
    x = layers.DepthwiseConv2D(5, padding="same", use_bias=False)(x)
    x = layers.Activation("swish")(layers.BatchNormalization()(x))
    gate = layers.Conv2D(2, 1, activation="swish")(layers.GlobalAveragePooling2D(keepdims=True)(x))
    x = x * layers.Conv2D(24, 1, activation="sigmoid")(gate)
    x = layers.BatchNormalization()(layers.Conv2D(8, 1, use_bias=False)(x))
    return keras.Model(inputs, x + inputs), lambda batch, _: [numbers(batch, 16, 16, 8)]


class Own(layers.Layer):
    """As users write layers: weights, operators, ops, and sizes that are known when it runs only."""

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")

    def call(self, inputs):
        batch, length = ops.shape(inputs)[:2]
        folded = ops.reshape(inputs * self.scale, (batch * length, inputs.shape[-1]))
        return ops.reshape(folded * ops.sigmoid(ops.sum(folded**2, -1, keepdims=True)), ops.shape(inputs))


def own():
    inputs = keras.Input((None, 6), name="rows")
    return keras.Model(inputs, layers.Dense(3)(Own()(inputs))), lambda batch, time: [numbers(batch, time, 6)]


MODELS = {x.__name__: x for x in (mlp, convnet, lstm, transformer, dicts, mbconv, own)}

# How each runtime reads a file: a function from a dict of arrays to a list of arrays, in the order of `predict`'s outputs.


def with_tensorflow(path, names):
    import tensorflow as tf

    serve = tf.saved_model.load(path).signatures["serving_default"]
    return lambda inputs: values(serve(**{k: tf.constant(v) for k, v in inputs.items()}), names)


def with_onnxruntime(path, names):
    import onnxruntime

    session = onnxruntime.InferenceSession(path)
    return lambda inputs: session.run(names, inputs)


def with_openvino(path, names):
    import openvino

    compiled = openvino.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return lambda inputs: [compiled(inputs)[name] for name in names]


def with_litert(path, names):
    from ai_edge_litert.interpreter import Interpreter

    run = Interpreter(path).get_signature_runner("serving_default")
    return lambda inputs: values(run(**inputs), names)


def with_torch(path, names):
    import torch

    module = torch.export.load(path).module()

    def call(inputs):
        tensors = {k: torch.from_numpy(v) for k, v in inputs.items()}
        with torch.inference_mode():
            return values(module(tensors) if len(tensors) > 1 else module(*tensors.values()), names)

    return call


def with_jax(path, names):
    import jax.export

    program = jax.export.deserialize(bytearray(Path(path).read_bytes()))
    return lambda inputs: values(program.call(inputs) if len(inputs) > 1 else program.call(*inputs.values()), names)


RUNTIMES = dict(zip(FORMATS, (with_tensorflow, with_onnxruntime, with_openvino, with_litert, with_torch, with_jax)))


def values(outputs, names):
    """Outputs as a list of arrays in the order of names."""
    return [np.asarray(outputs[name]) for name in names] if isinstance(outputs, dict) else [np.asarray(outputs)]


def size_of(path):
    """Bytes of a file, with the weights beside it, or of a folder."""
    return sum(f.stat().st_size for f in path.parent.rglob("*") if f.is_file())


def signature(model, length=None):
    """What the model takes, with a bound for lengths, or with a length that is given."""
    return [
        {
            "name": x.name,
            "dtype": x.dtype,
            "shape": (None, *(length if n is None else n for n in x.shape[1:])),
            "bounds": {1: (1, LONGEST)} if x.shape[1:2] == (None,) and length is None else {},
        }
        for x in keras.tree.flatten(model.inputs)
    ]


def measured(make, format):
    """Largest error, kB, seconds and a remark of a model in a format."""
    model, inputs_of = make()
    fixed = format == "litert" and make is lstm  # LiteRT holds loops of known lengths only
    lengths = (7, 7) if fixed else (7, 11)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made" / FORMATS[format]
        start = time.perf_counter()
        model.export(path, format=format, verbose=False, input_signature=signature(model, 7 if fixed else None))
        seconds, size = time.perf_counter() - start, size_of(path) / 1000
        names = ["hidden", "score"] if make is dicts else ["output_0"]
        call, error = RUNTIMES[format](str(path), names), 0.0
        for batch, length in zip((3, 5), lengths):
            given = dict(zip([x.name for x in keras.tree.flatten(model.inputs)], inputs_of(batch, length)))
            want = model.predict(given if len(given) > 1 else next(iter(given.values())), verbose=0)
            want = [want[name] for name in names] if isinstance(want, dict) else [want]
            error = max(error, *(float(np.abs(a - b).max()) for a, b in zip(call(given), want)))
    return error, size, seconds, "length 7" if fixed else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--formats", nargs="+", default=list(FORMATS), choices=list(FORMATS))
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=list(MODELS))
    parser.add_argument("--table", help="a file to which the table is added, in Markdown")
    options = parser.parse_args()
    keras.utils.set_random_seed(0)
    engine = keras.backend.backend()
    lines = [
        f"\n| {engine}: error, kB, seconds | {' | '.join(options.formats)} |",
        "|---" * (len(options.formats) + 1) + "|",
    ]
    for name in options.models:
        cells = []
        for format in options.formats:
            try:
                error, size, seconds, remark = measured(MODELS[name], format)
                cells.append(f"{error:.1e}, {size:.1f}, {seconds:.2f} {remark}".strip())
            except ImportError as missing:
                cells.append(f"not here: {str(missing).partition('. ')[0]}")
            print(f"{engine:<11}{name:<12}{format:<15}{cells[-1]}", flush=True)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    if options.table:
        with open(options.table, "a") as file:
            file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
