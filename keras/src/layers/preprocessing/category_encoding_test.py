"""Encoding of categories. The oracle is NumPy; stored outputs and configs are in `layers_test.py`."""

import numpy as np
import pytest

from keras.src import backend, layers, models, ops

X = np.array([[0, 1, 1], [2, 3, 0]])
WEIGHTS = np.array([[0.1, 0.2, 0.3], [1.0, 2.0, 3.0]])


def array(x):
    return ops.convert_to_numpy(x)


def counted(x, depth, weights=None):
    """Counts along the last axis of two."""
    weights = np.ones(x.shape) if weights is None else weights
    return np.stack([np.bincount(row, w, minlength=depth)[:depth] for row, w in zip(x, weights)])


@pytest.mark.parametrize("dtype", ["int32", "float32", "uint8", "bool"])
def test_modes(dtype):
    x = X.astype(dtype)
    plain = x.astype("int64")
    encoded = {m: array(layers.CategoryEncoding(4, output_mode=m)(x)) for m in ("one_hot", "multi_hot", "count")}
    np.testing.assert_array_equal(encoded["count"], counted(plain, 4))
    np.testing.assert_array_equal(encoded["multi_hot"], counted(plain, 4) > 0)
    np.testing.assert_array_equal(encoded["one_hot"], np.eye(4)[plain])
    assert {x.dtype.name for x in encoded.values()} == {"float32"}


def test_weights():
    layer = layers.CategoryEncoding(4, output_mode="count")
    np.testing.assert_allclose(array(layer(X, count_weights=WEIGHTS)), counted(X, 4, WEIGHTS), rtol=1e-6)
    np.testing.assert_allclose(array(layer([0, 1, 1], count_weights=[0.5, 0.25, 1.0])), [0.5, 1.25, 0, 0])


def test_ranks():
    """As in Keras 3.15.1: values of a sample lie along axis 1, and a last axis of size 1 gives way to `"one_hot"`."""
    for mode in ("multi_hot", "count"):
        layer = layers.CategoryEncoding(4, output_mode=mode)
        np.testing.assert_array_equal(array(layer(np.array(2))), [0, 0, 1, 0])
        np.testing.assert_array_equal(array(layer(np.array([0, 3]))), [1, 0, 0, 1])
        np.testing.assert_array_equal(array(layer(X[None])), [[[1, 0, 1, 0], [0, 1, 0, 1], [1, 1, 0, 0]]])
        assert layer(np.zeros((0, 3), int)).shape == (0, 4)
        np.testing.assert_array_equal(array(layer(np.zeros((2, 0), int))), np.zeros((2, 4)))
    one_hot = layers.CategoryEncoding(4, output_mode="one_hot")
    shapes = {(): (1, 4), (3,): (3, 4), (3, 1): (3, 4), (3, 2): (3, 2, 4), (0, 3): (0, 3, 4)}
    for shape, expected in shapes.items():
        assert tuple(one_hot(np.zeros(shape, int)).shape) == expected


def test_what_is_out_of_range_counts_nowhere():
    x = np.array([[-1, 4, 2]])
    for mode in ("multi_hot", "count"):
        np.testing.assert_array_equal(array(layers.CategoryEncoding(4, output_mode=mode)(x)), [[0, 0, 1, 0]])
    one_hot = array(layers.CategoryEncoding(4, output_mode="one_hot")(x))
    np.testing.assert_array_equal(one_hot, [[[0] * 4, [0] * 4, [0, 0, 1, 0]]])


@pytest.mark.skipif(not backend.SUPPORTS_SPARSE_TENSORS, reason="needs sparse tensors")
@pytest.mark.parametrize("mode", ["one_hot", "multi_hot", "count"])
def test_sparse_vectors(mode):
    layer = layers.CategoryEncoding(4, output_mode=mode, sparse=True)
    found = layer(X)
    assert backend.core.is_composite(found)
    np.testing.assert_array_equal(array(found), array(layers.CategoryEncoding(4, output_mode=mode)(X)))
    assert layers.CategoryEncoding.from_config(layer.get_config()).sparse
    assert layer(layers.Input((3,), dtype="int32")).sparse


@pytest.mark.parametrize("mode", ["one_hot", "multi_hot", "count"])
def test_in_pipelines_of_tensorflow(mode):
    tf = pytest.importorskip("tensorflow")
    layer = layers.CategoryEncoding(4, output_mode=mode)
    dataset = tf.data.Dataset.from_tensor_slices(X)
    expected = array(layer(X))
    np.testing.assert_array_equal(np.stack(list(dataset.map(layer).as_numpy_iterator())), expected)
    np.testing.assert_array_equal(np.concatenate(list(dataset.batch(2).map(layer).as_numpy_iterator())), expected)
    if mode == "count":
        both = tf.data.Dataset.from_tensor_slices((X, WEIGHTS)).batch(2).map(lambda x, w: layer(x, count_weights=w))
        np.testing.assert_allclose(next(both.as_numpy_iterator()), counted(X, 4, WEIGHTS), rtol=1e-6)


@pytest.mark.parametrize("mode", ["one_hot", "multi_hot", "count"])
def test_in_models(mode):
    inputs = layers.Input((3,), dtype="int32")
    encoded = layers.CategoryEncoding(4, output_mode=mode)(inputs)
    model = models.Model(inputs, layers.Dense(1, kernel_initializer="ones")(encoded))
    expected = array(layers.CategoryEncoding(4, output_mode=mode)(X)).sum(-1, keepdims=True)
    np.testing.assert_allclose(model.predict(X, verbose=0), expected)
    if backend.CAN_TRAIN:
        model.compile("sgd", "mse")
        model.fit(X, np.zeros_like(expected), verbose=0)


@pytest.mark.parametrize(
    "call, match",
    [
        (lambda: layers.CategoryEncoding(), "num_tokens"),
        (lambda: layers.CategoryEncoding(0), "num_tokens"),
        (lambda: layers.CategoryEncoding(3, output_mode="int"), "output_mode"),
        (lambda: layers.CategoryEncoding(4)(X, count_weights=WEIGHTS), "count_weights"),
        (lambda: layers.CategoryEncoding(4, output_mode="count")(X, count_weights=WEIGHTS[:, :2]), "count_weights"),
    ],
)
def test_mistakes(call, match):
    with pytest.raises(ValueError, match=match):
        call()
