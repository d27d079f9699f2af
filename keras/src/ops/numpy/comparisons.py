"""Comparisons, questions about numbers, and the choice by a condition: element by element."""

from keras.src.ops.declare import Argument, Tensor, elementwise
from keras.src.ops.dtype_rules import promoted, to_bool


def _where_rule(condition, *values):
    if not values:
        return "bool", "int32"
    dtype = promoted(*values)
    return ("bool",) + (dtype,) * len(values), dtype


@elementwise(dtype=to_bool)
def equal(x1: Tensor, x2: Tensor):
    """Whether `x1 == x2`, element-wise.

    Example:

    >>> keras.ops.equal([1, 2, 3], [1, 0, 3])
    array([ True, False,  True])
    """


@elementwise(dtype=to_bool)
def not_equal(x1: Tensor, x2: Tensor):
    """Whether `x1 != x2`, element-wise.

    Example:

    >>> keras.ops.not_equal([1, 2, 3], [1, 0, 3])
    array([False,  True, False])
    """


@elementwise(dtype=to_bool)
def greater(x1: Tensor, x2: Tensor):
    """Whether `x1 > x2`, element-wise.

    Example:

    >>> keras.ops.greater([1, 2, 3], 2)
    array([False, False,  True])
    """


@elementwise(dtype=to_bool)
def greater_equal(x1: Tensor, x2: Tensor):
    """Whether `x1 >= x2`, element-wise.

    Example:

    >>> keras.ops.greater_equal([1, 2, 3], 2)
    array([False,  True,  True])
    """


@elementwise(dtype=to_bool)
def less(x1: Tensor, x2: Tensor):
    """Whether `x1 < x2`, element-wise.

    Example:

    >>> keras.ops.less([1, 2, 3], 2)
    array([ True, False, False])
    """


@elementwise(dtype=to_bool)
def less_equal(x1: Tensor, x2: Tensor):
    """Whether `x1 <= x2`, element-wise.

    Example:

    >>> keras.ops.less_equal([1, 2, 3], 2)
    array([ True,  True, False])
    """


@elementwise(dtype=to_bool)
def isclose(x1: Tensor, x2: Tensor, rtol: Argument = 1e-05, atol: Argument = 1e-08, equal_nan=False):
    """Whether `|x1 - x2| <= atol + rtol * |x2|`, element-wise.

    Args:
        x1: Tensor.
        x2: Tensor.
        rtol: Tolerance relative to `x2`.
        atol: Absolute tolerance.
        equal_nan: Whether NaN equals NaN.

    Returns:
        Tensor of bools of the broadcast shape.

    Example:

    >>> keras.ops.isclose([1.0, 1.0], [1.000001, 1.1])
    array([ True, False])
    """


@elementwise(dtype=to_bool)
def isfinite(x: Tensor):
    """Whether each element is neither NaN nor infinite.

    Example:

    >>> keras.ops.isfinite([1.0, float("nan"), float("inf")])
    array([ True, False, False])
    """


@elementwise(dtype=to_bool)
def isinf(x: Tensor):
    """Whether each element is positive or negative infinity.

    Example:

    >>> keras.ops.isinf([1.0, float("nan"), float("-inf")])
    array([False, False,  True])
    """


@elementwise(dtype=to_bool)
def isnan(x: Tensor):
    """Whether each element is NaN.

    Example:

    >>> keras.ops.isnan([1.0, float("nan"), float("inf")])
    array([False,  True, False])
    """


@elementwise(dtype=to_bool)
def isneginf(x: Tensor):
    """Whether each element is negative infinity.

    Example:

    >>> keras.ops.isneginf([float("inf"), float("-inf")])
    array([False,  True])
    """


@elementwise(dtype=to_bool)
def isposinf(x: Tensor):
    """Whether each element is positive infinity.

    Example:

    >>> keras.ops.isposinf([float("inf"), float("-inf")])
    array([ True, False])
    """


@elementwise(dtype=to_bool)
def isreal(x: Tensor):
    """Whether each element has no imaginary part.

    Example:

    >>> keras.ops.isreal([1 + 0j, 1 + 2j])
    array([ True, False])
    """


@elementwise(dtype=_where_rule)
def where(condition: Tensor, x1: Tensor | None = None, x2: Tensor | None = None):
    """Elements of `x1` where `condition` holds, of `x2` elsewhere.

    Args:
        condition: Tensor of bools.
        x1: Tensor of the values where it holds. Without `x1` and `x2` the result is `nonzero(condition)`.
        x2: Tensor of the values elsewhere.

    Returns:
        Tensor of the broadcast shape and the dtype that `x1` and `x2` promote to.

    Example:

    >>> keras.ops.where([True, False], [1, 2], [3, 4])
    array([1, 4], dtype=int32)
    """
