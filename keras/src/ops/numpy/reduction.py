"""Sums, extremes, moments and positions along axes, plain, NaN-aware and cumulative."""

from keras.src.backend.common import shape_rules
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.ops.core import cast
from keras.src.ops.declare import Axis, Tensor, op, reduction
from keras.src.ops.dtype_rules import accumulate, narrowed, real_part, same, stated, to_float, to_int32
from keras.src.ops.numpy.comparisons import isnan, where
from keras.src.ops.numpy.elementwise import absolute, sqrt
from keras.src.ops.numpy.logic import all as all_true


def _sum_of_given(*dtypes, dtype=None):
    return accumulate(*dtypes) if dtype is None else (stated(dtype),) * 2


def _product_of_given(*dtypes, dtype=None):
    """As sums are, in 32 bits where promotion ends at those."""
    return _sum_of_given(*(narrowed(d)[1] for d in dtypes), dtype=dtype)


def _cumulated(*dtypes, dtype=None):
    dtype = narrowed(*dtypes)[1] if dtype is None else stated(dtype)
    dtype = "int32" if dtype == "bool" else dtype
    return dtype, dtype


def _spread(*dtypes):
    """Variances are real floats."""
    compute, _ = to_float(*dtypes)
    return compute, real_part(compute)[1]


@reduction(dtype=accumulate, sparse="all")
def sum(x: Tensor, axis: Axis = None, keepdims=False):
    """Sum over `axis`; integers below 32 bits add up in 32 bits.

    Example:

    >>> keras.ops.sum([[1, 2], [3, 4]], axis=0)
    array([4, 6], dtype=int32)
    """


@reduction(dtype=_product_of_given)
def prod(x: Tensor, axis: Axis = None, keepdims=False, dtype=None):
    """Product over `axis`.

    Args:
        x: Tensor.
        axis: Int or tuple of ints; all dimensions by default.
        keepdims: Whether reduced dimensions stay with size 1.
        dtype: Dtype of the product; by default that of `x`, at least 32 bits.

    Returns:
        Tensor without the dimensions of `axis`.

    Example:

    >>> keras.ops.prod([[1, 2], [3, 4]], axis=1)
    array([ 2, 12], dtype=int32)
    """


@reduction(dtype=to_float, sparse="all")
def mean(x: Tensor, axis: Axis = None, keepdims=False):
    """Arithmetic mean over `axis`.

    Example:

    >>> keras.ops.mean([[1, 2], [3, 6]], axis=0)
    array([2., 4.], dtype=float32)
    """


@reduction(dtype=_spread)
def var(x: Tensor, axis: Axis = None, keepdims=False):
    """Variance over `axis`: the mean squared distance from the mean.

    Example:

    >>> keras.ops.var([1.0, 3.0, 5.0, 7.0])
    array(5., dtype=float32)
    """


@reduction(dtype=_spread)
def std(x: Tensor, axis: Axis = None, keepdims=False):
    """Standard deviation over `axis`: the square root of the variance.

    Example:

    >>> keras.ops.std([1.0, 3.0, 1.0, 3.0])
    array(1., dtype=float32)
    """


@reduction(dtype=same)
def max(x: Tensor, axis: Axis = None, keepdims=False, initial=None):
    """Largest element over `axis`.

    Args:
        x: Tensor.
        axis: Int or tuple of ints; all dimensions by default.
        keepdims: Whether reduced dimensions stay with size 1.
        initial: Lower bound of the result; the result over no elements.

    Returns:
        Tensor of the dtype of `x` without the dimensions of `axis`.

    Example:

    >>> keras.ops.max([[1, 7], [5, 3]], axis=1)
    array([7, 5], dtype=int32)
    """


@reduction(dtype=same)
def min(x: Tensor, axis: Axis = None, keepdims=False, initial=None):
    """Smallest element over `axis`.

    Args:
        x: Tensor.
        axis: Int or tuple of ints; all dimensions by default.
        keepdims: Whether reduced dimensions stay with size 1.
        initial: Upper bound of the result; the result over no elements.

    Returns:
        Tensor of the dtype of `x` without the dimensions of `axis`.

    Example:

    >>> keras.ops.min([[1, 7], [5, 3]], axis=0)
    array([1, 3], dtype=int32)
    """


