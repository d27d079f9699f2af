"""Sequences of different lengths as one array."""

import numpy as np

from keras.src.api_export import keras_export


@keras_export(["keras.utils.pad_sequences", "keras.preprocessing.sequence.pad_sequences"])
def pad_sequences(sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0.0):
    """Brings sequences to one length, in one array: short ones are padded, long ones are cut.

    Args:
        sequences: List of sequences: lists of numbers or strings, or arrays, whose elements may be arrays of one shape.
        maxlen: The length; by default that of the longest sequence.
        dtype: Dtype of the result; `object` for strings of any length.
        padding: Where padding stands: `"pre"`, before the elements, or `"post"`.
        truncating: Where long sequences are cut: `"pre"`, so that their last elements stay, or `"post"`.
        value: What sequences are padded with.

    Returns:
        NumPy array of shape `(len(sequences), maxlen, ...)`.

    Raises:
        ValueError: `sequences` are none, their elements have different shapes, or an argument is wrong.

    Example:

    >>> keras.utils.pad_sequences([[1], [2, 3], [4, 5, 6]])
    array([[0, 0, 1],
           [0, 2, 3],
           [4, 5, 6]], dtype=int32)
    >>> keras.utils.pad_sequences([[1], [4, 5, 6]], maxlen=2, padding="post", truncating="post", value=-1)
    array([[ 1, -1],
           [ 4,  5]], dtype=int32)
    """
    for name, given in (("padding", padding), ("truncating", truncating)):
        if given not in ("pre", "post"):
            raise ValueError(f"`{name}` must be 'pre' or 'post'. Received: {given!r}")
    lengths = _lengths(sequences)
    maxlen = max(lengths, default=0) if maxlen is None else maxlen
    if isinstance(maxlen, bool) or not isinstance(maxlen, (int, np.integer)) or maxlen < 0:
        raise ValueError(f"`maxlen` must be a whole number of elements, or None. Received: {maxlen!r}")
    inner = next((np.shape(sequence)[1:] for sequence, length in zip(sequences, lengths, strict=True) if length), ())
    _check_value(value, dtype)
    made = np.full((len(lengths), maxlen, *inner), value, dtype=dtype)
    for place, (row, sequence) in enumerate(zip(made, sequences, strict=True)):
        if lengths[place] and maxlen:
            kept = np.asarray(sequence[-maxlen:] if truncating == "pre" else sequence[:maxlen], dtype=dtype)
            if kept.shape[1:] != inner:
                raise ValueError(
                    f"All elements of the sequences must have one shape. Those of sequence {place} have the shape "
                    f"{kept.shape[1:]}, those before {inner}."
                )
            row[slice(len(kept)) if padding == "post" else slice(maxlen - len(kept), None)] = kept
    return made


def _lengths(sequences):
    if not hasattr(sequences, "__len__"):
        raise ValueError(f"`sequences` must be a list of sequences. Received: {sequences!r}")
    for sequence in sequences:
        if not hasattr(sequence, "__len__"):
            raise ValueError(f"`sequences` must be a list of sequences. It holds {sequence!r}, which has no elements.")
    return [len(sequence) for sequence in sequences]


def _check_value(value, dtype):
    if isinstance(value, str) and np.dtype(dtype).kind not in "OUST":
        raise ValueError(
            f"The `value` {value!r} is a string, which an array of dtype {dtype} cannot hold. Pass `dtype=object` for strings "
            "of any length."
        )
