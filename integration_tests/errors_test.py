"""What bad input gets: errors of one type on every backend, that say what was expected and what came."""

import os

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.src import backend

X = np.ones((8, 3), "float32")
Y = np.zeros((8, 2), "float32")
needs_training = pytest.mark.skipif(not backend.CAN_TRAIN, reason="the engine does not train")
needs_inference_only = pytest.mark.skipif(backend.CAN_TRAIN, reason="the engine trains")


def model(compiled=True):
    m = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    if compiled:
        m.compile(optimizer="sgd" if backend.CAN_TRAIN else None, loss="mse")
    return m


@pytest.mark.parametrize(
    "call, match",
    [
        (lambda: layers.Dense(2)(ops.ones(())), "min_ndim=2"),
        (lambda: layers.Conv2D(2, 3)(ops.ones((2, 3))), "min_ndim=4"),
        (lambda: model()(ops.ones((2, 5))), "3"),
        (lambda: keras.activations.get("magic"), "magic"),
        (lambda: keras.losses.get("magic"), "magic"),
        (lambda: keras.metrics.get("magic"), "magic"),
        (lambda: keras.optimizers.get("magic"), "magic"),
        (lambda: keras.initializers.get("magic"), "magic"),
        (lambda: layers.Dense(2, activation="magic"), "magic"),
        (lambda: layers.Dense(2, dtype="magic"), "magic"),
        (lambda: np.asarray(keras.Input((3,))), "keras.ops"),
        (lambda: ops.convert_to_numpy(keras.Input((3,))), "KerasTensor"),
        (lambda: ops.cast(ops.ones((2,)), "magic"), "magic"),
    ],
)
def test_misuse_raises_a_value_error_that_names_what_came(call, match):
    with pytest.raises(ValueError, match=match):
        call()


def test_a_name_used_twice_is_an_error():
    x = keras.Input((3,))
    y = layers.Dense(2, name="twin")(layers.Dense(2, name="twin")(x))
    with pytest.raises(ValueError, match="twin"):
        keras.Model(x, y)


def test_a_graph_without_its_input_is_an_error():
    x, other = keras.Input((3,)), keras.Input((3,), name="forgotten")
    with pytest.raises(ValueError, match="forgotten"):
        keras.Model(x, layers.Add()([x, other]))


@needs_training
@pytest.mark.parametrize("method", ["fit", "evaluate"])
def test_training_before_compile_is_an_error(method):
    with pytest.raises(ValueError, match="You must call `compile"):
        getattr(model(compiled=False), method)(X, Y)


@needs_training
@pytest.mark.parametrize(
    "x, y",
    [
        (X[:, :2], Y),
        (X, Y[:5]),
        (X, np.zeros((8, 3), "float32")),
        (X[:0], Y[:0]),
    ],
    ids=["features", "lengths", "targets", "empty"],
)
def test_arrays_that_do_not_fit_are_an_error(x, y):
    with pytest.raises(ValueError):
        model().fit(x, y, verbose=0)


@needs_inference_only
def test_engines_without_gradients_say_so():
    with pytest.raises(NotImplementedError, match="KERAS_BACKEND"):
        model().fit(X, Y, verbose=0)


@pytest.mark.parametrize("damage", ["truncated", "corrupt", "missing", "not a zip"])
def test_a_damaged_file_is_an_error_that_names_it(tmp_path, damage):
    path = tmp_path / "model.keras"
    model(compiled=False).save(path)
    content = path.read_bytes()
    if damage == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "corrupt":
        path.write_bytes(content[:200] + bytes(200) + content[400:])
    elif damage == "not a zip":
        path.write_bytes(b"hello")
    else:
        path.unlink()
    with pytest.raises((ValueError, OSError), match="model.keras"):
        keras.saving.load_model(path)


def test_a_failed_save_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "model.keras"
    first = model(compiled=False)
    first.save(path)
    before = path.read_bytes()

    class Broken(layers.Dense):
        def save_own_variables(self, store):
            raise OSError("No space left on device")

    broken = keras.Sequential([keras.Input((3,)), Broken(2)])
    with pytest.raises(OSError, match="No space left"):
        broken.save(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["model.keras"]
    np.testing.assert_allclose(
        keras.saving.load_model(path).predict(X, verbose=0), first.predict(X, verbose=0), rtol=1e-5
    )
