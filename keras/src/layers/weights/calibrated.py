"""Weights of few bits that were rounded with a look at data: what GPTQ and AWQ leave behind."""

from keras.src import ops, quantizers
from keras.src.layers.weights import rounding
from keras.src.layers.weights.quantized import Quantized


class Calibrated(Quantized):
    """A weight as codes from 0 on, one row for each output, with a scale and a zero point for each group of inputs.

    The codes of four bits are packed two to a byte along the outputs; those of other bits take a byte each.
    """

    # The other weights of a layer come first in its files.
    before = 0

    def parts(self):
        summed = self.use.summed
        self._order = [*(axis for axis in range(len(self.shape)) if axis not in summed), *summed]
        inputs, outputs = self.use.matrix_shape(self.shape)[:: -1 if self.use.grouped_axis else 1]
        self._matrix_shape = (outputs, inputs)
        bits, size = self.config.weight_bits, self.config.group_size
        groups = 1 if size == -1 else -(-inputs // size)
        rows = (outputs + 1) // 2 if bits == 4 else outputs
        return [
            (self.name, (rows, inputs), "uint8", "zeros"),
            (f"{self.name}_scale", (outputs, groups), self.dtype, "ones"),
            (f"{self.name}_zero", (outputs, groups), "uint8", "zeros"),
            *self._parts_of_inputs(inputs),
        ]

    def _parts_of_inputs(self, size):
        return [("g_idx", (size,), "float32", "zeros")]

    @classmethod
    def file_names(cls, name, further):
        own, *others = super().file_names(name, ())
        return [*further, f"quantized_{own}", *others]

    def matrix(self, value):
        """A weight as a matrix `(outputs, inputs)`."""
        return ops.reshape(ops.transpose(value, self._order), self._matrix_shape)

    def encoded(self, value):
        matrix = ops.convert_to_numpy(ops.cast(self.matrix(value), "float32"))
        return self.packed(rounding.nearest(matrix, self.config))

    def packed(self, rounded):
        """Values of the variables for a `Rounded`."""
        codes = ops.convert_to_tensor(rounded.codes, dtype="uint8")
        if self.config.weight_bits == 4:
            codes = quantizers.pack_int4(codes, axis=0, dtype="uint8")[0]
        return [codes, rounded.scale, rounded.zero, *self._of_inputs(rounded)]

    def _of_inputs(self, rounded):
        return [rounded.groups]

    def take_over(self, rounded):
        """Holds what a calibration found, a `Rounded`."""
        for variable, value in zip(self._variables, self.packed(rounded), strict=True):
            variable.assign(value)

    def decoded(self):
        codes, scale, zero = (variable.value for variable in self._variables[:3])
        if self.config.weight_bits == 4:
            codes = quantizers.unpack_int4(codes, self._matrix_shape[0], axis=0, dtype="uint8")
        groups = ops.cast(self._variables[-1].value, "int32")
        zero, spread = ops.cast(ops.take(zero, groups, axis=1), scale.dtype), ops.take(scale, groups, axis=1)
        matrix = ops.multiply(ops.subtract(ops.cast(codes, scale.dtype), zero), spread)
        sizes = [self.shape[axis] for axis in self._order]
        weight = ops.reshape(self._unscaled(matrix), sizes)
        return ops.transpose(weight, [self._order.index(axis) for axis in range(len(sizes))])

    def _unscaled(self, matrix):
        return matrix

    def shown(self):
        return self.decoded()

    @staticmethod
    def policy_mode(config):
        return config.dtype_policy_string()


class GPTQ(Calibrated):
    """A weight that GPTQ has rounded."""

    mode = "gptq"
    further_parts = ("{}_scale", "{}_zero", "g_idx")


class AWQ(Calibrated):
    """A weight that AWQ has rounded: what it was multiplied with before, for each input, divides it."""

    mode = "awq"
    further_parts = ("{}_scale", "{}_zero", "awq_scales", "g_idx")

    def _parts_of_inputs(self, size):
        return [("awq_scales", (size,), "float32", "ones"), *super()._parts_of_inputs(size)]

    def _of_inputs(self, rounded):
        return [rounded.scale_of_inputs, rounded.groups]

    def _unscaled(self, matrix):
        return ops.divide(matrix, ops.cast(self._variables[3].value, matrix.dtype))
