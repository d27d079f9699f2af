"""`FeatureSpace`. The numbers are those of Keras 3.15.1 on TensorFlow."""

import pathlib
import pickle

import numpy as np
import pandas
import pytest

from keras.src import backend, layers, models, ops, optimizers
from keras.src.layers.preprocessing.feature_space import FeatureSpace
from keras.src.saving import deserialize_keras_object, saving_api, serialize_keras_object
from keras.src.trainers.data_adapters.py_dataset_adapter import PyDataset

TABLE = {
    "d": np.array([0.1, 0.5, 0.9, 0.3]),
    "f": np.array([1.0, 2.0, 3.0, 4.0]),
    "h": np.array(["x", "y", "z", "w"]),
    "i": np.array([1, 2, 2, 5]),
    "n": np.array([10.0, 20.0, 30.0, 40.0]),
    "r": np.array([1.0, 2.0, 3.0, 4.0]),
    "s": np.array(["a", "b", "a", "c"]),
}
FILES = pathlib.Path(__file__).parents[1] / "testdata"
SIZES = {"d": 3, "f": 1, "h": 4, "i": 4, "n": 1, "r": 1, "s": 4, "s_X_i": 8}
EXPECTED = [
    [1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, -1.342, 3, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0],
    [0, 0, 1, 2, 0, 1, 0, 0, 0, 1, 0, 0, -0.447, 5, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0],
    [0, 0, 1, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0.447, 7, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
    [0, 1, 0, 4, 0, 0, 0, 1, 0, 0, 1, 0, 1.342, 9, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0],
]


def array(x):
    return ops.convert_to_numpy(x)


def space(output_mode="concat", **more):
    features = {
        "f": FeatureSpace.float(),
        "i": FeatureSpace.integer_categorical(),
        "s": FeatureSpace.string_categorical(),
        "d": FeatureSpace.float_discretized(3),
        "h": FeatureSpace.string_hashed(4),
        "n": FeatureSpace.float_normalized(),
        "r": FeatureSpace.float_rescaled(2.0, 1.0),
    }
    return FeatureSpace(features, crosses=[("s", "i")], crossing_dim=8, output_mode=output_mode, **more)


def adapted(output_mode="concat"):
    result = space(output_mode)
    result.adapt(TABLE)
    return result


def rows():
    for i in range(4):
        yield {name: x[i] for name, x in TABLE.items()}


class Batches(PyDataset):
    def __len__(self):
        return 2

    def __getitem__(self, i):
        return {name: x[2 * i : 2 * i + 2] for name, x in TABLE.items()}, np.zeros(2)


def dataset(labels=False):
    tf = pytest.importorskip("tensorflow")
    return tf.data.Dataset.from_tensor_slices((TABLE, np.zeros(4)) if labels else TABLE)


SOURCES = {
    "arrays": lambda: TABLE,
    "lists": lambda: {name: x.tolist() for name, x in TABLE.items()},
    "pandas": lambda: pandas.DataFrame(TABLE),
    "generator of rows": rows,
    "list of rows": lambda: list(rows()),
    "PyDataset": Batches,
    "tf.data of rows": dataset,
    "tf.data of batches": lambda: dataset().batch(3),
    "tf.data with labels": lambda: dataset(labels=True).batch(4),
}


@pytest.mark.parametrize("source", SOURCES)
def test_adapted_to_each_source(source):
    layer = space()
    layer.adapt(SOURCES[source]())
    # Boundaries of bins depend on how the data comes: those of the other batches are a little different.
    by_rows = "rows" in source or source in ("arrays", "lists", "pandas", "tf.data with labels")
    places = slice(0 if by_rows else 3, None)
    np.testing.assert_allclose(array(layer(TABLE))[:, places], np.array(EXPECTED)[:, places], atol=6e-4)


class Counted:
    """Elements that count how often somebody begins to read them."""

    def __init__(self, elements):
        self.elements, self.times = elements, 0

    def __iter__(self):
        self.times += 1
        return iter(self.elements)


def test_data_is_read_once():
    elements = list(rows())
    source, layer = Counted(elements), space()
    layer.adapt(source)
    assert source.times == 1
    np.testing.assert_allclose(array(layer(TABLE)), EXPECTED, atol=6e-4)
    read = []
    space().adapt(read.append(i) or row for i, row in enumerate(elements))
    assert read == [0, 1, 2, 3]


def test_a_dataset_of_tensorflow_is_read_once():
    tf = pytest.importorskip("tensorflow")
    source = Counted(list(rows()))
    specs = {name: tf.TensorSpec((), "string" if x.dtype.kind == "U" else x.dtype) for name, x in TABLE.items()}
    layer = space()
    layer.adapt(tf.data.Dataset.from_generator(lambda: iter(source), output_signature=specs))
    assert source.times == 1
    np.testing.assert_allclose(array(layer(TABLE)), EXPECTED, atol=6e-4)


def test_columns_of_single_values_beside_vectors():
    vectors = np.arange(8.0).reshape(4, 2)
    features = {"a": FeatureSpace.feature("float32", layers.Normalization(), "float"), "s": "string_categorical"}
    layer = FeatureSpace(features, output_mode="dict")
    layer.adapt([{"a": vectors[i], "s": s} for i, s in enumerate("abca")])
    assert layer.preprocessors["s"].get_vocabulary()[1:] == ["a", "c", "b"]
    np.testing.assert_allclose(layer.preprocessors["a"].adapt_mean, [vectors.mean()], rtol=1e-6)


def test_preprocessors_with_an_adapt_of_their_own():
    """They read for themselves, also from what can be read once only."""

    class Largest(layers.Layer):
        def adapt(self, data):
            self.largest = max(float(array(x).max()) for x in data)

        def call(self, x):
            return x / self.largest

    features = {"f": FeatureSpace.feature("float32", Largest(), "float"), "n": "float_normalized"}
    layer = FeatureSpace(features, output_mode="dict")
    layer.adapt(rows())
    assert layer.preprocessors["f"].largest == TABLE["f"].max()
    np.testing.assert_allclose(layer.preprocessors["n"].adapt_mean, [TABLE["n"].mean()], rtol=1e-6)


CALLS = {
    "lists": lambda: {name: x.tolist() for name, x in TABLE.items()},
    "columns": lambda: {name: x[:, None] for name, x in TABLE.items()},
    "objects": lambda: {name: x.astype(object) if x.dtype.kind == "U" else x for name, x in TABLE.items()},
    "pandas": lambda: pandas.DataFrame(TABLE),
    "tensors": lambda: {n: x if x.dtype.kind == "U" else ops.convert_to_tensor(x) for n, x in TABLE.items()},
}


@pytest.mark.parametrize("kind", CALLS)
def test_called_on_tables(kind):
    found = adapted()(CALLS[kind]())
    assert backend.is_tensor(found) and backend.standardize_dtype(found.dtype) == "float32"
    np.testing.assert_allclose(array(found), EXPECTED, atol=6e-4)


def test_called_on_a_row():
    layer = adapted()
    np.testing.assert_allclose(array(layer({n: x[1] for n, x in TABLE.items()})), EXPECTED[1], atol=6e-4)
    np.testing.assert_allclose(array(layer({n: x.tolist()[1] for n, x in TABLE.items()})), EXPECTED[1], atol=6e-4)
    of_one = {name: x[1:2] for name, x in TABLE.items()}
    np.testing.assert_allclose(array(layer(of_one)), EXPECTED[1:2], atol=6e-4)


def test_dicts():
    layer = adapted("dict")
    found = layer(TABLE)
    assert {name: tuple(x.shape) for name, x in found.items()} == {name: (4, n) for name, n in SIZES.items()}
    joined = np.concatenate([array(found[name]) for name in SIZES], axis=1)
    np.testing.assert_allclose(joined, EXPECTED, atol=6e-4)
    row = layer({name: x[0] for name, x in TABLE.items()})
    assert {name: tuple(x.shape) for name, x in row.items()} == {name: (n,) for name, n in SIZES.items()}
    assert {name: x.shape for name, x in layer.get_encoded_features().items()} == {
        name: (None, n) for name, n in SIZES.items()
    }


@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize("output_mode", ["concat", "dict"])
def test_in_pipelines_of_tensorflow(batched, output_mode):
    layer = adapted(output_mode)
    mapped = (dataset().batch(2) if batched else dataset()).map(layer)
    found = list(mapped.as_numpy_iterator())
    join = np.concatenate if batched else np.stack
    if output_mode == "concat":
        np.testing.assert_allclose(join(found), EXPECTED, atol=6e-4)
        return
    joined = np.concatenate([join([x[name] for x in found]) for name in SIZES], axis=1)
    np.testing.assert_allclose(joined, EXPECTED, atol=6e-4)


def test_integers_and_wide_columns():
    features = {"c": FeatureSpace.integer_hashed(3), "b": FeatureSpace.integer_hashed(4)}
    data = {"b": np.array([1, 2, 3]), "c": np.array([4, 5, 6])}
    crosses = [FeatureSpace.cross(("c", "b"), 500), FeatureSpace.cross(("b", "c"), 600)]
    found = array(FeatureSpace(features, crosses=crosses)(data))
    assert [np.flatnonzero(row).tolist() for row in found] == [[1, 6, 364, 823], [3, 5, 475, 758], [1, 6, 364, 823]]
    numbers = FeatureSpace(features, "dict", crosses=[FeatureSpace.cross(("b", "c"), 1000, "int")])(data)
    assert array(numbers["b_X_c"]).tolist() == [[357], [468], [357]]
    wide = FeatureSpace({"b": FeatureSpace.integer_hashed(4)})({"b": [[1, 2, 2], [3, 3, 3]]})
    assert array(wide).tolist() == [[0, 1, 0, 1], [0, 1, 0, 0]]
    large = FeatureSpace({"b": "integer_categorical"})
    large.adapt({"b": np.array([30000, 1, 30000])})
    assert array(large({"b": [30000, 1, 3]})).tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0]]


