"""Numbers of parameters in a summary."""

import keras


def shown(model):
    lines = []
    model.summary(print_fn=lines.append)
    return "".join(lines)


def test_an_optimizer_that_has_not_been_built_does_not_count():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile("adam", "mse")
    assert "Total params: 15 " in shown(model)
    assert "Optimizer params" not in shown(model)
    model.optimizer.build(model.trainable_variables)
    assert "Optimizer params: 32 " in shown(model)  # two slots for each of 15, the iterations and the learning rate
    assert "Total params: 47 " in shown(model)
