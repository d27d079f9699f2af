"""Many strings as one buffer of UTF-8 bytes, so that NumPy can work on all of them at once."""

import numpy as np

_PADDING = 8  # So that eight bytes may be read from any place of a string.


class ByteStrings:
    """Strings in UTF-8, each a piece of one buffer.

    Attributes:
        buffer: Bytes (uint8), with room for eight more at the end.
        starts: Where each string starts in the buffer (int64).
        lengths: Number of bytes of each string (int64).
    """

    def __init__(self, buffer, starts, lengths):
        self.buffer, self.starts, self.lengths = buffer, starts, lengths

    def __len__(self):
        return len(self.starts)

    @classmethod
    def of(cls, strings):
        """The strings of an array in their order, whatever its shape.

        Args:
            strings: NumPy array of `str`, `bytes`, `StringDType`, or of objects that are `str` or `bytes`.

        Raises:
            TypeError: There is something else than strings.
            UnicodeEncodeError: A string holds half of a surrogate pair, which UTF-8 cannot hold. It is a `ValueError`.
        """
        kind = strings.dtype.kind
        if kind in "US" and strings.size:
            found = _of_fixed_width(np.ascontiguousarray(strings).reshape(-1))
            if found is not None:
                return found
        return _of_list(strings.reshape(-1).tolist())

    @classmethod
    def of_integers(cls, numbers):
        """The decimal digits of integers, with a minus sign where they are negative.

        Args:
            numbers: NumPy array of integers.
        """
        numbers = numbers.reshape(-1)
        negative = numbers < 0
        rest = numbers.astype("uint64")
        np.negative(rest, out=rest, where=negative)  # Modulo 2^64, so that it is right for the lowest number too.
        largest = int(rest.max(initial=0))
        width = len(str(largest)) + 1
        if largest < 2**32:
            rest = rest.astype("uint32")  # Divided quicker.
        lengths = 1 + sum((rest >= 10**i).astype("int64") for i in range(1, width - 1))
        digits = np.empty((len(numbers), width), "u1")
        ten = rest.dtype.type(10)
        for place in range(width - 1, 0, -1):
            tens = rest // ten
            digits[:, place] = rest - tens * ten
            rest = tens
        digits += ord("0")
        lengths += negative
        starts = np.arange(1, len(numbers) + 1, dtype="int64") * width - lengths
        buffer = _padded(digits.reshape(-1))
        buffer[starts[negative]] = ord("-")
        return cls(buffer, starts, lengths)


def is_array_of_strings(array):
    """Whether something is a NumPy array that holds strings; of objects the first one counts."""
    if not isinstance(array, np.ndarray):
        return False
    if array.dtype.kind == "O":
        return array.size > 0 and isinstance(array.flat[0], (str, bytes))
    return array.dtype.kind in "UST"


def _of_fixed_width(strings):
    """The strings of an array of `S` or of `U`, where these are all ASCII; else `None`."""
    if not strings.dtype.isnative:
        strings = strings.astype(strings.dtype.newbyteorder("="))
    width = strings.dtype.itemsize
    if strings.dtype.kind == "U":
        codes = strings.view("u4")
        if codes.size and codes.max() > 127:
            return None
        codes, width = codes.astype("u1"), width // 4
    else:
        codes = strings.view("u1")
    starts = np.arange(len(strings), dtype="int64") * width
    return ByteStrings(_padded(codes), starts, np.strings.str_len(strings).astype("int64"))


def _of_list(strings):
    """The strings of a list, joined and taken apart again where the bytes of the joint are found in no string."""
    if not strings:
        return ByteStrings(np.zeros(_PADDING, "u1"), np.zeros(0, "int64"), np.zeros(0, "int64"))
    try:
        joined = np.frombuffer("\0".join(strings).encode() + bytes(_PADDING), "u1")
    except TypeError:
        return _of_bytes([_encoded(x) for x in strings])
    ends = np.append(np.flatnonzero(joined[:-_PADDING] == 0), len(joined) - _PADDING)
    if len(ends) != len(strings):
        return _of_bytes([x.encode() for x in strings])
    starts = np.concatenate([np.zeros(1, "int64"), ends[:-1] + 1])
    return ByteStrings(joined, starts, ends - starts)


def _of_bytes(strings):
    lengths = np.fromiter(map(len, strings), "int64", len(strings))
    return ByteStrings(_padded(np.frombuffer(b"".join(strings), "u1")), np.cumsum(lengths) - lengths, lengths)


def _encoded(x):
    if isinstance(x, bytes):
        return x
    if isinstance(x, str):
        return x.encode()
    raise TypeError(f"Expected strings (`str` or `bytes`). Received among them: {x!r} (of type {type(x).__name__})")


def _padded(codes):
    return np.concatenate([codes, np.zeros(_PADDING, "u1")])