@reduction(dtype=same)
def amax(x: Tensor, axis: Axis = None, keepdims=False):
    """Largest element over `axis`; another name of `max`.

    Example:

    >>> keras.ops.amax([[1, 7], [5, 3]], axis=0)
    array([5, 7], dtype=int32)
    """
    return max(x, axis, keepdims)


@reduction(dtype=same)
def amin(x: Tensor, axis: Axis = None, keepdims=False):
    """Smallest element over `axis`; another name of `min`.

    Example:

    >>> keras.ops.amin([[1, 7], [5, 3]], axis=1)
    array([1, 3], dtype=int32)
    """
    return min(x, axis, keepdims)


@reduction(dtype=same)
def ptp(x: Tensor, axis: Axis = None, keepdims=False):
    """Distance between the largest and the smallest element over `axis`.

    Example:

    >>> keras.ops.ptp([[1, 7], [5, 3]], axis=1)
    array([6, 2], dtype=int32)
    """
    return max(x, axis, keepdims) - min(x, axis, keepdims)


def _one_axis(x, axis=None, keepdims=False):
    if axis is None:
        return (1,) * len(x) if keepdims else ()
    return shape_rules.reduced(x, axis, keepdims)


@op(dtype=to_int32, shape=_one_axis)
def argmax(x: Tensor, axis: Axis = None, keepdims=False):
    """Position of the largest element along `axis`, in the flattened tensor by default; the first one of several.

    Example:

    >>> keras.ops.argmax([[1, 7], [5, 3]], axis=1)
    array([1, 0], dtype=int32)
    """


@op(dtype=to_int32, shape=_one_axis)
def argmin(x: Tensor, axis: Axis = None, keepdims=False):
    """Position of the smallest element along `axis`, in the flattened tensor by default; the first one of several.

    Example:

    >>> keras.ops.argmin([4, 1, 1, 3])
    array(1, dtype=int32)
    """


@op(dtype=to_int32, shape=lambda x, axis=None: shape_rules.reduced(x, axis))
def count_nonzero(x: Tensor, axis: Axis = None):
    """Number of elements other than zero along `axis`.

    Example:

    >>> keras.ops.count_nonzero([[0, 7], [5, 3]], axis=1)
    array([1, 2], dtype=int32)
    """


# NaN-aware


@reduction(dtype=accumulate, sparse="all")
def nansum(x: Tensor, axis: Axis = None, keepdims=False):
    """Sum over `axis`, NaN counting as 0.

    Example:

    >>> keras.ops.nansum([1.0, float("nan"), 3.0])
    array(4., dtype=float32)
    """
    return sum(_with_nan_as(x, 0), axis, keepdims)


@reduction(dtype=_product_of_given)
def nanprod(x: Tensor, axis: Axis = None, keepdims=False):
    """Product over `axis`, NaN counting as 1.

    Example:

    >>> keras.ops.nanprod([2.0, float("nan"), 3.0])
    array(6., dtype=float32)
    """
    return prod(_with_nan_as(x, 1), axis, keepdims)


@reduction(dtype=to_float)
def nanmean(x: Tensor, axis: Axis = None, keepdims=False):
    """Mean over `axis` of the elements that are not NaN.

    Example:

    >>> keras.ops.nanmean([1.0, float("nan"), 3.0])
    array(2., dtype=float32)
    """
    count = sum(where(isnan(x), 0, 1), axis, keepdims)
    return sum(_with_nan_as(x, 0), axis, keepdims) / _like(count, x)


@reduction(dtype=_spread)
def nanvar(x: Tensor, axis: Axis = None, keepdims=False):
    """Variance over `axis` of the elements that are not NaN.

    Example:

    >>> keras.ops.nanvar([1.0, float("nan"), 3.0])
    array(1., dtype=float32)
    """
    return nanmean(absolute(x - nanmean(x, axis, keepdims=True)) ** 2, axis, keepdims)


@reduction(dtype=_spread)
def nanstd(x: Tensor, axis: Axis = None, keepdims=False):
    """Standard deviation over `axis` of the elements that are not NaN.

    Example:

    >>> keras.ops.nanstd([1.0, float("nan"), 5.0])
    array(2., dtype=float32)
    """
    return sqrt(nanvar(x, axis, keepdims))


