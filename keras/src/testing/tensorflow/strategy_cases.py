"""Cases for jobs, see `testing/jobs.py`: what users of TensorFlow write around strategies of their own, and without one."""

import functools
import os
import warnings

import numpy as np
import tensorflow as tf

import keras
from keras import layers
from keras.src.testing import distribution_cases as shared

CONFIG = "KERAS_TESTS_TF_CONFIG"
"""A `TF_CONFIG` that nobody reads before a case does."""


@functools.cache
def strategy_of(kind):
    """A strategy; one of a kind, since those over the same devices take each other's messages for their own.

    Args:
        kind: "mirrored" (over two CPUs), "workers" (over the processes that `CONFIG` tells), or `None`: that of TensorFlow
            without any.
    """
    if kind is None:
        return tf.distribute.get_strategy()
    if kind == "mirrored":
        return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    os.environ["TF_CONFIG"] = os.environ.pop(CONFIG)
    return tf.distribute.MultiWorkerMirroredStrategy()


def fitted(kind, folder, divides=False):
    """What `fit`, `evaluate` and `predict` give for a model that is made in the scope of a strategy.

    Args:
        kind: As for `strategy_of`.
        folder: Where callbacks write.
        divides: Whether the strategy divides the data before they get it.
    """
    strategy = strategy_of(kind)
    x, y = shared.data_of("convnet")
    with strategy.scope():
        model = shared.compiled("convnet")
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(33)
    few, inputs = data.take(1), data.map(lambda x, y: x)
    if divides:
        data, few, inputs = (strategy.experimental_distribute_dataset(each) for each in (data, few, inputs))
    callbacks = [
        keras.callbacks.CSVLogger(f"{folder}/{kind}.csv"),
        keras.callbacks.BackupAndRestore(f"{folder}/{kind}"),
    ]
    history = model.fit(data, epochs=2, verbose=0, validation_data=few, callbacks=callbacks).history
    copies = strategy.experimental_local_results(model.weights[0]._value)
    return {
        "history": [history[name] for name in sorted(history)],
        "evaluated": model.evaluate(data, verbose=0),
        "predicted": model.predict(inputs, verbose=0).tolist(),
        "weights": [float(np.abs(w).sum()) for w in model.get_weights()],
        "copies": len(copies),
        "rows of the log": len(open(f"{folder}/{kind}.csv").readlines()),
    }


def looped(kind, folder):
    """What a loop of the user's own gives: a model that is built within it, losses of parts, metrics, and a checkpoint.

    Args:
        kind: As for `strategy_of`.
        folder: Where the checkpoint is written.
    """
    strategy = strategy_of(kind)
    x, y = shared.data_of("mlp")
    data = strategy.experimental_distribute_dataset(tf.data.Dataset.from_tensor_slices((x, y)).batch(42))
    keras.utils.set_random_seed(4)

    def made():
        model = keras.Sequential([layers.Dense(8, "tanh", kernel_regularizer="l2"), layers.Dense(3)])
        return model, keras.optimizers.Adam(0.01)

    with strategy.scope():
        model, optimizer = made()
        loss_of_samples = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")
        accuracy, mean = keras.metrics.SparseCategoricalAccuracy(), keras.metrics.Mean()
    checkpoint = tf.train.Checkpoint(model=model, optimizer=optimizer)

    def step(x, y):
        with tf.GradientTape() as tape:
            outputs = model(x, training=True)
            losses = loss_of_samples(y, outputs)
            loss = tf.nn.compute_average_loss(losses) + tf.nn.scale_regularization_loss(tf.add_n(model.losses))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        accuracy.update_state(y, outputs)
        mean.update_state(losses)
        return loss

    @tf.function
    def whole_step(batch):
        return strategy.reduce(tf.distribute.ReduceOp.SUM, strategy.run(step, args=batch), axis=None)

    results = []
    for _ in range(3):
        losses = [float(whole_step(batch)) for batch in data]
        results.append([*losses, float(accuracy.result()), float(mean.result())])
        accuracy.reset_state()
        mean.reset_state()
    path = checkpoint.save(f"{folder}/{kind}_loop")

    # Variables of a model that is not built yet are read when they are made.
    anew, its_optimizer = made()
    tf.train.Checkpoint(model=anew, optimizer=its_optimizer).restore(path)
    is_same = bool(np.array_equal(anew(x), model(x)))
    its_optimizer.build(anew.trainable_variables)
    slots = [np.array_equal(a, b) for a, b in zip(its_optimizer.variables, optimizer.variables, strict=True)]
    return {"results": results, "restored": [is_same, all(slots), int(its_optimizer.iterations)]}


def summed():
    """What is added in a step of the user's own: parts of gradients, and of metrics."""
    strategy = strategy_of("mirrored")
    with strategy.scope():
        weight = keras.Variable([1.0])
        optimizer, mean = keras.optimizers.SGD(1.0), keras.metrics.Mean()
        optimizer.build([weight])

    @tf.function
    def step():
        def replica():
            number = tf.cast(tf.distribute.get_replica_context().replica_id_in_sync_group, "float32")
            optimizer.apply_gradients([(tf.ones(1) * (1 + number), weight)])
            mean.update_state(number)

        strategy.run(replica)

    step()
    copies = strategy.experimental_local_results(weight._value)
    return [float(mean.result()), *(float(copy.numpy()[0]) for copy in copies)]


