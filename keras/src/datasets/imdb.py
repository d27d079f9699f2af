"""Reviews of films."""

import json

import numpy as np

from keras.src.api_export import keras_export
from keras.src.datasets.published import fetch
from keras.src.datasets.restricted import read_npz
from keras.src.datasets.splitting import choose_words, shuffled
from keras.src.utils.warning_utils import warn


@keras_export("keras.datasets.imdb.load_data")
def load_data(
    path="imdb.npz",
    num_words=None,
    skip_top=0,
    maxlen=None,
    seed=113,
    start_char=1,
    oov_char=2,
    index_from=3,
    **kwargs,
):
    """Loads the reviews of IMDB: 25,000 reviews of films to train on, and 25,000 for tests, each good (1) or bad (0).

    A review is a list of integers, one for each word: its rank by how often it occurs in the data, plus `index_from`.

    Args:
        path: Name of the file in the cache, `~/.keras/datasets`.
        num_words: Words with this index and above are replaced by `oov_char`; by default, only the rarest one is.
        skip_top: Words with an index below this are replaced by `oov_char`.
        maxlen: Only reviews that are shorter than this, with `start_char`, are returned. By default, all are.
        seed: Seed of the order of the reviews.
        start_char: What each review begins with; `None` for nothing. `skip_top` counts for it as well.
        oov_char: What takes the place of words that are left out; with `None` they are dropped.
        index_from: What is added to the ranks of words.
        kwargs: `nb_words` is an older name of `num_words`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: 1D arrays of lists of integers, and of labels.

    Raises:
        OSError: The file cannot be downloaded.
        ValueError: No review is shorter than `maxlen`.

    Example:

    >>> (x_train, y_train), (x_test, y_test) = keras.datasets.imdb.load_data(num_words=10000)  # doctest: +SKIP
    >>> x_train.shape  # doctest: +SKIP
    (25000,)

    Source: Andrew Maas et al., "Learning Word Vectors for Sentiment Analysis", 2011,
    https://ai.stanford.edu/~amaas/data/sentiment
    """
    if "nb_words" in kwargs:
        warn("`nb_words` is called `num_words` now.")
        num_words = kwargs.pop("nb_words")
    if kwargs:
        raise TypeError(f"`load_data` has no such arguments: {sorted(kwargs)}")
    data = read_npz(fetch("imdb.npz", path))
    generator = np.random.RandomState(seed)
    x_train, y_train = shuffled(data["x_train"], data["y_train"], generator)
    x_test, y_test = shuffled(data["x_test"], data["y_test"], generator)
    sequences, labels = [*x_train, *x_test], np.concatenate([y_train, y_test])
    chosen, labels = choose_words(sequences, labels, num_words, skip_top, maxlen, start_char, oov_char, index_from)
    start = [] if start_char is None else [start_char]
    count = sum(not maxlen or len(start) + len(words) < maxlen for words in x_train)
    return (chosen[:count], labels[:count]), (chosen[count:], labels[count:])


@keras_export("keras.datasets.imdb.get_word_index")
def get_word_index(path="imdb_word_index.json"):
    """Loads the words of the reviews with their ranks, to which `load_data` adds `index_from`.

    Args:
        path: Name of the file in the cache, `~/.keras/datasets`.

    Returns:
        Dict from word to rank, from 1.

    Raises:
        OSError: The file cannot be downloaded.

    Example:

    >>> ranks = keras.datasets.imdb.get_word_index()  # doctest: +SKIP
    >>> words = {rank + 3: word for word, rank in ranks.items()}  # doctest: +SKIP
    """
    with open(fetch("imdb_word_index.json", path), encoding="utf-8") as file:
        return json.load(file)
