"""Short-time Fourier transforms, as composites; they belong to the historical module `keras.src.ops.math`."""

import numpy as np

from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.backend.common.shape_rules import reject
from keras.src.ops.core import cast, convert_to_tensor
from keras.src.ops.declare import Tensor, Tensors, op
from keras.src.ops.dtype_rules import as_is, to_float, to_floats
from keras.src.ops.math import irfft, rfft, segment_sum
from keras.src.ops.numpy.comparisons import where
from keras.src.ops.numpy.creation import arange
from keras.src.ops.numpy.elementwise import multiply
from keras.src.ops.numpy.indexing import take
from keras.src.ops.numpy.shaping import broadcast_to, expand_dims, moveaxis, pad, reshape


def _count(size, length, stride):
    return None if size is None else max(0, 1 + (size - length) // stride)


def _sequences(x, sequence_length, sequence_stride):
    if sequence_length < 1 or sequence_stride < 1:
        raise ValueError(
            "`sequence_length` and `sequence_stride` must be 1 or more. "
            f"Received: sequence_length={sequence_length}, sequence_stride={sequence_stride}"
        )
    return x[:-1] + (_count(x[-1], sequence_length, sequence_stride), sequence_length)


@op(dtype=as_is, shape=_sequences, domain="math", checked=True)
def extract_sequences(x: Tensor, sequence_length, sequence_stride):
    """Windows of the last axis, `sequence_stride` apart.

    Args:
        x: Tensor of shape `(..., n)`.
        sequence_length: Length of a window.
        sequence_stride: Distance of the starts of neighbouring windows.

    Returns:
        Tensor of shape `(..., windows, sequence_length)`.

    Example:

    >>> keras.ops.extract_sequences([1, 2, 3, 4, 5], sequence_length=3, sequence_stride=2)
    array([[1, 2, 3],
           [3, 4, 5]], dtype=int32)
    """
    starts = arange(_count(x.shape[-1], sequence_length, sequence_stride), dtype="int32") * sequence_stride
    return take(x, expand_dims(starts, 1) + expand_dims(arange(sequence_length, dtype="int32"), 0), -1)


def _check_spectrogram(sequence_length, sequence_stride, fft_length, window):
    reject(
        sequence_length < 1 or sequence_stride < 1,
        "`sequence_length` and `sequence_stride` must be 1 or more",
        sequence_length=sequence_length,
        sequence_stride=sequence_stride,
    )
    if fft_length < sequence_length:
        raise ValueError(
            "`fft_length` must be at least `sequence_length`. "
            f"Received: sequence_length={sequence_length}, fft_length={fft_length}"
        )
    if isinstance(window, str) and window not in ("hann", "hamming"):
        raise ValueError(f"`window` must be 'hann', 'hamming', a tensor or None. Received: window={window!r}")


def _spectrogram(x, sequence_length, sequence_stride, fft_length, window="hann", center=True):
    _check_spectrogram(sequence_length, sequence_stride, fft_length, window)
    size = x[-1] if x[-1] is None or not center else x[-1] + 2 * (fft_length // 2)
    shape = x[:-1] + (_count(size, fft_length, sequence_stride), fft_length // 2 + 1)
    return (shape, shape)


def _window_of(window, sequence_length, fft_length, dtype):
    """The window in the middle of `fft_length` points: a periodic one by name, ones for None, or a tensor."""
    before = (fft_length - sequence_length) // 2
    around = [(before, fft_length - sequence_length - before)]
    if window is None or isinstance(window, str):
        offset = {None: 1.0, "hann": 0.5, "hamming": 0.54}[window]
        phase = 2 * np.pi * np.arange(sequence_length) / sequence_length
        return convert_to_tensor(np.pad(offset - (1 - offset) * np.cos(phase), around), dtype=dtype)
    window = cast(window, dtype)
    if tuple(window.shape) != (sequence_length,):
        raise ValueError(
            f"keras.ops.stft: `window` must have shape ({sequence_length},). Received shape: {tuple(window.shape)}"
        )
    return pad(window, around)


@op(dtype=to_floats(None, None), shape=_spectrogram, name="STFT", domain="math", checked=True)
def stft(x: Tensor, sequence_length, sequence_stride, fft_length, window="hann", center=True):
    """Short-time Fourier transform along the last axis.

    Args:
        x: Tensor of real numbers of shape `(..., n)`.
        sequence_length: Length of a window.
        sequence_stride: Distance of the starts of neighbouring windows.
        fft_length: Length of the transform, at least `sequence_length`.
        window: `"hann"`, `"hamming"`, `None` for a rectangle, or a tensor of shape `(sequence_length,)`.
        center: Whether `x` is padded by reflection, so that windows are centred on their places.

    Returns:
        Pair of tensors of shape `(..., windows, fft_length // 2 + 1)`: real and imaginary parts.

    Example:

    >>> real, imaginary = keras.ops.stft(np.ones(16), sequence_length=4, sequence_stride=2, fft_length=4)
    >>> real.shape, imaginary.shape
    ((9, 3), (9, 3))
    """
    _check_spectrogram(sequence_length, sequence_stride, fft_length, window)
    if center:
        x = pad(x, [(0, 0)] * (len(x.shape) - 1) + [(fft_length // 2, fft_length // 2)], mode="reflect")
    frames = extract_sequences(x, fft_length, sequence_stride)
    taper = _window_of(window, sequence_length, fft_length, standardize_dtype(x.dtype))
    return rfft(multiply(frames, taper), fft_length)


def _signal(x, sequence_length, sequence_stride, fft_length, length=None, window="hann", center=True):
    _check_spectrogram(sequence_length, sequence_stride, fft_length, window)
    first, _ = x
    if length is not None:
        return first[:-2] + (length,)
    frames = first[-2]
    total = (
        None if frames is None else (frames - 1) * sequence_stride + fft_length - 2 * (fft_length // 2 if center else 0)
    )
    return first[:-2] + (total,)


@op(dtype=to_float, shape=_signal, name="ISTFT", domain="math", checked=True)
def istft(x: Tensors, sequence_length, sequence_stride, fft_length, length=None, window="hann", center=True):
    """Inverse of `stft`: the signal whose overlapping windows have the given spectra, in the least-squares sense.

    Args:
        x: Pair of tensors of shape `(..., windows, fft_length // 2 + 1)`: real and imaginary parts.
        sequence_length: Length of a window.
        sequence_stride: Distance of the starts of neighbouring windows.
        fft_length: Length of the transform.
        length: Length to which the signal is cut or zero-padded.
        window: The window of the transform; see `stft`.
        center: Whether the transform padded the signal.

    Returns:
        Tensor of real numbers of shape `(..., n)`.

    Example:

    >>> x = keras.ops.arange(16.0)
    >>> spectrum = keras.ops.stft(x, sequence_length=4, sequence_stride=2, fft_length=4)
    >>> again = keras.ops.istft(spectrum, sequence_length=4, sequence_stride=2, fft_length=4)
    >>> keras.ops.round(again)
    array([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10., 11., 12.,
           13., 14., 15.], dtype=float32)
    """
    _check_spectrogram(sequence_length, sequence_stride, fft_length, window)
    frames = irfft(x, fft_length)
    taper = _window_of(window, sequence_length, fft_length, standardize_dtype(frames.dtype))
    total = _overlapped(multiply(frames, taper), sequence_stride)
    weight = _overlapped(broadcast_to(multiply(taper, taper), tuple(frames.shape[-2:])), sequence_stride)
    signal = total / where(weight > 1e-10, weight, cast(1, weight.dtype))
    start = fft_length // 2 if center else 0
    end = signal.shape[-1] - start if length is None else min(start + length, signal.shape[-1])
    signal = signal[..., start:end]
    missing = 0 if length is None else length - (end - start)
    return pad(signal, [(0, 0)] * (len(signal.shape) - 1) + [(0, missing)]) if missing else signal


def _overlapped(frames, stride):
    """Sum of the frames, each `stride` behind the one before."""
    *batch, count, length = frames.shape
    places = reshape(expand_dims(arange(count, dtype="int32") * stride, 1) + arange(length, dtype="int32"), (-1,))
    rows = moveaxis(reshape(frames, (*batch, count * length)), -1, 0)
    return moveaxis(segment_sum(rows, places, (count - 1) * stride + length), 0, -1)
