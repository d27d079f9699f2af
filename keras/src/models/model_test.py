"""Subclassed models, `clone_model`, `summary`, state trees."""

import numpy as np
import pytest

import keras
from keras.src import backend, layers, models, ops
from keras.src.layers import Dense, Input
from keras.src.models.cloning import clone_model

X = np.ones((2, 3), "float32")


def array(x):
    return ops.convert_to_numpy(x)


class Sub(models.Model):
    def __init__(self, units=2, **kwargs):
        super().__init__(**kwargs)
        self.first = Dense(3, name="first")
        self.rest = [Dense(units, name="second")]

    def call(self, x, training=False):
        return self.rest[0](self.first(x))


class TestSubclass:
    @pytest.mark.parametrize("way", ["call", "build", "symbolic"])
    def test_building(self, way):
        model = Sub(name="m")
        assert not model.built and [x.name for x in model.layers] == ["first", "second"]
        {"call": lambda: model(X), "build": lambda: model.build((None, 3)), "symbolic": lambda: model(Input((3,)))}[
            way
        ]()
        assert [v.path for v in model.weights] == [
            "m/first/kernel",
            "m/first/bias",
            "m/second/kernel",
            "m/second/bias",
        ]

    def test_call_must_be_defined(self):
        with pytest.raises(NotImplementedError, match="call"):
            models.Model()(X)

    def test_config(self):
        config = Sub(5, name="m", dtype="mixed_float16").get_config()
        assert config["units"] == 5 and config["name"] == "m"
        again = Sub.from_config(config)
        assert again.rest[0].units == 5 and again.compute_dtype == "float16"

    def test_in_a_graph(self):
        x = Input((3,))
        model = models.Model(x, Sub(name="s")(x))
        assert model(X).shape == (2, 2)
        assert [v.path for v in model.weights][0] == "s/first/kernel"

    def test_quantize_forgets_what_was_compiled(self):
        class Coarse(layers.Layer):
            steps = 100.0

            def quantize(self, mode, type_check=True, config=None):
                self.steps = 1.0

            def call(self, x):
                return ops.round(x * self.steps) / self.steps

        model = models.Sequential([layers.Input((2,)), Coarse()])
        x = np.array([[0.25, 1.75]], "float32")
        np.testing.assert_allclose(model.predict(x, verbose=0), x)
        model.quantize("int8")
        np.testing.assert_allclose(model.predict(x, verbose=0), [[0.0, 2.0]])

    def test_quantize_says_what_it_cannot_do(self):
        model = Sub()
        model(X)
        with pytest.raises(ValueError, match="mode"):
            model.quantize("foo")


def branched():
    x = Input((3,), name="i")
    sub = models.Sequential([Input((3,)), Dense(4, name="s1"), Dense(4, name="s2")], name="sub")
    h = sub(x)
    z = ops.relu(Dense(2, name="o1")(h) + Dense(2, name="o2")(h))
    return models.Model(x, {"r": z, "h": h}, name="m")


class TestCloning:
    def test_graphs(self):
        model = branched()
        clone = clone_model(model)
        assert clone.name == "m" and [x.name for x in clone.layers] == [x.name for x in model.layers]
        assert not any(a is b for a, b in zip(clone.layers, model.layers))
        clone.set_weights(model.get_weights())
        for key, value in model(X).items():
            np.testing.assert_allclose(array(clone(X)[key]), array(value), atol=1e-6)

    def test_input_tensors(self):
        clone = clone_model(branched(), input_tensors=Input((3,), name="new"))
        assert clone.layers[0].name == "new"
        with pytest.raises(ValueError, match="structure"):
            clone_model(branched(), input_tensors=[Input((3,)), Input((3,))])
        sequential = clone_model(models.Sequential([Dense(2)]), input_tensors=Input((3,), name="new"))
        assert sequential.built and sequential.inputs[0].name == "new"

    def test_clone_function(self):
        seen = []

        def clone_function(layer):
            seen.append(layer.name)
            return layer if layer.name != "o1" else Dense(2, activation="relu", name="o1")

        model = branched()
        clone = clone_model(model, clone_function=clone_function)
        assert seen == ["sub", "o1", "o2"] and clone.get_layer("sub") is model.get_layer("sub")
        assert clone.get_layer("o1") is not model.get_layer("o1")
        seen.clear()
        clone = clone_model(model, clone_function=clone_function, recursive=True)
        assert seen == ["s1", "s2", "o1", "o2"] and clone.get_layer("sub") is not model.get_layer("sub")

    def test_call_function(self):
        seen = []

        def call_function(layer, *args, **kwargs):
            seen.append(layer.name)
            return layer(*args, **kwargs)

        clone_model(branched(), call_function=call_function)
        assert seen[:3] == ["sub", "o1", "o2"]

    def test_stacks_and_subclasses(self):
        model = models.Sequential([Input((3,)), Dense(2, name="a")], name="s")
        clone = clone_model(model)
        assert clone.name == "s" and clone.built and clone.layers[0] is not model.layers[0]
        assert not clone_model(models.Sequential([Dense(2)])).built
        assert clone_model(Sub(7)).rest[0].units == 7
        for options in ({"clone_function": lambda x: x}, {"input_tensors": Input((3,))}):
            with pytest.raises(ValueError):
                clone_model(Sub(), **options)
        assert clone_model(3) == 3
        for wrong in (
            lambda: clone_model(model, call_function=lambda *a: 1),
            lambda: clone_model(model, recursive=True),
        ):
            with pytest.raises(ValueError):
                wrong()


