"""EinsumDense. The oracle is NumPy's einsum; stored outputs and configs are in `layers_test.py`."""

import numpy as np
import pytest

from keras.src import layers, models, ops
from keras.src.layers.core.einsum_dense import Equation

RNG = np.random.default_rng(0)


def array(x):
    return ops.convert_to_numpy(x)


@pytest.mark.parametrize(
    "equation, output_shape, bias_axes, input_shape, kernel_shape, bias_shape",
    [
        ("ab,bc->ac", 6, "c", (2, 3), (3, 6), (6,)),
        ("abc,cde->abde", (None, 3, 4), "de", (2, 1, 2), (2, 3, 4), (3, 4)),
        ("abc,cde->abde", (None, 3, 4), "e", (2, 5, 2), (2, 3, 4), (4,)),
        ("abc,cde->abde", (None, 3, 4), "d", (2, 5, 2), (2, 3, 4), (3, 1)),
        ("abc,dce->abde", (None, 3, 4), "d", (2, 5, 2), (3, 2, 4), (3, 1)),
        ("abcd,cde->abe", (None, 5), "e", (2, 3, 4, 4), (4, 4, 5), (5,)),
        ("abcd,bcde->abe", (3, 7), "e", (2, 3, 4, 5), (3, 4, 5, 7), (7,)),
        ("abc,bcd->abd", (3, 7), "bd", (2, 3, 4), (3, 4, 7), (3, 7)),
        ("ab...,bc->ac...", 6, "c", (2, 3, 4), (3, 6), (6, 1)),
        ("...x,xy->...y", 5, "y", (2, 3, 4), (4, 5), (5,)),
        ("...ab,abc->...c", 5, "c", (2, 6, 3, 4), (3, 4, 5), (5,)),
        ("aBc,cD->aBD", (None, 5), None, (2, 3, 4), (4, 5), None),
    ],
)
def test_values(equation, output_shape, bias_axes, input_shape, kernel_shape, bias_shape):
    layer = layers.EinsumDense(equation, output_shape, bias_axes=bias_axes, bias_initializer="random_normal")
    x = RNG.normal(size=input_shape).astype("float32")
    found = layer(x)
    assert tuple(layer.kernel.shape) == kernel_shape
    assert (None if layer.bias is None else tuple(layer.bias.shape)) == bias_shape
    expected = np.einsum(equation, x, array(layer.kernel)) + (0 if layer.bias is None else array(layer.bias))
    np.testing.assert_allclose(array(found), expected, rtol=1e-4, atol=1e-5)
    assert tuple(layer.compute_output_shape(input_shape)) == expected.shape


@pytest.mark.parametrize(
    "equation, output_shape, bias_axes, input_shape, match",
    [
        ("abc->ab", 5, None, (2, 3, 4), "form"),
        ("a...b,bc->a...c", 5, None, (2, 3, 4), "form"),
        ("abc,cd,de->abe", (None, 5), None, (2, 3, 4), "form"),
        ("abc,de->abd", (3, 5), None, (2, 3, 4), "kernel"),
        ("abc,cd->abe", (None, 5), None, (2, 3, 4), "outputs"),
        ("abc,cd->abd", (None, 5), "x", (2, 3, 4), "bias_axes"),
        ("abc,cd->abd", (7, 5), None, (2, 3, 4), "output_shape"),
        ("abc,cd->abd", (None, 5), None, (2, 3), "axis for each letter"),
        ("abc,cd->abd", (None, 5), None, (2, 3, None), "kernel"),
        ("abc,cd->abd", (None,), None, (2, 3, 4), "output_shape"),
    ],
)
def test_mistakes(equation, output_shape, bias_axes, input_shape, match):
    with pytest.raises(ValueError, match=match):
        layers.EinsumDense(equation, output_shape, bias_axes=bias_axes).build(input_shape)


def test_other_sizes_than_it_was_built_for():
    layer = layers.EinsumDense("abc,cd->abd", (None, 5))
    layer.build((2, 3, 4))
    with pytest.raises(ValueError, match="4"):
        layer(np.ones((2, 3, 6), "float32"))


@pytest.mark.parametrize(
    "equation, axes",
    [("abc,cd->abd", 1), ("abcd,cde->abe", 2), ("...x,xy->...y", 1), ("abc,dc->abd", None), ("abc,bcd->abd", None)],
)
def test_what_is_a_product_of_matrices(equation, axes):
    assert Equation(equation).contracted_axes() == axes


def test_unknown_sizes_and_low_rank_adaptation():
    inputs = layers.Input((None, 4))
    layer = layers.EinsumDense("abc,cde->abde", (None, 2, 3), bias_axes="de", lora_rank=2)
    outputs = layer(inputs)
    assert outputs.shape == (None, None, 2, 3)
    model = models.Model(inputs, outputs)
    assert tuple(model(np.ones((2, 5, 4), "float32")).shape) == (2, 5, 2, 3)
    assert [(v.name, tuple(v.shape), v.trainable) for v in layer.weights] == [
        ("kernel", (4, 2, 3), False),
        ("bias", (2, 3), True),
        ("lora_kernel_a", (4, 2, 2), True),
        ("lora_kernel_b", (2, 3), True),
    ]


def test_build_takes_more_axes_than_the_equation_has_letters():
    layer = layers.EinsumDense("ab,b->a", (1,))
    layer.build((2, 1, 2))
    assert tuple(layer.kernel.shape) == (1,)
    layer = layers.EinsumDense("ab,bc->ac", 4)
    with pytest.raises(ValueError):
        layer(np.ones((2, 3, 3), "float32"))


@pytest.mark.parametrize("equation", ["...ab,bc->ac...", "ab...,bc->...ac", "...ab...,bc->...ac..."])
def test_leading_and_trailing_axes_do_not_mix(equation):
    with pytest.raises(ValueError, match="equation"):
        layers.EinsumDense(equation, output_shape=(None, 3)).build((2, 4, 4))
