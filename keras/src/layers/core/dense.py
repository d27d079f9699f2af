"""`Dense`: a product with a matrix."""

import operator

from keras.src import activations, ops
from keras.src.api_export import keras_export
from keras.src.layers.input_spec import InputSpec
from keras.src.layers.layer import Layer
from keras.src.layers.lora import LowRankUpdate, check_can_adapt
from keras.src.layers.weight_options import add_weight_with_options, keep_options


@keras_export("keras.layers.Dense")
class Dense(Layer):
    """A fully connected layer: `activation(inputs @ kernel + bias)`, over the last axis of the inputs.

    Args:
        units: Size of the last axis of the output.
        activation: Function of the result, or its name; none by default.
        use_bias: Whether `bias` is added.
        kernel_initializer: Initial value of the kernel, a matrix of shape `(input size, units)`.
        bias_initializer: Initial value of the bias, of shape `(units,)`.
        kernel_regularizer: Penalty on the kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the output.
        kernel_constraint: What is applied to the kernel after each update.
        bias_constraint: What is applied to the bias after each update.
        lora_rank: Rank of a low-rank adaptation: the kernel is frozen, and a product of two matrices is trained.
        lora_alpha: The product is scaled by `lora_alpha / lora_rank`; by default `lora_rank`.
        quantization_config: How to quantize the layer.

    Inputs: Tensor of shape `(batch, ..., input size)`. Outputs: tensor of shape `(batch, ..., units)`.

    Example:

    >>> layer = keras.layers.Dense(4, activation="relu")
    >>> layer(keras.ops.ones((2, 3))).shape
    (2, 4)
    """

    _omitted_from_config_when_none = frozenset(("lora_rank", "lora_alpha"))

    def __init__(
        self,
        units,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        lora_rank=None,
        lora_alpha=None,
        quantization_config=None,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units = _positive_int("units", units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        keep_options(
            self,
            "kernel",
            initializer=kernel_initializer,
            regularizer=kernel_regularizer,
            constraint=kernel_constraint,
        )
        keep_options(
            self, "bias", initializer=bias_initializer, regularizer=bias_regularizer, constraint=bias_constraint
        )
        self.lora_rank = lora_rank
        self.lora_alpha = lora_rank if lora_alpha is None else lora_alpha
        self.quantization_config = quantization_config
        self.lora_enabled = False
        self._lora = None
        self.bias = None
        self.input_spec = InputSpec(min_ndim=2)
        self.supports_masking = True

    def build(self, input_shape):
        size = input_shape[-1]
        self._kernel = add_weight_with_options(self, "kernel", (size, self.units))
        if self.use_bias:
            self.bias = add_weight_with_options(self, "bias", (self.units,))
        self.input_spec = InputSpec(min_ndim=2, axes={-1: size})
        if self.lora_rank:
            check_can_adapt(self, self.kernel_constraint, built=True)
            self._adapt(self.lora_rank, self.lora_alpha, "he_uniform", "zeros")

    @property
    def kernel(self):
        """The matrix: a variable, or the tensor that low-rank adaptation makes of it."""
        if not self.built:
            raise AttributeError(f"Layer {self.name!r} has no kernel before it is built.")
        return self._kernel if self._lora is None else self._lora.added_to(self._kernel.value)

    def call(self, inputs, training=None):
        kernel = self._kernel.value
        if self._lora is not None:
            kernel = self._lora.added_to(kernel)
        x = ops.matmul(inputs, kernel)
        if self.bias is not None:
            x = ops.add(x, self.bias.value)
        return self.activation(x)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def enable_lora(self, rank, lora_alpha=None, a_initializer="he_uniform", b_initializer="zeros"):
        """Freezes the kernel and trains a product of two small matrices beside it.

        Args:
            rank: Size between the two matrices.
            lora_alpha: The product is scaled by `lora_alpha / rank`; by default `rank`.
            a_initializer: Initial value of the first matrix.
            b_initializer: Initial value of the second one.
        """
        check_can_adapt(self, self.kernel_constraint, self.built)
        self._adapt(rank, rank if lora_alpha is None else lora_alpha, a_initializer, b_initializer)

    def _adapt(self, rank, alpha, a_initializer, b_initializer):
        size, units = self._kernel.shape
        self._lora = LowRankUpdate(
            self, "kernel", self._kernel, rank, alpha, (size, rank), (rank, units), a_initializer, b_initializer
        )
        self.lora_enabled = True
        self.lora_rank = rank
        self.lora_alpha = alpha

    @property
    def variable_serialization_spec(self):
        """Names of the saved variables, in order, by quantization mode."""
        return {None: ["kernel", "bias"]}

    def save_own_variables(self, store):
        if not self.built:
            return
        for i, value in enumerate([self.kernel] + ([] if self.bias is None else [self.bias])):
            store[str(i)] = value

    def load_own_variables(self, store):
        if self._lora is None:
            super().load_own_variables(store)
            return
        variables = [self._kernel] + ([] if self.bias is None else [self.bias])
        if len(store) != len(variables):
            raise ValueError(
                f"Layer {self.name!r} saves {len(variables)} variables (low-rank updates are part of the kernel); "
                f"the saved state has {len(store)}."
            )
        for i, variable in enumerate(variables):
            variable.assign(store[str(i)])
        self._lora.forget()

    def quantized_build(self, kernel_shape, mode, config=None):
        raise self._not_quantizable(mode)


def _positive_int(name, value):
    try:
        number = operator.index(value)
    except TypeError:
        number = 0
    if number <= 0 or isinstance(value, bool):
        raise ValueError(f"`{name}` must be a positive integer. Received: {name}={value!r}")
    return number
