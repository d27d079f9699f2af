"""Eight bits that float: rounding to them, and the scales that follow what was seen."""

import math

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.quantizers.scaling import LARGEST


@keras_export("keras.quantizers.quantize_and_dequantize")
def quantize_and_dequantize(inputs, scale, quantized_dtype, compute_dtype):
    """Rounds numbers to those that a smaller float dtype has, times a scale.

    Args:
        inputs: A tensor of floats.
        scale: What `inputs` are divided by; a tensor of any shape that broadcasts. What is too large for
            `quantized_dtype` after that becomes its largest number.
        quantized_dtype: Such as `"float8_e4m3fn"` or `"float8_e5m2"`.
        compute_dtype: Dtype of the result.

    Returns:
        A tensor of `compute_dtype`, of the shape of `inputs`.

    Raises:
        ValueError: `quantized_dtype` is no dtype of floats.

    Example:

    >>> keras.quantizers.quantize_and_dequantize(keras.ops.array([1.0, 17.0, 900.0]), 1.0, "float8_e4m3fn", "float32")
    array([  1.,  16., 448.], dtype=float32)
    """
    if not backend.is_float_dtype(quantized_dtype):
        raise ValueError(
            f"`quantized_dtype` must be a dtype of floats, such as 'float8_e4m3fn'. Received: {quantized_dtype!r}"
        )
    largest = LARGEST[backend.standardize_dtype(quantized_dtype)]
    scale = ops.cast(scale, compute_dtype)
    scaled = ops.clip(ops.divide(inputs, scale), -largest, largest)
    return ops.multiply(ops.cast(ops.cast(scaled, quantized_dtype), compute_dtype), scale)


@keras_export("keras.quantizers.compute_float8_scale")
def compute_float8_scale(amax, scale, dtype_max, margin=0):
    """The scale by which the largest absolute value that was seen becomes the largest number of a dtype.

    Args:
        amax: Tensor: the largest absolute value.
        scale: Tensor: the scale so far, which stays where `amax` is zero or not finite.
        dtype_max: The largest number of the dtype, 448 for `"float8_e4m3fn"`.
        margin: How many times the scale is doubled beyond that, to leave room.

    Returns:
        A tensor: `amax / dtype_max * 2**margin`, by which values are to be divided.

    Example:

    >>> float(keras.quantizers.compute_float8_scale(keras.ops.array(896.0), keras.ops.array(1.0), 448.0))
    2.0
    """
    fresh = ops.multiply(ops.divide(amax, dtype_max), 2.0**margin)
    # Comparisons with NaN are false.
    usable = ops.logical_and(ops.greater(fresh, 0), ops.less(fresh, math.inf))
    return ops.where(usable, fresh, scale)


@keras_export("keras.quantizers.compute_float8_amax_history")
def compute_float8_amax_history(x, amax_history):
    """Puts the largest absolute value of a tensor at the first place of a history, and drops the oldest one.

    Args:
        x: A tensor.
        amax_history: Vector of the values seen so far: the last one first, then the oldest, and so on.

    Returns:
        A vector of the shape and dtype of `amax_history`.

    Raises:
        ValueError: `amax_history` is no vector with at least one element.

    Example:

    >>> keras.quantizers.compute_float8_amax_history(keras.ops.array([1.0, -3.0]), keras.ops.array([5.0, 6.0, 7.0]))
    array([3., 7., 5.], dtype=float32)
    """
    amax_history = ops.convert_to_tensor(amax_history)
    if len(amax_history.shape) != 1 or amax_history.shape[0] == 0:
        raise ValueError(f"`amax_history` must be a vector, not an empty one. Received: shape {amax_history.shape}")
    largest = ops.max(ops.abs(ops.cast(x, amax_history.dtype)))
    return ops.concatenate([ops.reshape(largest, (1,)), ops.roll(amax_history, -1)[1:]])
