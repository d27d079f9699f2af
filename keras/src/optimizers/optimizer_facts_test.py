"""Single facts about optimizers, with numbers of Keras 3.15.1."""

import numpy as np
import pytest

import keras
from keras import ops, optimizers


def tensor(value):
    return ops.convert_to_tensor(np.asarray(value, "float32"))


def array(variable):
    return ops.convert_to_numpy(variable)


@pytest.mark.parametrize("relative_step", [True, False])
@pytest.mark.parametrize("clip_threshold, last", [(0.9, 0.05467569), (0.5, 0.24565566), (2.0, 0.03454915)])
def test_the_rate_of_adafactor_falls_in_either_case(relative_step, clip_threshold, last):
    v = keras.Variable(np.ones(3, "float32"))
    optimizer = optimizers.Adafactor(0.5, relative_step=relative_step, epsilon_1=1e-15, clip_threshold=clip_threshold)
    for _ in range(5):
        optimizer.apply_gradients([(tensor([0.1, 0.4, 0.9]), v)])
    np.testing.assert_allclose(array(v), [last] * 3, rtol=1e-5)


@pytest.mark.parametrize("written, value", [([1, 5, 2], 5), ([-3, 1], 1), ([-3, -5], 0)])
def test_accumulation_of_what_overwrites_takes_the_greatest(written, value):
    v = keras.Variable(9.0)
    v.overwrite_with_gradient = True
    optimizer = optimizers.SGD(1.0, gradient_accumulation_steps=len(written))
    for _ in range(2):
        for number in written:
            assert float(v) in (9.0, value)
            optimizer.apply([tensor(number)], [v])
        assert float(v) == value


class TestLossScale:
    def test_what_overwrites_is_not_scaled_back(self):
        v, amax = keras.Variable(np.ones(2, "float32")), keras.Variable(np.ones(2, "float32"))
        amax.overwrite_with_gradient = True
        optimizer = optimizers.LossScaleOptimizer(optimizers.SGD(0.1), initial_scale=64.0)
        optimizer.apply([tensor([64.0, 64.0]), tensor([7.0, 7.0])], [v, amax])
        np.testing.assert_allclose(array(v), [0.9, 0.9], rtol=1e-6)
        np.testing.assert_allclose(array(amax), [7, 7])

    def test_the_factor_of_the_inner_optimizer_is_emptied(self):
        v = keras.Variable(np.ones(2, "float32"))
        optimizer = optimizers.LossScaleOptimizer(optimizers.SGD(0.1, loss_scale_factor=4.0), initial_scale=8.0)
        optimizer.build([v])
        assert float(optimizer.scale_loss(tensor(1.0))) == 8.0
        optimizer.apply([tensor([8.0, 8.0])], [v])
        np.testing.assert_allclose(array(v), [0.9, 0.9], rtol=1e-6)
        assert optimizer.inner_optimizer.loss_scale_factor is None

    @pytest.mark.parametrize("old", [{"dynamic": True}, {"use_ema": False, "ema_momentum": 0.9}, {"clipnorm": None}])
    def test_arguments_of_old_configs_that_ask_for_nothing(self, old):
        assert optimizers.LossScaleOptimizer(optimizers.SGD(), **old).initial_scale == 2.0**15

    @pytest.mark.parametrize("argument", [{"dynamic": False}, {"use_ema": True}, {"weight_decay": 0.0}, {"foo": None}])
    def test_other_arguments_are_refused(self, argument):
        with pytest.raises(ValueError, match="loss_scale_factor|inner_optimizer|no argument"):
            optimizers.LossScaleOptimizer(optimizers.SGD(), **argument)


@keras.saving.register_keras_serializable("optimizer_facts")
def slow_or_fast(variable):
    return SLOW if "slow" in variable.path else FAST


SLOW, FAST = optimizers.SGD(0.25), optimizers.SGD(0.5)


class TestMaps:
    def step(self, optimizer_map):
        slow, fast = keras.Variable(1.0, name="slow"), keras.Variable(1.0, name="fast")
        optimizer = optimizers.MultiOptimizer(optimizer_map)
        optimizer.apply([tensor(1.0), tensor(1.0)], [slow, fast])
        return (float(slow), float(fast)), optimizer

    def test_a_map_is_a_function_of_variables(self):
        mapping = optimizers.OptimizerMap(FAST, {"slow": SLOW})
        assert mapping(keras.Variable(1.0, name="slow")) is SLOW
        assert mapping(keras.Variable(1.0, name="other")) is FAST

    def test_any_function_may_choose(self):
        first, second = optimizers.SGD(0.25), optimizers.Adam(0.5)
        values, optimizer = self.step(lambda variable: first if variable.name == "slow" else second)
        np.testing.assert_allclose(values, (0.75, 0.5), rtol=1e-4)
        assert optimizer.optimizers == [first, second]
        assert list(optimizer._var_to_optimizer_idx.values()) == [0, 1]
        assert len(optimizer.variables) == 2 + len(first.variables) + len(second.variables)

    def test_a_dict_of_patterns_survives_a_file(self):
        values, optimizer = self.step({"slow": optimizers.SGD(0.25), "f.*": optimizers.SGD(0.5)})
        assert values == (0.75, 0.5)
        again = optimizers.deserialize(optimizers.serialize(optimizer))
        assert self.step(again._optimizer_map)[0] == values

    def test_a_registered_function_survives_a_file(self):
        optimizer = optimizers.MultiOptimizer(slow_or_fast)
        again = optimizers.deserialize(optimizers.serialize(optimizer))
        assert again.get_config()["optimizer_map"] == optimizer.get_config()["optimizer_map"]

    def test_a_variable_without_an_optimizer_is_named(self):
        with pytest.raises(ValueError, match="'fast'"):
            self.step({"slow": optimizers.SGD(0.25)})

    def test_a_loss_scale_reaches_what_a_function_gives(self):
        inner = optimizers.SGD(0.5)
        v = keras.Variable(1.0)
        optimizer = optimizers.MultiOptimizer(lambda variable: inner, loss_scale_factor=4.0)
        optimizer.apply([tensor(4.0)], [v])
        assert float(v) == 0.5


def test_final_values_are_the_averages_of_the_optimizers_of_a_map():
    v = keras.Variable(1.0)
    optimizer = optimizers.MultiOptimizer(optimizers.OptimizerMap(optimizers.SGD(0.5, use_ema=True, ema_momentum=0.5)))
    for _ in range(2):
        optimizer.apply([tensor(1.0)], [v])
    optimizer.finalize_variable_values([v])
    # The values are 0.5 and 0; the first average is the value, the second 0.5 * 0.5 + 0.5 * 0.
    np.testing.assert_allclose(array(v), 0.25)


def test_old_configs_of_loss_scaling():
    """Arguments that older files have are accepted, and change nothing."""
    scaled = optimizers.LossScaleOptimizer(optimizers.SGD(0.1), dynamic=True)
    again = optimizers.LossScaleOptimizer.from_config({**scaled.get_config(), "use_ema": False, "clipnorm": None})
    assert again.get_config() == {**scaled.get_config(), "name": again.name}
