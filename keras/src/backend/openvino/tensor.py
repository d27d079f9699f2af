"""`GraphTensor`: a node of an OpenVINO graph under construction, with a static shape."""

import numpy as np
import openvino as ov
import openvino.opset15 as opset

from keras.src.backend.common.operators import TensorOperators
from keras.src.backend.numpy.core import to_engine_dtype
from keras.src.backend.openvino import narrow_floats

_TYPES = {
    "bool": ov.Type.boolean,
    "int8": ov.Type.i8,
    "int16": ov.Type.i16,
    "int32": ov.Type.i32,
    "int64": ov.Type.i64,
    "uint8": ov.Type.u8,
    "uint16": ov.Type.u16,
    "uint32": ov.Type.u32,
    "uint64": ov.Type.u64,
    "float16": ov.Type.f16,
    "bfloat16": ov.Type.bf16,
    "float32": ov.Type.f32,
    "float64": ov.Type.f64,
    "float8_e4m3fn": ov.Type.f8e4m3,
    "float8_e5m2": ov.Type.f8e5m2,
}
_DTYPES = {element: to_engine_dtype(name) for name, element in _TYPES.items()}


class NotInGraph(NotImplementedError):
    """An operation that the OpenVINO graph cannot hold."""


def element_type(dtype):
    """The element type of OpenVINO for a dtype (a name or an `np.dtype`)."""
    name = str(np.dtype(dtype)) if not isinstance(dtype, str) else dtype
    if name not in _TYPES:
        raise NotInGraph(f"OpenVINO has no tensors of dtype {name}.")
    return _TYPES[name]


class GraphTensor(TensorOperators):
    """One output of a node."""

    __slots__ = ("output", "shape", "dtype", "_keras_mask")
    __array_ufunc__ = None  # An array beside a node leaves the operator to the node.

    def __init__(self, output):
        self.output = output
        self.shape = tuple(output.get_shape())
        self.dtype = _DTYPES[output.get_element_type()]

    @property
    def ndim(self):
        """Number of dimensions."""
        return len(self.shape)

    @property
    def size(self):
        """Number of elements."""
        return int(np.prod(self.shape))

    def __len__(self):
        return self.shape[0]

    def __iter__(self):
        return (self[i] for i in range(self.shape[0]))

    def __hash__(self):
        return id(self)

    def __repr__(self):
        return f"<GraphTensor shape={self.shape}, dtype={self.dtype}>"

    def _no_value(self, *args, **kwargs):
        raise NotInGraph("A tensor of an OpenVINO graph has no value while the graph is built.")

    __array__ = __bool__ = __int__ = __float__ = __index__ = _no_value


class ComplexTensor(GraphTensor):
    """Complex numbers in a graph: the runtime has none, so there are two nodes, of the real and of the imaginary parts."""

    __slots__ = ("real", "imag")

    def __init__(self, real, imag):
        self.real, self.imag = real, imag
        self.shape = real.shape
        self.dtype = np.dtype("complex128" if real.dtype == np.float64 else "complex64")


def constant(x):
    """A constant node with the values of an array."""
    x = np.ascontiguousarray(x).reshape(np.shape(x))
    if str(x.dtype).startswith(("bfloat16", "float8")):
        # NumPy does not know these dtypes, so the graph itself converts.
        return opset.convert(opset.constant(x.astype("float32")), element_type(x.dtype)).output(0)
    if x.dtype.kind not in "biuf":
        raise NotInGraph(f"OpenVINO has no tensors of dtype {x.dtype}.")
    return opset.constant(x).output(0)


def node(x):
    """The output that an argument stands for; arrays become constants, lists are converted item by item."""
    if isinstance(x, ComplexTensor):
        raise NotInGraph("This operation has no complex form in an OpenVINO graph.")
    if isinstance(x, GraphTensor):
        return x.output
    if isinstance(x, (np.ndarray, np.generic)):
        return constant(x)
    return [node(e) for e in x] if isinstance(x, list) else x


def is_symbolic(x):
    """Whether an argument is a `GraphTensor`, or a list or tuple with one in it."""
    if isinstance(x, GraphTensor):
        return True
    return isinstance(x, (list, tuple)) and any(is_symbolic(e) for e in x)


def has_complex(x):
    """Whether an argument is a `ComplexTensor`, or a list or tuple with one in it."""
    if isinstance(x, ComplexTensor):
        return True
    return isinstance(x, (list, tuple)) and any(has_complex(e) for e in x)


def as_complex(x):
    """A `ComplexTensor` of a tensor, an array or a number."""
    if isinstance(x, ComplexTensor):
        return x
    if isinstance(x, GraphTensor):
        return ComplexTensor(x, wrap(constant(np.zeros(x.shape, x.dtype))))
    x = np.asarray(x, None if isinstance(x, np.ndarray) else "complex64")
    return ComplexTensor(wrap(constant(np.real(x))), wrap(constant(np.imag(x))))


def wrap(result):
    """`GraphTensor`s from what an opset function gave: a node, or a list or tuple of nodes or outputs."""
    if isinstance(result, (list, tuple)):
        return type(result)(wrap(r) for r in result)
    if isinstance(result, (GraphTensor, np.ndarray, np.generic)):
        return result
    return GraphTensor(result if isinstance(result, ov.Output) else result.output(0))


def convert(x, dtype):
    """An output in another dtype; floats become bools by comparison with zero, as elsewhere."""
    wanted = element_type(dtype)
    present = x.get_element_type()
    if present == wanted:
        return x
    if wanted == ov.Type.boolean:
        zero = opset.convert(opset.constant(np.float32(0)), present)
        return opset.not_equal(x, zero).output(0)
    if wanted in narrow_floats.FORMATS:
        x = narrow_floats.rounded(x, wanted)
    return opset.convert(x, wanted).output(0)


def graph_kernel(function):
    """Makes a graph kernel of a function of outputs: arguments are converted to outputs, results to `GraphTensor`s."""

    def kernel(*args):
        return wrap(function(*(node(a) for a in args)))

    kernel.__name__ = function.__name__
    kernel.__doc__ = function.__doc__
    return kernel


def dual(eager, graph):
    """A kernel that is `graph` where an argument is a `GraphTensor`, and `eager` elsewhere."""

    def kernel(*args, **kwargs):
        if any(is_symbolic(a) for a in args) or any(is_symbolic(a) for a in kwargs.values()):
            return graph(*args, **kwargs)
        return eager(*args, **kwargs)

    kernel.__name__ = eager.__name__
    kernel.__doc__ = eager.__doc__
    return kernel
