"""How much a file may make this process unpack and allocate while it is loaded.

Each member of a file can stay below a limit while all of them together fill the memory, and a config of a few bytes can
ask for a layer of terabytes. So what is read, declared or made during one load counts together, before it is done.

Environment variables set the limits: `KERAS_LOAD_LIMIT`, bytes of each kind for one load, and `KERAS_LOAD_DEPTH`, how deep
the parts of a config may lie in each other.
"""

import contextlib
import math
import os
from contextvars import ContextVar

# What a load may take in any case, and how many times the size of its files.
SMALL_BYTES = 2**30
LARGEST_EXPANSION = 100
# What a single member or array may claim in any case, and how many times its stored bytes, where no limit was set.
SMALL_ITEM_BYTES = 64 * 1024**2
LARGEST_EXPANSION_OF_ITEM = 1000
# A model in a model in a model takes four or five of these for each.
MOST_LEVELS = 500
OF_PYTHON = ", beyond the limit of Python (see `sys.setrecursionlimit`)"

_current = ContextVar("keras_load_budget", default=None)


class LoadBudget:
    """The bytes that one load may still take.

    Args:
        stored: Size of the files in bytes.
        name: The file, for messages.
    """

    def __init__(self, stored, name):
        self.limit = given("KERAS_LOAD_LIMIT") or max(SMALL_BYTES, LARGEST_EXPANSION * stored)
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
        self.check(total, kind, what)
        self.spent[kind] = total

    def check(self, total, kind, what):
        """Refuses bytes that are more than the load may take; arguments as of `spend`."""
        if total > self.limit:
            raise ValueError(
                f"Loading {self.name} ({self.stored} bytes) would have {total} bytes {kind}, with {what[:200]}; the "
                f"limit is {self.limit}. If you trust the file, set the environment variable KERAS_LOAD_LIMIT to more."
            )


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


def given(variable):
    """The number that an environment variable gives; None where it is not set.

    Raises:
        ValueError: It is none.
    """
    text = os.environ.get(variable)
    if not text:
        return None
    if not text.isdecimal() or not int(text):
        raise ValueError(f"The environment variable {variable} must be a positive whole number. It is {text[:50]!r}.")
    return int(text)


def budget_if_given(name):
    """Context in which a config is read that came without a file: it has a budget where `KERAS_LOAD_LIMIT` sets one."""
    return budget_for(lambda: 0, name) if given("KERAS_LOAD_LIMIT") else contextlib.nullcontext()


def check_item(claimed, stored, what):
    """Refuses a member or array that claims to be far larger than the bytes which are stored for it can explain.

    Args:
        claimed: Its bytes in memory.
        stored: Its bytes in the file.
        what: What it is, and in which file.

    Raises:
        ValueError: It is a bomb; unless `KERAS_LOAD_LIMIT` was set, which then holds for all of them together.
    """
    if claimed > max(SMALL_ITEM_BYTES, LARGEST_EXPANSION_OF_ITEM * stored) and not given("KERAS_LOAD_LIMIT"):
        raise ValueError(
            f"{what} claims {claimed} bytes but stores {stored}, which is less than 1 in {LARGEST_EXPANSION_OF_ITEM}. If "
            "you trust the file, set the environment variable KERAS_LOAD_LIMIT to the bytes that a load may take."
        )


def check_depth(config, what):
    """Refuses a config whose parts lie in each other deeper than `KERAS_LOAD_DEPTH` says.

    Args:
        config: Dicts, lists and plain values.
        what: What it is, for messages.

    Raises:
        ValueError: It is too deep.
    """
    most = given("KERAS_LOAD_DEPTH") or MOST_LEVELS
    level, depth = [config], 0
    while level:
        inner = (part.values() if isinstance(part, dict) else part for part in level if isinstance(part, (dict, list)))
        level = [value for values in inner for value in values if isinstance(value, (dict, list))]
        depth += 1
        if depth > most:
            raise ValueError(
                f"{what} is damaged, or made to harm: its parts lie in each other too deep, in more than {most} levels. If "
                "you trust it, set the environment variable KERAS_LOAD_DEPTH to more."
            )


@contextlib.contextmanager
def telling_depth():
    """Context in which something is built from a config, which may be deeper than Python can follow."""
    try:
        yield
    except RecursionError as error:
        raise ValueError(f"The parts of the config lie in each other too deep to be built{OF_PYTHON}.") from error


def spend(count, kind, what):
    """Counts bytes where something is being loaded; see `LoadBudget.spend`. Otherwise nothing is limited."""
    budget = _current.get()
    if budget is not None:
        budget.spend(count, kind, what)


def check_passing(count, what):
    """Refuses bytes that are needed for a moment only, where something is being loaded and they alone exceed the limit."""
    budget = _current.get()
    if budget is not None:
        budget.check(count, "allocated", what)


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
