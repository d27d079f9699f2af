"""What all optimizers do: state, errors, conditions, saving, identifiers; the numbers are worked out by hand."""

import json

import numpy as np
import pytest

from keras.src import backend, constraints, ops, optimizers
from keras.src.optimizers import schedules
from keras.src.testing import engine


def variable(value, name="v", **kwargs):
    return backend.Variable(np.array(value, "float32"), name=name, **kwargs)


def tensor(*values):
    return ops.convert_to_tensor(np.array(values, "float32"))


def array(x):
    return ops.convert_to_numpy(x)


def values(optimizer):
    return [array(v).tolist() for v in optimizer.variables]


class TestApply:
    def test_counts_steps_and_returns_them(self):
        v = variable([1.0, 2.0])
        optimizer = optimizers.SGD(0.5)
        assert optimizer.apply([tensor(1.0, 2.0)], [v]) is None
        assert int(optimizer.apply_gradients([(tensor(1.0, 2.0), v)])) == 2
        np.testing.assert_allclose(array(v), [0.0, 0.0])

    def test_built_optimizer_knows_its_variables(self):
        v = variable([1.0])
        optimizer = optimizers.SGD(0.5)
        optimizer.build([v])
        optimizer.apply([tensor(1.0)])
        assert array(v).tolist() == [0.5]

    def test_missing_gradients_are_left_out_with_a_warning(self):
        a, b = variable([1.0], "a"), variable([1.0], "b")
        with pytest.warns(UserWarning, match=r"\['b'\]"):
            optimizers.SGD(0.5).apply([tensor(1.0), None], [a, b])
        assert (array(a).tolist(), array(b).tolist()) == ([0.5], [1.0])

    def test_variables_without_gradients_are_named_by_their_paths(self):
        with backend.name_scope("first"):
            a = variable([1.0], "kernel")
        with backend.name_scope("second"):
            b = variable([1.0], "kernel")
        with pytest.warns(UserWarning, match=r"\['second/kernel'\]"):
            optimizers.SGD(0.5).apply([tensor(1.0), None], [a, b])

    @pytest.mark.parametrize(
        "grads, count, message",
        [
            ([None, None], 2, "no gradient"),
            ([1.0], 2, "one gradient for each"),
            ([1.0, 1.0, 1.0], 2, "one gradient for each"),
        ],
    )
    def test_gradients_that_do_not_fit(self, grads, count, message):
        trained = [variable([1.0], f"v{i}") for i in range(count)]
        grads = [None if g is None else tensor(g) for g in grads]
        with pytest.raises(ValueError, match=message):
            optimizers.SGD().apply(grads, trained)
        optimizer = optimizers.SGD()
        optimizer.build(trained)
        with pytest.raises(ValueError, match="gradient"):
            optimizer.apply(grads)

    def test_unknown_variable_and_unbuilt(self):
        optimizer = optimizers.SGD()
        with pytest.raises(ValueError, match="build"):
            optimizer.apply([tensor(1.0)])
        optimizer.build([variable([1.0])])
        with pytest.raises(ValueError, match="Unknown variable"):
            optimizer.apply([tensor(1.0)], [variable([1.0])])

    def test_constraint_holds_after_the_update(self):
        v = variable([[3.0, 4.0]], constraint=None)
        v.constraint = constraints.NonNeg()
        optimizers.SGD(1.0).apply([tensor([10.0, 1.0])], [v])
        assert array(v).tolist() == [[0.0, 3.0]]

    def test_overwrite_with_gradient(self):
        scale, weight = variable([1.0], "scale"), variable([1.0], "weight")
        scale.overwrite_with_gradient = True
        optimizer = optimizers.SGD(0.5, momentum=0.9, use_ema=True)
        optimizer.apply([tensor(7.0), tensor(1.0)], [scale, weight])
        assert (array(scale).tolist(), array(weight).tolist()) == ([7.0], [0.5])
        assert [v.name for v in optimizer.variables[2:]] == ["weight_average", "weight_momentum"]

    def test_half_precision_variables_keep_their_dtype(self):
        v = backend.Variable(np.ones(2), dtype="float16", name="v")
        optimizer = optimizers.Adam(0.5, weight_decay=0.1, use_ema=True)
        optimizer.apply([ops.ones((2,), dtype="float16")], [v])
        assert v.dtype == "float16"
        assert {s.dtype for s in optimizer.variables[2:]} == {"float16"}
        np.testing.assert_allclose(array(v), 0.45, atol=1e-3)

    def test_no_gradients_at_all(self):
        optimizers.SGD().apply([], [])

    def test_rule_must_be_implemented(self):
        with pytest.raises(NotImplementedError, match="update_step"):
            optimizers.Optimizer(0.1).apply([tensor(1.0)], [variable([1.0])])


