"""What all layers of images share, shown by `RandomFlip`, `RandomBrightness` and a layer as users write it."""

import numpy as np
import pytest

import keras
from keras.src import backend, layers, models, ops
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    BaseImagePreprocessingLayer,
)
from keras.src.testing import engine

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(0, 255, size=(4, 6, 8, 3)).astype("float32")
BOXES = np.array([[[1, 1, 3, 4], [2, 0, 5, 6]]] * 4, "float32")


def array(x):
    return np.array(ops.convert_to_numpy(x))


def example(batched=True, images=IMAGES):
    data = {
        "images": images,
        "labels": np.arange(8, dtype="int32").reshape(4, 2),
        "segmentation_masks": np.arange(4 * 48).reshape(4, 6, 8, 1).astype("uint8"),
        "bounding_boxes": {"boxes": BOXES, "labels": np.array([[1, 2]] * 4, "int32")},
        "weights": np.arange(4.0),
    }
    if batched:
        return data
    boxes = {name: x[0] for name, x in data.pop("bounding_boxes").items()}
    return {**{name: x[0] for name, x in data.items()}, "bounding_boxes": boxes}


class Recorded(BaseImagePreprocessingLayer):
    """Adds a number that is drawn to everything, and keeps what its hooks got."""

    def __init__(self, factor=1.0, seed=None, **kwargs):
        super().__init__(factor=factor, **kwargs)
        self.seen = []
        self._set_seed(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        self.seen.append(("draw", type(data) is dict, training))
        return 1

    def _kept(self, name, x):
        self.seen.append((name, tuple(x.shape), backend.standardize_dtype(x.dtype)))

    def transform_images(self, images, transformation, training=True):
        self._kept("images", images)
        return images + transformation

    def transform_labels(self, labels, transformation, training=True):
        self._kept("labels", labels)
        return labels + transformation

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        self._kept("masks", segmentation_masks)
        return segmentation_masks

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        self._kept("boxes", bounding_boxes["boxes"])
        self._kept("classes", bounding_boxes["labels"])
        return {**bounding_boxes, "boxes": bounding_boxes["boxes"] + transformation}


@pytest.mark.parametrize("batched", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "mixed_float16"])
def test_one_transformation_for_all_parts(batched, dtype):
    layer = Recorded(bounding_box_format="xyxy", dtype=dtype)
    data = example(batched)
    found = layer(data, training=False)
    n = 4 if batched else 1
    assert sorted(layer.seen) == sorted(
        [
            ("draw", True, False),
            ("images", (n, 6, 8, 3), layer.compute_dtype),
            ("labels", (n, 2), "int32"),
            ("masks", (n, 6, 8, 1), "uint8"),
            ("boxes", (n, 2, 4), "float32"),
            ("classes", (n, 2), "int32"),
        ]
    )
    np.testing.assert_allclose(array(found["images"]), data["images"] + 1, rtol=1e-2)
    np.testing.assert_array_equal(array(found["labels"]), data["labels"] + 1)
    np.testing.assert_array_equal(array(found["segmentation_masks"]), data["segmentation_masks"])
    np.testing.assert_array_equal(array(found["bounding_boxes"]["boxes"]), data["bounding_boxes"]["boxes"] + 1)
    assert found["weights"] is data["weights"]


def test_images_alone():
    layer = Recorded()
    np.testing.assert_allclose(array(layer(IMAGES)), IMAGES + 1, rtol=1e-6)
    np.testing.assert_allclose(array(layer(IMAGES[0].tolist())), IMAGES[0] + 1, rtol=1e-6)
    assert layer.seen[0] == ("draw", False, True)


def test_the_config_has_what_a_user_gave():
    layer = Recorded((-0.2, 0.1), bounding_box_format="rel_xyxy", data_format="channels_first", seed=3, name="r")
    config = layer.get_config()
    assert config["factor"] == (-0.2, 0.1)
    assert config["bounding_box_format"] == "rel_xyxy" and config["data_format"] == "channels_first"
    assert Recorded.from_config(config).get_config() == config
    assert "bounding_box_format" not in layers.RandomFlip().get_config()
    assert layers.RandomFlip(bounding_box_format="xyxy").get_config()["bounding_box_format"] == "xyxy"


class WithoutFactor(BaseImagePreprocessingLayer):
    _USE_BASE_FACTOR = False


