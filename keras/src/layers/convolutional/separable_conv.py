"""Convolutions of each channel by itself, followed by a mixture of channels."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.checks import positive_int
from keras.src.layers.convolutional.base_conv import Convolution
from keras.src.layers.rank_family import of_rank
from keras.src.layers.weights.holder import held
from keras.src.layers.weights.use import Windowed


class BaseSeparableConv(Convolution):
    """A convolution in two parts: of each channel by itself, then of all channels at each place.

    Args:
        filters: Number of output channels.
        kernel_size: Int, or one for each spatial dimension: the window of the first part.
        strides: Int, or one for each spatial dimension: the steps of the window.
        padding: `"valid"` keeps the window inside, `"same"` gives `ceil(size / stride)` places.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        dilation_rate: Int, or one for each spatial dimension: the distance of the window's elements.
        depth_multiplier: Number of channels that the first part makes of each input channel.
        activation: Function of the result, or its name.
        use_bias: Whether a bias is added to each output channel.
        depthwise_initializer: Initial value of the kernel of the first part, of shape
            `(*kernel_size, channels, depth_multiplier)`.
        pointwise_initializer: Initial value of the kernel of the second part, of shape
            `(1, ..., 1, channels * depth_multiplier, filters)`.
        bias_initializer: Initial value of the bias.
        depthwise_regularizer: Penalty on the first kernel.
        pointwise_regularizer: Penalty on the second kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the output.
        depthwise_constraint: What is applied to the first kernel after each update.
        pointwise_constraint: What is applied to the second kernel after each update.
        bias_constraint: What is applied to the bias after each update.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`, and `lora_rank` and `lora_alpha`, which adapt the
            second kernel (see `Conv2D`).
    """

    depthwise_kernel, pointwise_kernel = held("depthwise_kernel"), held("pointwise_kernel")
    _held_name, _held_names = "pointwise_kernel", ("depthwise_kernel", "pointwise_kernel")
    _option_prefixes = {"depthwise_kernel": "depthwise", "pointwise_kernel": "pointwise"}

    _steps_and_dilates = True

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        depth_multiplier=1,
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        pointwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        pointwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        pointwise_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = positive_int("filters", filters)
        self.depth_multiplier = positive_int("depth_multiplier", depth_multiplier)
        self._set_window(kernel_size, strides, padding, data_format, dilation_rate)
        self._set_kernel("depthwise", depthwise_initializer, depthwise_regularizer, depthwise_constraint)
        self._set_kernel("pointwise", pointwise_initializer, pointwise_regularizer, pointwise_constraint)
        self._set_outcome(activation, use_bias, bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape):
        first, second = self._kernel_shapes(self._channels(input_shape))
        self._make_weight(first, "depthwise_kernel")
        self._make_weight(second, "pointwise_kernel")
        self._add_bias(self.filters)
        self._adapt_as_configured()

    def _use_of(self, name):
        return Windowed(self.rank + 2, outputs=2 if name == "depthwise_kernel" else 1)

    def _kernel_shapes(self, channels):
        between = None if channels is None else channels * self.depth_multiplier
        first = (*self.kernel_size, channels, self.depth_multiplier)
        return first, (1,) * self.rank + (between, self.filters)

    def _convolved(self, inputs, depthwise_kernel, pointwise_kernel):
        settings = self.strides, self.padding, self.data_format, self.dilation_rate
        return ops.separable_conv(inputs, depthwise_kernel, pointwise_kernel, *settings)

    def call(self, inputs):
        kernels = (self._weight_value(name) for name in self._held_names)
        return self._finish(self._convolved(inputs, *kernels))

    def compute_output_shape(self, input_shape):
        channels = input_shape[-1 if self.data_format == "channels_last" else 1]
        return self._shape_by_calling(self._convolved, input_shape, *self._kernel_shapes(channels))


@keras_export(["keras.layers.SeparableConv1D", "keras.layers.SeparableConvolution1D"])
@of_rank(1)
class SeparableConv1D(BaseSeparableConv):
    """Separable convolution over one dimension, such as time.

    Inputs: Tensor of shape `(batch, steps, channels)`. Outputs: tensor of shape `(batch, new_steps, filters)`.

    Example:

    >>> keras.layers.SeparableConv1D(4, 3)(keras.ops.ones((1, 10, 2))).shape
    (1, 8, 4)

    Reference:

    - [Kaiser et al., 2017](https://arxiv.org/abs/1706.03059)
    """

    _quantizable = True


@keras_export(["keras.layers.SeparableConv2D", "keras.layers.SeparableConvolution2D"])
@of_rank(2, "strides", "dilation_rate")
class SeparableConv2D(BaseSeparableConv):
    """Separable convolution over two dimensions, such as those of images.

    Inputs: Tensor of shape `(batch, height, width, channels)`. Outputs: tensor of shape
        `(batch, new_height, new_width, filters)`.

    Example:

    >>> keras.layers.SeparableConv2D(4, 3, depth_multiplier=2)(keras.ops.ones((1, 8, 8, 3))).shape
    (1, 6, 6, 4)

    Reference:

    - [Chollet, 2017](https://arxiv.org/abs/1610.02357)
    """

    _quantizable = True
