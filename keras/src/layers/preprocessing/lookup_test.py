"""Layers with a vocabulary: outputs, vocabularies and configs are those of Keras 3.15.1 (`integration_tests/goldens/text_values.py`)."""

import json
import pathlib
import zipfile

import numpy as np
import pytest

from keras.src import backend, layers, models, ops
from keras.src.layers.preprocessing import adapting
from keras.src.layers.serialization import deserialize, serialize
from keras.src.saving import saving_api
from keras.src.saving.serialization_lib import deserialize_keras_object
from keras.src.testing.text_rows import DOCUMENTS, NUMBERS, ROWS, TEXTS, made
from keras.src.trainers.data_adapters.py_dataset_adapter import PyDataset

GOLDENS = json.loads((pathlib.Path(__file__).parents[1] / "testdata" / "text_values.json").read_text())
rows = pytest.mark.parametrize("name", ROWS)
needs_strings = pytest.mark.skipif(not backend.strings.SUPPORTED, reason="needs tensors of strings")


def plain(x):
    """Outputs as nested lists, of ragged tensors too."""
    if hasattr(x, "to_list"):
        return x.to_list()
    return ops.convert_to_numpy(x).tolist()


def assert_close(found, expected):
    if np.ndim(expected) and np.asarray(expected).dtype.kind == "f":
        np.testing.assert_allclose(found, expected, rtol=1e-6)
    else:
        assert found == expected


@rows
def test_outputs(name):
    layer = made(layers, name)
    assert_close(plain(layer(ROWS[name][3])), GOLDENS[name]["output"])


@rows
def test_vocabularies_and_configs(name):
    layer, golden = made(layers, name), GOLDENS[name]
    if golden["vocabulary"] is not None:
        # NumPy, which the vocabulary of Keras 3.15.1 goes through, drops zeros at the end.
        assert [str(token).rstrip("\0") for token in layer.get_vocabulary()] == golden["vocabulary"]
        assert layer.vocabulary_size() == len(golden["vocabulary"])
    assert json.loads(json.dumps(layer.get_config())) == golden["config"]
    again = type(layer).from_config(layer.get_config())
    if ROWS[name][2] is None:
        assert again.get_vocabulary() == layer.get_vocabulary()


def _arrays(values):
    yield np.array(values, object)
    yield tuple(values)
    if all("\0" not in x and isinstance(x, str) for x in values):
        yield np.array(values, "U")
        yield np.array(values, np.dtypes.StringDType())
        yield np.array([x.encode() for x in values], "S")
        yield [x.encode() for x in values]
        yield np.array([x.encode() if i % 2 else x for i, x in enumerate(values)], object)


@pytest.mark.parametrize("name", ["strings_4", "strings_9", "texts_0", "texts_6", "texts_15", "texts_unicode_16"])
def test_strings_in_each_form(name):
    layer = made(layers, name)
    for values in _arrays(ROWS[name][3]):
        assert_close(plain(layer(values)), GOLDENS[name]["output"])


def test_columns_of_tables():
    pandas = pytest.importorskip("pandas")
    layer = layers.StringLookup()
    layer.adapt(pandas.Series(["a", "b", "b"], dtype="category"))
    assert layer.get_vocabulary() == ["[UNK]", "b", "a"]
    for dtype in (None, "category", "string"):
        assert plain(layer(pandas.Series(["a", "q"], dtype=dtype))) == [2, 0]
    assert plain(layer(pandas.DataFrame({"x": ["a", "q"], "y": ["b", "a"]}))) == [[2, 1], [0, 2]]
    numbers = layers.IntegerLookup(vocabulary=[5, 6])
    assert plain(numbers(pandas.Series([6, 7]))) == [2, 0]


@pytest.mark.parametrize(
    "x, shape",
    [("a", ()), (["a"], (1,)), ([], (0,)), ([["a", "b"]], (1, 2)), ([[["a"], ["b"]]], (1, 2, 1)), ([[]], (1, 0))],
)
def test_shapes(x, shape):
    found = layers.StringLookup(vocabulary=["a"])(x)
    assert tuple(found.shape) == shape
    hot = layers.StringLookup(vocabulary=["a"], output_mode="count")
    assert tuple(hot(x).shape) == hot.compute_output_shape(shape)


