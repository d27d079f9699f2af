"""Schemes with one scale for each index of the axes that are not summed over."""

from keras.src import ops, quantizers
from keras.src.layers.weights.quantized import Quantized, in_slices, quantized_product


class Integers(Quantized):
    """A weight of integers: what it was multiplied with, so that they fit, is the scale.

    Subclasses say how the integers are kept.
    """

    # The numbers that may occur.
    value_range = None

    further_parts = ("{}_scale",)

    def _scale_part(self, shape):
        return (f"{self.name}_scale", shape, self.dtype, "ones")

    def _quantized(self, value, axes):
        """The integers and the scales of a weight, with scales that `axes` share."""
        if self.config.weight_quantizer:
            return self.config.weight_quantizer(value)
        quantizer = quantizers.AbsMaxQuantizer(axis=axes, value_range=self.value_range)
        apart = [axis for axis in range(len(value.shape)) if axis not in quantizer.axis]
        return in_slices(quantizer, value, apart[-1]) if apart else quantizer(value)

    def integers(self):
        """The integers, in the shape of the weight."""
        raise NotImplementedError

    def _kept_scale(self):
        """The scale as it divides the integers."""
        raise NotImplementedError

    def decoded(self):
        scale = self._kept_scale()
        return ops.divide(ops.cast(self.integers(), scale.dtype), scale)

    def product(self, x, training=None):
        quantizer = self.config.activation_quantizer
        scale = self._scale_of_outputs()
        if quantizer is not None:
            return quantized_product(self.use, x, quantizer, self.integers(), scale)
        return ops.divide(self.use.product(x, ops.cast(self.integers(), x.dtype)), scale)

    def _scale_of_outputs(self):
        return self._variables[1].value


class Int8(Integers):
    """A weight of int8 with a scale for each output; inputs of products are quantized too, where the config says so."""

    mode = "int8"
    value_range = (-127, 127)

    def __init__(self, *args):
        super().__init__(*args)
        # Rows that are looked up stay together: their products sum over them.
        if self.use.multiplies and self.use.grouped_axis == 0 and len(self.shape) == 2:
            self.variable._keep_columns_together()

    def parts(self):
        return [
            (self.name, self.shape, "int8", "zeros"),
            self._scale_part(self.use.stored_shape(self.shape)),
        ]

    def encoded(self, value):
        integers, scale = self._quantized(value, self.use.summed)
        return integers, ops.reshape(self.use.stored(scale), self._variables[1].shape)

    def integers(self):
        return self.variable.value

    def _kept_scale(self):
        return self.use.kept(self._variables[1].value)

    def rows(self, indices):
        scale = ops.expand_dims(ops.take(self._variables[1].value, indices, axis=0), -1)
        return ops.divide(ops.cast(ops.take(self.variable.value, indices, axis=0), scale.dtype), scale)

    @staticmethod
    def policy_mode(config):
        return "int8"
