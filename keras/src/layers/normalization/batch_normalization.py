"""`BatchNormalization`: features normalised by the statistics of the batch."""

from keras.src import backend, initializers, ops
from keras.src.api_export import keras_export
from keras.src.backend.common.shape_rules import canonical_axis
from keras.src.layers.input_spec import InputSpec
from keras.src.layers.normalization.normalization_base import ScaledAndShifted, value_of, widened


@keras_export("keras.layers.BatchNormalization")
class BatchNormalization(ScaledAndShifted):
    """Normalises each feature to mean 0 and variance 1, then scales and shifts it.

    While training, mean and variance are those of the batch, and moving averages of them are kept; elsewhere the moving averages are
    used. A layer that is frozen (`trainable = False`) uses the moving averages also while training.

    Args:
        axis: Int, the axis of the features.
        momentum: How much of the moving averages stays at each step.
        epsilon: Number added to the variance.
        center: Whether a trainable `beta` is added.
        scale: Whether the result is multiplied by a trainable `gamma`.
        beta_initializer: Initial value of `beta`.
        gamma_initializer: Initial value of `gamma`.
        moving_mean_initializer: Initial value of the moving mean.
        moving_variance_initializer: Initial value of the moving variance.
        beta_regularizer: Penalty on `beta`.
        gamma_regularizer: Penalty on `gamma`.
        beta_constraint: What is applied to `beta` after each update.
        gamma_constraint: What is applied to `gamma` after each update.
        renorm: Whether to correct the statistics of the batch towards the moving averages while training (batch renormalisation).
        renorm_clipping: Dict with the limits `"rmax"`, `"rmin"` and `"dmax"` of that correction.
        renorm_momentum: How much of the averages used for the correction stays at each step.
        synchronized: Whether statistics are taken over all replicas of a distributed computation.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of any shape; masked steps do not count. Outputs: tensor of the same shape.

    Example:

    >>> y = keras.layers.BatchNormalization()(keras.ops.ones((4, 3)), training=True)

    Reference:

    - [Ioffe and Szegedy, 2015](https://arxiv.org/abs/1502.03167)
    - [Ioffe, 2017](https://arxiv.org/abs/1702.03275) (renormalisation)
    """

    def __init__(
        self,
        axis=-1,
        momentum=0.99,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        moving_mean_initializer="zeros",
        moving_variance_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        renorm=False,
        renorm_clipping=None,
        renorm_momentum=0.99,
        synchronized=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if not isinstance(axis, int):
            raise TypeError(f"`axis` must be an int. Received: axis={axis!r}")
        self.axis = axis
        self.momentum, self.epsilon = float(momentum), float(epsilon)
        self.synchronized = synchronized
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
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.renorm, self.renorm_momentum = renorm, renorm_momentum
        self.renorm_clipping = _checked_clipping(renorm_clipping if renorm_clipping or not renorm else {})
        self.supports_masking = True
        self.moving_mean = self.moving_variance = None

    def build(self, input_shape):
        axis = canonical_axis(self.axis, len(input_shape))
        size = input_shape[axis]
        if size is None:
            raise ValueError(
                f"Axis {self.axis} of the inputs of layer {self.name!r} must have a known size. Received: input_shape={input_shape}"
            )
        self._add_affine((size,))
        self._reduction_axes = [a for a in range(len(input_shape)) if a != axis]
        self.moving_mean = self._add_average("moving_mean", size, self.moving_mean_initializer)
        self.moving_variance = self._add_average("moving_variance", size, self.moving_variance_initializer)
        if self.renorm:
            self.moving_stddev = self._add_average("moving_stddev", size, self._initial_deviation)
            self.renorm_mean = self._add_average("renorm_mean", size, self.moving_mean_initializer)
            self.renorm_stddev = self._add_average("renorm_stddev", size, self._initial_deviation)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={axis: size})
        self.built = True

    def _initial_deviation(self, shape, dtype=None):
        return ops.sqrt(self.moving_variance_initializer(shape, dtype=dtype))

    def _add_average(self, name, size, initializer):
        return self.add_weight(name=name, shape=(size,), initializer=initializer, trainable=False, autocast=False)

    def call(self, inputs, training=None, mask=None):
        x = widened(self, inputs)
        gamma, beta = value_of(self.gamma), value_of(self.beta)
        if not (training and self.trainable):
            mean, variance = self.moving_mean.value, self.moving_variance.value
        else:
            mean, variance = self._moments(x, mask)
            if self.renorm:
                gamma, beta = self._corrected(mean, variance, gamma, beta)
            self._move(self.moving_mean, mean, self.momentum)
            if not self.renorm:
                self._move(self.moving_variance, variance, self.momentum)
        dtype = backend.standardize_dtype(x.dtype)
        values = [v if v is None else ops.cast(v, dtype) for v in (mean, variance, beta, gamma)]
        x = ops.batch_normalization(x, values[0], values[1], self.axis, values[2], values[3], self.epsilon)
        return ops.cast(x, self.compute_dtype)

    def _move(self, average, value, momentum):
        """Moves a moving average towards a value of the batch."""
        value = ops.cast(value, average.dtype)
        average.assign(ops.add(ops.multiply(average.value, momentum), ops.multiply(value, 1.0 - momentum)))

    def _moments(self, x, mask):
        axes = tuple(i for i in range(len(x.shape)) if i != self.axis % len(x.shape))
        if mask is None:
            return ops.moments(x, axes, synchronized=self.synchronized)
        weight = ops.cast(mask, backend.standardize_dtype(x.dtype))
        weight = ops.reshape(weight, tuple(ops.shape(mask)) + (1,) * (len(x.shape) - len(mask.shape)))
        weight = ops.multiply(weight, ops.ones_like(x))
        count = ops.add(self._sum(weight, axes), backend.epsilon())
        mean = ops.divide(self._sum(ops.multiply(x, weight), axes), count)
        squares = ops.multiply(ops.square(ops.subtract(x, mean)), weight)
        variance = ops.divide(self._sum(squares, axes), count)
        return ops.squeeze(mean, axes), ops.squeeze(variance, axes)

    def _sum(self, x, axes):
        return backend.distribution.sum_of_replicas(ops.sum(x, axes, keepdims=True), self.synchronized)

    def _corrected(self, mean, variance, gamma, beta):
        """Factor and summand with the correction towards the moving averages, through which no gradient flows."""
        deviation = ops.sqrt(ops.add(variance, self.epsilon))
        r = ops.divide(deviation, self.renorm_stddev.value)
        d = ops.divide(ops.subtract(mean, self.renorm_mean.value), self.renorm_stddev.value)
        limits = self.renorm_clipping or {}
        r = ops.minimum(ops.maximum(r, limits.get("rmin", 0.0)), limits.get("rmax", float("inf")))
        d = ops.minimum(ops.maximum(d, -limits.get("dmax", float("inf"))), limits.get("dmax", float("inf")))
        r, d = ops.stop_gradient(r), ops.stop_gradient(d)
        self._move(self.renorm_mean, mean, self.renorm_momentum)
        self._move(self.renorm_stddev, deviation, self.renorm_momentum)
        self._move(self.moving_stddev, deviation, self.momentum)
        self.moving_variance.assign(ops.subtract(ops.square(self.moving_stddev.value), self.epsilon))
        shift = d if gamma is None else ops.multiply(d, gamma)
        return (r if gamma is None else ops.multiply(r, gamma)), (shift if beta is None else ops.add(shift, beta))


def _checked_clipping(clipping):
    unknown = set(clipping or ()) - {"rmax", "rmin", "dmax"}
    if unknown:
        raise ValueError(f"`renorm_clipping` may hold 'rmax', 'rmin' and 'dmax'. Received: {sorted(unknown)}")
    return clipping
