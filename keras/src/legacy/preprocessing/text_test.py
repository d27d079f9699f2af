"""Texts in the way of Keras 2; the numbers are those of Keras 3.15.1."""

import collections
import json

import numpy as np
import pytest

from keras.src.legacy.preprocessing.text import (
    Tokenizer,
    hashing_trick,
    one_hot,
    text_to_word_sequence,
    tokenizer_from_json,
)

TEXTS = ["The cat sat on the mat. The end!", "Dogs & cats: the cat", ""]
# Arguments; the sequences of two texts; texts of the sequences [1, 2, 3, 99] and [5].
CASES = [
    ({}, [[1, 3, 4, 1, 2], [7]], ["the cat sat", "mat"]),
    ({"num_words": 3}, [[1, 1, 2], []], ["the cat", ""]),
    ({"oov_token": "?"}, [[2, 1, 4, 5, 2, 3], [8]], ["? the cat ?", "on"]),
    ({"oov_token": "?", "num_words": 4}, [[2, 1, 1, 1, 2, 3], [1]], ["? the cat ?", "?"]),
    ({"lower": False}, [[3, 4, 5, 3, 2], [8]], ["The cat the", "on"]),
    (
        {"char_level": True, "num_words": 6},
        [[2, 5, 3, 1, 1, 4, 2, 1, 1, 2, 5, 3, 1, 4, 2], []],
        ["  t e", "h"],
    ),
    ({"split": "t"}, [[4, 1], []], ["he ca    sa", "he ma"]),
    ({"filters": "ao"}, [[1, 9, 4, 3, 5, 1, 2, 3], [9, 10]], ["the c t", "n"]),
]
MATRICES = {
    "binary": [[0, 1, 1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0, 0]],
    "count": [[0, 2, 1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0, 0]],
    "freq": [[0, 0.666667, 0.333333, 0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0, 0]],
    "tfidf": [[0, 1.1736, 0.693147, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0.916291, 0, 0, 0, 0, 0]],
}


def fitted(**arguments):
    tokenizer = Tokenizer(**arguments)
    tokenizer.fit_on_texts(TEXTS)
    return tokenizer


@pytest.mark.parametrize("arguments, sequences, texts", CASES)
def test_sequences_and_texts(arguments, sequences, texts):
    tokenizer = fitted(**arguments)
    assert tokenizer.document_count == 3
    assert tokenizer.texts_to_sequences(["the dog sat on the cat", "Dogs"]) == sequences
    assert tokenizer.sequences_to_texts([[1, 2, 3, 99], [5]]) == texts
    again = tokenizer_from_json(tokenizer.to_json())
    assert again.texts_to_sequences(["the dog sat on the cat", "Dogs"]) == sequences


@pytest.mark.parametrize("mode", MATRICES)
def test_matrices(mode):
    tokenizer = fitted()
    matrix = tokenizer.texts_to_matrix(["the cat the unknown", "sat"], mode=mode)
    assert matrix.dtype == "float64"
    np.testing.assert_allclose(matrix, MATRICES[mode], atol=1e-6)
    again = tokenizer_from_json(tokenizer.to_json())
    np.testing.assert_array_equal(again.texts_to_matrix(["the cat the unknown", "sat"], mode=mode), matrix)


def test_what_is_counted():
    tokenizer = fitted()
    assert type(tokenizer.word_counts) is collections.OrderedDict
    assert tokenizer.word_counts == {"the": 4, "cat": 2, "sat": 1, "on": 1, "mat": 1, "end": 1, "dogs": 1, "cats": 1}
    assert tokenizer.word_docs == {"the": 2, "cat": 2, "sat": 1, "on": 1, "mat": 1, "end": 1, "dogs": 1, "cats": 1}
    assert tokenizer.index_docs == {1: 2, 2: 2, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 8: 1}
    assert tokenizer.index_word[7] == "dogs" and tokenizer.word_index["dogs"] == 7
    tokenizer.fit_on_texts([["Cat"] * 9])
    assert tokenizer.word_index["cat"] == 1 and tokenizer.document_count == 4


def test_lists_are_words_and_an_analyzer_cuts():
    tokenizer = Tokenizer(analyzer=lambda text: text.split("a"))
    tokenizer.fit_on_texts(["1a2a2", ["Three a"]])
    assert tokenizer.word_index == {"2": 1, "1": 2, "three a": 3}


def test_fitting_on_sequences():
    tokenizer = Tokenizer(num_words=5)
    tokenizer.fit_on_sequences([[1, 2, 2], [3], [1]])
    matrix = tokenizer.sequences_to_matrix([[1, 2, 2, 3, 9]], mode="tfidf")
    np.testing.assert_allclose(matrix, [[0, 0.693147, 1.551415, 0.916291, 0]], atol=1e-6)


def test_config():
    config = fitted(num_words=4, oov_token="?").get_config()
    assert (config["num_words"], config["oov_token"], config["document_count"]) == (4, "?", 3)
    assert json.loads(config["index_word"])["2"] == "the"
    assert json.loads(fitted().to_json(indent=2))["class_name"] == "Tokenizer"
    assert Tokenizer(document_count=7).document_count == 7


def test_wrong_uses():
    with pytest.raises(ValueError, match="mode"):
        fitted().texts_to_matrix(TEXTS, mode="sum")
    with pytest.raises(ValueError, match="fit_on_texts"):
        Tokenizer().sequences_to_matrix([[1]])
    with pytest.raises(ValueError, match="tfidf"):
        Tokenizer(num_words=3).sequences_to_matrix([[1]], mode="tfidf")
    with pytest.raises(TypeError, match="words"):
        Tokenizer(words=3)
    with pytest.raises(ValueError, match="JSON of a tokenizer"):
        tokenizer_from_json("{}")
    with pytest.warns(UserWarning, match="num_words"):
        assert Tokenizer(nb_words=3).num_words == 3


def test_words():
    assert text_to_word_sequence(" The cat,the\tMat!") == ["the", "cat", "the", "mat"]
    assert text_to_word_sequence("The cat", lower=False, filters="T") == ["he", "cat"]
    assert text_to_word_sequence("a,b!c", filters="!", split=",") == ["a", "b", "c"]


def test_hashes():
    assert hashing_trick(TEXTS[0], 50, hash_function="md5") == [43, 32, 29, 3, 43, 29, 43, 43]
    assert hashing_trick("a bb ccc", 3, hash_function=len) == [2, 1, 2]
    assert hashing_trick("a-b", 50, hash_function=len, analyzer=lambda text: [text]) == [4]
    assert one_hot("the cat the", 50) == [hash(word) % 49 + 1 for word in ("the", "cat", "the")]
