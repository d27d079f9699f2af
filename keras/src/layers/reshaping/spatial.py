"""What layers share that move the elements of spatial dimensions without computing with them."""

import operator

from keras.src import backend
from keras.src.graph.operation import as_description
from keras.src.layers.input_spec import InputSpec
from keras.src.layers.layer import Layer


class KeepsDtype(Layer):
    """A layer whose outputs are elements of its inputs, in their dtype: integers stay integers."""

    def compute_output_spec(self, inputs):
        spec = as_description(inputs)
        return backend.KerasTensor(self.compute_output_shape(spec.shape), spec.dtype)


class ChangesSizes(KeepsDtype):
    """Other sizes of the spatial dimensions, each by itself.

    A subclass tells by `_new_size` what becomes of the size of a dimension (0 is the first spatial one).
    """

    rank = None

    def _set_format(self, data_format):
        self.data_format = backend.standardize_data_format(data_format)
        first = 1 if self.data_format == "channels_last" else 2
        self._axes = tuple(range(first, first + self.rank))
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self._start_built()

    def _new_size(self, size, dimension):
        raise NotImplementedError

    def _for_each_axis(self, values, other):
        """One value for each axis of the inputs: `values` for the spatial ones, `other` for those of batch and channels."""
        result = [other] * (self.rank + 2)
        for axis, value in zip(self._axes, values):
            result[axis] = value
        return tuple(result)

    def compute_output_shape(self, input_shape):
        sizes = list(input_shape)
        for dimension, axis in enumerate(self._axes):
            if sizes[axis] is not None:
                sizes[axis] = self._new_size(sizes[axis], dimension)
        return tuple(sizes)


def both_ends(name, value, rank):
    """How much is meant at both ends of each spatial dimension, as a pair of ints for each.

    Args:
        name: Name of the argument, for the message.
        value: An int for all ends; or for each dimension an int or a pair of ints. In one dimension, the pair alone.
        rank: Number of spatial dimensions.

    Raises:
        ValueError: It is none of these, or there are negative numbers.
    """
    try:
        return tuple(_pair(entry) for entry in _entries(value, rank))
    except (TypeError, ValueError):
        each = "a pair of ints" if rank == 1 else f"{rank} entries, each an int or a pair of ints"
        raise ValueError(
            f"`{name}` must be an int or {each}, and hold no negative numbers. Received: {name}={value!r}"
        ) from None


def _entries(value, rank):
    if not isinstance(value, (tuple, list)):
        return (value,) * rank
    if rank == 1:
        return (value,)
    if len(value) != rank:
        raise ValueError
    return value


def _pair(entry):
    first, last = entry if isinstance(entry, (tuple, list)) else (entry, entry)
    pair = operator.index(first), operator.index(last)
    if min(pair) < 0:
        raise ValueError
    return pair
