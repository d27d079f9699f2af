import random as python_random

import numpy as np
import pytest

import keras
from keras.src import backend
from keras.src.random import random, seed_generator
from keras.src.random.seed_generator import SeedGenerator
from keras.src.utils.rng_utils import set_random_seed

DRAWS = {
    "normal": lambda **k: random.normal((500, 20), 2.0, 3.0, **k),
    "truncated_normal": lambda **k: random.truncated_normal((500, 20), 2.0, 3.0, **k),
    "uniform": lambda **k: random.uniform((500, 20), -1.0, 3.0, **k),
    "randint": lambda **k: random.randint((500, 20), 2, 7, **k),
    "gamma": lambda **k: random.gamma((500, 20), 2.0, **k),
    "binomial": lambda **k: random.binomial((500, 20), 10.0, 0.3, **k),
    "beta": lambda **k: random.beta((500, 20), 2.0, 3.0, **k),
}
# Mean and standard deviation by the textbook; those of the truncated normal from scipy.stats.truncnorm(-2, 2).
MOMENTS = {
    "normal": (2.0, 3.0),
    "truncated_normal": (2.0, 2.6388),
    "uniform": (1.0, 4 / 12**0.5),
    "randint": (4.0, 2**0.5),
    "gamma": (2.0, 2**0.5),
    "binomial": (3.0, 2.1**0.5),
    "beta": (0.4, 0.2),
}


def values(x):
    return backend.convert_to_numpy(x).astype("float64")


@pytest.mark.parametrize("name", DRAWS)
def test_moments(name):
    x = values(DRAWS[name](seed=7))
    mean, deviation = MOMENTS[name]
    assert x.shape == (500, 20)
    assert abs(x.mean() - mean) < 5 * deviation / 100
    assert abs(x.std() - deviation) < 0.05 * deviation


@pytest.mark.parametrize("name", DRAWS)
def test_a_seed_stands_for_its_numbers_and_a_generator_moves_on(name):
    draw = DRAWS[name]
    np.testing.assert_array_equal(values(draw(seed=3)), values(draw(seed=3)))
    assert not np.array_equal(values(draw(seed=3)), values(draw(seed=4)))
    generator, same = SeedGenerator(3), SeedGenerator(3)
    first, second = values(draw(seed=generator)), values(draw(seed=generator))
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, values(draw(seed=same)))
    np.testing.assert_array_equal(second, values(draw(seed=same)))
    np.testing.assert_array_equal(first, values(draw(seed=3)))


@pytest.mark.parametrize("name", sorted(DRAWS))
@pytest.mark.parametrize("number", [3, 2**40 + 5, -1])
def test_an_integer_draws_what_the_tensor_of_its_words_draws(name, number):
    draw = DRAWS[name]
    drawn, of_tensor = draw(seed=number), draw(seed=seed_generator.draw_seed(number))
    np.testing.assert_array_equal(backend.convert_to_numpy(drawn), backend.convert_to_numpy(of_tensor))
    with pytest.raises(ValueError, match="must be an integer"):
        draw(seed=True)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_floats_keep_their_dtype_and_bounds(dtype):
    x = random.uniform((2000,), 0.0, 1.0, dtype=dtype, seed=1)
    assert backend.standardize_dtype(x.dtype) == dtype
    assert values(x).min() >= 0 and values(x).max() < 1
    x = random.truncated_normal((2000,), dtype=dtype, seed=1)
    assert backend.standardize_dtype(x.dtype) == dtype and np.abs(values(x)).max() <= 2


def test_randint_reaches_all_integers_and_no_other():
    x = random.randint((2000,), -2, 3, seed=1)
    assert backend.standardize_dtype(x.dtype) == "int32"
    assert sorted(set(values(x).tolist())) == [-2, -1, 0, 1, 2]
    assert backend.standardize_dtype(random.randint((2,), 0, 9, dtype="uint8", seed=1).dtype) == "uint8"


