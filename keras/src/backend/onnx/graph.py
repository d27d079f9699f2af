"""Graphs: nodes are made by `emit`, and written as a protocol buffer once all are there.

What nobody uses is left out, equal nodes are one, and transpositions are put off (`Tensor.view`) until some node needs them,
so that those of neighbouring ops cancel each other.
"""

import contextlib
import threading

import numpy as np

from keras.src.backend.onnx.tensor import NotInGraph, Tensor, Unknown, known

_opened = threading.local()


class Node:
    """A call of an operator.

    Args:
        op: Name of the operator.
        inputs: List of `Tensor`s, and `None` for absent ones.
        attributes: Dict; a `Graph` stands for the body of a loop or a branch.
    """

    def __init__(self, op, inputs, attributes):
        self.op, self.inputs, self.attributes, self.outputs = op, inputs, attributes, []


class Graph:
    """Nodes in the order in which they were made.

    Args:
        opset: Version of the operators; `None` in the graph of a loop or a branch, which has that of the one around it.
        parent: The graph around it.
        multiplies_bytes: Whether products of int8 are products of integers; that of the graph around it counts.
    """

    def __init__(self, opset=None, parent=None, multiplies_bytes=True):
        self.opset = parent.opset if opset is None else opset
        self.multiplies_bytes = multiplies_bytes if parent is None else parent.multiplies_bytes
        self.parent = parent
        self.nodes, self.inputs, self.outputs = [], [], []
        self._memory = {}

    def remembered(self, key):
        """What `remember` was told here or around here, or `None`."""
        graph = self
        while graph is not None:
            if key in graph._memory:
                return graph._memory[key][0]
            graph = graph.parent
        return None

    def remember(self, key, value, *alive):
        """Keeps a value for this graph and those within; `alive` are objects whose ids are in the key."""
        self._memory[key] = (value, alive)
        return value

    def input(self, dims, dtype, name):
        """A new input."""
        if np.dtype(dtype).kind == "c":
            raise NotInGraph("ONNX graphs have no complex numbers.")
        tensor = Tensor(dims, dtype, name=name, held=computed_in(np.dtype(dtype)))
        self.inputs.append(tensor)
        return tensor

    @contextlib.contextmanager
    def opened(self):
        """Context in which nodes are added to this graph."""
        stack = _stack()
        stack.append(self)
        try:
            yield self
        finally:
            stack.pop()


def _stack():
    try:
        return _opened.graphs
    except AttributeError:
        _opened.graphs = []
        return _opened.graphs


def is_open():
    """Whether a graph is being made in this thread."""
    return bool(_stack())


def current():
    """The graph that is being made."""
    if not _stack():
        raise RuntimeError("No ONNX graph is being made.")
    return _stack()[-1]


def constant(x, dtype=None, name=None):
    """An array or a number as a tensor.

    Args:
        x: Array or number.
        dtype: Its dtype, by default that of the array.
        name: Name in the file.
    """
    if isinstance(x, Tensor):
        return x
    x = np.asarray(x, dtype)
    return Tensor(x.shape, x.dtype, value=x, name=name)


def emit(op, inputs, dims, dtype, **attributes):
    """The output of a new node.

    Args:
        op: Name of the operator.
        inputs: List of tensors, arrays, and `None` for absent ones.
        dims: Sizes of the output, ints and `Unknown`s.
        dtype: Its dtype.
        **attributes: Attributes; those that are `None` are left out.
    """
    return emit_several(op, inputs, [(dims, dtype)], **attributes)[0]


def emit_several(op, inputs, outputs, **attributes):
    """List of the outputs of a new node; `outputs` are pairs of sizes and a dtype, or `None` for those not wanted."""
    graph = current()
    inputs = [None if x is None else settled(constant(x)) for x in inputs]
    if op != "Cast":
        inputs = [x if x is None else _held_as(x, computed_in(x.dtype)) for x in inputs]
    attributes = {k: v for k, v in attributes.items() if v is not None}
    key = (op, tuple(_identity(x) for x in inputs), repr(sorted(attributes.items())))
    found = graph.remembered(key)
    if found is None:
        node = Node(op, inputs, attributes)
        node.outputs = [None if o is None else _output(node, *o) for o in outputs]
        graph.nodes.append(node)
        found = graph.remember(key, node.outputs, *inputs)
    return found


def _output(node, dims, dtype):
    held = computed_in(np.dtype(dtype))
    if node.op == "Cast":
        node.attributes["to"] = held
    return Tensor(dims, dtype, node=node, held=held)


def computed_in(dtype):
    """The dtype in which nodes compute: few runtimes know bfloat16."""
    return np.dtype("float32") if str(dtype) == "bfloat16" else dtype


def _held_as(x, dtype):
    """`x`, whose numbers are to be of this dtype in the file."""
    if x.held == dtype:
        return x
    key = ("held as", id(x), dtype)
    found = current().remembered(key)
    if found is None:
        node = Node("Cast", [x], {"to": dtype})
        node.outputs = [Tensor(x.dims, x.dtype, node=node, held=dtype)]
        current().nodes.append(node)
        found = current().remember(key, node.outputs[0], x)
    return found


def finished(x):
    """A result of the whole graph, in its own dtype."""
    x = settled(x)
    return _held_as(x, x.dtype)


def _identity(x):
    """What tells a tensor from others; small constants are told by their values."""
    if x is None or x.value is None or x.value.size > 16:
        return id(x)
    return str(x.value.dtype), x.value.shape, x.value.tobytes()


def settled(x):
    """`x` as the output of a node: a transposition that was put off is made now."""
    if x.view is None:
        return x
    graph = current()
    key = ("settled", id(x))
    found = graph.remembered(key)
    if found is None:
        source, order = x.view
        found = graph.remember(key, emit("Transpose", [source], x.dims, x.dtype, perm=list(order)), x)
    return found


