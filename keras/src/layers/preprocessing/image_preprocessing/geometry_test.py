"""Layers that move pixels: boxes, masks, places of crops, unknown sizes. Numbers are those of the reference where not said."""

import numpy as np
import pytest

import keras
from keras.src import backend, layers, ops

IMAGES = np.arange(2 * 6 * 8 * 3, dtype="float32").reshape(2, 6, 8, 3)
MASKS = np.arange(2 * 6 * 8, dtype="uint8").reshape(2, 6, 8, 1)
BOXES = np.array([[[1, 1, 3, 4], [2, 0, 5, 6]]] * 2, "float32")
CLASSES = np.array([[1, 2], [3, 4]], "int32")
convert = keras.utils.bounding_boxes.convert_format


def array(x):
    return np.array(ops.convert_to_numpy(x))


def example(given="xyxy"):
    return {
        "images": IMAGES,
        "labels": np.array([1, 2]),
        "segmentation_masks": MASKS,
        "bounding_boxes": {"boxes": array(convert(BOXES, "xyxy", given, 6, 8)), "labels": CLASSES},
    }


# A layer that draws one thing, the size of its results, the boxes of the first image.
LAYERS = {
    "rotation": (
        layers.RandomRotation,
        ((0.1, 0.1),),
        (6, 8),
        [[0.59578, 1.58037, 3.97717, 5.18299], [0.81701, 0, 6.77077, 6]],
    ),
    "zoom": (
        layers.RandomZoom,
        ((0.2, 0.2),),
        (6, 8),
        [[1.41667, 1.25, 3.08333, 3.75], [2.25, 0.41667, 4.75, 5.41667]],
    ),
    "translation": (
        layers.RandomTranslation,
        ((0.2, 0.2), (0.1, 0.1)),
        (6, 8),
        [[1.8, 2.2, 3.8, 5.2], [2.8, 1.2, 5.8, 6.0]],
    ),
    "center_crop": (layers.CenterCrop, (4, 5), (4, 5), [[0, 0, 2, 3], [1, 0, 4, 4]]),
    "center_crop_small": (
        layers.CenterCrop,
        (10, 10),
        (10, 10),
        [[0, 1.66667, 3.33333, 6.66667], [1.66667, 0, 6.66667, 10]],
    ),
    "resizing": (layers.Resizing, (3, 4), (3, 4), [[0.5, 0.5, 1.5, 2.0], [1.0, 0.0, 2.5, 3.0]]),
    "random_crop": (layers.RandomCrop, (6, 8), (6, 8), BOXES[0]),
    "random_crop_small": (
        layers.RandomCrop,
        (10, 10),
        (10, 10),
        [[0, 1.66667, 3.33333, 6.66667], [1.66667, 0, 6.66667, 10]],
    ),
}
each_layer = pytest.mark.parametrize("name", LAYERS)


@each_layer
@pytest.mark.parametrize("given", ["xyxy", "rel_xyxy", "yxyx", "center_xywh", "rel_center_xywh"])
def test_boxes(name, given):
    make, arguments, size, expected = LAYERS[name]
    layer = make(*arguments, bounding_box_format=given)
    found = layer(example(given), training=True)["bounding_boxes"]
    np.testing.assert_allclose(array(convert(found["boxes"], given, "xyxy", *size))[1], expected, atol=1e-3)
    np.testing.assert_array_equal(array(found["labels"]), CLASSES)
    one = {"images": IMAGES[0], "bounding_boxes": {name: x[0] for name, x in example(given)["bounding_boxes"].items()}}
    found = layer(one, training=True)["bounding_boxes"]
    np.testing.assert_allclose(array(convert(found["boxes"], given, "xyxy", *size)), expected, atol=1e-3)


