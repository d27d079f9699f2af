"""What users pass as strings or integers, in whatever form, as one flat list and a shape."""

import itertools
import math

import numpy as np

from keras.src.utils.messages import shown

_ROWS = (list, tuple, np.ndarray)


class Cells:
    """Values in their order, and how they are arranged: in an array, or in rows of different lengths.

    Attributes:
        values: Flat list, or NumPy array of rank 1.
        shape: Tuple of sizes; of ragged rows `(number of rows, None)`.
        lengths: Lengths of ragged rows, as an array of int64; else `None`.
    """

    def __init__(self, values, shape, lengths=None):
        self.values, self.shape, self.lengths = values, shape, lengths

    @classmethod
    def of_rows(cls, rows):
        """Cells of a list of lists, whose lengths may differ."""
        lengths = np.fromiter(map(len, rows), "int64", len(rows))
        return cls(list(itertools.chain.from_iterable(rows)), (len(rows), None), lengths)

    def holding(self, values):
        """Other values in the same arrangement."""
        return Cells(values, self.shape, self.lengths)

    @classmethod
    def joined(cls, parts):
        """Rows one after the other, of several `Cells` of ragged rows of arrays."""
        values, lengths = (np.concatenate(x) for x in zip(*((part.values, part.lengths) for part in parts)))
        return cls(values, (len(lengths), None), lengths)

    def row_count(self):
        """Number of rows, which lie along the last axis."""
        return math.prod(self.shape[:-1])

    def row_lengths(self):
        """Number of values of each row."""
        if self.lengths is not None:
            return self.lengths
        return np.full(self.row_count(), self.shape[-1] if self.shape else 1)

    def cut(self, width):
        """Ragged rows, of an array of values, without what is beyond a width."""
        return Cells(self.values[self._within(self.lengths) < width], self.shape, np.minimum(self.lengths, width))

    def padded(self, fill, width=None):
        """The values, which are an array, as an array: ragged rows are filled up, or cut, to one width.

        Args:
            fill: Value for what is not there.
            width: Size of the last axis; by default that of the longest row.
        """
        if self.lengths is None and width is None:
            return self.values.reshape(self.shape)
        lengths = self.row_lengths()
        longest = int(lengths.max(initial=0))
        result = np.full((len(lengths), longest if width is None else width), fill, self.values.dtype)
        there = np.arange(result.shape[1]) < lengths[:, np.newaxis]
        result[there] = self.values if longest <= result.shape[1] else self.values[self._within(lengths) < width]
        return result.reshape(*self.shape[:-1], result.shape[1])

    def _within(self, lengths):
        """The place of each value in its row."""
        return np.arange(len(self.values)) - np.repeat(np.cumsum(lengths) - lengths, lengths)

    def nested(self):
        """The values as nested lists."""
        if self.lengths is not None:
            values = iter(self.values)
            return [list(itertools.islice(values, n)) for n in self.lengths]
        array = np.empty(len(self.values), object)
        array[:] = self.values
        return array.reshape(self.shape).tolist()


def strings(x, encoding="utf-8", check=True):
    """The strings of `x`.

    Args:
        x: A string, nested lists of strings (the rows of the last level may differ in length), a NumPy array of `str`,
            `bytes`, `StringDType` or objects, a pandas object, or an eager tensor of TensorFlow.
        encoding: Encoding in which bytes are written.
        check: Whether all values are looked at, so that they are surely strings of one type.

    Returns:
        `Cells` whose values are a list of `str`, or a list of `bytes`.

    Raises:
        ValueError: There is something else than strings.
    """
    cells = _cells(x)
    values = cells.values
    if isinstance(values, np.ndarray):
        if values.dtype.kind not in "OUST" and values.size:
            raise ValueError(
                f"Expected strings. Received: {shown(x)} (of dtype {values.dtype}). Numbers become strings by "
                "`array.astype(str)`; integers are looked up by `IntegerLookup`."
            )
        check = check and values.dtype.kind not in "US"
        values = values.tolist()
    return cells.holding(of_one_type(values, encoding) if check else values)


