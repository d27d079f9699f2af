"""SavedModels as servers load them: by tag and signature into a session, by the names that a signature gives to its tensors.

That is what TensorFlow Serving does with a folder: it reads the graph with the tag `serve`, restores the variables, runs the
operation that fills lookup tables, and answers a request for `predict` by the signature of that name.
"""

import contextlib

import numpy as np
import pytest

import keras
from keras import layers
from keras.src.export.testing.models import CASES

tf = pytest.importorskip("tensorflow")
X = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")


class Served:
    """A folder in a session of its own."""

    def __init__(self, session, folder):
        self._session = session
        with session.graph.as_default():
            loaded = tf.compat.v1.saved_model.load(session, [tf.saved_model.SERVING], str(folder))
        self.definitions = loaded.signature_def

    def predict(self, inputs, signature="serving_default"):
        """Dict from names of outputs to arrays, for a dict from names of inputs to arrays."""
        definition = self.definitions[signature]
        assert set(definition.inputs) == set(inputs)
        feeds = {definition.inputs[name].name: x for name, x in inputs.items()}
        return self._session.run({name: x.name for name, x in definition.outputs.items()}, feeds)


@contextlib.contextmanager
def served(folder):
    with contextlib.closing(tf.compat.v1.Session(graph=tf.Graph())) as session:
        yield Served(session, folder)


def test_models(tmp_path):
    case = CASES["mlp"]
    model = case.model()
    model.export(tmp_path / "m", verbose=False)
    with served(tmp_path / "m") as server:
        for x in case.samples():
            found = server.predict({model.inputs[0].name: x})
            np.testing.assert_allclose(found["output_0"], model.predict(x, verbose=0), rtol=1e-5, atol=1e-5)


def test_signatures_say_what_servers_ask_for(tmp_path):
    case = CASES["dict_model"]
    model = case.model()
    model.export(tmp_path / "m", verbose=False)
    (x, _) = case.samples()
    with served(tmp_path / "m") as server:
        for name in ("serve", "serving_default"):
            definition = server.definitions[name]
            assert definition.method_name == "tensorflow/serving/predict"
            shapes = {k: [d.size for d in v.tensor_shape.dim] for k, v in definition.inputs.items()}
            assert shapes == {"first": [-1, 4], "second": [-1, 5]}
            assert {k: v.dtype for k, v in definition.inputs.items()} == dict.fromkeys(
                shapes, tf.float32.as_datatype_enum
            )
            assert sorted(definition.outputs) == ["hidden", "score"]
            found = server.predict(x, name)
            for key, want in model.predict(x, verbose=0).items():
                np.testing.assert_allclose(found[key], want, rtol=1e-5, atol=1e-5)


def test_tables_are_filled(tmp_path):
    words = keras.Input((1,), dtype="string", name="words")
    lookup = layers.StringLookup(vocabulary=["a", "b"], num_oov_indices=1)
    embedded = layers.Embedding(3, 2, embeddings_initializer=keras.initializers.Constant([[0, 1], [2, 3], [4, 5]]))
    model = keras.Model(words, layers.Flatten()(embedded(lookup(words))))
    model.export(tmp_path / "m", verbose=False)
    with served(tmp_path / "m") as server:
        found = server.predict({"words": np.array([[b"b"], [b"zzz"], [b"a"]], object)})
    np.testing.assert_array_equal(found["output_0"], [[4, 5], [0, 1], [2, 3]])


def test_several_functions_share_what_changes(tmp_path):
    model = keras.Sequential([keras.Input((4,), name="rows"), layers.BatchNormalization(momentum=0.5)])
    archive = keras.export.ExportArchive()
    archive.track_and_add_endpoint("serve", model, [keras.InputSpec("float32", (None, 4))])
    archive.track_and_add_endpoint("train", model, [keras.InputSpec("float32", (None, 4))], training=True)
    archive.write_out(tmp_path / "m", verbose=False)
    with served(tmp_path / "m") as server:
        np.testing.assert_allclose(server.predict({"rows": X})["output_0"], X / np.sqrt(1.001), rtol=1e-5)
        server.predict({"rows": X}, "train")
        mean, variance = 0.5 * X.mean(0), 0.5 + 0.5 * X.var(0)
        expected = (X - mean) / np.sqrt(variance + 1e-3)
        np.testing.assert_allclose(server.predict({"rows": X}, "serve")["output_0"], expected, rtol=1e-4, atol=1e-4)
