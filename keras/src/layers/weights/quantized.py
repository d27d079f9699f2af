"""Weights that are held as integers and scales."""

import math

from keras.src import backend, ops
from keras.src.layers.weights.scheme import Scheme


class Quantized(Scheme):
    """A weight that is held by several variables, of which `decoded` makes it.

    The variables become attributes of the layer: the first one `_<name>`, the others by the names that `parts` gives.

    Args:
        layer: The layer.
        name: Name of the weight, such as `"kernel"`.
        shape: Shape of the weight.
        use: What the layer does with it, a `Use`.
        config: `QuantizationConfig`.
        options: Arguments of `add_weight` that the weight itself would be made with.
    """

    mode = None

    # Whether the weight stays the variable that it was: the holder gives it by `take`, instead of a value by `encode`.
    keeps_variable = False

    # Options of the variables.
    _of_variables = {"trainable": False}

    def __init__(self, layer, name, shape, use, config, options):
        self.name, self.shape, self.use, self.config = name, tuple(shape), use, config
        self.dtype = layer.variable_dtype
        self.options = options
        self._variables = [self._made(layer, *part) for part in self.parts()]
        self.variable = self._variables[0]

    def _made(self, layer, name, shape, dtype, initializer):
        autocast = name.endswith("_scale")  # Numbers of groups are exact in float32 only.
        options = {"autocast": autocast, **self._of_variables}
        variable = layer.add_weight(name=name, shape=shape, dtype=dtype, initializer=initializer, **options)
        setattr(layer, f"_{name}" if name == self.name else name, variable)
        return variable

    # Names of the variables behind the first, where `{}` stands for the name of the weight.
    further_parts = ()

    @classmethod
    def file_names(cls, name, further):
        """Names of what a file holds of a layer with a weight `name` and those in `further`."""
        parts = [name, *(part.format(name) for part in cls.further_parts)]
        return [*parts[: cls.before], *further, *parts[cls.before :]]

    def parts(self):
        """`(name, shape, dtype, initializer)` of the variables."""
        raise NotImplementedError

    def variables(self):
        return self._variables

    def encode(self, value):
        """Takes a weight over."""
        for variable, part in zip(self._variables, self.encoded(value), strict=True):
            variable._assign_own(part)

    def encoded(self, value):
        """Values of the variables for a weight."""
        raise NotImplementedError

    def decoded(self):
        """The weight, in the dtype of the scales."""
        raise NotImplementedError

    def value(self):
        return self.decoded()

    def saved(self):
        return self._variables

    @staticmethod
    def serves(config):
        """Whether the scheme is what a config of its mode asks for."""
        return True

    @staticmethod
    def policy_mode(config):
        """The part of the name of a dtype policy that stands before `_from_`."""
        raise NotImplementedError


# Numbers that are quantized at a time: as many, or this part of a weight if that is more.
SLICE, PART = 2**16, 32


def in_slices(function, x, axis):
    """The results of `function(x)`, where these hold no memory for all of `x` on the way.

    Args:
        function: Function of a tensor that gives tensors, in which each index along `axis` is computed by itself.
        x: Tensor.
        axis: An axis that results have too.
    """
    size = x.shape[axis]
    step = max(1, size * SLICE // max(1, math.prod(x.shape)), size // PART)
    if step >= size:
        return function(ops.stop_gradient(x))
    before = (slice(None),) * axis
    slices = (ops.get_item(x, (*before, slice(i, i + step))) for i in range(0, size, step))
    # What a gradient would need is not kept.
    parts = [function(ops.stop_gradient(part)) for part in slices]
    return tuple(ops.concatenate(results, axis=axis) for results in zip(*parts))


def quantized_product(use, x, quantizer, weight, scale):
    """The product of inputs that are quantized on the way and a weight of integers.

    Its gradient is that of the product with the weight itself, since rounding has none.

    Args:
        use: The `Use` of the weight.
        x: Inputs.
        quantizer: `Quantizer` of the inputs.
        weight: Tensor of int8.
        scale: What the weight was multiplied with before it was rounded, as it meets the outputs.
    """

    def forward(x):
        quantized, scale_of_inputs = quantizer(x, axis=use.input_axes)
        outputs = ops.cast(use.product(quantized, weight), x.dtype)
        together = ops.multiply(use.scale_of_inputs(scale_of_inputs), scale)

        def gradient(*args, upstream=None):
            (upstream,) = args if upstream is None else (upstream,)
            upstream = ops.divide(upstream, scale)
            return use.gradient(ops.cast(upstream, x.dtype), ops.cast(weight, x.dtype))

        return ops.divide(outputs, together), gradient

    if isinstance(x, backend.KerasTensor):
        return forward(x)[0]
    return ops.custom_gradient(forward)(x)
