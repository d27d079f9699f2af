"""What only TensorFlow can show: variables and layers in its own tools, and kernels in functions and under XLA."""

import numpy as np
import pytest

import keras
from keras.src import backend, ops
from keras.src.backend.common.keras_tensor import of_any_rank

if backend.backend() != "tensorflow":
    pytest.skip("needs the tensorflow backend", allow_module_level=True)

import tensorflow as tf

X = tf.constant([3.0, 4.0])


@keras.saving.register_keras_serializable("tensorflow_test")
class Blocks(keras.Model):
    """A model with layers in a list and in a dict."""

    def __init__(self):
        super().__init__()
        self.blocks = [keras.layers.Dense(3), keras.layers.BatchNormalization()]
        self.heads = {"a": keras.layers.Dense(2)}

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return self.heads["a"](x)


def unknown_sizes(*tensors):
    return [tf.TensorSpec([None] * x.shape.rank, x.dtype) for x in tensors]


def in_three_modes(function, *tensors):
    """Results in eager mode, in a function of unknown sizes, and compiled by XLA."""
    yield function(*tensors)
    yield tf.function(function, input_signature=unknown_sizes(*tensors), autograph=False)(*tensors)
    yield tf.function(function, jit_compile=True, autograph=False)(*tensors)


class TestVariable:
    def test_it_is_taken_for_a_tensor(self):
        v = backend.Variable([1.0, 2.0])
        for result in (tf.add(v, 1.0), tf.constant(1.0) + v, tf.raw_ops.AddV2(x=tf.ones(2), y=v)):
            np.testing.assert_array_equal(result, [2.0, 3.0])
        np.testing.assert_array_equal(tf.stack([v, v]), [[1.0, 2.0]] * 2)

    @pytest.mark.parametrize("compiled", [False, True])
    def test_a_tape_finds_its_gradient(self, compiled):
        v = backend.Variable([1.0, 2.0])

        def gradient():
            with tf.GradientTape() as tape:
                y = ops.sum(ops.square(v)) + tf.reduce_sum(v)
            return tape.gradient(y, [v])[0]

        np.testing.assert_array_equal((tf.function(gradient) if compiled else gradient)(), [3.0, 5.0])

    def test_a_tape_watches_what_is_trainable(self):
        v = backend.Variable([1.0], trainable=False)
        for trainable in (False, True):
            v.trainable = trainable
            with tf.GradientTape() as tape:
                y = ops.sum(v * 2)
            assert (tape.gradient(y, v) is not None) == trainable

    def test_its_value_does_not_follow_assignments(self):
        v = backend.Variable([1.0, 2.0])
        before = v.value
        v.assign_add([1.0, 1.0])
        np.testing.assert_array_equal(before, [1.0, 2.0])
        np.testing.assert_array_equal(v.value, [2.0, 3.0])

    def test_it_can_be_made_and_assigned_in_a_function(self):
        made = []

        @tf.function
        def count():
            if not made:
                made.append(backend.Variable(lambda shape, dtype: ops.ones(shape, dtype), shape=()))
            made[0].assign_add(1.0)
            return made[0].value

        assert [float(count()), float(count())] == [2.0, 3.0]

    def test_it_stands_in_a_module(self, tmp_path):
        module = tf.Module()
        module.v = backend.Variable([1.0, 2.0])
        module.scaled = tf.function(lambda x: x * module.v, input_signature=[tf.TensorSpec([2])])
        tf.saved_model.save(module, tmp_path)
        loaded = tf.saved_model.load(tmp_path)
        np.testing.assert_array_equal(loaded.scaled(X), [3.0, 8.0])
        checkpoint = tf.train.Checkpoint(module=module)
        path = checkpoint.save(tmp_path / "checkpoint")
        module.v.assign([0.0, 0.0])
        checkpoint.restore(path).assert_consumed()
        np.testing.assert_array_equal(module.v.numpy(), [1.0, 2.0])


class TestLayer:
    def test_lists_and_dicts_of_layers_are_saved(self, tmp_path):
        model, x = Blocks(), tf.ones((4, 3))
        expected = model(x)
        tf.saved_model.save(model, tmp_path)
        serving = tf.saved_model.load(tmp_path).signatures["serving_default"]
        np.testing.assert_allclose(serving(x)["output_0"], expected, rtol=1e-6)
        checkpoint = tf.train.Checkpoint(model=model)
        path = checkpoint.save(tmp_path / "checkpoint")
        weights = model.get_weights()
        model.set_weights([w * 0 for w in weights])
        checkpoint.restore(path).assert_consumed()
        for restored, saved in zip(model.get_weights(), weights):
            np.testing.assert_array_equal(restored, saved)

    def test_attributes_are_not_wrapped(self):
        layer = keras.layers.Layer()
        layer.numbers = [1, 2]
        assert type(layer.numbers).__module__.startswith(("keras.", "builtins"))


