import numpy as np
import pytest

from keras.src import backend, constraints, ops
from keras.src.constraints import Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm

W = 2 * np.arange(6, dtype="float32").reshape(2, 3) - 4


def clipped(low, high, axis, rate=1.0):
    norms = np.sqrt(np.sum(W**2, axis=axis, keepdims=True))
    return W * (rate * np.clip(norms, low, high) + (1 - rate) * norms) / norms


RESULTS = [
    (MaxNorm(), clipped(0, 2, 0), {"max_value": 2, "axis": 0}),
    (MaxNorm(3, axis=1), clipped(0, 3, 1), {"max_value": 3, "axis": 1}),
    (MaxNorm(1, axis=[0, 1]), clipped(0, 1, (0, 1)), {"max_value": 1, "axis": [0, 1]}),
    (NonNeg(), np.maximum(W, 0), {}),
    (UnitNorm(axis=1), clipped(1, 1, 1), {"axis": 1}),
    (MinMaxNorm(1.0, 2.0), clipped(1, 2, 0), {"min_value": 1.0, "max_value": 2.0, "rate": 1.0, "axis": 0}),
    (MinMaxNorm(1.0, 2.0, 0.5, 1), clipped(1, 2, 1, 0.5), {"min_value": 1.0, "max_value": 2.0, "rate": 0.5, "axis": 1}),
    (MinMaxNorm(5, 9), clipped(5, 9, 0), {"min_value": 5, "max_value": 9, "rate": 1.0, "axis": 0}),
    (Constraint(), W, {}),
]


@pytest.mark.parametrize("constraint, expected, config", RESULTS)
def test_result_and_config(constraint, expected, config):
    result = constraint(backend.convert_to_tensor(W))
    np.testing.assert_allclose(backend.convert_to_numpy(result), expected, rtol=1e-5, atol=1e-6)
    assert constraint.get_config() == config
    again = constraints.deserialize(constraints.serialize(constraint))
    assert type(again) is type(constraint) and again.get_config() == config


@pytest.mark.parametrize("constraint", [MaxNorm(), UnitNorm(), MinMaxNorm(1.0, 2.0)])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_zero_stays_finite(constraint, dtype):
    result = constraint(ops.zeros((2, 2), dtype=dtype))
    assert backend.standardize_dtype(result.dtype) == dtype
    np.testing.assert_array_equal(backend.convert_to_numpy(result), np.zeros((2, 2)))


def test_get():
    assert constraints.get(None) is None
    for name, cls in [("max_norm", MaxNorm), ("MaxNorm", MaxNorm), ("non_neg", NonNeg), ("unit_norm", UnitNorm)]:
        assert type(constraints.get(name)) is cls
    assert type(constraints.get(MaxNorm)) is MaxNorm
    assert constraints.get({"class_name": "MaxNorm", "config": {"max_value": 3}}).max_value == 3
    for bad in ("maxnorm", 3):
        with pytest.raises(ValueError, match="constraint"):
            constraints.get(bad)