def test_rows_of_different_lengths():
    rows = [["a", "b", "b"], ["z"]]
    counts = layers.StringLookup(vocabulary=["a", "b"], output_mode="count")
    assert plain(counts(rows)) == [[0, 1, 2], [1, 0, 0]]
    masked = layers.StringLookup(vocabulary=["a", "b"], mask_token="")
    bare = layers.StringLookup(vocabulary=["a", "b"])
    assert plain(layers.IntegerLookup(vocabulary=[5], output_mode="count")([[5, 5], [1]])) == [[0, 2], [1, 0]]
    if backend.SUPPORTS_RAGGED_TENSORS:
        assert plain(masked(rows)) == [[2, 3, 3], [1]]
        assert plain(bare(rows)) == [[1, 2, 2], [0]]
    else:
        assert plain(masked(rows)) == [[2, 3, 3], [1, 0, 0]]
        with pytest.raises(ValueError, match="ragged"):
            bare(rows)
    learnt = layers.StringLookup()
    learnt.adapt(rows)
    assert learnt.get_vocabulary() == ["[UNK]", "b", "z", "a"]


@pytest.mark.parametrize("name", [name for name in ROWS if name.startswith("integers")])
def test_tensors_of_integers(name):
    layer = made(layers, name)
    for dtype in ("int32", "int64", "float32"):
        assert_close(plain(layer(ops.convert_to_tensor(NUMBERS, dtype))), GOLDENS[name]["output"])
    spec = layer(layers.Input(batch_shape=(8,), dtype="int32"))
    eager = layer(NUMBERS)
    assert tuple(spec.shape) == tuple(eager.shape) and spec.dtype == backend.standardize_dtype(eager.dtype)


@pytest.mark.parametrize("name", [name for name in ROWS if not name.startswith("integers")])
def test_specs_of_strings(name):
    layer = made(layers, name)
    inputs = np.array(ROWS[name][3], object)
    eager = layer(inputs)
    for batch in (None, len(inputs)):
        spec = layer(layers.Input(batch_shape=(batch, *inputs.shape[1:]), dtype="string"))
        assert len(spec.shape) == len(eager.shape) and spec.dtype == backend.standardize_dtype(eager.dtype)
        assert all(known in (None, size) for known, size in zip(spec.shape, eager.shape))


def test_integers_that_the_engine_cannot_hold():
    layer = layers.IntegerLookup(vocabulary=[5, 2**40, 7])
    assert plain(layer(ops.convert_to_tensor([5, 7, 8]))) == [1, 3, 0]
    assert plain(layer(np.array([2**40, 2**40 + 1, 7]))) == [2, 0, 3]


def test_inverted():
    layer = layers.StringLookup(vocabulary=["a", "é"], invert=True, mask_token="")
    expected = [["", "[UNK]"], ["é", "[UNK]"]]
    for x in ([[0, 1], [3, 9]], np.array([[0, 1], [3, -1]]), ops.convert_to_tensor([[0, 1], [3, 4]])):
        found = layer(x)
        if backend.strings.SUPPORTED:
            found = [[token.decode() for token in row] for row in found.numpy()]
        assert found == expected


# Pipelines of TensorFlow


def mapped(layer, dataset):
    return [plain_of_tensorflow(x) for x in dataset.map(layer)]


def plain_of_tensorflow(x):
    return x.to_list() if hasattr(x, "to_list") else x.numpy().tolist()


@rows
def test_in_pipelines_of_tensorflow(name):
    tf = pytest.importorskip("tensorflow")
    layer = made(layers, name)
    inputs = ROWS[name][3]
    whole = tf.data.Dataset.from_tensors(tf.constant(inputs, tf.int64 if name.startswith("integers") else tf.string))
    assert_close(mapped(layer, whole)[0], GOLDENS[name]["output"])


