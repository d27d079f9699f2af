"""`JaxLayer`: functions of JAX train, are saved and loaded as layers."""

import numpy as np
import pytest

import keras
from keras import layers
from keras.src import backend

is_known = backend.own_code.jax_function is not None
with_functions = pytest.mark.skipif(
    not is_known, reason="the engine does not know functions of JAX; see test_other_engines"
)
jax = pytest.importorskip("jax") if is_known else None
X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = X.sum(-1, keepdims=True)


@keras.saving.register_keras_serializable("jax_layer_test")
def linear(params, inputs):
    return inputs @ params["kernel"] + params["bias"]


@keras.saving.register_keras_serializable("jax_layer_test")
def linear_initial(rng, inputs):
    kernel = jax.random.normal(rng, (inputs.shape[-1], 1))
    return {"kernel": kernel, "bias": jax.numpy.zeros(1)}


@keras.saving.register_keras_serializable("jax_layer_test")
def counted(params, state, rng, inputs, training):
    """Adds noise and the mean of what it sees while training; counts all calls."""
    mean = 0.5 * state["mean"] + 0.5 * inputs.mean() if training else state["mean"]
    noise = jax.random.normal(rng, inputs.shape) if training else 0.0
    return inputs * params[0] + noise, {"calls": state["calls"] + 1, "mean": mean}


@keras.saving.register_keras_serializable("jax_layer_test")
def counted_initial(rng, inputs, training):
    assert training is True
    return [jax.numpy.full((), 2.0)], {"mean": jax.numpy.zeros(()), "calls": jax.numpy.zeros((), "int32")}


def numbers(tensor):
    return keras.ops.convert_to_numpy(tensor)


def state_of(layer):
    return [numbers(w).item() for w in layer.non_trainable_weights]


@pytest.mark.skipif(is_known, reason="the engine knows functions of JAX")
def test_other_engines():
    for make in (lambda: layers.JaxLayer(linear, linear_initial), lambda: layers.JaxLayer(3)):
        with pytest.raises(ValueError, match="only supported with the JAX or Tensorflow backend"):
            make()


