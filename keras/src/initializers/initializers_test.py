import math

import numpy as np
import pytest

import keras
from keras.src import backend, initializers, ops
from keras.src.initializers import MEMBERS


def values(initializer, shape, dtype=None):
    return backend.convert_to_numpy(initializer(shape, dtype=dtype))


def public(name):
    return getattr(initializers, name, None) or getattr(keras.initializers, name)


# Bounds and deviations follow from the definitions: variance scale / n, cut at two standard deviations.
SHAPE = (400, 500)
UNIFORM = [
    ("RandomUniform", {}, 0.05),
    ("GlorotUniform", {}, math.sqrt(6 / 900)),
    ("HeUniform", {}, math.sqrt(6 / 400)),
    ("LecunUniform", {}, math.sqrt(3 / 400)),
    ("VarianceScaling", {"scale": 2.0, "mode": "fan_out", "distribution": "uniform"}, math.sqrt(6 / 500)),
]
NORMAL = [
    ("RandomNormal", {}, 0.05, None),
    ("RandomNormal", {"mean": 1.0, "stddev": 2.0}, 2.0, None),
    ("VarianceScaling", {"distribution": "untruncated_normal"}, 0.05, None),
    ("TruncatedNormal", {"stddev": 1.0}, 0.87962566, 2.0),
    ("GlorotNormal", {}, math.sqrt(2 / 900), 2 * math.sqrt(2 / 900) / 0.87962566),
    ("HeNormal", {}, math.sqrt(2 / 400), 2 * math.sqrt(2 / 400) / 0.87962566),
    ("LecunNormal", {}, 0.05, 0.1 / 0.87962566),
    ("VarianceScaling", {"distribution": "normal"}, 0.05, 0.1 / 0.87962566),
]


@pytest.mark.parametrize("name, config, limit", UNIFORM)
def test_uniform(name, config, limit):
    drawn = values(public(name)(seed=1, **config), SHAPE)
    assert drawn.min() >= -limit * 1.000001 and drawn.max() <= limit * 1.000001
    assert np.abs(drawn).max() > 0.999 * limit
    np.testing.assert_allclose([drawn.mean() / limit, drawn.std() / limit], [0, 1 / math.sqrt(3)], atol=5e-3)


@pytest.mark.parametrize("name, config, stddev, limit", NORMAL)
def test_normal(name, config, stddev, limit):
    drawn = values(public(name)(seed=1, **config), SHAPE) - config.get("mean", 0.0)
    np.testing.assert_allclose([drawn.mean() / stddev, drawn.std() / stddev], [0, 1], atol=1e-2)
    largest = np.abs(drawn).max()
    assert largest <= limit * 1.000001 if limit else largest > 4 * stddev


@pytest.mark.parametrize("cls", MEMBERS, ids=lambda cls: cls.__name__)
class TestEachInitializer:
    def shape(self, cls):
        return (8, 1, 5) if cls is initializers.STFT else (6, 4)

    @pytest.mark.parametrize("dtype", [None, "float16", "bfloat16", "int32"])
    def test_shape_and_dtype(self, cls, dtype):
        result = cls()(self.shape(cls), dtype=dtype)
        assert tuple(result.shape) == self.shape(cls)
        assert backend.standardize_dtype(result.dtype) == (dtype or keras.config.floatx())

    def test_config_round_trip(self, cls):
        config = initializers.serialize(cls())
        assert config["module"] == "keras.initializers" and config["class_name"] == cls.__name__
        assert config["registered_name"] is None
        again = initializers.deserialize(config)
        assert type(again) is cls and again.get_config() == cls().get_config()

    def test_found_by_names(self, cls):
        assert type(initializers.get(cls.__name__)) is cls
        assert type(initializers.get(cls)) is cls
        assert type(initializers.get({"class_name": cls.__name__, "config": {}})) is cls
        assert type(keras.initializers.get(cls().clone())) is cls

    def test_seed(self, cls):
        if not issubclass(cls, initializers.RandomInitializer):
            np.testing.assert_array_equal(values(cls(), self.shape(cls)), values(cls(), self.shape(cls)))
            return
        seeded = cls(seed=7)
        first = values(seeded, (6, 4))
        np.testing.assert_array_equal(first, values(seeded, (6, 4)))
        np.testing.assert_array_equal(first, values(seeded.clone(), (6, 4)))
        assert np.abs(first - values(cls(seed=8), (6, 4))).max() > 1e-4
        assert cls().get_config()["seed"] is None and seeded.get_config()["seed"] == 7
        unseeded = cls()
        np.testing.assert_array_equal(values(unseeded, (6, 4)), values(unseeded, (6, 4)))
        assert np.abs(values(unseeded, (6, 4)) - values(unseeded.clone(), (6, 4))).max() > 1e-4


def test_seed_generator_gives_new_numbers_each_time():
    initializer = initializers.RandomNormal(seed=keras.random.SeedGenerator(5))
    assert np.abs(values(initializer, (3,)) - values(initializer, (3,))).max() > 1e-4
    config = initializer.get_config()
    assert config["seed"]["class_name"] == "SeedGenerator" and config["seed"]["config"]["seed"] == 5
    again = initializers.deserialize(initializers.serialize(initializer))
    np.testing.assert_array_equal(
        values(again, (3,)), values(initializers.RandomNormal(seed=keras.random.SeedGenerator(5)), (3,))
    )


@pytest.mark.parametrize("seed", ["a", 1.5, True])
def test_bad_seed(seed):
    with pytest.raises(ValueError, match="seed"):
        initializers.RandomNormal(seed=seed)


