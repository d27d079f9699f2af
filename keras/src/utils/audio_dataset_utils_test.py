"""Sounds of datasets, by `tf.data` and by the plain iterable."""

import wave

import numpy as np
import pytest

import keras
from keras.src.utils import audio_dataset_utils, directory_datasets
from keras.src.utils.module_utils import LazyModule

tf = pytest.importorskip("tensorflow")
KINDS = ("tf", "iterable")
DRAWS = np.random.RandomState(0)
SOUNDS = {name: DRAWS.randint(-32768, 32768, (length, 1)) for name, length in [("a/0", 20), ("a/1", 30), ("b/0", 25)]}


def write(path, sound, width=2, rate=8000):
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((sound.shape[1], width, rate, 0, "NONE", None))
        file.writeframes(sound.astype(f"<i{width}").tobytes())


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "sounds"
    root.mkdir()
    for name, sound in SOUNDS.items():
        write(root / f"{name}.wav", sound)
    return root


@pytest.fixture
def make(folder, monkeypatch):
    def made(kind, **given):
        if kind == "iterable":
            monkeypatch.setattr(directory_datasets, "tf", LazyModule("tensorflow_that_is_not_there"))
        return keras.utils.audio_dataset_from_directory(folder, **{"shuffle": False, "verbose": False, **given})

    return made


def filled(length):
    """The sounds as a batch, cut off or filled with zeros."""
    batch = np.zeros((3, length, 1), "float32")
    for row, sound in zip(batch, SOUNDS.values()):
        part = sound[:length]
        row[: len(part)] = part / 32768
    return batch


@pytest.mark.parametrize("kind", KINDS)
class TestEachKind:
    def test_sounds_and_labels(self, make, kind):
        dataset = make(kind)
        assert dataset.class_names == ["a", "b"] and len(dataset.file_paths) == 3
        ((sounds, labels),) = dataset
        np.testing.assert_array_equal(np.asarray(sounds), filled(30))
        assert np.asarray(sounds).dtype == "float32" and np.asarray(labels).tolist() == [0, 0, 1]

    @pytest.mark.parametrize("length", [10, 22, 40])
    def test_length(self, make, kind, length):
        ((sounds, _),) = make(kind, output_sequence_length=length)
        np.testing.assert_array_equal(np.asarray(sounds), filled(length))

    def test_each_batch_is_as_long_as_its_longest_sound(self, make, kind):
        assert [np.asarray(x).shape for x in make(kind, batch_size=1, label_mode=None)] == [
            (1, n, 1) for n in (20, 30, 25)
        ]
        assert [np.asarray(x).shape for x in make(kind, batch_size=None, label_mode=None)] == [
            (n, 1) for n in (20, 30, 25)
        ]

    def test_ragged(self, make, kind):
        ((sounds, labels),) = make(kind, ragged=True)
        sounds = sounds.to_list() if kind == "tf" else [sound.tolist() for sound in sounds]
        assert sounds == [(sound / 32768).tolist() for sound in SOUNDS.values()]
        assert np.asarray(labels).tolist() == [0, 0, 1]

    def test_channels(self, make, kind, folder):
        write(folder / "b" / "1.wav", np.arange(20).reshape(10, 2))
        sounds = [np.asarray(x) for x in make(kind, batch_size=1, label_mode=None)]
        assert [x.shape[2] for x in sounds] == [1, 1, 1, 2]
        np.testing.assert_array_equal(sounds[3][0], np.arange(20).reshape(10, 2) / np.float32(32768))

    @pytest.mark.parametrize("rate", [4000, 12000])
    def test_sampling_rate(self, make, kind, folder, rate):
        tone = np.sin(np.arange(800) * 0.05)[:, None] * 20000
        write(folder / "c" / "0.wav", tone)
        (sound,) = make(kind, sampling_rate=rate, class_names=["c"], label_mode="int", batch_size=None)
        sound = np.asarray(sound[0])
        assert sound.shape == (800 * rate // 8000, 1)
        expected = np.sin(np.arange(len(sound)) * 0.05 * 8000 / rate) * 20000 / 32768
        np.testing.assert_allclose(sound[50:-50, 0], expected[50:-50], atol=0.01)
        ((short, _),) = make(kind, sampling_rate=rate, class_names=["c"], output_sequence_length=100)
        np.testing.assert_allclose(np.asarray(short)[0], sound[:100], atol=1e-6)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"sampling_rate": 0},
            {"sampling_rate": 4000.0},
            {"output_sequence_length": -1},
            {"ragged": True, "output_sequence_length": 3},
            {"label_mode": "x"},
        ],
    )
    def test_wrong_arguments(self, make, kind, wrong):
        with pytest.raises(ValueError, match=list(wrong)[0]):
            make(kind, **wrong)


@pytest.mark.parametrize("width", [1, 4])
def test_other_files_are_refused(make, folder, width):
    write(folder / "c" / "0.wav", np.arange(10)[:, None], width)
    with pytest.raises(ValueError, match=f"{8 * width} bits in"):
        list(make("iterable", class_names=["c"]))
    (folder / "c" / "0.wav").write_bytes(b"no sound")
    with pytest.raises(ValueError, match="is no WAV file"):
        list(make("iterable", class_names=["c"]))


def test_no_sounds(make, folder):
    (folder / "c").mkdir()
    with pytest.raises(ValueError, match="No audio files"):
        make("tf", class_names=["c"])


def test_without_scipy_the_error_says_what_to_install(make, monkeypatch):
    message = audio_dataset_utils.scipy_signal._import_error_msg
    missing = LazyModule("scipy_that_is_not_there", import_error_msg=message)
    monkeypatch.setattr(audio_dataset_utils, "scipy_signal", missing)
    with pytest.raises(ImportError, match="pip install scipy"):
        make("tf", sampling_rate=4000)
