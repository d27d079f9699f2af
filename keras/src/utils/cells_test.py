"""Strings and integers in any form, as a flat list and a shape."""

import numpy as np
import pytest

from keras.src.utils import cells


@pytest.mark.parametrize(
    "x, values, shape",
    [
        ("a", ["a"], ()),
        (b"a", [b"a"], ()),
        ([], [], (0,)),
        ([[]], [], (1, 0)),
        (["a", "b"], ["a", "b"], (2,)),
        ([("a", "b"), ["c", "d"]], ["a", "b", "c", "d"], (2, 2)),
        ([np.array(["a", "b"])], ["a", "b"], (1, 2)),
        (np.array([["a"], ["b"]]), ["a", "b"], (2, 1)),
        (np.array(["a", b"\xff"], object), [b"a", b"\xff"], (2,)),
        (np.zeros((2, 0), "U1"), [], (2, 0)),
    ],
)
def test_strings(x, values, shape):
    found = cells.strings(x)
    assert found.values == values and found.shape == shape and found.lengths is None


def test_ragged_rows():
    found = cells.strings([["a", "b"], [], ["c"]])
    assert found.values == ["a", "b", "c"] and found.shape == (3, None) and found.lengths.tolist() == [2, 0, 1]
    assert found.nested() == [["a", "b"], [], ["c"]]
    numbers = cells.integers([[1, 2], [], [3]])
    assert numbers.padded(-1).tolist() == [[1, 2], [-1, -1], [3, -1]]
    assert numbers.padded(0, 1).tolist() == [[1], [0], [3]]
    assert numbers.padded(0, 3).tolist() == [[1, 2, 0], [0, 0, 0], [3, 0, 0]]
    cut = numbers.cut(1)
    assert cut.values.tolist() == [1, 3] and cut.lengths.tolist() == [1, 0, 1]
    joined = cells.Cells.joined([numbers, cut])
    assert joined.padded(0).tolist() == [[1, 2], [0, 0], [3, 0], [1, 0], [0, 0], [3, 0]]


def test_dense_rows_are_cut_and_filled_up():
    numbers = cells.integers(np.arange(6).reshape(1, 2, 3))
    assert numbers.padded(0, 2).tolist() == [[[0, 1], [3, 4]]]
    assert numbers.padded(9, 4).tolist() == [[[0, 1, 2, 9], [3, 4, 5, 9]]]
    assert numbers.padded(0).shape == (1, 2, 3) and numbers.row_lengths().tolist() == [3, 3]


@pytest.mark.parametrize(
    "x", [[1], [None], np.array([1.0]), {"a": 1}, ["a", ["b"]], [["a"], "b"], [[["a"], ["b", "c"]]]]
)
def test_no_strings(x):
    with pytest.raises(ValueError, match="strings|Lists|levels"):
        cells.strings(x)


@pytest.mark.parametrize("x", [["a"], [None], [np.nan], [2**70], "a", [[1], 2]])
def test_no_integers(x):
    with pytest.raises(ValueError, match="integers|Lists"):
        cells.integers(x)


def test_fractions_are_cut_off():
    assert cells.integers([1.9, -1.9, True]).values.tolist() == [1, -1, 1]
    assert cells.integers(np.array([2**40], "uint64")).values.dtype == "int64"


def test_invalid_bytes_come_back():
    for text in (b"\xff\xfe", "é".encode(), b""):
        assert cells.encoded(cells.decoded(text)) == text
    with pytest.raises(ValueError, match="surrogates"):
        cells.encoded("\ud800")
