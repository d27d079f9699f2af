"""Layers of colours. Stored outputs for given transformations are those of Keras 3.15.1 on TensorFlow."""

import pathlib

import numpy as np
import pytest

import keras
from keras.src import backend, layers, models, ops
from keras.src.testing import engine
from keras.src.testing.colour_cases import CASES, images, outputs

GOLDENS = np.load(pathlib.Path(__file__).parents[2] / "testdata" / "colours.npz")
BYTES = images((0, 255))
RANDOM = {
    "RandomContrast": {"factor": 0.5},
    "RandomSaturation": {"factor": 0.5},
    "RandomHue": {"factor": 0.5},
    "RandomSharpness": {"factor": 0.5},
    "RandomColorDegeneration": {"factor": 0.5},
    "RandomGrayscale": {"factor": 0.5},
    "RandomInvert": {"factor": (0.5, 0.5)},
    "RandomPosterization": {"factor": 6},
    "RandomGaussianBlur": {"factor": (0.5, 0.5), "sigma": (0.5, 1.0)},
    "Solarization": {"threshold_factor": 1.0},
    "RandomColorJitter": {
        "brightness_factor": 0.1,
        "contrast_factor": 0.3,
        "saturation_factor": 0.4,
        "hue_factor": 0.1,
    },
}
FIXED = {
    "AutoContrast": {},
    "Equalization": {},
    "ContrastLimitedAdaptiveHistogramEqualization": {"tile_grid_size": (2, 3)},
}
INTEGERS_STAY = ("RandomGrayscale", "ContrastLimitedAdaptiveHistogramEqualization")
CHOOSING = {"RandAugment": {"factor": (0.3, 0.6)}, "AugMix": {"num_chains": 2, "chain_depth": 2}}
ALL = {**RANDOM, **FIXED, **CHOOSING}


def array(x):
    return np.array(ops.convert_to_numpy(x))


def first(x):
    return np.moveaxis(x, -1, -3)


@pytest.mark.parametrize("name", CASES)
def test_given_transformations(name):
    np.testing.assert_allclose(
        outputs(keras, name), GOLDENS[name], rtol=1e-4, atol=1e-3 if GOLDENS[name].max() > 3 else 1e-5
    )


