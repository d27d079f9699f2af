"""`ExportArchive`: several functions in one file."""

import os

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.export import ExportArchive

tf = pytest.importorskip("tensorflow")
X = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")
ROWS = [keras.InputSpec("float32", (None, 4))]


def model_with_states():
    model = keras.Sequential(
        [keras.Input((4,), name="rows"), layers.Dense(3), layers.BatchNormalization(momentum=0.5), layers.Dropout(0.5)]
    )
    kernel = np.random.default_rng(1).normal(size=(4, 3)).astype("float32")
    model.layers[0].set_weights([kernel, np.ones(3, "float32")])
    return model, X @ kernel + 1


def written(archive, folder, **arguments):
    archive.write_out(folder / "saved", **{"verbose": False, **arguments})
    return tf.saved_model.load(str(folder / "saved"))


def test_functions_models_and_methods(tmp_path):
    model, dense = model_with_states()
    archive = ExportArchive()
    archive.track(model)
    archive.add_endpoint("doubled", lambda x: 2 * model.layers[0](x), ROWS)
    archive.add_endpoint("called", model.call, ROWS)
    archive.add_endpoint("model", model)
    archive.add_endpoint("joined", lambda x, y: {"sum": ops.add(x, y["more"])}, [ROWS[0], {"more": ROWS[0]}])
    loaded = written(archive, tmp_path)
    assert sorted(loaded.signatures) == ["called", "doubled", "joined", "model", "serving_default"]
    np.testing.assert_allclose(loaded.doubled(X), 2 * dense, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(
        loaded.signatures["serving_default"](x=tf.constant(X))["output_0"], 2 * dense, 1e-5, 1e-5
    )
    np.testing.assert_allclose(loaded.called(X), dense / np.sqrt(1.001), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(loaded.model(X[:2]), dense[:2] / np.sqrt(1.001), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(loaded.joined(X, {"more": X})["sum"], 2 * X)
    assert list(loaded.signatures["model"].structured_input_signature[1]) == ["rows"]


def test_training(tmp_path):
    model, dense = model_with_states()
    archive = ExportArchive()
    archive.track_and_add_endpoint("serve", model, ROWS)
    archive.track_and_add_endpoint("train", model, ROWS, training=True)
    archive.add_endpoint("unchanged", lambda x: model(x, training=True), ROWS, is_static=True)
    loaded = written(archive, tmp_path)
    mean, variance = loaded.non_trainable_variables[:2]
    for name in ("serve", "unchanged"):
        getattr(loaded, name)(X)
        np.testing.assert_array_equal(mean, np.zeros(3))
    first, second = loaded.train(X), loaded.train(X)
    np.testing.assert_allclose(mean, 0.75 * dense.mean(0), rtol=1e-5)
    np.testing.assert_allclose(variance, 0.25 + 0.75 * dense.var(0), rtol=1e-5)
    assert (np.array(first) != np.array(second)).any()
    kept = np.array(first) != 0
    normalized = (dense - dense.mean(0)) / np.sqrt(dense.var(0) + 0.001)
    np.testing.assert_allclose(np.array(first)[kept], 2 * normalized[kept], rtol=1e-4, atol=1e-4)
    # The model itself is as it was.
    np.testing.assert_array_equal(ops.convert_to_numpy(model.layers[1].moving_mean), np.zeros(3))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(loaded.train(X) ** 2)
    assert all(g is not None for g in tape.gradient(loss, loaded.trainable_variables))


def test_variables_and_collections(tmp_path):
    model, _ = model_with_states()
    archive = ExportArchive()
    archive.track_and_add_endpoint("serve", model, ROWS)
    archive.track(model)
    other = keras.Variable(np.arange(3.0), name="other")
    archive.add_variable_collection("weights", model.layers[0].weights)
    archive.add_variable_collection("others", [other])
    assert [v.path for v in archive.variables] == [v.path for v in model.variables]
    assert [v.path for v in archive.trainable_variables] == [v.path for v in model.trainable_variables]
    assert [v.path for v in archive.non_trainable_variables] == [v.path for v in model.non_trainable_variables]
    loaded = written(archive, tmp_path)
    assert loaded.weights[0] is loaded.variables[0] and len(loaded.weights) == 2
    np.testing.assert_array_equal(loaded.others[0], np.arange(3.0))
    loaded.variables[0].assign(np.zeros((4, 3)))
    np.testing.assert_allclose(loaded.serve(X), np.full((6, 3), 1 / np.sqrt(1.001)), rtol=1e-5)


def test_functions_of_tensorflow_beside_the_layers(tmp_path):
    """A `tf.function` with a signature given is a function as others are."""
    model, dense = model_with_states()
    archive = ExportArchive()
    archive.track(model)
    archive.add_endpoint("half", tf.function(lambda x: model.layers[0](x) / 2), ROWS)
    loaded = written(archive, tmp_path)
    np.testing.assert_allclose(loaded.half(X), dense / 2, rtol=1e-5, atol=1e-5)
    assert not [v for v in loaded.half.concrete_functions[0].captured_inputs if v.dtype != tf.resource]


def test_functions_of_tensorflow_as_they_are(tmp_path):
    table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a"], [3]), -1)
    archive = ExportArchive()
    archive.track(table)
    spec = [tf.TensorSpec((None,), tf.string, name="words")]
    archive.add_endpoint("found", tf.function(table.lookup, input_signature=spec))
    called = tf.function(lambda x: x + 1)
    with pytest.raises(ValueError, match="has never been called"):
        archive.add_endpoint("called", called)
    called(tf.ones(3))
    archive.add_endpoint("called", called)
    loaded = written(archive, tmp_path)
    np.testing.assert_array_equal(loaded.found(tf.constant(["b", "a"])), [-1, 3])
    np.testing.assert_array_equal(loaded.signatures["called"](x=tf.ones(3))["output_0"], [2, 2, 2])


def test_options(tmp_path):
    archive = ExportArchive()
    archive.add_endpoint("same", lambda x: x, ROWS)
    loaded = written(
        archive, tmp_path, options=tf.saved_model.SaveOptions(save_debug_info=False, namespace_whitelist=[])
    )
    np.testing.assert_array_equal(loaded.same(X), X)
    with pytest.raises(ValueError, match="SaveOptions.*Received: 3"):
        written(archive, tmp_path, options=3)


def test_what_is_printed(tmp_path, capsys):
    archive = ExportArchive()
    archive.add_endpoint("same", lambda x: x, ROWS)
    archive.write_out(tmp_path / "saved", verbose=False)
    assert not capsys.readouterr().out
    archive.write_out(tmp_path / "saved")
    assert "* Endpoint 'same'\n    x: float32 (batch, 4)" in capsys.readouterr().out


class TestRefusals:
    @pytest.mark.parametrize("format", ["onnx", "tf_saved_model", "bad"])
    def test_formats(self, format):
        with pytest.raises(ValueError, match=f"Unsupported format: {format}.*saved_model"):
            ExportArchive(format=format)

    def test_what_is_tracked(self):
        archive = ExportArchive()
        with pytest.raises(ValueError, match="Invalid resource type.*Received object 3"):
            archive.track(3)
        with pytest.raises(ValueError, match="Invalid resource type"):
            archive.track_and_add_endpoint("serve", lambda x: x, ROWS)
        with pytest.raises(ValueError, match="must be built before export"):
            archive.track(layers.Dense(3))

    def test_endpoints(self, tmp_path):
        archive = ExportArchive()
        with pytest.raises(ValueError, match="No endpoints have been set yet"):
            archive.write_out(tmp_path / "saved")
        with pytest.raises(ValueError, match="provide an `input_signature`.*Example"):
            archive.add_endpoint("serve", lambda x: x)
        with pytest.raises(ValueError, match=r"no parameters \['training'\]"):
            archive.add_endpoint("serve", lambda x: x, ROWS, training=True)
        with pytest.raises(TypeError, match="callable.*fn=3"):
            archive.add_endpoint("serve", 3, ROWS)
        archive.add_endpoint("serve", lambda x: x, ROWS)
        with pytest.raises(ValueError, match="Endpoint name 'serve' is already taken"):
            archive.add_endpoint("serve", lambda x: x, ROWS)
        assert not os.listdir(tmp_path)

    def test_variables_that_change_must_be_tracked(self, tmp_path):
        model, _ = model_with_states()
        archive = ExportArchive()
        archive.add_endpoint("train", model, ROWS, training=True)
        with pytest.raises(ValueError, match="changes the variable.*moving_mean.*track"):
            archive.write_out(tmp_path / "saved")
        assert not os.listdir(tmp_path)

    def test_collections(self):
        archive = ExportArchive()
        with pytest.raises(ValueError, match="to be a list/tuple/set"):
            archive.add_variable_collection("v", keras.Variable(1.0))
        with pytest.raises(ValueError, match="following types.*int"):
            archive.add_variable_collection("v", [3])
