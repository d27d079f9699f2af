"""HDF5 files whose inside is damaged: an `OSError` or `ValueError` that names the file, and no model half changed."""

import io

import h5py
import numpy as np
import pytest

import keras
from keras import layers
from keras.src.saving import h5_reading


def model():
    made = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="a"), layers.Dense(4, name="b")])
    made.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse")
    made.optimizer.build(made.trainable_variables)
    return made


def state(made):
    return [np.array(v) for v in (*made.variables, *made.optimizer.variables)]


def raises_and_changes_nothing(made, path, error, match=""):
    before = state(made)
    with pytest.raises(error, match=match):
        made.load_weights(path)
    for old, new in zip(before, state(made)):
        np.testing.assert_array_equal(old, new)


def overwritten(path, old, new, last=False):
    content = path.read_bytes()
    place = content.rfind(old) if last else content.find(old)
    assert place >= 0
    path.write_bytes(content[:place] + new + content[place + len(old) :])


@pytest.mark.parametrize("signature", [b"TREE", b"SNOD", b"HEAP"])
@pytest.mark.parametrize("last", [False, True])
def test_structures_without_their_signatures(signature, last, tmp_path):
    model().save_weights(tmp_path / "m.weights.h5")
    overwritten(tmp_path / "m.weights.h5", signature, b"xxxx", last)
    raises_and_changes_nothing(model(), tmp_path / "m.weights.h5", (OSError, ValueError))
    with pytest.raises(OSError, match="m.weights.h5.*damaged"):
        keras.saving.KerasFileEditor(tmp_path / "m.weights.h5")


@pytest.mark.filterwarnings("ignore:The HDF5 format")
@pytest.mark.parametrize("size", [0, 2**64 - 16, 2**64 - 64])
def test_texts_whose_sizes_lead_nowhere(size, tmp_path):
    """The HDF5 library would read such a file for ever."""
    model().save(tmp_path / "m.h5")
    content = bytearray((tmp_path / "m.h5").read_bytes())
    place = content.find(b"GCOL") + 16
    content[place : place + 16] = bytes(8) + size.to_bytes(8, "little")
    (tmp_path / "m.h5").write_bytes(content)
    for read in (keras.models.load_model, model().load_weights):
        with pytest.raises(OSError, match="lead nowhere"):
            read(tmp_path / "m.h5")


def test_bytes_that_look_like_texts_but_are_weights(tmp_path):
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file["x"] = np.frombuffer(h5_reading._HEAP + b"\xff" * 24, "uint8")
        file.attrs["text"] = "abc"
    for source in (tmp_path / "m.h5", io.BytesIO((tmp_path / "m.h5").read_bytes()), open(tmp_path / "m.h5", "rb")):
        with h5_reading.open_h5(source, "r") as file:
            assert h5_reading.read_attribute(file, "text") == "abc"
            assert len(h5_reading.read_dataset(file, "x")) == 32


def replaced(path, name, **dataset):
    with h5py.File(path, "r+") as file:
        del file[name]
        file.create_dataset(name, **dataset)


@pytest.mark.parametrize(
    "dataset",
    [
        {"data": [[b"a", b"b"]] * 3},
        {"data": np.zeros((5, 5), "float32")},
        {"dtype": "float32", "data": h5py.Empty("f")},
    ],
    ids=["texts", "another shape", "empty"],
)
@pytest.mark.parametrize("name", ["layers/dense/vars/0", "layers/dense_1/vars/1", "optimizer/vars/3"])
def test_what_does_not_fit_is_found_before_anything_changes(name, dataset, tmp_path):
    model().save_weights(tmp_path / "m.weights.h5")
    replaced(tmp_path / "m.weights.h5", name, **dataset)
    raises_and_changes_nothing(model(), tmp_path / "m.weights.h5", ValueError, "fit")


def test_packed_weights_that_cannot_be_unpacked(tmp_path):
    made = model()
    made.save_weights(tmp_path / "m.weights.h5")
    kernel = made.get_weights()[2]
    replaced(tmp_path / "m.weights.h5", "layers/dense_1/vars/0", data=kernel, chunks=True, compression="gzip")
    with h5py.File(tmp_path / "m.weights.h5") as file:
        chunk = file["layers/dense_1/vars/0"].id.get_chunk_info(0)
    content = bytearray((tmp_path / "m.weights.h5").read_bytes())
    content[chunk.byte_offset : chunk.byte_offset + chunk.size] = b"\x55" * chunk.size
    (tmp_path / "m.weights.h5").write_bytes(content)
    raises_and_changes_nothing(model(), tmp_path / "m.weights.h5", OSError, "damaged")


