import abc
import json

import numpy as np
import pytest

import keras
from keras.src import backend, layers, models, ops, tree
from keras.src.models.functional import Functional
from keras.src.saving.object_registration import CustomObjectScope


def array(x):
    return ops.convert_to_numpy(x)


def shapes(structure):
    return tree.map_structure(lambda x: tuple(x.shape), structure)


@pytest.fixture
def two_inputs():
    return layers.Input((3,), name="a"), layers.Input((4,), name="b")


A, B = np.ones((2, 3), "float32"), np.ones((2, 4), "float32")


@pytest.mark.parametrize(
    "make", [lambda x, y: models.Model(x, y), lambda x, y: models.Sequential(models.Model(x, y).layers)]
)
def test_wiring_with_another_width_is_refused(make):
    inputs = layers.Input((4,))
    model = make(inputs, layers.Dense(2)(inputs))
    assert model(layers.Input((4,))).shape == (None, 2)
    with pytest.raises(ValueError, match="4.*3"):
        model(layers.Input((3,)))


class TestStructures:
    @pytest.mark.parametrize(
        "pack, accepted",
        [
            (lambda a, b: [a, b], [[A, B], (A, B), {"a": A, "b": B}, {"a": A, "b": B, "c": A}]),
            (lambda a, b: (a, b), [(A, B), {"a": A, "b": B}]),
            (lambda a, b: {"a": a, "b": b}, [{"a": A, "b": B}, {"b": B, "a": A, "c": 3}]),
            (lambda a, b: {"x": a, "y": b}, [{"x": A, "y": B}]),
            (lambda a, b: [a, {"k": b}], [[A, {"k": B}], {"a": A, "b": B}]),
        ],
    )
    def test_inputs(self, two_inputs, pack, accepted):
        a, b = two_inputs
        model = models.Model(pack(a, b), layers.Dense(2)(a) + layers.Dense(2)(b))
        results = [array(model(inputs)) for inputs in accepted]
        for result in results:
            np.testing.assert_allclose(result, results[0], atol=1e-6)
        assert model.input_shape == [(None, 3), (None, 4)]
        assert shapes(model.input) == shapes(pack(a, b))

    @pytest.mark.parametrize(
        "pack",
        [lambda x, y: [x, y], lambda x, y: {"p": x, "q": [y]}, lambda x, y: (x, {"k": (y,)}), lambda x, y: [[x]]],
    )
    def test_outputs(self, pack):
        x = layers.Input((3,))
        y = layers.Dense(2)(x)
        model = models.Model(x, pack(x, y))
        alone = len(pack(x, y)) == 1
        expected = shapes(pack(A, np.ones((2, 2))))
        assert shapes(model(A)) == (expected[0] if alone else expected)
        assert shapes(model(layers.Input((3,)))) == shapes(model.output)
        assert model.compute_output_shape((5, 3)) == shapes(pack(np.ones((5, 3)), np.ones((5, 2))))

    def test_other_structures_are_taken_in_order_with_a_warning(self, two_inputs):
        a, b = two_inputs
        model = models.Model({"a": a, "b": b}, [layers.Dense(2)(a), layers.Dense(5)(b)])
        with pytest.warns(UserWarning, match="structure"):
            assert shapes(model([A, B])) == [(2, 2), (2, 5)]

    @pytest.mark.parametrize("inputs", [[A], {"a": A}, [B, A], [A, B, B], [np.ones(3), B], 3])
    def test_wrong_inputs(self, two_inputs, inputs):
        a, b = two_inputs
        model = models.Model([a, b], layers.Dense(2)(a))
        with pytest.raises(ValueError):
            model(inputs)

    def test_a_list_of_one(self):
        x = layers.Input((3,))
        model = models.Model([x], [layers.Dense(2)(x)])
        assert shapes(model(A)) == shapes(model([A])) == (2, 2)
        assert model.get_config()["input_layers"] == [[x._keras_history.operation.name, 0, 0]]
        assert model.input_shape == (None, 3)

    def test_optional_inputs(self):
        class MaybeAdd(layers.Layer):
            def call(self, x, y=None):
                return x if y is None else x + y

        a, b = layers.Input((3,), name="a"), layers.Input((3,), name="b", optional=True)
        model = models.Model([a, b], MaybeAdd()(a, b))
        np.testing.assert_array_equal(array(model([A, None])), A)
        np.testing.assert_array_equal(array(model({"a": A})), A)
        np.testing.assert_array_equal(array(model([A, A])), 2 * A)

    def test_inputs_get_the_dtype_and_rank_of_the_model(self):
        x = layers.Input((3,), dtype="int32")
        model = models.Model(x, ops.cast(x, "float32") + 1)
        np.testing.assert_array_equal(array(model(A * 1.7)), 2 * A)
        y = layers.Input((1,))
        model = models.Model(y, layers.Dense(2)(y))
        assert model(np.ones(4)).shape == (4, 2)
        z = layers.Input((3,))
        model = models.Model(z, layers.Dense(2)(z))
        for _ in range(3):
            assert model(np.ones((4, 3, 1))).shape == (4, 2)
            assert model(ops.ones((4, 3), "int32")).shape == (4, 2)


