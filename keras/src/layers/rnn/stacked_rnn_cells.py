"""`StackedRNNCells`: several cells as one."""

from keras.src import ops, tree
from keras.src.api_export import keras_export
from keras.src.layers.call_signature import call_signature
from keras.src.layers.layer import Layer
from keras.src.saving import serialization_lib


@keras_export("keras.layers.StackedRNNCells")
class StackedRNNCells(Layer):
    """Makes one cell of several: the output of each is the input of the next one.

    Args:
        cells: List of cells, the first of which takes the inputs.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of shape `(batch, features)` and a list with the states of each cell. Outputs: the output of the last
        cell, and the list of new states.

    Example:

    >>> cells = [keras.layers.LSTMCell(4), keras.layers.GRUCell(3)]
    >>> keras.layers.RNN(keras.layers.StackedRNNCells(cells))(keras.ops.ones((2, 5, 6))).shape
    (2, 3)
    """

    _layers_in_config = ("cells",)

    def __init__(self, cells, **kwargs):
        super().__init__(**kwargs)
        cells = list(cells)
        if not cells:
            raise ValueError("`cells` must hold at least one cell. Received: []")
        for cell in cells:
            for name in ("call", "state_size"):
                if not hasattr(cell, name):
                    raise ValueError(f"All cells must have `{name}`. Received a cell without: {cell!r}")
        self.cells = cells

    @property
    def state_size(self):
        """List of what the cells have as `state_size`."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self):
        """Size of the output of the last cell."""
        return _output_size(self.cells[-1])

    def get_initial_state(self, batch_size=None):
        """List of the states of each cell before the first step.

        Args:
            batch_size: Int, or a scalar tensor.
        """
        return [_initial_state(cell, batch_size, self.compute_dtype) for cell in self.cells]

    def build(self, input_shape):
        for cell in self.cells:
            if isinstance(cell, Layer) and not cell.built:
                cell.build(input_shape)
            input_shape = (input_shape[0], _output_size(cell))

    def call(self, inputs, states, training=False, **kwargs):
        new_states = []
        for cell, state in zip(self.cells, states):
            state = list(state) if isinstance(state, (list, tuple)) else [state]
            options = {"training": training} if call_signature(type(cell).call).takes_training else {}
            inputs, new_state = (cell if callable(cell) else cell.call)(inputs, state, **options)
            new_states.append(new_state)
        return inputs, new_states

    @classmethod
    def from_config(cls, config, custom_objects=None):
        cells = [serialization_lib.deserialize_keras_object(c, custom_objects=custom_objects) for c in config["cells"]]
        return super().from_config({**config, "cells": cells})


def _output_size(cell):
    size = getattr(cell, "output_size", None)
    return tree.flatten(cell.state_size)[0] if size is None else size


def _initial_state(cell, batch_size, dtype):
    make = getattr(cell, "get_initial_state", None)
    if make is not None:
        return make(batch_size=batch_size)
    return tree.map_structure(lambda n: ops.zeros((batch_size, n), dtype=dtype), cell.state_size)
