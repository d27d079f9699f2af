"""Parts of arrays, in pieces."""

import numpy as np
import pytest

from keras.src.backend.common import pieces


@pytest.mark.parametrize("limit, count", [(1, 4), (32, 2), (2**23, 1)])
def test_pieces_make_up_the_part(monkeypatch, limit, count):
    monkeypatch.setattr(pieces, "PIECE", limit)
    array, part = np.arange(30).reshape(10, 3), np.full((4, 2), -1)
    found = list(pieces.pieces((slice(3, 7), slice(1, 3)), 8))
    for row, index in found:
        part[row : row + len(array[index])] = array[index]
    assert part.tolist() == array[3:7, 1:3].tolist() and len(found) == count


def test_a_scalar_is_one_piece():
    assert list(pieces.pieces((), 4)) == [(0, ())]
    assert not list(pieces.pieces((slice(0, 0), slice(0, 5)), 4))
