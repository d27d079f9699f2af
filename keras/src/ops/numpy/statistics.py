"""Averages, quantiles, histograms, correlations and polynomials of samples."""

from keras.src.backend.common import shape_rules
from keras.src.backend.common import statistics_rules as rules
from keras.src.backend.common.shape_rules import canonical_axis
from keras.src.ops.core import cast
from keras.src.ops.declare import Axis, Sparse, Tensor, op, reduction
from keras.src.ops.dtype_rules import promoted, same, to_float, to_float_at_least, to_floats
from keras.src.ops.numpy.comparisons import where
from keras.src.ops.numpy.creation import arange
from keras.src.ops.numpy.elementwise import divide, multiply, sqrt, subtract
from keras.src.ops.numpy.linear import matmul
from keras.src.ops.numpy.reduction import mean
from keras.src.ops.numpy.reduction import sum as sum_of
from keras.src.ops.numpy.shaping import expand_dims, reshape, transpose
from keras.src.ops.numpy.transcendental import conjugate, real


@op(dtype=to_float)
def average(x: Tensor, axis: Axis = None, weights: Tensor | None = None):
    """Weighted mean over `axis`.

    Args:
        x: Tensor.
        axis: Int or tuple of ints; all dimensions by default.
        weights: Tensor of the shape of `x`, or a vector for the one axis; equal weights by default.

    Returns:
        Tensor without the dimensions of `axis`.

    Example:

    >>> keras.ops.average([1.0, 2.0, 6.0], weights=[3, 1, 0])
    array(1.25, dtype=float32)
    """
    if weights is None:
        return mean(x, axis)
    if len(weights.shape) == 1 and len(x.shape) > 1:
        weights = _along(weights, axis, len(x.shape))
    return divide(sum_of(multiply(x, weights), axis), sum_of(multiply(weights, x * 0 + 1), axis))


def _along(weights, axis, rank):
    """A vector of weights with dimensions of size 1 around it."""
    if not isinstance(axis, int):
        raise ValueError(f"keras.ops.average: a vector of `weights` needs one `axis`. Received: axis={axis}")
    axis = canonical_axis(axis, rank)
    return reshape(weights, (1,) * axis + (-1,) + (1,) * (rank - axis - 1))


def _quantile_dtype(x, q):
    dtype = to_float(x)[1]
    return dtype, dtype


@op(dtype=_quantile_dtype, shape=rules.at_quantiles, checked=True)
def quantile(x: Tensor, q: Tensor, axis: Axis = None, method="linear", keepdims=False):
    """Values below which given fractions of the elements lie.

    Args:
        x: Tensor.
        q: Fraction between 0 and 1, or a vector of them.
        axis: Int or tuple of ints; all dimensions by default.
        method: How to choose between two neighbours: `"linear"`, `"lower"`, `"higher"`, `"midpoint"`, `"nearest"`.
        keepdims: Whether reduced dimensions stay with size 1.

    Returns:
        Tensor; a vector `q` adds a leading dimension.

    Example:

    >>> keras.ops.quantile([1.0, 2.0, 3.0, 4.0, 5.0], [0.25, 0.5])
    array([2., 3.], dtype=float32)
    """


@op(dtype=_quantile_dtype, shape=rules.at_quantiles, checked=True)
def percentile(x: Tensor, q: Tensor, axis: Axis = None, method="linear", keepdims=False):
    """As `quantile`, with `q` in percent.

    Example:

    >>> keras.ops.percentile([1.0, 2.0, 3.0, 4.0, 5.0], 75)
    array(4., dtype=float32)
    """
    return quantile(x, divide(q, 100.0), axis, method, keepdims)


@op(dtype=_quantile_dtype, shape=rules.at_quantiles, checked=True)
def nanquantile(x: Tensor, q: Tensor, axis: Axis = None, method="linear", keepdims=False):
    """As `quantile`, over the elements that are not NaN.

    Example:

    >>> keras.ops.nanquantile([1.0, float("nan"), 3.0], 0.5)
    array(2., dtype=float32)
    """


@op(dtype=_quantile_dtype, shape=rules.at_quantiles, checked=True)
def nanpercentile(x: Tensor, q: Tensor, axis: Axis = None, method="linear", keepdims=False):
    """As `nanquantile`, with `q` in percent.

    Example:

    >>> keras.ops.nanpercentile([1.0, float("nan"), 3.0], 25)
    array(1.5, dtype=float32)
    """
    return nanquantile(x, divide(q, 100.0), axis, method, keepdims)


@reduction(dtype=to_float)
def median(x: Tensor, axis: Axis = None, keepdims=False):
    """Middle element over `axis`, the mean of the two middle ones of an even number.

    Example:

    >>> keras.ops.median([7.0, 1.0, 3.0])
    array(3., dtype=float32)
    >>> keras.ops.median([[1, 2, 3, 10]], axis=1)
    array([2.5], dtype=float32)
    """
    return quantile(x, 0.5, axis, "linear", keepdims)


@reduction(dtype=to_float)
def nanmedian(x: Tensor, axis: Axis = None, keepdims=False):
    """Median over `axis` of the elements that are not NaN.

    Example:

    >>> keras.ops.nanmedian([7.0, float("nan"), 1.0, 3.0])
    array(3., dtype=float32)
    """
    return nanquantile(x, 0.5, axis, "linear", keepdims)


