"""Functions of engines at the places where other libraries look for them."""

import importlib

import numpy as np
import pytest

import keras
from keras import ops
from keras.src import backend
from keras.src.backend import functions

PACKAGES = {
    "running": lambda: backend,
    "own": lambda: importlib.import_module(f"keras.src.backend.{keras.config.backend()}"),
}


@pytest.fixture(params=PACKAGES)
def package(request):
    return PACKAGES[request.param]()


IMAGE = np.arange(48, dtype="float32").reshape(1, 4, 4, 3) / 48
# What Keras 3.15.1 takes: arguments that have defaults are left out, numbers and arrays stand beside tensors.
CALLS = {
    "zeros": (lambda m: m.numpy.zeros((2,)), np.zeros(2, "float32")),
    "ones": (lambda m: m.numpy.ones([2], dtype="int32"), np.ones(2, "int32")),
    "full": (lambda m: m.numpy.full((2,), 3.0), np.full(2, 3.0, "float32")),
    "multiply": (lambda m: m.numpy.multiply(np.ones(2, "float32"), 2), np.full(2, 2.0, "float32")),
    "expand_dims": (lambda m: m.numpy.expand_dims(np.ones(2, "float32"), axis=-1), np.ones((2, 1), "float32")),
    "concatenate": (lambda m: m.numpy.concatenate([[1], [2]], axis=0), np.array([1, 2])),
    "amax": (lambda m: m.numpy.amax(np.array([1.0, 2.0], "float32")), np.float32(2)),
    "einsum": (lambda m: m.numpy.einsum("i,i->", np.ones(3, "float32"), np.ones(3, "float32")), np.float32(3)),
    "relu": (lambda m: m.nn.relu([-1.0, 1.0]), np.array([0.0, 1.0], "float32")),
    "softmax": (lambda m: m.nn.softmax(np.zeros(2, "float32")), np.array([0.5, 0.5], "float32")),
    "norm": (lambda m: m.linalg.norm(np.array([3.0, 4.0], "float32")), np.float32(5)),
    "segment_sum": (lambda m: m.math.segment_sum(np.ones(3, "float32"), np.array([0, 0, 1])), np.array([2.0, 1.0])),
    "flip": (lambda m: m.numpy.flip(np.array([1.0, 2.0], "float32")), np.array([2.0, 1.0])),
    "resize": (lambda m: m.image.resize(IMAGE, (2, 2), interpolation="nearest"), IMAGE[:, 1::2, 1::2]),
    "identity": (lambda m: m.image.affine_transform(IMAGE, np.array([[1, 0, 0, 0, 1, 0, 0, 0]], "float32")), IMAGE),
}


@pytest.mark.parametrize("name", CALLS)
def test_functions_of_domains(package, name):
    call, expected = CALLS[name]
    result = ops.convert_to_numpy(call(package))
    np.testing.assert_allclose(result, expected, atol=1e-6)
    assert result.shape == expected.shape


def test_draws(package):
    first, second = (package.random.uniform((3,), minval=1, maxval=2, seed=keras.random.SeedGenerator(1)) for _ in "ab")
    np.testing.assert_array_equal(first, second)
    assert (ops.convert_to_numpy(first) >= 1).all()
    assert package.random.shuffle(np.arange(3)).shape == (3,)


def test_names_that_nobody_has(package):
    with pytest.raises(AttributeError, match="nothing_like_it"):
        package.numpy.nothing_like_it()
    assert not hasattr(package.nn, "__wrapped__")


def test_functions_stay_where_the_modules_of_an_engine_are_imported(package):
    importlib.import_module(f"{package.__name__}.functions" if package is backend else f"{package.__name__}.numpy")
    importlib.import_module("keras.src.backend.numpy.numpy")
    assert all(isinstance(getattr(package, domain), functions.Functions) for domain in functions.DOMAINS)
    np.testing.assert_array_equal(package.numpy.ones((1,)), [1.0])
    assert backend.ENGINE.kernels("numpy").__name__ == f"keras.src.backend.{keras.config.backend()}.numpy"


def test_another_engine_in_a_pipeline():
    """A layer of data takes the functions of TensorFlow within `tf.data`, whatever engine runs."""
    tf = pytest.importorskip("tensorflow")
    package = importlib.import_module("keras.src.backend.tensorflow")

    def halve(x):
        size = package.shape(x)[0]
        return package.numpy.multiply(package.numpy.concatenate([x, package.numpy.zeros((size,))], axis=0), 0.5)

    (result,) = tf.data.Dataset.from_tensors(np.ones(2, "float32")).map(halve)
    assert tf.is_tensor(result)
    np.testing.assert_array_equal(result, [0.5, 0.5, 0.0, 0.0])
