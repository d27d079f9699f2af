"""Tensors of another engine's graph go through layers and ops: in pipelines of `tf.data`, in functions of TensorFlow."""

import numpy as np
import pytest

import keras
from keras.src import backend, layers, ops
from keras.src.backend import door, loader
from keras.src.backend.common import dtypes
from keras.src.testing import engine

tf = pytest.importorskip("tensorflow")

X = np.random.default_rng(0).normal(size=(12, 4)).astype("float32")


def in_pipeline(function, data=X, batch_size=5):
    """Batches that a pipeline gives, which calls `function` on tensors of TensorFlow's graph."""
    dataset = tf.data.Dataset.from_tensor_slices(data).batch(batch_size).map(function)
    return [batch.numpy() for batch in dataset]


def in_function(function, x):
    """The result of a traced function of TensorFlow, of unknown batch size, in which nothing calls Python back."""
    spec = tf.TensorSpec((None, *x.shape[1:]), x.dtype)
    traced = tf.function(function, input_signature=[spec]).get_concrete_function()
    assert not [op.type for op in traced.graph.get_operations() if "PyFunc" in op.type]
    return traced(tf.constant(x))


def adapted():
    layer = layers.Normalization()
    layer.adapt(X)
    return layer


PREPARING = {
    "rescaling": lambda: layers.Rescaling(0.5, 1.0),
    "rescaling of channels": lambda: layers.Rescaling([1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 0.0, 1.0]),
    "normalization": adapted,
    "sequential": lambda: keras.Sequential([layers.Rescaling(2.0), adapted()]),
}
BY_HAND = {
    "rescaling": lambda x: x * 0.5 + 1,
    "rescaling of channels": lambda x: x * [1, 2, 3, 4] + [0, 1, 0, 1],
    "normalization": lambda x: (x - X.mean(0)) / X.std(0),
    "sequential": lambda x: (2 * x - X.mean(0)) / X.std(0),
}


@pytest.mark.parametrize("name", PREPARING)
def test_preparing_layers_in_a_pipeline(name):
    layer = PREPARING[name]()
    np.testing.assert_allclose(np.concatenate(in_pipeline(layer)), BY_HAND[name](X), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(in_function(layer, X), BY_HAND[name](X), rtol=1e-5, atol=1e-5)


class Jitter(layers.Layer):
    """Adds noise whose shape needs no tensor where the batch size is known."""

    def __init__(self, seed):
        super().__init__()
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, x):
        return x + keras.random.uniform(ops.shape(x), seed=self.generator)


def test_random_layers_draw_anew_for_each_batch():
    first, second, third = in_pipeline(Jitter(1), np.zeros((12, 4), "float32"), 4)
    assert 0 <= first.min() and first.max() < 1
    assert len({batch.tobytes() for batch in (first, second, third)}) == 3
    again = in_pipeline(Jitter(1), np.zeros((12, 4), "float32"), 4)
    np.testing.assert_array_equal(first, again[0])


OF_CONSTANTS = {
    "shuffle": lambda seed: keras.random.shuffle(np.arange(64), seed=seed),
    "dropout": lambda seed: keras.random.dropout(np.ones((64,), "float32"), 0.5, seed=seed),
    "categorical": lambda seed: keras.random.categorical(np.zeros((1, 64), "float32"), 64, seed=seed)[0],
    "gamma": lambda seed: keras.random.gamma((64,), np.ones(64, "float32"), seed=seed),
    "beta": lambda seed: keras.random.beta((64,), [1.0] * 64, np.ones(64, "float32"), seed=seed),
    "binomial": lambda seed: keras.random.binomial((64,), np.full(64, 9.0, "float32"), 0.5, seed=seed),
}


