"""Batches laid out over devices: rows are divided along the batch axis of the mesh.

What the devices do not divide evenly is divided into fewer parts, each of which several devices compute. What processes bring of
their own is filled up to equal parts, and cut again within the program. So a step computes on the true rows alone, and gives
what it would on one device.
"""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from keras.src import tree
from keras.src.backend.common import own_data


class Spread(own_data.Spread):
    """Lays batches out by a distribution.

    Args:
        distribution: The `Distribution`.
        in_groups: Whether groups of devices may hold the same rows. Ops that JAX runs one by one do not know such layouts.
    """

    def __init__(self, distribution, in_groups=True):
        super().__init__(distribution)
        self.in_groups = in_groups
        self.replicated = self._sharding()

    def _sharding(self, *axes):
        return NamedSharding(self.mesh, PartitionSpec(*axes))

    def of_rows(self, rows, axis=0):
        """The sharding of an array with so many rows along an axis.

        They are divided into as many equal parts as there can be. Of parts that are not equal XLA makes errors: the gradient of
        an embedding is wrong where indices are divided unevenly on a mesh of two axes.
        """
        parts = math.gcd(rows, self.parts)
        if parts == self.parts:
            return self._sharding(*[None] * axis, self.axis)
        if parts == 1 or not self.in_groups:
            return self.replicated
        return NamedSharding(self._in_groups(parts), PartitionSpec(*[None] * axis, self.axis))

    def _in_groups(self, parts):
        """The mesh with so many places along the batch axis, each of which is a group of devices that hold the same."""
        at = self.mesh.axis_names.index(self.axis)
        devices, names = self.mesh.devices, self.mesh.axis_names
        shape = (*devices.shape[:at], parts, self.parts // parts, *devices.shape[at + 1 :])
        return Mesh(devices.reshape(shape), (*names[: at + 1], f"{self.axis}_group", *names[at + 1 :]))

    def place(self, array, axis=0):
        """An array that all processes have, its rows divided into as many equal parts as there can be.

        Args:
            array: NumPy array, or one of JAX.
            axis: That of the rows.
        """
        if array.ndim <= axis:
            return _put(array, self.replicated)
        return _put(array, self.of_rows(array.shape[axis], axis))

    def joined(self, array, sizes):
        """One array of the rows of all processes, and what to cut from it.

        Args:
            array: NumPy array with the rows of this process, fewer than there are or none.
            sizes: What `sizes` gave.
        """
        if not array.ndim:
            return self.place(array), None
        shards = len(sizes)
        local = max(self.parts // shards, 1)
        most = -(-max(sizes) // local) * local
        array = _with_zeros(np.asarray(array), most - len(array))
        whole = (most * shards, *array.shape[1:])
        placed = jax.make_array_from_process_local_data(self._sharding(self.axis), array, whole)
        return placed, (None if set(sizes) == {most} else (sizes, most))

    def cut(self, array, cut):
        """Within a program: the true rows of an array.

        Args:
            array: What `joined` gave.
            cut: What it gave beside it: numbers of true rows of each part, and the rows of a part.
        """
        if cut is None:
            return array
        sizes, part = cut
        kept = [array[index * part : index * part + size] for index, size in enumerate(sizes) if size]
        rows = kept[0] if len(kept) == 1 else jnp.concatenate(kept)
        return lax.with_sharding_constraint(rows, self.of_rows(rows.shape[0]))


def _put(array, sharding):
    if sharding.is_fully_addressable:
        return jax.device_put(array, sharding)
    array = np.asarray(array)
    return jax.make_array_from_callback(array.shape, sharding, lambda index: array[index])


def _with_zeros(array, missing):
    if not missing:
        return array
    array = np.asarray(array)
    return np.concatenate([array, np.zeros((missing, *array.shape[1:]), array.dtype)])


def spread_out(batch, place):
    """Arguments of a single step: a batch laid out, and what its program cuts from each of its arrays.

    Args:
        batch: Structure of arrays.
        place: Function of an array that gives it laid out, and what to cut.
    """
    pairs = [(None, None) if x is None else placed(x, place, (x, None)) for x in tree.flatten(batch)]
    return tree.pack_sequence_as(batch, [array for array, _ in pairs]), tuple(cut for _, cut in pairs)


def placed(array, place, otherwise=None):
    """An array laid out; sparse ones, and those of strings, stay where they are."""
    is_dense = isinstance(array, jax.Array) or (isinstance(array, np.ndarray) and array.dtype.kind not in "OUST")
    if is_dense:
        return place(array)
    return array if otherwise is None else otherwise
