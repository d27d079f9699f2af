"""Small decisions of layers, each of which a change of one sign, condition or order would turn round."""

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.src.backend import set_keras_mask
from keras.src.optimizers.schedules import ExponentialDecay

RNG = np.random.default_rng(0)


def array(x):
    return np.array(ops.convert_to_numpy(x))


def masked(x, mask):
    x = ops.convert_to_tensor(x)
    set_keras_mask(x, ops.convert_to_tensor(mask))
    return x


def test_products_of_masked_inputs_of_different_ranks():
    a, b = RNG.normal(size=(2, 4, 5, 3)).astype("float32"), RNG.normal(size=(2, 5, 3)).astype("float32")
    of_a, of_b = RNG.uniform(size=(2, 4, 5)) < 0.5, RNG.uniform(size=(2, 5)) < 0.5
    result = array(layers.Multiply().call([masked(a, of_a), masked(b, of_b)]))
    wide, known = np.broadcast_to(b[:, None], a.shape), np.broadcast_to(of_b[:, None], of_a.shape)
    only_a, only_b = of_a & ~known, known & ~of_a
    expected = np.where(only_a[..., None], a, np.where(only_b[..., None], wide, a * wide))
    np.testing.assert_allclose(result, expected, rtol=1e-6)


class TestSeveralInputs:
    class Both(layers.Layer):
        """Takes a matrix and a cube."""

        def __init__(self):
            super().__init__()
            self.input_spec = [keras.layers.InputSpec(ndim=2), keras.layers.InputSpec(ndim=3)]

        def call(self, inputs):
            return ops.mean(inputs[0]) + ops.mean(inputs[1])

    def test_each_call_checks_each(self):
        layer, matrix, cube = self.Both(), ops.ones((2, 3)), ops.ones((2, 4, 3))
        for _ in range(3):
            assert float(array(layer([matrix, cube]))) == 2.0
        for wrong in ([matrix, matrix], [cube, cube], [cube, matrix]):
            with pytest.raises(ValueError, match="expected ndim"):
                layer(wrong)


def test_what_is_known_of_usual_calls_is_found_once():
    layer = layers.Dense(2)
    layer(ops.ones((1, 3)))
    known = layer.__dict__["_quick"]
    layer(np.ones((1, 3)), training=True)
    layer(masked(np.ones((1, 3), "float32"), np.array([True])))
    assert layer.__dict__["_quick"] is known


@pytest.mark.parametrize(
    "name, first, setting, value",
    [
        ("Dropout", {"rate": 0.5, "seed": 1}, "rate", 0.9),
        ("SpatialDropout1D", {"rate": 0.5, "seed": 1}, "rate", 0.9),
        ("AlphaDropout", {"rate": 0.5, "seed": 1}, "rate", 0.9),
        ("GaussianDropout", {"rate": 0.5, "seed": 1}, "rate", 0.9),
        ("GaussianNoise", {"stddev": 0.5, "seed": 1}, "stddev", 0.9),
        ("LeakyReLU", {"negative_slope": 0.5}, "negative_slope", 0.9),
        ("ReLU", {"max_value": 0.5}, "max_value", 0.9),
        ("Activation", {"activation": keras.activations.relu}, "activation", keras.activations.tanh),
        ("Dense", {"units": 2, "kernel_initializer": "ones"}, "activation", keras.activations.tanh),
        ("BatchNormalization", {"epsilon": 0.1}, "epsilon", 0.9),
        ("LayerNormalization", {"epsilon": 0.1}, "epsilon", 0.9),
        ("UnitNormalization", {"axis": 1}, "axis", 2),
        ("Rescaling", {"scale": 2.0}, "offset", 0.9),
        ("RepeatVector", {"n": 2}, "n", 3),
        ("Permute", {"dims": (2, 1)}, "dims", (1, 2)),
    ],
)
def test_settings_that_change_after_a_call_count_in_the_next(name, first, setting, value):
    x = ops.convert_to_tensor(RNG.normal(size=(4, 3) if name == "RepeatVector" else (4, 3, 5)).astype("float32"))
    changed, fresh = getattr(layers, name)(**first), getattr(layers, name)(**{**first, setting: value})
    draws = {"training": True} if "seed" in first else {}
    before = array(changed(x, **draws))
    changed(x, **draws)
    setattr(changed, setting, value)
    for _ in range(2):
        fresh(x, **draws)
    after = array(changed(x, **draws))
    np.testing.assert_allclose(after, array(fresh(x, **draws)), rtol=1e-5, atol=1e-6)
    assert before.shape != after.shape or not np.allclose(before, after, atol=1e-3)


