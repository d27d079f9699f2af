import numpy as np
import pytest

from keras.src import backend, dtype_policies, layers, models, ops, tree
from keras.src.layers.core.input_layer import Input
from keras.src.random.seed_generator import SeedGenerator


class Scale(layers.Layer):
    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")

    def call(self, inputs):
        return inputs * self.scale


class Recorder(layers.Layer):
    """Notes the arguments of each call."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.__dict__["calls"] = []


class TrainingRecorder(Recorder):
    def call(self, x, training=None):
        self.calls.append(training)
        return x


class Outer(layers.Layer):
    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, x, training=False):
        return self.inner(x)


def array(x):
    return ops.convert_to_numpy(x)


class TestState:
    def test_paths_names_and_order_of_variables(self):
        class Block(layers.Layer):
            def __init__(self, **kwargs):
                super().__init__(**kwargs)
                self.seeds = SeedGenerator(3)
                self.a = self.add_weight(name="a")
                self.frozen = self.add_weight(name="frozen", trainable=False)
                self.dense = layers.Dense(2, name="d")
                self.b = self.add_weight(name="b")

            def call(self, x):
                return self.dense(x) * self.a

        block = Block(name="block")
        block(np.ones((1, 3)))

        def names(variables):
            return [v.path for v in variables]

        own, below = ["block/a", "block/b", "block/frozen"], ["block/d/kernel", "block/d/bias"]
        assert names(block.weights) == own + below
        assert [v.name for v in block.variables if "seed" in v.path] == ["seed_generator_state"]
        assert len(block.variables) == 6
        assert names(block.trainable_variables) == ["block/a", "block/b"] + below
        assert names(block.trainable_weights) == ["block/a", "block/b"] + below
        assert names(block.non_trainable_weights) == ["block/frozen"]
        assert len(block.non_trainable_variables) == 2
        assert block.dense.path == "block/d" and block.count_params() == 3 + 8

    def test_freezing_goes_down_and_comes_back(self):
        outer = Outer(layers.Dense(2))
        outer(np.ones((1, 3)))
        outer.trainable = False
        assert not outer.inner.trainable and outer.trainable_variables == []
        assert len(outer.non_trainable_weights) == 2
        outer.trainable = True
        assert len(outer.trainable_variables) == 2
        outer.inner.bias.trainable = False
        assert [v.name for v in outer.trainable_variables] == ["kernel"]

    def test_freezing_before_building(self):
        model = models.Sequential([layers.Dense(2, name="a"), layers.Dense(2, name="b")])
        model.layers[0].trainable = False
        model.build((None, 3))
        assert [v.path.split("/")[-2] for v in model.trainable_variables] == ["b", "b"]

    def test_state_in_containers(self):
        layer = layers.Layer()
        layer.parts = [layers.Dense(1), {"k": layers.Dense(2)}, (layers.Dense(3), 4)]
        layer.parts.append(layers.Dense(5))
        assert [x.units for x in layer._layers] == [1, 2, 3, 5]
        layer.parts.pop()
        assert [x.units for x in layer._layers] == [1, 2, 3]

    def test_a_built_layer_takes_no_new_state(self):
        layer = Scale()
        layer.build((None, 3))
        for add in (
            lambda: setattr(layer, "more", layers.Dense(2)),
            lambda: setattr(layer, "more", backend.Variable(1.0)),
            lambda: layer.add_weight(shape=()),
        ):
            with pytest.raises(ValueError, match="takes no new variables"):
                add()
        layer.note = [1, 2]

    def test_add_weight(self):
        layer = layers.Layer(name="host")
        kinds = [
            layer.add_weight((2, 3)),
            layer.add_weight(shape=(2,), initializer="ones", name="w", regularizer="l2", constraint="max_norm"),
            layer.add_weight(),
            layer.add_weight(shape=(2,), dtype="int32"),
            layer.add_weight(shape=(2, 2), initializer=lambda shape, dtype: ops.full(shape, 3.0, dtype=dtype)),
        ]
        assert [tuple(v.shape) for v in kinds] == [(2, 3), (2,), (), (2,), (2, 2)]
        assert kinds[1].path == "host/w" and kinds[1].constraint is not None
        assert not np.any(array(kinds[3])) and np.all(array(kinds[4]) == 3)
        assert array(layer.losses[0]) == pytest.approx(0.02)

    @pytest.mark.parametrize(
        "arguments, options",
        [(("kernel", (2, 3)), {}), ((), {"shape": (None, 3)}), ((), {"shape": 3}), ((), {"initializer": "foo"})],
    )
    def test_add_weight_mistakes(self, arguments, options):
        with pytest.raises(ValueError):
            layers.Layer().add_weight(*arguments, **options)

    def test_weights_in_and_out(self):
        layer = layers.Dense(2)
        with pytest.raises(ValueError, match="not built"):
            layer.count_params()
        layer.build((None, 3))
        values = [np.arange(6.0).reshape(3, 2), np.array([1.0, 2.0])]
        layer.set_weights(values)
        for kept, given in zip(layer.get_weights(), values):
            np.testing.assert_array_equal(kept, given)
        with pytest.raises(ValueError, match="list of 1"):
            layer.set_weights(values[:1])
        with pytest.raises(ValueError, match="shape"):
            layer.set_weights([np.ones((9, 9)), values[1]])
        store = {}
        layer.save_own_variables(store)
        other = layers.Dense(2)
        with pytest.raises(ValueError, match="not built"):
            other.load_own_variables(store)
        other.build((None, 3))
        other.load_own_variables({key: array(value) for key, value in store.items()})
        np.testing.assert_array_equal(other.get_weights()[0], values[0])
        with pytest.raises(ValueError, match="2 variables"):
            other.load_own_variables({"0": values[0]})

    def test_stateless_call(self):
        class Counter(layers.Layer):
            def __init__(self):
                super().__init__()
                self.count = self.add_weight(initializer="zeros", trainable=False)
                self.factor = self.add_weight(initializer="ones")
                self.built = True

            def call(self, x):
                self.count.assign(self.count + 1)
                self.add_loss(ops.sum(x))
                return x * self.factor

        layer = Counter()
        outputs, state, losses = layer.stateless_call(
            [ops.full((), 3.0)], [ops.full((), 5.0)], np.ones(2), return_losses=True
        )
        np.testing.assert_allclose(array(outputs), [3.0, 3.0])
        assert float(array(state[0])) == 6 and float(array(layer.count)) == 0
        assert float(array(losses[0])) == 2 and layer.losses == []
        with pytest.raises(ValueError, match="trainable_variables"):
            layer.stateless_call([], [1.0], np.ones(2))
        with pytest.raises(ValueError, match="not built"):
            layers.Dense(2).stateless_call([], [], np.ones((1, 2)))


class TestBuilding:
    def test_one_shape_or_a_structure(self):
        shapes = []

        class Noting(layers.Layer):
            def build(self, some_shape):
                shapes.append(some_shape)

            def call(self, x, y=None):
                return x

        a, b = np.ones((2, 3)), np.ones(3)
        for inputs in (a, [a, b], {"k": a, "l": b}):
            layer = Noting()
            layer(inputs)
            assert layer.get_build_config() == {"input_shape": shapes[-1]}
        Noting()(a, b)
        assert shapes == [(2, 3), [(2, 3), (3,)], {"k": (2, 3), "l": (3,)}, (2, 3)]

    def test_a_shape_for_each_argument(self):
        shapes = []

        class Noting(layers.Layer):
            def build(self, x_shape, y_shape=None):
                shapes.append((x_shape, y_shape))

            def call(self, x, y=None):
                return x

        a, b = np.ones((2, 3)), np.ones(3)
        layer = Noting()
        layer(a, y=b)
        assert layer.get_build_config() == {"shapes_dict": {"x_shape": (2, 3), "y_shape": (3,)}}
        again = Noting()
        again.build_from_config({"shapes_dict": {"x_shape": [2, 3], "y_shape": [3]}})
        Noting()(a)
        assert shapes == [((2, 3), (3,)), ((2, 3), (3,)), ((2, 3), None)]

    def test_build_with_names_that_say_nothing_raises(self):
        class Wrong(layers.Layer):
            def build(self, a, b):
                pass

            def call(self, x, y):
                return x

        with pytest.raises(ValueError, match="_shape"):
            Wrong()(np.ones(2), np.ones(2))

    @pytest.mark.parametrize("way", ["call", "symbolic", "build", "config"])
    def test_sub_layers_are_built_without_a_build_method(self, way):
        outer = Outer(Scale(name="inner"), name="outer")
        if way == "call":
            outer(np.ones((2, 3)))
        elif way == "symbolic":
            outer(Input((3,)))
        elif way == "build":
            outer.build((None, 3))
        else:
            outer.build_from_config({"input_shape": [None, 3]})
        assert outer.built and outer.inner.built
        assert [v.path for v in outer.weights] == ["outer/inner/scale"]
        assert outer.get_build_config()["input_shape"][-1] == 3

    def test_super_build_is_part_of_build(self):
        class Wider(Scale):
            def build(self, input_shape):
                super().build(input_shape)
                self.shift = self.add_weight(shape=(input_shape[-1],), name="shift")

        layer = Wider(name="w")
        layer.build((None, 3))
        assert [v.path for v in layer.weights] == ["w/scale", "w/shift"]

    def test_init_without_super(self):
        class Forgetful(layers.Layer):
            def __init__(self):
                self.x = 3

            def call(self, x):
                return x

        with pytest.raises(RuntimeError, match="super"):
            Forgetful()(np.ones(2))


class TestCalls:
    def test_inputs_become_tensors_of_the_compute_dtype(self):
        class Echo(layers.Layer):
            def call(self, x, extra=None):
                return x, extra

        x, extra = Echo(dtype="mixed_float16")(
            [np.ones(2, "float64"), np.ones(2, "int32")], extra=np.ones(1, "float32")
        )
        assert [backend.standardize_dtype(t.dtype) for t in [*x, extra]] == ["float16", "int32", "float16"]
        assert all(backend.is_tensor(t) for t in x)
        x, extra = Echo(autocast=False)(np.ones(2, "float32"), extra=[1, "text", None])
        assert backend.standardize_dtype(x.dtype) == "float32" and extra == [1, "text", None]

    @pytest.mark.parametrize("value", ["a", 3.0, True, [[1.0, 2.0]]])
    def test_only_tensors_go_by_position(self, value):
        with pytest.raises(ValueError, match="by position"):
            TrainingRecorder()(value)

    def test_signature_errors(self):
        for args, kwargs in [((), {}), ((np.ones(2), np.ones(2)), {}), ((np.ones(2),), {"other": 1})]:
            with pytest.raises(TypeError):
                layers.Identity()(*args, **kwargs)

    def test_input_spec_is_checked_on_the_first_call_and_later(self):
        layer = layers.Dense(2, name="picky")
        with pytest.raises(ValueError, match="min_ndim=2"):
            layer(np.ones(3))
        for _ in range(3):
            layer(ops.ones((2, 3)))
        with pytest.raises(ValueError, match="'picky'.*size 3"):
            layer(ops.ones((2, 4)))

    def test_variables_are_read_in_the_compute_dtype(self):
        inner = Scale(dtype="float32")
        outer = Outer(inner, dtype="mixed_bfloat16")
        for _ in range(3):
            assert backend.standardize_dtype(Scale(dtype="mixed_bfloat16")(ops.ones((2, 3))).dtype) == "bfloat16"
            assert backend.standardize_dtype(outer(ops.ones((2, 3))).dtype) == "float32"
        mixed = Scale(dtype="mixed_float16")
        for _ in range(3):
            assert backend.standardize_dtype(mixed(ops.ones((2, 3), "float16")).dtype) == "float16"
        assert backend.standardize_dtype(mixed.scale.dtype) == "float32"

    def test_changing_the_policy_of_a_called_layer(self):
        layer = Scale()
        for _ in range(3):
            layer(ops.ones((2, 3)))
        layer.dtype_policy = "mixed_float16"
        assert layer.compute_dtype == "float16"
        assert backend.standardize_dtype(layer(ops.ones((2, 3))).dtype) == "float16"

    def test_policies_by_path(self):
        policies = dtype_policies.DTypePolicyMap("float32", {"outer/half": "float16"})
        outer = Outer(Scale(name="half", dtype=policies), name="outer")
        for _ in range(2):
            outer(np.ones((2, 3)))
        assert outer.inner.compute_dtype == "float16"

    @pytest.mark.parametrize("rounds", [1, 3])
    def test_training_goes_from_outside_in(self, rounds):
        leaf = TrainingRecorder()
        outer = Outer(leaf)
        silent = Outer(outer)
        x = ops.ones((1, 2))
        for _ in range(rounds):
            leaf(x), leaf(x, training=True), outer(x), outer(x, training=True), silent(x, training=True)
        assert leaf.calls[-5:] == [None, True, False, True, True]

    def test_an_explicit_training_argument_wins(self):
        class Stubborn(layers.Layer):
            def __init__(self, inner):
                super().__init__()
                self.inner = inner

            def call(self, x):
                return self.inner(x, training=False)

        leaf = TrainingRecorder()
        layer = Stubborn(leaf)
        for _ in range(3):
            layer(ops.ones(2), training=True)
        assert leaf.calls[-1] is False

    def test_errors_tell_the_layer(self):
        class Broken(layers.Layer):
            def call(self, x):
                raise KeyError("here")

        with pytest.raises(KeyError) as caught:
            Outer(Broken(name="culprit"))(ops.ones((2, 3)))
        assert "'culprit'" in "".join(caught.value.__notes__) and "(2, 3)" in "".join(caught.value.__notes__)

    def test_call_must_be_defined(self):
        with pytest.raises(NotImplementedError, match="call"):
            layers.Layer()(np.ones(2))

    def test_bad_constructor_arguments(self):
        for options in ({"foo": 2}, {"trainable": "yes"}, {"name": 3}, {"name": "a/b"}, {"dtype": "foo"}):
            with pytest.raises(ValueError):
                layers.Layer(**options)


class TestLosses:
    def test_losses_of_the_last_call(self):
        class Penalised(layers.Layer):
            def call(self, x):
                self.add_loss(ops.sum(x))
                return x

        inner = Penalised()
        model = models.Sequential([inner, layers.Dense(2, kernel_regularizer="l2")])
        for _ in range(3):
            model(np.ones((2, 3)))
            assert len(model.losses) == 2
        assert float(array(model.losses[0])) == 6
        inner(np.ones(5))
        assert [float(array(x)) for x in inner.losses] == [5]
        with pytest.raises(ValueError, match="scalar"):
            inner.add_loss("text")

    def test_symbolic_calls_leave_no_losses(self):
        model = models.Sequential([Input((3,)), layers.Dense(2, activity_regularizer="l2")])
        assert model.losses == []

    def test_activity_regularizer_is_a_mean_over_the_batch(self):
        layer = layers.Dense(3, activity_regularizer="l2", kernel_initializer="ones")
        for _ in range(3):
            layer(np.ones((4, 3)))
        # 0.01 * 4 * 3 * 3 ** 2 / 4
        assert [float(array(x)) for x in layer.losses] == [pytest.approx(0.27, rel=1e-5)]


class TestOutputSpecs:
    def test_from_a_call_on_descriptions(self):
        class Two(layers.Layer):
            def call(self, x, y):
                return {"sum": x + ops.sum(y), "list": [ops.argmax(x, axis=-1)]}

        layer = Two()
        assert layer.compute_output_shape((None, 4), (2, 3)) == {"sum": (None, 4), "list": [(None,)]}
        assert layer.compute_output_shape(x_shape=(None, 4), y_shape=(2, 3))["sum"] == (None, 4)
        spec = layer(Input((4,)), Input((3,)))
        assert tree.map_structure(lambda x: (x.shape, x.dtype), spec) == {
            "sum": ((None, 4), "float32"),
            "list": [((None,), "int32")],
        }

    def test_from_a_shape(self):
        class Shaped(layers.Layer):
            def compute_output_shape(self, input_shape):
                return {"a": input_shape, "b": [(*input_shape, 2)]}

            def call(self, x):
                raise AssertionError("not needed")

        spec = Shaped(dtype="mixed_float16")(Input((4,)))
        assert spec["b"][0].shape == (None, 4, 2) and spec["a"].dtype == "float16"

    def test_code_that_calls_the_engine(self):
        class Native(layers.Layer):
            def call(self, x):
                return backend.cast(x, "float16")

        spec = Native()(Input((4,)))
        assert spec.shape == (None, 4) and spec.dtype == "float16"

    def test_describing_changes_no_variable(self):
        class Counting(layers.Layer):
            def build(self, input_shape):
                self.count = self.add_weight(initializer="zeros", trainable=False)
                self.mean = self.add_weight(shape=input_shape[1:], initializer="zeros", trainable=False)

            def call(self, x):
                self.count.assign_add(1)
                self.count.assign_add(ops.max(x))
                self.mean.assign(ops.mean(x, axis=0))
                return x + self.mean

        layer = Counting()
        outer = Outer(layer)
        assert outer(Input((3,))).shape == (None, 3)
        assert float(array(layer.count)) == 0 and not np.any(array(layer.mean))
        outer(np.ones((2, 3)))
        assert float(array(layer.count)) == 2 and np.all(array(layer.mean) == 1)

    def test_an_identity_makes_a_tensor_of_its_own(self):
        class Same(layers.Layer):
            def call(self, x):
                return x

        x = Input((3,))
        y = Same()(x)
        assert y is not x and models.Model(x, y).layers[1].name.startswith("same")

    def test_wrong_shapes_raise_value_errors(self):
        class Wrong(layers.Layer):
            def call(self, x):
                return ops.matmul(x, ops.ones((7, 2)))

        with pytest.raises(ValueError):
            Wrong()(Input((4,)))


@pytest.mark.parametrize(
    "mode, wrapped",
    [
        (dict(mode="full"), True),
        (dict(mode="list_of_layers", layer_names=["other"]), False),
        (dict(mode="list_of_layers", layer_names=["here"]), True),
        (dict(mode="larger_than", output_size_threshold=5), True),
        (dict(mode="larger_than", output_size_threshold=6), False),
        (dict(mode=None), False),
    ],
)
def test_rematerialization(mode, wrapped, monkeypatch):
    made = []
    monkeypatch.setattr(backend.core, "remat", lambda f: made.append(f) or f)
    with backend.RematScope(**mode):
        layer = Scale(name="here")
    y = layer(ops.ones((2, 3)))
    assert bool(made) is wrapped and y.shape == (2, 3)


def test_rematerialized_calls_know_whether_they_train():
    with backend.RematScope(mode="full"):
        layer = layers.Dropout(0.5, seed=0)
    ones = np.ones((64, 4), "float32")
    np.testing.assert_array_equal(ops.convert_to_numpy(layer(ones, training=False)), ones)
    assert np.any(ops.convert_to_numpy(layer(ones, training=True)) == 0)


def test_a_symbolic_loss_is_refused_outside_call_and_accepted_within():
    class Penalty(layers.Layer):
        def call(self, x):
            self.add_loss(ops.sum(x))
            return x

    inputs = Input((3,))
    model = models.Model(inputs, Penalty()(inputs))
    assert Penalty().compute_output_spec(inputs).shape == (None, 3)
    assert Penalty().compute_output_shape((2, 3)) == (2, 3)
    with pytest.raises(NotImplementedError, match="symbolic"):
        model.add_loss(ops.sum(inputs))
    model(np.ones((2, 3)))
    np.testing.assert_allclose([float(x) for x in model.losses], [6.0])
