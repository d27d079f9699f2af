"""Weights of floats that are multiplied as if they had eight bits: the scales follow what was seen in training.

- [FP8 Formats for Deep Learning](https://arxiv.org/abs/2209.05433)
"""

from keras.src import ops, quantizers
from keras.src.backend import standardize_dtype
from keras.src.layers.weights.quantized import Quantized
from keras.src.quantizers.scaling import LARGEST

# Numbers need precision on the way forward, and range on the way back.
FORWARD, BACKWARD = "float8_e4m3fn", "float8_e5m2"


class Float8(Quantized):
    """A weight that stays a variable; inputs, weight and the gradient of outputs are rounded to numbers of eight bits.

    For each of the three there is a scale and a history of the largest absolute values. Their gradients are their next
    values, which optimizers assign.
    """

    mode = "float8"
    keeps_variable = True

    further_parts = tuple(
        f"{what}_{kind}" for what in ("inputs", "{}", "outputs_grad") for kind in ("scale", "amax_history")
    )

    # Numbers of training, which no layer computes with in less precision.
    _of_variables = {"trainable": True, "autocast": False, "overwrite_with_gradient": True}

    def __init__(self, layer, *args):
        self._length = layer._effective_policy.amax_history_length
        super().__init__(layer, *args)
        self.variable = None

    def parts(self):
        sizes = {"scale": (), "amax_history": (self._length,)}
        made = []
        for part in self.further_parts:
            kind = "scale" if part.endswith("scale") else "amax_history"
            made.append((part.format(self.name), sizes[kind], "float32", "ones" if kind == "scale" else "zeros"))
        return made

    def take(self, variable):
        """Gives the scheme the variable that is the weight."""
        self.variable = variable
        self._variables = [variable, *self._variables[-len(self.further_parts) :]]

    def encoded(self, value):
        return [value, *self._variables[1:]]

    def decoded(self):
        return self.variable.value

    def shown(self):
        return self.variable

    def product(self, x, training=None):
        return self.product_with(self.value(), x, training)

    def product_with(self, weight, x, training=None):
        """`product`, with another weight in the place of the variable."""
        *of_inputs, weight_scale, weight_history, scale, history = (v.value for v in self._variables[1:])
        x = _rounded(x, *of_inputs, training)
        weight = _rounded(ops.cast(weight, x.dtype), weight_scale, weight_history, training)
        return _rounded_on_the_way_back(self.use.product(x, weight), scale, history)

    def with_bias(self, outputs, bias):
        if bias is None or standardize_dtype(outputs.dtype) != "float32":
            return super().with_bias(outputs, bias)
        # As kernels for eight bits add biases.
        return ops.add(outputs, ops.cast(ops.cast(bias.value, "bfloat16"), "float32"))

    @staticmethod
    def policy_mode(config):
        return "float8"


def _next(x, scale, history, dtype):
    """The next values of a scale and a history, once `x` was seen: the scale follows those that were seen before."""
    fresh = quantizers.compute_float8_scale(ops.max(history), scale, LARGEST[dtype])
    return fresh, quantizers.compute_float8_amax_history(x, history)


def _rounded(x, scale, history, training):
    """Numbers of eight bits; the gradient of `x` is that of the result."""

    def forward(x, scale, history):
        def gradient(*args, upstream=None):
            (upstream,) = args if upstream is None else (upstream,)
            return upstream, *(_next(x, scale, history, FORWARD) if training else (scale, history))

        return quantizers.quantize_and_dequantize(x, scale, FORWARD, x.dtype), gradient

    return ops.custom_gradient(forward)(x, scale, history)


def _rounded_on_the_way_back(x, scale, history):
    """`x`, whose gradient becomes numbers of eight bits."""

    def forward(x, scale, history):
        def gradient(*args, upstream=None):
            (upstream,) = args if upstream is None else (upstream,)
            rounded = quantizers.quantize_and_dequantize(upstream, scale, BACKWARD, upstream.dtype)
            return rounded, *_next(upstream, scale, history, BACKWARD)

        return x, gradient

    return ops.custom_gradient(forward)(x, scale, history)
