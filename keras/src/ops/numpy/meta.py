"""Facts about a tensor, other views of its bits, and grids."""

from keras.src import backend, tree
from keras.src.api_export import keras_export
from keras.src.backend import door
from keras.src.backend.common import shape_rules
from keras.src.backend.common.dtypes import dtype_size, standardize_dtype
from keras.src.backend.common.keras_tensor import KerasTensor, any_symbolic_tensors
from keras.src.graph.operation import Operation
from keras.src.ops.core import convert_to_tensor, shape, vectorized_map
from keras.src.ops.declare import Tensor, op
from keras.src.ops.dtype_rules import held, to_floats
from keras.src.ops.numpy.shaping import broadcast_to, reshape


class _Fact(Operation):
    """A number known from the shape, as an int32 scalar of a graph."""

    def compute_output_spec(self, x):
        return KerasTensor((), "int32")


def _tensor(x):
    """`x`, which is copied only where it is no tensor yet."""
    return x if isinstance(x, backend.core.TENSOR_TYPES) else convert_to_tensor(x)


class Ndim(_Fact):
    """The operation of `keras.ops.ndim` in a graph."""

    def call(self, x):
        return convert_to_tensor(ndim(x), dtype="int32")


class Size(_Fact):
    """The operation of `keras.ops.size` in a graph."""

    def call(self, x):
        return convert_to_tensor(size(x), dtype="int32")


@keras_export(["keras.ops.ndim", "keras.ops.numpy.ndim"])
def ndim(x):
    """Number of dimensions of `x`, a Python int; an int32 scalar of the graph for a symbolic tensor.

    Example:

    >>> keras.ops.ndim([[1, 2], [3, 4]])
    2
    """
    if any_symbolic_tensors((x,)):
        return Ndim().symbolic_call(x)
    return len(shape(_tensor(x)))


@keras_export(["keras.ops.size", "keras.ops.numpy.size"])
def size(x):
    """Number of elements of `x`, a Python int where the shape is known; an int32 scalar of the graph for a symbolic tensor.

    Example:

    >>> keras.ops.size([[1, 2, 3], [4, 5, 6]])
    6
    """
    if any_symbolic_tensors((x,)):
        return Size().symbolic_call(x)
    total = 1
    for n in shape(_tensor(x)):
        total = total * n
    return total


class View(Operation):
    """The operation of `keras.ops.view` in a graph."""

    def __init__(self, dtype=None, *, name=None):
        super().__init__(name=name)
        self.dtype = dtype

    def call(self, x):
        return view(x, self.dtype)

    def compute_output_spec(self, x):
        new = x.dtype if self.dtype is None else standardize_dtype(self.dtype)
        return KerasTensor(_view_shape(x.shape, dtype_size(x.dtype), dtype_size(new)), new)


