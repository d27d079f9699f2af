"""What a load says of what does not fit, and that one which fails changes nothing, whatever the format."""

import os
import warnings

import h5py
import numpy as np
import pytest

import keras
from keras import layers
from keras.src.saving import loading, safetensors_store, saving_lib
from keras.src.saving.undo import Snapshot
from keras.src.testing.registration import clean_registration  # noqa: F401  a fixture

FORMATS = ["m.weights.h5", "m.weights.json", "m.keras", "npz.keras", "folder", "m.h5"]
NATIVE = FORMATS[:-1]
pytestmark = pytest.mark.filterwarnings("ignore:The HDF5 format")


def dense(*units, names="abcdef", compiled=False):
    stack = [layers.Dense(size, name=name) for name, size in zip(names, units)]
    model = keras.Sequential([keras.Input((3,)), *stack])
    if compiled:
        model.compile("adam", "mse")
        model.optimizer.build(model.trainable_variables)
    return model


def saved(model, path):
    if path.name.startswith("npz"):
        saving_lib.save_model(model, path, weights_format="npz")
    elif ".weights." in path.name:
        model.save_weights(path, max_shard_size=130 / 1024**3 if path.name.endswith("json") else None)
    else:
        keras.saving.save_model(model, path, zipped=False if path.name == "folder" else None)
    return path


def values(variables):
    return [np.array(keras.ops.convert_to_numpy(v)) for v in variables]


def refusal(model, path):
    with pytest.raises(ValueError) as info:
        model.load_weights(path)
    return str(info.value)


def warned(action):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        action()
    return [str(w.message) for w in caught if "saved optimizer" not in str(w.message)]


class TestReport:
    @pytest.mark.parametrize("name", NATIVE)
    def test_everything_is_said_at_once(self, name, tmp_path):
        path = saved(dense(4, 2, 5, 6), tmp_path / name)
        model = keras.Sequential(
            [
                keras.Input((3,)),
                layers.Dense(4, name="a"),
                layers.Dense(3, name="b"),
                layers.Dense(5, name="c", use_bias=False),
                layers.PReLU(name="slope"),
            ]
        )
        text = refusal(model, path)
        assert "3 objects could not be loaded" in text
        assert "'b/kernel' is (4, 3); the file has (4, 2) at 'layers/dense_1/vars/0'" in text
        assert "'b/bias' is (3,); the file has (2,) at 'layers/dense_1/vars/1'" in text
        assert "'slope/alpha' (5,), looked for at 'layers/p_re_lu/vars/0'" in text
        assert "'layers/dense_3/vars/0' (5, 6)" in text
        assert "'c/kernel' is (3, 5); the file has (2, 5)" in text

    def test_the_nearest_name_has_the_shape(self, tmp_path):
        path = saved(keras.Sequential([keras.Input((3,)), layers.Dense(4, name="old")]), tmp_path / "m.weights.h5")

        class Renamed(layers.Dense):
            pass

        text = refusal(keras.Sequential([keras.Input((3,)), Renamed(4, name="new")]), path)
        assert (
            "'new/kernel' (3, 4), looked for at 'layers/renamed/vars/0'; "
            "nearest: the file has 'layers/dense/vars/0' (3, 4)" in text
        )
        assert (
            "'layers/dense/vars/0' (3, 4) of 'old'; nearest: the model looks at 'layers/renamed/vars/0' (3, 4)" in text
        )

    def test_the_nearest_name_of_another_shape(self, tmp_path):
        path = saved(keras.Sequential([keras.Input((3,)), layers.Dense(4, use_bias=False)]), tmp_path / "m.weights.h5")
        text = refusal(
            keras.Sequential([keras.Input((3,)), layers.Identity(), layers.EinsumDense("ab,bc->ac", 5)]), path
        )
        assert "nearest: the file has 'layers/dense/vars/0' (3, 4)" in text

    def test_a_layer_with_fewer_variables(self, tmp_path):
        path = saved(dense(4), tmp_path / "m.weights.h5")
        model = keras.Sequential([keras.Input((3,)), layers.Dense(4, use_bias=False)])
        assert "has 1 variables, ['kernel']; the saved state has 2" in refusal(model, path)

    def test_it_is_of_readable_size(self, tmp_path):
        many = keras.Sequential([keras.Input((2,)), *(layers.Dense(2) for _ in range(150))])
        other = keras.Sequential([keras.Input((2,)), *(layers.PReLU() for _ in range(150))])
        text = refusal(other, saved(many, tmp_path / "m.weights.h5"))
        assert "150 objects could not be loaded" in text and "... and 142 more" in text and len(text) < 4000

    @pytest.mark.parametrize("name", NATIVE)
    def test_the_rest_is_loaded_with_one_warning(self, name, tmp_path):
        source, model = dense(4, 2), dense(4, 3)
        saved(source, tmp_path / name)
        before = values(model.layers[1].weights)
        said = warned(lambda: model.load_weights(tmp_path / name, skip_mismatch=True))
        assert len(said) == 1 and "Left out 1 objects" in said[0] and "'b/kernel' is (4, 3)" in said[0]
        for new, wanted in zip(values(model.weights), values(source.layers[0].weights) + before, strict=True):
            np.testing.assert_array_equal(new, wanted)

    @pytest.mark.parametrize("name", NATIVE)
    def test_what_nobody_took_is_told(self, name, tmp_path):
        saved(dense(4, 2), tmp_path / name)
        said = warned(lambda: dense(4).load_weights(tmp_path / name))
        assert len(said) == 1 and "'layers/dense_1/vars/1' (2,)" in said[0] and "(2):" in said[0]

    @pytest.mark.parametrize("name", NATIVE)
    def test_the_state_of_an_optimizer_may_be_left(self, name, tmp_path):
        saved(dense(4, compiled=True), tmp_path / name)
        assert warned(lambda: dense(4).load_weights(tmp_path / name)) == []
        model = dense(4, compiled=True)
        assert warned(lambda: model.load_weights(tmp_path / name, objects_to_skip=[model.layers[0]])) == []

    def test_a_whole_model_that_differs_from_its_weights(self, tmp_path):
        path = saved(dense(4), tmp_path / "folder")
        with h5py.File(path / "model.weights.h5", "r+") as file:
            file["layers/other/vars/0"] = np.ones(7)
        said = warned(lambda: keras.saving.load_model(path))
        assert len(said) == 1 and "'layers/other/vars/0' (7,)" in said[0]