class TestOtherStructures:
    """Inputs that do not come as the model was made with them."""

    def test_nested_lists_for_tensors_are_flattened(self):
        a, b = layers.Input((3,)), layers.Input((3,))
        model = models.Model([a, b], a - b)
        one = np.ones((2, 3), "float32")
        with pytest.warns(UserWarning, match="structure"):
            np.testing.assert_allclose(array(model([[one], 3 * one])), -2 * one)
        single = models.Model(a, a * 2)
        for nested in ([one], [[one]], ([one],)):
            np.testing.assert_allclose(array(single(nested)), 2 * one)
        with pytest.warns(UserWarning, match="structure"):
            outer = models.Model(b, model([[b], single([b])]))
        np.testing.assert_allclose(array(outer(one)), -one)

    @pytest.mark.parametrize("names", ["ab", "ba"])
    def test_lists_for_dicts_need_names_in_order(self, names):
        inputs = {name: layers.Input((3,), name=name) for name in names}
        model = models.Model(inputs, inputs["a"] - inputs["b"])
        one = np.ones((2, 3), "float32")
        if names == "ba":
            with pytest.raises(ValueError, match="takes a dict.*'b'.*'a'"):
                model([one, 3 * one])
        else:
            with pytest.warns(UserWarning, match="structure"):
                np.testing.assert_allclose(array(model([one, 3 * one])), -2 * one)

    @pytest.mark.parametrize("how", ["call", "method", "symbolic", "within", "stack", "subclass", "predict"])
    @pytest.mark.parametrize("given", ["nested", "unknown"])
    def test_warnings_point_at_the_line_of_the_user(self, how, given):
        a, b = layers.Input((3,), name="a"), layers.Input((3,), name="b")
        model = models.Model({"a": a, "b": b} if given == "unknown" else [a, b], a - b)
        one = np.ones((2, 3), "float32")
        wrap = (lambda x: {"a": x, "b": x, "c": x}) if given == "unknown" else (lambda x: [[x], x])

        class Outer(layers.Layer):
            def call(self, x):
                return model(wrap(x))

        with pytest.warns(UserWarning, match="ignored|structure") as record:
            {
                "call": lambda: model(wrap(one)),
                "method": lambda: model.call(wrap(one)),
                "symbolic": lambda: model(wrap(a)),
                "within": lambda: models.Sequential([Outer()])(one),
                "stack": lambda: models.Sequential([model])(wrap(one)),
                "subclass": lambda: Outer()(one),
                "predict": lambda: model.predict(wrap(one), verbose=0),
            }[how]()
        assert {warning.filename for warning in record} == {__file__}

    def test_unknown_keys_are_ignored_with_a_warning(self):
        x = layers.Input((3,), name="a")
        model = models.Model({"a": x}, x * 2)
        for given in ({"a": np.ones((2, 3)), "typo": np.ones(2)}, {"a": layers.Input((3,)), "typo": x}):
            with pytest.warns(UserWarning, match="typo.*ignored.*'a'"):
                model(given)

    @pytest.mark.filterwarnings("error::UserWarning")
    def test_what_fits_gives_no_warning(self, two_inputs):
        a, b = two_inputs
        model = models.Model([a, b], layers.Dense(2)(a) + layers.Dense(2)(b))
        for given in ([A, B], (A, B), {"a": A, "b": B}, {"a": A, "b": B, "c": A}):
            model(given)


