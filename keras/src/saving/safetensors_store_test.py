import json
import os
import random
import struct
import warnings
import zipfile

import ml_dtypes
import numpy as np
import pytest
from safetensors import numpy as reference

import keras
from keras import layers
from keras.src import backend
from keras.src.saving.safetensors_store import SafetensorsReader, SafetensorsWriter
from keras.src.saving.stores import GIBIBYTE
from keras.src.utils import module_utils

ARRAYS = {
    "0": np.arange(6, dtype="float32").reshape(2, 3),
    "1": np.array([1.5, -2.0], ml_dtypes.bfloat16),
    "10": np.array(True),
    "turned": np.arange(6, dtype="int64").reshape(2, 3).T,
    "none": np.zeros((0, 3), "float16"),
    "small": np.array([0.5, 2.0], ml_dtypes.float8_e4m3fn),
    "tiny": np.array([[0.5], [2.0]], ml_dtypes.float8_e5m2),
    "four": np.array([1, -2], ml_dtypes.int4),
    "complex": np.array([1 + 2j], "complex128"),
    "words": np.array([b"one", b"three"]),
}


def model(last=2):
    """A model whose variables have paths that do not depend on what was made before."""
    inputs = keras.Input((3,))
    x = layers.BatchNormalization(name="norm")(layers.Dense(4, name="first")(inputs))
    made = keras.Model(inputs, layers.Dense(last, name="last")(x))
    for number, variable in enumerate(made.variables):
        variable.assign(np.full(variable.shape, number + 0.5))
    return made


PATHS = [
    "first/kernel",
    "first/bias",
    "norm/gamma",
    "norm/beta",
    "norm/moving_mean",
    "norm/moving_variance",
    "last/kernel",
    "last/bias",
]


def values(made):
    return {v.path: backend.convert_to_numpy(v) for v in made.variables}


def assert_same(a, b):
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name])


def test_arrays_of_each_dtype_come_back(tmp_path):
    path = tmp_path / "a.safetensors"
    with SafetensorsWriter(path) as store:
        entry = store.make("layers/dense")
        for name, array in ARRAYS.items():
            entry[name] = array
        store.make("")["text"] = np.array("ä")
    with SafetensorsReader(path) as store:
        entry = store.get("layers/dense")
        assert set(entry) == set(ARRAYS) and len(store.get("no/such")) == 0
        for name, array in ARRAYS.items():
            assert entry.shape(name) == array.shape
            assert entry[name].dtype == array.dtype and entry[name].flags.writeable
            np.testing.assert_array_equal(entry[name], array)
        assert store.get("")["text"] == "ä".encode()
        with pytest.raises(KeyError):
            entry["missing"]


