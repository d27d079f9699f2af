"""Hashing and crossing of features. The numbers are those of Keras 3.15.1 on TensorFlow."""

import itertools
import multiprocessing

import numpy as np
import pandas
import pytest

from keras.src import backend, layers, models, ops
from keras.src.testing import engine

UNICODE = "Straße 東京 😀 naïve Ωμέγα\n\0b" * 9
SIZES = (0, 1, 2, 3, 5, 7, 9, 12, 16, 20, 28, 36, 45, 60, 90, 150)
STRINGS = [UNICODE[:n] for n in SIZES] + ["a", "ab", "abc", "Zürich", "0", "-1", "cat", "dog", "fish"]
"""All classes of lengths: up to 231 bytes."""
FAST = [263, 432, 634, 172, 739, 499, 532, 16, 235, 142, 158, 313, 665, 362, 974, 26, 939, 502, 385, 643, 735, 430]
FAST += [96, 112, 138]
PAIR_OF_SALTS = [900, 820, 47, 510, 432, 526, 93, 250, 269, 733, 746, 962, 516, 148, 305, 9, 354, 330, 945, 375, 369]
PAIR_OF_SALTS += [874, 584, 759, 600]
ONE_SALT = [907, 846, 946, 380, 688, 221, 741, 827, 877, 31, 858, 491, 52, 59, 512, 188, 997, 319, 823, 30, 385, 766]
ONE_SALT += [205, 638, 510]
MASKED = [339, 124, 329, 465, 442, 444, 267, 850, 780, 610, 758, 104, 558, 57, 531, 729, 958, 413, 423, 608, 20, 139]
MASKED += [0, 654, 166]
INTEGERS = [0, 1, -1, 7, 10, 99, 12345, -(2**31), 2**31 - 1]
OF_INTEGERS = [
    ({}, [735, 849, 430, 88, 862, 602, 728, 469, 757]),
    ({"salt": 7}, [136, 559, 457, 512, 774, 912, 37, 785, 93]),
    ({"mask_value": 7}, [20, 766, 139, 0, 660, 13, 395, 509, 225]),
]
CROSSED = [600, 396, 129, 615, 287, 812, 741, 779, 891, 722, 511, 578, 384, 896, 543, 689, 345, 64, 772, 47, 370, 599]
CROSSED += [761, 978, 742]
THREE_CROSSED = [31, 104, 955, 243, 495, 457, 775, 630, 861, 86, 257, 620, 635, 806, 765, 483, 212, 404, 737, 405, 742]
THREE_CROSSED += [426, 124, 904, 894]
KINDS = {
    "objects": lambda x: np.array(x, dtype=object),
    "bytes": lambda x: np.array([s.encode() for s in x], dtype=object),
    "StringDType": lambda x: np.array(x, dtype=np.dtypes.StringDType()),
    "U": lambda x: np.array(x),
    "list": list,
    "tuple": tuple,
    "Series": pandas.Series,
}


def numbers(x):
    return ops.convert_to_numpy(x).tolist()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "options, expected",
    [
        ({}, FAST),
        ({"salt": (133, 137)}, PAIR_OF_SALTS),
        ({"salt": 133}, ONE_SALT),
        ({"mask_value": "cat"}, MASKED),
    ],
)
def test_strings(kind, options, expected):
    found = layers.Hashing(1000, **options)(KINDS[kind](STRINGS))
    assert backend.is_tensor(found)
    assert numbers(found) == expected


@pytest.mark.parametrize("options, expected", OF_INTEGERS)
def test_integers(options, expected):
    layer = layers.Hashing(1000, **options)
    assert numbers(layer(INTEGERS)) == expected
    assert numbers(layer(np.array(INTEGERS, dtype=object))) == expected
    assert numbers(layer(ops.convert_to_tensor(np.array(INTEGERS, "int32")))) == expected
    assert numbers(layers.Hashing(1000)(np.array([2**40, -(2**63), 2**63 - 1]))) == [378, 112, 319]
    assert numbers(layers.Hashing(1000)(np.array([1, 7, 255], "uint8"))) == [
        849,
        88,
        numbers(layers.Hashing(1000)("255")),
    ]


def test_crossing():
    strings, counted = np.array(STRINGS, dtype=object), np.arange(len(STRINGS))
    assert numbers(layers.HashedCrossing(1000)((strings, counted))) == CROSSED
    found = layers.HashedCrossing(1000)([strings[:, None], (counted - 12)[:, None], strings[::-1, None]])
    assert numbers(ops.squeeze(found, -1)) == THREE_CROSSED
    assert numbers(layers.HashedCrossing(10**6)(("A", 3))) == 571486
    one_hot = layers.HashedCrossing(5, output_mode="one_hot")((["A", "B"], [101, 101]))
    assert numbers(one_hot) == [[0, 1, 0, 0, 0], [0, 0, 0, 0, 1]]


