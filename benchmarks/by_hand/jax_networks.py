"""The networks of `gpu.py` on JAX without the library: functions of parameters, one jitted step, its state donated."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

RNG = np.random.default_rng(0)


def weights(*shape):
    return jnp.asarray((RNG.normal(size=shape) * (2 / np.prod(shape[:-1])) ** 0.5).astype("float32"))


def affine(inputs, outputs):
    return {"kernel": weights(inputs, outputs), "bias": jnp.zeros(outputs)}


def scale(width):
    return {"gamma": jnp.ones(width), "beta": jnp.zeros(width)}


def dense(p, x):
    return x @ p["kernel"] + p["bias"]


def mlp(inputs, units, classes, **_):
    def network(params, x):
        for p in params[:-1]:
            x = jax.nn.relu(dense(p, x))
        return dense(params[-1], x)

    return [affine(inputs, units), affine(units, units), affine(units, classes)], network


def lstm(inputs, units, classes, **_):
    def recurrent(p, x):
        def step(state, projected):
            h, c = state
            i, f, g, o = jnp.split(projected + h @ p["recurrent"], 4, axis=-1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h

        zeros = jnp.zeros((x.shape[1], units), x.dtype)
        return lax.scan(step, (zeros, zeros), dense(p, x))[1]

    def network(params, x):
        x = recurrent(params[1], recurrent(params[0], jnp.swapaxes(x, 0, 1)))
        return dense(params[2], x[-1])

    cells = [{**affine(n, 4 * units), "recurrent": weights(units, 4 * units)} for n in (inputs, units)]
    return [*cells, affine(units, classes)], network


def normalized(p, x, axes):
    x32 = x.astype("float32")
    mean, square = x32.mean(axes, keepdims=True), (x32 * x32).mean(axes, keepdims=True)
    unit = (x32 - mean) * lax.rsqrt(square - mean * mean + 1e-3)
    return (unit * p["gamma"] + p["beta"]).astype(x.dtype)


def convolved(p, x, stride=1):
    dimensions = ("NHWC", "HWIO", "NHWC")
    x = lax.conv_general_dilated(x, p["kernel"], (stride, stride), "SAME", dimension_numbers=dimensions)
    return normalized(p, x, (0, 1, 2))


def convolution(inputs, outputs, size):
    return {"kernel": weights(size, size, inputs, outputs), **scale(outputs)}


def resnet(blocks, classes, **_):
    params, strides, inputs = [], [], 64
    for stage, count in enumerate(blocks):
        width = 64 * 2**stage
        for index in range(count):
            strides.append(2 if stage and not index else 1)
            block = [convolution(inputs, width, 1), convolution(width, width, 3), convolution(width, 4 * width, 1)]
            params.append(block if index else [*block, convolution(inputs, 4 * width, 1)])
            inputs = 4 * width

    def network(params, x):
        stem, blocks, head = params
        x = jax.nn.relu(convolved(stem, x, 2))
        x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 3, 3, 1), (1, 2, 2, 1), "SAME")
        for (reduce, middle, widen, *shortcut), stride in zip(blocks, strides):
            y = jax.nn.relu(convolved(reduce, x, stride))
            y = convolved(widen, jax.nn.relu(convolved(middle, y)))
            x = jax.nn.relu(y + (convolved(shortcut[0], x, stride) if shortcut else x))
        return dense(head, x.mean((1, 2)))

    return [convolution(3, 64, 7), params, affine(inputs, classes)], network


def transformer(length, width, heads, depth, words, causal, classes, **_):
    def block():
        norms = [scale(width) for _ in range(2)]
        return [
            *norms,
            affine(width, 3 * width),
            affine(width, width),
            affine(width, 4 * width),
            affine(4 * width, width),
        ]

    def network(params, tokens):
        table, positions, blocks, norm, head = params
        x = table[tokens] + positions
        for first, second, into, out, widen, narrow in blocks:
            size = (*x.shape[:2], 3 * heads, width // heads)
            q, k, v = jnp.split(dense(into, normalized(first, x, -1)).reshape(size), 3, axis=2)
            x = x + dense(out, jax.nn.dot_product_attention(q, k, v, is_causal=causal).reshape(x.shape))
            x = x + dense(narrow, jax.nn.gelu(dense(widen, normalized(second, x, -1)), approximate=False))
        x = normalized(norm, x, -1)
        return dense(head, x if causal else x.mean(1))

    head = affine(width, words if causal else classes)
    return [weights(words, width), weights(length, width), [block() for _ in range(depth)], scale(width), head], network


NETWORKS = {"mlp": mlp, "resnet": resnet, "lstm": lstm, "bert": transformer, "decoder": transformer}


class Training:
    """A network, the state of Adam, and a step."""

    def __init__(self, case, size, precision, mode, classes):
        params, self.network = NETWORKS[case](**size, classes=classes)
        self.dtype = "bfloat16" if precision == "mixed_bfloat16" else "float32"
        zeros = [jax.tree.map(jnp.zeros_like, params) for _ in range(2)]
        self.state = (params, *zeros, jnp.int32(0), jnp.float32(0))
        self.step = jax.jit(self._step, donate_argnums=0)

    def _loss(self, params, x, y):
        params = jax.tree.map(lambda p: p.astype(self.dtype), params)
        x = x if x.dtype == "int32" else x.astype(self.dtype)
        logits = self.network(params, x).astype("float32")
        return -jnp.take_along_axis(jax.nn.log_softmax(logits), y[..., None], -1).mean()

    def _step(self, state, x, y):
        params, m, v, n, total = state
        loss, grads = jax.value_and_grad(self._loss)(params, x, y)
        n = n + 1
        rate = 1e-4 * jnp.sqrt(1 - 0.999**n) / (1 - 0.9**n)
        m = jax.tree.map(lambda a, g: a + (g - a) * 0.1, m, grads)
        v = jax.tree.map(lambda a, g: a + (g * g - a) * 0.001, v, grads)
        params = jax.tree.map(lambda p, a, b: p - rate * a / (jnp.sqrt(b) + 1e-7), params, m, v)
        return params, m, v, n, total + loss

    def epoch(self, x, y, size):
        for start in range(0, len(x), size):
            rows = slice(start, start + size)
            self.state = self.step(self.state, x[rows], y[rows])
        return float(self.state[4])
