"""Vocabularies: the tokens that a layer knows, where each stands, and how they are found in data."""

import collections
import itertools
import os

import numpy as np

from keras.src.utils.cells import decoded, encoded
from keras.src.utils.messages import few

UNKNOWN = -2
"""What `find` gives for a token that is not in the vocabulary."""


_MOST_DIRECT = 2**60


class Words:
    """A vocabulary of strings.

    Args:
        tokens: List of `str`, without the special ones.
        first: Index of the first of them.
        special: Dict from other strings, such as the mask, to their indices.
        encoding: Encoding of strings that come as bytes.
    """

    def __init__(self, tokens, first, special, encoding="utf-8"):
        self.tokens, self.encoding = tokens, encoding
        self._indices = {**special, **dict(zip(tokens, range(first, first + len(tokens))))}
        self._indices_of_bytes = None

    def items(self):
        """The known strings as bytes, and their indices."""
        return [encoded(token, self.encoding) for token in self._indices], list(self._indices.values())

    def find(self, values):
        """Indices of strings.

        Args:
            values: List of `str` or list of `bytes`.

        Returns:
            Array of int64, with `UNKNOWN` for what is in no vocabulary.
        """
        table = self._indices
        if values and isinstance(values[0], bytes):
            if self._indices_of_bytes is None:
                self._indices_of_bytes = dict(zip(*self.items()))
            table = self._indices_of_bytes
        try:
            return np.fromiter(map(table.get, values, itertools.repeat(UNKNOWN)), "int64", len(values))
        except TypeError:  # Of a list or the like among the values, which has no hash.
            return np.full(len(values), UNKNOWN)


class Integers:
    """A vocabulary of integers; arguments as those of `Words`."""

    def __init__(self, tokens, first, special):
        self.tokens = tokens
        known = {**special, **dict(zip(tokens, range(first, first + len(tokens))))}
        keys, indices = (np.array(list(x), "int64") for x in (known, known.values()))
        order = np.argsort(keys)
        self.keys, self.indices = keys[order], indices[order]
        self._by_key = self._direct_table()
        """The known integers in ascending order, and their indices."""

    def _direct_table(self):
        """The index of each integer between the first and the last known one, where these are not too many; else `None`."""
        if not len(self.keys) or not -_MOST_DIRECT < self.keys[0] <= self.keys[-1] < _MOST_DIRECT:
            return None
        if self.keys[-1] - self.keys[0] > 16 * len(self.keys) + 1024:
            return None
        table = np.full(self.keys[-1] - self.keys[0] + 3, UNKNOWN)
        table[self.keys - self.keys[0] + 1] = self.indices
        return table

    def items(self):
        """The known integers, and their indices."""
        return self.keys, self.indices

    def find(self, values):
        """Indices of an array of int64, with `UNKNOWN` for what is in no vocabulary."""
        if not len(self.keys):
            return np.full(values.shape, UNKNOWN)
        if self._by_key is not None:
            # The first and last place stand for what lies below and above.
            return self._by_key[np.clip(values, self.keys[0] - 1, self.keys[-1] + 1) - (self.keys[0] - 1)]
        places = np.minimum(np.searchsorted(self.keys, values), len(self.keys) - 1)
        return np.where(self.keys[places] == values, self.indices[places], UNKNOWN)


def read_vocabulary(path):
    """The lines of a text file.

    Args:
        path: Path of a file in UTF-8 with one token a line.

    Raises:
        ValueError: There is no such file, or a line in it is empty.
    """
    if not os.path.isfile(path):
        raise ValueError(f"There is no vocabulary file {str(path)!r}.")
    with open(path, "rb") as file:
        lines = file.read().split(b"\n")
    lines = lines[:-1] if lines[-1] == b"" else lines
    tokens = [decoded(line[:-1] if line.endswith(b"\r") else line) for line in lines]
    if "" in tokens:
        raise ValueError(
            f"The vocabulary file {str(path)!r} has an empty line, number {tokens.index('') + 1}; one token a line is expected."
        )
    return tokens


def without_special(tokens, special, mask_token, oov_token, no_oov):
    """The tokens that follow the special ones, where a list begins with all of these.

    Args:
        tokens: List of tokens.
        special: List of the special tokens, as `get_vocabulary` puts them first.
        mask_token: Token that stands for nothing, or `None`.
        oov_token: Token that stands for all unknown ones.
        no_oov: Whether `oov_token` must not be among the others.

    Raises:
        ValueError: There is a token twice, a special one at another place, or none at all.
    """
    if special and tokens[: len(special)] == special:
        tokens = tokens[len(special) :]
    if not tokens:
        raise ValueError("A vocabulary needs at least one token beside the special ones. Received an empty vocabulary.")
    reserved = {"mask": mask_token} | ({"OOV": oov_token} if no_oov else {})
    for kind, token in reserved.items():
        if token is not None and token in tokens:
            raise ValueError(
                f"The {kind} token {token!r} is reserved: leave special tokens out of the vocabulary, or begin it with all "
                f"of them in this order: {special}. Received it as token number {tokens.index(token)}."
            )
    if len(set(tokens)) < len(tokens):
        repeated = [token for token, count in collections.Counter(tokens).items() if count > 1]
        raise ValueError(f"Each token of a vocabulary must be there once. Repeated: {few(map(str, repeated))}")
    return tokens


class TokenCounts:
    """How often tokens are found in data, and in how many documents; it grows with the number of different tokens.

    Args:
        of_documents: Whether documents count.
    """

    def __init__(self, of_documents=False):
        self.of_documents = of_documents
        self._counts = collections.Counter()
        self._documents = collections.Counter()
        self._number = 0

    def is_empty(self):
        """Whether there was no token."""
        return not self._counts

    def add(self, cells):
        """Counts the tokens of some data.

        Args:
            cells: `Cells` of tokens; a row is a document. Without rows, each token is one.
        """
        values = cells.values
        values = values.tolist() if isinstance(values, np.ndarray) else values
        self._counts.update(values)
        if not self.of_documents:
            return
        if cells.lengths is None and len(cells.shape) < 2:
            self._documents.update(values)
            self._number += len(values)
            return
        values = iter(values)
        lengths = cells.lengths if cells.lengths is not None else itertools.repeat(cells.shape[-1], cells.row_count())
        for length in lengths:
            self._documents.update(set(itertools.islice(values, int(length))))
            self._number += 1

    def most_frequent(self, without, most=None, normalize=None):
        """Tokens from the most to the least frequent, of equal ones the greater first.

        Args:
            without: Tokens that are left out.
            most: The most tokens that are wanted, or `None`.
            normalize: Function of a token that tells which are the same, or `None`.

        Returns:
            The list of tokens, and for each the logarithm `log(1 + documents / (1 + documents with it))`, as an array; `None`
            where documents do not count.
        """
        counts, documents = self._counts, self._documents
        if normalize is not None:
            counts, documents = _merged(counts, normalize), _merged(documents, normalize)
        tokens = sorted(counts.keys() - set(without), reverse=True)
        order = np.argsort([-counts[token] for token in tokens], kind="stable")[:most]
        tokens = [tokens[i] for i in order]
        if not self.of_documents:
            return tokens, None
        found = np.array([documents[token] for token in tokens], "float64")
        return tokens, np.log1p(self._number / (1 + found)).astype("float32")


def _merged(counts, normalize):
    """Counts by the normalized tokens."""
    merged = collections.Counter()
    for token, count in counts.items():
        merged[normalize(token)] += count
    return merged