@pytest.mark.parametrize(
    "options, size, expected",
    [
        ({"crop_to_aspect_ratio": True}, (12, 5), [[0, 2, 1, 8], [0, 0, 5, 12]]),
        ({"crop_to_aspect_ratio": True}, (5, 20), [[2.5, 0, 7.5, 5], [5, 0, 12.5, 5]]),
        ({"pad_to_aspect_ratio": True}, (12, 5), [[0.625, 4.625, 1.875, 6.5], [1.25, 4, 3.125, 7.75]]),
        ({"pad_to_aspect_ratio": True}, (5, 20), [[6.83333, 0.83333, 8.5, 3.33333], [7.66667, 0, 10.16667, 5]]),
    ],
)
def test_boxes_of_resizing_that_keeps_proportions(options, size, expected):
    found = layers.Resizing(*size, bounding_box_format="xyxy", **options)(example())["bounding_boxes"]["boxes"]
    np.testing.assert_allclose(array(found)[0], expected, atol=1e-3)


def test_boxes_outside_have_no_class():
    found = layers.CenterCrop(12, 4, bounding_box_format="xyxy")(example())["bounding_boxes"]
    np.testing.assert_allclose(array(found["boxes"])[0], [[0, 2, 0, 8], [0, 0, 4, 12]], atol=1e-4)
    np.testing.assert_array_equal(array(found["labels"]), [[-1, 2], [-1, 4]])


def test_shear_of_images_and_boxes():
    layer = layers.RandomShear((0.2, 0.2), (0.1, 0.1), bounding_box_format="xyxy")
    expected = {
        (0.2, 0.1): ([0, 5.4, 10.8, 16.2, 21.6, 27.0, 32.4, 37.8, 24.6, 30.0], [0, 0.795, 2.73333, 4.005]),
        (-0.2, -0.1): ([0, 3, 6, 9, 12, 15, 18, 21, 24, 24], [1.26667, 1.095, 4.06667, 4.305]),
    }
    for shears, (pixels, box) in expected.items():
        chosen = {"shear_factor": ops.convert_to_tensor([shears] * 2), "input_shape": IMAGES.shape}
        found = array(layer.transform_images(ops.convert_to_tensor(IMAGES[..., :1]), chosen))
        np.testing.assert_allclose(found.ravel()[: len(pixels)], pixels, atol=1e-3)
        found = layer.transform_bounding_boxes({"boxes": ops.convert_to_tensor(BOXES), "labels": CLASSES}, chosen)
        np.testing.assert_allclose(array(found["boxes"])[0, 0], box, atol=1e-3)
    drawn = array(layer.get_random_transformation(np.zeros((200, 4, 4, 1)))["shear_factor"])
    assert {tuple(row) for row in drawn.astype("float64").round(4).tolist()} == {(0.2, 0.1), (-0.2, -0.1)}


def test_perspective_of_images_masks_and_boxes():
    layer = layers.RandomPerspective((1.0, 1.0), 0.5, bounding_box_format="xyxy")
    start = np.array([[[0, 0], [7, 0], [0, 5], [7, 5]]] * 2, "float32")
    end = np.array([[[0, 0], [6, 0], [0, 4], [6.5, 5]], [[0, 0], [8, 0], [0, 5], [7, 5.5]]], "float32")
    chosen = {"apply_perspective": ops.convert_to_tensor([True, True]), "input_shape": IMAGES.shape}
    chosen.update(start_points=ops.convert_to_tensor(start), end_points=ops.convert_to_tensor(end))
    found = array(layer.transform_images(ops.convert_to_tensor(IMAGES), chosen))
    pixels = [0, 1, 2, 4.1481, 5.1481, 6.1481, 8, 9, 10, 11.5862, 12.5862, 13.5862, 14.9333, 15.9333, 16.9333]
    np.testing.assert_allclose(found.ravel()[:15], pixels, atol=1e-3)
    boxes = {"boxes": ops.convert_to_tensor(BOXES), "labels": ops.convert_to_tensor(CLASSES)}
    found = array(layer.transform_bounding_boxes(boxes, chosen)["boxes"])
    expected = [[0.7249, 0.7807, 2.4025, 3.4497], [1.4717, 0.0, 4.4018, 5.6885]]
    np.testing.assert_allclose(found[0], expected, atol=1e-3)
    chosen["apply_perspective"] = ops.convert_to_tensor([True, False])
    np.testing.assert_allclose(array(layer.transform_bounding_boxes(boxes, chosen)["boxes"])[1], BOXES[1], atol=1e-5)
    np.testing.assert_array_equal(array(layer.transform_images(ops.convert_to_tensor(IMAGES), chosen))[1], IMAGES[1])
    found = array(layer.transform_segmentation_masks(ops.convert_to_tensor(MASKS), chosen))
    assert found.dtype == "uint8"
    np.testing.assert_array_equal(found[0, 0, :, 0], [0, 1, 3, 4, 5, 6, 7, 0])


