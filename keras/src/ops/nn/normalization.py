"""Moments, and normalisations by them."""

from keras.src.api_export import keras_export
from keras.src.backend import config
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.backend.common.shape_rules import agree, canonical_axes, canonical_axis, reduced, reject, size
from keras.src.ops import numpy as ops
from keras.src.ops.core import cast, stop_gradient
from keras.src.ops.declare import Axis, Tensor, op
from keras.src.ops.dtype_rules import to_float, to_floats
from keras.src.ops.saturation import saturate_cast
from keras.src.utils.warning_utils import warn


def _widened(x):
    """`x` in 32 bits at the least, in which squares of half-precision numbers neither overflow nor vanish."""
    return cast(x, "float32") if standardize_dtype(x.dtype) in ("float16", "bfloat16") else x


def _epsilon(epsilon):
    return config.epsilon() if epsilon is None else epsilon


def _of_first(*dtypes):
    """The float dtype of the first argument."""
    dtype = to_float(dtypes[0])[1]
    return dtype, dtype


def _moments_shape(x, axes, keepdims=False):
    return (reduced(x, axes, keepdims),) * 2


@op(dtype=to_floats(None, None), shape=_moments_shape)
def moments(x: Tensor, axes: Axis, keepdims=False, synchronized=False):
    """Mean and variance over `axes`.

    Args:
        x: Tensor.
        axes: Int or tuple of ints; all dimensions for `None`.
        keepdims: Whether reduced dimensions stay with size 1.
        synchronized: Whether to take them over all replicas of a distributed computation, where the engine can.

    Returns:
        Pair of tensors: mean and variance.

    Example:

    >>> mean, variance = keras.ops.moments([1.0, 3.0], axes=0)
    """
    if synchronized:
        raise NotImplementedError("keras.ops.moments: `synchronized=True` is not available on this backend.")
    wide = _widened(x)
    return tuple(
        saturate_cast(m, standardize_dtype(x.dtype))
        for m in (ops.mean(wide, axes, keepdims), ops.var(wide, axes, keepdims))
    )


def _batch_normalized(x, mean, variance, offset=None, scale=None, axis=-1):
    axis = canonical_axis(axis, len(x))
    for name, shape in {"mean": mean, "variance": variance, "offset": offset, "scale": scale}.items():
        fits = shape is None or (len(shape) == 1 and agree(shape[0], x[axis]))
        reject(not fits, f"`{name}` must be a vector of the size of `x` along `axis`, {x[axis]}", shape=shape)
    return x


@op(name="BatchNorm", dtype=to_float, shape=_batch_normalized)
def batch_normalization(
    x: Tensor,
    mean: Tensor,
    variance: Tensor,
    axis,
    offset: Tensor | None = None,
    scale: Tensor | None = None,
    epsilon=1e-3,
):
    """`x` normalised by a given mean and variance, then scaled and shifted.

    Args:
        x: Tensor.
        mean: Vector with the size of `x` along `axis`.
        variance: Likewise.
        axis: Int, the dimension of the features.
        offset: Vector to add, or None.
        scale: Vector to multiply by, or None.
        epsilon: Number added to the variance.

    Returns:
        Tensor of the shape of `x`.

    Example:

    >>> keras.ops.batch_normalization([[1.0, 4.0], [3.0, 8.0]], mean=[2.0, 6.0], variance=[1.0, 4.0], axis=-1)
    array([[-0.9995  , -0.999875],
           [ 0.999501,  0.999875]], dtype=float32)
    """
    factor = ops.reciprocal(ops.sqrt(ops.add(variance, epsilon)))
    factor = factor if scale is None else ops.multiply(factor, scale)
    shift = ops.multiply(mean, factor)
    shift = ops.negative(shift) if offset is None else ops.subtract(offset, shift)
    shape = [1] * len(x.shape)
    shape[axis] = -1
    return ops.add(ops.multiply(x, ops.reshape(factor, shape)), ops.reshape(shift, shape))


def _axis_normalized(x, gamma=None, beta=None, axis=-1):
    axes = canonical_axes(axis, len(x))
    count = [x[i] for i in axes]
    for name, shape in {"gamma": gamma, "beta": beta}.items():
        fits = shape is None or agree(size(shape), size(count)) or size(shape) == 1
        reject(not fits, f"`{name}` must have the sizes of `x` along `axis`, {tuple(count)}", shape=shape)
    return x


def _beside(weights, x, axis):
    """`weights` for the dimensions `axis` of `x`, with dimensions of size 1 in the other places."""
    axes = canonical_axes(axis, len(x.shape))
    if len(weights.shape) == 0 or (len(axes) == 1 and axes[0] == len(x.shape) - 1):
        return weights
    if len(axes) == 1:
        return ops.reshape(weights, (1,) * axes[0] + (-1,) + (1,) * (len(x.shape) - axes[0] - 1))
    return ops.reshape(weights, tuple(n if i in axes else 1 for i, n in enumerate(x.shape)))