def test_categorical_follows_the_logits():
    logits = np.log(np.array([[0.1, 0.2, 0.7], [0.5, 0.5, 1e-9]], "float32"))
    x = random.categorical(logits, 4000, seed=5)
    assert tuple(x.shape) == (2, 4000) and backend.standardize_dtype(x.dtype) == "int32"
    shares = [[(values(row) == i).mean() for i in range(3)] for row in x]
    np.testing.assert_allclose(shares, [[0.1, 0.2, 0.7], [0.5, 0.5, 0]], atol=0.03)
    with pytest.raises(ValueError, match="classes"):
        random.categorical(np.ones(3, "float32"), 2)


def test_dropout():
    x = np.ones((100, 50), "float32")
    y = values(random.dropout(x, 0.4, seed=2))
    assert set(np.unique(y.round(5))) == {0.0, round(1 / 0.6, 5)}
    assert abs((y == 0).mean() - 0.4) < 0.03
    rows = values(random.dropout(x, 0.4, noise_shape=(None, 1), seed=2))
    assert np.all(rows == rows[:, :1]) and 0 < (rows[:, 0] == 0).mean() < 1
    np.testing.assert_array_equal(values(random.dropout(x, 0.0, seed=2)), x)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_shuffle_permutes_slices(axis):
    x = np.arange(80, dtype="float32").reshape(8, 10)
    y = values(random.shuffle(x, axis=axis, seed=3))
    assert not np.array_equal(x, y)
    np.testing.assert_array_equal(np.sort(y, axis), x)
    other = 1 - axis % 2
    ranks = np.argsort(np.argsort(y, axis % 2), axis % 2)
    assert np.all(ranks == np.take(ranks, [0], other)), "all slices move alike"


def test_parameters_may_be_tensors():
    x = values(random.normal((4000, 2), mean=[0.0, 10.0], stddev=[1.0, 2.0], seed=1))
    np.testing.assert_allclose(x.mean(0), [0, 10], atol=0.2)
    x = values(random.gamma((4000, 2), alpha=[1.0, 5.0], seed=1))
    np.testing.assert_allclose(x.mean(0), [1, 5], atol=0.3)


@pytest.mark.parametrize(
    "call, error",
    [
        (lambda: random.uniform((2,), dtype="int32"), ValueError),
        (lambda: random.randint((2,), 0, 3, dtype="float32"), ValueError),
        (lambda: random.normal((2,), seed="a"), ValueError),
        (lambda: random.normal((2, None)), TypeError),
        (lambda: random.normal(keras.KerasTensor((2,))), TypeError),
        (lambda: SeedGenerator("a"), ValueError),
        (lambda: SeedGenerator(True), ValueError),
        (lambda: SeedGenerator(1, other=2), ValueError),
        (lambda: set_random_seed("a"), ValueError),
        (lambda: set_random_seed(2**33), ValueError),
    ],
)
def test_misuse_raises(call, error):
    with pytest.raises(error):
        call()


def test_symbolic_tensors_give_symbolic_results():
    x = keras.KerasTensor((None, 5), record_history=False)
    assert random.dropout(x, 0.5).shape == (None, 5)
    assert random.shuffle(x).shape == (None, 5)
    drawn = random.categorical(x, 3)
    assert (drawn.shape, drawn.dtype) == ((None, 3), "int32")


@pytest.mark.parametrize("seed", [lambda: 1, lambda: None, lambda: SeedGenerator(3)], ids=["int", "none", "generator"])
def test_random_functions_in_a_graph_come_back_from_a_file(seed, tmp_path):
    inputs = keras.Input((9,))
    drawn = [random.dropout(inputs, 0.5, (None, 1), seed()), random.shuffle(inputs, 1, seed())]
    model = keras.Model(inputs, [*drawn, random.categorical(inputs, 7, seed=seed())])
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    x = np.arange(18, dtype="float32").reshape(2, 9)
    outputs = []
    for each in (model, again):
        keras.utils.set_random_seed(1)
        outputs.append([values(y) for y in each(x)])
    assert [y.shape for y in outputs[1]] == [(2, 9), (2, 9), (2, 7)]
    for before, after in zip(*outputs):
        np.testing.assert_array_equal(before, after)