@pytest.mark.parametrize("name", ["finfo", "float99", 3, "bfloat16"])
def test_a_dtype_that_is_none_of_weights(name, tmp_path):
    made = model()
    made.save_weights(tmp_path / "m.weights.h5")
    with h5py.File(tmp_path / "m.weights.h5", "r+") as file:
        file["layers/dense/vars/0"].attrs["dtype"] = name
    raises_and_changes_nothing(made, tmp_path / "m.weights.h5", ValueError)


@pytest.mark.filterwarnings("ignore:The HDF5 format")
@pytest.mark.parametrize(
    ("place", "key", "value", "match"),
    [
        ("model_weights", "layer_names", 3, "list of names"),
        ("model_weights", "layer_names", np.zeros((2, 2)), "list of names"),
        ("model_weights/a", "weight_names", [1.5], "list of names"),
        ("model_weights/a", "weight_names", [b"no", b"such"], "does not hold"),
        ("optimizer_weights", "weight_names", [b"no"], "There is no 'no'"),
        ("/", "model_config", 3, "must be a text"),
        ("/", "training_config", np.zeros(3), "must be a text"),
        ("/", "training_config", "[1]", "is a dict"),
    ],
)
def test_attributes_of_the_older_format(place, key, value, match, tmp_path):
    model().save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        file[place].attrs[key] = value
    with pytest.raises(ValueError, match=match):
        keras.models.load_model(tmp_path / "m.h5")


def test_an_attribute_counts(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_LOAD_LIMIT", "10000")
    with h5py.File(tmp_path / "m.h5", "w", libver="latest") as file:
        file.attrs["model_config"] = np.zeros(50000)
    with pytest.raises(ValueError, match="KERAS_LOAD_LIMIT"):
        keras.models.load_model(tmp_path / "m.h5")


@pytest.mark.filterwarnings("ignore:The HDF5 format")
def test_texts_in_the_place_of_weights_of_the_older_format(tmp_path):
    made = model()
    made.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        name = f"model_weights/b/{file['model_weights/b'].attrs['weight_names'][1]}"
    replaced(tmp_path / "m.h5", name, data=[b"a"] * 4)
    raises_and_changes_nothing(model(), tmp_path / "m.h5", ValueError, "no numbers")


@pytest.mark.filterwarnings("ignore:The HDF5 format")
@pytest.mark.parametrize("config", ["3", "[]", "{}", '{"class_name": "Sequential"}', '{"config": {}}'])
def test_a_config_of_the_older_format_that_describes_nothing(config, tmp_path):
    model().save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        file.attrs["model_config"] = config
    with pytest.raises(ValueError, match="class_name"):
        keras.models.load_model(tmp_path / "m.h5")


def test_a_dtype_that_the_library_cannot_describe(tmp_path, monkeypatch):
    """HDF5 says so by a `RuntimeError` when somebody asks for it."""
    with h5py.File(tmp_path / "m.h5", "w") as file:
        dataset = file.create_dataset("a", data=np.zeros(3))

        def fails(self):
            raise RuntimeError("Unspecified error in H5Tget_ebias (return value ==0)")

        monkeypatch.setattr(h5py.Dataset, "dtype", property(fails))
        with pytest.raises(OSError, match="damaged .*ebias"):
            h5_reading.kind_of(dataset)


def test_an_array_that_says_to_be_of_a_dtype_of_another_size(tmp_path):
    """Seen as that, it has another shape than the file tells: found before anything is assigned."""
    made = model()
    made.save_weights(tmp_path / "m.weights.h5")
    with h5py.File(tmp_path / "m.weights.h5", "r+") as file:
        file["optimizer/vars/3"].attrs["dtype"] = "bfloat16"
        file["layers/dense/vars/1"][()] = 5.0
    raises_and_changes_nothing(made, tmp_path / "m.weights.h5", ValueError, "float32 cannot be bfloat16")


def test_only_numbers_that_lie_in_the_file_as_they_are_are_plain(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["plain"] = np.ones(3, "float32")
        file["text"] = ["a", "b"]
        file.create_dataset("packed", data=np.ones(3, "float32"), chunks=(1,), compression="gzip")
        file.create_dataset("beside", (3,), "float32", external=[(str(tmp_path / "b"), 0, 12)])
        file["coded"] = np.zeros(3, "uint16")
        file["coded"].attrs["dtype"] = "bfloat16"
        assert [name for name in file if h5_reading.is_plain(file[name])] == ["plain"]
