"""Convolutions of each channel by itself."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.convolutional.base_conv import Convolution
from keras.src.layers.rank_family import of_rank
from keras.src.layers.weights.holder import held
from keras.src.layers.weights.use import Windowed


class BaseDepthwiseConv(Convolution):
    """A convolution of each channel with `depth_multiplier` kernels of its own.

    Args:
        kernel_size: Int, or one for each spatial dimension: the window.
        strides: Int, or one for each spatial dimension: the steps of the window.
        padding: `"valid"` or `"same"`.
        depth_multiplier: Number of output channels for each input channel.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        dilation_rate: Int, or one for each spatial dimension: the distance of the window's elements.
        activation: Function of the result, or its name.
        use_bias: Whether a bias is added to each output channel.
        depthwise_initializer: Initial value of the kernel of shape `(*kernel_size, channels, depth_multiplier)`.
        bias_initializer: Initial value of the bias.
        depthwise_regularizer: Penalty on the kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the output.
        depthwise_constraint: What is applied to the kernel after each update.
        bias_constraint: What is applied to the bias after each update.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`, and `lora_rank` and `lora_alpha` (see `Conv2D`).
    """

    kernel = held("kernel")
    _option_prefixes = {"kernel": "depthwise"}

    def __init__(
        self,
        kernel_size,
        strides=1,
        padding="valid",
        depth_multiplier=1,
        data_format=None,
        dilation_rate=1,
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        if not isinstance(depth_multiplier, int) or depth_multiplier < 1:
            raise ValueError(f"`depth_multiplier` must be a positive integer. Received: {depth_multiplier}")
        self.depth_multiplier = depth_multiplier
        self._set_window(kernel_size, strides, padding, data_format, dilation_rate)
        self._set_kernel("depthwise", depthwise_initializer, depthwise_regularizer, depthwise_constraint)
        self._set_outcome(activation, use_bias, bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape):
        channels = self._channels(input_shape)
        self._make_weight(self._kernel_shape(channels))
        self._add_bias(channels * self.depth_multiplier)
        self._adapt_as_configured()
        self.built = True

    def _use_of(self, name):
        return Windowed(self.rank + 2, outputs=2)

    def _kernel_shape(self, channels):
        return (*self.kernel_size, channels, self.depth_multiplier)

    def convolution_op(self, inputs, kernel):
        """The convolution itself, without bias and activation."""
        return ops.depthwise_conv(inputs, kernel, self.strides, self.padding, self.data_format, self.dilation_rate)

    def call(self, inputs):
        return self._finish(self.convolution_op(inputs, self._weight_value()))


@keras_export("keras.layers.DepthwiseConv1D")
@of_rank(1)
class DepthwiseConv1D(BaseDepthwiseConv):
    """Convolution of each channel by itself over one dimension.

    Inputs: Tensor of shape `(batch, steps, channels)`. Outputs: the same rank, with `channels * depth_multiplier`
        channels.

    Example:

    >>> keras.layers.DepthwiseConv1D(3)(keras.ops.ones((1, 10, 2))).shape
    (1, 8, 2)
    """

    _quantizable = True


@keras_export("keras.layers.DepthwiseConv2D")
@of_rank(2, "strides", "dilation_rate")
class DepthwiseConv2D(BaseDepthwiseConv):
    """Convolution of each channel by itself over two dimensions.

    Inputs: Tensor of shape `(batch, height, width, channels)`. Outputs: the same rank, with `channels *
        depth_multiplier` channels.

    Example:

    >>> keras.layers.DepthwiseConv2D(3, depth_multiplier=2)(keras.ops.ones((1, 8, 8, 3))).shape
    (1, 6, 6, 6)
    """

    _quantizable = True
