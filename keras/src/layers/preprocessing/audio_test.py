"""Spectrograms. Stored outputs are those of Keras 3.15.1 on TensorFlow; more rows are in `layers_test.py`."""

import pathlib

import numpy as np
import pytest

from keras.src import layers, models, ops
from keras.src.backend import standardize_dtype
from keras.src.testing import engine

GOLDENS = np.load(pathlib.Path(__file__).parents[1] / "testdata" / "audio_outputs.npz")
SIGNALS = np.sin(np.arange(120) ** 1.5 / 9).astype("float32").reshape(1, 60, 2)
SOUNDS = np.stack([np.sin(np.arange(400) ** 1.5 / 90), 1e-3 * np.cos(np.arange(400) / 5)]).astype("float32")
MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")
MEL = {"fft_length": 64, "sequence_stride": 50, "num_mel_bins": 5}


def array(x):
    return np.array(ops.convert_to_numpy(x))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "name, options",
    [
        ("plain", {}),
        ("same", {"padding": "same", "frame_step": 5}),
        ("blackman", {"window": "blackman", "fft_length": 20}),
    ],
)
def test_modes_of_stft(mode, name, options):
    found = array(layers.STFTSpectrogram(mode=mode, frame_length=16, **options)(SIGNALS))
    if mode == "angle":  # Where the magnitude is next to nothing, rounding decides on the angle.
        found, magnitude = np.exp(1j * found), GOLDENS[f"magnitude/{name}"]
        error = abs(found - np.exp(1j * GOLDENS[f"angle/{name}"])) * (magnitude > 1e-2)
        assert error.max() < 1e-3
    else:
        np.testing.assert_allclose(found, GOLDENS[f"{mode}/{name}"], rtol=1e-3, atol=1e-4)


def test_stft_is_the_fourier_transform_of_windows():
    layer = layers.STFTSpectrogram(mode="stft", frame_length=16, frame_step=4, expand_dims=True)
    window = np.hanning(16) / np.sqrt((np.hanning(16) ** 2).sum())
    frames = np.stack([SIGNALS[0, i : i + 16] for i in range(0, 45, 4)])
    spectra = np.fft.rfft(frames * window[:, None], axis=1)
    expected = np.concatenate([spectra.real, spectra.imag], 1)
    np.testing.assert_allclose(array(layer(SIGNALS))[0], expected, atol=1e-5)


@pytest.mark.parametrize(
    "name, options",
    [
        ("plain", {}),
        ("amplitudes", {"mag_exp": 1.0, "power_to_db": False}),
        ("reference", {"ref_power": -3.0, "top_db": 20.0}),
        ("least", {"min_power": 0.5}),
        ("window", {"window": None}),
        ("length", {"sequence_length": 30}),
        ("hamming", {"window": "hamming", "max_freq": 3000, "sampling_rate": 11025}),
    ],
)
def test_mel(name, options):
    layer = layers.MelSpectrogram(**MEL, **options)
    np.testing.assert_allclose(array(layer(SOUNDS)), GOLDENS[f"mel/{name}"], rtol=1e-3, atol=1e-3)
    one, three = array(layer(SOUNDS[0])), array(layer(SOUNDS[:, None]))
    assert one.shape == GOLDENS[f"mel/{name}"].shape[1:]
    np.testing.assert_allclose(three[:, 0], GOLDENS[f"mel/{name}"], rtol=1e-3, atol=1e-3)


def test_matrix_of_mel():
    found = layers.MelSpectrogram().linear_to_mel_weight_matrix(num_mel_bins=4, num_spectrogram_bins=17)
    np.testing.assert_allclose(array(found), GOLDENS["matrix"], atol=1e-5)
    half = layers.MelSpectrogram().linear_to_mel_weight_matrix(num_mel_bins=4, num_spectrogram_bins=17, dtype="float16")
    assert standardize_dtype(half.dtype) == "float16"


def test_no_limit_below_the_highest():
    layer = layers.MelSpectrogram(**MEL, top_db=None)
    quiet = SOUNDS * np.array([[1.0], [1e-4]], "float32")
    assert array(layer(quiet)).min() < array(layers.MelSpectrogram(**MEL)(quiet)).min() - 10


