"""Segments, Fourier transforms, error functions, top-k, and other mathematics beyond NumPy's namespace."""

from keras.src.backend.common.shape_rules import pattern, reject
from keras.src.graph.operation import Operation
from keras.src.ops import numpy as ops
from keras.src.ops.core import cast
from keras.src.ops.declare import Axis, Index, Numbers, Tensor, Tensors, elementwise, op, reduction
from keras.src.ops.dtype_rules import as_is, held, real_part, to_complex, to_float, to_float_at_least, to_floats


@elementwise(dtype=to_float)
def rsqrt(x: Tensor):
    """`1 / sqrt(x)`, element-wise.

    Example:

    >>> keras.ops.rsqrt([1.0, 4.0, 0.25])
    array([1. , 0.5, 2. ], dtype=float32)
    """


@elementwise(dtype=to_float, sparse="all")
def erf(x: Tensor):
    """Error function of each element.

    Example:

    >>> keras.ops.erf([0.0, 0.5])
    array([0.    , 0.5205], dtype=float32)
    """


@elementwise(dtype=to_float)
def erfc(x: Tensor):
    """Complementary error function `1 - erf(x)`, exact for large `x`.

    Example:

    >>> keras.ops.erfc([0.0, 0.5])
    array([1.    , 0.4795], dtype=float32)
    """


@elementwise(dtype=to_float)
def erfinv(x: Tensor):
    """Inverse of the error function, for elements between -1 and 1.

    Example:

    >>> keras.ops.erfinv([0.0, 0.5])
    array([0.      , 0.476936], dtype=float32)
    """


@reduction(dtype=to_float)
def logsumexp(x: Tensor, axis: Axis = None, keepdims=False):
    """`log(sum(exp(x)))` over `axis`, without overflow.

    Example:

    >>> float(keras.ops.logsumexp([1000.0, 1000.0])) > 1000.0
    True
    """
    largest = ops.max(x, axis, True)
    largest = ops.where(ops.isfinite(largest), largest, cast(0, largest.dtype))
    total = ops.log(ops.sum(ops.exp(x - largest), axis, True)) + largest
    return total if keepdims else _without(total, axis)


def _without(x, axis):
    """`x` without reduced dimensions of size 1."""
    return ops.squeeze(x, tuple(range(len(x.shape))) if axis is None else axis)


def _segmented(data, segment_ids, num_segments=None):
    reject(not data, "`data` must have rank 1 or more", shape=data)
    reject(num_segments is not None and num_segments < 0, "`num_segments` must be 0 or more", num_segments=num_segments)
    reject(len(segment_ids) != 1, "`segment_ids` must have rank 1", shape=segment_ids)
    return (num_segments,) + data[1:]


@op(dtype=as_is, shape=_segmented)
def segment_sum(data: Tensor, segment_ids: Index, num_segments=None, sorted=False):
    """Sum of the slices of `data` along its first axis that share a segment.

    Args:
        data: Tensor of shape `(n, ...)`.
        segment_ids: Integer tensor of shape `(n,)`: the segment of each slice.
        num_segments: Number of segments; the largest id plus 1 by default (must be given in compiled code).
        sorted: Whether `segment_ids` ascend (a hint).

    Returns:
        Tensor of shape `(num_segments, ...)`; 0 where a segment is empty.

    Example:

    >>> keras.ops.segment_sum([1, 2, 3], [0, 0, 1])
    array([3, 3], dtype=int32)
    """


@op(dtype=as_is, shape=_segmented)
def segment_max(data: Tensor, segment_ids: Index, num_segments=None, sorted=False):
    """Largest elements of the slices of `data` that share a segment; the arguments are those of `segment_sum`.

    Returns:
        Tensor of shape `(num_segments, ...)`; the lowest number of the dtype where a segment is empty.

    Example:

    >>> keras.ops.segment_max([1, 7, 3], [0, 0, 1])
    array([7, 3], dtype=int32)
    """


@op(dtype=as_is, shape=_segmented)
def segment_min(data: Tensor, segment_ids: Index, num_segments=None, sorted=False):
    """Smallest elements of the slices of `data` that share a segment; the arguments are those of `segment_sum`.

    Returns:
        Tensor of shape `(num_segments, ...)`; the largest number of the dtype where a segment is empty.

    Example:

    >>> keras.ops.segment_min([1, 7, 3], [0, 0, 1])
    array([1, 3], dtype=int32)
    """


