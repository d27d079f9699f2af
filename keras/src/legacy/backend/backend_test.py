"""Each function of `tf.keras.backend` against NumPy, or against numbers that Keras 3.15.1 gave."""

import importlib

import numpy as np
import pytest

import keras._legacy.backend as K
from keras.src import backend, constraints, layers, models, ops
from keras.src.testing import engine

NAMES = sorted(K.__all__)


def array(x):
    return np.asarray(ops.convert_to_numpy(x))


def values(*shape, low=-2.0, high=2.0, seed=0):
    return np.random.default_rng(seed).uniform(low, high, shape).astype("float32")


X, Y, P = values(2, 3), values(2, 3, seed=1), values(2, 3, low=0.1, high=0.9)
STEPS, IMAGES, VOLUMES = values(2, 4, 3), values(2, 6, 5, 3), values(1, 4, 4, 4, 2)
ONES_AND_ZEROS = np.array([[1, 0, 1], [0, 0, 0]], "float32")
PROBABILITIES = np.array([[0.1, 0.7, 0.2], [0.3, 0.3, 0.4]], "float32")
ONE_HOT = np.array([[0, 1, 0], [1, 0, 0]], "float32")
LABELS = np.array([1, 0])


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def crossentropy(target, output):
    return -target * np.log(output) - (1 - target) * np.log(1 - output)


def windows(x, sizes, strides, dilations):
    """The windows of `(batch, ..., channels)`, as `(batch, ..., *sizes, channels)`."""
    spans = [d * (k - 1) + 1 for k, d in zip(sizes, dilations)]
    rank = len(sizes)
    found = np.lib.stride_tricks.sliding_window_view(x, spans, axis=tuple(range(1, rank + 1)))
    steps = tuple(slice(None, None, s) for s in strides)
    taps = tuple(slice(None, None, d) for d in dilations)
    found = found[(slice(None), *steps, slice(None), *taps)]
    return np.moveaxis(found, rank + 1, -1)


