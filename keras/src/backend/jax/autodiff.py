"""Derivatives on JAX."""

import jax

from keras.src.backend.common.pure_call import PureCall
from keras.src.backend.jax.core import is_tensor


def vjp(function, tensors, variables, once):
    """Runs a function, and prepares to carry gradients back through it.

    Args:
        function: Function from a list of tensors to `(outputs, auxiliary)`, a list of tensors and any structure.
        tensors: List of floating-point tensors.
        variables: List of variables that the function reads.
        once: Whether the pullback is called only once.

    Returns:
        `(outputs, auxiliary, pullback)`; the pullback takes the gradients of the outputs and returns those of
        `tensors` and of `variables`, two lists.
    """
    call = PureCall(function, variables, is_tensor)
    values = [variable._own_value() for variable in variables]
    outputs, pullback, others = jax.vjp(call, tensors, values, has_aux=True)
    return outputs, call.finish(others), pullback
