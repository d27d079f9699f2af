"""`Tensor`: a value of an ONNX graph in the making."""

import ml_dtypes
import numpy as np

from keras.src.backend.common.operators import TensorOperators


class Unknown:
    """A size that is only known when the graph runs; the same object is the same size.

    Args:
        name: Name of the size in the file, or `None`.
    """

    def __init__(self, name=None):
        self.name = name


class NotInGraph(NotImplementedError):
    """What an ONNX graph cannot hold."""


class NoValue(NotInGraph):
    """The value of a tensor was asked for while the graph is made, by an `if` or by a library that takes arrays."""


class _Strings:
    """The dtype of strings: NumPy's objects, under the name that the library knows."""

    name, kind, dtype = "string", "O", np.dtype("O")
    as_numpy_dtype = np.object_
    __str__ = __repr__ = lambda self: self.name


STRINGS = _Strings()


def _as_dtype(dtype):
    dtype = np.dtype(dtype)
    return STRINGS if dtype.kind in "OSU" else dtype


class Tensor(TensorOperators):
    """One value: an input, the output of a node, a constant, or another tensor with its dimensions in another order.

    Args:
        dims: Tuple of ints and `Unknown`s.
        dtype: The dtype that the library knows, an `np.dtype` or `STRINGS`.
        value: The array, of a constant.
        node: The `graph.Node` that gives it.
        name: Name in the file, or `None`.
        view: Pair of another tensor and the order of its dimensions, where this is that tensor transposed.
        size: The `Unknown` that this scalar is the value of.
        held: The dtype that it has in the file, by default `dtype`.
    """

    __slots__ = ("dims", "dtype", "held", "value", "node", "name", "view", "size_of", "_keras_mask")
    __array_ufunc__ = None  # An array beside a tensor of a graph leaves the operator to the latter.

    def __init__(self, dims, dtype, value=None, node=None, name=None, view=None, size=None, held=None):
        self.dims = tuple(dims)
        self.dtype = _as_dtype(dtype)
        self.held = self.dtype if held is None else _as_dtype(held)
        self.value, self.node, self.name, self.view, self.size_of = value, node, name, view, size

    @property
    def shape(self):
        """The sizes, `None` where one is unknown."""
        return tuple(None if isinstance(n, Unknown) else n for n in self.dims)

    @property
    def ndim(self):
        """Number of dimensions."""
        return len(self.dims)

    @property
    def size(self):
        """Number of elements, `None` if unknown."""
        return None if None in self.shape else int(np.prod(self.dims, dtype=np.int64))

    def __len__(self):
        if not self.dims:
            raise TypeError("A scalar has no length.")
        if isinstance(self.dims[0], Unknown):
            raise NotInGraph(
                "The length of a tensor of an ONNX graph is not known while the graph is made. Use `ops.shape`."
            )
        return self.dims[0]

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    __hash__ = object.__hash__

    def __repr__(self):
        return f"<onnx.Tensor shape={self.shape}, dtype={self.dtype}>"

    def _no_value(self, *args, **kwargs):
        raise NoValue(
            "A tensor of an ONNX graph has no value while the graph is made. Use `ops.where` or `ops.cond` instead of `if`."
        )

    __array__ = __bool__ = __int__ = __float__ = __index__ = _no_value


def to_engine_dtype(name):
    """The `np.dtype` of a name."""
    return np.dtype("O" if name == "string" else getattr(ml_dtypes, name, name))


def known(n):
    """Whether a size, or a number, is known."""
    return not isinstance(n, (Unknown, Tensor))


def is_symbolic(x):
    """Whether an argument is a `Tensor`, or a list or tuple with one in it."""
    if isinstance(x, Tensor):
        return True
    return isinstance(x, (list, tuple)) and any(is_symbolic(e) for e in x)
