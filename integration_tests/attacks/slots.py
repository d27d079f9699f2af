"""Where in the config of a model a payload may stand."""

import json

import keras
from integration_tests.attacks.payloads import described, layer


def dense(**changes):
    return layer("Dense", **{"units": 2, "name": "dense", **changes})


def stack(*inner, **compile_config):
    first = layer("InputLayer", batch_shape=[None, 3], dtype="float32", name="input")
    model = described("keras", "Sequential", name="stack", layers=[first, *inner])
    return {**model, "compile_config": {"optimizer": "sgd", "loss": "mse", **compile_config}}


def graph(change):
    """The config of a model with a graph, of which `change` changes the call of an operation."""
    inputs = keras.Input((3,), name="input")
    model = keras.Model(inputs, keras.ops.leaky_relu(inputs), name="graph")
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(model)))
    change(config["config"]["layers"][1])
    return config


def as_argument(payload):
    return graph(lambda operation: operation["inbound_nodes"][0]["kwargs"].update(negative_slope=payload))


def as_operation(payload):
    def change(operation):
        rest = {key: operation[key] for key in ("name", "inbound_nodes")}
        operation.clear()
        operation.update({**payload, **rest} if isinstance(payload, dict) else {"config": payload, **rest})

    return graph(change)


SEQUENCES = layer("Reshape", target_shape=[3, 1], name="sequences")
CELL = layer("SimpleRNNCell", units=2)
L2 = described("keras.regularizers", "L2", l2=0.1)
ZEROS = described("keras.initializers", "Zeros")
SGD = described("keras.optimizers", "SGD", learning_rate=0.1)
MAE = described("keras.losses", "MeanAbsoluteError")
METRIC = described("keras.metrics", "MeanAbsoluteError")

# Name → (function that puts a payload there, what may stand there).
SLOTS = {
    "layer": (lambda payload: stack(payload), dense()),
    "layer of an inner model": (lambda payload: stack(stack(payload)), dense()),
    "activation": (lambda payload: stack(dense(activation=payload)), "relu"),
    "initializer": (lambda payload: stack(dense(kernel_initializer=payload)), ZEROS),
    "regularizer": (lambda payload: stack(dense(kernel_regularizer=payload)), L2),
    "regularizer of activities": (lambda payload: stack(dense(activity_regularizer=payload)), L2),
    "constraint": (lambda payload: stack(dense(bias_constraint=payload)), described("keras.constraints", "NonNeg")),
    "dtype": (lambda payload: stack(dense(dtype=payload)), described("keras", "DTypePolicy", name="float32")),
    "wrapped": (lambda payload: stack(SEQUENCES, layer("TimeDistributed", layer=payload)), dense()),
    "both ways": (lambda payload: stack(SEQUENCES, layer("Bidirectional", layer=payload)), layer("LSTM", units=1)),
    "backward": (
        lambda payload: stack(SEQUENCES, layer("Bidirectional", layer=layer("LSTM", units=1), backward_layer=payload)),
        layer("LSTM", units=1, go_backwards=True),
    ),
    "cell": (lambda payload: stack(SEQUENCES, layer("RNN", cell=payload)), CELL),
    "one of the cells": (lambda payload: stack(SEQUENCES, layer("RNN", cell=[payload])), CELL),
    "activation of a cell": (
        lambda payload: stack(SEQUENCES, layer("RNN", cell=layer("LSTMCell", units=2, recurrent_activation=payload))),
        "sigmoid",
    ),
    "normalized": (lambda payload: stack(layer("SpectralNormalization", layer=payload)), dense()),
    "pipeline": (lambda payload: stack(layer("Pipeline", layers=[payload])), layer("Rescaling", scale=2.0)),
    "argument of a call": (as_argument, 0.3),
    "operation": (as_operation, layer("ReLU", name="leaky_relu")),
    "loss": (lambda payload: stack(dense(), loss=payload), MAE),
    "loss of an output": (lambda payload: stack(dense(), loss={"dense": payload}), MAE),
    "function of a loss": (
        lambda payload: stack(dense(), loss=described("keras.losses", "LossFunctionWrapper", fn=payload)),
        None,
    ),
    "metric": (lambda payload: stack(dense(), metrics=[payload]), METRIC),
    "weighted metric": (lambda payload: stack(dense(), weighted_metrics=[payload]), METRIC),
    "function of a metric": (
        lambda payload: stack(dense(), metrics=[described("keras.metrics", "MeanMetricWrapper", fn=payload)]),
        None,
    ),
    "optimizer": (lambda payload: stack(dense(), optimizer=payload), SGD),
    "learning rate": (
        lambda payload: stack(dense(), optimizer=described("keras.optimizers", "SGD", learning_rate=payload)),
        described("keras.optimizers.schedules", "CosineDecay", initial_learning_rate=0.1, decay_steps=3),
    ),
    "inner optimizer": (
        lambda payload: stack(
            dense(), optimizer=described("keras.optimizers", "LossScaleOptimizer", inner_optimizer=payload)
        ),
        SGD,
    ),
}
OF_COMPILING = ("loss", "metric", "optimizer", "learning rate")
# Slots that files with the weights of `stack(dense())` do not fit.
OTHER_WEIGHTS = frozenset(
    "layer of an inner model|one of the cells|argument of a call|both ways|backward|activation of a cell|normalized|pipeline|operation"
    "|cell|wrapped".split("|")
)


def is_of_compiling(slot):
    return any(part in slot for part in OF_COMPILING)
