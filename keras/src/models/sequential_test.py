import numpy as np
import pytest

from keras.src import layers, models, ops
from keras.src.layers import Dense, Input
from keras.src.testing import engine


def array(x):
    return ops.convert_to_numpy(x)


X = np.ones((2, 3), "float32")


def test_it_builds_itself_on_the_first_call():
    model = models.Sequential([Dense(4, name="p"), layers.Identity(), Dense(2, name="q")], name="s")
    assert not model.built and model.weights == [] and model.compute_output_shape((None, 3)) == (None, 2)
    for attribute in ("input_shape", "output_shape", "inputs", "outputs", "input", "output"):
        with pytest.raises(AttributeError):
            getattr(model, attribute)
    for _ in range(3):
        y = model(X)
    p, q = model.layers[0], model.layers[2]
    np.testing.assert_allclose(array(y), X @ array(p.kernel) @ array(q.kernel), atol=1e-5)
    assert model.built and model.input_shape == (2, 3) and model.output_shape == (2, 2)
    assert [v.path for v in model.weights] == ["s/p/kernel", "s/p/bias", "s/q/kernel", "s/q/bias"]
    assert model(np.ones((5, 3))).shape == (5, 2)
    assert model.get_build_config() == {"input_shape": (2, 3)}
    with pytest.raises(ValueError, match="size 3"):
        model(np.ones((5, 4)))
    for wrong in ([X, X], np.ones(3)):
        with pytest.raises(ValueError):
            model(wrong)


@pytest.mark.parametrize(
    "start", [lambda: Input((3,), name="i"), lambda: layers.InputLayer((3,), name="i"), lambda: Dense(3, input_dim=3)]
)
def test_it_is_built_at_once_where_the_input_is_known(start):
    model = models.Sequential([start(), Dense(2, name="k")])
    assert model.built and model.input_shape == (None, 3) and model.output_shape == (None, 2)
    assert not any(isinstance(layer, layers.InputLayer) for layer in model.layers)
    assert model.inputs[0].shape == (None, 3) and model.outputs[0].shape == (None, 2)


def test_add_and_pop():
    model = models.Sequential([Input((3,))], name="s")
    model.add(Dense(4, name="a"))
    model.add(Dense(5, name="b"))
    assert model.output_shape == (None, 5) and len(model.weights) == 4
    y = model(X)
    assert model.pop().name == "b"
    assert model.output_shape == (None, 4) and len(model.weights) == 2 and model(X).shape == (2, 4)
    model.add(Dense(6, name="c"))
    assert model(X).shape == (2, 6) and y.shape == (2, 5)
    assert [v.path for v in model.weights] == ["s/a/kernel", "s/a/bias", "s/c/kernel", "s/c/bias"]


def test_adding_to_a_model_built_by_hand():
    model = models.Sequential([Dense(2)])
    model.build((None, 3))
    model.add(Dense(4))
    assert model.output_shape == (None, 4)


def test_a_stack_of_stacks():
    for inner in (
        models.Sequential([Input((3,)), Dense(2, name="k")], name="in"),
        models.Sequential([Dense(2, name="k")], name="in"),
    ):
        model = models.Sequential([inner, Dense(2, name="z")], name="out")
        model.build((None, 3))
        assert [v.path.split("/")[-2] for v in model.weights] == ["k", "k", "z", "z"]
        assert model(X).shape == (2, 2)


def test_structured_inputs():
    class Sum(layers.Layer):
        def call(self, xs):
            return xs["a"] + xs["b"]

    model = models.Sequential([Sum(), Dense(2)])
    assert model({"a": X, "b": X}).shape == (2, 2) and model.built
    assert model({"a": X, "b": X}).shape == (2, 2)


@pytest.mark.parametrize(
    "layer",
    [3, lambda x: x, "relu", Dense(2, name="taken"), Input((3,))],
)
def test_what_add_refuses(layer):
    model = models.Sequential([Input((3,)), Dense(2, name="taken")])
    with pytest.raises(ValueError):
        model.add(layer)


def test_mistakes():
    with pytest.raises(IndexError):
        models.Sequential().pop()
    for use in (
        lambda: models.Sequential()(X),
        lambda: models.Sequential().build((None, 3)),
        lambda: models.Sequential([Dense(2)]).build(),
        lambda: models.Sequential([Input((3,)), Dense(2)]).build((None, 4)),
    ):
        with pytest.raises(ValueError):
            use()
    with pytest.raises(AttributeError):
        models.Sequential().layers = []


def test_config():
    unbuilt = models.Sequential([Dense(2, name="d")], name="s")
    config = unbuilt.get_config()
    assert list(config) == ["name", "trainable", "dtype", "layers"]
    assert [entry["class_name"] for entry in config["layers"]] == ["Dense"]
    unbuilt(X)
    config = unbuilt.get_config()
    assert config["build_input_shape"] == (2, 3)
    assert config["layers"][0]["config"] == {
        "batch_shape": (2, 3),
        "dtype": "float32",
        "sparse": False,
        "ragged": False,
        "name": config["layers"][0]["config"]["name"],
        "optional": False,
    }
    again = models.Sequential.from_config(config)
    assert again.built and again.get_config() == config
    assert models.model_from_json(unbuilt.to_json()).to_json() == unbuilt.to_json()


