"""`TFSMLayer`: SavedModels of TensorFlow as layers."""

import numpy as np
import pytest

import keras
from keras import layers
from keras.src import backend

is_known = backend.own_code.load_saved_model is not None
with_saved_models = pytest.mark.skipif(
    not is_known, reason="the engine does not know SavedModels; see test_other_engines"
)
tf = pytest.importorskip("tensorflow") if is_known else None
X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = X.sum(-1, keepdims=True)


@pytest.mark.skipif(is_known, reason="the engine knows SavedModels")
def test_other_engines():
    with pytest.raises(NotImplementedError, match="TensorFlow backend"):
        layers.TFSMLayer("model")
    config = {"name": "layer", "filepath": "model"}
    with pytest.raises(ValueError, match="safe_mode=False"):
        layers.TFSMLayer.from_config(config)
    with pytest.raises(NotImplementedError, match="TensorFlow backend"):
        layers.TFSMLayer.from_config(config, safe_mode=False)


@pytest.fixture
def folder(tmp_path):
    """A SavedModel of a linear map with the endpoints `serve`, `train`, which counts, `scaled`, and a signature."""
    spec = tf.TensorSpec((None, 3))
    module = tf.Module()
    module.kernel = tf.Variable(tf.ones((3, 1)), name="kernel")
    module.calls = tf.Variable(0.0, trainable=False, name="part/calls")

    def counting(x):
        module.calls.assign_add(1.0)
        return x @ module.kernel + 100.0

    module.serve = tf.function(lambda x: x @ module.kernel, input_signature=[spec])
    module.train = tf.function(counting, input_signature=[spec])
    module.scaled = tf.function(lambda x, factor: factor * x, input_signature=[spec, tf.TensorSpec(())])
    signature = tf.function(lambda x: {"outputs": x @ module.kernel + 1.0}, input_signature=[spec])
    path = str(tmp_path / "saved")
    tf.saved_model.save(module, path, signatures={"serving_default": signature})
    return path


def numbers(tensor):
    return keras.ops.convert_to_numpy(tensor)


