"""What property tests ask of the engine."""

import gc
import os
import sys

import jax
import jax.numpy as jnp
from jax.experimental import sparse

CAN_COMPILE = True
CAN_DIFFERENTIATE = True
DISTRIBUTIONS = ("data", "sharded", "model")
JOBS = NOTICES_DEATH = True
ROUNDS_SUMS_ONCE = (
    *((kind, name) for kind in DISTRIBUTIONS for name in ("mlp", "convnet")),
    *((kind, "transformer") for kind in ("data", "sharded")),
)
DEVICES_IN_JOBS = 2
DEVICES_IN_PROCESS = 8
OWN_LOOPS = ("keras.src.testing.jax.loop_cases.looped",)
to_sparse = sparse.BCOO.fromdense


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


def traced(function, args, kwargs):
    """Shapes and dtypes of the results of a call, by tracing: compiling each of them would take the tests minutes."""
    leaves, structure = jax.tree.flatten((args, kwargs))
    places = [i for i, x in enumerate(leaves) if isinstance(x, jax.Array)]

    def call(arrays):
        filled = list(leaves)
        for i, x in zip(places, arrays):
            filled[i] = x
        given, named = jax.tree.unflatten(structure, filled)
        return function(*given, **named)

    return jax.eval_shape(call, [leaves[i] for i in places])


def virtual_devices(count):
    """Variables of the environment of a process in which JAX sees so many devices of the CPU."""
    others = [flag for flag in os.environ.get("XLA_FLAGS", "").split() if "device_count" not in flag]
    return {"XLA_FLAGS": " ".join([*others, f"--xla_force_host_platform_device_count={count}"])}


def held():
    """Number of arrays and compiled programs that the engine holds."""
    return len(jax.live_arrays()) + len(jax.devices()[0].client.live_executables())


def mapped(function, tensors):
    """`function` over the leading dimension of the tensors at once; shapes and dtypes only, see `traced`."""
    return jax.eval_shape(jax.vmap(function), *tensors)


def shape_of_part(array):
    """The shape of what one device holds of an array."""
    return list(array.sharding.shard_shape(array.shape))


def memory_of(make, change):
    """Bytes of arrays during `change(make())`, at most, and after it, beyond those before; what programs take is not counted."""
    made = make()
    gc.collect()
    before = peak = _bytes_of_arrays()

    def look(frame, event, argument):
        nonlocal peak
        if event == "return" and "keras" in frame.f_code.co_filename:
            peak = max(peak, _bytes_of_arrays())

    sys.setprofile(look)
    try:
        change(made)
    finally:
        sys.setprofile(None)
    return peak - before, _bytes_of_arrays() - before


def _bytes_of_arrays():
    return sum(array.nbytes for array in jax.live_arrays())