class TestLearningRate:
    def test_number_can_be_set(self):
        optimizer = optimizers.SGD(0.5)
        optimizer.learning_rate = 0.25
        assert float(optimizer.learning_rate) == 0.25
        assert optimizer.get_config()["learning_rate"] == 0.25

    def test_schedule_decides(self):
        optimizer = optimizers.SGD(schedules.PiecewiseConstantDecay([0], [1.0, 0.5]))
        v = variable([0.0])
        assert [s.name for s in optimizer.variables] == ["iteration"]
        for _ in range(2):
            optimizer.apply([tensor(1.0)], [v])
        assert array(v).tolist() == [-1.5]
        with pytest.raises(TypeError, match="LearningRateSchedule"):
            optimizer.learning_rate = 0.1
        again = optimizers.deserialize(json.loads(json.dumps(optimizers.serialize(optimizer))))
        assert float(again.learning_rate) == 1.0

    def test_schedule_in_place_of_a_number(self):
        optimizer = optimizers.SGD(0.5)
        optimizer.learning_rate = schedules.ExponentialDecay(0.25, 10, 0.5)
        assert float(optimizer.learning_rate) == 0.25
        assert [s.name for s in optimizer.variables] == ["iteration"]

    def test_callable(self):
        assert optimizers.SGD(lambda: 0.25).learning_rate == 0.25

    def test_schedule_counts_steps_not_updates_under_accumulation(self):
        optimizer = optimizers.SGD(schedules.PiecewiseConstantDecay([1], [1.0, 0.5]), gradient_accumulation_steps=2)
        v = variable([0.0])
        for _ in range(4):
            optimizer.apply([tensor(1.0)], [v])
        assert array(v).tolist() == [-1.5]
        assert (int(optimizer.iterations), int(optimizer.variables[0])) == (2, 4)


class TestWeightDecay:
    @pytest.mark.parametrize("excluded", [{"var_names": ["bias"]}, {"var_names": ["b.*s$"]}, {"var_names": "bias"}])
    def test_exclusion_by_name(self, excluded):
        kernel, bias = variable([1.0], "kernel"), variable([1.0], "bias")
        optimizer = optimizers.SGD(0.5, weight_decay=0.1)
        optimizer.exclude_from_weight_decay(**excluded)
        optimizer.apply([tensor(0.0)] * 2, [kernel, bias])
        np.testing.assert_allclose([array(kernel)[0], array(bias)[0]], [0.95, 1.0])

    def test_exclusion_by_variable(self):
        kernel, bias = variable([1.0], "kernel"), variable([1.0], "bias")
        optimizer = optimizers.SGD(0.5, weight_decay=0.1)
        optimizer.apply([tensor(0.0)] * 2, [kernel, bias])
        optimizer.exclude_from_weight_decay(var_list=[kernel])
        optimizer.apply([tensor(0.0)] * 2, [kernel, bias])
        np.testing.assert_allclose([array(kernel)[0], array(bias)[0]], [0.95, 0.9025])
        assert len(optimizer.variables) == 2


