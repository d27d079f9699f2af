"""Steps that an engine runs once for each device, each time on some rows of the batch: what losses and metrics see then.

Where a compiler divides what is computed there is nothing to do. Else a replica computes the outputs for its rows, and whatever
reduces over a batch is to see the rows of all: so each replica has the same loss, and the same metrics, as one device has.
"""

import functools

from keras.src.backend.common import running
from keras.src.backend.common.global_state import STATE


class Share:
    """The rows of a batch that a replica has, while it runs a step (`STATE.share`); an engine's subclass gathers.

    Args:
        start: Number of the first row.
        size: Number of rows.
        total: Number of rows of all replicas together.
        is_divided: Whether replicas have different rows, which all of them say alike, also one that has all rows.
        weight: By how much what is computed from these rows counts in a mean over the replicas; 1 where they have equally many.
    """

    def __init__(self, start, size, total, is_divided, weight=1.0):
        self.start, self.size, self.total, self.is_divided, self.weight = start, size, total, is_divided, weight
        self._loss_books = {}

    def loss_book_of(self, layer):
        """The losses that a layer has added here, as it holds them itself where there are no replicas."""
        return self._loss_books.setdefault(id(layer), {"_losses": [], "_loss_holders": []})

    def whole(self, tensor):
        """The rows of all replicas, of a tensor that has those of this one; others stay as they are."""
        raise NotImplementedError

    def mean(self, tensors):
        """Means over the replicas, for a list of tensors."""
        raise NotImplementedError

    def of_all(self, structure):
        """What a loss or a metric is given, for the rows of all replicas; of single numbers the means over the replicas."""
        raise NotImplementedError

    def own_rows(self, structure):
        """The rows of this replica, of tensors that have those of all; others stay as they are."""
        raise NotImplementedError


def on_all_rows(function):
    """Decorator of a method that reduces over a batch: within a step of several replicas it is given the rows of all.

    On an engine without such steps the method stays as it is.
    """
    if not running.engine.RUNS_REPLICAS:
        return function

    @functools.wraps(function)
    def method(self, *args, **kwargs):
        share = STATE.share
        if share is None:
            return function(self, *args, **kwargs)
        return _given_all_rows(share, function, share.of_all(args), share.of_all(kwargs), self)

    return method


def _given_all_rows(share, function, args, kwargs, *before):
    STATE.share = share.held()
    try:
        return function(*before, *args, **kwargs)
    finally:
        STATE.share = share


def call_on_all_rows(call):
    """A call of a layer, as it is within a step of several replicas: given the rows of all, of which it returns its own."""
    share = STATE.share
    if share is None or not share.is_divided:
        return call

    def on_all(*args, **kwargs):
        outputs = _given_all_rows(share, call, share.of_all(args), share.of_all(kwargs))
        return share.own_rows(outputs)

    return on_all


def rows_of_all(size):
    """The number of rows in a batch of which a replica has so many."""
    share = STATE.share
    return size if share is None or size != share.size else share.total
