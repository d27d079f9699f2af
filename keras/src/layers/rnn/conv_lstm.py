"""Long short-term memories whose products are convolutions, over one, two and three spatial dimensions."""

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.backend.common.windows import per_dimension
from keras.src.layers.rank_family import of_rank
from keras.src.layers.rnn.cell import RecurrentCell, masked_product
from keras.src.layers.rnn.documentation import explains_arguments
from keras.src.layers.rnn.layer_of_cell import LayerOfCell, shows_options_of
from keras.src.layers.rnn.lstm import GatedMemory, remember
from keras.src.layers.weights.use import Windowed


@explains_arguments(RecurrentCell)
class ConvLSTMCell(GatedMemory):
    """One step of a convolutional long short-term memory.

    Args:
        rank: Number of spatial dimensions.
        filters: Number of channels of the output and of each state.
        kernel_size: Int, or one for each spatial dimension: the window of the convolutions.
        strides: Int, or one for each spatial dimension: the steps of the window over the inputs.
        padding: `"valid"` or `"same"`, of the inputs; states are padded so that they keep their size.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        dilation_rate: Int, or one for each spatial dimension: the distance of the elements of the window over the inputs.

    Inputs: Tensor of shape `(batch, ..., channels)` and a list of two states. Outputs: the output and the new states.
    """

    _quantizable = True

    def __init__(
        self,
        rank,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
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
        for name in ("kernel_size", "strides", "dilation_rate"):
            setattr(self, name, self._sizes(name))
        self._check_window()
        self.data_format = backend.standardize_data_format(data_format)
        self._gate_axis = -1 if self.data_format == "channels_last" else -1 - rank
        self.state_size = [filters, filters]
        self.output_size = filters

    def _sizes(self, name):
        value = getattr(self, name)
        sizes = per_dimension(value, self.rank, name)
        if any(not isinstance(n, int) or n < 1 for n in sizes):
            raise ValueError(f"`{name}` must hold integers of 1 or more. Received: {name}={value}")
        return tuple(sizes)

    def _check_window(self):
        if not isinstance(self.filters, int) or self.filters < 1:
            raise ValueError(f"`filters` must be a positive integer. Received: filters={self.filters!r}")
        if str(self.padding).lower() not in ("valid", "same"):
            raise ValueError(f"`padding` must be 'valid' or 'same'. Received: padding={self.padding!r}")
        self.padding = self.padding.lower()
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                "`strides` and `dilation_rate` cannot both be above 1. "
                f"Received: strides={self.strides}, dilation_rate={self.dilation_rate}"
            )

    def build(self, input_shape):
        if None in input_shape[1:]:
            raise ValueError(
                f"Layer {self.name!r} needs to know the spatial sizes and the channels of its inputs to be built. "
                f"Received: input_shape={input_shape}"
            )
        channels, width = input_shape[self._gate_axis], self.filters * self._gates
        kernel_shape = (*self.kernel_size, channels, width)
        self._add_weights(kernel_shape, (*self.kernel_size, self.filters, width), (width,))
        self.state_shape = self.output_shape_for(input_shape)[1:]

    def output_shape_for(self, input_shape):
        """Shape of the output, and of each state, for inputs of a shape."""
        kernel = (*self.kernel_size, input_shape[self._gate_axis], self.filters)
        return self._convolved(
            *(backend.KerasTensor(shape, record_history=False) for shape in (input_shape, kernel))
        ).shape

    def get_initial_state(self, batch_size=None):
        """The states before the first step: zeros. The cell must be built.

        Args:
            batch_size: Int, or a scalar tensor.
        """
        if not self.built and "state_shape" not in self.__dict__:
            raise ValueError(
                f"Layer {self.name!r} must be built: the shape of its states depends on that of its inputs."
            )
        return [ops.zeros((batch_size, *self.state_shape), dtype=self.compute_dtype) for _ in range(self._states)]

    def call(self, inputs, states, training=False):
        return self._call_step(inputs, states, training)

    def _use_of(self, name):
        return Windowed(self.rank + 2)

    def _convolved(self, x, kernel):
        return ops.conv(x, kernel, self.strides, self.padding, self.data_format, self.dilation_rate)

    def _convolved_steps(self, x, kernel):
        """Convolves one step, or all of them at once."""
        if len(x.shape) == self.rank + 2:
            return self._convolved(x, kernel)
        leading = ops.shape(x)[:2]
        result = self._convolved(ops.reshape(x, (-1, *x.shape[2:])), kernel)
        return ops.reshape(result, (*leading, *result.shape[1:]))

    def _project(self, inputs, kernel, bias, masks):
        outputs = masked_product(inputs, kernel, masks, self._convolved_steps, self._gate_axis)
        if bias is None:
            return outputs
        return ops.add(outputs, bias if self._gate_axis == -1 else ops.reshape(bias, (-1,) + (1,) * self.rank))

    _projects_steps = False

    def _recurrence(self):
        return advance_convolved, (self.activation, self.recurrent_activation, self.data_format, self._gate_axis)