class TestArguments:
    @pytest.mark.parametrize(
        "kwargs",
        [
            {"clipnorm": 1.0, "clipvalue": 1.0},
            {"use_ema": True, "ema_momentum": 2.0},
            {"use_ema": True, "ema_overwrite_frequency": 0},
            {"gradient_accumulation_steps": 1},
            {"lr": 0.1},
            {"learning_rate": "fast"},
            {"momentum": 2.0},
        ],
    )
    def test_bad(self, kwargs):
        with pytest.raises(ValueError, match=next(iter(kwargs))[:8] + "|" + list(kwargs)[-1]):
            optimizers.SGD(**kwargs)

    def test_decay_is_ignored_with_a_warning(self):
        with pytest.warns(UserWarning, match="decay"):
            optimizers.SGD(decay=0.1)

    @pytest.mark.parametrize(
        "make",
        [
            lambda: optimizers.Ftrl(initial_accumulator_value=-1.0),
            lambda: optimizers.Ftrl(learning_rate_power=0.5),
            lambda: optimizers.Ftrl(l1_regularization_strength=-0.1),
            lambda: optimizers.Ftrl(l2_regularization_strength=-0.1),
            lambda: optimizers.Ftrl(l2_shrinkage_regularization_strength=-0.1),
            lambda: optimizers.Lion(beta_1=0.0),
            lambda: optimizers.Lion(beta_1=1.5),
            lambda: optimizers.ScheduleFreeAdamW(beta_1=0.0),
            lambda: optimizers.ScheduleFreeAdamW(beta_1=1.5),
            lambda: optimizers.SGD(momentum=-0.1),
            lambda: optimizers.AdamW(weight_decay=None),
        ],
    )
    def test_bad_of_a_rule(self, make):
        with pytest.raises(ValueError, match="`"):
            make()

    def test_names(self):
        assert optimizers.SGD(name="mine").variables[0].path == "mine/iteration"
        assert optimizers.AdamW().name.startswith("adam_w")
        assert optimizers.RMSprop().name.startswith("rm_sprop")


class TestIdentifiers:
    @pytest.mark.parametrize(
        "name, cls", [("adam", "Adam"), ("RMSProp", "RMSprop"), ("adamw", "AdamW"), ("FTRL", "Ftrl")]
    )
    def test_names_in_any_case(self, name, cls):
        assert type(optimizers.get(name)).__name__ == cls

    def test_configs_and_instances(self):
        optimizer = optimizers.SGD(0.5)
        assert optimizers.get(optimizer) is optimizer
        assert optimizers.get(None) is None
        assert float(optimizers.get({"class_name": "sgd", "config": {"learning_rate": 0.5}}).learning_rate) == 0.5

    @pytest.mark.parametrize("identifier", ["nothing", 3, len])
    def test_unknown(self, identifier):
        with pytest.raises(ValueError, match="optimizer"):
            optimizers.get(identifier)

    def test_legacy_names_say_what_to_do(self):
        with pytest.raises(ImportError, match="tf_keras"):
            optimizers.legacy.LegacyOptimizerWarning()


