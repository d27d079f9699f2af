import zipfile

import numpy as np
import pytest

import keras
from keras import layers
from keras.src.saving import saving_lib


@pytest.mark.parametrize("kind, name", [(saving_lib.H5IOStore, "a.h5"), (saving_lib.NpzIOStore, "a.npz")])
def test_stores(kind, name, tmp_path):
    store = kind(tmp_path / name, mode="w")
    entry = store.make("lora")
    entry["rank"] = 4
    store.make("lora/0")["kernel"] = keras.Variable(np.arange(3.0))
    store.close()
    store = kind(tmp_path / name)
    assert int(store.get("lora")["rank"][()]) == 4
    np.testing.assert_array_equal(store.get("lora/0")["kernel"], np.arange(3.0))
    store.close()


@pytest.mark.parametrize("kind", [saving_lib.H5IOStore, saving_lib.NpzIOStore])
def test_stores_in_archives(kind, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        store = kind("weights", archive=archive, mode="w")
        store.make("a", {"name": "first"})["0"] = np.ones(2)
        store.close()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        store = kind("weights", archive=archive, mode="r")
        np.testing.assert_array_equal(store.get("a")["0"], [1.0, 1.0])


def test_the_state_of_an_object_below_a_path(tmp_path):
    model = keras.Sequential([keras.Input((2,)), layers.Dense(3), layers.Dense(1)])
    store, folders = saving_lib.H5IOStore(tmp_path / "a.h5", mode="w"), saving_lib.DiskIOStore(str(tmp_path / "assets"))
    saving_lib._save_state(model, store, folders, "inner", visited_saveables=set())
    store.close()

    again = keras.models.clone_model(model)
    first, last = again.layers
    former = first.get_weights()
    store = saving_lib.H5IOStore(tmp_path / "a.h5")
    assert store.get("inner/layers/dense")
    saving_lib._load_state(again, store, None, "inner", visited_saveables={id(first)})
    for found, expected in zip(first.get_weights(), former):
        np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(last.get_weights()[0], model.layers[1].get_weights()[0])
    saving_lib._load_state(again, store, None, "inner")
    np.testing.assert_array_equal(first.get_weights()[0], model.layers[0].get_weights()[0])
