"""The processes that compute together: which of them this one is, and what they agree upon."""

import functools
import random

import numpy as np

from keras.src import backend
from keras.src.backend.common.global_state import STATE


def are_several():
    """Whether several processes compute together."""
    return STATE.distribution is not None and backend.distribution.num_processes() > 1


def have_own_data():
    """Whether they have data of their own each, which make batches together: one of them may have none."""
    return STATE.distribution is not None and STATE.distribution._has_own_data


_gathered = []


def gather(array):
    """A NumPy array `(processes, *shape)` with what each process gave; all call it, which counts as a moment of the job."""
    _gathered[:] = [moment() + 1]
    return backend.distribution.all_gather(np.asarray(array))


def moment():
    """A number that is the same in all processes between two of their common computations."""
    return _gathered[0] if _gathered else 0


def is_chief():
    """Whether this process writes the files, prints and logs: the first of those that compute together.

    Without a distribution in force each process is on its own.
    """
    return STATE.distribution is None or backend.distribution.process_id() == 0


def agreed(array):
    """The value that the first process has, for all.

    Args:
        array: NumPy array of numbers; of the same shape and dtype in each process, all of which call this.
    """
    if not are_several():
        return np.asarray(array)
    return gather(array)[0]


def any_of_all(flag):
    """Whether a flag is set in any of the processes, all of which call this."""
    if not are_several():
        return bool(flag)
    return bool(gather(np.array([bool(flag)], "uint8")).any())


def wait_for_all():
    """Returns when all processes have come here."""
    agreed(np.zeros(1, "int32"))


def tells_of_lost(function):
    """Decorator for what processes do together: says in words that another one has ended, where an error means that."""

    @functools.wraps(function)
    def together(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except Exception as error:
            if backend.distribution.num_processes() == 1 or not backend.distribution.is_lost(error):
                raise
            raise RuntimeError(
                f"Another process of the job, which has {backend.distribution.num_processes()}, has ended or cannot be reached, "
                f"so process {backend.distribution.process_id()} cannot go on. What happened there stands in the output "
                "of the process that ended first. When the job is started again, a training with the callback "
                "`BackupAndRestore` goes on from its last backup, with any number of processes."
            ) from error

    return together


def share_random_state():
    """Lets the random numbers of Python and NumPy go on alike in all processes, as they are in the first one.

    Seeds of layers and orders of data come from them. Where all processes set the same seed nothing changes.
    """
    if backend.distribution.num_processes() == 1:
        return
    version, words, _ = random.getstate()
    name, keys, position, has_gauss, cached = np.random.get_state()
    state = np.concatenate([np.array(words, "uint32"), keys, np.array([position, has_gauss], "uint32")])
    state = gather(np.append(state, np.array([cached], "float64").view("uint32")))[0]
    words, keys, rest = np.split(state, [len(words), len(words) + len(keys)])
    random.setstate((version, tuple(int(word) for word in words), None))
    cached = float(np.ascontiguousarray(rest[2:]).view("float64")[0])
    np.random.set_state((name, keys, int(rest[0]), int(rest[1]), cached))
