"""Shuffling and splitting of data sets, and the choice of words in sequences of them."""

import numpy as np


def shuffled(x, y, generator):
    """Two arrays in a new order of their first axis, drawn by a `RandomState`."""
    order = np.arange(len(x))
    generator.shuffle(order)
    return x[order], y[order]


def split(x, y, test_split):
    """`(x_train, y_train), (x_test, y_test)`, the last part being that of tests."""
    count = int(len(x) * (1 - test_split))
    return (x[:count], y[:count]), (x[count:], y[count:])


def shuffled_split(x, y, test_split, seed):
    """As `split`, after shuffling by a seed.

    Raises:
        ValueError: Nothing would be left to train on.
    """
    if not 0 <= test_split < 1:
        raise ValueError(f"`test_split` must be at least 0 and less than 1. Received: {test_split!r}")
    return split(*shuffled(x, y, np.random.RandomState(seed)), test_split)


def choose_words(sequences, labels, num_words, skip_top, maxlen, start_char, oov_char, index_from):
    """Sequences of words as the arguments of `load_data` ask for them.

    Args:
        sequences: List of lists of the ranks of words, from 1.
        labels: Array of the labels of the sequences.
        num_words: Words from this index on are left out; where it is None or 0, the one with the largest index, as in Keras.
        skip_top: So are words before this index.
        maxlen: Only sequences that are shorter are kept; all where it is None or 0.
        start_char: What each sequence begins with, unless it is None.
        oov_char: What takes the place of words that are left out, unless it is None.
        index_from: What is added to the ranks.

    Returns:
        The sequences, as a 1D array of lists, and their labels.
    """
    begin = [] if start_char is None else [start_char]
    sequences = [begin + [word + (index_from or 0) for word in words] for words in sequences]
    if maxlen:
        kept = [place for place, words in enumerate(sequences) if len(words) < maxlen]
        sequences, labels = [sequences[place] for place in kept], labels[kept]
    if not sequences:
        raise ValueError(f"No sequence is shorter than maxlen={maxlen}. Increase `maxlen`.")
    most = num_words or max(map(max, filter(None, sequences)), default=0)
    made = np.empty(len(sequences), object)
    made[:] = [_chosen(words, skip_top, most, oov_char) for words in sequences]
    return made, labels


def _chosen(words, lowest, end, oov_char):
    if not words or (max(words) < end and min(words) >= lowest):
        return words  # most have nothing to choose, where all words are wanted
    if oov_char is None:
        return [word for word in words if lowest <= word < end]
    return [word if lowest <= word < end else oov_char for word in words]
