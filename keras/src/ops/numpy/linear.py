"""Products of vectors, matrices and tensors."""

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.backend import door
from keras.src.backend.common import product_rules as rules
from keras.src.backend.common import shape_rules
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.backend.common.keras_tensor import KerasTensor, any_symbolic_tensors
from keras.src.backend.common.memory import tell_if_out_of_memory
from keras.src.graph.operation import Operation
from keras.src.ops import dispatch
from keras.src.ops.declare import Tensor, op
from keras.src.ops.dtype_rules import accumulate, held, int8_accumulates, product, same, strongly
from keras.src.ops.numpy.elementwise import multiply, subtract
from keras.src.ops.numpy.shaping import moveaxis, reshape, stack


@op(dtype=int8_accumulates, shape=shape_rules.multiplied, sparse="all")
def matmul(x1: Tensor, x2: Tensor):
    """Matrix product over the last two dimensions, the leading ones broadcast.

    Args:
        x1: Tensor of shape `(..., n, k)` or `(k,)`.
        x2: Tensor of shape `(..., k, m)` or `(k,)`.

    Returns:
        Tensor of shape `(..., n, m)`; int8 matrices give int32.

    Example:

    >>> keras.ops.matmul([[1, 2]], [[3], [4]])
    array([[11]], dtype=int32)
    """


@op(dtype=product, shape=rules.dotted)
def dot(x1: Tensor, x2: Tensor):
    """Sum of products over the last axis of `x1` and the second-to-last of `x2` (the only one of a vector).

    Args:
        x1: Tensor.
        x2: Tensor.

    Returns:
        Tensor; for scalars the plain product.

    Example:

    >>> keras.ops.dot([1, 2], [3, 4])
    array(11, dtype=int32)
    >>> keras.ops.dot([[1, 2], [3, 4]], [1, 1])
    array([3, 7], dtype=int32)
    """


@op(dtype=product, shape=rules.inner, scalars="cast")
def inner(x1: Tensor, x2: Tensor):
    """Sum of products over the last axis of both.

    Example:

    >>> keras.ops.inner([[1, 2], [3, 4]], [10, 1])
    array([12, 34], dtype=int32)
    """
    if len(x1.shape) == 0 or len(x2.shape) == 0:
        return multiply(x1, x2)
    return tensordot(x1, x2, [[-1], [-1]])


@op(dtype=same, shape=lambda x1, x2: (shape_rules.size(x1), shape_rules.size(x2)), scalars="cast")
def outer(x1: Tensor, x2: Tensor):
    """Products of each element of `x1` with each of `x2`, both flattened: a matrix.

    Example:

    >>> keras.ops.outer([1, 2], [3, 4, 5])
    array([[ 3,  4,  5],
           [ 6,  8, 10]], dtype=int32)
    """
    return multiply(reshape(x1, (-1, 1)), reshape(x2, (1, -1)))


@op(dtype=product, shape=rules.flat_product)
def vdot(x1: Tensor, x2: Tensor):
    """Dot product of both tensors flattened; complex `x1` is conjugated.

    Example:

    >>> keras.ops.vdot([[1, 2], [3, 4]], [[1, 0], [0, 1]])
    array(5, dtype=int32)
    """


@op(dtype=product, shape=rules.contracted)
def tensordot(x1: Tensor, x2: Tensor, axes=2):
    """Sum of products over pairs of axes.

    Args:
        x1: Tensor.
        x2: Tensor.
        axes: Int `n`, for the last `n` axes of `x1` and the first `n` of `x2`; or a pair of lists of axes.

    Returns:
        Tensor with the axes that were not summed over, those of `x1` first.

    Example:

    >>> keras.ops.tensordot([[1, 2], [3, 4]], [[1, 0], [0, 1]])
    array(5, dtype=int32)
    >>> keras.ops.tensordot(np.ones((2, 3, 4)), np.ones((4, 3)), axes=[[1, 2], [1, 0]]).shape
    (2,)
    """


@op(dtype=strongly(same), shape=rules.kron)
def kron(x1: Tensor, x2: Tensor):
    """Kronecker product: each element of `x1` times the whole of `x2`.

    Example:

    >>> keras.ops.kron([1, 10], [1, 2, 3])
    array([ 1,  2,  3, 10, 20, 30], dtype=int32)
    """


