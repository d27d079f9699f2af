"""The state of every optimizer through a `.keras` file: training goes on as if there had been none."""

import numpy as np
import pytest

import keras
from keras.src import ops, optimizers

WRAPPERS = {
    "alone": lambda optimizer: optimizer,
    "loss_scale": lambda optimizer: optimizers.LossScaleOptimizer(optimizer, initial_scale=8.0),
    "multi": lambda optimizer: optimizers.MultiOptimizer(
        optimizers.OptimizerMap(optimizer, {".*bias": optimizers.SGD(0.1, momentum=0.9)})
    ),
}
RULES = [cls for cls in optimizers.MEMBERS if cls.__name__ not in ("LossScaleOptimizer", "MultiOptimizer")]


def step(model, number):
    shapes = [v.shape for v in model.trainable_variables]
    gradients = [np.cos(np.arange(np.prod(shape)) + number).reshape(shape) for shape in shapes]
    model.optimizer.apply([ops.convert_to_tensor(g.astype("float32")) for g in gradients], model.trainable_variables)


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("cls", RULES)
def test_state_goes_through_a_file(cls, wrapper, tmp_path):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    optimizer = cls(0.05, use_ema=True, ema_overwrite_frequency=3, gradient_accumulation_steps=2, weight_decay=0.1)
    model.compile(WRAPPERS[wrapper](optimizer), "mse")
    model.optimizer.build(model.trainable_variables)
    for number in range(3):
        step(model, number)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for found, expected in zip(loaded.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(found), ops.convert_to_numpy(expected), err_msg=found.path)
    for number in range(3, 9):
        step(model, number)
        step(loaded, number)
    for found, expected in zip(loaded.get_weights(), model.get_weights()):
        np.testing.assert_allclose(found, expected, atol=1e-6)