def test_only_an_input():
    model = models.Sequential([Input((3,))])
    np.testing.assert_array_equal(array(model(X)), X)


def test_training_and_losses():
    seen = []

    class Recorder(layers.Layer):
        def call(self, x, training=None):
            seen.append(training)
            return x

    model = models.Sequential([Input((3,)), Recorder(), Dense(2, kernel_regularizer="l2")])
    for _ in range(3):
        seen.clear()
        model(X), model(X, training=True)
        assert seen == [None, True]
    assert len(model.losses) == 1


def first_models():
    i, j = layers.Input((3,)), layers.Input((3,), dtype="int32")
    return {
        "sequential": models.Sequential([layers.Input((3,)), layers.Dense(3)]),
        "functional": models.Model(i, layers.Dense(3)(i)),
        "listed": models.Model([i], layers.Dense(3)(i)),
        "integers": models.Model(j, layers.Embedding(4, 2)(j)),
    }


@pytest.mark.parametrize("kind", first_models())
@pytest.mark.parametrize("grows", [False, True])
def test_a_stack_on_a_model_starts_at_its_input(kind, grows):
    first = first_models()[kind]
    model = models.Sequential([] if grows else [first, layers.Dense(1)])
    for layer in (first, layers.Dense(1)) if grows else ():
        model.add(layer)
    assert model.built and model.input_shape == (None, 3) and model.output_shape == (*first.output_shape[:-1], 1)
    assert model.inputs[0].dtype == first.inputs[0].dtype
    assert model.layers[0] is first and [x["class_name"] for x in model.get_config()["layers"]][0] == "InputLayer"
    again = models.Sequential.from_config(model.get_config())
    assert again.built and again.output_shape == model.output_shape and len(again.weights) == len(model.weights)


def test_a_stack_on_a_model_of_several_inputs_waits_for_them():
    a, b = layers.Input((3,)), layers.Input((3,))
    for inputs, values in (([a, b], [np.ones((2, 3))] * 2), ({"a": a}, {"a": np.ones((2, 3))})):
        model = models.Sequential([models.Model(inputs, a + b if len(inputs) == 2 else a * 2), layers.Dense(1)])
        assert not model.built and model(values).shape == (2, 1)


class Undescribed(layers.Layer):
    def call(self, x):
        return x * 2

    def compute_output_spec(self, *args, **kwargs):
        raise NotImplementedError("not known before")


@pytest.mark.parametrize("start", [[], [layers.Input((3,))]])
def test_layers_that_cannot_say_their_outputs_run_without_a_graph(start):
    model = models.Sequential([*start, Undescribed(), layers.Dense(2, use_bias=False, kernel_initializer="ones")])
    assert model.built == bool(start)
    np.testing.assert_allclose(ops.convert_to_numpy(model(np.ones((4, 3)))), np.full((4, 2), 6.0))
    assert model.built and model._functional is None and len(model.weights) == 1
    assert not hasattr(model, "output_shape") and model.predict(np.ones((2, 3)), verbose=0).shape == (2, 2)


@pytest.mark.parametrize("start", [[], [layers.Input((3,))]])
def test_such_a_model_is_built_by_a_first_batch(start):
    x = np.ones((4, 3), "float32")
    model = models.Sequential([*start, Undescribed(), layers.Dense(2, use_bias=False, kernel_initializer="ones")])
    np.testing.assert_allclose(model.predict(x, verbose=0), np.full((4, 2), 6.0))
    model = models.Sequential([*start, Undescribed(), layers.Dense(2, use_bias=False, kernel_initializer="ones")])
    model.compile("sgd", "mae", metrics=["mse"])
    np.testing.assert_allclose(model.evaluate(x, np.zeros((4, 2)), verbose=0), [6.0, 36.0])
    if engine.CAN_DIFFERENTIATE:
        model = models.Sequential([*start, Undescribed(), layers.Dense(2, use_bias=False, kernel_initializer="ones")])
        model.compile("sgd", "mae")
        model.fit(x, np.zeros((4, 2)), verbose=0)
        np.testing.assert_allclose(model.layers[-1].kernel.numpy(), np.full((3, 2), 0.99), rtol=1e-5)  # d/dk = 2 / 2


@pytest.mark.parametrize("name", ["input_shape", "output_shape", "inputs", "outputs"])
def test_what_an_unbuilt_stack_does_not_know(name):
    model = models.Sequential([layers.Dense(2)], name="stack")
    assert not hasattr(model, name)
    with pytest.raises(AttributeError, match="'stack' has no .* before it is built"):
        getattr(model, name)