@pytest.mark.parametrize(
    "name", [name for name in ALL if name not in ("RandomContrast", "Solarization", "AutoContrast")]
)
def test_channels_first(name):
    same = {} if name in FIXED else {"seed": 1}
    last = getattr(layers, name)(**ALL[name], **same, data_format="channels_last")
    other = getattr(layers, name)(**ALL[name], **same, data_format="channels_first")
    np.testing.assert_allclose(array(other(first(BYTES))), first(array(last(BYTES))), rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(array(other(first(BYTES[0]))), first(array(last(BYTES[0]))), rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("name", RANDOM)
def test_each_image_each_call_draws_anew_and_only_while_training(name):
    layer = getattr(layers, name)(**RANDOM[name], seed=1)
    many = np.repeat(BYTES[:1], 40, axis=0)
    found = [array(layer(many)) for _ in range(2)]
    assert len(np.unique(found[0].round(2), axis=0)) > 1
    assert not np.array_equal(*found)
    np.testing.assert_array_equal(array(layer(many, training=False)), many)
    again = getattr(layers, name)(**RANDOM[name], seed=1)
    np.testing.assert_array_equal(array(again(many)), found[0])


@pytest.mark.parametrize("name", [*RANDOM, *CHOOSING])
def test_models_predict_from_images_as_they_are(name):
    layer = getattr(layers, name)(**{**RANDOM, **CHOOSING}[name], seed=1)
    pictures = BYTES.astype("float32")
    model = models.Sequential([layers.Input(pictures.shape[1:]), layer])
    np.testing.assert_array_equal(model.predict(pictures, verbose=0), pictures)
    given = {"images": pictures, "labels": np.arange(float(len(pictures)))}
    for part, value in layer(given, training=False).items():
        np.testing.assert_array_equal(array(value), given[part])
    # Some layers leave half of the images as they are.
    assert any(not np.array_equal(array(layer(pictures, training=True)), pictures) for _ in range(20))


@pytest.mark.parametrize(
    "name, factor, key, low, high, mean",
    [
        ("RandomContrast", (0.2, 0.8), "contrast_factor", 0.8, 1.8, 1.3),
        ("RandomContrast", 0.5, "contrast_factor", 1.0, 1.5, 1.25),
        ("RandomSaturation", (0.2, 0.5), "factor", 0.25, 1.0, None),
        ("RandomSaturation", 0.5, "factor", -1 / 3, 1.0, None),
        ("RandomHue", (0.2, 0.8), "factor", -0.4, 0.4, 0.0),
        ("RandomSharpness", (0.2, 0.8), "factor", 0.2, 0.8, 0.5),
        ("RandomColorDegeneration", 0.5, "factor", -0.5, 0.5, 0.0),
        ("RandomInvert", (0.2, 0.8), "apply_inversion", 0, 1, 0.5),
        ("RandomInvert", 0.5, "apply_inversion", 0, 1, 0.25),
        ("RandomGaussianBlur", 0.5, "should_apply_blur", 0, 1, 0.25),
        ("RandomPosterization", (2, 6), "shift_factor", 3, 6, 4.5),
        ("RandomPosterization", 3, "shift_factor", 6, 7, 6.5),
        ("RandomPosterization", (3, 3), "shift_factor", 5, 5, 5),
    ],
)
def test_what_is_drawn(name, factor, key, low, high, mean):
    layer = getattr(layers, name)(factor, seed=1)
    drawn = array(layer.get_random_transformation({"images": np.zeros((2000, 1, 1, 3))})[key]).astype("float64")
    assert drawn.size == 2000
    assert low - 1e-6 <= drawn.min() <= low + 0.02 * (high - low)
    assert high - 0.02 * (high - low) <= drawn.max() <= high + 1e-5
    if mean is not None:
        np.testing.assert_allclose(drawn.mean(), mean, atol=0.05 * max(high - low, 0.1))
    assert layer.get_random_transformation({"images": BYTES}, training=False) is None


def test_gray_images_by_chance():
    layer = layers.RandomGrayscale(0.3, seed=1)
    found = array(layer(np.repeat(BYTES[:1], 1000, axis=0)))
    gray = np.ptp(found, axis=-1).max((1, 2)) < 1e-3
    assert 230 < gray.sum() < 370
    np.testing.assert_allclose(found[gray][0, ..., 0], BYTES[0] @ [0.2989, 0.587, 0.114], rtol=1e-5)
    np.testing.assert_array_equal(found[~gray][0], BYTES[0])


@pytest.mark.parametrize("name", [name for name in ALL if name != "RandAugment"])
@pytest.mark.parametrize("batched", [True, False])
def test_whole_numbers_and_what_comes_along(name, batched):
    layer = getattr(layers, name)(**ALL[name], bounding_box_format="xyxy")
    data = {
        "images": BYTES.astype("uint8"),
        "labels": np.array([3, 4]),
        "segmentation_masks": np.arange(60).reshape(2, 5, 6, 1).astype("uint8"),
        "bounding_boxes": {"boxes": np.ones((2, 1, 4), "float32"), "labels": np.ones((2, 1), "int32")},
    }
    data = data if batched else keras.tree.map_structure(lambda x: x[0], data)
    found = layer(data)
    assert backend.standardize_dtype(found["images"].dtype) == ("uint8" if name in INTEGERS_STAY else "float32")
    for key in ("labels", "segmentation_masks"):
        np.testing.assert_array_equal(array(found[key]), data[key])
        assert array(found[key]).dtype.kind == data[key].dtype.kind
    np.testing.assert_array_equal(array(found["bounding_boxes"]["boxes"]), data["bounding_boxes"]["boxes"])
    assert array(found["images"]).shape == data["images"].shape


@pytest.mark.parametrize("name", ALL)
def test_in_models_and_pipelines(name):
    layer = getattr(layers, name)(**ALL[name])
    inputs = layers.Input((None, None, 3))
    model = models.Model(inputs, layer(inputs))
    assert model.output_shape == (None, None, None, 3)
    expected = array(layer(BYTES, training=False))
    np.testing.assert_allclose(model.predict(BYTES, verbose=0), expected, rtol=1e-5, atol=1e-4)
    tf = pytest.importorskip("tensorflow")
    signature = tf.TensorSpec((None, None, 3), "uint8")
    several = [BYTES[0].astype("uint8"), BYTES[1, :3].astype("uint8")]
    dataset = tf.data.Dataset.from_generator(lambda: several, output_signature=signature).map(layer)
    assert [x.shape for x in dataset.as_numpy_iterator()] == [(5, 6, 3), (3, 6, 3)]
    batches = tf.data.Dataset.from_tensor_slices(np.repeat(BYTES, 8, 0)).batch(4).map(layer)
    drawn = np.concatenate(list(batches.as_numpy_iterator()))
    assert drawn.shape == (16, 5, 6, 3)
    if name in RANDOM:
        assert len(np.unique(drawn[:8].round(2), axis=0)) > 1
    elif name in FIXED:
        np.testing.assert_allclose(drawn[[0, 8]][:1], array(layer(np.repeat(BYTES[:1], 4, 0)))[:1], atol=1e-3)


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="fit needs an engine that trains")
def test_inside_a_model_that_trains():
    random = [getattr(layers, name)(**RANDOM[name], seed=1) for name in RANDOM]
    model = models.Sequential([layers.Input((5, 6, 3)), *random, layers.GlobalAveragePooling2D()])
    model.compile("sgd", "mse", metrics=["mae"])
    same = np.repeat(BYTES[:1], 8, 0)
    mean = same.mean((1, 2))
    history = model.fit(same, mean, epochs=2, batch_size=4, verbose=0).history
    assert min(history["mae"]) > 1 and len(set(history["mae"])) == 2
    assert model.evaluate(same, mean, verbose=0)[1] < 1e-2


def test_channels_of_one_value_stay():
    flat = np.full((1, 4, 4, 3), 7, "float32")
    for layer in (layers.AutoContrast(), layers.Equalization()):
        np.testing.assert_allclose(array(layer(flat)), flat)
    np.testing.assert_allclose(array(layers.RandomGaussianBlur((1, 1), sigma=0)(flat)), flat, rtol=1e-5)


def test_blur_of_unequal_sides():
    x = np.zeros((1, 9, 9, 1), "float32")
    x[0, 4, 4] = 1
    layer = layers.RandomGaussianBlur(kernel_size=(5, 3))
    given = {"should_apply_blur": np.array([True]), "blur_factor": np.array([0.4, 0.9], "float32")}
    found = array(
        layer.transform_images(ops.convert_to_tensor(x), keras.tree.map_structure(ops.convert_to_tensor, given))
    )
    lines = []
    for size, sigma in ((5, 0.9), (3, 0.4)):
        line = np.exp(-0.5 * ((np.arange(size) - size // 2) / sigma) ** 2)
        lines.append(np.pad(line / line.sum(), (9 - size) // 2))
    np.testing.assert_allclose(found[0, ..., 0], np.outer(*lines), atol=1e-6)


def test_jitter_is_four_layers_one_after_the_other():
    layer = layers.RandomColorJitter((0, 255), 0.2, 0.5, (0.1, 0.4), 0.3, seed=1)
    given = layer.get_random_transformation(BYTES)
    found = array(layer.transform_images(ops.convert_to_tensor(BYTES), given))
    expected = ops.convert_to_tensor(BYTES)
    for kind, single in (
        ("brightness", layers.RandomBrightness(0.2)),
        ("contrast", layers.RandomContrast(0.5)),
        ("saturation", layers.RandomSaturation(0.5)),
        ("hue", layers.RandomHue(0.3)),
    ):
        expected = single.transform_images(expected, given[kind])
    np.testing.assert_allclose(found, array(expected), rtol=1e-5, atol=1e-3)
    assert abs(found - BYTES).max() > 10


@pytest.mark.parametrize(
    "make, match",
    [
        (lambda: layers.RandomColorJitter(brightness_factor=3), "factor"),
        (lambda: layers.RandomColorJitter(hue_factor=-0.1), "factor"),
        (lambda: layers.ContrastLimitedAdaptiveHistogramEqualization(tile_grid_size=(0, 2)), "tile_grid_size"),
        (lambda: layers.ContrastLimitedAdaptiveHistogramEqualization(clip_limit="x"), "clip_limit"),
        (lambda: layers.RandomContrast(None), "factor"),
        (lambda: layers.RandomContrast(1.5), "factor"),
        (lambda: layers.RandomSaturation(2.0), "factor"),
        (lambda: layers.RandomHue("x"), "factor"),
        (lambda: layers.RandomSharpness((0.1, 0.2, 0.3)), "factor"),
        (lambda: layers.RandomGrayscale(1.2), "factor"),
        (lambda: layers.RandomGrayscale((0.1, 0.2)), "factor"),
        (lambda: layers.RandomPosterization(9), "factor"),
        (lambda: layers.RandomPosterization(2.5), "factor"),
        (lambda: layers.RandomGaussianBlur(kernel_size=4), "kernel_size"),
        (lambda: layers.RandomGaussianBlur(sigma=2.0), "sigma"),
        (lambda: layers.Solarization(addition_factor=-0.1), "addition_factor"),
        (lambda: layers.Solarization(threshold_factor=3), "threshold_factor"),
        (lambda: layers.AutoContrast(value_range=3), "value_range"),
        (lambda: layers.Equalization(bins=0), "bins"),
        (lambda: layers.RandomInvert(value_range=("a", "b")), "value_range"),
        (lambda: layers.RandomHue(0.5)(BYTES[..., :2]), "channels"),
        (lambda: layers.RandomGrayscale(0.5)(BYTES[..., :2]), "channels"),
    ],
)
def test_mistakes(make, match):
    with pytest.raises(ValueError, match=match):
        make()
