"""`LayerNormalization`: each sample normalised by its own mean and variance."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.backend.common.shape_rules import canonical_axes, reject
from keras.src.layers.normalization.normalization_base import ScaledAndShifted, axes_as_list, value_of, widened
from keras.src.utils.warning_utils import warn


@keras_export("keras.layers.LayerNormalization")
class LayerNormalization(ScaledAndShifted):
    """Normalises each sample over some of its axes to mean 0 and variance 1, then scales and shifts it.

    Args:
        axis: Int or list of ints, the axes to normalise over.
        epsilon: Number added to the variance.
        center: Whether a trainable `beta` is added.
        scale: Whether the result is multiplied by a trainable `gamma`.
        beta_initializer: Initial value of `beta`.
        gamma_initializer: Initial value of `gamma`.
        beta_regularizer: Penalty on `beta`.
        gamma_regularizer: Penalty on `gamma`.
        beta_constraint: What is applied to `beta` after each update.
        gamma_constraint: What is applied to `gamma` after each update.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`; `rms_scaling=True` (deprecated) only divides by
            the standard deviation.

    Inputs: Tensor of any shape. Outputs: tensor of the same shape.

    Example:

    >>> y = keras.layers.LayerNormalization()(keras.ops.convert_to_tensor([[1.0, 3.0]]))

    Reference:

    - [Ba et al., 2016](https://arxiv.org/abs/1607.06450)
    """

    _also_in_config = ("rms_scaling",)

    def __init__(
        self,
        axis=-1,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs,
    ):
        rms_scaling = kwargs.pop("rms_scaling", False)
        super().__init__(**kwargs)
        # Inputs that 16 bits cannot hold are cast only once they are normalised.
        self.autocast = False
        if rms_scaling:
            warn(
                "`rms_scaling=True` of `LayerNormalization` is deprecated: it divides by the standard deviation around the "
                "mean, not by the root mean square. For the latter use `keras.layers.RMSNormalization`.",
            )
        self.axis = axes_as_list(axis)
        reject(not self.axis, "`axis` must name an axis at least", axis=axis)
        self.epsilon = epsilon
        self.rms_scaling = rms_scaling
        self._set_affine(
            center,
            scale,
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
        )
        self.supports_masking = True

    def build(self, input_shape):
        axes = sorted(canonical_axes(self.axis, len(input_shape)))
        shape = tuple(input_shape[a] for a in axes)
        if self.rms_scaling:
            self.gamma = self._add_parameter("gamma", shape)
        else:
            self._add_affine(shape)
        self.built = True

    def call(self, inputs):
        x = widened(self, inputs)
        axis = tuple(self.axis) if len(self.axis) > 1 else self.axis[0]
        if self.rms_scaling:
            x = self._scaled(x, axis)
        else:
            x = ops.layer_normalization(x, value_of(self.gamma), value_of(self.beta), axis=axis, epsilon=self.epsilon)
        return ops.cast(x, self.compute_dtype)

    def _scaled(self, x, axis):
        """Divided by the standard deviation, around a mean that stays, and multiplied by `gamma`."""
        variance = ops.var(x, axis=axis, keepdims=True)
        axes = sorted(a % len(x.shape) for a in self.axis)
        shape = tuple(x.shape[a] if a in axes else 1 for a in range(axes[0], len(x.shape)))
        factor = ops.multiply(ops.rsqrt(ops.add(variance, self.epsilon)), ops.reshape(self.gamma.value, shape))
        return ops.multiply(x, factor)
