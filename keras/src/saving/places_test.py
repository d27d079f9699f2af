import io
import os
import pathlib
import sys
import uuid
import zipfile

import fsspec
import h5py
import numpy as np
import pytest

import keras
from keras import layers
from keras.src import backend
from keras.src.saving import places, saving_lib
from keras.src.saving.stores import GIBIBYTE
from keras.src.utils import module_utils


def model(value=None):
    made = keras.Sequential([keras.Input((3,)), layers.Dense(4, name="a"), layers.Dense(2, name="b")])
    if value is not None:
        made.set_weights([np.full(v.shape, value) for v in made.weights])
    return made


def assert_holds(made, value):
    assert all(np.all(weight == value) for weight in made.get_weights())


@pytest.fixture
def memory():
    """The URL of an empty folder that only `fsspec` knows."""
    system = fsspec.filesystem("memory")
    folder = f"/{uuid.uuid4().hex}"
    yield f"memory:/{folder}"
    if system.exists(folder):
        system.rm(folder, recursive=True)


def names_at(url):
    system, path = fsspec.core.url_to_fs(url)
    return sorted(name.removeprefix(path).lstrip("/") for name in system.find(path))


MODELS = ["m.keras", "m.h5"]
WEIGHTS = ["m.weights.h5", "m.safetensors"]


class TestUrls:
    @pytest.mark.parametrize("name", MODELS)
    def test_of_models(self, name, memory):
        for value in (1, 2):
            model(value).save(f"{memory}/{name}")
            assert names_at(memory) == [name]
            assert_holds(keras.models.load_model(f"{memory}/{name}"), value)
        other = model(0)
        other.load_weights(f"{memory}/{name}")
        assert_holds(other, 2)

    def test_of_folders(self, memory):
        model(1).save(f"{memory}/m", zipped=False, weights_format="safetensors")
        model(2).save(f"{memory}/m", zipped=False)
        assert names_at(memory) == ["m/config.json", "m/metadata.json", "m/model.weights.h5"]
        assert_holds(keras.models.load_model(f"{memory}/m"), 2)

    @pytest.mark.parametrize("name", WEIGHTS)
    def test_of_weights(self, name, memory):
        model(1).save_weights(f"{memory}/{name}")
        other = model(0)
        other.load_weights(f"{memory}/{name}")
        assert_holds(other, 1)

    @pytest.mark.parametrize("name", WEIGHTS)
    def test_of_shards(self, name, memory):
        counts = []
        for value in (1, 2):
            model(value).save_weights(f"{memory}/{name}", max_shard_size=64 / GIBIBYTE)
            counts.append(len(names_at(memory)))
            other = model(0)
            other.load_weights(f"{memory}/{name}" if "safe" in name else f"{memory}/m.weights.json")
            assert_holds(other, value)
        assert counts[0] == counts[1] > 2
        if "safe" in name:
            model(3).save_weights(f"{memory}/{name}")
            assert names_at(memory) == [name]

    def test_of_this_disk(self, tmp_path):
        model(1).save(f"file://{tmp_path}/m.keras")
        assert os.listdir(tmp_path) == ["m.keras"]
        assert_holds(keras.models.load_model(f"file://{tmp_path}/m.keras"), 1)

    def test_of_what_is_not_there(self, memory):
        for act in (keras.models.load_model, model().load_weights):
            with pytest.raises(FileNotFoundError, match="memory://"):
                act(f"{memory}/m.keras")

    def test_of_no_known_kind(self):
        for act in (model().save, keras.models.load_model):
            with pytest.raises(ValueError, match="nosuch"):
                act("nosuch://a/m.keras")

    def test_ask_before_they_replace(self, memory, monkeypatch):
        model(1).save(f"{memory}/m.keras")
        monkeypatch.setattr("builtins.input", lambda question: "n")
        model(2).save(f"{memory}/m.keras", overwrite=False)
        assert_holds(keras.models.load_model(f"{memory}/m.keras"), 1)

    def test_without_the_package(self, monkeypatch):
        monkeypatch.setattr(module_utils.fsspec, "_module", None)
        monkeypatch.setitem(sys.modules, "fsspec", None)
        with pytest.raises(ImportError, match="pip install fsspec"):
            model().save("memory://a/m.keras")

    def test_a_failure_leaves_the_old_file(self, memory, monkeypatch):
        model(1).save(f"{memory}/m.keras")
        system = type(fsspec.filesystem("memory"))
        put = system.put_file

        def half(self, local, remote, **options):
            put(self, os.devnull, remote)
            raise OSError("the line is dead")

        monkeypatch.setattr(system, "put_file", half)
        with pytest.raises(OSError, match="line is dead"):
            model(2).save(f"{memory}/m.keras")
        assert names_at(memory) == ["m.keras"]
        assert_holds(keras.models.load_model(f"{memory}/m.keras"), 1)

    def test_a_server_cannot_have_files_written_elsewhere(self, memory, tmp_path, monkeypatch):
        model(1).save(f"{memory}/m", zipped=False)
        system = type(fsspec.filesystem("memory"))
        find = system.find
        monkeypatch.setattr(system, "find", lambda self, path, **o: [*find(self, path), f"{path}/../../x"])
        with pytest.raises(ValueError, match="points out"):
            keras.models.load_model(f"{memory}/m")


