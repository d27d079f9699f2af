"""Bytes are those of Keras 3.15.1."""

import numpy as np
import pytest

from keras.src import backend, ops
from keras.src.quantizers import pack_int4, pack_ternary, unpack_int4, unpack_ternary
from keras.src.testing import engine

SIGNED = np.array([[1, -2, 3], [-4, 5, -6], [7, -8, 0]], "int8")
UNSIGNED = np.array([[1, 2, 3], [12, 5, 10], [7, 8, 15]], "uint8")
PACKED = [
    (SIGNED, 0, [[-63, 94, -93], [7, 8, 0]]),
    (SIGNED, -2, [[-63, 94, -93], [7, 8, 0]]),
    (SIGNED, 1, [[-31, 3], [92, 10], [-121, 0]]),
    (SIGNED, -1, [[-31, 3], [92, 10], [-121, 0]]),
    (SIGNED[:, 0], 0, [-63, 7]),
    (np.arange(-8, 8, dtype="int8").reshape(2, 2, 4)[..., :3], -1, [[[-104, 10], [-36, 14]], [[16, 2], [84, 6]]]),
    (UNSIGNED, 1, [[33, 3], [92, 10], [135, 15]]),
    (SIGNED.astype("uint8") & 15, 0, [[193, 94, 163], [7, 8, 0]]),
    (np.zeros((0, 2), "int8"), 0, np.zeros((0, 2))),
    (SIGNED * 20, 0, [[4, 72, -116], [12, 0, 0]]),
]


def array(x):
    return np.array(ops.convert_to_numpy(x))


@pytest.mark.parametrize("values, axis, packed", PACKED)
def test_packing(values, axis, packed):
    found, shape, size = pack_int4(values, axis, str(values.dtype))
    np.testing.assert_array_equal(array(found), packed)
    assert backend.standardize_dtype(found.dtype) == values.dtype
    assert shape == np.shape(packed) and isinstance(shape, tuple)
    assert size == values.shape[axis]


@pytest.mark.parametrize("values, axis, packed", PACKED[:-1])
def test_unpacking(values, axis, packed):
    found = unpack_int4(np.array(packed, values.dtype), values.shape[axis], axis, str(values.dtype))
    np.testing.assert_array_equal(array(found), values)
    assert backend.standardize_dtype(found.dtype) == values.dtype


def test_unpacking_in_the_other_dtype():
    packed = np.array([[33, 3], [92, 10], [135, 15]], "uint8")
    signed = [[1, 2, 3], [-4, 5, -6], [7, -8, -1]]
    np.testing.assert_array_equal(array(unpack_int4(packed, 3, 1)), signed)
    np.testing.assert_array_equal(array(unpack_int4(packed.view("int8"), 3, 1)), signed)
    np.testing.assert_array_equal(array(unpack_int4(packed.view("int8"), 3, 1, "uint8")), UNSIGNED)


def test_unpacking_fewer():
    packed, _, _ = pack_int4(SIGNED)
    np.testing.assert_array_equal(array(unpack_int4(packed, 1)), SIGNED[:1])
    assert unpack_int4(packed, 0).shape == (0, 3)


@pytest.mark.parametrize("shape", [(1,), (2, 5), (3, 4, 7), (2, 1, 3, 9)])
@pytest.mark.parametrize("dtype, low", [("int8", -8), ("uint8", 0)])
def test_there_and_back(shape, dtype, low):
    values = np.random.default_rng(0).integers(low, low + 16, shape).astype(dtype)
    for axis in range(-len(shape), len(shape)):
        packed, packed_shape, size = pack_int4(values, axis, dtype)
        assert packed_shape[axis] == (shape[axis] + 1) // 2
        np.testing.assert_array_equal(array(unpack_int4(packed, size, axis, dtype)), values)


