"""Batches laid out over processes: each holds its rows, along the batch axis of the mesh.

Rows that do not divide evenly are held by all, who then compute the same; so each step computes what it would on one device.
"""

import numpy as np

from keras.src import tree
from keras.src.backend.common import own_data
from keras.src.backend.common.training import to_numpy
from keras.src.backend.torch.core import convert_to_tensor
from keras.src.backend.torch.distribution import all_gather, own_slices, placed
from keras.src.backend.torch.placed import tensors


class Spread(own_data.Spread):
    """Lays batches out by a distribution."""

    def __init__(self, distribution):
        super().__init__(distribution)
        names = distribution.device_mesh.axis_names
        self.everywhere = [tensors.Replicate() for _ in names]
        self.by_rows = [tensors.Shard(0) if name == self.axis else tensors.Replicate() for name in names]

    def place(self, array):
        """An array that all processes have, of which each holds its rows.

        Args:
            array: NumPy array, or a tensor.
        """
        if not array.ndim or array.shape[0] % self.parts or not array.shape[0]:
            return placed(convert_to_tensor(array), self.mesh, self.everywhere)
        own = array[own_slices(array.shape, self.mesh, self.by_rows)[0]]
        return placed(convert_to_tensor(own), self.mesh, self.by_rows, tuple(array.shape))

    def joined(self, array, sizes):
        """The rows of all processes, laid out.

        Args:
            array: NumPy array with the rows of this process.
            sizes: What `sizes` gave.
        """
        if not array.ndim:
            return self.place(array)
        padded = np.zeros((max(sizes), *array.shape[1:]), array.dtype)
        padded[: len(array)] = array
        parts = own_data.of_parts(self.distribution, all_gather(padded))
        return self.place(np.concatenate([part[:size] for part, size in zip(parts, sizes)]))

    def joined_batches(self, feed):
        """Batches of what all processes have."""

        def as_arrays(batch):
            return tree.map_structure(lambda x: None if x is None else to_numpy(x), batch)

        for batch, sizes in own_data.joined_batches(feed, as_arrays, self.sizes):
            yield tree.map_structure(lambda x, sizes=sizes: None if x is None else self.joined(x, sizes), batch)
