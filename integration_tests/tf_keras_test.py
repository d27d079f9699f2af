"""`tf.keras`: the packages `keras._tf_keras.keras...` have every public name, and some of their own.

`api/tf_keras.json` lists what Keras 3.15.1 has there alone: parameters with their defaults of functions, the word "type" for classes.
"""

import importlib
import inspect
import json
from pathlib import Path

import pytest

import keras
from integration_tests.api_test import public_packages, signature_faults
from integration_tests.isolated import output_of

OWN = json.loads(Path(__file__).parent.joinpath("api", "tf_keras.json").read_text(encoding="utf-8"))
WHERE = "keras._tf_keras."


def value_of(name):
    package, _, short = name.rpartition(".")
    return getattr(importlib.import_module(package), short)


@pytest.mark.parametrize("namespace", public_packages())
def test_public_names_are_the_same_objects(namespace):
    public, mirrored = importlib.import_module(namespace), importlib.import_module(WHERE + namespace)
    same = [short for short in public.__all__ if f"{namespace}.{short}" not in OWN]
    assert set(public.__all__) <= set(mirrored.__all__) and set(public.__all__) <= set(dir(mirrored))
    apart = [short for short in same if getattr(mirrored, short) is not getattr(public, short)]
    assert {f"{namespace}.{short}" for short in apart} <= WITH_NAMES_OF_THEIR_OWN


WITH_NAMES_OF_THEIR_OWN = {name.rsplit(".", level)[0] for name in OWN for level in range(1, name.count("."))}


@pytest.mark.parametrize("namespace", sorted({name.rpartition(".")[0] for name in OWN}))
def test_names_of_its_own(namespace):
    faults = []
    for name, expected in OWN.items():
        if name.rpartition(".")[0] != namespace:
            continue
        try:
            value = value_of(WHERE + name)
        except (AttributeError, ModuleNotFoundError):
            faults.append(f"{name} is missing")
            continue
        if expected == "type":
            faults += [] if inspect.isclass(value) else [f"{name} is no class"]
            continue
        actual = [(str(p).split("=")[0], p.default) for p in inspect.signature(value).parameters.values()]
        names = [parameter for parameter, _ in actual]
        faults += [f"{name}{names}"] if names != [row[0] for row in expected] else []
        faults += [f"{name}: {fault}" for fault in signature_faults(expected, actual)]
    assert not faults, "\n".join(faults)


def test_nobody_but_tf_keras_shows_them():
    assert not hasattr(keras.losses, "mse") and not {"_legacy", "_tf_keras"} & set(keras.__all__)
    assert keras._tf_keras.keras.losses.mse is keras.losses.mean_squared_error
    assert keras._tf_keras.keras.metrics.MAPE is keras.metrics.mean_absolute_percentage_error


def test_each_way_of_importing_leads_to_one_module():
    """As TensorFlow, which finds these packages as `tensorflow.keras`, of a folder that it adds to its `__path__`."""
    code = """
import os, sys, types
import keras, keras._tf_keras
package = types.ModuleType("tensorflow")
package.__path__ = [os.path.dirname(keras._tf_keras.__file__)]
sys.modules["tensorflow"] = package

import tensorflow.keras.optimizers.schedules
from tensorflow.keras import layers, losses
from tensorflow.keras.layers import AlphaDropout, Dense
from tensorflow.keras.saving import load_model
import keras._tf_keras.keras as tf_keras
import keras._tf_keras.keras.layers

assert tensorflow.keras is tf_keras and layers is tf_keras.layers and losses is tf_keras.losses
assert Dense is keras.layers.Dense and AlphaDropout is not keras.layers.AlphaDropout
assert tensorflow.keras.optimizers is keras.optimizers
assert tensorflow.keras.optimizers.schedules is keras.optimizers.schedules
assert keras.optimizers.schedules.__name__ == "keras.optimizers.schedules"
assert load_model is keras.saving.load_model
assert tf_keras.__version__ == keras.__version__
try:
    import tensorflow.keras.src
except ModuleNotFoundError:
    print("one of each")
"""
    # On an engine that does not need the TensorFlow whose place the package takes.
    assert output_of(code, KERAS_BACKEND="numpy") == "one of each"


def test_nothing_is_imported_beforehand():
    code = """
import sys
import keras._tf_keras.keras as tf_keras
assert "keras._tf_keras.keras.layers" not in sys.modules and "keras.layers" not in sys.modules
tf_keras.layers
assert "keras.src.layers.layer" not in sys.modules
print("lazy")
"""
    assert output_of(code) == "lazy"


def test_from_tensorflow():
    pytest.importorskip("tensorflow")
    code = """
import tensorflow as tf
model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
import keras
from tensorflow.keras.layers import Dense
from tensorflow.keras import layers
assert isinstance(model, keras.Model) and Dense is keras.layers.Dense and layers.Dense is Dense
assert tf.keras.losses.Reduction.SUM == "sum" and tf.keras.__version__ == keras.__version__
assert tf.keras.optimizers.schedules.ExponentialDecay is keras.optimizers.schedules.ExponentialDecay
print(model.count_params())
"""
    assert output_of(code).splitlines()[-1] == "3"
