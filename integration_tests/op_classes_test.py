"""The classes of operations that Keras 3.15.1 has: their names, and what their constructors and calls take."""

import importlib
import inspect
import json
import pathlib

import numpy as np
import pytest

from keras.src import ops
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.ops import image, math
from keras.src.ops import numpy as numpy_ops

CLASSES = json.loads((pathlib.Path(__file__).parent / "api" / "op_classes.json").read_text())
# Our own, or Keras' way to take anything.
_ANY = {"name", "args", "kwargs"}


def class_of(path):
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def names(parameters):
    return [p.partition("=")[0] for p in parameters if p.partition("=")[0] not in _ANY]


@pytest.mark.parametrize("path", CLASSES)
def test_constructor(path):
    """The same parameters in the same order."""
    cls = class_of(path)
    signature = inspect.signature(cls if hasattr(cls, "declaration") else cls.__init__)
    assert [name for name in signature.parameters if name not in _ANY | {"self"}] == names(CLASSES[path]["init"])


@pytest.mark.parametrize("path", [path for path in CLASSES if hasattr(class_of(path), "declaration")])
def test_call(path):
    """The tensors and arguments of the call, without those that the constructor may be given instead."""
    declaration = class_of(path).declaration
    taken = [p.name for p in declaration.parameters if p.is_tensor or p.is_argument]
    assert [n for n in taken if n not in declaration.legacy] == names(CLASSES[path]["call"])


def test_tensors_in_the_constructor():
    weights, x = np.array([0.5, 1.0, 2.0], "float32"), np.array([1, 1, 3], "int32")
    expected = np.bincount(x, weights, 5)
    np.testing.assert_allclose(ops.convert_to_numpy(numpy_ops.Bincount(weights, 5, False)(x)), expected)
    np.testing.assert_allclose(ops.convert_to_numpy(numpy_ops.Bincount(minlength=5)(x, weights)), expected)
    places = np.array([0.0, 2.0, 3.0], "float32")
    result = numpy_ops.Trapezoid(places, 1.0, -1)(weights)
    np.testing.assert_allclose(ops.convert_to_numpy(result), np.trapezoid(weights, places))
    assert numpy_ops.Trapezoid(places).symbolic_call(KerasTensor((2, 3))).shape == (2,)


def test_the_shape_of_a_scaled_image_belongs_to_the_call():
    scale = image.ScaleAndTranslate((1, 2), "linear", False)
    images, factors = np.ones((1, 4, 4, 1), "float32"), np.array([2.0, 2.0], "float32")
    arguments = (1, 8, 8, 1), factors, factors * 0
    assert scale(images, *arguments).shape == (1, 8, 8, 1)
    assert scale.symbolic_call(KerasTensor((1, 4, 4, 1)), *arguments).shape == (1, 8, 8, 1)
    assert scale.get_config() == {"name": scale.name, "spatial_dims": (1, 2), "method": "linear", "antialias": False}


def test_reductions_of_segments():
    reduction = math.SegmentReduction(3, True)
    assert (reduction.num_segments, reduction.sorted) == (3, True)
