"""Gradients in 16 bits that replicas share: sums over rows, computed in float32 and rounded once, when the parts are added up.

On CPUs TensorFlow adds up products, convolutions and sums of bfloat16 in float32 and rounds the result. Where replicas have parts of
the rows, each would round its own. So the graph is followed from a gradient back to the op that sums over the rows, which is
computed in float32 instead; what rounds it, and gives it its shape, follows when the parts of all replicas are added up.
"""

import tensorflow as tf

from keras.src.backend.tensorflow.support import HALF
from keras.src.backend.tensorflow.tensors import cast

# Ops that sum over rows.
_SUMS = {
    "BatchMatMulV2",
    "BiasAddGrad",
    "Conv2DBackpropFilter",
    "Conv3DBackpropFilterV2",
    "DepthwiseConv2dNativeBackpropFilter",
    "MatMul",
    "Sum",
    "UnsortedSegmentSum",
}
# Ops of one tensor that neither add nor round.
_MOVES = {"ExpandDims", "Identity", "Reshape", "Squeeze", "Transpose"}


def combined(gradients, combine):
    """Gradients of all replicas, of those that each has computed.

    Args:
        gradients: List of dense tensors.
        combine: Function of a list of tensors that gives their sums, or means, over the replicas.
    """
    plans = [_plan(gradient) or ([gradient], _only) for gradient in gradients]
    found = iter(combine([part for parts, _ in plans for part in parts]))
    return [finish([next(found) for _ in parts]) for parts, finish in plans]


def _only(parts):
    return parts[0]


def _plan(x):
    """Tensors in float32 that are to be added up, and a function of their sums that gives the gradient; `None` where `x` itself is
    as good.
    """
    op = _op_of(x)
    if op is None:
        return None
    if op.type in _SUMS and x.dtype in HALF:
        return [_widened(op)], lambda parts: cast(parts[0], x.dtype)
    if op.type == "Cast":
        return _plan_of_cast(op, x.dtype)
    if op.type in _MOVES:
        return _followed(_plan(op.inputs[0]), lambda moved: _called(op, [moved, *op.inputs[1:]]))
    if op.type == "AddN":
        return _plan_of_sum(op)
    return None


def _op_of(x):
    """The op that gives a tensor of a graph, on a CPU: other devices are many times faster in 16 bits."""
    return None if isinstance(x, tf.__internal__.EagerTensor) or "GPU" in x.device.upper() else x.op


def _plan_of_cast(op, dtype):
    (source,) = op.inputs
    if dtype in HALF and source.dtype is tf.float32:
        return [source], lambda parts: cast(parts[0], dtype)
    return _followed(_plan(source), lambda x: cast(x, dtype))


def _plan_of_sum(op):
    plans = [_plan(x) for x in op.inputs]
    if not any(plans):
        return None
    plans = [plan or ([x], _only) for plan, x in zip(plans, op.inputs, strict=True)]

    def finish(parts):
        rest = iter(parts)
        return tf.add_n([finish_one([next(rest) for _ in own]) for own, finish_one in plans])

    return [part for parts, _ in plans for part in parts], finish


def _followed(plan, function):
    """A plan whose result a function is applied to."""
    if plan is None:
        return None
    parts, finish = plan
    return parts, lambda sums: function(finish(sums))


def _widened(op):
    return _called(op, [cast(x, tf.float32) if x.dtype in HALF else x for x in op.inputs])


def _called(op, inputs):
    """The result of an op for other inputs, the first of which may be of another dtype."""
    given, dtype = op.inputs[0].dtype, inputs[0].dtype
    attributes = {each.name: op.node_def.attr[each.name] for each in op.op_def.attr}
    for value in attributes.values():
        if value.type == given.as_datatype_enum:
            value.type = dtype.as_datatype_enum
    return op.graph.create_op(op.type, inputs, [dtype], attrs=attributes).outputs[0]
