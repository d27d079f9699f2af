"""RandAugment and AugMix: the layers that were drawn are applied, in order, to all parts of the data."""

import numpy as np
import pytest

from keras.src import layers, models, ops
from keras.src.testing import engine

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(0, 255, size=(3, 12, 12, 3)).astype("float32")
MASKS = RNG.integers(0, 9, size=(3, 12, 12, 1)).astype("uint8")
BOXES = {"boxes": np.array([[[2, 3, 9, 8]]] * 3, "float32"), "labels": np.ones((3, 1), "int32")}


def array(x):
    return np.array(ops.convert_to_numpy(x))


def test_rand_augment_applies_what_it_drew_in_turn():
    layer = layers.RandAugment(num_ops=3, factor=(0.2, 0.5), seed=1, bounding_box_format="xyxy")
    names, seen = list(layer._choices), set()
    for _ in range(6):
        drawn = layer.get_random_transformation(IMAGES)
        chosen = [names[i] for i in array(drawn["layer_idxes"])]
        assert set(drawn["transforms"]) == set(chosen) and len(chosen) == 3
        seen |= set(chosen)
        images, masks, boxes = (ops.convert_to_tensor(IMAGES), ops.convert_to_tensor(MASKS), BOXES)
        for name in chosen:
            single, given = layer._choices[name], drawn["transforms"][name]
            images = single.transform_images(images, given)
            masks = single.transform_segmentation_masks(masks, given)
            boxes = single.transform_bounding_boxes(boxes, given)
        np.testing.assert_allclose(array(layer.transform_images(IMAGES, drawn)), array(images), rtol=1e-5, atol=1e-3)
        found = array(layer.transform_segmentation_masks(ops.convert_to_tensor(MASKS), drawn))
        np.testing.assert_array_equal(found, array(masks))
        found = layer.transform_bounding_boxes(BOXES, drawn)["boxes"]
        np.testing.assert_allclose(array(found), array(boxes["boxes"]), atol=1e-4)
    assert len(seen) > 6


def test_layers_have_the_strength_of_factor():
    layer = layers.RandAugment(factor=(0.2, 0.6), value_range=(0, 1), interpolation="nearest")
    assert list(layer._choices) == [
        "random_shear",
        "random_translation",
        "random_rotation",
        "random_brightness",
        "random_color_degeneration",
        "random_contrast",
        "random_sharpness",
        "solarization",
        "random_posterization",
        "auto_contrast",
        "equalization",
    ]
    for name, single in layer._choices.items():
        config = single.get_config()
        for key in ("factor", "x_factor", "height_factor", "addition_factor", "threshold_factor"):
            if key in config:
                assert tuple(config[key]) == ((1, 4) if name == "random_posterization" else (0.2, 0.6)), (name, key)
        assert config.get("value_range", [0, 1]) == [0, 1]
        assert config.get("interpolation", "nearest") == "nearest"


def test_aug_mix_adds_up_its_chains():
    layer = layers.AugMix()
    number = {name: i for i, name in enumerate(layer._choices)}
    nothing = len(number)

    def step(index):
        return {"layer_idx": index, "transforms": {"auto_contrast": None, "equalization": None}}

    given = {
        "chain_mixing_weights": ops.convert_to_tensor(np.array([0.3, 0.7], "float32")),
        "weight_sample": ops.convert_to_tensor(np.float32(0.2)),
        "chain_transforms": [
            [step(number["auto_contrast"]), step(nothing)],
            [step(number["equalization"]), step(number["auto_contrast"])],
        ],
    }
    images = IMAGES * 0.5 + 20
    stretched = array(layers.AutoContrast()(images))
    equal = array(layers.AutoContrast()(layers.Equalization()(images)))
    expected = 0.2 * images + 0.8 * (0.3 * stretched + 0.7 * equal)
    np.testing.assert_allclose(array(layer.transform_images(images, given)), expected, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("all_ops, count", [(True, 11), (False, 7)])
def test_what_aug_mix_draws(all_ops, count):
    layer = layers.AugMix(num_chains=3, chain_depth=3, alpha=5.0, all_ops=all_ops, seed=1)
    drawn = [layer.get_random_transformation(IMAGES) for _ in range(30)]
    shares = np.array([array(x["weight_sample"]) for x in drawn])
    # The standard deviation of Beta(5, 5).
    np.testing.assert_allclose([shares.mean(), shares.std()], [0.5, 0.15], atol=0.06)
    weights = np.array([array(x["chain_mixing_weights"]) for x in drawn])
    np.testing.assert_allclose(weights.sum(1), 1.0, rtol=1e-5)
    np.testing.assert_allclose(weights.std(0), np.sqrt(5 * 10 / (15**2 * 16)), atol=0.06)
    numbers = np.array([[[int(array(s["layer_idx"])) for s in c] for c in x["chain_transforms"]] for x in drawn])
    assert numbers.shape == (30, 3, 3)
    depths = (numbers < count).sum(-1).ravel()
    assert set(depths) == {1, 2, 3} and (numbers[..., 0] < count).all()
    assert set(numbers[numbers < count]) == set(range(count))


def test_other_parts_of_aug_mix_stay():
    data = {"images": IMAGES, "segmentation_masks": MASKS, "bounding_boxes": BOXES, "labels": np.arange(3)}
    found = layers.AugMix(bounding_box_format="xyxy")(data)
    np.testing.assert_array_equal(array(found["segmentation_masks"]), MASKS)
    np.testing.assert_array_equal(array(found["bounding_boxes"]["boxes"]), BOXES["boxes"])
    assert not np.array_equal(array(found["images"]), IMAGES)


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="fit needs an engine that trains")
@pytest.mark.parametrize(
    "make",
    [lambda: layers.RandAugment(num_ops=1, seed=1), lambda: layers.AugMix(num_chains=1, chain_depth=1, seed=1)],
    ids=["RandAugment", "AugMix"],
)
def test_compiled_steps_draw_anew(make):
    model = models.Sequential([layers.Input((12, 12, 3)), make(), layers.GlobalAveragePooling2D()])
    model.compile("sgd", "mse", metrics=["mae"])
    same = np.repeat(IMAGES[:1], 4, 0)
    history = model.fit(same, np.zeros((4, 3)), epochs=4, batch_size=4, verbose=0, shuffle=False).history["mae"]
    assert len({round(x, 3) for x in history}) > 2


@pytest.mark.parametrize(
    "make, match",
    [
        (lambda: layers.RandAugment(num_ops=0), "num_ops"),
        (lambda: layers.RandAugment(factor=1.5), "factor"),
        (lambda: layers.RandAugment(interpolation="wavy"), "interpolation"),
        (lambda: layers.AugMix(num_chains=0), "num_chains"),
        (lambda: layers.AugMix(chain_depth=-1), "chain_depth"),
        (lambda: layers.AugMix(alpha=0), "alpha"),
        (lambda: layers.AugMix(value_range=(1,)), "value_range"),
    ],
)
def test_mistakes(make, match):
    with pytest.raises(ValueError, match=match):
        make()
