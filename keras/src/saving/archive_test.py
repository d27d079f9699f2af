"""Large members of archives are read where they stand."""

import io
import zipfile

import numpy as np
import pytest

import keras
from keras.src.saving import archive
from keras.src.utils.file_section import FileSection

NAME = "model.weights.h5"


@pytest.fixture(autouse=True)
def all_are_large(monkeypatch):
    monkeypatch.setattr(archive, "_LARGE", 1)


@pytest.fixture
def model():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(2)])


@pytest.mark.parametrize("zipped", [True, False])
def test_weights_are_read_where_they_stand(tmp_path, model, zipped):
    path = tmp_path / ("m.keras" if zipped else "m")
    model.save(path, zipped=zipped)
    with archive.ZipReader(path) if zipped else archive.FolderReader(path) as reader:
        section = reader.open(NAME)
        assert isinstance(section, FileSection) and section.read() == reader.read(NAME)
    loaded = keras.models.load_model(path)
    for one, other in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_is_packed_or_no_file_on_disk_is_unpacked(tmp_path, model):
    model.save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as source:
        with zipfile.ZipFile(tmp_path / "p.keras", "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                target.writestr(name, source.read(name))
    for file in (tmp_path / "p.keras", io.BytesIO((tmp_path / "m.keras").read_bytes())):
        with archive.ZipReader(file) as reader:
            assert isinstance(reader.open(NAME), io.BytesIO)
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "p.keras").weights[0], model.weights[0])


def test_damage_is_told_before_anything_is_read(tmp_path, model):
    model.save(tmp_path / "m.keras")
    content = bytearray((tmp_path / "m.keras").read_bytes())
    kernel = model.layers[0].kernel.numpy().tobytes()
    content[content.find(kernel)] ^= 1
    (tmp_path / "m.keras").write_bytes(content)
    with pytest.raises(ValueError, match="model.weights.h5 in .* is damaged"):
        keras.models.load_model(tmp_path / "m.keras")
