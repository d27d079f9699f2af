"""Texts of datasets, by `tf.data`, Grain, and the plain iterable."""

import numpy as np
import pytest

import keras
from keras.src.utils import directory_datasets
from keras.src.utils.module_utils import LazyModule

pytest.importorskip("tensorflow")
pytest.importorskip("grain")
TEXTS = {"good": ["Ein schöner Film.\r\n", "good"], "bad": ["bad, bad", ""]}


@pytest.fixture
def make(tmp_path, monkeypatch):
    for name, texts in TEXTS.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "not_this.md").write_text("no text")
        for i, text in enumerate(texts):
            (tmp_path / name / f"{i}.txt").write_bytes(text.encode())

    def made(kind, **given):
        if kind == "iterable":
            monkeypatch.setattr(directory_datasets, "tf", LazyModule("tensorflow_that_is_not_there"))
        given = {"format": "grain" if kind == "grain" else "tf", "shuffle": False, "verbose": False, **given}
        return keras.utils.text_dataset_from_directory(tmp_path, **given)

    return made


def texts_of(batch):
    values = batch.numpy() if hasattr(batch, "numpy") else batch
    return [value.decode() if isinstance(value, bytes) else value for value in values]


@pytest.mark.parametrize("kind", ["tf", "grain", "iterable"])
class TestEachKind:
    def test_texts_and_labels(self, make, kind):
        dataset = make(kind, batch_size=3)
        assert dataset.class_names == ["bad", "good"] and len(dataset.file_paths) == 4
        batches = [(texts_of(texts), np.asarray(labels).tolist()) for texts, labels in dataset]
        assert batches == [(["bad, bad", "", "Ein schöner Film.\r\n"], [0, 0, 1]), (["good"], [1])]

    def test_without_labels_and_batches(self, make, kind):
        items = [
            texts_of([text.numpy() if hasattr(text, "numpy") else text])[0]
            for text in make(kind, label_mode=None, batch_size=None)
        ]
        assert items == ["bad, bad", "", "Ein schöner Film.\r\n", "good"]

    @pytest.mark.parametrize("length, expected", [(3, ["bad", "", "Ein", "goo"]), (0, [""] * 4)])
    def test_length(self, make, kind, length, expected):
        ((texts, _),) = make(kind, max_length=length)
        assert texts_of(texts) == expected

    def test_parts_and_formats(self, make, kind):
        training, validation = make(kind, validation_split=0.25, subset="both", batch_size=None, label_mode="binary")
        assert (len(training.file_paths), len(validation.file_paths)) == (3, 1)
        assert np.asarray(next(iter(validation))[1]).tolist() == [1.0]

    def test_a_layer_takes_them(self, make, kind):
        layer = keras.layers.TextVectorization(vocabulary=["bad", "good"])
        ((texts, _),) = make(kind)
        vectors = keras.ops.convert_to_numpy(layer(texts))
        np.testing.assert_array_equal(vectors, [[2, 2, 0], [0, 0, 0], [1, 1, 1], [3, 0, 0]])

    @pytest.mark.parametrize("wrong", [{"max_length": -1}, {"max_length": 2.5}, {"format": "x"}, {"label_mode": "x"}])
    def test_wrong_arguments(self, make, kind, wrong):
        with pytest.raises(ValueError, match=list(wrong)[0]):
            make(kind, **wrong)


def test_characters_are_counted_and_files_are_utf_8(make, tmp_path):
    ((texts, _),) = make("iterable", max_length=8, class_names=["good"])
    assert texts.tolist() == ["Ein schö", "good"]
    (tmp_path / "bad" / "2.txt").write_bytes("schön".encode("latin-1"))
    with pytest.raises(ValueError, match="2.txt is no text in UTF-8"):
        list(make("iterable"))
