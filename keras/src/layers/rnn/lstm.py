"""`LSTM` and its cell."""

from keras.src import activations, ops
from keras.src.api_export import keras_export
from keras.src.layers.rnn.cell import RecurrentCell, masked_product
from keras.src.layers.rnn.documentation import explains_arguments
from keras.src.layers.rnn.layer_of_cell import LayerOfCell, shows_options_of
from keras.src.layers.weight_options import add_weight_with_options


class GatedMemory(RecurrentCell):
    """A cell with a memory beside the output; gates say what is written, kept and read.

    The kernels hold the parts of the input gate, the forget gate, the candidate and the output gate, in this order.
    """

    _gates = 4
    _states = 2

    def _starting_bias(self, shape, dtype=None):
        """Ones for the forget gate, the initializer's values elsewhere."""
        units = shape[0] // 4
        parts = ((units,), None, (2 * units,))
        ones = ops.ones((units,), dtype=dtype)
        return ops.concatenate([ones if p is None else self.bias_initializer(p, dtype=dtype) for p in parts], axis=0)

    def _add_bias(self, shape):
        starting = {"initializer": self._starting_bias} if self.unit_forget_bias else {}
        return add_weight_with_options(self, "bias", shape, **starting)

    def _recurrence(self):
        return advance_memory, (self.activation, self.recurrent_activation)


def advance_memory(z, states, weights, activation, gate):
    """New states of a long short-term memory.

    Args:
        z: Tensor, what the inputs give for the four gates.
        states: List of the output before and the memory.
        weights: Recurrent kernel, `None`, and masks of the state.
        activation: Function of the candidate and of the memory that is read.
        gate: Function of the gates.
    """
    kernel, _, masks = weights
    z = ops.add(z, masked_product(states[0], kernel, masks))
    return remember(ops.split(z, 4, axis=-1), states[1], activation, gate)


def remember(parts, memory, activation, gate):
    """New output and memory from the four gates before their activations."""
    write, keep, candidate, read = parts
    memory = ops.add(ops.multiply(gate(keep), memory), ops.multiply(gate(write), activation(candidate)))
    return [ops.multiply(gate(read), activation(memory)), memory]


@keras_export("keras.layers.LSTMCell")
@explains_arguments(RecurrentCell)
class LSTMCell(GatedMemory):
    """One step of a long short-term memory.

    Inputs: Tensor of shape `(batch, features)` and a list of two states of shape `(batch, units)`: the output of the
        step before, and the memory. Outputs: the output of shape `(batch, units)`, and the list of new states.

    Example:

    >>> cell = keras.layers.LSTMCell(4)
    >>> output, states = cell(keras.ops.ones((2, 3)), cell.get_initial_state(batch_size=2))
    >>> output.shape
    (2, 4)

    Reference:

    - [Hochreiter and Schmidhuber, 1997](https://doi.org/10.1162/neco.1997.9.8.1735)
    """

    _quantizable = True

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        unit_forget_bias=True,
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        **kwargs,
    ):
        self._keep_arguments(locals())
        self._set_units()

    def _name_in_engine(self):
        usual = self.activation is activations.tanh and self.recurrent_activation is activations.sigmoid
        return "lstm" if usual else None

    def call(self, inputs, states, training=False):
        return self._call_step(inputs, states, training)


@keras_export("keras.layers.LSTM")
@shows_options_of(LSTMCell)
@explains_arguments(LSTMCell, LayerOfCell)
class LSTM(LayerOfCell):
    """Long short-term memory: a recurrence whose gates decide what is remembered.

    Inputs: Tensor of shape `(batch, steps, features)`; in the call also `mask` of shape `(batch, steps)` and
        `initial_state`, a list of two tensors. Outputs: tensor of shape `(batch, units)`, or `(batch, steps, units)` with
        `return_sequences`; with `return_state` a tuple of it, the last output and the memory.

    Example:

    >>> outputs, last, memory = keras.layers.LSTM(4, return_sequences=True, return_state=True)(keras.ops.ones((2, 5, 3)))
    >>> outputs.shape
    (2, 5, 4)

    Reference:

    - [Hochreiter and Schmidhuber, 1997](https://doi.org/10.1162/neco.1997.9.8.1735)
    """

    _cell_class = LSTMCell
    _not_in_config = ("use_cudnn",)
    _ignored_arguments = ("implementation", "use_cudnn")

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        unit_forget_bias=True,
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        use_cudnn="auto",
        **kwargs,
    ):
        self._begin(locals())
