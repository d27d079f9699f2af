"""What exported functions take."""

import numpy as np
import pytest

import keras
from keras.src.export.signatures import Size, of_arguments, of_function, of_model

BATCH = Size("batch")


def shapes(signature):
    return [(spec.name, spec.shape, spec.dtype) for spec in keras.tree.flatten(signature)]


def two_inputs(form):
    a, b = keras.Input((None, 4), name="a"), keras.Input((), dtype="int32", name="b")
    inputs = {"dict": {"second": b, "first": a}, "list": [a, b]}[form]
    return keras.Model(inputs, [keras.layers.Dense(2)(a), keras.layers.Rescaling(2.0)(b)])


@pytest.mark.parametrize("form, names", [("dict", ["first", "second"]), ("list", ["a", "b"])])
def test_a_graph_names_its_inputs(form, names):
    signature = of_model(two_inputs(form))
    assert len(signature) == 1
    assert shapes(signature) == [
        (names[0], (BATCH, Size(f"{names[0]}_axis_1"), 4), "float32"),
        (names[1], (BATCH,), "int32"),
    ]


def test_a_sequential_model_names_its_input():
    model = keras.Sequential([keras.Input((4,), name="rows"), keras.layers.Dense(2)])
    assert shapes(of_model(model)) == [("rows", (BATCH, 4), "float32")]
    assert shapes(of_model(model, [keras.InputSpec("int32", (2, 4))])) == [("rows", (2, 4), "int32")]


def test_the_first_call_of_a_stack_does_not_fix_its_batch():
    model = keras.Sequential([keras.layers.Dense(2)])
    model(np.ones((2, 4), "float32"))
    assert [spec.shape for spec in keras.tree.flatten(of_model(model))] == [(BATCH, 4)]
    stateful = keras.Sequential([keras.Input(batch_shape=(2, 3, 4)), keras.layers.LSTM(2, stateful=True)])
    assert [spec.shape for spec in keras.tree.flatten(of_model(stateful))] == [(2, 3, 4)]


class Doubling(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(2)

    def call(self, x):
        return self.dense(x)


def test_a_model_without_weights_is_refused_with_a_signature_too():
    with pytest.raises(ValueError, match="must be built"):
        of_model(Doubling(), [keras.InputSpec("float32", (None, 4))])


def test_parameters_name_the_inputs_of_a_function():
    spec = keras.InputSpec("float32", (2,))
    given = [spec, {"key": spec}, [spec], keras.InputSpec("float32", (2,), name="own")]
    names = [name for name, _, _ in shapes(of_function(lambda first, second, third, fourth: first, given))]
    assert names == ["first", "key", "third_0", "own"]


def test_a_graph_takes_a_flat_signature():
    given = [keras.InputSpec("float32", (2, 3, 4)), keras.InputSpec("int32", (2,), name="other")]
    signature = of_model(two_inputs("list"), given)
    assert shapes(signature) == [("a", (2, 3, 4), "float32"), ("other", (2,), "int32")]
    with pytest.raises(ValueError, match="must describe the 2 inputs"):
        of_model(two_inputs("list"), given[:1])


def test_a_subclass_has_the_shapes_that_it_was_built_with():
    class Mine(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(3)

        def call(self, x):
            return self.dense(x)

    model = Mine()
    with pytest.raises(ValueError, match="must be built before"):
        of_model(model)
    model(np.ones((2, 5), "float32"))
    assert shapes(of_model(model)) == [("args_0", (BATCH, 5), "float32")]


def test_descriptions():
    given = [
        {"shape": ("batch", "time"), "dtype": "int32", "name": "tokens", "bounds": {"time": (2, 64)}},
        np.ones((2, 3)),
    ]
    assert shapes(of_arguments(given)) == [
        ("tokens", (BATCH, Size("time", 2, 64)), "int32"),
        ("args_1", (2, 3), "float64"),
    ]
    assert shapes(of_arguments(keras.Input((3,), name="x"))) == [("x", (BATCH, 3), "float32")]
    with pytest.raises(ValueError, match="has a shape and a dtype"):
        of_arguments(["float32"])
    with pytest.raises(ValueError, match="has a shape and a dtype"):
        of_arguments(keras.InputSpec(shape=(None, 3)))
