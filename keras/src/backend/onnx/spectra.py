"""Fourier transforms of pairs of real and imaginary parts; in nodes the two are a last axis."""

import numpy as np

from keras.src.backend.onnx import build
from keras.src.backend.onnx.build import cast
from keras.src.backend.onnx.graph import constant, current, emit, emit_elementwise
from keras.src.backend.onnx.numpy.shape import pad
from keras.src.backend.onnx.tensor import NotInGraph, known


def _wide(x):
    """`x` in a dtype in which transforms are computed."""
    return x if x.dtype in (np.float32, np.float64) else cast(x, "float32")


def _joined(pair):
    return build.concatenated([build.unsqueeze(_wide(x), [x.ndim]) for x in map(constant, pair)], -1)


def _part(x, i, dtype):
    return cast(build.squeeze(build.sliced(x, x.ndim - 1, i, i + 1), [x.ndim - 1]), dtype)


def _parts(x, dtype):
    return _part(x, 0, dtype), _part(x, 1, dtype)


def _transformed(x, axis, length=None, size=None, **attributes):
    """A transform along an axis of a tensor whose last axis holds the parts, one or both."""
    axis %= x.ndim
    given = [x, None if length is None else np.int64(length)]
    if current().opset < 20:
        attributes["axis"] = axis
    else:
        given.append(np.int64(axis))
    dims = [*x.dims[:-1], 2]
    dims[axis] = dims[axis] if size is None else size
    return emit("DFT", given, dims, x.dtype, **attributes)


def fft(x):
    return _parts(_transformed(_joined(x), -2), x[0].dtype)


def fft2(x):
    return _parts(_transformed(_transformed(_joined(x), -2), -3), x[0].dtype)


def ifft2(x):
    return _parts(_transformed(_transformed(_joined(x), -2, inverse=1), -3, inverse=1), x[0].dtype)


def rfft(x, fft_length):
    n = x.dims[-1] if fft_length is None else fft_length
    if not known(n):
        raise NotInGraph("`rfft` in an ONNX graph needs a known size, or `fft_length`.")
    pairs = build.unsqueeze(_wide(x), [x.ndim])
    return _parts(_transformed(pairs, -2, n, n // 2 + 1, onesided=1), x.dtype)


def irfft(x, fft_length):
    half = _joined(x)
    axis, size = half.ndim - 2, half.dims[-2]
    if not known(size):
        raise NotInGraph("`irfft` in an ONNX graph needs a known size of the spectrum.")
    n = 2 * (size - 1) if fft_length is None else fft_length
    wanted = n // 2 + 1
    half = build.sliced(half, axis, 0, wanted)
    if size < wanted:
        half = pad(half, [(0, 0)] * axis + [(0, wanted - size), (0, 0)], "constant", 0)
    if n > wanted:
        # What is redundant: the rest in reverse, with the other sign of the imaginary parts.
        rest = build.sliced(half, axis, n - wanted, 0, -1)
        rest = emit_elementwise("Mul", [rest, constant(np.array([1, -1], rest.dtype))])
        half = build.concatenated([half, rest], axis)
    return _part(_transformed(half, axis, inverse=1), 0, x[0].dtype)