class TestPaths:
    @pytest.mark.parametrize(
        "form", [str, os.fsencode, pathlib.Path, pathlib.PosixPath], ids=["str", "bytes", "Path", "PosixPath"]
    )
    @pytest.mark.parametrize("name", [*MODELS, *WEIGHTS])
    def test_of_each_form(self, name, form, tmp_path):
        path = form(str(tmp_path / name))
        whole = name in MODELS
        model(1).save(path) if whole else model(1).save_weights(path)
        assert os.listdir(tmp_path) == [name]
        other = model(0)
        other.load_weights(path)
        assert_holds(other, 1)
        if whole:
            assert_holds(keras.models.load_model(path), 1)

    def test_that_are_entries_of_a_folder(self, tmp_path):
        model(1).save(tmp_path / "ä b#%20.keras")
        (entry,) = os.scandir(tmp_path)
        assert_holds(keras.models.load_model(entry), 1)


def with_weights_at(offset, source, target):
    """Copies a `.keras` file; the array file within begins `offset` bytes from the start of the copy."""
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w") as after:
        after.writestr("config.json", before.read("config.json"))
        start = after.fp.tell()
        heads = 2 * 30 + len("metadata.json") + len("model.weights.h5")
        metadata = before.read("metadata.json")
        after.writestr("metadata.json", metadata.ljust(offset - start - heads))
        after.writestr("model.weights.h5", before.read("model.weights.h5"))


@pytest.mark.parametrize("offset", [2048, 4096])
def test_an_archive_in_which_hdf5_looks_for_its_signature(offset, tmp_path):
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1, name="d")], name="s")
    model.save(tmp_path / "before.keras")
    with_weights_at(offset, tmp_path / "before.keras", tmp_path / "m.keras")
    assert h5py.is_hdf5(tmp_path / "m.keras")
    content = io.BytesIO((tmp_path / "m.keras").read_bytes())
    content.seekable = lambda: False
    for source in (tmp_path / "m.keras", content):
        np.testing.assert_array_equal(keras.saving.load_model(source).get_weights()[0], model.get_weights()[0])


class TestFileObjects:
    @pytest.mark.parametrize("weights_format", ["h5", "npz", "safetensors"])
    def test_of_models(self, weights_format):
        file = io.BytesIO()
        saving_lib.save_model(model(1), file, weights_format)
        assert_holds(saving_lib.load_model(file), 1)
        assert_holds(keras.models.load_model(file), 1)

    def test_are_written_where_they_stand_and_read_wherever(self):
        file = io.BytesIO(b"before")
        file.seek(6)
        keras.saving.save_model(model(1), file)
        end = len(file.getvalue())
        assert file.getvalue()[:6] == b"before" and file.tell() == end > 6
        for place in (0, 6, end):
            file.seek(place)
            assert_holds(keras.saving.load_model(file), 1)

    def test_of_weights(self):
        file = io.BytesIO()
        file.write(b"before")
        model(1).save_weights(file)
        assert file.getvalue()[:14] == b"before\x89HDF\r\n\x1a\n" and file.tell() == len(file.getvalue())
        file.seek(6)
        other = model(0)
        other.load_weights(file)
        assert_holds(other, 1)
        assert file.tell() == 6

    @pytest.mark.parametrize("name", [*MODELS, *WEIGHTS])
    def test_of_each_content(self, name, tmp_path):
        path = tmp_path / name
        model(1).save(path) if name in MODELS else model(1).save_weights(path)
        file = io.BytesIO(path.read_bytes())
        for place in (0, len(file.getvalue())):
            file.seek(place)
            other = model(0)
            other.load_weights(file)
            assert_holds(other, 1)
            assert file.tell() == place
        if name in MODELS:
            assert_holds(keras.models.load_model(file), 1)

    def test_on_the_disk(self, tmp_path):
        with open(tmp_path / "any name", "wb") as file:
            model(1).save(file)
        with open(tmp_path / "any name", "rb") as file:
            assert_holds(keras.models.load_model(file), 1)

    def test_that_cannot_be_turned_back(self):
        read, write = os.pipe()
        with open(read, "rb") as source:
            with open(write, "wb") as target:
                model(1).save(target)
            assert_holds(keras.models.load_model(source), 1)

    def test_that_cannot_serve(self, tmp_path):
        (tmp_path / "file").write_bytes(b"")
        with open(tmp_path / "file", "rb") as reading, open(tmp_path / "file", "ab") as writing:
            for file, act in [
                (io.StringIO(), model().save),
                (io.StringIO(), model().save_weights),
                (io.StringIO(), keras.models.load_model),
                (io.StringIO(), model().load_weights),
                (reading, model().save),
                (reading, model().save_weights),
                (writing, keras.models.load_model),
                (writing, model().load_weights),
            ]:
                with pytest.raises(ValueError, match="binary file object"):
                    act(file)

    def test_of_what_a_file_object_cannot_hold(self):
        file = io.BytesIO()
        with pytest.raises(ValueError, match="zipped"):
            model().save(file, zipped=False)
        with pytest.raises(ValueError, match="max_shard_size"):
            model().save_weights(file, max_shard_size=1)
        assert file.getvalue() == b""

    @pytest.mark.parametrize("content", [b"", b"PK", b"no model at all"])
    def test_of_no_model(self, content):
        made = model(1)
        for act in (keras.models.load_model, made.load_weights):
            with pytest.raises(ValueError, match="BytesIO"):
                act(io.BytesIO(content))
        assert_holds(made, 1)

    def test_a_save_that_fails_writes_nothing(self):
        class Broken(layers.Layer):
            def call(self, x):
                return x

            def save_own_variables(self, store):
                raise OSError("broken")

        file = io.BytesIO(b"old")
        broken = keras.Sequential([keras.Input((3,)), Broken()])
        for act in (broken.save, broken.save_weights):
            with pytest.raises(OSError, match="broken"):
                act(file)
        assert file.getvalue() == b"old" and file.tell() == 0


