"""Derivatives, held against those done by hand."""

import numpy as np
import pytest

import keras
from keras import ops
from keras.src import backend
from keras.src.testing import engine

differentiates = pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="this engine computes no gradients")
compiles = pytest.mark.skipif(not engine.CAN_COMPILE, reason="this engine has no compiler")

RNG = np.random.default_rng(0)
A = RNG.normal(size=(3, 4)).astype("float32")
X = RNG.normal(size=(4,)).astype("float32")
Y = RNG.normal(size=(3,)).astype("float32")


def arrays(structure):
    return keras.tree.map_structure(ops.convert_to_numpy, structure)


def assert_close(actual, expected, tolerance=1e-5):
    keras.tree.assert_same_structure(actual, expected)
    for a, b in zip(keras.tree.flatten(arrays(actual)), keras.tree.flatten(expected)):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)
        assert a.shape == np.shape(b)


def cubes(x):
    return ops.sum(x**3)


def product(x, y):
    return ops.vdot(x, ops.matmul(A, y))


@differentiates
class TestArguments:
    def test_value_and_gradient(self):
        value, gradient = ops.value_and_grad(cubes)(X)
        assert_close(value, np.sum(X**3))
        assert_close(gradient, 3 * X**2)
        assert_close(ops.grad(cubes)(ops.convert_to_tensor(X)), 3 * X**2)

    def test_results_are_plain_tensors(self):
        value, gradient = ops.value_and_grad(cubes)(X)
        np.testing.assert_allclose(np.asarray(gradient), 3 * X**2, rtol=1e-5)
        assert ops.is_tensor(value) and np.asarray(value).shape == ()

    @pytest.mark.parametrize("argnums", [0, 1, -1, (0, 1), (1, 0), [1], ()])
    def test_argnums(self, argnums):
        by_position = [A @ X, A.T @ Y]
        gradient = ops.grad(product, argnums=argnums)(Y, X)
        if isinstance(argnums, int):
            assert_close(gradient, by_position[argnums])
        else:
            assert_close(gradient, tuple(by_position[i] for i in argnums))

    def test_structures(self):
        def function(nested, factor=1.0):
            return factor * ops.sum(nested["a"][0] * nested["a"][1]) + ops.sum(nested["b"] ** 2)

        nested = {"a": (X, 2 * X), "b": [Y][0]}
        value, gradient = ops.value_and_grad(function)(nested, factor=3.0)
        assert_close(value, 6 * np.sum(X**2) + np.sum(Y**2), 1e-4)
        assert_close(gradient, {"a": (6 * X, 3 * X), "b": 2 * Y})
        assert_close(ops.grad(lambda pair: pair[0] * pair[1])([2.0, 3.0]), [3.0, 2.0])

    def test_auxiliary_data_comes_as_it_is(self):
        def function(x):
            return ops.sum(x * x), {"twice": 2 * x, "name": "squares", "none": None}

        (value, auxiliary), gradient = ops.value_and_grad(function, has_aux=True)(X)
        assert auxiliary["name"] == "squares" and auxiliary["none"] is None
        assert_close(auxiliary["twice"], 2 * X)
        assert_close(value, np.sum(X * X))
        assert_close(gradient, 2 * X)
        assert_close(ops.grad(function, has_aux=True)(X)[0], 2 * X)
        assert_close(ops.jacobian(lambda x: (x, x + 1), has_aux=True)(X), (np.eye(4), X + 1))

    def test_one_tensor_in_two_places(self):
        x = ops.convert_to_tensor(X)
        assert_close(ops.grad(lambda a, b: ops.sum(a * a * b * x), argnums=(0, 1))(x, x), (2 * X**3, X**3))
        assert_close(ops.grad(lambda a, b: ops.sum(a * b))(x, x), X)

    def test_what_the_value_does_not_depend_on(self):
        assert_close(ops.grad(lambda x, y: ops.sum(x), argnums=(0, 1))(X, Y), (np.ones(4), np.zeros(3)))
        assert_close(ops.grad(lambda x: ops.ones(()))(X), np.zeros(4))
        assert_close(ops.grad(lambda x: ops.sum(ops.stop_gradient(x) * x))(X), X)
        assert_close(ops.grad(ops.grad(lambda x: 3.0 * x))(2.0), 0.0)

    def test_variables_as_arguments(self):
        variable = keras.Variable(X)
        assert_close(ops.grad(cubes)(variable), 3 * X**2)
        np.testing.assert_array_equal(np.asarray(variable), X)

    @pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
    def test_gradients_have_the_dtype_of_the_arguments(self, dtype):
        x = ops.cast(X, dtype)
        assert ops.grad(lambda x: ops.sum(ops.cast(x, "float32") ** 2))(x).dtype == x.dtype


@differentiates
class TestHigherOrders:
    def test_derivatives_of_a_polynomial(self):
        function = lambda x: x**5  # noqa: E731
        for expected in (80.0, 160.0, 240.0, 240.0, 120.0, 0.0):
            function = ops.grad(function)
            assert_close(function(2.0), expected)

    def test_hessian(self):
        def function(x):
            return ops.sum(ops.exp(x) * ops.roll(x, 1))

        hessian = np.diag(np.exp(X) * np.roll(X, 1))
        hessian += (
            np.exp(X)[:, None] * np.roll(np.eye(4), 1, axis=0) + (np.exp(X)[:, None] * np.roll(np.eye(4), 1, 0)).T
        )
        assert_close(ops.jacobian(ops.grad(function))(X), hessian)
        assert_close(ops.jacobian(ops.jacobian(function))(X), hessian)

    def test_gradient_with_respect_to_what_an_inner_function_uses(self):
        def penalty(scale):
            return ops.sum(ops.grad(lambda x: ops.sum(scale * x**3))(X) ** 2)

        assert_close(ops.grad(penalty)(2.0), np.sum(2 * 2 * (3 * X**2) ** 2), 1e-4)

    def test_gradient_penalty_of_a_model(self):
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "tanh"), keras.layers.Dense(1)])
        inputs = RNG.normal(size=(5, 4)).astype("float32")

        def penalty():
            slopes = ops.grad(lambda x: ops.sum(model(x)))(inputs)
            return ops.sum(slopes**2)

        kernel, bias, last, _ = [v.numpy().astype("float64") for v in model.trainable_variables]

        def by_hand(kernel):
            hidden = np.tanh(inputs @ kernel + bias)
            return np.sum((((1 - hidden**2) * last[:, 0]) @ kernel.T) ** 2)

        value, gradients = ops.value_and_grad(penalty, variables=model.trainable_variables)()
        assert_close(value, by_hand(kernel), 1e-4)
        step = np.zeros_like(kernel)
        step[1, 2] = 1e-4
        slope = (by_hand(kernel + step) - by_hand(kernel - step)) / 2e-4
        assert float(gradients[0][1, 2]) == pytest.approx(slope, rel=1e-3)
        assert_close(gradients[3], np.zeros(1))


@differentiates
class TestVariables:
    def test_structure_of_variables(self):
        variables = {"kernel": keras.Variable(A), "rest": [keras.Variable(Y), keras.Variable(np.float32(2.0))]}

        def loss(x):
            return variables["rest"][1] * ops.vdot(variables["rest"][0], ops.matmul(variables["kernel"], x))

        value, gradient = ops.value_and_grad(loss, variables=variables)(X)
        expected = {"kernel": 2 * np.outer(Y, X), "rest": [2 * A @ X, Y @ A @ X]}
        assert_close(value, 2 * Y @ A @ X)
        assert_close(gradient, expected)
        assert_close(ops.grad(loss, argnums=0, variables=variables)(X), (2 * A.T @ Y, expected))
        assert_close(ops.grad(loss, argnums=(0,), variables=variables)(X), ((2 * A.T @ Y,), expected))
        assert_close(ops.jacobian(loss, variables=variables)(X), expected)

    def test_variable_that_is_not_trained_or_given_twice(self):
        variable = keras.Variable(X, trainable=False)
        assert_close(ops.grad(lambda: cubes(variable), variables=[variable, variable])(), [3 * X**2] * 2)
        assert not variable.trainable

    def test_no_variables(self):
        assert ops.value_and_grad(lambda: ops.ones(()), variables=[])()[1] == []

    def test_second_order(self):
        variable = keras.Variable(X)
        gradient = ops.grad(lambda: cubes(variable), variables=variable)
        assert_close(ops.jacobian(gradient, variables=variable)(), np.diag(6 * X))
        assert_close(ops.grad(lambda: ops.sum(gradient() ** 2), variables=variable)(), 36 * X**3, 1e-4)

    def test_state_is_kept(self):
        norm = keras.layers.BatchNormalization(momentum=0.5)
        norm.build((None, 4))
        dropout = keras.layers.Dropout(0.5, seed=3)
        mean = keras.metrics.Mean()
        seed = np.array(dropout.seed_generator.state)
        inputs = RNG.normal(size=(8, 4)).astype("float32")

        def loss(x):
            value = ops.sum(dropout(norm(x, training=True), training=True))
            mean.update_state(value)
            return value

        first, gradients = ops.value_and_grad(loss, variables=norm.trainable_variables)(inputs)
        assert_close(norm.moving_mean.value, 0.5 * inputs.mean(0))
        assert_close(mean.result(), float(first), 1e-4)
        assert np.any(ops.convert_to_numpy(dropout.seed_generator.state) != seed)
        assert float(ops.value_and_grad(loss)(inputs)[0]) != float(first)
        assert [tuple(g.shape) for g in gradients] == [(4,), (4,)]

    def test_within_a_stateless_scope(self):
        variable, counter = keras.Variable(2.0), keras.Variable(0.0, trainable=False)

        def loss():
            counter.assign_add(1.0)
            return variable**3 * counter.value

        values = [(variable, ops.full((), 3.0)), (counter, ops.full((), 10.0))]
        with keras.StatelessScope(values) as scope:
            value, gradient = ops.value_and_grad(loss, variables=variable)()
        assert_close([value, gradient], [27.0 * 11, 27.0 * 11])
        assert float(scope.get_current_value(counter)) == 11
        assert float(variable.value) == 2 and float(counter.value) == 0

    def test_model_that_is_built_by_the_call(self):
        model = keras.Sequential([keras.layers.Dense(2), keras.layers.Dense(1)])
        value, gradient = ops.value_and_grad(lambda x: ops.sum(model(x)))(X[None])
        kernels = [v.numpy() for v in model.trainable_variables]
        assert_close(gradient, (kernels[0] @ kernels[2]).T)
        assert_close(value, np.sum(X @ kernels[0] @ kernels[2]))

    def test_embeddings_have_dense_gradients(self):
        layer = keras.layers.Embedding(5, 2)
        layer.build((None,))
        (gradient,) = ops.grad(lambda i: ops.sum(layer(i)), variables=layer.trainable_variables)(np.array([1, 1, 3]))
        assert_close(gradient, np.array([0, 2, 0, 1, 0.0])[:, None] * np.ones(2))


@differentiates
class TestVjp:
    def test_pullback(self):
        outputs, pullback = ops.vjp(lambda x, y: {"p": x * y, "s": ops.sum(x)}, X, 2 * X)
        assert_close(outputs, {"p": 2 * X**2, "s": X.sum()})
        for scale in (1.0, 3.0):
            assert_close(pullback({"p": scale * A[0], "s": 2.0}), (2 * scale * A[0] * X + 2, scale * A[0] * X))

    def test_auxiliary_data_and_variables(self):
        variable = keras.Variable(Y)
        outputs, pullback, auxiliary = ops.vjp(
            lambda x: (variable * ops.matmul(A, x), "aux"), X, has_aux=True, variables=[variable]
        )
        assert auxiliary == "aux"
        assert_close(outputs, Y * (A @ X))
        assert_close(pullback(np.ones(3, "float32")), ((A.T @ Y,), [A @ X]))

    def test_wrong_cotangents(self):
        _, pullback = ops.vjp(lambda x: (x, x), X)
        with pytest.raises(ValueError, match="structure like that of the outputs"):
            pullback(X)
        with pytest.raises(ValueError, match="shapes of the outputs"):
            pullback((X, Y))


@differentiates
class TestJacobian:
    def test_structures(self):
        def function(x, y):
            return {"matrix": x[:, None] * y, "sum": ops.sum(x)}

        found = ops.jacobian(function, argnums=(0, 1))(Y, X)
        by_x = np.einsum("ik,j->ijk", np.eye(3), X)
        by_y = np.einsum("i,jk->ijk", Y, np.eye(4))
        assert_close(found, {"matrix": (by_x, by_y), "sum": (np.ones(3), np.zeros(4))})

    def test_by_weights(self):
        layer = keras.layers.Dense(2)
        layer.build((None, 4))
        kernel, bias = ops.jacobian(layer, variables=layer.trainable_variables)(X[None])
        assert_close(kernel, np.einsum("i,jk->jik", X, np.eye(2))[None])
        assert_close(bias, np.eye(2)[None])


@differentiates
def test_gradients_of_each_example():
    x = RNG.normal(size=(5, 4)).astype("float32")
    assert_close(ops.vectorized_map(ops.grad(cubes), ops.convert_to_tensor(x)), 3 * x**2)


@differentiates
@compiles
class TestCompiled:
    @pytest.mark.parametrize(
        "function, expected",
        [
            (ops.grad(cubes), 3 * X**2),
            (lambda x: ops.value_and_grad(cubes)(x)[1], 3 * X**2),
            (ops.grad(lambda x: ops.sum(ops.grad(cubes)(x) ** 2)), 36 * X**3),
            (ops.jacobian(lambda x: x[:2] * x[2:]), np.array([[X[2], 0, X[0], 0], [0, X[3], 0, X[1]]])),
            (lambda x: ops.vjp(lambda x: x * x, x)[1](x)[0], 2 * X**2),
            (lambda x: ops.grad(lambda x, scale: ops.sum(scale["s"] * x))(x, {"s": x}), X),
        ],
    )
    def test_functions_of_tensors(self, function, expected):
        compiled, traces = engine.compiled(function)
        for _ in range(2):
            assert_close(compiled(ops.convert_to_tensor(X)), expected, 1e-4)
        assert traces() == 1

    def test_variables(self):
        layer = keras.layers.Dense(2)
        layer(X[None])
        compiled, traces = engine.compiled(ops.grad(lambda x: ops.sum(layer(x)), variables=layer.trainable_variables))
        for _ in range(2):
            assert_close(compiled(ops.convert_to_tensor(X[None])), [X[:, None] * np.ones(2), np.ones(2)])
        assert traces() == 1

    def test_state_within_a_scope(self):
        norm = keras.layers.BatchNormalization(momentum=0.5)
        norm.build((None, 4))
        inputs = RNG.normal(size=(8, 4)).astype("float32")

        def step(x, mean):
            with keras.StatelessScope([(norm.moving_mean, mean)]) as scope:
                loss = lambda x: ops.sum(norm(x, training=True) ** 2)  # noqa: E731
                ops.grad(loss, variables=norm.trainable_variables)(x)
            return scope.get_current_value(norm.moving_mean)

        compiled, _ = engine.compiled(step)
        mean = compiled(ops.convert_to_tensor(inputs), ops.ones(4))
        assert_close(mean, 0.5 * inputs.mean(0) + 0.5)
        assert_close(norm.moving_mean.value, np.zeros(4))


class TestSymbolic:
    def test_specs(self):
        x = keras.KerasTensor((2, 4))
        (value, auxiliary), gradient = ops.value_and_grad(lambda x: (ops.sum(x), x[0]), has_aux=True)(x)
        assert value.shape == () and auxiliary.shape == (4,) and gradient.shape == (2, 4)
        outputs, pullback = ops.vjp(lambda x: ops.sum(x, axis=0), x)
        assert outputs.shape == (4,) and pullback(outputs)[0].shape == (2, 4)
        assert ops.jacobian(lambda x: ops.sum(x, axis=0))(x).shape == (4, 2, 4)
        variable = keras.Variable(X)
        assert ops.grad(lambda x: ops.sum(x * variable), variables=[variable])(x)[0].shape == (4,)

    @differentiates
    def test_in_a_graph_and_in_a_layer(self):
        inner = keras.layers.Dense(1)

        class Slope(keras.layers.Layer):
            def __init__(self):
                super().__init__()
                self.inner = inner

            def call(self, x):
                return ops.grad(lambda x: ops.sum(self.inner(x)))(x)

        x = keras.Input((4,))
        squares = ops.grad(lambda x: ops.sum(x**2))(x)
        outputs, pullback = ops.vjp(lambda x: x**2, x)
        model = keras.Model(x, [squares, Slope()(x), pullback(outputs)[0]])
        inputs = RNG.normal(size=(5, 4)).astype("float32")
        found = model.predict(inputs, verbose=0)
        slopes = inner.kernel.numpy()[:, 0] * np.ones((5, 1), "float32")
        assert_close(found, [2 * inputs, slopes, 2 * inputs**3], 1e-4)


class TestFaults:
    @pytest.mark.parametrize(
        "make, error, words",
        [
            (lambda: ops.grad(3), TypeError, "`fn` must be a function"),
            (lambda: ops.grad(cubes, argnums="x"), TypeError, "`argnums` must be"),
            (lambda: ops.grad(cubes, argnums=True), TypeError, "`argnums` must be"),
            (lambda: ops.grad(cubes, variables=[X]), TypeError, "`variables` must be a list"),
            (lambda: ops.grad(cubes, variables=[keras.Variable(1)]), TypeError, "floating-point dtype.*int32"),
        ],
    )
    def test_of_making(self, make, error, words):
        with pytest.raises(error, match=words):
            make()

    @differentiates
    @pytest.mark.parametrize(
        "call, error, words",
        [
            (lambda: ops.grad(lambda x: x)(X), ValueError, r"must return a scalar.*\(4,\)"),
            (lambda: ops.grad(cubes)(np.arange(3)), TypeError, "floating-point dtype.*int"),
            (lambda: ops.grad(cubes)(3), TypeError, "floating-point dtype.*int32"),
            (lambda: ops.grad(cubes)("x"), TypeError, "tensors|floating-point"),
            (lambda: ops.grad(cubes, argnums=1)(X), ValueError, "positional argument 1.*Received: 1"),
            (lambda: ops.grad(cubes)(x=X), ValueError, "positional argument 0.*Received: 0"),
            (lambda: ops.grad(lambda x: 1)(X), TypeError, "what the function returns.*int32"),
            (lambda: ops.grad(lambda x: "a")(X), TypeError, "function"),
            (lambda: ops.grad(cubes, has_aux=True)(X), TypeError, "must return a pair"),
            (lambda: ops.jacobian(lambda x: ops.cast(x, "int32"))(X), TypeError, "what the function returns.*int32"),
        ],
    )
    def test_of_calls(self, call, error, words):
        with pytest.raises(error, match=words):
            call()

    @pytest.mark.skipif(engine.CAN_DIFFERENTIATE, reason="this engine computes gradients")
    @pytest.mark.parametrize(
        "call",
        [
            lambda: ops.grad(cubes)(X),
            lambda: ops.value_and_grad(cubes)(X),
            lambda: ops.vjp(cubes, X),
            lambda: ops.jacobian(cubes)(X),
        ],
    )
    def test_of_engines_without_gradients(self, call):
        assert backend.autodiff.vjp is None
        with pytest.raises(NotImplementedError, match="needs an engine that computes gradients"):
            call()
