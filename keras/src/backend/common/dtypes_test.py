import ml_dtypes
import numpy as np
import pytest

from keras.src import backend
from keras.src.backend import config
from keras.src.backend.common import dtypes
from keras.src.backend.common import result_type_goldens as goldens


@pytest.fixture
def floatx():
    """Sets floatx for one test."""
    before = config.floatx()
    yield config.set_floatx
    config.set_floatx(before)


def golden_pairs(table, changes):
    """All `(first, second, result)` of a table, with the changes that another floatx makes."""
    header, *rows = table.strip("\n").splitlines()
    columns = header.split("|")[1].split()
    changed = {tuple(pair.split()): result for result, pairs in changes.items() for pair in pairs.split(",")}
    for row in rows:
        first, results = row.split("|")
        for second, result in zip(columns, results.split()):
            result = changed.get((first.strip(), second), result)
            yield goldens.NAMES[first.strip()], goldens.NAMES[second], goldens.NAMES[result]


@pytest.mark.parametrize("width, kept", [("NARROW", ()), ("WIDE", ("int64", "float64"))])
@pytest.mark.parametrize("floatx_name", ["float32", "float16", "bfloat16"])
def test_result_type_of_all_pairs_is_that_of_the_reference(width, kept, floatx_name, floatx, monkeypatch):
    monkeypatch.setattr(dtypes, "_kept_64_bit_types", lambda: kept)
    floatx(floatx_name)
    changes = {} if floatx_name == "float32" else getattr(goldens, f"{width}_{floatx_name.upper()}")
    pairs = list(golden_pairs(getattr(goldens, width), changes))
    assert len(pairs) == 400
    wrong = [
        (a, b, backend.result_type(a, b), expected) for a, b, expected in pairs if backend.result_type(a, b) != expected
    ]
    monkeypatch.undo()
    dtypes._promote.cache_clear()
    assert not wrong


def test_result_type_of_no_one_and_many():
    assert backend.result_type() == "float32"
    assert backend.result_type("int8", "uint8", float) == "float32"
    assert backend.result_type("bfloat16", "float16", "int8") == "float32"
    assert backend.result_type(int, complex, bool) == "complex64"
    assert backend.result_type("string", "string") == "string"


def test_float64_is_kept_while_it_is_floatx(floatx, monkeypatch):
    monkeypatch.setattr(config, "backend", lambda: "numpy")
    floatx("float64")
    assert backend.result_type("float64", "int32") == "float64"
    assert backend.result_type("float64", float) == "float64"
    monkeypatch.undo()
    floatx("float32")


@pytest.mark.parametrize("pair", [("float8_e4m3fn", "float32"), ("string", "int32"), ("float32", "nonsense")])
def test_what_does_not_promote_raises(pair):
    with pytest.raises(ValueError, match=pair[0] if pair[0] != "float32" else "nonsense"):
        backend.result_type(*pair)


@pytest.mark.parametrize(
    "given, name",
    [
        (None, "float32"),
        ("int8", "int8"),
        (np.float16, "float16"),
        (np.dtype("uint32"), "uint32"),
        (ml_dtypes.bfloat16, "bfloat16"),
        (np.dtype(ml_dtypes.float8_e5m2), "float8_e5m2"),
        ("torch.float32", "float32"),
        (bool, "bool"),
        (float, "float32"),
        (str, "string"),
    ],
)
def test_standardize_dtype(given, name):
    assert backend.standardize_dtype(given) == name


@pytest.mark.parametrize("given", ["float", "double", "int4", "object", 5, [1], np.dtype("O")])
def test_unknown_dtypes_raise(given):
    with pytest.raises(ValueError, match="Invalid dtype"):
        backend.standardize_dtype(given)


# Dtypes that every engine has as such; PyTorch keeps unsigned ones of more than 8 bits as signed ones.
_EVERYWHERE = [
    "bool",
    "uint8",
    "int8",
    "int16",
    "int32",
    "float16",
    "bfloat16",
    "float32",
    *dtypes.FLOAT8_TYPES,
    "complex64",
]


@pytest.mark.parametrize("name", _EVERYWHERE)
def test_engine_dtypes_have_the_same_names(name):
    if name.startswith("complex") and not backend.SUPPORTS_COMPLEX_DTYPES:
        return
    held = backend.core.held_dtype(name)
    assert backend.standardize_dtype(backend.to_engine_dtype(name)) == held


def test_kinds_and_sizes():
    assert backend.is_float_dtype("bfloat16") and not backend.is_float_dtype("int8")
    assert backend.is_int_dtype("uint8") and not backend.is_int_dtype("bool")
    sizes = {"bool": 1, "uint8": 8, "bfloat16": 16, "float8_e4m3fn": 8, "float64": 64, "complex64": 64}
    assert {name: dtypes.dtype_size(name) for name in sizes} == sizes