def warned():
    """What is said of `jit_compile=True` on several devices."""
    shared.put_in_force("data")
    x, y = shared.data_of("mlp")
    model = keras.Sequential([layers.Input((12,)), layers.Dense(1)])
    model.compile("sgd", "mse", jit_compile=True)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(x, y, verbose=0)
        model.fit(x, y, verbose=0)
    return [str(each.message) for each in caught if "jit_compile" in str(each.message)]


def refused():
    """What is said where variables are to be divided."""
    mesh = keras.distribution.DeviceMesh((1, 2), ["batch", "model"])
    layouts = keras.distribution.LayoutMap(mesh)
    try:
        keras.distribution.set_distribution(keras.distribution.ModelParallel(layout_map=layouts))
    except NotImplementedError as error:
        return str(error)


def late(kind):
    """What a model gives that is made and compiled before a distribution is in force, with statistics of vectors.

    Args:
        kind: Kind of the distribution, "data" or `None`.
    """
    x, y = shared.data_of("mlp")
    keras.utils.set_random_seed(3)
    norm = layers.BatchNormalization(momentum=0.5)
    model = keras.Sequential([layers.Input((12,)), layers.Dense(6, use_bias=False), norm, layers.Dense(3)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
    shared.put_in_force(kind)
    history = model.fit(x, y, batch_size=32, epochs=2, verbose=0, shuffle=False).history
    moved = [norm.moving_mean.numpy().tolist(), norm.moving_variance.numpy().tolist()]
    return [*history["loss"], *history["accuracy"], *model.evaluate(x, y, verbose=0), *moved[0], *moved[1]]


class Penalized(layers.Layer):
    """Adds to the loss the sum of the squares of its inputs, and their variance over the batch; draws for all rows."""

    def __init__(self):
        super().__init__()
        self.seeds = keras.random.SeedGenerator(2)

    def call(self, x):
        x = keras.random.dropout(x, 0.3, seed=self.seeds)
        self.add_loss(0.01 * keras.ops.sum(keras.ops.square(x)))
        self.add_loss(keras.ops.var(x, axis=0)[0])
        return x


class Block(layers.Layer):
    """A composite layer that adds to the loss a sum over the rows of what its own layers give."""

    def __init__(self):
        super().__init__()
        self.hidden = [layers.Dense(4, "tanh"), layers.BatchNormalization(momentum=0.5), layers.Dropout(0.2, seed=3)]

    def build(self, shape):
        for layer in self.hidden:
            layer.build(shape)

    def call(self, x, training=False):
        for layer in self.hidden[:2]:
            x = layer(x, training=training)
        self.add_loss(0.01 * keras.ops.sum(keras.ops.square(x)))
        return self.hidden[2](x, training=training)


class Whole(keras.Model):
    """A model that adds to the loss a sum over the rows of what it gives."""

    def __init__(self, body):
        super().__init__()
        self.body = body

    def call(self, x, training=False):
        y = self.body(x, training=training)
        self.add_loss(0.01 * keras.ops.sum(keras.ops.square(y)))
        return y


def composed(kind):
    """What a model gives that, as a composite layer within it, adds losses of all rows.

    Args:
        kind: Kind of the distribution, "data" or `None`.
    """
    shared.put_in_force(kind)
    x, y = shared.data_of("mlp")
    keras.utils.set_random_seed(3)
    model = Whole(keras.Sequential([layers.Input((12,)), layers.Dense(4), Block(), layers.Dense(3)]))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.1), loss, metrics=["accuracy"])
    history = model.fit(x[:44], y[:44], batch_size=32, epochs=2, verbose=0, shuffle=False).history
    weights = [float(np.abs(w).sum()) for w in model.get_weights()]
    return [*history["loss"], *history["accuracy"], *model.evaluate(x[:44], y[:44], verbose=0), *weights]


def reducing(kind):
    """What a model gives whose layers reduce over batches: statistics under a mask, and losses of layers.

    Args:
        kind: Kind of the distribution, "data" or `None`.
    """
    shared.put_in_force(kind)
    x, y = shared.data_of("mlp")
    x = x.reshape(-1, 6, 2)
    x[np.arange(6) >= 1 + np.arange(len(x))[:, None] % 6] = 0  # Replicas have rows of other lengths.
    keras.utils.set_random_seed(3)
    norm = layers.BatchNormalization(momentum=0.5)
    hidden = [norm, layers.GRU(4, activity_regularizer="l2"), Penalized()]
    model = keras.Sequential([layers.Input((6, 2)), layers.Masking(), *hidden, layers.Dense(3)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.1), loss, metrics=["accuracy"])
    history = model.fit(x, y, batch_size=32, epochs=2, verbose=0, shuffle=False).history
    moved = [norm.moving_mean.numpy().tolist(), norm.moving_variance.numpy().tolist()]
    weights = [float(np.abs(w).sum()) for w in model.get_weights()]
    return [*history["loss"], *history["accuracy"], *model.evaluate(x, y, verbose=0), *moved[0], *moved[1], *weights]
