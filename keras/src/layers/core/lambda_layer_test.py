"""Functions as layers. Configs are those of the reference; numbers are NumPy's."""

import json

import numpy as np
import pytest

from keras.src import backend, layers, models, ops
from keras.src.backend.common.masking import get_keras_mask
from keras.src.layers.serialization import deserialize, serialize
from keras.src.models.cloning import clone_model
from keras.src.saving import register_keras_serializable
from keras.src.saving.object_registration import CustomObjectScope
from keras.src.saving.saving_api import load_model
from keras.src.saving.serialization_lib import SafeModeScope
from keras.src.testing import engine

X = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]], "float32")
FILES = ("m.keras", "m.h5", "m")


def array(x):
    return np.array(ops.convert_to_numpy(x))


@register_keras_serializable("lambda_test")
def scaled(x, factor=2.0):
    return x * factor


@register_keras_serializable("lambda_test")
def while_training(x, training=False):
    return x * (10.0 if training else 1.0)


def not_registered(x):
    return x * 3.0


def functional(layer, shape=(3,)):
    inputs = layers.Input(shape)
    return models.Model(inputs, layer(inputs))


def sequential(layer, shape=(3,)):
    return models.Sequential([layers.Input(shape), layer])


def saved(model, folder, name):
    model.save(folder / name, **({} if "." in name else {"zipped": False}))
    return folder / name


NAMED = {
    "class_name": "function",
    "module": "builtins",
    "config": "lambda_test>scaled",
    "registered_name": "function",
}


class TestCalls:
    @pytest.mark.parametrize("make", [functional, sequential])
    def test_any_function_of_tensors(self, make):
        model = make(layers.Lambda(lambda x: ops.sum(x * x, axis=-1)))
        assert model.output_shape == (None,)
        np.testing.assert_allclose(model.predict(X, verbose=0), (X * X).sum(-1), rtol=1e-6)

    def test_arguments_and_defaults(self):
        np.testing.assert_allclose(array(layers.Lambda(scaled)(X)), X * 2)
        np.testing.assert_allclose(array(layers.Lambda(scaled, arguments={"factor": 5.0})(X)), X * 5)
        arguments = {"factor": 5.0}
        layer = layers.Lambda(scaled, arguments=arguments)
        arguments["factor"] = 7.0
        np.testing.assert_allclose(array(layer(X)), X * 5)

    def test_training_and_mask_reach_a_function_that_takes_them(self):
        layer = layers.Lambda(while_training)
        np.testing.assert_allclose(array(layer(X)), X)
        np.testing.assert_allclose(array(layer(X, training=True)), 10 * X)
        np.testing.assert_allclose(array(layers.Lambda(while_training, arguments={"training": True})(X)), 10 * X)
        mask = ops.convert_to_tensor(np.array([[True, False, True], [True, True, False]]))
        kept = layers.Lambda(lambda x, mask=None: ops.where(mask, x, 0.0))
        np.testing.assert_allclose(array(kept(X, mask=mask)), np.where(array(mask), X, 0))

    def test_several_inputs_and_outputs(self):
        layer = layers.Lambda(lambda xs: [xs["a"] + xs["b"], xs["a"]])
        a, b = layers.Input((3,)), layers.Input((3,))
        model = models.Model({"a": a, "b": b}, layer({"a": a, "b": b}))
        total, first = model.predict({"a": X, "b": 2 * X}, verbose=0)
        np.testing.assert_allclose(total, 3 * X, rtol=1e-6)
        np.testing.assert_allclose(first, X)

    @pytest.mark.parametrize("policy", ["mixed_float16", "bfloat16", "float32"])
    def test_policies_cast_the_inputs(self, policy):
        layer = layers.Lambda(lambda x: x + x, dtype=policy)
        assert backend.standardize_dtype(layer(X).dtype) == layer.compute_dtype
        assert layer(layers.Input((3,))).dtype == layer.compute_dtype

    def test_dtypes_are_those_of_the_function(self):
        layer = layers.Lambda(lambda x: ops.cast(x, "int32"))
        assert layer(layers.Input((3,))).dtype == "int32" == backend.standardize_dtype(layer(X).dtype)
        integers = layers.Input((3,), dtype="int32")
        assert layers.Lambda(lambda x: x + x)(integers).dtype == "int32"

    @pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="training")
    def test_it_takes_part_in_training(self):
        dense = layers.Dense(3, kernel_initializer="identity", use_bias=False)
        model = models.Sequential([layers.Input((3,)), dense, layers.Lambda(while_training)])
        model.compile("sgd", "mse")
        loss = model.fit(X, X, batch_size=2, verbose=0).history["loss"][0]
        np.testing.assert_allclose(loss, ((9 * X) ** 2).mean(), rtol=1e-5)
        assert abs(array(dense.kernel) - np.eye(3)).max() > 0.01


