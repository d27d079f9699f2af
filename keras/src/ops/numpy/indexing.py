"""Picking, placing and ordering elements."""

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.backend import door
from keras.src.backend.common import indexing_rules as rules
from keras.src.backend.common import shape_rules
from keras.src.backend.common.keras_tensor import KerasTensor, any_symbolic_tensors, of_any_rank
from keras.src.graph.operation import Operation
from keras.src.ops.core import convert_to_tensor
from keras.src.ops.declare import Index, Shape, Tensor, op
from keras.src.ops.dispatch import DENSE
from keras.src.ops.dtype_rules import as_is, held, same, to_int32
from keras.src.ops.numpy.comparisons import where
from keras.src.ops.numpy.shaping import reshape


@op(dtype=as_is, shape=rules.taken)
def take(x: Tensor, indices: Index, axis=None):
    """Elements of `x` at `indices` along `axis`.

    Args:
        x: Tensor.
        indices: Integer tensor; negative ones count from the end.
        axis: Int; by default `x` is flattened first.

    Returns:
        Tensor whose dimension `axis` is replaced by the shape of `indices`.

    Example:

    >>> keras.ops.take([10, 20, 30], [2, 0])
    array([30, 10], dtype=int32)
    """


@op(dtype=as_is, shape=rules.taken_along)
def take_along_axis(x: Tensor, indices: Index, axis=None):
    """For each row along `axis`, the elements that the same row of `indices` names.

    Args:
        x: Tensor.
        indices: Integer tensor of the rank of `x`.
        axis: Int; by default both are flattened first.

    Returns:
        Tensor of the shape of `indices`, broadcast against `x` in the other dimensions.

    Example:

    >>> keras.ops.take_along_axis([[10, 20], [30, 40]], [[1], [0]], axis=1)
    array([[20],
           [30]], dtype=int32)
    """


class GetItem(Operation):
    """The operation of `keras.ops.get_item` in a graph.

    A list stands for a tuple here, since that is what saved files make of one.
    """

    def call(self, x, key):
        return get_item(x, tuple(key) if isinstance(key, list) else key)

    def compute_output_spec(self, x, key):
        if x.shape is None:
            return of_any_rank(None, held(x.dtype))
        return KerasTensor(rules.indexed_shape(x.shape, tuple(key) if isinstance(key, list) else key), held(x.dtype))


@keras_export(["keras.ops.get_item", "keras.ops.numpy.get_item"])
def get_item(x, key):
    """`x[key]`, as a function that also graphs can hold.

    Args:
        x: Tensor.
        key: Int, slice, ellipsis, `None`, integer or bool tensor, or a tuple of those.

    Returns:
        Tensor.

    Example:

    >>> keras.ops.get_item([[1, 2, 3], [4, 5, 6]], (slice(None), 1))
    array([2, 5], dtype=int32)
    """
    if any_symbolic_tensors((x, key)):
        return GetItem().symbolic_call(x, key)
    x = x if isinstance(x, backend.core.TENSOR_TYPES) else convert_to_tensor(x)
    engine = backend.ENGINE if type(x) in DENSE else door.engine_for(x)
    return engine.numpy.get_item(x, key)


def _of_nonzero(x):
    shape_rules.reject(not x, "`x` must have rank 1 or more", shape=x)
    return ((None,),) * len(x)


@op(dtype=to_int32, shape=_of_nonzero, checked=True)
def nonzero(x: Tensor):
    """Indices of the elements other than zero: one vector for each dimension.

    Example:

    >>> rows, columns = keras.ops.nonzero([[0, 5], [7, 0]])
    >>> rows
    array([0, 1], dtype=int32)
    >>> columns
    array([1, 0], dtype=int32)
    """


