"""Bins of numbers. Boundaries that `adapt` finds are those of Keras 3.15.1; bins are held against NumPy."""

import json

import numpy as np
import pytest

from keras.src import backend, layers, models, ops
from keras.src.layers.preprocessing import quantile_summary
from keras.src.trainers.data_adapters.py_dataset_adapter import PyDataset

X = np.array([[-1.5, 1.0, 3.4, 0.5], [0.0, 3.0, 1.3, 0.0]], "float32")
LIMITS = [0.0, 1.0, 2.0]
BINS = np.digitize(X, LIMITS)
NORMAL = np.random.default_rng(0).normal(size=10000).astype("float32")


def array(x):
    return ops.convert_to_numpy(x)


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int32", "bool"])
def test_bins_are_those_of_numpy(dtype):
    x = X.astype(dtype)
    found = layers.Discretization(LIMITS)(x)
    assert backend.is_tensor(found) and backend.standardize_dtype(found.dtype) == "int32"
    np.testing.assert_array_equal(array(found), np.digitize(x, LIMITS))
    np.testing.assert_array_equal(array(layers.Discretization(LIMITS)(x.tolist())), np.digitize(x, LIMITS))


def test_edges():
    x = np.array([np.nan, np.inf, -np.inf, 2.0], "float32")
    np.testing.assert_array_equal(array(layers.Discretization(LIMITS)(x)), [3, 3, 0, 3])
    np.testing.assert_array_equal(array(layers.Discretization([])(x)), [0, 0, 0, 0])
    half = np.array([0.1, 1.0], "float16")  # 0.1 in float16 is less than 0.1.
    np.testing.assert_array_equal(array(layers.Discretization([0.1])(half)), [0, 1])


def test_output_modes():
    encoded = {m: layers.Discretization(LIMITS, output_mode=m)(X) for m in ("one_hot", "multi_hot", "count")}
    counts = np.stack([np.bincount(row, minlength=4) for row in BINS])
    np.testing.assert_array_equal(array(encoded["one_hot"]), np.eye(4)[BINS])
    np.testing.assert_array_equal(array(encoded["count"]), counts)
    np.testing.assert_array_equal(array(encoded["multi_hot"]), counts > 0)
    column = layers.Discretization(LIMITS, output_mode="one_hot")(X[:, :1])
    np.testing.assert_array_equal(array(column), np.eye(4)[BINS[:, 0]])


@pytest.mark.parametrize("dtype, expected", [("float16", "float16"), ("mixed_float16", "float16"), (None, "float32")])
def test_output_dtype(dtype, expected):
    layer = layers.Discretization(LIMITS, output_mode="one_hot", dtype=dtype)
    assert layer.output_dtype == expected == backend.standardize_dtype(layer(X).dtype)
    assert layers.Discretization(LIMITS, dtype=dtype).output_dtype == "int32"


@pytest.mark.skipif(not backend.SUPPORTS_SPARSE_TENSORS, reason="needs sparse tensors")
@pytest.mark.parametrize("mode", ["one_hot", "multi_hot", "count"])
def test_sparse_vectors(mode):
    found = layers.Discretization(LIMITS, output_mode=mode, sparse=True)(X)
    assert backend.core.is_composite(found)
    np.testing.assert_array_equal(array(found), array(layers.Discretization(LIMITS, output_mode=mode)(X)))


@pytest.mark.parametrize(
    "epsilon, num_bins, expected",
    [
        (0.01, 2, [-0.00953]),
        (0.01, 5, [-0.8274, -0.25145, 0.27203, 0.85578]),
        (0.01, 10, [-1.25907, -0.8274, -0.52337, -0.25145, -0.00953, 0.27203, 0.54606, 0.85578, 1.28248]),
        (0.1, 5, [-0.8274, -0.25145, 0.27203, 0.85578]),
        (0.3, 5, [-0.52337, 0.27203]),
        (0.0001, 5, [-0.82739, -0.25143, 0.27208, 0.85574]),
    ],
)
def test_adapted(epsilon, num_bins, expected):
    layer = layers.Discretization(num_bins=num_bins, epsilon=epsilon)
    layer.adapt(NORMAL)
    np.testing.assert_allclose(layer.bin_boundaries, expected, atol=6e-6)


@pytest.mark.parametrize(
    "data, expected",
    [
        ([1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0]),
        ([1.0, 2.0], [1.0]),
        ([1.0], []),
        ([3.0, 1.0, 2.0, 2.0, 5.0, 9.0], [1.5, 2.0, 4.0]),
    ],
)
def test_adapted_to_little(data, expected):
    layer = layers.Discretization(num_bins=4)
    layer.adapt(data)
    np.testing.assert_allclose(layer.bin_boundaries, expected, rtol=1e-6)


def batches():
    for i in range(0, 10000, 256):
        yield NORMAL[i : i + 256]


class Batches(PyDataset):
    def __len__(self):
        return 40

    def __getitem__(self, i):
        return NORMAL[i * 256 : i * 256 + 256], np.zeros(len(NORMAL[i * 256 : i * 256 + 256]))


def dataset():
    tf = pytest.importorskip("tensorflow")
    return tf.data.Dataset.from_tensor_slices(NORMAL).batch(256)


def loader():
    torch = pytest.importorskip("torch")
    return torch.utils.data.DataLoader(NORMAL, batch_size=256)


@pytest.mark.parametrize("source", [batches, Batches, dataset, loader])
def test_adapted_by_batches(source):
    layer = layers.Discretization(num_bins=5, epsilon=0.05)
    layer.adapt(source())
    np.testing.assert_allclose(layer.bin_boundaries, [-0.605516, -0.112758, 0.372394, 1.005247], atol=2e-6)
    assert layer.summary.shape == (2, 20)
    layer.adapt(source(), steps=3)
    np.testing.assert_allclose(layer.bin_boundaries, [-0.826631, -0.260304, 0.267944, 0.826446], atol=2e-6)


