"""What operations cost: by the engine's own functions, and by `keras.ops`.

    KERAS_BACKEND=jax python benchmarks/ops.py [--overhead] [--trace] [--compute] [--only NAME] [--json]

* `--overhead`: microseconds of an eager call on small tensors, and of a call on symbolic tensors;
* `--trace`: what a compiler sees of a function of 500 ops, and how long a trace of it takes;
* `--compute`: milliseconds of ops on tensors of realistic sizes, in float32 and bfloat16.

Without a section all run. Uses the public API only, so it runs under any library named `keras`. Both sides of a row take turns, and the
fastest round of each counts, in time of the processor where the work is one thread's, since a machine may have other work. Engines get
one thread unless `OMP_NUM_THREADS` says otherwise: threads that wait for each other on a busy machine say nothing of ops.
The file is long because it runs alone, under either library, and the calls by hand of four engines stand in it.
"""

import argparse
import importlib
import json
import os
import re
import sys
import time
import timeit

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np  # noqa: E402  after the number of threads is set

import keras  # noqa: E402
from keras import ops  # noqa: E402

ENGINES = {"numpy": 2, "openvino": 2, "jax": 3, "torch": 4, "tensorflow": 5}
"""Which column of the table of small calls belongs to an engine; arrays of OpenVINO are those of NumPy."""

BACKEND = keras.backend.backend()
ENGINE = "numpy" if BACKEND == "openvino" else BACKEND
ON_GPU = ENGINE != "numpy" and any(word in str(getattr(ops.zeros(1), "device", "")).lower() for word in ("gpu", "cuda"))

# An op, its arguments, and the engine's function: its name in the engine's main module ("=" for the op's name), or an expression.
SMALL_CALLS = """
add          | x, y              | =                    | =                | =                     | =
subtract     | x, y              | =                    | =                | =                     | =
multiply     | x, y              | =                    | =                | mul                   | =
divide       | x, y              | =                    | =                | =                     | =
power        | x, y              | =                    | =                | pow                   | pow
maximum      | x, y              | =                    | =                | =                     | =
minimum      | x, y              | =                    | =                | =                     | =
add          | x, 2.0            | =                    | =                | =                     | =
add          | v, x              | np.add(w, x)         | jnp.add(w, x)    | torch.add(w, x)       | tf.add(w, x)
exp          | x                 | =                    | =                | =                     | =
log          | x                 | =                    | =                | =                     | math.log
sqrt         | x                 | =                    | =                | =                     | =
square       | x                 | =                    | =                | =                     | =
abs          | x                 | =                    | =                | =                     | =
sin          | x                 | =                    | =                | =                     | =
tanh         | x                 | =                    | =                | =                     | =
sigmoid      | x                 | 1 / (1 + np.exp(-x)) | jax.nn.sigmoid(x)| =                     | =
relu         | x                 | np.maximum(x, zero)  | jax.nn.relu(x)   | =                     | nn.relu
gelu         | x                 | hand_gelu(x)         | jax.nn.gelu(x)   | gelu(x, approximate='tanh') | tf.nn.gelu(x, True)
softmax      | x                 | hand_softmax(x)      | jax.nn.softmax(x)| torch.softmax(x, -1)  | nn.softmax
log_softmax  | x                 | hand_log_softmax(x)  | jax.nn.log_softmax(x) | torch.log_softmax(x, -1) | nn.log_softmax
sum          | x, 1              | =                    | =                | =                     | reduce_sum
mean         | x, 1              | =                    | =                | =                     | reduce_mean
max          | x, 1              | =                    | =                | amax                  | reduce_max
min          | x, 1              | =                    | =                | amin                  | reduce_min
var          | x, 1              | =                    | =                | torch.var(x, 1, correction=0) | math.reduce_variance
std          | x, 1              | =                    | =                | torch.std(x, 1, correction=0) | math.reduce_std
argmax       | x, 1              | =                    | =                | =                     | =
all          | b, 1              | =                    | =                | =                     | reduce_all
any          | b, 1              | =                    | =                | =                     | reduce_any
cumsum       | x, 1              | =                    | =                | =                     | =
reshape      | x, (4, 16)        | =                    | =                | =                     | =
transpose    | x, (1, 0)         | =                    | =                | permute               | =
concatenate  | [x, y], 1         | =                    | =                | cat                   | concat
stack        | [x, y], 1         | =                    | =                | =                     | =
split        | x, 2, 1           | =                    | =                | torch.split(x, 4, 1)  | =
expand_dims  | x, 1              | =                    | =                | unsqueeze             | =
squeeze      | s, 1              | =                    | =                | =                     | =
broadcast_to | r, (8, 8)         | =                    | =                | =                     | =
tile         | x, (2, 1)         | =                    | =                | =                     | =
repeat       | x, 2, 1           | =                    | =                | repeat_interleave     | =
pad          | x, ((1, 1), (2, 2)) | =                  | =                | pad(x, (2, 2, 1, 1))  | =
take         | x, i, 0           | =                    | =                | torch.index_select(x, 0, i) | tf.gather(x, i, axis=0)
where        | b, x, y           | =                    | =                | =                     | =
equal        | x, y              | =                    | =                | eq                    | =
greater      | x, y              | =                    | =                | gt                    | =
logical_and  | b, b              | =                    | =                | =                     | =
cast         | x, 'int32'        | x.astype('int32')    | x.astype('int32')| x.to(torch.int32)     | tf.cast(x, tf.int32)
clip         | x, 0.0, 1.0       | =                    | =                | clamp                 | clip_by_value
zeros        | (8, 8)            | np.zeros((8, 8), 'float32') | jnp.zeros((8, 8), 'float32') | = | =
ones         | (8, 8)            | np.ones((8, 8), 'float32') | jnp.ones((8, 8), 'float32') | = | =
arange       | 8                 | =                    | =                | =                     | range
matmul       | x, y              | =                    | =                | =                     | =
dot          | x, y              | =                    | =                | torch.matmul(x, y)    | tf.matmul(x, y)
einsum       | 'ij,jk->ik', x, y | =                    | =                | =                     | =
one_hot      | i, 8              | np.eye(8)[i]         | jax.nn.one_hot(i, 8) | one_hot(long, 8)  | =
sort         | x, 1              | =                    | =                | =                     | =
top_k        | x, 2              | np.argpartition(x, 2)| lax.top_k(x, 2)  | torch.topk(x, 2)      | math.top_k
"""
GOALS = {"numpy": 1.5, "openvino": 1.5, "torch": 1.5, "jax": 3.0, "tensorflow": 15.0}
SYMBOLIC_GOAL = 25.0


