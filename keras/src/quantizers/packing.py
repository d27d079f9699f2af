"""Small integers, several to a byte."""

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.backend.common.shape_rules import canonical_axis

PACKED_DTYPES = ("int8", "uint8")


@keras_export("keras.quantizers.pack_int4")
def pack_int4(arr, axis=0, dtype="int8"):
    """Packs integers of four bits, two to a byte. The first of two is in the low bits; an odd size is padded by a zero.

    Args:
        arr: Tensor of `dtype` with values from -8 to 7, or from 0 to 15 for `"uint8"`.
        axis: The axis along which two values become one; its size must be known.
        dtype: `"int8"` or `"uint8"`.

    Returns:
        A tuple: the packed tensor of `dtype`, its shape, and the size of `arr` along `axis`, which `unpack_int4` wants.

    Raises:
        ValueError: `dtype` is another one, or `axis` is no axis of a known size.
        TypeError: `arr` is not of `dtype`.

    Example:

    >>> packed, shape, size = keras.quantizers.pack_int4(keras.ops.array([1, -2, 3], dtype="int8"))
    >>> packed, shape, size
    (array([-31,   3], dtype=int8), (2,), 3)
    """
    return _packed(arr, axis, 4, dtype)


@keras_export("keras.quantizers.unpack_int4")
def unpack_int4(packed, orig_len, axis=0, dtype="int8"):
    """Gives the integers back that `pack_int4` packed.

    Args:
        packed: Tensor of int8 or uint8.
        orig_len: Size along `axis` before packing.
        axis: The axis along which values were packed.
        dtype: `"int8"` for values from -8 to 7, `"uint8"` for values from 0 to 15.

    Returns:
        Tensor of `dtype` with `orig_len` values along `axis`.

    Raises:
        ValueError: `dtype` is another one, `axis` is no axis, or `orig_len` are more values than `packed` holds.
        TypeError: `packed` is of another dtype.

    Example:

    >>> keras.quantizers.unpack_int4(keras.ops.array([-31, 3], dtype="int8"), 3)
    array([ 1, -2,  3], dtype=int8)
    """
    return _unpacked(packed, orig_len, axis, 4, dtype)


@keras_export("keras.quantizers.pack_ternary")
def pack_ternary(arr, axis=0):
    """Packs the numbers -1, 0 and 1, four to a byte. The first of four is in the lowest bits; zeros fill up the last byte.

    Args:
        arr: Tensor of int8 with values from -1 to 1.
        axis: The axis along which four values become one; its size must be known.

    Returns:
        A tuple: the packed tensor of int8, its shape, and the size of `arr` along `axis`, which `unpack_ternary` wants.

    Raises:
        ValueError: `axis` is no axis of a known size.
        TypeError: `arr` is not of int8.

    Example:

    >>> packed, shape, size = keras.quantizers.pack_ternary(keras.ops.array([1, -1, 0, 0, 1], dtype="int8"))
    >>> packed, shape, size
    (array([13,  1], dtype=int8), (2,), 5)
    """
    return _packed(arr, axis, 2, "int8")


@keras_export("keras.quantizers.unpack_ternary")
def unpack_ternary(packed, orig_len, axis=0):
    """Gives the numbers back that `pack_ternary` packed.

    Args:
        packed: Tensor of int8 or uint8.
        orig_len: Size along `axis` before packing.
        axis: The axis along which values were packed.

    Returns:
        Tensor of int8 with `orig_len` values along `axis`.

    Raises:
        ValueError: `axis` is no axis, or `orig_len` are more values than `packed` holds.
        TypeError: `packed` is of another dtype.

    Example:

    >>> keras.quantizers.unpack_ternary(keras.ops.array([13, 1], dtype="int8"), 5)
    array([ 1, -1,  0,  0,  1], dtype=int8)
    """
    return _unpacked(packed, orig_len, axis, 2, "int8")


