"""Configs of a few bytes that ask for gigabytes, or for work without an end: each place where a number becomes memory."""

import json

import keras
from integration_tests.attacks.payloads import described, layer
from integration_tests.attacks.slots import SEQUENCES, dense, stack

MANY, MOST = 10**9, 10**12
IMAGE = (8, 8, 3)


def fed(shape, *inner, dtype="float32"):
    """The config of a stack with inputs of this shape."""
    config = stack(*inner)
    config["config"]["layers"][0] = layer("InputLayer", batch_shape=[None, *shape], dtype=dtype, name="input")
    return config


def on_vectors(name, **config):
    return fed((3,), layer(name, **config))


def on_images(name, **config):
    return fed(IMAGE, layer(name, **config))


def on_sequences(name, **config):
    return stack(SEQUENCES, layer(name, **config))


def on_integers(name, **config):
    return fed((3,), layer(name, **config), dtype="int64")


def metric(name, **config):
    return stack(dense(), metrics=[described("keras.metrics", name, **config)])


def graph(call, shape, **changes):
    """The config of a model with an operation, of which some arguments are other ones than in `call`."""
    inputs = keras.Input(shape, name="input")
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(keras.Model(inputs, call(inputs)))))
    config["config"]["layers"][1]["config"].update(changes)
    return config


def feature(**changes):
    """The config of a `FeatureSpace`, with other arguments of the layer of its feature."""
    space = keras.utils.FeatureSpace({"a": keras.utils.FeatureSpace.integer_categorical(max_tokens=3)})
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(space)))
    config["config"]["features"]["a"]["config"]["preprocessor"]["config"].update(changes)
    return config


def nested(count, wrap):
    inner = layer("LSTM", units=1)
    for _ in range(count):
        inner = wrap(inner)
    return inner