def hand_softmax(x):
    e = np.exp(x - np.max(x, -1, keepdims=True))
    return e / np.sum(e, -1, keepdims=True)


def hand_log_softmax(x):
    x = x - np.max(x, -1, keepdims=True)
    return x - np.log(np.sum(np.exp(x), -1, keepdims=True))


def hand_gelu(x):
    return 0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x * x * x)))


def engine_names():
    """The modules of the engine by the names that rows use."""
    names = {"np": np, "ops": ops, "zero": np.float32(0)}
    names.update(hand_softmax=hand_softmax, hand_log_softmax=hand_log_softmax, hand_gelu=hand_gelu)
    if ENGINE == "jax":
        jax = importlib.import_module("jax")
        names.update(jax=jax, jnp=jax.numpy, lax=jax.lax)
    elif ENGINE == "torch":
        torch = importlib.import_module("torch")
        functional = torch.nn.functional
        names.update(torch=torch, F=functional, gelu=functional.gelu, pad=functional.pad, one_hot=functional.one_hot)
    elif ENGINE == "tensorflow":
        names["tf"] = importlib.import_module("tensorflow")
    return names


def tensor(x, dtype=None):
    return ops.convert_to_tensor(x, dtype)


def small_tensors():
    positive = np.random.default_rng(0).uniform(0.5, 2.0, (2, 8, 8)).astype("float32")
    weight = keras.Variable(positive[1])
    tensors = {
        "x": tensor(positive[0]),
        "y": tensor(positive[1]),
        "v": weight,
        "w": weight.value,
        "b": tensor(positive[0] > 1),
        "r": tensor(positive[0, :1]),
        "s": tensor(positive[0, :, None]),
        "i": tensor(np.array([1, 0, 3, 2], "int32")),
    }
    if ENGINE == "torch":
        tensors["long"] = tensors["i"].long()
    return tensors


