"""Weights in few bits with a scale and a zero point for each group of inputs."""

from keras.src.api_export import keras_export
from keras.src.quantizers.scaling import LARGEST, cast, check_range, float_dtypes, handed_out, space_of


@keras_export("keras.quantizers.abs_max_quantize_grouped_with_zero_point")
def abs_max_quantize_grouped_with_zero_point(
    inputs, block_size, value_range=(-8, 7), dtype="int8", epsilon=1e-07, to_numpy=False
):
    """Quantizes blocks of rows, each column of a block with its own scale and zero point.

    The smallest number of a block becomes the lower end of the range, the largest one the upper end. The scale divides:
    `quantized = round(inputs / scale) + zero`, so `(quantized - zero) * scale` is about `inputs`. A last block that is
    smaller counts as if it went on with zeros.

    Args:
        inputs: A matrix of floats, `(rows, columns)`; the number of rows must be known.
        block_size: Number of rows that share scales and zero points.
        value_range: The smallest and the largest quantized value.
        dtype: Dtype of the quantized values.
        epsilon: Added to the span of a block.
        to_numpy: Whether to compute with NumPy rather than on the device.

    Returns:
        A tuple: the quantized matrix, the scales `(blocks, columns)` in the dtype of `inputs` (floatx for integers), and
        the zero points `(blocks, columns)`, of int8 where the range fits, else of `dtype`.

    Raises:
        ValueError: `inputs` is no matrix with a known number of rows, `block_size` is no positive integer, or
            `value_range` is not two numbers around or from zero.

    Example:

    >>> kernel = keras.ops.array([[1.0, -7.0], [2.0, 3.0], [-3.0, 5.0], [7.0, 0.0]])
    >>> quantized, scale, zero = keras.quantizers.abs_max_quantize_grouped_with_zero_point(kernel, block_size=2)
    >>> zero
    array([[-8,  2],
           [-4, -8]], dtype=int8)
    """
    check_range(value_range)
    space, inputs = space_of(inputs, to_numpy)
    _check_blocks(inputs, block_size)
    scale_dtype, working_dtype = float_dtypes(inputs)
    blocks = _in_blocks(space, cast(inputs, working_dtype), block_size)
    scale, zero = _scale_and_zero(space, blocks, value_range, epsilon, scale_dtype)
    quantized = space.clip(space.add(space.round(space.divide(blocks, scale)), zero), *value_range)
    quantized = space.reshape(quantized, (blocks.shape[0] * block_size, -1))[: inputs.shape[0]]
    fits = -128 <= value_range[0] and value_range[1] <= 127
    zero_dtype = "int8" if fits else dtype
    scale, zero = space.squeeze(scale, 1), space.squeeze(zero, 1)
    return handed_out(cast(quantized, dtype), cast(scale, scale_dtype), cast(zero, zero_dtype))


def _check_blocks(inputs, size):
    shape = tuple(inputs.shape)
    if len(shape) != 2 or not shape[0]:
        raise ValueError(
            f"`inputs` must be a matrix with a known number of rows, at least one. Received: shape {shape}"
        )
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        raise ValueError(f"`block_size` must be a positive integer. Received: block_size={size}")


def _in_blocks(space, x, size):
    missing = -x.shape[0] % size
    if missing:
        x = space.pad(x, [(0, missing), (0, 0)])
    return space.reshape(x, (x.shape[0] // size, size, -1))


def _scale_and_zero(space, blocks, value_range, epsilon, scale_dtype):
    """Both of shape (blocks, 1, columns), and in the dtype of `blocks`."""
    low, high = value_range
    smallest, largest = space.min(blocks, axis=1, keepdims=True), space.max(blocks, axis=1, keepdims=True)
    # Where all numbers of a block are one, the range goes one further at both sides, and reaches zero.
    constant = space.equal(smallest, largest)
    smallest = space.where(constant, space.minimum(space.subtract(smallest, 1), 0), smallest)
    largest = space.where(constant, space.maximum(space.add(largest, 1), 0), largest)
    span = space.add(space.subtract(largest, smallest), epsilon)
    # A scale that the dtype of scales cannot hold would divide by zero.
    scale = space.maximum(space.divide(span, high - low), 2 / LARGEST[scale_dtype])
    zero = space.round(space.subtract(low, space.divide(smallest, scale)))
    return scale, space.clip(zero, low, high)
