"""Loops over time on JAX that are compiled once for all calls of the same kind."""

import functools
import types

import jax

# Steps in one turn of a loop, where the user does not ask for all. Two took a quarter longer to compile, for a tenth of a step of
# tiny cells and nothing of larger ones: measured on a CPU.
UNROLL = 1


@functools.cache
def projects_within_loop():
    """Whether inputs had better meet the kernel step by step: so on CPUs.

    XLA:CPU takes twice as long for a loop that reads its part of a large projected tensor in each step.
    """
    return jax.default_backend() == "cpu"


@functools.cache
def reusing(loop):
    """A version of `loop(static, tensors)` that is compiled once for each value of `static`, in eager calls.

    Args:
        loop: Function of a module.
    """
    compiled = jax.jit(loop, static_argnums=0)

    def run(static, tensors):
        if not _is_plain(static) or any(isinstance(x, jax.core.Tracer) for x in jax.tree.leaves(tensors)):
            return loop(static, tensors)
        return compiled(static, tensors)

    return run


def _is_plain(static):
    """Whether compiled code may be kept for these values: they are not functions or layers of a user."""
    if isinstance(static, tuple):
        return all(_is_plain(x) for x in static)
    if isinstance(static, types.FunctionType):
        return static.__module__.startswith("keras.src.")
    return isinstance(static, (bool, int, str))
