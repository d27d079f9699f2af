"""Many processes on PyTorch, one for each device: what they hold together are `DTensor`s over `torch.distributed`."""

import atexit
import datetime
import os
import pathlib
import re
import sys
import threading
import time
from typing import NamedTuple

import numpy as np
import torch
import torch.distributed as dist

from keras.src import tree
from keras.src.backend.common.global_state import STATE
from keras.src.backend.common.liveness import TIMEOUT, farewell
from keras.src.backend.common.pieces import pieces
from keras.src.backend.torch import strategies
from keras.src.backend.torch.core import convert_to_tensor
from keras.src.backend.torch.devices import get_device, standardize_device
from keras.src.backend.torch.dtypes import to_engine_dtype
from keras.src.backend.torch.placed import tensors, whole
from keras.src.utils.module_utils import LazyModule

meshes = LazyModule("torch.distributed.device_mesh", pip_name="torch")

POSTS = VALUES_MAY_WAIT = True
# Seconds that a process waits for the others, unless somebody says otherwise; and for their ends, where it serves them.
_TIMEOUT, _LAST_SECONDS = 600, 20
# Seconds that a process which ends waits for its threads, and how often in a row they must be idle.
_IDLE_SECONDS, _LOOKS = 1, 5


def initialize(launch):
    """See `contract.Distribution.initialize`."""
    if launch is None or launch.num_processes == 1 or _is_joined():
        return
    kind = get_device().partition(":")[0]
    if kind == "cuda":
        local = launch.process_id if launch.local_id is None else launch.local_id
        torch.cuda.set_device(local % torch.cuda.device_count())
    seconds = launch.timeout or _TIMEOUT
    try:
        dist.init_process_group(
            "cpu:gloo,cuda:nccl" if kind == "cuda" else "gloo",
            # The agents of `torchrun` may serve at the address themselves, which PyTorch finds out.
            init_method="env://" if launch.source == "torchrun" else f"tcp://{launch.addresses[0]}",
            world_size=launch.num_processes,
            rank=launch.process_id,
            timeout=datetime.timedelta(seconds=seconds),
        )
    except (dist.DistError, TimeoutError) as error:
        raise RuntimeError(
            f"Process {launch.process_id} of {launch.num_processes} did not meet the others at {launch.addresses[0]} within "
            f"{seconds:g} seconds (the environment variable {TIMEOUT}): start all of them, with the same address. {error}"
        ) from error
    serves = launch.process_id == 0 and os.environ.get("TORCHELASTIC_USE_AGENT_STORE") != "True"
    atexit.register(_end, serves)


def num_processes():
    """See `contract.Distribution.num_processes`."""
    return dist.get_world_size() if _is_joined() else 1


def process_id():
    """See `contract.Distribution.process_id`."""
    return dist.get_rank() if _is_joined() else 0


def _is_joined():
    return dist.is_available() and dist.is_initialized()


def all_gather(array):
    """See `contract.Distribution.all_gather`."""
    if num_processes() == 1:
        return array[None]
    sent = torch.from_numpy(np.frombuffer(np.ascontiguousarray(array).tobytes(), "uint8").copy())
    sent = sent.to(get_device() if dist.get_backend() == "nccl" else "cpu")
    received = [torch.empty_like(sent) for _ in range(num_processes())]
    dist.all_gather(received, sent)
    return np.stack([part.cpu().numpy() for part in received]).view(array.dtype).reshape(-1, *array.shape)


def is_lost(error):
    """See `contract.Distribution.is_lost`."""
    is_of_job = isinstance(error, (dist.DistBackendError, dist.DistNetworkError))
    return is_of_job or (isinstance(error, RuntimeError) and _SIGNS.search(str(error)) is not None)


# What gloo says comes as a plain `RuntimeError`.
_SIGNS = re.compile("gloo|NCCL|Connection (closed|reset) by peer|Broken pipe")


def post(word):
    """See `contract.Distribution.post`."""
    _store().set(word, "")


def is_posted(word, seconds):
    """See `contract.Distribution.is_posted`."""
    if _store().check([word]) or seconds <= 0:
        return _store().check([word])
    try:
        _store().wait([word], datetime.timedelta(seconds=seconds))
    except dist.DistStoreError:
        return False
    return True


def _store():
    """Where processes find what they tell each other; the first one serves it, or the agent that has started them."""
    return dist.PrefixStore("keras", dist.distributed_c10d._get_default_store())


