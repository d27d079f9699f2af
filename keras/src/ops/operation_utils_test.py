import pytest

import keras
from keras import layers
from keras.src.ops import operation_utils as utils

# What Keras 3.15.1 gives.
SHAPES = [
    (utils.compute_conv_output_shape, ((None, 28, 28, 3), 4, (3, 3)), {}, (None, 26, 26, 4)),
    (utils.compute_conv_output_shape, ((2, 3, 28, None), 4, (3, 3), 2, "same", "channels_first"), {}, (2, 4, 14, None)),
    (utils.compute_conv_output_shape, ((2, 9, 3), 4, (3,), 1, "causal", "channels_last", 2), {}, (2, 9, 4)),
    (utils.compute_pooling_output_shape, ((None, 28, 28, 3), (2, 2), None), {}, (None, 14, 14, 3)),
    (utils.compute_pooling_output_shape, ((None, 28, 28, 3), (2, 2), (1, 1), "same"), {}, (None, 28, 28, 3)),
    (utils.compute_pooling_output_shape, ((1, 3, 5), (2,), (2,), "valid", "channels_first"), {}, (1, 3, 2)),
    (utils.compute_matmul_output_shape, ((None, 3, 4), (4, 5)), {}, (None, 3, 5)),
    (utils.compute_matmul_output_shape, ((3,), (3,)), {}, ()),
    (utils.compute_matmul_output_shape, ((4,), (2, 4, 5)), {}, (2, 5)),
    (utils.compute_reshape_output_shape, ((None, 4), (2, -1), "newshape"), {}, (2, None)),
    (utils.compute_reshape_output_shape, ((3, 4), (2, -1), "newshape"), {}, (2, 6)),
    (utils.compute_transpose_output_shape, ((1, 2, 3), None), {}, (3, 2, 1)),
    (utils.compute_transpose_output_shape, ((1, 2, 3), (0, 2, 1)), {}, (1, 3, 2)),
    (utils.compute_take_along_axis_output_shape, ((2, 3, 4), (2, 5, 4), 1), {}, [2, 5, 4]),
    (utils.compute_take_along_axis_output_shape, ((2, 3), (5,), None), {}, [5]),
    (utils.compute_expand_dims_output_shape, ((2, 3), 0), {}, (1, 2, 3)),
    (utils.compute_expand_dims_output_shape, ((2, 3), (0, -1)), {}, (1, 2, 3, 1)),
    (utils.broadcast_shapes, ((None, 3), (1,)), {}, [None, 3]),
    (utils.broadcast_shapes, ((), (4,)), {}, [4]),
    (utils.reduce_shape, ((2, 3, 4), None), {}, ()),
    (utils.reduce_shape, ((2, 3, 4), (0, -1)), {}, (3,)),
    (utils.reduce_shape, ((2, 3, 4),), {"axis": 1, "keepdims": True}, (2, 1, 4)),
]
REFUSED = [
    (utils.compute_conv_output_shape, ((2, 1, 3), 4, (3,)), "empty"),
    (utils.compute_conv_output_shape, ((2, 9, 3), 4, (3, 3)), "kernel_size"),
    (utils.compute_conv_output_shape, ((2, 9, 3), 4, (3,), 1, "x"), "padding"),
    (utils.compute_pooling_output_shape, ((1, 1, 5), (2,), (2,)), "empty"),
    (utils.compute_matmul_output_shape, ((2, 3), (4, 5)), "dimension"),
    (utils.compute_reshape_output_shape, ((3, 4), (5, -1), "newshape"), "number of elements"),
    (utils.compute_reshape_output_shape, ((3, 4), (5, 2), "newshape"), "number of elements"),
    (utils.compute_transpose_output_shape, ((1, 2, 3), (0, 2)), "each of the 3"),
    (utils.broadcast_shapes, ((2, 3), (4,)), "broadcast"),
    (utils.reduce_shape, ((2, 3), 5), "axis"),
]


@pytest.mark.parametrize("function, args, kwargs, expected", SHAPES)
def test_shapes(function, args, kwargs, expected):
    assert function(*args, **kwargs) == expected


@pytest.mark.parametrize("function, args, message", REFUSED)
def test_shapes_that_do_not_fit(function, args, message):
    with pytest.raises(ValueError, match=message):
        function(*args)


def test_source_inputs():
    a, b = keras.Input((3,)), keras.Input((3,))
    both = layers.add([layers.Dense(3)(a), layers.Dense(3)(b), a])
    found = keras.utils.get_source_inputs(layers.Dense(1)(both))
    assert {id(x) for x in found} == {id(a), id(b)} and len(found) == 2
    assert keras.utils.get_source_inputs(b)[0] is b


def test_source_inputs_stand_in_the_order_of_arguments():
    a, b, c = keras.Input((3,)), keras.Input((3,)), keras.Input((3,))
    far = layers.Dense(3)(layers.Dense(3)(b))
    found = keras.utils.get_source_inputs(layers.add([layers.add([far, layers.Dense(3)(a)]), c]))
    assert [id(x) for x in found] == [id(b), id(a), id(c)]


def test_source_inputs_without_a_graph():
    assert keras.utils.get_source_inputs(keras.KerasTensor((2,))) == []
