"""Jobs of several processes, and processes with several devices, for tests: children of this process that run cases."""

import fcntl
import functools
import json
import os
import pathlib
import pickle
import socket
import subprocess
import sys
import tempfile

import keras
from keras.src.backend import config
from keras.src.backend.common.liveness import TIMEOUT
from keras.src.testing import engine

_ROOT = pathlib.Path(keras.__file__).parent.parent
_SECONDS = 900


FOLDER = pathlib.Path(os.environ.get("KERAS_TESTS_FOLDER") or tempfile.mkdtemp(prefix="keras-jobs-"), "jobs")
"""Where jobs of a run of the tests write, and what they gave lies for all of its workers."""


def once(function):
    """Decorator: calls a function of no arguments once in a run of the tests, for all of its workers; keeps failures, too."""

    @functools.cache
    def attempt():
        FOLDER.mkdir(exist_ok=True)
        path = FOLDER / f"{function.__module__}.{function.__name__}.pickle"
        with open(path.with_suffix(".lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                try:
                    outcome = function(), None
                except Exception as error:
                    outcome = None, f"{type(error).__name__}: {error}"
                path.write_bytes(pickle.dumps(outcome))
        return pickle.loads(path.read_bytes())

    @functools.wraps(function)
    def result():
        value, error = attempt()
        assert error is None, error
        return value

    return result


def run(cases, processes=1, devices=1, environment=None):
    """Runs cases, one after the other, in each process of a job.

    Args:
        cases: List of pairs of the name of a function of `distribution_cases`, or of another module with its path, and a
            dict of its arguments.
        processes: Number of processes.
        devices: Number of CPU devices that each of them sees.
        environment: Further variables of the environment, or a list of those of each process; those of the job by default.

    Returns:
        For each process the list of what the cases gave.
    """
    with tempfile.TemporaryDirectory() as folder:
        job = variables_of_job(processes) if environment is None else environment
        job = [job] * processes if isinstance(job, dict) else job
        for status, output in _ends(cases, job, devices, folder):
            assert status == 0, output[-6000:]
        return [json.loads(pathlib.Path(folder, f"{rank}.json").read_text()) for rank in range(processes)]


def run_to_death(cases, processes, devices=1, seconds=10, stopped=None):
    """Runs cases in which a process dies, or stops.

    Args:
        cases: As in `run`.
        processes: Number of processes.
        devices: Number of CPU devices of each.
        seconds: Those after which a process without a sign of life counts as dead.
        stopped: Number of the process that stops, which is killed when the others have ended.

    Returns:
        For each process its exit status, and what it wrote.
    """
    with tempfile.TemporaryDirectory() as folder:
        return _ends(cases, variables_of_job(processes, seconds), devices, folder, stopped)


def _ends(cases, job, devices, folder, stopped=None):
    """Starts processes with variables of the environment, and waits for them; their exit statuses and outputs."""
    children = [
        _start(cases, devices, variables, os.path.join(folder, f"{rank}.json")) for rank, variables in enumerate(job)
    ]
    try:
        outputs = {}
        for rank in sorted(range(len(children)), key=lambda rank: rank == stopped):
            if rank == stopped:
                children[rank].kill()
            outputs[rank] = children[rank].communicate(timeout=_SECONDS)[0]
    finally:
        for child in children:
            if child.poll() is None:
                child.kill()
                child.wait()
    return [(child.returncode, outputs[rank]) for rank, child in enumerate(children)]


def _start(cases, devices, variables, result):
    # Children compile nothing twice either: the cache of the tests is in the environment.
    own = {"KERAS_BACKEND": config.backend(), "PYTHONPATH": str(_ROOT)}
    environment = {**os.environ, **own, **engine.virtual_devices(devices), **variables}
    module = "keras.src.testing.distribution_cases"
    command = [sys.executable, "-W", "ignore", "-m", module, json.dumps(cases), result, str(devices)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def variables_of_job(processes, seconds=None):
    """For each process the variables of the environment by which it joins a job; arguments as in `run_to_death`."""
    if processes == 1:
        return [{}]
    limit = {} if seconds is None else {TIMEOUT: str(seconds)}
    addresses = ",".join(f"127.0.0.1:{free_port()}" for _ in range(processes))
    return [
        {
            "KERAS_DISTRIBUTION_JOB_ADDRESSES": addresses,
            "KERAS_DISTRIBUTION_NUM_PROCESSES": str(processes),
            "KERAS_DISTRIBUTION_PROCESS_ID": str(rank),
            **limit,
        }
        for rank in range(processes)
    ]


def free_port():
    """A port of this machine on which nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]
