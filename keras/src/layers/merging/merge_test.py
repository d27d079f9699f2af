"""Merging layers and masks. Numbers are those of the reference."""

import numpy as np
import pytest

import keras
from keras.src import layers, models, ops
from keras.src.utils.naming import to_snake_case

FIRST = np.array([[[0.0], [2.0], [3.0]]], "float32")
SECOND = np.array([[[-1.0], [0.0], [-3.0]]], "float32")


def array(x):
    return ops.convert_to_numpy(x)


def model_of(layer, masked):
    """A model that merges two inputs, some of which are masked where they are 0."""
    inputs = [layers.Input((3, 1)), layers.Input((3, 1))]
    masking = layers.Masking()
    return models.Model(inputs, layer([masking(x) if on else x for x, on in zip(inputs, masked)]))


@pytest.mark.parametrize(
    "cls, masked, expected",
    [
        (layers.Maximum, (1, 1), [-1, 2, 3]),
        (layers.Maximum, (1, 0), [-1, 2, 3]),
        (layers.Maximum, (0, 1), [0, 2, 3]),
        (layers.Maximum, (0, 0), [0, 2, 3]),
        (layers.Minimum, (1, 1), [-1, 2, -3]),
        (layers.Minimum, (1, 0), [-1, 0, -3]),
        (layers.Minimum, (0, 1), [-1, 2, -3]),
        (layers.Multiply, (1, 1), [-1, 2, -9]),
        (layers.Multiply, (1, 0), [-1, 0, -9]),
        (layers.Multiply, (0, 1), [0, 2, -9]),
        (layers.Add, (1, 1), [-1, 2, 0]),
        (layers.Average, (1, 1), [-0.5, 1, 0]),
        (layers.Subtract, (1, 1), [1, 2, 6]),
    ],
)
def test_what_is_masked_in_one_input_does_not_count_where_another_counts(cls, masked, expected):
    found = model_of(cls(), masked).predict([FIRST, SECOND], verbose=0)
    np.testing.assert_allclose(found.ravel(), expected)
    masking = layers.Masking()
    eager = [masking(ops.convert_to_tensor(x)) if on else x for x, on in zip((FIRST, SECOND), masked)]
    np.testing.assert_allclose(array(cls()(eager)).ravel(), expected)


@pytest.mark.parametrize(
    "cls, expected", [(layers.Maximum, [-1, 2, 5]), (layers.Minimum, [-1, 2, 3]), (layers.Multiply, [-1, 2, 60])]
)
def test_three_inputs(cls, expected):
    masking = layers.Masking(mask_value=9.0)
    values = ([9, 2, 3], [-1, 9, 4], [9, 9, 5])
    inputs = [masking(ops.convert_to_tensor(np.array(v, "float32").reshape(1, 3, 1))) for v in values]
    np.testing.assert_allclose(array(cls()(inputs)).ravel(), expected)


def test_ranks_and_several_features():
    masking = layers.Masking(mask_value=9.0)
    x = masking(ops.convert_to_tensor(np.array([[[9.0], [2.0]]], "float32")))
    assert array(layers.Multiply()([x, ops.convert_to_tensor([[4.0]])])).ravel().tolist() == [4, 8]
    x = masking(ops.convert_to_tensor(np.array([[[9.0, 9.0], [2.0, 3.0]]], "float32")))
    y = masking(ops.convert_to_tensor(np.array([[[1.0, 2.0], [9.0, 9.0]]], "float32")))
    assert array(layers.Maximum()([x, y])).ravel().tolist() == [1, 2, 2, 3]


MASK = np.array([[True, False]])


@pytest.mark.parametrize(
    "cls",
    [layers.Add, layers.Multiply, layers.Maximum, layers.Minimum, layers.Average, layers.Subtract, layers.Concatenate],
)
def test_masks_must_be_a_list_as_long_as_the_inputs(cls):
    x, mask = ops.ones((1, 2, 3)), ops.convert_to_tensor(MASK)
    for inputs, masks, match in (
        ([x, x], mask, "`mask` must be a list"),
        ([x, x], [mask], "equal length"),
        (x, [mask, mask], "`inputs` must be a list"),
    ):
        with pytest.raises(ValueError, match=match):
            cls().compute_mask(inputs, masks)
    assert cls().compute_mask([x, x], None) is None
    np.testing.assert_array_equal(array(cls().compute_mask((x, x), (mask, mask)))[:, :2], MASK)


class Shown(layers.Layer):
    """Gives the mask of its input."""

    supports_masking = True

    def call(self, x, mask=None):
        return ops.cast(mask, "float32")

    def compute_mask(self, x, mask=None):
        return None


def test_concatenation_of_a_masked_and_an_unmasked_input_of_unknown_sizes():
    tokens, vectors = layers.Input((None,), dtype="int32"), layers.Input((None, 3))
    joined = layers.Concatenate(axis=1)([layers.Embedding(5, 3, mask_zero=True)(tokens), vectors])
    model = models.Model([tokens, vectors], Shown()(joined))
    found = model.predict([np.array([[1, 0, 2]]), np.ones((1, 2, 3))], verbose=0)
    np.testing.assert_array_equal(found, [[1, 0, 1, 1, 1]])


@pytest.mark.parametrize("kind", [layers.Add, layers.Multiply, layers.Maximum, layers.Concatenate])
def test_counted_names_are_those_of_layers_alone(kind):
    keras.utils.clear_session()
    inputs = [keras.Input((4,)), keras.Input((4,))]
    made = [kind() for _ in range(3)]
    for layer in made:
        layer(inputs)
    made.append(kind())
    base = to_snake_case(kind.__name__)
    assert [layer.name for layer in made] == [base, f"{base}_1", f"{base}_2", f"{base}_3"]


@pytest.mark.parametrize("axis", [1, -1])
@pytest.mark.parametrize("masked", [(True, True), (True, False), (False, True)])
def test_the_order_of_layers_around_masks_is_that_of_files(masked, axis):
    inputs = layers.Input((6,), name="tokens")
    x, y = (layers.Embedding(9, 4, mask_zero=has, name=name)(inputs) for has, name in zip(masked, "xy"))
    joined = layers.Concatenate(axis=axis, name="joined")([x, y])
    model = models.Model(inputs, layers.GlobalAveragePooling1D(name="mean")(joined))
    first = ["y", "x"] if masked == (False, True) else ["x", "y"]
    assert [layer.name for layer in model.layers] == ["tokens", *first, "joined", "mean"]
