"""Tracing a function into an OpenVINO model, and running it."""

import threading

import numpy as np
import openvino as ov
import openvino.opset15 as opset
import openvino.properties.hint as hints

from keras.src import tree
from keras.src.backend.openvino.tensor import ComplexTensor, GraphTensor, NotInGraph, constant, element_type

_core = ov.Core()
# By default the runtime computes float32 models in bfloat16 where the processor can: results would be off by 5e-3.
_NARROWED = (np.int64, np.uint64)
_SETTINGS = {hints.inference_precision(): ov.Type.f32, hints.execution_mode(): hints.ExecutionMode.ACCURACY}


class Compiled:
    """A function of structures of arrays, compiled once per signature of its tensors.

    Args:
        function: Function made of `keras.ops` whose results are tensors; shapes are static in the graph.
    """

    def __init__(self, function):
        self.function = function
        self.trace_count = 0
        self._plans = {}

    def __call__(self, *args):
        leaves = tree.flatten(args)
        places = [i for i, x in enumerate(leaves) if isinstance(x, (np.ndarray, np.generic))]
        key = tuple((i, leaves[i].shape, leaves[i].dtype) for i in places)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._compile(args, leaves, places)
        return plan([leaves[i] for i in places])

    def _compile(self, args, leaves, places):
        self.trace_count += 1
        filled, parameters = list(leaves), []
        for i in places:
            filled[i], nodes = _parameter(leaves[i])
            parameters += nodes
        outputs = self.function(*tree.pack_sequence_as(args, filled))
        flat = tree.flatten(outputs)
        graph = [i for i, x in enumerate(flat) if isinstance(x, GraphTensor)]
        outputs_of_graph = [part.output for i in graph for part in _parts(flat[i])]
        results = [opset.result(x) for x in outputs_of_graph or [constant(np.float32(0))]]
        model = _core.compile_model(ov.Model(results, parameters), "CPU", _SETTINGS)
        return _Plan(model.create_infer_request(), outputs, flat, graph)


class _Plan:
    """A compiled model with the structure of its results."""

    def __init__(self, request, outputs, flat, graph):
        self.request, self.outputs, self.flat, self.graph = request, outputs, flat, graph
        self.is_single = isinstance(outputs, GraphTensor)
        # A request serves one thread at a time.
        self._lock = threading.Lock()

    def __call__(self, inputs):
        inputs = [_as_input(part) for x in inputs for part in _parts(x)]
        with self._lock:
            results = iter(self.request.infer(inputs, share_inputs=True).to_tuple())
            arrays = [_as_array(self.flat[i], results) for i in self.graph]
        if self.is_single:
            return arrays[0]
        flat = list(self.flat)
        for i, x in zip(self.graph, arrays):
            flat[i] = x
        return tree.pack_sequence_as(self.outputs, flat)


def _parameter(x):
    """A tensor that stands for an array, and the nodes of the graph's parameters for it."""
    nodes = [opset.parameter(list(part.shape), element_type(part.dtype)) for part in _parts(x)]
    parts = [GraphTensor(n.output(0)) for n in nodes]
    return parts[0] if len(parts) == 1 else ComplexTensor(*parts), nodes


def _parts(x):
    """What the runtime holds of a tensor: complex numbers are two tensors."""
    return (x.real, x.imag) if x.dtype.kind == "c" else (x,)


def _as_array(x, results):
    """The value of a node: a copy, since the runtime writes the next results to the same memory."""
    parts = [np.array(_as_dtype(next(results), part.dtype)) for part in _parts(x)]
    return parts[0] if len(parts) == 1 else (parts[0] + 1j * parts[1]).astype(x.dtype)


def _as_input(x):
    if x.dtype in _NARROWED and x.size and (x.max() >= 2**31 or x.min() < -(2**31)):
        raise NotInGraph(f"The runtime holds {x.dtype} in 32 bits, and an input has larger numbers.")
    x = np.ascontiguousarray(x).reshape(np.shape(x))
    if x.dtype.kind == "V" or str(x.dtype) == "bfloat16":
        return ov.Tensor(x.view(np.uint16 if x.dtype.itemsize == 2 else np.uint8), list(x.shape), element_type(x.dtype))
    return x


def _as_dtype(x, dtype):
    return x if x.dtype == dtype else x.view(dtype) if x.dtype.itemsize == dtype.itemsize else x.astype(dtype)
