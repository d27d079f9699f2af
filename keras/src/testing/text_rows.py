"""Layers with a vocabulary, and what they are to learn and to look up: `name: (class, arguments, data for adapt, inputs)`."""

import random

_RANDOM = random.Random(0)
_CHARACTERS = "aB é É ß \t\x1c\x85\u2003.-_’\x00\n İ日😀0\u0301ǅ"
_BYTES = [0x41, 0x20, 0xC3, 0xA9, 0xE2, 0x82, 0xAC, 0xFF, 0xF0, 0x9F, 0x98, 0x80, 0xED, 0xA0]
TEXTS = ["".join(_RANDOM.choices(_CHARACTERS, k=n % 25)) for n in range(60)]
INVALID = [bytes(_RANDOM.choices(_BYTES, k=n % 12)) for n in range(60)]
DOCUMENTS = ["The quick brown fox.", "jumped over the lazy dog!", "  The   the   THE\tthe\nend ", ""]
WORDS = ["a", "b", "zz", "c", "", "m", "é", "日本語" * 9, "[UNK]"]
LETTERS = [["a", "b", "a"], ["c", "a", "d"], ["b", "b", "b"]]
TIES = ["b", "a", "a", "c", "d", "d", "é", "z", "", "[UNK]", "B", "😀", "\uffff"]
NUMBERS = [12, 36, 7, 0, -1, 42, 1000003, -5]
_ABC, _INTS = {"vocabulary": ["a", "b", "c"]}, {"vocabulary": [12, 36, 1138, 42]}
_IDF, _INT_IDF = {"output_mode": "tf_idf", "idf_weights": [0.5, 0.6, 0.7]}, {"idf_weights": [0.1, 0.2, 0.3, 0.4]}
ROWS = {}
for _number, _arguments in enumerate(
    [
        {},
        {"mask_token": ""},
        {"num_oov_indices": 3},
        {"num_oov_indices": 3, "mask_token": "m"},
        {"num_oov_indices": 3, "salt": [133, 137]},
        {"num_oov_indices": 5, "salt": 5},
        {"output_mode": "one_hot"},
        {"output_mode": "multi_hot"},
        {"output_mode": "multi_hot", "max_tokens": 10, "pad_to_max_tokens": True},
        {"output_mode": "count", "mask_token": "", "num_oov_indices": 2},
        _IDF,
        {**_IDF, "max_tokens": 10, "pad_to_max_tokens": True, "mask_token": ""},
    ]
):
    ROWS[f"strings_{_number}"] = ("StringLookup", {**_ABC, **_arguments}, None, WORDS)
    ROWS[f"strings_rows_{_number}"] = ("StringLookup", {**_ABC, **_arguments}, None, LETTERS)
for _number, _arguments in enumerate(
    [
        {},
        {"mask_token": "a", "num_oov_indices": 2, "max_tokens": 5},
        {"mask_token": "", "max_tokens": 3},
        {"mask_token": "", "max_tokens": 3, "output_mode": "count"},
        {"output_mode": "tf_idf"},
    ]
):
    ROWS[f"strings_adapted_{_number}"] = ("StringLookup", _arguments, TIES, TIES)
    ROWS[f"strings_adapted_rows_{_number}"] = ("StringLookup", _arguments, LETTERS, LETTERS)
ROWS["strings_invalid"] = ("StringLookup", {"num_oov_indices": 3}, INVALID[:20], INVALID)
for _number, _arguments in enumerate(
    [
        {},
        {"mask_token": 0},
        {"num_oov_indices": 3},
        {"num_oov_indices": 3, "mask_token": 0},
        {"num_oov_indices": 3, "oov_method": "farmhash"},
        {"num_oov_indices": 3, "oov_method": "farmhash", "salt": [1, 2]},
        {"output_mode": "one_hot"},
        {"output_mode": "multi_hot", "mask_token": 0},
        {"output_mode": "count"},
        {"output_mode": "tf_idf", **_INT_IDF},
        {"invert": True},
        {"invert": True, "mask_token": 0, "oov_token": -7},
    ]
):
    ROWS[f"integers_{_number}"] = ("IntegerLookup", {**_INTS, **_arguments}, None, NUMBERS)
ROWS["integers_adapted"] = ("IntegerLookup", {}, [3, 1, 1, 2, 2, -5, 0, 10, 9, 100, -1], NUMBERS)
ROWS["integers_adapted_mask"] = ("IntegerLookup", {"mask_token": 0, "max_tokens": 5}, [[3, 1, 1], [2, 2, 0]], NUMBERS)
for _number, _arguments in enumerate(
    [
        {},
        {"max_tokens": 5},
        {"output_sequence_length": 3},
        {"output_sequence_length": 9},
        {"ngrams": 2},
        {"ngrams": (3, 1)},
        {"split": "character"},
        {"split": "character", "ngrams": (2,), "standardize": "lower"},
        {"split": None},
        {"split": None, "output_mode": "count", "standardize": "strip_punctuation"},
        {"standardize": None},
        {"standardize": "lower"},
        {"standardize": "strip_punctuation"},
        {"output_mode": "multi_hot"},
        {"output_mode": "multi_hot", "max_tokens": 20, "pad_to_max_tokens": True},
        {"output_mode": "count", "ngrams": 3},
        {"output_mode": "tf_idf"},
    ]
):
    ROWS[f"texts_{_number}"] = ("TextVectorization", _arguments, DOCUMENTS, DOCUMENTS + ["the zz"])
    ROWS[f"texts_unicode_{_number}"] = ("TextVectorization", _arguments, TEXTS[:40], TEXTS)
    if _number in (0, 4, 6, 7, 8, 10, 15):
        ROWS[f"texts_invalid_{_number}"] = ("TextVectorization", _arguments, INVALID[:40], INVALID)
ROWS["texts_given"] = ("TextVectorization", {"vocabulary": ["", "[UNK]", "the", "fox"]}, None, DOCUMENTS)
ROWS["texts_weights"] = (
    "TextVectorization",
    {"vocabulary": ["the", "fox"], "output_mode": "tf_idf", "idf_weights": [0.5, 0.25]},
    None,
    DOCUMENTS,
)


def made(layers, name):
    """The layer of a row, with its vocabulary.

    Args:
        layers: The module `keras.layers`.
        name: Name of the row.
    """
    class_name, arguments, data, _ = ROWS[name]
    layer = getattr(layers, class_name)(**arguments, name="layer")
    if data is not None:
        layer.adapt(data)
    return layer
