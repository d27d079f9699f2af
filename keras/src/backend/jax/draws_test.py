"""Draws in pieces: they are those of `jax.random`, and no shape needs a program of its own."""

import numpy as np
import pytest

from keras.src import backend
from keras.src.random import random

if backend.backend() != "jax":
    pytest.skip("needs the jax backend", allow_module_level=True)

import jax

from keras.src.backend.jax import draws

DRAWS = {
    "uniform": (jax.random.uniform, {"minval": -0.3, "maxval": 0.7}),
    "normal": (jax.random.normal, {}),
    "truncated": (jax.random.truncated_normal, {"lower": -2.0, "upper": 2.0}),
}
SHAPES = [(), (3, draws.SMALL - 1), (2, draws.LARGE // 2 + 1, 3)]
CASES = [("float32", shape) for shape in SHAPES] + [(dtype, SHAPES[1]) for dtype in ("bfloat16", "float16")]
SEED = np.array([7, 2**32 - 5], "uint32")


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("dtype, shape", CASES, ids=str)
def test_pieces_are_parts_of_the_whole_draw(name, dtype, shape):
    draw, bounds = DRAWS[name]
    expected = draw(jax.random.wrap_key_data(SEED), shape=shape, dtype=dtype, **bounds)
    pieces = draws.in_pieces(draw, shape, np.dtype(jax.numpy.dtype(dtype)), SEED, **bounds)
    assert pieces.shape == shape and pieces.dtype == expected.dtype
    np.testing.assert_array_equal(pieces.astype("float32"), np.asarray(expected, "float32"))


def test_64_bits():
    with jax.enable_x64(True):
        expected = jax.random.uniform(jax.random.wrap_key_data(SEED), (draws.SMALL + 3,), "float64")
        pieces = draws.in_pieces(jax.random.uniform, (draws.SMALL + 3,), np.dtype("float64"), SEED)
        np.testing.assert_array_equal(pieces, np.asarray(expected))


def test_shapes_share_programs():
    for draw in (random.normal, random.uniform, random.truncated_normal):
        draw((5, draws.LARGE), seed=1)
        draw((5,), seed=1)
        before = draws._piece._cache_size()
        for sizes in ((3, 41), (2, draws.SMALL), (7, draws.LARGE + 5)):
            assert draw(sizes, seed=1).shape == sizes
        assert draws._piece._cache_size() == before


def test_what_is_drawn_often_gets_a_program():
    drawn = [np.asarray(random.normal((5, 47), seed=1)) for _ in range(draws._OFTEN + 2)]
    assert draws._times[jax.random.normal, (5, 47), np.dtype("float32")] == draws._OFTEN
    assert all(np.array_equal(x, drawn[0]) for x in drawn)


def test_traced_functions_draw_at_once():
    def drawn(scale):
        return random.normal((5, 3), seed=3) * scale + random.uniform((5, 3), -scale, scale, seed=4)

    at_once = random.normal((5, 3), seed=3) * 2.0 + random.uniform((5, 3), -2.0, 2.0, seed=4)
    np.testing.assert_allclose(jax.jit(drawn)(2.0), at_once, rtol=1e-6)