def test_perspective_moves_corners_by_a_share():
    drawn = layers.RandomPerspective(scale=0.5, seed=1).get_random_transformation(np.zeros((500, 5, 9, 1)))
    start, end = array(drawn["start_points"]), array(drawn["end_points"])
    np.testing.assert_array_equal(start[7], [[0, 0], [8, 0], [0, 4], [8, 4]])
    share = (end / np.where(start > 0, start, 1))[start > 0]
    assert 0.75 <= share.min() < 0.76 and 1.24 < share.max() <= 1.25 and (end[start == 0] == 0).all()


@each_layer
def test_masks_take_the_nearest_class_and_keep_their_dtype(name):
    make, arguments, size, _ = LAYERS[name]
    data = {"images": IMAGES, "segmentation_masks": np.isin(MASKS, (9, 10, 17, 18, 70)).astype("uint8") * 200}
    found = array(make(*arguments)(data, training=True)["segmentation_masks"])
    assert found.dtype == "uint8" and found.shape == (2, *size, 1)
    assert set(np.unique(found)) <= {0, 200} and (found[0] == 200).any()


def test_masks_follow_images():
    for make in (
        lambda: layers.RandomRotation(0.3, seed=1, interpolation="nearest"),
        lambda: layers.RandomZoom(0.3, seed=2, interpolation="nearest", data_format="channels_first"),
        lambda: layers.RandomElasticTransform((1.0, 1.0), (1.0, 1.0), seed=1, interpolation="nearest"),
        lambda: layers.RandomCrop(3, 4, seed=1),
    ):
        layer = make()
        images = np.repeat(np.arange(2 * 32 * 32).reshape(2, 32, 32, 1) % 251, 3, -1)
        first = layer.data_format == "channels_first"
        images = np.moveaxis(images, -1, 1) if first else images
        data = {"images": images.astype("float32"), "segmentation_masks": images[:, :1] if first else images[..., :1]}
        found = layer(data)
        pixels = array(found["images"])
        np.testing.assert_array_equal(array(found["segmentation_masks"]), pixels[:, :1] if first else pixels[..., :1])
        assert not np.array_equal(pixels, images[:, : pixels.shape[1], : pixels.shape[2], : pixels.shape[3]])


def test_places_of_random_crops():
    layer = layers.RandomCrop(3, 4, seed=1, bounding_box_format="xyxy")
    starts = {tuple(int(array(n)) for n in layer.get_random_transformation(IMAGES)) for _ in range(120)}
    assert starts == {(row, column) for row in range(4) for column in range(5)}
    found = layer(example())
    corner = int(array(found["images"])[0, 0, 0, 0]) // 3
    row, column = corner // 8, corner % 8
    np.testing.assert_array_equal(array(found["images"]), IMAGES[:, row : row + 3, column : column + 4])
    expected = np.clip(BOXES - [column, row, column, row], 0, [4, 3, 4, 3])
    np.testing.assert_allclose(array(found["bounding_boxes"]["boxes"]), expected, atol=1e-5)
    np.testing.assert_array_equal(array(layer.transform_images(IMAGES, (2, 1))), IMAGES[:, 2:5, 1:5])


