"""`Input`: where a graph starts."""

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.graph.node import Node
from keras.src.layers.layer import Layer
from keras.src.utils.warning_utils import warn

_CONFIG_KEYS = ("batch_shape", "dtype", "sparse", "ragged", "name", "optional")


@keras_export("keras.layers.InputLayer")
class InputLayer(Layer):
    """The starting point of a graph; `keras.Input` makes one and gives its tensor.

    Args:
        shape: Tuple of sizes without the batch; `None` in it stands for any size.
        batch_size: Size of the batch, where it is fixed.
        dtype: Name of the dtype of the tensor.
        sparse: Whether the tensor will be sparse.
        ragged: Whether the tensor will be ragged.
        batch_shape: Tuple of all sizes, instead of `shape` and `batch_size`.
        input_tensor: A `KerasTensor` to start from, instead of a new one.
        optional: Whether `None` may be passed for the input.
        name: Name; the key of the input in a dict of data.
        **kwargs: `input_shape` and `batch_input_shape` are other names of `shape` and `batch_shape`.

    Example:

    >>> keras.layers.InputLayer((3,)).batch_shape
    (None, 3)
    """

    _is_placeholder = True

    def __init__(
        self,
        shape=None,
        batch_size=None,
        dtype=None,
        sparse=None,
        ragged=None,
        batch_shape=None,
        input_tensor=None,
        optional=False,
        name=None,
        **kwargs,
    ):
        super().__init__(name=name)
        if "input_shape" in kwargs:
            warn("`input_shape` of an InputLayer is deprecated: pass `shape`.")
            shape = kwargs.pop("input_shape")
        batch_shape = kwargs.pop("batch_input_shape", batch_shape)
        if kwargs:
            raise ValueError(f"InputLayer does not know the arguments {kwargs}.")
        if input_tensor is not None:
            shapes = _shape_of_tensor(input_tensor, shape, batch_size, batch_shape)
            dtype = _dtype_of_tensor(input_tensor, dtype)
            sparse = input_tensor.sparse if sparse is None else sparse
        else:
            shapes = _batch_shape(shape, batch_size, batch_shape)
        self._batch_shape = shapes
        self._dtype = backend.floatx() if dtype is None else standardize_dtype(dtype)
        self.sparse = _checked_kind("sparse", sparse, backend.SUPPORTS_SPARSE_TENSORS)
        self.ragged = _checked_kind("ragged", ragged, backend.SUPPORTS_RAGGED_TENSORS)
        self.optional = bool(optional)
        self.built = True
        self._convert_input_args = False
        self._allow_non_tensor_positional_args = True
        if input_tensor is None:
            input_tensor = backend.KerasTensor(shapes, self._dtype, sparse=self.sparse, ragged=self.ragged, name=name)
        Node(self, outputs=input_tensor)

    @property
    def batch_shape(self):
        """Tuple of all sizes."""
        return self._batch_shape

    @property
    def dtype(self):
        """Name of the dtype of the tensor."""
        return self._dtype

    def call(self):
        """Does nothing: a graph starts here."""

    def get_config(self):
        return {key: getattr(self, key) for key in _CONFIG_KEYS}


@keras_export(["keras.Input", "keras.layers.Input"])
def Input(
    shape=None,
    batch_size=None,
    dtype=None,
    sparse=None,
    ragged=None,
    batch_shape=None,
    name=None,
    tensor=None,
    optional=False,
):
    """Makes a symbolic tensor from which a graph of layers and operations starts.

    Args:
        shape: Tuple of sizes without the batch; `None` in it stands for any size.
        batch_size: Size of the batch, where it is fixed.
        dtype: Name of the dtype; floatx by default.
        sparse: Whether the tensor will be sparse.
        ragged: Whether the tensor will be ragged.
        batch_shape: Tuple of all sizes, instead of `shape` and `batch_size`.
        name: Name of the input; the key of the input in a dict of data.
        tensor: A `KerasTensor` to start from, instead of a new one.
        optional: Whether `None` may be passed for the input.

    Returns:
        A `KerasTensor`.

    Example:

    >>> x = keras.Input((8,))
    >>> model = keras.Model(x, keras.layers.Dense(2)(x))
    >>> model.output_shape
    (None, 2)
    """
    return InputLayer(shape, batch_size, dtype, sparse, ragged, batch_shape, tensor, optional, name).output


def _batch_shape(shape, batch_size, batch_shape):
    if shape is None and batch_shape is None:
        raise ValueError("An input needs a `shape` (without the batch) or a `batch_shape`. Received neither.")
    if batch_shape is None:
        return backend.standardize_shape((batch_size, *backend.standardize_shape(shape)))
    given = {"shape": shape, "batch_size": batch_size}
    clashing = {name: value for name, value in given.items() if value is not None}
    if clashing:
        raise ValueError(f"`batch_shape` says it all; it excludes {clashing}. Received: batch_shape={batch_shape}")
    return backend.standardize_shape(batch_shape)


def _shape_of_tensor(tensor, shape, batch_size, batch_shape):
    if not isinstance(tensor, backend.KerasTensor):
        raise ValueError(f"`input_tensor` must be a KerasTensor. Received: {tensor!r} (of type {type(tensor)})")
    wanted = {
        "shape": (shape, tensor.shape[1:]),
        "batch_size": (batch_size, tensor.shape[0] if tensor.shape else None),
        "batch_shape": (batch_shape, tensor.shape),
    }
    for name, (given, actual) in wanted.items():
        if given is not None and (tuple(given) if isinstance(given, (list, tuple)) else given) != actual:
            raise ValueError(f"`{name}` contradicts the input tensor, which has {actual}. Received: {name}={given}")
    return tensor.shape


def _dtype_of_tensor(tensor, dtype):
    if dtype is not None and standardize_dtype(dtype) != tensor.dtype:
        raise ValueError(f"`dtype` contradicts the input tensor, which has {tensor.dtype}. Received: dtype={dtype}")
    return tensor.dtype


def _checked_kind(kind, wanted, supported):
    if wanted and not supported:
        raise ValueError(f"`{kind}=True` needs a backend with {kind} tensors, which this one does not have.")
    return bool(wanted)
