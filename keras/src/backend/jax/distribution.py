"""Many devices and processes on JAX: layouts are `jax.sharding.NamedSharding`s, and its compiler does the rest."""

import atexit
import contextlib
import functools
import logging
import math
import os
import re
import sys

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
from jax import lax
from jax._src import distributed as _distributed
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from keras.src.backend.common.liveness import farewell, timeout_of
from keras.src.backend.common.pieces import pieces
from keras.src.utils.module_utils import LazyModule

multihost_utils = LazyModule("jax.experimental.multihost_utils", pip_name="jax")

# Values of fewer bytes are made as wholes and divided then, which costs no program.
_SMALL = 2**24
POSTS = VALUES_MAY_WAIT = True
# Errors that said that another process has ended.
_lost = []
# Variables by which launchers that JAX knows tell the number of processes, and that of this one.
_SIZES = {"SLURM_NTASKS": "SLURM_PROCID", "OMPI_COMM_WORLD_SIZE": "OMPI_COMM_WORLD_RANK", "PMI_SIZE": "PMI_RANK"}
CLUSTERS = (*_SIZES, "TPU_WORKER_HOSTNAMES")


def initialize(launch):
    """See `contract.Distribution.initialize`."""
    if jax.distributed.is_initialized() or (launch is not None and launch.num_processes == 1):
        return
    seconds = timeout_of(os.environ)
    limit = {} if seconds is None else {"heartbeat_timeout_seconds": math.ceil(seconds)}
    try:
        if launch is None:
            jax.distributed.initialize(**limit)
        else:
            jax.distributed.initialize(
                _coordinator(launch), launch.num_processes, launch.process_id, local_device_ids=launch.local_id, **limit
            )
        atexit.register(_end)
    except (ValueError, KeyError) as error:
        if launch is not None:
            raise
        if "coordinator_address" not in str(error) or _is_in_cluster(os.environ):
            raise ValueError(_what_clusters_say(os.environ, error)) from error
    except RuntimeError as error:
        if "before any JAX" not in str(error):
            raise
        if launch is not None or any(name in os.environ for name in CLUSTERS):
            raise RuntimeError(
                "`keras.distribution.initialize()` must come before whatever makes tensors or asks for devices, since JAX "
                "looks for devices only once. Call it right after the imports."
            ) from error


def _is_in_cluster(environment):
    """Whether a launcher has started this process as one of several."""
    return any(environment.get(size, "1") != "1" and environment.get(number) for size, number in _SIZES.items())


def _what_clusters_say(environment, error):
    families = ("SLURM_", "OMPI_", "PMI_", "TPU_", "MEGASCALE_")
    said = {name: value for name, value in sorted(environment.items()) if name.startswith(families)}
    return (
        f"JAX cannot make out a job of several processes, or this one's place in it, from what its launcher says: {error}. "
        "Start the processes by the launcher itself (`srun`, `mpirun`), or say what it leaves out by KERAS_DISTRIBUTION_"
        f"JOB_ADDRESSES, KERAS_DISTRIBUTION_NUM_PROCESSES and KERAS_DISTRIBUTION_PROCESS_ID. Received: {said}"
    )


def _coordinator(launch):
    """The address at which the first process serves the others; the agents of `torchrun` serve at theirs themselves."""
    host, _, port = launch.addresses[0].rpartition(":")
    is_taken = launch.source == "torchrun" and os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True"
    return f"{host}:{int(port) + 1}" if is_taken else launch.addresses[0]


def _end():
    """Tells the others that this process ends; one that an error ends does not wait for them, nor they for it.

    At its end JAX waits for the processes of the job, and for a minute or two for one that has died. What else is registered
    for the end of this process, and earlier than the job was joined, is left out then.
    """
    if not (_lost or _ends_by_an_error()):
        post(farewell(jax.process_index()))
        return
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    os._exit(1)


def _ends_by_an_error():
    """Whether Python has told of an error that nobody caught, and is not one that somebody types into."""
    return getattr(sys, "last_value", None) is not None and not hasattr(sys, "ps1")


def is_lost(error):
    """See `contract.Distribution.is_lost`; from then on this process waits for no other one."""
    is_found = re.search("Gloo|NCCL|[Hh]eartbeat|CoordinationService|coordination service", str(error)) is not None
    if is_found:
        _lost.append(error)
    return is_found


def post(word):
    """See `contract.Distribution.post`."""
    _distributed.global_state.client.key_value_set(word, "")


def is_posted(word, seconds):
    """See `contract.Distribution.is_posted`."""
    try:
        _distributed.global_state.client.blocking_key_value_get(word, max(1, int(seconds * 1000)))
    except jax.errors.JaxRuntimeError as error:
        if "DEADLINE_EXCEEDED" not in str(error):
            raise
        return False
    return True


def num_processes():
    """See `contract.Distribution.num_processes`."""
    return jax.process_count()


def process_id():
    """See `contract.Distribution.process_id`."""
    return jax.process_index()


def all_gather(array):
    """See `contract.Distribution.all_gather`; sent as bytes, since JAX would narrow what has 64 bits."""
    if jax.process_count() == 1:
        return array[None]
    sent = np.frombuffer(np.ascontiguousarray(array).tobytes(), "uint8")
    received = np.ascontiguousarray(multihost_utils.process_allgather(sent))
    return received.view(array.dtype).reshape(-1, *array.shape)