def test_crops_outside_of_training_are_as_large_as_can_be():
    found = array(layers.RandomCrop(3, 4, seed=1)(IMAGES, training=False))
    np.testing.assert_allclose(found, array(layers.Resizing(3, 4)(IMAGES)), rtol=1e-5)
    small = array(layers.RandomCrop(10, 10, seed=1)(IMAGES, training=False))
    np.testing.assert_allclose(small, array(layers.CenterCrop(10, 10)(IMAGES)), rtol=1e-5)


@pytest.mark.parametrize("shape, middle", [((10, 3), np.s_[:, 3:6]), ((3, 10), np.s_[:, :, 3:6])])
def test_images_that_are_too_small_grow_from_their_middle(shape, middle):
    images = np.arange(30, dtype="float32").reshape(1, *shape, 1)
    expected = array(keras.ops.image.resize(images[middle], (4, 4)))
    np.testing.assert_allclose(array(layers.CenterCrop(4, 4)(images)), expected, rtol=1e-5)
    np.testing.assert_allclose(array(layers.RandomCrop(4, 4)(images, training=False)), expected, rtol=1e-5)


def test_elastic_transform():
    layer = layers.RandomElasticTransform((1.0, 1.0), (1.0, 1.0), seed=1, bounding_box_format="xyxy")
    assert layer.get_elastic_transform_params(6, 8, 0.5) == pytest.approx((0.4, 0.15))
    assert layer.get_elastic_transform_params(100, 50, 1.0) == pytest.approx((10, 2.5))
    places = np.stack(np.meshgrid(np.arange(64), np.arange(64), indexing="ij"), -1)[None].astype("float32")
    moves = array(layer(places)) - places
    assert 1.2 < moves[:, 8:-8, 8:-8].std() < 2.6 and abs(moves[:, 8:-8, 8:-8].mean()) < 0.8
    marked = np.zeros((1, 64, 64, 1), "uint8")
    marked[0, 20:40, 10:50] = 1
    boxes = {"boxes": np.array([[[10.0, 20.0, 50.0, 40.0]]]), "labels": np.array([[1]])}
    found = layer({"images": places, "segmentation_masks": marked, "bounding_boxes": boxes})
    rows, columns = np.nonzero(array(found["segmentation_masks"])[0, ..., 0])
    around = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    np.testing.assert_allclose(array(found["bounding_boxes"]["boxes"])[0, 0], around, atol=1.01)


def test_erased_rectangles():
    layer = layers.RandomErasing((1.0, 1.0), scale=(0.04, 0.25), seed=1)
    drawn = layer.get_random_transformation(np.zeros((300, 50, 40, 2)))
    mask = array(drawn["batch_masks"])
    assert (mask[..., 0] == mask[..., 1]).all() and array(drawn["apply_erasing"]).all()
    heights, widths = mask[..., 0].any(2).sum(1), mask[..., 0].any(1).sum(1)
    assert 9 <= heights.min() and heights.max() <= 26 and 7 <= widths.min() and widths.max() <= 21
    assert (heights * widths == mask[..., 0].sum((1, 2))).all() and heights.std() > 2 and widths.std() > 2
    fill = array(drawn["fill_value"])
    assert fill.min() == 0 and fill.max() == 255 and abs(fill.mean() - 80.5) < 2
    images = np.full((300, 50, 40, 2), 7, "float32")
    found = array(layers.RandomErasing((1.0, 1.0), fill_value=[1.0, 2.0], seed=1)(images))
    assert set(np.unique(found[..., 0])) == {1, 7} and set(np.unique(found[..., 1])) == {2, 7}
    half = array(layers.RandomErasing((0.5, 0.5), fill_value=0.0, seed=1)(images))
    assert 100 < (half == 0).any((1, 2, 3)).sum() < 200
    first = layers.RandomErasing((1.0, 1.0), seed=1, data_format="channels_first").get_random_transformation(
        images[:, :, :2]
    )
    assert tuple(first["batch_masks"].shape) == (300, 50, 2, 2)


