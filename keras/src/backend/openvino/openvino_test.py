"""What only OpenVINO can show: which operations a graph holds, and what stands in for numbers that the runtime lacks."""

import ml_dtypes
import numpy as np
import pytest

from keras.src import backend, layers, ops

if backend.backend() != "openvino":
    pytest.skip("needs the openvino backend", allow_module_level=True)

from keras.src.backend.openvino.compiler import Compiled
from keras.src.backend.openvino.tensor import NotInGraph
from keras.src.backend.openvino.unsupported import UNSUPPORTED

RNG = np.random.default_rng(0)


def random(*shape):
    return RNG.normal(size=shape).astype("float32")


CALLS = {
    "view": (lambda x: ops.view(x, "int32"), random(3)),
    "eig": (ops.eig, random(3, 3)),
    "nonzero": (ops.nonzero, random(3)),
    "unique": (ops.unique, random(3)),
    "bincount": (ops.bincount, np.array([1, 2, 2], "int32")),
}


def test_few_operations_are_left_out_and_each_says_why():
    assert set(UNSUPPORTED) == set(CALLS)
    for name, (function, x) in CALLS.items():
        with pytest.raises(NotInGraph, match=f"{name}.*{UNSUPPORTED[name][:30]}"):
            Compiled(function)(x)
        function(x)


@pytest.mark.parametrize(
    "function",
    [
        lambda z: ops.view_as_real(ops.multiply(z, ops.conj(z))),
        lambda z: ops.matmul(z, ops.transpose(z)),
        lambda z: ops.divide(ops.exp(z), ops.add(z, 2.0)),
        lambda z: ops.sqrt(ops.square(ops.reshape(z, (-1,)))[1:]),
        lambda z: ops.concatenate([ops.real(z), ops.imag(z), ops.angle(z), ops.absolute(z)], axis=0),
        lambda z: ops.sum(ops.where(ops.equal(z, z[0]), z, ops.zeros_like(ops.real(z))), axis=1),
        lambda z: ops.cast(z, "float32"),
        lambda z: ops.log(ops.polar(ops.absolute(z), ops.angle(z))),
    ],
)
def test_complex_numbers_are_pairs_of_nodes(function):
    z = (random(3, 4) + 1j * random(3, 4)).astype("complex64")
    result, expected = Compiled(function)(z), function(z)
    assert result.dtype == expected.dtype
    np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("n", [1, 2, 7, 24])
