"""Products of vectors, matrices and tensors."""

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.backend.common.dtypes import result_type
from keras.src.backend.common.keras_tensor import KerasTensor, any_symbolic_tensors
from keras.src.graph.operation import Operation
from keras.src.ops import dispatch, shape_rules
from keras.src.ops.core import cast, convert_to_tensor
from keras.src.ops.declare import Tensor, op
from keras.src.ops.dtype_rules import accumulate, same
from keras.src.ops.numpy.elementwise import multiply, subtract
from keras.src.ops.numpy.shape import moveaxis, reshape, stack
from keras.src.ops.shape_rules import agree, canonical_axes, canonical_axis, reject


def int8_accumulates(*dtypes):
    """Promote; products of int8 add up in int32."""
    dtype = result_type(*dtypes)
    if len(dtypes) > 1 and all(d == "int8" for d in dtypes):
        return "int8", "int32"
    return dtype, dtype


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


def _dotted(x1, x2):
    if not x1 or not x2:
        return x1 or x2
    axis = -1 if len(x2) == 1 else -2
    reject(not agree(x1[-1], x2[axis]), "summed dimensions of equal size are expected", shapes=(x1, x2))
    return x1[:-1] + (x2[:-2] + x2[-1:] if len(x2) > 1 else ())


@op(dtype=same, shape=_dotted)
def dot(x1: Tensor, x2: Tensor):
    """Sum of products over the last axis of `x1` and the second-to-last of `x2` (the only one of a vector).

    Args:
        x1: Tensor.
        x2: Tensor.

    Returns:
        Tensor; for scalars the plain product.
    """


def _inner(x1, x2):
    if not x1 or not x2:
        return x1 or x2
    reject(not agree(x1[-1], x2[-1]), "last dimensions of equal size are expected", shapes=(x1, x2))
    return x1[:-1] + x2[:-1]


@op(dtype=same, shape=_inner)
def inner(x1: Tensor, x2: Tensor):
    """Sum of products over the last axis of both."""
    if len(x1.shape) == 0 or len(x2.shape) == 0:
        return multiply(x1, x2)
    return tensordot(x1, x2, [[-1], [-1]])


@op(dtype=same, shape=lambda x1, x2: (shape_rules.size(x1), shape_rules.size(x2)))
def outer(x1: Tensor, x2: Tensor):
    """Products of each element of `x1` with each of `x2`, both flattened: a matrix."""
    return multiply(reshape(x1, (-1, 1)), reshape(x2, (1, -1)))


@op(dtype=same, shape=lambda x1, x2: ())
def vdot(x1: Tensor, x2: Tensor):
    """Dot product of both tensors flattened; complex `x1` is conjugated."""


def _contracted_axes(x1, x2, axes):
    """The two lists of axes that `tensordot` sums over, counted from the front."""
    if isinstance(axes, int):
        return list(range(len(x1) - axes, len(x1))), list(range(axes))
    first, second = axes
    return list(canonical_axes(first, len(x1), "axes[0]")), list(canonical_axes(second, len(x2), "axes[1]"))


def _contracted(x1, x2, axes=2):
    first, second = _contracted_axes(x1, x2, axes)
    fits = len(first) == len(second) and all(agree(x1[i], x2[j]) for i, j in zip(first, second))
    reject(not fits, "`axes` must name dimensions of equal sizes", axes=axes, shapes=(x1, x2))
    kept = [n for i, n in enumerate(x1) if i not in first] + [n for i, n in enumerate(x2) if i not in second]
    return tuple(kept)


@op(dtype=same, shape=_contracted)
def tensordot(x1: Tensor, x2: Tensor, axes=2):
    """Sum of products over pairs of axes.

    Args:
        x1: Tensor.
        x2: Tensor.
        axes: Int `n`, for the last `n` axes of `x1` and the first `n` of `x2`; or a pair of lists of axes.

    Returns:
        Tensor with the axes that were not summed over, those of `x1` first.
    """


def _kron(x1, x2):
    rank = max(len(x1), len(x2))
    left, right = (1,) * (rank - len(x1)) + x1, (1,) * (rank - len(x2)) + x2
    return tuple(None if a is None or b is None else a * b for a, b in zip(left, right))


@op(dtype=same, shape=_kron)
def kron(x1: Tensor, x2: Tensor):
    """Kronecker product: each element of `x1` times the whole of `x2`."""


