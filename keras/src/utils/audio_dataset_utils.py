"""Datasets of sounds in a folder."""

import dataclasses
import math
import wave

import numpy as np

from keras.src.api_export import keras_export
from keras.src.utils.directory_datasets import Reader, from_directory
from keras.src.utils.directory_files import Search
from keras.src.utils.module_utils import LazyModule
from keras.src.utils.module_utils import tensorflow as tf

ALLOWED_FORMATS = (".wav",)
scipy_signal = LazyModule(
    "scipy.signal",
    import_error_msg="`sampling_rate` needs SciPy, which is not installed. Install it with `pip install scipy`.",
)


def read_wave(path):
    """Reads a WAV file of 16 bits.

    Returns:
        Array of float32 from -1 to 1 and of shape `(samples, channels)`, and how many samples there are in a second.

    Raises:
        ValueError: It is none.
    """
    try:
        with wave.open(path, "rb") as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise ValueError(f"{path} is no WAV file with 16 bits for each sample: {error}") from error
    if width != 2:
        raise ValueError(f"WAV files must have 16 bits for each sample. Received: {8 * width} bits in {path}")
    return np.frombuffer(frames, "<i2").astype("float32").reshape(-1, channels) / 32768, rate


def resampled(sound, rate, new_rate):
    """A sound of shape `(samples, channels)` with another number of samples in a second."""
    common = math.gcd(int(rate), new_rate)
    return scipy_signal.resample_poly(sound, new_rate // common, int(rate) // common, axis=0).astype("float32")


def padded(arrays):
    """A batch of arrays of float32, with zeros behind the short ones."""
    batch = np.zeros((len(arrays), *np.max([array.shape for array in arrays], axis=0)), "float32")
    for place, array in zip(batch, arrays):
        place[tuple(slice(size) for size in array.shape)] = array
    return batch


@dataclasses.dataclass
class AudioReader(Reader):
    """Reads sounds; the arguments are those of `audio_dataset_from_directory`."""

    sampling_rate: int | None
    output_sequence_length: int | None
    ragged: bool

    def __post_init__(self):
        if self.ragged and self.output_sequence_length is not None:
            raise ValueError("Only one of `ragged` and `output_sequence_length` may be set.")
        for name, least in (("sampling_rate", 1), ("output_sequence_length", 0)):
            value = getattr(self, name)
            if value is not None and (not hasattr(value, "__index__") or value < least):
                raise ValueError(f"`{name}` must be an integer, {least} or more, or None. Received: {name}={value!r}")
        if self.sampling_rate is not None:
            scipy_signal.initialize()

    def read(self, path):
        sound, rate = read_wave(path)
        if self.sampling_rate is not None:
            sound = resampled(sound, rate, self.sampling_rate)
        length = self.output_sequence_length
        if length is None:
            return sound
        return np.pad(sound[:length], ((0, max(0, length - len(sound))), (0, 0)))

    def stacked(self, samples):
        if not self.ragged:
            return padded(samples)
        batch = np.empty(len(samples), dtype=object)
        batch[:] = samples
        return batch

    def read_tf(self, path):
        sound, rate = tf.audio.decode_wav(tf.io.read_file(path))
        if self.sampling_rate is not None:
            sound = tf.numpy_function(resampled, (sound, rate, self.sampling_rate), "float32")
            sound.set_shape((None, None))
        length = self.output_sequence_length
        if length is not None:
            sound = tf.pad(sound[:length], ((0, tf.maximum(0, length - tf.shape(sound)[0])), (0, 0)))
            sound.set_shape((length, None))
        return tf.RaggedTensor.from_tensor(sound) if self.ragged else sound

    def batched_tf(self, dataset, batch_size):
        if self.ragged or self.output_sequence_length is not None:
            return dataset.batch(batch_size)
        return dataset.padded_batch(batch_size)


@keras_export("keras.utils.audio_dataset_from_directory")
def audio_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    batch_size=32,
    sampling_rate=None,
    output_sequence_length=None,
    ragged=False,
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    follow_links=False,
    verbose=True,
):
    """Makes a dataset of the `.wav` files (of 16 bits) in a folder, whose subfolders are classes.

    With TensorFlow installed, the result is a `tf.data.Dataset`; without it, an iterable over NumPy arrays that has a
    length, has the same sounds and labels, and that `fit`, `evaluate` and `predict` take.

    Args:
        directory: Path of the folder.
        labels: `"inferred"` (from the subfolders), a list with an integer for each file, in alphabetical order of their
            paths, or `None`.
        label_mode: `"int"`, `"categorical"` (one-hot), `"binary"` (0.0 or 1.0, for two classes) or `None`: no labels.
        class_names: Names of subfolders, in the order in which they are numbered; others are left out. By default all
            of them, in alphabetical order.
        batch_size: Sounds in a batch; the last batch may have fewer. With `None`, each item is one sound.
        sampling_rate: How many samples in a second the sounds get, by SciPy; by default each keeps its own.
        output_sequence_length: Sounds are cut off, or filled with zeros, to this number of samples; by default a batch is
            as long as its longest sound.
        ragged: Whether each sound keeps its length: batches are ragged tensors, or arrays of arrays where TensorFlow is
            not installed.
        shuffle: Whether the files are shuffled, and read in another order each time; otherwise they come in
            alphabetical order.
        seed: Integer that fixes the order.
        validation_split: Share of the files, between 0 and 1, that is kept for validation.
        subset: `"training"`, `"validation"`, or `"both"` for two datasets, where there is a `validation_split`.
        follow_links: Whether links to folders are followed.
        verbose: Whether a message tells how many files there are.

    Returns:
        A dataset, or a list of two for `subset="both"`, with the attributes `class_names` and `file_paths`. Its items are
        batches of sounds, of float32 from -1 to 1 and of shape `(batch, samples, channels)`; with labels, tuples of these
        and of labels: int32 of shape `(batch,)`, float32 of shape `(batch, 1)` if binary, or
        `(batch, number of classes)` if categorical.

    Raises:
        ImportError: `sampling_rate` is given, and SciPy is not installed.
        FileNotFoundError: There is no such folder.
        ValueError: There are no sounds in it, or an argument has a value that is not listed here.

    Example:

    >>> import os, wave
    >>> for name in ("high", "low"):
    ...     os.makedirs(name)
    ...     with wave.open(name + "/1.wav", "wb") as file:
    ...         file.setparams((1, 2, 8000, 0, "NONE", None))
    ...         file.writeframes(bytes(200))
    >>> dataset = keras.utils.audio_dataset_from_directory(".", output_sequence_length=80)
    Found 2 files belonging to 2 classes.
    >>> [sounds.shape == (2, 80, 1) for sounds, labels in dataset]
    [True]
    """
    reader = AudioReader(sampling_rate, output_sequence_length, ragged)
    search = Search(directory, "audio", ALLOWED_FORMATS, labels, label_mode, class_names, follow_links, verbose)
    return from_directory(reader, search, batch_size, shuffle, seed, validation_split, subset)