class ScaledInPlace(layers.Layer):
    """A layer that is known by `custom_objects` only."""

    def call(self, x):
        return x * 2


def by_file(save, name):
    file = io.BytesIO()
    save(file)
    return file


def by_url(save, name):
    url = f"memory://{uuid.uuid4().hex}/{name}"
    save(url)
    return url


@pytest.mark.parametrize("door", [by_file, by_url])
class TestArguments:
    """Whatever the place is, the other arguments count."""

    def test_custom_objects(self, door):
        place = door(keras.Sequential([keras.Input((3,)), ScaledInPlace()]).save, "m.keras")
        with pytest.raises((ValueError, TypeError), match="ScaledInPlace"):
            keras.models.load_model(place)
        assert isinstance(
            keras.models.load_model(place, custom_objects={"ScaledInPlace": ScaledInPlace}).layers[-1], ScaledInPlace
        )

    def test_safe_mode(self, door):
        with pytest.warns(UserWarning, match="lambda"):
            place = door(keras.Sequential([keras.Input((3,)), layers.Lambda(lambda x: x * 2)]).save, "m.keras")
        with pytest.raises(ValueError, match="safe_mode"):
            keras.models.load_model(place)
        loaded = keras.models.load_model(place, safe_mode=False)
        np.testing.assert_array_equal(backend.convert_to_numpy(loaded(np.ones((1, 3)))), [[2, 2, 2]])

    def test_compile_and_include_optimizer(self, door):
        made = model(1)
        made.compile("adam", "mse")
        place = door(made.save, "m.keras")
        assert keras.models.load_model(place).optimizer is not None
        assert keras.models.load_model(place, compile=False).optimizer is None
        place = door(lambda where: made.save(where, include_optimizer=False), "m.keras")
        assert keras.models.load_model(place).optimizer is None

    def test_weights_format(self, door):
        place = door(lambda where: model(1).save(where, weights_format="safetensors"), "m.keras")
        with places.reading(place) if isinstance(place, str) else places.reading_file(place) as path:
            assert "model.weights.safetensors" in zipfile.ZipFile(path).namelist()

    def test_skip_mismatch_and_objects_to_skip(self, door):
        def wider(last):
            made = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(last)])
            made.set_weights([np.full(v.shape, last) for v in made.weights])
            return made

        made, place = wider(2), door(wider(5).save_weights, "m.weights.h5")
        with pytest.raises(ValueError, match="skip_mismatch"):
            made.load_weights(place)
        with pytest.warns(UserWarning):
            made.load_weights(place, skip_mismatch=True)
        assert [w.flat[0] for w in made.get_weights()] == [5, 5, 2, 2]
        made, place = wider(2), door(model(1).save_weights, "m.weights.h5")
        made.load_weights(place, objects_to_skip=[made.layers[0]])
        assert [w.flat[0] for w in made.get_weights()] == [2, 2, 1, 1]
        place = door(
            lambda where: keras.saving.save_weights(made, where, objects_to_skip=[made.layers[0]]), "m.weights.h5"
        )
        with pytest.raises(ValueError, match="kernel"):
            wider(2).load_weights(place)
