"""Values that wait: nobody can tell them from values that were drawn at once, but for the draws that do not happen."""

import concurrent.futures
import copy
import pickle
import tempfile
import threading

import numpy as np
import pytest

import keras
from keras.src import backend
from keras.src.backend.common.waiting_values import ValuesMayWait
from keras.src.initializers.random_initializers import RandomInitializer
from keras.src.testing import engine

SEEDED = keras.initializers.RandomNormal(seed=3)
EXPECTED = backend.convert_to_numpy(SEEDED((4, 5)))


@pytest.fixture
def draws(monkeypatch):
    """The shapes that are drawn."""
    shapes, call = [], RandomInitializer.__call__

    def counted(self, shape, dtype=None):
        shapes.append(tuple(shape))
        return call(self, shape, dtype)

    counted.makes_anew = True
    monkeypatch.setattr(RandomInitializer, "__call__", counted)
    return shapes


def variable(initializer=SEEDED):
    return backend.Variable(initializer, shape=(4, 5), dtype="float32")


READS = {
    "value": lambda v: backend.convert_to_numpy(v.value),
    "numpy": lambda v: v.numpy(),
    "array": np.asarray,
    "op": lambda v: backend.convert_to_numpy(keras.ops.multiply(v, 1.0)),
    "operator": lambda v: backend.convert_to_numpy(v * 1.0),
    "copy": lambda v: copy.deepcopy(v).numpy(),
    "pickle": lambda v: pickle.loads(pickle.dumps(v)).numpy(),
    "nothing added": lambda v: backend.convert_to_numpy(v.assign_add(np.zeros((4, 5), "float32"))),
    "stateless": lambda v: _in_stateless_scope(v),
}


def _in_stateless_scope(v):
    with keras.StatelessScope():
        return backend.convert_to_numpy(v.value)


@pytest.mark.parametrize("read", READS)
def test_whoever_reads_finds_the_value(read):
    with ValuesMayWait():
        v = variable()
        assert v._waits()
        np.testing.assert_allclose(READS[read](v), EXPECTED, rtol=1e-6)
    np.testing.assert_allclose(v.numpy(), EXPECTED, rtol=1e-6)


def test_what_is_assigned_is_not_drawn(draws):
    with ValuesMayWait():
        v = variable()
        v.assign(np.ones((4, 5)))
        with pytest.raises(ValueError, match="shape"):
            v.assign(np.ones((5, 4)))
    assert not draws and (v.numpy() == 1).all()
    v.assign(np.zeros((4, 5)))
    assert (v.numpy() == 0).all()


def test_what_is_left_is_drawn_once_and_what_is_let_go_is_not(draws):
    with ValuesMayWait():
        v, read = variable(), variable()
        read.numpy()
        variable()
    assert draws == [(4, 5)] * 2
    np.testing.assert_array_equal(v.numpy(), EXPECTED)
    assert not variable()._waits()


def test_values_that_follow_a_generator_are_drawn_at_once():
    """They, and those of initializers that do as they like, may hang on the order of draws."""
    with ValuesMayWait():
        generator = keras.initializers.RandomNormal(seed=keras.random.SeedGenerator(1))
        for initializer in (generator, lambda shape, dtype: keras.ops.zeros(shape, dtype)):
            assert not variable(initializer)._waits()
        assert variable("zeros")._waits() == backend.Variable.CONSTANTS_WAIT


def test_after_an_error_they_can_still_be_read():
    with pytest.raises(RuntimeError), ValuesMayWait():
        v = variable()
        raise RuntimeError
    np.testing.assert_array_equal(v.numpy(), EXPECTED)


def test_scopes_within_scopes():
    with ValuesMayWait():
        outer = variable()
        with ValuesMayWait():
            inner = variable()
        assert not inner._waits() and outer._waits()
    assert not outer._waits()


def _model():
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(4, 3, kernel_initializer="he_normal", name="conv")(inputs)
    x = keras.layers.GRU(5, name="gru")(keras.layers.Reshape((36, 4))(x))
    model = keras.Model(inputs, keras.layers.Dense(2, kernel_initializer="orthogonal")(x))
    model.compile("adam", "mse")
    return model


@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_a_model_is_loaded_without_draws(draws, tmp_path, suffix):
    model = _model()
    model.save(tmp_path / f"m.{suffix}")
    draws.clear()
    keras.utils.set_random_seed(1)
    loaded = keras.models.load_model(tmp_path / f"m.{suffix}")
    after = keras.random.uniform((2,)), np.random.rand()
    assert not draws
    for one, two in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    assert all(v._value is not None for v in loaded.variables)
    images = np.ones((2, 8, 8, 3), "float32")
    np.testing.assert_allclose(loaded.predict(images, verbose=0), model.predict(images, verbose=0), rtol=1e-5)
    keras.utils.set_random_seed(1)
    assert after[1] == np.random.rand()
    np.testing.assert_array_equal(*(backend.convert_to_numpy(x) for x in (after[0], keras.random.uniform((2,)))))


