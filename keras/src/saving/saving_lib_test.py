import copy
import json
import os
import pickle
import zipfile

import h5py
import numpy as np
import pytest

import keras
from keras.src import backend, layers, models, saving
from keras.src.saving import saving_api, saving_lib
from keras.src.saving.walk import walk
from keras.src.testing.registration import clean_registration  # noqa: F401  a fixture
from keras.src.utils import load_budget

X = np.linspace(-1, 1, 12).reshape(4, 3).astype("float32")


def perceptron(*sizes, compiled=False):
    model = models.Sequential([layers.Input((3,)), *(layers.Dense(size) for size in sizes)])
    if compiled:
        model.compile("adam", "mse", metrics=["mae"])
        model.optimizer.build(model.trainable_variables)
        for number, variable in enumerate(model.optimizer.variables):
            variable.assign(backend.cast(variable * 0 + number, variable.dtype))
    return model


def values(variables):
    return [backend.convert_to_numpy(v) for v in variables]


def assert_equal_values(a, b):
    for first, second in zip(values(a), values(b), strict=True):
        np.testing.assert_array_equal(first, second)


class Cell(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.w = self.add_weight(shape=(2,), name="w")

    def call(self, x):
        return x


class Cupboard(layers.Layer):
    """A layer with state in every kind of place."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.a = [[Cell()], [Cell()], [3], [], {"z": [Cell()]}]
        self.b = {"x": [1], "y": [Cell()], "q": Cell(), "r": [Cell()]}
        self._hidden = Cell()
        self.Zed = Cell()
        self.again = self.Zed
        self.seed = keras.random.SeedGenerator(1)

    def call(self, x):
        return x


# Paths as Keras 3.15.1 writes them.
CUPBOARD_PATHS = [
    "",
    "Zed",
    "a/container/cell",
    "a/container_1/cell",
    "a/container_4/container/cell",
    "b/container_1/cell",
    "b/cell",
    "b/container_2/cell",
    "_hidden",
]


def test_walk_of_a_layer():
    assert [path for path, _ in walk(Cupboard())] == CUPBOARD_PATHS


def test_walk_of_models():
    dense, other = layers.Dense(2), layers.Dense(3)

    class Named(models.Model):
        def __init__(self):
            inputs = layers.Input((3,))
            self.alpha = dense
            super().__init__(inputs, dense(inputs))
            self.extra = [other, layers.Dense(3)]
            self.zz = other

    named = [(path, type(obj).__name__) for path, obj in walk(Named())]
    assert named == [
        ("", "Named"),
        ("layers/input_layer", "InputLayer"),
        ("layers/dense", "Dense"),
        ("extra/dense", "Dense"),
        ("extra/dense_1", "Dense"),
    ]

    class Free(models.Model):
        def __init__(self):
            super().__init__()
            self.zeta = layers.Dense(2)
            self.beta = [layers.Dense(2), layers.Dense(2)]
            self._private = layers.Dense(2)
            self.inner = perceptron(1, 1)

        def call(self, x):
            return x

    # Layers are visited in the place of the name `layers`; those that come before it have their own names.
    assert [path for path, _ in walk(Free())] == [
        "",
        "beta/dense",
        "beta/dense_1",
        "inner",
        "inner/layers/dense",
        "inner/layers/dense_1",
        "layers/dense",
        "layers/dense_3",
    ]


def test_keras_file(tmp_path):
    model = perceptron(4, 2, compiled=True)
    path = tmp_path / "model.keras"
    model.save(path)
    with zipfile.ZipFile(path) as file:
        assert file.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
        assert json.loads(file.read("metadata.json"))["keras_version"] == keras.__version__
    loaded = saving_api.load_model(path)
    assert_equal_values(loaded.weights, model.weights)
    assert_equal_values(loaded.optimizer.variables, model.optimizer.variables)
    assert loaded.get_config() == model.get_config()
    assert loaded.get_compile_config() == model.get_compile_config()
    np.testing.assert_array_equal(loaded.predict(X, verbose=0), model.predict(X, verbose=0))
    assert saving_api.load_model(path, compile=False).optimizer is None
    model.save(path, include_optimizer=False)
    assert saving_api.load_model(path).optimizer is None
    assert os.listdir(tmp_path) == ["model.keras"]


@pytest.mark.parametrize("weights_format", ["h5", "npz"])
@pytest.mark.parametrize("zipped", [True, False])
def test_other_containers(weights_format, zipped, tmp_path):
    model = perceptron(4)
    path = tmp_path / ("model.keras" if zipped else "folder")
    for _ in range(2):
        saving_lib.save_model(model, path, weights_format=weights_format, zipped=zipped)
    assert os.path.isdir(path) is not zipped and os.listdir(tmp_path) == [path.name]
    assert_equal_values(saving_api.load_model(path).weights, model.weights)


def test_one_layer_used_twice_is_one_layer_after_loading(tmp_path):
    inner = perceptron(3)
    x = layers.Input((3,))
    middle = models.Model(x, layers.Dense(3)(inner(x)), name="middle")
    inputs = layers.Input((3,))
    model = models.Model(inputs, layers.Add()([middle(inputs), inner(inputs)]))
    model.save(tmp_path / "model.keras")
    loaded = saving_api.load_model(tmp_path / "model.keras")
    assert loaded.count_params() == model.count_params() == 24
    np.testing.assert_allclose(loaded.predict(X, verbose=0), model.predict(X, verbose=0), rtol=1e-6)
    from_json = models.model_from_json(model.to_json())
    assert from_json.count_params() == 24


def test_own_state_and_assets(tmp_path):
    @saving.register_keras_serializable()
    class Vocabulary(layers.Layer):
        words = ()

        def call(self, x):
            return x

        def save_own_variables(self, store):
            store["numbers"] = np.arange(3)

        def load_own_variables(self, store):
            self.numbers = store["numbers"]

        def save_assets(self, folder):
            with open(os.path.join(folder, "words.txt"), "w") as file:
                file.write("a b")

        def load_assets(self, folder):
            with open(os.path.join(folder, "words.txt")) as file:
                self.words = tuple(file.read().split())

    model = models.Sequential([layers.Input((3,)), Vocabulary()])
    model.save(tmp_path / "model.keras")
    assert "assets/layers/vocabulary/words.txt" in zipfile.ZipFile(tmp_path / "model.keras").namelist()
    loaded = saving_api.load_model(tmp_path / "model.keras").layers[-1]
    assert loaded.words == ("a", "b")
    np.testing.assert_array_equal(loaded.numbers, [0, 1, 2])


def test_custom_objects(tmp_path):
    class Scale(layers.Layer):
        def __init__(self, factor=1.0, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def call(self, x):
            return x * self.factor

    model = models.Sequential([layers.Input((3,)), Scale(3.0)])
    model.save(tmp_path / "model.keras")
    with pytest.raises(TypeError, match="Scale"):
        saving_api.load_model(tmp_path / "model.keras")
    loaded = saving_api.load_model(tmp_path / "model.keras", custom_objects={"Scale": Scale})
    np.testing.assert_allclose(loaded.predict(X, verbose=0), 3 * X, rtol=1e-6)
    saving.register_keras_serializable("pkg")(Scale)
    model.save(tmp_path / "model.keras")
    assert saving_api.load_model(tmp_path / "model.keras").layers[-1].factor == 3.0


def test_weights_file(tmp_path):
    model, other = perceptron(4, 2, compiled=True), perceptron(4, 2, compiled=True)
    model.save_weights(tmp_path / "a.weights.h5")
    with h5py.File(tmp_path / "a.weights.h5") as file:
        assert sorted(file) == ["layers", "optimizer", "vars"]
        assert file["layers/dense_1/vars"].attrs["name"] == model.layers[1].name
    other.optimizer.variables[3].assign(other.optimizer.variables[3] * 0 - 1)
    other.load_weights(tmp_path / "a.weights.h5")
    assert_equal_values(other.weights, model.weights)
    assert_equal_values(other.optimizer.variables, model.optimizer.variables)
    model.save(tmp_path / "a.keras")
    third = perceptron(4, 2)
    third.load_weights(tmp_path / "a.keras")
    assert_equal_values(third.weights, model.weights)


def test_sharded_weights(tmp_path):
    model, other = perceptron(10, 10), perceptron(10, 10)
    model.save_weights(tmp_path / "a.weights.json", max_shard_size=400 / 1024**3)
    assert sorted(os.listdir(tmp_path)) == [
        "a.weights.json",
        "a_00000.weights.h5",
        "a_00001.weights.h5",
        "a_00002.weights.h5",
    ]
    other.load_weights(tmp_path / "a.weights.json")
    assert_equal_values(other.weights, model.weights)
    model.save_weights(tmp_path / "b.weights.h5", max_shard_size=1)
    other.load_weights(tmp_path / "b.weights.json")
    with pytest.raises(ValueError, match="max_shard_size"):
        model.save_weights(tmp_path / "c.weights.json", max_shard_size=10 / 1024**3)
    assert not [name for name in os.listdir(tmp_path) if name.startswith((".", "c"))]


def test_mismatch(tmp_path):
    model, other = perceptron(4, 2), perceptron(4, 5)
    model.save_weights(tmp_path / "a.weights.h5")
    with pytest.raises(ValueError, match=r"1 objects could not be loaded(.|\n)*dense_1"):
        other.load_weights(tmp_path / "a.weights.h5")
    old = values(other.layers[1].weights)
    with pytest.warns(UserWarning, match="Left out"):
        other.load_weights(tmp_path / "a.weights.h5", skip_mismatch=True)
    assert_equal_values(other.layers[0].weights, model.layers[0].weights)
    np.testing.assert_array_equal(old[0], values(other.layers[1].weights)[0])
    with pytest.raises(ValueError, match="could not be loaded"):
        perceptron(4, 2, 1).load_weights(tmp_path / "a.weights.h5")
    perceptron(4).load_weights(tmp_path / "a.weights.h5")
    other.load_weights(tmp_path / "a.weights.h5", objects_to_skip=[other.layers[1]])
    with pytest.raises(ValueError, match="not built"):
        models.Sequential([layers.Dense(2)]).load_weights(tmp_path / "a.weights.h5")


def test_names_of_files(tmp_path):
    model = perceptron(2)
    for bad in ("x", "x.tf", "x.h5.txt"):
        with pytest.raises(ValueError, match="must end in"):
            model.save(tmp_path / bad)
    for bad in ("x", "x.h5", "x.weights.json"):
        with pytest.raises(ValueError, match="must end in"):
            model.save_weights(tmp_path / bad)
    for missing in ("x.keras", "x"):
        with pytest.raises(ValueError, match=missing):
            saving_api.load_model(tmp_path / missing)
    for missing in ("x.weights.h5", "x.keras", "x.weights.json", "x.h5"):
        with pytest.raises(FileNotFoundError):
            model.load_weights(tmp_path / missing)
    with pytest.raises(FileNotFoundError):
        saving_api.load_model(tmp_path / "x.h5")
    with pytest.raises(FileNotFoundError, match="folder"):
        model.save(tmp_path / "none" / "x.keras")
    with pytest.raises(ValueError, match="nonsense"):
        model.save(tmp_path / "x.keras", nonsense=1)
    with pytest.raises(ValueError, match="by_name"):
        model.load_weights(tmp_path / "x.weights.h5", by_name=True)
    with pytest.raises(TypeError, match="saved"):
        saving_api.save_model(5, tmp_path / "x.keras")


def test_existing_file_is_replaced_only_if_allowed(tmp_path, monkeypatch):
    path = tmp_path / "x.keras"
    path.write_text("old")
    monkeypatch.setattr("builtins.input", lambda *args: "n")
    perceptron(2).save(path, overwrite=False)
    assert path.read_text() == "old"
    monkeypatch.setattr("builtins.input", lambda *args: "y")
    perceptron(2).save(path, overwrite=False)
    assert zipfile.is_zipfile(path)


def edited(path, **members):
    """A copy of an archive in which members are replaced, or left out where they are None."""
    target = path.with_name("edited.keras")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as copy_:
        for name in source.namelist():
            content = members.get(name.replace(".", "_"), source.read(name))
            if content is not None:
                copy_.writestr(name, content)
    return target


def test_damaged_archives(tmp_path):
    path = tmp_path / "model.keras"
    perceptron(20, 20).save(path)
    whole = path.read_bytes()
    for length in (0, 3, len(whole) // 2, len(whole) - 10):
        (tmp_path / "cut.keras").write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"cut\.keras"):
            saving_api.load_model(tmp_path / "cut.keras")
    middle = len(whole) // 2
    (tmp_path / "flipped.keras").write_bytes(whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :])
    with pytest.raises(ValueError, match=r"flipped\.keras is damaged"):
        saving_api.load_model(tmp_path / "flipped.keras")
    weights = zipfile.ZipFile(path).read("model.weights.h5")
    for members, error in [
        ({"config_json": None}, ValueError),
        ({"config_json": b"{"}, ValueError),
        ({"config_json": b"[]"}, ValueError),
        ({"model_weights_h5": None}, ValueError),
        ({"model_weights_h5": weights[:2000]}, OSError),
    ]:
        with pytest.raises(error, match=r"edited\.keras"):
            saving_api.load_model(edited(path, **members))
    assert saving_api.load_model(edited(path, metadata_json=None)).count_params() == 500


def test_assets_stay_within_the_archive(tmp_path):
    path = tmp_path / "model.keras"
    perceptron(2).save(path)
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("assets/../../../escaped.txt", "x")
    with pytest.raises(ValueError, match="out of the archive"):
        saving_api.load_model(path)


def test_zip_bombs_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(load_budget, "SMALL_ITEM_BYTES", 1000)
    with zipfile.ZipFile(tmp_path / "bomb.keras", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("config.json", " " * 10_000_000)
    with pytest.raises(ValueError, match="claims 10000000 bytes.*KERAS_LOAD_LIMIT"):
        saving_api.load_model(tmp_path / "bomb.keras")


@pytest.mark.parametrize("name", ["model.keras", "model.weights.h5", "model.h5", "model.weights.json"])
def test_a_full_disk_leaves_the_old_file_whole(name, tmp_path, monkeypatch):
    def save(model):
        if "weights" in name:
            model.save_weights(tmp_path / name, max_shard_size=1 if name.endswith("json") else None)
        else:
            model.save(tmp_path / name)

    save(perceptron(2))
    before = {file: (tmp_path / file).read_bytes() for file in os.listdir(tmp_path)}
    model = perceptron(2, 2)
    create = h5py.Group.create_dataset
    written = []

    def full_after_two(self, *args, **kwargs):
        written.append(args)
        if len(written) > 2:
            raise OSError(28, "No space left on device")
        return create(self, *args, **kwargs)

    monkeypatch.setattr(h5py.Group, "create_dataset", full_after_two)
    with pytest.raises(OSError, match="No space left"):
        save(model)
    assert {file: (tmp_path / file).read_bytes() for file in os.listdir(tmp_path)} == before


def test_unbuilt_models(tmp_path):
    model = models.Sequential([layers.Dense(2)])
    with pytest.warns(UserWarning, match="not built"):
        model.save(tmp_path / "u.keras")
    assert not saving_api.load_model(tmp_path / "u.keras").built
    with pytest.raises(ValueError, match="not built"):
        model.save_weights(tmp_path / "u.weights.h5")


@pytest.mark.parametrize("make", [pickle.dumps, copy.deepcopy], ids=["pickle", "deepcopy"])
def test_pickles_and_copies(make):
    model = perceptron(4, 2)
    again = make(model)
    again = pickle.loads(again) if isinstance(again, bytes) else again
    assert again is not model
    assert_equal_values(again.weights, model.weights)


def test_layer_alone(tmp_path):
    layer = layers.Dense(2)
    layer.build((None, 3))
    saving_api.save_model(layer, tmp_path / "layer.keras")
    assert_equal_values(saving_api.load_model(tmp_path / "layer.keras").weights, layer.weights)


# The older format


@pytest.mark.filterwarnings("ignore:The HDF5 format")
def test_h5_file(tmp_path):
    model = perceptron(4, 2, compiled=True)
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as file:
        config = json.loads(file.attrs["model_config"])
        assert set(config) == {"class_name", "config"} and set(config["config"]["layers"][1]) == {
            "class_name",
            "config",
        }
        assert list(file["model_weights"].attrs["layer_names"]) == [layer.name for layer in model.layers]
        names = file["model_weights"][model.layers[0].name].attrs["weight_names"]
        assert list(names) == [v.path for v in model.layers[0].weights]
        assert json.loads(file.attrs["training_config"])["optimizer_config"]["class_name"] == "Adam"
    loaded = saving_api.load_model(tmp_path / "m.h5")
    assert_equal_values(loaded.weights, model.weights)
    assert_equal_values(loaded.optimizer.variables, model.optimizer.variables)
    assert loaded.get_compile_config() == model.get_compile_config()
    assert saving_api.load_model(tmp_path / "m.h5", compile=False).optimizer is None
    other = perceptron(4, 2)
    other.load_weights(tmp_path / "m.h5")
    assert_equal_values(other.weights, model.weights)
    for wrong in (perceptron(4, 3), perceptron(4)):
        with pytest.raises(ValueError, match=r"the file has|has weights of"):
            wrong.load_weights(tmp_path / "m.h5")
    model.save(tmp_path / "m.h5", include_optimizer=False)
    assert saving_api.load_model(tmp_path / "m.h5").optimizer is None


@pytest.mark.filterwarnings("ignore:The HDF5 format")
def test_h5_by_name(tmp_path):
    model = models.Sequential([layers.Input((3,)), layers.Dense(4, name="a"), layers.Dense(2, name="b")])
    model.save(tmp_path / "m.h5")
    other = models.Sequential([layers.Input((3,)), layers.Dense(4, name="a"), layers.Dense(2, name="c")])
    old = values(other.layers[1].weights)
    other.load_weights(tmp_path / "m.h5", by_name=True)
    assert_equal_values(other.layers[0].weights, model.layers[0].weights)
    np.testing.assert_array_equal(old[0], values(other.layers[1].weights)[0])


def test_damaged_h5(tmp_path):
    (tmp_path / "bad.h5").write_bytes(b"abc")
    with pytest.raises(OSError, match=r"bad\.h5"):
        saving_api.load_model(tmp_path / "bad.h5")
    with h5py.File(tmp_path / "empty.h5", "w"):
        pass
    with pytest.raises(ValueError, match=r"empty\.h5 holds no model"):
        saving_api.load_model(tmp_path / "empty.h5")


def test_a_file_that_is_there_is_replaced_without_a_question(tmp_path):
    for units in (2, 3):
        keras.saving.save_model(keras.Sequential([keras.Input((4,)), keras.layers.Dense(units)]), tmp_path / "a.keras")
    assert keras.saving.load_model(tmp_path / "a.keras").output_shape == (None, 3)


class _Named(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = keras.Sequential([layers.Dense(2), layers.Dense(3)])

    def call(self, inputs):
        return self.block(inputs)


class _Renamed(keras.Model):
    """The layers of `_Named` under another name, and the former name as a property."""

    def __init__(self):
        super().__init__()
        self.a_block = keras.Sequential([layers.Dense(2), layers.Dense(3)])

    @property
    def block(self):
        return self.a_block

    call = _Named.call


def test_layers_are_found_by_way_of_properties(tmp_path):
    x = np.ones((2, 4), "float32")
    before, after = _Named(), _Renamed()
    before(x), after(x)
    before.save_weights(tmp_path / "m.weights.h5")
    after.load_weights(tmp_path / "m.weights.h5")
    for a, b in zip(before.weights, after.weights, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(a), keras.ops.convert_to_numpy(b))
