"""`MelSpectrogram`: how much energy a sound has in bands of pitch, over time."""

import functools
import math

import numpy as np

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.layers.checks import positive_int
from keras.src.layers.input_spec import InputSpec
from keras.src.layers.preprocessing.data_layer import DataLayer
from keras.src.utils import load_budget

_BREAK_HERTZ, _MELS_PER_E_FOLD = 700.0, 1127.0
# While the triangles are made, there are four arrays of float64.
_BYTES_OF_ELEMENT = 4 * 8


@keras_export("keras.layers.MelSpectrogram")
class MelSpectrogram(DataLayer):
    """Short-time Fourier transform of sounds, gathered into bands that are equally wide to the ear.

    Each window of the sound becomes a spectrum; its magnitudes, to the power `mag_exp`, are added up in
    overlapping triangular bands on the mel scale, and brought to decibels.

    Args:
        fft_length: Length of the Fourier transform of a window.
        sequence_stride: Number of samples between the starts of neighbouring windows.
        sequence_length: Length of a window, `fft_length` at most and by default.
        window: `"hann"`, `"hamming"`, `None` for a rectangle, or `sequence_length` numbers.
        sampling_rate: Samples per second of the sound.
        num_mel_bins: Number of bands.
        min_freq: Lower edge of the lowest band, in hertz.
        max_freq: Upper edge of the highest band, in hertz; by default half of `sampling_rate`.
        power_to_db: Whether outputs are decibels; else they are energies.
        top_db: Outputs this many decibels below the highest one of the call are raised to that; `None` leaves them.
        mag_exp: Exponent of the magnitudes: 1 for amplitudes, 2 for powers.
        min_power: Smaller energies are raised to this one before their logarithm is taken.
        ref_power: The energy that has 0 decibels.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of sounds of shape `(..., samples)`, with more than `fft_length // 2` samples. Outputs: tensor of floats
    of shape `(..., num_mel_bins, windows)`; there is a window for each `sequence_stride` samples, and one more.

    Raises:
        ValueError: A length, a stride or a number of bands is not positive, `window` is unknown, or `sequence_length`
            exceeds `fft_length`.

    Example:

    >>> layer = keras.layers.MelSpectrogram(fft_length=512, sequence_stride=160, num_mel_bins=40)
    >>> layer(np.sin(np.arange(16000) * 0.1)[None]).shape
    (1, 40, 101)
    """

    def __init__(
        self,
        fft_length=2048,
        sequence_stride=512,
        sequence_length=None,
        window="hann",
        sampling_rate=16000,
        num_mel_bins=128,
        min_freq=20.0,
        max_freq=None,
        power_to_db=True,
        top_db=80.0,
        mag_exp=2.0,
        min_power=1e-10,
        ref_power=1.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.fft_length = positive_int("fft_length", fft_length)
        self.sequence_stride = positive_int("sequence_stride", sequence_stride)
        self.sequence_length = positive_int("sequence_length", sequence_length or fft_length)
        if self.sequence_length > self.fft_length:
            raise ValueError(
                "`sequence_length` must be `fft_length` at most. "
                f"Received: sequence_length={sequence_length}, fft_length={fft_length}"
            )
        self.window = _plain_window(window, self.sequence_length)
        self.sampling_rate = sampling_rate
        self.num_mel_bins = positive_int("num_mel_bins", num_mel_bins)
        self.min_freq, self.max_freq = min_freq, max_freq or int(sampling_rate / 2)
        self.power_to_db = power_to_db
        self.top_db, self.mag_exp = top_db, mag_exp
        self.min_power, self.ref_power = min_power, ref_power
        # Wrong numbers are refused now.
        _mel_matrix(*self._bands())
        self.input_spec = InputSpec(min_ndim=1)
        self._start_built()

    def call(self, inputs):
        # Half floats have neither the range nor the digits for spectra.
        dtype = self.compute_dtype if self.compute_dtype == "float64" else "float32"
        x = self._energies(ops.cast(inputs, dtype))
        bands = ops.matmul(x, self.linear_to_mel_weight_matrix(*self._bands(), dtype=dtype))
        bands = ops.swapaxes(bands, -1, -2)
        return ops.cast(self._decibels(bands) if self.power_to_db else bands, self.compute_dtype)

    def _bands(self):
        return self.num_mel_bins, self.fft_length // 2 + 1, self.sampling_rate, self.min_freq, self.max_freq

    def _energies(self, x):
        """Magnitudes of the spectra to the power `mag_exp`: `(..., windows, frequencies)`."""
        reach = self.fft_length // 2
        if x.shape[-1] is not None and x.shape[-1] <= reach:
            raise ValueError(
                f"{type(self).__name__} needs sounds with more than {reach} samples, half of `fft_length`, in the last "
                f"axis. Received: inputs of shape {tuple(x.shape)}, fft_length={self.fft_length}"
            )
        real, imaginary = ops.stft(
            x,
            sequence_length=self.sequence_length,
            sequence_stride=self.sequence_stride,
            fft_length=self.fft_length,
            window=np.asarray(self.window, "float32") if isinstance(self.window, list) else self.window,
        )
        power = ops.add(ops.square(real), ops.square(imaginary))
        if self.mag_exp == 2:
            return power
        return ops.sqrt(power) if self.mag_exp == 1 else ops.power(power, self.mag_exp / 2)

    def _decibels(self, energies):
        logarithm = ops.multiply(ops.log(ops.maximum(energies, self.min_power)), 10 / math.log(10))
        reference = 10 * math.log10(max(abs(self.ref_power), self.min_power))
        decibels = ops.subtract(logarithm, reference)
        if self.top_db is None:
            return decibels
        return ops.maximum(decibels, ops.subtract(ops.max(decibels), self.top_db))

    def linear_to_mel_weight_matrix(
        self,
        num_mel_bins=20,
        num_spectrogram_bins=129,
        sampling_rate=8000,
        lower_edge_hertz=125.0,
        upper_edge_hertz=3800.0,
        dtype="float32",
    ):
        """The matrix that gathers equally spaced frequencies into bands of the mel scale.

        Args:
            num_mel_bins: Number of bands.
            num_spectrogram_bins: Number of frequencies, from zero to half of `sampling_rate`.
            sampling_rate: Samples per second of the sound.
            lower_edge_hertz: Lower edge of the lowest band.
            upper_edge_hertz: Upper edge of the highest band.
            dtype: Dtype of the result.

        Returns:
            Tensor of shape `(num_spectrogram_bins, num_mel_bins)`.
        """
        matrix = _mel_matrix(
            positive_int("num_mel_bins", num_mel_bins),
            positive_int("num_spectrogram_bins", num_spectrogram_bins),
            sampling_rate,
            lower_edge_hertz,
            upper_edge_hertz,
        )
        return ops.convert_to_tensor(matrix, dtype=dtype)

    def compute_output_shape(self, input_shape):
        samples = input_shape[-1]
        if samples is not None:
            samples += 2 * (self.fft_length // 2) - self.fft_length
        windows = None if samples is None else 1 + samples // self.sequence_stride
        return (*input_shape[:-1], self.num_mel_bins, windows)


def _plain_window(window, length):
    """A window as it stands in a config: a name, `None` or a list of numbers."""
    if window in ("hann", "hamming") if isinstance(window, str) else window is None:
        return window
    values = None if isinstance(window, str) else np.asarray(backend.convert_to_numpy(window), "float64")
    if values is None or values.shape != (length,):
        raise ValueError(
            f"`window` must be 'hann', 'hamming', None or `sequence_length` numbers, here {length}. "
            f"Received: window={window!r}"
        )
    return values.tolist()


def _mels(hertz):
    return _MELS_PER_E_FOLD * np.log1p(np.asarray(hertz, "float64") / _BREAK_HERTZ)


@functools.lru_cache(maxsize=16)
def _mel_matrix(bands, frequencies, sampling_rate, lowest, highest):
    """Triangles on the mel scale, each from the middle of one neighbour to that of the other; frequency 0 is in none."""
    if not 0 < sampling_rate:
        raise ValueError(f"`sampling_rate` must be positive. Received: {sampling_rate}")
    load_budget.spend(
        _BYTES_OF_ELEMENT * bands * frequencies, "allocated", f"{bands} bands of {frequencies} frequencies"
    )
    places = _mels(np.linspace(0.0, sampling_rate / 2, frequencies))[:, None]
    edges = np.linspace(_mels(lowest), _mels(highest), bands + 2)
    lower, middle, upper = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (places - lower) / (middle - lower), (upper - places) / (upper - middle)
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    triangles[0] = 0.0
    triangles = triangles.astype("float32")
    triangles.flags.writeable = False
    return triangles
