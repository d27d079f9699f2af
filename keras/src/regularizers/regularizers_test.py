import numpy as np
import pytest

from keras.src import backend, ops, regularizers
from keras.src.regularizers import L1, L1L2, L2, OrthogonalRegularizer, Regularizer

X = np.arange(6, dtype="float32").reshape(2, 3) - 2

# Penalties of X, by hand.
PENALTIES = [
    (L1(0.1), 0.9),
    (L2(0.1), 1.9),
    (L1L2(0.1, 0.2), 4.7),
    (L1L2(0.1), 0.9),
    (L1L2(), 0.0),
    (OrthogonalRegularizer(0.5), 0.5 * 4 / np.sqrt(5 * 14)),
    (Regularizer(), 0.0),
]


@pytest.mark.parametrize("regularizer, penalty", PENALTIES)
def test_penalty(regularizer, penalty):
    np.testing.assert_allclose(float(regularizer(backend.convert_to_tensor(X))), penalty, rtol=1e-6)


def test_orthogonal_columns():
    unit = X / np.linalg.norm(X, axis=0)
    cosines = np.abs(unit.T @ unit)
    expected = (cosines.sum() - 3) / 6
    result = float(OrthogonalRegularizer(1.0, mode="columns")(backend.convert_to_tensor(X)))
    np.testing.assert_allclose(result, expected, rtol=1e-5)
    assert float(OrthogonalRegularizer(1.0)(ops.ones((1, 3)))) == 0.0


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_dtype_is_kept(dtype):
    for regularizer in (L1(0.1), L2(0.1), L1L2(0.1, 0.1)):
        assert backend.standardize_dtype(regularizer(ops.ones((2, 2), dtype=dtype)).dtype) == dtype


# Configs as Keras 3.15.1 gives them.
CONFIGS = [
    (L1(), {"l1": 0.009999999776482582}),
    (L1(1), {"l1": 1.0}),
    (L2(), {"l2": 0.01}),
    (L2(None), {"l2": 0.01}),
    (L1L2(None, 0.3), {"l1": 0.0, "l2": 0.3}),
    (OrthogonalRegularizer(), {"factor": 0.009999999776482582, "mode": "rows"}),
]


@pytest.mark.parametrize("regularizer, config", CONFIGS)
def test_config(regularizer, config):
    assert regularizer.get_config() == config
    description = regularizers.serialize(regularizer)
    assert description["module"] == "keras.regularizers"
    again = regularizers.deserialize(description)
    assert type(again) is type(regularizer) and again.get_config() == config


@pytest.mark.parametrize("value", ["a", -1.0, float("nan"), float("inf"), [1.0], np.ones(2)])
def test_bad_factor(value):
    for make in (L1, L2, L1L2, OrthogonalRegularizer):
        with pytest.raises(ValueError, match="must be a finite number"):
            make(value)


def test_bad_orthogonal():
    with pytest.raises(ValueError, match="mode"):
        OrthogonalRegularizer(mode="x")
    with pytest.raises(ValueError, match="matrices"):
        OrthogonalRegularizer()(ops.ones((2, 2, 2)))


def test_get():
    assert regularizers.get(None) is None
    for name, cls in [("l1", L1), ("L2", L2), ("l1_l2", L1L2), ("orthogonal_regularizer", OrthogonalRegularizer)]:
        assert type(regularizers.get(name)) is cls
    assert type(regularizers.get(L2)) is L2
    assert regularizers.get({"class_name": "L2", "config": {"l2": 0.3}}).l2 == 0.3
    for bad in ("l3", 3, object()):
        with pytest.raises(ValueError, match="regularizer"):
            regularizers.get(bad)
