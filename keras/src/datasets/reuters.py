"""News of an agency."""

import json

import numpy as np

from keras.src.api_export import keras_export
from keras.src.datasets.published import fetch
from keras.src.datasets.restricted import read_npz
from keras.src.datasets.splitting import choose_words, shuffled, split

_TOPICS = (
    "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship cotton carcass crude "
    "nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin strategic-metal livestock retail ipi iron-steel "
    "rubber heat jobs lei bop zinc orange pet-chem dlr gas silver wpi hog lead"
)


@keras_export("keras.datasets.reuters.load_data")
def load_data(
    path="reuters.npz",
    num_words=None,
    skip_top=0,
    maxlen=None,
    test_split=0.2,
    seed=113,
    start_char=1,
    oov_char=2,
    index_from=3,
):
    """Loads news of Reuters: 11,228 of them, each about one of 46 topics (`get_label_names` tells them).

    A text is a list of integers, one for each word: its rank by how often it occurs in the data, plus `index_from`.

    Args:
        path: Name of the file in the cache, `~/.keras/datasets`.
        num_words: Words with this index and above are replaced by `oov_char`; by default, only the rarest one is.
        skip_top: Words with an index below this are replaced by `oov_char`.
        maxlen: Only texts that are shorter than this, with `start_char`, are returned. By default, all are.
        test_split: Fraction of the texts that are for tests.
        seed: Seed of the order of the texts.
        start_char: What each text begins with; `None` for nothing. `skip_top` counts for it as well.
        oov_char: What takes the place of words that are left out; with `None` they are dropped.
        index_from: What is added to the ranks of words.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: 1D arrays of lists of integers, and of labels.

    Raises:
        OSError: The file cannot be downloaded.
        ValueError: No text is shorter than `maxlen`.

    Example:

    >>> (x_train, y_train), (x_test, y_test) = keras.datasets.reuters.load_data(num_words=10000)  # doctest: +SKIP
    >>> x_train.shape  # doctest: +SKIP
    (8982,)

    Source: Reuters-21578, https://archive.ics.uci.edu/dataset/137
    """
    if not 0 <= test_split <= 1:
        raise ValueError(f"`test_split` must be from 0 to 1. Received: {test_split!r}")
    data = read_npz(fetch("reuters.npz", path))
    x, y = shuffled(data["x"], data["y"], np.random.RandomState(seed))
    return split(*choose_words(x, y, num_words, skip_top, maxlen, start_char, oov_char, index_from), test_split)


@keras_export("keras.datasets.reuters.get_word_index")
def get_word_index(path="reuters_word_index.json"):
    """Loads the words of the texts with their ranks, to which `load_data` adds `index_from`.

    Args:
        path: Name of the file in the cache, `~/.keras/datasets`.

    Returns:
        Dict from word to rank, from 1.

    Raises:
        OSError: The file cannot be downloaded.

    Example:

    >>> ranks = keras.datasets.reuters.get_word_index()  # doctest: +SKIP
    >>> words = {rank + 3: word for word, rank in ranks.items()}  # doctest: +SKIP
    """
    with open(fetch("reuters_word_index.json", path), encoding="utf-8") as file:
        return json.load(file)


@keras_export("keras.datasets.reuters.get_label_names")
def get_label_names():
    """Returns the names of the 46 topics, in the order of their labels.

    Returns:
        Tuple of strings.

    Example:

    >>> keras.datasets.reuters.get_label_names()[:3]
    ('cocoa', 'grain', 'veg-oil')
    """
    return tuple(_TOPICS.split())