@op(dtype=as_is, shape=_segmented)
def segment_prod(data: Tensor, segment_ids: Index, num_segments=None, sorted=False):
    """Products of the slices of `data` that share a segment; the arguments are those of `segment_sum`.

    Returns:
        Tensor of shape `(num_segments, ...)`; 1 where a segment is empty.

    Example:

    >>> keras.ops.segment_prod([2, 7, 3], [0, 0, 1])
    array([14,  3], dtype=int32)
    """


def _top(x, k):
    reject(not x, "`x` must have rank 1 or more", shape=x)
    reject(k < 0, "`k` must be 0 or more", k=k)
    reject(x[-1] is not None and k > x[-1], f"`k` must not exceed the size of the last dimension, {x[-1]}", k=k)
    return (x[:-1] + (k,), x[:-1] + (k,))


@op(dtype=lambda x: (None, (held(x), "int32")), shape=_top, name="TopK", checked=True)
def top_k(x: Tensor, k: Numbers, sorted=True):
    """The `k` largest elements along the last axis, and where they stand.

    Args:
        x: Tensor of rank 1 or more.
        k: Number of elements.
        sorted: Whether they come in descending order.

    Returns:
        Pair of tensors of shape `x.shape[:-1] + (k,)`: values and int32 indices.

    Example:

    >>> values, indices = keras.ops.top_k([3, 9, 1, 5], 2)
    >>> values
    array([9, 5], dtype=int32)
    >>> indices
    array([1, 3], dtype=int32)
    """


def _found(targets, predictions, k):
    reject(k < 1, "`k` must be 1 or more", k=k)
    return pattern("n,nc->n")(targets, predictions)


@op(dtype=lambda predictions: (None, "bool"), shape=_found, checked=True)
def in_top_k(targets: Index, predictions: Tensor, k: Numbers):
    """Whether each target is among the `k` classes with the highest predictions.

    Args:
        targets: Integer tensor of shape `(batch,)`.
        predictions: Tensor of shape `(batch, classes)`.
        k: Number of classes.

    Returns:
        Tensor of bools of shape `(batch,)`; false for predictions that are not finite.

    Example:

    >>> keras.ops.in_top_k([0, 2], [[0.1, 0.7, 0.2], [0.1, 0.2, 0.7]], k=1)
    array([False,  True])
    """


# Spectra: pairs of real and imaginary parts


def _transformed(x):
    return pattern("...n,...n->...n,...n")(*x)


def _transformed_planes(x):
    return pattern("...mn,...mn->...mn,...mn")(*x)


@op(dtype=to_floats(None, None), shape=_transformed, name="FFT")
def fft(x: Tensors):
    """Discrete Fourier transform along the last axis.

    Args:
        x: Pair of tensors of equal shape: real and imaginary parts.

    Returns:
        Pair of tensors of that shape: real and imaginary parts.

    Example:

    >>> real, imaginary = keras.ops.fft(([1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 0.0, 0.0]))
    >>> real
    array([10., -2., -2., -2.], dtype=float32)
    >>> imaginary
    array([ 0.,  2.,  0., -2.], dtype=float32)
    """


@op(dtype=to_floats(None, None), shape=_transformed_planes, name="FFT2")
def fft2(x: Tensors):
    """Discrete Fourier transform along the last two axes; argument and result are those of `fft`.

    Example:

    >>> real, imaginary = keras.ops.fft2(([[1.0, 1.0], [1.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]))
    >>> real
    array([[4., 0.],
           [0., 0.]], dtype=float32)
    """


@op(dtype=to_floats(None, None), shape=_transformed_planes, name="IFFT2")
def ifft2(x: Tensors):
    """Inverse of `fft2`.

    Example:

    >>> real, imaginary = keras.ops.ifft2(([[4.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]))
    >>> real
    array([[1., 1.],
           [1., 1.]], dtype=float32)
    """