def test_what_a_layer_does_not_define():
    layer = WithoutFactor(bounding_box_format="xyxy")
    assert "factor" not in layer.get_config()
    for name, x in example().items():
        if name == "weights":
            continue
        with pytest.raises(NotImplementedError, match=f"transform_{name}"):
            getattr(layer, f"transform_{name}")(x, None)
    with pytest.raises(ValueError, match="factor"):
        WithoutFactor(factor=0.5)


@pytest.mark.parametrize(
    "factor, kept",
    [(0.3, (-0.3, 0.3)), (-0.3, (-0.3, 0.3)), ((0.5, 0.1), (0.1, 0.5)), ([-0.2, 0.1], (-0.2, 0.1)), (0, (0, 0))],
)
def test_factors(factor, kept):
    assert Recorded(factor).factor == kept


FROM_0_TO_1 = "Sharpness Hue Saturation Contrast Invert Erasing GaussianBlur ElasticTransform Perspective".split()


@pytest.mark.parametrize(
    "name, argument, factor, kept",
    [
        *((f"Random{kind}", "factor", (0.5, 1.5), (0.5, 1.5)) for kind in FROM_0_TO_1),
        *((f"Random{kind}", "factor", (1, 2), (1, 2)) for kind in FROM_0_TO_1),
        *((f"Random{kind}", "factor", (-3, 0), (-3, 0)) for kind in FROM_0_TO_1),
        *((f"Random{kind}", "factor", (1.5, 2), None) for kind in FROM_0_TO_1),
        *((f"Random{kind}", "factor", (0.5, -2), None) for kind in FROM_0_TO_1),
        ("CutMix", "factor", (0.5, 1.5), (0.5, 1.5)),
        ("RandomBrightness", "factor", (-1.5, -0.5), (-1.5, -0.5)),
        ("RandomRotation", "factor", (-3, 3), (-3, 3)),
        ("RandomColorDegeneration", "factor", (-3, -1), (-3, -1)),
        ("RandomPosterization", "factor", (0, 9), (0, 9)),
        ("RandomPosterization", "factor", (3, 12), (3, 12)),
        ("RandomPosterization", "factor", (-3, 0), None),
        ("RandomErasing", "scale", (0.5, 1.5), (0.5, 1.5)),
        ("RandomGaussianBlur", "sigma", (0.5, 3), (0.5, 3)),
        ("RandomElasticTransform", "scale", (0.5, 1.5), (0.5, 1.5)),
        ("RandAugment", "factor", (0.5, 1.5), None),
        ("AugMix", "factor", (-0.5, 0.5), None),
        ("Solarization", "addition_factor", (0.5, 1.5), None),
        ("RandomShear", "x_factor", (0.5, 1.5), None),
        ("RandomTranslation", "height_factor", (0.5, 1.5), None),
        ("RandomZoom", "height_factor", (0.5, 1.5), None),
    ],
)
def test_two_numbers_may_reach_beyond_the_bounds(name, argument, factor, kept):
    """What Keras 3.15.1 takes, and what not; files hold such factors."""
    make = getattr(layers, name)
    others = {"width_factor": 0.1} if name == "RandomTranslation" else {}
    if kept is None:
        with pytest.raises(ValueError, match=argument):
            make(**{argument: factor}, **others)
        return
    layer = make(**{argument: factor})
    assert tuple(getattr(make.from_config(layer.get_config()), argument)) == kept
    assert np.isfinite(array(layer(IMAGES, training=True))).all()


@pytest.mark.parametrize("mode, axes", [("horizontal", (2,)), ("vertical", (1,)), ("horizontal_and_vertical", (1, 2))])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_random_flip(mode, axes, data_format):
    layer = layers.RandomFlip(mode, data_format=data_format, bounding_box_format="xyxy")
    data = example()
    flips = np.array([True, False, True, False])
    first = data_format == "channels_first"
    images = np.moveaxis(IMAGES, -1, 1) if first else IMAGES
    masks = np.moveaxis(data["segmentation_masks"], -1, 1) if first else data["segmentation_masks"]
    chosen = {"flips": ops.convert_to_tensor(flips.reshape(4, 1, 1, 1)), "input_shape": images.shape}
    axes = tuple(a + 1 if first else a for a in axes)
    for method, x in (("transform_images", images), ("transform_segmentation_masks", masks)):
        found = array(getattr(layer, method)(ops.convert_to_tensor(x), chosen))
        expected = np.where(flips.reshape(4, 1, 1, 1), np.flip(x, axes), x)
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == x.dtype
    boxes = layer.transform_bounding_boxes({"boxes": BOXES, "labels": np.array([[1, 2]] * 4)}, chosen)["boxes"]
    mirrored = BOXES[0].copy()
    if mode != "vertical":
        mirrored[:, [0, 2]] = 8 - mirrored[:, [2, 0]]
    if mode != "horizontal":
        mirrored[:, [1, 3]] = 6 - mirrored[:, [3, 1]]
    np.testing.assert_allclose(array(boxes), np.where(flips[:, None, None], mirrored, BOXES), atol=1e-5)