def test_numbers_of_boxes():
    for number, classes in ((1, [[1], [3]]), (3, [[1, 2, -1], [3, 4, -1]])):
        found = layers.MaxNumBoundingBoxes(number, bounding_box_format="xyxy")(example())["bounding_boxes"]
        np.testing.assert_array_equal(array(found["labels"]), classes)
        np.testing.assert_array_equal(array(found["boxes"])[:, : min(number, 2)], BOXES[:, :number])
        assert (array(found["boxes"])[:, 2:] == -1).all() and found["boxes"].shape == (2, number, 4)
    layer = layers.MaxNumBoundingBoxes(3, fill_value=-2, bounding_box_format="xyxy")
    assert layers.MaxNumBoundingBoxes.from_config(layer.get_config()).fill_value == -2
    np.testing.assert_array_equal(array(layer(example())["bounding_boxes"]["labels"])[:, 2], [-2, -2])
    shapes = {"images": (2, 6, 8, 3), "bounding_boxes": {"boxes": (2, 5, 4), "labels": (2, 5)}}
    expected = {"images": (2, 6, 8, 3), "bounding_boxes": {"boxes": (2, 3, 4), "labels": (2, 3)}}
    assert layer.compute_output_shape(shapes) == expected
    for without in ((2, 6, 8, 3), {"images": (2, 6, 8, 3), "labels": (2,)}):
        assert layer.compute_output_shape(without) == without


def test_what_others_move_boxes_with():
    translation = layers.RandomTranslation(0.1, 0.1)
    found = translation.get_transformed_x_y(1.0, 2.0, np.arange(1.0, 9.0))
    np.testing.assert_allclose([array(x) for x in found], [[1 / 3], [5 / 6]], rtol=1e-5)
    boxes = {"boxes": BOXES / 10, "labels": CLASSES}
    for layer in (translation, layers.RandomShear()):
        found = array(layer.get_shifted_bbox(boxes, np.array([[0.1], [0.2]]), np.array([[0.3], [0.1]]))["boxes"])
        np.testing.assert_allclose(found[:, 0], [[0, -0.2, 0.2, 0.1], [-0.1, 0, 0.1, 0.3]], atol=1e-6)
    found = array(layers.RandomZoom(0.1).get_clipped_bbox(boxes, 0.35, 0.15, 0.45, 0.12)["boxes"])
    np.testing.assert_allclose(found[0], [[0, 0, 0.18, 0.2], [0.08, 0, 0.33, 0.2]], atol=1e-6)