@op(dtype=to_floats("int32", None), shape=lambda x, bins=10: ((bins,), (bins + 1,)))
def histogram(x: Tensor, bins=10, range=None):
    """Counts of the elements in bins of equal width.

    Args:
        x: Tensor.
        bins: Number of bins.
        range: Pair of the lower and upper limit; from the smallest to the largest element by default.

    Returns:
        Pair of the counts, of shape `(bins,)`, and the limits, of shape `(bins + 1,)`.

    Example:

    >>> counts, edges = keras.ops.histogram([1, 1, 2, 5], bins=2)
    >>> counts
    array([3, 1], dtype=int32)
    >>> edges
    array([1., 3., 5.], dtype=float32)
    """


def _bincount_dtype(x, weights=None):
    return (None,) * (1 + (weights is not None)), "int32" if weights is None else promoted(weights)


@op(dtype=_bincount_dtype, shape=rules.bincounted, legacy={"weights": None}, sparse="all", checked=True)
def bincount(x: Tensor, weights: Tensor | None = None, minlength=0, sparse: Sparse = False):
    """How often each integer occurs.

    Args:
        x: Tensor of integers from 0, of rank 1, or of rank 2 to count in each row.
        weights: Tensor of the shape of `x`: what each occurrence counts; 1 by default.
        minlength: Least number of counts.
        sparse: Whether to return a sparse tensor, where the engine has those.

    Returns:
        Tensor of the counts of 0, 1, 2, ...

    Example:

    >>> keras.ops.bincount([0, 1, 1, 3])
    array([1, 2, 0, 1], dtype=int32)
    >>> keras.ops.bincount([0, 1, 1], weights=[0.5, 1.0, 2.0])
    array([0.5, 3. ], dtype=float32)
    """


@op(dtype=to_float, shape=rules.correlation_matrix)
def corrcoef(x: Tensor):
    """Pearson's correlation coefficients between the rows of `x`.

    Example:

    >>> keras.ops.corrcoef([[1.0, 2.0, 3.0], [6.0, 4.0, 2.0]])
    array([[ 1., -1.],
           [-1.,  1.]], dtype=float32)
    """
    rows = reshape(x, (1, -1)) if len(x.shape) < 2 else x
    centred = subtract(rows, mean(rows, 1, True))
    covariance = matmul(centred, transpose(conjugate(centred)))
    spread = sqrt(real(_diagonal_of(covariance)))
    result = covariance / cast(expand_dims(spread, 0) * expand_dims(spread, 1), covariance.dtype)
    return result if len(x.shape) == 2 else reshape(result, ())


def _diagonal_of(x):
    n = arange(x.shape[0])
    return sum_of(where(expand_dims(n, 0) == expand_dims(n, 1), x, cast(0, x.dtype)), 1)


@op(dtype=to_float_at_least, shape=rules.correlated, checked=True)
def correlate(x1: Tensor, x2: Tensor, mode="valid"):
    """Cross-correlation of two vectors.

    Args:
        x1: Tensor of rank 1.
        x2: Tensor of rank 1.
        mode: `"valid"` where they overlap fully, `"same"` as long as the longer, `"full"` wherever they overlap.

    Returns:
        Tensor of rank 1.

    Example:

    >>> keras.ops.correlate([1, 2, 3], [0, 1])
    array([2., 3.], dtype=float32)
    >>> keras.ops.correlate([1, 2, 3], [0, 1], mode="full")
    array([1., 2., 3., 0.], dtype=float32)
    """


@op(dtype=same, shape=rules.differences)
def diff(a: Tensor, n=1, axis=-1):
    """Differences of neighbours along `axis`, taken `n` times.

    Example:

    >>> keras.ops.diff([1, 4, 9, 16])
    array([3, 5, 7], dtype=int32)
    >>> keras.ops.diff([1, 4, 9, 16], n=2)
    array([2, 2], dtype=int32)
    """


@op(dtype=same, shape=rules.vander)
def vander(x: Tensor, N=None, increasing=False):
    """Vandermonde matrix: powers of the elements of a vector in its columns.

    Args:
        x: Tensor of rank 1.
        N: Number of columns; as many as elements by default.
        increasing: Whether the powers grow from left to right.

    Returns:
        Tensor of shape `(len(x), N)`.

    Example:

    >>> keras.ops.vander([1, 2, 3])
    array([[1, 1, 1],
           [4, 2, 1],
           [9, 3, 1]], dtype=int32)
    """


@op(dtype=to_float, shape=lambda y, x=None, axis=-1: shape_rules.reduced(y, axis), legacy={"x": None})
def trapezoid(y: Tensor, x: Tensor | None = None, dx=1.0, axis=-1):
    """Integral along `axis` by the trapezoidal rule.

    Args:
        y: Tensor of the values.
        x: Tensor of the places; `dx` apart by default.
        dx: Distance of the places.
        axis: Int.

    Returns:
        Tensor without the dimension `axis`.

    Example:

    >>> keras.ops.trapezoid([0.0, 1.0, 4.0])
    array(3., dtype=float32)
    >>> keras.ops.trapezoid([0.0, 1.0, 4.0], x=[0, 2, 4])
    array(6., dtype=float32)
    """
