"""`initialize`: what launchers of jobs say about the processes that are to compute together."""

import dataclasses
import json
import os

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.backend.common.liveness import timeout_of

_OWN = ("KERAS_DISTRIBUTION_JOB_ADDRESSES", "KERAS_DISTRIBUTION_NUM_PROCESSES", "KERAS_DISTRIBUTION_PROCESS_ID")
_TORCHRUN = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")


@dataclasses.dataclass(frozen=True)
class Launch:
    """A job of several processes, and the place of this one in it.

    Args:
        addresses: List of `"host:port"`, that of the first process before all; engines may need no others.
        num_processes: Number of processes.
        process_id: Number of this process.
        source: Who said so, for errors: the names of variables or arguments.
        local_id: Number of this process among those of its machine, where that is known.
        timeout: Seconds without a sign of life after which a process counts as dead; `None` for what the engine has.
        is_on_one_machine: Whether all processes are known to run on one machine.
    """

    addresses: list
    num_processes: int
    process_id: int
    source: str
    local_id: int | None = None
    timeout: float | None = None
    is_on_one_machine: bool = False


@keras_export("keras.distribution.initialize")
def initialize(job_addresses=None, num_processes=None, process_id=None):
    """Joins the processes of a job; to be called first, before tensors are made. One process alone has nothing to join.

    Without arguments the environment tells: `KERAS_DISTRIBUTION_JOB_ADDRESSES`, `KERAS_DISTRIBUTION_NUM_PROCESSES` and
    `KERAS_DISTRIBUTION_PROCESS_ID`; else the variables of `torchrun` (`RANK`, `WORLD_SIZE`, `MASTER_ADDR`, `MASTER_PORT`);
    else `TF_CONFIG`; else what the engine finds out by itself (JAX: Slurm, MPI, TPU pods).

    When a process of the job dies, the others end with an error: at once where the connection to it breaks, else after as
    many seconds as `KERAS_DISTRIBUTION_TIMEOUT` says (without it 100 on JAX, 600 on PyTorch).

    Args:
        job_addresses: String of addresses `"host:port"`, separated by commas. JAX and PyTorch need that of the first process
            only, TensorFlow those of all; under `torchrun` on one machine it takes the ports that follow `MASTER_PORT`.
        num_processes: Number of processes.
        process_id: Number of this process, from 0.

    Raises:
        ValueError: Some of this is given, and some is missing or makes no sense.

    Example:

    >>> keras.distribution.initialize()
    >>> keras.distribution.set_distribution(keras.distribution.DataParallel(devices=keras.distribution.list_devices()[:1]))
    >>> keras.distribution.set_distribution(None)
    """
    backend.distribution.initialize(launch_of(os.environ, job_addresses, num_processes, process_id))


def launch_of(environment, job_addresses=None, num_processes=None, process_id=None):
    """The `Launch` that arguments, or else variables of the environment, describe; `None` where nobody says anything."""
    timeout = timeout_of(environment)
    launch = _launch_of(environment, job_addresses, num_processes, process_id)
    return None if launch is None else dataclasses.replace(launch, timeout=timeout)


def _launch_of(environment, job_addresses, num_processes, process_id):
    given = {"job_addresses": job_addresses, "num_processes": num_processes, "process_id": process_id}
    own = dict(zip(given, (environment.get(name) or None for name in _OWN)))
    if any(value is not None for value in given.values()):
        merged = {name: own[name] if value is None else value for name, value in given.items()}
        return _of_parts(merged, dict(zip(given, zip(given, _OWN))), "the arguments of `initialize`")
    if any(value is not None for value in own.values()):
        return _of_parts(own, dict(zip(given, ((name,) for name in _OWN))), "KERAS_DISTRIBUTION_*")
    if environment.get("RANK") or environment.get("WORLD_SIZE"):
        return _of_torchrun(environment)
    if environment.get("TF_CONFIG"):
        return _of_tf_config(environment["TF_CONFIG"])
    # Scripts for clusters name the first machine, too, where the engine finds out the rest by itself.
    finds_out = any(environment.get(name) for name in backend.distribution.CLUSTERS)
    if not finds_out and any(environment.get(name) for name in _TORCHRUN):
        return _of_torchrun(environment)
    return None


def _of_parts(parts, names, source):
    missing = [" or ".join(names[part]) for part, value in parts.items() if value is None]
    if missing:
        present = {" or ".join(names[part]): value for part, value in parts.items() if value is not None}
        raise ValueError(
            "A job of several processes is described by its addresses, the number of processes and the number of this one. "
            f"Missing: {', '.join(missing)}. Received: {present}"
        )
    addresses = [address.strip() for address in str(parts["job_addresses"]).split(",")]
    label = {part: " or ".join(names[part]) for part in parts}
    for address in addresses:
        _check_address(address, label["job_addresses"])
    count = _integer(parts["num_processes"], label["num_processes"])
    number = _integer(parts["process_id"], label["process_id"])
    return _checked(Launch(addresses, count, number, source), label["num_processes"], label["process_id"])


