"""Five small models of the usual kinds, and how each is trained for some steps from known weights on known batches.

Public names only, so that the same file makes the stored curves under another library (`make_curves.py`).
"""

import numpy as np

import keras
from keras import layers, ops

STEPS = 50
BATCH = 16
RATE = 0.25


def _generator(name, what):
    return np.random.default_rng([ord(letter) for letter in f"{name}/{what}"])


class Noise(layers.Layer):
    """Adds normal noise while training, as augmentations do."""

    def __init__(self, stddev, **kwargs):
        super().__init__(**kwargs)
        self.stddev = stddev
        self.seed_generator = keras.random.SeedGenerator(7)

    def call(self, x, training=None):
        if training and self.stddev:
            return x + keras.random.normal(ops.shape(x), stddev=self.stddev, seed=self.seed_generator)
        return x


class Positions(layers.Layer):
    """Adds a learned vector for each position."""

    def build(self, shape):
        self.table = self.add_weight(shape=shape[1:], name="table")

    def call(self, x):
        return x + self.table


def mlp(rate):
    """Sequential classifier with dropout; its batches carry sample weights."""
    model = keras.Sequential(
        [
            keras.Input((10,)),
            layers.Dense(24, activation="relu"),
            layers.Dropout(rate, seed=1),
            layers.Dense(24, activation="tanh", activity_regularizer="l2"),
            layers.Dropout(rate, seed=2),
            layers.Dense(4),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def mlp_batch(random):
    x = random.normal(size=(BATCH, 10)).astype("float32")
    return x, np.argmax(x[:, :4], axis=1), random.uniform(0.5, 1.5, size=BATCH).astype("float32")


def convnet(rate):
    """Functional network with normalized convolutions, a penalty on a kernel and a residual connection."""
    image = keras.Input((8, 8, 3))
    x = Noise(rate)(image)
    x = layers.Conv2D(8, 3, padding="same", use_bias=False, kernel_regularizer=keras.regularizers.L2(0.01))(x)
    x = shortcut = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
    x = layers.BatchNormalization(momentum=0.9)(layers.DepthwiseConv2D(3, padding="same")(x))
    x = layers.MaxPooling2D()(layers.add([x, shortcut]))
    x = layers.Dense(3, activation="softmax")(layers.Dropout(rate, seed=3)(layers.GlobalAveragePooling2D()(x)))
    model = keras.Model(image, x)
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True), "categorical_crossentropy")
    return model


def convnet_batch(random):
    labels = random.integers(0, 3, size=BATCH)
    x = random.normal(size=(BATCH, 8, 8, 3)) + labels[:, None, None, None] * np.array([0.5, -0.5, 0.2])
    return x.astype("float32"), np.eye(3, dtype="float32")[labels]


def lstm(rate):
    """Recurrent classifier of padded sequences."""
    tokens = keras.Input((9,), dtype="int32")
    x = layers.Embedding(20, 8, mask_zero=True)(tokens)
    x = layers.LSTM(12, return_sequences=True, dropout=rate, recurrent_dropout=rate, seed=4)(x)
    x = layers.Bidirectional(layers.GRU(6, dropout=rate, seed=5))(x)
    model = keras.Model(tokens, layers.Dense(1, activation="sigmoid")(x))
    model.compile(keras.optimizers.RMSprop(0.01, clipvalue=0.5), "binary_crossentropy")
    return model


def lstm_batch(random):
    tokens = random.integers(1, 20, size=(BATCH, 9))
    lengths = random.integers(2, 10, size=(BATCH, 1))
    tokens = np.where(np.arange(9) < lengths, tokens, 0).astype("int32")
    return tokens, (np.sum(tokens > 9, axis=1) > lengths[:, 0] / 2).astype("float32")[:, None]


