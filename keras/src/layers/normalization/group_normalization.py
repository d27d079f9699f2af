"""`GroupNormalization`: each sample normalised by the mean and variance of groups of its channels."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.backend.common.shape_rules import canonical_axis
from keras.src.layers.input_spec import InputSpec
from keras.src.layers.normalization.normalization_base import ScaledAndShifted, value_of, widened


@keras_export("keras.layers.GroupNormalization")
class GroupNormalization(ScaledAndShifted):
    """Normalizes each sample, in groups of channels, to mean 0 and variance 1, then scales and shifts each channel.

    Args:
        groups: Number of groups, which must divide the number of channels: 1 for all channels together, -1 for each
            channel by itself (instance normalization).
        axis: Int, the axis of the channels.
        epsilon: Number added to the variance.
        center: Whether a trainable `beta` is added.
        scale: Whether the result is multiplied by a trainable `gamma`.
        beta_initializer: Initial value of `beta`.
        gamma_initializer: Initial value of `gamma`.
        beta_regularizer: Penalty on `beta`.
        gamma_regularizer: Penalty on `gamma`.
        beta_constraint: What is applied to `beta` after each update.
        gamma_constraint: What is applied to `gamma` after each update.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of shape `(batch, ..., channels)`. Outputs: tensor of the same shape.

    Example:

    >>> y = keras.layers.GroupNormalization(groups=2)(keras.ops.ones((1, 4, 4, 6)))

    Reference:

    - [Wu and He, 2018](https://arxiv.org/abs/1803.08494)
    """

    def __init__(
        self,
        groups=32,
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
        super().__init__(**kwargs)
        # Inputs that 16 bits cannot hold are cast only once they are normalised.
        self.autocast = False
        if not isinstance(groups, int) or groups == 0 or groups < -1:
            raise ValueError(f"`groups` must be a positive integer, or -1. Received: groups={groups!r}")
        self.groups, self.axis, self.epsilon = groups, axis, epsilon
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
        rank = len(input_shape)
        if canonical_axis(self.axis, rank) == 0:
            raise ValueError(
                f"`axis` must be an axis of the inputs, not the first. Received: axis={self.axis}, shape {input_shape}"
            )
        channels = input_shape[self.axis]
        if channels is None:
            raise ValueError(f"Axis {self.axis} of the inputs must have a known size. Received shape: {input_shape}")
        if self.groups == -1:
            self.groups = channels
        if channels % self.groups:
            raise ValueError(
                f"`groups` must divide the number of channels. Received: groups={self.groups} for {channels} channels"
            )
        self._add_affine((channels,))
        self.input_spec = InputSpec(ndim=rank, axes={self.axis: channels})

    def call(self, inputs):
        x = self._in_groups(widened(self, inputs))
        return ops.cast(ops.reshape(x, ops.shape(inputs)), self.compute_dtype)

    def _in_groups(self, inputs):
        """Channels split in two axes, groups and members: normalised over all axes but batch and groups."""
        shape, axis = ops.shape(inputs), self.axis % len(inputs.shape)
        members = shape[axis] // self.groups
        x = ops.reshape(inputs, (*shape[:axis], self.groups, members, *shape[axis + 1 :]))
        axes = tuple(a for a in range(1, len(shape) + 1) if a != axis)
        mean, variance = ops.moments(x, axes, keepdims=True)
        factor = ops.rsqrt(ops.add(variance, self.epsilon))
        gamma, beta = (self._by_group(v, axis, len(shape), members) for v in (self.gamma, self.beta))
        factor = factor if gamma is None else ops.multiply(factor, gamma)
        x = ops.multiply(ops.subtract(x, mean), factor)
        return x if beta is None else ops.add(x, beta)

    def _by_group(self, variable, axis, rank, members):
        """A value for each channel, shaped to go with inputs whose channels are split."""
        if variable is None:
            return None
        return ops.reshape(value_of(variable), (1,) * axis + (self.groups, members) + (1,) * (rank - axis - 1))
