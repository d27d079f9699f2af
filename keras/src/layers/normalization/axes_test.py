"""Axes that inputs do not have are refused by every layer that takes an axis, on arrays and on symbolic tensors."""

import numpy as np
import pytest

import keras
from keras import layers

LAYERS = {
    "BatchNormalization": lambda axis: layers.BatchNormalization(axis=axis),
    "LayerNormalization": lambda axis: layers.LayerNormalization(axis=[1, axis]),
    "GroupNormalization": lambda axis: layers.GroupNormalization(1, axis=axis),
    "RMSNormalization": lambda axis: layers.RMSNormalization(axis=axis),
    "UnitNormalization": lambda axis: layers.UnitNormalization(axis=axis),
    "Normalization": lambda axis: layers.Normalization(axis=axis, mean=0.0, variance=1.0),
    "Softmax": lambda axis: layers.Softmax(axis=axis),
    "PReLU": lambda axis: layers.PReLU(shared_axes=[axis]),
    "Dot": lambda axis: layers.Dot(axes=axis),
    "Dot of two": lambda axis: layers.Dot(axes=(1, axis)),
    "Concatenate": lambda axis: layers.Concatenate(axis=axis),
}
OF_TWO = ("Dot", "Dot of two", "Concatenate")


@pytest.mark.parametrize("axis", [10**9, -(10**9), 3, -4])
@pytest.mark.parametrize("name", LAYERS)
def test_axes_out_of_range(name, axis):
    for inputs in (np.ones((2, 4, 4), "float32"), keras.Input((4, 4))):
        with pytest.raises(ValueError, match="axis|axes"):
            LAYERS[name](axis)([inputs, inputs] if name in OF_TWO else inputs)


def test_no_axis_at_all():
    with pytest.raises(ValueError, match="must name an axis"):
        layers.LayerNormalization(axis=[])


def test_axes_that_are_no_numbers():
    for axis in ("a", None, (1,)):
        with pytest.raises(ValueError, match="must be an integer"):
            layers.GroupNormalization(1, axis=axis)(np.ones((2, 4, 4), "float32"))
