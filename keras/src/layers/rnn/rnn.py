"""`RNN`: the layer that runs a cell over a sequence."""

from keras.src import backend, ops, tree
from keras.src.api_export import keras_export
from keras.src.layers.call_signature import call_signature
from keras.src.layers.layer import Layer
from keras.src.layers.layer_build import LayerBuild
from keras.src.layers.rnn.cell import RecurrentCell, as_floats
from keras.src.layers.rnn.dropout_rnn_cell import DropoutRNNCell
from keras.src.layers.rnn.loop import recur, recur_known
from keras.src.layers.rnn.stacked_rnn_cells import StackedRNNCells
from keras.src.saving import serialization_lib


@keras_export("keras.layers.RNN")
class RNN(Layer):
    """Runs a cell over the steps of a sequence.

    A cell is a layer, or another object, with a method `call(inputs, states)` that returns `(output, new_states)`, and an
    attribute `state_size`: an int, or a list of one int for each state. It may have `output_size` (by default the first
    of the sizes of the states), `get_initial_state(batch_size)` (by default zeros), and an argument `training` of `call`.

    Args:
        cell: The cell, or a list of cells, which are stacked.
        return_sequences: Whether the outputs of all steps are returned, not just the last one.
        return_state: Whether the last states are returned too.
        go_backwards: Whether the sequence is run through from its end; outputs come in that order.
        stateful: Whether the states after a batch are those before the next one, sample by sample; the batch size is
            fixed then, see `reset_state()`.
        unroll: Whether the steps are written out in compiled code, which can be faster for short sequences.
        zero_output_for_mask: Whether the output of a masked step is zeros, not that of the step before.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of shape `(batch, steps, ...)`; in the call also `mask`, a bool tensor of shape `(batch, steps)` (where
        it is `False`, the step is skipped), `initial_state`, the states to begin with, and `training`. Outputs: tensor of
        shape `(batch, output_size)`, or `(batch, steps, output_size)` with `return_sequences`; with `return_state` a tuple
        of it and the states.

    Example:

    >>> class Sum(keras.layers.Layer):
    ...     state_size = 3
    ...     def call(self, inputs, states):
    ...         total = inputs + states[0]
    ...         return total, [total]
    >>> keras.ops.convert_to_numpy(keras.layers.RNN(Sum(), return_sequences=True)(keras.ops.ones((1, 4, 3)))[0, :, 0]).tolist()
    [1.0, 2.0, 3.0, 4.0]
    """

    _masks_come_from_masks = True
    _layers_in_config = ("cell",)
    _untracked_attributes = Layer._untracked_attributes | {"states"}

    def __init__(
        self,
        cell,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        zero_output_for_mask=False,
        **kwargs,
    ):
        cell = StackedRNNCells(cell) if isinstance(cell, (list, tuple)) else cell
        _check_cell(cell)
        super().__init__(**kwargs)
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = zero_output_for_mask
        self.cell = cell
        self.states = None

    @property
    def state_size(self):
        """Size of the state, or list of the sizes of the states, of the cell."""
        return self.cell.state_size

    @property
    def single_state(self):
        """Whether the cell has one state only."""
        return isinstance(self.state_size, int) or len(self.state_size) == 1

    @classmethod
    def from_config(cls, config, custom_objects=None):
        cell = serialization_lib.deserialize_keras_object(config["cell"], custom_objects=custom_objects)
        return super().from_config({**config, "cell": cell})

    # Shapes

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        batch, steps = sequences_shape[:2]
        sizes = self._sizes_as_list()
        output_size = getattr(self.cell, "output_size", None)
        output_size = tree.flatten(sizes)[0] if output_size is None else output_size
        output = (batch, steps, *_as_shape(output_size)) if self.return_sequences else (batch, *_as_shape(output_size))
        if not self.return_state:
            return output
        return (output, *[tree.map_structure(lambda n: (batch, n), size) for size in sizes])

    def _sizes_as_list(self):
        size = self.state_size
        return [size] if isinstance(size, int) else _plain(size)

    def compute_mask(self, _, mask):
        mask = tree.flatten(mask)[0]
        mask = mask if self.return_sequences else None
        return [mask] + [None] * len(self._sizes_as_list()) if self.return_state else mask

    # State

    def build(self, sequences_shape, initial_state_shape=None):
        self._build_cell((sequences_shape[0], *sequences_shape[2:]))
        if self.stateful:
            if self.states is None:
                self._create_state_variables(sequences_shape)

    def _build_cell(self, step_shape):
        cell = self.cell
        if not isinstance(cell, Layer) or cell.built:
            return
        if type(cell).build is LayerBuild.build:
            # What such a cell needs becomes known when it is called.
            states = tree.map_structure(lambda n: (step_shape[0], n), self._sizes_as_list())
            cell(*tree.map_shape_structure(self._input_of_shape, (step_shape, states)))
        else:
            cell.build(step_shape)

    def _create_state_variables(self, sequences_shape):
        batch_size = sequences_shape[0]
        if batch_size is None:
            raise ValueError(
                f"Layer {self.name!r} has `stateful=True`, so it needs a batch size that is fixed, as by "
                f"`keras.Input(shape, batch_size=...)`. Received: sequences of shape {sequences_shape}"
            )
        with self._open_name_scope():
            self.states = tree.map_structure(self._state_variable, self.get_initial_state(batch_size))

    def _state_variable(self, value):
        def initial_value(shape, dtype=None):
            return ops.cast(value, dtype)

        dtype = self.variable_dtype
        return backend.Variable(initial_value, tuple(value.shape), dtype, trainable=False, name="rnn_state")

    @property
    def _own_variables(self):
        """States between batches are variables, so that compiled code hands them on, but no weights: they aren't saved."""
        states = [] if self.__dict__.get("states") is None else tree.flatten(self.states)
        # (Not by `super()`: Dynamo does not see into properties of base classes.)
        return self._own_weights + [generator.state for generator in self._seed_generators] + states

    def get_initial_state(self, batch_size):
        """The states before the first step, where no others are given.

        Args:
            batch_size: Int, or a scalar tensor.

        Returns:
            List of tensors, structured as the cell's `state_size`.
        """
        make = getattr(self.cell, "get_initial_state", None)
        if make is not None:
            states = make(batch_size=batch_size)
            if type(states) is list and self._has_flat_states():
                return states
            states = list(states) if isinstance(states, (list, tuple)) else [states]
            return self._in_structure(tree.flatten(states))
        dtype = self.compute_dtype
        return tree.map_structure(lambda n: ops.zeros((batch_size, n), dtype=dtype), self._sizes_as_list())

    def reset_state(self):
        """Sets the states that a stateful layer keeps between batches to zero."""
        if self.states is not None:
            for state in tree.flatten(self.states):
                state.assign(ops.zeros_like(state.value))

    def reset_states(self):
        """As `reset_state()`."""
        self.reset_state()

    def _in_structure(self, flat):
        """A list of states, as deep as `state_size` says, from all of them in a row."""
        if isinstance(self.cell, RecurrentCell):
            return flat
        sizes = self._sizes_as_list()
        return flat if all(isinstance(n, int) for n in sizes) else tree.pack_sequence_as(sizes, flat)

    def _flat(self, states):
        return states if type(states) is list and isinstance(self.cell, RecurrentCell) else tree.flatten(states)

    def _has_flat_states(self):
        """Whether states are a list of tensors, as those of this library's cells are: no need to look."""
        return isinstance(self.cell, RecurrentCell)

    def _number_of_states(self):
        return len(tree.flatten(self._sizes_as_list()))

    def _starting_states(self, sequences, initial_state):
        """Flat list of the states before the first step."""
        batch_size = ops.shape(sequences)[0]
        if initial_state is None:
            if not self.stateful:
                return self._flat(self.get_initial_state(batch_size))
            self._check_batch_size(batch_size)
            # Copies, since engines may write new values in the place of the old ones.
            return [ops.copy(ops.cast(v.value, self.compute_dtype)) for v in tree.flatten(self.states)]
        states = [x for x in tree.flatten(initial_state) if x is not None]
        if len(states) != self._number_of_states():
            raise ValueError(
                f"`initial_state` must hold {self._number_of_states()} tensors, one for each state of the cell of layer "
                f"{self.name!r}. Received: {len(states)} of the shapes {[tuple(x.shape) for x in states]}"
            )
        return states

    def _check_batch_size(self, batch_size):
        expected = tree.flatten(self.states)[0].shape[0]
        if isinstance(batch_size, int) and batch_size != expected:
            raise ValueError(
                f"Layer {self.name!r} has `stateful=True` and holds states for batches of {expected} samples. "
                f"Received: a batch of {batch_size}. Give batches of equal size, or build another layer."
            )

    # The call

    def call(self, sequences, initial_state=None, mask=None, training=False):
        if sequences.shape[1] == 0:
            raise ValueError(
                f"Layer {self.name!r} needs at least one time step. Received: sequences of shape {tuple(sequences.shape)}"
            )
        if initial_state is None and mask is None and self._starts_in_engine():
            results = self._run_from_zeros(sequences, training)
            if results is not None:
                return results
        states = self._starting_states(sequences, initial_state)
        if self._has_flat_states():
            dtype = self._compute_dtype
            sequences, states = as_floats(sequences, dtype), [as_floats(x, dtype) for x in states]
        mask = _checked_mask(mask, sequences)
        try:
            last_output, outputs, states = self.inner_loop(
                sequences, self._in_structure(states), mask, training=training
            )
        finally:
            reset_dropout_masks(self.cell)
        states = self._flat(states)
        if self.stateful:
            for variable, value in zip(tree.flatten(self.states), states):
                variable.assign(ops.stop_gradient(value))
        return self._returned(last_output, outputs, states)

    def _returned(self, last_output, outputs, states):
        output = outputs if self.return_sequences else last_output
        return (output, *self._in_structure(states)) if self.return_state else output

    def _starts_in_engine(self):
        """Whether a kernel of the engine may make the states to begin with, which are zeros then."""
        # Written out, since it is asked in each call: a loop over names costs more than all else that a call does.
        kind, own, cell = type(self), self.__dict__, self.cell
        return (
            not (self.stateful or self.unroll)
            and self._knows_the_cell()
            and kind.inner_loop is RNN.inner_loop
            and kind.get_initial_state is RNN.get_initial_state
            and type(cell).get_initial_state is RecurrentCell.get_initial_state
            and "inner_loop" not in own
            and "get_initial_state" not in own
            and "get_initial_state" not in cell.__dict__
        )

    def _run_from_zeros(self, sequences, training):
        """What the call returns, by a kernel of the engine and without states to begin with, or `None`."""
        sequences = as_floats(sequences, self._compute_dtype)
        if self.go_backwards:
            sequences = ops.flip(sequences, axis=1)
        results = self.cell._run_in_engine(sequences, None, training)
        if results is None:
            return None
        outputs, states = results
        return self._returned(states[0], outputs, states)

    def inner_loop(self, sequences, initial_state, mask, training=False):
        """Runs the cell over the sequence; may be overridden.

        Args:
            sequences: Tensor of shape `(batch, steps, ...)`.
            initial_state: List of tensors, structured as `state_size`.
            mask: Bool tensor of shape `(batch, steps)`, or `None`.
            training: Whether the call trains.

        Returns:
            `(last_output, outputs, states)`; `outputs`, of shape `(batch, steps, ...)`, may be `None` where
            `return_sequences` is `False`.
        """
        if self.go_backwards:
            sequences = ops.flip(sequences, axis=1)
            mask = None if mask is None else ops.flip(mask, axis=1)
        states = self._flat(initial_state)
        if mask is None and not self.unroll and self._knows_the_cell():
            results = self.cell._run_in_engine(sequences, states, training)
            if results is not None:
                outputs, states = results
                return states[0], outputs, self._in_structure(states)
        time_first = ops.swapaxes(sequences, 0, 1)
        mask = None if mask is None else ops.swapaxes(mask, 0, 1)
        settings = (self.unroll, self.zero_output_for_mask, self.return_sequences)
        if self._knows_the_cell():
            loop = self.cell._loop_parts(time_first, sequences[:, 0], states, training)
            last_output, outputs, states = recur_known(*loop, states, mask, settings)
        else:
            step = self._step(sequences[:, 0], states, training)
            last_output, outputs, states = recur(step, time_first, states, mask, *settings)
        return last_output, None if outputs is None else ops.swapaxes(outputs, 0, 1), self._in_structure(states)

    def _step(self, example, states, training):
        """A step of the loop that calls the cell."""
        cell = self.cell
        draw_dropout_masks(cell, example, self._in_structure(states), training)
        takes_training = call_signature(type(cell).call).takes_training
        call = cell if callable(cell) else cell.call
        options = {"training": training} if takes_training else {}

        def step(x, states):
            output, new = call(x, self._in_structure(states), **options)
            return output, [ops.cast(a, b.dtype) for a, b in zip(tree.flatten(new), states)]

        return step

    def _knows_the_cell(self):
        """Whether the cell is one of this library as it is, so that its parts can be used."""
        cell = self.cell
        if not isinstance(cell, RecurrentCell) or cell._compute_dtype != self._compute_dtype:
            return False
        if "call" in cell.__dict__ or cell.activity_regularizer is not None or cell._remat_mode is not None:
            return False
        return type(cell).call.__module__.startswith("keras.src.layers.rnn.")


