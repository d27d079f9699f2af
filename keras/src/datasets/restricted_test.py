import io
import os
import pickle
import zipfile

import numpy as np
import pytest

from keras.src.datasets.restricted import read_npz, unpickle


class Harmful:
    def __reduce__(self):
        return os.system, ("touch harmed",)


def lists(*values):
    made = np.empty(len(values), object)
    made[:] = values
    return made


def loaded(content, **options):
    return unpickle(io.BytesIO(content), "file", **options)


@pytest.mark.parametrize("protocol", range(5))
@pytest.mark.parametrize("dtype", ["uint8", ">i4", "float64", "bool", "S3"])
def test_arrays(protocol, dtype):
    array = np.arange(6).reshape(2, 3).astype(dtype)
    for kept in (array, np.asfortranarray(array)):
        found = loaded(pickle.dumps({"data": kept, "labels": [1, 2]}, protocol), encoding="latin1")
        np.testing.assert_array_equal(found["data"], array)
        assert found["data"].dtype == array.dtype
        assert found["labels"] == [1, 2]


def test_file_of_python_2():
    """A dict of bytes to an array and a list, as Python 2.7 pickled the batches of CIFAR: all names are byte strings."""
    content = (
        b"\x80\x02}q\x01(U\x04dataq\x02cnumpy.core.multiarray\n_reconstruct\nq\x03cnumpy\nndarray\nq\x04K\x00\x85U\x01b\x87Rq\x05"
        b"(K\x01K\x02K\x03\x86cnumpy\ndtype\nq\x06U\x02u1K\x00K\x01\x87Rq\x07(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
        b"\x89U\x06\x00\x01\x02\xfd\xfe\xfftbU\x06labelsq\x08]q\t(K\x06K\x07eu."
    )
    found = loaded(content, encoding="bytes")
    np.testing.assert_array_equal(found[b"data"], np.uint8([[0, 1, 2], [253, 254, 255]]))
    assert found[b"labels"] == [6, 7]


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_lists_in_arrays(tmp_path, protocol):
    words = lists([1, 2], [], [3])
    found = loaded(pickle.dumps(words, protocol))
    assert (found.dtype, found.tolist()) == (object, [[1, 2], [], [3]])
    np.savez(tmp_path / "a.npz", x=words, y=np.arange(3))
    found = read_npz(tmp_path / "a.npz")
    assert found["x"].tolist() == [[1, 2], [], [3]]
    np.testing.assert_array_equal(found["y"], [0, 1, 2])


HARMFUL = {
    "a call": Harmful(),
    "a call in a list": [Harmful()],
    "a call in an array": lists([Harmful()]),
    "a class": os.PathLike,
    "a number of NumPy": np.float64(1.0),
    "records": np.zeros(2, [("a", "i4"), ("b", "O")]),
}


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize("value", HARMFUL.values(), ids=HARMFUL)
def test_nothing_else_is_made(tmp_path, monkeypatch, value, protocol):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="damaged, or holds what"):
        loaded(pickle.dumps(value, protocol))
    np.savez("a.npz", x=lists(value, 1))
    with pytest.raises(ValueError, match="damaged, or holds what"):
        read_npz("a.npz")
    assert os.listdir() == ["a.npz"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text",
        pickle.dumps(np.arange(3))[:-9],
        b"\x80\x02cnumpy\nndarray\nq\x04)\x81(K\x01K\x02K\x03Nttb.",  # an array without a type
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\ndtype\nK\x00\x85U\x01b\x87R.",  # a type for an array
        b"\x80\x02cnumpy\ndtype\n(X\x01\x00\x00\x00VK\x00K\x01tR.",  # an array of no plain type
    ],
)
def test_damage_is_told(content):
    with pytest.raises(ValueError, match="damaged, or holds what"):
        loaded(content)


def test_damaged_npz(tmp_path):
    path = tmp_path / "a.npz"
    path.write_bytes(b"text")
    with pytest.raises(ValueError, match="no whole"):
        read_npz(path)
    whole = io.BytesIO()
    np.save(whole, lists([1], [2]))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", whole.getvalue().replace(b"'shape': (2,)", b"'shape': (3,)"))
    with pytest.raises(ValueError, match="no array of shape"):
        read_npz(path)
