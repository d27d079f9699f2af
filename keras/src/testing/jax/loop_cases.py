"""Cases for processes with many devices, see `testing/jobs.py`: what users of JAX write."""

import jax

import keras
from keras import layers
from keras.src.testing import distribution_cases as shared


def looped(kind):
    """Losses and weights of a loop of the user's own around `stateless_call`, on images that are turned at random.

    Args:
        kind: Kind of the distribution, or `None`.
    """
    shared.put_in_force(kind)
    x, y = (array[:16] for array in shared.data_of("convnet"))
    keras.utils.set_random_seed(1)
    hidden = [layers.RandomRotation(0.1), layers.Conv2D(8, 3), layers.Flatten()]
    model = keras.Sequential([layers.Input((8, 8, 2)), *hidden, layers.Dense(3)])
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.SGD(0.05, momentum=0.9)
    optimizer.build(model.trainable_variables)

    def loss_and_updates(trainable, non_trainable, x, y):
        outputs, non_trainable = model.stateless_call(trainable, non_trainable, x, training=True)
        return loss_of(y, outputs), non_trainable

    @jax.jit
    def step(state, x, y):
        trainable, non_trainable, slots = state
        gradient = jax.value_and_grad(loss_and_updates, has_aux=True)
        (loss, non_trainable), gradients = gradient(trainable, non_trainable, x, y)
        trainable, slots = optimizer.stateless_apply(slots, gradients, trainable)
        return loss, (trainable, non_trainable, slots)

    distribution, losses = keras.distribution.distribution(), []
    if distribution is not None:
        x, y = (keras.distribution.distribute_tensor(a, distribution.get_data_layout(a.shape)) for a in (x, y))
    held = model.trainable_variables, model.non_trainable_variables, optimizer.variables
    state = tuple([v.value for v in variables] for variables in held)
    for _ in range(3):
        loss, state = step(state, x, y)
        losses.append(float(loss))
    return {"losses": losses, "weights": [float(abs(value).sum()) for value in state[0]]}
