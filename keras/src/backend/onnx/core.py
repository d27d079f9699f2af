"""Tensors, constants and blocks of an ONNX graph; control flow is in `control_flow.py`."""

import contextlib
import functools

import numpy as np

from keras.src.backend.common.dtypes import result_type, standardize_dtype
from keras.src.backend.common.name_scope import name_scope  # noqa: F401
from keras.src.backend.common.variables import Variable  # noqa: F401
from keras.src.backend.onnx import build, graph
from keras.src.backend.onnx.control_flow import (  # noqa: F401
    associative_scan,
    cond,
    fori_loop,
    map,
    scan,
    switch,
    vectorized_map,
    while_loop,
)
from keras.src.backend.onnx.tensor import NotInGraph, Tensor, known, to_engine_dtype

TENSOR_TYPES = (Tensor,)
SUPPORTS_SPARSE_TENSORS = SUPPORTS_RAGGED_TENSORS = False
SUPPORTS_COMPLEX_DTYPES = False
IS_THREAD_SAFE = True
CAN_TRAIN = False

_take = {}


def take_constants(kinds, to_numpy):
    """Says how tensors of the running engine become arrays."""
    _take["to_numpy"] = to_numpy


def random_seed_dtype():
    """Dtype of seeds, which no graph uses."""
    return "uint32"


def custom_gradient(f):
    """The function alone, as graphs have no gradients."""
    return functools.wraps(f)(lambda *args, **kwargs: f(*args, **kwargs)[0])


def remat(f):
    """The function itself."""
    return f


def device_scope(device_name):
    """Graphs belong to no device."""
    return contextlib.nullcontext()


def get_device():
    """Graphs belong to no device; those that run them say which."""
    return "cpu:0"


def is_tensor(x):
    """Whether `x` is a value of a graph."""
    return isinstance(x, Tensor)


def is_building():
    """Whether a graph is being made."""
    return graph.is_open()


def is_traced(x):
    """Whether `x` is a value of a graph."""
    return isinstance(x, Tensor)


def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    """`x` as a value of the graph; arrays and numbers are constants."""
    if isinstance(x, Tensor):
        return x if dtype is None else cast(x, dtype)
    if isinstance(x, (list, tuple)):
        items = [convert_to_tensor(e) for e in x]
        if any(e.value is None for e in items):
            return _stacked(items, dtype)
    x = _take["to_numpy"](x)
    if dtype is None and x.dtype == np.float64:
        dtype = result_type("float64")
    return graph.constant(x if dtype is None else x.astype(to_engine_dtype(standardize_dtype(dtype))))


def _stacked(items, dtype):
    """Tensors along a new first axis, in one dtype."""
    dtype = dtype or next(str(e.dtype) for e in items if e.value is None)
    return build.concatenated([build.unsqueeze(cast(e, dtype), [0]) for e in items], 0)


def convert_to_numpy(x):
    """The value of a constant."""
    if isinstance(x, Tensor):
        if x.value is None:
            x._no_value()
        return x.value
    return _take["to_numpy"](x)


def shape(x):
    """Sizes as a tuple; unknown ones are scalars of the graph."""
    return tuple(graph.sizes_of(x))


def cast(x, dtype):
    """`x` in another dtype."""
    dtype = standardize_dtype(dtype)
    if dtype.startswith("complex"):
        raise NotInGraph("ONNX graphs have no complex numbers.")
    if dtype != "bool" or x.dtype.kind in "biu?":
        return build.cast(x, dtype)
    return graph.emit_elementwise("Not", [graph.emit_elementwise("Equal", [x, build.like(0, x)], np.bool_)])


def stop_gradient(variable):
    """`variable`: graphs have no gradients."""
    return variable


def compute_output_spec(fn, *args, **kwargs):
    """Not asked of a graph."""
    raise NotInGraph("Output specs are not computed in an ONNX graph.")


def unstack(x, num=None, axis=0):
    """List of slices along an axis."""
    axis %= x.ndim
    count = x.dims[axis] if num is None else num
    if not known(count):
        raise NotInGraph("A tensor of unknown length is not unstacked in an ONNX graph. Use `ops.scan` or `ops.map`.")
    return [x[(np.s_[:],) * axis + (i,)] for i in range(count)]


def slice(inputs, start_indices, shape):
    """A block of a tensor."""
    for axis, (start, size) in enumerate(zip(_each(start_indices), _each(shape))):
        stop = start + size if known(start) and known(size) else _sum(start, size)
        if known(size) and size == -1:
            stop = None
        inputs = build.sliced(inputs, axis, start, stop)
        if known(size) and size >= 0:
            inputs = _of_size(inputs, axis, size)
    return inputs


def _of_size(x, axis, size):
    """`x`, of which it is known that an axis has a size."""
    if x.dims[axis] != size:
        x.dims = (*x.dims[:axis], size, *x.dims[axis + 1 :])
    return x


def _each(values):
    """Positions as a list of ints and scalars."""
    if isinstance(values, Tensor):
        return values.value.tolist() if values.value is not None else unstack(values)
    return [v if isinstance(v, Tensor) and v.value is None else int(convert_to_numpy(v)) for v in values]


def _sum(a, b):
    return graph.emit_elementwise("Add", [build.cast(graph.constant(x), "int64") for x in (a, b)])


def slice_update(inputs, start_indices, updates):
    """A tensor with a block replaced."""
    starts = _each(start_indices)
    axes = [i for i, s in enumerate(starts) if not (known(s) and s == 0 and inputs.dims[i] == updates.dims[i])]
    places = []
    for i in axes:
        row = graph.emit("Range", [np.int64(0), _scalar(updates, i), np.int64(1)], (updates.dims[i],), np.int64)
        row = graph.emit_elementwise("Add", [row, build.cast(graph.constant(starts[i]), "int64")])
        places.append(row)
    if not axes:
        return updates
    order = axes + [i for i in range(inputs.ndim) if i not in axes]
    indices = _grid(places)
    moved = graph.transposed(inputs, order), graph.transposed(updates, order)
    result = graph.emit("ScatterND", [moved[0], indices, moved[1]], moved[0].dims, inputs.dtype)
    return graph.transposed(result, graph.inverse(order))


def _scalar(x, axis):
    return build.cast(graph.constant(graph.size(x, axis)), "int64")


def _grid(rows):
    """Indices of shape `(*lengths, number)` of all places that vectors of positions span."""
    dims = [row.dims[0] for row in rows]
    columns = []
    for i, row in enumerate(rows):
        column = build.unsqueeze(row, [j for j in range(len(rows)) if j != i]) if len(rows) > 1 else row
        columns.append(
            build.unsqueeze(build.broadcast_to(column, [_size(row, d) for row, d in zip(rows, dims)]), [len(rows)])
        )
    return build.concatenated(columns, -1)


def _size(row, dim):
    return dim if known(dim) else graph.size(row, 0)


def scatter(indices, values, shape):
    """Zeros to which values are added."""
    zeros = build.broadcast_to(build.like(0, values), list(shape))
    return scatter_update(zeros, indices, values, "add")


def scatter_update(inputs, indices, updates, reduction=None):
    """A tensor with values written, or combined, at indices."""
    kind = {None: "none", "add": "add", "max": "max", "min": "min", "mul": "mul"}[reduction]
    given = inputs if reduction is None else build.wide(inputs)
    inner = [given, build.cast(indices, "int64"), build.cast(updates, given.dtype)]
    return build.cast(graph.emit("ScatterND", inner, inputs.dims, given.dtype, reduction=kind), inputs.dtype)
