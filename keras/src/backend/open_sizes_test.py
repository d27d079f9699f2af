"""Sizes that an export leaves open: ops, control flow and layers take them, on the running engine and on a guest."""

import contextlib

import numpy as np
import pytest

from keras import layers, ops
from keras.src.backend import door
from keras.src.export.contents import inference

X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")


def by_jax(function, x):
    """What a function gives that JAX exported for any number of rows."""
    jax = pytest.importorskip("jax")
    engine = door.engine_named("jax")

    def call(x):
        with inference(engine):
            return function(x)

    spec = jax.ShapeDtypeStruct(jax.export.symbolic_shape(f"rows, {x.shape[1]}", constraints=["rows >= 1"]), x.dtype)
    return jax.export.export(jax.jit(call))(spec).call(x)


def by_torch(function, x):
    """Likewise, exported by PyTorch."""
    torch = pytest.importorskip("torch")
    engine = door.engine_named("torch")

    class Module(torch.nn.Module):
        def forward(self, x):
            with inference(engine):
                return function(x)

    rows = torch.export.Dim("rows", min=3)
    with contextlib.nullcontext() if engine is None else engine.core.sizes_stay_open():
        program = torch.export.export(
            Module(), (torch.zeros(7, x.shape[1]),), dynamic_shapes=({0: rows},), strict=False
        )
    return program.module()(torch.as_tensor(x))


EXPORTERS = {"jax": by_jax, "torch": by_torch}


def _rows(x):
    return ops.shape(x)[0]


def _two_states(x, start):
    a, b = ops.scan(lambda c, row: ((c[0] + row, c[1] + 2), None), (start, start), x)[0]
    return a + b


def _reading_its_start(x, start):
    return ops.scan(lambda c, row: (c + start, None), start, x)[0]


CALLS = {
    "zeros": (lambda x: ops.zeros((_rows(x), 2)), lambda x: np.zeros((len(x), 2))),
    "ones": (lambda x: ops.ones((x.shape[0], 1)) + x, lambda x: x + 1),
    "full": (lambda x: ops.full((_rows(x), 2), 3.0), lambda x: np.full((len(x), 2), 3.0)),
    "arange": (lambda x: ops.arange(_rows(x)), lambda x: np.arange(len(x))),
    "arange from": (lambda x: ops.arange(1, _rows(x), dtype="float32"), lambda x: np.arange(1, len(x))),
    "number": (lambda x: x / ops.cast(_rows(x), "float32"), lambda x: x / len(x)),
    "list": (lambda x: ops.convert_to_tensor([_rows(x), 2]), lambda x: np.array([len(x), 2])),
    "broadcast": (lambda x: ops.broadcast_to(ops.ones((1, 3)), (_rows(x), 3)), np.ones_like),
    "product": (lambda x: ops.reshape(x, (_rows(x) * 3,)), lambda x: x.reshape(-1)),
    "tile": (lambda x: ops.tile(ops.ones((1, 3)), (_rows(x), 1)), np.ones_like),
    "scan": (lambda x: ops.scan(lambda c, r: (c + r, c), ops.zeros((3,)), x)[1], lambda x: x.cumsum(0) - x),
    "reverse": (
        lambda x: ops.scan(lambda c, r: (c + r, c + r), ops.zeros((3,)), x, reverse=True)[1],
        lambda x: x[::-1].cumsum(0)[::-1],
    ),
    "carry": (lambda x: ops.scan(lambda c, r: (c + r, None), ops.zeros((3,)), x)[0], lambda x: x.sum(0)),
    "one state twice": (lambda x: _two_states(x, ops.zeros((3,))), lambda x: x.sum(0) + 2 * len(x)),
    "a state that the body reads": (
        lambda x: _reading_its_start(x, ops.sum(x, axis=0)),
        lambda x: (len(x) + 1) * x.sum(0),
    ),
    "weight": (lambda x: layers.Rescaling(2.0)(x)[: _rows(x) - 1], lambda x: 2 * x[:-1]),
}


@pytest.mark.parametrize("exporter", EXPORTERS)
@pytest.mark.parametrize("name", CALLS)
def test_calls(name, exporter):
    function, by_numpy = CALLS[name]
    got = np.asarray(EXPORTERS[exporter](function, X))
    np.testing.assert_allclose(got, by_numpy(X), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("exporter", EXPORTERS)
def test_errors_name_the_op(exporter):
    with pytest.raises(ValueError, match="keras.ops.matmul"):
        EXPORTERS[exporter](lambda x: ops.matmul(x, ops.ones((2, 2))), X)