def test_a_mask_of_fewer_axes_where_attention_is_along_others():
    """Numbers of Keras 3.15.1."""
    x = np.random.default_rng(0).normal(size=(2, 5, 3, 6)).astype("float32")
    attention = layers.MultiHeadAttention(1, 2, attention_axes=(1,), kernel_initializer="ones")
    mask = ops.convert_to_tensor(np.array([[True, True, False, False, False]] * 2))
    result = array(attention(x, x, value_mask=mask)).sum((1, 3))
    expected = [[115.798798, -34.634602, -131.035507], [-84.318199, 107.096397, -90.680702]]
    np.testing.assert_allclose(result, expected, rtol=1e-4)


class Doubling:
    """A cell that is no layer, and cannot be called but by its method."""

    state_size = 3
    output_size = 3

    def call(self, inputs, states):
        return inputs * 2.0, [states[0] + inputs]


class TestCells:
    X = RNG.normal(size=(2, 4, 3)).astype("float32")

    @pytest.mark.parametrize("kind", [layers.SimpleRNNCell, layers.LSTMCell, layers.GRUCell])
    def test_losses_of_activities(self, kind):
        outer = layers.RNN(kind(3, activity_regularizer="l2"))
        outer(self.X)
        # Values of losses from within a loop cannot be read on each engine.
        assert len(outer.losses) >= 1

    def test_a_cell_that_is_no_layer_in_a_stack(self):
        stack = layers.RNN(layers.StackedRNNCells([Doubling(), Doubling()]))
        np.testing.assert_allclose(array(stack(self.X)), 4 * self.X[:, -1], rtol=1e-6)

    def test_layers_in_a_stack_are_called_as_layers(self):
        outer = layers.RNN(layers.StackedRNNCells([layers.GRUCell(3, activity_regularizer="l2"), Doubling()]))
        outer(self.X)
        # Values of losses from within a loop cannot be read on each engine.
        assert len(outer.losses) >= 1

    @pytest.mark.parametrize("zeros", [True, False])
    def test_the_last_output_is_that_of_the_last_step(self, zeros):
        mask = ops.convert_to_tensor(np.array([[True, True, True, True], [True, False, True, False]]))
        last, every = (
            array(layers.RNN(Doubling(), return_sequences=each, zero_output_for_mask=zeros)(self.X, mask=mask))
            for each in (False, True)
        )
        np.testing.assert_array_equal(last, every[:, -1])
        expected = [2 * self.X[0, 3], np.zeros(3) if zeros else 2 * self.X[1, 2]]
        np.testing.assert_allclose(last, expected, rtol=1e-6)


def test_calls_without_side_effects_give_two_things_unless_losses_are_asked_for():
    layer = layers.Dense(2, kernel_regularizer="l2")
    layer.build((None, 3))
    values = [v.value for v in layer.trainable_variables]
    assert len(layer.stateless_call(values, [], ops.ones((1, 3)))) == 2
    with pytest.raises(ValueError, match="one value for each"):
        layer.stateless_call(values * 2, [], ops.ones((1, 3)))


def test_a_decay_in_each_step():
    assert float(array(ExponentialDecay(0.1, decay_steps=1, decay_rate=0.5)(1))) == pytest.approx(0.05)


def test_optimizers_within_another_write_their_averages():
    kernel = keras.Variable([1.0, 2.0], name="kernel")
    inner = keras.optimizers.SGD(0.5, use_ema=True, ema_momentum=0.5)
    several = keras.optimizers.MultiOptimizer(keras.optimizers.OptimizerMap(inner))
    several.build([kernel])
    several.apply([ops.convert_to_tensor([1.0, 1.0])], [kernel])
    several.apply([ops.convert_to_tensor([1.0, 1.0])], [kernel])
    np.testing.assert_allclose(array(kernel), [0.0, 1.0])
    several.finalize_variable_values([kernel])
    assert not np.allclose(array(kernel), [0.0, 1.0])
