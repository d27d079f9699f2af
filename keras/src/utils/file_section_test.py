"""Sections of files, which are read as they are asked for."""

import io
import os

import numpy as np
import pytest

from keras.src.utils.file_section import FileSection


@pytest.fixture
def path(tmp_path):
    (tmp_path / "f").write_bytes(bytes(range(100)))
    return tmp_path / "f"


def test_a_section_is_a_file(path):
    with FileSection(path, 10, 50) as section:
        assert len(section) == 50 and section.seekable() and section.readable()
        assert section.read(3) == bytes([10, 11, 12]) and section.tell() == 3
        assert section.seek(-2, os.SEEK_END) == 48 and section.read() == bytes([58, 59]) and section.read(1) == b""
        section.seek(5)
        assert section.seek(1, os.SEEK_CUR) == 6 and io.BufferedReader(section).read(1) == bytes([16])
    assert section.closed
    with FileSection(path, 90) as section:
        assert section.read() == bytes(range(90, 100))


def test_a_file_that_is_replaced_is_read_to_its_end(path):
    with FileSection(path) as section, open(path, "rb") as same:
        os.replace(_written(path.with_name("g"), b"other"), path)
        target = np.zeros(2, "uint16")
        section.read_at(4, target)
        assert target.tobytes() == bytes([4, 5, 6, 7]) and section.is_of(same)
        with open(path, "rb") as other:
            assert not section.is_of(other)


def test_a_file_that_has_become_shorter(path):
    with FileSection(path) as section:
        _written(path, b"short")
        with pytest.raises(OSError, match="has become shorter meanwhile"):
            section.read_at(4, bytearray(10))


def _written(path, content):
    path.write_bytes(content)
    return path
