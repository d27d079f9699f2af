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


LEAST = (31, 32, 70, 71, 74, 75, 330, 331)
"""Heights of images, from which the least that a network takes is found."""

REFUSED = {
    "no such file": {"weights": "no/such/file.weights.h5"},
    "other classes": {"weights": "imagenet", "classes": 10},
    "another activation": {"weights": "imagenet", "classifier_activation": "relu"},
    "another size": {"weights": "imagenet", "input_shape": (100, 100, 3)},
    "four channels": {"weights": "imagenet", "include_top": False, "input_shape": (400, 400, 4)},
    "no channels": {"weights": None, "input_shape": (400, 400)},
    "any size with a top": {"weights": None, "input_shape": (None, None, 3)},
}
"""Arguments that do not fit together, or fit no network."""


def arguments_of(keras, name, heights=LEAST):
    """What a network makes of its arguments: the least of `heights` that it takes, models, and what it refuses."""
    least = next(
        n for n in heights if _refusal(keras, name, weights=None, include_top=False, input_shape=(n, n, 3)) is None
    )
    images = (max(least, 64),) * 2 + (3,)
    tensor = keras.Input(images, name="given")
    ways = {
        "least": {"include_top": False, "input_shape": (least, least, 3), "pooling": "avg"},
        "classes": {"classes": 7, "classifier_activation": None, "input_tensor": tensor, "input_shape": images},
    }
    models = {way: _made(keras, name, weights=None, **arguments) for way, arguments in ways.items()}
    return {
        "height": least,
        "models": {way: _described(model) for way, model in models.items()},
        "refused": {case: _refusal(keras, name, **arguments) for case, arguments in REFUSED.items()},
    }


def _described(model):
    last = model.layers[-1]
    activation = getattr(getattr(last, "activation", None), "__name__", None)
    return [model.name, model.inputs[0].name == "given", list(model.input_shape), list(model.output_shape), activation]


def _made(keras, network, /, **arguments):
    """A network without values."""
    with keras.StatelessScope(initialize_variables=False):
        return getattr(keras.applications, network)(**arguments)


def _refusal(keras, network, /, **arguments):
    """Name of the exception that arguments raise, or `None`."""
    try:
        _made(keras, network, **arguments)
    except Exception as error:
        return type(error).__name__
    return None


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


def outputs(keras, name, data_format="channels_last"):
    """A few numbers that a filled network gives for drawn images, which come in the order of axes of `data_format`."""
    size, is_first = SMALLEST[name], data_format == "channels_first"
    keras.config.set_image_data_format(data_format)
    try:
        shape = _shape(size, is_first)
        model = getattr(keras.applications, name)(weights=None, include_top=False, input_shape=shape)
    finally:
        keras.config.set_image_data_format("channels_last")
    fill(model, GAINS.get(name, 1))
    least, most = (0, 255) if name.startswith(PIXELS) else (-1, 1)
    images = np.random.default_rng(0).uniform(least, most, (2, size, size, 3)).astype("float32")
    features = model.predict(np.moveaxis(images, -1, 1) if is_first else images, verbose=0).astype("float64")
    features = np.moveaxis(features, 1, -1) if is_first else features
    axes = tuple(range(1, features.ndim - 1))
    return {"mean": features.mean(axes)[:, :5].tolist(), "square": float((features**2).mean())}