class TestGraphs:
    def test_shared_layers_and_operations(self):
        a, b = layers.Input((3,)), layers.Input((3,))
        dense = layers.Dense(2)
        model = models.Model([a, b], ops.concatenate([dense(a), dense(b)], axis=-1) * 2.0)
        x, y = A, 3 * A
        w = array(dense.kernel)
        np.testing.assert_allclose(array(model([x, y])), np.concatenate([x @ w, y @ w], -1) * 2, atol=1e-5)
        assert len(model.weights) == 2 and [type(x).__name__ for x in model.layers].count("Dense") == 1

    def test_starting_in_the_middle(self):
        x = layers.Input((3,))
        hidden = layers.Dense(4)(x)
        y = layers.Dense(2, name="last")(hidden)
        head = models.Model(hidden, y)
        assert head.input_shape == (None, 4) and [type(x).__name__ for x in head.layers] == ["InputLayer", "Dense"]
        whole = models.Model(x, y)
        np.testing.assert_allclose(array(head(models.Model(x, hidden)(A))), array(whole(A)), atol=1e-6)

    def test_a_model_within_a_model(self):
        x = layers.Input((3,))
        inner = models.Model(x, layers.Dense(2, name="d")(x), name="inner")
        z = layers.Input((3,))
        outer = models.Model(z, inner(z) + inner(z * 2))
        w, b = (array(v) for v in inner.weights)
        np.testing.assert_allclose(array(outer(A)), A @ w + 2 * A @ w + 2 * b, atol=1e-5)
        assert len(outer.weights) == 2

    def test_training_reaches_the_layers(self):
        seen = []

        class Recorder(layers.Layer):
            def call(self, x, training=None):
                seen.append(training)
                return x

        x = layers.Input((3,))
        model = models.Model(x, Recorder()(x))
        fixed = models.Model(x, Recorder()(x, training=True))
        for _ in range(2):
            seen.clear()
            model(A), model(A, training=True), model.call(ops.ones((2, 3)), training=True), fixed(A, training=False)
        assert seen == [None, True, True, False]

    def test_a_graph_cannot_go_on_from_nothing(self):
        class Forgets(layers.Layer):
            def call(self, x):
                x * 2

        with pytest.raises(ValueError, match="gave nothing.*must return"):
            Forgets(name="forgets")(layers.Input((3,)))

    def test_weights_need_sizes_of_inputs(self):
        with pytest.raises(ValueError, match="layer 'd'.*built for inputs of shape .*None.*keras.Input"):
            layers.Dense(2, name="d")(layers.Input((None,)))

    @pytest.mark.parametrize("inputs, outputs", [(A, A), ([A], [A]), (layers.Input((3,)), A)])
    def test_models_are_made_from_symbolic_tensors(self, inputs, outputs):
        with pytest.raises(ValueError, match="symbolic tensors, made from `keras.Input`"):
            models.Model(inputs, outputs)

    def test_mistakes(self, two_inputs):
        a, b = two_inputs
        y = layers.Dense(2, name="d")(a)
        for make in (
            lambda: models.Model(a, b),
            lambda: models.Model(a, layers.Dense(2, name="d")(y)),
            lambda: models.Model(a, 3),
            lambda: models.Model(3, y),
            lambda: models.Model(inputs=a),
            lambda: models.Model(a, y, other=3),
        ):
            with pytest.raises(ValueError):
                make()
        with pytest.raises(TypeError):
            models.Model(a)

    def test_what_it_tells_of_itself(self, two_inputs):
        a, b = two_inputs
        d = layers.Dense(2, name="d")
        model = models.Model([a, b], [d(a), layers.Dense(1, name="e")(b)], name="m", trainable=False)
        assert model.name == model.path == "m" and model.built and not model.trainable
        assert [x.name for x in model.layers] == ["a", "b", "d", "e"]
        assert model.input_names == ["a", "b"] and model.output_names == ["d", "e"]
        assert model.get_layer("d") is model.get_layer(index=2) is d
        assert [v.path for v in model.weights] == ["d/kernel", "d/bias", "e/kernel", "e/bias"]
        assert model.get_build_config() == {"input_shape": None}
        for arguments in ({}, {"name": "zz"}, {"index": 9}, {"name": "d", "index": 1}):
            with pytest.raises(ValueError):
                model.get_layer(**arguments)
        model.extra = layers.Dense(3)
        assert len(model.layers) == 4
        with pytest.raises(AttributeError, match="layers"):
            model.layers = []