def small_calls():
    """`(title, op, arguments, expression by hand)` of each row for this engine."""
    module = {"numpy": "np", "jax": "jnp", "torch": "torch", "tensorflow": "tf"}[ENGINE]
    for line in SMALL_CALLS.strip().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        name, arguments, hand = cells[0], cells[1], cells[ENGINES[BACKEND]]
        if not any(sign in hand for sign in "()/"):
            hand = f"{module}.{name if hand == '=' else hand}({arguments})"
        yield f"{name}({arguments})", name, arguments, hand


def clock():
    """Seconds: of the processor, which other work on the machine does not change; on a GPU, those that pass."""
    return time.perf_counter() if ON_GPU else time.process_time()


def timer(code, **names):
    """A timer of an expression."""
    return timeit.Timer(code, timer=clock, globals=names)


def best(timers, least=0.002, rounds=40, limit=0.5):
    """Seconds of one call of each timer: the fastest of many short rounds, taken in turn."""
    numbers = []
    for one in timers:
        one.timeit(2)
        numbers.append(max(1, int(least / max(one.timeit(3) / 3, 1e-8))))
    found, end = [float("inf")] * len(timers), time.perf_counter() + limit
    for done in range(rounds):
        for i, (one, number) in enumerate(zip(timers, numbers)):
            found[i] = min(found[i], one.timeit(number) / number)
        if done >= 3 and time.perf_counter() > end:
            break
    return found


def overhead(chosen):
    """Rows `(title, by hand, here, symbolic)`, in microseconds."""
    names = {**engine_names(), **small_tensors()}
    symbolic = {
        k: keras.KerasTensor(x.shape, keras.backend.standardize_dtype(x.dtype)) for k, x in small_tensors().items()
    }
    for title, name, arguments, hand in small_calls():
        if not chosen(title):
            continue
        here = f"ops.{name}({arguments})"
        row = [seconds * 1e6 for seconds in best([timer(hand, **names), timer(here, **names)])]
        if any(k in symbolic for k in re.findall(r"\b[a-z]\b", arguments)):
            row.append(best([timer(here, ops=ops, **symbolic)], rounds=15)[0] * 1e6)
        yield (title, *row)


# ---------------------------------------------------------------------------------------------------------------------
# What a compiler sees


def chain_of_ops(x, y):
    """500 ops, ten kinds of them."""
    for _ in range(50):
        x = ops.add(x, y)
        x = ops.multiply(x, 0.5)
        x = ops.tanh(x)
        x = ops.maximum(x, y)
        x = ops.subtract(x, ops.mean(x, 1, True))
        x = ops.reshape(x, (4, 16))
        x = ops.reshape(x, (8, 8))
        x = ops.matmul(x, y)
        x = ops.softmax(x)
    return x


def chain_by_hand(names):
    """The same function in the engine's own words."""
    jnp, jax, torch = names.get("jnp"), names.get("jax"), names.get("torch")

    def in_jax(x, y):
        for _ in range(50):
            x = jnp.add(x, y)
            x = jnp.multiply(x, 0.5)
            x = jnp.tanh(x)
            x = jnp.maximum(x, y)
            x = jnp.subtract(x, jnp.mean(x, 1, keepdims=True))
            x = jnp.reshape(x, (4, 16))
            x = jnp.reshape(x, (8, 8))
            x = jnp.matmul(x, y)
            x = jax.nn.softmax(x)
        return x

    def in_torch(x, y):
        for _ in range(50):
            x = torch.add(x, y)
            x = torch.mul(x, 0.5)
            x = torch.tanh(x)
            x = torch.maximum(x, y)
            x = torch.subtract(x, torch.mean(x, 1, True))
            x = torch.reshape(x, (4, 16))
            x = torch.reshape(x, (8, 8))
            x = torch.matmul(x, y)
            x = torch.softmax(x, -1)
        return x

    return in_jax if jax else in_torch


def graph_of(torch, function, *args):
    """Number of nodes of the graph that `torch.compile` makes of a function, and the seconds that took."""
    nodes = []

    def count(module, example_inputs):
        nodes.append(len(module.graph.nodes))
        return module.forward

    torch._dynamo.reset()
    start = clock()
    torch.compile(function, backend=count, fullgraph=True)(*args)
    return sum(nodes), clock() - start


