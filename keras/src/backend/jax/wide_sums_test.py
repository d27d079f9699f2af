"""Sums of small floats within programs."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from keras.src.backend.jax.wide_sums import with_wide_sums

# In 16 bits 256 and 1 are 256 again.
COUNT = 300
ONES = jnp.ones(COUNT, "bfloat16")


def scattered(x):
    return jnp.zeros(1, "bfloat16").at[jnp.zeros(COUNT, int)].add(x)[0]


def in_loop(x):
    return lax.fori_loop(0, 1, lambda index, total: total + scattered(x), jnp.zeros((), "bfloat16"))


def in_scan(x):
    return lax.scan(lambda total, row: (total + scattered(row), None), jnp.zeros((), "bfloat16"), x[None])[0]


def in_branch(x):
    return lax.cond(x[0] > 0, scattered, lambda x: x[0], x)


@jax.custom_vjp
def with_own_gradient(x):
    return scattered(x)


with_own_gradient.defvjp(lambda x: (scattered(x), None), lambda _, upstream: (jnp.full(COUNT, upstream),))
PLACES = [scattered, in_loop, in_scan, in_branch, with_own_gradient, jax.jit(scattered), jax.checkpoint(scattered)]


@pytest.mark.parametrize("function", PLACES)
def test_sums_are_rounded_once_wherever_they_stand(function):
    result = jax.jit(with_wide_sums(function))(ONES)
    assert result == COUNT and result.dtype == jnp.bfloat16
    assert jax.jit(function)(ONES) != COUNT


def repeated(x):
    return (lax.broadcast_in_dim(x, (COUNT, 1), (1,)) ** 2).sum()


def product(x):
    return (x[:, None] * jnp.ones((1, 2), "bfloat16")).T @ x


def convolved(x):
    return lax.conv_general_dilated(x[None, None], x[None, None], (1,), "VALID")


@pytest.mark.parametrize("function", [product, convolved])
def test_products_come_out_in_float32(function):
    program = str(jax.make_jaxpr(with_wide_sums(function))(ONES))
    assert "preferred_element_type=float32" in program and "preferred_element_type=bfloat16" not in program
    np.testing.assert_array_equal(np.ravel(with_wide_sums(function)(ONES)), np.float32(COUNT))


def test_gradients_of_what_is_repeated_are_sums_in_float32():
    gradient = jax.grad(repeated)
    in_16_bits = "bf16[] = reduce_sum"
    assert in_16_bits in str(jax.make_jaxpr(gradient)(ONES[:1]))
    assert in_16_bits not in str(jax.make_jaxpr(with_wide_sums(gradient))(ONES[:1]))


def test_structures_and_other_dtypes_stay():
    def function(state, x):
        return {"sum": state[0] @ x, "none": None, "count": jnp.sum(state[1])}

    state = [jnp.ones((2, 3)), jnp.arange(3)]
    result = with_wide_sums(function)(state, jnp.ones(3))
    assert result["none"] is None and result["count"] == 3 and result["sum"].dtype == jnp.float32
