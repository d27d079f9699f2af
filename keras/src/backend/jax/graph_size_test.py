"""Ops leave nothing of themselves in what JAX traces: as many equations as `jax.numpy` makes."""

import numpy as np
import pytest

from keras.src import backend, ops

jax = pytest.importorskip("jax") if backend.backend() == "jax" else None
pytestmark = pytest.mark.skipif(jax is None, reason="traces of JAX need the jax backend")

PAIRS = {
    "add": lambda m, x, y: m.add(x, y),
    "add of a number": lambda m, x, y: m.add(x, 2.0),
    "divide": lambda m, x, y: m.divide(x, y),
    "power": lambda m, x, y: m.power(x, y),
    "maximum": lambda m, x, y: m.maximum(x, y),
    "exp": lambda m, x, y: m.exp(x),
    "sum": lambda m, x, y: m.sum(x, 1),
    "mean": lambda m, x, y: m.mean(x, 1),
    "var": lambda m, x, y: m.var(x, 1),
    "max": lambda m, x, y: m.max(x, 0),
    "argmax": lambda m, x, y: m.argmax(x, 1),
    "cumsum": lambda m, x, y: m.cumsum(x, 1),
    "clip": lambda m, x, y: m.clip(x, 0.0, 1.0),
    "matmul": lambda m, x, y: m.matmul(x, y),
    "einsum": lambda m, x, y: m.einsum("ij,kj->ik", x, y),
    "reshape": lambda m, x, y: m.reshape(x, (2, 8)),
    "transpose": lambda m, x, y: m.transpose(x, (1, 0)),
    "concatenate": lambda m, x, y: m.concatenate([x, y], 1),
    "stack": lambda m, x, y: m.stack([x, y], 1),
    "expand_dims": lambda m, x, y: m.expand_dims(x, 1),
    "where": lambda m, x, y: m.where(m.greater(x, y), x, y),
    "sort": lambda m, x, y: m.sort(x, 1),
    "take": lambda m, x, y: m.take(x, np.array([0, 1]), 0),
}


def equations(module, call):
    x = np.ones((4, 4), "float32")
    return len(jax.make_jaxpr(lambda x, y: call(module, x, y))(x, x).eqns)


@pytest.mark.parametrize("name", PAIRS)
def test_as_many_equations_as_jax_numpy(name):
    assert equations(ops, PAIRS[name]) <= equations(jax.numpy, PAIRS[name])


def test_bodies_run_as_one_program():
    """An op that is made of others traces its body once for a shape, however often it is called."""
    declaration = ops.hard_silu.declaration if ops.hard_silu.declaration.kernel is None else ops.normalize.declaration
    assert declaration.kernel is None and declaration.target is not declaration.body
    x = jax.numpy.ones((2, 3))
    np.testing.assert_allclose(declaration.public(x), declaration.body(x, *_defaults(declaration)), rtol=1e-6)


def _defaults(declaration):
    return [p.default for p in declaration.parameters[1:]]
