"""Products of bytes on JAX, within its transformations and its exported programs."""

import numpy as np
import pytest

from keras.src import backend, ops

if backend.backend() != "jax":
    pytest.skip("needs the jax backend", allow_module_level=True)

import jax

RNG = np.random.default_rng(0)
X1, X2 = RNG.integers(-128, 128, (2, 3, 67)).astype("int8"), RNG.integers(-128, 128, (67, 5)).astype("int8")
EXPECTED = X1.astype("int64") @ X2


def test_unsigned_bytes_meet_signed_ones_on_cpus():
    if jax.default_backend() != "cpu":
        pytest.skip("other devices have other instructions")
    program = jax.jit(ops.matmul).lower(X1, X2).as_text()
    assert "(tensor<7x67xui8>, tensor<67x5xi8>) -> tensor<7x5xi32>" in program


def test_products_of_bytes_within_vmap():
    np.testing.assert_array_equal(jax.vmap(ops.matmul, (0, None))(X1, X2), EXPECTED)


def test_products_of_bytes_without_programs():
    with jax.disable_jit():
        np.testing.assert_array_equal(ops.matmul(X1, X2), EXPECTED)


def test_products_of_bytes_in_files_for_each_device():
    export = jax.export.export(jax.jit(ops.matmul), platforms=["cpu", "cuda", "tpu"])(X1, X2)
    loaded = jax.export.deserialize(export.serialize())
    np.testing.assert_array_equal(loaded.call(X1, X2), EXPECTED)


def test_gradients_pass_by_products_of_bytes():
    def loss(x):
        return ops.sum(x * ops.cast(ops.matmul(ops.cast(x, "int8"), X2)[..., :1], "float32"))

    x = X1.astype("float32")
    np.testing.assert_allclose(jax.grad(loss)(x), np.broadcast_to(EXPECTED[..., :1], x.shape))