def test_ternary():
    values = np.array([[1, -1, 0, 0, 1], [-1, -1, -1, -1, 0]], "int8")
    # Two bits each, in two's complement: 01, 11 and 00.
    packed, shape, size = pack_ternary(values, 1)
    np.testing.assert_array_equal(array(packed), np.array([[0b00001101, 1], [0b11111111, 0]], "uint8").view("int8"))
    assert (shape, size, backend.standardize_dtype(packed.dtype)) == ((2, 2), 5, "int8")
    for held in (array(packed), array(packed).view("uint8")):
        found = unpack_ternary(held, 5, 1)
        np.testing.assert_array_equal(array(found), values)
        assert backend.standardize_dtype(found.dtype) == "int8"
    with pytest.raises(TypeError, match="Expected int8 tensor for packing, got int32"):
        pack_ternary(values.astype("int32"))
    with pytest.raises(ValueError, match="orig_len=9"):
        unpack_ternary(packed, 9, 1)


@pytest.mark.parametrize("shape", [(1,), (3, 7), (2, 4, 6)])
def test_ternary_there_and_back(shape):
    values = np.random.default_rng(0).integers(-1, 2, shape).astype("int8")
    for axis in range(-len(shape), len(shape)):
        packed, packed_shape, size = pack_ternary(values, axis)
        assert packed_shape[axis] == (shape[axis] + 3) // 4
        np.testing.assert_array_equal(array(unpack_ternary(packed, size, axis)), values)


def test_symbolic():
    packed, shape, size = pack_int4(backend.KerasTensor((None, 5), "int8"), axis=-1)
    assert (packed.shape, packed.dtype, shape, size) == ((None, 3), "int8", (None, 3), 5)
    assert unpack_int4(packed, 5, axis=1).shape == (None, 5)
    assert unpack_int4(backend.KerasTensor((3, None), "int8"), 5).shape == (5, None)
    with pytest.raises(ValueError, match="known size"):
        pack_int4(backend.KerasTensor((None, 5), "int8"))


@pytest.mark.skipif(not engine.CAN_COMPILE, reason="compiles")
def test_compiled():
    def there_and_back(x):
        packed, _, size = pack_int4(x, 1)
        return unpack_int4(packed, size, 1)

    function, _ = engine.compiled(there_and_back)
    np.testing.assert_array_equal(array(function(ops.convert_to_tensor(SIGNED))), SIGNED)


def test_misuse():
    with pytest.raises(ValueError, match="Expected dtype to be 'int8' or 'uint8', but got 'int32'"):
        pack_int4(SIGNED, dtype="int32")
    with pytest.raises(ValueError, match="Expected dtype to be 'int8' or 'uint8', but got 'int32'"):
        unpack_int4(SIGNED, 3, dtype="int32")
    with pytest.raises(TypeError, match="Expected int8 tensor for packing, got int32"):
        pack_int4(SIGNED.astype("int32"))
    with pytest.raises(TypeError, match="Expected uint8 tensor for packing, got int8"):
        pack_int4(SIGNED, dtype="uint8")
    with pytest.raises(TypeError, match="Expected int8 or uint8 tensor for unpacking, got int32"):
        unpack_int4(SIGNED.astype("int32"), 3)
    with pytest.raises(ValueError, match="axis"):
        pack_int4(SIGNED, axis=2)
    for size in (7, -1):
        with pytest.raises(ValueError, match=f"orig_len={size}"):
            unpack_int4(SIGNED, size)


@pytest.mark.parametrize("dtype,low", [("int8", -8), ("uint8", 0)])
@pytest.mark.parametrize("axis", [0, 1])
def test_every_byte_is_unpacked(dtype, low, axis):
    values = np.stack(np.meshgrid(np.arange(16), np.arange(16)), -1).reshape(16, 32) + low
    values = np.moveaxis(values, 1, axis).astype(dtype)
    first, second = np.moveaxis(values, axis, 0)[::2] & 15, np.moveaxis(values, axis, 0)[1::2] & 15
    packed = np.moveaxis((first.astype("uint8") | second.astype("uint8") << 4).view(dtype), 0, axis)
    unpacked = unpack_int4(ops.array(packed), 32, axis, dtype)
    np.testing.assert_array_equal(ops.convert_to_numpy(unpacked), values)