def test_output_modes_of_features():
    features = {
        "a": FeatureSpace.string_categorical(output_mode="int"),
        "b": FeatureSpace.float_discretized(None, [1.5], output_mode="int"),
        "c": FeatureSpace.feature("int32", layers.CategoryEncoding(3, output_mode="one_hot"), "float"),
        "e": FeatureSpace.feature("float32", lambda x: x * 2, "float"),
    }
    data = {"a": ["x", "y", "x"], "b": [1.0, 2.0, 3.0], "c": [0, 1, 2], "e": [1, 2, 3]}
    layer = FeatureSpace(features, output_mode="dict")
    layer.adapt(data)
    found = {name: array(x).tolist() for name, x in layer(data).items()}
    assert found["a"] == [[1], [2], [1]] and found["b"] == [[0], [1], [1]]
    assert found["c"] == np.eye(3).tolist() and found["e"] == [[2.0], [4.0], [6.0]]
    joined = FeatureSpace(features)
    with pytest.raises(ValueError, match="'a'.*output_mode"):
        joined.adapt(data)


def test_names_of_features_and_sizes():
    names = ["float", "float_rescaled", "float_normalized", "float_discretized", "integer_categorical"]
    names += ["string_categorical", "integer_hashed", "string_hashed"]
    layer = FeatureSpace({name: name for name in names}, hashing_dim=5, num_discretization_bins=6, name="table")
    assert layer.name == "table"
    assert [layer.preprocessors[name].name for name in names] == [f"{name}_preprocessor" for name in names]
    assert layer.preprocessors["integer_hashed"].num_bins == layer.preprocessors["string_hashed"].num_bins == 5
    assert layer.preprocessors["float_discretized"].num_bins == 6
    assert {name: x.dtype for name, x in layer.features.items()} == dict(
        zip(names, ["float32"] * 4 + ["int32", "string", "int32", "string"])
    )
    assert FeatureSpace.integer_categorical(3, 2, name="q").preprocessor.name == "q_preprocessor"
    tokens = FeatureSpace({"a": FeatureSpace.string_categorical(max_tokens=3, num_oov_indices=2)})
    tokens.adapt({"a": ["x", "y", "x", "z"]})
    assert tokens.preprocessors["a"].get_vocabulary() == ["[UNK]", "[UNK]", "x"]


