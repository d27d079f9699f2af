"""The models that every format must hold, with inputs of two batch sizes and, where the time is unknown, of two lengths."""

import dataclasses

import numpy as np

import keras
from keras import layers, ops

LONGEST = 16
"""The most time steps that `transformer` has positions for."""


@dataclasses.dataclass(frozen=True)
class Case:
    """A model and what it is called on.

    Args:
        name: Name of the model.
        make: Function that makes the model.
        inputs: Function of a batch size and a length that gives the inputs, as `predict` takes them.
        bounds: Dict from the unknown axes of the inputs to their smallest and largest size.
        recurrent: Whether there are recurrent layers.
    """

    name: str
    make: object
    inputs: object
    bounds: dict = dataclasses.field(default_factory=dict)
    recurrent: bool = False

    def model(self):
        """The model with weights that are drawn anew, the same each time."""
        model = self.make()
        random = np.random.default_rng(7)
        for weight in model.weights:
            drawn = 0.3 * random.normal(size=weight.shape)
            weight.assign(1 + drawn**2 if weight.name.endswith("variance") else drawn)
        return model

    def samples(self):
        """Inputs of two batch sizes and lengths."""
        return [self.inputs(3, 7), self.inputs(5, 11)]

    def signature(self, batch=None, time=None):
        """An `input_signature` with the sizes that are given; `None` for unknown ones.

        Args:
            batch: Size of the batch.
            time: Length, where the model takes any.
        """
        return [
            {"shape": (batch, *_with(x.shape[1:], time)), "dtype": x.dtype, "name": x.name, "bounds": self.bounds}
            for x in keras.tree.flatten(self.make().inputs)
        ]


def _with(shape, time):
    return tuple(time if n is None else n for n in shape)


def _numbers(*shape):
    return np.random.default_rng(sum(shape)).normal(size=shape).astype("float32")


def _tokens(*shape):
    return np.random.default_rng(sum(shape)).integers(1, 12, size=shape).astype("int32")


def _padded_tokens(batch, time):
    tokens = _tokens(batch, time)
    for row in range(batch):
        tokens[row, time - row :] = 0
    return tokens


def mlp():
    return keras.Sequential(
        [
            keras.Input((6,), name="features"),
            layers.Dense(8, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(5, activation="gelu"),
            layers.Dense(3, activation="softmax"),
        ]
    )


def convnet():
    return keras.Sequential(
        [
            keras.Input((9, 9, 3), name="images"),
            layers.Conv2D(4, 3, strides=2, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.DepthwiseConv2D(3, padding="same"),
            layers.MaxPooling2D(2, padding="same"),
            layers.Flatten(),
            layers.Dense(2),
        ]
    )


def lstm():
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32", name="tokens"),
            layers.Embedding(12, 4, mask_zero=True),
            layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
            layers.LSTM(4),
            layers.Dense(2),
        ]
    )


@keras.saving.register_keras_serializable("export_testing")
class Positions(layers.Layer):
    """Adds a learned vector for each time step."""

    def build(self, input_shape):
        self.table = self.add_weight(shape=(LONGEST, input_shape[-1]), name="table")

    def call(self, inputs):
        return inputs + self.table[: ops.shape(inputs)[1]]


def transformer():
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    x = Positions()(layers.Embedding(12, 8)(tokens))
    y = layers.LayerNormalization()(x)
    x = x + layers.MultiHeadAttention(2, 4)(y, y, use_causal_mask=True)
    y = layers.Dense(16, activation="gelu")(layers.LayerNormalization()(x))
    x = x + layers.Dense(8)(y)
    return keras.Model(tokens, layers.Dense(12)(x))


def dict_model():
    first, second = keras.Input((4,), name="first"), keras.Input((5,), name="second")
    joined = layers.concatenate([layers.Dense(3, activation="tanh")(first), second])
    outputs = {"score": layers.Dense(1, activation="sigmoid")(joined), "hidden": layers.Dense(2)(joined)}
    return keras.Model({"first": first, "second": second}, outputs)


def mbconv():
    """A block as EfficientNet has it, with squeeze and excitation."""
    images = keras.Input((8, 8, 4), name="images")
    x = layers.BatchNormalization()(layers.Conv2D(8, 1, use_bias=False)(images))
    x = layers.Activation("swish")(x)
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
    x = layers.Activation("swish")(layers.BatchNormalization()(x))
    squeezed = layers.Reshape((1, 1, 8))(layers.GlobalAveragePooling2D()(x))
    squeezed = layers.Conv2D(2, 1, activation="swish")(squeezed)
    x = x * layers.Conv2D(8, 1, activation="sigmoid")(squeezed)
    x = layers.BatchNormalization()(layers.Conv2D(4, 1, use_bias=False)(x))
    return keras.Model(images, layers.GlobalAveragePooling2D()(layers.Add()([x, images])))


@keras.saving.register_keras_serializable("export_testing")
class Folded(layers.Layer):
    """A layer as users write them: weights, operators, ops, and sizes that are known when it runs only."""

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")

    def call(self, inputs):
        batch, time = ops.shape(inputs)[:2]
        width = inputs.shape[-1]
        folded = ops.reshape(inputs * self.scale, (batch * time, width))
        weights = ops.sigmoid(ops.sum(folded**2, axis=-1, keepdims=True) - ops.reshape(inputs, (-1, width))[:, :1])
        steps = ops.cast(ops.arange(time), inputs.dtype) / ops.cast(time, inputs.dtype)
        return ops.reshape(folded * weights, (batch, time, width)) + steps[None, :, None]


def own_layer():
    inputs = keras.Input((None, 4), name="sequence")
    return keras.Model(inputs, layers.Dense(2)(Folded()(inputs)))


CASES = {
    case.name: case
    for case in (
        Case("mlp", mlp, lambda batch, time: _numbers(batch, 6)),
        Case("convnet", convnet, lambda batch, time: _numbers(batch, 9, 9, 3)),
        Case("lstm", lstm, _padded_tokens, recurrent=True),
        Case("transformer", transformer, _tokens, bounds={1: (1, LONGEST)}),
        Case(
            "dict_model",
            dict_model,
            lambda batch, time: {"first": _numbers(batch, 4), "second": _numbers(batch, 5)},
        ),
        Case("mbconv", mbconv, lambda batch, time: _numbers(batch, 8, 8, 4)),
        Case("own_layer", own_layer, lambda batch, time: _numbers(batch, time, 4)),
    )
}
"""The models, by name."""
