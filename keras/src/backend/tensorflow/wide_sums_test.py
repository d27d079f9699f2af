"""Gradients in 16 bits of which replicas have parts; what models train like is tested in `distribution/jobs_test.py`."""

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.src.backend import config

pytestmark = pytest.mark.skipif(config.backend() != "tensorflow", reason="tests of the TensorFlow engine")

ROWS = 600
KINDS = {
    "dense": (lambda: layers.Dense(5), (3,)),
    "dense on sequences": (lambda: layers.Dense(5), (4, 3)),
    "einsum": (lambda: layers.EinsumDense("abc,cde->abde", (None, 2, 3), bias_axes="de"), (4, 3)),
    "convolution": (lambda: layers.Conv2D(4, 2), (3, 3, 2)),
    "of depths": (lambda: layers.DepthwiseConv2D(2), (3, 3, 2)),
    "of volumes": (lambda: layers.Conv3D(2, 2), (2, 3, 2, 2)),
    "transposed": (lambda: layers.Conv2DTranspose(4, 2), (3, 3, 2)),
    "used twice": (lambda: Twice(), (3,)),
}


class Twice(layers.Layer):
    """A layer that reads its weight once and multiplies by it twice."""

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], 3), name="kernel")

    def call(self, x):
        kernel = ops.convert_to_tensor(self.kernel)
        return ops.matmul(x, kernel) + ops.matmul(ops.flip(x, -1), kernel)


def integers(shape):
    """Numbers whose sums float32 holds, and 16 bits do not."""
    return np.random.RandomState(0).randint(-3, 9, shape).astype("float32")


def gradients(layer, x, upstream):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        y = layer(x)
        loss = tf.reduce_sum(tf.cast(y, tf.float32) * upstream)
    return tape.gradient(loss, [v._value for v in layer.trainable_variables])


def added_up(layer, x, upstream, wide=True):
    """The gradients of halves of the rows, added up."""
    from keras.src.backend.tensorflow.wide_sums import combined

    half = ROWS // 2
    halves = [gradients(layer, x[part], upstream[part]) for part in (slice(half), slice(half, None))]
    if not wide:
        return [a + b for a, b in zip(*halves)]
    others = []
    combined(halves[1], lambda parts: others.extend(parts) or parts)
    return combined(halves[0], lambda parts: [a + b for a, b in zip(parts, others, strict=True)])


@pytest.mark.parametrize("name", KINDS)
def test_gradients_of_halves_add_up_to_that_of_all_rows(name):
    import tensorflow as tf

    make, shape = KINDS[name]
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        layer = make()
        layer.build((None, *shape))
    finally:
        keras.config.set_dtype_policy("float32")
    x = tf.constant(integers((ROWS, *shape)))
    upstream = tf.constant(integers(layer.compute_output_shape((ROWS, *shape))))
    expected = tf.function(gradients)(layer, x, upstream)
    found = tf.function(added_up)(layer, x, upstream)
    rounded = tf.function(added_up)(layer, x, upstream, wide=False)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)
    assert any((a.numpy() != b.numpy()).any() for a, b in zip(rounded, expected, strict=True))


def test_gradients_that_are_not_of_a_graph_are_added_up_as_they_are():
    layer = layers.Dense(2, dtype="mixed_bfloat16")
    layer.build((None, 3))
    x = integers((ROWS, 3))
    for a, b in zip(added_up(layer, x, np.ones((ROWS, 2))), added_up(layer, x, np.ones((ROWS, 2)), wide=False)):
        np.testing.assert_array_equal(a, b)


def test_the_gradient_of_a_bias_is_rounded_once():
    """Added up in bfloat16, ones stay at 256."""
    layer = layers.Dense(2, dtype="mixed_bfloat16")
    layer.build((None, 3))
    bias = gradients(layer, integers((ROWS, 3)), np.ones((ROWS, 2), "float32"))[1]
    np.testing.assert_allclose(bias, ROWS, rtol=2**-8)