BIG = (256, 300)
needs_waiting = pytest.mark.skipif(not backend.values_may_wait(), reason="This engine draws all values at once.")


def _large_variable(initializer=SEEDED, **options):
    return backend.Variable(initializer, shape=BIG, dtype="float32", **options)


def _large_model():
    dense = keras.layers.Dense(300, kernel_initializer=SEEDED, use_bias=False)
    return keras.Sequential([keras.Input((256,)), dense, keras.layers.Dense(1, kernel_initializer=SEEDED)])


def _in_threads(v):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda _: v.numpy(), range(4)))[-1]


def _compiled(v):
    function, _ = engine.compiled(lambda x: keras.ops.add(x, v))
    return backend.convert_to_numpy(function(keras.ops.zeros(BIG)))


def _in_symbolic_call(v):
    keras.layers.Lambda(lambda x: x + v)(keras.Input(BIG))
    return v.numpy()


def _from_file(model):
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/m.keras")
        return keras.models.load_model(f"{folder}/m.keras").get_weights()[0]


def _after_call(model):
    model(np.ones((2, 256), "float32"))
    return model.get_weights()[0]


def _after_predict(model):
    model.predict(np.ones((2, 256), "float32"), verbose=0)
    return model.get_weights()[0]


def _frozen(model):
    model.trainable = False
    assert model.variables[0]._waits() and not model.trainable_variables
    return model.get_weights()[0]


DOORS = READS | {"threads": _in_threads, "symbolic call": _in_symbolic_call}
DOORS |= {"compiled": _compiled} if engine.CAN_COMPILE else {}
DOORS_OF_MODELS = {
    "weights": lambda model: model.get_weights()[0],
    "copy": lambda model: copy.deepcopy(model).get_weights()[0],
    "file": _from_file,
    "call": _after_call,
    "predict": _after_predict,
    "frozen": _frozen,
}


@needs_waiting
class TestLargeValues:
    """They wait for their first use wherever they are made, and are drawn once."""

    EXPECTED = backend.convert_to_numpy(SEEDED(BIG))

    @pytest.mark.parametrize("read", [name for name in DOORS if name != "nothing added"])
    def test_of_a_variable(self, read, draws):
        v = _large_variable()
        assert v._waits() and v.shape == BIG and not draws
        np.testing.assert_array_equal(DOORS[read](v), self.EXPECTED)
        np.testing.assert_array_equal(v.numpy(), self.EXPECTED)
        assert draws == [BIG]

    @pytest.mark.parametrize("read", DOORS_OF_MODELS)
    def test_of_a_model(self, read, draws):
        model = _large_model()
        assert BIG not in draws
        np.testing.assert_array_equal(DOORS_OF_MODELS[read](model), self.EXPECTED)
        np.testing.assert_array_equal(model.get_weights()[0], self.EXPECTED)
        assert draws.count(BIG) == 1

    @pytest.mark.skipif(not backend.CAN_TRAIN, reason="This engine does not train.")
    def test_training_begins_with_them(self, draws):
        model = _large_model()
        model.compile(keras.optimizers.SGD(0.0), "mse")
        model.fit(np.ones((4, 256), "float32"), np.ones((4, 1), "float32"), verbose=0)
        np.testing.assert_array_equal(model.get_weights()[0], self.EXPECTED)
        assert draws.count(BIG) == 1
        model.optimizer.learning_rate = 0.1
        model.fit(np.ones((4, 256), "float32"), np.ones((4, 1), "float32"), verbose=0)
        assert (model.get_weights()[0] != self.EXPECTED).any()

    def test_what_is_assigned_is_not_drawn(self, draws):
        v, model = _large_variable(), _large_model()
        v.assign(np.ones(BIG, "float32"))
        model.set_weights([np.ones(w.shape, "float32") for w in model.weights])
        assert BIG not in draws and (v.numpy() == 1).all() and (model.get_weights()[0] == 1).all()

    def test_an_initializer_that_changes_meanwhile(self):
        initializer = keras.initializers.RandomNormal(seed=3)
        v = _large_variable(initializer)
        initializer.stddev = 100.0
        np.testing.assert_array_equal(v.numpy(), self.EXPECTED)

    def test_the_seed_of_a_session(self):
        values = []
        for read_at_once in (True, False):
            keras.utils.set_random_seed(7)
            first, second = (_large_variable("glorot_uniform"), _large_variable("glorot_uniform"))
            if not read_at_once:
                second.numpy()
            values.append([first.numpy(), second.numpy()])
            values[-1].append(backend.convert_to_numpy(keras.random.uniform((3,))))
        for one, two in zip(*values, strict=True):
            np.testing.assert_array_equal(one, two)

    def test_what_never_waits(self):
        generator = keras.random.SeedGenerator(1)
        for v in (
            _large_variable("zeros"),
            _large_variable(keras.initializers.RandomNormal(seed=generator)),
            _large_variable(lambda shape, dtype: keras.ops.ones(shape, dtype)),
            backend.Variable(np.ones(BIG, "float32")),
            variable(),
        ):
            assert not v._waits()
        with pytest.raises(AttributeError, match="no attribute 'foo'"):
            getattr(_large_variable(), "foo")  # noqa: B009 (the linter takes an attribute alone for a slip)

    def test_a_draw_that_fails_is_tried_again(self, monkeypatch):
        v = _large_variable()
        with monkeypatch.context() as patch:
            patch.setattr(keras.initializers.RandomNormal, "_draw", lambda *args: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                v.numpy()
        np.testing.assert_array_equal(v.numpy(), self.EXPECTED)


@pytest.fixture
def made(monkeypatch):
    """The arrays of constants that were made one by one."""
    arrays, tensor_of = [], backend.Variable._tensor_of

    def counted(self, array):
        arrays.append(array)
        return tensor_of(self, array)

    monkeypatch.setattr(backend.Variable, "_tensor_of", counted)
    return arrays


def _normalized(optimizer=None, **options):
    layers = [keras.layers.Dense(5), keras.layers.BatchNormalization(momentum=0.5), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((4,)), *layers])
    model.compile(optimizer or keras.optimizers.Adam(0.1), "mse", **options)
    return model


