"""Small decisions of files, each of which a change of one sign, condition or default would turn round."""

import json
import os

import h5py
import numpy as np
import pytest

import keras
from keras import layers
from keras.src.saving import saving_lib
from keras.src.saving.legacy import legacy_h5_format
from keras.src.utils import safe_write


@keras.saving.register_keras_serializable("edges")
class Mine(layers.Dense):
    """A registered layer."""


def model(**compiled):
    made = keras.Sequential([keras.Input((3,)), Mine(2), layers.Dense(1)])
    made.compile("adam", "mse", **compiled)
    return made


def with_optimizer(tmp_path, made, **options):
    """Whether an older file holds how a model was compiled, and the state of its optimizer."""
    legacy_h5_format.save_model_to_hdf5(made, str(tmp_path / "model.h5"), **options)
    with h5py.File(tmp_path / "model.h5") as file:
        return "training_config" in file.attrs, "optimizer_weights" in file


class TestOlderFiles:
    def test_state_of_the_optimizer(self, tmp_path):
        made = model()
        assert with_optimizer(tmp_path, made) == (True, False)
        made.optimizer.build(made.trainable_variables)
        assert with_optimizer(tmp_path, made) == (True, True)
        assert with_optimizer(tmp_path, made, include_optimizer=False) == (False, False)

    def test_names_of_classes(self, tmp_path):
        """Those of users are registered names, as in files of Keras 3.15.1."""
        model().save(tmp_path / "model.h5")
        with h5py.File(tmp_path / "model.h5") as file:
            config = json.loads(file.attrs["model_config"])
        assert [layer["class_name"] for layer in config["config"]["layers"]] == ["InputLayer", "edges>Mine", "Dense"]

    def test_many_names_are_as_few_attributes_as_may_be(self, tmp_path):
        names = [f"{'layer' * 10}_{i:04d}" for i in range(3000)]
        with h5py.File(tmp_path / "names.h5", "w") as file:
            legacy_h5_format._write_names(file, "names", names)
            sizes = {key: np.asarray(file.attrs[key]).nbytes for key in file.attrs}
            assert legacy_h5_format._read_names(file, "names") == names
        largest = legacy_h5_format.LARGEST_ATTRIBUTE_BYTES
        assert sorted(sizes) == [f"names{i}" for i in range(-(-sum(sizes.values()) // largest))]
        assert max(sizes.values()) <= largest

    def test_code_is_refused_by_default(self, tmp_path):
        made = keras.Sequential([keras.Input((3,)), layers.Activation(lambda x: x)])
        made.save(tmp_path / "model.h5")
        made.save(tmp_path / "model.keras")
        with pytest.raises(ValueError, match="safe_mode"):
            legacy_h5_format.load_model_from_hdf5(str(tmp_path / "model.h5"))
        with open(tmp_path / "model.keras", "rb") as file, pytest.raises(ValueError, match="safe_mode"):
            saving_lib.load_model_from_file(file)


def test_what_a_process_of_another_user_writes_is_left_alone(tmp_path, monkeypatch):
    left = tmp_path / ".model.keras.4242-0123abcd.tmp"
    left.touch()

    def refused(process, signal):
        raise PermissionError

    monkeypatch.setattr(os, "kill", refused)
    with safe_write.replacing(tmp_path / "model.keras") as target, open(target, "w") as file:
        file.write("new")
    assert left.exists() and (tmp_path / "model.keras").read_text() == "new"


def test_a_file_is_replaced_without_asking_by_default(tmp_path, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda *question: pytest.fail("asked"))
    for units in (1, 2):
        keras.saving.save_model(keras.Sequential([keras.Input((3,)), layers.Dense(units)]), tmp_path / "model.keras")
    assert keras.saving.load_model(tmp_path / "model.keras").output_shape == (None, 2)


def test_a_printed_tree_shows_what_comes_last(tmp_path, capsys):
    keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.Dense(1)]).save_weights(tmp_path / "model.weights.h5")
    keras.saving.KerasFileEditor(tmp_path / "model.weights.h5").summary()
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    branches = [line[:2] for line in lines if line[:2] in ("├─", "└─")]
    assert "├─" in branches and branches.count("└─") >= 2 and branches[-1] == "└─"
