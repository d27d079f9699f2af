import numpy as np
import pytest

from keras.src.utils.argument_validation import standardize_padding, standardize_tuple, validate_string_arg


@pytest.mark.parametrize("value, expected", [(2, (2, 2)), ((1, 2), (1, 2)), ([1, 2], (1, 2)), (np.int64(3), (3, 3))])
def test_tuples(value, expected):
    assert standardize_tuple(value, 2, "size") == expected


@pytest.mark.parametrize("value", [(1, 2, 3), (1, "a"), (0, 1), -1, None, 1.5, "ab"])
def test_other_values_are_no_tuples(value):
    with pytest.raises(ValueError, match="`size` must be an int of 1 or more, or a tuple of 2"):
        standardize_tuple(value, 2, "size")


def test_zero():
    assert standardize_tuple((0, 1), 2, "size", allow_zero=True) == (0, 1)
    with pytest.raises(ValueError, match="0 or more"):
        standardize_tuple((-1, 1), 2, "size", allow_zero=True)


def test_padding():
    assert standardize_padding("SAME") == "same"
    assert standardize_padding([1, 2]) == [1, 2]
    assert standardize_padding("causal", allow_causal=True) == "causal"
    for value in ("causal", 3, "x"):
        with pytest.raises(ValueError, match="`padding` must be"):
            standardize_padding(value)


def test_strings():
    validate_string_arg("a", ("a", "b"), "f", "x")
    validate_string_arg(None, ("a",), "f", "x", allow_none=True)
    validate_string_arg(len, ("a",), "f", "x", allow_callables=True)
    for value in ("c", None, len):
        with pytest.raises(ValueError, match="`x` of f must be one of"):
            validate_string_arg(value, ("a", "b"), "f", "x")