def _end(serves):
    """Tells the others that this process ends; the one that serves what they tell each other waits for them a while."""
    if not _is_joined() or getattr(sys, "last_value", None) is not None:
        return
    try:
        post(farewell(process_id()))
        until = time.monotonic() + _LAST_SECONDS
        for other in range(num_processes()) if serves else ():
            is_posted(farewell(other), max(0, until - time.monotonic()))
    except RuntimeError:
        pass  # Those to be told have ended.
    dist.destroy_process_group()  # Its threads end while there is an interpreter, unless ops on `DTensor`s were computed.
    _wait_for_idle_threads()


def _wait_for_idle_threads():
    """Waits until no other thread of the process computes, a second at most.

    Threads of gloo let go of tensors a moment after a collective is done, and take the interpreter for it: in one that is about
    to end, this would end the process by a signal.
    """
    until, looks = time.monotonic() + _IDLE_SECONDS, 0
    while looks < _LOOKS and time.monotonic() < until:
        time.sleep(0.002)
        looks = 0 if _another_thread_runs() else looks + 1


def _another_thread_runs():
    """Whether another thread of this process computes, or would if it were its turn; `False` where the system does not tell."""
    own = str(threading.get_native_id())
    tasks = pathlib.Path("/proc/self/task")
    # "number (name) state ...", in which the name may hold anything.
    try:
        states = [(task / "stat").read_text().rpartition(") ")[2] for task in tasks.glob("*") if task.name != own]
    except OSError:
        return True  # One has just ended.
    return any(state.startswith("R") for state in states)


def check(distribution):
    """See `contract.Distribution.check`."""
    names, processes = distribution.device_mesh.devices.reshape(-1).tolist(), num_processes()
    if processes == 1 and len(names) == 1:
        return
    if processes == 1:
        raise NotImplementedError(
            "PyTorch computes on one device in each process. Start a process for each device, as by `torchrun "
            f"--nproc-per-node {len(names)} script.py`, and call `keras.distribution.initialize()` first of all in the "
            f"script. Received, in a single process: {distribution} of the devices {names}"
        )
    if sorted(_rank(name) for name in names) != list(range(processes)):
        raise ValueError(
            f"Each of the {processes} processes has one device, all of which must be in the mesh of a distribution once: "
            f"`keras.distribution.list_devices()`. Received: {distribution} of the devices {names}"
        )
    strategies.install()


def _rank(name):
    """The process that computes on a device."""
    kind, _, index = standardize_device(str(name)).partition(":")
    return int(index or 0) if kind == get_device().partition(":")[0] and (index or "0").isdigit() else -1


def to_backend_mesh(mesh):
    """A `torch.distributed.device_mesh.DeviceMesh` of processes."""
    if not _is_joined():
        if mesh.devices.size > 1:
            raise NotImplementedError(
                "PyTorch computes on one device in each process. Start a process for each device, as by `torchrun`, and call "
                f"`keras.distribution.initialize()` first of all. Received, in a single process: {mesh}"
            )
        dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    ranks = [_rank(name) for name in mesh.devices.reshape(-1)]
    return meshes.DeviceMesh(
        get_device().partition(":")[0],
        torch.tensor(ranks).reshape(tuple(mesh.shape)),
        mesh_dim_names=tuple(mesh.axis_names),
    )


class Layout(NamedTuple):
    """How a tensor lies over processes, in PyTorch's words: a mesh, and a placement for each of its axes."""

    mesh: object
    placements: tuple

    @property
    def is_replicated(self):
        """Whether each process holds the whole."""
        return all(placement.is_replicate() or size == 1 for placement, size in zip(self.placements, self.mesh.shape))


def to_backend_layout(layout):
    """A `Layout`."""
    axes = layout.axes
    placements = [
        tensors.Shard(axes.index(name)) if name in axes else tensors.Replicate()
        for name in layout.device_mesh.axis_names
    ]
    return Layout(layout.device_mesh.backend_mesh, tuple(placements))


def _is_alone(layout):
    """Whether a layout is of one device, where tensors stay what they are."""
    mesh = getattr(layout, "device_mesh", None)
    return mesh is not None and mesh.devices.size == 1


def layout_of(layout):
    """The `Layout` that a `TensorLayout` stands for; what is one already, or a pair alike, stays."""
    return Layout(*getattr(layout, "backend_layout", layout))


def distribute_value(value, layout):
    """See `contract.Distribution.distribute_value`."""
    if _is_alone(layout):
        return value
    mesh, placements = layout_of(layout)
    if not isinstance(value, tensors.DTensor):
        if not value.requires_grad:
            # In memory of its own: a view would keep the whole.
            own = value[own_slices(value.shape, mesh, placements)]
            return placed(own if own.numel() == value.numel() else own.clone(), mesh, placements, value.shape)
        value = placed(value, mesh, [tensors.Replicate()] * mesh.ndim)
    elif value.device_mesh != mesh:
        value = placed(whole(value), mesh, [tensors.Replicate()] * mesh.ndim)
    return value.redistribute(mesh, placements)