def _half_spectrum(x, fft_length=None):
    n = x[-1] if fft_length is None else fft_length
    shape = x[:-1] + (None if n is None else n // 2 + 1,)
    return (shape, shape)


@op(dtype=to_floats(None, None), shape=_half_spectrum, name="RFFT")
def rfft(x: Tensor, fft_length=None):
    """Discrete Fourier transform of real numbers along the last axis: the half of the spectrum that is not redundant.

    Args:
        x: Tensor of real numbers.
        fft_length: Length to which the last axis is cut or zero-padded first.

    Returns:
        Pair of tensors whose last size is `fft_length // 2 + 1`: real and imaginary parts.

    Example:

    >>> real, imaginary = keras.ops.rfft([1.0, 2.0, 3.0, 4.0])
    >>> real
    array([10., -2., -2.], dtype=float32)
    >>> imaginary
    array([0., 2., 0.], dtype=float32)
    """


def _from_half_spectrum(x, fft_length=None):
    first, second = x
    n = fft_length if fft_length is not None else (None if first[-1] is None else 2 * (first[-1] - 1))
    return first[:-1] + (n,)


@op(dtype=to_float, shape=_from_half_spectrum, name="IRFFT")
def irfft(x: Tensors, fft_length=None):
    """Inverse of `rfft`.

    Args:
        x: Pair of tensors: real and imaginary parts of half a spectrum.
        fft_length: Length of the result; `2 * (last size - 1)` by default.

    Returns:
        Tensor of real numbers.

    Example:

    >>> keras.ops.irfft(([10.0, -2.0, -2.0], [0.0, 2.0, 0.0]))
    array([1., 2., 3., 4.], dtype=float32)
    """


# Distances, determinants, complex views


@op(dtype=to_float_at_least, shape=pattern("...nd,...md->...nm"), name="CDist")
def cdist(x: Tensor, y: Tensor):
    """Euclidean distances between all pairs of rows.

    Args:
        x: Tensor of shape `(..., n, d)`.
        y: Tensor of shape `(..., m, d)`.

    Returns:
        Tensor of shape `(..., n, m)`; its gradient at distance 0 is 0.

    Example:

    >>> keras.ops.cdist([[0.0, 0.0], [3.0, 0.0]], [[0.0, 4.0]])
    array([[4.],
           [5.]], dtype=float32)
    """
    squares = ops.sum(ops.square(ops.expand_dims(x, -2) - ops.expand_dims(y, -3)), -1)
    apart = squares > 0
    return ops.where(apart, ops.sqrt(ops.where(apart, squares, cast(1, squares.dtype))), cast(0, squares.dtype))


@op(dtype=to_float, shape=pattern("...nn->...", as_given=False))
def logdet(x: Tensor):
    """Natural logarithm of the determinants of positive definite matrices.

    Args:
        x: Tensor of shape `(..., n, n)`.

    Returns:
        Tensor of shape `(...)`.

    Example:

    >>> keras.ops.logdet([[2.0, 0.0], [0.0, 4.0]])
    array(2.079442, dtype=float32)
    """
    return ops.slogdet(x)[1]


class SegmentReduction(Operation):
    """What the operations that reduce segments are made from; code that knows Keras' classes asks for it by name.

    Args:
        num_segments: Number of segments, or `None`.
        sorted: Whether the segments are in order.
    """

    def __init__(self, num_segments=None, sorted=False, *, name=None):
        super().__init__(name=name)
        self.num_segments = num_segments
        self.sorted = sorted


@op(dtype=to_complex, shape=pattern("...2->..."))
def view_as_complex(x: Tensor):
    """Complex numbers from their parts along the last axis.

    Args:
        x: Tensor of shape `(..., 2)`: real and imaginary parts.

    Returns:
        Complex tensor of shape `(...)`.

    Example:

    >>> keras.ops.view_as_complex([[1.0, 2.0], [3.0, -1.0]])
    array([1.+2.j, 3.-1.j], dtype=complex64)
    """


@op(dtype=real_part, shape=lambda x: x + (2,))
def view_as_real(x: Tensor):
    """Real and imaginary parts of complex numbers, side by side in a new last dimension of size 2.

    Example:

    >>> keras.ops.view_as_real([1 + 2j, 3 - 1j])
    array([[ 1.,  2.],
           [ 3., -1.]], dtype=float32)
    """
    return ops.stack([ops.real(x), ops.imag(x)], -1)