class TestOneFile:
    def test_names_are_the_paths_of_variables(self, tmp_path):
        made = model()
        made.save_weights(tmp_path / "w.safetensors")
        assert os.listdir(tmp_path) == ["w.safetensors"]
        read = reference.load_file(tmp_path / "w.safetensors")
        assert sorted(read) == sorted(PATHS)
        assert_same(read, values(made))

    def test_goes_into_a_model_with_other_names(self, tmp_path):
        def unnamed():
            return keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(2)])

        made, other = unnamed(), unnamed()
        assert made.variables[0].path != other.variables[0].path
        made.save_weights(tmp_path / "w.safetensors")
        other.load_weights(tmp_path / "w.safetensors")
        for one, two in zip(made.variables, other.variables, strict=True):
            np.testing.assert_array_equal(backend.convert_to_numpy(one), backend.convert_to_numpy(two))

    def test_of_something_else_goes_by_name(self, tmp_path):
        given = values(model())
        reference.save_file(given, tmp_path / "w.safetensors")
        made = keras.models.clone_model(model())
        made.load_weights(tmp_path / "w.safetensors")
        assert_same(values(made), given)

    @pytest.mark.parametrize("prefix", ["", "stack/", "another/"])
    def test_of_something_else_by_name_but_for_that_of_the_model(self, prefix, tmp_path):
        given = {name: array + 1 for name, array in values(model()).items()}
        reference.save_file({prefix + name: array for name, array in given.items()}, tmp_path / "w.safetensors")
        stack = [layers.Dense(4, name="first"), layers.BatchNormalization(name="norm"), layers.Dense(2, name="last")]
        made = keras.Sequential([keras.Input((3,)), *stack], name="stack")
        made.load_weights(tmp_path / "w.safetensors")
        assert_same({path.removeprefix("stack/"): array for path, array in values(made).items()}, given)

    def test_the_state_of_an_optimizer_comes_along(self, tmp_path):
        made, other = model(), model()
        for each in (made, other):
            each.compile("adam", "mse")
            each.optimizer.build(each.trainable_variables)
        for number, variable in enumerate(made.optimizer.variables):
            variable.assign(backend.cast(variable * 0 + number, variable.dtype))
        made.save_weights(tmp_path / "w.safetensors")
        names = set(reference.load_file(tmp_path / "w.safetensors"))
        assert names == {*PATHS, *(v.path for v in made.optimizer.variables)}
        assert any(name.endswith("first_kernel_momentum") for name in names)
        other.load_weights(tmp_path / "w.safetensors")
        for one, two in zip(made.optimizer.variables, other.optimizer.variables, strict=True):
            np.testing.assert_array_equal(backend.convert_to_numpy(one), backend.convert_to_numpy(two))

    @pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
    def test_small_floats_keep_their_dtype(self, dtype, tmp_path):
        made = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="a", dtype=dtype)])
        made.save_weights(tmp_path / "w.safetensors")
        with SafetensorsReader(tmp_path / "w.safetensors") as store:
            assert store.get("layers/dense")["0"].dtype.name == dtype
        kernel = backend.convert_to_numpy(made.layers[0].kernel)
        made.layers[0].kernel.assign(np.zeros((3, 2)))
        made.load_weights(tmp_path / "w.safetensors")
        np.testing.assert_array_equal(backend.convert_to_numpy(made.layers[0].kernel), kernel)

    def test_vocabularies_of_strings(self, tmp_path):
        words = ["a", "ä", "three"]
        made = keras.Sequential([keras.Input((), dtype="string"), layers.StringLookup(vocabulary=words)])
        made.save_weights(tmp_path / "w.safetensors")
        made.save(tmp_path / "m.keras", weights_format="safetensors")
        assert keras.models.load_model(tmp_path / "m.keras").layers[-1].get_vocabulary() == ["[UNK]", *words]

    def test_a_kernel_with_low_rank_updates_has_its_name(self, tmp_path):
        made = model()
        kernel = made.get_layer("first").kernel
        made.get_layer("first").enable_lora(2)
        made.save_weights(tmp_path / "w.safetensors")
        read = reference.load_file(tmp_path / "w.safetensors")
        assert sorted(read) == sorted(PATHS)
        np.testing.assert_array_equal(read["first/kernel"], backend.convert_to_numpy(kernel))

    def test_variables_of_one_path(self, tmp_path):
        class Twins(layers.Layer):
            def __init__(self):
                super().__init__(name="twins")
                self.a, self.b = layers.Dense(1, name="same"), layers.Dense(1, name="same")

            def build(self, shape):
                self.a.build(shape)
                self.b.build(shape)

            def call(self, x):
                return self.a(x) + self.b(x)

        made = keras.Sequential([keras.Input((2,)), Twins()])
        made.set_weights([np.full(v.shape, n) for n, v in enumerate(made.weights)])
        made.save_weights(tmp_path / "w.safetensors")
        expected = made.get_weights()
        made.set_weights([np.zeros(v.shape) for v in made.weights])
        made.load_weights(tmp_path / "w.safetensors")
        for found, wanted in zip(made.get_weights(), expected, strict=True):
            np.testing.assert_array_equal(found, wanted)

    def test_may_be_read_by_others_as_any_file(self, tmp_path):
        (tmp_path / "plain").write_text("")
        model().save_weights(tmp_path / "w.safetensors")
        assert (tmp_path / "w.safetensors").stat().st_mode == (tmp_path / "plain").stat().st_mode


