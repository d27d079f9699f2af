"""Training, evaluation and prediction on JAX without the library: one jitted step, its state donated."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

RNG = np.random.default_rng(0)


def weights(*shape):
    return jnp.asarray((RNG.normal(size=shape) * (2 / sum(shape[-2:])) ** 0.5).astype("float32"))


def affine(inputs, outputs):
    return weights(inputs, outputs), jnp.zeros(outputs)


def dense(p, x):
    return x @ p[0] + p[1]


# Networks: how to make the parameters, and the function of parameters and inputs.


def mlp():
    return [affine(32, 64), affine(64, 64), affine(64, 10)]


def mlp_of(params, x):
    for p in params[:-1]:
        x = jax.nn.relu(dense(p, x))
    return dense(params[-1], x)


def convnet():
    return [(weights(3, 3, 1, 32), jnp.zeros(32)), (weights(3, 3, 32, 64), jnp.zeros(64)), affine(1600, 10)]


def convnet_of(params, x):
    for kernel, bias in params[:-1]:
        x = lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))
        x = lax.reduce_window(jax.nn.relu(x + bias), -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    return dense(params[-1], x.reshape(len(x), -1))


def transformer():
    def block():
        norms = [(jnp.ones(128), jnp.zeros(128)) for _ in range(2)]
        return [*norms, affine(128, 384), affine(128, 128), affine(128, 512), affine(512, 128)]

    return [weights(1000, 128), [block() for _ in range(6)], affine(128, 10)]


def normalized(p, x):
    mean, square = x.mean(-1, keepdims=True), (x * x).mean(-1, keepdims=True)
    return (x - mean) * lax.rsqrt(square - mean * mean + 1e-3) * p[0] + p[1]


def attention(into, out, x):
    q, k, v = jnp.split(dense(into, x).reshape(*x.shape[:2], 24, 16), 3, axis=2)
    return dense(out, jax.nn.dot_product_attention(q, k, v).reshape(x.shape))


def transformer_of(params, tokens):
    x = params[0][tokens]
    for first, second, into, out, widen, narrow in params[1]:
        x = x + attention(into, out, normalized(first, x))
        x = x + dense(narrow, jax.nn.relu(dense(widen, normalized(second, x))))
    return dense(params[2], x.mean(1))


def lstm():
    return [[(weights(n, 256), weights(64, 256), jnp.zeros(256)) for n in (32, 64)], affine(64, 10)]


def recurrent(p, x):
    kernel, recurrent_kernel, bias = p

    def step(state, projected):
        h, c = state
        i, f, g, o = jnp.split(projected + h @ recurrent_kernel, 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    zeros = jnp.zeros((x.shape[1], 64))
    return lax.scan(step, (zeros, zeros), x @ kernel + bias)[1]


def lstm_of(params, x):
    x = jnp.swapaxes(x, 0, 1)
    for p in params[0]:
        x = recurrent(p, x)
    return dense(params[1], x[-1])


NETWORKS = {
    "mlp": (mlp, mlp_of),
    "convnet": (convnet, convnet_of),
    "transformer": (transformer, transformer_of),
    "lstm": (lstm, lstm_of),
}


class Loops:
    """A network with its loops over shuffled batches."""

    def __init__(self, case, x, y, batch_size, weight_decay):
        make, self.network = NETWORKS[case]
        self.data = x, y, batch_size
        self.weight_decay = weight_decay
        params = make()
        zeros = [jax.tree.map(jnp.zeros_like, params) for _ in range(2)]
        self.state = (params, *zeros, jnp.float32(0), jnp.float32(0), jnp.int32(0))
        self.step = jax.jit(self._step, donate_argnums=0)
        self.judge = jax.jit(self._loss_and_hits)
        self.outputs = jax.jit(self.network)

    def _loss_and_hits(self, params, x, y):
        logits = self.network(params, x)
        nll = -jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], 1).mean()
        return nll, (logits.argmax(1) == y).sum()

    def _step(self, state, x, y):
        params, m, v, n, total, hits = state
        (loss, hit), grads = jax.value_and_grad(self._loss_and_hits, has_aux=True)(params, x, y)
        n = n + 1
        rate = 0.001 * jnp.sqrt(1 - 0.999**n) / (1 - 0.9**n)
        m = jax.tree.map(lambda a, g: a + (g - a) * 0.1, m, grads)
        v = jax.tree.map(lambda a, g: a + (g * g - a) * 0.001, v, grads)
        kept = 1 - 0.001 * self.weight_decay
        params = jax.tree.map(lambda p, a, b: p * kept - rate * a / (jnp.sqrt(b) + 1e-7), params, m, v)
        return params, m, v, n, total + loss, hits + hit

    def fit(self):
        x, y, size = self.data
        order = RNG.permutation(len(x))
        for i in range(0, len(x), size):
            rows = order[i : i + size]
            self.state = self.step(self.state, x[rows], y[rows])
        return float(self.state[4])

    def evaluate(self):
        x, y, size = self.data
        results = [self.judge(self.state[0], x[i : i + size], y[i : i + size]) for i in range(0, len(x), size)]
        return np.sum([[float(a), float(b)] for a, b in results], axis=0)

    def predict(self):
        x, _, size = self.data
        return np.concatenate(
            [np.asarray(self.outputs(self.state[0], x[i : i + size])) for i in range(0, len(x), size)]
        )

    def predict_row(self):
        return np.asarray(self.outputs(self.state[0], self.data[0][:1]))
