"""Factorisations multiply back; what they are made of has its structure."""

import numpy as np
import pytest

import keras
from keras.src import ops
from keras.src.testing import engine


def _random(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def _arrays(results):
    return [ops.convert_to_numpy(x) for x in results]


@pytest.mark.parametrize("shape, mode", [((4, 3), "reduced"), ((2, 3, 4), "reduced"), ((4, 3), "complete")])
def test_qr_multiplies_back_with_orthonormal_columns(shape, mode):
    x = _random(*shape)
    q, r = _arrays(ops.qr(x, mode))
    np.testing.assert_allclose(q @ r, x, atol=1e-5)
    np.testing.assert_allclose(
        np.swapaxes(q, -1, -2) @ q,
        np.broadcast_to(np.eye(q.shape[-1]), (*q.shape[:-2], *(q.shape[-1],) * 2)),
        atol=1e-5,
    )
    np.testing.assert_allclose(r, np.triu(r), atol=1e-6)


@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 4)])
def test_svd_multiplies_back_with_descending_values(shape):
    x = _random(*shape)
    u, s, vh = _arrays(ops.svd(x, full_matrices=False))
    np.testing.assert_allclose((u * s[..., None, :]) @ vh, x, atol=1e-5)
    assert (np.diff(s) <= 0).all()
    np.testing.assert_allclose(ops.convert_to_numpy(ops.svd(x, compute_uv=False)), s, atol=1e-5)


def test_eigenvectors_are_scaled_by_eigenvalues():
    x = _random(3, 3)
    values, vectors = _arrays(ops.eig(x))
    np.testing.assert_allclose(x @ vectors, vectors * values[None, :], atol=1e-4)
    symmetric = x + x.T
    values, vectors = _arrays(ops.eigh(symmetric))
    np.testing.assert_allclose(symmetric @ vectors, vectors * values[None, :], atol=1e-4)
    assert (np.diff(values) >= 0).all()


def test_lu_factors_multiply_back_after_the_pivots():
    x = _random(3, 3)
    packed, pivots = _arrays(ops.lu_factor(x))
    lower, upper = np.tril(packed, -1) + np.eye(3), np.triu(packed)
    rows = x.copy()
    for i, p in enumerate(pivots):
        rows[[i, p]] = rows[[p, i]]
    np.testing.assert_allclose(lower @ upper, rows, atol=1e-5)


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="the engine has no gradients")
def test_gradients_of_norms_are_finite_at_zero():
    zero = ops.zeros((3,))
    for function in (ops.norm, lambda x: ops.cdist(ops.reshape(x, (1, 3)), ops.zeros((1, 3)))):
        (gradient,) = engine.gradients(function, [zero])
        assert np.isfinite(ops.convert_to_numpy(gradient)).all()


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="the engine has no gradients")
def test_jvp_is_the_derivative_along_a_direction():
    x, direction = _random(3), _random(3)
    value, derivative = _arrays(
        ops.jvp(lambda a: ops.sin(a) * a, (ops.convert_to_tensor(x),), (ops.convert_to_tensor(direction),))
    )
    np.testing.assert_allclose(value, np.sin(x) * x, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(derivative, (np.cos(x) * x + np.sin(x)) * direction, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "call",
    [
        lambda: ops.inv(ops.ones((3, 4))),
        lambda: ops.det(ops.ones((3,))),
        lambda: ops.cholesky(ops.ones((2, 3))),
        lambda: ops.solve(ops.ones((3, 3)), ops.ones((4,))),
        lambda: ops.norm(ops.ones((2, 2)), ord="magic"),
        lambda: ops.qr(ops.ones((2, 2)), mode="half"),
    ],
)
def test_wrong_shapes_and_modes_raise(call):
    with pytest.raises(ValueError, match=r"keras\.ops\.[a-z_]+: .*Received"):
        call()


@pytest.mark.parametrize("axis", [None, 0])
@pytest.mark.parametrize("order", ["fro", "nuc"])
def test_norms_of_matrices_need_two_axes(order, axis):
    for x in (np.ones(4, "float32"), keras.KerasTensor((4,))):
        with pytest.raises(ValueError, match="norm of matrices"):
            keras.ops.norm(x, ord=order, axis=axis)


@pytest.mark.parametrize("order", [0, 3])
def test_orders_that_matrices_have_not(order):
    for x in (np.ones((3, 4), "float32"), keras.KerasTensor((3, 4))):
        with pytest.raises(ValueError, match="of matrices"):
            keras.ops.norm(x, ord=order, axis=(0, 1))


SQUARE = ("cholesky", "cholesky_inverse", "det", "inv", "eig", "eigh")


@pytest.mark.parametrize("name", SQUARE)
def test_square_matrices_have_equal_sizes_as_given(name):
    with pytest.raises(ValueError, match="shapes like"):
        getattr(ops, name)(keras.KerasTensor((None, None, 20)))
    getattr(ops, name)(keras.KerasTensor((None, None, None)))
    getattr(ops, name)(keras.KerasTensor((None, 20, 20)))


@pytest.mark.parametrize("name", ["solve", "solve_triangular"])
def test_systems_have_square_matrices_as_given(name):
    right = keras.KerasTensor((None, 20, 2))
    with pytest.raises(ValueError, match="shapes like"):
        getattr(ops, name)(keras.KerasTensor((None, None, 20)), right)
    assert getattr(ops, name)(keras.KerasTensor((None, 20, 20)), right).shape == (None, 20, 2)


@pytest.mark.parametrize("shape", [(None, 3, None), (None, None, 3), (None, None)])
def test_qr_asks_for_known_sizes(shape):
    with pytest.raises(ValueError, match="last two sizes must be known"):
        ops.qr(keras.KerasTensor(shape))