@pytest.mark.parametrize(
    "epsilon, parts, expected",
    [
        (0.5, [[1.0, 2.0], [3.0]], [[1.5, 3.0], [1.5, 1.5]]),
        (0.25, [[1.0, 2.0], [3.0], [1.5, 2.5]], [[1.125, 1.75, 2.375, 3.0], [1.25] * 4]),
        (0.25, [range(1, 9), [1.5, 2.5, 3.5]], [[1.9375, 3.625, 5.25, 8.0], [2.75] * 4]),
        (0.25, [range(7)], [[0.75, 2.5, 4.25, 6.0], [3.0625] * 4]),
        (0.3, [range(10)], [[2.0, 5.0, 8.0], [3.0] * 3]),
    ],
)
def test_summaries(epsilon, parts, expected):
    summary = quantile_summary.EMPTY
    for part in parts:
        values = np.array(list(part), "float32")
        summary = quantile_summary.merged(summary, quantile_summary.summarized(values, epsilon), epsilon)
    np.testing.assert_allclose(summary, expected, rtol=1e-6)


def test_states():
    layer = layers.Discretization(num_bins=3)
    layer.update_state(X[0])
    assert layer.bin_boundaries is None
    layer.finalize_state()
    np.testing.assert_allclose(layer.bin_boundaries, [-5 / 6, 5 / 6], rtol=1e-6)
    layer.update_state(X[1])
    layer.finalize_state()
    np.testing.assert_allclose(layer.bin_boundaries, [0.0, 1.1], rtol=1e-6, atol=1e-6)
    layer.reset_state()
    assert not layer.summary.size and len(layer.bin_boundaries) == 2
    given = layers.Discretization(LIMITS)
    given.update_state(X)
    given.finalize_state()
    assert given.bin_boundaries == LIMITS


def test_a_failed_adapt_changes_nothing():
    layer = layers.Discretization(num_bins=3)
    layer.adapt(X)
    before = layer.bin_boundaries, layer.summary

    def broken():
        yield X * 100
        raise RuntimeError("no more")

    for data, error in ((broken(), RuntimeError), ([], ValueError), (np.array(["a"]), TypeError), (3j, TypeError)):
        with pytest.raises(error):
            layer.adapt(data)
        assert (layer.bin_boundaries, layer.summary) == before


def test_saved_and_made_again(tmp_path):
    layer = layers.Discretization(num_bins=3, output_mode="one_hot", name="d")
    layer.adapt(X)
    config = json.loads(json.dumps(layer.get_config()))
    assert config == {
        "bin_boundaries": layer.bin_boundaries,
        "num_bins": 3,
        "epsilon": 0.01,
        "output_mode": "one_hot",
        "sparse": False,
        "name": "d",
        "dtype": "float32",
    }
    inputs = layers.Input((4,))
    model = models.Model(inputs, layer(inputs))
    model.save(tmp_path / "model.keras")
    again = models.Model.from_config(model.get_config())
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))
    np.testing.assert_array_equal(model.predict(X, verbose=0), array(layer(X)))
    readapted = layers.Discretization.from_config(config)
    readapted.adapt(X * 2)
    np.testing.assert_allclose(readapted.bin_boundaries, [0.0, 2.2], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("mode", ["int", "one_hot", "count"])
def test_in_pipelines_of_tensorflow(mode):
    tf = pytest.importorskip("tensorflow")
    layer = layers.Discretization(LIMITS, output_mode=mode)
    rows = tf.data.Dataset.from_tensor_slices(X)
    expected = array(layer(X))
    np.testing.assert_array_equal(np.stack(list(rows.map(layer).as_numpy_iterator())), expected)
    np.testing.assert_array_equal(np.concatenate(list(rows.batch(2).map(layer).as_numpy_iterator())), expected)


def test_trained_within():
    if not backend.CAN_TRAIN:
        pytest.skip("needs an engine that trains")
    model = models.Sequential([layers.Discretization(LIMITS, output_mode="count"), layers.Dense(1)])
    model.compile("sgd", "mse")
    history = model.fit(X, np.zeros((2, 1)), epochs=5, verbose=0).history["loss"]
    assert history[-1] < history[0]


@pytest.mark.parametrize(
    "call, error, match",
    [
        (lambda: layers.Discretization(), ValueError, "num_bins"),
        (lambda: layers.Discretization([1.0], 3), ValueError, "num_bins"),
        (lambda: layers.Discretization(num_bins=-1), ValueError, "num_bins"),
        (lambda: layers.Discretization([2.0, 1.0]), ValueError, "ascending"),
        (lambda: layers.Discretization(["a"]), ValueError, "numbers"),
        (lambda: layers.Discretization([[0.0, 1.0], [2.0, 3.0]]), ValueError, "numbers"),
        (lambda: layers.Discretization(1.0), ValueError, "numbers"),
        (lambda: layers.Discretization(num_bins=3, epsilon=2.0), ValueError, "epsilon"),
        (lambda: layers.Discretization(num_bins=3, output_mode="x"), ValueError, "output_mode"),
        (lambda: layers.Discretization(num_bins=3, sparse=True), ValueError, "sparse"),
        (lambda: layers.Discretization(num_bins=3)(X), ValueError, "adapt"),
        (lambda: layers.Discretization(LIMITS).adapt(X), ValueError, "bin_boundaries"),
        (lambda: layers.Discretization(LIMITS)(np.array(["a"])), TypeError, "numbers"),
    ],
)
def test_mistakes(call, error, match):
    with pytest.raises(error, match=match):
        call()