@pytest.mark.parametrize("given", ["xywh", "rel_center_xywh", "yxyx"])
def test_boxes_in_other_formats(given):
    convert = keras.utils.bounding_boxes.convert_format
    boxes = array(convert(BOXES, "xyxy", given, height=6, width=8))
    layer = layers.RandomFlip("horizontal", bounding_box_format=given)
    chosen = {"flips": ops.ones((4, 1, 1, 1), "bool"), "input_shape": IMAGES.shape}
    found = layer.transform_bounding_boxes({"boxes": boxes, "labels": np.ones((4, 2))}, chosen)["boxes"]
    expected = BOXES.copy()
    expected[..., [0, 2]] = 8 - BOXES[..., [2, 0]]
    np.testing.assert_allclose(array(convert(found, given, "xyxy", height=6, width=8)), expected, atol=1e-5)


def test_about_half_are_flipped_each_call_anew_and_only_while_training():
    layer = layers.RandomFlip("horizontal", seed=1)
    images = np.repeat(IMAGES[:1], 200, axis=0)
    found = [array(layer(images)) for _ in range(2)]
    kept = [(x == images).all((1, 2, 3)) for x in found]
    assert all(60 < k.sum() < 140 for k in kept) and (kept[0] != kept[1]).any()
    for x, k in zip(found, kept):
        np.testing.assert_array_equal(x[~k], images[~k][:, :, ::-1])
    np.testing.assert_array_equal(array(layer(images, training=False)), images)
    again = layers.RandomFlip("horizontal", seed=1)
    np.testing.assert_array_equal(array(again(images)), found[0])


