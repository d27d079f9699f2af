"""`SimpleRNN` and its cell."""

from keras.src import activations, ops
from keras.src.api_export import keras_export
from keras.src.layers.rnn.cell import RecurrentCell, masked_product
from keras.src.layers.rnn.documentation import explains_arguments
from keras.src.layers.rnn.layer_of_cell import LayerOfCell, shows_options_of
from keras.src.layers.rnn.rnn import RNN  # noqa: F401  other libraries take it from here


def advance_simple(z, states, weights, activation):
    """New states of a fully connected recurrence."""
    kernel, _, masks = weights
    return [activation(ops.add(z, masked_product(states[0], kernel, masks)))]


@keras_export("keras.layers.SimpleRNNCell")
@explains_arguments(RecurrentCell)
class SimpleRNNCell(RecurrentCell):
    """One step of a fully connected recurrence: `activation(inputs @ kernel + state @ recurrent_kernel + bias)`.

    Inputs: Tensor of shape `(batch, features)` and the state of shape `(batch, units)`, or a list of it. Outputs: the
        output and the new state, both of shape `(batch, units)`.

    Example:

    >>> cell = keras.layers.SimpleRNNCell(4)
    >>> output, state = cell(keras.ops.ones((2, 3)), keras.ops.zeros((2, 4)))
    >>> output.shape
    (2, 4)
    """

    _quantizable = True

    def __init__(
        self,
        units,
        activation="tanh",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
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

    def call(self, sequence, states, training=False):
        return self._call_step(sequence, states, training)

    def _name_in_engine(self):
        return {activations.tanh: "rnn_tanh", activations.relu: "rnn_relu"}.get(self.activation)

    def _recurrence(self):
        return advance_simple, (self.activation,)


@keras_export("keras.layers.SimpleRNN")
@shows_options_of(SimpleRNNCell)
@explains_arguments(SimpleRNNCell, LayerOfCell)
class SimpleRNN(LayerOfCell):
    """Fully connected recurrence: the output of a step is fed back into the next one.

    Inputs: Tensor of shape `(batch, steps, features)`; in the call also `mask` of shape `(batch, steps)` and
        `initial_state`. Outputs: tensor of shape `(batch, units)`, or `(batch, steps, units)` with `return_sequences`;
        with `return_state` a tuple of it and the state of shape `(batch, units)`.

    Example:

    >>> outputs, state = keras.layers.SimpleRNN(4, return_sequences=True, return_state=True)(keras.ops.ones((2, 5, 3)))
    >>> outputs.shape
    (2, 5, 4)

    Reference:

    - [Elman, 1990](https://doi.org/10.1207/s15516709cog1402_1)
    """

    _cell_class = SimpleRNNCell
    _not_in_config = ("seed",)

    def __init__(
        self,
        units,
        activation="tanh",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        seed=None,
        **kwargs,
    ):
        self._begin(locals())
