"""Initializers without randomness."""

import math

import numpy as np

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.backend import standardize_dtype
from keras.src.backend.common.variables import anew
from keras.src.backend.common.waiting_values import filled_with
from keras.src.backend.config import floatx
from keras.src.initializers.initializer import Initializer
from keras.src.saving.serialization_lib import deserialize_keras_object
from keras.src.utils.module_utils import scipy


def _dtype(dtype):
    return standardize_dtype(dtype or floatx())


@keras_export(["keras.initializers.Constant", "keras.initializers.constant"])
class Constant(Initializer):
    """Every element is `value`.

    Args:
        value: A number, or an array or tensor that broadcasts to the shape of the variable.

    Example:

    >>> keras.initializers.Constant(3.0)(shape=(2,)).shape == (2,)
    True
    """

    def __init__(self, value=0.0):
        self.value = value

    def __call__(self, shape, dtype=None):
        value = ops.convert_to_tensor(self.value)
        return ops.broadcast_to(ops.cast(value, _dtype(dtype)), tuple(shape))

    @classmethod
    def from_config(cls, config):
        return cls(deserialize_keras_object(config.get("value", 0.0)))


@keras_export(["keras.initializers.Zeros", "keras.initializers.zeros"])
class Zeros(Initializer):
    """Every element is zero.

    Example:

    >>> keras.initializers.Zeros()(shape=(2, 3)).shape == (2, 3)
    True
    """

    @anew
    @filled_with(0)
    def __call__(self, shape, dtype=None):
        return ops.zeros(shape, dtype=_dtype(dtype))


@keras_export(["keras.initializers.Ones", "keras.initializers.ones"])
class Ones(Initializer):
    """Every element is one.

    Example:

    >>> keras.initializers.Ones()(shape=(2, 3)).shape == (2, 3)
    True
    """

    @anew
    @filled_with(1)
    def __call__(self, shape, dtype=None):
        return ops.ones(shape, dtype=_dtype(dtype))


@keras_export(["keras.initializers.Identity", "keras.initializers.IdentityInitializer", "keras.initializers.identity"])
class Identity(Initializer):
    """The identity matrix times a factor; for variables of rank 2 only, which need not be square.

    Args:
        gain: The factor.

    Example:

    >>> keras.initializers.Identity()(shape=(2, 2)).shape == (2, 2)
    True
    """

    def __init__(self, gain=1.0):
        self.gain = gain

    def __call__(self, shape, dtype=None):
        if len(shape) != 2:
            raise ValueError(f"Identity makes matrices, so it needs a shape of rank 2. Received: shape={tuple(shape)}")
        dtype = _dtype(dtype)
        return ops.cast(self.gain * ops.eye(*shape), dtype)

    def get_config(self):
        # Files of Keras 3 do not name the factor 1.
        return {} if self.gain == 1 else super().get_config()


def _cosine_window(length, weight, periodic):
    steps = length if periodic else length - 1
    return weight - (1 - weight) * np.cos(2 * math.pi * np.arange(length) / max(steps, 1))


def window_values(window, length, periodic):
    """The samples of a window.

    Args:
        window: `"hann"`, `"hamming"`, another name that `scipy.signal.get_window` knows, or the samples themselves.
        length: Number of samples.
        periodic: Whether the window is one period of a periodic function, or symmetric.
    """
    if not isinstance(window, str):
        samples = np.asarray(window, "float64")
        if samples.shape != (length,):
            raise ValueError(f"`window` must have as many samples as the frame, {length}. Received: {samples.shape}")
        return samples
    if window in ("hann", "hamming"):
        return _cosine_window(length, 0.5 if window == "hann" else 0.54, periodic)
    scipy.initialize()
    return scipy.signal.get_window(window, length, fftbins=periodic)


@keras_export(["keras.initializers.STFT", "keras.initializers.STFTInitializer", "keras.initializers.stft"])
class STFT(Initializer):
    """The real or imaginary part of the Fourier basis, so that a `Conv1D` computes a short-time Fourier transform.

    For kernels of shape `(frame_length, 1, bins)`; the length of the transform is `2 * (bins - 1)`.

    Args:
        side: `"real"` or `"imag"`.
        window: Name of the window, its samples, or None for no window.
        scaling: With a window: `"density"` makes its energy one, `"spectrum"` its sum; None leaves it.
        periodic: Whether the window is periodic; else it is symmetric.

    Example:

    >>> keras.initializers.STFT(side="imag")(shape=(16, 1, 9)).shape == (16, 1, 9)
    True
    """

    def __init__(self, side="real", window="hann", scaling="density", periodic=False):
        if side not in ("real", "imag"):
            raise ValueError(f"`side` must be 'real' or 'imag'. Received: side={side!r}")
        if scaling not in (None, "density", "spectrum"):
            raise ValueError(f"`scaling` must be 'density', 'spectrum' or None. Received: scaling={scaling!r}")
        if isinstance(window, str):
            window_values(window, 8, periodic)  # An unknown name raises here, where it was given.
        self.side = side
        self.window = window
        self.scaling = scaling
        self.periodic = periodic

    def __call__(self, shape, dtype=None):
        if len(shape) != 3:
            raise ValueError(f"STFT makes kernels of shape (frame_length, 1, bins). Received: shape={tuple(shape)}")
        length, _, bins = shape
        angle = 2 * math.pi * np.outer(np.arange(length), np.arange(bins)) / (2 * (bins - 1))
        basis = np.cos(angle) if self.side == "real" else -np.sin(angle)
        kernel = (self._scaled_window(length)[:, None] * basis)[:, None, :]
        return ops.convert_to_tensor(np.broadcast_to(kernel, shape), dtype=_dtype(dtype))

    def _scaled_window(self, length):
        if self.window is None:
            return np.ones(length)
        window = window_values(self.window, length, self.periodic)
        if self.scaling == "density":
            return window / math.sqrt(np.sum(window**2))
        return window / np.sum(window) if self.scaling == "spectrum" else window
