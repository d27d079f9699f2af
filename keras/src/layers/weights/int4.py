"""Weights of four bits, two to a byte."""

from keras.src import backend, ops, quantizers
from keras.src.layers.weights.integers import Integers
from keras.src.layers.weights.quantized import Quantized, in_slices


def _packed_shape(shape, axis, count=2):
    """Shape of a matrix of which `count` elements along `axis` make one."""
    return tuple(-(-size // count) if number == axis else size for number, size in enumerate(shape))


def _packed_in_slices(pack, matrix, axis):
    return in_slices(lambda x: pack(x, axis=axis)[:1], matrix, 1 - axis)[0]


def _sums(scheme, x, block=None):
    """The products of inputs and the integers of a scheme, summed in groups, by a way of the engine's own; `None` if none."""
    packed, sums = scheme.variable.value, backend.packed.int4_sums
    if (
        sums is None
        or not scheme.use.sums_last_axis
        or not all(isinstance(a, backend.core.TENSOR_TYPES) for a in (x, packed))
    ):
        return None
    result = sums(x, packed, block)
    columns = scheme.shape[-1]
    return result if result is None or result.shape[-1] == columns else result[..., :columns]


class Int4(Integers):
    """A weight of int4 with a scale for each output."""

    mode = "int4"
    value_range = (-8, 7)
    per_byte = 2
    pack = staticmethod(quantizers.pack_int4)
    unpack = staticmethod(quantizers.unpack_int4)

    def parts(self):
        self._matrix_shape = self.use.matrix_shape(self.shape)
        others = self._matrix_shape[1 - self.use.grouped_axis]
        return [
            (self.name, _packed_shape(self._matrix_shape, self.use.packed_axis, self.per_byte), "int8", "zeros"),
            self._scale_part((others,)),
        ]

    def encoded(self, value):
        integers, scale = self._quantized(ops.reshape(value, self._matrix_shape), self.use.grouped_axis)
        packed = _packed_in_slices(self.pack, integers, self.use.packed_axis)
        return packed, ops.reshape(scale, self._variables[1].shape)

    def integers(self):
        size = self._matrix_shape[self.use.packed_axis]
        matrix = self.unpack(self.variable.value, size, axis=self.use.packed_axis)
        return ops.reshape(matrix, self.shape)

    def decoded(self):
        if self.use.comes_first:
            return super().decoded()
        scale = self._variables[1].value
        matrix = ops.reshape(ops.cast(self.integers(), scale.dtype), self._matrix_shape)
        return ops.reshape(ops.divide(matrix, scale), self.shape)

    def product(self, x, training=None):
        if self.use.comes_first:
            sums = None if self.per_byte != 2 or self.config.activation_quantizer else _sums(self, x)
            if sums is not None:
                return ops.divide(sums[..., 0, :], self._scale_of_outputs())
            return super().product(x, training)
        return self.use.product(x, ops.cast(self.decoded(), x.dtype))

    def _kept_scale(self):
        return self.use.kept_of_matrix(self._variables[1].value, self.shape)

    def _scale_of_outputs(self):
        return self.use.stored(self._kept_scale())

    def rows(self, indices):
        packed = ops.take(self.variable.value, indices, axis=0)
        integers = self.unpack(packed, self.shape[1], axis=-1)
        scale = ops.expand_dims(ops.take(self._variables[1].value, indices, axis=0), -1)
        return ops.divide(ops.cast(integers, scale.dtype), scale)

    @staticmethod
    def policy_mode(config):
        return "int4/-1"


def _shifted(integers, scale, zero):
    return ops.multiply(ops.subtract(ops.cast(integers, scale.dtype), ops.cast(zero, scale.dtype)), scale)


def _sums_in_groups(x, size):
    """Sums of `size` numbers each along the last axis, before an axis of size 1."""
    missing = -x.shape[-1] % size
    if missing:
        x = ops.pad(x, [(0, missing if axis == len(x.shape) - 1 else 0) for axis in range(len(x.shape))])
    return ops.sum(ops.reshape(x, (*ops.shape(x)[:-1], -1, size)), axis=-1, keepdims=True)


class GroupedInt4(Quantized):
    """A weight of int4 that is scaled and shifted in groups of `block_size` of what is summed over."""

    mode = "int4"

    further_parts = ("{}_scale", "{}_zero", "g_idx")

    def parts(self):
        use, name = self.use, self.name
        self._matrix_shape = matrix_shape = use.matrix_shape(self.shape)
        summed, others = matrix_shape[use.grouped_axis], matrix_shape[1 - use.grouped_axis]
        groups = -(-summed // self.config.block_size)
        shape = (groups, others) if use.grouped_axis == 0 else (others, groups)
        made = [
            (name, _packed_shape(matrix_shape, use.packed_axis), "int8", "zeros"),
            (f"{name}_scale", shape, self.dtype, "ones"),
            (f"{name}_zero", shape, self.dtype if use.shares_groups else "int8", "zeros"),
        ]
        return [*made, ("g_idx", (summed,), "float32", "zeros")] if use.keeps_groups else made

    def encoded(self, value):
        use, size = self.use, self.config.block_size
        matrix = ops.reshape(value, self._matrix_shape)
        if use.grouped_axis:
            matrix = ops.transpose(matrix)
        quantized = in_slices(lambda x: quantizers.abs_max_quantize_grouped_with_zero_point(x, size), matrix, 1)
        integers, scale, zero = map(ops.transpose, quantized) if use.grouped_axis else quantized
        packed = _packed_in_slices(quantizers.pack_int4, integers, use.packed_axis)
        groups = ops.arange(self._matrix_shape[use.grouped_axis], dtype="int32") // size
        return [packed, scale, zero, groups][: len(self._variables)]

    def product(self, x, training=None):
        block = self.config.block_size
        sums = _sums(self, x, block)
        if sums is None:
            return super().product(x, training)
        scale, zero = (variable.value for variable in self._variables[1:3])
        shifted = ops.subtract(sums, ops.multiply(zero, _sums_in_groups(x, block)))
        return backend.packed.sum_of_groups(ops.multiply(shifted, scale))

    def decoded(self):
        use = self.use
        integers = quantizers.unpack_int4(
            self.variable.value, self._matrix_shape[use.packed_axis], axis=use.packed_axis
        )
        return ops.reshape(self._scaled_in_groups(integers), self.shape)

    def _scaled_in_groups(self, integers):
        """The numbers that the matrix of integers stands for, times scales with an axis of size 1 for the members of a group."""
        axis, block, size = self.use.grouped_axis, self.config.block_size, self._matrix_shape[self.use.grouped_axis]
        groups, missing = -(-size // block), -size % block
        scale, zero = (ops.expand_dims(variable.value, axis + 1) for variable in self._variables[1:3])
        if groups == 1:
            return _shifted(integers, ops.squeeze(scale, axis), ops.squeeze(zero, axis))
        if missing:
            integers = ops.pad(integers, [(0, missing if i == axis else 0) for i in range(2)])
        shape = list(integers.shape)
        numbers = _shifted(ops.reshape(integers, [*shape[:axis], groups, block, *shape[axis + 1 :]]), scale, zero)
        numbers = ops.reshape(numbers, shape)
        if not missing:
            return numbers
        return numbers[:size] if axis == 0 else numbers[:, :size]

    def _scaled(self, integers, scale, zero):
        """The numbers that integers stand for; the three have their groups along the same axis."""
        axis = self.use.grouped_axis - 2
        zero, scale = (self._spread(x, axis, integers.shape[axis]) for x in (zero, scale))
        return _shifted(integers, scale, zero)

    def _spread(self, x, axis, size):
        """`x`, with an element for each group along `axis`, with one for each member."""
        if x.shape[axis] == 1:
            return x
        x = ops.repeat(x, self.config.block_size, axis=axis)
        return x[..., :size, :] if axis == -2 else x[..., :size]

    def rows(self, indices):
        packed, scale, zero = (ops.take(variable.value, indices, axis=0) for variable in self._variables[:3])
        return self._scaled(quantizers.unpack_int4(packed, self.shape[1], axis=-1), scale, zero)

    @staticmethod
    def serves(config):
        return config.block_size not in (None, -1)

    @staticmethod
    def policy_mode(config):
        return f"int4/{config.block_size}"