@op(dtype=as_is, shape=rules.diagonal_matrix)
def diag(x: Tensor, k=0):
    """The `k`-th diagonal of a matrix, or a matrix with a vector on its `k`-th diagonal.

    Example:

    >>> keras.ops.diag([1, 2])
    array([[1, 0],
           [0, 2]], dtype=int32)
    >>> keras.ops.diag([[1, 2], [3, 4]])
    array([1, 4], dtype=int32)
    """


@op(dtype=as_is, shape=lambda x, k=0: rules.diagonal_matrix((shape_rules.size(x),), k))
def diagflat(x: Tensor, k=0):
    """Matrix with the flattened `x` on its `k`-th diagonal.

    Example:

    >>> keras.ops.diagflat([[1, 2]], k=1)
    array([[0, 1, 0],
           [0, 0, 2],
           [0, 0, 0]], dtype=int32)
    """
    return diag(reshape(x, (-1,)), k)


@op(dtype=as_is, shape=rules.diagonal)
def diagonal(x: Tensor, offset=0, axis1=0, axis2=1):
    """Diagonals of the matrices in the plane of two axes.

    Args:
        x: Tensor of rank 2 or more.
        offset: Which diagonal: 0 the main one, positive above it.
        axis1: Axis of the rows.
        axis2: Axis of the columns.

    Returns:
        Tensor with the diagonals along its last dimension.

    Example:

    >>> keras.ops.diagonal([[1, 2], [3, 4]])
    array([1, 4], dtype=int32)
    >>> keras.ops.diagonal([[1, 2], [3, 4]], offset=1)
    array([2], dtype=int32)
    """


@op(dtype=as_is, shape=shape_rules.of_rank(2))
def tril(x: Tensor, k=0):
    """Zeros above the `k`-th diagonal of the last two dimensions.

    Example:

    >>> keras.ops.tril([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    array([[1, 0, 0],
           [4, 5, 0],
           [7, 8, 9]], dtype=int32)
    """


@op(dtype=as_is, shape=shape_rules.of_rank(2))
def triu(x: Tensor, k=0):
    """Zeros below the `k`-th diagonal of the last two dimensions.

    Example:

    >>> keras.ops.triu([[1, 2, 3], [4, 5, 6], [7, 8, 9]], k=1)
    array([[0, 2, 3],
           [0, 0, 6],
           [0, 0, 0]], dtype=int32)
    """


# Order


@op(dtype=same, shape=shape_rules.along_axis)
def sort(x: Tensor, axis=-1):
    """Elements in ascending order along `axis`; `None` flattens first.

    Example:

    >>> keras.ops.sort([[3, 1, 2], [6, 5, 4]])
    array([[1, 2, 3],
           [4, 5, 6]], dtype=int32)
    """


@op(dtype=to_int32, shape=rules.sorted_places)
def argsort(x: Tensor, axis=-1):
    """Positions that sort `x` along `axis` in ascending order; `None` flattens first.

    Example:

    >>> keras.ops.argsort([30, 10, 20])
    array([1, 2, 0], dtype=int32)
    """


@op(dtype=to_int32, shape=shape_rules.along_axis)
def argpartition(x: Tensor, kth, axis=-1):
    """Positions that put the `kth` smallest element in its sorted place, smaller ones before it and larger ones behind.

    Args:
        x: Tensor.
        kth: Int, the place.
        axis: Int; `None` flattens first.

    Returns:
        Tensor of int32 of the shape of `x`.

    Example:

    >>> x = keras.ops.array([7, 1, 9, 3])
    >>> order = keras.ops.argpartition(x, 1)
    >>> keras.ops.take(x, order)[1]
    array(3, dtype=int32)
    """


@op(dtype=to_int32, shape=rules.searched, checked=True, name="SearchSorted")
def searchsorted(sorted_sequence: Tensor, values: Tensor, side="left"):
    """Positions at which `values` keep `sorted_sequence` in order.

    Args:
        sorted_sequence: Tensor of rank 1 in ascending order.
        values: Tensor.
        side: `"left"` for the first such position, `"right"` for the last.

    Returns:
        Tensor of int32 of the shape of `values`.

    Example:

    >>> keras.ops.searchsorted([1, 3, 5], [0, 3, 6])
    array([0, 1, 3], dtype=int32)
    >>> keras.ops.searchsorted([1, 3, 5], [3], side="right")
    array([2], dtype=int32)
    """