def _of_torchrun(environment):
    missing = [name for name in _TORCHRUN if not environment.get(name)]
    if missing:
        present = {name: environment[name] for name in _TORCHRUN if environment.get(name)}
        raise ValueError(f"`torchrun` sets {', '.join(_TORCHRUN)}. Missing: {', '.join(missing)}. Received: {present}")
    number, count, _, port = (environment[name] for name in _TORCHRUN)
    address = f"{environment['MASTER_ADDR']}:{_integer(port, 'MASTER_PORT')}"
    _check_address(address, "MASTER_ADDR and MASTER_PORT")
    local = environment.get("LOCAL_RANK")
    local = None if local is None else _integer(local, "LOCAL_RANK")
    launch = Launch([address], _integer(count, "WORLD_SIZE"), _integer(number, "RANK"), "torchrun", local)
    launch = dataclasses.replace(launch, is_on_one_machine=environment.get("LOCAL_WORLD_SIZE") == count)
    return _checked(launch, "WORLD_SIZE", "RANK")


def _of_tf_config(text):
    try:
        config = json.loads(text)
    except ValueError as error:
        raise _not_of_tf_config(f"It is no JSON: {error}", text) from None
    cluster, task = _dict_of(config, "TF_CONFIG", ("cluster", "task"), text)
    _dict_of(cluster, "its `cluster`", (), text)
    kind, index = _dict_of(task, "its `task`", ("type", "index"), text)
    lists = [addresses for addresses in cluster.values() if not isinstance(addresses, list)]
    if lists:
        raise _not_of_tf_config(f"A cluster has a list of addresses of each type, not {lists[0]!r}", text)
    if kind not in ("chief", "worker") or set(cluster) - {"chief", "worker"}:
        raise ValueError(
            "TF_CONFIG may describe workers and a chief, which all compute the same; parameter servers and evaluators are "
            f"not supported. Received: tasks {sorted(cluster)}, this one a {kind!r}"
        )
    chiefs, workers = cluster.get("chief", []), cluster.get("worker", [])
    if not isinstance(index, int) or not 0 <= index < len(cluster.get(kind, [])):
        raise ValueError(
            f"The task of TF_CONFIG must be one of its cluster. Received: index {index!r} of {len(cluster.get(kind, []))} "
            f"of type {kind!r}"
        )
    for address in [*chiefs, *workers]:
        _check_address(address, "TF_CONFIG")
    number, count = index + (kind == "worker") * len(chiefs), len(chiefs) + len(workers)
    return _checked(Launch([*chiefs, *workers], count, number, "TF_CONFIG"), "its cluster's size", "index")


def _dict_of(value, name, keys, text):
    """The values of keys in a part of TF_CONFIG, which must be a dict that has them."""
    if not isinstance(value, dict):
        raise _not_of_tf_config(f"{name} must be a dict, not {value!r}", text)
    missing = [key for key in keys if key not in value]
    if missing:
        raise _not_of_tf_config(f"{name} lacks {', '.join(map(repr, missing))}", text)
    return [value[key] for key in keys]


def _not_of_tf_config(problem, text):
    return ValueError(
        'TF_CONFIG is JSON such as {"cluster": {"worker": ["host:port", ...]}, "task": {"type": "worker", "index": 0}}. '
        f"{problem[0].upper() + problem[1:]}. Received: TF_CONFIG={text}"
    )


def _check_address(address, name):
    host, _, port = str(address).rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 2**16:
        raise ValueError(f"An address is `host:port`, with a port of 1 to 65535. Received: {address!r} in {name}")


def _integer(value, name):
    try:
        return int(value)
    except ValueError:
        raise ValueError(f"{name} must be an integer. Received: {value!r}") from None


def _checked(launch, count_name, number_name):
    if launch.num_processes < 1 or not 0 <= launch.process_id < launch.num_processes:
        raise ValueError(
            f"{number_name} must lie between 0 and {count_name} - 1. Received: {number_name}={launch.process_id}, "
            f"{count_name}={launch.num_processes}"
        )
    if len(launch.addresses) not in (1, launch.num_processes):
        raise ValueError(
            "There must be one address, that of the first process, or one for each process. "
            f"Received: {len(launch.addresses)} addresses for {launch.num_processes} processes"
        )
    if len(set(launch.addresses)) < len(launch.addresses):
        raise ValueError(f"Each process has an address of its own. Received: {launch.addresses} from {launch.source}")
    return launch
