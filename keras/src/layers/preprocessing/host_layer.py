"""`HostLayer`: the base of layers whose inputs may be strings, which only TensorFlow has tensors of."""

import numpy as np

from keras.src import backend
from keras.src.backend import door
from keras.src.layers.preprocessing.data_layer import DataLayer
from keras.src.utils.byte_strings import is_array_of_strings


class HostLayer(DataLayer):
    """A layer that computes by NumPy, on the host, or by the kernels of TensorFlow on that engine's tensors.

    Inputs come to `call` as tensors or as arrays. Compiled code of the running engine calls back to the host.
    """

    supports_jit = False

    def __init__(self, *, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self._convert_input_args = False
        self._allow_non_tensor_positional_args = True

    def __call__(self, inputs, *args, **kwargs):
        return super().__call__(self._prepared(inputs), *args, **kwargs)

    def _prepared(self, inputs):
        """The inputs as tensors or arrays."""
        return as_tensor_or_array(inputs)


def as_tensor_or_array(x):
    """Tensors as they are; anything else, such as lists and columns of tables, as an array of strings or numbers.

    Args:
        x: Tensor, array, list, string, number, or whatever NumPy makes an array of.
    """
    if isinstance(x, (str, bytes)):
        return np.array(x, dtype=object)
    if isinstance(x, (np.ndarray, backend.KerasTensor)) or backend.is_tensor(x) or door.server_of(x) is not None:
        return x
    if isinstance(x, (list, tuple)):
        if isinstance(_first_leaf(x), (str, bytes)):
            return np.array(x, dtype=object)
        return backend.convert_to_tensor(x) if any(backend.is_tensor(leaf) for leaf in x[:1]) else np.array(x)
    return np.asarray(x)


def _first_leaf(x):
    while isinstance(x, (list, tuple)) and len(x):
        x = x[0]
    return x


def strings_of(*inputs):
    """The functions of an engine for tensors of strings, where one of the inputs is such an engine's tensor; else `None`.

    Args:
        *inputs: Tensors and arrays.
    """
    server = door.server_among(inputs)
    if server is not None:
        return server.strings if server.strings.SUPPORTED else None
    has_strings = backend.strings.SUPPORTED and any(backend.is_tensor(x) for x in inputs)
    return backend.strings if has_strings else None


def on_host(function, inputs, shape, dtype):
    """The tensor that a function of arrays makes.

    Args:
        function: Function of NumPy arrays that gives an array.
        inputs: List of tensors or arrays.
        shape: Shape of the result.
        dtype: Name of its dtype.

    Raises:
        NotImplementedError: An input is a tensor of a graph of another engine, which cannot call back.
    """
    if door.server_among(inputs) is not None:
        raise NotImplementedError(
            "Hashes, and a check that all tokens are known, are computed on the host, to which a graph that is exported "
            "cannot call back. Prepare these inputs before the model, or look tokens up with `num_oov_indices=1`."
        )
    if backend.core.call_on_host is not None and any(backend.core.is_traced(x) for x in inputs):
        return backend.core.call_on_host(function, tuple(shape), dtype, *inputs)
    return _read(function, dtype, *inputs)


@backend.core.untraced
def _read(function, dtype, *inputs):
    arrays = [x if isinstance(x, np.ndarray) else backend.convert_to_numpy(x) for x in inputs]
    return backend.convert_to_tensor(function(*arrays), dtype)


def strings_or_integers(array, layer):
    """An array that surely holds strings, or numbers that are no objects.

    Args:
        array: NumPy array.
        layer: Name of the layer, for errors.

    Raises:
        TypeError: It holds something else, or strings and other values.
    """
    if array.dtype.kind != "O" or not array.size or is_array_of_strings(array):
        return array
    try:
        numbers = np.array(array.tolist())
    except ValueError:
        numbers = array
    if numbers.dtype.kind not in "biuf":
        raise TypeError(f"{layer} takes strings or integers. Received among them: {array.flat[0]!r}")
    return numbers
