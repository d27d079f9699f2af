"""Sparse results must equal the dense ones."""

import numpy as np
import pytest

from keras.src import backend

if backend.backend() != "tensorflow":
    pytest.skip("needs the tensorflow backend", allow_module_level=True)

import tensorflow as tf

from keras.src.backend.tensorflow import numpy as kernels
from keras.src.backend.tensorflow import sparse
from keras.src.backend.tensorflow.tensors import to_dense

COORDINATES = tf.SparseTensor([[0, 1], [1, 0]], [1.0, -0.5], [2, 3])
OTHER = tf.SparseTensor([[0, 1], [1, 2]], [3.0, 2.0], [2, 3])
SLICES = tf.IndexedSlices(tf.constant([[0.1, 0.2, 0.3], [0.5, 0.5, 0.5]]), tf.constant([1, 1]), tf.constant([2, 3]))
OTHER_SLICES = tf.IndexedSlices(tf.constant([[0.4, -0.2, 0.3]]), tf.constant([0]), tf.constant([2, 3]))
DENSE = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def densified(args):
    return tf.nest.map_structure(lambda x: to_dense(x) if sparse.is_sparse(x) else x, list(args))


CASES = [
    *[("sin", (x,), type(x)) for x in (COORDINATES, SLICES)],
    *[("square", (x,), type(x)) for x in (COORDINATES, SLICES)],
    ("add", (COORDINATES, OTHER), tf.SparseTensor),
    ("add", (SLICES, OTHER_SLICES), tf.IndexedSlices),
    ("add", (COORDINATES, DENSE), tf.Tensor),
    ("subtract", (COORDINATES, OTHER), tf.SparseTensor),
    ("multiply", (COORDINATES, OTHER), tf.SparseTensor),
    ("multiply", (DENSE, COORDINATES), tf.SparseTensor),
    ("multiply", (SLICES, DENSE), tf.IndexedSlices),
    ("multiply", (COORDINATES, SLICES), tf.SparseTensor),
    ("divide", (COORDINATES, DENSE), tf.SparseTensor),
    ("maximum", (COORDINATES, OTHER), tf.SparseTensor),
    ("minimum", (SLICES, OTHER_SLICES), tf.IndexedSlices),
    ("matmul", (COORDINATES, tf.transpose(DENSE)), tf.Tensor),
    ("matmul", (tf.transpose(DENSE), COORDINATES), tf.Tensor),
    ("transpose", (COORDINATES, (1, 0)), tf.SparseTensor),
    ("reshape", (COORDINATES, (3, 2)), tf.SparseTensor),
    ("expand_dims", (COORDINATES, 1), tf.SparseTensor),
    ("sum", (COORDINATES, 1, True), tf.SparseTensor),
    ("mean", (COORDINATES, 1), tf.SparseTensor),
    ("mean", (SLICES, 1), tf.Tensor),
    ("concatenate", ([COORDINATES, OTHER], 1), tf.SparseTensor),
    ("cos", (COORDINATES,), tf.Tensor),
]


@pytest.mark.parametrize("name, args, kind", CASES, ids=[f"{c[0]}-{i}" for i, c in enumerate(CASES)])
def test_sparse_equals_dense(name, args, kind):
    kernel = getattr(kernels, name)
    result = sparse.run(name, kernel, args)
    assert isinstance(result, kind)
    expected = kernel(*densified(args))
    result = to_dense(result) if sparse.is_sparse(result) else result
    np.testing.assert_allclose(result, expected, rtol=1e-6)
