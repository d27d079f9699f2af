"""Layers with a vocabulary: what they refuse, and that each argument matters."""

import numpy as np
import pytest

from keras.src import backend, layers, ops
from keras.src.layers.preprocessing.lookup_test import mapped, plain, saved
from keras.src.testing.text_rows import DOCUMENTS, LETTERS

# Mistakes


@pytest.mark.parametrize(
    "arguments, match",
    [
        ({"vocabulary": ["a", "a"]}, "once"),
        ({"vocabulary": []}, "empty"),
        ({"vocabulary": ["[UNK]"]}, "empty"),
        ({"vocabulary": [1, 2]}, "strings"),
        ({"vocabulary": [["a"], ["b"]]}, "flat"),
        ({"vocabulary": ["", "a"], "mask_token": ""}, "reserved"),
        ({"vocabulary": ["a", "[UNK]"], "invert": True}, "reserved"),
        ({"max_tokens": 1}, "max_tokens"),
        ({"max_tokens": 2.5}, "max_tokens"),
        ({"max_tokens": 2, "vocabulary": ["a", "b"]}, "max_tokens"),
        ({"num_oov_indices": -1}, "num_oov_indices"),
        ({"num_oov_indices": None}, "num_oov_indices` must be an int of at least 0. Received: num_oov_indices=None"),
        ({"num_oov_indices": True}, "num_oov_indices"),
        ({"output_mode": "ints"}, "output_mode"),
        ({"output_mode": ["int"]}, "output_mode"),
        ({"invert": True, "output_mode": "count"}, "invert"),
        ({"idf_weights": [1.0]}, "idf_weights"),
        ({"output_mode": "tf_idf", "vocabulary": ["a"]}, "idf_weights"),
        ({"output_mode": "tf_idf", "vocabulary": ["a"], "idf_weights": [1.0, 2.0]}, "idf_weights"),
        ({"pad_to_max_tokens": True, "output_mode": "count"}, "max_tokens"),
        ({"sparse": True}, "sparse"),
        ({"mask_token": 5}, "mask_token"),
        ({"salt": "x"}, "salt"),
        ({"salt": [1, 2, 3]}, "salt"),
    ],
)
def test_wrong_arguments(arguments, match):
    with pytest.raises(ValueError, match=match):
        layers.StringLookup(**arguments)


