"""Each argument of each public class and function of `keras.distribution` matters, or stands with where that is tested."""

import inspect

import numpy as np
import pytest

import keras
from keras.distribution import DataParallel, DeviceMesh, LayoutMap, ModelParallel, TensorLayout

ONE = DeviceMesh((1, 1), ["batch", "model"], ["cpu:0"])
LINE = DeviceMesh((2,), ["batch"], ["cpu:0", "cpu:1"])


def _map(mesh, axes=(None, "model")):
    layout_map = LayoutMap(mesh)
    layout_map[".*"] = axes
    return layout_map


def _seen(thing):
    """What can be seen of a mesh, a layout, a map or a distribution."""
    if isinstance(thing, DeviceMesh):
        return tuple(thing.shape), tuple(thing.axis_names), thing.devices.tolist()
    if isinstance(thing, TensorLayout):
        return thing.axes, None if thing.device_mesh is None else _seen(thing.device_mesh)
    if isinstance(thing, LayoutMap):
        return _seen(thing.device_mesh), list(thing)
    axes = thing.get_variable_layout(keras.Variable(np.ones((4, 2)))).axes
    return _seen(thing.device_mesh), thing.batch_dim_name, thing.auto_shard_dataset, axes


def _in_force(value):
    keras.distribution.set_distribution(value)
    try:
        return keras.distribution.distribution() is value, value is None
    finally:
        keras.distribution.set_distribution(None)


FIRST = DataParallel(devices=keras.distribution.list_devices()[:1])
ROWS = {
    ("DeviceMesh", "shape"): lambda x: DeviceMesh(x, ["a", "b"], ["cpu:0", "cpu:1"]),
    ("DeviceMesh", "axis_names"): lambda x: DeviceMesh((1,), x, ["cpu:0"]),
    ("DeviceMesh", "devices"): lambda x: DeviceMesh((1,), ["a"], x),
    ("TensorLayout", "axes"): lambda x: TensorLayout(x, ONE),
    ("TensorLayout", "device_mesh"): lambda x: TensorLayout(("batch",), x),
    ("LayoutMap", "device_mesh"): LayoutMap,
    ("DataParallel", "device_mesh"): lambda x: DataParallel(device_mesh=x),
    ("DataParallel", "devices"): lambda x: DataParallel(devices=x),
    ("DataParallel", "auto_shard_dataset"): lambda x: DataParallel(LINE, auto_shard_dataset=x),
    ("DataParallel", "shard_variables"): lambda x: DataParallel(LINE, shard_variables=x),
    ("ModelParallel", "layout_map"): lambda x: ModelParallel(layout_map=x),
    ("ModelParallel", "batch_dim_name"): lambda x: ModelParallel(layout_map=_map(ONE), batch_dim_name=x),
    ("ModelParallel", "auto_shard_dataset"): lambda x: ModelParallel(layout_map=_map(ONE), auto_shard_dataset=x),
    ("list_devices", "device_type"): keras.distribution.list_devices,
    ("get_device_count", "device_type"): keras.distribution.get_device_count,
    ("set_distribution", "value"): _in_force,
    ("distribute_tensor", "tensor"): lambda x: keras.distribution.distribute_tensor(x, None).shape,
}
PAIRS = {
    "shape": ((2, 1), (1, 2)),
    "axis_names": (["a"], ["b"]),
    "devices": (["cpu:0"], ["cpu:1"]),
    "axes": (("model", None), (None, "model")),
    "device_mesh": (DeviceMesh((1,), ["batch"], ["cpu:0"]), LINE),
    "auto_shard_dataset": (True, False),
    "shard_variables": (True, False),
    "layout_map": (_map(ONE), _map(ONE, ("model", None))),
    "batch_dim_name": ("batch", "model"),
    "device_type": ("cpu", "tpu"),
    "value": (FIRST, None),
    "tensor": (keras.ops.ones((2,)), keras.ops.ones((3,))),
}
ELSEWHERE = {
    ("distribute_tensor", "layout"): "where values lie stands in `jobs_test.py` and in the tests of the engines",
    ("initialize", "job_addresses"): "stands in `launchers_test.py`",
    ("initialize", "num_processes"): "stands in `launchers_test.py`",
    ("initialize", "process_id"): "stands in `launchers_test.py`",
    ("ModelParallel", "kwargs"): "what is not known raises, see `distribution_lib_test.py`",
}


@pytest.mark.parametrize("name, argument", ROWS)
def test_an_argument_matters(name, argument):
    first, second = map(ROWS[name, argument], PAIRS[argument])
    if isinstance(first, (DeviceMesh, TensorLayout, LayoutMap, DataParallel, ModelParallel)):
        first, second = _seen(first), _seen(second)
    assert first != second


def test_each_argument_stands_here():
    public = {name: getattr(keras.distribution, name) for name in keras.distribution.__all__}
    known = {(name, argument) for name, thing in public.items() for argument in inspect.signature(thing).parameters}
    assert known == {*ROWS, *ELSEWHERE}
