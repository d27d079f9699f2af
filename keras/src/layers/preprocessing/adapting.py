"""How layers that learn from data before they are used, by `adapt`, read it: batch by batch, wherever it comes from."""

import contextlib
import itertools
import time

import numpy as np

from keras.src.utils import io_utils
from keras.src.utils.progbar import Progbar

SECONDS_WITHOUT_PROGRESS = 3
"""How long `adapt` is silent; who waits longer wants to know how far it is."""
ROWS_AT_ONCE = 8192
"""Rows of an array that are in work at once, so that what is made of them meanwhile stays small."""
_ATOMS = (str, bytes, bool, int, float, np.generic)


def batches(data, steps=None, takes_lists=False):
    """Iterates over the batches of what `adapt` was given; of batches such as `(x, y)` it gives the `x`.

    Args:
        data: Array or tensor of any library, a pandas object, or a source of batches: `tf.data.Dataset`, `PyDataset`,
            torch's `DataLoader`, grain, generator, iterable.
        steps: The most batches that a source is asked for, or `None`.
        takes_lists: Whether nested lists of strings and numbers, and single ones, are arrays too.

    Raises:
        TypeError: `data` is something else.
        ValueError: There is no batch, or there would be no end of them.
    """
    if _is_array(data) or takes_lists and is_plain(data):
        return iter([data])
    source, total = _source(data, steps)
    return _not_empty(map(_inputs, _with_progress(itertools.islice(source, steps), total)))


@contextlib.contextmanager
def all_or_nothing(layer, *names):
    """Context in which attributes of a layer are replaced; an exception puts the old values back.

    Args:
        layer: The layer.
        *names: Names of the attributes.
    """
    before = {name: getattr(layer, name) for name in names}
    try:
        yield
    except BaseException:
        for name, value in before.items():
            setattr(layer, name, value)
        raise


def by_batches(adapt):
    """Decorator for a method `adapt` of a layer that learns by `reset_state`, `update_state(batch)` and `finish`."""
    adapt.by_batches = True
    return adapt


def learns_by_batches(layer):
    """Whether a layer's `adapt` is one of those, so that several layers may learn while data is read once."""
    return getattr(type(layer).adapt, "by_batches", False)


def finish(layer, what):
    """Ends what a layer learns from batches.

    Args:
        layer: Layer with the methods `has_seen_data` and `finalize_state`.
        what: What there must be one of, in words.

    Raises:
        ValueError: There was none.
    """
    if not layer.has_seen_data():
        raise ValueError(f"`adapt` needs at least one {what}. Received data without any.")
    layer.finalize_state()


def portions(data, rows=None):
    """Iterates over data in pieces of so many rows, of which the first axis of arrays and lists consists.

    Args:
        data: Array, list or anything else, which is one piece.
        rows: Rows of a piece; `ROWS_AT_ONCE` by default.
    """
    rows = ROWS_AT_ONCE if rows is None else rows
    has_rows = isinstance(data, (list, tuple)) or len(getattr(data, "shape", ())) > 0
    if not has_rows or hasattr(data, "iloc") or len(data) <= rows:
        yield data
        return
    for start in range(0, len(data), rows):
        yield data[start : start + rows]


def is_plain(data):
    """Whether `data` is a string, a number, or lists of such."""
    while isinstance(data, (list, tuple)):
        if not len(data):
            return True
        data = data[0]
    return isinstance(data, _ATOMS)


def _is_array(data):
    return hasattr(data, "shape") and (hasattr(data, "dtype") or hasattr(data, "dtypes"))


def _source(data, steps):
    """An iterable over batches, and their number where that is known."""
    if hasattr(data, "cardinality"):
        return data, _finite(int(data.cardinality()), steps)
    if hasattr(data, "to_iter_dataset"):
        return data.to_iter_dataset(), _least(_length(data), steps)
    if isinstance(data, dict) or not (hasattr(data, "__iter__") or hasattr(data, "__getitem__")):
        raise TypeError(
            "`adapt` takes an array, a tensor, or batches of them: a `tf.data.Dataset`, a `keras.utils.PyDataset`, a "
            f"`DataLoader` or an iterable. Received: data={data!r} (of type {type(data)})"
        )
    total = _length(data)
    if hasattr(data, "__iter__"):
        return data, _least(total, steps)
    return map(data.__getitem__, itertools.count() if total is None else range(total)), _least(total, steps)


def _finite(cardinality, steps):
    if cardinality == -1 and steps is None:  # The number by which TensorFlow says "infinite".
        raise ValueError("`adapt` would never end on a dataset that repeats forever: take a part, as by `.take(100)`.")
    return _least(cardinality if cardinality >= 0 else None, steps)


def _length(data):
    try:
        return len(data)
    except (TypeError, NotImplementedError):
        return None


def _least(*counts):
    known = [count for count in counts if count is not None]
    return min(known) if known else None


def _inputs(batch):
    """What a layer sees of a batch: the first part of a tuple, such as `(x, y)`, or of the list that a loader makes of it."""
    if not isinstance(batch, (tuple, list)) or not batch or isinstance(batch[0], _ATOMS):
        return batch
    if isinstance(batch, tuple) or any(_is_array(part) for part in batch):
        return batch[0]
    return batch


def _with_progress(source, total):
    """The batches, with a progress bar once that they take long."""
    start, bar = time.monotonic(), None
    for number, batch in enumerate(source):
        yield batch
        if bar is None and time.monotonic() - start > SECONDS_WITHOUT_PROGRESS:
            bar = Progbar(total, unit_name="batch", verbose=int(io_utils.is_interactive_logging_enabled()))
        if bar is not None:
            bar.update(number + 1, finalize=False)
    if bar is not None:
        bar.update(number + 1, finalize=True)


def _not_empty(found):
    first = next(found, None)
    if first is None:
        raise ValueError("`adapt` needs at least one batch of data. Received an empty iterable.")
    yield first
    yield from found
