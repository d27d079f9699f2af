"""Tensors from sizes and numbers."""

from math import ceil as _ceil

from keras.src.backend import config
from keras.src.backend.common import shape_rules
from keras.src.backend.common.dtypes import result_type
from keras.src.backend.common.shape_rules import reject
from keras.src.ops.declare import Argument, Shape, Tensor, op
from keras.src.ops.dtype_rules import as_is, given, held, stated


def _created(dtype=None):
    dtype = stated(dtype)
    return dtype, dtype


def _given_only(*dtypes, dtype=None):
    """Arguments stay; the result has `dtype`, by default that of the first argument."""
    return (None,) * len(dtypes), held(dtypes[0]) if dtype is None else stated(dtype)


def _given_float(*dtypes, dtype=None):
    """Computed in floats: `dtype`, or what the arguments and a weak float promote to."""
    dtype = result_type(*dtypes, float) if dtype is None else stated(dtype)
    return dtype, dtype


def _shape_of(shape):
    return tuple(shape)


@op(dtype=_created, shape=_shape_of)
def zeros(shape: Shape, dtype=None):
    """Tensor of zeros.

    Args:
        shape: Tuple of ints.
        dtype: Dtype; floatx by default.

    Returns:
        Tensor.

    Example:

    >>> keras.ops.zeros((2,))
    array([0., 0.], dtype=float32)
    """


@op(dtype=_created, shape=_shape_of)
def ones(shape: Shape, dtype=None):
    """Tensor of ones of the shape `shape` and the dtype `dtype` (floatx by default).

    Example:

    >>> keras.ops.ones((2, 3))
    array([[1., 1., 1.],
           [1., 1., 1.]], dtype=float32)
    """


@op(dtype=_created, shape=_shape_of)
def empty(shape: Shape, dtype=None):
    """Tensor of the shape `shape` whose values are arbitrary; `dtype` is floatx by default.

    Example:

    >>> keras.ops.empty((2, 3)).shape
    (2, 3)
    """


@op(dtype=_created, shape=_shape_of)
def full(shape: Shape, fill_value: Argument, dtype=None):
    """Tensor filled with one value.

    Args:
        shape: Tuple of ints.
        fill_value: Number, or an array that broadcasts to `shape`.
        dtype: Dtype; floatx by default.

    Returns:
        Tensor.

    Example:

    >>> keras.ops.full((2, 2), 7, dtype="int32")
    array([[7, 7],
           [7, 7]], dtype=int32)
    """


@op(dtype=_given_only, shape=shape_rules.first)
def zeros_like(x: Tensor, dtype=None):
    """Zeros of the shape of `x`, and of its dtype unless `dtype` is given.

    Example:

    >>> keras.ops.zeros_like([[1, 2], [3, 4]])
    array([[0, 0],
           [0, 0]], dtype=int32)
    """


@op(dtype=_given_only, shape=shape_rules.first)
def ones_like(x: Tensor, dtype=None):
    """Ones of the shape of `x`, and of its dtype unless `dtype` is given.

    Example:

    >>> keras.ops.ones_like([1.5, 2.5])
    array([1., 1.], dtype=float32)
    """


@op(dtype=_given_only, shape=shape_rules.first)
def empty_like(x: Tensor, dtype=None):
    """Arbitrary values of the shape of `x`, and of its dtype unless `dtype` is given.

    Example:

    >>> keras.ops.empty_like([[1, 2], [3, 4]]).shape
    (2, 2)
    """


@op(dtype=_given_only, shape=shape_rules.first)
def full_like(x: Tensor, fill_value: Argument, dtype=None):
    """`fill_value` in the shape of `x`, and in its dtype unless `dtype` is given.

    Example:

    >>> keras.ops.full_like([1, 2, 3], 9)
    array([9, 9, 9], dtype=int32)
    """


@op(dtype=as_is, shape=shape_rules.first, sparse="all")
def copy(x: Tensor):
    """A tensor with the values of `x`.

    Example:

    >>> keras.ops.copy([1, 2, 3])
    array([1, 2, 3], dtype=int32)
    """


@op(dtype=given, shape=shape_rules.first, sparse="all")
def array(x: Tensor, dtype=None):
    """A tensor from an array, a number or nested lists, in `dtype` where it is given.

    Example:

    >>> keras.ops.array([[1, 2], [3, 4]], dtype="float32")
    array([[1., 2.],
           [3., 4.]], dtype=float32)
    """


def _arranged(start, stop=None, step=None, numbers=()):
    """Known where all that is given are numbers."""
    first, last, distance = numbers
    if any(x is None for x, shape in zip(numbers, (start, stop, step)) if shape is not None):
        return (None,)
    reject(distance == 0, "`step` must not be 0", step=distance)
    first, last = (0, first) if last is None else (first, last)
    return (max(0, _ceil((last - first) / (1 if distance is None else distance))),)


@op(dtype=given, shape=_arranged, scalars="raw")
def arange(start: Tensor, stop: Tensor | None = None, step: Tensor | None = None, dtype=None):
    """Numbers from `start` up to before `stop`, `step` apart.

    Args:
        start: First number; 0 when it is the only argument, which is then `stop`.
        stop: End, not included.
        step: Distance; 1 by default.
        dtype: Dtype; by default what the arguments promote to.

    Returns:
        Tensor of rank 1.

    Example:

    >>> keras.ops.arange(3)
    array([0, 1, 2], dtype=int32)
    """


