"""What damaged and crafted files, and writers that were killed, can do: nothing is half done, and nothing fills the memory."""

import io
import json
import os
import subprocess
import sys
import textwrap
import zipfile

import h5py
import numpy as np
import pytest

import keras
from keras import layers
from keras.src.saving import saving_lib
from keras.src.utils import load_budget, safe_write


def model():
    return keras.Sequential([keras.Input((3,)), layers.Dense(2, name="a"), layers.Dense(4, name="b")])


def rewritten(source, target, **members):
    """Writes the archive again, with other content in some members."""
    with zipfile.ZipFile(source) as whole, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name in whole.namelist():
            file.writestr(name, members.pop(name, None) or whole.read(name))
        for name, content in members.items():
            file.writestr(name, content)


@pytest.fixture
def small_limit(monkeypatch):
    monkeypatch.setenv("KERAS_LOAD_LIMIT", "100000")


class TestBudget:
    def test_an_array_of_npz_that_claims_more_than_it_has(self, tmp_path):
        saving_lib.save_model(model(), tmp_path / "m.keras", weights_format="npz")
        with zipfile.ZipFile(tmp_path / "m.keras") as whole:
            content = bytearray(whole.read("model.weights.npz"))
        with zipfile.ZipFile(io.BytesIO(bytes(content))) as arrays:
            name = next(n for n in arrays.namelist() if n.endswith("0.npy"))
            header = arrays.read(name).replace(b"(3, 2)", b"(3e9,)".replace(b"e9", b"99")).replace(b"(2, 4)", b"(99,4)")
        changed = io.BytesIO()
        rewritten(io.BytesIO(bytes(content)), changed, **{name: header})
        rewritten(tmp_path / "m.keras", tmp_path / "n.keras", **{"model.weights.npz": changed.getvalue()})
        with pytest.raises((ValueError, OSError), match="claims"):
            keras.models.load_model(tmp_path / "n.keras")

    def test_an_ordinary_load_is_not_limited_afterwards(self, tmp_path):
        model().save(tmp_path / "m.keras")
        keras.models.load_model(tmp_path / "m.keras")
        load_budget.spend(10**18, "read", "nothing")

    def test_one_number_limits_everything(self, tmp_path, monkeypatch):
        """What packs better than anything of weights is read where the user says so, by any reader."""
        monkeypatch.setattr(load_budget, "SMALL_ITEM_BYTES", 1000)
        made = keras.Sequential([keras.Input((300,)), layers.Dense(300, kernel_initializer="zeros", name="a")])
        made.save_weights(tmp_path / "m.weights.h5")
        with h5py.File(tmp_path / "m.weights.h5", "r+") as file:
            del file["layers/dense/vars/0"]
            kernel = {"data": np.zeros((300, 300), "float32"), "compression": "gzip", "chunks": (300, 300)}
            file["layers/dense/vars"].create_dataset("0", **kernel)
            stored = file["layers/dense/vars/0"].id.get_storage_size()
        assert stored * 300 < 360000
        monkeypatch.setattr(load_budget, "LARGEST_EXPANSION_OF_ITEM", 300)
        for read in (made.load_weights, keras.saving.KerasFileEditor):
            monkeypatch.delenv("KERAS_LOAD_LIMIT", raising=False)
            with pytest.raises(ValueError, match="claims 360000 bytes.*KERAS_LOAD_LIMIT"):
                read(tmp_path / "m.weights.h5")
            monkeypatch.setenv("KERAS_LOAD_LIMIT", "1000000")
            read(tmp_path / "m.weights.h5")
            monkeypatch.setenv("KERAS_LOAD_LIMIT", "300000")
            with pytest.raises(ValueError, match="limit is 300000.*KERAS_LOAD_LIMIT"):
                read(tmp_path / "m.weights.h5")

    @pytest.mark.parametrize("name", ["KERAS_LOAD_LIMIT", "KERAS_LOAD_DEPTH"])
    @pytest.mark.parametrize("value", ["much", "-1", "0", "1e9"])
    def test_a_limit_that_is_no_number(self, name, value, tmp_path, monkeypatch):
        model().save(tmp_path / "m.keras")
        monkeypatch.setenv(name, value)
        with pytest.raises(ValueError, match=f"{name} must be a positive whole number"):
            keras.models.load_model(tmp_path / "m.keras")

    def test_depth(self, tmp_path, monkeypatch):
        made = model()
        for _ in range(20):
            made = keras.Sequential([keras.Input((3,)), made])
        made.save(tmp_path / "m.keras")
        keras.models.load_model(tmp_path / "m.keras")
        for door in (keras.models.load_model, keras.saving.KerasFileEditor):
            monkeypatch.setenv("KERAS_LOAD_DEPTH", "50")
            with pytest.raises(ValueError, match="more than 50 levels.*KERAS_LOAD_DEPTH"):
                door(tmp_path / "m.keras")
            monkeypatch.setenv("KERAS_LOAD_DEPTH", "100")
            door(tmp_path / "m.keras")

    def test_members_that_the_editor_reads_count(self, tmp_path, small_limit):
        model().save(tmp_path / "m.keras")
        rewritten(tmp_path / "m.keras", tmp_path / "n.keras", **{"metadata.json": b"{}" + b" " * 10**5})
        with pytest.raises(ValueError, match="unpacked"):
            keras.saving.KerasFileEditor(tmp_path / "n.keras")