class TestShapes:
    @pytest.mark.parametrize(
        "output_shape, expected",
        [
            ((5,), (None, 5)),
            ([5], (None, 5)),
            ((None, 6), (None, None, 6)),
            ((), (None,)),
            ([(5,), (6,)], [(None, 5), (None, 6)]),
            (lambda shape: (shape[0], 9), (None, 9)),
        ],
    )
    def test_a_given_shape_is_believed(self, output_shape, expected):
        layer = layers.Lambda(lambda x: np.asarray(x).missing, output_shape=output_shape)
        assert layer.compute_output_shape((None, 3)) == expected
        symbolic = layer(layers.Input((3,)))
        assert [s.shape for s in symbolic] == expected if isinstance(symbolic, list) else symbolic.shape == expected

    def test_the_batch_is_that_of_the_first_input(self):
        layer = layers.Lambda(lambda x: x, output_shape=(5,))
        assert layer.compute_output_shape([(7, 3), (None, 3)]) == (7, 5)
        assert layer.compute_output_shape({"a": (4, 3)}) == (4, 5)

    def test_without_one_the_function_tells(self):
        assert layers.Lambda(lambda x: ops.sum(x, -1)).compute_output_shape((None, 3)) == (None,)
        for call in (lambda layer: layer(layers.Input((3,))), lambda layer: layer.compute_output_shape((None, 3))):
            with pytest.raises(NotImplementedError, match="output_shape"):
                call(layers.Lambda(lambda x: x.missing()))


class TestMasks:
    def test_none_by_default(self):
        layer = layers.Lambda(scaled)
        assert not layer.supports_masking
        assert layer.compute_mask(X, np.ones(2, bool)) is None

    def test_given_or_computed(self):
        computed = layers.Lambda(scaled, mask=lambda inputs, mask: mask)
        assert computed.supports_masking
        assert computed.compute_mask(X, "mask") == "mask"
        np.testing.assert_array_equal(layers.Lambda(scaled, mask=np.ones(2)).compute_mask(X), [1, 1])
        masked = layers.Masking()(layers.Input((4, 3)))
        assert get_keras_mask(computed(masked)) is get_keras_mask(masked)