class TestState:
    def make(self, **kwargs):
        optimizer = optimizers.Adam(0.5, use_ema=True, gradient_accumulation_steps=2, name="adam", **kwargs)
        v = variable([1.0, 2.0], "kernel")
        optimizer.build([v])
        return optimizer, v

    def test_names_and_order(self):
        optimizer, _ = self.make()
        assert [v.path for v in optimizer.variables] == [
            "adam/iteration",
            "adam/learning_rate",
            "adam/kernel_average",
            "adam/kernel_gradient_accumulator",
            "adam/kernel_momentum",
            "adam/kernel_velocity",
        ]
        assert not any(v.trainable for v in optimizer.variables)

    def test_store_round_trip(self):
        optimizer, v = self.make()
        for _ in range(3):
            optimizer.apply([tensor(1.0, -2.0)], [v])
        store = {}
        optimizer.save_own_variables(store)
        assert list(store) == [str(i) for i in range(6)]
        again, w = self.make()
        again.load_own_variables(store)
        w.assign(v.value)
        for o, x in ((optimizer, v), (again, w)):
            o.apply([tensor(3.0, 1.0)], [x])
        assert values(again) == values(optimizer)
        assert array(w).tolist() == array(v).tolist()

    def test_store_of_another_length_is_left_with_a_warning(self):
        optimizer, _ = self.make()
        with pytest.warns(UserWarning, match="6 variables.*1"):
            optimizer.load_own_variables({"0": np.array(3)})
        assert int(optimizer.variables[0]) == 0

    def test_set_weights(self):
        optimizer, v = self.make()
        optimizer.set_weights([np.array(4), np.array(0.25), *[np.ones(2)] * 4])
        assert float(optimizer.learning_rate) == 0.25
        with pytest.raises(ValueError, match="shape"):
            optimizer.set_weights([np.array(4), np.array(0.5), np.ones(3)])
        with pytest.raises(ValueError, match="6 variables"):
            optimizer.set_weights([np.array(4), np.array(0.5)])
        assert float(optimizer.learning_rate) == 0.25
        with pytest.raises(ValueError, match="not built"):
            optimizers.Adam().set_weights([np.array(4), np.array(0.25)])

    @pytest.mark.parametrize("steps", [1, 2, 3])
    def test_stateless_apply_is_apply(self, steps):
        (one, v), (other, w) = self.make(weight_decay=0.1), self.make(weight_decay=0.1)
        trained, own = [w.value], [x.value for x in other.variables]
        for step in range(steps):
            one.apply([tensor(1.0, step)], [v])
            trained, own = other.stateless_apply(own, [tensor(1.0, step)], trained)
        assert (array(w).tolist(), int(other.variables[0])) == ([1.0, 2.0], 0)
        for found, expected in zip([*trained, *own], [v, *one.variables]):
            np.testing.assert_allclose(array(found), array(expected), rtol=1e-6)

    def test_stateless_apply_of_something_else(self):
        optimizer, v = self.make()
        own = [x.value for x in optimizer.variables]
        with pytest.raises(ValueError, match="optimizer_variables"):
            optimizer.stateless_apply(own[:1], [tensor(1.0, 1.0)], [v.value])
        with pytest.raises(ValueError, match="trainable_variables"):
            optimizer.stateless_apply(own, [tensor(1.0, 1.0)], [])
        with pytest.raises(ValueError, match="build"):
            optimizers.SGD().stateless_apply([], [], [])

    def test_variables_of_a_rule_of_ones_own(self):
        class Rule(optimizers.Optimizer):
            def build(self, variables):
                super().build(variables)
                self.sums = self.add_optimizer_variables(variables, "sum", initializer="ones")
                self.extra = backend.Variable(1.0, name="extra", trainable=False)

            def update_step(self, gradient, variable, learning_rate):
                total = self.sums[self._get_variable_index(variable)]
                self.assign_add(total, gradient)
                self.assign_sub(variable, ops.multiply(learning_rate, total))

        rule, v = Rule(0.5), variable([1.0])
        rule.apply([tensor(2.0)], [v])
        assert array(v).tolist() == [-0.5]
        assert [x.name for x in rule.variables] == ["iteration", "learning_rate", "v_sum", "extra"]


class TestLossScaleOptimizer:
    def make(self, **kwargs):
        v = variable([1.0])
        optimizer = optimizers.LossScaleOptimizer(
            optimizers.SGD(1.0, **kwargs), initial_scale=8.0, dynamic_growth_steps=2, name="lso"
        )
        optimizer.build([v])
        return optimizer, v

    # gradient, variable after it, counter, scale, updates: as Keras 3 does on NumPy
    STEPS = [
        (8.0, 0.0, 1, 8.0, 1),
        (8.0, -1.0, 0, 16.0, 2),
        (16.0, -2.0, 1, 16.0, 3),
        (np.inf, -2.0, 0, 8.0, 3),
        (8.0, -3.0, 1, 8.0, 4),
        (np.nan, -3.0, 0, 4.0, 4),
        (4.0, -4.0, 1, 4.0, 5),
    ]

    def test_scale_follows_the_gradients(self):
        optimizer, v = self.make()
        trained, own = [v.value], [x.value for x in optimizer.variables]
        for gradient, value, counter, scale, updates in self.STEPS:
            trained, own = optimizer.stateless_apply(own, [tensor(gradient)], trained)
            optimizer.apply([tensor(gradient)], [v])
            assert values(optimizer) == [0, 0.0, counter, scale, updates, 1.0]
            assert [array(x).tolist() for x in own] == values(optimizer)
            assert (array(v).tolist(), array(trained[0]).tolist()) == ([value], [value])
            assert float(optimizer.scale_loss(2.0)) == 2.0 * scale
            assert int(optimizer.iterations) == updates

    def test_averages_of_the_inner_optimizer(self):
        optimizer, v = self.make(use_ema=True, ema_momentum=0.5)
        for _ in range(2):
            optimizer.apply([tensor(8.0)], [v])
        optimizer.finalize_variable_values([v])
        assert array(v).tolist() == [-0.5]

    def test_rate_and_config(self):
        optimizer, _ = self.make()
        optimizer.learning_rate = 0.5
        assert float(optimizer.inner_optimizer.learning_rate) == 0.5
        again = optimizers.deserialize(json.loads(json.dumps(optimizers.serialize(optimizer))))
        assert again.get_config() == optimizer.get_config()
        assert float(again.scale_loss(1.0)) == 8.0

    @pytest.mark.parametrize("kwargs", [{"clipnorm": 1.0}, {"use_ema": True}, {"learning_rate": 1.0}])
    def test_arguments_belong_to_the_inner_optimizer(self, kwargs):
        with pytest.raises(ValueError, match=next(iter(kwargs))):
            optimizers.LossScaleOptimizer(optimizers.SGD(), **kwargs)


