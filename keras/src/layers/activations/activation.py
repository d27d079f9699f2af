"""Activations as layers."""

from keras.src import activations, backend, constraints, initializers, ops, regularizers
from keras.src.api_export import keras_export
from keras.src.backend.common.shape_rules import canonical_axes, canonical_axis
from keras.src.layers.input_spec import InputSpec
from keras.src.layers.layer import Layer


class _ElementwiseLayer(Layer):
    """A layer whose outputs have the shape of its inputs, and their mask."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self._start_built()

    def compute_output_shape(self, input_shape):
        return input_shape


@keras_export("keras.layers.Activation")
class Activation(_ElementwiseLayer):
    """Applies an activation function.

    Args:
        activation: Function, or its name.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Example:

    >>> keras.layers.Activation("relu")(keras.ops.convert_to_tensor([-1.0, 2.0])).shape
    (2,)
    """

    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs):
        return self.activation(inputs)


def _not_negative(name, value):
    if value is None or value < 0:
        raise ValueError(f"`{name}` must be 0 or more. Received: {name}={value}")
    return value


@keras_export("keras.layers.ReLU")
class ReLU(_ElementwiseLayer):
    """Rectified linear unit: `x` above `threshold`, `negative_slope * (x - threshold)` below, at most `max_value`.

    Args:
        max_value: Upper limit, or None.
        negative_slope: Slope below the threshold.
        threshold: Where the unit switches on.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Example:

    >>> y = keras.layers.ReLU(max_value=1.0)(keras.ops.convert_to_tensor([-1.0, 0.5, 2.0]))
    """

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs):
        if "alpha" in kwargs:
            negative_slope = kwargs.pop("alpha")
        super().__init__(**kwargs)
        self.max_value = None if max_value is None else _not_negative("max_value", max_value)
        self.negative_slope = _not_negative("negative_slope", negative_slope)
        self.threshold = _not_negative("threshold", threshold)

    def call(self, inputs):
        return activations.relu(
            inputs, negative_slope=self.negative_slope, max_value=self.max_value, threshold=self.threshold
        )


@keras_export("keras.layers.LeakyReLU")
class LeakyReLU(_ElementwiseLayer):
    """`x` where positive, `negative_slope * x` elsewhere.

    Args:
        negative_slope: Slope of the negative half.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Example:

    >>> y = keras.layers.LeakyReLU(0.1)(keras.ops.convert_to_tensor([-1.0, 2.0]))
    """

    def __init__(self, negative_slope=0.3, **kwargs):
        if "alpha" in kwargs:
            negative_slope = kwargs.pop("alpha")
        super().__init__(**kwargs)
        self.negative_slope = _not_negative("negative_slope", negative_slope)

    def call(self, inputs):
        return activations.leaky_relu(inputs, negative_slope=self.negative_slope)


@keras_export("keras.layers.ELU")
class ELU(_ElementwiseLayer):
    """Exponential linear unit: `x` where positive, `alpha * (exp(x) - 1)` elsewhere.

    Args:
        alpha: Factor of the negative half.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Example:

    >>> y = keras.layers.ELU()(keras.ops.convert_to_tensor([-1.0, 2.0]))
    """

    def __init__(self, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs):
        return activations.elu(inputs, alpha=self.alpha)


@keras_export("keras.layers.PReLU")
class PReLU(Layer):
    """`x` where positive, `alpha * x` elsewhere, with trainable `alpha`.

    Args:
        alpha_initializer: Initial value of `alpha`.
        alpha_regularizer: Penalty on `alpha`.
        alpha_constraint: What is applied to `alpha` after each update.
        shared_axes: List of axes along which all places share one `alpha`.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Example:

    >>> y = keras.layers.PReLU()(keras.ops.ones((2, 3)))
    """

    def __init__(
        self, alpha_initializer="Zeros", alpha_regularizer=None, alpha_constraint=None, shared_axes=None, **kwargs
    ):
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        self.shared_axes = [shared_axes] if isinstance(shared_axes, int) else shared_axes and list(shared_axes)
        self.supports_masking = True

    def build(self, input_shape):
        shared = self.shared_axes or []
        for axis in shared:
            canonical_axis(axis, len(input_shape), "shared_axes")
        self.alpha = self.add_weight(
            name="alpha",
            shape=tuple(1 if i in shared else n for i, n in enumerate(input_shape) if i > 0),
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
        )
        axes = {i: n for i, n in enumerate(input_shape) if i > 0 and i not in shared}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=axes)
        self.built = True

    def call(self, inputs):
        return ops.subtract(ops.relu(inputs), ops.multiply(self.alpha.value, ops.relu(ops.negative(inputs))))

    def compute_output_shape(self, input_shape):
        return input_shape


@keras_export("keras.layers.Softmax")
class Softmax(_ElementwiseLayer):
    """Positive numbers that sum to 1 over an axis, or several.

    Args:
        axis: Int or list of ints.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor, and perhaps a bool mask that broadcasts to it: elements where it does not hold get 0.

    Example:

    >>> y = keras.layers.Softmax()(keras.ops.ones((2, 4)))
    """

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs, mask=None):
        axis = tuple(self.axis) if isinstance(self.axis, (list, tuple)) else self.axis
        if mask is None:
            return activations.softmax(inputs, axis=axis)
        _check_mask(mask, inputs)
        dtype = backend.standardize_dtype(inputs.dtype)
        hidden = ops.multiply(ops.subtract(1.0, ops.cast(mask, dtype)), -3e4 if dtype == "float16" else -1e9)
        return ops.multiply(activations.softmax(ops.add(inputs, hidden), axis=axis), ops.cast(mask, dtype))

    def compute_output_shape(self, input_shape):
        canonical_axes(self.axis, len(input_shape))
        return input_shape


def _check_mask(mask, inputs):
    """Raises `ValueError` unless the mask broadcasts to the inputs without enlarging them."""
    shape, wanted = mask.shape, inputs.shape
    if getattr(shape, "rank", 0) is None or getattr(wanted, "rank", 0) is None:
        return
    behind = tuple(wanted)[len(wanted) - len(shape) :] if len(shape) <= len(wanted) else None
    if behind is None or any(n not in (1, None, m) and m is not None for n, m in zip(shape, behind)):
        raise ValueError(
            "`mask` must broadcast to the shape of the inputs, and not have more dimensions. "
            f"Received: a mask of shape {tuple(shape)} for inputs of shape {tuple(wanted)}"
        )
