"""Graph kernels of `keras.src.ops.core`."""

import numpy as np
import openvino.opset15 as opset

from keras.src.backend.common.windows import is_to_end
from keras.src.backend.openvino.build import ints, operand, shape_of
from keras.src.backend.openvino.tensor import NotInGraph, constant, convert, graph_kernel, wrap


@graph_kernel
def stop_gradient(variable):
    return variable


def unstack(x, num, axis):
    return [x[(np.s_[:],) * (axis % x.ndim) + (i,)] for i in range(x.shape[axis] if num is None else num)]


@graph_kernel
def scatter(indices, values, shape):
    zeros = constant(np.zeros(shape, wrap(values).dtype))
    return opset.scatter_nd_update(zeros, indices, values, "sum")


_REDUCTIONS = {None: "none", "add": "sum", "max": "max", "min": "min", "mul": "prod"}


@graph_kernel
def scatter_update(inputs, indices, updates, reduction):
    return opset.scatter_nd_update(inputs, indices, operand(updates, inputs), _REDUCTIONS[reduction])


def _window(start_indices, sizes, shape):
    """Ends of a window, moved inside where it would reach beyond the end."""
    starts = convert(start_indices, "int64")
    latest = ints([n - s for n, s in zip(shape, sizes)])
    starts = opset.minimum(opset.maximum(starts, ints([0] * len(shape))), latest)
    return starts, opset.add(starts, ints(list(sizes)))


@graph_kernel
def slice(inputs, start_indices, shape):
    if any(map(is_to_end, shape)):
        raise NotInGraph("the size of a slice up to an end whose start is a tensor depends on values")
    starts, stops = _window(start_indices, shape, shape_of(inputs))
    result = opset.slice(inputs, starts, stops, ints([1] * len(shape)), ints(list(range(len(shape)))))
    return opset.reshape(result, ints(list(shape)), False)


@graph_kernel
def slice_update(inputs, start_indices, updates):
    sizes = shape_of(updates)
    starts, stops = _window(start_indices, sizes, shape_of(inputs))
    return opset.slice_scatter(inputs, updates, starts, stops, ints([1] * len(sizes)), ints(list(range(len(sizes)))))