def _crossed(x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None):
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = canonical_axis(axisa, len(x1), "axisa"), canonical_axis(axisb, len(x2), "axisb")
    sizes = (x1[a], x2[b])
    reject(any(n not in (2, 3, None) for n in sizes), "vectors of 2 or 3 components are expected", shapes=(x1, x2))
    shape = shape_rules.broadcast(x1[:a] + x1[a + 1 :], x2[:b] + x2[b + 1 :])
    if sizes == (2, 2):
        return shape
    axisc = canonical_axis(axisc, len(shape) + 1, "axisc")
    return shape[:axisc] + (None if sizes == (None, None) else 3,) + shape[axisc:]


@op(dtype=same, shape=_crossed)
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


def _trace(x, offset=0, axis1=0, axis2=1):
    axes = shape_rules.two_axes(x, axis1, axis2)
    return tuple(n for i, n in enumerate(x) if i not in axes)


@op(dtype=accumulate, shape=_trace)
def trace(x: Tensor, offset=0, axis1=0, axis2=1):
    """Sums of the diagonals of the matrices in the plane of two axes.

    Args:
        x: Tensor of rank 2 or more.
        offset: Which diagonal: 0 the main one, positive above it.
        axis1: Axis of the rows.
        axis2: Axis of the columns.

    Returns:
        Tensor without the two axes.
    """


# Einstein summation


def _einsum_terms(subscripts, shapes):
    """Letters of each operand and of the result, the ellipsis spelled out with capital digits of its own."""
    subscripts = subscripts.replace(" ", "")
    left, arrow, result = subscripts.partition("->")
    terms = left.split(",")
    if len(terms) != len(shapes):
        raise ValueError(
            f"`subscripts` must name {len(terms)} operands, as it has that many terms. Received: {subscripts!r} with {len(shapes)} operands"
        )
    dots = [len(s) - len(t.replace("...", "")) for t, s in zip(terms, shapes) if "..." in t]
    longest = max(dots, default=0)
    spelled = [list(_spelled(t, len(s), longest)) for t, s in zip(terms, shapes)]
    if arrow:
        return spelled, list(_spelled(result, longest + len(result.replace("...", "")), longest))
    letters = [c for t in terms for c in t.replace("...", "")]
    implicit = sorted(c for c in set(letters) if letters.count(c) == 1)
    return spelled, [("dot", i) for i in range(longest)] + implicit


def _spelled(term, rank, longest):
    if "..." not in term:
        if len(term) != rank:
            raise ValueError(
                f"each term of `subscripts` must have one letter for each dimension. Received: {term!r} for rank {rank}"
            )
        yield from term
        return
    before, _, after = term.partition("...")
    count = rank - len(before) - len(after)
    yield from before
    yield from (("dot", longest - count + i) for i in range(count))
    yield from after


def _einsum_shape(subscripts, shapes):
    terms, result = _einsum_terms(subscripts, shapes)
    sizes = {}
    for term, shape in zip(terms, shapes):
        for letter, n in zip(term, shape):
            known = sizes.get(letter)
            if known in (None, 1):
                sizes[letter] = n if n is not None or known is None else known
            elif n not in (None, 1, known):
                raise ValueError(
                    f"`subscripts` {subscripts!r} must give dimension {letter!r} one size. Received: {known} and {n}"
                )
    return tuple(sizes[letter] for letter in result)


class Einsum(Operation):
    """The operation of `keras.ops.einsum` in a graph."""

    def __init__(self, subscripts, *, name=None):
        super().__init__(name=name)
        self.subscripts = subscripts

    def call(self, *operands, **kwargs):
        return einsum(self.subscripts, *operands, **kwargs)

    def compute_output_spec(self, *operands, **kwargs):
        try:
            shape = _einsum_shape(self.subscripts, [tuple(x.shape) for x in operands])
        except ValueError as error:
            raise ValueError(f"keras.ops.einsum: {error}") from error
        return KerasTensor(shape, int8_accumulates(*(x.dtype for x in operands))[1])


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
        operands = [convert_to_tensor(x) for x in operands]
        compute, _ = int8_accumulates(*(x.dtype for x in operands))
        operands = [cast(x, compute) for x in operands]
        dispatch.remember(_EINSUM_NEEDS_NO_CAST, tuple([x.dtype for x in operands if type(x) in dispatch.DENSE]))
    try:
        return backend.numpy.einsum(subscripts, *operands)
    except Exception as error:
        _explain_einsum(subscripts, operands, error)
        raise


def _explain_einsum(subscripts, operands, error):
    try:
        _einsum_shape(subscripts, [tuple(x.shape) for x in operands])
    except ValueError as clear_error:
        raise ValueError(f"keras.ops.einsum: {clear_error}") from error