class TestMultiOptimizer:
    def make(self, keys, **kwargs):
        kernel, bias = variable([1.0], "kernel"), variable([1.0], "bias")
        mapping = {key: optimizers.SGD(0.25 * (i + 1)) for i, key in enumerate(keys)}
        default = optimizers.SGD(1.0, momentum=0.5)
        optimizer = optimizers.MultiOptimizer(optimizers.OptimizerMap(default, mapping), **kwargs)
        return optimizer, [kernel, bias]

    @pytest.mark.parametrize(
        "keys, expected",
        [(["kernel"], [0.75, 0.0]), (["k.*"], [0.75, 0.0]), (["kern"], [0.0, 0.0]), (["kernel", ".*l"], [0.75, 0.0])],
    )
    def test_paths_and_patterns(self, keys, expected):
        optimizer, trained = self.make(keys)
        optimizer.apply([tensor(1.0)] * 2, trained)
        assert [array(v)[0] for v in trained] == expected
        assert int(optimizer.iterations) == 1

    def test_two_patterns_for_a_variable(self):
        optimizer, trained = self.make(["k.*", ".*l"])
        with pytest.raises(ValueError, match="More than one"):
            optimizer.build(trained)

    def test_state_config_and_stateless(self):
        optimizer, trained = self.make(["kernel"], loss_scale_factor=2.0, name="multi")
        optimizer.build(trained)
        inner, default = (o.name for o in optimizer.optimizers)
        assert [v.path for v in optimizer.variables] == [
            *(f"{name}/{v}" for name in ("multi", inner, default) for v in ("iteration", "learning_rate")),
            f"{default}/bias_momentum",
        ]
        assert float(optimizer.scale_loss(3.0)) == 6.0
        new, own = optimizer.stateless_apply(
            [v.value for v in optimizer.variables], [tensor(2.0)] * 2, [v.value for v in trained]
        )
        assert [array(x)[0] for x in new] == [0.75, 0.0]
        assert array(own[0]) == 1
        again = optimizers.deserialize(json.loads(json.dumps(optimizers.serialize(optimizer))))
        assert again.get_config() == optimizer.get_config()

    def test_no_rate_of_its_own(self):
        optimizer, _ = self.make([])
        with pytest.raises(AttributeError, match="optimizers"):
            _ = optimizer.learning_rate
        with pytest.raises(AttributeError, match="optimizers"):
            optimizer.learning_rate = 0.1

    def test_map_checks_what_it_takes(self):
        with pytest.raises(TypeError, match="default_optimizer"):
            optimizers.OptimizerMap(None)
        mapping = optimizers.OptimizerMap(optimizers.SGD(), {"a": optimizers.SGD()})
        with pytest.raises(ValueError, match="already"):
            mapping["a"] = optimizers.SGD()
        with pytest.raises(ValueError, match="string"):
            mapping[3] = optimizers.SGD()
        with pytest.raises(TypeError, match="Optimizer"):
            mapping["b"] = "sgd"
        with pytest.raises(TypeError, match="OptimizerMap"):
            optimizers.MultiOptimizer("sgd")
        assert (list(mapping), len(mapping)) == (["a"], 1)


