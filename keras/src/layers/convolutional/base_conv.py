"""What all convolution layers share, for any number of spatial dimensions."""

from keras.src import activations, backend, constraints, initializers, ops, regularizers
from keras.src.backend.common.windows import per_dimension
from keras.src.layers.activations.activated import activated
from keras.src.layers.input_spec import InputSpec
from keras.src.layers.layer import Layer
from keras.src.layers.rank_family import own_rank
from keras.src.layers.weights.holder import OF_PRODUCTS, HoldsWeight, held
from keras.src.layers.weights.use import Windowed


class Convolution(HoldsWeight, Layer):
    """Window, steps, format, bias and activation of a convolution; subclasses add kernels and the operation.

    Quantized kernels are made floating-point again where they are used, so only weights are quantized.
    """

    rank = None
    _refused_modes = OF_PRODUCTS
    _absent_parts = frozenset(("g_idx",))
    _paddings = ("valid", "same")
    _steps_and_dilates = False
    _also_in_config = ("activity_regularizer", "lora_rank", "lora_alpha")

    def __init__(self, **kwargs):
        rank = own_rank(self, kwargs)
        adaptation = kwargs.pop("lora_rank", None), kwargs.pop("lora_alpha", None)
        super().__init__(**kwargs)
        self._set_adaptation(*adaptation)
        if rank != self.rank:
            self.rank = rank

    def _set_window(self, kernel_size, strides, padding, data_format, dilation_rate):
        self.kernel_size = self._sizes("kernel_size", kernel_size)
        self.strides = self._sizes("strides", strides)
        self.dilation_rate = self._sizes("dilation_rate", dilation_rate)
        self.padding = str(padding).lower()
        if self.padding not in self._paddings:
            raise ValueError(f"`padding` must be one of {self._paddings}. Received: padding={padding!r}")
        self.data_format = backend.standardize_data_format(data_format)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1 and not self._steps_and_dilates:
            raise ValueError(
                "`strides` and `dilation_rate` cannot both be above 1. "
                f"Received: strides={self.strides}, dilation_rate={self.dilation_rate}"
            )
        self.input_spec = InputSpec(min_ndim=self.rank + 2)

    def _sizes(self, name, value):
        """One positive int for each spatial dimension."""
        sizes = per_dimension(value, self.rank, name)
        if any(not isinstance(n, int) or n < 1 for n in sizes):
            raise ValueError(f"`{name}` must hold integers of 1 or more. Received: {name}={value}")
        return tuple(sizes)

    def _set_outcome(self, activation, use_bias, bias_initializer, bias_regularizer, bias_constraint):
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.bias_initializer = initializers.get(bias_initializer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.bias_constraint = constraints.get(bias_constraint)
        self.bias = None

    def _set_kernel(self, prefix, initializer, regularizer, constraint):
        """Keeps how to make the kernel whose arguments begin with `prefix`."""
        setattr(self, f"{prefix}_initializer", initializers.get(initializer))
        setattr(self, f"{prefix}_regularizer", regularizers.get(regularizer))
        setattr(self, f"{prefix}_constraint", constraints.get(constraint))

    def _use_of(self, name):
        return Windowed(self.rank + 2)

    def _add_bias(self, size):
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(size,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def _channels(self, input_shape):
        """Number of channels, fixed from now on."""
        axis = -1 if self.data_format == "channels_last" else 1
        channels = input_shape[axis]
        if channels is None:
            raise ValueError(
                f"Layer {self.name!r} needs to know the number of channels (axis {axis}) to be built. "
                f"Received: input_shape={input_shape}"
            )
        self.input_spec = InputSpec(min_ndim=self.rank + 2, axes={axis: channels})
        return channels

    def _finish(self, outputs):
        """Bias and activation."""
        if self.bias is not None:
            bias = self.bias.value
            if self.data_format == "channels_first":
                bias = ops.reshape(bias, (-1,) + (1,) * self.rank)
            outputs = ops.add(outputs, bias)
        return activated(self, outputs)

    def compute_output_shape(self, input_shape):
        axis = -1 if self.data_format == "channels_last" else 1
        return self._shape_by_calling(self.convolution_op, input_shape, self._kernel_shape(input_shape[axis]))

    @staticmethod
    def _shape_by_calling(function, *shapes):
        """Shape of what `function` makes of tensors of these shapes."""
        return function(*(backend.KerasTensor(shape, record_history=False) for shape in shapes)).shape


class BaseConv(Convolution):
    """A convolution of all channels.

    Args:
        filters: Number of output channels.
        kernel_size: Int, or one for each spatial dimension: the window.
        strides: Int, or one for each spatial dimension: the steps of the window.
        padding: `"valid"` keeps the window inside, `"same"` pads evenly to `ceil(size / stride)` places; `"causal"`
            (only in 1D) pads before the first step, so that no output depends on later inputs.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        dilation_rate: Int, or one for each spatial dimension: the distance of the window's elements.
        groups: Number of groups into which the channels are split; each is convolved with filters of its own.
        activation: Function of the result, or its name.
        use_bias: Whether a bias is added to each output channel.
        kernel_initializer: Initial value of the kernel of shape `(*kernel_size, channels / groups, filters)`.
        bias_initializer: Initial value of the bias.
        kernel_regularizer: Penalty on the kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the output.
        kernel_constraint: What is applied to the kernel after each update.
        bias_constraint: What is applied to the bias after each update.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`, and `lora_rank` and `lora_alpha`: with a rank,
            the kernel is frozen, and a product of two smaller arrays, scaled by `lora_alpha / lora_rank`, is trained.
    """

    kernel = held("kernel")

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        groups=1,
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
        self.filters, self.groups = filters, groups
        self._check_filters()
        self._set_window(kernel_size, strides, padding, data_format, dilation_rate)
        self._set_kernel("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self._set_outcome(activation, use_bias, bias_initializer, bias_regularizer, bias_constraint)
        if self.padding == "causal" and self.data_format != "channels_last":
            raise ValueError("`padding='causal'` needs data_format='channels_last'. Received: 'channels_first'")

    @property
    def _paddings(self):
        return ("valid", "same", "causal") if self.rank == 1 else ("valid", "same")

    def _check_filters(self):
        if not isinstance(self.filters, int) or self.filters < 1:
            raise ValueError(f"`filters` must be a positive integer. Received: filters={self.filters}")
        if self.groups < 1 or self.filters % self.groups:
            raise ValueError(f"`groups` must divide `filters`. Received: groups={self.groups}, filters={self.filters}")

    def build(self, input_shape):
        channels = self._channels(input_shape)
        if channels % self.groups:
            raise ValueError(
                f"`groups` must divide the number of input channels. Received: groups={self.groups} for "
                f"{channels} channels"
            )
        self._make_weight(self._kernel_shape(channels))
        self._add_bias(self.filters)
        self._adapt_as_configured()
        self.built = True

    def _kernel_shape(self, channels):
        return (*self.kernel_size, None if channels is None else channels // self.groups, self.filters)

    def convolution_op(self, inputs, kernel):
        """The convolution itself, without bias and activation; may be overridden.

        Args:
            inputs: Tensor.
            kernel: Kernel as a tensor or variable.
        """
        padding = self.padding
        if padding == "causal":
            inputs, padding = self._padded_before(inputs), "valid"
        return ops.conv(inputs, kernel, self.strides, padding, self.data_format, self.dilation_rate)

    def _padded_before(self, inputs):
        before = self.dilation_rate[0] * (self.kernel_size[0] - 1)
        return ops.pad(inputs, ((0, 0), (before, 0), (0, 0)))

    def call(self, inputs):
        return self._finish(self.convolution_op(inputs, self._weight_value()))