def _spaced(start, stop, num=50, axis=0):
    reject(num < 0, "`num` must be 0 or more", num=num)
    shape = list(shape_rules.broadcast(start, stop))
    shape.insert(shape_rules.canonical_axis(axis, len(shape) + 1), num)
    return tuple(shape)


def _linspaced(start, stop, num=50, retstep=False, axis=0):
    shape = _spaced(start, stop, num, axis)
    return (shape, shape_rules.broadcast(start, stop)) if retstep else shape


@op(dtype=_given_float, shape=_linspaced)
def linspace(start: Tensor, stop: Tensor, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    """`num` numbers at equal distances from `start` to `stop`.

    Args:
        start: First number, or a tensor of them.
        stop: Last number, or a tensor of them.
        num: How many.
        endpoint: Whether `stop` is the last of them.
        retstep: Whether to return the distance too.
        dtype: Dtype; a float dtype by default.
        axis: Where the new dimension goes when `start` and `stop` are tensors.

    Returns:
        Tensor, or a pair of the tensor and the distance.

    Example:

    >>> keras.ops.linspace(0, 1, 5)
    array([0.  , 0.25, 0.5 , 0.75, 1.  ], dtype=float32)
    >>> keras.ops.linspace(0, 1, 4, endpoint=False)
    array([0.  , 0.25, 0.5 , 0.75], dtype=float32)
    """


@op(dtype=_given_float, shape=_spaced)
def logspace(start: Tensor, stop: Tensor, num=50, endpoint=True, base=10, dtype=None, axis=0):
    """`num` numbers at equal ratios from `base**start` to `base**stop`; the arguments are those of `linspace`.

    Example:

    >>> keras.ops.logspace(0, 3, 4)
    array([   1.,   10.,  100., 1000.], dtype=float32)
    """
    return base ** linspace(start, stop, num, endpoint, False, dtype, axis)


@op(dtype=_given_float, shape=_spaced)
def geomspace(start: Tensor, stop: Tensor, num=50, endpoint=True, dtype=None, axis=0):
    """`num` numbers at equal ratios from `start` to `stop`; the arguments are those of `linspace`.

    Example:

    >>> keras.ops.geomspace(1, 16, 5)
    array([ 1.,  2.,  4.,  8., 16.], dtype=float32)
    """


def _grid(N, M=None):
    return (N, N if M is None else M)


@op(dtype=_created, shape=_grid)
def eye(N, M=None, k=0, dtype=None):
    """Matrix with ones on a diagonal.

    Args:
        N: Number of rows.
        M: Number of columns; `N` by default.
        k: Which diagonal: 0 the main one, positive above it.
        dtype: Dtype; floatx by default.

    Returns:
        Tensor of shape `(N, M)`.

    Example:

    >>> keras.ops.eye(2, 3, k=1)
    array([[0., 1., 0.],
           [0., 0., 1.]], dtype=float32)
    """


@op(dtype=_created, shape=lambda n: (n, n))
def identity(n, dtype=None):
    """Identity matrix with `n` rows; `dtype` is floatx by default.

    Example:

    >>> keras.ops.identity(2, dtype="int32")
    array([[1, 0],
           [0, 1]], dtype=int32)
    """
    return eye(n, n, 0, dtype)


@op(dtype=_created, shape=_grid)
def tri(N, M=None, k=0, dtype=None):
    """Ones on and below the `k`-th diagonal of an `(N, M)` matrix, zeros above; `dtype` is floatx by default.

    Example:

    >>> keras.ops.tri(3, dtype="int32")
    array([[1, 0, 0],
           [1, 1, 0],
           [1, 1, 1]], dtype=int32)
    """


# Windows


def _window_dtype():
    return config.floatx(), config.floatx()


def _window(x):
    return (int(x),)


@op(dtype=_window_dtype, shape=_window)
def bartlett(x):
    """Bartlett (triangular) window of `x` points.

    Example:

    >>> keras.ops.bartlett(5)
    array([0. , 0.5, 1. , 0.5, 0. ], dtype=float32)
    """


@op(dtype=_window_dtype, shape=_window)
def blackman(x):
    """Blackman window of `x` points.

    Example:

    >>> keras.ops.round(keras.ops.blackman(5), 2)
    array([0.  , 0.34, 1.  , 0.34, 0.  ], dtype=float32)
    """


@op(dtype=_window_dtype, shape=_window)
def hamming(x):
    """Hamming window of `x` points.

    Example:

    >>> keras.ops.hamming(5)
    array([0.08, 0.54, 1.  , 0.54, 0.08], dtype=float32)
    """


@op(dtype=_window_dtype, shape=_window)
def hanning(x):
    """Hann window of `x` points.

    Example:

    >>> keras.ops.hanning(5)
    array([0. , 0.5, 1. , 0.5, 0. ], dtype=float32)
    """


@op(dtype=_window_dtype, shape=_window)
def kaiser(x, beta):
    """Kaiser window of `x` points with the shape parameter `beta`.

    Example:

    >>> keras.ops.kaiser(5, 0.0)
    array([1., 1., 1., 1., 1.], dtype=float32)
    """