class TestOutside:
    """Nothing outside of the file is read."""

    def test_groups_deep_in_each_other(self, tmp_path):
        with h5py.File(tmp_path / "m.weights.h5", "w") as file:
            file.create_group("/".join("g" * 300))
        with pytest.raises(ValueError, match="deep"):
            keras.saving.KerasFileEditor(tmp_path / "m.weights.h5")

    def test_the_cache_of_the_hub_has_links(self, tmp_path):
        blobs, snapshot = tmp_path / "model" / "blobs", tmp_path / "model" / "snapshots" / "1"
        blobs.mkdir(parents=True)
        model().save(tmp_path / "m", zipped=False)
        snapshot.mkdir(parents=True)
        for number, file in enumerate((tmp_path / "m").iterdir()):
            file.rename(blobs / str(number))
            (snapshot / file.name).symlink_to(blobs / str(number))
        assert keras.models.load_model(snapshot).output_shape == (None, 4)

    @pytest.mark.parametrize("name", ["p.weights.h5", "p.weights.json", "p.h5"])
    def test_a_pipe_is_not_waited_for(self, name, tmp_path):
        os.mkfifo(tmp_path / name)
        with pytest.raises(OSError, match="regular"):
            model().load_weights(tmp_path / name)


class TestAllOrNothing:
    def other(self):
        return keras.Sequential([keras.Input((3,)), layers.Dense(2, name="a"), layers.Dense(5, name="b")])

    @pytest.mark.filterwarnings("ignore:The HDF5 format")
    @pytest.mark.parametrize("name", ["m.weights.h5", "m.keras", "m.h5", "m.weights.json"])
    def test_a_failed_load_changes_nothing(self, name, tmp_path):
        options = {"max_shard_size": 1} if name.endswith("json") else {}
        source = self.other()
        source.save_weights(tmp_path / name, **options) if ".weights." in name else source.save(tmp_path / name)
        made = model()
        before = made.get_weights()
        with pytest.raises(ValueError):
            made.load_weights(tmp_path / name)
        for old, new in zip(before, made.get_weights()):
            np.testing.assert_array_equal(old, new)
        with pytest.warns(UserWarning, match="Left out"):
            made.load_weights(tmp_path / name, skip_mismatch=True)
        after = made.get_weights()
        np.testing.assert_array_equal(after[0], source.get_weights()[0])
        for old, new in zip(before[2:], after[2:]):
            np.testing.assert_array_equal(old, new)

    def test_a_layer_with_a_way_of_its_own(self, tmp_path):
        class Own(layers.Dense):
            def load_own_variables(self, store):
                self.kernel.assign(store["0"])
                raise ValueError("in the middle")

        source = keras.Sequential([keras.Input((3,)), Own(2)])
        source.save_weights(tmp_path / "m.weights.h5")
        made = keras.Sequential([keras.Input((3,)), Own(2)])
        before = made.get_weights()[0]
        with pytest.raises(ValueError, match="in the middle"):
            made.load_weights(tmp_path / "m.weights.h5")
        np.testing.assert_array_equal(made.get_weights()[0], before)

    def test_messages_are_short(self, tmp_path):
        many = keras.Sequential([keras.Input((2,)), *(layers.Dense(2) for _ in range(100))])
        wide = keras.Sequential([keras.Input((3,)), *(layers.Dense(3) for _ in range(100))])
        wide.save_weights(tmp_path / "m.weights.h5")
        with pytest.raises(ValueError, match="100 objects") as info:
            many.load_weights(tmp_path / "m.weights.h5")
        assert len(str(info.value)) < 3000
        with zipfile.ZipFile(tmp_path / "x.keras", "w") as file:
            for number in range(2000):
                file.writestr(f"{'n' * 100}{number}", b"")
        with pytest.raises(ValueError) as info:
            keras.models.load_model(tmp_path / "x.keras")
        assert len(str(info.value)) < 2000