@pytest.mark.parametrize("name", OF_CONSTANTS)
def test_draws_from_constants_are_of_the_graph(name):
    """What parameterizes a draw may be an array, which belongs to no engine."""
    generator = keras.random.SeedGenerator(1)

    def draw(x):
        drawn = OF_CONSTANTS[name](generator)
        assert tf.is_tensor(drawn) and drawn.shape == (64,)
        return ops.cast(drawn, "float32")

    first, second = in_pipeline(draw, np.zeros((2, 1), "float32"), 1)
    assert (first != second).any()
    if name == "shuffle":
        np.testing.assert_array_equal(np.sort(first), np.arange(64))


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("antialias", [False, True])
def test_sizes_of_images_that_are_tensors(interpolation, antialias):
    """The shorter side gets a given size, whatever the image; constants stay constants in any interpolation."""

    def resized(x):
        height, width = ops.shape(x)[0] * 2, ops.shape(x)[1] // 2
        return ops.image.resize(x, (height, width), interpolation=interpolation, antialias=antialias)

    traced = tf.function(resized, input_signature=[tf.TensorSpec((None, None, 3), "float32")])
    np.testing.assert_allclose(traced(np.ones((4, 6, 3), "float32")), np.ones((8, 3, 3)), rtol=1e-5)
    of_known_size = tf.function(
        lambda x, size: ops.image.resize(x, (size, size), interpolation=interpolation, antialias=antialias)
    )
    np.testing.assert_allclose(
        of_known_size(np.ones((4, 6, 3), "float32"), tf.constant(3)), np.ones((3, 3, 3)), rtol=1e-5
    )


def test_draws_of_known_shape_are_of_the_graph():
    generator = keras.random.SeedGenerator(1)
    batches = in_pipeline(lambda x: x + keras.random.normal((4,), seed=generator), np.zeros((3, 4), "float32"), 1)
    assert len({batch.tobytes() for batch in batches}) == 3


def test_dropout_in_a_pipeline():
    layer = layers.Dropout(0.5, seed=3)
    dropped = np.concatenate(in_pipeline(lambda x: layer(x, training=True), np.ones((200, 4), "float32"), 10))
    assert set(np.unique(dropped)) == {0.0, 2.0}
    assert 0.4 < (dropped == 0).mean() < 0.6
    assert len({row.tobytes() for row in dropped.reshape(20, -1)}) > 1


class Own(layers.Layer):
    """A layer as users write it: weights, ops and operators, a size that is not known."""

    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
        self.scale = self.add_weight(shape=(self.units,), initializer="ones", name="scale")

    def call(self, x):
        y = ops.tanh(ops.matmul(x, self.kernel)) * self.scale
        return y + ops.sum(self.kernel) + ops.zeros((ops.shape(x)[0], 1)) + self.scale[0]


def dense_model():
    inputs = keras.Input((4,))
    x = Own(3)(inputs)
    x = layers.BatchNormalization()(x)
    return keras.Model(inputs, layers.Dense(2, activation="softmax")(x)), X


def recurrent_model(mask_zero):
    inputs = keras.Input((5,), dtype="int32")
    x = layers.Embedding(7, 4, mask_zero=mask_zero)(inputs)
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(x)
    x = layers.GRU(3)(layers.Dropout(0.5)(x))
    return keras.Model(inputs, x), np.random.default_rng(1).integers(0, 7, (6, 5)).astype("int32")


def transformer():
    inputs = keras.Input((5, 8))
    x = layers.MultiHeadAttention(2, 4)(inputs, inputs, use_causal_mask=True)
    x = layers.LayerNormalization()(layers.Add()([x, inputs]))
    x = layers.EinsumDense("abc,cd->abd", output_shape=(None, 6), activation="gelu")(x)
    return keras.Model(inputs, x[:, -1]), np.random.default_rng(2).normal(size=(3, 5, 8)).astype("float32")


def convnet():
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(inputs)
    x = layers.Flatten()(layers.MaxPooling2D()(x))
    return keras.Model(inputs, layers.Dense(2)(x)), np.random.default_rng(3).normal(size=(3, 8, 8, 3)).astype("float32")


