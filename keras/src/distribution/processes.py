"""The processes that compute together: which of them this one is, and what they agree upon."""

import random

import numpy as np

from keras.src import backend
from keras.src.backend.common.global_state import STATE


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
    if STATE.distribution is None or backend.distribution.num_processes() == 1:
        return np.asarray(array)
    return backend.distribution.all_gather(np.asarray(array))[0]


def any_of_all(flag):
    """Whether a flag is set in any of the processes, all of which call this."""
    distribution = STATE.distribution
    if distribution is None or distribution.num_processes == 1:
        return bool(flag)
    return bool(backend.distribution.all_gather(np.array([bool(flag)], "uint8")).any())


def wait_for_all():
    """Returns when all processes have come here."""
    agreed(np.zeros(1, "int32"))


def share_random_state():
    """Lets the random numbers of Python and NumPy go on alike in all processes, as they are in the first one.

    Seeds of layers and orders of data come from them. Where all processes set the same seed nothing changes.
    """
    if backend.distribution.num_processes() == 1:
        return
    version, words, _ = random.getstate()
    name, keys, position, has_gauss, cached = np.random.get_state()
    state = np.concatenate([np.array(words, "uint32"), keys, np.array([position, has_gauss], "uint32")])
    state = backend.distribution.all_gather(np.append(state, np.array([cached], "float64").view("uint32")))[0]
    words, keys, rest = np.split(state, [len(words), len(words) + len(keys)])
    random.setstate((version, tuple(int(word) for word in words), None))
    cached = float(np.ascontiguousarray(rest[2:]).view("float64")[0])
    np.random.set_state((name, keys, int(rest[0]), int(rest[1]), cached))
