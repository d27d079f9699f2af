"""`STFTSpectrogram`: the spectra of windows of a signal, by a convolution whose kernels may be trained."""

import numpy as np

from keras.src import backend, initializers, ops
from keras.src.api_export import keras_export
from keras.src.layers.checks import positive_int
from keras.src.layers.input_spec import InputSpec
from keras.src.layers.layer import Layer
from keras.src.ops.image.layout import check_one_of

MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")


@keras_export("keras.layers.STFTSpectrogram")
class STFTSpectrogram(Layer):
    """Short-time Fourier transform of signals with channels, as a convolution with the Fourier basis.

    The kernels start as sines and cosines under a window; unless `trainable=False`, training changes them.

    Args:
        mode: What becomes of the real and imaginary parts: `"log"` (logarithm of the magnitude), `"magnitude"`, `"psd"`
            (density of power, that of a frequency and of its negative together), `"real"` or `"imag"` (one part alone),
            `"angle"` (the phase), or `"stft"` (both parts, one after the other).
        frame_length: Number of samples in a window.
        frame_step: Number of samples between the starts of neighbouring windows, `frame_length` at most; half of it by
            default.
        fft_length: Length of the Fourier transform, `frame_length` at least and by default.
        window: Name of the window, such as `"hann"`, `"hamming"` or another that `scipy.signal.get_window` knows, a list of
            `frame_length` numbers, or `None` for a rectangle.
        periodic: Whether the window is one period of a periodic function; else it is symmetric.
        scaling: `"density"`, `"spectrum"` or `None`: whether the window is divided by the root of its energy, by
            its sum, or by nothing.
        padding: `"valid"` or `"same"`: whether there are windows within the signal only, or one for each step.
        expand_dims: Whether frequencies and channels are axes of their own, so that outputs are as images.
        data_format: `"channels_last"` or `"channels_first"`; the global setting by default.
        **kwargs: Arguments of `keras.Layer`, such as `name`, `dtype` and `trainable`.

    Inputs: Tensor of shape `(batch, samples, channels)`, or `(batch, channels, samples)` with channels first. Outputs:
    tensor of floats of shape `(batch, windows, channels * bins)`, or with `expand_dims` `(batch, windows, bins, channels)`;
    with channels first, `(batch, channels * bins, windows)` or `(batch, channels, windows, bins)`. There are
    `fft_length // 2 + 1` bins, twice as many in mode `"stft"`.

    Raises:
        ValueError: An argument has none of the values above.

    Example:

    >>> layer = keras.layers.STFTSpectrogram(mode="psd", frame_length=64, expand_dims=True)
    >>> layer(keras.ops.ones((1, 256, 2))).shape
    (1, 7, 33, 2)
    """

    def __init__(
        self,
        mode="log",
        frame_length=256,
        frame_step=None,
        fft_length=None,
        window="hann",
        periodic=False,
        scaling="density",
        padding="valid",
        expand_dims=False,
        data_format=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        check_one_of("mode", mode, MODES)
        check_one_of("scaling", scaling, ("density", "spectrum", None))
        check_one_of("padding", padding, ("valid", "same"))
        self.mode, self.scaling, self.padding = mode, scaling, padding
        self.frame_length = positive_int("frame_length", frame_length)
        self.frame_step, self.fft_length = frame_step, fft_length
        self._step = self.frame_length // 2 if frame_step is None else positive_int("frame_step", frame_step)
        if self._step > self.frame_length:
            raise ValueError(
                "`frame_step` must be `frame_length` at most. "
                f"Received: frame_step={frame_step}, frame_length={frame_length}"
            )
        self._transform_length = positive_int("fft_length", self.frame_length if fft_length is None else fft_length)
        if self._transform_length < self.frame_length:
            raise ValueError(
                "`fft_length` must be `frame_length` at least. "
                f"Received: fft_length={fft_length}, frame_length={frame_length}"
            )
        self.window = window if window is None or isinstance(window, str) else np.asarray(window).tolist()
        self.periodic = periodic
        self.expand_dims = expand_dims
        self.data_format = backend.standardize_data_format(data_format)
        self._initializers = {
            side: initializers.STFT(side, window, scaling, periodic) for side in ("real", "imag") if self._needs(side)
        }
        self.input_spec = InputSpec(ndim=3)

    def _needs(self, side):
        return self.mode not in {"real", "imag"} - {side}

    def build(self, input_shape):
        shape = (self.frame_length, 1, self._bins)
        for side, initializer in self._initializers.items():
            setattr(
                self, f"{side}_kernel", self.add_weight(name=f"{side}_kernel", shape=shape, initializer=initializer)
            )

    @property
    def _bins(self):
        return self._transform_length // 2 + 1

    def call(self, inputs):
        x = ops.cast(inputs, self.compute_dtype)
        channels_first = self.data_format == "channels_first"
        x = x if channels_first else ops.swapaxes(x, 1, 2)
        batch, channels, samples = ops.shape(x)
        if self.padding == "valid" and isinstance(samples, int) and samples < self.frame_length:
            raise ValueError(
                f"{type(self).__name__} needs signals of `frame_length` samples at least. "
                f"Received: inputs of shape {tuple(inputs.shape)}, frame_length={self.frame_length}"
            )
        parts = self._parts(ops.reshape(x, (-1, samples, 1)))
        values = self._values(parts)
        values = ops.reshape(values, (-1, channels, *ops.shape(values)[1:]))
        return self._arranged(values, channels_first)

    def _parts(self, signals):
        """Real parts, imaginary ones, or both one after the other: `(batch * channels, windows, bins)`."""
        kernels = [ops.cast(getattr(self, f"{side}_kernel"), self.compute_dtype) for side in self._initializers]
        kernel = kernels[0] if len(kernels) == 1 else ops.concatenate(kernels, -1)
        return ops.conv(signals, kernel, strides=self._step, padding=self.padding, data_format="channels_last")

    def _values(self, parts):
        if self.mode in ("real", "imag", "stft"):
            return parts
        real, imaginary = parts[..., : self._bins], parts[..., self._bins :]
        if self.mode == "angle":
            return ops.arctan2(imaginary, real)
        power = ops.add(ops.square(real), ops.square(imaginary))
        if self.mode == "psd":
            # A frequency below zero has the power of the one above; zero and the last one stand for themselves.
            return ops.concatenate([power[..., :1], ops.multiply(power[..., 1:-1], 2), power[..., -1:]], -1)
        magnitude = ops.sqrt(ops.maximum(power, backend.epsilon()))
        return ops.log(magnitude) if self.mode == "log" else magnitude

    def _arranged(self, values, channels_first):
        """`(batch, channels, windows, bins)` in the order that was asked for."""
        if self.expand_dims:
            return values if channels_first else ops.transpose(values, (0, 2, 3, 1))
        _, channels, windows, bins = ops.shape(values)
        values = ops.transpose(values, (0, 1, 3, 2) if channels_first else (0, 2, 1, 3))
        if channels_first:
            return ops.reshape(values, (-1, channels * bins, windows))
        return ops.reshape(values, (-1, windows, channels * bins))

    def compute_output_shape(self, input_shape):
        if len(input_shape) != 3:
            raise ValueError(f"{type(self).__name__} takes inputs of rank 3. Received: input_shape={input_shape}")
        channels_first = self.data_format == "channels_first"
        batch, channels, samples = input_shape if channels_first else (input_shape[i] for i in (0, 2, 1))
        windows = None if samples is None else self._windows(samples)
        bins = self._bins * (2 if self.mode == "stft" else 1)
        if self.expand_dims:
            return (batch, channels, windows, bins) if channels_first else (batch, windows, bins, channels)
        columns = None if channels is None else channels * bins
        return (batch, columns, windows) if channels_first else (batch, windows, columns)

    def _windows(self, samples):
        return -(-samples // self._step) if self.padding == "same" else (samples - self.frame_length) // self._step + 1
