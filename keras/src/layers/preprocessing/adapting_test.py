"""Sources of data for `adapt`."""

import itertools

import numpy as np
import pytest

from keras.src.layers.preprocessing import adapting
from keras.src.trainers.data_adapters.py_dataset_adapter import PyDataset

ROWS = np.arange(12.0).reshape(6, 2)


def in_twos():
    return (ROWS[i : i + 2] for i in range(0, 6, 2))


class Batches(PyDataset):
    def __len__(self):
        return 3

    def __getitem__(self, index):
        return ROWS[2 * index : 2 * index + 2], np.zeros(2)


class Indexed:
    def __len__(self):
        return 3

    def __getitem__(self, index):
        return ROWS[2 * index : 2 * index + 2]


def of_tensorflow(**kwargs):
    tf = pytest.importorskip("tensorflow")
    return tf.data.Dataset.from_tensor_slices((ROWS, ROWS[:, 0])).batch(2)


def of_torch():
    torch = pytest.importorskip("torch")
    return torch.utils.data.DataLoader(list(zip(ROWS, range(6))), batch_size=2)


def of_grain():
    grain = pytest.importorskip("grain")
    return grain.MapDataset.source(ROWS).batch(2)


SOURCES = [in_twos, Batches, Indexed, lambda: list(in_twos()), of_tensorflow, of_torch, of_grain]


@pytest.mark.parametrize("source", SOURCES)
def test_sources(source):
    found = [np.asarray(x) for x in adapting.batches(source())]
    assert len(found) == 3
    np.testing.assert_array_equal(np.concatenate(found), ROWS)
    np.testing.assert_array_equal(np.concatenate([np.asarray(x) for x in adapting.batches(source(), 2)]), ROWS[:4])


def test_arrays_are_one_batch():
    pandas = pytest.importorskip("pandas")
    for data in (ROWS, pandas.DataFrame(ROWS), pandas.Series([1.0])):
        assert list(adapting.batches(data))[0] is data
    for data in ("a", ["a", "b"], [["a"], ["b", "c"]], 3, [1, 2], b"a", ("a", "b"), []):
        assert list(adapting.batches(data, takes_lists=True)) == [data]
    with pytest.raises(TypeError, match="adapt"):
        adapting.batches(3)


def test_texts_of_a_loader():
    torch = pytest.importorskip("torch")
    alone = torch.utils.data.DataLoader(["a", "b", "c"], batch_size=2)
    assert list(adapting.batches(alone)) == [["a", "b"], ["c"]]
    labelled = torch.utils.data.DataLoader([("a", 1), ("b", 2), ("c", 3)], batch_size=2)
    assert [list(x) for x in adapting.batches(labelled)] == [["a", "b"], ["c"]]


def test_what_never_ends():
    tf = pytest.importorskip("tensorflow")
    endless = tf.data.Dataset.from_tensors(1.0).repeat()
    with pytest.raises(ValueError, match="forever"):
        adapting.batches(endless)
    assert len(list(adapting.batches(endless, steps=3))) == 3
    assert len(list(adapting.batches(itertools.repeat(ROWS), steps=4))) == 4


@pytest.mark.parametrize("data", [[], {}, iter(()), {"a": [1]}])
def test_nothing(data):
    with pytest.raises((ValueError, TypeError), match="adapt"):
        list(adapting.batches(data))


def test_progress_of_long_data(monkeypatch, capsys):
    list(adapting.batches(Batches()))
    assert not capsys.readouterr().out
    monkeypatch.setattr(adapting, "SECONDS_WITHOUT_PROGRESS", -1)
    list(adapting.batches(Batches()))
    assert "3/3" in capsys.readouterr().out
    list(adapting.batches(in_twos()))
    assert "3" in capsys.readouterr().out


def test_a_failure_changes_nothing():
    class Holder:
        seen = None

    holder = Holder()
    holder.seen = 1
    with pytest.raises(KeyError), adapting.all_or_nothing(holder, "seen"):
        holder.seen = 2
        raise KeyError
    assert holder.seen == 1


def test_portions():
    assert [list(part) for part in adapting.portions(list(range(5)), 2)] == [[0, 1], [2, 3], [4]]
    assert list(adapting.portions([], 2)) == [[]]
    assert list(adapting.portions("abc", 2)) == ["abc"]
    assert [len(part) for part in adapting.portions(np.zeros((5, 2)), 4)] == [4, 1]