def placed(part, mesh, placements, shape=None):
    """A tensor of which this process holds a part.

    Args:
        part: Tensor.
        mesh: The `DeviceMesh` of PyTorch.
        placements: A placement for each of its axes.
        shape: Shape of the whole; by default that of the part.
    """
    shape = torch.Size(part.shape if shape is None else shape)
    stride = torch.empty(shape, device="meta").stride()
    return tensors.DTensor.from_local(part, mesh, placements, run_check=False, shape=shape, stride=stride)


def whole_along_batches(value, distribution):
    """A tensor that is not divided along the axis of the mesh that divides batches."""
    if distribution.num_processes == 1:
        return value
    known = STATE.gathering and STATE.gathering.whole(value)
    if known is not None:
        return known
    axis = list(distribution.device_mesh.axis_names).index(distribution.batch_dim_name)
    placements = value.placements
    if axis >= len(placements) or not placements[axis].is_shard():
        return value
    placements = (*placements[:axis], tensors.Replicate(), *placements[axis + 1 :])
    return value.redistribute(value.device_mesh, placements)


def computed_by_each(function, args):
    """Results of a function that each process computes on the whole of the tensors among its arguments."""
    leaves = [x for x in tree.flatten(args) if isinstance(x, tensors.DTensor)]
    mesh = leaves[0].device_mesh
    results = function(*tree.map_structure(whole, args))
    everywhere = [tensors.Replicate()] * mesh.ndim
    return tree.map_structure(lambda x: placed(x, mesh, everywhere) if isinstance(x, torch.Tensor) else x, results)


def computed_by_rows(function, rows, wholes):
    """Results of a function that computes each row by itself, of which this process computes its own.

    Args:
        function: Function of `rows` and `wholes`, which returns tensors with rows.
        rows: Tuple of tensors with as many rows each, nested in any way.
        wholes: Tuple of tensors that all rows need, or `None`s.
    """
    known = [x for x in tree.flatten((rows, wholes)) if isinstance(x, tensors.DTensor)]
    mesh, first = known[0].device_mesh, rows[0]
    everywhere = [tensors.Replicate()] * mesh.ndim
    by_rows = [
        p if isinstance(first, tensors.DTensor) and p.is_shard() and p.dim == 0 else tensors.Replicate()
        for p in getattr(first, "placements", everywhere)
    ]
    shares = [tensors.Partial() if p.is_shard() else tensors.Replicate() for p in by_rows]
    count = first.shape[0]

    def laid_out(x, placements):
        x = x if isinstance(x, tensors.DTensor) else placed(x, mesh, everywhere)
        return x.redistribute(mesh, placements)

    own = tree.map_structure(lambda x: None if x is None else laid_out(x, by_rows).to_local(), rows)
    given = [None if x is None else laid_out(x, everywhere).to_local(grad_placements=shares) for x in wholes]
    results = function(*own, *given)
    return tree.map_structure(lambda x: placed(x, mesh, by_rows, (count, *x.shape[1:])), results)


def own_slices(shape, mesh, placements):
    """A slice for each axis: what this process holds of a tensor that is divided evenly."""
    parts = [slice(0, size) for size in shape]
    for dimension, placement in enumerate(placements):
        if placement.is_shard():
            start, stop = parts[placement.dim].start, parts[placement.dim].stop
            size = (stop - start) // mesh.size(dimension)
            start += size * mesh.get_local_rank(dimension)
            parts[placement.dim] = slice(start, start + size)
    return tuple(parts)


def initial_value(initializer, shape, dtype, layout):
    """See `contract.Distribution.initial_value`.

    What is drawn depends on the whole, which a process holds while it takes its part of it.
    """
    return distribute_value(convert_to_tensor(initializer(shape, dtype=dtype), dtype), layout)


def value_of_slices(read, shape, dtype, layout):
    """See `contract.Distribution.value_of_slices`; beside what the process holds there is but a piece of it in memory."""
    if _is_alone(layout):
        return convert_to_tensor(read((slice(None),) * len(shape)), dtype)
    mesh, placements = layout_of(layout)
    index = own_slices(shape, mesh, placements)
    return placed(_read_part(read, index, to_engine_dtype(dtype)), mesh, placements, shape)


def _read_part(read, index, dtype):
    """A part of an array, read a few rows at a time into memory that is there from the beginning."""
    part = torch.empty([axis.stop - axis.start for axis in index], dtype=dtype, device=get_device())
    for row, place in pieces(index, dtype.itemsize):
        piece = convert_to_tensor(read(place))
        (part[row : row + len(piece)] if place else part).copy_(piece)
    return part