@op(dtype=same, shape=rules.crossed)
def cross(x1: Tensor, x2: Tensor, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """Vector product of vectors with 2 or 3 components.

    Args:
        x1: Tensor with vectors along `axisa`.
        x2: Tensor with vectors along `axisb`.
        axisa: Int.
        axisb: Int.
        axisc: Where the vectors stand in the result.
        axis: Int, in place of all three.

    Returns:
        Tensor of vectors; of scalars when both have 2 components.

    Example:

    >>> keras.ops.cross([1, 0, 0], [0, 1, 0])
    array([0, 0, 1], dtype=int32)
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    left, right = _components(x1, axisa), _components(x2, axisb)
    third = subtract(multiply(left[0], right[1]), multiply(left[1], right[0]))
    if len(left) == len(right) == 2:
        return third
    left, right = [_with_third(v) for v in (left, right)]
    first = subtract(multiply(left[1], right[2]), multiply(left[2], right[1]))
    second = subtract(multiply(left[2], right[0]), multiply(left[0], right[2]))
    return moveaxis(stack([first, second, third], -1), -1, axisc)


def _components(x, axis):
    x = moveaxis(x, axis, 0)
    return [x[i] for i in range(3 if x.shape[0] is None else x.shape[0])]


def _with_third(components):
    return components if len(components) == 3 else [*components, multiply(components[0], 0)]


@op(dtype=accumulate, shape=rules.trace)
def trace(x: Tensor, offset=0, axis1=0, axis2=1):
    """Sums of the diagonals of the matrices in the plane of two axes.

    Args:
        x: Tensor of rank 2 or more.
        offset: Which diagonal: 0 the main one, positive above it.
        axis1: Axis of the rows.
        axis2: Axis of the columns.

    Returns:
        Tensor without the two axes.

    Example:

    >>> keras.ops.trace([[1, 2], [3, 4]])
    array(5, dtype=int32)
    """


# Einstein summation


class Einsum(Operation):
    """The operation of `keras.ops.einsum` in a graph."""

    def __init__(self, subscripts, *, name=None):
        super().__init__(name=name)
        self.subscripts = subscripts

    def call(self, *operands, **kwargs):
        return einsum(self.subscripts, *operands, **kwargs)

    def compute_output_spec(self, *operands, **kwargs):
        try:
            shape = rules.einsum_shape(self.subscripts, [tuple(x.shape) for x in operands])
        except ValueError as error:
            raise ValueError(f"keras.ops.einsum: {error}") from error
        return KerasTensor(shape, int8_accumulates(*(held(x.dtype) for x in operands))[1])


_EINSUM_NEEDS_NO_CAST = set()
"""Dtypes of operands, tensors all, that an einsum computes in as they are."""


@keras_export(["keras.ops.einsum", "keras.ops.numpy.einsum"])
def einsum(subscripts, *operands, **kwargs):
    """Sum of products by Einstein's convention.

    Args:
        subscripts: Letters for the dimensions of each operand, comma-separated, and of the result behind `->`.
        *operands: Tensors.
        **kwargs: Accepted for the sake of other engines' signatures (`optimize`).

    Returns:
        Tensor; int8 operands give int32.

    Example:

    >>> keras.ops.einsum("ij,j->i", [[1, 2], [3, 4]], [1, 1])
    array([3, 7], dtype=int32)
    """
    key = dispatch.list_key(operands)
    if key not in _EINSUM_NEEDS_NO_CAST:
        if any_symbolic_tensors(operands):
            return Einsum(subscripts).symbolic_call(*operands, **kwargs)
        server = door.server_among(operands)
        if server is not None:
            return server.numpy.einsum(subscripts, *_ready_for_einsum(server.core, operands))
        operands = _ready_for_einsum(backend.core, operands)
        dispatch.remember(_EINSUM_NEEDS_NO_CAST, tuple([x.dtype for x in operands if type(x) in dispatch.DENSE]))
    try:
        return backend.ENGINE.numpy.einsum(subscripts, *operands)
    except Exception as error:
        tell_if_out_of_memory(error, "keras.ops.einsum")
        _explain_einsum(subscripts, operands, error)
        raise


def _ready_for_einsum(core, operands):
    """Operands as tensors of an engine, of the dtype in which it computes."""
    operands = [x if core.is_tensor(x) else dispatch.taken_by(core, x) for x in operands]
    compute, _ = int8_accumulates(*(standardize_dtype(x.dtype) for x in operands))
    return [core.cast(x, compute) for x in operands]


def _explain_einsum(subscripts, operands, error):
    try:
        rules.einsum_shape(subscripts, [tuple(x.shape) for x in operands])
    except ValueError as clear_error:
        raise ValueError(f"keras.ops.einsum: {clear_error}") from error