def transformer(rate):
    """Causal language model with a schedule, decoupled weight decay and clipped gradients."""
    tokens = keras.Input((8,), dtype="int32")
    x = Positions()(layers.Embedding(12, 16)(tokens))
    for index in range(2):
        y = layers.LayerNormalization()(x)
        y = layers.MultiHeadAttention(2, 8, dropout=rate, seed=10 + index)(y, y, use_causal_mask=True)
        x = layers.add([x, layers.Dropout(rate, seed=20 + index)(y)])
        y = layers.Dense(32, activation="gelu")(layers.LayerNormalization()(x))
        x = layers.add([x, layers.Dense(16)(y)])
    model = keras.Model(tokens, layers.Dense(12)(x))
    schedule = keras.optimizers.schedules.CosineDecay(0.0, STEPS, warmup_target=0.01, warmup_steps=5)
    model.compile(
        keras.optimizers.AdamW(schedule, weight_decay=0.01, global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return model


def transformer_batch(random):
    start, stride = random.integers(0, 12, size=(BATCH, 1)), random.integers(1, 3, size=(BATCH, 1))
    sequence = ((start + stride * np.arange(9)) % 12).astype("int32")
    return sequence[:, :-1], sequence[:, 1:]


class VAE(keras.Model):
    """Variational autoencoder; a class with `gradients_of(loss, variables)` beside it completes `train_step`.

    Args:
        draws: Whether the noise is drawn; otherwise it comes with the batch.
    """

    def __init__(self, draws):
        super().__init__()
        self.draws = draws
        self.encoder = keras.Sequential([layers.Dense(16, activation="relu"), layers.Dense(8)])
        self.decoder = keras.Sequential([layers.Dense(16, activation="relu"), layers.Dense(12)])
        self.seed_generator = keras.random.SeedGenerator(6)
        self.loss_mean = keras.metrics.Mean("loss")

    @property
    def metrics(self):
        return [self.loss_mean]

    def call(self, inputs):
        return self.decoder(self.encoder(inputs[0])[:, :4])

    def negative_elbo(self, x, noise):
        mean, log_variance = ops.split(self.encoder(x), 2, axis=1)
        if self.draws:
            noise = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        decoded = self.decoder(mean + noise * ops.exp(0.5 * log_variance))
        error = ops.sum(ops.square(x - decoded), axis=1)
        divergence = -0.5 * ops.sum(1 + log_variance - ops.square(mean) - ops.exp(log_variance), axis=1)
        return ops.mean(error + divergence)

    def train_step(self, data):
        x, noise = data[0] if isinstance(data[0], (tuple, list)) else data
        loss, gradients = self.gradients_of(lambda: self.negative_elbo(x, noise), self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        self.loss_mean.update_state(loss)
        return {"loss": self.loss_mean.result()}


def vae(rate, step):
    model = type("TrainedVAE", (step, VAE), {})(draws=bool(rate))
    model.compile(keras.optimizers.Adam(0.01))
    model((np.zeros((1, 12), "float32"), np.zeros((1, 4), "float32")))
    return model


def vae_batch(random):
    x = random.normal(size=(BATCH, 4)) @ np.linspace(-1, 1, 48).reshape(4, 12)
    return (x.astype("float32"), random.normal(size=(BATCH, 4)).astype("float32"))


MODELS = {
    "mlp": (mlp, mlp_batch),
    "convnet": (convnet, convnet_batch),
    "lstm": (lstm, lstm_batch),
    "transformer": (transformer, transformer_batch),
    "vae": (vae, vae_batch),
}


def build(name, rate, step):
    """A compiled model of a kind.

    Args:
        name: Key of `MODELS`.
        rate: Rate of dropout and size of noise; 0 makes the training deterministic.
        step: Class with the method `gradients_of(loss, variables)`, which returns the loss and the gradients.
    """
    make = MODELS[name][0]
    return make(rate, step) if name == "vae" else make(rate)


def reset(model, name, seed=0, start=None):
    """Gives a model its known weights, and what it draws a seed.

    Args:
        start: Values of all variables of the optimizer and of those without gradients, from an earlier call; `None` to
            leave them.
    """
    random = _generator(name, "weights")
    for variable in model.trainable_variables:
        if len(variable.shape) > 1:
            variable.assign(random.normal(size=variable.shape, scale=(2 / sum(variable.shape[-2:])) ** 0.5))
        elif start is not None:
            variable.assign(start[variable.path])
    for variable in model.non_trainable_variables + model.optimizer.variables:
        if start is not None:
            variable.assign(start[variable.path])
        if "seed_generator_state" in variable.path:
            variable.assign(np.array([seed * 1000 + len(variable.path), 0], "uint32"))


def values(model):
    """Values of all variables of a model and its optimizer by path."""
    model.optimizer.build(model.trainable_variables)
    return {v.path: ops.convert_to_numpy(v) for v in [*model.variables, *model.optimizer.variables]}


def batches_of(name, steps=STEPS, first=0):
    """The batches of so many steps, tuples for `fit`."""
    random = _generator(name, "batches")
    batches = [MODELS[name][1](random) for _ in range(first + steps)][first:]
    return [(batch,) for batch in batches] if name == "vae" else batches


def losses(model, name, steps=STEPS, first=0):
    """Losses of so many steps of `fit`, one batch each."""
    batches = batches_of(name, steps, first)
    history = model.fit((batch for batch in batches), steps_per_epoch=1, epochs=steps, verbose=0)
    return [float(loss) for loss in history.history["loss"]]


def late_losses(model, name, seeds):
    """Mean of the losses of the second half of a run, for each seed."""
    start = values(model)
    means = []
    for seed in seeds:
        reset(model, name, seed, start)
        means.append(float(np.mean(losses(model, name)[STEPS // 2 :])))
    return means
