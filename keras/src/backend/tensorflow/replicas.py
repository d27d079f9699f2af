"""Steps that a strategy runs once for each device: the rows that a replica has, and what it exchanges with the others.

All replicas compute the same losses and metrics, see `common/replicas.py`, and the same updates: each assigns to its own copy of
a variable, so that writing costs no exchange. Gradients are means over the replicas of those of this one loss, since gradients
of what replicas exchange are exchanged, too.
"""

import copy
import math
from concurrent import futures

import tensorflow as tf

from keras.src import tree
from keras.src.backend.common import replicas
from keras.src.backend.common.global_state import STATE
from keras.src.backend.common.masking import get_keras_mask, set_keras_mask
from keras.src.backend.common.own_data import rows_of
from keras.src.backend.tensorflow.distribution import num_local_replicas, strategy_of

_SUM, _MEAN = tf.distribute.ReduceOp.SUM, tf.distribute.ReduceOp.MEAN
# Dtypes that collective ops add.
_ADDED = (tf.float16, tf.bfloat16, tf.float32, tf.float64, tf.int32, tf.int64)


class Share(replicas.Share):
    """See `common.replicas.Share`.

    Args:
        context: `tf.distribute.ReplicaContext`.
        copies: Number of the replicas that have these rows.
        gives: Whether this one of them gives them to the others.
    """

    def __init__(self, context, start, size, total, copies, gives):
        count = context.num_replicas_in_sync
        super().__init__(start, size, total, copies < count, weight=count * size / (total * copies))
        self.context, self.copies, self.gives = context, copies, gives
        self._wholes = {}

    def held(self):
        """This share for what has the rows of all already, which asks for nothing more."""
        held = copy.copy(self)
        held.start, held.size, held.is_divided = 0, self.total, False
        return held

    def rows(self, structure, first, count):
        """The rows of this replica, of a batch that has so many, the first of which has this number."""
        if count == self.size:
            return structure
        return tree.map_structure(lambda x: self._rows(x, self.start - first, count), structure)

    def own_rows(self, structure):
        return tree.map_structure(lambda x: self._rows(x, self.start, self.total) if tf.is_tensor(x) else x, structure)

    def _rows(self, x, start, count):
        if x is None or not len(x.shape) or x.shape[0] != count:
            return x
        if isinstance(x, tf.SparseTensor):
            return tf.sparse.slice(x, [start, *[0] * (len(x.shape) - 1)], [self.size, *x.dense_shape[1:]])
        return x[start : start + self.size]

    def whole(self, tensor):
        if not self.is_divided or not self._is_of_rows(tensor):
            return tensor
        known = self._wholes.get(id(tensor))
        if known is None:
            # The tensor is kept, so that its id remains its own.
            self._wholes[id(tensor)] = known = tensor, self._gathered(tensor)
            mask = get_keras_mask(tensor)
            if mask is not None:
                set_keras_mask(known[1], self.whole(mask))
        return known[1]

    def _is_of_rows(self, x):
        return tf.is_tensor(x) and bool(x.shape.rank) and x.shape[0] in (self.size, None)

    def _gathered(self, x):
        """Sums of the parts that replicas have, each filled up by zeros: exact, and gradients are known."""
        if isinstance(x, (tf.RaggedTensor, tf.SparseTensor)) or x.dtype is tf.string:
            raise NotImplementedError(
                "Losses and metrics of several replicas take dense tensors of numbers: divide the batch evenly among no "
                f"more than one device. Received: {x}"
            )
        if x.dtype not in _ADDED:
            return tf.cast(self._gathered(tf.cast(x, tf.int64 if x.dtype.is_integer else tf.int32)), x.dtype)
        x.set_shape([self.size, *x.shape[1:]])
        around = [[self.start, self.total - self.start - self.size]] + [[0, 0]] * (x.shape.rank - 1)
        padded = tf.pad(x, around)
        return self.sum(padded if self.gives else tf.where(False, padded, tf.zeros_like(padded)))

    def sum(self, tensor):
        """The sum over the replicas."""
        return self.context.all_reduce(_SUM, tf.identity(tensor))

    def mean(self, tensors):
        return [self.context.all_reduce(_MEAN, tf.identity(x)) for x in tensors]

    def of_all(self, structure):
        return tree.map_structure(self._of_all, structure)

    def _of_all(self, x):
        if not tf.is_tensor(x):
            return x
        if x.shape.rank == 0 and x.dtype.is_floating:
            return self.mean([x])[0]
        return self.whole(x)


