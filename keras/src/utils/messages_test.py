import numpy as np
import pytest

import keras
from keras import layers
from keras.src.utils import messages


def test_few():
    assert messages.few(["a", "b"]) == "['a', 'b']"
    text = messages.few([f"{'n' * 5000}{k}" for k in range(2000)])
    assert len(text) < 1000 and "2000 of them" in text


def test_shown():
    assert messages.shown({"a": 1}) == "{'a': 1}"
    assert messages.shown("x" * 5000).endswith("(5002 characters)")


def test_shapes_of():
    x = np.ones((2, 3))
    assert messages.shapes_of({"a": [x, keras.ops.ones(4)], "b": "text", "c": keras.KerasTensor((None, 2))}) == (
        "{'a': [(2, 3), (4,)], 'b': 'text', 'c': (None, 2)}"
    )


@pytest.mark.parametrize(
    "misuse",
    [
        lambda x, a, b: keras.Model([a, b], a + b)(x),
        lambda x, a, b: keras.Model(a, 2 * a)([x, x]),
        lambda x, a, b: keras.Function([a, b], a + b)([x]),
        lambda x, a, b: layers.Attention()([x]),
        lambda x, a, b: layers.Attention()([x, x], mask=x),
    ],
)
def test_inputs_are_told_by_their_shapes(misuse):
    x = np.full((2, 3, 4), 7.25, "float32")
    with pytest.raises(ValueError, match=r"\(2, 3, 4\)") as error:
        misuse(x, keras.Input((3, 4)), keras.Input((3, 4)))
    assert "7.25" not in str(error.value)


def stack(prefix, count, units=2):
    return keras.Sequential([keras.Input((2,)), *(layers.Dense(units, name=f"{prefix}{k}") for k in range(count))])


LONG = "n" * 5000


def misfit(tmp_path):
    stack("a", 30).save_weights(tmp_path / "m.weights.h5")
    stack(LONG, 30, units=3).load_weights(tmp_path / "m.weights.h5")


REFUSALS = {
    "get_layer": lambda tmp_path: stack(LONG, 40).get_layer(LONG),
    "get_layer of few": lambda tmp_path: stack("a", 400).get_layer("b"),
    "summary": lambda tmp_path: stack(LONG, 40).summary(layer_range=("x", "y")),
    "misfit": misfit,
    "name of an activation": lambda tmp_path: layers.Dense(1, activation="x" * 9000),
    "config of an activation": lambda tmp_path: layers.Dense(1, activation={"class_name": "x" * 9000, "config": {}}),
    "dtype": lambda tmp_path: layers.Dense(1, dtype="x" * 9000),
    "two of a name": lambda tmp_path: keras.Sequential([layers.Dense(1, name=LONG), layers.Dense(1, name=LONG)]),
    "function": lambda tmp_path: keras.saving.deserialize_keras_object(
        {"module": "builtins", "class_name": "function", "config": "f" * 9000, "registered_name": "function"}
    ),
    "class": lambda tmp_path: keras.saving.deserialize_keras_object(
        {"module": "keras.layers", "class_name": "C" * 9000, "config": {}, "registered_name": None}
    ),
    "module": lambda tmp_path: keras.saving.deserialize_keras_object(
        {"module": "keras." + "m" * 9000, "class_name": "C", "config": {}, "registered_name": None}
    ),
    "initializer": lambda tmp_path: keras.initializers.get("i" * 9000),
    "loss": lambda tmp_path: keras.losses.get({"class_name": "L" * 9000, "config": {}}),
    "shapes": lambda tmp_path: layers.Dense(1, name=LONG)(np.ones((2,))),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_messages_can_be_read(name, tmp_path):
    with pytest.raises((ValueError, TypeError)) as refusal:
        REFUSALS[name](tmp_path)
    assert 10 < len(str(refusal.value)) < 2500