def jaxpr_of(jax, function, *args):
    """Number of equations of a function, and the seconds of a trace; a new function each time, since traces are kept."""

    def traced():
        return jax.make_jaxpr(lambda x, y: function(x, y))(*args)

    return len(traced().eqns), best([timer("traced()", traced=traced)], least=0.05, rounds=15, limit=3)[0]


def trace(chosen):
    """Rows `(title, by hand, here)`."""
    names = engine_names()
    if ENGINE not in ("jax", "torch"):
        return
    args = [small_tensors()[k] for k in "xy"]
    of = jaxpr_of if ENGINE == "jax" else graph_of
    hand, here = (of(names[ENGINE], function, *args) for function in (chain_by_hand(names), chain_of_ops))
    yield "nodes of 500 ops", hand[0], here[0]
    yield "trace of 500 ops, ms", hand[1] * 1e3, here[1] * 1e3


# ---------------------------------------------------------------------------------------------------------------------
# Realistic sizes

SIZES = {
    "image": (8, 56, 56, 64),
    "kernel": (3, 3, 64, 64),
    "depth": (3, 3, 64, 1),
    "sequence": (32, 512, 64),
    "matrix": (512, 1024),
    "weights": (1024, 512),
    "batch3": (32, 128, 64),
    "heads": (4, 256, 8, 64),
    "pictures": (8, 224, 224, 3),
    "long": (64, 16384),
    "rows": (100000, 64),
    "steps": (64, 32, 512),
    "recurrent": (128, 512),
    "state": (32, 128),
    "tokens": (64, 128, 512),
    "scale": (512,),
    "channels": (64,),
}


def large_tensors(dtype):
    draw = np.random.default_rng(0)
    tensors = {name: tensor(draw.standard_normal(shape).astype("float32"), dtype) for name, shape in SIZES.items()}
    tensors["spread"] = tensor(np.abs(draw.standard_normal(64)) + 0.5, dtype)
    tensors["ids"] = tensor(np.sort(draw.integers(0, 1000, 100000)).astype("int32"))
    return tensors


def lstm_step(ops_or_engine, state, x, recurrent):
    """One step of an LSTM, whose inputs have been multiplied with their weights before."""
    e, (h, c) = ops_or_engine, state
    gates = e.add(x, e.matmul(h, recurrent))
    i, f, g, o = (gates[:, n : n + 128] for n in (0, 128, 256, 384))
    c = e.add(e.multiply(e.sigmoid(f), c), e.multiply(e.sigmoid(i), e.tanh(g)))
    h = e.multiply(e.sigmoid(o), e.tanh(c))
    return (h, c), h


COMPUTE = {
    "conv 3x3": lambda t: ops.conv(t.image, t.kernel, 1, "same"),
    "conv 3x3, strides 2": lambda t: ops.conv(t.image, t.kernel, 2, "valid"),
    "depthwise_conv 3x3": lambda t: ops.depthwise_conv(t.image, t.depth, 1, "same"),
    "max_pool 2": lambda t: ops.max_pool(t.image, 2, 2),
    "average_pool 3, strides 2": lambda t: ops.average_pool(t.image, 3, 2),
    "matmul": lambda t: ops.matmul(t.matrix, t.weights),
    "einsum abc,dc->abd": lambda t: ops.einsum("abc,dc->abd", t.batch3, t.channels_2d),
    "dot": lambda t: ops.dot(t.batch3, t.channels_2d),
    "dot_product_attention": lambda t: ops.dot_product_attention(t.heads, t.heads, t.heads),
    "dot_product_attention, causal": lambda t: ops.dot_product_attention(t.heads, t.heads, t.heads, is_causal=True),
    "resize bilinear": lambda t: ops.image.resize(t.pictures, (160, 160)),
    "resize bilinear, larger": lambda t: ops.image.resize(t.pictures, (320, 320)),
    "resize bicubic": lambda t: ops.image.resize(t.pictures, (160, 160), interpolation="bicubic"),
    "resize nearest": lambda t: ops.image.resize(t.pictures, (160, 160), interpolation="nearest"),
    "sort": lambda t: ops.sort(t.long),
    "argsort": lambda t: ops.argsort(t.long),
    "top_k": lambda t: ops.top_k(t.long, 10),
    "segment_sum": lambda t: ops.segment_sum(t.rows, t.ids, 1000, True),
    "scan, LSTM": lambda t: ops.scan(lambda s, x: lstm_step(ops, s, x, t.recurrent), (t.state, t.state), t.steps)[1],
    "softmax": lambda t: ops.softmax(t.tokens),
    "log_softmax": lambda t: ops.log_softmax(t.tokens),
    "gelu": lambda t: ops.gelu(t.tokens),
    "layer_normalization": lambda t: ops.layer_normalization(t.tokens, t.scale, t.scale),
    "batch_normalization": lambda t: ops.batch_normalization(
        t.image, t.channels, t.spread, -1, offset=t.channels, scale=t.channels
    ),
    "var": lambda t: ops.var(t.tokens, -1),
    "logsumexp": lambda t: ops.logsumexp(t.tokens, -1),
}