def test_output_modes():
    rows = [["a", "b", "b"], ["c", "d", "a"]]
    modes = {mode: numbers(layers.Hashing(4, output_mode=mode)(rows)) for mode in ("int", "multi_hot", "count")}
    assert modes["int"] == [[3, 2, 2], [0, 1, 3]]
    assert modes["multi_hot"] == [[0, 0, 1, 1], [1, 1, 0, 1]]
    assert modes["count"] == [[0, 0, 2, 1], [1, 1, 0, 1]]
    one_hot = ops.convert_to_numpy(layers.Hashing(4, output_mode="one_hot")(rows))
    np.testing.assert_array_equal(one_hot.argmax(-1), modes["int"])
    assert one_hot.shape == (2, 3, 4) and one_hot.dtype == "float32"
    assert numbers(layers.Hashing(1, mask_value="a")(rows)) == [[0, 0, 0], [0, 0, 0]]


@pytest.mark.skipif(not backend.SUPPORTS_SPARSE_TENSORS, reason="needs sparse tensors")
@pytest.mark.parametrize("mode", ["one_hot", "multi_hot", "count"])
def test_sparse_vectors(mode):
    rows = [["a", "b", "b"], ["c", "d", "a"]]
    found = layers.Hashing(4, output_mode=mode, sparse=True)(rows)
    assert backend.core.is_composite(found)
    np.testing.assert_array_equal(
        ops.convert_to_numpy(found), ops.convert_to_numpy(layers.Hashing(4, output_mode=mode)(rows))
    )
    crossed = layers.HashedCrossing(5, output_mode="one_hot", sparse=True)((["A", "B"], [101, 101]))
    assert backend.core.is_composite(crossed)


@pytest.mark.skipif(backend.SUPPORTS_SPARSE_TENSORS, reason="engines without sparse tensors refuse")
def test_no_sparse_vectors():
    for make in (layers.Hashing, layers.HashedCrossing, layers.CategoryEncoding):
        with pytest.raises(ValueError, match="sparse"):
            make(4, output_mode="one_hot", sparse=True)


def datasets(*columns, batched):
    tf = pytest.importorskip("tensorflow")
    dataset = tf.data.Dataset.from_tensor_slices(columns[0] if len(columns) == 1 else columns)
    return dataset.batch(4) if batched else dataset


@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize(
    "options, expected",
    [({}, FAST), ({"salt": 133}, ONE_SALT), ({"mask_value": "cat"}, MASKED)],
)
def test_in_pipelines_of_tensorflow(batched, options, expected):
    mapped = datasets(STRINGS, batched=batched).map(layers.Hashing(1000, **options))
    found = list(mapped.as_numpy_iterator())
    assert (np.concatenate(found) if batched else np.stack(found)).tolist() == expected
    assert mapped.element_spec.dtype.name == "int64"


@pytest.mark.parametrize("batched", [False, True])
def test_integers_and_crosses_in_pipelines_of_tensorflow(batched):
    join = np.concatenate if batched else np.stack
    numbers = np.array(INTEGERS)
    for options, expected in OF_INTEGERS:
        mapped = datasets(numbers, batched=batched).map(layers.Hashing(1000, **options))
        assert join(list(mapped.as_numpy_iterator())).tolist() == expected
    cross = layers.HashedCrossing(1000)
    mapped = datasets(STRINGS, np.arange(len(STRINGS)), batched=batched).map(lambda a, b: cross((a, b)))
    assert join(list(mapped.as_numpy_iterator())).tolist() == CROSSED
    counts = datasets([[1, 2], [2, 3]], batched=batched).map(layers.Hashing(4, output_mode="count"))
    expected = ops.convert_to_numpy(layers.Hashing(4, output_mode="count")([[1, 2], [2, 3]]))
    np.testing.assert_array_equal(join(list(counts.as_numpy_iterator())), expected)


def test_ragged_and_sparse_tensors_keep_their_structure():
    if not backend.SUPPORTS_RAGGED_TENSORS:
        pytest.skip("needs ragged tensors")
    tf = pytest.importorskip("tensorflow")
    ragged = tf.ragged.constant([["a", "b"], ["c"]])
    assert layers.Hashing(8)(ragged).to_list() == [[3, 6], [0]]
    assert layers.Hashing(8, mask_value="b")(ragged).to_list()[0][1] == 0
    assert numbers(layers.Hashing(8, output_mode="count")(ragged)) == [
        [0, 0, 0, 1, 0, 0, 1, 0],
        [1, 0, 0, 0, 0, 0, 0, 0],
    ]
    sparse = layers.Hashing(8, mask_value="c")(tf.sparse.from_dense(tf.constant([["a", ""], ["b", "c"]])))
    assert sparse.values.numpy()[-1] == 0 and sparse.indices.shape == (3, 2)


