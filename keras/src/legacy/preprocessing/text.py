"""Texts as numbers in the way of Keras 2, as `tf.keras.preprocessing.text` has it; new programs take `TextVectorization`."""

import collections
import hashlib
import json

import numpy as np

from keras.src.api_export import keras_export
from keras.src.utils.warning_utils import warn

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
_MODES = ("binary", "count", "tfidf", "freq")
_COUNTED = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")


@keras_export("keras._legacy.preprocessing.text.text_to_word_sequence")
def text_to_word_sequence(input_text, filters=FILTERS, lower=True, split=" "):
    """Cuts a text into words.

    Args:
        input_text: String.
        filters: Characters at which it is cut too, and which are left out.
        lower: Whether letters are made small.
        split: String at which the text is cut.

    Returns:
        List of strings.

    Example:

    >>> from keras.src.legacy.preprocessing.text import text_to_word_sequence
    >>> text_to_word_sequence("The cat, the mat!")
    ['the', 'cat', 'the', 'mat']
    """
    text = input_text.lower() if lower else input_text
    text = text.translate(str.maketrans({character: split for character in filters}))
    return [word for word in text.split(split) if word]


@keras_export("keras._legacy.preprocessing.text.one_hot")
def one_hot(input_text, n, filters=FILTERS, lower=True, split=" ", analyzer=None):
    """Gives each word of a text a number from 1 to `n - 1` by Python's `hash`, which each process draws anew.

    Args:
        input_text: String.
        n: Number of numbers, with 0, which no word gets.
        filters: As in `text_to_word_sequence`.
        lower: Likewise.
        split: Likewise.
        analyzer: Function that cuts the text into words in place of `text_to_word_sequence`.

    Returns:
        List of integers.

    Example:

    >>> from keras.src.legacy.preprocessing.text import one_hot
    >>> len(one_hot("The cat", 50))
    2
    """
    return hashing_trick(input_text, n, hash, filters, lower, split, analyzer)


@keras_export("keras._legacy.preprocessing.text.hashing_trick")
def hashing_trick(text, n, hash_function=None, filters=FILTERS, lower=True, split=" ", analyzer=None):
    """Gives each word of a text a number from 1 to `n - 1` by a hash.

    Args:
        text: String.
        n: Number of numbers, with 0, which no word gets.
        hash_function: `None` for Python's `hash`, `"md5"`, or a function from a string to an integer.
        filters: As in `text_to_word_sequence`.
        lower: Likewise.
        split: Likewise.
        analyzer: Function that cuts the text into words in place of `text_to_word_sequence`.

    Returns:
        List of integers.

    Example:

    >>> from keras.src.legacy.preprocessing.text import hashing_trick
    >>> hashing_trick("The cat", 50, hash_function="md5")
    [43, 32]
    """
    if hash_function is None:
        hash_function = hash
    elif hash_function == "md5":
        hash_function = _md5
    words = text_to_word_sequence(text, filters, lower, split) if analyzer is None else analyzer(text)
    return [hash_function(word) % (n - 1) + 1 for word in words]


def _md5(word):
    return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)


