"""What the cells of this library share: options, dropout, and the split of a step in two.

A step is `advance(z, states, weights, *settings)`, where `z` is what the inputs give, `inputs @ kernel + bias`. The latter is
computed for all steps of a sequence at once, before the loop. `advance` is a function of a module, and the settings are
plain values, so that engines can tell that they have compiled a loop before.
"""

from keras.src import activations, backend, constraints, initializers, ops, regularizers
from keras.src.backend import door
from keras.src.layers.layer import Layer
from keras.src.layers.rnn.dropout_rnn_cell import DropoutRNNCell
from keras.src.layers.weight_options import add_weight_with_options
from keras.src.layers.weights.holder import OF_PRODUCTS, HoldsWeight, held
from keras.src.layers.weights.use import Windowed
from keras.src.random.seed_generator import SeedGenerator

_LOOKED_UP = {
    "activation": activations.get,
    "initializer": initializers.get,
    "regularizer": regularizers.get,
    "constraint": constraints.get,
}
_NOT_OPTIONS = ("self", "kwargs", "__class__")


def options_of(arguments):
    """The constructor's own parameters among its local names, as a dict."""
    return {name: value for name, value in arguments.items() if name not in _NOT_OPTIONS}


class RecurrentCell(HoldsWeight, DropoutRNNCell, Layer):
    """Base of cells. A subclass says how many gates and states there are and defines `_start`.

    The first state is the output. Quantized kernels are made floating-point again before the first step.

    Args:
        units: Size of the output and of each state.
        activation: Function of what becomes the output, or its name; `None` for none.
        recurrent_activation: Function of the gates, or its name; `None` for none.
        use_bias: Whether a bias is added.
        kernel_initializer: Initial value of the kernel, which the inputs are multiplied with.
        recurrent_initializer: Initial value of the recurrent kernel, which the state is multiplied with.
        bias_initializer: Initial value of the bias.
        unit_forget_bias: Whether the bias of the forget gate starts at 1, so that states are kept at first.
        kernel_regularizer: Penalty on the kernel.
        recurrent_regularizer: Penalty on the recurrent kernel.
        bias_regularizer: Penalty on the bias.
        kernel_constraint: What is applied to the kernel after each update.
        recurrent_constraint: What is applied to the recurrent kernel after each update.
        bias_constraint: What is applied to the bias after each update.
        dropout: Part of the inputs that is dropped while training, the same in all steps.
        recurrent_dropout: Part of the state that is dropped while training, the same in all steps.
        seed: Int, seed of the dropout.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`, and `lora_rank` and `lora_alpha`: with a rank,
            the kernels are frozen, and for each a product of two smaller arrays, scaled by `lora_alpha / lora_rank`, is
            trained.
    """

    kernel, recurrent_kernel = held("kernel"), held("recurrent_kernel")
    _held_names = _adapted_names = ("kernel", "recurrent_kernel")
    _option_prefixes = {"recurrent_kernel": "recurrent"}
    _refused_modes = OF_PRODUCTS
    _absent_parts = frozenset(("g_idx",))
    _also_in_config = ("lora_rank", "lora_alpha")

    _gates = 1
    _states = 1
    _first_is_output = True

    def _keep_arguments(self, arguments):
        """Initialises the layer, and keeps the constructor's arguments as attributes.

        Args:
            arguments: What `locals()` gives at the begin of the constructor.
        """
        settings = dict(arguments["kwargs"])
        implementation = settings.pop("implementation", 2)
        adaptation = settings.pop("lora_rank", None), settings.pop("lora_alpha", None)
        Layer.__init__(self, **settings)
        self._set_adaptation(*adaptation)
        self.implementation = implementation  # Older code gives and reads it; there is one way to compute here.
        for name, value in options_of(arguments).items():
            look_up = _LOOKED_UP.get(name.rpartition("_")[2])
            setattr(self, name, value if look_up is None else look_up(value))
        for name in ("dropout", "recurrent_dropout"):
            if not 0 <= arguments[name] <= 1:
                raise ValueError(f"`{name}` must be between 0 and 1. Received: {name}={arguments[name]}")
        self.seed_generator = SeedGenerator(self.seed)
        self.reset_dropout_mask()
        self.reset_recurrent_dropout_mask()

    def _set_units(self):
        if not isinstance(self.units, int) or self.units <= 0:
            raise ValueError(f"`units` must be a positive integer. Received: units={self.units!r}")
        self.state_size = self.units if self._states == 1 else [self.units] * self._states
        self.output_size = self.units

    def build(self, input_shape):
        features = input_shape[-1]
        if features is None:
            raise ValueError(
                f"Layer {self.name!r} needs to know the number of features (the last axis) to be built. "
                f"Received: input_shape={input_shape}"
            )
        width = self.units * self._gates
        self._add_weights((features, width), (self.units, width), (width,))

    def _add_weights(self, kernel_shape, recurrent_shape, bias_shape):
        self._make_weight(kernel_shape)
        self._make_weight(recurrent_shape, "recurrent_kernel")
        self.bias = self._add_bias(bias_shape) if self.use_bias else None
        self._adapt_as_configured()

    def _add_bias(self, shape):
        return add_weight_with_options(self, "bias", shape)

    def _use_of(self, name):
        return Windowed(2)

    def get_initial_state(self, batch_size=None):
        """The states before the first step: zeros.

        Args:
            batch_size: Int, or a scalar tensor.

        Returns:
            List of tensors of shape `(batch_size, units)`.
        """
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype)] * self._states

    # The step

    def _call_step(self, inputs, states, training):
        """One step by itself. States come as a list or, where there is but one, as a tensor, and leave like this."""
        several = isinstance(states, (list, tuple))
        inputs = as_floats(inputs, self.compute_dtype)
        states = [as_floats(x, self.compute_dtype) for x in (states if several else [states])]
        z, weights = self._start(inputs, inputs, states, training)
        advance, settings = self._recurrence()
        states = advance(z, states, weights, *settings)
        return states[0], states if several else states[0]

    def _recurrence(self):
        """The function `advance(z, states, weights, *settings)`, and a tuple of the settings."""
        raise NotImplementedError

    def _start(self, inputs, example, states, training):
        """What the inputs give, for any number of leading axes, and the weights that a step needs.

        Args:
            inputs: Tensor of shape `(..., batch, features)`: one step, or all.
            example: Tensor of shape `(batch, features)`, the inputs of some step.
            states: List of tensors of the shapes of the states.
            training: Whether there is dropout.
        """
        of_inputs, of_states = self._weights(example, states, training)
        return self._project(inputs, *of_inputs), of_states

    def _weights(self, example, states, training):
        """Kernel, bias and masks of the inputs, and those of the states."""
        input_masks, state_masks = self._masks_for(example, states, training)
        kernel, recurrent_kernel = map(self._weight_value, self._held_names)
        return (kernel, self._input_bias(), input_masks), (recurrent_kernel, self._state_bias(), state_masks)

    def _loop_parts(self, sequence, example, states, training):
        """What `recur_known` needs to know of the cell: function of a step, constants, what to loop over, and weights."""
        advance, constants = self._recurrence()
        if self._projects_steps and door.engine_for(sequence).rnn.projects_within_loop():
            return advance_with_inputs, (advance, *constants), sequence, self._weights(example, states, training)
        return advance, constants, *self._start(sequence, example, states, training)

    # Whether inputs may meet the kernel in the loop, where that is faster.
    _projects_steps = True

    def _input_bias(self):
        return None if self.bias is None else self.bias.value

    def _state_bias(self):
        """The bias of the product with the state, where there is one."""
        return None

    _use_engine = True

    def _name_in_engine(self):
        """Name of the engine's own kernel that computes the same over a sequence, or `None`."""
        return None

    def _run_in_engine(self, sequences, states, training):
        """`(outputs, states)` of a sequence by a kernel of the engine, or `None`."""
        name = self._name_in_engine() if self._use_engine else None
        kernel = None if name is None else getattr(door.engine_for(sequences).rnn, name)
        if kernel is None or (training and (self.dropout or self.recurrent_dropout)):
            return None
        bias = None if self.bias is None else self.bias.value
        return kernel(sequences, states, *map(self._weight_value, self._held_names), bias)

    def _project(self, inputs, kernel, bias, masks):
        return affine(inputs, kernel, bias, masks)

    # Dropout

    def _masks_for(self, example, states, training):
        """Dropout masks of the inputs and of the first state, each a list with one for each gate, or `None`."""
        if not training:
            return None, None
        masks = self.get_dropout_mask(example), self.get_recurrent_dropout_mask(states[0])
        return tuple(m if m is None or isinstance(m, list) else [m] for m in masks)