class Tensors:
    """Tensors by attribute."""

    def __init__(self, dtype):
        self.__dict__.update(large_tensors(dtype))
        self.channels_2d = self.kernel[0, 0]


def by_hand(names):
    """The engine's own calls by title; a row without one is compared with nothing."""
    makers = {"numpy": numpy_by_hand, "jax": jax_by_hand, "torch": torch_by_hand, "tensorflow": tensorflow_by_hand}
    return makers[ENGINE](names)


def in_float32(function):
    """NumPy computes bfloat16 element by element: by hand one goes through float32."""

    def wide(t):
        widened = Tensors.__new__(Tensors)
        widened.__dict__.update({k: x.astype("float32") if x.dtype.kind == "V" else x for k, x in t.__dict__.items()})
        result = function(widened)
        return result.astype(t.image.dtype) if result.dtype.kind == "f" else result

    return wide


def numpy_by_hand(names):
    def windows(x, size, stride):
        return np.lib.stride_tricks.sliding_window_view(x, (size, size), (1, 2))[:, ::stride, ::stride]

    def conv(x, kernel, stride):
        found = windows(x, 3, stride)
        return np.einsum("bhwcij,ijcf->bhwf", found, kernel, optimize=True)

    def attention(t):
        logits = np.einsum("btnh,bsnh->bnts", t.heads, t.heads, optimize=True) / np.float32(8)
        return np.einsum("bnts,bsnv->btnv", hand_softmax(logits), t.heads, optimize=True)

    def normalized(t):
        centred = t.tokens - t.tokens.mean(-1, keepdims=True)
        return centred / np.sqrt(np.square(centred).mean(-1, keepdims=True) + 1e-3) * t.scale + t.scale

    rows = {
        "conv 3x3": lambda t: conv(np.pad(t.image, ((0, 0), (1, 1), (1, 1), (0, 0))), t.kernel, 1),
        "conv 3x3, strides 2": lambda t: conv(t.image, t.kernel, 2),
        "max_pool 2": lambda t: windows(t.image, 2, 2).max((-1, -2)),
        "average_pool 3, strides 2": lambda t: windows(t.image, 3, 2).mean((-1, -2)),
        "matmul": lambda t: t.matrix @ t.weights,
        "einsum abc,dc->abd": lambda t: t.batch3 @ t.channels_2d.T,
        "dot": lambda t: t.batch3 @ t.channels_2d,
        "dot_product_attention": attention,
        "sort": lambda t: np.sort(t.long),
        "argsort": lambda t: np.argsort(t.long),
        "softmax": lambda t: hand_softmax(t.tokens),
        "log_softmax": lambda t: hand_log_softmax(t.tokens),
        "gelu": lambda t: hand_gelu(t.tokens),
        "layer_normalization": normalized,
        "batch_normalization": lambda t: (t.image - t.channels) / np.sqrt(t.spread + 1e-3) * t.channels + t.channels,
        "var": lambda t: np.var(t.tokens, -1),
    }
    return {title: in_float32(function) for title, function in rows.items()}


