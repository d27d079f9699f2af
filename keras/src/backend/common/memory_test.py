"""Sizes that no machine holds: a clear error, at the call, on each engine."""

import numpy as np
import pytest

import keras
from keras import initializers, layers, ops, random
from keras.src.backend.common.memory import check_size

GIANT = (10**7, 10**7)


def built(layer, shape):
    return lambda: layer().build(shape)


CASES = {
    **{
        f"initializer {name}": (lambda name=name: initializers.get(name)(GIANT))
        for name in "random_normal random_uniform truncated_normal glorot_uniform he_normal lecun_normal".split()
    },
    "orthogonal": lambda: initializers.Orthogonal()((10**6, 10**6)),
    "orthogonal, long": lambda: initializers.Orthogonal()((10**13, 3)),
    "normal": lambda: random.normal(GIANT),
    "normal, half": lambda: random.normal(GIANT, dtype="float16"),
    "normal, NumPy sizes": lambda: random.normal(np.array([10**10] * 3)),
    "uniform": lambda: random.uniform((10**14,)),
    "truncated_normal": lambda: random.truncated_normal(GIANT),
    "randint": lambda: random.randint(GIANT, 0, 5),
    "gamma": lambda: random.gamma(GIANT, 2.0),
    "beta": lambda: random.beta(GIANT, 2.0, 1.0),
    "binomial": lambda: random.binomial(GIANT, 4.0, 0.5),
    "categorical": lambda: random.categorical([[1.0, 2.0]], 10**13),
    "variable": lambda: keras.Variable(initializer="zeros", shape=GIANT),
    "Dense": built(lambda: layers.Dense(10**12), (None, 10)),
    "Dense, called": lambda: layers.Dense(10**12)(np.ones((1, 10))),
    "Dense of zeros": built(lambda: layers.Dense(10**12, kernel_initializer="zeros"), (None, 10)),
    "Conv2D": built(lambda: layers.Conv2D(10**6, 10**3), (None, None, None, 10**3)),
    "Embedding": built(lambda: layers.Embedding(10**9, 10**5), (None,)),
    "MultiHeadAttention": lambda: layers.MultiHeadAttention(10**6, 10**7).build((None, 2, 10), (None, 2, 10)),
    "BatchNormalization": built(layers.BatchNormalization, (None, 10**14)),
}


@pytest.mark.parametrize("name", CASES)
def test_giant_sizes(name):
    with pytest.raises(MemoryError, match=r"of shape \(.*would take .* [TPE]iB"):
        CASES[name]()


def test_what_an_engine_says_of_too_little_memory():
    with pytest.raises(MemoryError):
        random.normal((500_000, 540_000), seed=1)


@pytest.mark.parametrize(
    "shape, dtype, words",
    [((2**30, 2**20), "float32", "4 PiB"), ((2**50,), "int8", "1 PiB"), ((2**70,), "complex128", "1.64e[+]04 EiB")],
)
def test_sizes_in_words(shape, dtype, words):
    with pytest.raises(MemoryError, match=f"A mask of shape .* and dtype {dtype} would take {words}"):
        check_size(shape, dtype, "A mask")


@pytest.mark.parametrize("shape", [(2**20, 2**10), (None, 2**60), ("a", 2**60), (0, 2**60), ()])
def test_sizes_that_may_be(shape):
    check_size(shape, "float32", "A mask")


COLUMN, ROW = np.ones((10**7, 1), "float32"), np.ones((1, 10**7), "float32")
GROWING = {
    "add": lambda: ops.add(COLUMN, ROW),
    "maximum": lambda: ops.maximum(COLUMN, ROW),
    "less": lambda: ops.less(COLUMN, ROW),
    "outer": lambda: ops.outer(COLUMN, ROW),
    "kron": lambda: ops.kron(COLUMN[:, 0], ROW[0]),
    "matmul": lambda: ops.matmul(COLUMN, ROW),
    "einsum": lambda: ops.einsum("i,j->ij", COLUMN[:, 0], ROW[0]),
    "where": lambda: ops.where(COLUMN > 0, COLUMN, ROW),
    "a body": lambda: ops.square(ops.subtract(COLUMN, ROW)),
}


@pytest.mark.parametrize("name", GROWING)
def test_results_that_are_far_larger_than_what_is_given(name):
    with pytest.raises(MemoryError):
        GROWING[name]()


def test_what_finds_no_memory_is_told_when_it_is_read():
    with pytest.raises(MemoryError):
        ops.convert_to_numpy(ops.broadcast_to(ROW, GIANT))
