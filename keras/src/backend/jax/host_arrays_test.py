"""Arrays of the host become arrays of JAX without a program for each shape."""

import numpy as np
import pytest

import keras
from keras.src import backend

if backend.backend() != "jax":
    pytest.skip("needs the jax backend", allow_module_level=True)

import jax

from keras.src.backend.jax import host_arrays
from keras.src.backend.jax.host_arrays import from_host


@pytest.fixture
def compiled():
    """Names of what is compiled."""
    names = []

    def listen(event, seconds, **facts):
        if event == "/jax/core/compile/backend_compile_duration":
            names.append(facts.get("fun_name", event))

    jax.monitoring.register_event_duration_secs_listener(listen)
    yield names
    jax.monitoring.unregister_event_duration_listener(listen)


MADE = {
    "array": lambda n: keras.ops.convert_to_tensor(np.ones((n, 3), "float32")),
    "array, cast": lambda n: keras.ops.convert_to_tensor(np.ones((n, 3), "float64"), "bfloat16"),
    "list": lambda n: keras.ops.convert_to_tensor([1.0] * n),
    "zeros": lambda n: keras.ops.zeros((n, 5)),
    "ones": lambda n: keras.ops.ones((n, 5), "int32"),
    "draw": lambda n: keras.random.truncated_normal((n, 2), seed=1),
    "weight": lambda n: keras.Variable("glorot_uniform", (n, 7)).value,
    "constant weight": lambda n: keras.Variable("ones", (n, 7)).value,
}


@pytest.mark.parametrize("name", MADE)
def test_new_shapes_compile_nothing(name, compiled):
    make = MADE[name]
    make(1031)
    compiled.clear()
    for n in (1033, 1034, 1035):
        assert make(n).shape[0] == n
    assert not compiled


def test_the_listener_hears_compilations(compiled):
    jax.jit(lambda x: x * 3 + 1)(np.ones(1037))
    assert compiled


def test_shapes_that_come_often_get_a_program(monkeypatch):
    calls, array = [], host_arrays.jnp.array
    monkeypatch.setattr(host_arrays, "OFTEN", 3)
    monkeypatch.setattr(host_arrays.jnp, "array", lambda x: calls.append(x.shape) or array(x))
    for _ in range(5):
        np.testing.assert_array_equal(from_host(np.arange(1041)), np.arange(1041))
    assert calls == [(1041,)] * 2


def test_few_shapes_are_counted(monkeypatch):
    monkeypatch.setattr(host_arrays, "_MANY", 4)
    for n in range(12):
        from_host(np.zeros(1050 + n))
    assert len(host_arrays._times) <= 4


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "uint8", "bool", "complex64", "bfloat16", "int8"])
@pytest.mark.parametrize("shape", [(), (0, 2), (64,), (3, 4)])
def test_as_jax_has_it(dtype, shape):
    x = np.ones(shape, backend.core.to_engine_dtype(dtype) if dtype == "bfloat16" else dtype)
    ours, theirs = from_host(x), jax.numpy.array(x)
    assert (ours.dtype, ours.weak_type, ours.committed) == (theirs.dtype, theirs.weak_type, theirs.committed)
    np.testing.assert_array_equal(np.asarray(ours), np.asarray(theirs))


def test_memory_of_the_caller_stays_the_callers():
    aligned = np.zeros(4096 + 16, "float32")
    start = -aligned.ctypes.data % 64 // 4
    x = aligned[start : start + 4096]
    tensor, cast = keras.ops.convert_to_tensor(x), keras.ops.convert_to_tensor(x, "float32")
    x[:] = 1
    assert not np.asarray(tensor).any() and not np.asarray(cast).any()


def test_a_constant_of_a_trace_is_one():
    traced = []

    @jax.jit
    def f(x):
        traced.append(from_host(np.ones(3, "float32")))
        return x + traced[0]

    np.testing.assert_array_equal(f(np.ones(3, "float32")), np.full(3, 2.0))
    assert isinstance(traced[0], jax.core.Tracer)