@with_saved_models
class TestSavedModels:
    def test_endpoints(self, folder):
        np.testing.assert_allclose(numbers(layers.TFSMLayer(folder)(X)), Y, rtol=1e-5, atol=1e-6)
        outputs = layers.TFSMLayer(folder, call_endpoint="serving_default")(X)
        np.testing.assert_allclose(numbers(outputs["outputs"]), Y + 1, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(numbers(layers.TFSMLayer(folder, "scaled")(X, factor=3.0)), 3 * X, rtol=1e-6)

    def test_training_endpoint(self, folder):
        layer = layers.TFSMLayer(folder, call_training_endpoint="train")
        np.testing.assert_allclose(numbers(layer(X)), Y, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(numbers(layer(X, training=True)), Y + 100, rtol=1e-5)
        assert numbers(layer.non_trainable_weights[0]) == 1
        np.testing.assert_allclose(numbers(layers.TFSMLayer(folder)(X, training=True)), Y, rtol=1e-5, atol=1e-6)

    def test_variables_are_weights(self, folder):
        layer = layers.TFSMLayer(folder, name="saved")
        assert [w.path for w in layer.trainable_weights] == ["saved/kernel"]
        assert [w.path for w in layer.non_trainable_weights] == ["saved/part_calls"]
        layer.set_weights([np.full((3, 1), 2.0), np.array(0.0)])
        np.testing.assert_allclose(numbers(layer(X)), 2 * Y, rtol=1e-5, atol=1e-6)
        frozen = layers.TFSMLayer(folder, trainable=False)
        assert frozen.trainable_weights == [] and not any(w.trainable for w in frozen.weights)

    def test_symbolic_calls_change_nothing(self, folder):
        layer = layers.TFSMLayer(folder, call_training_endpoint="train")
        outputs = layer(keras.Input((3,)), training=True)
        assert outputs.shape == (None, 1) and outputs.dtype == "float32"
        assert numbers(layer.non_trainable_weights[0]) == 0

    @pytest.mark.parametrize("compiled", [{"jit_compile": True}, {"jit_compile": False}, {"run_eagerly": True}])
    def test_fit_equals_training_by_hand(self, folder, compiled):
        layer = layers.TFSMLayer(folder)
        model = keras.Sequential([keras.Input((3,)), layer])
        model.compile(keras.optimizers.SGD(0.1), "mse", **compiled)
        model.fit(X, Y + 1, batch_size=8, epochs=3, verbose=0)
        kernel = np.ones((3, 1))
        for _ in range(3):
            kernel = kernel - 0.1 * 2 * X.T @ (X @ kernel - Y - 1) / 8
        np.testing.assert_allclose(numbers(layer.trainable_weights[0]), kernel, rtol=1e-4)
        assert len(model.trainable_weights) == 1

    def test_what_export_wrote(self, tmp_path):
        model = keras.Sequential([keras.Input((3,)), layers.BatchNormalization(), layers.Dense(1, use_bias=False)])
        model.set_weights([np.full(3, 2.0), np.full(3, -1.0), np.full(3, 0.5), np.full(3, 4.0), np.ones((3, 1))])
        archive = keras.export.ExportArchive()
        archive.track_and_add_endpoint("serve", model, None)
        archive.track_and_add_endpoint("train", model, None, training=True)
        archive.write_out(tmp_path / "saved", verbose=False)
        layer = layers.TFSMLayer(tmp_path / "saved", call_training_endpoint="train")
        assert [numbers(w).flat[0] for w in layer.weights] == [2, -1, 1, 0.5, 4]
        wrapped = keras.Sequential([keras.Input((3,)), layer])
        for each in (model, wrapped):
            each.compile(keras.optimizers.SGD(0.1), "mse")
            each.fit(X, Y, batch_size=4, epochs=2, shuffle=False, verbose=0)
        own = [*model.trainable_weights, *model.non_trainable_weights]
        for a, b in zip(own, layer.weights):
            np.testing.assert_allclose(numbers(b), numbers(a), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(wrapped.predict(X, verbose=0), model.predict(X, verbose=0), rtol=1e-4, atol=1e-5)


@with_saved_models
class TestFiles:
    def test_paths_of_files_are_refused_in_safe_mode(self, folder, tmp_path):
        layer = layers.TFSMLayer(folder, call_training_endpoint="train", name="saved")
        model = keras.Sequential([keras.Input((3,)), layer])
        layer.set_weights([np.full((3, 1), 2.0), np.array(5.0)])
        model.save(tmp_path / "model.keras")
        with pytest.raises(ValueError, match="safe_mode=False"):
            keras.models.load_model(tmp_path / "model.keras")
        config = layer.get_config()
        assert {key: config[key] for key in ("filepath", "call_endpoint", "call_training_endpoint")} == {
            **{"filepath": folder, "call_endpoint": "serve", "call_training_endpoint": "train"}
        }
        for safe_mode in (None, True):
            with pytest.raises(ValueError, match="safe_mode=False"):
                layers.TFSMLayer.from_config(config, safe_mode=safe_mode)
        assert layers.TFSMLayer.from_config(config, safe_mode=False).get_config() == config
        loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=False)
        np.testing.assert_allclose(loaded.predict(X, verbose=0), 2 * Y, rtol=1e-5, atol=1e-6)
        assert numbers(loaded.layers[0].non_trainable_weights[0]) == 5


@with_saved_models
def test_refusals(folder, tmp_path):
    for argument, wrong in (("call_endpoint", "no_such"), ("call_training_endpoint", "kernel")):
        with pytest.raises(ValueError, match=f"serving_default.*{argument}='{wrong}'"):
            layers.TFSMLayer(folder, **{argument: wrong})
    with pytest.raises(OSError):
        layers.TFSMLayer(tmp_path / "nowhere")