class Plain(models.Model):
    pass


class Made(models.Model):
    def __init__(self, units, **kwargs):
        x = layers.Input((3,))
        super().__init__(inputs=x, outputs=layers.Dense(units)(x), **kwargs)
        self.units = units


class Handing(models.Model):
    def __init__(self, inputs, outputs, scale=1.0, **kwargs):
        super().__init__(inputs, outputs, **kwargs)
        self.scale = scale


class TestSubclasses:
    def test_they_become_graphs(self):
        x = layers.Input((3,))
        for model in (Plain(x, layers.Dense(2)(x)), Made(2), Handing(x, layers.Dense(2)(x), scale=2.0)):
            assert isinstance(model, Functional) and model(A).shape == (2, 2)
        assert type(models.Model(x, x)) is Functional

    def test_configs(self):
        x = layers.Input((3,))
        scope = {c.__name__: c for c in (Plain, Made, Handing)}
        with CustomObjectScope(scope):
            for model in (Plain(x, layers.Dense(2)(x), name="p"), Made(5, name="m")):
                again = models.model_from_json(model.to_json())
                assert type(again) is type(model) and again.name == model.name
                assert again.output_shape == model.output_shape


class Marked(models.Model):
    """Adds to the config of the graph."""

    mark = None

    def get_config(self):
        return {**super().get_config(), "mark": self.mark}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        mark = config.pop("mark")
        model = super().from_config(config, custom_objects=custom_objects)
        model.mark = mark
        return model


class Scaled(Handing):
    def get_config(self):
        return {**super().get_config(), "scale": self.scale}


@pytest.mark.parametrize("suffix", [".keras", ".json"])
def test_an_overridden_config_extends_that_of_the_graph(suffix, tmp_path):
    x = layers.Input((3,))
    marked, scaled = Marked(x, layers.Dense(2)(x), name="m"), Scaled(x, layers.Dense(2)(x), scale=3.0)
    marked.mark = 5
    assert sorted(marked.get_config()) == ["input_layers", "layers", "mark", "name", "output_layers", "trainable"]
    with CustomObjectScope({"Marked": Marked, "Scaled": Scaled}):
        for model in (marked, scaled):
            if suffix == ".json":
                again = models.model_from_json(model.to_json())
                again.set_weights(model.get_weights())
            else:
                model.save(tmp_path / "model.keras")
                again = keras.models.load_model(tmp_path / "model.keras")
            assert type(again) is type(model) and vars(again).get("mark") == vars(model).get("mark")
            assert vars(again).get("scale") == vars(model).get("scale")
            np.testing.assert_allclose(array(again(A)), array(model(A)), atol=1e-6)