class TestControlFlow:
    def test_scan(self):
        def run(x):
            return ops.scan(lambda total, a: (total * a, {"sum": total + a, "none": None}), tf.constant(1.0), x)

        for last, parts in in_three_modes(run, X):
            assert float(last) == 12.0 and parts["none"] is None
            np.testing.assert_array_equal(parts["sum"], [4.0, 7.0])

    def test_gradients_of_loops(self):
        def gradient(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                last, parts = ops.scan(lambda c, a: (c * a, c + a), tf.constant(1.0), x)
                cube = ops.fori_loop(0, 3, lambda i, y: y * x, x)
                total = last + ops.sum(parts) + ops.sum(cube)
            return tape.gradient(total, x)

        for result in in_three_modes(gradient, X):
            np.testing.assert_allclose(result, [6.0 + 108.0, 4.0 + 256.0])

    def test_branches_and_while(self):
        def run(x):
            branch = ops.cond(ops.sum(x) > 0, lambda: {"y": x, "none": None}, lambda: {"y": -x, "none": None})
            chosen = ops.switch(tf.cast(x[0], "int32"), [lambda a: a, lambda a: a * 2], x)
            turns, grown = ops.while_loop(lambda i, y: i < 3, lambda i, y: [i + 1, y * 2], [0, x])
            return branch["y"], chosen, turns, grown

        for y, chosen, turns, grown in in_three_modes(run, X):
            np.testing.assert_array_equal(y, X)
            np.testing.assert_array_equal(chosen, X * 2)
            assert int(turns) == 3
            np.testing.assert_array_equal(grown, X * 8)

    @pytest.mark.parametrize("size", [1, 2, 5, 8])
    @pytest.mark.parametrize("reverse", [False, True])
    def test_associative_scan(self, size, reverse):
        x = np.random.default_rng(0).normal(size=(2, size)).astype("float32")
        expected = np.cumsum(x[:, ::-1], 1)[:, ::-1] if reverse else np.cumsum(x, 1)
        for result in in_three_modes(lambda a: ops.associative_scan(ops.add, a, reverse, 1), tf.constant(x)):
            np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5)

    def test_remat_has_the_gradients_of_the_plain_function(self):
        kernel = backend.Variable([[0.1, 0.2], [0.3, 0.4]])

        def layer(x, sign, scale=None):
            return ops.tanh(ops.matmul(x, kernel)) * (1.0 if sign else -1.0) * scale

        gradients = []
        for function in (layer, backend.remat(layer)):
            with tf.GradientTape() as tape:
                y = ops.sum(function(X[None], True, scale=2.0))
            gradients.append(tape.gradient(y, [kernel])[0])
        np.testing.assert_allclose(*gradients, rtol=1e-6)


class TestSpecs:
    def test_tracing_keeps_unknown_sizes(self):
        kernel = tf.ones((3, 5))
        spec = backend.compute_output_spec(
            lambda x: {"y": tf.matmul(x, kernel), "shape": tf.shape(x)}, backend.KerasTensor((None, 3))
        )
        assert (spec["y"].shape, spec["y"].dtype, spec["shape"].shape) == ((None, 5), "float32", (2,))
        assert backend.compute_output_spec(tf.nn.relu, of_any_rank(None, "float32")).shape is None

    def test_shape_holds_tensors_for_unknown_sizes(self):
        seen = []

        @tf.function(input_signature=[tf.TensorSpec([None, 3])])
        def first_size(x):
            seen.append(ops.shape(x))
            return ops.shape(x)[0]

        assert int(first_size(tf.ones((7, 3)))) == 7
        assert tf.is_tensor(seen[0][0]) and seen[0][1] == 3


