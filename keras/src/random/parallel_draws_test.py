"""Draws that run side by side, as loaders of data have them: no two of them get the same seed."""

import time
from concurrent.futures import ThreadPoolExecutor

import keras
from keras.src import ops
from keras.src.backend.common import workers


def drawn_by_threads(generator, count):
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda _: tuple(ops.convert_to_numpy(generator.next()).tolist()), range(count)))


def test_of_threads():
    seeds = drawn_by_threads(keras.random.SeedGenerator(1), 2000)
    assert sorted(seeds) == [(1, count) for count in range(2000)]


def test_of_threads_of_a_worker_process(monkeypatch):
    """The first of them starts the stream of the process, for which the others wait."""
    start = keras.random.SeedGenerator._start_stream_of

    def start_slowly(self, worker):
        self._process = worker
        time.sleep(0.1)
        start(self, worker)

    generator = keras.random.SeedGenerator(1)
    monkeypatch.setattr(keras.random.SeedGenerator, "_start_stream_of", start_slowly)
    monkeypatch.setattr(workers, "number", lambda: 7)
    seeds = drawn_by_threads(generator, 50)
    assert seeds[0][0] != 1
    assert sorted(seeds) == [(seeds[0][0], count) for count in range(50)]