ops = keras.ops
AT = {"SensitivityAtSpecificity": "specificity", "SpecificityAtSensitivity": "sensitivity"}
AT |= {"PrecisionAtRecall": "recall", "RecallAtPrecision": "precision"}
WEIGHTS = {
    "Dense": on_vectors("Dense", units=MOST),
    "wide inputs": fed((MOST,), layer("Dense", units=100)),
    "build_config": fed((3,), {**layer("Dense", units=100), "build_config": {"input_shape": [None, MOST]}}),
    "bias": on_vectors("EinsumDense", equation="ab,bc->ac", output_shape=[2], bias_axes="c", lora_rank=MOST),
    "EinsumDense": on_vectors("EinsumDense", equation="ab,bc->ac", output_shape=[MOST]),
    "LoRA": on_vectors("Dense", units=2, lora_rank=MOST),
    "Conv2D": on_images("Conv2D", filters=10**6, kernel_size=[10**6, 10**6]),
    "Conv2DTranspose": on_images("Conv2DTranspose", filters=MOST, kernel_size=3),
    "DepthwiseConv2D": on_images("DepthwiseConv2D", kernel_size=3, depth_multiplier=MOST),
    "SeparableConv2D": on_images("SeparableConv2D", filters=1, kernel_size=3, depth_multiplier=MOST),
    "Embedding": on_integers("Embedding", input_dim=10**10, output_dim=8),
    "Orthogonal": fed((10**6,), dense(units=10**6, kernel_initializer=described("keras.initializers", "Orthogonal"))),
    "Identity": fed((10**6,), dense(units=10**6, kernel_initializer=described("keras.initializers", "Identity"))),
    "Constant": on_vectors("Dense", units=MANY, bias_initializer=described("keras.initializers", "Constant", value=1)),
    "LSTM": on_sequences("LSTM", units=MANY),
    "GRU": on_sequences("GRU", units=MANY),
    "ConvLSTM2D": fed((2, *IMAGE), layer("ConvLSTM2D", filters=MOST, kernel_size=3)),
    "TimeDistributed": on_sequences("TimeDistributed", layer=dense(units=MOST)),
    "Bidirectional": on_sequences("Bidirectional", layer=layer("LSTM", units=MANY)),
    "SpectralNormalization": on_vectors("SpectralNormalization", layer=dense(units=MOST)),
    "BatchNormalization": fed((MOST,), layer("BatchNormalization")),
    "LayerNormalization": fed((MOST,), layer("LayerNormalization")),
    "GroupNormalization": fed((MOST,), layer("GroupNormalization", groups=MOST)),
    "Normalization": fed((MOST,), layer("Normalization", axis=[1])),
    "PReLU": fed((10**6, 10**6), layer("PReLU")),
    "STFTSpectrogram": fed(
        (2**26, 1), layer("STFTSpectrogram", frame_length=2**25, frame_step=9, fft_length=2**25, mode="stft")
    ),
    "model in a model": stack(on_vectors("Dense", units=MOST)),
}
# What counts together, and is below the limit of a file where nobody sets one.
SUMS = {
    "cells": on_sequences(
        "RNN", cell=layer("StackedRNNCells", cells=[layer("LSTMCell", units=900, recurrent_initializer="zeros")] * 9)
    ),
    "slots of an optimizer": {
        **on_vectors("Dense", units=10**6),
        "compile_config": {"optimizer": described("keras.optimizers", "Adam", learning_rate=0.1), "loss": "mse"},
    },
}
METRICS = {
    "AUC": metric("AUC", num_thresholds=2**24),
    "labels of AUC": metric("AUC", num_thresholds=3, multi_label=True, num_labels=MANY),
    **{name: metric(name, num_thresholds=2**24, **{rate: 0.5}) for name, rate in AT.items()},
    "MeanIoU": metric("MeanIoU", num_classes=10**6),
    "OneHotIoU": metric("OneHotIoU", num_classes=10**6, target_class_ids=[0]),
}
OTHERS = {
    "tokens for unknown integers": on_integers("IntegerLookup", vocabulary=[1, 2], num_oov_indices=MOST),
    "tokens for unknown words": fed(
        (3,), layer("StringLookup", vocabulary=["a"], num_oov_indices=MANY), dtype="string"
    ),
    "frequencies": fed((16000,), layer("MelSpectrogram", fft_length=2**40)),
    "bands": fed((16000,), layer("MelSpectrogram", num_mel_bins=MANY)),
    "kernel of a blur": fed((10**6, 10**6, 3), layer("RandomGaussianBlur", kernel_size=MANY + 1)),
    "split": graph(lambda x: ops.split(x, 3, axis=1)[0], (6,), indices_or_sections=MANY, axis=0),
    "array_split": graph(lambda x: ops.array_split(x, 3, axis=1)[0], (6,), indices_or_sections=MOST),
    "unstack": graph(lambda x: ops.unstack(x, axis=1)[0], (6,), num=MANY, axis=0),
}
# What is no model, or stands beside it in the file.
BESIDE = {**METRICS, "feature of a FeatureSpace": feature(num_oov_indices=MOST)}
# Each asks for more than any limit allows.
ALONE = {**WEIGHTS, **OTHERS}
# Deeper than a config may be, or than Python can follow.
DEEP = {
    "Bidirectional": stack(SEQUENCES, nested(10**4, lambda inner: layer("Bidirectional", layer=inner))),
    "TimeDistributed": stack(SEQUENCES, nested(10**4, lambda inner: layer("TimeDistributed", layer=inner))),
    "models": stack(nested(10**4, lambda inner: described("keras", "Sequential", layers=[inner]))),
    "lists": stack(nested(10**4, lambda inner: [inner])),
}
# Large numbers that take nothing before the model is called; or are refused, for any reason.
HARMLESS = {
    "units of a mask": fed((MOST,), layer("Masking")),
    "RepeatVector": on_vectors("RepeatVector", n=MOST),
    "UpSampling2D": on_images("UpSampling2D", size=[10**6, 10**6], interpolation="bilinear"),
    "ZeroPadding2D": on_images("ZeroPadding2D", padding=MOST),
    "MaxPooling2D": on_images("MaxPooling2D", pool_size=MOST, padding="same"),
    "AdaptiveAveragePooling2D": on_images("AdaptiveAveragePooling2D", output_size=MANY),
    "Resizing": on_images("Resizing", height=MANY, width=MANY, pad_to_aspect_ratio=True),
    "CenterCrop": on_images("CenterCrop", height=MANY, width=MANY),
    "RandomCrop": on_images("RandomCrop", height=MANY, width=MANY),
    **{
        name: fed((10**6, 10**6, 3), layer(name, **config))
        for name, config in {
            "RandomRotation": {"factor": 0.1},
            "RandomPerspective": {},
            "RandomElasticTransform": {},
            "AugMix": {"num_chains": MANY, "chain_depth": MANY},
            "RandAugment": {"num_ops": MANY},
            "Equalization": {"bins": MANY},
        }.items()
    },
    "unrolled LSTM": fed((MANY, 1), layer("LSTM", units=2, unroll=True)),
    "steps": fed((MANY, 1), layer("TimeDistributed", layer=dense())),
    "power_iterations": on_vectors("SpectralNormalization", layer=dense(), power_iterations=MOST),
    "noise_shape": on_vectors("Dropout", rate=0.1, noise_shape=[10**6, 10**6]),
    "Discretization": on_vectors("Discretization", num_bins=MOST),
    "Hashing": on_integers("Hashing", num_bins=MOST, output_mode="one_hot"),
    "CategoryEncoding": on_integers("CategoryEncoding", num_tokens=MOST),
    "max_tokens": on_integers(
        "IntegerLookup", vocabulary=[1], max_tokens=MOST, output_mode="multi_hot", pad_to_max_tokens=True
    ),
    "words": fed((), layer("TextVectorization", vocabulary=["a"], output_sequence_length=MOST), dtype="string"),
    "mean of Normalization": fed((MOST,), layer("Normalization", mean=0.0, variance=1.0)),
    "dtype of an array": on_vectors(
        "Dense", units=1, bias_initializer={"class_name": "__numpy__", "config": {"value": [0], "dtype": "V5000000000"}}
    ),
    "top_k": metric("Precision", top_k=MOST, class_id=MOST),
    "decay_steps": stack(
        dense(),
        optimizer=described(
            "keras.optimizers",
            "SGD",
            learning_rate=described(
                "keras.optimizers.schedules", "CosineDecay", initial_learning_rate=0.1, decay_steps=MOST
            ),
        ),
    ),
    "tensordot": graph(lambda x: ops.tensordot(x, x, axes=1), (6,), axes=MANY),
    "tile": graph(lambda x: ops.tile(x, [1, 2]), (6,), repeats=[1, MOST]),
    "repeat": graph(lambda x: ops.repeat(x, 2, axis=1), (6,), repeats=MOST),
    "one_hot": graph(lambda x: ops.one_hot(ops.cast(x, "int32"), 3), (6,)),
    "frames": graph(lambda x: ops.istft((x, x), 4, 2, 4), (9, 3), sequence_length=MOST, fft_length=MOST),
    "zeros by a Lambda": on_vectors("Lambda", function="zeros", arguments={"shape": [MOST]}),
    "arange by a Lambda": on_vectors("Lambda", function="arange", arguments={"stop": MOST}),
    "name": stack(dense(name="a" * 10**6)),
}
