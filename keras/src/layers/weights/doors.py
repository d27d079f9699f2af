"""What other libraries read of layers whose weights are quantized."""

from keras.src.layers.weights.low_rank import LowRank


class QuantizedDoors:
    """A mixin: names under which code that was written for Keras 3 finds what schemes hold."""

    @property
    def _is_quantized(self):
        return self.built and self.quantization_mode is not None

    @property
    def is_gptq_calibrated(self):
        """Whether the weight is one that GPTQ has rounded."""
        return self._is_quantized and self.quantization_mode == "gptq"

    @property
    def is_awq_calibrated(self):
        """Whether the weight is one that AWQ has rounded."""
        return self._is_quantized and self.quantization_mode == "awq"

    @property
    def inputs_quantizer(self):
        """The `Quantizer` of inputs, or `None`; only layers whose weight has eight or four bits have the attribute."""
        return self._scheme_in("inputs_quantizer", "int8", "int4").config.activation_quantizer

    @property
    def quantized_kernel(self):
        """The variable with what GPTQ or AWQ made of the kernel; other layers lack the attribute."""
        return self._scheme_in("quantized_kernel", "gptq", "awq").variables()[0]

    @property
    def kernel_shape(self):
        """Shape of the kernel of which GPTQ or AWQ made another; other layers lack the attribute."""
        return self._scheme_in("kernel_shape", "gptq", "awq").shape

    def _scheme_in(self, name, *modes):
        if not self._is_quantized or self.quantization_mode not in modes:
            raise AttributeError(f"Layer {self.name!r} has no {name!r}: its weights are not held in one of {modes}.")
        return self._scheme.base if isinstance(self._scheme, LowRank) else self._scheme