def _hash_elsewhere(strings):
    return layers.Hashing(1000)(strings)


def test_in_threads_and_at_once():
    with multiprocessing.pool.ThreadPool(4) as pool:
        assert all(numbers(x) == FAST for x in pool.map(_hash_elsewhere, [STRINGS] * 8))


def test_numbers_in_models():
    inputs = layers.Input((2,), dtype="int32")
    hashed = layers.Hashing(4, output_mode="count")(inputs)
    model = models.Model(inputs, layers.Dense(1, kernel_initializer="ones")(hashed))
    x = np.array([[1, 2], [3, 4], [5, 6]])
    np.testing.assert_allclose(model.predict(x, verbose=0), [[2.0]] * 3)
    if backend.CAN_TRAIN:
        model.compile("sgd", "mse")
        model.fit(x, np.zeros((3, 1)), verbose=0)
        assert model.predict(x, verbose=0).max() < 2.0
    again = models.Model.from_config(model.get_config())
    again.set_weights(model.get_weights())
    np.testing.assert_allclose(again.predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.mark.skipif(backend.core.call_on_host is None, reason="needs compiled code that calls the host")
def test_numbers_in_compiled_code():
    layer = layers.Hashing(1000)
    x = ops.convert_to_tensor(np.array(INTEGERS, "int32"))
    assert numbers(engine.compiled(layer)[0](x)) == OF_INTEGERS[0][1]
    cross = engine.compiled(lambda a: layers.HashedCrossing(10**6)((a, a)))[0](x)
    assert numbers(cross) == numbers(layers.HashedCrossing(10**6)((INTEGERS, INTEGERS)))


@pytest.mark.parametrize(
    "call, error, match",
    [
        (lambda: layers.Hashing(0), ValueError, "num_bins"),
        (lambda: layers.Hashing(4, salt="a"), ValueError, "salt"),
        (lambda: layers.Hashing(4, salt=[1, 2, 3]), ValueError, "salt"),
        (lambda: layers.Hashing(4, output_mode="tf_idf"), ValueError, "output_mode"),
        (lambda: layers.Hashing(4, sparse=True), ValueError, "sparse"),
        (lambda: layers.Hashing(4, dtype="float32"), ValueError, "dtype"),
        (lambda: layers.Hashing(4)(["a", None]), TypeError, "strings.*None"),
        (lambda: layers.Hashing(4)(np.array(["a", 1], dtype=object)), TypeError, "strings.*1"),
        (lambda: layers.Hashing(4)([None]), TypeError, "strings or integers"),
        (lambda: layers.Hashing(4, mask_value=2)(["a"]), TypeError, "mask_value"),
        (lambda: layers.Hashing(4, mask_value="")([1]), TypeError, "mask_value"),
        (lambda: layers.Hashing(4)(["\ud800"]), ValueError, "surrogates"),
        (lambda: layers.HashedCrossing(0), ValueError, "num_bins"),
        (lambda: layers.HashedCrossing(4, output_mode="count"), ValueError, "output_mode"),
        (lambda: layers.HashedCrossing(4)(np.array(["a"])), ValueError, "list or tuple"),
        (lambda: layers.HashedCrossing(4)((["a"],)), ValueError, "two"),
        (lambda: layers.HashedCrossing(4)((["a"], [1, 2])), ValueError, "shape"),
        (lambda: layers.HashedCrossing(4)(([["a", "b"]], [[1, 2]])), ValueError, "shape"),
        (lambda: layers.HashedCrossing(4)((["a"], [1.5])), ValueError, "integers or strings"),
    ],
)
def test_mistakes(call, error, match):
    with pytest.raises(error, match=match):
        call()


def test_configs():
    layer = layers.Hashing(4, mask_value="", salt=3, output_mode="one_hot", name="h")
    config = layer.get_config()
    assert {name: config[name] for name in ("num_bins", "mask_value", "salt", "output_mode", "sparse")} == {
        "num_bins": 4,
        "mask_value": "",
        "salt": [3, 3],
        "output_mode": "one_hot",
        "sparse": False,
    }
    assert numbers(layers.Hashing.from_config(config)("x")) == numbers(layer("x"))
    crossing = layers.HashedCrossing(5, name="n")
    expected = {"num_bins": 5, "output_mode": "int", "sparse": False, "name": "n", "dtype": "int64"}
    assert crossing.get_config() == expected
    for mode, shape in itertools.product(("int", "one_hot"), [(3,), (3, 1), (None, 1)]):
        layer = layers.HashedCrossing(5, output_mode=mode)
        spec = layer([backend.KerasTensor(shape, "int32"), backend.KerasTensor(shape, "string")])
        assert spec.shape == layer.compute_output_shape([shape, shape])
        assert spec.shape == (shape if mode == "int" else (shape[0], 5))
