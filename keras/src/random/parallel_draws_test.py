"""Draws that run side by side, as loaders of data have them: no two of them get the same seed."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import keras
from keras.src import ops


def test_of_threads():
    generator = keras.random.SeedGenerator(1)
    with ThreadPoolExecutor(8) as pool:
        seeds = list(pool.map(lambda _: ops.convert_to_numpy(generator.next())[1], range(2000)))
    assert sorted(seeds) == list(range(2000))
    assert ops.convert_to_numpy(generator.state.value)[1] == 2000


class Drawn(keras.layers.Layer):
    """An integer for each number."""

    def __init__(self):
        super().__init__()
        self.seed_generator = keras.random.SeedGenerator(1)

    def call(self, inputs):
        return keras.random.randint(ops.shape(inputs), 0, 2**31 - 1, seed=self.seed_generator)


def test_of_calls_in_a_map_of_tf_data():
    tf = pytest.importorskip("tensorflow")
    data = tf.data.Dataset.from_tensor_slices(np.zeros((10_000, 1), "float32")).map(Drawn(), num_parallel_calls=16)
    assert len(np.unique(list(data.as_numpy_iterator()))) == 10_000
