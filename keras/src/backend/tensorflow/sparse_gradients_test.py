"""Gradients of embeddings are sparse on TensorFlow: an optimizer does with them what it does with dense ones."""

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow")
from keras.src.backend import Variable, backend  # noqa: E402

if backend() != "tensorflow":
    pytest.skip("sparse tensors of TensorFlow", allow_module_level=True)

from keras.src import optimizers  # noqa: E402


def trained(cls, clipping, compiled, as_dense):
    variable, optimizer = Variable(np.ones((4, 2), "float32")), cls(0.1, **clipping)
    optimizer.build([variable])

    def step():
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(tf.gather(variable._value, [1, 1, 3]) ** 2)
        gradient = tape.gradient(total, variable._value)
        optimizer.apply([tf.convert_to_tensor(gradient) if as_dense else gradient], [variable])

    run = tf.function(step) if compiled else step
    for _ in range(2):
        run()
    return variable.numpy()


@pytest.mark.parametrize("clipping", [{}, {"clipnorm": 1.0}, {"global_clipnorm": 1.0}])
@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("cls", [optimizers.SGD, optimizers.Adam, optimizers.Adagrad])
def test_sparse_is_dense(cls, compiled, clipping):
    found = trained(cls, clipping, compiled, as_dense=False)
    np.testing.assert_allclose(found, trained(cls, clipping, compiled, as_dense=True), rtol=1e-6)
    assert np.all(found[[1, 3]] < 1.0)
    assert np.all(found[[0, 2]] == 1.0)
