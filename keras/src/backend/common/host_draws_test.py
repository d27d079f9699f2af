"""Random floats of NumPy: their distributions, their bounds, and that threads change nothing."""

import numpy as np
import pytest
from scipy import special, stats

from keras.src.backend.common import host_draws

DISTRIBUTIONS = {
    "uniform": ((-0.5, 1.5), stats.uniform(-0.5, 2.0)),
    "normal": ((3.0, 0.5), stats.norm(3.0, 0.5)),
    "truncated_normal": ((-1.0, 0.25), stats.truncnorm(-2, 2, -1.0, 0.25)),
}
DTYPES = ["float32", "float64"]


def drawn(kind, shape, dtype="float32", seed=(7, 1), parameters=None):
    out = np.full(shape, np.nan, dtype)
    host_draws.fill(kind, out, *(parameters or DISTRIBUTIONS[kind][0]), seed)
    return out


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", DISTRIBUTIONS)
class TestDraws:
    def test_follow_the_distribution(self, kind, dtype):
        x = drawn(kind, (300_001,), dtype)
        assert stats.kstest(x, DISTRIBUTIONS[kind][1].cdf).pvalue > 0.001
        # Neither neighbours nor the halves of a block, which come of the same words, have to do with each other.
        for distance in (1, 2, host_draws.BLOCK // 2):
            assert abs(np.corrcoef(x[:-distance], x[distance:])[0, 1]) < 0.01

    def test_do_not_hang_on_threads(self, kind, dtype, monkeypatch):
        monkeypatch.setattr(host_draws, "_SHARE", host_draws.BLOCK)
        shape = 5 * host_draws.BLOCK + 3
        results = []
        for cores in (1, 2, 3, 64):
            monkeypatch.setattr(host_draws, "_cores", lambda cores=cores: cores)
            results.append(drawn(kind, (shape,), dtype))
        for result in results[1:]:
            np.testing.assert_array_equal(result, results[0])
        assert len(np.unique(results[0])) > 0.98 * shape * (0.9 if dtype == "float32" else 1)

    @pytest.mark.parametrize("shape", [(), (0, 3), (1,), (3, 5)])
    def test_of_any_shape(self, kind, dtype, shape):
        assert np.isfinite(drawn(kind, shape, dtype)).all()

    def test_hang_on_both_words(self, kind, dtype):
        seeds = [(1, 0), (1, 1), (0, 1), (2**32 - 1, 0), (np.uint32(5), np.uint32(9)), (-1, 0)]
        first = [drawn(kind, (4,), dtype, seed).tobytes() for seed in seeds]
        assert len(set(first)) == len(seeds)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_upper_end_is_not_drawn(dtype):
    """At these ends every second number would be rounded up to it."""
    low, high = 1.0, float(np.nextafter(np.dtype(dtype).type(1), np.dtype(dtype).type(2)))
    assert set(drawn("uniform", (1000,), dtype, parameters=(low, high)).tolist()) == {low}


@pytest.mark.parametrize("dtype", DTYPES)
def test_truncated_numbers_are_quantiles(dtype):
    units, scale = host_draws._units(host_draws.bits_of((3, 4)), 10_000, np.dtype(dtype))
    expected = special.ndtri(special.ndtr(-2) + units.astype("float64") * scale * (special.ndtr(2) - special.ndtr(-2)))
    x = drawn("truncated_normal", (10_000,), dtype, (3, 4), (0.0, 1.0))
    np.testing.assert_allclose(x, expected, atol=2e-6)
    assert np.abs(x).max() <= 2


def test_a_negative_deviation_mirrors():
    x, y = (drawn("normal", (100,), parameters=(0.0, stddev)) for stddev in (0.5, -0.5))
    np.testing.assert_array_equal(x, -y)