@pytest.mark.parametrize(
    "call, match",
    [
        (lambda: layers.IntegerLookup(vocabulary=["a"]), "integers"),
        (lambda: layers.IntegerLookup(oov_token="x"), "oov_token"),
        (lambda: layers.IntegerLookup(vocabulary_dtype="int32"), "vocabulary_dtype"),
        (lambda: layers.IntegerLookup(salt=3), "farmhash"),
        (lambda: layers.IntegerLookup(oov_method="other"), "oov_method"),
        (lambda: layers.IntegerLookup(vocabulary=[1])(["a"]), "integers"),
        (lambda: layers.IntegerLookup(vocabulary=[1])([np.nan]), "integers"),
        (lambda: layers.IntegerLookup(vocabulary=[1])(layers.Input((1,), dtype="string")), "integers"),
        (lambda: layers.StringLookup(vocabulary=["a"])([1]), "strings"),
        (lambda: layers.StringLookup(vocabulary=["a"])(["a", None]), "None"),
        (lambda: layers.StringLookup(vocabulary=["a"])(np.array([1.0])), "strings"),
        (lambda: layers.StringLookup(vocabulary=["a"])(ops.convert_to_tensor([1.0])), "strings"),
        (lambda: layers.StringLookup(vocabulary=["a"])(layers.Input((1,))), "strings"),
        (lambda: layers.StringLookup(vocabulary=["a"])([["a"], "b"]), "nested"),
        (lambda: layers.StringLookup(vocabulary=["a"], num_oov_indices=0)(["a", "q"]), "'q'"),
        (lambda: layers.StringLookup(vocabulary=["a"], num_oov_indices=3)(["a\ud800"]), "surrogates"),
        (lambda: layers.IntegerLookup(vocabulary=[1], num_oov_indices=0)([7]), "7"),
        (lambda: layers.IntegerLookup(vocabulary=[1], num_oov_indices=0)(ops.convert_to_tensor([7])), "7"),
        (lambda: layers.StringLookup()(["a"]), "adapt"),
        (lambda: layers.StringLookup(output_mode="count")(["a"]), "adapt"),
        (lambda: layers.IntegerLookup()([1]), "adapt"),
        (lambda: layers.TextVectorization()(["a"]), "adapt"),
        (lambda: layers.TextVectorization(vocabulary=["a"])([["a", "b"]]), "shape"),
        (lambda: layers.TextVectorization(vocabulary=["a"])(layers.Input((2,), dtype="string")), "shape"),
        (lambda: layers.TextVectorization(vocabulary=["a"])(layers.Input((1,))), "strings"),
        (lambda: layers.TextVectorization(vocabulary=["a"])([3]), "strings"),
        (lambda: layers.TextVectorization(split="words"), "split"),
        (lambda: layers.TextVectorization(standardize="upper"), "standardize"),
        (lambda: layers.TextVectorization(ngrams="x"), "ngrams"),
        (lambda: layers.TextVectorization(ngrams=(2, 0)), "ngrams"),
        (lambda: layers.TextVectorization(output_sequence_length=-1), "output_sequence_length"),
        (lambda: layers.TextVectorization(output_sequence_length=3, output_mode="count"), "output_sequence_length"),
        (lambda: layers.TextVectorization(ragged=True, output_mode="count"), "ragged"),
        (lambda: layers.TextVectorization(vocabulary=["a", "a"]), "once"),
    ],
)
def test_mistakes(call, match):
    with pytest.raises(ValueError, match=match):
        call()


# Each argument matters


@pytest.mark.parametrize(
    "argument, one, other, more",
    [
        ("max_tokens", None, 3, {}),
        ("num_oov_indices", 1, 2, {}),
        ("mask_token", None, "a", {}),
        ("output_mode", "multi_hot", "count", {}),
        ("pad_to_max_tokens", False, True, {"max_tokens": 20, "output_mode": "count"}),
        ("salt", None, 3, {"num_oov_indices": 7, "max_tokens": 9}),
    ],
)
def test_arguments_of_strings_matter(argument, one, other, more, tmp_path):
    def results(value):
        layer = layers.StringLookup(**{argument: value}, **more)
        layer.adapt(LETTERS)
        inputs = [*LETTERS, ["zz", "q", "日本"]]
        return [plain(layer(inputs)), plain(saved(layer, tmp_path)(inputs))]

    for first, second in zip(results(one), results(other)):
        assert first != second


@pytest.mark.parametrize(
    "argument, one, other, more",
    [
        ("max_tokens", None, 5, {}),
        ("standardize", "lower", "strip_punctuation", {}),
        ("split", "whitespace", "character", {}),
        ("ngrams", None, 2, {}),
        ("output_mode", "multi_hot", "count", {}),
        ("output_sequence_length", None, 3, {}),
        ("pad_to_max_tokens", False, True, {"max_tokens": 20, "output_mode": "count"}),
    ],
)
def test_arguments_of_texts_matter(argument, one, other, more, tmp_path):
    def results(value):
        layer = layers.TextVectorization(**{argument: value}, **more)
        layer.adapt(DOCUMENTS)
        return [plain(layer(DOCUMENTS)), plain(saved(layer, tmp_path)(DOCUMENTS))]

    for first, second in zip(results(one), results(other)):
        assert first != second


def test_bytes_are_read_in_the_encoding():
    inputs = ["é", b"\xe9", "é".encode()]
    assert plain(layers.StringLookup(vocabulary=["é"])(inputs)) == [1, 0, 1]
    assert plain(layers.StringLookup(vocabulary=["é"], encoding="latin-1")(inputs)) == [1, 1, 0]
    learnt = layers.StringLookup(encoding="latin-1")
    learnt.adapt([b"\xe9"])
    assert learnt.get_vocabulary() == ["[UNK]", "é"]
    texts = layers.TextVectorization(encoding="latin-1")
    texts.adapt([b"\xc9 \xe9."])
    assert texts.get_vocabulary() == ["", "[UNK]", "é", "É"]


