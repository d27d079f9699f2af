"""`fit`, `evaluate` and `predict` beside loops written by hand on the running engine; seconds, medians.

    KERAS_BACKEND=jax python benchmarks/fit.py [case ...]

The module fills the dict `out` from a name to seconds: `<case> fit` and `<case> by hand` are seconds for a step. Only
public names are used, so that the file also runs under another implementation of the same API.
"""

import os
import statistics
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np  # noqa: E402  the variable above must be set before engines are imported

import keras  # noqa: E402
from keras import layers  # noqa: E402

out = {}
RNG = np.random.default_rng(0)


def timed(run, rounds=5):
    """Median of the seconds that `run()` takes, after one run to warm up."""
    run()
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def mlp():
    x = RNG.normal(size=(32 * 250, 32)).astype("float32")
    y = RNG.integers(0, 10, len(x)).astype("int32")
    stack = [layers.Input((32,)), layers.Dense(64, activation="relu"), layers.Dense(64, activation="relu")]
    return keras.Sequential([*stack, layers.Dense(10)]), x, y, 32


def convnet():
    x = RNG.normal(size=(64 * 12, 28, 28, 1)).astype("float32")
    y = RNG.integers(0, 10, len(x)).astype("int32")
    stack = [layers.Input((28, 28, 1)), layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D()]
    stack += [layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten()]
    return keras.Sequential([*stack, layers.Dense(10)]), x, y, 64


CASES = {"mlp": mlp, "convnet": convnet}


def compiled(model):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    return model


def measure(name):
    model, x, y, batch_size = CASES[name]()
    compiled(model)
    steps = len(x) // batch_size
    arguments = {"batch_size": batch_size, "verbose": 0}
    out[f"{name} fit"] = timed(lambda: model.fit(x, y, **arguments)) / steps
    out[f"{name} evaluate"] = timed(lambda: model.evaluate(x, y, **arguments)) / steps
    out[f"{name} predict"] = timed(lambda: model.predict(x, **arguments)) / steps
    row = x[:1]
    out[f"{name} predict one row"] = timed(lambda: [model.predict(row, verbose=0) for _ in range(20)]) / 20
    by_hand = BY_HAND.get(keras.backend.backend())
    if by_hand is not None:
        out[f"{name} by hand"] = timed(by_hand(name, x, y, batch_size)) / steps


# Loops by hand: shuffled batches, Adam, the mean loss and the accuracy of the epoch.