def _packed(arr, axis, bits, dtype):
    """The packed tensor, its shape, and the size before along the axis."""
    arr, axis, size = _to_pack(arr, axis, dtype)
    mask, (packed, *parts) = (1 << bits) - 1, _every(arr, axis, 8 // bits)
    packed = ops.bitwise_and(packed, mask)
    for place, part in enumerate(parts, start=1):
        packed = ops.bitwise_or(packed, ops.left_shift(ops.bitwise_and(part, mask), bits * place))
    return packed, tuple(packed.shape), size


def _unpacked(packed, orig_len, axis, bits, dtype):
    packed, axis = _to_unpack(packed, orig_len, axis, 8 // bits, dtype)
    places = range(0, 8, bits)
    if bits == 4 and axis == len(packed.shape) - 1 and packed.shape[axis] is not None:
        try:
            return ops.get_item(_pairs(packed, dtype), (..., slice(0, orig_len)))
        except NotImplementedError:  # Graphs of other engines may have no views.
            pass
    if backend.standardize_dtype(packed.dtype) == dtype == "int8":
        # Shifts of signed numbers keep the sign.
        lifted = [ops.left_shift(packed, 8 - bits - place) for place in places[:-1]]
        return _woven([ops.right_shift(part, 8 - bits) for part in (*lifted, packed)], axis, orig_len)
    mask, sign = (1 << bits) - 1, 1 << (bits - 1)
    parts = [ops.bitwise_and(ops.right_shift(packed, place), mask) for place in places]
    values = ops.cast(_woven(parts, axis, orig_len), dtype)
    return ops.subtract(ops.bitwise_xor(values, sign), sign) if dtype == "int8" else values


def _pairs(packed, dtype):
    """Both halves of each byte, side by side along the last axis.

    They become the two bytes of integers of 16 bits, which is several times as fast as to interleave bytes.
    """
    wide = ops.cast(ops.view(packed, "uint8"), "int16")
    halves = ops.bitwise_and(ops.bitwise_or(wide, ops.left_shift(wide, 4)), 0x0F0F)
    if dtype == "int8":
        return ops.subtract(ops.view(ops.bitwise_xor(halves, 0x0808), dtype), 8)
    return ops.view(halves, dtype)


def _check_dtype(dtype):
    if dtype not in PACKED_DTYPES:
        raise ValueError(f"Expected dtype to be 'int8' or 'uint8', but got '{dtype}'.")


def _to_pack(arr, axis, dtype):
    """The checked tensor, its axis from zero, and the size along it."""
    _check_dtype(dtype)
    arr = ops.convert_to_tensor(arr)
    if backend.standardize_dtype(arr.dtype) != dtype:
        raise TypeError(f"Expected {dtype} tensor for packing, got {backend.standardize_dtype(arr.dtype)}.")
    axis = canonical_axis(axis, len(arr.shape))
    if arr.shape[axis] is None:
        raise ValueError(f"Values are packed along an axis of known size. Received: axis={axis}, shape {arr.shape}")
    return arr, axis, arr.shape[axis]


def _to_unpack(packed, orig_len, axis, per_byte, dtype):
    """The checked tensor and its axis from zero."""
    _check_dtype(dtype)
    packed = ops.convert_to_tensor(packed)
    held_dtype = backend.standardize_dtype(packed.dtype)
    if held_dtype not in PACKED_DTYPES:
        raise TypeError(f"Expected int8 or uint8 tensor for unpacking, got {held_dtype}")
    axis = canonical_axis(axis, len(packed.shape))
    size = packed.shape[axis]
    if orig_len < 0 or (size is not None and orig_len > size * per_byte):
        raise ValueError(
            f"A tensor of shape {tuple(packed.shape)} holds up to {per_byte} values per byte along axis {axis}. "
            f"Received: orig_len={orig_len}"
        )
    return packed, axis


def _every(arr, axis, count):
    """`count` tensors, which hold every `count`-th value along the axis from the first, the second, ... on."""
    size = arr.shape[axis]
    missing = -size % count
    if missing:
        arr = ops.pad(arr, [(0, missing if i == axis else 0) for i in range(len(arr.shape))])
    before = (slice(None),) * axis
    return [ops.get_item(arr, (*before, slice(first, None, count))) for first in range(count)]


def _woven(parts, axis, size):
    """The reverse of `_every`, cut to `size`."""
    shape = list(ops.shape(parts[0]))
    unknown = [i for i, length in enumerate(shape) if length is None]
    shape[axis] = -1 if axis in unknown else shape[axis] * len(parts)
    if len(unknown) == 1:
        shape[unknown[0]] = -1
    woven = ops.reshape(ops.stack(parts, axis + 1), shape)
    return ops.get_item(woven, (*(slice(None),) * axis, slice(0, size)))
