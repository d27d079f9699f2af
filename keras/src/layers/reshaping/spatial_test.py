"""Layers that crop, pad, enlarge and repeat. Expected values are NumPy's."""

import json

import numpy as np
import pytest

from keras.src import backend, layers, models, ops
from keras.src.saving.saving_api import load_model

RNG = np.random.default_rng(0)
UNKNOWN = {1: (None, 3), 2: (None, None, 3), 3: (None, None, None, 3)}
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area")


def array(x):
    return np.array(ops.convert_to_numpy(x))


def enlarged(x, factors, first=1):
    for axis, factor in enumerate(factors, start=first):
        x = np.repeat(x, factor, axis)
    return x


CASES = {
    "cropping1d": (lambda **o: layers.Cropping1D((2, 1), **o), lambda x: x[:, 2:-1]),
    "cropping1d_one_end": (lambda **o: layers.Cropping1D((2, 0), **o), lambda x: x[:, 2:]),
    "cropping2d": (lambda **o: layers.Cropping2D((1, (0, 2)), **o), lambda x: x[:, 1:-1, :-2]),
    "cropping2d_nothing": (lambda **o: layers.Cropping2D(**o), lambda x: x),
    "cropping3d": (lambda **o: layers.Cropping3D((1, (0, 2), (1, 0)), **o), lambda x: x[:, 1:-1, :-2, 1:]),
    "padding1d": (lambda **o: layers.ZeroPadding1D((2, 1), **o), lambda x: np.pad(x, ((0, 0), (2, 1), (0, 0)))),
    "padding2d": (
        lambda **o: layers.ZeroPadding2D((1, (0, 2)), **o),
        lambda x: np.pad(x, ((0, 0), (1, 1), (0, 2), (0, 0))),
    ),
    "padding3d": (
        lambda **o: layers.ZeroPadding3D(((0, 1), 2, 0), **o),
        lambda x: np.pad(x, ((0, 0), (0, 1), (2, 2), (0, 0), (0, 0))),
    ),
    "up1d": (lambda **o: layers.UpSampling1D(3, **o), lambda x: enlarged(x, (3,))),
    "up2d": (lambda **o: layers.UpSampling2D((2, 3), **o), lambda x: enlarged(x, (2, 3))),
    "up3d": (lambda **o: layers.UpSampling3D((2, 1, 3), **o), lambda x: enlarged(x, (2, 1, 3))),
}
each = pytest.mark.parametrize("name", CASES)


def rank_of(name):
    return next(int(c) for c in name if c.isdigit())


def data(name, sizes=(4, 5, 3), dtype="float32"):
    return RNG.integers(0, 9, (2, *sizes[: rank_of(name)], 3)).astype(dtype)


@each
@pytest.mark.parametrize("dtype", ["float32", "int32", "uint8", "bool", "float16"])
def test_elements_are_moved_in_their_dtype(name, dtype):
    make, expected = CASES[name]
    layer, x = make(dtype="float16" if dtype == "float16" else None), data(name, dtype=dtype)
    y = layer(x)
    assert backend.standardize_dtype(y.dtype) == dtype
    np.testing.assert_array_equal(array(y), expected(x))
    symbolic = layer(layers.Input(batch_shape=x.shape, dtype=dtype))
    assert (tuple(symbolic.shape), symbolic.dtype) == (array(y).shape, dtype)


@each
def test_models_take_unknown_sizes_and_come_back(name, tmp_path):
    make, expected = CASES[name]
    for model in (_functional(make(), UNKNOWN[rank_of(name)]), _sequential(make(), UNKNOWN[rank_of(name)])):
        assert model.output_shape == (None, *UNKNOWN[rank_of(name)])
        model.save(tmp_path / "model.keras")
        again = load_model(tmp_path / "model.keras")
        for sizes in ((4, 5, 3), (5, 6, 4)):
            x = data(name, sizes)
            np.testing.assert_array_equal(model.predict(x, verbose=0), expected(x))
            np.testing.assert_array_equal(again.predict(x, verbose=0), expected(x))


def _functional(layer, shape):
    inputs = layers.Input(shape)
    return models.Model(inputs, layer(inputs))


def _sequential(layer, shape):
    return models.Sequential([layers.Input(shape), layer])


