"""Rows as in `own_rows.py` for distributions."""

import numpy as np

import keras
from integration_tests.mute.core import registered_in

ROWS = {}
row = registered_in(ROWS)


def _mesh():
    return keras.distribution.DeviceMesh((1, 1), ["batch", "model"], ["cpu:0"])


def _model_parallel():
    layout_map = keras.distribution.LayoutMap(_mesh())
    layout_map["one"] = ("model", None)
    return keras.distribution.ModelParallel(layout_map=layout_map)


@row("Distribution", "get_data_layout", data_shape=((8, 3), (8, 3, 2)))
def data_layout(folder, data_shape):
    return np.array([axis is None for axis in _model_parallel().get_data_layout(data_shape).axes])


@row("Distribution", "distribute_dataset", dataset=("one", "other"))
def dataset_of_process(folder, dataset):
    return _model_parallel().distribute_dataset(dataset)


@row("Distribution", "distribute_tf_dataset", dataset=("one", "other"))
def tf_dataset_of_process(folder, dataset):
    return _model_parallel().distribute_tf_dataset(dataset)


@row("DataParallel", "get_variable_layout", variable=((4, 2), (4,)))
def variable_replicated(folder, variable):
    layout = keras.distribution.DataParallel(devices=["cpu:0"]).get_variable_layout(keras.Variable(np.ones(variable)))
    return len(layout.axes)


@row("ModelParallel", "get_variable_layout", variable=("one", "other"))
def variable_of_map(folder, variable):
    layout = _model_parallel().get_variable_layout(keras.Variable(np.ones((2, 2)), name=variable))
    return str(layout.axes)


@row("ModelParallel", "get_tensor_layout", path=("one", "other"))
def tensor_of_map(folder, path):
    return str(_model_parallel().get_tensor_layout(path))