def advance_convolved(z, states, weights, activation, gate, data_format, axis):
    """New states of a long short-term memory whose state is convolved, and keeps its size; see `advance_memory`."""

    def convolved(state, kernel):
        return ops.conv(state, kernel, 1, "same", data_format)

    kernel, _, masks = weights
    product = masked_product(states[0], kernel, masks, convolved, axis)
    return remember(ops.split(ops.add(z, product), 4, axis=axis), states[1], activation, gate)


@shows_options_of(ConvLSTMCell)
@explains_arguments(ConvLSTMCell, LayerOfCell)
class ConvLSTM(LayerOfCell):
    """A convolutional long short-term memory.

    Inputs: Tensor of shape `(batch, steps, ..., channels)`.
    """

    rank = None
    _cell_class = ConvLSTMCell
    _also_in_config = (*LayerOfCell._also_in_config, "unroll")

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
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
        **kwargs,
    ):
        self._begin(locals(), rank=self.rank)

    @property
    def _input_rank(self):
        return self.rank + 3

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        state = self.cell.output_shape_for((sequences_shape[0], *sequences_shape[2:]))
        output = (state[0], sequences_shape[1], *state[1:]) if self.return_sequences else state
        return (output, state, state) if self.return_state else output


@keras_export("keras.layers.ConvLSTM1D")
@of_rank(1)
class ConvLSTM1D(ConvLSTM):
    """Long short-term memory of sequences of lines: its products are convolutions over one dimension.

    Inputs: Tensor of shape `(batch, steps, size, channels)`; in the call also `mask` of shape `(batch, steps)` and
        `initial_state`, a list of two tensors. Outputs: tensor of shape `(batch, new_size, filters)`, or `(batch, steps,
        new_size, filters)` with `return_sequences`; with `return_state` a tuple of it, the last output and the memory.

    Example:

    >>> keras.layers.ConvLSTM1D(4, 3)(keras.ops.ones((2, 5, 8, 3))).shape
    (2, 6, 4)

    Reference:

    - [Shi et al., 2015](https://arxiv.org/abs/1506.04214)
    """


@keras_export("keras.layers.ConvLSTM2D")
@of_rank(2)
class ConvLSTM2D(ConvLSTM):
    """Long short-term memory of sequences of images: its products are convolutions over two dimensions.

    Inputs: Tensor of shape `(batch, steps, height, width, channels)`; in the call also `mask` of shape `(batch, steps)` and
        `initial_state`, a list of two tensors. Outputs: tensor of shape `(batch, new_height, new_width, filters)`, or with
        the axis of steps behind the batch with `return_sequences`; with `return_state` a tuple of it, the last output and
        the memory.

    Example:

    >>> keras.layers.ConvLSTM2D(4, 3, padding="same")(keras.ops.ones((2, 5, 8, 8, 3))).shape
    (2, 8, 8, 4)

    Reference:

    - [Shi et al., 2015](https://arxiv.org/abs/1506.04214)
    """


@keras_export("keras.layers.ConvLSTM3D")
@of_rank(3)
class ConvLSTM3D(ConvLSTM):
    """Long short-term memory of sequences of volumes: its products are convolutions over three dimensions.

    Inputs: Tensor of shape `(batch, steps, depth, height, width, channels)`; in the call also `mask` of shape `(batch,
        steps)` and `initial_state`, a list of two tensors. Outputs: tensor of one axis less, with `filters` channels, or
        with the axis of steps too with `return_sequences`; with `return_state` a tuple of it, the last output and the memory.

    Example:

    >>> keras.layers.ConvLSTM3D(4, 2)(keras.ops.ones((1, 2, 4, 4, 4, 1))).shape
    (1, 3, 3, 3, 4)

    Reference:

    - [Shi et al., 2015](https://arxiv.org/abs/1506.04214)
    """