MODELS = {
    "dense": dense_model,
    "masked recurrent": lambda: recurrent_model(True),
    "recurrent": lambda: recurrent_model(False),
    "transformer": transformer,
    "convnet": convnet,
}


@pytest.mark.parametrize("name", MODELS)
def test_models_in_a_function(name):
    model, x = MODELS[name]()
    np.testing.assert_allclose(in_function(model, x), ops.convert_to_numpy(model(x)), rtol=1e-4, atol=2e-5)


@pytest.mark.parametrize("name", MODELS)
def test_weights_mapped_to_variables_of_the_graph(name):
    model, x = MODELS[name]()
    weights = [tf.Variable(ops.convert_to_numpy(v)) for v in model.variables]

    @tf.function(input_signature=[tf.TensorSpec((None, *x.shape[1:]), x.dtype)])
    def call(x):
        with keras.StatelessScope([(v, w.value()) for v, w in zip(model.variables, weights)]):
            return model(x, training=False)

    np.testing.assert_allclose(call(x), ops.convert_to_numpy(model(x)), rtol=1e-4, atol=2e-5)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(call(x) ** 2)
    trained = [w for v, w in zip(model.variables, weights) if v.trainable]
    gradients = tape.gradient(total, trained)
    assert all(g is not None for g in gradients) and any(np.any(tf.convert_to_tensor(g)) for g in gradients)
    before = call(x).numpy()
    for weight in trained:
        weight.assign(weight * 0.5)
    assert not np.allclose(before, call(x))


def test_layers_are_built_by_their_first_call_in_a_graph():
    layer = layers.Dense(3)
    batches = in_pipeline(layer)
    np.testing.assert_allclose(np.concatenate(batches), ops.convert_to_numpy(layer(X)), rtol=1e-5, atol=1e-6)


CALLS = {
    "cast": lambda x: ops.cast(x, "int32"),
    "shape": lambda x: ops.stack([ops.cast(n, "float32") for n in ops.shape(x)]),
    "convert": lambda x: ops.convert_to_tensor([ops.sum(x), 1.0]),
    "einsum": lambda x: ops.einsum("ij,kj->ik", x, np.ones((2, 4), "float32")),
    "slice": lambda x: ops.get_item(x, (slice(None), slice(1, 3))),
    "scan": lambda x: ops.scan(lambda c, row: (c + row, c * 2), ops.zeros((4,)), x)[1],
    "while": lambda x: ops.while_loop(lambda v: ops.sum(v) < 100, lambda v: v * 2, [ops.abs(x) + 1])[0],
    "cond": lambda x: ops.cond(ops.sum(x) > 0, lambda: x + 1, lambda: x - 1),
    "fori": lambda x: ops.fori_loop(0, 3, lambda i, v: v * 2 + ops.cast(i, "float32"), x),
    "switch": lambda x: ops.switch(ops.cast(ops.sum(ops.abs(x)) > 0, "int32"), [lambda v: v, lambda v: -v], x),
    "map": lambda x: ops.map(lambda row: ops.sum(row) * 2, x),
    "beside arrays": lambda x: ops.concatenate([x, np.ones((12, 1), "float32")], axis=-1),
    "beside numbers": lambda x: ops.maximum(x, 0.25),
    "of a composite": lambda x: ops.rot90(ops.logaddexp(x, ops.ones((4,)))),
    "integers": lambda x: ops.argmax(x, axis=1) + ops.arange(12),
    "gradient of one's own": lambda x: ops.custom_gradient(lambda v: (v * 2, lambda *a, upstream=None: upstream))(x),
}


@pytest.mark.parametrize("name", CALLS)
def test_functions_on_foreign_tensors(name):
    want = ops.convert_to_numpy(CALLS[name](ops.convert_to_tensor(X)))
    traced = tf.function(CALLS[name], autograph=False)(tf.constant(X))
    np.testing.assert_allclose(traced, want, rtol=1e-5, atol=1e-5)
    assert traced.dtype.name == str(keras.backend.standardize_dtype(want.dtype))


