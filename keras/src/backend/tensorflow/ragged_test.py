"""Ops on ragged tensors: each row is what the op makes of that row."""

import numpy as np
import pytest

from keras.src import backend, layers, ops

if backend.backend() != "tensorflow":
    pytest.skip("needs the tensorflow backend", allow_module_level=True)

import tensorflow as tf

ROWS = [[1.0, 2.0, 3.0], [-4.0], [5.0, 0.5]]
OTHER = [[1.0, 0.5, 2.0], [2.0], [3.0, 1.0]]
ELEMENTWISE = ["sin", "relu", "sigmoid", "tanh", "absolute", "exp", "square", "zeros_like", "ones_like", "softmax"]
BINARY = ["add", "multiply", "maximum", "divide", "equal", "greater"]
REDUCTIONS = ["sum", "mean", "max", "min", "prod"]


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_rows_keep_their_lengths(name):
    function = getattr(ops, name)
    result = function(tf.ragged.constant(ROWS))
    assert isinstance(result, tf.RaggedTensor)
    for row, given in zip(result, ROWS):
        np.testing.assert_allclose(row, function(given), rtol=1e-6)


@pytest.mark.parametrize("name", BINARY)
def test_two_tensors_of_equal_rows(name):
    function = getattr(ops, name)
    result = function(tf.ragged.constant(ROWS), tf.ragged.constant(OTHER))
    for row, x, y in zip(result, ROWS, OTHER):
        np.testing.assert_allclose(row, function(x, y), rtol=1e-6)


def test_numbers_and_columns_go_with_each_row():
    x = tf.ragged.constant(ROWS)
    assert ops.add(x, 1).to_list() == ops.add(1.0, x).to_list() == [[2.0, 3.0, 4.0], [-3.0], [6.0, 1.5]]
    column = np.array([[1.0], [2.0], [3.0]], "float32")
    assert ops.multiply(x, column).to_list() == [[1.0, 2.0, 3.0], [-8.0], [15.0, 1.5]]


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions_over_rows(name):
    function = getattr(ops, name)
    result = function(tf.ragged.constant(ROWS), axis=1)
    np.testing.assert_allclose(result, [function(row) for row in ROWS], rtol=1e-6)


def test_shapes_and_indices():
    x, y = tf.ragged.constant(ROWS), tf.ragged.constant(OTHER)
    assert ops.concatenate([x, y], 1).to_list() == [a + b for a, b in zip(ROWS, OTHER)]
    assert ops.expand_dims(x, -1).to_list() == [[[n] for n in row] for row in ROWS]
    assert ops.cumsum(x, 1).to_list() == [[1.0, 3.0, 6.0], [-4.0], [5.0, 5.5]]
    assert ops.reshape(x, (-1,)).numpy().tolist() == sum(ROWS, [])
    indices = tf.ragged.constant([[1, 0], [2]])
    table = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "float32")
    assert ops.take(table, indices, 0).to_list() == [[[3.0, 4.0], [1.0, 2.0]], [[5.0, 6.0]]]
    assert ops.one_hot(indices, 3).to_list() == [[[0, 1, 0], [1, 0, 0]], [[0, 0, 1]]]
    embedded = layers.Embedding(4, 2, embeddings_initializer="ones")(indices)
    assert embedded.to_list() == [[[1.0, 1.0], [1.0, 1.0]], [[1.0, 1.0]]]


def test_conversion():
    x = tf.ragged.constant(ROWS)
    assert isinstance(ops.convert_to_tensor(x), tf.RaggedTensor)
    padded = ops.convert_to_tensor(x, ragged=False)
    assert padded.numpy().tolist() == [[1.0, 2.0, 3.0], [-4.0, 0.0, 0.0], [5.0, 0.5, 0.0]]
    assert ops.cast(x, "int32").to_list() == [[1, 2, 3], [-4], [5, 0]]