@pytest.mark.parametrize("name", ["texts_0", "texts_3", "texts_13", "texts_unicode_6"])
def test_before_and_after_batching(name):
    tf = pytest.importorskip("tensorflow")
    layer = made(layers, name)
    texts = tf.data.Dataset.from_tensor_slices(ROWS[name][3])
    size = len(ROWS[name][3])
    batched = mapped(layer, texts.batch(size))[0]
    assert batched == GOLDENS[name]["output"]
    alone = mapped(layer, texts)
    assert [row + [0] * (len(b) - len(row)) for row, b in zip(alone, batched)] == batched


def test_ragged_and_sparse_tensors_in_pipelines():
    tf = pytest.importorskip("tensorflow")
    ragged = tf.data.Dataset.from_tensors(tf.ragged.constant([["a", "zz", "a"], ["b"]]))
    sparse = tf.data.Dataset.from_tensors(tf.sparse.from_dense([["a", "zz"], ["b", ""]]))
    layer = layers.StringLookup(vocabulary=["a", "b"])
    assert mapped(layer, ragged) == [[[1, 0, 1], [2]]]
    assert tf.sparse.to_dense(next(iter(sparse.map(layer))), -1).numpy().tolist() == [[1, 0], [2, -1]]
    counts = layers.StringLookup(vocabulary=["a", "b"], output_mode="count")
    assert mapped(counts, ragged) == [[[1, 2, 0], [0, 0, 1]]]
    assert mapped(counts, sparse) == [[[1, 1, 0], [0, 0, 1]]]
    vectors = layers.StringLookup(vocabulary=["a", "b"], output_mode="one_hot")
    assert mapped(vectors, ragged) == [[[[0, 1, 0], [1, 0, 0], [0, 1, 0]], [[0, 0, 1]]]]
    numbers = tf.data.Dataset.from_tensors(tf.ragged.constant([[5, 77], [6]], dtype=tf.int64))
    assert mapped(layers.IntegerLookup(vocabulary=[5, 6]), numbers) == [[[1, 0], [2]]]


def test_unknown_strings_that_are_an_error_in_pipelines():
    tf = pytest.importorskip("tensorflow")
    layer = layers.StringLookup(vocabulary=["a"], num_oov_indices=0)
    assert mapped(layer, tf.data.Dataset.from_tensors(["a"])) == [[0]]
    with pytest.raises(tf.errors.InvalidArgumentError, match="num_oov_indices=0"):
        mapped(layer, tf.data.Dataset.from_tensors(["a", "q"]))


# Learning