def jax_by_hand(name, x, y, batch_size):
    import jax
    import jax.numpy as jnp

    def dense(p, h):
        return h @ p[0] + p[1]

    def conv(p, h):
        dimensions = ("NHWC", "HWIO", "NHWC")
        h = jax.nn.relu(jax.lax.conv_general_dilated(h, p[0], (1, 1), "VALID", dimension_numbers=dimensions) + p[1])
        return jax.lax.reduce_window(h, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")

    def network(params, h):
        if name == "mlp":
            for p in params[:-1]:
                h = jax.nn.relu(dense(p, h))
        else:
            for p in params[:-1]:
                h = conv(p, h)
            h = h.reshape(len(h), -1)
        return dense(params[-1], h)

    def loss_and_hits(params, xb, yb):
        logits = network(params, xb)
        nll = -jnp.take_along_axis(jax.nn.log_softmax(logits), yb[:, None], 1).mean()
        return nll, (logits.argmax(1) == yb).sum()

    def step(state, xb, yb):
        params, m, v, n, total, hits = state
        (loss, hit), grads = jax.value_and_grad(loss_and_hits, has_aux=True)(params, xb, yb)
        n = n + 1
        rate = 0.001 * jnp.sqrt(1 - 0.999**n) / (1 - 0.9**n)
        m = jax.tree.map(lambda a, g: a + (g - a) * 0.1, m, grads)
        v = jax.tree.map(lambda a, g: a + (g * g - a) * 0.001, v, grads)
        params = jax.tree.map(lambda p, a, b: p - rate * a / (jnp.sqrt(b) + 1e-7), params, m, v)
        return params, m, v, n, total + loss, hits + hit

    step = jax.jit(step, donate_argnums=0)
    params = [tuple(jnp.asarray(a) for a in pair) for pair in parameters(name)]
    zeros = [jax.tree.map(jnp.zeros_like, params) for _ in range(2)]
    state = (params, *zeros, jnp.float32(0), jnp.float32(0), jnp.int32(0))

    def epoch():
        nonlocal state
        order = RNG.permutation(len(x))
        for i in range(0, len(x), batch_size):
            rows = order[i : i + batch_size]
            state = step(state, x[rows], y[rows])
        return float(state[4])

    return epoch


def torch_by_hand(name, x, y, batch_size):
    import torch
    import torch.nn.functional as F

    if name == "mlp":
        stack = [torch.nn.Linear(32, 64), torch.nn.ReLU(), torch.nn.Linear(64, 64), torch.nn.ReLU()]
        model = torch.nn.Sequential(*stack, torch.nn.Linear(64, 10))
        data = torch.from_numpy(x)
    else:
        stack = [torch.nn.Conv2d(1, 32, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(2)]
        stack += [torch.nn.Conv2d(32, 64, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Flatten()]
        model = torch.nn.Sequential(*stack, torch.nn.Linear(1600, 10))
        data = torch.from_numpy(x.transpose(0, 3, 1, 2).copy())
    optimizer = torch.optim.Adam(model.parameters())
    labels = torch.from_numpy(y.astype("int64"))

    def epoch():
        order = torch.randperm(len(x))
        total, hits = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        for i in range(0, len(x), batch_size):
            rows = order[i : i + batch_size]
            logits = model(data[rows])
            loss = F.cross_entropy(logits, labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.detach()
            hits += (logits.detach().argmax(1) == labels[rows]).sum()
        return float(total), int(hits)

    return epoch


def tensorflow_by_hand(name, x, y, batch_size):
    import tensorflow as tf

    params = [[tf.Variable(a) for a in pair] for pair in parameters(name)]
    flat = [p for pair in params for p in pair]
    m, v = ([tf.Variable(tf.zeros_like(p)) for p in flat] for _ in range(2))
    n, total, hits = tf.Variable(0.0), tf.Variable(0.0), tf.Variable(0.0)

    def network(h):
        for kernel, bias in params[:-1]:
            if name == "mlp":
                h = tf.nn.relu(h @ kernel + bias)
            else:
                h = tf.nn.max_pool2d(tf.nn.relu(tf.nn.conv2d(h, kernel, 1, "VALID") + bias), 2, 2, "VALID")
        h = tf.reshape(h, (tf.shape(h)[0], -1))
        return h @ params[-1][0] + params[-1][1]

    @tf.function
    def step(xb, yb):
        with tf.GradientTape() as tape:
            logits = network(xb)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(yb, logits))
        n.assign_add(1.0)
        rate = 0.001 * tf.sqrt(1 - 0.999**n) / (1 - 0.9**n)
        for p, a, b, g in zip(flat, m, v, tape.gradient(loss, flat)):
            a.assign_add((g - a) * 0.1)
            b.assign_add((g * g - b) * 0.001)
            p.assign_sub(rate * a / (tf.sqrt(b) + 1e-7))
        total.assign_add(loss)
        hits.assign_add(tf.reduce_sum(tf.cast(tf.argmax(logits, 1, tf.int32) == yb, tf.float32)))

    def epoch():
        order = RNG.permutation(len(x))
        for i in range(0, len(x), batch_size):
            rows = order[i : i + batch_size]
            step(tf.constant(x[rows]), tf.constant(y[rows]))
        return float(total)

    return epoch


def parameters(name):
    shapes = {"mlp": [(32, 64), (64, 64), (64, 10)], "convnet": [(3, 3, 1, 32), (3, 3, 32, 64), (1600, 10)]}[name]
    return [((RNG.normal(size=s) * 0.1).astype("float32"), np.zeros(s[-1], "float32")) for s in shapes]


BY_HAND = {"jax": jax_by_hand, "torch": torch_by_hand, "tensorflow": tensorflow_by_hand}

if __name__ == "__main__":
    for case in sys.argv[1:] or CASES:
        measure(case)
        for key, seconds in out.items():
            if key.startswith(case):
                print(f"{key:28} {seconds * 1e6:10.1f} us")