# input_axes, output_axes, inputs, outputs of a kernel of shape (30, 20, 50); from Keras 3.15.1.
AXES = [
    (None, None, 600, 1500),
    ([0], None, 600, 1500),
    (None, [2], 600, 1500),
    ([1], [2], 20, 50),
    ([0, 1], [2], 600, 50),
    ([-2], -1, 20, 50),
    ([], [2], 1, 50),
]


@pytest.mark.parametrize("input_axes, output_axes, inputs, outputs", AXES)
def test_axes(input_axes, output_axes, inputs, outputs):
    for mode, count in (("fan_in", inputs), ("fan_out", outputs), ("fan_avg", (inputs + outputs) / 2)):
        initializer = initializers.VarianceScaling(
            mode=mode, distribution="uniform", seed=1, input_axes=input_axes, output_axes=output_axes
        )
        np.testing.assert_allclose(np.abs(values(initializer, (30, 20, 50))).max(), math.sqrt(3 / count), rtol=2e-3)


@pytest.mark.parametrize("arguments", [{"scale": -1}, {"mode": "FAN_IN"}, {"distribution": "x"}])
def test_bad_variance_scaling(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        initializers.VarianceScaling(**arguments)


@pytest.mark.parametrize("shape", [(5, 5), (7, 3), (3, 7), (2, 3, 4), (2, 2, 20)])
def test_orthogonal(shape):
    matrix = values(initializers.Orthogonal(gain=2.0, seed=1), shape).reshape(-1, shape[-1])
    small = min(matrix.shape)
    product = matrix.T @ matrix if matrix.shape[0] >= matrix.shape[1] else matrix @ matrix.T
    np.testing.assert_allclose(product, 4 * np.eye(small), atol=1e-5)


def test_rank_errors():
    for initializer in (initializers.Orthogonal(), initializers.Identity(), initializers.STFT()):
        with pytest.raises(ValueError, match="shape"):
            initializer((3,))


def test_constants():
    np.testing.assert_array_equal(values(initializers.Constant(3.5), (2,), "int32"), [3, 3])
    np.testing.assert_array_equal(values(initializers.Constant([1.0, 2.0]), (3, 2)), [[1, 2]] * 3)
    np.testing.assert_array_equal(values(initializers.Identity(2.0), (2, 3)), [[2, 0, 0], [0, 2, 0]])
    np.testing.assert_array_equal(values(initializers.Ones(), (2,), "bool"), [True, True])
    array = initializers.deserialize(initializers.serialize(initializers.Constant(np.array([1.0, 2.0]))))
    np.testing.assert_array_equal(values(array, (2,)), [1, 2])
    assert initializers.Identity(2.0).get_config() == {"gain": 2.0}


# Column 1 of a (8, 1, 5) kernel, from Keras 3.15.1.
STFT_COLUMNS = [
    ({}, [0, 0.082161, 0, -0.414825, -0.586652, -0.266776, 0, 0]),
    ({"side": "imag"}, [0, -0.082161, -0.377278, -0.414825, 0, 0.266776, 0.116194, 0]),
    ({"window": None}, [1, 0.707107, 0, -0.707107, -1, -0.707107, 0, 0.707107]),
    (
        {"window": "hamming", "scaling": None},
        [0.08, 0.179036, 0, -0.674895, -0.954446, -0.454217, 0, 0.056569],
    ),
    (
        {"scaling": "spectrum", "periodic": True},
        [0, 0.025888, 0, -0.150888, -0.25, -0.150888, 0, 0.025888],
    ),
]


@pytest.mark.parametrize("arguments, column", STFT_COLUMNS)
def test_stft(arguments, column):
    np.testing.assert_allclose(values(initializers.STFT(**arguments), (8, 1, 5))[:, 0, 1], column, atol=1e-6)


@pytest.mark.parametrize("arguments", [{"side": "x"}, {"window": "x"}, {"scaling": "x"}])
def test_bad_stft(arguments):
    with pytest.raises(ValueError, match="x"):
        initializers.STFT(**arguments)


def test_get():
    assert initializers.get(None) is None
    assert type(initializers.get("zero")) is initializers.Zeros
    assert type(initializers.get("normal")) is initializers.RandomNormal
    assert type(initializers.get("glorot_uniform")) is initializers.GlorotUniform
    np.testing.assert_array_equal(values(initializers.get(ops.ones(2)), (2,)), [1, 1])

    def function(shape, dtype=None):
        return ops.ones(shape, dtype=dtype)

    assert initializers.get(function) is function


@pytest.mark.parametrize(
    "identifier", ["glorotuniform", 3, [1.0], True, {}, {"class_name": "Foo", "config": {}}, object()]
)
def test_get_unknown(identifier):
    with pytest.raises(ValueError, match="initializer"):
        initializers.get(identifier)


def test_subclass_needs_no_config_of_its_own():
    class Line(initializers.Initializer):
        def __init__(self, slope, offset=0.0):
            self.slope = slope
            self.offset = offset

        def __call__(self, shape, dtype=None):
            return self.slope * ops.arange(shape[0], dtype=dtype or "float32") + self.offset

    line = Line(2.0)
    assert line.get_config() == {"slope": 2.0, "offset": 0.0}
    np.testing.assert_array_equal(values(line.clone(), (3,)), [0, 2, 4])
    again = initializers.deserialize(initializers.serialize(line), custom_objects={"Line": Line})
    assert type(again) is Line
