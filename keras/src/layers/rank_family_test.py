"""Layers that other libraries make from the class of a family, with the number of dimensions as an argument."""

import numpy as np
import pytest

from keras import layers, ops
from keras.src.layers.convolutional.base_conv import BaseConv
from keras.src.layers.pooling.base_global_pooling import BaseGlobalPooling
from keras.src.layers.pooling.base_pooling import BasePooling

X = {1: np.random.default_rng(0).random((2, 6, 3)), 2: np.random.default_rng(1).random((2, 6, 5, 3))}


def outputs(layer, rank):
    return ops.convert_to_numpy(layer(X[rank].astype("float32")))


@pytest.mark.parametrize("rank, member, padding", [(1, layers.Conv1D, "causal"), (2, layers.Conv2D, "same")])
def test_convolutions(rank, member, padding):
    class Own(BaseConv):
        def __init__(self, filters, kernel_size, **kwargs):
            super().__init__(rank=rank, filters=filters, kernel_size=kernel_size, **kwargs)

    own, given = Own(4, 3, padding=padding), member(4, 3, padding=padding)
    assert own.rank == rank and own.kernel_size == (3,) * rank
    outputs(own, rank), outputs(given, rank)
    own.set_weights(given.get_weights())
    np.testing.assert_allclose(outputs(own, rank), outputs(given, rank), rtol=1e-5)
    twin = Own.from_config(own.get_config())
    assert twin.padding == padding and twin.filters == 4


@pytest.mark.parametrize("mode, member", [("max", layers.MaxPooling2D), ("average", layers.AveragePooling2D)])
def test_pooling(mode, member):
    own = BasePooling(pool_size=2, strides=1, pool_dimensions=2, pool_mode=mode, padding="same")
    given = member(pool_size=2, strides=1, padding="same")
    np.testing.assert_allclose(outputs(own, 2), outputs(given, 2), rtol=1e-6)
    assert own.compute_output_shape((None, 6, 5, 3)) == (None, 6, 5, 3)


def test_pooling_over_all_places():
    class Sum(BaseGlobalPooling):
        def call(self, inputs):
            return ops.sum(inputs, axis=(1, 2))

    np.testing.assert_allclose(outputs(Sum(pool_dimensions=2), 2), X[2].sum((1, 2)), rtol=1e-5)


@pytest.mark.parametrize(
    "make, name",
    [
        (lambda **options: BaseConv(filters=2, kernel_size=2, **options), "rank"),
        (lambda **options: BasePooling(pool_size=2, **options), "pool_dimensions"),
        (lambda **options: BaseGlobalPooling(**options), "pool_dimensions"),
    ],
)
def test_the_number_of_dimensions_must_be_given(make, name):
    for options in ({}, {name: 0}, {name: "2"}):
        with pytest.raises(ValueError, match=f"`{name}` must say how many"):
            make(**options)


def test_members_have_their_own_number():
    with pytest.raises(ValueError, match="rank"):
        layers.Conv2D(2, 2, rank=3)
    with pytest.raises(ValueError, match="causal"):
        BaseConv(rank=2, filters=2, kernel_size=2, padding="causal")
    with pytest.raises(ValueError, match="pool_mode"):
        BasePooling(pool_size=2, pool_dimensions=2, pool_mode="sum")