@with_functions
class TestFunctions:
    def test_leaves_are_weights_in_order_of_the_tree(self):
        layer = layers.JaxLayer(counted, counted_initial, name="wrapped")
        outputs = layer(X)
        np.testing.assert_allclose(numbers(outputs), 2 * X, rtol=1e-6)
        found = [(w.path.partition("/")[0], w.shape, w.dtype, w.trainable) for w in layer.weights]
        assert found == [
            ("wrapped", (), "float32", True),
            ("wrapped", (), "int32", False),
            ("wrapped", (), "float32", False),
        ]
        layer = layers.JaxLayer(linear, linear_initial)
        layer(X)
        assert [w.shape for w in layer.trainable_weights] == [(1,), (3, 1)]

    def test_state_and_random_numbers(self):
        layer = layers.JaxLayer(counted, counted_initial, seed=5)
        layer(X)
        assert state_of(layer) == [1, 0.0]
        first, second = (numbers(layer(X, training=True)) for _ in range(2))
        assert not np.allclose(first, second)
        np.testing.assert_allclose(state_of(layer), [3, 0.75 * X.mean()], rtol=1e-5)
        other = layers.JaxLayer(counted, counted_initial, seed=5)
        np.testing.assert_allclose(numbers(other(X, training=True)), first, rtol=1e-6)
        noise = jax.random.normal(jax.numpy.array([5, 0], "uint32"), X.shape)
        np.testing.assert_allclose(first, 2 * X + noise, rtol=1e-4, atol=1e-5)

    def test_the_seed_says_the_initial_values(self):
        first, second, other = (layers.JaxLayer(linear, linear_initial, seed=seed) for seed in (1, 1, 2))
        for layer in (first, second, other):
            layer.build((None, 3))
        np.testing.assert_array_equal(first.get_weights()[1], second.get_weights()[1])
        assert not np.allclose(first.get_weights()[1], other.get_weights()[1])

    def test_given_values(self):
        values = {"kernel": np.ones((3, 1)), "bias": np.full(1, 2.0)}
        layer = layers.JaxLayer(linear, params=values)
        assert [w.shape for w in layer.weights] == [(1,), (3, 1)]
        np.testing.assert_allclose(numbers(layer(X)), Y + 2, rtol=1e-5)
        state = {"mean": np.float32(4), "calls": np.int32(7)}
        layer = layers.JaxLayer(counted, params=[np.float32(1)], state=state)
        layer(X)
        assert state_of(layer) == [8, 4.0]
        layer = layers.JaxLayer(counted, counted_initial, params=[np.float32(1)])
        np.testing.assert_allclose(numbers(layer(X)), X)
        assert state_of(layer) == [1, 0.0]

    @pytest.mark.parametrize("shape", [(3,), (None, 3)])
    def test_symbolic_calls_change_nothing(self, shape):
        layer = layers.JaxLayer(counted, counted_initial)
        outputs = layer(keras.Input(shape))
        assert outputs.shape == (None, *shape) and outputs.dtype == "float32"
        assert state_of(layer) == [0, 0.0]
        assert layer.compute_output_shape((None, 3)) == (None, 3)

    def test_trees_of_inputs_and_their_dtypes(self):
        seen = []

        def initial(rng, inputs):
            seen.append([(x.shape, str(x.dtype)) for x in (inputs["a"], inputs["b"])])
            return jax.numpy.ones(())

        def chosen(params, inputs):
            return {"chosen": params * inputs["a"][inputs["b"]]}

        inputs = {"a": keras.Input((3,)), "b": keras.Input((2,), dtype="int32")}
        model = keras.Model(inputs, layers.JaxLayer(chosen, initial)(inputs))
        assert seen == [[((1, 3), "float32"), ((1, 2), "int32")]]
        indices = np.array([[1, 0]] * 8, "int32")
        found = model({"a": X, "b": indices})["chosen"]
        np.testing.assert_allclose(numbers(found), X[indices])

    def test_parameters_that_are_integers_do_not_train(self):
        layer = layers.JaxLayer(lambda params, inputs: inputs * params["n"] * params["w"], params={"n": 2, "w": 1.0})
        layer(X)
        assert [w.dtype for w in layer.trainable_weights] == ["float32"]
        assert [w.dtype for w in layer.non_trainable_weights] == ["int32"]

    def test_functions_without_parameters(self):
        layer = layers.JaxLayer(lambda inputs: inputs + 1)
        np.testing.assert_allclose(numbers(layer(X)), X + 1)
        assert layer.variables == []

    @pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
    def test_mixed_precision(self, policy):
        seen = {}

        def noting(params, state, inputs):
            seen.update(params=str(params.dtype), state=str(state.dtype), inputs=str(inputs.dtype))
            return params * inputs, state

        layer = layers.JaxLayer(noting, params=np.float32(1), state=np.float32(1), dtype=policy)
        outputs = layer(X)
        half = policy.removeprefix("mixed_")
        assert seen == {"params": half, "state": "float32", "inputs": half}
        assert backend.standardize_dtype(outputs.dtype) == half
        assert [w.dtype for w in layer.weights] == ["float32", "float32"]

    def test_frozen(self):
        layer = layers.JaxLayer(linear, linear_initial, trainable=False)
        layer(X)
        assert layer.trainable_weights == [] and len(layer.weights) == 2


