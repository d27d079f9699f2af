"""`GRU` and its cell."""

from keras.src import activations, ops
from keras.src.api_export import keras_export
from keras.src.layers.rnn.cell import RecurrentCell, affine, masked_product
from keras.src.layers.rnn.documentation import explains_arguments
from keras.src.layers.rnn.layer_of_cell import LayerOfCell, shows_options_of


@keras_export("keras.layers.GRUCell")
@explains_arguments(RecurrentCell)
class GRUCell(RecurrentCell):
    """One step of a gated recurrent unit.

    Args:
        reset_after: Whether the reset gate acts after the product with the recurrent kernel, as fused kernels have it,
            or before, as in the first version of the paper.

    Inputs: Tensor of shape `(batch, features)` and the state of shape `(batch, units)`, or a list of it. Outputs: the
        output and the new state, both of shape `(batch, units)`.

    Example:

    >>> cell = keras.layers.GRUCell(4)
    >>> output, state = cell(keras.ops.ones((2, 3)), keras.ops.zeros((2, 4)))
    >>> output.shape
    (2, 4)

    Reference:

    - [Cho et al., 2014](https://arxiv.org/abs/1406.1078)
    """

    _quantizable = True

    # The kernels hold the parts of the update gate, the reset gate and the candidate, in this order.
    _gates = 3

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="sigmoid",
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
        reset_after=True,
        seed=None,
        **kwargs,
    ):
        self._keep_arguments(locals())
        self._set_units()

    def _add_weights(self, kernel_shape, recurrent_shape, bias_shape):
        super()._add_weights(kernel_shape, recurrent_shape, (2, *bias_shape) if self.reset_after else bias_shape)

    def _name_in_engine(self):
        usual = self.activation is activations.tanh and self.recurrent_activation is activations.sigmoid
        return "gru" if usual and self.reset_after else None

    def call(self, inputs, states, training=False):
        return self._call_step(inputs, states, training)

    def _input_bias(self):
        bias = super()._input_bias()
        return bias[0] if self.reset_after and bias is not None else bias

    def _state_bias(self):
        return self.bias.value[1] if self.reset_after and self.bias is not None else None

    def _recurrence(self):
        advance = advance_reset_after if self.reset_after else advance_reset_before
        return advance, (self.activation, self.recurrent_activation)


def advance_reset_after(z, states, weights, activation, gate):
    """New states of a gated unit whose reset gate acts on the product of the state and the kernel."""
    (state,) = states
    update, reset, candidate = ops.split(z, 3, axis=-1)
    update_h, reset_h, candidate_h = ops.split(affine(state, *weights), 3, axis=-1)
    reset = gate(ops.add(reset, reset_h))
    candidate = activation(ops.add(candidate, ops.multiply(reset, candidate_h)))
    return [_mixed(gate(ops.add(update, update_h)), state, candidate)]


def advance_reset_before(z, states, weights, activation, gate):
    """New states of a gated unit whose reset gate acts on the state before it meets the kernel."""
    (state,) = states
    kernel, _, masks = weights
    of_gates, of_candidate = (None, None) if masks is None else (masks[:2], masks[2:])
    units = state.shape[-1]
    update, reset, candidate = ops.split(z, 3, axis=-1)
    update_h, reset_h = ops.split(masked_product(state, kernel[:, : 2 * units], of_gates), 2, axis=-1)
    remembered = ops.multiply(gate(ops.add(reset, reset_h)), state)
    candidate_h = masked_product(remembered, kernel[:, 2 * units :], of_candidate)
    return [_mixed(gate(ops.add(update, update_h)), state, activation(ops.add(candidate, candidate_h)))]


def _mixed(update, state, candidate):
    return ops.add(candidate, ops.multiply(update, ops.subtract(state, candidate)))


@keras_export("keras.layers.GRU")
@shows_options_of(GRUCell)
@explains_arguments(GRUCell, LayerOfCell)
class GRU(LayerOfCell):
    """Gated recurrent unit: a recurrence whose gates decide how much of the state is replaced.

    Inputs: Tensor of shape `(batch, steps, features)`; in the call also `mask` of shape `(batch, steps)` and
        `initial_state`. Outputs: tensor of shape `(batch, units)`, or `(batch, steps, units)` with `return_sequences`; with
        `return_state` a tuple of it and the last state.

    Example:

    >>> outputs, state = keras.layers.GRU(4, return_sequences=True, return_state=True)(keras.ops.ones((2, 5, 3)))
    >>> outputs.shape
    (2, 5, 4)

    Reference:

    - [Cho et al., 2014](https://arxiv.org/abs/1406.1078)
    """

    _cell_class = GRUCell
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
        reset_after=True,
        use_cudnn="auto",
        **kwargs,
    ):
        self._begin(locals())