class TestKilled:
    def test_what_a_killed_writer_left_goes_with_the_next_save(self, tmp_path):
        done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
        stale = tmp_path / f".m.keras.{int(done.stdout)}-0123abcd.tmp"
        alive = tmp_path / f".m.keras.{os.getpid()}-0123abcd.tmp"
        other = tmp_path / f".n.keras.{int(done.stdout)}-0123abcd.tmp"
        for path in (stale, alive, other):
            path.write_text("x")
        model().save(tmp_path / "m.keras")
        assert not stale.exists() and alive.exists() and other.exists()

    def test_a_folder_is_exchanged_in_one_step(self, tmp_path):
        old, new = tmp_path / "old", tmp_path / "new"
        for folder in (old, new):
            folder.mkdir()
            (folder / "name").write_text(folder.name)
        safe_write._exchange(str(new), str(old))
        assert (old / "name").read_text() == "new" and (new / "name").read_text() == "old"

    @pytest.mark.parametrize("name", ["m", "m.weights.json"])
    def test_killed_at_any_step_the_last_save_is_whole(self, name, tmp_path):
        """A process saves again and again, and dies at one of its renamings, writings and removals."""
        script = textwrap.dedent(
            """
            import os, sys
            import keras
            path, last = sys.argv[1], int(sys.argv[2])
            made = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(2)])
            steps = 0
            def counted(function):
                def step(*args, **kwargs):
                    global steps
                    steps += 1
                    if steps > last:
                        os._exit(9)
                    return function(*args, **kwargs)
                return step
            for number in (1.0, 2.0):
                made.set_weights([w * 0 + number for w in made.get_weights()])
                if number == 2.0:
                    for name in ("rename", "replace", "remove", "unlink", "rmdir", "mkdir"):
                        setattr(os, name, counted(getattr(os, name)))
                    exchange = keras.src.utils.safe_write._exchange
                    keras.src.utils.safe_write._exchange = counted(exchange)
                if path.endswith("json"):
                    made.save_weights(path, max_shard_size=30 / 1024**3)
                else:
                    made.save(path, zipped=False)
            print("done")
            """
        )
        path = str(tmp_path / name)
        quick = {**os.environ, "KERAS_BACKEND": "numpy"}  # which engine writes makes no difference
        for last in range(40):
            run = subprocess.run(
                [sys.executable, "-c", script, path, str(last)], capture_output=True, text=True, env=quick
            )
            made = keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.Dense(2)])
            if name == "m":
                weights = keras.models.load_model(path).get_weights()
            else:
                made.load_weights(path)
                weights = made.get_weights()
            values = {float(x) for w in weights for x in np.ravel(w)}
            assert values in ({1.0}, {2.0}), (last, values)
            if "done" in run.stdout:
                return
        raise AssertionError(run.stderr)


def test_a_file_that_describes_no_layer(tmp_path):
    model().save(tmp_path / "m.keras")
    config = json.dumps(keras.saving.serialize_keras_object(keras.initializers.Zeros()))
    rewritten(tmp_path / "m.keras", tmp_path / "n.keras", **{"config.json": config})
    with pytest.raises(ValueError, match="no model or layer"):
        keras.models.load_model(tmp_path / "n.keras")


@pytest.mark.filterwarnings("ignore:The HDF5 format")
@pytest.mark.parametrize("key", ["model_config", "training_config"])
def test_depth_in_the_older_format(key, tmp_path):
    made = model()
    made.compile("sgd", "mse")
    made.save(tmp_path / "m.h5")
    deep = 1
    for _ in range(450):
        deep = [deep]
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        config = json.loads(file.attrs[key])
        (config["config"] if key == "model_config" else config)["layers" if key == "model_config" else "loss"] = deep
        file.attrs[key] = json.dumps(config)
    with pytest.raises((ValueError, TypeError)):
        keras.models.load_model(tmp_path / "m.h5")