class Own(layers.Layer):
    """A layer with a way of its own, and state that is no variable."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.words, self.read = {"a": 1}, 0

    def build(self, shape):
        self.scale = self.add_weight(shape=(3,), name="scale")

    def call(self, x):
        return x * self.scale

    def save_own_variables(self, store):
        store["scale"] = self.scale

    def load_own_variables(self, store):
        self.read += 1
        self.words["b"] = 2
        self.scale.assign(store["scale"] * 0 + 7)

    def save_assets(self, folder):
        with open(os.path.join(folder, "words.txt"), "w") as file:
            file.write("x")

    def load_assets(self, folder):
        with open(os.path.join(folder, "words.txt")) as file:
            self.words[file.read()] = 3


class TestNothingChanges:
    def model(self, units, vocabulary=None):
        words, numbers = keras.Input((1,), dtype="string"), keras.Input((3,))
        lookup = layers.StringLookup(name="lookup", output_mode="multi_hot", max_tokens=4)
        lookup.set_vocabulary(vocabulary or ["one"])
        x = layers.Dense(4, name="a")(Own(name="own")(numbers))
        lookup.trainable = False
        x = layers.Dense(units, name="b")(x)
        model = keras.Model([words, numbers], [lookup(words), x])
        model.compile("adam")
        model.optimizer.build(model.trainable_variables)
        return model

    def state(self, model):
        own = model.get_layer("own")
        return (
            values(model.weights) + values(model.optimizer.variables),
            dict(own.words),
            own.read,
            list(model.get_layer("lookup").get_vocabulary()),
        )

    @pytest.mark.parametrize("name", FORMATS)
    def test_when_a_load_fails(self, name, tmp_path):
        source = self.model(2, ["two", "three"])
        for variable in source.variables + source.optimizer.variables:
            variable.assign(keras.ops.ones_like(variable))
        with keras.saving.CustomObjectScope({"Own": Own}):
            saved(source, tmp_path / name)
        model = self.model(5)
        before = self.state(model)
        refusal(model, tmp_path / name)
        after = self.state(model)
        for old, new in zip(before[0], after[0], strict=True):
            np.testing.assert_array_equal(old, new)
        assert before[1:] == after[1:]

    def test_nor_when_an_optimizer_does_not_fit(self, tmp_path):
        saved(dense(4, 2, compiled=True), tmp_path / "m.weights.h5")
        with h5py.File(tmp_path / "m.weights.h5", "r+") as file:
            del file["optimizer/vars/5"]
            file["optimizer/vars/5"] = np.ones((9, 9))
        model = dense(4, 2, compiled=True)
        before = values(model.weights + model.optimizer.variables)
        assert "(9, 9) at 'optimizer/vars/5'" in refusal(model, tmp_path / "m.weights.h5")
        for old, new in zip(before, values(model.weights + model.optimizer.variables), strict=True):
            np.testing.assert_array_equal(old, new)

    @pytest.mark.parametrize("content", ["text", "damaged"])
    def test_nor_when_an_array_cannot_be_read(self, content, tmp_path):
        path = saved(dense(4, 2), tmp_path / "m.weights.h5")
        with h5py.File(path, "r+") as file:
            del file["layers/dense_1/vars/1"]
            if content == "text":
                file["layers/dense_1/vars/1"] = [b"x", b"y"]
            else:
                made = file.create_dataset("layers/dense_1/vars/1", (2,), "float32", chunks=(2,), compression="gzip")
                made.id.write_direct_chunk((0,), b"no gzip")
        model = dense(4, 2)
        before = values(model.weights)
        with pytest.raises((ValueError, OSError)):
            model.load_weights(path)
        for old, new in zip(before, values(model.weights), strict=True):
            np.testing.assert_array_equal(old, new)

    @pytest.mark.parametrize("name", ["m.weights.h5", "m.weights.json", "m.weights.safetensors"])
    def test_what_is_too_large_to_be_held_is_read_where_it_is_assigned(self, name, tmp_path, monkeypatch):
        monkeypatch.setattr(loading, "STAGED_BYTES", 50)
        monkeypatch.setattr(loading, "free_memory", lambda: 0)
        source, model = dense(4, 2), dense(4, 2)
        path = saved(source, tmp_path / name)
        # What is read twice counts once.
        monkeypatch.setenv("KERAS_LOAD_LIMIT", str(sum(v.nbytes for v in values(source.weights)) + 4096))
        model.load_weights(path)
        for new, wanted in zip(values(model.weights), values(source.weights), strict=True):
            np.testing.assert_array_equal(new, wanted)

    @pytest.mark.parametrize("free", [0, 2**20])
    @pytest.mark.parametrize("name", ["m.weights.h5", "m.weights.json", "m.h5", "m.keras"])
    def test_nor_when_the_disk_fails_at_any_array(self, name, free, tmp_path, monkeypatch):
        """Whether memory is free for all arrays at once, or it is only seen beforehand that they can be read."""
        path, model = saved(dense(4, 2, 3), tmp_path / name), dense(4, 2, 3)
        monkeypatch.setattr(loading, "STAGED_BYTES", 0)
        monkeypatch.setattr(loading, "free_memory", lambda: free)
        before, own, reads = values(model.weights), h5py.Dataset.__getitem__, []
        for last in range(len(before)):
            reads.clear()

            def fails(dataset, *args, last=last):
                reads.append(dataset.name)
                if len(reads) > last:
                    raise OSError("Can't synchronously read data (input/output error)")
                return own(dataset, *args)

            monkeypatch.setattr(h5py.Dataset, "__getitem__", fails)
            with pytest.raises(OSError, match="input/output"):
                model.load_weights(path)
            assert len(reads) == last + 1
            for old, new in zip(before, values(model.weights), strict=True):
                np.testing.assert_array_equal(old, new)

    def test_nor_when_a_file_becomes_shorter_while_it_is_read(self, tmp_path):
        """Its map in memory would end the process there."""
        path = saved(dense(4, 2), tmp_path / "m.weights.safetensors")
        with safetensors_store.SafetensorsReader(path) as store:
            os.truncate(path, os.path.getsize(path) - 200)
            with pytest.raises(OSError, match="shorter"):
                for place, names in store.places().items():
                    for name in names:
                        store.get(place).check_readable(name)


def test_weights_in_shards_that_are_saved_again_keep_the_name_of_the_first(tmp_path):
    """Keras 3.15.1 opens `m_00000.weights.h5` before it reads the map."""
    for number in (1.0, 2.0, 3.0):
        model = dense(4, 2)
        model.set_weights([w * 0 + number for w in model.get_weights()])
        model.save_weights(tmp_path / "m.weights.json", max_shard_size=60 / 1024**3)
        model = dense(4, 2)
        model.load_weights(tmp_path / "m.weights.json")
        assert {float(x) for w in model.get_weights() for x in np.ravel(w)} == {number}
        with h5py.File(tmp_path / "m_00000.weights.h5") as file:
            assert float(file["layers/dense/vars/0"][0, 0]) == number
    assert len(os.listdir(tmp_path)) == 3


def test_state_that_no_attribute_shows_is_put_back():
    hidden = {"x": np.array([1.0])}

    class Hidden(layers.Layer):
        def save_own_variables(self, store):
            store["0"] = hidden["x"]

        def load_own_variables(self, store):
            hidden["x"] = np.array(store["0"])

    layer = Hidden()
    snapshot = Snapshot(layer)
    layer.load_own_variables({"0": [5.0]})
    snapshot.restore()
    np.testing.assert_array_equal(hidden["x"], [1.0])