def padded(x, sizes, strides, dilations, fill=0.0):
    """Padded as for `padding="same"`."""
    around = [(0, 0)]
    for size, k, s, d in zip(x.shape[1:-1], sizes, strides, dilations):
        beyond = max((-(-size // s) - 1) * s + d * (k - 1) + 1 - size, 0)
        around.append((beyond // 2, beyond - beyond // 2))
    return np.pad(x, [*around, (0, 0)], constant_values=fill)


def conv(x, kernel, strides=None, dilations=None, same=False):
    rank = kernel.ndim - 2
    strides, dilations = strides or (1,) * rank, dilations or (1,) * rank
    x = padded(x, kernel.shape[:rank], strides, dilations) if same else x
    found = windows(x, kernel.shape[:rank], strides, dilations)
    return np.tensordot(found, kernel, rank + 1)


def pool(x, sizes, strides, reduce, same=False):
    ones = (1,) * len(sizes)
    x = padded(x, sizes, strides, ones, np.nan) if same else x
    return reduce(windows(x, sizes, strides, ones), axis=tuple(range(-len(sizes) - 1, -1)))


def conv_transpose(x, kernel, output_shape, strides, same):
    """Each pixel adds its multiple of the kernel to the result."""
    (b, h, w, _), (kh, kw) = x.shape, kernel.shape[:2]
    whole = np.zeros((b, (h - 1) * strides[0] + kh + 9, (w - 1) * strides[1] + kw + 9, kernel.shape[2]), "float32")
    for i in range(h):
        for j in range(w):
            top, left = i * strides[0], j * strides[1]
            whole[:, top : top + kh, left : left + kw] += np.tensordot(x[:, i, j], kernel, (1, 3))
    spans = [((n - 1) * s + k - out) for n, s, k, out in zip((h, w), strides, (kh, kw), output_shape[1:3])]
    top, left = (max(span, 0) // 2 if same else 0 for span in spans)
    return whole[:, top : top + output_shape[1], left : left + output_shape[2]]


K1, K2, K3 = values(2, 3, 4, seed=3), values(2, 3, 3, 4, seed=3), values(2, 2, 2, 2, 3, seed=3)
DEPTHWISE, POINTWISE = values(2, 3, 3, 2, seed=4), values(1, 1, 6, 4, seed=5)


def depthwise(x, kernel):
    found = windows(x, kernel.shape[:2], (1, 1), (1, 1))
    return np.einsum("bhwijc,ijcm->bhwcm", found, kernel).reshape((*found.shape[:3], -1))


def first(x):
    return np.moveaxis(x, -1, 1)


# Name, arguments, keyword arguments, what NumPy gives.
ROWS = [
    ("abs", (X,), {}, np.abs(X)),
    ("cos", (X,), {}, np.cos(X)),
    ("exp", (X,), {}, np.exp(X)),
    ("log", (P,), {}, np.log(P)),
    ("round", (np.array([0.5, 1.5, -0.6], "float32"),), {}, [0, 2, -1]),
    ("sigmoid", (X,), {}, sigmoid(X)),
    ("sign", (X,), {}, np.sign(X)),
    ("sin", (X,), {}, np.sin(X)),
    ("softplus", (X,), {}, np.log1p(np.exp(X))),
    ("softsign", (X,), {}, X / (1 + np.abs(X))),
    ("square", (X,), {}, X**2),
    ("tanh", (X,), {}, np.tanh(X)),
    ("sqrt", (np.array([-1.0, 4.0], "float32"),), {}, [0, 2]),
    ("pow", (P, 3), {}, P**3),
    ("clip", (X, -1, 1), {}, np.clip(X, -1, 1)),
    ("clip", (X, 1, -1), {}, np.ones_like(X)),
    ("clip", (X, None, 1), {}, np.minimum(X, 1)),
    ("clip", (np.array([1, 5, 9]), 2, None), {}, [2, 5, 9]),
    ("equal", (X, X), {}, np.ones((2, 3), bool)),
    ("not_equal", (X, Y), {}, X != Y),
    ("greater", (X, Y), {}, X > Y),
    ("greater_equal", (X, X), {}, np.ones((2, 3), bool)),
    ("less", (X, Y), {}, X < Y),
    ("less_equal", (X, X), {}, np.ones((2, 3), bool)),
    ("maximum", (X, Y), {}, np.maximum(X, Y)),
    ("minimum", (X, Y), {}, np.minimum(X, Y)),
    ("elu", (X,), {"alpha": 0.5}, np.where(X > 0, X, 0.5 * np.expm1(X))),
    ("relu", (X,), {}, np.maximum(X, 0)),
    ("relu", (X, 0.1, 1.0, 0.5), {}, np.where(X < 0.5, 0.1 * (X - 0.5), np.minimum(X, 1))),
    ("hard_sigmoid", (X,), {}, np.clip(0.2 * X + 0.5, 0, 1)),
    ("softmax", (X,), {}, softmax(X)),
    ("softmax", (X, 0), {}, softmax(X, 0)),
    ("l2_normalize", (X, 1), {}, X / np.linalg.norm(X, axis=1, keepdims=True)),
    ("l2_normalize", (X * 0,), {}, X * 0),
    *(
        (name, (X,), options, getattr(np, name)(X, **options))
        for name in ("max", "min", "sum", "prod", "std", "var", "mean")
        for options in ({}, {"axis": 0}, {"axis": -1, "keepdims": True})
    ),
    ("all", (ONES_AND_ZEROS, 1), {}, [False, False]),
    ("any", (ONES_AND_ZEROS, 1), {"keepdims": True}, [[True], [False]]),
    ("argmax", (X,), {}, X.argmax(-1)),
    ("argmin", (X, 0), {}, X.argmin(0)),
    ("cumsum", (X,), {}, X.cumsum(0)),
    ("cumprod", (X, 1), {}, X.cumprod(1)),
    ("concatenate", ([X, Y],), {}, np.concatenate([X, Y], -1)),
    ("stack", ([X, Y],), {"axis": -1}, np.stack([X, Y], -1)),
    ("reshape", (X, (3, -1)), {}, X.reshape((3, 2))),
    ("permute_dimensions", (STEPS, (0, 2, 1)), {}, STEPS.transpose((0, 2, 1))),
    ("transpose", (STEPS,), {}, STEPS.T),
    ("expand_dims", (X,), {}, X[..., None]),
    ("squeeze", (X[None], 0), {}, X),
    ("flatten", (X,), {}, X.ravel()),
    ("batch_flatten", (STEPS,), {}, STEPS.reshape((2, 12))),
    ("tile", (X, [1, 2]), {}, np.tile(X, [1, 2])),
    ("repeat", (X, 2), {}, np.stack([X, X], 1)),
    ("repeat_elements", (X, 2, 1), {}, X.repeat(2, 1)),
    ("reverse", (X, [0, 1]), {}, X[::-1, ::-1]),
    ("gather", (X, np.array([[1], [0]])), {}, X[[[1], [0]]]),
    ("one_hot", (np.array([0, 2, 5]), 3), {}, [[1, 0, 0], [0, 0, 1], [0, 0, 0]]),
    ("resize_images", (IMAGES, 2, 3, "channels_last"), {}, IMAGES.repeat(2, 1).repeat(3, 2)),
    ("resize_images", (IMAGES, 2, 3, "channels_first"), {}, IMAGES.repeat(2, 2).repeat(3, 3)),
    ("resize_volumes", (VOLUMES, 2, 1, 3, "channels_last"), {}, VOLUMES.repeat(2, 1).repeat(3, 3)),
    ("resize_volumes", (VOLUMES, 2, 1, 3, "channels_first"), {}, VOLUMES.repeat(2, 2).repeat(3, 4)),
    ("temporal_padding", (STEPS, (2, 0)), {}, np.pad(STEPS, ((0, 0), (2, 0), (0, 0)))),
    ("spatial_2d_padding", (IMAGES,), {}, np.pad(IMAGES, ((0, 0), (1, 1), (1, 1), (0, 0)))),
    (
        "spatial_2d_padding",
        (IMAGES, ((1, 0), (0, 2)), "channels_first"),
        {},
        np.pad(IMAGES, ((0, 0), (0, 0), (1, 0), (0, 2))),
    ),
    ("spatial_3d_padding", (VOLUMES,), {}, np.pad(VOLUMES, ((0, 0), (1, 1), (1, 1), (1, 1), (0, 0)))),
    ("constant", ([1, 2],), {}, [1.0, 2.0]),
    ("constant", (3,), {"shape": (2, 2)}, np.full((2, 2), 3.0)),
    ("zeros", ((2, 3),), {}, np.zeros((2, 3))),
    ("ones", ((2, 3),), {}, np.ones((2, 3))),
    ("eye", (3,), {}, np.eye(3)),
    ("zeros_like", (X,), {}, X * 0),
    ("ones_like", (X,), {}, X * 0 + 1),
    ("arange", (5,), {}, np.arange(5)),
    ("arange", (2, 9, 3), {}, [2, 5, 8]),
    ("arange", (-3,), {}, []),
    ("cast", (X, "int32"), {}, X.astype("int32")),
    ("cast_to_floatx", ([1, 2],), {}, [1.0, 2.0]),
    ("shape", (X,), {}, [2, 3]),
    ("to_dense", (X,), {}, X),
    ("stop_gradient", (X,), {}, X),
    ("binary_crossentropy", (ONES_AND_ZEROS, P), {}, crossentropy(ONES_AND_ZEROS, P)),
    ("binary_crossentropy", (ONES_AND_ZEROS, X, True), {}, crossentropy(ONES_AND_ZEROS, sigmoid(X))),
    (
        "binary_focal_crossentropy",
        (ONES_AND_ZEROS, X),
        {"from_logits": True},
        crossentropy(ONES_AND_ZEROS, sigmoid(X)) * np.abs(ONES_AND_ZEROS - sigmoid(X)) ** 2,
    ),
    (
        "binary_focal_crossentropy",
        (ONES_AND_ZEROS, P, True, 0.3, 1.5),
        {},
        crossentropy(ONES_AND_ZEROS, P) * np.abs(ONES_AND_ZEROS - P) ** 1.5 * np.where(ONES_AND_ZEROS == 1, 0.3, 0.7),
    ),
    ("categorical_crossentropy", (ONE_HOT, PROBABILITIES * 2), {}, -np.log([0.7, 0.3])),
    ("categorical_crossentropy", (ONE_HOT, X, True), {}, -np.log(softmax(X)[[0, 1], LABELS])),
    (
        "categorical_focal_crossentropy",
        (ONE_HOT, PROBABILITIES, 0.5, 3.0),
        {},
        [-np.log(0.7) * 0.5 * 0.3**3, -np.log(0.3) * 0.5 * 0.7**3],
    ),
    (
        "categorical_focal_crossentropy",
        (ONE_HOT, X),
        {"from_logits": True},
        [-np.log(p) * 0.25 * (1 - p) ** 2 for p in softmax(X)[[0, 1], LABELS]],
    ),
    ("sparse_categorical_crossentropy", (LABELS[:, None], PROBABILITIES), {}, -np.log([0.7, 0.3])),
    ("sparse_categorical_crossentropy", (LABELS, PROBABILITIES), {"ignore_class": 0}, [-np.log(0.7), 0]),
    ("in_top_k", (PROBABILITIES, np.array([1, 1]), 1), {}, [True, False]),
    ("conv1d", (STEPS, K1, 1, "same"), {}, conv(STEPS, K1, same=True)),
    ("conv1d", (STEPS, K1, 2), {}, conv(STEPS, K1, (2,))),
    (
        "conv1d",
        (STEPS, K1, 1, "causal"),
        {"dilation_rate": 2},
        conv(np.pad(STEPS, ((0, 0), (2, 0), (0, 0))), K1, None, (2,)),
    ),
    ("conv2d", (IMAGES, K2, (2, 1), "same"), {}, conv(IMAGES, K2, (2, 1), same=True)),
    ("conv2d", (IMAGES, K2), {"dilation_rate": (1, 2)}, conv(IMAGES, K2, None, (1, 2))),
    ("conv2d", (first(IMAGES), K2), {"data_format": "channels_first"}, first(conv(IMAGES, K2))),
    ("conv3d", (VOLUMES, K3, (2, 2, 2)), {}, conv(VOLUMES, K3, (2, 2, 2))),
    *(
        (
            "conv2d_transpose",
            (IMAGES, values(2, 3, 4, 3, seed=6), shape, (2, 1), padding),
            {},
            conv_transpose(IMAGES, values(2, 3, 4, 3, seed=6), shape, (2, 1), padding == "same"),
        )
        for shape, padding in (((2, 12, 7, 4), "valid"), ((2, 13, 7, 4), "valid"), ((2, 12, 5, 4), "same"))
    ),
    ("depthwise_conv2d", (IMAGES, DEPTHWISE), {}, depthwise(IMAGES, DEPTHWISE)),
    (
        "separable_conv2d",
        (IMAGES, DEPTHWISE, POINTWISE),
        {},
        np.tensordot(depthwise(IMAGES, DEPTHWISE), POINTWISE[0, 0], 1),
    ),
    ("pool2d", (IMAGES, (3, 2), (2, 2)), {}, pool(IMAGES, (3, 2), (2, 2), np.max)),
    (
        "pool2d",
        (IMAGES, (2, 2), (1, 1), "same"),
        {"pool_mode": "avg"},
        pool(IMAGES, (2, 2), (1, 1), np.nanmean, True),
    ),
    ("pool3d", (VOLUMES, (2, 2, 2)), {}, pool(VOLUMES, (2, 2, 2), (1, 1, 1), np.max)),
    ("bias_add", (IMAGES, np.arange(3.0, dtype="float32")), {}, IMAGES + np.arange(3)),
    (
        "bias_add",
        (IMAGES, np.arange(6.0, dtype="float32"), "channels_first"),
        {},
        IMAGES + np.arange(6).reshape((6, 1, 1)),
    ),
    ("bias_add", (STEPS, STEPS[0]), {}, STEPS + STEPS[0]),
    (
        "batch_normalization",
        (X, Y[0], P[0], X[1], Y[1]),
        {},
        (X - Y[0]) / np.sqrt(P[0] + 1e-3) * Y[1] + X[1],
    ),
    (
        "batch_normalization",
        (STEPS, np.zeros(4, "float32"), np.arange(1, 5, dtype="float32"), None, None, 1, 0.5),
        {},
        STEPS / np.sqrt(np.arange(1, 5) + 0.5)[:, None],
    ),
    ("dot", (X, values(3, 4)), {}, X @ values(3, 4)),
    ("dot", (STEPS, values(5, 3, 6)), {}, np.dot(STEPS, values(5, 3, 6))),
    ("batch_dot", (X, Y), {}, (X * Y).sum(1, keepdims=True)),
    ("batch_dot", (STEPS, values(2, 3, 5)), {}, STEPS @ values(2, 3, 5)),
    ("batch_dot", (STEPS, values(2, 6, 3), 2), {}, STEPS @ values(2, 6, 3).transpose((0, 2, 1))),
    ("batch_dot", (STEPS, values(2, 4), (1, 1)), {}, np.einsum("bij,bi->bj", STEPS, values(2, 4))),
    ("batch_dot", (IMAGES, values(2, 3, 4), (3, 1)), {}, np.einsum("bijk,bkl->bijl", IMAGES, values(2, 3, 4))),
    ("switch", (np.array(False), X, Y), {}, Y),
    ("switch", (X > 0, X, Y), {}, np.where(X > 0, X, Y)),
    ("switch", (np.array([True, False]), X, Y), {}, np.stack([X[0], Y[1]])),
    ("map_fn", (lambda x: ops.sum(x), X), {}, X.sum(1)),
    ("map_fn", (lambda x: x[0] + x[1], (X, Y)), {"dtype": "int32"}, (X + Y).astype("int32")),
    ("foldl", (lambda a, x: a * 2 + x, np.arange(4.0)), {}, 11.0),
    ("foldl", (lambda a, x: a * 2 + x, np.arange(4.0), 1.0), {}, 27.0),
    ("foldr", (lambda a, x: a * 2 + x, np.arange(4.0)), {}, 34.0),
    ("foldr", (lambda a, x: a * 2 + x, np.arange(4.0), 1.0), {}, 50.0),
]
BY_THEMSELVES = {
    *("variable", "get_value", "set_value", "batch_get_value", "batch_set_value", "eval", "update", "update_add"),
    *("update_sub", "moving_average_update", "dtype", "ndim", "int_shape", "count_params", "is_sparse", "name_scope"),
    *("gradients", "rnn", "ctc_batch_cost", "ctc_decode", "ctc_label_dense_to_sparse", "dropout", "random_bernoulli"),
    *("random_normal", "random_normal_variable", "random_uniform", "random_uniform_variable", "truncated_normal"),
}
"""What has a test of its own below."""


def as_tensors(value):
    if isinstance(value, (list, tuple)) and value and isinstance(value[0], np.ndarray):
        return type(value)(as_tensors(x) for x in value)
    return ops.convert_to_tensor(value) if isinstance(value, np.ndarray) else value


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]}-{i}" for i, row in enumerate(ROWS)])
def test_against_numpy(row):
    name, args, options, expected = row
    function = getattr(K, name)
    for given in (args, [as_tensors(value) for value in args]):
        result = array(function(*given, **options))
        assert result.shape == np.shape(expected)
        assert np.allclose(result, expected, rtol=1e-4, atol=2e-5)


def test_every_name_has_a_row():
    assert {row[0] for row in ROWS} | BY_THEMSELVES == set(NAMES)
    for name in NAMES:
        function = getattr(K, name)
        assert function.__name__ == name and function.__doc__
        assert getattr(importlib.import_module(function.__module__), name) is function


class TestVariables:
    def test_values(self):
        v = K.variable([[1, 2], [3, 4]], name="v", constraint=constraints.NonNeg())
        assert isinstance(v, backend.Variable) and v.dtype == "float32" and v.name == "v"
        assert isinstance(v.constraint, constraints.NonNeg)
        assert np.array_equal(K.get_value(v), [[1, 2], [3, 4]]) and np.array_equal(K.eval(v), [[1, 2], [3, 4]])
        K.set_value(v, np.zeros((2, 2)))
        assert not K.eval(v).any()
        w = K.variable([1, 2], dtype="int32")
        K.batch_set_value([(v, np.ones((2, 2))), (w, [5, 6])])
        first, second = K.batch_get_value([v, w])
        assert first.tolist() == [[1, 1], [1, 1]] and second.tolist() == [5, 6] and second.dtype == "int32"
        for made in (K.zeros((2,)), K.ones((2,), dtype="int32"), K.eye(2)):
            assert isinstance(made, backend.Variable)

    def test_updates(self):
        v = K.variable([1.0, 2.0])
        for function, value, expected in (
            (K.update, [3.0, 4.0], [3, 4]),
            (K.update_add, [1.0, 1.0], [4, 5]),
            (K.update_sub, [2.0, 0.0], [2, 5]),
        ):
            function(v, np.array(value, "float32"))
            assert K.get_value(v).tolist() == expected
        K.moving_average_update(v, np.array([0.0, 10.0], "float32"), 0.9)
        assert np.allclose(K.get_value(v), [1.8, 5.5])

    def test_what_is_known(self):
        inputs = layers.Input((3, 4))
        assert K.int_shape(inputs) == (None, 3, 4) and K.ndim(inputs) == 3 and K.dtype(inputs) == "float32"
        assert K.count_params(K.variable(X)) == 6 and K.dtype(ops.convert_to_tensor([1])) == "int32"
        assert K.is_sparse(ops.convert_to_tensor(X)) is False

    @pytest.mark.skipif(not backend.SUPPORTS_SPARSE_TENSORS, reason="the engine has no sparse tensors")
    def test_sparse_tensors(self):
        sparse = ops.one_hot([0, 2], 3, sparse=True)
        assert K.is_sparse(sparse) and not K.is_sparse(K.to_dense(sparse))
        assert array(K.to_dense(sparse)).tolist() == [[1, 0, 0], [0, 0, 1]]

    def test_scopes_and_gradients(self):
        with K.name_scope("outer"):
            assert backend.Variable(1.0, name="v").path == "outer/v"
        with pytest.raises(RuntimeError, match="GradientTape"):
            K.gradients(X, [X])
        assert [array(x).tolist() for x in K.stop_gradient([X, Y])] == [X.tolist(), Y.tolist()]


class TestRandom:
    @pytest.mark.parametrize(
        "name, args, mean, deviation, low, high",
        [
            ("random_normal", (1.0, 2.0), 1, 2, -np.inf, np.inf),
            ("truncated_normal", (1.0, 2.0), 1, 1.76, -3, 5),
            ("random_uniform", (1.0, 3.0), 2, 0.577, 1, 3),
            ("random_bernoulli", (0.3,), 0.3, 0.458, 0, 1),
            ("random_normal_variable", (1.0, 2.0), 1, 2, -np.inf, np.inf),
            ("random_uniform_variable", (1.0, 3.0), 2, 0.577, 1, 3),
        ],
    )
    def test_draws(self, name, args, mean, deviation, low, high):
        drawn = array(getattr(K, name)((200, 200), *args, seed=3))
        assert drawn.dtype == "float32" and drawn.min() >= low and drawn.max() <= high
        assert abs(drawn.mean() - mean) < 0.05 and abs(drawn.std() - deviation) < 0.05
        assert np.array_equal(drawn, array(getattr(K, name)((200, 200), *args, seed=3)))
        assert not np.array_equal(drawn, array(getattr(K, name)((200, 200), *args)))

    def test_dtypes(self):
        drawn = array(K.random_uniform((100,), 0, 3, dtype="int32"))
        assert drawn.dtype == "int32" and set(drawn) == {0, 1, 2}
        assert array(K.random_bernoulli((3,), 1.0, dtype="int32")).tolist() == [1, 1, 1]
        assert isinstance(K.random_normal_variable((2,), 0.0, 1.0, name="n"), backend.Variable)

    def test_dropout(self):
        ones = np.ones((50, 50), "float32")
        assert set(np.unique(array(K.dropout(ones, 0.5, seed=1)))) == {0.0, 2.0}
        rows = array(K.dropout(ones, 0.5, noise_shape=(50, 1), seed=1))
        assert (rows == rows[:, :1]).all() and np.array_equal(array(K.dropout(ones, 0.0)), ones)


class TestCTC:
    FRAMES = np.array([[0.2, 0.5, 0.3], [0.1, 0.2, 0.7], [0.6, 0.3, 0.1], [0.5, 0.4, 0.1]], "float32")

    def test_costs(self):
        frames = np.tile(np.array([[[0.3, 0.5, 0.2]]], "float32"), (2, 5, 1))
        costs = K.ctc_batch_cost(np.array([[1, 0], [1, 1]]), frames, np.array([[5], [4]]), np.array([[2], [1]]))
        assert np.allclose(array(costs), [[2.073857307434082], [1.842000961303711]], atol=1e-4)

    def test_decoding(self):
        frames = np.tile(self.FRAMES, (2, 1, 1))
        (labels,), scores = K.ctc_decode(frames, np.array([4, 3]))
        assert array(labels).tolist() == [[1, 0, -1, -1], [1, 0, -1, -1]]
        assert np.allclose(array(scores), [[2.2537942], [1.5606471]], atol=1e-4)
        labels, scores = K.ctc_decode(frames, np.array([4, 3]), greedy=False, beam_width=5, top_paths=2)
        assert [array(x).tolist() for x in labels] == [
            [[1, 0, -1, -1], [1, 0, -1, -1]],
            [[1, 0, 1, -1], [0, -1, -1, -1]],
        ]
        assert np.allclose(array(scores), [[-1.261955, -1.9921638], [-1.075873, -1.7429694]], atol=1e-4)

    def test_sparse_labels(self):
        pytest.importorskip("tensorflow")
        sparse = K.ctc_label_dense_to_sparse(np.array([[1, 2], [1, 0]]), np.array([2, 1]))
        assert sparse.indices.numpy().tolist() == [[0, 0], [0, 1], [1, 0]] and sparse.values.numpy().tolist() == [
            1,
            2,
            1,
        ]
        assert tuple(sparse.shape) == (2, 2)


class TestRnn:
    """Sums of what came before: the outputs are cumulative sums."""

    def run(self, **options):
        def step(x, states):
            total = ops.add(x, states[0])
            return total, [total]

        zeros = ops.zeros((4, 3) if options.get("time_major") else (2, 3))
        last, outputs, states = K.rnn(step, ops.convert_to_tensor(STEPS), [zeros], **options)
        return array(last), array(outputs), array(states[0])

    @pytest.mark.parametrize("unroll", [False, True])
    def test_over_time(self, unroll):
        last, outputs, state = self.run(unroll=unroll)
        assert np.allclose(outputs, STEPS.cumsum(1), atol=1e-5)
        assert np.allclose(last, outputs[:, -1]) and np.allclose(state, last)
        assert np.allclose(self.run(go_backwards=True, unroll=unroll)[1], STEPS[:, ::-1].cumsum(1), atol=1e-5)
        assert np.allclose(self.run(time_major=True, unroll=unroll)[1], STEPS.cumsum(0), atol=1e-5)

    def test_masks(self):
        mask = np.array([[1, 1, 0, 1], [1, 0, 0, 0]], bool)
        expected = (STEPS * mask[..., None]).cumsum(1)
        for given in (mask, mask[..., None]):
            last, outputs, state = self.run(mask=given)
            assert np.allclose(outputs, expected, atol=1e-5) and np.allclose(state, expected[:, -1], atol=1e-5)
        zeros = self.run(mask=mask, zero_output_for_mask=True)[1]
        assert np.allclose(zeros, expected * mask[..., None], atol=1e-5)
        backwards = (STEPS * mask[..., None])[:, ::-1].cumsum(1)
        assert np.allclose(self.run(mask=mask, go_backwards=True)[0], backwards[:, -1], atol=1e-5)

    def test_the_last_output_alone(self):
        last, outputs, _ = self.run(return_all_outputs=False)
        assert outputs.shape == (2, 1, 3) and np.allclose(outputs[:, 0], last)

    def test_constants(self):
        def step(x, states):
            return ops.add(x, states[1]), [states[0]]

        ones = ops.ones((2, 3))
        _, outputs, _ = K.rnn(step, ops.convert_to_tensor(STEPS), [ops.zeros((2, 3))], constants=[ones])
        assert np.allclose(array(outputs), STEPS + 1)


class TestUse:
    def test_on_symbolic_tensors(self):
        inputs = layers.Input((3, 4))
        shapes = {
            K.batch_flatten(inputs): (None, 12),
            K.batch_dot(inputs, inputs, axes=2): (None, 3, 3),
            K.dot(inputs, np.ones((4, 5), "float32")): (None, 3, 5),
            K.mean(inputs, axis=-1): (None, 3),
            K.switch(K.greater(inputs, 0), inputs, inputs): (None, 3, 4),
            K.permute_dimensions(inputs, (0, 2, 1)): (None, 4, 3),
        }
        assert {tuple(x.shape): expected for x, expected in shapes.items()} == {s: s for s in shapes.values()}

    @pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="the engine does not train")
    def test_in_losses_and_layers(self):
        class Scaled(layers.Layer):
            def call(self, x):
                return K.reshape(K.relu(x, alpha=0.1), K.shape(x))

        def loss(y_true, y_pred):
            return K.mean(K.square(y_true - y_pred), axis=-1)

        model = models.Sequential([layers.Input((3,)), layers.Dense(2), Scaled()])
        model.compile("sgd", loss)
        history = model.fit(X, X[:, :2], epochs=20, verbose=0).history["loss"]
        assert history[-1] < history[0]


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: K.batch_dot(X[0], X[0]), "at least two dimensions"),
        (lambda: K.batch_dot(X, X, 0), "axis 0"),
        (lambda: K.batch_dot(STEPS, values(3, 4, 5)), "equal sizes"),
        (lambda: K.bias_add(X, np.zeros((2, 3, 4))), "Unexpected bias dimensions"),
        (lambda: K.bias_add(X, np.zeros(3), "other"), "data_format"),
        (lambda: K.pool2d(IMAGES, (2, 2), pool_mode="sum"), "Invalid pooling mode"),
        (lambda: K.conv2d(IMAGES, K2, padding="causal"), "padding"),
        (lambda: K.conv1d(STEPS, K1, padding="causal", data_format="channels_first"), "channels_last"),
        (lambda: K.conv2d_transpose(IMAGES, K2, (2, 9, 9, 3), padding="causal"), "padding"),
        (lambda: K.softmax(X[0]), "1D"),
        (lambda: K.repeat(STEPS, 2), "two dimensions"),
        (lambda: K.resize_images(IMAGES, 2, 2, "other"), "data_format"),
        (lambda: K.resize_volumes(VOLUMES, 2, 2, 2, "other"), "data_format"),
        (lambda: K.spatial_2d_padding(IMAGES, data_format="other"), "data_format"),
        (lambda: K.switch(np.ones((2, 3, 4), bool), X, Y), "Rank of `condition`"),
    ],
)
def test_wrong_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
