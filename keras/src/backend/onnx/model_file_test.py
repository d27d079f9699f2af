"""Files of ONNX that are put together by hand, read by the package `onnx`."""

import io

import ml_dtypes
import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from keras.src.backend.onnx.model_file import Constants, Model

ARRAYS = {
    "scalar": np.float32(2.5),
    "empty": np.zeros((0, 3), "int64"),
    "flags": np.array([[True, False]]),
    "half": np.linspace(-1, 1, 5).astype("float16"),
    "brain": np.linspace(-1, 1, 7).astype(ml_dtypes.bfloat16),
    "nibbles": np.array([-8, 7, 3], ml_dtypes.int4),
    "words": np.array(["a", "bc"], object),
    "transposed": np.arange(3000.0).reshape(2, 1500).T,
    "many": np.arange(100_000, dtype="int32"),
}


def model_of(arrays):
    constants = Constants()
    for name, array in arrays.items():
        constants.name_of(array, lambda name=name: name)
    graph = helper.make_graph(
        [], "graph", [], [helper.make_tensor_value_info("many", onnx.TensorProto.INT32, [100_000])]
    )
    return Model(helper.make_model(graph, producer_name="us"), constants)


def assert_holds_all(proto):
    assert proto.producer_name == "us" and proto.graph.name == "graph" and proto.graph.output[0].name == "many"
    found = {x.name: numpy_helper.to_array(x) for x in proto.graph.initializer}
    assert set(found) == set(ARRAYS)
    for name, array in ARRAYS.items():
        assert found[name].shape == array.shape
        np.testing.assert_array_equal(found[name].astype(object), array.astype(object))


def test_one_file():
    assert_holds_all(onnx.load_from_string(model_of(ARRAYS).content()))
    assert_holds_all(onnx.load_from_string(Model.of_proto(onnx.load_from_string(model_of(ARRAYS).content())).content()))


def test_weights_beside(tmp_path):
    with open(tmp_path / "m.onnx", "wb") as file, open(tmp_path / "m.data", "wb") as weights:
        model_of(ARRAYS).write_apart(file, weights, "m.data")
    assert_holds_all(onnx.load(tmp_path / "m.onnx"))
    outside = onnx.load(tmp_path / "m.onnx", load_external_data=False).graph.initializer
    places = {x.name: {e.key: e.value for e in x.external_data} for x in outside}
    assert {name for name, place in places.items() if place} == {"transposed", "many"}
    assert all(int(place["offset"]) % 4096 == 0 for place in places.values() if place)
    assert (tmp_path / "m.onnx").stat().st_size < 2000


@pytest.mark.parametrize("changed", [0, 1, 999])
def test_equal_arrays_are_stored_once(changed):
    constants, names = Constants(), iter("abc")
    first = np.arange(1000.0)
    other = first.copy()
    other[changed] = -1
    given = [constants.name_of(x, lambda: next(names)) for x in (first, first.copy(), other, first.astype("int64"))]
    assert given == ["a", "a", "b", "c"] and len(constants) == 3


def test_numbers_are_not_copied():
    constants = Constants()
    array = np.arange(1000.0)
    constants.name_of(array, lambda: "a")
    assert np.shares_memory(constants.arrays[0][1], array)
    assert len(io.BytesIO(model_of({"a": array}).content()).getvalue()) < 8000 + 200


def test_size_of_weights_counts_what_is_narrower_than_a_byte():
    nibbles, words = np.ones(100_000, ml_dtypes.int4), np.ones(1000, "float32")
    assert 54_000 <= model_of({"nibbles": nibbles, "words": words}).size_of_weights() < 55_000
