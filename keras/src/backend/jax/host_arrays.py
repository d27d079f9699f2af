"""Arrays of the host as arrays of JAX.

`jnp.array` compiles a program for each shape, which takes as long as a thousand copies of a small array; `device_put` compiles
nothing, but a copy costs twice that of a program that is there. So only shapes that come often get one.
"""

import jax
import jax.numpy as jnp
from jax.extend.core import get_opaque_trace_state

from keras.src.backend.common.global_state import on_clear_session

OFTEN = 1000
"""Copies after which a program would have paid."""
_LARGE = 2**24
"""Bytes from which on the time of a compilation is little beside that of another copy."""
_MANY = 4096
"""Shapes that are counted at once."""
_times = {}
"""How often each shape and dtype came, by which a program is made in the end."""
on_clear_session(_times.clear)

with jax.ensure_compile_time_eval():
    OUTSIDE_OF_TRACES = get_opaque_trace_state()


def from_host(x, shared=False):
    """A NumPy array of the dtype that JAX has for it; while a function is traced, a constant of the trace.

    Args:
        x: NumPy array.
        shared: Whether somebody else may write to `x` later on. `device_put` may use its memory, or read it later.
    """
    kind = x.shape, x.dtype
    times = _times.get(kind, 0)
    if times >= OFTEN or x.nbytes > _LARGE or get_opaque_trace_state() != OUTSIDE_OF_TRACES:
        return jnp.array(x)
    if len(_times) >= _MANY:
        _times.clear()
    _times[kind] = times + 1
    return jax.device_put(x.copy() if shared else x)