def summary_of(model, **options):
    lines = []
    model.summary(print_fn=lines.append, **options)
    return "\n".join(lines)


class TestSummary:
    def test_a_chain(self):
        model = models.Sequential([Input((3,)), Dense(4, name="p"), Dense(2, name="q")], name="seq")
        text = summary_of(model)
        assert text.startswith('Model: "seq"\n┏━')
        rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in text.splitlines() if line.startswith("│")]
        assert rows == [["p (Dense)", "(None, 4)", "16"], ["q (Dense)", "(None, 2)", "10"]]
        assert "Connected to" not in text
        assert " Total params: 26 (104.00 B)\n" in text
        assert " Non-trainable params: 0 (0.00 B)\n" in text
        assert max(map(len, text.splitlines())) == 76

    def test_a_graph(self):
        model = branched()
        model.get_layer("sub").layers[0].trainable = False
        text = summary_of(model, expand_nested=True, show_trainable=True, line_length=120)
        rows = {}
        for line in text.splitlines():
            if line.startswith("│"):
                name, *rest = (cell.strip() for cell in line.split("│")[1:-1])
                rows[name] = rest
        assert rows["o1 (Dense)"] == ["(None, 2)", "10", "sub[0][0]", "Y"]
        assert next(row for name, row in rows.items() if name.endswith("(Add)"))[2].startswith("o1[0][0],")
        assert rows["└ s1 (Dense)"] == ["(None, 4)", "16", "-", "N"]
        assert rows["i (InputLayer)"] == ["(None, 3)", "0", "-", "-"]
        assert " Non-trainable params: 16 (64.00 B)" in text

    def test_unbuilt_and_called_subclasses(self):
        model = Sub()
        assert summary_of(model).count("0 (unbuilt)") == 2
        model(X)
        assert "(2, 3)" in summary_of(model) and "unbuilt" not in summary_of(model)

    def test_a_range_of_layers(self):
        text = summary_of(branched(), layer_range=["o1", "o2"])
        assert "o1 (Dense)" in text and "o2 (Dense)" in text and "sub (Sequential)" not in text
        for wrong in (["zz", "o1"], ["o1"], "o1"):
            with pytest.raises(ValueError, match="layer_range"):
                branched().summary(layer_range=wrong)
        with pytest.raises(ValueError, match="positions"):
            branched().summary(positions=[0.5, 1.0])

    def test_it_is_printed(self, capsys):
        models.Sequential([Dense(2)], name="out").summary()
        assert 'Model: "out"' in capsys.readouterr().out

    def test_names_are_not_taken_for_markup(self):
        assert "[red] (Dense)" in summary_of(models.Sequential([Dense(2, name="[red]")]))


def test_state_tree():
    model = models.Sequential([Input((3,)), Dense(2, name="d")], name="s")
    state = model.get_state_tree("numpy_array")
    assert set(state) == {"trainable_variables", "non_trainable_variables", "optimizer_variables", "metrics_variables"}
    assert isinstance(state["trainable_variables"]["s"]["d"]["kernel"], np.ndarray)
    state["trainable_variables"]["s"]["d"]["bias"] = np.array([1.0, 2.0])
    model.set_state_tree(state)
    np.testing.assert_array_equal(array(model.layers[0].bias), [1.0, 2.0])
    with pytest.raises(ValueError, match="value_format"):
        model.get_state_tree("text")
    with pytest.raises(ValueError, match="entries"):
        model.set_state_tree({"weights": {}})


@pytest.mark.parametrize("stack", [True, False])
def test_a_clone_of_a_compiled_model_is_compiled(stack):
    x = layers.Input((3,))
    model = models.Sequential([x, layers.Dense(2)]) if stack else models.Model(x, layers.Dense(2)(x))
    assert not models.clone_model(model).compiled
    model.compile(keras.optimizers.SGD(0.5), "mse", metrics=["mae"])
    clone = models.clone_model(model)
    assert clone.compiled and clone.loss == "mse" and clone.optimizer is not model.optimizer
    assert float(clone.optimizer.learning_rate) == 0.5


def test_a_state_tree_needs_paths_of_their_own():
    class Twins(models.Model):
        def __init__(self):
            super().__init__()
            self.a, self.b = layers.Dense(2, name="same"), layers.Dense(2, name="same")

        def call(self, x):
            return self.a(x) + self.b(x)

    model = Twins()
    model(np.ones((2, 3)))
    with pytest.raises(ValueError, match="same/.*state tree"):
        model.get_state_tree()


@pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
def test_training_of_a_call_that_returns_nothing_is_refused():
    class Forgets(models.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(2)

        def call(self, x):
            self.dense(x)

    model = Forgets()
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="call.*must return its outputs"):
        model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
