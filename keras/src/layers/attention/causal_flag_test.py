"""`use_causal_mask` may be any value that is true or false."""

import numpy as np
import pytest

from keras import layers
from keras.src import backend


@pytest.mark.parametrize("make", [lambda: layers.MultiHeadAttention(2, 2), lambda: layers.GroupQueryAttention(2, 4, 2)])
def test_numbers_as_flags(make):
    layer, x = make(), np.random.default_rng(0).normal(size=(1, 3, 4)).astype("float32")
    for number, flag in ((1, True), (0, False)):
        given, expected = (backend.convert_to_numpy(layer(x, x, use_causal_mask=value)) for value in (number, flag))
        np.testing.assert_allclose(given, expected, rtol=1e-6)
    assert not np.allclose(
        backend.convert_to_numpy(layer(x, x, use_causal_mask=1)),
        backend.convert_to_numpy(layer(x, x, use_causal_mask=0)),
    )