@keras_export("keras._legacy.preprocessing.text.Tokenizer")
class Tokenizer:
    """Numbers the words of texts by how often they occur, and makes sequences of numbers or matrices of texts.

    Args:
        num_words: Only the `num_words - 1` most frequent words are kept when texts are turned into numbers.
        filters: Characters at which texts are cut too, and which are left out.
        lower: Whether letters are made small.
        split: String at which texts are cut.
        char_level: Whether each character counts as a word.
        oov_token: Stands for words that are not known, and gets number 1; by default these are left out.
        analyzer: Function that cuts a text into words, in place of `text_to_word_sequence`.
        **kwargs: `document_count`, the number of texts seen before.

    Example:

    >>> from keras.src.legacy.preprocessing.text import Tokenizer
    >>> tokenizer = Tokenizer(oov_token="<unknown>")
    >>> tokenizer.fit_on_texts(["The cat sat.", "The mat"])
    >>> tokenizer.texts_to_sequences(["The dog sat"])
    [[2, 1, 4]]
    """

    def __init__(
        self,
        num_words=None,
        filters=FILTERS,
        lower=True,
        split=" ",
        char_level=False,
        oov_token=None,
        analyzer=None,
        **kwargs,
    ):
        if "nb_words" in kwargs:
            warn("`nb_words` of `Tokenizer` is called `num_words` now.")
            num_words = kwargs.pop("nb_words")
        self.document_count = kwargs.pop("document_count", 0)
        if kwargs:
            raise TypeError(f"`Tokenizer` takes no argument {sorted(kwargs)[0]!r}.")
        self.num_words = num_words
        self.filters = filters
        self.split = split
        self.lower = lower
        self.char_level = char_level
        self.oov_token = oov_token
        self.analyzer = analyzer
        self.word_counts = collections.OrderedDict()
        self.word_docs = collections.defaultdict(int)
        self.index_docs = collections.defaultdict(int)
        self.word_index = {}
        self.index_word = {}

    def _words(self, text):
        """The words of a text; a list is one of words."""
        if self.char_level or isinstance(text, list):
            if not self.lower:
                return text
            return [word.lower() for word in text] if isinstance(text, list) else text.lower()
        if self.analyzer is not None:
            return self.analyzer(text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def fit_on_texts(self, texts):
        """Counts the words of texts, and numbers all words anew.

        Args:
            texts: Iterable of strings, or of lists of words.
        """
        for text in texts:
            self.document_count += 1
            words = self._words(text)
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in set(words):
                self.word_docs[word] += 1
        frequent = sorted(self.word_counts, key=self.word_counts.get, reverse=True)
        first = [] if self.oov_token is None else [self.oov_token]
        self.word_index = {word: number for number, word in enumerate([*first, *frequent], 1)}
        self.index_word = {number: word for word, number in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences):
        """Counts in how many sequences each number stands, for `mode="tfidf"` of `sequences_to_matrix`.

        Args:
            sequences: List of lists of integers.
        """
        self.document_count += len(sequences)
        for sequence in sequences:
            for number in set(sequence):
                self.index_docs[number] += 1

    def texts_to_sequences(self, texts):
        """The numbers of the words of texts.

        Args:
            texts: Iterable of strings, or of lists of words.

        Returns:
            List of lists of integers.
        """
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts):
        """As `texts_to_sequences`, one text after the other.

        Args:
            texts: Iterable of strings, or of lists of words.

        Yields:
            Lists of integers.
        """
        unknown = self.word_index.get(self.oov_token)
        for text in texts:
            numbers = [self._kept(self.word_index.get(word), unknown) for word in self._words(text)]
            yield [number for number in numbers if number is not None]

    def _kept(self, number, unknown):
        """The number of a word, or what stands for it where it is not known or too rare."""
        is_kept = number is not None and not (self.num_words and number >= self.num_words)
        return number if is_kept else unknown

    def sequences_to_texts(self, sequences):
        """Texts that have these numbers, with spaces between the words.

        Args:
            sequences: Iterable of lists of integers.

        Returns:
            List of strings.
        """
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences):
        """As `sequences_to_texts`, one sequence after the other.

        Args:
            sequences: Iterable of lists of integers.

        Yields:
            Strings.
        """
        unknown = self.word_index.get(self.oov_token)
        for sequence in sequences:
            numbers = [self._kept(number if number in self.index_word else None, unknown) for number in sequence]
            yield " ".join(self.index_word[number] for number in numbers if number is not None)

    def texts_to_matrix(self, texts, mode="binary"):
        """A row for each text, and a column for each word.

        Args:
            texts: Iterable of strings, or of lists of words.
            mode: As in `sequences_to_matrix`.

        Returns:
            NumPy array of float64.
        """
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode=mode)

    def sequences_to_matrix(self, sequences, mode="binary"):
        """A row for each sequence, and a column for each number.

        Args:
            sequences: List of lists of integers.
            mode: `"binary"` (whether a number occurs), `"count"` (how often), `"freq"` (divided by the length) or
                `"tfidf"` (the more, the fewer texts have it).

        Returns:
            NumPy array of float64.

        Raises:
            ValueError: `mode` is none of these, or no text was counted before.
        """
        if mode not in _MODES:
            raise ValueError(f"`mode` must be one of {_MODES}. Received: mode={mode!r}")
        if not self.num_words and not self.word_index:
            raise ValueError("Call `fit_on_texts` first, or give the tokenizer `num_words`.")
        if mode == "tfidf" and not self.document_count:
            raise ValueError("`mode='tfidf'` needs `fit_on_texts` or `fit_on_sequences` first.")
        matrix = np.zeros((len(sequences), self.num_words or len(self.word_index) + 1))
        for row, sequence in zip(matrix, sequences):
            for number, count in collections.Counter(sequence).items():
                if number < len(row):
                    row[number] = self._entry(mode, number, count, len(sequence))
        return matrix

    def _entry(self, mode, number, count, length):
        if mode == "tfidf":
            rarity = np.log(1 + self.document_count / (1 + self.index_docs.get(number, 0)))
            return (1 + np.log(count)) * rarity
        return {"binary": 1, "count": count, "freq": count / length}[mode]

    def get_config(self):
        """Returns a dict of the arguments and, as JSON, of what was counted."""
        names = ("num_words", "filters", "lower", "split", "char_level", "oov_token", "document_count")
        counted = {name: json.dumps(getattr(self, name)) for name in _COUNTED}
        return {**{name: getattr(self, name) for name in names}, **counted}

    def to_json(self, **kwargs):
        """The tokenizer as JSON, for `tokenizer_from_json`.

        Args:
            **kwargs: Given to `json.dumps`.

        Returns:
            String.
        """
        return json.dumps({"class_name": type(self).__name__, "config": self.get_config()}, **kwargs)


@keras_export("keras._legacy.preprocessing.text.tokenizer_from_json")
def tokenizer_from_json(json_string):
    """Makes a tokenizer from what its `to_json` gave.

    Args:
        json_string: String.

    Returns:
        `Tokenizer`.

    Raises:
        ValueError: It is not the JSON of a tokenizer.

    Example:

    >>> from keras.src.legacy.preprocessing.text import Tokenizer, tokenizer_from_json
    >>> tokenizer = Tokenizer()
    >>> tokenizer.fit_on_texts(["The cat"])
    >>> tokenizer_from_json(tokenizer.to_json()).word_index
    {'the': 1, 'cat': 2}
    """
    described = json.loads(json_string)
    if not isinstance(described, dict) or not isinstance(described.get("config"), dict):
        raise ValueError(f"This is not the JSON of a tokenizer: {json_string[:100]!r}")
    config = dict(described["config"])
    counted = {name: json.loads(config.pop(name)) for name in _COUNTED}
    for name in ("index_docs", "index_word"):
        counted[name] = {int(number): value for number, value in counted[name].items()}
    tokenizer = Tokenizer(**config)
    vars(tokenizer).update(counted)
    return tokenizer
