"""Kernels of `keras.ops` that stand in no namespace of NumPy: segments, spectra, error functions."""

import tensorflow as tf

from keras.src.backend.tensorflow.numpy.reduction import logsumexp
from keras.src.backend.tensorflow.support import HALF_TO_FLOAT32, as_index, scalar_like, through, unary
from keras.src.backend.tensorflow.tensors import cast

_raw = tf.raw_ops

rsqrt, erf, erfc = unary(_raw.Rsqrt), unary(_raw.Erf), unary(_raw.Erfc)
erfinv = through(HALF_TO_FLOAT32, unary(_raw.Erfinv))


def _segmented(op, dtypes):
    """A kernel that reduces the slices of each segment; ids out of range are passed over."""
    reduce = through(dtypes, op)

    def kernel(data, segment_ids, num_segments=None, sorted=False):
        ids = as_index(segment_ids)
        if num_segments is None:
            return reduce(data, ids, tf.reduce_max(ids) + 1)
        return reduce(data, tf.where(ids < cast(num_segments, ids.dtype), ids, -1), num_segments)

    return kernel


def _segment_extreme(op, of_none):
    """As `_segmented`; a segment without slices gives infinity, where TensorFlow gives the limit of the dtype."""
    extreme = _segmented(op, _BOOL_TO_INT32)

    def kernel(data, segment_ids, num_segments=None, sorted=False):
        result = extreme(data, segment_ids, num_segments, sorted)
        if not data.dtype.is_floating:
            return result
        sizes = segment_sum(tf.ones_like(segment_ids), segment_ids, tf.shape(result)[0])
        is_empty = tf.reshape(tf.equal(sizes, 0), [-1] + [1] * (data.shape.rank - 1))
        return tf.where(is_empty, scalar_like(of_none, result), result)

    return kernel


_BOOL_TO_INT32 = {tf.bool: tf.int32}
segment_sum = _segmented(tf.math.unsorted_segment_sum, {**HALF_TO_FLOAT32, **_BOOL_TO_INT32})
segment_prod = _segmented(tf.math.unsorted_segment_prod, {**HALF_TO_FLOAT32, **_BOOL_TO_INT32})
segment_max = _segment_extreme(tf.math.unsorted_segment_max, float("-inf"))
segment_min = _segment_extreme(tf.math.unsorted_segment_min, float("inf"))


def top_k(x, k, sorted=True):
    if x.dtype is tf.bool or x.dtype is tf.uint16:
        values, places = _raw.TopKV2(input=cast(x, tf.int32), k=k, sorted=sorted)
        return cast(values, x.dtype), places
    return tuple(_raw.TopKV2(input=x, k=k, sorted=sorted))


def in_top_k(targets, predictions, k):
    return tf.math.in_top_k(as_index(targets), cast(predictions, "float32"), k)


# ---------------------------------------------------------------------------------------------------------------------
# Spectra


def _as_complex(real, imaginary):
    if real.dtype.size < 4:
        real, imaginary = cast(real, "float32"), cast(imaginary, "float32")
    return tf.complex(real, imaginary)


def _as_pair(x, dtype):
    return cast(tf.math.real(x), dtype), cast(tf.math.imag(x), dtype)


def _of_pair(transform):
    def kernel(x):
        return _as_pair(transform(_as_complex(*x)), x[0].dtype)

    return kernel


fft, fft2, ifft2 = _of_pair(tf.signal.fft), _of_pair(tf.signal.fft2d), _of_pair(tf.signal.ifft2d)


def rfft(x, fft_length=None):
    wide = cast(x, "float32") if x.dtype.size < 4 else x
    return _as_pair(tf.signal.rfft(wide, None if fft_length is None else [fft_length]), x.dtype)


def irfft(x, fft_length=None):
    spectrum = _as_complex(*x)
    return cast(tf.signal.irfft(spectrum, None if fft_length is None else [fft_length]), x[0].dtype)


def extract_sequences(x, sequence_length, sequence_stride):
    return tf.signal.frame(x, sequence_length, sequence_stride)


def view_as_complex(x):
    return _as_complex(x[..., 0], x[..., 1])
