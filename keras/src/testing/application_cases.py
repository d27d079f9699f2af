"""What tests compare of the networks of `keras.applications`; shared with the script that asks an independent implementation.

Only the public `keras` that the caller imported is used.
"""

import hashlib
import json

import numpy as np

SMALLEST = {
    "VGG16": 32,
    "ResNet50": 40,
    "ResNet50V2": 40,
    "Xception": 71,
    "InceptionV3": 75,
    "ConvNeXtTiny": 32,
    "DenseNet121": 32,
    "MobileNet": 32,
    "MobileNetV2": 32,
    "MobileNetV3Small": 32,
    "NASNetMobile": 32,
    "InceptionResNetV2": 75,
    "EfficientNetB0": 32,
    "EfficientNetV2B0": 32,
}
"""The smallest network of each family, with the size of the images whose outputs are compared."""

PIXELS = ("ConvNeXt", "EfficientNet", "MobileNetV3")
"""How the names of networks begin that take images from 0 to 255; others get images from -1 to 1."""

GAINS = {"EfficientNetB0": 2.8, "EfficientNetV2B0": 1.4, "MobileNetV3Small": 2.3}
"""Factors of the kernels of networks through which too little of the images would reach the features otherwise."""

WAYS = {
    "top": {},
    "features": {"include_top": False, "pooling": "max"},
    "first": {"include_top": False},
}
"""Arguments by way of making a network. `first` is made with channels first."""

SIZES = {"NASNetLarge": 331}
"""Images of networks that Keras 3.15.1 makes by default, without top, for any size, and which then take none at all."""


def of_way(keras, name, way):
    """A network without values, which costs no memory; counted names begin anew."""
    keras.utils.clear_session()
    formats, arguments = {"first": "channels_first"}, dict(WAYS[way])
    if name in SIZES:
        arguments["input_shape"] = _shape(SIZES[name], is_first=way == "first")
    keras.config.set_image_data_format(formats.get(way, "channels_last"))
    try:
        with keras.StatelessScope(initialize_variables=False):
            return getattr(keras.applications, name)(weights=None, **arguments)
    finally:
        keras.config.set_image_data_format("channels_last")


def _shape(size, is_first):
    return (3, size, size) if is_first else (size, size, 3)


def summary(model):
    """What is compared of a network: its number of parameters, and digests of shapes of weights and of the config."""
    weights = [list(v.shape) for v in model.weights]
    return {
        "parameters": int(sum(np.prod(shape) for shape in weights)),
        "weights": _digest([v.path.rpartition("/")[2] for v in model.weights] + weights),
        "config": _digest(_config(model)),
    }


def _config(model):
    """The config of a model without what implementations need not agree on.

    That is what layers were built with, and a `training` that nobody wrote.
    """
    config = model.get_config()
    for layer in config["layers"]:
        layer.pop("build_config", None)
        for node in layer["inbound_nodes"]:
            if node["kwargs"].get("training") is False:
                del node["kwargs"]["training"]
    return config


def _digest(value):
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def fill(model, gain=1):
    """Gives a network weights that hang on their places and shapes alone, of a size that keeps numbers in range.

    Kernels are `gain` times as large.
    """
    values = []
    for i, variable in enumerate(model.weights):
        draw = np.random.default_rng(i).standard_normal(tuple(variable.shape), dtype="float32")
        values.append(_in_range(variable, draw, gain))
    model.set_weights(values)


def _in_range(variable, draw, gain):
    kind = variable.path.rpartition("/")[2]
    if "kernel" in kind:
        inputs = np.prod(draw.shape[:-2]) if "depthwise" in kind else np.prod(draw.shape[:-1])
        return draw * np.float32(gain * np.sqrt(2 / inputs))
    if kind in ("gamma", "variance", "moving_variance"):
        return 1 + np.float32(0.1) * np.tanh(draw)
    return np.float32(0.1) * draw


def outputs(keras, name):
    """A few numbers that a filled network gives for drawn images."""
    size = SMALLEST[name]
    model = getattr(keras.applications, name)(weights=None, include_top=False, input_shape=(size, size, 3))
    fill(model, GAINS.get(name, 1))
    least, most = (0, 255) if name.startswith(PIXELS) else (-1, 1)
    images = np.random.default_rng(0).uniform(least, most, (2, size, size, 3)).astype("float32")
    features = model.predict(images, verbose=0).astype("float64")
    axes = tuple(range(1, features.ndim - 1))
    return {"mean": features.mean(axes)[:, :5].tolist(), "square": float((features**2).mean())}