class TestMisfits:
    def wrong(self, tmp_path):
        other = model(last=7)
        other.save_weights(tmp_path / "w.safetensors")
        return other

    def test_change_nothing(self, tmp_path):
        self.wrong(tmp_path)
        made = model()
        before = values(made)
        with pytest.raises(ValueError, match="last"):
            made.load_weights(tmp_path / "w.safetensors")
        assert_same(values(made), before)

    def test_can_be_left_out(self, tmp_path):
        other, made = self.wrong(tmp_path), model()
        before = values(made)
        with pytest.warns(UserWarning, match="last"):
            made.load_weights(tmp_path / "w.safetensors", skip_mismatch=True)
        np.testing.assert_array_equal(values(made)["first/kernel"], values(other)["first/kernel"])
        np.testing.assert_array_equal(values(made)["last/kernel"], before["last/kernel"])

    def test_of_names_in_a_file_of_something_else(self, tmp_path):
        given = values(model())
        given["frist/kernel"] = given.pop("first/kernel")
        reference.save_file(given, tmp_path / "w.safetensors")
        made = model()
        before = values(made)
        with pytest.raises(ValueError, match=r"(?s)first/kernel.*frist"):
            made.load_weights(tmp_path / "w.safetensors")
        assert_same(values(made), before)

    def test_of_more_than_the_model_takes(self, tmp_path):
        given = {name: array + 1 for name, array in values(model()).items()}
        more = {name: np.ones(3, "float32") for name in ("extra", "a/extra")}
        reference.save_file(given | more, tmp_path / "w.safetensors")
        made = model()
        with pytest.warns(UserWarning, match=r"(?s)a/vars/extra.*\(3,\)"):
            made.load_weights(tmp_path / "w.safetensors")
        assert_same(values(made), given)


class TestShards:
    def test_layout_is_that_of_hugging_face(self, tmp_path):
        made = model()
        made.save_weights(tmp_path / "model.safetensors", max_shard_size=64 / GIBIBYTE)
        files = [f"model-{n:05d}-of-00003.safetensors" for n in (1, 2, 3)]
        assert sorted(os.listdir(tmp_path)) == [*files, "model.safetensors.index.json"]
        index = json.loads((tmp_path / "model.safetensors.index.json").read_text())
        # 48 + 16 bytes; four of 16; 32 + 8.
        where = dict(zip(PATHS, [files[0]] * 2 + [files[1]] * 4 + [files[2]] * 2))
        assert index == {"metadata": {"total_size": 168}, "weight_map": where}
        read = {}
        for file in files:
            part = reference.load_file(tmp_path / file)
            assert all(index["weight_map"][name] == file for name in part)
            read |= part
        assert_same(read, values(made))

    @pytest.mark.parametrize("name", ["model.safetensors", "model.safetensors.index.json", "."])
    def test_are_read_by_the_name_of_the_one_or_of_the_map_or_of_the_folder(self, name, tmp_path):
        given = values(model())
        model().save_weights(tmp_path / "model.safetensors", max_shard_size=64 / GIBIBYTE)
        made = keras.models.clone_model(model())
        made.load_weights(tmp_path / name)
        assert_same(values(made), given)

    def test_of_something_else(self, tmp_path):
        given = values(model())
        parts = PATHS[:3], PATHS[3:]
        for number, part in enumerate(parts):
            reference.save_file({name: given[name] for name in part}, tmp_path / f"{number}.safetensors")
        where = {name: f"{number}.safetensors" for number, part in enumerate(parts) for name in part}
        (tmp_path / "m.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": where}))
        made = keras.models.clone_model(model())
        made.load_weights(tmp_path / "m.safetensors")
        assert_same(values(made), given)

    def test_one_is_enough_for_little(self, tmp_path):
        model().save_weights(tmp_path / "model.safetensors", max_shard_size=1)
        assert os.listdir(tmp_path) == ["model.safetensors"]

    def test_an_array_larger_than_a_shard_has_one_of_its_own(self, tmp_path):
        model().save_weights(tmp_path / "model.safetensors", max_shard_size=1 / GIBIBYTE)
        assert len(os.listdir(tmp_path)) == len(PATHS) + 1
        made = keras.models.clone_model(model())
        made.load_weights(tmp_path / "model.safetensors")
        assert_same(values(made), values(model()))

    def test_of_the_last_time_go_away(self, tmp_path):
        path = tmp_path / "model.safetensors"
        model().save_weights(path, max_shard_size=64 / GIBIBYTE)
        first = set(os.listdir(tmp_path))
        model().save_weights(path, max_shard_size=64 / GIBIBYTE)
        again = set(os.listdir(tmp_path))
        assert first & again == {"model.safetensors.index.json"} and len(again) == 4
        model().save_weights(path)
        assert os.listdir(tmp_path) == ["model.safetensors"]
        model().save_weights(path, max_shard_size=64 / GIBIBYTE)
        assert set(os.listdir(tmp_path)) == first

    @pytest.mark.parametrize("size", [0, -1])
    def test_of_no_size(self, size, tmp_path):
        with pytest.raises(ValueError, match="max_shard_size"):
            model().save_weights(tmp_path / "model.safetensors", max_shard_size=size)
        assert os.listdir(tmp_path) == []

    def test_that_are_missing(self, tmp_path):
        model().save_weights(tmp_path / "model.safetensors", max_shard_size=64 / GIBIBYTE)
        os.remove(tmp_path / "model-00002-of-00003.safetensors")
        made = model()
        before = values(made)
        with pytest.raises(FileNotFoundError, match="model-00002-of-00003"):
            made.load_weights(tmp_path / "model.safetensors")
        assert_same(values(made), before)