def check(distribution):
    """See `contract.Distribution.check`."""
    mesh = distribution.device_mesh.backend_mesh
    absent = set(range(jax.process_count())) - {device.process_index for device in mesh.devices.flat}
    if absent:
        raise ValueError(
            f"Each process must have a device in the mesh of a distribution. {distribution} of the devices "
            f"{distribution.device_mesh.devices.tolist()} has none of the processes {sorted(absent)}"
        )


def to_backend_mesh(mesh):
    """A `jax.sharding.Mesh`."""
    return Mesh(np.vectorize(_device, otypes=[object])(mesh.devices), tuple(mesh.axis_names))


def _device(name):
    kind, _, index = str(name).lower().partition(":")
    try:
        devices = jax.devices("gpu" if kind == "cuda" else kind)
        return devices[int(index or 0)]
    except (RuntimeError, IndexError, ValueError):
        known = [f"{device.platform}:{number}" for number, device in enumerate(jax.devices())]
        raise ValueError(
            f"There is no device {str(name)!r}. `keras.distribution.list_devices()` tells {known}. On CPUs JAX shows as "
            "many devices as the environment variable XLA_FLAGS=--xla_force_host_platform_device_count=8 says"
        ) from None


def to_backend_layout(layout):
    """A `jax.sharding.NamedSharding`."""
    return NamedSharding(layout.device_mesh.backend_mesh, PartitionSpec(*layout.axes))


def sharding_of(layout):
    """The sharding of a layout, which may be one already."""
    return getattr(layout, "backend_layout", layout)


def distribute_value(value, layout):
    """See `contract.Distribution.distribute_value`."""
    sharding = sharding_of(layout)
    if isinstance(value, jax.core.Tracer):
        return lax.with_sharding_constraint(value, sharding)
    if sharding.is_fully_addressable and getattr(value, "is_fully_addressable", True):
        return jax.device_put(_cheap_to_cut(value, sharding), sharding)
    if isinstance(value, jax.Array) and not value.is_fully_addressable:
        if value.sharding.is_equivalent_to(sharding, value.ndim):
            return value
        return jax.jit(lambda x: x, out_shardings=sharding)(value)
    array = np.asarray(value)
    return jax.make_array_from_callback(array.shape, sharding, lambda index: array[index])


def _cheap_to_cut(value, sharding):
    """A small value that is to be divided, as NumPy's where it lies on one device: JAX compiles a program for each cut of its own."""
    is_whole = isinstance(value, jax.Array) and len(value.sharding.device_set) == 1
    if not is_whole or sharding.is_fully_replicated or value.nbytes >= _SMALL:
        return value
    return value if jax.dtypes.issubdtype(value.dtype, jax.dtypes.extended) else np.asarray(value)


def whole_along_batches(value, layout, distribution):
    """A value in a program as rows meet it: not divided along the axis of the mesh that divides batches.

    By itself XLA may divide what is computed before or after a layer as its kernel is divided, and gets it wrong: gradients
    of convolutions, and pixels that are gathered.
    """
    axes, along = getattr(layout, "axes", ()), distribution.batch_dim_name
    if along not in axes or not isinstance(value, jax.core.Tracer):
        return value
    spec = PartitionSpec(*(None if name == along else name for name in axes))
    return lax.with_sharding_constraint(value, NamedSharding(layout.device_mesh.backend_mesh, spec))


def initial_value(initializer, shape, dtype, layout):
    """See `contract.Distribution.initial_value`."""
    sharding = sharding_of(layout)
    if not sharding.is_fully_replicated and np.prod(shape) * np.dtype("float32").itemsize >= _SMALL:
        try:
            return jax.jit(lambda: initializer(shape, dtype=dtype), out_shardings=sharding)()
        except Exception:
            # It cannot be traced, such as one that works with NumPy. What is wrong with it shows in the other way.
            pass
    return distribute_value(initializer(shape, dtype=dtype), layout)


def described(shape, dtype, layout):
    """See `contract.Distribution.described`."""
    return jax.ShapeDtypeStruct(tuple(shape), _engine_dtype(dtype), sharding=sharding_of(layout))


def _engine_dtype(dtype):
    return jax.dtypes.canonicalize_dtype(np.dtype(getattr(ml_dtypes, dtype, dtype)))


def value_of_slices(read, shape, dtype, layout):
    """See `contract.Distribution.value_of_slices`; beside what devices hold there is but a piece of it in memory."""
    sharding = sharding_of(layout)
    dtype = _engine_dtype(dtype)
    parts = sharding.addressable_devices_indices_map(tuple(shape))
    arrays = [_read_part(read, shape, dtype, device, index) for device, index in parts.items()]
    return jax.make_array_from_single_device_arrays(tuple(shape), sharding, arrays)


def _read_part(read, shape, dtype, device, index):
    """What one device holds, read a few rows at a time into an array that is there from the beginning."""
    ranges = [part.indices(size) for part, size in zip(index, shape)]
    index = tuple(slice(start, stop) for start, stop, _ in ranges)
    places = list(pieces(index, dtype.itemsize))
    if len(places) < 2:
        return jax.device_put(np.asarray(read(index)).astype(dtype, copy=False), device)
    with jax.default_device(device):
        array = jnp.zeros([part.stop - part.start for part in index], dtype)
        for row, place in places:
            array = _written(array, read(place).astype(dtype, copy=False), row)
            # The next piece is read when this one has gone.
            array.block_until_ready()
    return jax.device_put(array, device)


@functools.partial(jax.jit, donate_argnums=0)
def _written(array, piece, start):
    return lax.dynamic_update_slice_in_dim(array, piece, start, 0)


def gathered(value):
    """The NumPy array of a value that several processes hold together; all of them call this."""
    return np.asarray(multihost_utils.process_allgather(value, tiled=True))
