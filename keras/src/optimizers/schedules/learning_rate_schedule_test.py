"""Schedules against values that Keras 3 gives at the steps in `STEPS`."""

import json

import pytest

from keras.src.optimizers import schedules

STEPS = (0, 1, 3, 7, 10, 15, 40)
ROWS = [
    (
        "ExponentialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
        [0.1, 0.0933033, 0.0812252, 0.0615572, 0.05, 0.0353553, 0.00625],
    ),
    (
        "ExponentialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 4, "decay_rate": 0.5, "staircase": True},
        [0.1, 0.1, 0.1, 0.05, 0.025, 0.0125, 9.76563e-05],
    ),
    (
        "InverseTimeDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
        [0.1, 0.0952381, 0.0869565, 0.0740741, 0.0666667, 0.0571429, 0.0333333],
    ),
    (
        "InverseTimeDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 4, "decay_rate": 0.5, "staircase": True},
        [0.1, 0.1, 0.1, 0.0666667, 0.05, 0.04, 0.0166667],
    ),
    ("PiecewiseConstantDecay", {"boundaries": [3, 10], "values": [0.3, 0.2, 0.1]}, [0.3, 0.3, 0.3, 0.2, 0.2, 0.1, 0.1]),
    (
        "PolynomialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 10},
        [0.1, 0.09001, 0.07003, 0.03007, 0.0001, 0.0001, 0.0001],
    ),
    (
        "PolynomialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 6, "end_learning_rate": 0.01, "power": 2.0, "cycle": True},
        [0.1, 0.0725, 0.0325, 0.025625, 0.0125, 0.0125, 0.0102041],
    ),
    (
        "CosineDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 10, "alpha": 0.1},
        [0.1, 0.0977975, 0.0814503, 0.0285497, 0.01, 0.01, 0.01],
    ),
    (
        "CosineDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 10, "alpha": 0.1, "warmup_target": 0.5, "warmup_steps": 4},
        [0.1, 0.2, 0.4, 0.407252, 0.205471, 0.05, 0.05],
    ),
    (
        "CosineDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 10, "warmup_target": 0.5, "warmup_steps": 0},
        [0.5, 0.487764, 0.396946, 0.103054, 0.0, 0.0, 0.0],
    ),
    (
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.1, "first_decay_steps": 6},
        [0.1, 0.0933013, 0.05, 0.0982963, 0.075, 0.0146447, 0.00170371],
    ),
    (
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.1, "first_decay_steps": 6, "t_mul": 1.0, "m_mul": 0.8, "alpha": 0.1},
        [0.1, 0.0939711, 0.055, 0.0771769, 0.028, 0.0388, 0.0158982],
    ),
    (
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.1, "first_decay_steps": 4, "t_mul": 1.5, "m_mul": 0.5},
        [0.1, 0.0853553, 0.0146447, 0.025, 0.025, 0.0103294, 0.00436275],
    ),
]
BY_NAME = {cls.__name__: cls for cls in schedules.MEMBERS}


@pytest.mark.parametrize("name, kwargs, values", ROWS)
def test_values_and_configs(name, kwargs, values):
    schedule = BY_NAME[name](**kwargs)
    assert [float(schedule(step)) for step in STEPS] == pytest.approx(values, rel=1e-5, abs=1e-7)
    again = schedules.deserialize(json.loads(json.dumps(schedules.serialize(schedule))))
    assert again.get_config() == schedule.get_config()
    assert {k: again.get_config()[k] for k in kwargs} == kwargs


def test_every_schedule_has_rows():
    assert {name for name, _, _ in ROWS} == set(BY_NAME)


@pytest.mark.parametrize(
    "name, kwargs",
    [
        (n, {**k, next(key for key in k if key.endswith("decay_steps")): 0})
        for n, k, _ in ROWS
        if n != "PiecewiseConstantDecay"
    ],
)
def test_steps_must_be_positive(name, kwargs):
    with pytest.raises(ValueError, match="decay_steps"):
        BY_NAME[name](**kwargs)


def test_values_of_pieces():
    with pytest.raises(ValueError, match="one item more"):
        schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2])


def test_base_class():
    with pytest.raises(NotImplementedError, match="__call__"):
        schedules.LearningRateSchedule()(1)
    with pytest.raises(NotImplementedError, match="get_config"):
        schedules.LearningRateSchedule().get_config()


def test_a_decay_may_take_one_step():
    schedule = schedules.ExponentialDecay(0.1, decay_steps=1, decay_rate=0.5)
    assert abs(float(schedule(2)) - 0.025) < 1e-7