class TestKernels:
    def test_factorisations_that_xla_lacks(self):
        a = np.random.default_rng(0).normal(size=(2, 4, 4)).astype("float32")
        sign, logarithm = np.linalg.slogdet(a)
        for result in in_three_modes(lambda x: (ops.det(x), *ops.slogdet(x), *ops.lu_factor(x)), tf.constant(a)):
            det, sign_here, logarithm_here, packed, pivots = result
            np.testing.assert_allclose(det, np.linalg.det(a), rtol=1e-4)
            np.testing.assert_array_equal(sign_here, sign)
            np.testing.assert_allclose(logarithm_here, logarithm, rtol=1e-4, atol=1e-5)
            for i in range(2):
                lower, upper = np.tril(packed[i], -1) + np.eye(4), np.triu(packed[i])
                rows = a[i].copy()
                for j, pivot in enumerate(np.asarray(pivots[i])):
                    rows[[j, pivot]] = rows[[pivot, j]]
                np.testing.assert_allclose(lower @ upper, rows, rtol=1e-4, atol=1e-5)

    def test_sort_puts_nan_last(self):
        x = tf.constant([[2.0, np.nan, -np.inf], [np.inf, 0.0, np.nan]])
        for ordered, places in in_three_modes(lambda x: (ops.sort(x), ops.argsort(x)), x):
            np.testing.assert_array_equal(ordered, np.sort(x))
            np.testing.assert_array_equal(places, np.argsort(x))

    def test_half_precision_sums_in_float32(self):
        x = tf.fill((10000, 4), tf.constant(0.1, tf.float16))
        np.testing.assert_allclose(np.asarray(ops.sum(x, axis=0), "float32"), 1000.0, rtol=1e-2)
        np.testing.assert_allclose(np.asarray(ops.mean(x, axis=0), "float32"), 0.1, rtol=1e-2)

    def test_negative_indices_count_from_the_end(self):
        x, indices = tf.constant([1.0, 2.0, 3.0]), tf.constant([0, -1])
        for result in in_three_modes(lambda x, i: ops.take(x, i), x, indices):
            np.testing.assert_array_equal(result, [1.0, 3.0])

    def test_a_block_is_put_where_a_loop_says(self):
        """As a cache is filled while a text is generated: XLA is to take places that it does not know ahead."""
        x, update = tf.zeros((2, 4, 3)), tf.random.uniform((2, 1, 3))

        def filled(x, update, number):
            place = lambda i: ops.stack([0, i, 0])  # noqa: E731
            return ops.while_loop(
                lambda i, x: i < number, lambda i, x: (i + 1, ops.slice_update(x, place(i), update)), (0, x)
            )[1]

        expected = np.concatenate([np.repeat(update, 3, axis=1), np.zeros((2, 1, 3))], axis=1)
        for result in in_three_modes(filled, x, update, tf.constant(3)):
            np.testing.assert_array_equal(result, expected)

    def test_draws_of_classes_under_xla(self):
        """From a generator, whose seeds no constant takes the place of."""
        generator = keras.random.SeedGenerator(3)
        logits = tf.math.log([[0.1, 0.2, 0.7]])
        draw = tf.function(lambda x: keras.random.categorical(x, 2000, seed=generator), jit_compile=True)
        first, second = draw(logits)[0], draw(logits)[0]
        assert (first != second).numpy().any()
        for drawn in (first, second):
            np.testing.assert_allclose(np.bincount(drawn, minlength=3) / 2000, [0.1, 0.2, 0.7], atol=0.05)

    def test_gradients_of_a_block_whose_place_is_a_tensor(self):
        """Also of one that sticks out and is moved in."""
        x, update, factor = tf.zeros((4,)), tf.ones((2,)), tf.constant([1.0, 2.0, 3.0, 4.0])

        def gradients(x, update, place):
            with tf.GradientTape() as tape:
                tape.watch([x, update])
                y = ops.sum(ops.slice_update(x, [place], update) * factor)
            return tape.gradient(y, [x, update])

        for place, inside in ((1, 1), (3, 2), (-1, 0)):
            for of_x, of_update in in_three_modes(gradients, x, update, tf.constant(place)):
                np.testing.assert_array_equal(of_update, factor[inside : inside + 2])
                np.testing.assert_array_equal(of_x, [0 if 0 <= i - inside < 2 else factor[i] for i in range(4)])

    @pytest.mark.parametrize("jit_compile", [False, True])
    @pytest.mark.parametrize("from_logits", [False, True])
    def test_labels_out_of_range_are_nan_in_graphs(self, jit_compile, from_logits):
        labels, outputs = tf.constant([0, 7, -1]), tf.fill((3, 4), 0.25)
        loss = tf.function(
            lambda y, x: ops.sparse_categorical_crossentropy(y, x, from_logits=from_logits), jit_compile=jit_compile
        )
        np.testing.assert_allclose(loss(labels, outputs), [np.log(4.0), np.nan, np.nan], rtol=1e-6)

    @pytest.mark.parametrize(
        "key",
        [
            (0, Ellipsis),
            (slice(None, None, -1), None, 1),
            np.array([0, -1]),
            (slice(None), np.array([[0], [2]])),
            (np.array([0, 1]), slice(None), np.array([1, 0])),
            (np.array([0, 1]), np.array([1, 2])),
            np.array([True, False]),
        ],
        ids=str,
    )
    def test_get_item_follows_numpy(self, key):
        x = np.arange(24.0).reshape(2, 3, 4)
        np.testing.assert_array_equal(ops.get_item(tf.constant(x), key), x[key])

    def test_ops_work_in_a_data_pipeline(self):
        v = backend.Variable(2.0)
        dataset = tf.data.Dataset.range(3).map(lambda i: ops.cast(i, "float32") * v + ops.sum(ops.ones((2,))))
        assert [float(x) for x in dataset] == [2.0, 4.0, 6.0]