def test_factorisations_of_larger_matrices_multiply_back(n):
    x = random(2, n, n)
    spd = x @ x.swapaxes(-1, -2) + np.eye(n, dtype="float32")
    values, vectors = Compiled(ops.eigh)(spd)
    np.testing.assert_allclose(spd @ vectors, vectors * values[:, None, :], atol=1e-5 * values.max())
    np.testing.assert_allclose(values, np.linalg.eigvalsh(spd), atol=1e-6 * values.max())
    u, s, vh = Compiled(ops.svd)(x)
    np.testing.assert_allclose((u * s[:, None, :]) @ vh, x, atol=1e-5 * s.max())
    np.testing.assert_allclose(s, np.linalg.svd(x, compute_uv=False), atol=1e-5 * s.max())
    np.testing.assert_allclose(Compiled(ops.det)(x), np.linalg.det(x), rtol=1e-4)
    np.testing.assert_allclose(Compiled(ops.pinv)(x[:, : n // 2 + 1]), np.linalg.pinv(x[:, : n // 2 + 1]), atol=1e-3)


def test_factors_of_a_singular_matrix_are_orthogonal():
    u, s, vh = Compiled(ops.svd)(np.ones((4, 3), "float32"))
    np.testing.assert_allclose(u.T @ u, np.eye(4), atol=1e-5)
    np.testing.assert_allclose(vh @ vh.T, np.eye(3), atol=1e-5)
    np.testing.assert_allclose(s, [np.sqrt(12), 0, 0], atol=1e-5)


def test_next_number_at_the_edges():
    x = np.array([0, 1, 1, -1, np.inf, 2.0**-126, 3.4028235e38, np.nan], "float32")
    y = np.array([-1, 2, 0, 0, 0, 0, np.inf, 0], "float32")
    np.testing.assert_array_equal(Compiled(ops.nextafter)(x, y), np.nextafter(x, y))


def test_condition_of_the_graph_chooses_between_two_results():
    def function(x):
        return ops.cond(ops.sum(x) > 0, lambda: x + 1, lambda: x - 1)

    for x in (random(3) + 5, random(3) - 5):
        np.testing.assert_allclose(Compiled(function)(x), function(x))


def test_an_array_beside_a_node_leaves_the_operator_to_it():
    x = random(3)
    np.testing.assert_allclose(Compiled(lambda a: x + a - (x > a))(2 * x), 3 * x - (x > 2 * x))


def test_bfloat16_constants_keep_their_values():
    x = np.array([-3, -1, 0, 0.5, 2.7], ml_dtypes.bfloat16)
    result = Compiled(lambda a: ops.add(ops.divide(a, 6.0), 0.5))(x)
    np.testing.assert_allclose(result.astype("float32"), x.astype("float32") / 6 + 0.5, atol=1e-2)


def test_comparisons_with_nan_are_false_and_limits_are_met():
    x = np.array([np.nan, np.inf, -np.inf, 1], "float32")
    for function in (lambda a: ops.greater(a, 0.0), lambda a: ops.greater_equal(0.0, a), ops.expm1):
        np.testing.assert_allclose(Compiled(function)(x), function(x), rtol=1e-6)


def test_integers_that_the_runtime_cannot_hold_are_refused():
    double = Compiled(lambda x: x * 2)
    np.testing.assert_array_equal(double(np.array([1, -3])), [2, -6])
    with pytest.raises(NotInGraph, match="32 bits"):
        double(np.array([2**40]))


@pytest.mark.parametrize("layer", [layers.LSTM, layers.GRU])
@pytest.mark.parametrize("options", [{}, {"use_bias": False}, {"go_backwards": True}])
def test_a_recurrent_layer_is_one_node_of_the_graph(layer, options):
    layer = layer(5, return_sequences=True, return_state=True, **options)
    x, *states = random(3, 7, 4), *(random(3, 5) for _ in range(2 if isinstance(layer, layers.LSTM) else 1))
    layer.build(x.shape)
    for variable in layer.trainable_variables:
        variable.assign(random(*variable.shape))
    for starts in ([], [states]):
        compiled = Compiled(lambda x, *starts: layer(x, initial_state=starts[0] if starts else None))
        for inside, outside in zip(compiled(x, *starts), layer(x, initial_state=starts[0] if starts else None)):
            np.testing.assert_allclose(inside, outside, rtol=1e-5, atol=1e-6)
        (plan,) = compiled._plans.values()
        kinds = [each.node_type for each in plan.request.get_profiling_info()]
        assert sum(kind.endswith("Sequence") for kind in kinds) == 1 and not {"Loop", "TensorIterator"} & set(kinds)


def test_channels_change_their_place_only_at_the_ends_of_a_stack_of_convolutions():
    stack = [layers.Conv2D(4, 3, activation="relu", bias_initializer="ones"), layers.MaxPooling2D()]
    stack += [layers.Conv2D(5, 3, activation="tanh"), layers.BatchNormalization(), layers.MaxPooling2D()]

    def call(x):
        for layer in stack:
            x = layer(x)
        return x

    x = random(2, 14, 14, 3)
    expected, compiled = call(x), Compiled(call)
    np.testing.assert_allclose(compiled(x), expected, rtol=1e-5, atol=1e-6)
    (plan,) = compiled._plans.values()
    kinds = [each.node_type for each in plan.request.get_profiling_info()]
    assert kinds.count("Convolution") == 2 and kinds.count("Transpose") <= 2
