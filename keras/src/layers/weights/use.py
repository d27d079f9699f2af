"""What a layer does with a weight: which of its axes a product sums over, and how results follow from it."""

import math

from keras.src import ops


class Use:
    """A weight that is read as it is, by layers that no scheme knows more of.

    Scales of quantized weights are made with axes of size 1 in the place of `summed`, and kept without these.

    Args:
        summed: Axes of the weight that products sum over; each index of the others has a scale of its own.
    """

    # Whether `product` may be called; other layers read `value()`, or rows.
    multiplies = False

    # Whether products are those of the last axis of inputs with the matrix of `matrix_shape`, packed along its columns.
    sums_last_axis = False

    # Whether a low-rank update may be applied in two steps.
    factors = False

    def __init__(self, summed):
        self.summed = tuple(summed)

    def stored(self, scale):
        """A scale with axes of size 1 as it is kept."""
        return ops.squeeze(scale, axis=self.summed)

    def kept(self, scale):
        """What `stored` gave, with axes of size 1."""
        return ops.expand_dims(scale, axis=self.summed)

    def stored_shape(self, shape):
        """Shape of the kept scale of a weight of this shape."""
        return tuple(size for axis, size in enumerate(shape) if axis not in self.summed)

    def kept_of_matrix(self, scale, shape):
        """A scale for each row, or column, that is not summed over, with axes of size 1 for a weight of this shape."""
        return ops.reshape(scale, [1 if axis in self.summed else size for axis, size in enumerate(shape)])

    # Axes of the inputs that products sum over, where they are the last one.
    input_axes = (-1,)

    def scale_of_inputs(self, scale):
        """A scale of the inputs, with axes of size 1 for those that are summed over, as it meets the outputs."""
        return scale

    # The weight as a matrix, for schemes that scale groups of it, along `grouped_axis`.

    grouped_axis = 0
    packed_axis = 1
    # Whether another weight of the layer holds the numbers of the groups.
    shares_groups = False
    # Whether a variable holds the numbers of the groups, as files of Keras 3 have it.
    keeps_groups = True

    @property
    def comes_first(self):
        """Whether what is summed over are the first axes, so that a column of the matrix belongs to one output."""
        return self.grouped_axis == 1 or self.summed == tuple(range(len(self.summed)))

    def matrix_shape(self, shape):
        """Shape of the matrix that a weight of this shape is reshaped to."""
        summed = math.prod(shape[axis] for axis in self.summed)
        other = math.prod(shape) // max(summed, 1)
        return (summed, other) if self.grouped_axis == 0 else (other, summed)


class Windowed(Use):
    """A kernel that is read as it is, of a convolution, say: what is summed over are all axes but the last ones.

    Args:
        rank: Number of axes of the kernel.
        outputs: Number of axes, the last ones, that outputs have.
    """

    keeps_groups = False

    def __init__(self, rank, outputs=1):
        super().__init__(range(rank - outputs))


class Multiplied(Use):
    """A matrix that the last axis of inputs is multiplied with."""

    multiplies = factors = sums_last_axis = True

    def __init__(self):
        super().__init__((0,))

    def product(self, x, weight):
        """The product of inputs and the weight."""
        return ops.matmul(x, weight)

    def matrix_of_inputs(self, x):
        """Inputs as a matrix whose last axis is what products sum over."""
        return ops.reshape(x, (-1, x.shape[-1]))

    def gradient(self, upstream, weight):
        """The gradient of the inputs of `product`."""
        return ops.matmul(upstream, ops.transpose(weight))


class MultipliedAfter(Multiplied):
    """The matrix of the other direction, beside one that is `Looked` in: its groups are the same, and it is packed so."""

    packed_axis = 0
    sums_last_axis = False
    shares_groups = True
    keeps_groups = False


class Looked(Use):
    """A matrix whose rows are looked up, and that vectors may be multiplied with in the other direction."""

    multiplies = True
    grouped_axis = 1

    def __init__(self):
        super().__init__((1,))

    def product(self, x, weight):
        """The product of vectors and the rows."""
        return ops.matmul(x, ops.transpose(weight))

    def gradient(self, upstream, weight):
        """The gradient of the vectors."""
        return ops.matmul(upstream, weight)


class Summed(Use):
    """A kernel of an equation of `einsum`.

    Args:
        inputs: Letters of the inputs, all axes spelled out.
        kernel: Letters of the kernel.
        outputs: Letters of the outputs.
    """

    multiplies = True

    def __init__(self, inputs, kernel, outputs):
        super().__init__(axis for axis, letter in enumerate(kernel) if letter not in outputs)
        self.inputs, self.kernel, self.outputs = inputs, kernel, outputs
        self.input_axes = tuple(axis for axis, letter in enumerate(inputs) if letter not in outputs)
        self.factors = kernel[-1] == outputs[-1]

    def product(self, x, weight):
        """The outputs of inputs and a kernel."""
        return ops.einsum(f"{self.inputs},{self.kernel}->{self.outputs}", x, weight)

    def matrix_of_inputs(self, x):
        """Inputs as a matrix whose last axis is what products sum over, in the order of the kernel."""
        last = [self.inputs.index(self.kernel[axis]) for axis in self.summed]
        others = [axis for axis in range(len(self.inputs)) if axis not in last]
        return ops.reshape(ops.transpose(x, others + last), (-1, math.prod(x.shape[axis] for axis in last)))

    def gradient(self, upstream, weight):
        """The gradient of the inputs."""
        return ops.einsum(f"{self.outputs},{self.kernel}->{self.inputs}", upstream, weight)

    def scale_of_inputs(self, scale):
        """A scale of the inputs as it meets the outputs."""
        return _along(scale, self.inputs, self.outputs)

    def stored(self, scale):
        """The scale of the kernel as it meets the outputs."""
        return _along(scale, self.kernel, self.outputs)

    def kept(self, scale):
        """The scale of the kernel with an axis for each of its letters."""
        return _along(scale, self.outputs, self.kernel)

    def stored_shape(self, shape):
        """Shape of the scale as it meets the outputs, from that of the kernel."""
        sizes = dict(zip(self.kernel, shape))
        return tuple(sizes.get(letter, 1) for letter in self.outputs)


def _along(x, letters, wanted):
    """`x`, with an axis for each of `letters`, with the axes `wanted`: those it lacks are put in, the others have size 1."""
    x = ops.squeeze(x, axis=tuple(i for i, letter in enumerate(letters) if letter not in wanted))
    here = [letter for letter in letters if letter in wanted]
    x = ops.transpose(x, [here.index(letter) for letter in wanted if letter in here])
    return ops.expand_dims(x, axis=tuple(i for i, letter in enumerate(wanted) if letter not in here))