class _OfEyes(keras.initializers.Zeros):
    def __call__(self, shape, dtype=None):
        return keras.ops.eye(*shape, dtype=dtype)


X, Y = np.arange(32.0, dtype="float32").reshape(8, 4), np.ones((8, 1), "float32")


@pytest.mark.skipif(not backend.Variable.CONSTANTS_WAIT, reason="This engine makes constants at once.")
class TestConstants:
    """Small ones wait, too, and go into a compiled step as arrays of the host."""

    @pytest.mark.parametrize("read", DOORS)
    @pytest.mark.parametrize(("initializer", "element"), [("zeros", 0.0), ("ones", 1.0)])
    def test_of_a_variable(self, read, initializer, element, made):
        v = backend.Variable(initializer, shape=BIG[:1] + (1,) if read in ("compiled", "symbolic call") else (4, 5))
        assert v._waits() and not made
        found = DOORS[read](v)
        np.testing.assert_array_equal(found, np.full(found.shape, element, "float32"))
        assert len(made) == 1 and not v._waits()

    @pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int32", "uint8", "bool"])
    def test_of_any_dtype(self, dtype):
        v = backend.Variable("ones", shape=(3,), dtype=dtype)
        assert v._waits() and v.dtype == dtype == backend.standardize_dtype(v.value.dtype)
        assert (v.numpy() == 1).all()

    def test_training_makes_none_of_them_one_by_one(self, made):
        model = _normalized()
        model.fit(X, Y, verbose=0)
        optimizer = model.optimizer
        assert not made and not any(v._waits() for v in (*model.variables, *optimizer.variables))
        assert (model.get_weights()[5] != 1).any() and int(optimizer.iterations) == 1

    @pytest.mark.parametrize("way", ["eager", "own function", "step by step"])
    def test_training_by_other_ways_is_the_same(self, way):
        models = []
        for chosen in (None, way):
            keras.utils.set_random_seed(3)
            model = _normalized(keras.optimizers.SGD(0.001, momentum=0.9), run_eagerly=chosen == "eager")
            if chosen == "own function":
                function = model.make_train_function

                def own(force=False, function=function, model=model):
                    function(force)
                    inner = model.train_function

                    def outer(state, iterator):
                        assert all(keras.ops.is_tensor(x) for x in keras.tree.flatten(state))
                        return inner(state, iterator)

                    model.train_function = outer

                model.make_train_function = own
            steps = [slice(0, 4), slice(4, 8)]
            if chosen == "step by step":
                for rows in steps:
                    model.train_on_batch(X[rows], Y[rows])
            else:
                model.fit(X, Y, batch_size=4, shuffle=False, verbose=0)
            models.append(model.get_weights())
        for one, two in zip(*models, strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-6)

    def test_a_step_that_fails_leaves_them_as_they_were(self):
        model = _normalized()
        bias = model.layers[0].bias
        with pytest.raises(ValueError):
            model.train_on_batch(X, np.ones((8, 3, 2), "float32"))
        assert (bias.numpy() == 0).all() and model.layers[2].kernel.numpy().any()
        model.train_on_batch(X, Y)
        assert (bias.numpy() != 0).any()

    def test_what_is_written_while_another_thread_reads_stays(self):
        for _ in range(20):
            v, start = backend.Variable("zeros", shape=(3,)), threading.Barrier(2)
            value = backend.convert_to_tensor(np.ones(3, "float32"))

            def read(v=v, start=start):
                start.wait()
                v.numpy()

            reader = threading.Thread(target=read)
            reader.start()
            start.wait()
            v._hold(value)
            reader.join()
            assert (v.numpy() == 1).all()

    def test_what_does_not_wait(self):
        for initializer in (_OfEyes(), keras.initializers.Constant(2.0), lambda shape, dtype: keras.ops.zeros(shape)):
            assert not backend.Variable(initializer, shape=(3, 3))._waits()
        assert not backend.Variable("zeros", shape=BIG)._waits()