def _view_shape(shape, old_bits, new_bits):
    if old_bits == new_bits:
        return shape
    if not shape:
        raise ValueError("keras.ops.view: a scalar can only be viewed in a dtype of the same size.")
    last = shape[-1]
    if last is not None and last * old_bits % new_bits:
        raise ValueError(
            f"keras.ops.view: the last dimension, {last} x {old_bits} bits, must be a multiple of {new_bits} bits."
        )
    return shape[:-1] + (None if last is None else last * old_bits // new_bits,)


@keras_export(["keras.ops.view", "keras.ops.numpy.view"])
def view(x, dtype=None):
    """The same bits read as another dtype.

    Args:
        x: Tensor.
        dtype: Name of the dtype; a smaller one makes the last dimension larger.

    Returns:
        Tensor.

    Example:

    >>> keras.ops.view(keras.ops.array([1.0, -2.0], dtype="float32"), "int32")
    array([ 1065353216, -1073741824], dtype=int32)
    """
    if any_symbolic_tensors((x,)):
        return View(dtype).symbolic_call(x)
    x = _tensor(x)
    new = standardize_dtype(x.dtype if dtype is None else dtype)
    _view_shape(tuple(x.shape), dtype_size(standardize_dtype(x.dtype)), dtype_size(new))
    return door.engine_for(x).numpy.view(x, new)


class Meshgrid(Operation):
    """The operation of `keras.ops.meshgrid` in a graph."""

    def __init__(self, indexing="xy", *, name=None):
        super().__init__(name=name)
        _check_indexing(indexing)
        self.indexing = indexing

    def call(self, *x):
        return meshgrid(*x, indexing=self.indexing)

    def compute_output_spec(self, *x):
        grid = [shape_rules.size(tuple(v.shape)) for v in x]
        if self.indexing == "xy" and len(grid) > 1:
            grid[:2] = grid[1], grid[0]
        return [KerasTensor(tuple(grid), held(v.dtype)) for v in x]


def _check_indexing(indexing):
    if indexing not in ("xy", "ij"):
        raise ValueError(f"keras.ops.meshgrid: `indexing` must be 'xy' or 'ij'. Received: indexing={indexing!r}")


@keras_export(["keras.ops.meshgrid", "keras.ops.numpy.meshgrid"])
def meshgrid(*x, indexing="xy"):
    """Coordinate grids from coordinate vectors.

    Args:
        *x: Tensors of rank 1 (others are flattened), one for each dimension.
        indexing: `"xy"` for Cartesian order (the first two dimensions swapped), `"ij"` for matrix order.

    Returns:
        List of tensors of one shape, one for each dimension.

    Example:

    >>> columns, rows = keras.ops.meshgrid([1, 2, 3], [10, 20])
    >>> columns
    array([[1, 2, 3],
           [1, 2, 3]], dtype=int32)
    >>> rows
    array([[10, 10, 10],
           [20, 20, 20]], dtype=int32)
    """
    _check_indexing(indexing)
    if any_symbolic_tensors(x):
        return Meshgrid(indexing).symbolic_call(*x)
    x = [reshape(_tensor(v), (-1,)) for v in x]
    order = list(range(len(x)))
    if indexing == "xy" and len(x) > 1:
        order[:2] = 1, 0
    grid = tuple(shape(x[i])[0] for i in order)
    spread = [tuple(-1 if i == j else 1 for i in order) for j in range(len(x))]
    return [broadcast_to(reshape(v, s), grid) for v, s in zip(x, spread)]


@op(dtype=to_floats(None, None), shape=shape_rules.pattern("...nn->...,...", as_given=False))
def slogdet(x: Tensor):
    """Sign and natural logarithm of the absolute value of the determinants of square matrices.

    Args:
        x: Tensor of shape `(..., n, n)`.

    Returns:
        Pair of tensors of shape `(...)`.

    Example:

    >>> sign, logarithm = keras.ops.slogdet([[0.0, 1.0], [1.0, 0.0]])
    >>> sign, logarithm
    (array(-1., dtype=float32), array(0., dtype=float32))
    """


class Vectorize(Operation):
    """The operation of a function made by `keras.ops.vectorize` in a graph."""

    def __init__(self, function, *, name=None):
        super().__init__(name=name)
        self.function = function

    def call(self, *args, **kwargs):
        return self.function(*args, **kwargs)

    def compute_output_spec(self, *args, **kwargs):
        return backend.core.compute_output_spec(self.function, *args, **kwargs)


@keras_export(["keras.ops.vectorize", "keras.ops.numpy.vectorize"])
def vectorize(pyfunc, excluded=None, signature=None):
    """A function of tensors from a function of scalars (or of the core dimensions that `signature` names).

    Args:
        pyfunc: Function made of `keras.ops`.
        excluded: Set of the positions of arguments that are passed as they are.
        signature: Core dimensions of arguments and results, such as `"(n),(n)->()"`; scalars by default.

    Returns:
        Function whose arguments broadcast over their leading dimensions.

    Example:

    >>> keras.ops.vectorize(lambda a, b: a - b)([[1], [2]], [1, 2]).shape
    (2, 2)
    """
    if not callable(pyfunc):
        raise ValueError(f"keras.ops.vectorize: `pyfunc` must be callable. Received: pyfunc={pyfunc!r}")
    excluded = frozenset(excluded or ())
    core_ranks = None if signature is None else _core_ranks(signature)

    def vectorized(*args):
        if any_symbolic_tensors(args):
            return Vectorize(vectorized).symbolic_call(*args)
        places = [i for i in range(len(args)) if i not in excluded]
        ranks = core_ranks or [0] * len(places)
        if len(ranks) != len(places):
            raise TypeError(
                f"keras.ops.vectorize: {len(ranks)} arguments are expected by `signature`. Received: {len(places)}"
            )
        return _map_over_leading(pyfunc, list(args), places, ranks)

    return vectorized


def _core_ranks(signature):
    """Number of core dimensions of each argument in a signature such as `(n,k),(k)->(n)`."""
    left, arrow, _ = signature.replace(" ", "").partition("->")
    if not arrow or not left.startswith("("):
        raise ValueError(
            f"keras.ops.vectorize: `signature` must look like '(n),(n)->()'. Received: signature={signature!r}"
        )
    groups = left[1:-1].split("),(")
    return [len([d for d in group.split(",") if d]) for group in groups]


def _map_over_leading(function, args, places, ranks):
    """Applies `function` over the broadcast leading dimensions of the arguments at `places`."""
    tensors = [_tensor(args[i]) for i in places]
    shapes = [tuple(x.shape) for x in tensors]
    leading = shape_rules.broadcast(*(s[: len(s) - r] for s, r in zip(shapes, ranks)))
    if not leading:
        return function(*args)
    rows = []
    for x, s, r in zip(tensors, shapes, ranks):
        core = s[len(s) - r :]
        rows.append(reshape(broadcast_to(x, leading + core), (-1, *core)))

    def of_one(row):
        filled = list(args)
        for i, x in zip(places, row):
            filled[i] = x
        return function(*filled)

    results = vectorized_map(of_one, tuple(rows))
    return tree.map_structure(lambda y: reshape(y, leading + tuple(y.shape[1:])), results)
