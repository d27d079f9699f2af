"""MixUp and CutMix: images, labels, boxes and masks of two are mixed alike. The oracle is NumPy."""

import numpy as np
import pytest

from keras.src import backend, layers, ops, tree

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(0, 255, size=(3, 6, 8, 3)).astype("float32")
MASKS = RNG.integers(0, 9, size=(3, 6, 8, 1)).astype("uint8")
LABELS = np.eye(3, dtype="float32")
BOXES = {"boxes": RNG.uniform(0, 6, (3, 2, 4)).astype("float32"), "labels": np.arange(6).reshape(3, 2)}
ORDER, WEIGHT = np.array([1, 2, 0], "int32"), np.array([0.3, 0.6, 0.9], "float32")
WIDE = WEIGHT.reshape(3, 1, 1, 1)
CUT = RNG.uniform(size=(3, 6, 8, 1)) < 0.4


def array(x):
    return np.array(ops.convert_to_numpy(x))


def tensors(x):
    return tree.map_structure(ops.convert_to_tensor, x)


def test_mix_up():
    layer = layers.MixUp(bounding_box_format="xyxy")
    given = tensors({"permutation_order": ORDER, "mix_weight": WEIGHT})
    found = array(layer.transform_images(tensors(IMAGES), given))
    np.testing.assert_allclose(found, IMAGES * WIDE + IMAGES[ORDER] * (1 - WIDE), rtol=1e-5)
    share = WEIGHT[:, None]
    found = array(layer.transform_labels(tensors(LABELS), given))
    np.testing.assert_allclose(found, LABELS * share + LABELS[ORDER] * (1 - share), rtol=1e-5)
    numbers = np.array([1.0, 2.0, 4.0], "float32")
    found = array(layer.transform_labels(tensors(numbers), given))
    np.testing.assert_allclose(found, numbers * WEIGHT + numbers[ORDER] * (1 - WEIGHT), rtol=1e-5)
    boxes = layer.transform_bounding_boxes(tensors(BOXES), given)
    for name, x in BOXES.items():
        np.testing.assert_array_equal(array(boxes[name]), np.concatenate([x, x[ORDER]], 1))
    found = array(layer.transform_segmentation_masks(tensors(MASKS), given))
    np.testing.assert_array_equal(found, np.where(WIDE >= 0.5, MASKS, MASKS[ORDER]))
    assert found.dtype == "uint8"
    shares = MASKS.astype("float32")
    found = array(layer.transform_segmentation_masks(tensors(shares), given))
    np.testing.assert_allclose(found, shares * WIDE + shares[ORDER] * (1 - WIDE), rtol=1e-5)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_cut_mix(data_format):
    def placed(x):
        return np.moveaxis(x, -1, 1) if data_format == "channels_first" else x

    layer = layers.CutMix(data_format=data_format)
    given = tensors({"permutation_order": ORDER, "mix_weight": WIDE, "batch_masks": placed(CUT)})
    for method, x in ((layer.transform_images, IMAGES), (layer.transform_segmentation_masks, MASKS)):
        found = array(method(tensors(placed(x)), given))
        np.testing.assert_array_equal(found, placed(np.where(CUT, x[ORDER], x)))
        assert found.dtype == x.dtype
    found = array(layer.transform_labels(tensors(LABELS), given))
    np.testing.assert_allclose(found, LABELS * WEIGHT[:, None] + LABELS[ORDER] * (1 - WEIGHT[:, None]), rtol=1e-5)
    drawn = layer.get_random_transformation(placed(IMAGES))
    assert tuple(drawn["batch_masks"].shape) == placed(CUT).shape


def test_what_cut_mix_draws():
    layer = layers.CutMix((1.0, 1.0), seed=1)
    drawn = tree.map_structure(array, layer.get_random_transformation(np.zeros((2000, 20, 30, 3))))
    assert sorted(drawn["permutation_order"]) == list(range(2000))
    kept = drawn["mix_weight"].ravel()
    assert kept.min() < 0.02 and kept.max() > 0.98 and abs(kept.mean() - 0.5) < 0.05
    masks = drawn["batch_masks"][..., 0]
    rows, columns = masks.any(2), masks.any(1)
    np.testing.assert_array_equal(masks, rows[:, :, None] & columns[:, None])
    for lines, size in ((rows, 20), (columns, 30)):
        seen = lines.any(1)  # Less than a pixel may lie between their middles.
        assert (abs(lines.sum(1) - size * np.sqrt(1 - kept))[seen] < 1.001).all() and seen.mean() > 0.9
        assert all(np.ptp(np.flatnonzero(line)) == line.sum() - 1 for line in lines if line.any())
    small = kept > 0.3
    assert rows[small].any(0).all() and columns[small].any(0).all()
    halves = array(layers.CutMix(0.0).get_random_transformation(IMAGES)["mix_weight"])
    np.testing.assert_array_equal(halves, np.full((3, 1, 1, 1), 0.5))