def shares(rows, strategy):
    """What each replica of this process has of a batch that all processes have, as arguments of `Share`.

    Batches that the replicas do not divide evenly are divided into as many equal parts as there can be, which several of
    them then compute alike.

    Args:
        rows: Number of rows of the batch.
        strategy: The strategy.
    """
    count = strategy.num_replicas_in_sync
    parts = math.gcd(rows, count)
    size, copies = rows // parts, count // parts
    return [(index // copies * size, size, rows, copies, index % copies == 0) for index in range(count)]


def shares_of_sizes(sizes, strategy):
    """As `shares`, where each process has so many rows of its own."""
    local = num_local_replicas(strategy)
    total = sum(sizes)
    found, start = [], 0
    for size in sizes:
        for index in range(local):
            part = size * (index + 1) // local - size * index // local
            found.append((start, part, total, 1, True))
            start += part
    return found


def index_of_replica():
    """Number of the replica that runs, among those of all processes."""
    return tf.get_static_value(tf.distribute.get_replica_context().replica_id_in_sync_group)


def drawn(draw, shape, times=False):
    """Random numbers for the rows of a replica: its part of those that one device would draw for all rows.

    Args:
        draw: Function of a shape.
        shape: Tuple of sizes.
        times: Whether the rows of a batch may stand there several times, as where steps of sequences are joined with them.
    """
    share = STATE.share
    if share is None or not share.is_divided or not shape or not isinstance(shape[0], int):
        return draw(shape)
    factor = 1
    if times and share.size > 1 and shape[0] % share.size == 0:
        factor = shape[0] // share.size
    if shape[0] != factor * share.size:
        return draw(shape)
    return draw((factor * share.total, *shape[1:]))[factor * share.start : factor * (share.start + share.size)]


def in_replica():
    """Whether this is computed by one replica of several."""
    return tf.distribute.has_strategy() and not tf.distribute.in_cross_replica_context()


class Step:
    """A step of a model as all replicas of a strategy run it; its result is that of one of them, since all have the same.

    Args:
        step: Function of a batch.
        strategy: The strategy.
        kind: "train", "test" or "predict".
        is_ours: Whether logs are results of metrics, which are equal anyway.
    """

    def __init__(self, step, strategy, kind, is_ours):
        self._step, self._strategy, self._predicts, self._is_ours = step, strategy, kind == "predict", is_ours

    def __call__(self, batch):
        """Runs it on a batch that all processes have."""
        return self._run(batch, shares(rows_of(batch), self._strategy))

    def of_sizes(self, sizes):
        """A function of the rows of this process, where each has so many of its own."""
        parts = shares_of_sizes(sizes, self._strategy)
        return lambda batch: self._run(batch, parts, is_own=True)

    def _run(self, batch, parts, is_own=False):
        strategy, local, rows = self._strategy, num_local_replicas(self._strategy), rows_of(batch)
        outer = {name: [*x] if isinstance(x, list) else x for name, x in vars(STATE).items()}

        def replica(batch):
            # Each replica runs in a thread of its own, which knows nothing of the scopes that are open.
            former = dict(vars(STATE))
            vars(STATE).update(outer)
            index = index_of_replica()
            STATE.share = share = Share(tf.distribute.get_replica_context(), *parts[index])
            try:
                first = parts[index // local * local][0] if is_own else 0
                return self._shared_result(self._step(share.rows(batch, first, rows)), share)
            finally:
                vars(STATE).clear()
                vars(STATE).update(former)

        results = strategy.run(replica, args=(batch,))
        return tf.nest.map_structure(lambda x: strategy.experimental_local_results(x)[0], results)

    def _shared_result(self, result, share):
        if self._predicts:
            return tree.map_structure(share.whole, result)
        return result if self._is_ours else share.of_all(result)


# ---------------------------------------------------------------------------------------------------------------------
# Variables


def strategy_in_scope():
    """The strategy of a user's own whose scope is open, where it has several replicas."""
    strategy = tf.distribute.get_strategy() if tf.distribute.has_strategy() else None
    return strategy if strategy is not None and strategy.num_replicas_in_sync > 1 else None


def strategy_of_variables():
    """The strategy whose replicas are to have a copy each of what is made now; `None` where one value serves.

    A process of a job that has one device has one value: all make the same, so that none waits for the others.
    """
    if tf.distribute.has_strategy():
        return strategy_in_scope()
    strategy = strategy_of(STATE.distribution)
    return None if strategy is None or num_local_replicas(strategy) == 1 else strategy


class _Copies:
    # Whether there are variables of which several devices have copies: most programs need not look for them.
    exist = False


COPIES = _Copies()


def mirrored(variable, value):
    """The `tf.Variable` of a strategy for a variable, with a first value."""
    COPIES.exist = True

    def made():
        with variable._strategy.scope():
            return tf.Variable(
                value,
                name=variable._path,
                dtype=variable._dtype,
                trainable=variable._trainable,
                aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
            )

    if not in_replica():
        return made()
    # The first replica that needs it makes it for all, in a thread that is no replica's.
    with futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(made).result()


def mirror(variables, strategy):
    """Gives each device a copy of those variables that were made without the strategy, before it was known.

    Args:
        variables: List of variables.
        strategy: The strategy whose replicas are going to use them.
    """
    if num_local_replicas(strategy) == 1:
        return
    for variable in variables:
        if variable._strategy is not strategy:
            value = variable.value
            variable._strategy = strategy
            variable._value = mirrored(variable, value)


def assign(variable, method, value):
    """Changes a variable of which each device has a copy.

    Within a step of this library all replicas compute the same values. In a `strategy.run` of a user's own each has a
    part: what metrics add up is summed, and what is to be a mean is a mean.

    Args:
        variable: `Variable`.
        method: "assign", "assign_add" or "assign_sub".
        value: Tensor.
    """
    held = variable._value
    if not in_replica():
        getattr(held, method)(value, read_value=False)
        return
    context = tf.distribute.get_replica_context()
    local = held
    if isinstance(held, tf.distribute.DistributedValues):
        copies = context.strategy.experimental_local_results(held)
        local = copies[index_of_replica() % len(copies)]
    kind = variable._aggregation
    is_metric = variable._synchronization == "on_read"
    if kind in ("sum", "mean") and not (is_metric and STATE.share is not None) and context.num_replicas_in_sync > 1:
        if is_metric and kind == "sum" and method == "assign":
            method, value = "assign_add", value - local.value()
        value = context.all_reduce(_SUM if kind == "sum" else _MEAN, tf.identity(value))
    getattr(local, method)(value, read_value=False)