class TestTapes:
    """Training by hand, as TensorFlow's own guides show it."""

    X = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")

    @pytest.mark.parametrize("compiles", [False, True])
    def test_a_loop_with_a_tape(self, compiles):
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [keras.layers.Dense(8, "tanh"), keras.layers.BatchNormalization(), keras.layers.Dense(1)]
        )
        optimizer = keras.optimizers.Adam(0.05)
        loss = keras.losses.MeanSquaredError()
        metric = keras.metrics.MeanSquaredError()

        def step(x, y):
            with tf.GradientTape() as tape:
                y_pred = model(x, training=True)
                value = loss(y, y_pred)
            gradients = tape.gradient(value, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            metric.update_state(y, y_pred)
            return value

        x, y = tf.constant(self.X), tf.constant(self.X.sum(1, keepdims=True))
        step = tf.function(step) if compiles else step
        losses = [float(step(x, y)) for _ in range(25)]
        assert losses[-1] < 0.1 * losses[0] and int(optimizer.iterations) == 25
        assert float(metric.result()) == pytest.approx(np.mean(losses), rel=1e-4)
        assert model.layers[1].moving_mean.numpy().any()

    def test_two_networks_with_an_optimizer_each(self):
        class Gan(keras.Model):
            def __init__(self):
                super().__init__()
                self.generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(4)])
                self.critic = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
                self.tracker = keras.metrics.Mean(name="d_loss")

            @property
            def metrics(self):
                return [self.tracker]

            def compile(self, d_optimizer, g_optimizer, loss_fn):
                super().compile()
                self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn

            def train_step(self, real):
                size = tf.shape(real)[0]
                labels = tf.concat([tf.ones((size, 1)), tf.zeros((size, 1))], axis=0)
                points = tf.concat([self.generator(tf.random.normal((size, 2))), real], axis=0)
                with tf.GradientTape() as tape:
                    d_loss = self.loss_fn(labels, self.critic(points))
                gradients = tape.gradient(d_loss, self.critic.trainable_weights)
                self.d_optimizer.apply_gradients(zip(gradients, self.critic.trainable_weights))
                with tf.GradientTape() as tape:
                    outputs = self.critic(self.generator(tf.random.normal((size, 2))))
                    g_loss = self.loss_fn(tf.zeros((size, 1)), outputs)
                gradients = tape.gradient(g_loss, self.generator.trainable_weights)
                self.g_optimizer.apply_gradients(zip(gradients, self.generator.trainable_weights))
                self.tracker.update_state(d_loss)
                return {"d_loss": self.tracker.result(), "g_loss": g_loss}

        gan = Gan()
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        gan.compile(keras.optimizers.Adam(0.01), keras.optimizers.Adam(0.01), loss)
        before = [network.get_weights()[0] for network in (gan.generator, gan.critic)]
        history = gan.fit(self.X, batch_size=16, epochs=2, verbose=0).history
        assert set(history) == {"d_loss", "g_loss"} and int(gan.d_optimizer.iterations) == 4
        after = [network.get_weights()[0] for network in (gan.generator, gan.critic)]
        assert all(np.abs(a - b).max() > 1e-3 for a, b in zip(after, before))

    def test_derivatives_are_seen_by_a_tape(self):
        x = tf.Variable(self.X[0])
        with tf.GradientTape() as tape:
            value = tf.reduce_sum(ops.grad(lambda x: ops.sum(x**3))(x))
        np.testing.assert_allclose(tape.gradient(value, x), 6 * self.X[0], rtol=1e-5)