@op(name="LayerNorm", dtype=_of_first, shape=_axis_normalized, export=False, legacy={"rms_scaling": False})
def layer_normalization(
    x: Tensor, gamma: Tensor | None = None, beta: Tensor | None = None, axis: Axis = -1, epsilon=None
):
    """The declared op behind the public function, which takes deprecated arguments too."""
    wide = _widened(x)
    centred = ops.subtract(wide, ops.mean(wide, axis, True))
    result = ops.divide(centred, ops.sqrt(ops.add(ops.mean(ops.square(centred), axis, True), _epsilon(epsilon))))
    result = result if gamma is None else ops.multiply(result, _beside(gamma, x, axis))
    result = result if beta is None else ops.add(result, _beside(beta, x, axis))
    return cast(result, standardize_dtype(x.dtype))


_declared_layer_normalization = layer_normalization


@keras_export(["keras.ops.layer_normalization", "keras.ops.nn.layer_normalization"])
def layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None, **kwargs):
    """`x` brought to mean 0 and variance 1 over `axis`, then scaled and shifted (Ba et al., 2016).

    Args:
        x: Tensor.
        gamma: Tensor with the sizes of `x` along `axis` to multiply by, or None.
        beta: Likewise, to add.
        axis: Int or tuple of ints.
        epsilon: Number added to the variance; `keras.config.epsilon()` by default.
        **kwargs: `rms_scaling`, deprecated: divides by the standard deviation only. Use `rms_normalization`.

    Returns:
        Tensor of the shape of `x`.

    Example:

    >>> keras.ops.layer_normalization([[1.0, 3.0]])
    array([[-1.,  1.]], dtype=float32)
    """
    if kwargs.get("rms_scaling"):
        return _divided_by_deviation(x, gamma, axis, epsilon)
    return _declared_layer_normalization(x, gamma, beta, axis, epsilon)


def _divided_by_deviation(x, gamma, axis, epsilon):
    warn(
        "`rms_scaling` of `keras.ops.layer_normalization` is deprecated: it divides by the standard deviation, not by "
        "the root mean square. Use `keras.ops.rms_normalization`.",
    )
    result = ops.divide(x, ops.sqrt(ops.add(ops.var(x, axis, True), _epsilon(epsilon))))
    return result if gamma is None else ops.multiply(result, _beside(gamma, x, axis))


def _rms_normalized(x, scale=None, axis=-1):
    canonical_axes(axis, len(x))
    return x


@op(name="RMSNorm", dtype=_of_first, shape=_rms_normalized)
def rms_normalization(x: Tensor, scale: Tensor | None = None, axis: Axis = -1, epsilon=None):
    """`x` divided by its root mean square over `axis`, then scaled (Zhang and Sennrich, 2019).

    Args:
        x: Tensor.
        scale: Tensor that broadcasts to the shape of `x` to multiply by, or None.
        axis: Int or tuple of ints.
        epsilon: Number added to the mean square; `keras.config.epsilon()` by default.

    Returns:
        Tensor of the shape of `x`.

    Example:

    >>> keras.ops.rms_normalization([[2.0, 2.0]])
    array([[1., 1.]], dtype=float32)
    """
    wide = _widened(x)
    result = ops.divide(wide, ops.sqrt(ops.add(ops.mean(ops.square(wide), axis, True), _epsilon(epsilon))))
    result = result if scale is None else ops.multiply(result, scale)
    return cast(result, standardize_dtype(x.dtype))


def _normalized(x, axis=-1, order=2):
    reject(not isinstance(order, int) or order < 1, "`order` must be an int of 1 or more", order=order)
    canonical_axes(axis, len(x))
    return x


@op(dtype=to_float, shape=_normalized, checked=True)
def normalize(x: Tensor, axis: Axis = -1, order=2, epsilon=None):
    """`x` divided by its norm over `axis`.

    Args:
        x: Tensor.
        axis: Int or tuple of ints; all dimensions for `None`.
        order: Int of 1 or more: the norm is `sum(abs(x)**order)**(1 / order)`.
        epsilon: Least norm to divide by; `keras.config.epsilon()` by default.

    Returns:
        Tensor of the shape of `x`.

    Example:

    >>> keras.ops.normalize([3.0, 4.0])
    array([0.6, 0.8], dtype=float32)
    """
    wide = _widened(x)
    # The largest element is taken out, so that no power over- or underflows and no root is taken at 0.
    unit = stop_gradient(ops.maximum(ops.max(ops.absolute(wide), axis, True), _epsilon(epsilon)))
    scaled = ops.divide(wide, unit)
    powers = ops.square(scaled) if order == 2 else ops.power(ops.absolute(scaled), order)
    return cast(
        ops.divide(scaled, _root(ops.sum(powers, axis, True), order, ops.divide(_epsilon(epsilon), unit))),
        standardize_dtype(x.dtype),
    )


def _root(x, order, least):
    """The `order`-th root of `x`, `least` at the least; its gradient is finite everywhere."""
    x = ops.maximum(x, ops.power(least, order))
    return ops.sqrt(x) if order == 2 else ops.power(x, 1.0 / order)