FIXTURE_CONFIG = {
    "args": [
        {
            "class_name": "__keras_tensor__",
            "config": {"shape": [None, 3], "dtype": "float32", "keras_history": ["dense_3", 0, 0]},
        }
    ],
    "kwargs": {},
}


class TestConfigs:
    def test_format(self):
        a, b = layers.Input((4,), name="a"), layers.Input((6,), name="b")
        shared = layers.Dense(5, name="shared")
        joined = ops.concatenate([shared(layers.Dense(3, name="dense_3")(a)), shared(layers.Dense(3, name="e")(b))], 1)
        model = models.Model({"a": a, "b": b}, {"p": layers.Dense(1, name="p")(joined)}, name="m")
        config = json.loads(json.dumps(model.get_config()))
        assert list(config) == ["name", "trainable", "layers", "input_layers", "output_layers"]
        by_name = {entry["name"]: entry for entry in config["layers"]}
        assert list(by_name)[:5] == ["a", "b", "dense_3", "e", "shared"]
        assert by_name["shared"]["inbound_nodes"][0] == FIXTURE_CONFIG
        assert len(by_name["shared"]["inbound_nodes"]) == 2
        assert by_name["shared"]["build_config"] == {"input_shape": [None, 3]}
        assert by_name["a"]["inbound_nodes"] == [] and by_name["a"]["config"]["batch_shape"] == [None, 4]
        assert config["input_layers"] == {"a": ["a", 0, 0], "b": ["b", 0, 0]}
        assert config["output_layers"] == {"p": ["p", 0, 0]}

    def test_round_trip(self):
        a, b = layers.Input((4,), name="a"), layers.Input((6,), name="b", dtype="float16")
        shared = layers.Dense(5)
        x = shared(layers.Dense(3)(a)) + shared(layers.Dense(3)(b))
        x = ops.concatenate([x[:, :2], ops.mean(x, axis=-1, keepdims=True) * 2.0], axis=-1)
        inner = models.Sequential([layers.Input((3,)), layers.Dense(2)], name="inner")
        model = models.Model([a, {"b": b}], (inner(x), [inner(x * 2)]), name="m", trainable=False)
        again = models.model_from_json(model.to_json())
        assert again.to_json() == model.to_json()
        again.set_weights(model.get_weights())
        inputs = [np.random.rand(2, 4), {"b": np.random.rand(2, 6)}]
        for x, y in zip(tree.flatten(again(inputs)), tree.flatten(model(inputs))):
            np.testing.assert_allclose(array(x), array(y), atol=1e-6)

    def test_only_calls_in_the_graph_are_kept(self):
        x = layers.Input((3,), name="x")
        dense = layers.Dense(3, name="d")
        dense(x)
        y = dense(x * 2)
        model = models.Model(x, layers.Dense(1, name="e")(y))
        entry = next(e for e in model.get_config()["layers"] if e["name"] == "e")
        assert entry["inbound_nodes"][0]["args"][0]["config"]["keras_history"] == ["d", 0, 0]
        assert models.model_from_json(model.to_json()).output_shape == (None, 1)

    def test_a_config_with_a_hole_is_an_error(self):
        x = layers.Input((3,), name="x")
        model = models.Model(x, layers.Dense(1, name="e")(layers.Dense(2, name="d")(x)))
        config = model.get_config()
        config["layers"] = [entry for entry in config["layers"] if entry["name"] != "d"]
        with pytest.raises(ValueError, match="'e'"):
            Functional.from_config(config)

    def test_arguments_that_are_not_tensors(self):
        class Options(layers.Layer):
            def call(self, x, scale=1.0, parts=None):
                return x * scale + sum(parts)

        with CustomObjectScope({"Options": Options}):
            x = layers.Input((3,))
            model = models.Model(x, Options()(x, scale=3.0, parts=[x, x]))
            again = models.model_from_json(model.to_json())
        np.testing.assert_array_equal(array(again(A)), 5 * A)


