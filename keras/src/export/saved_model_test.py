"""SavedModels, as TensorFlow reads them, from each engine."""

import logging
import os

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.src import backend
from keras.src.export.testing.checks import assert_agrees, reloaded
from keras.src.export.testing.models import CASES
from keras.src.utils.module_utils import jax

tf = pytest.importorskip("tensorflow")
X = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")


@pytest.fixture(autouse=True)
def quiet():
    """TensorFlow tells of names that it changes, and we change none that it would."""
    messages = []
    handler = logging.Handler()
    handler.emit = lambda record: messages.append(record.getMessage())
    logging.getLogger("absl").addHandler(handler)
    tf.get_logger().addHandler(handler)
    yield
    logging.getLogger("absl").removeHandler(handler)
    tf.get_logger().removeHandler(handler)
    assert not [m for m in messages if "not a valid" in m or "untraced" in m]


def exported(model, folder, **arguments):
    model.export(f"{folder}/saved", verbose=False, **arguments)
    return tf.saved_model.load(f"{folder}/saved")


def small_model(**of_input):
    layer = [layers.Dense(3), layers.BatchNormalization(), layers.Dropout(0.5)]
    return keras.Sequential([keras.Input((4,), **of_input), *layer], name="small")


@pytest.mark.parametrize("name", CASES)
def test_models(name, tmp_path):
    case = CASES[name]
    model = case.model()
    for each in (model, reloaded(model, tmp_path)):
        loaded = exported(each, tmp_path)
        assert_agrees(model, case.samples(), loaded.serve)


def test_signatures_are_those_of_the_reference(tmp_path):
    loaded = exported(small_model(name="rows"), tmp_path)
    assert sorted(loaded.signatures) == ["serve", "serving_default"]
    for signature in loaded.signatures.values():
        assert signature.structured_input_signature == ((), {"rows": tf.TensorSpec((None, 4), name="rows")})
        assert signature.structured_outputs == {"output_0": tf.TensorSpec((None, 3), name="output_0")}


def test_variables_are_those_of_the_reference(tmp_path):
    # Literals from Keras 3.15.1 on TensorFlow.
    model = small_model()
    loaded = exported(model, tmp_path)
    normalization = [f"small/batch_normalization/{n}:0" for n in ("gamma", "beta", "moving_mean", "moving_variance")]
    names = ["small/dense/kernel:0", "small/dense/bias:0", *normalization, "seed_generator/seed_generator_state:0"]
    plain = lambda variables: ["_".join(p.rstrip("_0123456789") for p in v.name[:-2].split("/")) for v in variables]
    expected = ["_".join(p.rstrip("_0123456789") for p in n[:-2].split("/")) for n in names]
    assert plain(loaded.variables) == expected
    assert [v.trainable for v in loaded.variables] == [True] * 4 + [False] * 3
    assert plain(loaded.trainable_variables) == expected[:4]
    assert plain(loaded.non_trainable_variables) == expected[4:]
    for own, theirs in zip(model.variables, loaded.variables):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(own), theirs.numpy())


def test_frozen_layers_are_frozen(tmp_path):
    model = small_model()
    model.layers[0].trainable = False
    loaded = exported(model, tmp_path)
    assert [v.shape.rank for v in loaded.trainable_variables] == [1, 1]
    assert [v.trainable for v in loaded.variables[:3]] == [False, False, True]


@pytest.mark.parametrize(
    "name, legal", [("my input", "my_input"), ("1x", "arg_1x"), ("if", "arg_if"), ("A-b.c", "A_b_c")]
)
def test_names_are_made_legal(name, legal, tmp_path):
    loaded = exported(small_model(name=name), tmp_path)
    outputs = loaded.signatures["serve"](**{legal: tf.constant(X)})
    assert outputs["output_0"].shape == (5, 3)


def test_lists_and_nests(tmp_path):
    first, second = keras.Input((4,), name="first"), keras.Input((4,), name="second")
    model = keras.Model([first, second], {"sum": first + second, "parts": [first * 2.0, (second * 3.0,)]})
    loaded = exported(model, tmp_path)
    np.testing.assert_allclose(loaded.serve([X, 2 * X])["parts"][0], 2 * X)
    outputs = loaded.signatures["serve"](first=tf.constant(X), second=tf.constant(2 * X))
    assert sorted(outputs) == ["parts.0", "parts.1.0", "sum"]
    np.testing.assert_allclose(outputs["parts.1.0"], 6 * X)