def test_what_mix_up_draws():
    images = np.zeros((4000, 1, 1, 3))
    for alpha in (0.2, 1.0):
        drawn = layers.MixUp(alpha, seed=1).get_random_transformation(images)
        share = array(drawn["mix_weight"])
        assert sorted(array(drawn["permutation_order"])) == list(range(4000))
        # The variance of Beta(a, a).
        np.testing.assert_allclose(share.mean(), 0.5, atol=0.03)
        np.testing.assert_allclose(share.var(), 1 / (4 * (2 * alpha + 1)), rtol=0.08)
    halves = layers.MixUp(0).get_random_transformation(images)["mix_weight"]
    np.testing.assert_array_equal(array(halves), np.full(4000, 0.5))


@pytest.mark.parametrize("make", [lambda **more: layers.MixUp(1.0, **more), lambda **more: layers.CutMix(1.0, **more)])
def test_calls(make):
    layer = make(seed=1)
    data = {"images": IMAGES.astype("uint8"), "labels": LABELS, "segmentation_masks": MASKS}
    found = layer(data)
    assert backend.standardize_dtype(found["images"].dtype) == "float32"
    np.testing.assert_allclose(array(found["labels"]).sum(1), 1.0, rtol=1e-5)
    assert backend.standardize_dtype(found["segmentation_masks"].dtype) == "uint8"
    assert not np.array_equal(array(layer(IMAGES)), array(layer(IMAGES)))
    np.testing.assert_array_equal(array(make(seed=1)(IMAGES)), array(make(seed=1)(IMAGES)))
    for same in (layer(data, training=False), layer(tree.map_structure(lambda x: x[0], data))):
        images = array(same["images"])
        np.testing.assert_array_equal(images, data["images"] if images.ndim == 4 else data["images"][0])
    half = make(dtype="mixed_float16")(IMAGES)
    assert backend.standardize_dtype(half.dtype) == "float16"
    symbolic = layer({"images": layers.Input((None, None, 3)), "labels": layers.Input((3,))})
    assert symbolic["images"].shape == (None, None, None, 3) and symbolic["labels"].shape == (None, 3)
    whole = layer({"images": IMAGES, "labels": LABELS.astype("int32")})
    np.testing.assert_allclose(array(whole["labels"]).sum(1), 1.0, rtol=1e-5)


@pytest.mark.parametrize("name", ["MixUp", "CutMix"])
def test_in_pipelines_of_tensorflow(name):
    tf = pytest.importorskip("tensorflow")
    layer = getattr(layers, name)(seed=1)
    many = {"images": np.repeat(IMAGES, 8, 0), "labels": np.repeat(LABELS, 8, 0)}
    found = list(tf.data.Dataset.from_tensor_slices(many).batch(10).map(layer).as_numpy_iterator())
    labels = np.concatenate([x["labels"] for x in found])
    assert np.concatenate([x["images"] for x in found]).shape == (24, 6, 8, 3)
    np.testing.assert_allclose(labels.sum(1), 1.0, rtol=1e-5)
    assert not np.array_equal(labels, many["labels"])


@pytest.mark.parametrize(
    "call, error, match",
    [
        (lambda: layers.MixUp(-1.0), ValueError, "alpha"),
        (lambda: layers.MixUp("x"), ValueError, "alpha"),
        (lambda: layers.CutMix(1.5), ValueError, "factor"),
        (lambda: layers.MixUp()({"images": IMAGES, "labels": np.array([0, 1, 2])}), ValueError, "one-hot"),
        (lambda: layers.CutMix()({"images": IMAGES, "labels": np.array([0, 1, 2])}), ValueError, "one-hot"),
        (
            lambda: layers.CutMix(bounding_box_format="xyxy")({"images": IMAGES, "bounding_boxes": BOXES}),
            NotImplementedError,
            "transform_bounding_boxes",
        ),
    ],
)
def test_mistakes(call, error, match):
    with pytest.raises(error, match=match):
        call()
