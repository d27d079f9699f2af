"""Reads a step of a checkpoint of Orbax: what it holds is known before any array is read."""

import contextlib
import dataclasses
import math
import os
from typing import Any

import numpy as np

from keras.src.models.state_tree import flat
from keras.src.saving import archive
from keras.src.utils.load_budget import budget_for, size_of, spend
from keras.src.utils.messages import few
from keras.src.utils.module_utils import LazyModule

orbax = LazyModule(
    "orbax.checkpoint",
    import_error_msg="Checkpoints of Orbax need the package `orbax-checkpoint`: `pip install orbax-checkpoint`.",
)

STATE, CONFIG, ASSETS = "pytree", "model_config", archive.ASSETS
_MARK = "_CHECKPOINT_METADATA"


def api():
    """Version 1 of Orbax's API.

    Raises:
        ImportError: It is not installed, or is too old.
    """
    found = getattr(orbax.initialize(), "v1", None)
    if found is None:
        raise ImportError(
            "This version of the package `orbax-checkpoint` has no `orbax.checkpoint.v1`. Get a newer one: `pip install "
            "-U orbax-checkpoint`."
        )
    return found


def steps_of(folder):
    """The numbers of the steps in a folder of checkpoints, in order."""
    if not os.path.isdir(folder):
        return []
    names = [name for name in os.listdir(folder) if name.isascii() and name.isdigit()]
    return sorted(int(name) for name in names if _is_step(os.path.join(folder, name)))


def is_checkpoint(folder):
    """Whether a folder is one of checkpoints.

    Raises:
        ValueError: It is a step in such a folder.
    """
    if _is_step(folder):
        above = os.path.dirname(os.path.abspath(folder))
        raise ValueError(
            f"{folder} is one step of a checkpoint. Give the folder above it, {above}: its latest step is read."
        )
    return bool(steps_of(folder))


def _is_step(folder):
    return os.path.isfile(os.path.join(folder, _MARK))


@contextlib.contextmanager
def latest_step(folder):
    """Context with the latest `Step` in a folder of checkpoints; what is read of it counts as one load."""
    api()
    folder = os.path.abspath(folder)
    path = os.path.join(folder, str(steps_of(folder)[-1]))
    with budget_for(lambda: size_of(path), path):
        yield Step(path)


@dataclasses.dataclass
class _Described:
    """An array to be read, as Orbax wants it described so that it comes as one of NumPy, whoever wrote it."""

    shape: tuple
    dtype: Any


class Step:
    """A step of a checkpoint.

    Args:
        path: Its folder.

    Raises:
        ValueError: It is damaged, or none that holds a model.
    """

    def __init__(self, path):
        self.path = path
        archive.FolderReader(path).check_links()
        with self._said_if_damaged():
            found = api().checkpointables_metadata(path).metadata
            self._items = {name: item for name, item in found.items() if isinstance(item, dict)}
        if STATE not in self._items:
            raise ValueError(
                f"{path} holds no {STATE!r}, only {few(self._items)}: it is damaged, or none of "
                "`keras.callbacks.OrbaxCheckpoint`."
            )

    def __contains__(self, item):
        return item in self._items

    @contextlib.contextmanager
    def _said_if_damaged(self):
        try:
            yield
        except Exception as error:
            raise ValueError(f"{self.path} is damaged, or no checkpoint ({type(error).__name__}: {error}).") from error

    def shapes(self, item):
        """Dict from paths, tuples of names, to shapes: of all that is an array or a number.

        Args:
            item: Name of the item.
        """
        found = {path: _shape(leaf) for path, leaf in flat(self._items[item])}
        return {path: shape for path, shape in found.items() if shape is not None}

    def read(self, item, paths):
        """Dict from paths to values.

        Args:
            item: Name of the item.
            paths: The paths, which are among its `shapes`; perhaps with how the engine describes the array that is to be made,
                or `None` for one of NumPy.
        """
        wanted = paths if isinstance(paths, dict) else dict.fromkeys(paths)
        for path, leaf in flat(self._items[item]):
            if path in wanted:
                spend(_count_bytes(leaf), "read", "/".join(path))
        described = _mapped(
            self._items[item], lambda path, leaf: _description(leaf, wanted[path]) if path in wanted else ...
        )
        with self._said_if_damaged():
            values = api().load_checkpointables(self.path, {item: described})[item]
        return {path: value for path, value in flat(values) if path in wanted}

    def read_config(self):
        """The text that describes the model."""
        spend(size_of(os.path.join(self.path, CONFIG)), "unpacked", CONFIG)
        with self._said_if_damaged():
            return api().load_checkpointables(self.path, {CONFIG: None})[CONFIG]["config"]


def _mapped(values, function, path=()):
    """Nested dicts with what a function of path and leaf returns."""
    return {
        key: _mapped(value, function, (*path, key)) if isinstance(value, dict) else function((*path, key), value)
        for key, value in values.items()
    }


def _shape(leaf):
    """The shape of a described array, `()` of a number, and `None` of all else."""
    shape = getattr(leaf, "shape", () if isinstance(leaf, (int, float)) else None)
    return None if shape is None else tuple(shape)


def _description(leaf, described):
    if not hasattr(leaf, "shape"):
        return leaf
    return _Described(tuple(leaf.shape), leaf.dtype) if described is None else described


def _count_bytes(leaf):
    return math.prod(leaf.shape) * np.dtype(leaf.dtype).itemsize if hasattr(leaf, "shape") else 8
