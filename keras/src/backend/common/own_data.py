"""How batches lie over devices, and those of a job in which each process has data of its own: a batch is what all have together."""

import pickle

import numpy as np

from keras.src import tree
from keras.src.backend.common import running
from keras.src.backend.common.training import to_numpy


class Spread:
    """Lays batches out by a distribution; the part that engines share.

    Args:
        distribution: The `Distribution`.
    """

    def __init__(self, distribution):
        self.distribution = distribution
        self.mesh = distribution.device_mesh.backend_mesh
        self.parts = distribution.num_model_replicas
        self.axis = distribution.batch_dim_name

    def sizes(self, rows):
        """Numbers of rows in the parts that processes have; see `sizes_of_all`."""
        return sizes_of_all(self.distribution, rows)


def of_parts(distribution, gathered):
    """What the processes have that bring parts of a batch: others have the same as one of them."""
    return gathered[:: len(gathered) // distribution._num_data_shards]


def sizes_of_all(distribution, rows):
    """A tuple of the numbers of rows in the parts of a batch; called by all processes.

    Args:
        distribution: The `Distribution`.
        rows: Number of rows that this process has, 0 where its data has ended.
    """
    gathered = running.engine.distribution.all_gather(np.array([rows]))[:, 0]
    return tuple(of_parts(distribution, gathered).tolist())


def as_others(batch):
    """A batch; where this process has none, one without rows like that of the first process which has one.

    All processes call this; `None` where no process has a batch.
    """
    told = b"" if batch is None else pickle.dumps(tree.map_structure(_no_rows_of_numpy, batch))
    sizes = running.engine.distribution.all_gather(np.array([len(told)]))[:, 0]
    if sizes.all() or not sizes.any():
        return batch
    told = np.frombuffer(told.ljust(sizes.max(), b"\0"), "uint8")
    told = running.engine.distribution.all_gather(told)[int(np.argmax(sizes > 0))]
    return pickle.loads(told.tobytes()) if batch is None else batch


def joined_batches(feed, prepare, sizes_of):
    """This process's parts of batches; where its data has ended it goes on without rows, until that of all has.

    Args:
        feed: `Feed` with the data of this process.
        prepare: Function that gives a batch as arrays.
        sizes_of: Function from the number of rows that this process has to those that the processes have; all call it.

    Yields:
        Pairs of a structure of arrays and the numbers of rows in the parts of the batch.
    """
    adapter = feed.adapter
    own = feed.epoch(lambda: 1)
    batch = feed.first_batch()
    if batch is None:
        return
    while True:
        item = next(own, None)
        if item is not None:
            batch = adapter.rows(item[0]) if adapter.is_indexed else item[0]
        batch = prepare(batch)
        sizes = sizes_of(0 if item is None else rows_of(batch))
        if not any(sizes):
            return
        yield (tree.map_structure(_no_rows, batch) if item is None else batch), sizes


def rows_of(batch):
    """Number of rows of a batch: of the first of its arrays that has rows; one, where none has."""
    return next((x.shape[0] for x in tree.flatten(batch) if x is not None and len(x.shape)), 1)


def _no_rows_of_numpy(x):
    return None if x is None else _no_rows(to_numpy(x))


def _no_rows(x):
    return x if x is None or not len(x.shape) else x[:0]
