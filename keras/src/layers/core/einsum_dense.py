"""`EinsumDense`: a product with a kernel of any rank."""

import re
import string

from keras.src import activations, initializers, ops
from keras.src.api_export import keras_export
from keras.src.layers.activations.activated import activated
from keras.src.layers.input_spec import InputSpec
from keras.src.layers.layer import Layer
from keras.src.layers.weight_options import add_weight_with_options, keep_options
from keras.src.layers.weights.holder import HoldsKernel
from keras.src.layers.weights.use import Summed


@keras_export("keras.layers.EinsumDense")
class EinsumDense(HoldsKernel, Layer):
    """A fully connected layer over any axes: `activation(einsum(equation, inputs, kernel) + bias)`.

    Args:
        equation: `"<inputs>,<kernel>-><outputs>"`, a letter for each axis, such as `"abc,cd->abd"`. Inputs and outputs
            may both begin, or both end, with `...` for axes that are left as they are.
        output_shape: Int or tuple: sizes of the output axes that have a letter, without the batch; `None` for those
            that the inputs tell.
        activation: Function of the result, or its name; none by default.
        bias_axes: Letters of the output axes along which the bias has values of its own; no bias by default.
        kernel_initializer: Initial value of the kernel.
        bias_initializer: Initial value of the bias.
        kernel_regularizer: Penalty on the kernel.
        bias_regularizer: Penalty on the bias.
        kernel_constraint: What is applied to the kernel after each update.
        bias_constraint: What is applied to the bias after each update.
        lora_rank: Rank of a low-rank adaptation: the kernel is frozen, and a product of two smaller arrays is trained.
        lora_alpha: That product is scaled by `lora_alpha / lora_rank`; by default `lora_rank`.
        gptq_unpacked_column_size: Number of columns of a kernel that is stored packed.
        quantization_config: `keras.quantizers.QuantizationConfig` of a kernel that is quantized, as `dtype` says.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of floats whose axes the equation names. Outputs: likewise.

    Example:

    >>> layer = keras.layers.EinsumDense("abc,cde->abde", output_shape=(None, 2, 4), bias_axes="de")
    >>> layer(keras.ops.ones((5, 3, 8))).shape
    (5, 3, 2, 4)
    """

    _also_in_config = ("activity_regularizer",)
    _not_in_config = ("gptq_unpacked_column_size",)
    _arguments_kept_in = {"output_shape": "partial_output_shape"}

    _quantizable = True

    def __init__(
        self,
        equation,
        output_shape,
        activation=None,
        bias_axes=None,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        lora_rank=None,
        lora_alpha=None,
        gptq_unpacked_column_size=None,
        quantization_config=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.equation = equation
        self.partial_output_shape = (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        self.activation = activations.get(activation)
        self.bias_axes = bias_axes
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
        self.gptq_unpacked_column_size = gptq_unpacked_column_size
        self._set_adaptation(lora_rank, lora_alpha, quantization_config)

    def build(self, input_shape):
        equation = Equation(self.equation)
        sizes = equation.sizes(input_shape, self.partial_output_shape)
        shape = tuple(sizes[letter] for letter in equation.kernel)
        self._letters = _spelled_out(equation, len(input_shape))
        self._make_weight(shape, initializer=self._kernel_initializer(equation))
        if self.bias_axes is not None:
            shape = equation.bias_shape(self.bias_axes, sizes, len(input_shape))
            self.bias = add_weight_with_options(self, "bias", shape)
        fits = equation.has_dots or len(input_shape) == len(equation.inputs)
        axes = self._contracted_axes = equation.contracted_axes() if fits else None
        self._joins_bias = axes and self.bias is not None and self.bias.shape == self._kernel.shape[axes:]
        self.input_spec = InputSpec(ndim=len(input_shape), axes=equation.contracted_sizes(sizes, len(input_shape)))
        self._adapt_as_configured()

    def _kernel_initializer(self, equation):
        """The initializer of the kernel, told by the equation how many numbers make up a sum."""
        if isinstance(self.kernel_initializer, initializers.VarianceScaling):
            return self.kernel_initializer.for_axes(*equation.kernel_axes())
        return self.kernel_initializer

    def call(self, inputs, training=None):
        kernel, axes = self._weight_value(), self._contracted_axes
        if self._joins_bias:
            return activated(self, ops.affine(inputs, kernel, self._bias_value(training), axes=axes))
        if axes is None:
            x = ops.einsum(self.equation, inputs, kernel)
        else:
            x = ops.tensordot(inputs, kernel, axes=axes)
        return activated(self, x if self.bias is None else ops.add(x, self._bias_value(training)))

    # Whether the bias has a gradient other than zero; a layer that this one is part of may know better.
    _bias_learns = True

    def _bias_value(self, training):
        value = self.bias.value
        if self._bias_learns or not training:
            return value
        return ops.add(ops.stop_gradient(value), ops.multiply(value, 0))

    def quantized_call(self, inputs, training=None):
        """`call` with a quantized kernel."""
        outputs = self._scheme.product(inputs, training)
        return activated(self, self._scheme.with_bias(outputs, self.bias))

    def _use_of(self, name):
        return Summed(*self._letters)

    def compute_output_shape(self, input_shape):
        equation = Equation(self.equation)
        return equation.output_shape(input_shape, self.partial_output_shape)


class Equation:
    """An equation taken apart: letters of the inputs, the kernel and the outputs, and where `...` stands.

    Args:
        text: String such as `"abc,cd->abd"`, `"...a,ab->...b"` or `"ab...,bc->ac..."`.
    """

    def __init__(self, text):
        self.text = text
        form = re.fullmatch(
            r"(\.{3})?([a-zA-Z]+)(\.{3})?,([a-zA-Z]+)->(\.{3})?([a-zA-Z]+)(\.{3})?", text.replace(" ", "")
        )
        if form is None or (form[1], form[3]) != (form[5], form[7]) or (form[1] and form[3]):
            raise ValueError(
                "`equation` must have the form 'inputs,kernel->outputs', where inputs and outputs may both begin or "
                f"both end with '...'. Received: equation={text!r}"
            )
        self.dots_first = form[1] is not None
        self.has_dots = self.dots_first or form[3] is not None
        self.inputs, self.kernel, self.outputs = form[2], form[4], form[6]

    def sizes(self, input_shape, output_shape):
        """Dict from letters to sizes.

        Args:
            input_shape: Shape of the inputs.
            output_shape: Sizes of the outputs without the batch, with `None`s.

        Raises:
            ValueError: Inputs and outputs do not agree, or a letter has no size.
        """
        received = self._by_letter(self.inputs, input_shape)
        if len(output_shape) < len(self.outputs) - (0 if self.dots_first else 1):
            raise ValueError(
                f"`output_shape` must have a size, or None, for each letter of the outputs of {self.text!r} "
                f"{'' if self.dots_first else 'but the batch'}. Received: output_shape={output_shape}"
            )
        batch = () if self.dots_first else (input_shape[0],)
        wanted = dict(zip(self.outputs, (*batch, *output_shape)))
        sizes = dict(received)
        for letter, size in wanted.items():
            if letter not in received:
                sizes[letter] = size
            elif size is not None and size != received[letter]:
                raise ValueError(
                    f"`output_shape` must have the sizes of the inputs where they share a letter. Received: {letter!r} "
                    f"of {self.text!r} is {received[letter]} in the inputs and {size} in the outputs"
                )
        self._check_letters()
        return sizes

    def _by_letter(self, letters, shape):
        elided = len(shape) - len(letters)
        if elided < 0:
            raise ValueError(
                f"the inputs must have an axis for each letter of {letters!r} in {self.text!r}. Received shape: {shape}"
            )
        return dict(zip(letters, shape[elided:] if self.dots_first else shape))

    def _check_letters(self):
        for letter in self.kernel:
            if letter not in self.inputs and letter not in self.outputs:
                raise ValueError(
                    f"each letter of the kernel must stand in the inputs or the outputs. Received: {letter!r} in "
                    f"{self.text!r}"
                )
        for letter in self.outputs:
            if letter not in self.inputs and letter not in self.kernel:
                raise ValueError(
                    f"each letter of the outputs must stand in the inputs or the kernel. Received: {letter!r} in "
                    f"{self.text!r}"
                )

    def output_shape(self, input_shape, output_shape):
        """Shape of the outputs, those axes included that `...` stands for."""
        sizes = self.sizes(input_shape, output_shape)
        named = tuple(sizes[letter] for letter in self.outputs)
        elided = len(input_shape) - len(self.inputs)
        if self.dots_first:
            return (*input_shape[:elided], *named)
        return (*named, *input_shape[len(self.inputs) :])

    def bias_shape(self, axes, sizes, rank):
        """Shape of a bias that varies along the letters `axes`, to be added to outputs for inputs of `rank`."""
        for letter in axes:
            if letter not in self.outputs:
                raise ValueError(
                    f"`bias_axes` must be letters of the outputs. Received: {letter!r}, which is not in {self.outputs!r}"
                )
        first = min(self.outputs.index(letter) for letter in axes) if axes else len(self.outputs)
        shape = tuple(sizes[letter] if letter in axes else 1 for letter in self.outputs[first:])
        after = 0 if self.dots_first else rank - len(self.inputs)
        return shape + (1,) * after

    def kernel_axes(self):
        """Axes of the kernel that are summed over, and those that the outputs have."""
        summed = tuple(i for i, letter in enumerate(self.kernel) if letter not in self.outputs)
        return summed, tuple(i for i in range(len(self.kernel)) if i not in summed)

    def contracted_axes(self):
        """Number of axes that a product of matrices sums over: the last of the inputs, the first of the kernel.

        `None` where the equation asks for more than reshaping and a product of matrices.
        """
        shared = [c for c in self.inputs if c in self.kernel]
        count = len(shared)
        together = "".join(shared)
        plain = self.inputs.endswith(together) and self.kernel.startswith(together)
        kept = self.inputs[: len(self.inputs) - count] + self.kernel[count:]
        distinct = len(set(self.inputs)) == len(self.inputs) and len(set(self.kernel)) == len(self.kernel)
        ends_with_dots = self.has_dots and not self.dots_first
        return count if count and plain and distinct and kept == self.outputs and not ends_with_dots else None

    def contracted_sizes(self, sizes, rank):
        """Dict from the axes of the inputs that the kernel shares to their sizes."""
        first = rank - len(self.inputs) if self.dots_first else 0
        return {first + i: sizes[c] for i, c in enumerate(self.inputs) if c in self.kernel}


def _analyze_einsum_string(equation, bias_axes, input_shape, output_shape):
    """What an `EinsumDense` with this equation has, for other libraries that make layers like it.

    Returns:
        Lists: shape of the kernel, of the bias (or `None`), and of the outputs; axes of the kernel that are summed over,
        and those that the outputs have.
    """
    parts, output_shape = _equation(equation), (output_shape,) if isinstance(output_shape, int) else output_shape
    sizes = parts.sizes(input_shape, output_shape)
    bias = None if bias_axes is None else list(parts.bias_shape(bias_axes, sizes, len(input_shape)))
    summed, kept = parts.kernel_axes()
    kernel = [sizes[letter] for letter in parts.kernel]
    return kernel, bias, list(parts.output_shape(input_shape, output_shape)), list(summed), list(kept)


def _equation(text):
    """An equation in which `0` may stand for `...`, as other libraries write it."""
    return Equation(text.replace("0", "..."))


def _analyze_quantization_info(equation, input_shape):
    """How the scales of quantized inputs and kernels go along with the outputs, for other libraries.

    Returns:
        Tuple: axes of the inputs, and of the kernel, that are reduced to one scale; the orders that bring these scales
        to the axes of the outputs, for each of the two; axes that are then put in, for each; axes that are then taken
        out, for each; the equation of the gradient of the inputs, `"<outputs>,<kernel>-><inputs>"`; the order that takes
        the kernel back.
    """
    inputs, kernel, outputs = _spelled_out(_equation(equation), len(input_shape))
    of_inputs, of_kernel = _moves(inputs, outputs), _moves(kernel, outputs)
    pairs = [part for both in zip(of_inputs, of_kernel) for part in both]
    order = of_kernel[1]
    return (*pairs, f"{outputs},{kernel}->{inputs}", sorted(range(len(order)), key=order.__getitem__))


def _spelled_out(equation, rank):
    """The three terms with letters in the place of `...`."""
    free = [c for c in string.ascii_uppercase if c not in equation.text][: rank - len(equation.inputs)]
    if not equation.dots_first:
        rest = "".join(free)
        return equation.inputs + rest, equation.kernel, equation.outputs + rest
    rest = "".join(reversed(free))
    return rest + equation.inputs, equation.kernel, rest + equation.outputs


def _moves(term, outputs):
    """Axes of a term that are reduced; the order, the axes put in and those taken out that bring it to the outputs."""
    reduced = [i for i, letter in enumerate(term) if letter not in outputs]
    missing = [i for i, letter in enumerate(outputs) if letter not in term]
    order = [term.index(letter) for letter in outputs if letter in term]
    for count, axis in enumerate(reduced):
        # An axis of size 1 stands in for one that the term lacks.
        order.insert(missing[min(count, len(missing) - 1)] if missing else axis, axis)
    return reduced, order, missing[len(reduced) :], [order.index(axis) for axis in reduced[len(missing) :]]