@with_functions
class TestTraining:
    @pytest.mark.parametrize("compiled", [{"jit_compile": True}, {"jit_compile": False}, {"run_eagerly": True}])
    def test_fit_equals_training_by_hand(self, compiled):
        layer = layers.JaxLayer(linear, linear_initial)
        model = keras.Sequential([keras.Input((3,)), layer])
        params = {"bias": np.array(layer.get_weights()[0]), "kernel": np.array(layer.get_weights()[1])}

        def loss(params):
            return ((linear(params, X) - Y) ** 2).mean()

        for _ in range(3):
            gradient = jax.grad(loss)(params)
            params = {name: params[name] - 0.1 * gradient[name] for name in params}
        model.compile(keras.optimizers.SGD(0.1), "mse", **compiled)
        model.fit(X, Y, batch_size=8, epochs=3, verbose=0)
        np.testing.assert_allclose(layer.get_weights()[0], params["bias"], rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(layer.get_weights()[1], params["kernel"], rtol=1e-4, atol=1e-6)

    def test_fit_updates_the_state(self):
        layer = layers.JaxLayer(counted, counted_initial)
        model = keras.Sequential([keras.Input((3,)), layer])
        model.compile(keras.optimizers.SGD(0.0), "mse")
        model.fit(X, X, batch_size=3, epochs=1, shuffle=False, verbose=0)
        mean = 0.0
        for batch in (X[:3], X[3:6], X[6:]):
            mean = 0.5 * mean + 0.5 * batch.mean()
        np.testing.assert_allclose(state_of(layer), [3, mean], rtol=1e-4)


@with_functions
class TestFiles:
    def test_registered_functions_are_saved_by_name(self, tmp_path):
        model = keras.Sequential(
            [keras.Input((3,)), layers.JaxLayer(counted, counted_initial), layers.JaxLayer(linear, linear_initial)]
        )
        model.layers[0](X, training=True)
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        assert state_of(loaded.layers[0]) == state_of(model.layers[0]) != [0, 0.0]
        np.testing.assert_allclose(loaded.predict(X, verbose=0), model.predict(X, verbose=0), rtol=1e-6)

    def test_config(self):
        layer = layers.JaxLayer(linear, linear_initial, native_serialization_platforms=["cpu"], name="wrapped")
        config = layer.get_config()
        assert list(config) == ["name", "trainable", "dtype", "call_fn", "init_fn", "native_serialization_platforms"]
        assert config["native_serialization_platforms"] == ["cpu"]
        again = layers.JaxLayer.from_config(config)
        assert again.call_fn is linear and again.init_fn is linear_initial and again.get_config() == config

    def test_functions_that_nobody_knows(self):
        def own(params, inputs):
            return inputs * params

        layer = layers.JaxLayer(own, params=np.float32(2))
        config = keras.saving.serialize_keras_object(layer)
        with pytest.raises(TypeError, match="own"):
            keras.saving.deserialize_keras_object(config)
        config["config"]["init_fn"] = config["config"]["call_fn"]
        with pytest.raises(ValueError, match="Unsupported argument in `init_fn`"):
            keras.saving.deserialize_keras_object(config, custom_objects={"own": own})

    def test_lambdas_are_refused_in_safe_mode(self):
        layer = layers.JaxLayer(lambda inputs: inputs + 1)
        with pytest.warns(UserWarning, match="lambda"):
            config = keras.saving.serialize_keras_object(layer)
        for read in (keras.saving.deserialize_keras_object, lambda x: layers.JaxLayer.from_config(x["config"])):
            with pytest.raises(ValueError, match="safe_mode=False"):
                read(config)
        loaded = keras.saving.deserialize_keras_object(config, safe_mode=False)
        np.testing.assert_allclose(numbers(loaded(X)), X + 1)

    def test_weights_go_into_another_model(self, tmp_path):
        first, second = (
            keras.Sequential([keras.Input((3,)), layers.JaxLayer(linear, linear_initial)]) for _ in range(2)
        )
        first.save_weights(tmp_path / "model.weights.h5")
        second.load_weights(tmp_path / "model.weights.h5")
        np.testing.assert_array_equal(second.get_weights()[1], first.get_weights()[1])


@with_functions
class TestRefusals:
    @pytest.mark.parametrize(
        "arguments, message",
        [
            ({"call_fn": lambda params: params}, "Missing required argument in `call_fn`: `inputs`"),
            ({"call_fn": lambda inputs, foo: inputs}, "Unsupported argument in `call_fn`: `foo`"),
            (
                {"call_fn": lambda inputs: inputs, "init_fn": lambda foo: foo},
                "Unsupported argument in `init_fn`: `foo`",
            ),
            ({"call_fn": linear}, "must be given"),
            ({"call_fn": counted, "params": [1.0]}, "takes \\['state'\\]"),
        ],
    )
    def test_arguments(self, arguments, message):
        with pytest.raises(ValueError, match=message):
            layers.JaxLayer(**arguments)

    def test_what_is_no_function(self):
        with pytest.raises(TypeError, match="`call_fn` must be a function"):
            layers.JaxLayer(3)

    def test_results_of_another_kind(self):
        with pytest.raises(ValueError, match="`init_fn` must return"):
            layers.JaxLayer(counted, linear_initial)(X)
        with pytest.raises(ValueError, match="`call_fn` must return `\\(outputs, state\\)`"):
            layers.JaxLayer(lambda inputs, state: inputs, state=1.0)(X)
        with pytest.raises(ValueError, match="of the structure"):
            layers.JaxLayer(lambda inputs, state: (inputs, {}), state=1.0)(X)
