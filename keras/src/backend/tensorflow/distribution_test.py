"""Models that are made under the scope of a strategy of TensorFlow's own; what distributions compute is tested in `jobs_test.py`."""

import subprocess
import sys

import pytest

from keras.src.backend import config

pytestmark = pytest.mark.skipif(config.backend() != "tensorflow", reason="tests of the TensorFlow engine")

# A process of its own, since devices are chosen before TensorFlow begins.
PROGRAM = """
import contextlib
import numpy as np
import tensorflow as tf
import keras
from keras.src.testing import distribution_cases as cases, engine

engine.see_devices(2)
x, y = cases.data_of("convnet")
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])

def trained(strategy):
    with contextlib.nullcontext() if strategy is None else strategy.scope():
        model = cases.compiled("convnet")
    history = model.fit(x, y, batch_size=33, epochs=2, shuffle=False, verbose=0, validation_data=(x[:9], y[:9])).history
    return model, [value for name in sorted(history) for value in history[name]]

(_, expected), (model, found) = trained(None), trained(strategy)
np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
assert len(strategy.experimental_local_results(model.weights[0]._value)) == 2

# A loop of one's own: gradients of parts of a sum are added, and so are metrics.
with strategy.scope():
    weight = keras.Variable([1.0])
    optimizer, mean = keras.optimizers.SGD(1.0), keras.metrics.Mean()
    optimizer.build([weight])

@tf.function
def step():
    def replica():
        number = tf.cast(tf.distribute.get_replica_context().replica_id_in_sync_group, "float32")
        optimizer.apply_gradients([(tf.ones(1) * (1 + number), weight)])
        mean.update_state(number)
    strategy.run(replica)

step()
assert weight.numpy().tolist() == [-2.0] and float(mean.result()) == 0.5
assert [v.numpy().tolist() for v in strategy.experimental_local_results(weight._value)] == [[-2.0]] * 2

mesh = keras.distribution.DeviceMesh((1, 2), ["batch", "model"])
try:
    keras.distribution.set_distribution(keras.distribution.ModelParallel(layout_map=keras.distribution.LayoutMap(mesh)))
except NotImplementedError as error:
    assert "jax" in str(error) and "torch" in str(error)
else:
    raise AssertionError("ModelParallel is refused")
"""


def test_models_under_a_strategy_of_the_users_own():
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM], capture_output=True, text=True, timeout=200
    )
    assert result.returncode == 0, result.stderr[-3000:]