@pytest.mark.parametrize("value_range", [(0, 255), (0, 1), (-1, 1)])
def test_random_brightness(value_range):
    low, high = value_range
    images = low + (high - low) * (IMAGES / 255)
    layer = layers.RandomBrightness((0.2, 0.2), value_range=value_range)
    expected = np.clip(images + 0.2 * (high - low), low, high)
    np.testing.assert_allclose(array(layer(images)), expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(array(layer(images[0])), expected[0], rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(array(layer(images * 3, training=False)), images.astype("float32") * 3)


def test_random_brightness_draws_for_each_image():
    found = array(layers.RandomBrightness((-0.4, 0.1), seed=1)(np.full((500, 2, 2, 3), 120, "float32")))
    delta = (found - 120) / 255
    assert (delta.max((1, 2, 3)) - delta.min((1, 2, 3)) < 1e-5).all()
    assert -0.4 <= delta.min() < -0.37 and 0.07 < delta.max() <= 0.1
    np.testing.assert_allclose(delta.mean(), -0.15, atol=0.03)


def test_whole_numbers_stay():
    found = layers.RandomBrightness((0.2, 0.2))(IMAGES.astype("uint8"))
    assert backend.standardize_dtype(found.dtype) == "uint8"
    np.testing.assert_array_equal(array(found), np.clip(IMAGES.astype("uint8") + 51.0, 0, 255).astype("uint8"))
    symbolic = layers.RandomBrightness((0.2, 0.2))(keras.Input((None, None, 3), dtype="uint8"))
    assert symbolic.dtype == "uint8" and symbolic.shape == (None, None, None, 3)


def test_symbolic_parts():
    inputs = {
        "images": keras.Input((None, None, 3), dtype="uint8"),
        "segmentation_masks": keras.Input((None, None, 1), dtype="uint8"),
        "labels": keras.Input((), dtype="int32"),
    }
    found = layers.RandomFlip()(inputs)
    assert {name: x.dtype for name, x in found.items()} == {
        "images": "float32",
        "segmentation_masks": "uint8",
        "labels": "int32",
    }
    model = models.Model(inputs, found)
    images = IMAGES.astype("uint8")
    out = model.predict({"images": images, "segmentation_masks": images[..., :1], "labels": np.arange(4)}, verbose=0)
    np.testing.assert_array_equal(out["images"], images)
    np.testing.assert_array_equal(out["segmentation_masks"], images[..., :1])


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="fit needs an engine that trains")
def test_inside_a_model_that_trains():
    model = models.Sequential(
        [
            layers.Input((6, 8, 3)),
            layers.RandomFlip(seed=1),
            layers.RandomBrightness(0.9, seed=2),
            layers.GlobalAveragePooling2D(),
        ]
    )
    model.compile("sgd", "mse", metrics=["mae"])
    same = np.repeat(IMAGES[:1], 16, axis=0)
    history = model.fit(same, IMAGES[:1].mean((1, 2)).repeat(16, 0), epochs=3, batch_size=8, verbose=0).history
    assert min(history["mae"]) > 1 and len(set(history["mae"])) == 3
    assert model.evaluate(same, IMAGES[:1].mean((1, 2)).repeat(16, 0), verbose=0)[1] < 1e-3


def as_dataset(tf, batched):
    data = example()
    data.pop("weights")
    dataset = tf.data.Dataset.from_tensor_slices(data)
    return dataset.batch(3) if batched else dataset


@pytest.mark.parametrize("batched", [True, False])
def test_in_pipelines_of_tensorflow(batched):
    tf = pytest.importorskip("tensorflow")
    layer = layers.RandomBrightness((0.2, 0.2), bounding_box_format="xyxy")
    flip = layers.RandomFlip("horizontal", seed=1, bounding_box_format="xyxy")
    dataset = as_dataset(tf, batched).map(layer).map(flip)
    dataset = dataset if batched else dataset.batch(3)
    assert tuple(dataset.element_spec["images"].shape) == (None, 6, 8, 3)
    found = list(dataset.repeat(10).as_numpy_iterator())
    images = np.concatenate([x["images"] for x in found])
    boxes = np.concatenate([x["bounding_boxes"]["boxes"] for x in found])
    expected = np.tile(np.clip(IMAGES + 51, 0, 255), (10, 1, 1, 1))
    kept = np.isclose(images, expected, atol=1e-3).all((1, 2, 3))
    assert 8 < kept.sum() < 32
    np.testing.assert_allclose(images[~kept], expected[~kept][:, :, ::-1], atol=1e-3)
    mirrored = np.tile(BOXES, (10, 1, 1))
    mirrored[..., [0, 2]] = 8 - mirrored[..., [2, 0]]
    np.testing.assert_allclose(boxes[~kept], mirrored[~kept], atol=1e-4)
    assert found[0]["segmentation_masks"].dtype == "uint8"


@pytest.mark.parametrize(
    "call, error, match",
    [
        (lambda: layers.RandomFlip()(IMAGES[0, 0]), ValueError, "rank"),
        (lambda: layers.RandomFlip()(IMAGES[None]), ValueError, "rank"),
        (lambda: layers.RandomFlip()({"labels": np.ones(2)}), ValueError, "images"),
        (lambda: layers.RandomFlip()(example()), ValueError, "bounding_box_format"),
        (lambda: layers.RandomFlip(bounding_box_format="coco"), ValueError, "bounding_box_format"),
        (lambda: layers.RandomFlip("diagonal"), ValueError, "mode"),
        (lambda: layers.RandomFlip(data_format="last"), ValueError, "data_format"),
        (lambda: layers.RandomFlip(factor=0.1), ValueError, "factor"),
        (lambda: layers.RandomFlip(seed="x"), ValueError, "seed"),
        (lambda: Recorded(bounding_box_format="xyxy")({"images": IMAGES, "bounding_boxes": BOXES}), ValueError, "dict"),
        (
            lambda: Recorded(bounding_box_format="xyxy")(
                {"images": IMAGES, "bounding_boxes": {"boxes": BOXES[..., :3], "labels": np.ones((4, 2))}}
            ),
            ValueError,
            "boxes",
        ),
        (lambda: layers.RandomBrightness(2), ValueError, "factor"),
        (lambda: layers.RandomBrightness("x"), ValueError, "factor"),
        (lambda: layers.RandomBrightness((0.1, 0.2, 0.3)), ValueError, "factor"),
        (lambda: layers.RandomBrightness(0.1, value_range=5), ValueError, "value_range"),
        (lambda: layers.RandomBrightness(0.1, value_range=(0, 1, 2)), ValueError, "value_range"),
    ],
)
def test_mistakes(call, error, match):
    with pytest.raises(error, match=match):
        call()
