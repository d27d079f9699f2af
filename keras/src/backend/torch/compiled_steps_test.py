"""Compiled training steps: as many graphs as shapes ask for, whatever other models compiled, and the eager results."""

import functools

import numpy as np
import pytest

import keras
from keras import layers
from keras.src import backend

if backend.backend() != "torch":
    pytest.skip("needs the torch backend", allow_module_level=True)

import torch


@pytest.fixture
def graphs(monkeypatch):
    """Numbers of nodes of the graphs that are compiled; falling back to eager code raises."""
    counts = []

    def count(module, example_inputs):
        counts.append(len(module.graph.nodes))
        return module.forward

    torch._dynamo.reset()
    monkeypatch.setattr(torch, "compile", functools.partial(torch.compile, backend=count))
    with torch._dynamo.config.patch(fail_on_recompile_limit_hit=True):
        yield counts
    torch._dynamo.reset()


def model_of(shape, jit_compile):
    keras.utils.set_random_seed(1)
    inputs = keras.Input(shape)
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(inputs) if len(shape) == 3 else inputs
    x = layers.GlobalAveragePooling2D()(x) if len(shape) == 3 else layers.Dense(5, activation="relu")(x)
    model = keras.Model(inputs, layers.Dense(3)(x))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"], jit_compile=jit_compile)
    return model


def fitted(model, shape, size, epochs=2):
    rng = np.random.default_rng(0)
    x, y = rng.random((size * 3, *shape), "float32"), rng.integers(0, 3, size * 3)
    return model.fit(x, y, batch_size=size, epochs=epochs, shuffle=False, verbose=0).history


@pytest.mark.parametrize("shape", [(7,), (8, 8, 3)])
def test_trains_as_eager_steps_do(graphs, shape):
    compiled, eager = (fitted(model_of(shape, jit), shape, 4) for jit in (True, False))
    assert graphs
    for name in eager:
        np.testing.assert_allclose(compiled[name], eager[name], rtol=1e-5)


def test_models_do_not_use_up_each_others_limit(graphs):
    for shape in ((7,), (8, 8, 3), (9,), (11,), (4, 4, 3), (13,)):
        model = model_of(shape, True)
        for size in (4, 6, 5):
            before = len(graphs)
            fitted(model, shape, size, epochs=1)
            assert len(graphs) - before <= {4: 2, 6: 1, 5: 0}[size]
            assert size != 4 or len(graphs) > before


def test_sizes_that_the_compiler_fails_to_keep_open_are_compiled_one_by_one(monkeypatch):
    compiled, refused = [], []

    def for_known_sizes(module, example_inputs):
        if any(isinstance(size, torch.SymInt) for x in example_inputs for size in getattr(x, "shape", (x,))):
            refused.append(module)
            raise NotImplementedError("a size is open")
        compiled.append(module)
        return module.forward

    torch._dynamo.reset()
    monkeypatch.setattr(torch, "compile", functools.partial(torch.compile, backend=for_known_sizes))
    models = [model_of((4,), jit_compile) for jit_compile in (True, False)]
    for rows in (6, 5, 4, 6):
        x, y = np.random.RandomState(rows).randn(rows, 4), np.arange(rows) % 3
        losses = [model.fit(x, y, verbose=0).history["loss"] for model in models]
        np.testing.assert_allclose(*losses, rtol=1e-5)
    assert refused and len(compiled) >= 3
    torch._dynamo.reset()
