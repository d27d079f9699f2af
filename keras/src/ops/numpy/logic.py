"""Truth values and bits."""

from keras.src.backend.common import shape_rules
from keras.src.ops.declare import Axis, Tensor, elementwise, op, reduction
from keras.src.ops.dtype_rules import bits, integers, logical, to_bool
from keras.src.ops.numpy.comparisons import isclose


@elementwise(dtype=logical)
def logical_and(x1: Tensor, x2: Tensor):
    """Whether both `x1` and `x2` hold, element-wise; numbers count as true unless zero.

    Example:

    >>> keras.ops.logical_and([True, True], [True, False])
    array([ True, False])
    """


@elementwise(dtype=logical)
def logical_or(x1: Tensor, x2: Tensor):
    """Whether `x1` or `x2` holds, element-wise.

    Example:

    >>> keras.ops.logical_or([True, False], [False, False])
    array([ True, False])
    """


@elementwise(dtype=logical)
def logical_xor(x1: Tensor, x2: Tensor):
    """Whether exactly one of `x1` and `x2` holds, element-wise.

    Example:

    >>> keras.ops.logical_xor([True, True], [True, False])
    array([False,  True])
    """


@elementwise(dtype=logical)
def logical_not(x: Tensor):
    """Whether `x` does not hold, element-wise.

    Example:

    >>> keras.ops.logical_not([0, 1, 2])
    array([ True, False, False])
    """


@elementwise(dtype=bits)
def bitwise_and(x: Tensor, y: Tensor):
    """Bits set in both `x` and `y`.

    Example:

    >>> keras.ops.bitwise_and([6, 5], 3)
    array([2, 1], dtype=int32)
    """


@elementwise(dtype=bits)
def bitwise_or(x: Tensor, y: Tensor):
    """Bits set in `x` or `y`.

    Example:

    >>> keras.ops.bitwise_or([6, 5], 3)
    array([7, 7], dtype=int32)
    """


@elementwise(dtype=bits)
def bitwise_xor(x: Tensor, y: Tensor):
    """Bits set in exactly one of `x` and `y`.

    Example:

    >>> keras.ops.bitwise_xor([6, 5], 3)
    array([5, 6], dtype=int32)
    """


@elementwise(dtype=bits)
def bitwise_invert(x: Tensor):
    """Each bit of `x` flipped.

    Example:

    >>> keras.ops.bitwise_invert([0, 5, -1])
    array([-1, -6,  0], dtype=int32)
    """


@elementwise(dtype=bits)
def bitwise_not(x: Tensor):
    """Each bit of `x` flipped; another name of `bitwise_invert`.

    Example:

    >>> keras.ops.bitwise_not([0, 5, -1])
    array([-1, -6,  0], dtype=int32)
    """
    return bitwise_invert(x)


@elementwise(dtype=integers)
def bitwise_left_shift(x: Tensor, y: Tensor):
    """Bits of `x` moved left by `y` places.

    Example:

    >>> keras.ops.bitwise_left_shift([1, 3], 2)
    array([ 4, 12], dtype=int32)
    """


@elementwise(dtype=integers)
def left_shift(x: Tensor, y: Tensor):
    """Bits of `x` moved left by `y` places; another name of `bitwise_left_shift`.

    Example:

    >>> keras.ops.left_shift([1, 3], [4, 1])
    array([16,  6], dtype=int32)
    """
    return bitwise_left_shift(x, y)


@elementwise(dtype=integers)
def bitwise_right_shift(x: Tensor, y: Tensor):
    """Bits of `x` moved right by `y` places, keeping the sign.

    Example:

    >>> keras.ops.bitwise_right_shift([16, -16], 2)
    array([ 4, -4], dtype=int32)
    """


@elementwise(dtype=integers)
def right_shift(x: Tensor, y: Tensor):
    """Bits of `x` moved right by `y` places; another name of `bitwise_right_shift`.

    Example:

    >>> keras.ops.right_shift([16, 9], [4, 1])
    array([1, 4], dtype=int32)
    """
    return bitwise_right_shift(x, y)


@reduction(dtype=logical)
def all(x: Tensor, axis: Axis = None, keepdims=False):
    """Whether all elements along `axis` hold.

    Example:

    >>> keras.ops.all([[True, False], [True, True]], axis=1)
    array([False,  True])
    """


@reduction(dtype=logical)
def any(x: Tensor, axis: Axis = None, keepdims=False):
    """Whether any element along `axis` holds.

    Example:

    >>> keras.ops.any([[True, False], [False, False]], axis=1)
    array([ True, False])
    """


@op(dtype=to_bool, shape=lambda x1, x2: shape_rules.broadcast(x1, x2) and (), name="AllClose")
def allclose(x1: Tensor, x2: Tensor, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Whether all of `|x1 - x2| <= atol + rtol * |x2|`.

    Args:
        x1: Tensor.
        x2: Tensor.
        rtol: Tolerance relative to `x2`.
        atol: Absolute tolerance.
        equal_nan: Whether NaN equals NaN.

    Returns:
        Scalar tensor of dtype bool.

    Example:

    >>> keras.ops.allclose([1.0, 2.0], [1.0, 2.000001])
    array(True)
    """
    return all(isclose(x1, x2, rtol, atol, equal_nan))


@op(dtype=to_bool, shape=shape_rules.first, name="IsIn")
def isin(x1: Tensor, x2: Tensor, assume_unique=False, invert=False):
    """Whether each element of `x1` stands somewhere in `x2`.

    Args:
        x1: Tensor of any shape.
        x2: Tensor of the values looked for, of any shape.
        assume_unique: Whether the elements of each are known to be distinct (a hint).
        invert: Whether to answer the opposite.

    Returns:
        Tensor of bools of the shape of `x1`.

    Example:

    >>> keras.ops.isin([1, 2, 3, 4], [2, 4])
    array([False,  True, False,  True])
    """