def test_what_is_a_tensor():
    seen = []
    tf.function(lambda x: seen.append((ops.is_tensor(x), keras.backend.is_keras_tensor(x))) or x)(tf.constant(X))
    assert seen[0] == (True, False)
    assert not ops.is_tensor(X.tolist()) and not ops.is_tensor(None) and not ops.is_tensor("x")


def test_errors_name_the_op():
    with pytest.raises(ValueError, match="reshape"):
        tf.function(lambda x: ops.reshape(x, (5, 5)), autograph=False)(tf.constant(X))


def test_eager_calls_stay_with_the_engine_while_a_guest_is_loaded():
    in_function(layers.Rescaling(2.0), X)
    assert door.building() is None
    assert backend.core.is_tensor(keras.random.normal((2,), seed=1))
    assert backend.core.is_tensor(ops.exp(tf.constant([1.0])))


@pytest.mark.skipif(not engine.DISTRIBUTIONS, reason="this engine computes on one device")
def test_variables_of_a_guest_belong_to_no_distribution():
    """An export makes them: the guest may have no such devices, and knows no layouts of the engine that runs."""
    guest = loader.Engine("tensorflow").core
    with keras.distribution.DataParallel(devices=keras.distribution.list_devices()[:1]).scope():
        own, other = (made(X, dtype="float32") for made in (backend.Variable, guest.Variable))
    assert own._layout is not None
    assert (other._layout is None) == (not issubclass(backend.Variable, guest.Variable))
    np.testing.assert_array_equal(other.numpy(), X)


class Recorded:
    """A value of a graph of one's own: what it was computed by."""

    def __init__(self, shape, dtype="float32", text="x"):
        self.shape, self.dtype, self.text = shape, dtype, text

    def __add__(self, other):
        return ops.add(self, other)


class Recorder(door.Server):
    """Writes down calls of declared ops."""

    class core:
        @staticmethod
        def cast(x, dtype):
            return Recorded(x.shape, dtype, f"cast({x.text}, {dtype})")

        @staticmethod
        def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
            return x if dtype in (None, x.dtype) else Recorder.core.cast(x, dtype)

        @staticmethod
        def shape(x):
            return x.shape

    class random:
        @staticmethod
        def uniform(shape, minval, maxval, dtype, seed):
            return Recorded(shape, dtype, "draw")

    def call(self, declaration, args):
        if declaration.kernel is None:
            return declaration.body(*args)
        texts = [x.text if isinstance(x, Recorded) else str(x) for x in args]
        return Recorded(args[0].shape, "float32", f"{declaration.name}({', '.join(texts)})")


def test_a_tracer_of_ones_own():
    recorder = Recorder()
    door.serve(Recorded, recorder)
    x = Recorded((2, 3))
    assert ops.is_tensor(x) and ops.shape(x) == (2, 3)
    assert ops.exp(ops.add(x, 1)).text == "exp(add(x, 1))"
    assert ops.cast(x, "int32").text == "cast(x, int32)"
    variable = keras.Variable(np.ones((2, 3), "float32"))
    with keras.StatelessScope([(variable, x)]):
        assert ops.negative(variable).text == "negative(x)"
        assert (variable + 2.0).text.startswith("add(x, ")
    assert backend.core.is_tensor(ops.negative(variable))
    with door.within(recorder):
        assert keras.random.uniform((2,), seed=x).text == "draw"
    with door.closed():
        assert door.building() is None


def test_dtypes_of_a_guest_are_not_kept():
    keras.backend.standardize_dtype(tf.float32)
    kept = [dtype for dtype in dtypes._names if isinstance(dtype, tf.DType)]
    assert kept == [] or isinstance(ops.ones(()), tf.Tensor)