def _sources(texts):
    yield texts
    yield (texts[i : i + 2] for i in range(0, len(texts), 2))
    yield [np.array(texts[:2], object), np.array(texts[2:], object)]

    class Batches(PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return np.array(texts[2 * index : 2 * index + 2], object), np.zeros(2)

    yield Batches()


def _foreign_sources(texts):
    tf, torch = pytest.importorskip("tensorflow"), pytest.importorskip("torch")
    grain = pytest.importorskip("grain")
    dataset = tf.data.Dataset.from_tensor_slices(texts)
    yield dataset
    yield dataset.batch(3)
    yield tf.data.Dataset.from_tensor_slices((texts, [0] * len(texts))).batch(3)
    yield torch.utils.data.DataLoader(texts, batch_size=3)
    yield torch.utils.data.DataLoader(list(zip(texts, range(len(texts)))), batch_size=3)
    yield grain.MapDataset.source(texts).batch(2, batch_fn=list)


@pytest.mark.parametrize("sources", [_sources, _foreign_sources])
@pytest.mark.parametrize("arguments", [{}, {"output_mode": "tf_idf"}])
def test_sources_of_adapt(sources, arguments):
    for data in sources(DOCUMENTS):
        layer = layers.TextVectorization(**arguments)
        layer.adapt(data)
        assert layer.get_vocabulary() == GOLDENS["texts_16" if arguments else "texts_0"]["vocabulary"]
        if arguments:
            assert_close(plain(layer([*DOCUMENTS, "the zz"])), GOLDENS["texts_16"]["output"])


def test_long_arrays_are_read_in_pieces(monkeypatch):
    monkeypatch.setattr(adapting, "ROWS_AT_ONCE", 2)
    for name in ("texts_0", "strings_adapted_rows_4", "texts_16"):
        assert made(layers, name).get_vocabulary() == GOLDENS[name]["vocabulary"]
    sizes = []

    def seen(texts):
        sizes.append(int(np.shape(texts)[0]))
        return texts

    layers.TextVectorization(standardize=seen).adapt(TEXTS[20:30], batch_size=4)
    assert sizes == [4, 4, 2]


def test_steps_limit_what_is_read():
    layer = layers.StringLookup()
    layer.adapt((["a"] for _ in range(5)), steps=3)
    many = iter([["a"], ["b"], ["c"]])
    layer.adapt(many, steps=2)
    assert layer.get_vocabulary() == ["[UNK]", "b", "a"] and next(many) == ["c"]
    texts = layers.TextVectorization()
    texts.adapt(iter([["a"], ["b"], ["c"]]), steps=1)
    assert texts.get_vocabulary() == ["", "[UNK]", "a"]


@pytest.mark.parametrize("made_layer", [layers.StringLookup, layers.TextVectorization])
def test_states(made_layer):
    layer = made_layer()
    layer.update_state(["a", "b"])
    layer.update_state(["b"])
    assert layer.get_vocabulary(include_special_tokens=False) == []
    layer.finalize_state()
    assert layer.get_vocabulary(include_special_tokens=False) == ["b", "a"]
    layer.update_state(["z"])
    layer.reset_state()
    layer.finalize_state()
    assert layer.get_vocabulary(include_special_tokens=False) == ["b", "a"]
    layer.update_state(["z"])
    layer.finalize_state()
    assert layer.get_vocabulary(include_special_tokens=False) == ["z"]
    layer.adapt(["q"])
    assert layer.get_vocabulary(include_special_tokens=False) == ["q"]


@pytest.mark.parametrize("data", [[], [""], iter(()), iter([["a"], [1]]), [None], 3.0, [["a"], "b"]])
def test_failed_adapt_changes_nothing(data):
    layer = layers.TextVectorization(output_mode="tf_idf")
    layer.adapt(DOCUMENTS)
    before = layer.get_vocabulary(), plain(layer(DOCUMENTS))
    with pytest.raises((ValueError, TypeError)):
        layer.adapt(data)
    assert (layer.get_vocabulary(), plain(layer(DOCUMENTS))) == before
    layer.finalize_state()
    assert layer.get_vocabulary() == before[0]


def test_vocabularies_that_are_set():
    layer = layers.StringLookup(vocabulary=("a",))
    layer.set_vocabulary(np.array(["x", "y"]))
    assert plain(layer(["y", "a"])) == [2, 0]
    assert layer.get_config()["vocabulary"] == ["a"] and layer.get_config()["vocabulary_size"] == 3
    with pytest.raises(ValueError, match="once"):
        layer.set_vocabulary(["a", "a"])
    assert layer.get_vocabulary() == ["[UNK]", "x", "y"]
    weighted = layers.StringLookup(output_mode="tf_idf")
    weighted.set_vocabulary(["[UNK]", "a", "b"], [0.5, 0.25, 0.125])
    assert plain(weighted([["a", "b", "z"]])) == [[0.5, 0.25, 0.125]]
    weighted.set_vocabulary(["a", "b"], [0.25, 0.125])
    assert plain(weighted([["a", "b", "z"]])) == [[0.1875, 0.25, 0.125]]
    given = layers.StringLookup(vocabulary=["a"])
    with pytest.raises(ValueError, match="adapt"):
        given.adapt(["b"])


# Files


def test_vocabularies_in_files(tmp_path):
    path = tmp_path / "words.txt"
    path.write_bytes("the\r\n fox \nünï".encode())
    for given in (path, str(path)):
        layer = layers.StringLookup(vocabulary=given)
        assert layer.get_vocabulary() == ["[UNK]", "the", " fox ", "ünï"]
        assert layer.get_config()["vocabulary"] is None and layer.get_config()["vocabulary_size"] == 4
    (tmp_path / "numbers.txt").write_text("1\n 5\n")
    assert layers.IntegerLookup(vocabulary=str(tmp_path / "numbers.txt")).get_vocabulary() == [-1, 1, 5]
    (tmp_path / "hole.txt").write_text("a\n\nb\n")
    for wrong in ("hole.txt", "missing.txt"):
        with pytest.raises(ValueError, match="vocabulary file"):
            layers.TextVectorization(vocabulary=str(tmp_path / wrong))


def saved(layer, tmp_path, dtype="string"):
    inputs = layers.Input((1,), dtype=dtype)
    model = models.Model(inputs, layer(inputs))
    model.save(tmp_path / "model.keras")
    return saving_api.load_model(tmp_path / "model.keras").layers[-1]


@pytest.mark.parametrize(
    "name", [n for n in ROWS if "adapted" in n or n in ("texts_0", "texts_16", "texts_given", "texts_6")]
)
def test_saved_and_loaded(name, tmp_path):
    layer = made(layers, name)
    again = saved(layer, tmp_path, "int64" if name.startswith("integers") else "string")
    assert again.get_vocabulary() == layer.get_vocabulary()
    assert_close(plain(again(ROWS[name][3])), GOLDENS[name]["output"])
    assert again.get_config() == layer.get_config()


def test_what_a_file_holds(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("a\nb")
    again = saved(layers.TextVectorization(vocabulary=path), tmp_path)
    path.unlink()
    archive = zipfile.ZipFile(tmp_path / "model.keras")
    for folder in ("", "_lookup_layer/"):
        stored = archive.read(f"assets/layers/text_vectorization/{folder}vocabulary.txt")
        assert stored == b"\n[UNK]\na\nb"
    assert again.get_vocabulary() == ["", "[UNK]", "a", "b"]
    saved(layers.StringLookup(vocabulary=["a"]), tmp_path)
    assert not any("vocabulary" in name for name in zipfile.ZipFile(tmp_path / "model.keras").namelist())


def test_words_with_line_breaks_and_invalid_bytes_come_back(tmp_path):
    layer = layers.StringLookup()
    layer.adapt(["q\nx", " r ", "\r", "s\r", "", b"\xff\xfe", "ü"])
    again = saved(layer, tmp_path)
    assert again.get_vocabulary() == layer.get_vocabulary()
    assert plain(again([b"\xff\xfe", "s\r"])) == plain(layer([b"\xff\xfe", "s\r"]))


def test_paths_that_files_name_are_not_read(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_text("a\nb")
    for made_layer in (layers.StringLookup, layers.IntegerLookup, layers.TextVectorization):
        config = serialize(made_layer())
        config["config"]["vocabulary"] = str(path)
        with pytest.raises(ValueError, match="safe mode"):
            deserialize(config)
        with pytest.raises(ValueError, match="safe mode"):
            made_layer.from_config(config["config"])
    config = {**serialize(layers.StringLookup()), "config": {"vocabulary": str(path)}}
    trusted = deserialize_keras_object(config, safe_mode=False)
    assert trusted.get_vocabulary() == ["[UNK]", "a", "b"]


@pytest.mark.parametrize("data", ["a b a c", np.str_("a b a c"), np.array("a b a c")])
def test_a_single_text_is_one_document(data):
    """Words that it has twice count as in one of one document: the weight of each is log(1 + 1 / (1 + 1))."""
    layer = layers.TextVectorization(output_mode="tf_idf")
    layer.adapt(data)
    assert layer.get_vocabulary()[:2] == ["[UNK]", "a"]
    weights = np.log(1.5) * np.ones(3)
    np.testing.assert_allclose(ops.convert_to_numpy(layer(["a b c"]))[0, 1:], weights, rtol=1e-5)
