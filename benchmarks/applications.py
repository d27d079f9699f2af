"""What networks of `keras.applications` cost to build, and to ask for the first and the second time.

    KERAS_BACKEND=torch python benchmarks/applications.py [NETWORK ...]

Seconds: of the constructor with weights drawn at random, of the first `predict` on one batch, which compiles where the engine does, and
of the second one. The second building is measured as well, since the first one of a process loads parts of the library. By default
the smallest network of each family; with `--small`, one of them on small images; with `--top`, whole networks with their heads, each
of which is best measured in a process of its own. With `--processor`, seconds are those of the processor. Uses the public API only, so it runs under any
library named `keras`.
"""

import sys
import time

import numpy as np

import keras

SMALL, TOP = ("--small" in sys.argv, "--top" in sys.argv)
clock = time.process_time if "--processor" in sys.argv else time.perf_counter
GIVEN = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
FAMILIES = {
    "VGG16": 64,
    "ResNet50": 64,
    "ResNet50V2": 64,
    "Xception": 96,
    "InceptionV3": 96,
    "InceptionResNetV2": 96,
    "MobileNet": 64,
    "MobileNetV2": 64,
    "MobileNetV3Small": 64,
    "DenseNet121": 64,
    "NASNetMobile": 64,
    "EfficientNetB0": 64,
    "EfficientNetV2B0": 64,
    "ConvNeXtTiny": 64,
}
"""The smallest network of each family, and the size of the images."""


def seconds(function, *arguments, **options):
    """A result, and how long it took."""
    start = clock()
    result = function(*arguments, **options)
    return result, clock() - start


def measured(name, size):
    """Rows of one network."""
    network = getattr(keras.applications, name)
    arguments = {"weights": None, "include_top": False, "pooling": "avg", "input_shape": (size, size, 3)}
    if TOP:
        arguments, size = {"weights": None, "input_shape": (224, 224, 3)}, 224
    rows = {}
    for i in ("first", "second"):
        model, rows[f"{name}, {i} building"] = seconds(network, **arguments)
    images = np.random.default_rng(0).uniform(size=(2, size, size, 3)).astype("float32")
    for i in ("first", "second"):
        _, rows[f"{name}, {i} predict"] = seconds(model.predict, images, verbose=0)
    return rows


def main():
    names = GIVEN or (["ResNet50"] if SMALL else [name for name in FAMILIES if hasattr(keras.applications, name)])
    rows = {}
    for name in names:
        rows.update(measured(name, 32 if SMALL else FAMILIES.get(name, 96)))
    return rows


out = main()
if __name__ == "__main__":
    print(f"backend {keras.backend.backend()}, keras {keras.__version__}")
    for name, value in out.items():
        print(f"{name:40} {value:8.3f} s")