def test_state_counts_the_draws():
    generator = SeedGenerator(5, name="dice")
    assert generator.state.path == "dice/seed_generator_state" and not generator.state.trainable
    seeds = [values(generator.next()).tolist() for _ in range(3)]
    assert seeds == [[5, 0], [5, 1], [5, 2]]
    assert values(generator.state.value).tolist() == [5, 3]
    assert generator.get_config() == {"seed": 5, "name": "dice"}
    copy = SeedGenerator.from_config(generator.get_config())
    assert values(copy.next()).tolist() == [5, 0]
    assert SeedGenerator().get_config()["seed"] is None


def test_state_is_threaded_through_a_stateless_scope():
    generator = SeedGenerator(5)
    with backend.StatelessScope() as scope:
        random.normal((2,), seed=generator)
    assert values(generator.state.value).tolist() == [5, 0]
    assert values(scope.get_current_value(generator.state)).tolist() == [5, 1]


def test_set_random_seed_makes_everything_repeatable():
    def draw():
        generator = SeedGenerator()
        return [
            values(random.normal((2,))).tolist(),
            values(random.normal((2,))).tolist(),
            values(random.normal((2,), seed=generator)).tolist(),
            python_random.random(),
            np.random.rand(),
        ]

    set_random_seed(42)
    first = draw()
    set_random_seed(42)
    assert draw() == first and first[0] != first[1]
    set_random_seed(43)
    assert draw() != first
    seed_generator.seed_global_generator(None)


@pytest.mark.parametrize("seed", [2**31 + 5, 2**40 + 1, -1])
def test_seeds_of_any_size(seed):
    first, second = (np.asarray(keras.random.uniform((3,), seed=seed)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    generator = keras.random.SeedGenerator(seed)
    assert np.asarray(generator.state).tolist() == [seed % 2**32, seed >> 32 & 0xFFFFFFFF]
    assert keras.random.uniform((3,), seed=generator).shape == (3,)


def test_parameters_in_the_other_order_draw_on_each_engine():
    backwards = backend.convert_to_numpy(random.uniform((50,), 2.0, 1.0, seed=1))
    assert backwards.min() >= 1.0 and backwards.max() <= 2.0
    mirrored = backend.convert_to_numpy(random.normal((500,), 10.0, -1.0, seed=1))
    assert abs(mirrored.mean() - 10.0) < 0.3 and abs(mirrored.std() - 1.0) < 0.3


@pytest.mark.parametrize("noise_shape", [(4,), (2, 3), (4, 2), (4, 3, 1), "ab", ("a", 1), (4.0, 1), (0, 1), 4])
def test_masks_of_dropout_that_do_not_fit(noise_shape):
    for inputs in (keras.ops.ones((4, 3)), keras.KerasTensor((4, 3))):
        with pytest.raises(ValueError, match="`noise_shape` must"):
            keras.random.dropout(inputs, 0.5, noise_shape=noise_shape)


@pytest.mark.parametrize("noise_shape", [(4, 1), (1, 3), (None, 1), (3,), (1,), 1, [4, None]])
def test_masks_of_dropout_that_fit(noise_shape):
    assert keras.random.dropout(keras.ops.ones((4, 3)), 0.5, noise_shape=noise_shape).shape == (4, 3)


@pytest.mark.parametrize("shape, axis", [((), 0), ((2, 3), 2)])
def test_shuffle_needs_the_axis(shape, axis):
    with pytest.raises(ValueError, match="`axis` must be between"):
        random.shuffle(np.ones(shape, "float32"), axis=axis)
    with pytest.raises(ValueError, match="`axis` must be between"):
        random.shuffle(backend.KerasTensor(shape), axis=axis)