def test_subclasses_and_arguments_by_name(tmp_path):
    class Mine(keras.Model):
        def call(self, x, y, training=False):
            return x - y if training else x + 2 * y

    model = Mine()
    with pytest.raises(ValueError, match="must be built before"):
        model.export(tmp_path / "saved")
    model(X, X)
    with pytest.raises(ValueError, match="input_signature=.*InputSpec"):
        model.export(tmp_path / "saved")
    spec = keras.InputSpec("float32", (None, 4))
    loaded = exported(model, tmp_path, input_signature=[spec, spec])
    np.testing.assert_allclose(loaded.serve(X, y=X), 3 * X, rtol=1e-6)


def test_signatures_of_ones_own(tmp_path):
    spec = {"shape": (2, 4), "dtype": "float32", "name": "pair"}
    loaded = exported(small_model(), tmp_path, input_signature=spec)
    (_, given) = loaded.signatures["serve"].structured_input_signature
    assert given == {"pair": tf.TensorSpec((2, 4), name="pair")}


def test_graphs_are_plain_operations(tmp_path):
    loaded = exported(CASES["transformer"].model(), tmp_path)
    names = {node.type for node in loaded.signatures["serve"].graph.get_operations()}
    for function in loaded.graph_debug_info and loaded.signatures["serve"].graph._functions.values():
        names |= {node.op for node in function.definition.node_def}
    assert not {x for x in names if x.startswith(("Xla", "PyFunc", "EagerPyFunc"))}


def test_mixed_precision(tmp_path):
    layer = layers.Dense(3, dtype="mixed_float16")
    model = keras.Sequential([keras.Input((4,)), layer])
    loaded = exported(model, tmp_path)
    assert [v.dtype for v in loaded.variables] == [tf.float32] * 2
    outputs = loaded.serve(X)
    assert outputs.dtype == tf.float16
    np.testing.assert_allclose(outputs, model.predict(X, verbose=0), rtol=2e-3, atol=2e-3)


class TestPreprocessing:
    def test_texts(self, tmp_path):
        texts = layers.TextVectorization(vocabulary=["the", "cat", "sat"], output_sequence_length=4)
        inputs = keras.Input((), dtype="string", name="texts")
        model = keras.Model(inputs, layers.Embedding(6, 2)(texts(inputs)))
        loaded = exported(model, tmp_path)
        raw = np.array(["The cat sat!", "a dog", "sat sat the cat the"])
        found = loaded.signatures["serve"](texts=tf.constant(raw))["output_0"]
        table = ops.convert_to_numpy(model.layers[-1].embeddings)
        np.testing.assert_allclose(found, table[[[2, 3, 4, 0], [1, 1, 0, 0], [4, 4, 2, 3]]], rtol=1e-6)

    def test_words_and_numbers(self, tmp_path):
        word, number, key = keras.Input((1,), dtype="string"), keras.Input((2,)), keras.Input((1,), dtype="int64")
        words = layers.StringLookup(vocabulary=["a", "b"], num_oov_indices=2, output_mode="one_hot")
        numbers = layers.Normalization(mean=[1.0, 2.0], variance=[4.0, 0.25])
        keys = layers.IntegerLookup(vocabulary=[10, 20])
        hashes = layers.Hashing(7, salt=3)
        edges = layers.Discretization([0.0, 1.0])
        outputs = [words(word), numbers(layers.Rescaling(2.0)(number)), keys(key), hashes(word), edges(number)]
        model = keras.Model([word, number, key], outputs)
        given = (
            np.array([["b"], ["zzz"]]),
            np.array([[0.5, 1.5], [-2.0, 0.25]], "float32"),
            np.array([[20], [7]], "int64"),
        )
        found = exported(model, tmp_path).serve([tf.constant(x) for x in given])
        eager = [words(given[0]), None, None, hashes(given[0])]
        np.testing.assert_array_equal(found[0], ops.convert_to_numpy(eager[0]))
        np.testing.assert_allclose(found[1], [[0.0, 2.0], [-2.5, -3.0]], rtol=1e-6)
        np.testing.assert_array_equal(found[2], [[2], [0]])
        np.testing.assert_array_equal(found[3], ops.convert_to_numpy(eager[3]))
        np.testing.assert_array_equal(found[4], [[1, 2], [0, 1]])

    def test_images(self, tmp_path):
        images = keras.Input((None, None, 3))
        model = keras.Model(images, layers.Rescaling(1 / 255)(layers.Resizing(4, 6)(images)))
        raw = np.random.default_rng(0).integers(0, 255, (2, 9, 7, 3)).astype("float32")
        found = exported(model, tmp_path).serve(raw)
        np.testing.assert_allclose(found, model.predict(raw, verbose=0), rtol=1e-5, atol=1e-5)