@pytest.mark.parametrize("zipped", [True, False])
def test_inside_a_saved_model(zipped, tmp_path):
    path = tmp_path / ("m.keras" if zipped else "m")
    made = model()
    made.save(path, weights_format="safetensors", zipped=zipped)
    names = zipfile.ZipFile(path).namelist() if zipped else os.listdir(path)
    assert sorted(names) == ["config.json", "metadata.json", "model.weights.safetensors"]
    assert_same(values(keras.models.load_model(path)), values(made))
    other = keras.models.clone_model(made)
    other.load_weights(path)
    assert_same(values(other), values(made))


def test_only_what_is_asked_for_is_read(tmp_path, monkeypatch):
    with SafetensorsWriter(tmp_path / "a.safetensors") as store:
        entry = store.make("")
        entry["0"], entry["1"] = np.ones(1000, "float32"), np.ones(3, "float32")
    with SafetensorsReader(tmp_path / "a.safetensors") as store:
        file = store.get("").arrays["0"][0]
        read = []
        monkeypatch.setattr(type(file), "read", lambda self, name: read.append(name))
        entry = store.get("")
        assert entry.shape("0") == (1000,) and dict(entry.items()).keys() == {"0", "1"}
        read.clear()
        assert entry["1"] is None and read == ["vars/1"]


def test_a_limit_is_met_before_anything_changes(tmp_path, monkeypatch):
    model(last=1000).save_weights(tmp_path / "w.safetensors")
    made = keras.models.clone_model(model(last=1000))
    before = values(made)
    monkeypatch.setenv("KERAS_LOAD_LIMIT", "10000")
    with pytest.raises(ValueError, match="KERAS_LOAD_LIMIT"):
        made.load_weights(tmp_path / "w.safetensors")
    assert_same(values(made), before)


def crafted(header, content=b""):
    header = json.dumps(header).encode() if not isinstance(header, bytes) else header
    return struct.pack("<Q", len(header)) + header + content


def tensor(dtype="F32", shape=(1,), span=(0, 4)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(span)}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"abc",
        struct.pack("<Q", 2**60) + b"ab",
        crafted(b"{" * 10000),
        crafted({"a": tensor()}),
        crafted({"a": tensor(shape=[2**40])}, bytes(4)),
        crafted({"a": tensor(), "b": tensor()}, bytes(4)),
        crafted({"a": tensor("F4", [2], [0, 1])}, bytes(1)),
        crafted({"a": tensor(), "__metadata__": {"keras_places": "{"}}, bytes(4)),
        crafted({"a": tensor(), "__metadata__": {"keras_places": '{"vars/0": 3}'}}, bytes(4)),
        crafted({"a": tensor(), "__metadata__": {"keras_places": '{"vars/0": "b"}'}}, bytes(4)),
        crafted({"a": tensor(), "__metadata__": {"keras_places": "[" * 100000}}, bytes(4)),
    ],
)
def test_damaged_files(content, tmp_path):
    (tmp_path / "bad.safetensors").write_bytes(content)
    made = model()
    before = values(made)
    with pytest.raises((OSError, ValueError), match=r"bad\.safetensors"):
        made.load_weights(tmp_path / "bad.safetensors")
    assert_same(values(made), before)


