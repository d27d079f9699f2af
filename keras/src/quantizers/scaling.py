"""Numbers in few bits with a scale beside them: symmetric by the largest absolute value."""

import ml_dtypes
import numpy as np

from keras.src import backend, ops
from keras.src.api_export import keras_export

# The largest finite number of each dtype of floats.
LARGEST = {
    dtype: float(ml_dtypes.finfo(dtype).max)
    for dtype in ("float8_e4m3fn", "float8_e5m2", "bfloat16", "float16", "float32", "float64")
}


@keras_export("keras.quantizers.abs_max_quantize")
def abs_max_quantize(inputs, axis, value_range=(-127, 127), dtype="int8", epsilon=1e-07, to_numpy=False):
    """Quantizes symmetrically: the largest absolute value becomes the upper end of the range.

    The scale multiplies: `quantized = round(inputs * scale)`, so `quantized / scale` is about `inputs`.

    Args:
        inputs: A tensor of floats.
        axis: Int or ints: the axes that share a scale. None: all of them; `()`: each number has its own.
        value_range: The smallest and the largest quantized value.
        dtype: Dtype of the quantized values.
        epsilon: Added to the largest absolute value, so that zeros have a scale too.
        to_numpy: Whether to compute with NumPy rather than on the device.

    Returns:
        A tuple: the quantized tensor, of the shape of `inputs`, and the scale, of size 1 along `axis` and of the dtype
        of `inputs` (floatx for integers).

    Raises:
        ValueError: `value_range` is not two numbers around or from zero, or `axis` is no axis of `inputs`.

    Example:

    >>> quantized, scale = keras.quantizers.abs_max_quantize(keras.ops.array([[0.1, -2.0], [0.5, 1.0]]), axis=0)
    >>> quantized
    array([[  25, -127],
           [ 127,   64]], dtype=int8)
    """
    check_range(value_range)
    space, inputs = space_of(inputs, to_numpy)
    scale_dtype, working_dtype = float_dtypes(inputs)
    x = cast(inputs, working_dtype)
    largest = space.add(_largest(space, space.abs(x), axis), epsilon)
    # Half of the largest number: the scale of zeros is finite in each dtype, and rounding cannot lift it to infinity.
    finest = value_range[1] / (LARGEST[scale_dtype] / 2)
    if epsilon < finest:
        largest = space.maximum(largest, finest)
    scale = cast(space.divide(value_range[1], largest), scale_dtype)
    quantized = space.round(space.multiply(x, cast(scale, working_dtype)))
    if not _within(value_range, epsilon):
        quantized = space.clip(quantized, *value_range)
    return handed_out(cast(quantized, dtype), scale)


def _within(value_range, epsilon):
    """Whether no number can leave a range: scales, rounded to at least 8 bits, lift none by half of one, up to 127."""
    low, high = value_range
    return epsilon >= 0 and high <= min(127, -low)


def _largest(space, magnitudes, axis):
    if isinstance(axis, list):
        axis = tuple(axis)
    return magnitudes if axis == () else space.max(magnitudes, axis=axis, keepdims=True)


def check_range(value_range):
    """Raises where the ends of a range are not a smaller and a larger, positive number."""
    if len(value_range) != 2 or not value_range[0] < value_range[1] or value_range[1] <= 0:
        raise ValueError(
            "`value_range` must be the smallest and the largest quantized value, such as (-127, 127). "
            f"Received: value_range={value_range}"
        )


def space_of(inputs, to_numpy):
    """The functions to compute with (`numpy` or `ops`), and the inputs as they take them."""
    inputs = as_tensor(inputs)
    return (np, ops.convert_to_numpy(inputs)) if to_numpy else (ops, inputs)


def as_tensor(x):
    """Lists and numbers as tensors; what has a dtype keeps it."""
    return x if hasattr(x, "dtype") else ops.convert_to_tensor(x)


def float_dtypes(x):
    """The dtype of the scales of `x`, and the one in which they are computed: at least 32 bits."""
    dtype = backend.standardize_dtype(x.dtype)
    dtype = dtype if backend.is_float_dtype(dtype) else backend.floatx()
    return dtype, "float64" if dtype == "float64" else "float32"


def cast(x, dtype):
    """`ops.cast`, also within NumPy."""
    return x.astype(backend.standardize_dtype(dtype)) if isinstance(x, (np.ndarray, np.generic)) else ops.cast(x, dtype)


def handed_out(*results):
    """The results as tensors of the engine."""
    return tuple(ops.convert_to_tensor(result, backend.standardize_dtype(result.dtype)) for result in results)