def transposed(x, order):
    """`x` with its dimensions in another order, made when a node needs it.

    Args:
        x: Tensor.
        order: Tuple of the axes of `x`.
    """
    order = tuple(order)
    if x.view is not None:
        source, before = x.view
        return transposed(source, [before[i] for i in order])
    if order == tuple(range(x.ndim)):
        return x
    graph = current()
    key = ("transposed", id(x), order)
    found = graph.remembered(key)
    if found is None:
        dims = [x.dims[i] for i in order]
        if x.value is not None:
            found = constant(np.ascontiguousarray(x.value.transpose(order)), name=x.name)
        else:
            found = Tensor(dims, x.dtype, view=(x, order))
        graph.remember(key, found, x)
    return found


def aligned(inputs):
    """Tensors of an element-wise node with an order that all were transposed by, or as they are.

    Returns:
        `(inputs, order)`: where the non-constant tensors are views by one order, their sources, with constants brought into the
        same form, and the order to transpose the result by; else the tensors, and `None`.
    """
    views = [x.view for x in inputs if x.value is None]
    if not views or any(v is None for v in views) or len({v[1] for v in views}) > 1:
        return inputs, None
    if any(x.ndim > len(views[0][1]) for x in inputs):
        return inputs, None
    order = views[0][1]
    back = inverse(order)
    sources = []
    for x in inputs:
        if x.value is None:
            sources.append(x.view[0])
        elif x.value.size == 1 and x.ndim <= len(order):
            sources.append(x)
        else:
            sources.append(transposed(reshaped(x, (1,) * (len(order) - x.ndim) + x.value.shape), back))
    return sources, order


def reshaped(x, shape):
    """A constant in another shape: the same object each time.

    Args:
        x: Tensor with a value.
        shape: Tuple of ints.
    """
    graph = current()
    key = ("reshaped", id(x), tuple(shape))
    found = graph.remembered(key)
    return graph.remember(key, constant(x.value.reshape(shape), name=x.name), x) if found is None else found


def inverse(order):
    """The order of axes that undoes another one, as a list."""
    return [order.index(i) for i in range(len(order))]


def broadcast_dims(*dims):
    """Sizes of what several shapes are broadcast to."""
    rank = max(map(len, dims), default=0)
    result = []
    for i in range(-rank, 0):
        sizes = [d[i] for d in dims if len(d) >= -i]
        sizes = [n for n in sizes if not (known(n) and n == 1)] or [1]
        result.append(next((n for n in sizes if known(n)), sizes[0]) if _agree(sizes) else Unknown())
    return tuple(result)


def _agree(sizes):
    """Whether sizes other than 1 are one size, or one of them is known."""
    return any(map(known, sizes)) or len({id(n) for n in sizes}) == 1


def emit_elementwise(op, inputs, dtype=None, **attributes):
    """An element-wise node of broadcast tensors.

    Args:
        op: Name of the operator.
        inputs: Tensors.
        dtype: Dtype of the result, by default that of the last input.
        **attributes: Attributes.
    """
    inputs, order = aligned([constant(x) for x in inputs])
    dims = broadcast_dims(*(x.dims for x in inputs))
    result = emit(op, inputs, dims, inputs[-1].dtype if dtype is None else dtype, **attributes)
    return result if order is None else transposed(result, order)


def size(x, axis):
    """A size of a tensor: an int, or a scalar of int32 where it is unknown."""
    n = x.dims[axis]
    if known(n):
        return n
    graph = current()
    found = graph.remembered(("size", id(n)))
    if found is None:
        axis %= x.ndim
        source, axis = (x, axis) if x.view is None else (x.view[0], x.view[1][axis])
        long = emit("Shape", [source], (1,), np.int64, start=axis, end=axis + 1)
        scalar = emit("Squeeze", [emit("Cast", [long], (1,), np.int32, to=np.dtype("int32"))], (), np.int32)
        scalar.size_of = n
        found = graph.remember(("size", id(n)), scalar, n, x)
        graph.remember(("long size", id(n)), long, n)
    return found


def sizes_of(x):
    """All sizes of a tensor, see `size`."""
    return [size(x, i) for i in range(x.ndim)]


def vector(sizes):
    """A vector of int64 of sizes: ints, `Unknown`s that some tensor has, and scalars."""
    if all(map(known, sizes)):
        return constant(np.array(sizes, np.int64))
    parts, run = [], []
    for n in sizes:
        if known(n):
            run.append(n)
            continue
        if run:
            parts.append(constant(np.array(run, np.int64)))
            run = []
        parts.append(_long(n))
    if run:
        parts.append(constant(np.array(run, np.int64)))
    return parts[0] if len(parts) == 1 else emit("Concat", parts, (len(sizes),), np.int64, axis=0)


def _long(n):
    """A size as a vector of one int64."""
    unknown = n if isinstance(n, Unknown) else n.size_of
    found = None if unknown is None else current().remembered(("long size", id(unknown)))
    if found is not None:
        return found
    if isinstance(n, Unknown):
        raise NotInGraph("A size is needed that no tensor of this graph has.")
    long = n if n.dtype == np.int64 else emit("Cast", [n], n.dims, np.int64, to=np.dtype("int64"))
    return emit("Reshape", [long, np.array([1], np.int64)], (1,), np.int64)


def dims_of(sizes):
    """Sizes of a shape as `Tensor.dims` has them: unknown ones that are the same as that of a tensor are the same object."""
    return tuple(int(n) if known(n) else n if isinstance(n, Unknown) else (n.size_of or Unknown()) for n in sizes)
