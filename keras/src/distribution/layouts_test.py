"""Meshes and layouts as other libraries make and read them."""

import re

import numpy as np
import pytest

import keras
from keras.distribution import DeviceMesh, LayoutMap, TensorLayout

DEVICES = ["cpu:0", "cpu:1", "cpu:2", "cpu:3"]


@pytest.fixture
def mesh():
    return DeviceMesh((2, 2), ["batch", "model"], DEVICES)


def test_devices_of_this_process():
    names = keras.distribution.list_devices("cpu")
    assert names[0] == "cpu:0" and len(names) == keras.distribution.get_device_count("cpu")
    assert keras.distribution.list_devices() and keras.distribution.list_devices("CPU") == names
    assert keras.distribution.list_devices("abacus") == []


def test_a_mesh_is_a_grid_of_devices(mesh):
    np.testing.assert_array_equal(mesh.devices, np.array(DEVICES).reshape(2, 2))
    assert (mesh.shape, mesh.axis_names) == ((2, 2), ["batch", "model"])
    own = keras.distribution.list_devices()
    assert DeviceMesh((len(own),), ["all"]).devices.tolist() == own
    for shape, names, devices, message in (
        ((2, 2), ["batch", "model"], ["cpu:0"], "Shape does not match the number of devices.*4 places"),
        ((2,), ["batch", "model"], DEVICES[:2], "Shape and axis_names should have same size"),
        ((), [], DEVICES, "Shape and axis_names cannot be empty"),
        ((2, 2), ["batch", "batch"], DEVICES, "Each axis of a mesh has a name of its own"),
        ((-2, -2), ["batch", "model"], DEVICES, "Each axis of a mesh has one place or more"),
    ):
        with pytest.raises(ValueError, match=message):
            DeviceMesh(shape, names, devices)


def test_a_layout_names_axes_of_its_mesh(mesh):
    layout = TensorLayout(["model", None])
    assert layout.axes == ("model", None) and layout.device_mesh is None
    layout.device_mesh = mesh
    assert layout.device_mesh is mesh
    with pytest.raises(ValueError, match="Cannot override device mesh value"):
        layout.device_mesh = mesh
    with pytest.raises(ValueError, match="Invalid axis names for Layout. Valid axis names: .*batch.*model.*, Got .*x"):
        TensorLayout(["x"], mesh)
    with pytest.raises(ValueError, match="An axis of a mesh divides one axis of a tensor at most"):
        TensorLayout(["model", "model"], mesh)
    with pytest.raises(ValueError, match="belongs to no mesh yet"):
        keras.distribution.distribute_tensor(np.ones((2, 2)), TensorLayout(("model", None)))


def test_layouts_are_found_by_path(mesh):
    layouts = LayoutMap(mesh)
    layouts["dense.*kernel"] = (None, "model")
    layouts["a/dense_1/kernel"] = TensorLayout(("batch", None))
    assert layouts["dense_3/kernel"].axes == (None, "model")
    assert layouts["dense_3/kernel"].device_mesh is layouts.device_mesh is mesh
    assert layouts["a/dense_1/kernel"].axes == ("batch", None) and layouts["a/dense_1/kernel"].device_mesh is mesh
    assert layouts["b/dense/kernel"] is None and list(layouts) == ["dense.*kernel", "a/dense_1/kernel"]
    layouts["dense_3.*"] = (None, None)
    with pytest.raises(ValueError, match="matches multiple layout specification keys"):
        layouts["dense_3/kernel"]
    del layouts["dense_3.*"]
    assert len(layouts) == 2
    with pytest.raises(ValueError, match="already exist in the LayoutMap"):
        layouts["dense.*kernel"] = (None,)
    for key in ("dense(/kernel", "*", 3):
        with pytest.raises(
            ValueError, match=f"path of a variable, or a regular expression.*Received: {re.escape(repr(key))}"
        ):
            layouts[key] = (None,)
    assert len(layouts) == 2
    with pytest.raises(ValueError, match="should be a TensorLayout type"):
        layouts["bias"] = 3
