"""Layers that prepare data, in processes that loaders fork from one in which JAX or TensorFlow runs.

Neither computes there: a call would wait forever for threads that the parent has. What such a worker does is to prepare
arrays, so it goes on with NumPy when it first calls a layer of data, or one made of such, that the parent made. Processes
that make layers of their own are left alone, as are those on engines that compute after a fork.
"""

import numpy as np

from keras.src import backend, tree
from keras.src.backend.common import workers
from keras.src.backend.common.global_state import STATE
from keras.src.layers.core.input_layer import InputLayer
from keras.src.layers.layer_call import LayerCall
from keras.src.ops import dispatch

_ENGINE = "numpy"
_usual_call = LayerCall.__call__
_parent_computed = [False]


def watch_calls():
    """Called in a forked process, before anything else runs in it."""
    if not backend.core.RUNS_AFTER_FORK:
        _parent_computed[0] = any(declaration.plans for declaration in dispatch.declared)
        LayerCall.__call__ = _call_in_worker


def _call_in_worker(self, *args, **kwargs):
    if STATE.call is None and self.__dict__.get("_process") != workers.number() and _prepares_data_of_parent(self):
        if backend.core.RUNS_AFTER_FORK or (_engine_is_lost(self) and _are_of_host(args, kwargs)):
            _bring(self)
    return _usual_call(self, *args, **kwargs)


def _prepares_data_of_parent(layer):
    """Whether a layer is one of data, which knows its process, and was made before the fork, or holds only such."""
    process = layer.__dict__.get("_process")
    if process is not None:
        return process != workers.number()
    inner = [each for each in layer._layers if not isinstance(each, InputLayer)]
    return bool(inner) and all(map(_prepares_data_of_parent, inner))


def _engine_is_lost(layer):
    """Whether the engine ran before the fork: an op did, or a variable was made."""
    return _parent_computed[0] or bool(layer.variables)


def _are_of_host(args, kwargs):
    """Whether a call is on arrays, and not on tensors or descriptions of them."""
    leaves = tree.flatten((args, kwargs))
    return not any(isinstance(x, backend.KerasTensor) or backend.is_tensor(x) for x in leaves)


def _bring(layer):
    """Makes a layer of the parent, and those within, compute here."""
    if not backend.core.RUNS_AFTER_FORK:
        backend.go_on_with(_ENGINE)
    for each in layer._flatten_layers():
        each.__dict__["_process"] = workers.number()
        each._forget_the_way()
        for variable in each._own_weights:
            variable.assign(np.asarray(variable._value))