@pytest.mark.parametrize("dtype", ["O", "|S3", "no such", "finfo", "float32, float32", "<c16"])
def test_dtypes_that_bytes_cannot_have(dtype, tmp_path):
    said = {"keras_places": '{"vars/0": "a"}', "keras_dtypes": json.dumps({"a": dtype})}
    (tmp_path / "bad.safetensors").write_bytes(crafted({"a": tensor("U8", [4]), "__metadata__": said}, bytes(4)))
    with SafetensorsReader(tmp_path / "bad.safetensors") as store, pytest.raises(ValueError, match="dtype"):
        store.get("")["0"]


@pytest.mark.parametrize("names", ["../secret.safetensors", "/etc/passwd", "."])
def test_maps_do_not_lead_out_of_the_folder(names, tmp_path):
    (tmp_path / "inner").mkdir()
    reference.save_file(values(model()), tmp_path / "secret.safetensors")
    where = json.dumps({"weight_map": {"first/kernel": names}})
    (tmp_path / "inner" / "m.safetensors.index.json").write_text(where)
    with pytest.raises(OSError, match="inner"):
        model().load_weights(tmp_path / "inner" / "m.safetensors.index.json")


def test_arrays_of_objects_are_refused(tmp_path):
    with pytest.raises(ValueError, match="Python objects"), SafetensorsWriter(tmp_path / "a.safetensors") as store:
        store.make("")["0"] = np.array([None, 1], dtype=object)


def test_without_the_package(tmp_path, monkeypatch):
    model().save_weights(tmp_path / "w.safetensors")
    (tmp_path / "bare").mkdir()
    for lazy in (module_utils.safetensors, module_utils.safetensors_numpy):
        monkeypatch.setattr(lazy, "_module", None)
    monkeypatch.setitem(__import__("sys").modules, "safetensors", None)
    for act in (model().save_weights, model().load_weights):
        with pytest.raises(ImportError, match="pip install safetensors"):
            act(tmp_path / "w.safetensors")
    with pytest.raises(ImportError, match="pip install safetensors"):
        model().save(tmp_path / "bare" / "m.keras", weights_format="safetensors")
    assert os.listdir(tmp_path / "bare") == []


@pytest.mark.parametrize("name", ["m.h5", "m.keras"])
def test_formats_that_there_are_not(name, tmp_path):
    with pytest.raises(ValueError, match="weights_format"):
        model().save(tmp_path / name, weights_format="safetensors" if name == "m.h5" else "pickle")
    assert os.listdir(tmp_path) == []


def changed(content, draw):
    """Some bytes of a file become others, go away, or come in between."""
    content = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 5))):
        at = draw.randrange(len(content))
        kind = draw.randrange(4)
        if kind == 0:
            content[at] ^= 1 << draw.randrange(8)
        elif kind == 1:
            del content[at : at + draw.choice((1, 4, 50))]
        elif kind == 2:
            content[at:at] = draw.randbytes(draw.choice((1, 4)))
        else:
            content[at : at + 1] = draw.choice((b"9", b"-", b'"', b"{", b"0", b"null", b"[", b"}"))
        content = content or bytearray(b"x")
    return bytes(content)


def test_changed_files_are_refused_in_words_and_change_nothing(tmp_path):
    model().save_weights(tmp_path / "a.safetensors")
    reference.save_file(values(model()), tmp_path / "b.safetensors")
    model().save_weights(tmp_path / "c.safetensors", max_shard_size=64 / GIBIBYTE)
    sources = [
        (tmp_path / name).read_bytes() for name in ("a.safetensors", "b.safetensors", "c.safetensors.index.json")
    ]
    made, draw, refused = model(), random.Random(7), 0
    before = values(made)
    for number in range(600):
        source = sources[number % 3]
        path = tmp_path / ("d.safetensors" + (".index.json" if number % 3 == 2 else ""))
        path.write_bytes(changed(source, draw))
        try:
            with warnings.catch_warnings(action="ignore"):
                made.load_weights(path)
        except (ValueError, TypeError, OSError) as error:
            assert len(str(error)) < 5000
            assert_same(values(made), before)
            refused += 1
        else:
            made.set_weights([before[v.path] for v in made.weights])
    assert refused > 300