@pytest.mark.parametrize("supports_jit", [True, False])
def test_steps_with_a_layer_that_refuses_are_not_compiled_by_xla(supports_jit, monkeypatch):
    asked, function = [], tf.function

    def noting(*args, jit_compile=None, **kwargs):
        asked.append(bool(jit_compile))
        return function(*args, jit_compile=jit_compile, **kwargs)

    monkeypatch.setattr(tf, "function", noting)
    layer = keras.layers.Dense(1)
    layer.supports_jit = supports_jit
    model = keras.Sequential([keras.Input((3,)), layer])
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 3)), np.ones((8, 1)), batch_size=2, verbose=0)
    assert asked and any(asked) is supports_jit


def test_a_size_beyond_32_bits_is_refused():
    for make in (keras.ops.zeros, keras.ops.ones, lambda shape: keras.ops.broadcast_to(keras.ops.ones(1), shape)):
        with pytest.raises(ValueError, match="at most 2147483647"):
            make((10**14,))


@pytest.mark.parametrize("shape", [(), (2, 3)])
def test_shapes_of_variables_answer_as_those_of_tensorflow(shape):
    """Layers written for TensorFlow sort weights by `w.shape.as_list()`, say."""
    for variable in (keras.Variable(np.ones(shape)), keras.Variable("ones", shape=shape)):
        own, theirs = variable.shape, tf.TensorShape(shape)
        assert own == shape and isinstance(own, tuple) and tf.TensorShape(own) == theirs
        for name in ("as_list", "num_elements", "is_fully_defined"):
            assert getattr(own, name)() == getattr(theirs, name)()
        assert (own.rank, own.ndims) == (theirs.rank, theirs.ndims)
        assert own.is_compatible_with((None,) * len(shape)) and not own.is_compatible_with((4,))
        assert keras.tree.map_shape_structure(lambda x: x, own) == shape
        assert keras.ops.zeros(own).shape == shape


def test_variables_are_made_under_one_name_and_go_by_their_paths(tmp_path):
    """TensorFlow compiles a kernel for each name under which a variable is made, and never drops it."""
    given = []

    def creator(next_creator, name, **options):
        given.append(name)
        return next_creator(name=name, **options)

    with tf.variable_creator_scope(creator):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.BatchNormalization()])
    assert len(given) == len(model.variables) == 6 and len(set(given)) == 1
    expected = [f"{v.path}:0" for v in model.variables]
    assert [v._value.name for v in model.variables] == expected
    model.export(tmp_path / "saved", verbose=False)
    assert sorted(v.name for v in tf.saved_model.load(tmp_path / "saved").variables) == sorted(expected)


def test_variables_of_a_strategy_have_their_paths_as_names():
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        layer = keras.layers.Dense(2)
        layer.build((None, 3))
    assert [v._value.name for v in layer.variables] == [f"{v.path}:0" for v in layer.variables]


class StepOfKeras2(keras.Model):
    """A model whose step computes the loss and the metrics as Keras 2 had it."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compiled_loss(y, y_pred, regularization_losses=self.losses)
        variables = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        self.compiled_metrics.update_state(y, y_pred)
        return {metric.name: metric.result() for metric in self.metrics}


@pytest.mark.filterwarnings("ignore:.*deprecated")
def test_steps_of_keras_2():
    inputs = keras.Input((2,))
    model = StepOfKeras2(inputs, keras.layers.Dense(1, kernel_initializer="ones", kernel_regularizer="l2")(inputs))
    model.compile(keras.optimizers.SGD(0.1), "mse", metrics=["mae"])
    history = model.fit(np.ones((4, 2)), np.zeros((4, 1)), verbose=0).history
    np.testing.assert_allclose([history["mae"], history["loss"]], [[2], [4.02]], rtol=1e-5)
    # The derivative of the squared error is 4 for each weight, and that of the penalty 0.02.
    np.testing.assert_allclose(model.get_weights()[0], np.full((2, 1), 1 - 0.1 * 4.02), rtol=1e-5)


def test_losses_and_metrics_of_keras_2_tell_what_takes_their_place():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    with pytest.warns(UserWarning, match="compute_loss"):
        loss = model.compiled_loss(3 * tf.ones((1, 1)), tf.ones((1, 1)), sample_weight=tf.constant([0.5]))
    assert float(loss) == 2
    with pytest.warns(UserWarning, match="compute_metrics"):
        model.compiled_metrics.update_state(3 * tf.ones((1, 1)), tf.ones((1, 1)))
    assert {name: float(value) for name, value in model.get_metrics_result().items()} == {"loss": 2, "mae": 2}


def test_the_strategy_of_a_model():
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    assert model.distribute_strategy is strategy
    assert keras.Sequential([keras.layers.Dense(1)]).distribute_strategy is tf.distribute.get_strategy()
