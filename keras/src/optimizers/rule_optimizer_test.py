"""What the steps of all variables share is computed once in an update, and not kept beyond it."""

import numpy as np
import pytest

from keras.src import backend, optimizers
from keras.src.optimizers import rule_optimizer

SHARING = {
    "Adam": lambda: optimizers.Adam(0.1),
    "AdamW": lambda: optimizers.AdamW(0.1),
    "Adamax": lambda: optimizers.Adamax(0.1),
    "Lamb": lambda: optimizers.Lamb(0.1),
    "Nadam": lambda: optimizers.Nadam(0.1),
    "Muon": lambda: optimizers.Muon(0.1),
    "ScheduleFreeAdamW": lambda: optimizers.ScheduleFreeAdamW(0.1),
}


def variables(count):
    return [backend.Variable(np.array([1.0, -2.0], "float32") + i, name="v") for i in range(count)]


def gradients(count):
    return [backend.convert_to_tensor(np.array([0.5, -0.25], "float32") * (i + 1)) for i in range(count)]


@pytest.mark.parametrize("name", SHARING)
def test_powers_are_taken_once_for_all_variables(name, monkeypatch):
    calls = []
    power = rule_optimizer.power

    def counted(base, exponent):
        calls.append(base)
        return power(base, exponent)

    monkeypatch.setattr(rule_optimizer, "power", counted)
    counts = []
    for count in (1, 5):
        calls.clear()
        SHARING[name]().apply(gradients(count), variables(count))
        counts.append(len(calls))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", sorted(set(SHARING) - {"Nadam"}))  # Its update begins with a product that is kept.
def test_a_step_by_itself_knows_the_time(name):
    (v,), (w,), (gradient,) = variables(1), variables(1), gradients(1)
    whole, by_steps = SHARING[name](), SHARING[name]()
    for _ in range(3):
        whole.apply([gradient], [v])
    by_steps.apply([gradient], [w])
    for _ in range(2):
        by_steps._apply_weight_decay([w])
        by_steps.update_step(gradient, w, by_steps.learning_rate)
        by_steps.iterations.assign(by_steps.iterations + 1)
    np.testing.assert_allclose(backend.convert_to_numpy(w.value), backend.convert_to_numpy(v.value), rtol=1e-5)