@pytest.mark.parametrize("name", [name for name in CASES if name not in ("cropping1d", "cropping1d_one_end", "up1d")])
def test_channels_first_are_those_of_channels_last_moved(name):
    make, expected = CASES[name]
    x = data(name)
    y = array(make(data_format="channels_first")(np.moveaxis(x, -1, 1)))
    np.testing.assert_array_equal(y, np.moveaxis(expected(x), -1, 1))


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_interpolation_does_not_ask_for_known_sizes(interpolation, data_format):
    def make(shape):
        options = {"interpolation": interpolation, "data_format": data_format}
        shape = shape if data_format == "channels_last" else shape[::-1]
        return _functional(layers.UpSampling2D((2, 3), **options), shape)

    unknown, known = make((None, None, 2)), make((4, 5, 2))
    assert None in unknown.output_shape[1:]
    for sizes in ((4, 5), (6, 3)):
        x = RNG.normal(size=(2, *sizes, 2) if data_format == "channels_last" else (2, 2, *sizes)).astype("float32")
        y = unknown.predict(x, verbose=0)
        assert y.shape == tuple(n * f for n, f in zip(x.shape, (1, *known_factors(data_format))))
        np.testing.assert_allclose(y, array(known.layers[-1](x)), rtol=1e-2, atol=5e-3)


def known_factors(data_format):
    return (2, 3, 1) if data_format == "channels_last" else (1, 2, 3)


def test_bilinear_takes_the_line_between_the_centres_of_pixels():
    x = np.array([0.0, 4.0, 2.0], "float32").reshape(1, 1, 3, 1)
    y = layers.UpSampling2D((1, 2), interpolation="bilinear")(x)
    np.testing.assert_allclose(array(y).ravel(), [0, 1, 3, 3.5, 2.5, 2], rtol=1e-6)


def test_a_vector_becomes_a_sequence(tmp_path):
    x = RNG.normal(size=(2, 3)).astype("float32")
    for model in (_functional(layers.RepeatVector(4), (3,)), _sequential(layers.RepeatVector(4), (3,))):
        model.save(tmp_path / "model.keras")
        for m in (model, load_model(tmp_path / "model.keras")):
            assert m.output_shape == (None, 4, 3)
            np.testing.assert_array_equal(m.predict(x, verbose=0), np.stack([x] * 4, 1))
    assert layers.RepeatVector(4).compute_output_shape((None, None)) == (None, 4, None)


def test_the_configured_format_is_taken():
    backend.set_image_data_format("channels_first")
    try:
        made = [layers.ZeroPadding2D(), layers.UpSampling3D(), layers.Cropping2D(1), layers.Cropping1D()]
    finally:
        backend.set_image_data_format("channels_last")
    assert [layer.data_format for layer in made[:3]] == ["channels_first"] * 3
    assert [tuple(layer(np.ones((1, 5, 5, 5)[: layer.rank + 2])).shape) for layer in made[::2]] == [
        (1, 5, 7, 7),
        (1, 5, 3, 3),
    ]
    assert tuple(made[3](np.ones((1, 5, 6))).shape) == (1, 3, 6)  # It knows sequences with channels last only.
    assert json.loads(json.dumps(made[3].get_config())).get("data_format") is None


@pytest.mark.parametrize(
    "make, match",
    [
        (lambda: layers.Cropping1D((1, 2, 3)), "cropping"),
        (lambda: layers.Cropping1D(-1), "cropping"),
        (lambda: layers.Cropping2D((1, -1)), "cropping"),
        (lambda: layers.Cropping2D((1, 2, 3)), "cropping"),
        (lambda: layers.Cropping3D("abc"), "cropping"),
        (lambda: layers.ZeroPadding1D(1.5), "padding"),
        (lambda: layers.ZeroPadding2D(-1), "padding"),
        (lambda: layers.ZeroPadding3D((1, 2)), "padding"),
        (lambda: layers.UpSampling1D((2,)), "size"),
        (lambda: layers.UpSampling2D(0), "size"),
        (lambda: layers.UpSampling3D((1, 2)), "size"),
        (lambda: layers.UpSampling2D(interpolation="cubic"), "interpolation"),
        (lambda: layers.RepeatVector(0), "`n`"),
        (lambda: layers.RepeatVector(2.0), "`n`"),
        (lambda: layers.Cropping1D(2)(np.ones((1, 4, 2))), "cropping"),
        (lambda: layers.Cropping2D(2)(layers.Input((9, 4, 2))), "cropping"),
        (lambda: layers.Cropping2D(1)(np.ones((1, 4, 2))), "ndim"),
        (lambda: layers.ZeroPadding1D()(np.ones((1, 4))), "ndim"),
        (lambda: layers.UpSampling1D()(np.ones((1, 4))), "ndim"),
        (lambda: layers.RepeatVector(2)(np.ones((1, 4, 2))), "ndim"),
        (lambda: layers.Cropping1D(data_format="channels_last"), "data_format"),
    ],
)
def test_misuse(make, match):
    with pytest.raises((ValueError, TypeError), match=match):
        make()