class TestConfigs:
    def test_named_functions_go_by_name(self):
        layer = layers.Lambda(scaled, output_shape=(3,), mask=scaled, arguments={"factor": 4.0}, name="l")
        config = json.loads(json.dumps(layer.get_config()))
        del config["dtype"]
        assert config == {
            "name": "l",
            "trainable": True,
            "function": NAMED,
            "output_shape": [3],
            "mask": NAMED,
            "arguments": {"factor": 4.0},
        }
        again = layers.Lambda.from_config(config)
        assert (again.function, again.mask) == (scaled, scaled)
        assert again.arguments == {"factor": 4.0}
        assert again.compute_output_shape((None, 3)) == (None, 3)
        config = json.loads(json.dumps(layers.Lambda(scaled, arguments={"factor": np.ones(3) / 2}).get_config()))
        np.testing.assert_allclose(array(layers.Lambda.from_config(config)(X)), X / 2)
        assert set(layers.Lambda(ops.relu).get_config()) == {"name", "trainable", "dtype", "function", "arguments"}

    @pytest.mark.filterwarnings("ignore")
    def test_lambdas_go_as_code(self):
        factor = 3.0
        layer = layers.Lambda(lambda x, plus=1.0: x * factor + plus)
        config = json.loads(json.dumps(layer.get_config()))
        assert config["function"]["class_name"] == "__lambda__"
        parts = config["function"]["config"]
        assert (set(parts), parts["defaults"], parts["closure"]) == ({"code", "defaults", "closure"}, [1.0], [3.0])
        for safe_mode in (None, True):
            with pytest.raises(ValueError, match="safe_mode=False"):
                layers.Lambda.from_config(config, safe_mode=safe_mode)
        again = layers.Lambda.from_config(config, safe_mode=False)
        np.testing.assert_allclose(array(again(X)), X * 3 + 1)
        with SafeModeScope(False):
            np.testing.assert_allclose(array(layers.Lambda.from_config(config)(X)), X * 3 + 1)
        with SafeModeScope(True), pytest.raises(ValueError, match="safe_mode"):
            deserialize(serialize(layer))

    @pytest.mark.filterwarnings("ignore")
    def test_saving_a_lambda_warns_and_cloning_it_is_refused(self):
        with pytest.warns(UserWarning, match="lambda"):
            layers.Lambda(lambda x: x).get_config()
        with pytest.raises(ValueError, match="safe_mode"):
            clone_model(functional(layers.Lambda(lambda x: x)))
        clone = clone_model(functional(layers.Lambda(scaled)))
        np.testing.assert_allclose(clone.predict(X, verbose=0), 2 * X)

    @pytest.mark.filterwarnings("ignore")
    @pytest.mark.parametrize("name", FILES)
    @pytest.mark.parametrize("make", [functional, sequential])
    def test_files(self, make, name, tmp_path):
        path = saved(make(layers.Lambda(scaled, arguments={"factor": 4.0})), tmp_path, name)
        for safe_mode in (True, False):
            np.testing.assert_allclose(load_model(path, safe_mode=safe_mode).predict(X, verbose=0), 4 * X)
        (tmp_path / "other").mkdir()
        path = saved(make(layers.Lambda(lambda x: x * 5.0)), tmp_path / "other", name)
        with pytest.raises(ValueError, match="safe_mode=False"):
            load_model(path)
        np.testing.assert_allclose(load_model(path, safe_mode=False).predict(X, verbose=0), 5 * X)

    def test_functions_that_are_not_registered_are_given_at_load(self, tmp_path):
        path = saved(functional(layers.Lambda(not_registered)), tmp_path, "m.keras")
        with pytest.raises(TypeError, match="not_registered"):
            load_model(path)
        given = {"not_registered": not_registered}
        np.testing.assert_allclose(load_model(path, custom_objects=given).predict(X, verbose=0), 3 * X)
        config = layers.Lambda(not_registered).get_config()
        assert layers.Lambda.from_config(config, custom_objects=given).function is not_registered
        with CustomObjectScope(given):
            assert layers.Lambda.from_config({"function": "not_registered"}).function is not_registered

    def test_a_layer_as_the_function_has_weights(self, tmp_path):
        model = functional(layers.Lambda(layers.Dense(2)))
        assert len(model.trainable_weights) == 2
        again = load_model(saved(model, tmp_path, "m.keras"))
        np.testing.assert_allclose(again.predict(X, verbose=0), model.predict(X, verbose=0), rtol=1e-6)


@pytest.mark.parametrize(
    "make, match",
    [
        (lambda: layers.Lambda(None), "function"),
        (lambda: layers.Lambda("relu"), "function"),
        (lambda: layers.Lambda(dict), "function"),
        (lambda: layers.Lambda(scaled, output_shape=3), "output_shape"),
        (lambda: layers.Lambda(scaled, output_shape="x"), "output_shape"),
        (lambda: layers.Lambda(scaled, arguments=[1]), "arguments"),
        (lambda: layers.Lambda(scaled, arguments={"other": 1})(X), "other"),
        (lambda: layers.Lambda(np.abs).get_config(), "get_config"),
    ],
)
def test_misuse(make, match):
    with pytest.raises((ValueError, TypeError), match=match):
        make()
