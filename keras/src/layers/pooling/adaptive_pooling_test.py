"""Pooling to a given size. Expected values are those of NumPy over the windows of the definition."""

import itertools
import math

import numpy as np
import pytest

from keras.src import layers, models, ops
from keras.src.saving.saving_api import load_model
from keras.src.testing import engine

RNG = np.random.default_rng(0)
KINDS = {"Max": np.max, "Average": np.mean}
SIZES = [(1, 2), (1, 7), (2, (2, 3)), (2, 4), (2, (5, 1)), (3, (2, 1, 3)), (3, 2)]


def array(x):
    return np.array(ops.convert_to_numpy(x))


def expected(x, reduce, counts):
    """For inputs with the channels last."""
    for axis, count in enumerate(counts, start=1):
        size = x.shape[axis]
        limits = [(math.floor(i * size / count), math.ceil((i + 1) * size / count)) for i in range(count)]
        x = np.stack([reduce(np.take(x, range(*window), axis), axis=axis) for window in limits], axis)
    return x


def as_tuple(size, rank):
    return size if isinstance(size, tuple) else (size,) * rank


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rank, size", SIZES)
def test_models_take_any_sizes_in_both_formats(kind, rank, size, tmp_path):
    make = getattr(layers, f"Adaptive{kind}Pooling{rank}D")
    last, first = layers.Input((None,) * rank + (3,)), layers.Input((3,) + (None,) * rank)
    model, moved = models.Model(last, make(size)(last)), models.Sequential([first, make(size, "channels_first")])
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    counts = as_tuple(size, rank)
    assert model.output_shape == (None, *counts, 3)
    for sizes in itertools.islice(itertools.permutations((4, 5, 6, 3), rank), 0, None, 7):
        x = RNG.normal(size=(2, *sizes, 3)).astype("float32")
        wanted = expected(x, KINDS[kind], counts)
        for y in (model.predict(x, verbose=0), again.predict(x, verbose=0), model.layers[-1](x)):
            np.testing.assert_allclose(array(y), wanted, rtol=1e-5, atol=1e-6)
        y = moved.predict(np.moveaxis(x, -1, 1), verbose=0)
        np.testing.assert_allclose(np.moveaxis(y, 1, -1), wanted, rtol=1e-5, atol=1e-6)


def test_integers():
    x = RNG.integers(0, 9, (2, 5, 4, 3)).astype("int32")
    np.testing.assert_array_equal(array(layers.AdaptiveMaxPooling2D((2, 3))(x)), expected(x, np.max, (2, 3)))
    integers = layers.Input((5, 4, 3), dtype="int32")
    assert layers.AdaptiveMaxPooling2D(2)(integers).dtype == "int32"
    assert layers.AdaptiveAveragePooling2D(2)(integers).dtype == "float32"
    mean = array(layers.AdaptiveAveragePooling2D((2, 3))(x))
    np.testing.assert_allclose(mean, expected(x, np.mean, (2, 3)), rtol=1e-5)


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="training")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_what_is_before_it_trains(kind, policy):
    make = getattr(layers, f"Adaptive{kind}Pooling2D")
    model = models.Sequential(
        [
            layers.Input((5, 6, 2)),
            layers.Conv2D(4, 2, dtype=policy),
            make((2, 3), dtype=policy),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    model.compile("adam", "mse")
    model.optimizer.learning_rate = 0.02
    x = RNG.normal(size=(32, 5, 6, 2)).astype("float32")
    kernel = array(model.layers[0].kernel).copy()
    history = model.fit(x, x.mean((1, 2, 3))[:, None], epochs=30, batch_size=32, verbose=0).history["loss"]
    assert history[-1] < 0.5 * history[0]
    assert abs(array(model.layers[0].kernel) - kernel).min() > 0


@pytest.mark.parametrize(
    "make, match",
    [
        (lambda: layers.AdaptiveMaxPooling1D(0), "output_size"),
        (lambda: layers.AdaptiveMaxPooling2D((2, 3, 4)), "output_size"),
        (lambda: layers.AdaptiveMaxPooling2D((2, None)), "output_size"),
        (lambda: layers.AdaptiveAveragePooling1D(None), "output_size"),
        (lambda: layers.AdaptiveAveragePooling3D(2.5), "output_size"),
        (lambda: layers.AdaptiveAveragePooling3D(2, "last"), "data_format"),
        (lambda: layers.AdaptiveAveragePooling2D(2)(np.ones((2, 3, 4))), "ndim"),
        (lambda: layers.AdaptiveMaxPooling1D(2)(np.ones((2, 3, 4, 5))), "ndim"),
    ],
)
def test_misuse(make, match):
    with pytest.raises(ValueError, match=match):
        make()