@pytest.mark.parametrize(
    "base, factors, method, expected",
    [
        (layers.RandomZoom, ((0.3, 0.3), (-0.2, -0.2)), "get_clipped_bbox", [7.05, -0.75, 7.1, 0.7]),
        (layers.RandomTranslation, ((0.25, 0.25), (0.125, 0.125)), "get_shifted_bbox", [-1.0, -1.5]),
    ],
)
def test_boxes_move_by_public_methods(base, factors, method, expected):
    """Overrides of Keras 3's methods are called, with the same arguments, and what they give counts."""
    seen = []

    def override(self, bounding_boxes, *borders):
        seen.append([float(array(n)[0, 0]) for n in borders])
        return {**bounding_boxes, "boxes": ops.ones_like(bounding_boxes["boxes"]) * ops.array([0.0, 0, 1.04, 1.3])}

    def places(self, x, y, transform):
        seen.append((x, y))
        return base.get_transformed_x_y(self, x, y, transform)

    made = type("Overrides", (base,), {method: override, "get_transformed_x_y": places})
    layer = made(*factors, bounding_box_format="xyxy")
    found = array(layer(example(), training=True)["bounding_boxes"]["boxes"])
    zoom = [0.8, 1.3] if base is layers.RandomZoom else [1.0, 1.0]
    np.testing.assert_allclose(found, np.tile(np.array([0, 0, 1.04, 1.3]) / (zoom * 2), (2, 2, 1)), rtol=1e-5)
    np.testing.assert_allclose(seen[-1], expected, rtol=1e-5)
    assert seen[:-1] == [(0, 0), (8, 6)][: len(expected) // 2]


RANDOM = {
    "rotation": lambda: layers.RandomRotation(0.2, bounding_box_format="xyxy"),
    "zoom": lambda: layers.RandomZoom(0.2, bounding_box_format="xyxy"),
    "translation": lambda: layers.RandomTranslation(0.2, 0.2, bounding_box_format="xyxy"),
    "shear": lambda: layers.RandomShear(0.2, 0.2, bounding_box_format="xyxy"),
    "perspective": lambda: layers.RandomPerspective((1.0, 1.0), bounding_box_format="xyxy"),
    "elastic": lambda: layers.RandomElasticTransform((1.0, 1.0), (1.0, 1.0), bounding_box_format="xyxy"),
    "erasing": lambda: layers.RandomErasing((1.0, 1.0), bounding_box_format="xyxy"),
    "crop": lambda: layers.RandomCrop(4, 5, bounding_box_format="xyxy"),
    "crop_small": lambda: layers.RandomCrop(10, 10, bounding_box_format="xyxy"),
    "center_crop": lambda: layers.CenterCrop(4, 5, bounding_box_format="xyxy"),
    "center_crop_small": lambda: layers.CenterCrop(10, 10, bounding_box_format="xyxy"),
    "resizing": lambda: layers.Resizing(4, 5, bounding_box_format="xyxy"),
    "resizing_crop": lambda: layers.Resizing(4, 5, crop_to_aspect_ratio=True, bounding_box_format="xyxy"),
    "resizing_pad": lambda: layers.Resizing(4, 5, pad_to_aspect_ratio=True, bounding_box_format="xyxy"),
    "resizing_crop_wide": lambda: layers.Resizing(4, 12, crop_to_aspect_ratio=True, bounding_box_format="xyxy"),
    "resizing_pad_high": lambda: layers.Resizing(13, 4, pad_to_aspect_ratio=True, bounding_box_format="xyxy"),
    "number": lambda: layers.MaxNumBoundingBoxes(3, bounding_box_format="xyxy"),
}
CERTAIN = {name for name in RANDOM if name.startswith(("center", "resizing", "number"))}


@pytest.mark.parametrize("name", RANDOM)
@pytest.mark.parametrize("batched, known", [(True, True), (False, False)])
def test_in_pipelines_of_tensorflow(name, batched, known):
    tf = pytest.importorskip("tensorflow")
    layer = RANDOM[name]()
    data = example()
    images = tf.TensorSpec((None, None, 3) if not known else (6, 8, 3), "float32")
    masks = tf.TensorSpec((None, None, 1) if not known else (6, 8, 1), "uint8")
    boxes = {"boxes": tf.TensorSpec((2, 4), "float32"), "labels": tf.TensorSpec((2,), "int32")}
    spec = {
        "images": images,
        "segmentation_masks": masks,
        "labels": tf.TensorSpec((), "int64"),
        "bounding_boxes": boxes,
    }

    def rows():
        for i in range(2):
            one = {name: x[i] for name, x in data.items() if name != "bounding_boxes"}
            yield {**one, "bounding_boxes": {name: x[i] for name, x in data["bounding_boxes"].items()}}

    dataset = tf.data.Dataset.from_generator(rows, output_signature=spec)
    dataset = dataset.batch(2).map(layer) if batched else dataset.map(layer).batch(2)
    found = next(iter(dataset.as_numpy_iterator()))
    here = layer(data)
    for part in ("images", "segmentation_masks"):
        assert found[part].shape == tuple(here[part].shape)
        assert found[part].dtype == backend.standardize_dtype(here[part].dtype)
        if name in CERTAIN:
            np.testing.assert_allclose(found[part], array(here[part]), rtol=1e-5, atol=1e-4)
    boxes = found["bounding_boxes"]
    assert boxes["boxes"].shape == tuple(here["bounding_boxes"]["boxes"].shape)
    if name in CERTAIN:
        np.testing.assert_allclose(boxes["boxes"], array(here["bounding_boxes"]["boxes"]), atol=1e-4)
        np.testing.assert_array_equal(boxes["labels"], array(here["bounding_boxes"]["labels"]))


@pytest.mark.parametrize("name", RANDOM)
def test_symbolic_shapes_and_dtypes(name):
    layer = RANDOM[name]()
    for size in ((6, 8), (None, None)):
        inputs = {
            "images": keras.Input((*size, 3)),
            "segmentation_masks": keras.Input((*size, 1), dtype="uint8"),
            "bounding_boxes": {"boxes": keras.Input((2, 4)), "labels": keras.Input((2,), dtype="int32")},
        }
        outputs = layer(inputs)
        eager = layer({name: x for name, x in example().items() if name in inputs})
        for part in ("images", "segmentation_masks"):
            assert outputs[part].dtype == backend.standardize_dtype(eager[part].dtype)
            assert all(n in (None, m) for n, m in zip(outputs[part].shape, eager[part].shape))
        model = keras.Model(inputs, outputs)
        data = {name: x for name, x in example().items() if name in inputs}
        for part, x in eager.items():
            if part != "bounding_boxes":
                assert model(data)[part].shape == x.shape


@pytest.mark.parametrize("name", RANDOM)
def test_draws_are_those_of_the_seed(name):
    if name in CERTAIN or name == "crop_small":
        return
    found = []
    for _ in range(2):
        keras.utils.set_random_seed(5)
        layer = RANDOM[name]()
        found.append([array(layer(IMAGES)) for _ in range(3)])
    np.testing.assert_array_equal(found[0], found[1])
    assert not np.array_equal(found[0][0], found[0][1]) or not np.array_equal(found[0][1], found[0][2])


@pytest.mark.parametrize(
    "call, match",
    [
        (lambda: layers.RandomRotation(2), "factor"),
        (lambda: layers.RandomRotation(0.1, fill_mode="mirror"), "fill_mode"),
        (lambda: layers.RandomRotation(0.1, interpolation="bicubic"), "interpolation"),
        (lambda: layers.RandomRotation(0.1, fill_value="x"), "fill_value"),
        (lambda: layers.RandomZoom(-1.0), "height_factor"),
        (lambda: layers.RandomZoom(0.1, 2.0), "width_factor"),
        (lambda: layers.RandomTranslation(0.1, (0.1, 2.0)), "width_factor"),
        (lambda: layers.RandomShear(-0.1), "x_factor"),
        (lambda: layers.RandomShear(0.1, "x"), "y_factor"),
        (lambda: layers.RandomPerspective(scale=2.0), "scale"),
        (lambda: layers.RandomElasticTransform(scale=2.0), "scale"),
        (lambda: layers.RandomErasing(fill_value="x"), "fill_value"),
        (lambda: layers.RandomErasing((1.0, 1.0), fill_value=[1.0, 2.0])(IMAGES), "fill_value"),
        (lambda: layers.RandomCrop(0, 3), "height"),
        (lambda: layers.CenterCrop(3, None), "width"),
        (lambda: layers.Resizing(3.5, 3), "height"),
        (lambda: layers.Resizing(3, 3, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True), "aspect_ratio"),
        (lambda: layers.Resizing(3, 3, fill_mode="reflect"), "fill_mode"),
        (lambda: layers.MaxNumBoundingBoxes(0), "max_number"),
        (lambda: layers.RandomRotation(0.1)(IMAGES[0, 0]), "rank"),
        (lambda: layers.CenterCrop(2, 2)(IMAGES[0, 0]), "rank"),
    ],
)
def test_mistakes(call, match):
    with pytest.raises(ValueError, match=match):
        call()
