"""How much a file may make this process unpack and allocate while it is loaded.

Each member of a file can stay below a limit while all of them together fill the memory, and a config of a few bytes can
ask for a layer of terabytes. So what is read, declared or made during one load counts together, before it is done.
"""

import contextlib
import math
import os
from contextvars import ContextVar

# What a load may take in any case, and how many times the size of its files.
SMALL_BYTES = 2**30
LARGEST_EXPANSION = 100

_current = ContextVar("keras_load_budget", default=None)


class LoadBudget:
    """The bytes that one load may still take.

    The environment variable `KERAS_LOAD_LIMIT` sets the limit in bytes.

    Args:
        stored: Size of the files in bytes.
        name: The file, for messages.
    """

    def __init__(self, stored, name):
        given = os.environ.get("KERAS_LOAD_LIMIT")
        self.limit = int(given) if given else max(SMALL_BYTES, LARGEST_EXPANSION * stored)
        self.stored = stored
        self.name = name
        self.spent = {}

    def spend(self, count, kind, what):
        """Counts bytes, before they are read or made.

        Args:
            count: The bytes.
            kind: `"unpacked"` (of an archive), `"read"` (arrays) or `"allocated"` (variables); each has the whole limit.
            what: What they are for, in words.

        Raises:
            ValueError: They are more than the load may take.
        """
        total = self.spent.get(kind, 0) + count
        if total > self.limit:
            raise ValueError(
                f"Loading {self.name} ({self.stored} bytes) would have {total} bytes {kind}, with {what[:200]}; the "
                f"limit is {self.limit}. If you trust the file, set the environment variable KERAS_LOAD_LIMIT to more."
            )
        self.spent[kind] = total


@contextlib.contextmanager
def budget_for(stored, name):
    """Context of a load. A load within a load, of a nested file, takes from the outer budget.

    Args:
        stored: Function that gives the size of the files in bytes.
        name: The file, for messages.
    """
    if _current.get() is not None:
        yield
        return
    token = _current.set(LoadBudget(stored(), name))
    try:
        yield
    finally:
        _current.reset(token)


def spend(count, kind, what):
    """Counts bytes where something is being loaded; see `LoadBudget.spend`. Otherwise nothing is limited."""
    budget = _current.get()
    if budget is not None:
        budget.spend(count, kind, what)


def spend_on_variable(shape, dtype, name):
    """Counts the bytes of a variable that is about to be made."""
    budget = _current.get()
    if budget is not None and shape is not None and None not in shape:
        size = 8 if "64" in str(dtype) else 4
        budget.spend(size * math.prod(shape), "allocated", f"the variable {name!r} of shape {tuple(shape)}")


def size_of(path):
    """Bytes of a file, of all files of a folder, or of a file object."""
    if hasattr(path, "seek"):
        place = path.tell()
        size = path.seek(0, os.SEEK_END)
        path.seek(place)
        return size
    path = os.fspath(path)
    if not os.path.isdir(path):
        return os.path.getsize(path) if os.path.exists(path) else 0
    found = (os.path.join(at, name) for at, _, names in os.walk(path) for name in names)
    return sum(map(_size_if_there, found))


def _size_if_there(path):
    """Bytes of a regular file; another thread or process may remove it meanwhile."""
    try:
        return os.path.getsize(path) if os.path.isfile(path) else 0
    except FileNotFoundError:
        return 0
