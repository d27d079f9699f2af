"""Functions of TensorFlow on tensors of unknown rank and unknown sizes give what eager calls give."""

import numpy as np
import pytest

from keras.src import backend, ops

if backend.backend() != "tensorflow":
    pytest.skip("needs the tensorflow backend", allow_module_level=True)

import tensorflow as tf

X = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
SQUARE = X[:, :, :3]
QUERY = X.reshape(1, 2, 3, 4)
IMAGES = np.random.default_rng(1).uniform(size=(1, 12, 12, 3)).astype("float32")

OF_UNKNOWN_RANK = [
    ("transpose", (X,), {}),
    ("swapaxes", (X, 0, 2), {}),
    ("tril", (X,), {}),
    ("sort", (X,), {"axis": 1}),
    ("softmax", (X,), {"axis": (0, 1)}),
    ("one_hot", (np.array([0, 2]), 3), {"axis": 0}),
    ("moments", (X, (0, 1)), {}),
    ("median", (X,), {}),
    ("tensordot", (X[0], X[1].T), {"axes": 1}),
    ("vstack", ([X, X],), {}),
]
OF_UNKNOWN_SIZES = [
    ("cross", (X[..., :3], SQUARE), {}),
    ("dot_product_attention", (QUERY, QUERY, QUERY), {}),
    ("fold", (np.ones((2, 8, 9), "float32"), 4, 2), {}),
    ("pinv", (SQUARE,), {}),
    ("matrix_rank", (SQUARE,), {}),
    ("lstsq", (X[0], X[0, :, 0]), {}),
    ("norm", (SQUARE,), {"ord": "nuc", "axis": (1, 2)}),
    ("norm", (SQUARE,), {"ord": -2, "axis": (0, 2), "keepdims": True}),
    ("ctc_decode", (X, np.array([3, 3])), {"strategy": "beam_search", "beam_width": 4, "mask_index": 1}),
    ("image.gaussian_blur", (IMAGES,), {}),
    ("image.sobel_edges", (IMAGES,), {}),
    ("image.ssim", (IMAGES, IMAGES), {}),
]
CASES = [(*c, True) for c in OF_UNKNOWN_RANK] + [(*c, False) for c in OF_UNKNOWN_SIZES]


@pytest.mark.parametrize("name, args, kwargs, of_unknown_rank", CASES, ids=[c[0] for c in CASES])
def test_unknown_equals_known(name, args, kwargs, of_unknown_rank):
    function = ops
    for part in name.split("."):
        function = getattr(function, part)
    leaves = [x for x in tf.nest.flatten(list(args)) if isinstance(x, np.ndarray)]

    def call(*tensors):
        tensors = iter(tensors)
        filled = [
            [next(tensors) for _ in x] if isinstance(x, list) else next(tensors) if isinstance(x, np.ndarray) else x
            for x in args
        ]
        return function(*filled, **kwargs)

    signature = [tf.TensorSpec(None if of_unknown_rank else [None] * x.ndim, x.dtype) for x in leaves]
    results = tf.nest.flatten(tf.function(call, input_signature=signature)(*leaves))
    for result, expected in zip(results, tf.nest.flatten(function(*args, **kwargs))):
        np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-5)


def test_a_rank_that_the_op_does_not_take():
    function = tf.function(lambda x: ops.transpose(x, (1, 0)), input_signature=[tf.TensorSpec(None, tf.float32)])
    np.testing.assert_array_equal(function(X[0]), X[0].T)
    with pytest.raises(tf.errors.InvalidArgumentError):
        function(X)
