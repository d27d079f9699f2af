"""Random draws in forked processes, such as the workers of a `DataLoader` of torch."""

import numpy as np
import pytest

import keras
from keras.src import backend, layers, ops
from keras.src.backend import door


class Augmented:
    """A data set whose samples are drawn by a layer."""

    def __init__(self):
        self.layer = layers.RandomBrightness(0.5)

    def __len__(self):
        return 8

    def __getitem__(self, index):
        return np.array(ops.convert_to_numpy(self.layer(np.full((1, 1, 1), 120, "float32"))))


def epochs(torch):
    keras.utils.set_random_seed(1)
    loader = torch.utils.data.DataLoader(
        Augmented(), batch_size=4, num_workers=2, timeout=30, multiprocessing_context="fork"
    )
    return [np.concatenate([batch.numpy().ravel() for batch in loader]) for _ in range(2)]


def test_workers_draw_differently_in_each_call_and_epoch_and_reproducibly():
    torch = pytest.importorskip("torch")
    first = epochs(torch)
    drawn = np.concatenate(first)
    assert len(np.unique(drawn.round(3))) == 16
    np.testing.assert_array_equal(np.concatenate(epochs(torch)), drawn)


@pytest.mark.skipif(backend.backend() == "jax", reason="JAX is the running engine")
def test_workers_ask_nothing_of_an_engine_beside_the_running_one():
    jax = pytest.importorskip("jax")
    torch = pytest.importorskip("torch")
    keras.random.uniform((1,), seed=1)
    jax_beside = door.guest("jax")
    assert not jax_beside.is_building() and door.building() is None
    jax.clear_caches()  # What JAX computed before, it would compute in a worker too.
    assert len(np.concatenate(epochs(torch))) == 16


class Drawn(Augmented):
    """A data set whose samples are drawn by no layer."""

    def __init__(self):
        self.generator = keras.random.SeedGenerator(1)

    def __getitem__(self, index):
        return np.array(ops.convert_to_numpy(keras.random.uniform((1,), seed=self.generator)))


@pytest.mark.skipif(backend.core.RUNS_AFTER_FORK, reason="the engine computes after a fork")
def test_engines_that_would_wait_forever_say_so():
    torch = pytest.importorskip("torch")
    loader = torch.utils.data.DataLoader(Drawn(), num_workers=2, timeout=30, multiprocessing_context="fork")
    with pytest.raises(RuntimeError, match="forked"):
        list(loader)