def _check_cell(cell):
    if not hasattr(cell, "call"):
        raise ValueError(f"`cell` must have a method `call(inputs, states)`. Received: cell={cell!r}")
    if not hasattr(cell, "state_size"):
        raise ValueError(
            "`cell` must have an attribute `state_size`, an integer or a list of one integer for each state. "
            f"Received: cell={cell!r}"
        )
    size = cell.state_size
    sizes = tree.flatten(size) if isinstance(size, (list, tuple)) else [size]
    if not sizes or not all(isinstance(n, int) for n in sizes):
        raise ValueError(
            "`state_size` of a cell must be an integer, or a list of one integer for each state. "
            f"Received: state_size={size!r} of {cell!r}"
        )


def _plain(sizes):
    """Nested lists of the ints in a list or tuple, whatever kind of list it is."""
    return [n if isinstance(n, int) else _plain(n) for n in sizes]


def _as_shape(size):
    return tuple(size) if isinstance(size, (list, tuple)) else (size,)


def _checked_mask(mask, sequences):
    """The mask as a bool tensor of shape `(batch, steps)`, or `None`."""
    mask = None if mask is None else tree.flatten(mask)[0]
    if mask is None:
        return None
    shape, expected = tuple(mask.shape), tuple(sequences.shape[:2])
    if len(shape) == 3 and shape[2] == 1:
        mask, shape = mask[:, :, 0], shape[:2]
    if len(shape) != 2 or any(None not in (a, b) and a != b for a, b in zip(shape, expected)):
        raise ValueError(
            f"`mask` must have shape (batch, steps), here {expected}. Received: a mask of shape {tuple(mask.shape)}"
        )
    return ops.cast(mask, "bool")


def draw_dropout_masks(cell, example, states, training):
    """Draws the dropout masks of cells that a loop calls: within it there are only steps.

    Args:
        cell: The cell.
        example: Tensor of shape `(batch, ...)`, the inputs of one step.
        states: The states, structured as `state_size`.
        training: Whether the call trains.
    """
    if not training:
        return
    if isinstance(cell, StackedRNNCells):
        for inner, inner_states in zip(cell.cells, states):
            inner_states = inner_states if isinstance(inner_states, (list, tuple)) else [inner_states]
            draw_dropout_masks(inner, example, inner_states, training)
            size = getattr(inner, "output_size", None)
            if isinstance(size, int):
                example = ops.zeros((ops.shape(example)[0], size), dtype=example.dtype)
    elif isinstance(cell, DropoutRNNCell):
        cell.get_dropout_mask(example)
        cell.get_recurrent_dropout_mask(states[0])


def reset_dropout_masks(cell):
    """Forgets the dropout masks of a cell and of those stacked in it."""
    if isinstance(cell, DropoutRNNCell):
        cell.reset_dropout_mask()
        cell.reset_recurrent_dropout_mask()
    else:
        for inner in getattr(cell, "cells", ()):
            reset_dropout_masks(inner)
