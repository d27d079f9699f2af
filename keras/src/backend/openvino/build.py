"""Small pieces from which graph kernels are built; all of them take and give outputs of nodes."""

import math

import numpy as np
import openvino as ov
import openvino.opset15 as opset

from keras.src.backend.common.shape_rules import canonical_axes
from keras.src.backend.openvino.tensor import GraphTensor, convert, graph_kernel, node, wrap


def shape_of(x):
    """Static shape as a tuple."""
    return tuple(x.get_shape())


def rank_of(x):
    """Number of dimensions."""
    return len(x.get_shape())


def ints(*values):
    """An int64 constant, a vector or (for one bare int) a scalar."""
    return opset.constant(np.array(values[0] if len(values) == 1 else values, dtype=np.int64)).output(0)


def like(value, x):
    """A scalar constant with the element type of `x`."""
    kind = x.get_element_type()
    if kind == ov.Type.boolean:
        return opset.constant(np.bool_(value)).output(0)
    if kind.is_real():
        return opset.convert(opset.constant(np.float64(value)), kind).output(0)
    return opset.convert(opset.constant(np.int64(value)), kind).output(0)


def operand(x, other):
    """`x` as an output: a Python scalar takes the element type of `other`."""
    return like(x, other) if isinstance(x, (bool, int, float)) else x


def is_real(x):
    """Whether the element type is floating-point."""
    return x.get_element_type().is_real()


def is_unsigned(x):
    """Whether the element type is an unsigned integer."""
    return x.get_element_type() in (ov.Type.u8, ov.Type.u16, ov.Type.u32, ov.Type.u64)


def broadcast_together(x1, x2):
    """Two tensors or arrays as `GraphTensor`s of one shape."""
    x1, x2 = (x if isinstance(x, GraphTensor) else wrap(node(np.asarray(x))) for x in (x1, x2))
    target = ints(list(np.broadcast_shapes(x1.shape, x2.shape)))
    return tuple(wrap(opset.broadcast(x.output, target)) for x in (x1, x2))


def axes_of(x, axis):
    """Tuple of axes counted from the front; all for None."""
    return canonical_axes(axis, rank_of(x))


def reshape(x, shape):
    """`x` in another static shape."""
    return opset.reshape(x, ints(list(shape)), False).output(0)


def transpose(x, order):
    """`x` with its dimensions in another order; where that undoes a former order, neither is in the graph."""
    order = [int(i) for i in order]
    undone = _undone(x, order)
    return opset.transpose(x, ints(order)).output(0) if undone is None else undone


_OF_ONE = {"Relu": opset.relu, "Sigmoid": opset.sigmoid, "Tanh": opset.tanh}
_WITH_CONSTANT = {"Add": opset.add, "Subtract": opset.subtract, "Multiply": opset.multiply, "Divide": opset.divide}


def _undone(x, order):
    """`x` in another order, which undoes that of a node before, maybe with element-wise ones between; else `None`."""
    if not isinstance(x, ov.Output):
        return None
    source = x.get_node()
    kind, inputs = source.get_type_name(), source.input_values()
    if kind == "Transpose":
        former = inputs[1].get_node()
        is_known = former.get_type_name() == "Constant"
        return inputs[0] if is_known and [former.data[i] for i in order] == sorted(order) else None
    is_of_two = kind in _WITH_CONSTANT and inputs[1].get_node().get_type_name() == "Constant"
    if kind not in _OF_ONE and not is_of_two:
        return None
    first = _undone(inputs[0], order)
    if first is None:
        return None
    if not is_of_two:
        return _OF_ONE[kind](first).output(0)
    shape = shape_of(inputs[1])
    other = reshape(inputs[1], (1,) * (len(order) - len(shape)) + shape)
    return _WITH_CONSTANT[kind](first, opset.transpose(other, ints(order))).output(0)


def flat(x):
    """`x` as a vector."""
    return reshape(x, (math.prod(shape_of(x)),))


def in_float(function):
    """Calls `function` with the first argument in float32 where it is an integer or bool, and returns to its type."""

    def wrapped(x, *args):
        kind = x.get_element_type()
        if kind.is_real():
            return function(x, *args)
        result = function(opset.convert(x, ov.Type.f32).output(0), *args)
        return opset.convert(result, kind)

    wrapped.__name__ = getattr(function, "__name__", "kernel")
    return wrapped


def in_float32(function):
    """Calls `function` with 16-bit floats in float32, and returns to their type."""

    def wrapped(x, *args):
        kind = x.get_element_type()
        if kind not in (ov.Type.f16, ov.Type.bf16):
            return function(x, *args)
        return opset.convert(function(opset.convert(x, ov.Type.f32).output(0), *args), kind)

    wrapped.__name__ = getattr(function, "__name__", "kernel")
    return wrapped


def unary(function):
    """A graph kernel of one tensor."""

    def kernel(x):
        return function(x)

    return graph_kernel(kernel)


def binary(function):
    """A graph kernel of two tensors, one of which may be a Python scalar."""

    def kernel(x1, x2):
        return function(operand(x1, x2), operand(x2, x1))

    return graph_kernel(kernel)


def to(x, name):
    """`x` in the dtype of that name."""
    return convert(x.output(0) if hasattr(x, "output") and not isinstance(x, ov.Output) else x, name)


def sliced(x, key, axis):
    """`x` cut along one axis by a Python slice."""
    start, stop, step = key.indices(shape_of(x)[axis])
    if (start, stop, step) == (0, shape_of(x)[axis], 1):
        return x
    if step < 0:
        places = list(range(start, stop, step))
        return opset.gather(x, ints(places), np.int64(axis)).output(0)
    return opset.slice(x, ints([start]), ints([stop]), ints([step]), ints([axis])).output(0)


def name_of(x):
    """Name of the dtype of an output."""
    return str(wrap(x).dtype)


def repeated(count, step, *state):
    """What `state`, `GraphTensor`s, has become after `count` calls `state = step(i, *state)`: one `Loop` node.

    Shapes and dtypes stay; `step` sees nothing of the graph but its arguments.
    """
    number = opset.parameter([], ov.Type.i32)
    inner = [opset.parameter(list(x.shape), x.output.get_element_type()) for x in state]
    results = [node(x) for x in step(wrap(number), *(wrap(p) for p in inner))]
    is_true = opset.constant(np.array(True))
    body = ov.Model([opset.result(x) for x in (is_true, *results)], [number, *inner], step.__name__)
    loop = opset.loop(opset.constant(np.int32(count)), is_true)
    loop.set_function(body)
    loop.set_special_body_ports([0, 0])
    for parameter, x, result in zip(inner, state, results):
        loop.set_merged_input(parameter, x.output, result)
    return tuple(wrap(loop.get_iter_value(x, -1)) for x in results)