@pytest.mark.skipif(not backend.SUPPORTS_SPARSE_TENSORS, reason="needs sparse tensors")
@pytest.mark.parametrize("mode", ["one_hot", "multi_hot", "count", "tf_idf"])
def test_sparse_outputs(mode):
    weights = {"idf_weights": [0.5, 0.25]} if mode == "tf_idf" else {}
    dense = layers.StringLookup(vocabulary=["a", "b"], output_mode=mode, **weights)
    sparse = layers.StringLookup(vocabulary=["a", "b"], output_mode=mode, sparse=True, **weights)
    x = [["a", "q", "q"], ["b", "b", "b"]]
    found = sparse(x)
    assert (
        backend.is_sparse(found) if hasattr(backend, "is_sparse") else not isinstance(found, backend.core.TENSOR_TYPES)
    )
    np.testing.assert_allclose(ops.convert_to_numpy(found), ops.convert_to_numpy(dense(x)))
    assert sparse.compute_output_spec(backend.KerasTensor((2, 3), "string")).sparse


@pytest.mark.skipif(backend.SUPPORTS_SPARSE_TENSORS, reason="is for engines without sparse tensors")
def test_sparse_outputs_are_refused():
    with pytest.raises(ValueError, match="sparse"):
        layers.StringLookup(output_mode="count", sparse=True)


def test_ragged_outputs():
    if not backend.SUPPORTS_RAGGED_TENSORS:
        with pytest.raises(ValueError, match="ragged"):
            layers.TextVectorization(ragged=True)
        return
    layer = layers.TextVectorization(vocabulary=["a", "b"], ragged=True)
    assert plain(layer(["a b z", "b"])) == [[2, 3, 1], [3]]
    cut = layers.TextVectorization(vocabulary=["a", "b"], ragged=True, output_sequence_length=2)
    assert plain(cut(["a b z", "b"])) == [[2, 3], [3]]
    assert plain(cut(ops.convert_to_tensor(["a b z", "b"]))) == [[2, 3], [3]]


# Functions of users


def _in_commas(texts):
    return [text.split(",") for text in texts]


def _upper(texts):
    return [text.upper() for text in texts]


@pytest.mark.skipif(backend.strings.SUPPORTED, reason="functions are made of TensorFlow's there")
def test_functions_of_arrays():
    layer = layers.TextVectorization(standardize=_upper, split=_in_commas)
    layer.adapt(["a,b", "b c"])
    assert layer.get_vocabulary() == ["", "[UNK]", "B C", "B", "A"]
    assert plain(layer(["a,b,z", "b"])) == [[4, 3, 1], [3, 0, 0]]
    assert plain(layer("a,b")) == [4, 3]
    bad = layers.TextVectorization(split=lambda texts: ["a"], vocabulary=["a"])
    with pytest.raises(ValueError, match="split"):
        bad(["a b"])


def test_functions_of_tensors():
    tf = pytest.importorskip("tensorflow")
    layer = layers.TextVectorization(standardize=tf.strings.upper, split=lambda x: tf.strings.split(x, ","))
    layer.adapt(["a,b", "b c"])
    assert layer.get_vocabulary() == ["", "[UNK]", "B C", "B", "A"]
    assert plain(layer(["a,b,z", "b"])) == [[4, 3, 1], [3, 0, 0]]
    assert plain(layer("a,b")) == [4, 3]
    assert mapped(layer, tf.data.Dataset.from_tensors(["a,b,z", "b"])) == [[[4, 3, 1], [3, 0, 0]]]


def test_words_of_any_kind():
    assert plain(layers.StringLookup(vocabulary=[b"a", "b"])([np.str_("a"), "b"])) == [1, 2]