@pytest.mark.parametrize("dtype", ["int16", "float64", "float16"])
def test_dtypes_of_sounds(dtype):
    sounds, signals = (SOUNDS * 100).round().astype(dtype), (SIGNALS * 100).round().astype(dtype)
    mel, stft = layers.MelSpectrogram(**MEL), layers.STFTSpectrogram(mode="psd", frame_length=16)
    for layer, x in ((mel, sounds), (stft, signals)):
        found = layer(x)
        assert standardize_dtype(found.dtype) == "float32"
        np.testing.assert_allclose(array(found), array(layer(x.astype("float32"))), rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("expand_dims", [False, True])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_unknown_sizes(data_format, expand_dims, padding):
    layer = layers.STFTSpectrogram("stft", 16, expand_dims=expand_dims, data_format=data_format, padding=padding)
    first = data_format == "channels_first"
    inputs = layers.Input((2, None) if first else (None, 2))
    model = models.Model(inputs, layer(inputs))
    for size in (60, 33):
        x = SIGNALS[:, :size].swapaxes(1, 2) if first else SIGNALS[:, :size]
        found = model.predict(np.repeat(x, 3, 0), verbose=0)
        assert found.shape == layer.compute_output_shape((3, *x.shape[1:]))
        assert all(k in (None, n) for k, n in zip(model.output_shape, found.shape))
        np.testing.assert_allclose(found[2:], array(layer(x)), atol=1e-5)
    sounds = layers.Input((None,))
    mel = layers.MelSpectrogram(**MEL)
    model = models.Model(sounds, mel(sounds))
    assert model.output_shape == (None, 5, None)
    np.testing.assert_allclose(model.predict(SOUNDS, verbose=0), array(mel(SOUNDS)), atol=1e-3)


@pytest.mark.parametrize("batched", [False, True])
def test_in_pipelines_of_tensorflow(batched):
    tf = pytest.importorskip("tensorflow")
    mel, stft = layers.MelSpectrogram(**MEL), layers.STFTSpectrogram("psd", 16)
    dataset = tf.data.Dataset.from_tensor_slices(SOUNDS)
    dataset = dataset.batch(2).map(mel) if batched else dataset.map(layers.MelSpectrogram(**MEL, top_db=None)).batch(2)
    expected = mel if batched else layers.MelSpectrogram(**MEL, top_db=None)
    found = np.concatenate(list(dataset.as_numpy_iterator()))
    np.testing.assert_allclose(found, array(expected(SOUNDS)), rtol=1e-3, atol=1e-3)
    specification = tf.TensorSpec((None, None, 2), "float32")
    signals = [SIGNALS, SIGNALS[:, :40]]
    dataset = tf.data.Dataset.from_generator(lambda: signals, output_signature=specification).map(stft)
    for y, x in zip(dataset.as_numpy_iterator(), signals):
        np.testing.assert_allclose(y, array(stft(x)), atol=1e-5)
    lengths = tf.data.Dataset.from_generator(lambda: SOUNDS, output_signature=tf.TensorSpec((None,), "float32"))
    for y, x in zip(lengths.map(mel).as_numpy_iterator(), SOUNDS):
        np.testing.assert_allclose(y, array(mel(x)), rtol=1e-3, atol=1e-3)


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="fit needs an engine that trains")
@pytest.mark.parametrize("trainable", [True, False])
def test_kernels_are_trained_unless_frozen(trainable):
    layer = layers.STFTSpectrogram("log", 16, trainable=trainable)
    model = models.Sequential([layers.Input((60, 2)), layer, layers.GlobalAveragePooling1D(), layers.Dense(1)])
    model.compile("sgd", "mse")
    before = [array(v) for v in layer.weights]
    model.fit(np.repeat(SIGNALS, 4, 0), np.ones((4, 1)), verbose=0)
    changed = [not np.array_equal(array(v), x) for v, x in zip(layer.weights, before)]
    assert changed == [trainable] * 2


def test_a_window_of_numbers_goes_through_configs():
    window = np.linspace(0.1, 1.0, 16)
    for make, inputs in (
        (lambda w: layers.MelSpectrogram(16, 8, num_mel_bins=4, window=w), SOUNDS),
        (lambda w: layers.STFTSpectrogram("psd", 16, window=w), SIGNALS),
    ):
        layer = make(window)
        assert layer.get_config()["window"] == window.tolist()
        again = type(layer).from_config(layer.get_config())
        np.testing.assert_allclose(array(again(inputs)), array(layer(inputs)), rtol=1e-6)
        assert abs(array(layer(inputs)) - array(make(None)(inputs))).max() > 1e-2


@pytest.mark.parametrize(
    "call, match",
    [
        (lambda: layers.MelSpectrogram(sequence_length=3000), "sequence_length"),
        (lambda: layers.MelSpectrogram(sequence_stride=0), "sequence_stride"),
        (lambda: layers.MelSpectrogram(num_mel_bins=-1), "num_mel_bins"),
        (lambda: layers.MelSpectrogram(window="rectangle"), "window"),
        (lambda: layers.MelSpectrogram(window=[1.0, 2.0]), "window"),
        (lambda: layers.MelSpectrogram(sampling_rate=0), "sampling_rate"),
        (lambda: layers.MelSpectrogram()(SOUNDS), "1024 samples"),
        (lambda: layers.MelSpectrogram()(np.float32(3)), "ndim"),
        (lambda: layers.STFTSpectrogram("power"), "mode"),
        (lambda: layers.STFTSpectrogram(frame_step=300), "frame_step"),
        (lambda: layers.STFTSpectrogram(fft_length=100), "fft_length"),
        (lambda: layers.STFTSpectrogram(window="kaiserlich"), "window"),
        (lambda: layers.STFTSpectrogram(window=[1.0, 2.0])(SIGNALS), "window"),
        (lambda: layers.STFTSpectrogram()(SIGNALS), "frame_length"),
        (lambda: layers.STFTSpectrogram()(SOUNDS), "ndim"),
        (lambda: layers.STFTSpectrogram().compute_output_shape((2, 60)), "rank"),
    ],
)
def test_mistakes(call, match):
    with pytest.raises(ValueError, match=match):
        call()