@reduction(dtype=same)
def nanmax(x: Tensor, axis: Axis = None, keepdims=False):
    """Largest element over `axis` that is not NaN; NaN where all are.

    Example:

    >>> keras.ops.nanmax([1.0, float("nan"), 3.0])
    array(3., dtype=float32)
    """
    return _nan_where_all_are(max(_with_nan_as(x, float("-inf")), axis, keepdims), x, axis, keepdims)


@reduction(dtype=same)
def nanmin(x: Tensor, axis: Axis = None, keepdims=False):
    """Smallest element over `axis` that is not NaN; NaN where all are.

    Example:

    >>> keras.ops.nanmin([[1.0, float("nan")], [5.0, 3.0]], axis=1)
    array([1., 3.], dtype=float32)
    """
    return _nan_where_all_are(min(_with_nan_as(x, float("inf")), axis, keepdims), x, axis, keepdims)


@op(dtype=to_int32, shape=_one_axis)
def nanargmax(x: Tensor, axis: Axis = None, keepdims=False):
    """Position of the largest element along `axis` that is not NaN; -1 where all are.

    Example:

    >>> keras.ops.nanargmax([1.0, float("nan"), 3.0])
    array(2, dtype=int32)
    """
    return _minus_one_where_all_nan(argmax(_with_nan_as(x, float("-inf")), axis, keepdims), x, axis, keepdims)


@op(dtype=to_int32, shape=_one_axis)
def nanargmin(x: Tensor, axis: Axis = None, keepdims=False):
    """Position of the smallest element along `axis` that is not NaN; -1 where all are.

    Example:

    >>> keras.ops.nanargmin([float("nan"), 1.0, 3.0])
    array(1, dtype=int32)
    """
    return _minus_one_where_all_nan(argmin(_with_nan_as(x, float("inf")), axis, keepdims), x, axis, keepdims)


def _is_inexact(x):
    return "float" in standardize_dtype(x.dtype)


def _with_nan_as(x, value):
    return where(isnan(x), _like(value, x), x) if _is_inexact(x) else x


def _nan_where_all_are(result, x, axis, keepdims):
    if not _is_inexact(x):
        return result
    return where(all_true(isnan(x), axis, keepdims), _like(float("nan"), x), result)


def _minus_one_where_all_nan(result, x, axis, keepdims):
    if not _is_inexact(x):
        return result
    return where(all_true(isnan(x), axis, keepdims), -1, result)


def _like(value, x):
    return cast(value, x.dtype)


# Cumulative


@op(dtype=_cumulated, shape=shape_rules.along_axis)
def cumsum(x: Tensor, axis=None, dtype=None):
    """Running sum along `axis`.

    Args:
        x: Tensor.
        axis: Int; by default over the flattened tensor.
        dtype: Dtype of the result; that of `x` by default.

    Returns:
        Tensor of the shape of `x`, flat when `axis` is None.

    Example:

    >>> keras.ops.cumsum([[1, 2], [3, 4]], axis=0)
    array([[1, 2],
           [4, 6]], dtype=int32)
    """


@op(dtype=_cumulated, shape=shape_rules.along_axis)
def cumprod(x: Tensor, axis=None, dtype=None):
    """Running product along `axis`; the arguments are those of `cumsum`.

    Example:

    >>> keras.ops.cumprod([1, 2, 3, 4])
    array([ 1,  2,  6, 24], dtype=int32)
    """


@op(dtype=_cumulated, shape=shape_rules.along_axis)
def nancumsum(x: Tensor, axis=None, dtype=None):
    """Running sum along `axis`, NaN counting as 0; the arguments are those of `cumsum`.

    Example:

    >>> keras.ops.nancumsum([1.0, float("nan"), 3.0])
    array([1., 1., 4.], dtype=float32)
    """
    return cumsum(_with_nan_as(x, 0), axis, dtype)


@op(dtype=_cumulated, shape=shape_rules.along_axis)
def nancumprod(x: Tensor, axis=None, dtype=None):
    """Running product along `axis`, NaN counting as 1; the arguments are those of `cumsum`.

    Example:

    >>> keras.ops.nancumprod([2.0, float("nan"), 3.0])
    array([2., 2., 6.], dtype=float32)
    """
    return cumprod(_with_nan_as(x, 1), axis, dtype)
