"""Transposed convolutions over one, two and three spatial dimensions."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.backend.common.windows import per_dimension
from keras.src.layers.checks import positive_int
from keras.src.layers.convolutional.base_conv import Convolution
from keras.src.layers.rank_family import of_rank
from keras.src.layers.weights.holder import held


class BaseConvTranspose(Convolution):
    """A transposed convolution.

    Args:
        filters: Number of output channels.
        kernel_size: Int, or one for each spatial dimension: the window.
        strides: Int, or one for each spatial dimension: by how much the dimensions grow.
        padding: `"valid"` keeps all places that the window reaches, `"same"` gives `size * stride` places.
        output_padding: Int, or one for each spatial dimension: places to add at the end, fewer than `strides`; the sizes
            are then `(size - 1) * stride + window - 2 * cut + output_padding`, where `cut` is half of the window for
            `"same"` padding and 0 for `"valid"`. By default, the sizes follow from `padding` alone.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        dilation_rate: Int, or one for each spatial dimension: the distance of the window's elements.
        activation: Function of the result, or its name.
        use_bias: Whether a bias is added to each output channel.
        kernel_initializer: Initial value of the kernel of shape `(*kernel_size, filters, channels)`.
        bias_initializer: Initial value of the bias.
        kernel_regularizer: Penalty on the kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the output.
        kernel_constraint: What is applied to the kernel after each update.
        bias_constraint: What is applied to the bias after each update.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`, and `lora_rank` and `lora_alpha` (see `Conv2D`).
    """

    kernel = held("kernel")

    _steps_and_dilates = True

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        output_padding=None,
        data_format=None,
        dilation_rate=1,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = positive_int("filters", filters)
        self._set_window(kernel_size, strides, padding, data_format, dilation_rate)
        self.output_padding = self._checked_output_padding(output_padding)
        self._set_kernel("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self._set_outcome(activation, use_bias, bias_initializer, bias_regularizer, bias_constraint)

    def _checked_output_padding(self, output_padding):
        if output_padding is None:
            return None
        amounts = tuple(per_dimension(output_padding, self.rank, "output_padding"))
        if any(not 0 <= amount < stride for amount, stride in zip(amounts, self.strides)):
            raise ValueError(
                "`output_padding` must be 0 or more and below `strides` in each dimension. "
                f"Received: output_padding={output_padding}, strides={self.strides}"
            )
        return amounts

    def build(self, input_shape):
        self._make_weight(self._kernel_shape(self._channels(input_shape)))
        self._add_bias(self.filters)
        self._adapt_as_configured()
        self.built = True

    def _kernel_shape(self, channels):
        return (*self.kernel_size, self.filters, channels)

    def convolution_op(self, inputs, kernel):
        """The transposed convolution itself, without bias and activation."""
        return ops.conv_transpose(
            inputs, kernel, self.strides, self.padding, self.output_padding, self.data_format, self.dilation_rate
        )

    def call(self, inputs):
        return self._finish(self.convolution_op(inputs, self._weight_value()))


@keras_export(["keras.layers.Conv1DTranspose", "keras.layers.Convolution1DTranspose"])
@of_rank(1)
class Conv1DTranspose(BaseConvTranspose):
    """Transposed convolution over one dimension, such as time.

    Inputs: Tensor of shape `(batch, steps, channels)`. Outputs: tensor of shape `(batch, new_steps, filters)`.

    Raises:
        ValueError: An argument is none of what is listed.

    Example:

    >>> keras.layers.Conv1DTranspose(4, 3, strides=2, padding="same")(keras.ops.ones((1, 10, 2))).shape
    (1, 20, 4)
    """

    _quantizable = True


@keras_export(["keras.layers.Conv2DTranspose", "keras.layers.Convolution2DTranspose"])
@of_rank(2, "strides", "dilation_rate")
class Conv2DTranspose(BaseConvTranspose):
    """Transposed convolution over two dimensions, such as those of images.

    Inputs: Tensor of shape `(batch, height, width, channels)`. Outputs: tensor of shape `(batch, new_height,
        new_width, filters)`.

    Raises:
        ValueError: An argument is none of what is listed.

    Example:

    >>> keras.layers.Conv2DTranspose(4, 3, strides=2)(keras.ops.ones((1, 8, 8, 3))).shape
    (1, 17, 17, 4)
    """

    _quantizable = True


@keras_export(["keras.layers.Conv3DTranspose", "keras.layers.Convolution3DTranspose"])
@of_rank(3, "strides", "dilation_rate")
class Conv3DTranspose(BaseConvTranspose):
    """Transposed convolution over three dimensions, such as those of volumes.

    Inputs: Tensor of shape `(batch, depth, height, width, channels)`. Outputs: the same rank, with `filters` channels.

    Raises:
        ValueError: An argument is none of what is listed.

    Example:

    >>> keras.layers.Conv3DTranspose(4, 3)(keras.ops.ones((1, 5, 5, 5, 2))).shape
    (1, 7, 7, 7, 4)
    """

    _quantizable = True

    # Here `data_format` stands before `output_padding`.
    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        output_padding=None,
        dilation_rate=1,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            output_padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )
