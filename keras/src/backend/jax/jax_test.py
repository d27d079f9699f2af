"""What only JAX can show: models as pure functions of their state."""

import numpy as np
import pytest

import keras
from keras import ops
from keras.src import backend

if backend.backend() != "jax":
    pytest.skip("needs the jax backend", allow_module_level=True)

import jax

RNG = np.random.default_rng(0)
X = RNG.normal(size=(32, 4)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def make():
    keras.utils.set_random_seed(0)
    layers = [
        keras.layers.Dense(8, "relu"),
        keras.layers.BatchNormalization(momentum=0.5),
        keras.layers.Dropout(0.1, seed=1),
    ]
    model = keras.Sequential([keras.Input((4,)), *layers, keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"])
    return model


def values(variables):
    return [v.value for v in variables]


class TestStatelessLoops:
    def test_call_and_apply(self):
        model, plain = make(), make()
        optimizer = model.optimizer
        optimizer.build(model.trainable_variables)
        metric = keras.metrics.MeanSquaredError()

        def loss_of(trainable, non_trainable, x, y):
            y_pred, non_trainable = model.stateless_call(trainable, non_trainable, x, training=True)
            return ops.mean(keras.losses.mean_squared_error(y, y_pred)), (y_pred, non_trainable)

        @jax.jit
        def step(state, x, y):
            trainable, non_trainable, optimizer_state, metric_state = state
            gradient = jax.value_and_grad(loss_of, has_aux=True)
            (loss, (y_pred, non_trainable)), gradients = gradient(trainable, non_trainable, x, y)
            trainable, optimizer_state = optimizer.stateless_apply(optimizer_state, gradients, trainable)
            metric_state = metric.stateless_update_state(metric_state, y, y_pred)
            return loss, (trainable, non_trainable, optimizer_state, metric_state)

        state = tuple(
            values(x.variables if x in (optimizer, metric) else x)
            for x in (model.trainable_variables, model.non_trainable_variables, optimizer, metric)
        )
        losses = []
        for i in range(0, 32, 8):
            loss, state = step(state, X[i : i + 8], Y[i : i + 8])
            losses.append(float(loss))
        history = plain.fit(X, Y, batch_size=8, shuffle=False, verbose=0).history
        assert history["loss"] == pytest.approx([np.mean(losses)], rel=1e-4)
        assert float(metric.stateless_result(state[3])) == pytest.approx(np.mean(losses), rel=1e-4)
        for part, variables in zip(state, (plain.trainable_variables, plain.non_trainable_variables)):
            for value, variable in zip(part, variables, strict=True):
                np.testing.assert_allclose(value, variable.numpy(), atol=1e-5)
        # The model itself has not changed; state is written back by hand.
        assert not model.layers[1].moving_mean.numpy().any()
        for variable, value in zip(model.trainable_variables, state[0]):
            variable.assign(value)
        np.testing.assert_allclose(model.layers[0].kernel.numpy(), plain.layers[0].kernel.numpy(), atol=1e-5)

    def test_compute_loss(self):
        model = make()
        parts = model.trainable_variables, model.non_trainable_variables, model.metrics_variables

        @jax.jit
        def loss_of(trainable, non_trainable, metrics, x, y):
            y_pred, non_trainable = model.stateless_call(trainable, non_trainable, x)
            loss, state = model.stateless_compute_loss(trainable, non_trainable, metrics, x=x, y=y, y_pred=y_pred)
            return loss, state

        loss, state = loss_of(*map(values, parts), X, Y)
        assert float(loss) == pytest.approx(float(np.mean((model.predict(X, verbose=0) - Y) ** 2)), rel=1e-4)
        assert [len(part) for part in state] == [len(part) for part in parts]

    def test_losses_of_layers(self):
        layer = keras.layers.Dense(2, activity_regularizer="l2", kernel_regularizer="l2")
        layer.build((None, 4))
        call = jax.jit(lambda trainable, x: layer.stateless_call(trainable, [], x, return_losses=True))
        outputs, _, losses = call(values(layer.trainable_variables), X)
        assert len(losses) == 2 and float(losses[1]) == pytest.approx(
            0.01 * float((layer.kernel.numpy() ** 2).sum()), rel=1e-4
        )


class TestDerivatives:
    def test_work_with_the_transformations_of_jax(self):
        cubes = lambda x: ops.sum(x**3)  # noqa: E731
        x = ops.convert_to_tensor(X[0])
        np.testing.assert_allclose(jax.vmap(ops.grad(cubes))(X), 3 * X**2, rtol=1e-4)
        np.testing.assert_allclose(jax.jacfwd(ops.grad(cubes))(x), np.diag(6 * X[0]), rtol=1e-4)
        np.testing.assert_allclose(ops.grad(lambda x: ops.sum(jax.grad(cubes)(x)))(x), 6 * X[0], rtol=1e-4)

    def test_state_in_a_jitted_step(self):
        model = make()
        parts = [model.trainable_variables, model.non_trainable_variables]

        @jax.jit
        def step(trainable, non_trainable, x, y):
            pairs = [*zip(parts[0], trainable), *zip(parts[1], non_trainable)]
            with keras.StatelessScope(pairs) as scope:
                loss = lambda: ops.mean((model(x, training=True) - y) ** 2)  # noqa: E731
                value, gradients = ops.value_and_grad(loss, variables=parts[0])()
            return value, gradients, [scope.get_current_value(v) for v in parts[1]]

        _, gradients, after = step(values(parts[0]), values(parts[1]), X, Y)
        expected = ops.value_and_grad(lambda: ops.mean((model(X, training=True) - Y) ** 2), variables=parts[0])()[1]
        for a, b in zip(gradients, expected):
            np.testing.assert_allclose(a, b, atol=1e-4)
        for a, b in zip(after, parts[1]):
            np.testing.assert_allclose(a, b.numpy(), atol=1e-5)


class OnHost(keras.layers.Layer):
    """Computes with NumPy, which no compiled step can."""

    def call(self, inputs):
        return ops.convert_to_tensor(np.asarray(jax.lax.stop_gradient(inputs)) * 2)

    def compute_output_shape(self, input_shape):
        return input_shape


@pytest.mark.parametrize("method", ["predict", "evaluate"])
def test_a_layer_that_no_compiler_takes_says_so(method):
    layer = OnHost()
    model = keras.Sequential([keras.Input((4,)), layer])
    model.compile(loss="mse")
    arguments = (X, 2 * X)[: 1 + (method == "evaluate")]
    with pytest.raises(jax.errors.TracerArrayConversionError):
        getattr(model, method)(*arguments, verbose=0)
    layer.supports_jit = False
    model.compile(loss="mse")
    np.testing.assert_allclose(getattr(model, method)(*arguments, verbose=0), 2 * X if method == "predict" else 0)


class TestLayerNormalization:
    """Its derivative is written by hand."""

    @staticmethod
    def composed(x, axis):
        centred = x - x.mean(axis, keepdims=True)
        return centred / jax.numpy.sqrt((centred**2).mean(axis, keepdims=True) + 1e-3)

    @pytest.mark.parametrize("axis", [-1, (1, 2), (0,)])
    def test_derivatives_of_every_order(self, axis):
        x, direction = RNG.normal(size=(2, 2, 3, 4)).astype("float32")
        found, expected = (
            lambda x: ops.layer_normalization(x, axis=axis, epsilon=1e-3),
            lambda x: self.composed(x, axis),
        )
        for f, g in [(found, expected), *[(jax.grad(lambda x, h=h: (h(x) ** 3).sum()) for h in (found, expected))]]:
            for mine, theirs in zip(jax.jvp(f, (x,), (direction,)), jax.jvp(g, (x,), (direction,)), strict=True):
                np.testing.assert_allclose(mine, theirs, rtol=1e-3, atol=1e-4)

    def test_gradients_take_fewer_equations(self):
        def equations(normalize):
            return len(jax.make_jaxpr(jax.grad(lambda x: (normalize(x) * x).sum()))(X).eqns)

        assert equations(ops.layer_normalization) < equations(lambda x: self.composed(x, -1))


@pytest.mark.parametrize("method", ["predict_on_batch", "test_on_batch"])
def test_steps_copy_no_variables_that_they_leave_as_they_are(method):
    frozen = keras.layers.Dense(4, trainable=False)
    model = keras.Sequential([keras.Input((3,)), frozen, keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    x, y = np.ones((2, 3), "float32"), np.ones((2, 2), "float32")
    arguments = (x,) if method == "predict_on_batch" else (x, y)
    before = [variable.value for variable in model.weights]
    getattr(model, method)(*arguments)
    assert all(variable.value is value for variable, value in zip(model.weights, before, strict=True))


def test_an_interruption_while_variables_get_their_values_loses_none():
    until_interruption = []

    class Written(dict):
        def __setitem__(self, key, value):
            super().__setitem__(key, value)
            if until_interruption and until_interruption.pop() == "last":
                raise KeyboardInterrupt

    model = make()
    model._engine.written = Written()
    model.fit(X, Y, verbose=0)
    before = model.get_weights()
    until_interruption += ["last", "second", "first"]
    look = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: model.get_weights())
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, verbose=0, callbacks=[look])
    assert all((old != new).any() for old, new in zip(before, model.get_weights()))
    model.fit(X, Y, verbose=0)
