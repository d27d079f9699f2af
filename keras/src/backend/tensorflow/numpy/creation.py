"""Kernels of `keras.ops.numpy` that make tensors from sizes and numbers."""

import numpy as np
import tensorflow as tf

from keras.src.backend import config
from keras.src.backend.tensorflow.support import ints, number_of
from keras.src.backend.tensorflow.tensors import Tensor, cast, convert_to_tensor, to_engine_dtype

_raw = tf.raw_ops
_PLAIN_DTYPES = ("int32", "int64", "float32", "float64")
_RANGE_DTYPES = (tf.int32, tf.int64, tf.float32, tf.float64)


def full(shape, fill_value, dtype=None):
    value = convert_to_tensor(fill_value, dtype or config.floatx())
    return _raw.Fill(dims=ints(shape), value=value) if value.shape.rank == 0 else tf.broadcast_to(value, ints(shape))


def zeros(shape, dtype=None):
    return tf.zeros(ints(shape), to_engine_dtype(dtype or config.floatx()))


def ones(shape, dtype=None):
    return tf.ones(ints(shape), to_engine_dtype(dtype or config.floatx()))


empty = zeros


def full_like(x, fill_value, dtype=None):
    return tf.broadcast_to(convert_to_tensor(fill_value, dtype or x.dtype), tf.shape(x))


def zeros_like(x, dtype=None):
    return tf.zeros_like(x, dtype)


def ones_like(x, dtype=None):
    return tf.ones_like(x, dtype)


empty_like = zeros_like


def array(x, dtype=None):
    return tf.identity(x)


def arange(start, stop=None, step=None, dtype=None):
    start, stop = (0, start) if stop is None else (start, stop)
    step = 1 if step is None else step
    if (
        tf.executing_eagerly()
        and dtype in _PLAIN_DTYPES
        and not any(isinstance(n, Tensor) for n in (start, stop, step))
    ):
        return tf.constant(np.arange(start, stop, step, dtype))
    wanted = to_engine_dtype(dtype) if dtype else convert_to_tensor(stop).dtype
    work = wanted if wanted in _RANGE_DTYPES else tf.int64 if wanted.is_integer else tf.float32
    if wanted.is_integer and any(_is_fraction(n) for n in (start, stop, step)):
        work = tf.float64
    start, stop, step = (cast(n, work) for n in (start, stop, step))
    return cast(tf.range(start, stop, step), wanted)


def _is_fraction(n):
    return n.dtype.is_floating if isinstance(n, Tensor) else isinstance(n, float)


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    if num < 0:
        raise ValueError(f"`num` must be 0 or more. Received: num={num}")
    wanted = to_engine_dtype(dtype or config.floatx())
    work = wanted if wanted in (tf.float32, tf.float64) or wanted.is_complex else tf.float32
    work = tf.float64 if wanted.is_integer and wanted.size > 2 else work
    start, stop = cast(start, work), cast(stop, work)
    intervals = num - 1 if endpoint else num
    shape = tf.broadcast_dynamic_shape(tf.shape(start), tf.shape(stop))
    start, stop = tf.broadcast_to(start, shape), tf.broadcast_to(stop, shape)
    rank = start.shape.rank
    places = cast(np.arange(num).reshape([-1] + [1] * rank), work)
    fraction = places / cast(max(intervals, 1), work)
    # Weighted from both ends, so that the last number is `stop` exactly.
    values = start[None] * (1 - fraction) + stop[None] * fraction
    if range(rank + 1)[axis]:
        values = tf.experimental.numpy.moveaxis(values, 0, axis)
    values = cast(tf.floor(values) if wanted.is_integer else values, wanted)
    if not retstep:
        return values
    step = (stop - start) / cast(intervals, work) if intervals > 0 else tf.fill(shape, cast(np.nan, work))
    return values, cast(step, wanted)


def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    wanted = to_engine_dtype(dtype or config.floatx())
    work = wanted if wanted.is_complex or wanted is tf.float64 else tf.float64
    start, stop = cast(start, work), cast(stop, work)
    sign = 1 if work.is_complex else tf.sign(start)
    logs = [tf.math.log(n if work.is_complex else tf.abs(n)) for n in (start, stop)]
    values = tf.exp(linspace(*logs, num, endpoint, False, work.name, axis))
    sign = sign if isinstance(sign, int) or not start.shape.rank else tf.expand_dims(sign, axis)
    return cast(values * sign, wanted)


def _diagonal_mask(rows, columns, k, compare):
    return compare(tf.range(rows)[:, None] + k, tf.range(columns)[None, :])


def eye(N, M=None, k=0, dtype=None):
    dtype = to_engine_dtype(dtype or config.floatx())
    if k == 0:
        return cast(tf.eye(N, M, dtype=tf.float32 if dtype is tf.bool else dtype), dtype)
    return cast(_diagonal_mask(N, N if M is None else M, k, tf.equal), dtype)


def tri(N, M=None, k=0, dtype=None):
    return cast(_diagonal_mask(N, N if M is None else M, k, tf.greater_equal), dtype or config.floatx())


# ---------------------------------------------------------------------------------------------------------------------
# Windows: their length is known when a function is traced, so NumPy makes them


def _window(make):
    def kernel(x, *parameters):
        length = int(number_of(x, "x"))
        parameters = [float(number_of(p, "beta")) for p in parameters]
        return tf.constant(make(length, *parameters), to_engine_dtype(config.floatx()))

    return kernel


bartlett, blackman, hamming = _window(np.bartlett), _window(np.blackman), _window(np.hamming)
hanning, kaiser = _window(np.hanning), _window(np.kaiser)
