"""Draws that run side by side, as loaders of data have them: no two of them get the same seed."""

from concurrent.futures import ThreadPoolExecutor

import keras
from keras.src import ops


def test_of_threads():
    generator = keras.random.SeedGenerator(1)
    with ThreadPoolExecutor(8) as pool:
        seeds = list(pool.map(lambda _: ops.convert_to_numpy(generator.next())[1], range(2000)))
    assert sorted(seeds) == list(range(2000))
    assert ops.convert_to_numpy(generator.state.value)[1] == 2000
