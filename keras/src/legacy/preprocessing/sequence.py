"""Series and skip-grams in the way of Keras 2, as `tf.keras.preprocessing.sequence` has them."""

import json
import random

import numpy as np

from keras.src.api_export import keras_export
from keras.src.trainers.data_adapters.py_dataset_adapter import PyDataset

_EULER_GAMMA = 0.577


@keras_export("keras._legacy.preprocessing.sequence.TimeseriesGenerator")
class TimeseriesGenerator(PyDataset):
    """Batches of windows of a series, with what comes behind each window as the target.

    New programs take `keras.utils.timeseries_dataset_from_array`.

    Args:
        data: Array or list, whose first axis is time.
        targets: As many targets.
        length: Steps of time in a window.
        sampling_rate: Of a window, each step with a number that this divides is taken.
        stride: Steps between the beginnings of windows.
        start_index: First step that is used.
        end_index: Last step that is used; by default the last one.
        shuffle: Whether windows are drawn, by NumPy's global generator.
        reverse: Whether time runs backwards in windows.
        batch_size: Windows in a batch; the last may have fewer.
        **kwargs: Arguments of `keras.utils.PyDataset`.

    Example:

    >>> import numpy as np
    >>> from keras.src.legacy.preprocessing.sequence import TimeseriesGenerator
    >>> x, y = TimeseriesGenerator(np.arange(5), np.arange(5), length=2)[0]
    >>> x.tolist(), y.tolist()
    ([[0, 1], [1, 2], [2, 3]], [2, 3, 4])
    """

    def __init__(
        self,
        data,
        targets,
        length,
        sampling_rate=1,
        stride=1,
        start_index=0,
        end_index=None,
        shuffle=False,
        reverse=False,
        batch_size=128,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if len(data) != len(targets):
            raise ValueError(
                f"`data` and `targets` must have the same length. Received: {len(data)} and {len(targets)} steps"
            )
        self.data = data
        self.targets = targets
        self.length = length
        self.sampling_rate = sampling_rate
        self.stride = stride
        self.start_index = start_index + length
        self.end_index = len(data) - 1 if end_index is None else end_index
        self.shuffle = shuffle
        self.reverse = reverse
        self.batch_size = batch_size
        if self.start_index > self.end_index:
            raise ValueError(
                f"There is no window of {length} steps with a target behind it from step {start_index} to step "
                f"{self.end_index}. Take a smaller `length`, or more data."
            )

    def __len__(self):
        step = self.batch_size * self.stride
        return (self.end_index - self.start_index + step) // step

    def __getitem__(self, index):
        rows = self._rows(index)
        samples = np.array([self.data[row - self.length : row : self.sampling_rate] for row in rows])
        targets = np.array([self.targets[row] for row in rows])
        return (samples[:, ::-1, ...] if self.reverse else samples), targets

    def _rows(self, index):
        if self.shuffle:
            return np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        step = self.batch_size * self.stride
        first = self.start_index + step * index
        return np.arange(first, min(first + step, self.end_index + 1), self.stride)

    def get_config(self):
        """Returns a dict of the arguments, with data and targets as JSON."""
        names = ("length", "sampling_rate", "stride", "start_index", "end_index", "shuffle", "reverse", "batch_size")
        series = {name: json.dumps(np.asarray(getattr(self, name)).tolist()) for name in ("data", "targets")}
        return {**series, **{name: getattr(self, name) for name in names}}

    def to_json(self, **kwargs):
        """The arguments and the data as JSON.

        Args:
            **kwargs: Given to `json.dumps`.

        Returns:
            String.
        """
        return json.dumps({"class_name": type(self).__name__, "config": self.get_config()}, **kwargs)


@keras_export("keras._legacy.preprocessing.sequence.make_sampling_table")
def make_sampling_table(size, sampling_factor=1e-05):
    """How likely each word should be kept, by its rank: frequent words are kept less often.

    The frequencies are those of Zipf's law; the rule is that of word2vec.

    Args:
        size: Number of words.
        sampling_factor: The smaller, the fewer are kept.

    Returns:
        NumPy array of float64 of shape `(size,)`.

    Example:

    >>> from keras.src.legacy.preprocessing.sequence import make_sampling_table
    >>> make_sampling_table(3).round(4).tolist()
    [0.0032, 0.0032, 0.0055]
    """
    rank = np.arange(size)
    rank[0] = 1
    inverse_frequency = rank * (np.log(rank) + _EULER_GAMMA) + 0.5 - 1.0 / (12.0 * rank)
    ratio = sampling_factor * inverse_frequency
    return np.minimum(1.0, ratio / np.sqrt(ratio))


@keras_export("keras._legacy.preprocessing.sequence.skipgrams")
def skipgrams(
    sequence,
    vocabulary_size,
    window_size=4,
    negative_samples=1.0,
    shuffle=True,
    categorical=False,
    sampling_table=None,
    seed=None,
):
    """Pairs of words that stand near each other, and pairs of words with drawn ones.

    Draws come from Python's global generator.

    Args:
        sequence: List of numbers of words; 0 is no word.
        vocabulary_size: Numbers of words are below this.
        window_size: How far apart the words of a pair are at most.
        negative_samples: Pairs with drawn words for each true one.
        shuffle: Whether the pairs are shuffled.
        categorical: Whether labels are `[0, 1]` and `[1, 0]` in place of 1 and 0.
        sampling_table: How likely each word is kept, as from `make_sampling_table`.
        seed: Integer that fixes how pairs are shuffled.

    Returns:
        A list of pairs, and a list of labels: 1 for true pairs, 0 for drawn ones.

    Example:

    >>> from keras.src.legacy.preprocessing.sequence import skipgrams
    >>> skipgrams([1, 2, 3], 4, window_size=1, negative_samples=0, shuffle=False)
    ([[1, 2], [2, 1], [2, 3], [3, 2]], [1, 1, 1, 1])
    """
    true, drawn = ([0, 1], [1, 0]) if categorical else (1, 0)
    couples = _near_pairs(sequence, window_size, sampling_table)
    labels = [true] * len(couples)
    if negative_samples > 0 and couples:
        words = [couple[0] for couple in couples]
        random.shuffle(words)
        count = int(len(labels) * negative_samples)
        couples += [[words[i % len(words)], random.randint(1, vocabulary_size - 1)] for i in range(count)]
        labels += [drawn] * count
    if shuffle:
        seed = random.randint(0, 10**7) if seed is None else seed
        for values in (couples, labels):
            random.seed(seed)
            random.shuffle(values)
    return couples, labels


def _near_pairs(sequence, window_size, sampling_table):
    pairs = []
    for i, word in enumerate(sequence):
        if not word or (sampling_table is not None and sampling_table[word] < random.random()):
            continue
        for j in range(max(0, i - window_size), min(len(sequence), i + window_size + 1)):
            if j != i and sequence[j]:
                pairs.append([word, sequence[j]])
    return pairs