def is_of_one_type(values):
    """Whether a list holds `str` alone, or `bytes` alone."""
    kinds = set(map(type, values))
    return all(issubclass(kind, str) for kind in kinds) or all(issubclass(kind, bytes) for kind in kinds)


def of_one_type(values, encoding="utf-8"):
    """A list of strings as `str` alone, or as `bytes` alone.

    Raises:
        ValueError: There is something else among them.
    """
    if is_of_one_type(values):
        return values
    kinds = set(map(type, values))
    if all(issubclass(kind, (str, bytes)) for kind in kinds):
        return [encoded(x, encoding) for x in values]
    wrong = next(x for x in values if not isinstance(x, (str, bytes)))
    raise ValueError(
        f"Expected strings. Received among them: {wrong!r} (of type {type(wrong).__name__}). Missing values need a "
        "string of their own, and numbers become strings by `str`; integers are looked up by `IntegerLookup`."
    )


def integers(x):
    """The integers of `x`; fractions are cut off.

    Args:
        x: A number, nested lists of numbers (the rows of the last level may differ in length), an array, a pandas object or a
            tensor that has values.

    Returns:
        `Cells` whose values are an array of int64.

    Raises:
        ValueError: There is something else than numbers.
    """
    cells = _cells(x)
    try:
        values = np.asarray(cells.values)
        if values.dtype.kind not in "biufO" and values.size:
            raise TypeError(f"values of dtype {values.dtype}")
        if values.dtype.kind == "O" and not all(isinstance(v, (int, float, np.number)) for v in values):
            raise TypeError("something else")
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise TypeError("numbers that are not finite")
        return cells.holding(values.astype("int64").reshape(-1))
    except (TypeError, OverflowError) as error:
        raise ValueError(
            f"Expected integers. Received: {shown(x)} ({error}). Strings are looked up by `StringLookup`."
        ) from None


def encoded(text, encoding="utf-8"):
    """A string as bytes; what `decoded` kept of invalid bytes comes back."""
    return text if isinstance(text, bytes) else text.encode(encoding, "surrogateescape")


def decoded(text, encoding="utf-8"):
    """Bytes as a string; invalid ones are kept as halves of surrogate pairs."""
    return text if isinstance(text, str) else text.decode(encoding, "surrogateescape")


def _cells(x):
    if isinstance(x, (str, bytes)):
        return Cells([x], ())
    if isinstance(x, (list, tuple)):
        return _of_lists(x)
    if hasattr(x, "row_lengths") and hasattr(x, "flat_values"):
        return Cells(np.asarray(x.values), (int(x.nrows()), None), np.asarray(x.row_lengths()).astype("int64"))
    if hasattr(x, "detach"):
        x = x.detach().cpu()
    array = x.to_numpy() if hasattr(x, "to_numpy") else np.asarray(x)
    return Cells(array.reshape(-1), array.shape)


def _of_lists(x):
    values, sizes, lengths = list(x), [len(x)], None
    while values and any(isinstance(v, _ROWS) for v in (values[0], values[-1])):
        if not all(isinstance(row, _ROWS) for row in values):
            raise ValueError(f"Lists must be nested equally deep everywhere. Received: {shown(x)}")
        counts = set(map(len, values))
        if len(counts) > 1:
            lengths = np.fromiter(map(len, values), "int64", len(values))
        sizes.append(counts.pop() if len(counts) == 1 else None)
        values = list(itertools.chain.from_iterable(values))
    if lengths is not None and len(sizes) > 2:
        raise ValueError(
            f"Rows of different lengths are taken in lists of two levels only. Received: {shown(x)}, of {len(sizes)} levels."
        )
    return Cells(values, tuple(sizes), lengths)