def test_in_models():
    layer = adapted()
    inputs = layer.get_inputs()
    assert {name: (x.shape, x.dtype) for name, x in inputs.items()} == {
        name: ((None, 1), {"s": "string", "h": "string", "i": "int32"}.get(name, "float32")) for name in TABLE
    }
    encoded = layer.get_encoded_features()
    assert encoded.shape == (None, 26)
    model = models.Model(encoded, layers.Dense(1, kernel_initializer="ones")(encoded))
    sums = np.array(EXPECTED).sum(1, keepdims=True)
    np.testing.assert_allclose(model.predict(layer(TABLE), verbose=0), sums, atol=2e-3)
    if backend.CAN_TRAIN:
        model.compile(optimizers.SGD(1e-4), "mse")
        losses = model.fit(layer(TABLE), np.zeros((4, 1)), epochs=3, verbose=0).history["loss"]
        assert losses[-1] < losses[0]


def test_models_of_numbers_end_to_end():
    layer = FeatureSpace({"n": "float_normalized", "i": FeatureSpace.integer_hashed(4), "d": "float_rescaled"})
    layer.adapt(TABLE)
    data = {name: TABLE[name][:, None] for name in ("n", "i", "d")}
    for outputs in (layer.get_encoded_features(), layer(layer.get_inputs())):
        model = models.Model(layer.get_inputs(), layers.Dense(1, kernel_initializer="ones")(outputs))
        sums = array(layer(data)).sum(1, keepdims=True)
        np.testing.assert_allclose(model.predict(data, verbose=0), sums, rtol=1e-5, atol=1e-5)
        again = models.Model.from_config(model.get_config())
        again.set_weights(model.get_weights())
        np.testing.assert_allclose(again.predict(data, verbose=0), sums, rtol=1e-5, atol=1e-5)


