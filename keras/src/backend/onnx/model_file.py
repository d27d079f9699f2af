"""`Model`: a model of ONNX whose constants stay the arrays that they are until they are written to a file."""

import io
import itertools
import math

import numpy as np

from keras.src.utils.module_utils import LazyModule

helper = LazyModule("onnx.helper", pip_name="onnx")
numpy_helper = LazyModule("onnx.numpy_helper", pip_name="onnx")
onnx = LazyModule("onnx")

# Numbers of fields in the protocol buffers of ONNX, as they stand before a field of bytes.
_GRAPH, _INITIALIZER, _RAW_DATA = (bytes([number << 3 | 2]) for number in (7, 5, 9))
_SMALL = 1024
"""Bytes of a constant that stays in the file of the graph where weights stand beside it."""
_ALIGNMENT = 4096
"""Places of weights in their own file are multiples of this, so that runtimes can map them into memory."""


class Constants:
    """The initializers of a graph, each once.

    Attributes:
        arrays: List of pairs of a `TensorProto` without numbers and the array, as bytes, that has them.
        others: List of whole `TensorProto`s, of strings and of numbers narrower than a byte.
    """

    def __init__(self):
        self.arrays, self.others, self._names = [], [], {}

    def __len__(self):
        return len(self.arrays) + len(self.others)

    def name_of(self, array, new_name):
        """The name of an array; `new_name` is asked for one where no equal array is there."""
        array = np.asarray(array, order="C")
        equal = self._names.setdefault((str(array.dtype), array.shape, _some(array)), [])
        for other, name in equal:
            if other is array or other.tobytes() == array.tobytes():
                return name
        name = new_name()
        equal.append((array, name))
        self._add(array, name)
        return name

    def _add(self, array, name):
        kind = element_type(array.dtype)
        if array.dtype.kind == "O" or kind in _narrow():
            self.others.append(numpy_helper.from_array(array, name))
        else:
            header = onnx.TensorProto(dims=array.shape, data_type=kind, name=name)
            self.arrays.append((header, array.reshape(-1).view(np.uint8)))


def _some(array):
    """A few elements, which tell most arrays apart."""
    flat = array.reshape(-1)
    return flat[:: max(1, flat.size // 16)].tobytes()


def _narrow():
    kinds = ("INT4", "UINT4", "FLOAT4E2M1", "INT2", "UINT2")
    return {getattr(onnx.TensorProto, kind, None) for kind in kinds}


def element_type(dtype):
    """ONNX's number of a dtype."""
    if np.dtype(dtype).kind in "USO":
        return onnx.TensorProto.STRING
    return helper.np_dtype_to_tensor_dtype(np.dtype(dtype))


class Model:
    """A model that can be written.

    Args:
        proto: `ModelProto` without the initializers.
        constants: `Constants`.
    """

    def __init__(self, proto, constants):
        self._proto, self._constants = proto, constants

    @classmethod
    def of_proto(cls, proto):
        """The model that a whole `ModelProto` describes, which is changed.

        Args:
            proto: `ModelProto` with its initializers.
        """
        constants = Constants()
        for tensor in proto.graph.initializer:
            if not tensor.HasField("raw_data"):
                constants.others.append(tensor)
                continue
            numbers = np.frombuffer(tensor.raw_data, np.uint8)
            tensor.ClearField("raw_data")
            constants.arrays.append((tensor, numbers))
        made = onnx.ModelProto()
        made.CopyFrom(proto)
        made.graph.ClearField("initializer")
        return cls(made, constants)

    def size_of_weights(self):
        """Bytes of the constants."""
        apart = sum(array.size for _, array in self._constants.arrays)
        return apart + sum(tensor.ByteSize() for tensor in self._constants.others)

    def has_narrow_weights(self):
        """Whether there are large constants of eight bits or fewer."""
        headers = [*(header for header, _ in self._constants.arrays), *self._constants.others]
        kinds = {onnx.TensorProto.INT8, onnx.TensorProto.UINT8, *_narrow()}
        return any(x.data_type in kinds and math.prod(x.dims) >= _SMALL for x in headers)

    def content(self):
        """The whole file as bytes."""
        file = io.BytesIO()
        self.write(file)
        return file.getvalue()

    def write(self, file):
        """Writes all into one file; numbers go there without being copied.

        Args:
            file: Binary file.
        """
        whole = [_initializer(x.SerializeToString()) for x in self._constants.others]
        self._write(file, whole + [_initializer(_open(x, array), array) for x, array in self._constants.arrays])

    def write_apart(self, file, weights, location):
        """Writes the graph into one file and its weights into another.

        Args:
            file: Binary file of the graph.
            weights: Binary file of the weights.
            location: Name of the second file, as the first will find it.
        """
        found = [_initializer(x.SerializeToString()) for x in self._constants.others]
        for header, array in self._constants.arrays:
            if array.size < _SMALL:
                found.append(_initializer(_open(header, array), array))
            else:
                found.append(_initializer(_elsewhere(header, array, weights, location).SerializeToString()))
        self._write(file, found)

    def _write(self, file, initializers):
        """Writes the model around its initializers: pairs of what stands before the numbers, and the numbers."""
        model = onnx.ModelProto()
        model.CopyFrom(self._proto)
        model.ClearField("graph")
        graph = self._proto.graph.SerializeToString()
        size = len(graph) + sum(len(head) + len(numbers) for head, numbers in initializers)
        file.write(model.SerializeToString() + _GRAPH + _varint(size) + graph)
        for part in itertools.chain.from_iterable(initializers):
            if len(part):
                file.write(part)


def _initializer(content, numbers=b""):
    """The field of an initializer, as a pair: numbers that belong to its content come behind it."""
    return _INITIALIZER + _varint(len(content) + len(numbers)) + content, numbers


def _open(header, array):
    """A `TensorProto` that ends where its numbers begin."""
    return header.SerializeToString() + _RAW_DATA + _varint(array.size)


def _elsewhere(header, array, weights, location):
    """A `TensorProto` whose numbers are written to another file."""
    weights.seek(-(-weights.tell() // _ALIGNMENT) * _ALIGNMENT)
    moved = onnx.TensorProto(data_location=onnx.TensorProto.EXTERNAL)
    moved.MergeFrom(header)
    for key, value in (("location", location), ("offset", weights.tell()), ("length", array.size)):
        moved.external_data.add(key=key, value=str(value))
    weights.write(array)
    return moved


def _varint(n):
    """A number as protocol buffers have it: seven bits a byte, the lowest first."""
    parts = bytearray()
    while n > 127:
        parts.append(n & 127 | 128)
        n >>= 7
    return bytes(parts + bytes([n]))