def masked_product(x, kernel, masks, product=ops.matmul, axis=-1):
    """`product(x, kernel)`; with masks, each gate's part of the kernel meets `x` times the gate's mask.

    Args:
        x: Tensor, such as one of shape `(..., features)`.
        kernel: Tensor of shape `(..., features, gates * units)`.
        masks: List of a tensor for each gate, or `None`.
        product: Function of `x` and a kernel.
        axis: Int, the axis of the product along which the gates stand.
    """
    if masks is None:
        return product(x, kernel)
    parts = ops.split(kernel, len(masks), axis=-1)
    results = [product(ops.multiply(x, mask), part) for mask, part in zip(masks, parts)]
    return results[0] if len(results) == 1 else ops.concatenate(results, axis=axis)


def as_floats(x, dtype):
    """`x`, cast to `dtype` if it holds integers."""
    return x if backend.is_float_dtype(x.dtype) else ops.cast(x, dtype)


def affine(x, kernel, bias, masks):
    """`masked_product(x, kernel, masks) + bias`."""
    product = masked_product(x, kernel, masks)
    return product if bias is None else ops.add(product, bias)


def advance_with_inputs(x, states, weights, advance, *constants):
    """New states from the inputs of a step, by the `advance` of a cell."""
    of_inputs, of_states = weights
    return advance(affine(x, *of_inputs), states, of_states, *constants)
