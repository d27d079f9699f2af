"""Rounding as quantization would do it, with gradients as if it did not."""

import math

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.backend.common.shape_rules import canonical_axis
from keras.src.quantizers.scaling import as_tensor


@keras_export("keras.quantizers.fake_quant_with_min_max_vars")
def fake_quant_with_min_max_vars(inputs, min_vals, max_vals, num_bits=8, narrow_range=False, axis=None):
    """Rounds numbers to those that integers of a few bits can stand for, in a range that may be trained.

    The range moves a little, so that zero is one of these numbers. Where it is empty, the result is zero. Gradients pass
    to `inputs` as if nothing was rounded; those of numbers below the range go to `min_vals`, and those of numbers above
    it to `max_vals`.

    Args:
        inputs: A tensor.
        min_vals: The lower end of the range: a scalar, or a vector with one for each place of `axis`.
        max_vals: The upper end, likewise.
        num_bits: Number of bits, from 1 to 32.
        narrow_range: Whether the lowest integer is left out, so that the range may be symmetric.
        axis: The axis with a range for each place; None: one range for all, or what broadcasts.

    Returns:
        A tensor of the shape and dtype of `inputs`.

    Raises:
        ValueError: `num_bits` is another number, `axis` is no axis, or the vectors don't fit its size.

    Example:

    >>> x = keras.ops.array([-12.0, -3.0, 0.0, 5.0])
    >>> keras.quantizers.fake_quant_with_min_max_vars(x, min_vals=-4.0, max_vals=3.5, num_bits=4)
    array([-4. , -3. ,  0. ,  3.5], dtype=float32)
    """
    if not isinstance(num_bits, int) or not 1 <= num_bits <= 32:
        raise ValueError(f"`num_bits` must be an integer from 1 to 32. Received: num_bits={num_bits}")
    inputs = as_tensor(inputs)
    dtype = backend.standardize_dtype(inputs.dtype)
    # 16 bits cannot hold the integers.
    working_dtype = "float64" if dtype == "float64" else "float32"
    x = ops.cast(inputs, working_dtype)
    low, high = (
        _along(ops.cast(ops.convert_to_tensor(values), working_dtype), x, axis, name)
        for values, name in ((min_vals, "min_vals"), (max_vals, "max_vals"))
    )
    return ops.cast(_rounded(x, low, high, float(narrow_range), 2.0**num_bits - 1), dtype)


def _along(values, x, axis, name):
    """The values with their vector along the axis."""
    if axis is None:
        return values
    rank = len(x.shape)
    axis = canonical_axis(axis, rank)
    shape = tuple(values.shape)
    if shape not in ((), (1,), (x.shape[axis],)) and None not in (*shape, x.shape[axis]):
        raise ValueError(
            f"`{name}` must be a scalar or have one value for each of the {x.shape[axis]} places along axis {axis}. "
            f"Received: shape {shape}"
        )
    return ops.reshape(values, [-1 if i == axis else 1 for i in range(rank)])


def _rounded(x, low, high, lowest, highest):
    usable = ops.greater(high, low)
    # An empty range has steps of zero, and all numbers lie below it.
    width = ops.stop_gradient(ops.where(usable, ops.subtract(high, low), 1.0))
    intervals = max(highest - lowest, 1)
    steps_per_one = ops.divide(intervals, width)
    step = ops.where(usable, ops.divide(width, intervals), 0.0)
    zero = ops.clip(
        ops.round(ops.subtract(lowest, ops.multiply(ops.stop_gradient(low), steps_per_one))), lowest, highest
    )
    first, last = (ops.multiply(ops.subtract(end, zero), step) for end in (lowest, highest))
    below, above = ops.less(x, ops.where(usable, first, math.inf)), ops.greater(x, last)
    first, last = (ops.add(end, ops.where(usable, _slope(given), 0.0)) for end, given in ((first, low), (last, high)))
    inside = ops.where(below, first, ops.where(above, last, x))
    places = ops.floor(ops.add(ops.multiply(ops.stop_gradient(inside), steps_per_one), 0.5))
    return ops.add(ops.multiply(places, step), _slope(inside))


def _slope(x):
    """Zero, with the gradient of `x`."""
    return ops.subtract(x, ops.stop_gradient(x))
