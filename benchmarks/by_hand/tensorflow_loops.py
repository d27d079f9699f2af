"""Training, evaluation and prediction on TensorFlow without the library: one `tf.function` for each kind of step."""

import numpy as np
import tensorflow as tf

RNG = np.random.default_rng(0)


class Network(tf.Module):
    """Parameters in the order in which they are asked for first, and the function of the inputs."""

    def __init__(self, case):
        super().__init__()
        self.function = FUNCTIONS[case]
        self.all = []

    def __call__(self, x):
        self._next = iter(list(self.all))
        return self.function(self, x)

    def weights(self, *shape, start=None):
        known = next(self._next, None)
        if known is None:
            values = RNG.normal(size=shape) * (2 / sum(shape[-2:])) ** 0.5 if start is None else np.full(shape, start)
            known = tf.Variable(values.astype("float32"))
            self.all.append(known)
        return known

    def dense(self, x, inputs, outputs):
        kernel, bias = self.weights(inputs, outputs), self.weights(outputs, start=0.0)
        if len(x.shape) == 2:
            return x @ kernel + bias
        sizes = tf.shape(x)
        flat = tf.reshape(x, (-1, inputs)) @ kernel + bias
        return tf.reshape(flat, tf.concat([sizes[:-1], [outputs]], 0))


def mlp(net, x):
    x = tf.nn.relu(net.dense(x, 32, 64))
    return net.dense(tf.nn.relu(net.dense(x, 64, 64)), 64, 10)


def convnet(net, x):
    for inputs, outputs in ((1, 32), (32, 64)):
        kernel, bias = net.weights(3, 3, inputs, outputs), net.weights(outputs, start=0.0)
        x = tf.nn.max_pool2d(tf.nn.relu(tf.nn.conv2d(x, kernel, 1, "VALID") + bias), 2, 2, "VALID")
    return net.dense(tf.reshape(x, (-1, 1600)), 1600, 10)


def normalized(net, x):
    scale, shift = net.weights(128, start=1.0), net.weights(128, start=0.0)
    mean, variance = tf.nn.moments(x, [-1], keepdims=True)
    return (x - mean) * tf.math.rsqrt(variance + 1e-3) * scale + shift


def attention(net, x):
    sizes = tf.shape(x)
    heads = tf.reshape(net.dense(x, 128, 384), (sizes[0], sizes[1], 3, 8, 16))
    q, k, v = tf.unstack(tf.transpose(heads, (2, 0, 3, 1, 4)))
    scores = tf.nn.softmax(tf.matmul(q, k, transpose_b=True) * 0.25)
    return net.dense(tf.reshape(tf.transpose(scores @ v, (0, 2, 1, 3)), sizes), 128, 128)


def transformer(net, tokens):
    x = tf.gather(net.weights(1000, 128), tokens)
    x = tf.ensure_shape(x, (None, 64, 128))
    for _ in range(6):
        x = x + attention(net, normalized(net, x))
        x = x + net.dense(tf.nn.relu(net.dense(normalized(net, x), 128, 512)), 512, 128)
    return net.dense(tf.reduce_mean(x, 1), 128, 10)


def recurrent(net, x, inputs):
    kernel, recurrent_kernel = net.weights(inputs, 256), net.weights(64, 256)
    projected = tf.einsum("tbi,io->tbo", x, kernel) + net.weights(256, start=0.0)

    def step(state, projected):
        h, c = state
        i, f, g, o = tf.split(projected + h @ recurrent_kernel, 4, axis=-1)
        c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
        return tf.sigmoid(o) * tf.tanh(c), c

    zeros = tf.zeros((tf.shape(x)[1], 64))
    return tf.scan(step, projected, (zeros, zeros))[0]


def lstm(net, x):
    x = tf.transpose(x, (1, 0, 2))
    return net.dense(recurrent(net, recurrent(net, x, 32), 64)[-1], 64, 10)


FUNCTIONS = {"mlp": mlp, "convnet": convnet, "transformer": transformer, "lstm": lstm}


class Loops:
    """A network with its loops over shuffled batches."""

    def __init__(self, case, x, y, batch_size, weight_decay):
        self.network = Network(case)
        self.network(x[:1])
        self.data = x, y, batch_size
        self.kept = 1 - 0.001 * weight_decay
        params = self.network.all
        self.m, self.v = ([tf.Variable(tf.zeros_like(p)) for p in params] for _ in range(2))
        self.n, self.total, self.hits = tf.Variable(0.0), tf.Variable(0.0), tf.Variable(0.0)
        self.outputs = tf.function(self.network)
        self.step, self.judge = tf.function(self._step), tf.function(self._judge)

    def _loss(self, x, y):
        logits = self.network(x)
        return logits, tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))

    def _judge(self, x, y):
        self._count(y, *self._loss(x, y))

    def _count(self, y, logits, loss):
        self.total.assign_add(loss)
        self.hits.assign_add(tf.reduce_sum(tf.cast(tf.argmax(logits, 1, tf.int32) == y, tf.float32)))

    def _step(self, x, y):
        params = self.network.all
        with tf.GradientTape() as tape:
            logits, loss = self._loss(x, y)
        gradients = [tf.convert_to_tensor(g) for g in tape.gradient(loss, params)]
        self.n.assign_add(1.0)
        rate = 0.001 * tf.sqrt(1 - 0.999**self.n) / (1 - 0.9**self.n)
        for p, a, b, g in zip(params, self.m, self.v, gradients):
            a.assign_add((g - a) * 0.1)
            b.assign_add((g * g - b) * 0.001)
            p.assign(p * self.kept - rate * a / (tf.sqrt(b) + 1e-7))
        self._count(y, logits, loss)

    def fit(self):
        x, y, size = self.data
        order = RNG.permutation(len(x))
        for i in range(0, len(x), size):
            rows = order[i : i + size]
            self.step(tf.constant(x[rows]), tf.constant(y[rows]))
        return float(self.total)

    def evaluate(self):
        x, y, size = self.data
        for i in range(0, len(x), size):
            self.judge(tf.constant(x[i : i + size]), tf.constant(y[i : i + size]))
        return float(self.total), float(self.hits)

    def predict(self):
        x, _, size = self.data
        return np.concatenate([self.outputs(tf.constant(x[i : i + size])).numpy() for i in range(0, len(x), size)])

    def predict_row(self):
        return self.outputs(tf.constant(self.data[0][:1])).numpy()