@pytest.mark.skipif(
    backend.own_code.jax_function is None, reason="functions of JAX are layers on JAX and TensorFlow only"
)
class TestCodeOfJax:
    def test_it_becomes_an_operation(self, tmp_path):
        layer = layers.JaxLayer(
            lambda params, inputs: jax.numpy.matmul(inputs, params), params=np.full((3, 2), 2.0, "float32")
        )
        model = keras.Sequential([keras.Input((None, 4)), layers.Dense(3), layer])
        loaded = exported(model, tmp_path)
        samples = [np.random.default_rng(n).normal(size=(n, n + 1, 4)).astype("float32") for n in (2, 5)]
        assert_agrees(model, samples, loaded.serve)
        loaded.trainable_variables[-1].assign(np.zeros((3, 2)))
        np.testing.assert_array_equal(loaded.serve(samples[0]), np.zeros((2, 3, 2)))

    def test_its_state_changes(self, tmp_path):
        def counted(params, state, inputs, training):
            return jax.numpy.multiply(inputs, params), state + 1 if training else state

        layer = layers.JaxLayer(counted, params=np.float32(3), state=np.float32(5))
        model = keras.Sequential([keras.Input((4,)), layer])
        archive = keras.export.ExportArchive()
        archive.track_and_add_endpoint("serve", model, None)
        archive.track_and_add_endpoint("train", model, None, training=True)
        archive.write_out(tmp_path / "saved", verbose=False)
        loaded = tf.saved_model.load(str(tmp_path / "saved"))
        for endpoint, count in (("serve", 5), ("train", 6), ("train", 7), ("serve", 7)):
            np.testing.assert_allclose(getattr(loaded, endpoint)(X), 3 * X, rtol=1e-6)
            assert loaded.non_trainable_variables[0].numpy() == count

    def test_platforms_are_chosen(self, tmp_path):
        chosen = {"native_serialization_platforms": ["tpu"]}
        layer = layers.JaxLayer(
            lambda params, inputs: jax.numpy.multiply(inputs, params), params=np.float32(3), **chosen
        )
        loaded = exported(keras.Sequential([keras.Input((4,)), layer]), tmp_path, jax2tf_kwargs=chosen)
        with pytest.raises(tf.errors.NotFoundError, match="TPU"):
            loaded.serve(X)


class TestRefusals:
    def test_nothing_is_written_where_tracing_fails(self, tmp_path):
        class Failing(layers.Layer):
            fails = False

            def call(self, x):
                if self.fails:
                    raise RuntimeError("cannot")
                return x

        model = keras.Sequential([keras.Input((4,)), Failing()])
        Failing.fails = True
        (tmp_path / "saved").mkdir()
        (tmp_path / "saved" / "old").write_text("old")
        with pytest.raises(RuntimeError, match="cannot"):
            model.export(tmp_path / "saved")
        assert os.listdir(tmp_path) == ["saved"] and os.listdir(tmp_path / "saved") == ["old"]

    def test_arguments(self, tmp_path):
        for arguments, message in (
            ({"format": "bad"}, "Unrecognized format=bad.*tf_saved_model"),
            ({"opset_version": 3}, "opset_version.*is_static"),
            ({"options": 3}, "SaveOptions.*Received: 3"),
        ):
            with pytest.raises(ValueError, match=message):
                small_model().export(tmp_path / "saved", **arguments)
        assert not os.listdir(tmp_path)

    def test_what_is_printed(self, tmp_path, capsys):
        small_model(name="rows").export(tmp_path / "saved")
        printed = capsys.readouterr().out
        assert f"Saved artifact at '{tmp_path}/saved'" in printed
        assert "The following endpoints are available:\n\n* Endpoint 'serve'\n    rows: float32 (batch, 4)" in printed
        assert f"tf.saved_model.load('{tmp_path}/saved')" in printed