class TestMuon:
    def test_which_variables_are_matrices(self):
        trained = [
            variable(np.ones(s), n)
            for n, s in [("kernel", (2, 3)), ("bias", (3,)), ("embedding", (2, 3)), ("head", (3, 2))]
        ]
        optimizer = optimizers.Muon(exclude_layers=["^he"])
        optimizer.build(trained)
        with_velocity = {v.name for v in optimizer.variables if v.name.endswith("velocity")}
        assert with_velocity == {"bias_velocity", "embedding_velocity", "head_velocity"}

    @pytest.mark.parametrize("shape", [(3, 4), (4, 3), (2, 3, 4)])
    def test_orthogonalization_keeps_singular_vectors(self, shape):
        x = np.random.RandomState(0).normal(size=shape).astype("float32")
        found = array(optimizers.Muon().zeropower_via_newtonschulz5(x, 5))
        u, _, vt = np.linalg.svd(x, full_matrices=False)
        singular = np.swapaxes(u, -1, -2) @ found @ np.swapaxes(vt, -1, -2)
        diagonal = np.diagonal(singular, axis1=-2, axis2=-1)
        assert np.all((diagonal > 0.6) & (diagonal < 1.3))
        np.testing.assert_allclose(singular, diagonal[..., None] * np.eye(diagonal.shape[-1]), atol=1e-4)


@pytest.mark.parametrize(
    "cls", [c for c in optimizers.MEMBERS if c.__name__ not in ("LossScaleOptimizer", "MultiOptimizer")]
)
@pytest.mark.parametrize("dtype, tolerance", [("float16", 0.02), ("bfloat16", 0.1)])
def test_half_precision_follows_single(cls, dtype, tolerance):
    start, grads = np.array([[0.1, -0.2], [0.3, 0.05]]), np.array([[0.5, 1.0], [-2.0, 4.0]])
    found = {}
    for kind in (dtype, "float32"):
        v, optimizer = backend.Variable(start, dtype=kind, name="v"), cls(0.05)
        for _ in range(3):
            optimizer.apply([ops.cast(grads, kind)], [v])
        assert (v.dtype, {s.dtype for s in optimizer.variables[2:] if s.ndim}) == (
            kind,
            {kind} if optimizer.variables[2:] else set(),
        )
        found[kind] = array(ops.cast(v.value, "float32")) - start
    np.testing.assert_allclose(found[dtype], found["float32"], rtol=tolerance, atol=0.1 * tolerance)


RATE = schedules.CosineDecay(0.5, 10)
COMPILED = {
    "plain": lambda: optimizers.Adam(0.5),
    "schedule": lambda: optimizers.SGD(RATE, momentum=0.9, clipnorm=1.0),
    "average": lambda: optimizers.RMSprop(0.1, use_ema=True, ema_overwrite_frequency=2, weight_decay=0.1),
    "accumulation": lambda: optimizers.Nadam(0.1, gradient_accumulation_steps=2, global_clipnorm=1.0),
    "loss_scale": lambda: optimizers.LossScaleOptimizer(
        optimizers.Lion(0.1), initial_scale=2.0, dynamic_growth_steps=2
    ),
    "multi": lambda: optimizers.MultiOptimizer(
        optimizers.OptimizerMap(optimizers.SGD(0.1), {"v": optimizers.Adagrad(0.1)})
    ),
}


@pytest.mark.skipif(not (engine.CAN_COMPILE and backend.CAN_TRAIN), reason="The engine compiles no training steps.")
@pytest.mark.parametrize("name", sorted(COMPILED))
def test_compiled_apply_is_eager(name):
    one, other = COMPILED[name](), COMPILED[name]()
    v, w = variable([1.0, -2.0]), variable([1.0, -2.0])
    one.build([v])
    other.build([w])
    gradients = [tensor(1.0 + i, np.inf if name == "loss_scale" and i == 1 else -0.5) for i in range(4)]
    for gradient in gradients:
        one.apply([gradient], [v])
    compiled, traces = engine.compiled(lambda own, grads, trained: other.stateless_apply(own, grads, trained))
    trained, own = ([ops.convert_to_tensor(array(x)) for x in variables] for variables in ([w], other.variables))
    for gradient in gradients:
        trained, own = compiled(list(own), [gradient], list(trained))
    for found, expected in zip([*trained, *own], [v, *one.variables], strict=True):
        np.testing.assert_allclose(array(found), array(expected), rtol=1e-5, atol=1e-6)
    assert traces() == 1