def test_models_of_raw_columns(tmp_path):
    layer = adapted()
    outputs = layers.Dense(1, kernel_initializer="ones")(layer.get_encoded_features())
    model = models.Model(layer.get_inputs(), outputs)
    data = {name: x[:, None] for name, x in TABLE.items()}
    sums = np.array(EXPECTED).sum(1, keepdims=True)
    np.testing.assert_allclose(array(model(data)), sums, atol=2e-3)
    np.testing.assert_allclose(model.predict(data, verbose=0), sums, atol=2e-3)
    model.save(tmp_path / "model.keras")
    again = saving_api.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.predict(data, verbose=0), sums, atol=2e-3)
    if backend.CAN_TRAIN:
        model.compile(optimizers.SGD(1e-4), "mse")
        losses = model.fit(data, np.zeros((4, 1)), epochs=3, verbose=0).history["loss"]
        assert losses[-1] < losses[0]


class Subclassed(models.Model):
    def __init__(self, space):
        super().__init__()
        self.space, self.dense = space, layers.Dense(1, kernel_initializer="ones")

    def call(self, columns):
        return self.dense(self.space(columns))


def test_within_subclassed_models():
    model = Subclassed(adapted())
    data = {name: x[:, None] for name, x in TABLE.items()}
    np.testing.assert_allclose(model.predict(data, verbose=0), np.array(EXPECTED).sum(1, keepdims=True), atol=2e-3)
    assert [v.path for v in model.weights if "normalized" in v.path] and len(model.trainable_weights) == 2
    if backend.CAN_TRAIN:
        model.compile(optimizers.SGD(1e-4), "mse")
        losses = model.fit(data, np.zeros((4, 1)), epochs=3, verbose=0).history["loss"]
        assert losses[-1] < losses[0]


def test_sent_to_another_process():
    again = pickle.loads(pickle.dumps(adapted()))
    np.testing.assert_allclose(array(again(TABLE)), EXPECTED, atol=6e-4)


@pytest.mark.parametrize("output_mode", ["concat", "dict"])
def test_saved(tmp_path, output_mode):
    layer = adapted(output_mode)
    layer.save(tmp_path / "space.keras")
    again = saving_api.load_model(tmp_path / "space.keras")
    assert isinstance(again, FeatureSpace) and again.crossing_dim == 8
    found = again(TABLE)
    found = found if output_mode == "concat" else ops.concatenate([found[name] for name in SIZES], axis=1)
    np.testing.assert_allclose(array(found), EXPECTED, atol=6e-4)
    assert again.get_config() == layer.get_config()


def test_files_of_keras_3():
    """Written by Keras 3.15.1: a space over these columns, adapted to them, and a model of it with a Dense of ones."""
    space = saving_api.load_model(FILES / "feature_space.keras")
    np.testing.assert_allclose(array(space(TABLE)), EXPECTED, atol=6e-4)
    model = saving_api.load_model(FILES / "feature_space_model.keras")
    data = {name: x[:, None] for name, x in TABLE.items()}
    sums = [7.658359, 11.552786, 15.447214, 19.341640]
    np.testing.assert_allclose(model.predict(data, verbose=0)[:, 0], sums, rtol=1e-5)