def test_mixed_precision_graph():
    x = layers.Input((3,))
    y = layers.Dense(2, dtype="float32")(layers.Dense(4, dtype="mixed_float16")(x))
    model = models.Model(x, y)
    assert [n.outputs[0].dtype for n in model._nodes] == ["float32", "float16", "float32"]
    for _ in range(3):
        assert backend.standardize_dtype(model(A).dtype) == "float32"


def test_masks_pass_through_graph_configs():
    x = layers.Input((2, 3))
    model = models.Model(x, layers.Dense(2)(layers.Masking()(x)))
    assert models.model_from_json(model.to_json()).output_shape == (None, 2, 2)


class TestClassesThatWereUsedForGraphs:
    """A class whose instances were made from inputs and outputs may also have instances, and subclasses, without."""

    @pytest.fixture
    def subclass(self):
        class Base(keras.Model):
            pass

        class Own(Base):
            def __init__(self):
                super().__init__()
                self.dense = layers.Dense(3)

            def call(self, inputs):
                return self.dense(inputs)

            def get_config(self):
                return {}

        inputs = keras.Input((4,))
        self.graph = Base(inputs, layers.Dense(2)(inputs))
        assert type(self.graph) is Base
        return Own

    def test_its_class_and_bases_stay(self, subclass):
        base = type(self.graph)
        plain = [base(), subclass()]
        assert [type(model) for model in plain] == [base, subclass]
        assert base.__bases__ == (keras.Model,) and subclass.__bases__ == (base,)
        assert isinstance(self.graph, Functional)
        assert not any(isinstance(x, Functional) for x in (*plain, keras.Sequential([keras.Input((3,))]), None))

    def test_is_an_ordinary_model(self, subclass):
        model = subclass()
        x = np.ones((2, 4), "float32")
        expected = ops.convert_to_numpy(model(x))
        assert isinstance(model, subclass) and type(model).__name__ == "Own" and type(subclass()) is type(model)
        assert expected.shape == (2, 3) and model.layers == [model.dense] and not hasattr(model, "inputs")
        np.testing.assert_allclose(model.predict(x, verbose=0), expected, atol=1e-6)
        assert [len(m.weights) for m in (model, self.graph)] == [2, 2] and self.graph.output_shape == (None, 2)
        inputs = keras.Input((4,))
        assert keras.Model(inputs, model(inputs)).output_shape == (None, 3)

    def test_is_saved_and_cloned(self, subclass, tmp_path):
        model, x = subclass(), np.ones((2, 4), "float32")
        expected = model.predict(x, verbose=0)
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras", custom_objects={"Own": subclass})
        np.testing.assert_allclose(loaded.predict(x, verbose=0), expected, atol=1e-6)
        assert isinstance(keras.models.clone_model(model), subclass)

    def test_without_a_call(self, subclass):
        with pytest.raises(NotImplementedError, match="does not define `call"):
            type(self.graph)()(np.ones((2, 4), "float32"))


class Named(keras.Model):
    """A model without a graph that uses the names of what graphs have."""

    def __init__(self):
        super().__init__()
        self.inputs, self.outputs = layers.Dense(3), [layers.Dense(2)]
        self.input_shape, self.operations, self._nodes, self._operations = (4,), "mine", 7, {"a": 1}

    def call(self, x):
        return self.outputs[0](self.inputs(x))

    def get_config(self):
        return {}


