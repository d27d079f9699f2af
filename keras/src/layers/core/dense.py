"""`Dense`: a product with a matrix."""

from keras.src import activations, ops
from keras.src.api_export import keras_export
from keras.src.layers.activations.activated import activated
from keras.src.layers.checks import positive_int
from keras.src.layers.input_spec import InputSpec
from keras.src.layers.layer import Layer
from keras.src.layers.weight_options import add_weight_with_options, keep_options
from keras.src.layers.weights.holder import HoldsKernel
from keras.src.layers.weights.use import Multiplied


@keras_export("keras.layers.Dense")
class Dense(HoldsKernel, Layer):
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
        quantization_config: `keras.quantizers.QuantizationConfig` of a kernel that is quantized, as `dtype` says.

    Inputs: Tensor of shape `(batch, ..., input size)`. Outputs: tensor of shape `(batch, ..., units)`.

    Example:

    >>> layer = keras.layers.Dense(4, activation="relu")
    >>> layer(keras.ops.ones((2, 3))).shape
    (2, 4)
    """

    _quantizable = True

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
        # Keras takes `True` for 1 here, where most layers refuse it.
        self.units = 1 if units is True else positive_int("units", units)
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
        self._set_adaptation(lora_rank, lora_alpha, quantization_config)
        self.input_spec = InputSpec(min_ndim=2)
        self.supports_masking = True

    def build(self, input_shape):
        size = input_shape[-1]
        self._make_weight((size, self.units))
        if self.use_bias:
            self.bias = add_weight_with_options(self, "bias", (self.units,))
        self.input_spec = InputSpec(min_ndim=2, axes={-1: size})
        self._adapt_as_configured()

    def call(self, inputs, training=None):
        if self.bias is None:
            return activated(self, ops.matmul(inputs, self._weight_value()))
        return activated(self, ops.affine(inputs, self._weight_value(), self.bias.value))

    def quantized_call(self, inputs, training=None):
        """`call` with a quantized kernel."""
        outputs = self._scheme.product(inputs, training)
        return activated(self, self._scheme.with_bias(outputs, self.bias))

    def _use_of(self, name):
        return Multiplied()

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)
