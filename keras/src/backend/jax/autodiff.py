"""Derivatives on JAX."""

import jax

from keras.src.backend.common.pure_call import PureCall
from keras.src.backend.jax.core import is_tensor


def vjp(function, tensors, variables, once):
    """Runs a function, and prepares to carry gradients back through it: see `contract.Autodiff`."""
    call = PureCall(function, variables, is_tensor)
    values = [variable._own_value() for variable in variables]
    outputs, pullback, others = jax.vjp(call, tensors, values, has_aux=True)
    return outputs, call.finish(others), pullback