class TestNamesOfGraphs:
    def test_are_free_without_a_graph(self, tmp_path):
        model, x = Named(), np.ones((2, 4), "float32")
        expected = model.predict(x, verbose=0)
        assert model.layers == [model.inputs, *model.outputs] and len(model.weights) == 4
        assert (model.input_shape, model.operations, model._nodes, model._operations) == ((4,), "mine", 7, {"a": 1})
        shown = []
        model.summary(print_fn=shown.append)
        assert "dense" in shown[0] and "(2, 2)" in shown[0]
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras", custom_objects={"Named": Named})
        np.testing.assert_allclose(loaded.predict(x, verbose=0), expected, atol=1e-6)

    def test_are_free_with_a_graph(self):
        x = layers.Input((3,))
        model = Plain(x, layers.Dense(2)(x))
        model.inputs, model._operations = "mine", 3
        assert (model.inputs, model._operations) == ("mine", 3)
        assert model(A).shape == (2, 2) and models.clone_model(model).output_shape == (None, 2)

    @pytest.mark.parametrize("name", ["inputs", "output_names", "operations", "_nodes", "_run_through_graph"])
    def test_are_absent_without_a_graph(self, name):
        with pytest.raises(AttributeError, match=f"'Plain' object has no attribute '{name}'"):
            getattr(Plain(), name)

    @pytest.mark.parametrize("cls", [models.Model, Plain])
    def test_are_there_with_a_graph(self, cls):
        x = layers.Input((3,), name="x")
        dense = layers.Dense(2, name="y")
        y = dense(x)
        model = cls({"x": x}, [y])
        assert model.inputs[0] is x and model.outputs[0] is y and model._inputs[0] is x and model._outputs[0] is y
        assert (model.input_names, model.output_names) == (["x"], ["y"])
        assert (model.input_shape, model.output_shape) == ((None, 3), (None, 2))
        assert list(model._inputs_struct) == list(model.input) == ["x"] and model._outputs_struct == model.output == [y]
        assert model.operations == model._operations == [x._keras_history.operation, dense]
        assert model._operations_by_depth == {1: [x._keras_history.operation], 0: [dense]}
        assert [n.operation for n in model._nodes_by_depth[0]] == [dense] and len(model._nodes) == 2
        run = []
        model._run_through_graph({"x": x}, operation_fn=lambda operation: run.append(operation) or operation)
        assert run == [dense] and model._flatten_layers(include_self=False) == model._layers == model.layers

    def test_are_there_of_a_stack_as_a_model(self):
        stack = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
        functional = stack._functional
        assert isinstance(functional, Functional) and stack._functional is functional
        assert functional.layers[-1] is stack.layers[0] and len(functional._nodes_by_depth) == 2
        stack.add(layers.Dense(5))
        assert stack._functional.output_shape == (None, 5)


def test_inputs_that_a_model_does_not_have_are_told_of_in_each_call(two_inputs):
    model = models.Model(dict(zip("ab", two_inputs)), layers.Concatenate()(list(two_inputs)))
    given = {"a": ops.convert_to_tensor(A), "b": ops.convert_to_tensor(B)}
    for _ in range(3):
        assert model(given).shape == (2, 7)
        with pytest.warns(UserWarning, match="no inputs .*'c'"):
            assert model({**given, "c": given["a"]}).shape == (2, 7)
        with pytest.raises(ValueError, match="'b'"):
            model({"a": given["a"]})


def test_an_abstract_subclass_of_functional():
    class Abstract(Functional, abc.ABC):
        @abc.abstractmethod
        def kind(self):
            """What it is."""

    class Concrete(Abstract):
        def kind(self):
            return "concrete"

    x = layers.Input((3,))
    with pytest.raises(TypeError, match="abstract"):
        Abstract(x, x * 2)
    model = Concrete(x, x * 2)
    assert isinstance(model, Concrete) and not isinstance(models.Model(x, x * 2), Concrete)


def test_an_overridden_call_of_a_graph_says_what_comes_out():
    class Summed(models.Model):
        def call(self, inputs, training=None):
            return ops.sum(super().call(inputs, training=training), axis=-1)

    x = layers.Input((3,))
    model = Summed(x, layers.Dense(2)(x))
    assert model(A).shape == (2,) and model(x).shape == (None,) and model.compute_output_shape((4, 3)) == (4,)
