import numpy as np
import pytest

import keras
from keras.src.utils.sequence_utils import pad_sequences

ROWS = [[1], [2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, [[0, 0, 1], [0, 2, 3], [4, 5, 6]]),
        ({"padding": "post"}, [[1, 0, 0], [2, 3, 0], [4, 5, 6]]),
        ({"maxlen": 2}, [[0, 1], [2, 3], [5, 6]]),
        ({"maxlen": 2, "truncating": "post"}, [[0, 1], [2, 3], [4, 5]]),
        ({"maxlen": 4, "padding": "post", "value": 7}, [[1, 7, 7, 7], [2, 3, 7, 7], [4, 5, 6, 7]]),
        ({"maxlen": 0}, [[], [], []]),
        ({"value": 0.5}, [[0, 0, 1], [0, 2, 3], [4, 5, 6]]),
    ],
)
@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_numbers(kind, arguments, expected):
    made = pad_sequences([kind(row) for row in ROWS], **arguments)
    assert isinstance(made, np.ndarray)
    assert made.dtype == "int32"
    np.testing.assert_array_equal(made, np.reshape(expected, made.shape))


@pytest.mark.parametrize("dtype", ["float32", "int64", "uint8", bool, object])
def test_dtypes(dtype):
    made = pad_sequences([[1], [1, 0]], dtype=dtype)
    assert made.dtype == np.dtype(dtype)
    assert made.tolist() == [[0, 1], [1, 0]]
    assert pad_sequences([[1.7], [2.2, -3.5]]).tolist() == [[0, 1], [2, -3]]


def test_strings():
    rows = [["a"], ["bcd", "c"]]
    assert pad_sequences(rows, dtype=object, value="pad").tolist() == [["pad", "a"], ["bcd", "c"]]
    assert pad_sequences(rows, dtype="<U1", value="p").tolist() == [["p", "a"], ["b", "c"]]
    with pytest.raises(ValueError, match="dtype=object"):
        pad_sequences(rows, value="pad")


def test_elements_with_a_shape():
    made = pad_sequences([[[1, 2], [3, 4]], [], [[5, 6]]], value=[8, 9])
    assert made.tolist() == [[[1, 2], [3, 4]], [[8, 9], [8, 9]], [[8, 9], [5, 6]]]
    with pytest.raises(ValueError, match="must have one shape"):
        pad_sequences([np.ones((2, 3)), np.ones((1, 2))])


def test_nothing():
    assert pad_sequences([[], []]).shape == (2, 0)
    assert pad_sequences([[], [1]]).tolist() == [[0], [1]]
    assert pad_sequences([]).shape == (0, 0)
    assert pad_sequences([], maxlen=3).shape == (0, 3)


@pytest.mark.parametrize(
    ("sequences", "arguments", "message"),
    [
        (3, {}, "list of sequences"),
        ([[1], 2], {}, "It holds 2"),
        (ROWS, {"padding": "before"}, "padding"),
        (ROWS, {"truncating": "before"}, "truncating"),
        (ROWS, {"maxlen": -1}, "maxlen"),
        (ROWS, {"maxlen": 2.0}, "maxlen"),
    ],
)
def test_wrong_arguments(sequences, arguments, message):
    with pytest.raises(ValueError, match=message):
        pad_sequences(sequences, **arguments)


def test_both_names():
    assert keras.utils.pad_sequences is keras.preprocessing.sequence.pad_sequences is pad_sequences
