"""What property tests ask of the engine."""

import jax
import jax.numpy as jnp

CAN_COMPILE = True
CAN_DIFFERENTIATE = True


def compiled(function):
    """`function` under `jax.jit`, and a function that tells how often it was traced."""
    traces = []

    def counted(*args):
        traces.append(1)
        return function(*args)

    return jax.jit(counted), lambda: len(traces)


def gradients(function, args):
    """Gradients of the sum of the elements of `function(*args)` with respect to each argument."""
    return jax.grad(lambda *a: jnp.sum(function(*a)), argnums=tuple(range(len(args))))(*args)