def jax_by_hand(names):
    jax, jnp, lax = names["jax"], names["jnp"], names["lax"]

    def conv(x, kernel, stride, padding, groups=1):
        layout = ("NHWC", "HWIO", "NHWC")
        return lax.conv_general_dilated(
            x, kernel, (stride, stride), padding, dimension_numbers=layout, feature_group_count=groups
        )

    def pool(x, start, combine, size):
        return lax.reduce_window(x, start, combine, (1, size, size, 1), (1, 2, 2, 1), "VALID")

    def step(state, x, recurrent):
        h, c = state
        i, f, g, o = jnp.split(x + h @ recurrent, 4, 1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    @jax.jit
    def normalized(x, scale):
        wide = x.astype("float32")
        centred = wide - wide.mean(-1, keepdims=True)
        return (centred * lax.rsqrt(jnp.square(centred).mean(-1, keepdims=True) + 1e-3) * scale + scale).astype(x.dtype)

    @jax.jit
    def batch_normalized(x, mean, variance):
        return ((x - mean) * (lax.rsqrt(variance + 1e-3) * mean) + mean).astype(x.dtype)

    softmax, log_softmax, gelu = jax.jit(jax.nn.softmax), jax.jit(jax.nn.log_softmax), jax.jit(jax.nn.gelu)
    mean_of_nine = jax.jit(lambda x: pool(x.astype("float32"), 0.0, lax.add, 3).astype(x.dtype) / 9)

    def resized(side, method):
        return lambda t: jax.image.resize(t.pictures, (8, side, side, 3), method, antialias=False)

    return {
        "conv 3x3": lambda t: conv(t.image, t.kernel, 1, "SAME"),
        "conv 3x3, strides 2": lambda t: conv(t.image, t.kernel, 2, "VALID"),
        "depthwise_conv 3x3": lambda t: conv(t.image, t.depth.reshape(3, 3, 1, 64), 1, "SAME", 64),
        "max_pool 2": lambda t: pool(t.image, -jnp.inf, lax.max, 2),
        "average_pool 3, strides 2": lambda t: mean_of_nine(t.image),
        "matmul": lambda t: jnp.matmul(t.matrix, t.weights),
        "einsum abc,dc->abd": lambda t: jnp.einsum("abc,dc->abd", t.batch3, t.channels_2d),
        "dot": lambda t: jnp.dot(t.batch3, t.channels_2d),
        "dot_product_attention": lambda t: jax.nn.dot_product_attention(t.heads, t.heads, t.heads),
        "dot_product_attention, causal": lambda t: jax.nn.dot_product_attention(
            t.heads, t.heads, t.heads, is_causal=True
        ),
        "resize bilinear": resized(160, "bilinear"),
        "resize bilinear, larger": resized(320, "bilinear"),
        "resize bicubic": resized(160, "bicubic"),
        "resize nearest": resized(160, "nearest"),
        "sort": lambda t: jnp.sort(t.long),
        "argsort": lambda t: jnp.argsort(t.long),
        "top_k": lambda t: lax.top_k(t.long, 10),
        "segment_sum": lambda t: jax.ops.segment_sum(t.rows, t.ids, 1000, indices_are_sorted=True),
        "scan, LSTM": lambda t: lax.scan(lambda s, x: step(s, x, t.recurrent), (t.state, t.state), t.steps)[1],
        "softmax": lambda t: softmax(t.tokens),
        "log_softmax": lambda t: log_softmax(t.tokens),
        "gelu": lambda t: gelu(t.tokens),
        "layer_normalization": lambda t: normalized(t.tokens, t.scale),
        "batch_normalization": lambda t: batch_normalized(t.image, t.channels, t.spread),
        "var": lambda t: jnp.var(t.tokens, -1),
        "logsumexp": lambda t: jax.nn.logsumexp(t.tokens, -1),
    }


def torch_by_hand(names):
    torch, functional = names["torch"], names["F"]

    def first(x):
        return x.permute(0, 3, 1, 2)

    def last(x):
        return x.permute(0, 2, 3, 1)

    def conv(x, kernel, **settings):
        return last(functional.conv2d(first(x), kernel.permute(3, 2, 0, 1), **settings))

    def attention(t, **settings):
        q = t.heads.transpose(1, 2)
        return functional.scaled_dot_product_attention(q, q, q, **settings).transpose(1, 2)

    def resized(side, mode, **settings):
        return lambda t: last(functional.interpolate(first(t.pictures), (side, side), mode=mode, **settings))

    def lstm(t):
        h, c, outputs = t.state, t.state, []
        for x in t.steps:
            i, f, g, o = torch.chunk(torch.addmm(x, h, t.recurrent), 4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs)

    return {
        "conv 3x3": lambda t: conv(t.image, t.kernel, padding=1),
        "conv 3x3, strides 2": lambda t: conv(t.image, t.kernel, stride=2),
        "depthwise_conv 3x3": lambda t: conv(t.image, t.depth.reshape(3, 3, 1, 64), padding=1, groups=64),
        "max_pool 2": lambda t: last(torch.max_pool2d(first(t.image), 2)),
        "average_pool 3, strides 2": lambda t: last(functional.avg_pool2d(first(t.image), 3, 2)),
        "matmul": lambda t: torch.matmul(t.matrix, t.weights),
        "einsum abc,dc->abd": lambda t: torch.einsum("abc,dc->abd", t.batch3, t.channels_2d),
        "dot": lambda t: torch.matmul(t.batch3, t.channels_2d),
        "dot_product_attention": attention,
        "dot_product_attention, causal": lambda t: attention(t, is_causal=True),
        "resize bilinear": resized(160, "bilinear"),
        "resize bilinear, larger": resized(320, "bilinear"),
        "resize bicubic": resized(160, "bicubic"),
        "resize nearest": resized(160, "nearest-exact"),
        "sort": lambda t: torch.sort(t.long),
        "argsort": lambda t: torch.argsort(t.long),
        "top_k": lambda t: torch.topk(t.long, 10),
        "segment_sum": lambda t: torch.zeros((1000, 64), dtype=t.rows.dtype, device=t.rows.device).index_add(
            0, t.ids, t.rows
        ),
        "scan, LSTM": lstm,
        "softmax": lambda t: torch.softmax(t.tokens, -1),
        "log_softmax": lambda t: torch.log_softmax(t.tokens, -1),
        "gelu": lambda t: functional.gelu(t.tokens, approximate="tanh"),
        "layer_normalization": lambda t: functional.layer_norm(t.tokens, (512,), t.scale, t.scale, 1e-3),
        "batch_normalization": lambda t: last(
            functional.batch_norm(first(t.image), t.channels, t.spread, t.channels, t.channels, eps=1e-3)
        ),
        "var": lambda t: torch.var(t.tokens, -1, correction=0),
        "logsumexp": lambda t: torch.logsumexp(t.tokens, -1),
    }


def tensorflow_by_hand(names):
    tf = names["tf"]

    def attention(t):
        logits = tf.einsum("btnh,bsnh->bnts", t.heads, t.heads) * tf.cast(0.125, t.heads.dtype)
        return tf.einsum("bnts,bsnv->btnv", tf.nn.softmax(logits), t.heads)

    def resized(side, method):
        return lambda t: tf.cast(tf.image.resize(t.pictures, (side, side), method), t.pictures.dtype)

    def step(state, x, recurrent):
        h, c = state
        i, f, g, o = tf.split(x + tf.matmul(h, recurrent), 4, 1)
        c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
        return tf.sigmoid(o) * tf.tanh(c), c

    def batch_normalized(t):
        return tf.nn.batch_normalization(t.image, t.channels, t.spread, t.channels, t.channels, 1e-3)

    def normalized(t):
        mean, variance = tf.nn.moments(t.tokens, -1, keepdims=True)
        return tf.nn.batch_normalization(t.tokens, mean, variance, t.scale, t.scale, 1e-3)

    return {
        "conv 3x3": lambda t: tf.nn.conv2d(t.image, t.kernel, 1, "SAME"),
        "conv 3x3, strides 2": lambda t: tf.nn.conv2d(t.image, t.kernel, 2, "VALID"),
        "depthwise_conv 3x3": lambda t: tf.nn.depthwise_conv2d(t.image, t.depth, (1, 1, 1, 1), "SAME"),
        "max_pool 2": lambda t: tf.nn.max_pool2d(t.image, 2, 2, "VALID"),
        "average_pool 3, strides 2": lambda t: tf.nn.avg_pool2d(t.image, 3, 2, "VALID"),
        "matmul": lambda t: tf.matmul(t.matrix, t.weights),
        "einsum abc,dc->abd": lambda t: tf.einsum("abc,dc->abd", t.batch3, t.channels_2d),
        "dot": lambda t: tf.tensordot(t.batch3, t.channels_2d, 1),
        "dot_product_attention": attention,
        "resize bilinear": resized(160, "bilinear"),
        "resize bilinear, larger": resized(320, "bilinear"),
        "resize bicubic": resized(160, "bicubic"),
        "resize nearest": resized(160, "nearest"),
        "sort": lambda t: tf.sort(t.long),
        "argsort": lambda t: tf.argsort(t.long),
        "top_k": lambda t: tf.math.top_k(t.long, 10),
        "segment_sum": lambda t: tf.math.unsorted_segment_sum(t.rows, t.ids, 1000),
        "scan, LSTM": lambda t: tf.scan(lambda s, x: step(s, x, t.recurrent), t.steps, (t.state, t.state))[0],
        "softmax": lambda t: tf.nn.softmax(t.tokens),
        "log_softmax": lambda t: tf.nn.log_softmax(t.tokens),
        "gelu": lambda t: tf.nn.gelu(t.tokens, True),
        "layer_normalization": normalized,
        "batch_normalization": batch_normalized,
        "var": lambda t: tf.math.reduce_variance(t.tokens, -1),
        "logsumexp": lambda t: tf.reduce_logsumexp(t.tokens, -1),
    }


def waiting(function, tensors, names):
    """A call that ends when its result is there."""
    if ENGINE == "jax":
        return lambda: names["jax"].block_until_ready(function(tensors))
    if ENGINE == "torch" and ON_GPU:
        return lambda: (function(tensors), names["torch"].cuda.synchronize())
    if ENGINE == "tensorflow" and ON_GPU:
        return lambda: [np.asarray(x) for x in keras.tree.flatten(function(tensors))]
    return lambda: function(tensors)


def compute(chosen):
    """Rows `(title, by hand, here)`, in milliseconds; `None` where there is nothing to compare with."""
    names = engine_names()
    hands = by_hand(names)
    for dtype in ("float32", "bfloat16"):
        tensors = Tensors(dtype)
        for title, here in COMPUTE.items():
            full_title = f"{title}, {dtype}"
            if not chosen(full_title):
                continue
            functions = [hands[title], here] if title in hands else [here]
            try:
                timers = [timer("run()", run=waiting(function, tensors, names)) for function in functions]
                found = [seconds * 1e3 for seconds in best(timers, least=0.01, rounds=25, limit=2.5)]
            except Exception as error:
                print(f"{full_title}: {type(error).__name__}: {str(error)[:100]}", file=sys.stderr)
                continue
            yield (full_title, *([None] * (2 - len(found))), *found)


# ---------------------------------------------------------------------------------------------------------------------
# Tables


def show_overhead(rows):
    print(f"{'us per eager call':32}{'by hand':>10}{'here':>10}{'overhead':>10}{'symbolic':>10}")
    above = 0
    for title, hand, here, *symbolic in rows:
        high = here - hand > GOALS[BACKEND] or (symbolic and symbolic[0] > SYMBOLIC_GOAL)
        above += bool(high)
        last = f"{symbolic[0]:10.2f}" if symbolic else " " * 10
        print(f"{title:32}{hand:10.2f}{here:10.2f}{here - hand:10.2f}{last}{' *' if high else ''}", flush=True)
    print(f"{above} above {GOALS[BACKEND]} us eager or {SYMBOLIC_GOAL} us symbolic")


def show_pairs(rows):
    print(f"{'':44}{'by hand':>11}{'here':>11}{'ratio':>8}")
    for title, hand, here in rows:
        first, ratio = ("", "") if hand is None else (f"{hand:.3f}", f"{here / hand:.3f}")
        print(f"{title:44}{first:>11}{here:11.3f}{ratio:>8}", flush=True)


SECTIONS = {"overhead": (overhead, show_overhead), "trace": (trace, show_pairs), "compute": (compute, show_pairs)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in SECTIONS:
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--only", default="", help="rows whose title contains this")
    parser.add_argument("--json", action="store_true", help="rows as JSON instead of tables")
    options = parser.parse_args()
    wanted = [name for name in SECTIONS if getattr(options, name)] or list(SECTIONS)
    found = {}
    for name in wanted:
        measure, show = SECTIONS[name]
        rows = measure(lambda title: options.only in title)
        if options.json:
            found[name] = list(rows)
            continue
        print(f"\n{name}: {BACKEND}, keras {keras.__version__}")
        kept = found[name] = []
        show(row for row in rows if kept.append(row) is None)
    if options.json:
        print(json.dumps(found))
    return {f"{name}: {row[0]}": row[2] for name, rows in found.items() for row in rows}


if __name__ == "__main__":
    out = main()