@op(dtype=lambda x: (None, "int32"), shape=rules.put_into_bins, sparse="all")
def digitize(x: Tensor, bins: Index):
    """Index of the bin in which each element lies: `bins[i - 1] <= x < bins[i]`.

    Args:
        x: Tensor.
        bins: Increasing numbers, the limits of the bins.

    Returns:
        Tensor of int32 of the shape of `x`.

    Example:

    >>> keras.ops.digitize([0.5, 1.0, 7.0], bins=[1.0, 2.0, 5.0])
    array([0, 1, 3], dtype=int32)
    """


@op(dtype=rules.unique_dtypes, shape=rules.found_unique)
def unique(
    x: Tensor,
    sorted=True,
    return_index=False,
    return_inverse=False,
    return_counts=False,
    axis=None,
    size=None,
    fill_value=None,
):
    """The distinct elements of `x`.

    Args:
        x: Tensor.
        sorted: Whether to sort them.
        return_index: Whether to return where each is found first.
        return_inverse: Whether to return which of them each element is.
        return_counts: Whether to return how often each occurs.
        axis: Int, to compare slices along this dimension; elements of the flattened tensor by default.
        size: Number of results to return, cut or filled up: needed in compiled code on JAX.
        fill_value: What to fill up with; the smallest element by default.

    Returns:
        Tensor, or a tuple of the tensor and what was asked for.

    Example:

    >>> keras.ops.unique([3, 1, 3, 2])
    array([1, 2, 3], dtype=int32)
    >>> values, counts = keras.ops.unique([3, 1, 3, 2], return_counts=True)
    >>> counts
    array([1, 1, 2], dtype=int32)
    """


@op(dtype=lambda indices: (None, indices), shape=rules.unraveled)
def unravel_index(indices: Tensor, shape: Shape):
    """Coordinates in a tensor of `shape` of positions in its flattened form: one tensor for each dimension.

    Example:

    >>> keras.ops.unravel_index([1, 5], (2, 3))
    (array([0, 1], dtype=int32), array([1, 2], dtype=int32))
    """


class Select(Operation):
    """The operation of `keras.ops.select` in a graph."""

    def call(self, condlist, choicelist, default=0):
        return select(condlist, choicelist, default)

    def compute_output_spec(self, condlist, choicelist, default=0):
        result = default
        for condition, choice in reversed(list(zip(condlist, choicelist))):
            result = where(condition, choice, result)
        return KerasTensor(result.shape, result.dtype)


@keras_export(["keras.ops.select", "keras.ops.numpy.select"])
def select(condlist, choicelist, default=0):
    """For each place, the element of the first choice whose condition holds there.

    Args:
        condlist: List of bool tensors.
        choicelist: List of tensors, one for each condition.
        default: Value where no condition holds.

    Returns:
        Tensor of the broadcast shape.

    Example:

    >>> x = keras.ops.arange(4)
    >>> keras.ops.select([x < 1, x > 2], [x, x * 10], -1)
    array([ 0, -1, -1, 30], dtype=int32)
    """
    if len(condlist) != len(choicelist) or not condlist:
        raise ValueError(
            "keras.ops.select: `condlist` and `choicelist` must be of equal length of 1 or more. "
            f"Received lengths: {len(condlist)} and {len(choicelist)}"
        )
    if any_symbolic_tensors((condlist, choicelist, default)):
        return Select().symbolic_call(condlist, choicelist, default)
    result = default
    for condition, choice in reversed(list(zip(condlist, choicelist))):
        result = where(condition, choice, result)
    return result