def test_configs():
    layer = space(name="table")
    config = serialize_keras_object(layer)
    assert (config["module"], config["class_name"]) == ("keras.utils", "FeatureSpace")
    assert {k: v for k, v in config["config"].items() if k not in ("features", "crosses")} == {
        "output_mode": "concat",
        "crossing_dim": 8,
        "hashing_dim": 32,
        "num_discretization_bins": 32,
    }
    cross = config["config"]["crosses"][0]
    assert cross["class_name"] == "Cross" and cross["config"]["crossing_dim"] == 8
    feature = config["config"]["features"]["f"]
    assert (feature["module"], feature["class_name"]) == ("keras.src.layers.preprocessing.feature_space", "Feature")
    again = deserialize_keras_object(config)
    again.adapt(TABLE)
    np.testing.assert_allclose(array(again(TABLE)), EXPECTED, atol=6e-4)


def test_adapting_again_finds_new_categories():
    layer = FeatureSpace({"s": "string_categorical"})
    layer.adapt({"s": ["a", "b"]})
    assert layer.get_encoded_features().shape == (None, 3)
    layer.adapt({"s": ["a", "b", "c", "d"]})
    assert layer.get_encoded_features().shape == (None, 5)
    assert array(layer({"s": ["d"]})).sum() == 1


def test_a_failed_adapt_changes_nothing():
    layer = adapted()

    def broken():
        yield from rows()
        raise RuntimeError("no more")

    strings = {**TABLE, "n": np.array(["a", "b", "c", "d"])}
    for data, error in ((broken(), RuntimeError), (strings, (TypeError, ValueError)), ({}, ValueError)):
        with pytest.raises(error):
            layer.adapt(data)
        np.testing.assert_allclose(array(layer(TABLE)), EXPECTED, atol=6e-4)


@pytest.mark.parametrize(
    "call, error, match",
    [
        (lambda: FeatureSpace({}), ValueError, "features"),
        (lambda: FeatureSpace(["a"]), ValueError, "features"),
        (lambda: FeatureSpace({"a": "floats"}), ValueError, "floats"),
        (lambda: FeatureSpace({"a": "float"}, output_mode="list"), ValueError, "output_mode"),
        (lambda: FeatureSpace({"a": "float"}, crosses=[("a", "b")]), ValueError, "cross"),
        (lambda: FeatureSpace({"a": "float"}, crosses=[("a",)]), ValueError, "at least two"),
        (lambda: FeatureSpace.cross(("a", "b"), 4, "count"), ValueError, "output_mode"),
        (lambda: FeatureSpace.feature("float32", layers.Rescaling(2.0), "vector"), ValueError, "output_mode"),
        (lambda: space()(TABLE), ValueError, "adapt"),
        (lambda: space().get_inputs(), ValueError, "adapt"),
        (lambda: space().get_encoded_features(), ValueError, "adapt"),
        (lambda: adapted()({"f": [1.0]}), ValueError, "missing"),
        (lambda: adapted()({**TABLE, "z": [1]}), ValueError, "unknown"),
        (lambda: adapted()([1.0]), ValueError, "dict"),
        (lambda: adapted()({**TABLE, "f": TABLE["s"]}), ValueError, "'f'.*numbers"),
        (lambda: space().adapt([1, 2]), TypeError, "dict"),
        (lambda: space().adapt(3), TypeError, "dict"),
        (lambda: space().adapt({"f": [1.0]}), ValueError, "columns"),
        (lambda: space().adapt({name: x[:0] for name, x in TABLE.items()}), ValueError, "data"),
        (lambda: space().adapt([]), ValueError, "data"),
        (
            lambda: FeatureSpace({"b": FeatureSpace.feature("float32", layers.Rescaling(2.0), "one_hot")})(
                {"b": [1.0]}
            ),
            ValueError,
            "integers",
        ),
    ],
)
def test_mistakes(call, error, match):
    with pytest.raises(error, match=match):
        call()


@pytest.mark.parametrize("source", SOURCES)
def test_adapt_where_no_feature_learns(source):
    layer = FeatureSpace({"f": FeatureSpace.float_rescaled(scale=2.0), "r": FeatureSpace.float()})
    layer.adapt(SOURCES[source]())
    np.testing.assert_array_equal(array(layer({"f": [0.5], "r": [3.0]})), [[1, 3]])
