import json
import os

import h5py
import ml_dtypes
import numpy as np
import pytest

from keras.src import backend
from keras.src.saving import stores
from keras.src.saving.stores import H5Store, NpzStore, ShardedH5Store
from keras.src.utils.safe_write import replacing, replacing_several

ARRAYS = {
    "0": np.arange(6, dtype="float32").reshape(2, 3),
    "1": np.array([1.5, -2.0], ml_dtypes.bfloat16),
    "10": np.array(True),
    "extra": np.array([1, 2], "uint8"),
    "small": np.array([0.5], ml_dtypes.float8_e4m3fn),
}
STORES = [
    (H5Store, "a.weights.h5", {}),
    (NpzStore, "a.npz", {}),
    (ShardedH5Store, "a.weights.json", {"max_shard_size": 3e-8}),
]


@pytest.mark.parametrize("store, name, options", STORES)
def test_round_trip(store, name, options, tmp_path):
    path = str(tmp_path / name)
    with store(path, "w", **options) as writing:
        entry = writing.make("layers/dense", "dense_7")
        for key, array in ARRAYS.items():
            entry[key] = array
        writing.make("")["0"] = backend.convert_to_tensor([3.0])
        writing.make("empty")
    with store(path, "r") as reading:
        found = reading.get("layers/dense")
        assert sorted(found.keys()) == sorted(ARRAYS) and len(found) == len(ARRAYS)
        for key, array in ARRAYS.items():
            assert found[key].dtype == array.dtype
            np.testing.assert_array_equal(found[key], array)
        np.testing.assert_array_equal(reading.get("")["0"], [3.0])
        assert len(reading.get("empty")) == 0 and len(reading.get("no/such/place")) == 0
        with pytest.raises(KeyError):
            found["missing"]


def test_layout_of_an_h5_file(tmp_path):
    with H5Store(tmp_path / "a.h5", "w") as store:
        store.make("layers/dense", "dense_7")["1"] = ARRAYS["1"]
    with h5py.File(tmp_path / "a.h5") as file:
        assert file["layers/dense/vars"].attrs["name"] == "dense_7"
        dataset = file["layers/dense/vars/1"]
        assert dataset.dtype == np.dtype("V2") and dataset.attrs["dtype"] == "bfloat16"


def test_layout_of_shards(tmp_path):
    path = str(tmp_path / "s.weights.json")
    with ShardedH5Store(path, "w", max_shard_size=48 / stores.GIBIBYTE) as store:
        for name in ("a", "b"):
            entry = store.make(name)
            entry["0"], entry["1"] = np.ones(10, "float32"), np.ones(2, "float32")
    content = json.loads((tmp_path / "s.weights.json").read_text())
    files = ["s_00000.weights.h5", "s_00001.weights.h5"]
    assert content == {
        "metadata": {"total_size": 96.0},
        "weight_map": {"/a/vars": files[:1], "/b/vars": files[1:]},
    }
    assert sorted(os.listdir(tmp_path)) == ["s.weights.json", *files]
    with ShardedH5Store(path, "w", max_shard_size=8 / stores.GIBIBYTE) as store:
        with pytest.raises(ValueError, match="max_shard_size"):
            store.make("a")["0"] = np.ones(10, "float32")


def test_links_to_other_files_are_refused(tmp_path):
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file.create_group("vars")["0"] = [1.0]
    with h5py.File(tmp_path / "evil.h5", "w") as file:
        file["vars"] = h5py.ExternalLink("secret.h5", "vars")
        group = file.create_group("layer/vars")
        group["0"] = h5py.ExternalLink("secret.h5", "vars/0")
        group.create_dataset("1", shape=(1,), external=[(str(tmp_path / "secret.h5"), 0, 8)], dtype="float64")
        layout = h5py.VirtualLayout((1,), "float32")
        layout[:] = h5py.VirtualSource(str(tmp_path / "secret.h5"), "vars/0", (1,))
        group.create_virtual_dataset("2", layout)
        group["3"] = h5py.SoftLink("/layer/vars/1")
    with H5Store(tmp_path / "evil.h5", "r") as store:
        with pytest.raises(ValueError, match="not a plain"):
            store.get("")
        for name in ("0", "1", "2", "3"):
            with pytest.raises(ValueError, match=r"not a plain|other files"):
                store.get("layer")[name]


def test_bomb_is_refused(tmp_path):
    with h5py.File(tmp_path / "bomb.h5", "w") as file:
        file.create_dataset("vars/0", shape=(2**40,), chunks=(2**20,), dtype="float32", fillvalue=1.0)
    with H5Store(tmp_path / "bomb.h5", "r") as store, pytest.raises(ValueError, match="claims"):
        store.get("")["0"]


@pytest.mark.parametrize("content", [b"", b"abc", b"\x89HDF\r\n\x1a\n" + bytes(100)])
def test_damaged_files(content, tmp_path):
    path = tmp_path / "bad.weights.h5"
    path.write_bytes(content)
    with pytest.raises(OSError, match=r"bad\.weights\.h5.*damaged"):
        H5Store(str(path), "r")
    with pytest.raises(ValueError, match=r"bad\.weights\.h5"):
        ShardedH5Store(str(path), "r")
    with pytest.raises(ValueError, match=r"bad\.weights\.h5"):
        NpzStore(str(path), "r")


def test_shards_are_closed_where_one_is_damaged(tmp_path):
    path = str(tmp_path / "s.weights.json")
    with ShardedH5Store(path, "w", max_shard_size=48 / stores.GIBIBYTE) as store:
        for name in ("a", "b"):
            store.make(name)["0"] = np.ones(10, "float32")
    (tmp_path / "s_00001.weights.h5").write_bytes(b"abc")
    store = ShardedH5Store(path, "r")
    with pytest.raises(OSError, match="damaged"):
        store.open_shards()
    assert store.shards and not any(store.shards.values())


def test_pickles_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", evil=np.array({"a": 1}, dtype=object))
    with pytest.raises(ValueError, match=r"a\.npz.*(pickled|Object arrays)"):
        NpzStore(str(tmp_path / "a.npz"), "r")


def test_an_error_leaves_the_old_file(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(OSError, match="full"), replacing(path) as target:
        with open(target, "w") as file:
            file.write("half of the new")
        raise OSError("disk is full")
    with pytest.raises(OSError, match="full"), replacing_several(path) as folder:
        with open(os.path.join(folder, "other"), "w") as file:
            file.write("x")
        raise OSError("disk is full")
    assert os.listdir(tmp_path) == ["file"] and path.read_text() == "old"
    with replacing(path) as target, open(target, "w") as file:
        file.write("new")
    assert os.listdir(tmp_path) == ["file"] and path.read_text() == "new"
    with pytest.raises(FileNotFoundError, match="folder"), replacing(tmp_path / "none" / "file"):
        pass
