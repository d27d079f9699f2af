"""Texts and their words, on the host. Words are bytes, as TensorFlow has it: what belongs to ASCII counts, nothing else."""

import string

import numpy as np

from keras.src.utils.cells import Cells, decoded, encoded, strings

_LOWER = bytes.maketrans(string.ascii_uppercase.encode(), string.ascii_lowercase.encode())
STANDARDIZATIONS = {
    "lower_and_strip_punctuation": (True, string.punctuation),
    "lower": (True, ""),
    "strip_punctuation": (False, string.punctuation),
}
"""Whether letters become small, and which characters are left out."""


def words(texts, standardize, split, ngrams, encoding):
    """The words of texts.

    Args:
        texts: `Cells` of strings, of rank 0 or 1 where they are to be split.
        standardize: Key of `STANDARDIZATIONS`, function of an array of strings, or `None`.
        split: `"whitespace"`, `"character"`, function of an array of strings, or `None`.
        ngrams: Number of words that are taken together at most, list of such numbers, or `None`.
        encoding: Encoding of bytes.

    Returns:
        `Cells` of words: a row for each text, or the words of a single one; with `split=None`, the texts.
    """
    texts = texts.holding(_standardized(texts.values, standardize, encoding))
    if split is None:
        return texts
    rows = _rows(texts.values, split, encoding)
    if ngrams is not None:
        rows = [_ngrams(row, sizes(ngrams)) for row in rows]
    return Cells.of_rows(rows) if texts.shape else Cells(rows[0], (len(rows[0]),))


def sizes(ngrams):
    """The lengths of ngrams, as a tuple; `None` where there are none."""
    return tuple(range(1, ngrams + 1)) if isinstance(ngrams, int) else ngrams and tuple(ngrams)


def _standardized(values, standardize, encoding):
    """A list of bytes."""
    if callable(standardize):
        values = strings(standardize(_as_array(values, encoding)), encoding).values
    values = [encoded(x, encoding) for x in values] if values and isinstance(values[0], str) else values
    if standardize is None or callable(standardize):
        return values
    lower, left_out = STANDARDIZATIONS[standardize]
    table, left_out = _LOWER if lower else None, left_out.encode()
    return [x.translate(table, left_out) for x in values]


def _rows(values, split, encoding):
    """A list of words for each text."""
    if split == "whitespace":
        return [x.split() for x in values]
    if split == "character":
        return [list(x.decode(encoding, "replace")) for x in values]
    found = strings(split(_as_array(values, encoding)), encoding)
    if len(found.shape) != 2 or found.shape[0] != len(values):
        raise ValueError(
            f"A function for `split` must give the words of each of the {len(values)} texts, as nested lists. Received: strings "
            f"of shape {found.shape}"
        )
    return found.nested()


def _as_array(values, encoding):
    """An array of `str`, as functions of users take it."""
    array = np.empty(len(values), object)
    array[:] = [decoded(x, encoding) for x in values]
    return array


def _ngrams(row, lengths):
    """The words of a row joined, first those of the first length."""
    blank = b" " if row and isinstance(row[0], bytes) else " "
    return [blank.join(row[i : i + n]) for n in lengths for i in range(len(row) - n + 1)]
