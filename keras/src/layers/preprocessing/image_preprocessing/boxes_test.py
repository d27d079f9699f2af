"""`keras.utils.bounding_boxes`. The oracles are NumPy and numbers of the reference."""

import numpy as np
import pytest

import keras
from keras.src import backend, ops
from keras.src.layers.preprocessing.image_preprocessing.boxes import FORMATS

boxes_of = keras.utils.bounding_boxes
BOXES = np.array([[1.0, 2.0, 5.0, 8.0], [0.0, 1.0, 3.0, 4.0]], "float32")
OTHERS = np.array([[0.0, 2.0, 4.0, 6.0], [10, 10, 12, 12], [1, 2, 5, 8]], "float32")
ANCHORS = np.array([[0.0, 0.0, 4.0, 4.0], [2, 3, 8, 9]], "float32")
DELTAS = np.array([[0.1, 0.2, 0.5, 0.8], [0.0, -0.1, 0.3, -0.4]], "float32")
HEIGHT, WIDTH = 10, 20
IN_FORMAT = {
    "xyxy": [[1, 2, 5, 8], [0, 1, 3, 4]],
    "yxyx": [[2, 1, 8, 5], [1, 0, 4, 3]],
    "xywh": [[1, 2, 4, 6], [0, 1, 3, 3]],
    "center_xywh": [[3, 5, 4, 6], [1.5, 2.5, 3, 3]],
    "center_yxhw": [[5, 3, 6, 4], [2.5, 1.5, 3, 3]],
    "rel_xyxy": [[0.05, 0.2, 0.25, 0.8], [0, 0.1, 0.15, 0.4]],
    "rel_yxyx": [[0.2, 0.05, 0.8, 0.25], [0.1, 0, 0.4, 0.15]],
    "rel_xywh": [[0.05, 0.2, 0.2, 0.6], [0, 0.1, 0.15, 0.3]],
    "rel_center_xywh": [[0.15, 0.5, 0.2, 0.6], [0.075, 0.25, 0.15, 0.3]],
}


def array(x):
    return np.array(ops.convert_to_numpy(x))


@pytest.mark.parametrize("source", FORMATS)
@pytest.mark.parametrize("target", FORMATS)
def test_each_format_from_each_other(source, target):
    found = boxes_of.convert_format(np.array(IN_FORMAT[source]), source, target, height=HEIGHT, width=WIDTH)
    np.testing.assert_allclose(array(found), IN_FORMAT[target], atol=1e-5)
    assert backend.standardize_dtype(found.dtype) == "float32"


def test_dicts_lists_dtypes_and_sizes_by_image():
    data = {"boxes": BOXES, "labels": np.array([1, 2]), "confidence": np.array([0.5, 0.6])}
    found = boxes_of.convert_format(data, "xyxy", "XYWH")
    np.testing.assert_allclose(array(found["boxes"]), IN_FORMAT["xywh"])
    assert found["labels"] is data["labels"] and found["confidence"] is data["confidence"]
    found = boxes_of.convert_format(BOXES.tolist(), "xyxy", "xywh", dtype="float16")
    assert backend.standardize_dtype(found.dtype) == "float16"
    several = np.stack([BOXES, BOXES])
    sizes = np.array([10.0, 20.0]).reshape(2, 1, 1)
    found = boxes_of.convert_format(several, "xyxy", "rel_xyxy", height=sizes, width=sizes)
    np.testing.assert_allclose(array(found), several / sizes, rtol=1e-6)


def test_symbolic_boxes():
    found = boxes_of.convert_format(keras.Input((5, 4)), "xyxy", "rel_yxyx", height=4, width=4)
    assert found.shape == (None, 5, 4) and found.dtype == "float32"


@pytest.mark.parametrize("given", FORMATS)
def test_clipped_to_the_image(given):
    beyond = np.array([[[-1, 2, 25, 8], [0, 1, 3, 40], [21, 1, 25, 4], [3, 3, 3, 5]]], "float32")
    data = {"boxes": boxes_of.convert_format(beyond, "xyxy", given, HEIGHT, WIDTH), "labels": np.array([[1, 2, 3, 4]])}
    found = boxes_of.clip_to_image_size(data, HEIGHT, WIDTH, given)
    expected = np.array([[[0, 2, 20, 8], [0, 1, 3, 10], [20, 1, 20, 4], [3, 3, 3, 5]]])
    back = boxes_of.convert_format(found["boxes"], given, "xyxy", HEIGHT, WIDTH)
    np.testing.assert_allclose(array(back), expected, atol=1e-4)
    np.testing.assert_array_equal(array(found["labels"])[0, :3], [1, 2, -1])
    np.testing.assert_allclose(
        array(boxes_of.clip_to_image_size(data["boxes"], HEIGHT, WIDTH, given)), array(found["boxes"])
    )


@pytest.mark.parametrize("given", ["xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw"])
def test_cropped_and_padded(given):
    boxes = boxes_of.convert_format(BOXES, "xyxy", given)
    found = boxes_of.crop(boxes, 1, 2, 5, 6, given)
    expected = [[0, 1, 3, 5], [0, 0, 1, 3]]
    np.testing.assert_allclose(array(boxes_of.convert_format(found, given, "xyxy")), expected, atol=1e-5)
    found = boxes_of.pad(boxes, 1, 2, 5, 6, given)
    expected = BOXES + np.array([2, 1, 2, 1])
    np.testing.assert_allclose(array(boxes_of.convert_format(found, given, "xyxy")), expected, atol=1e-5)


# angle, moves along x and y, scale, shears along x and y, centre: boxes.
AFFINE = [
    ((30.0, 0.0, 0.0, 1.0, 0.0, 0.0), [[0.88878, 4.58494, 7.35289, 11.78109], [-0.47724, 4.71891, 3.62083, 8.81699]]),
    ((-30.0, 0.1, -0.2, 1.0, 0.0, 0.0), [[2.93423, -2.52391, 9.39833, 4.67224], [4.06821, -3.88993, 8.16628, 0.20814]]),
    ((0.0, 0.0, 0.0, 1.5, 10.0, 0.0), [[-3.91123, 0.75, 3.67572, 9.75], [-5.67572, -0.75, -0.38225, 3.75]]),
    (
        (30.0, 0.1, 0.0, 1.5, 10.0, -20.0),
        [[-2.82401, 5.11416, 8.82013, 16.16177], [-5.26959, 6.53372, 2.06714, 13.28033]],
    ),
    (
        (30.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.2, 0.4),
        [[0.57513, 1.61436, 7.03923, 8.81051], [-0.7909, 1.74833, 3.30718, 5.84641]],
    ),
]


@pytest.mark.parametrize("numbers, expected", AFFINE)
@pytest.mark.parametrize("given", ["xyxy", "rel_yxyx"])
def test_affine_transform(numbers, expected, given):
    numbers, centre = numbers[:6], numbers[6:]
    boxes = array(boxes_of.convert_format(BOXES[None], "xyxy", given, HEIGHT, WIDTH))
    centre = dict(zip(("center_x", "center_y"), centre))

    def found(boxes, *numbers):
        moved = boxes_of.affine_transform(boxes, *numbers, HEIGHT, WIDTH, **centre, bounding_box_format=given)
        return array(boxes_of.convert_format(moved, given, "xyxy", HEIGHT, WIDTH))

    np.testing.assert_allclose(found(boxes, *numbers)[0], expected, atol=1e-4)
    still = (0.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    several = found(np.concatenate([boxes, boxes]), *(np.array(pair) for pair in zip(numbers, still)))
    np.testing.assert_allclose(several[0], expected, atol=1e-4)
    np.testing.assert_allclose(several[1], BOXES, atol=1e-4)


IOU = [[0.42857, 0.0, 1.0], [0.31579, 0.0, 0.13793]]


@pytest.mark.parametrize("given", FORMATS)
def test_iou(given):
    first, second = (boxes_of.convert_format(x, "xyxy", given, HEIGHT, WIDTH) for x in (BOXES, OTHERS))
    shape = {"image_shape": (HEIGHT, WIDTH, 3)}
    np.testing.assert_allclose(array(boxes_of.compute_iou(first, second, given, **shape)), IOU, atol=1e-4)
    batch = boxes_of.compute_iou(ops.stack([first, first]), second, given, **shape)
    np.testing.assert_allclose(array(batch), [IOU, IOU], atol=1e-4)


def test_iou_without_boxes_that_are_none():
    first, second = BOXES.copy(), OTHERS.copy()
    first[1] = second[2] = -1
    found = boxes_of.compute_iou(first, second, "xyxy", use_masking=True)
    np.testing.assert_allclose(array(found), [[IOU[0][0], 0, -1], [-1, -1, -1]], atol=1e-4)
    found = boxes_of.compute_iou(first * 2, second, "xyxy", use_masking=True, mask_val=-2)
    np.testing.assert_allclose(array(found)[1], [-2, -2, -2])


def test_ciou():
    found = boxes_of.compute_ciou(BOXES, OTHERS[:2], "xyxy")
    np.testing.assert_allclose(array(found), [0.39536, -0.61321], atol=1e-4)
    found = boxes_of.compute_ciou(BOXES, OTHERS[:2], "xywh")
    np.testing.assert_allclose(array(found), [0.3588, -0.41007], atol=1e-4)
    relative = [boxes_of.convert_format(x, "xyxy", "rel_xyxy", HEIGHT, WIDTH) for x in (BOXES, OTHERS[:1])]
    found = boxes_of.compute_ciou(*relative, "rel_xyxy", image_shape=(HEIGHT, WIDTH, 3))
    np.testing.assert_allclose(array(found), [0.3954, 0.2548], atol=1e-4)


ENCODED = {
    "center_yxhw": [[0.75, 0.25, 0.40547, 0.0], [-0.58333, -0.58333, -0.69315, -0.69315]],
    "center_xywh": [[0.25, 0.75, 0.0, 0.40547], [-0.58333, -0.58333, -0.69315, -0.69315]],
}
DECODED = {
    "center_yxhw": [[-1.65108, -0.89744, 7.25108, 5.69744], [2.38904, 1.95042, 6.41096, 10.04958]],
    "center_xywh": [[-0.89744, -1.65108, 5.69744, 7.25108], [0.95042, 3.38904, 9.04958, 7.41096]],
}
VARIANCE = [0.1, 0.1, 0.2, 0.2]


@pytest.mark.parametrize("encoding", ENCODED)
def test_differences_from_anchors(encoding):
    found = boxes_of.encode_box_to_deltas(ANCHORS, BOXES, "xyxy", "xyxy", encoding_format=encoding)
    np.testing.assert_allclose(array(found), ENCODED[encoding], atol=1e-4)
    found = boxes_of.decode_deltas_to_boxes(ANCHORS, DELTAS, "xyxy", "xyxy", encoded_format=encoding)
    np.testing.assert_allclose(array(found), DECODED[encoding], atol=1e-4)
    found = boxes_of.encode_box_to_deltas(ANCHORS, BOXES, "xyxy", "xyxy", encoding, VARIANCE)
    np.testing.assert_allclose(array(found), np.array(ENCODED[encoding]) / VARIANCE, atol=1e-3)
    again = boxes_of.decode_deltas_to_boxes(ANCHORS, found, "xyxy", "yxyx", encoding, VARIANCE)
    np.testing.assert_allclose(array(again), BOXES[:, [1, 0, 3, 2]], atol=1e-4)


def test_anchors_in_other_formats_and_levels():
    found = boxes_of.decode_deltas_to_boxes(ANCHORS, DELTAS, "xywh", "yxyx")
    expected = [[-0.89744, -1.65108, 5.69744, 7.25108], [1.42563, 2.51872, 13.57437, 7.88128]]
    np.testing.assert_allclose(array(found), expected, atol=1e-4)
    relative = ANCHORS / 10
    found = boxes_of.decode_deltas_to_boxes(relative, DELTAS, "rel_xyxy", "rel_xyxy", image_shape=(HEIGHT, WIDTH, 3))
    np.testing.assert_allclose(array(found), np.array(DECODED["center_yxhw"]) / 10, atol=1e-4)
    levels = boxes_of.decode_deltas_to_boxes(
        {"a": ANCHORS, "b": ANCHORS}, {"a": DELTAS, "b": DELTAS * 0}, "xyxy", "xyxy"
    )
    np.testing.assert_allclose(array(levels["a"]), DECODED["center_yxhw"], atol=1e-4)
    np.testing.assert_allclose(array(levels["b"]), ANCHORS, atol=1e-4)
    parts = {"a": ANCHORS[:1], "b": ANCHORS[1:]}
    found = boxes_of.encode_box_to_deltas(parts, np.stack([BOXES, BOXES]), "xyxy", "xyxy")
    np.testing.assert_allclose(array(found), [ENCODED["center_yxhw"]] * 2, atol=1e-4)
    found = boxes_of.encode_box_to_deltas(ANCHORS, BOXES * 0, "xyxy", "xyxy")
    np.testing.assert_allclose(array(found)[:, 2], [-17.5044, -17.9099], atol=1e-3)


@pytest.mark.parametrize(
    "call, match",
    [
        (lambda: boxes_of.convert_format(BOXES, "xyxy", "coco"), "target"),
        (lambda: boxes_of.convert_format(BOXES, None, "xyxy"), "source"),
        (lambda: boxes_of.convert_format(BOXES, "rel_xyxy", "xyxy", height=10), "width"),
        (lambda: boxes_of.convert_format(np.ones((2, 5)), "xyxy", "xywh"), "4 numbers"),
        (lambda: boxes_of.clip_to_image_size(BOXES), "height"),
        (lambda: boxes_of.clip_to_image_size(BOXES, 3, 3, "zz"), "bounding_box_format"),
        (lambda: boxes_of.crop(BOXES, 1, 1, 2, 2, "rel_xyxy"), "pixels"),
        (lambda: boxes_of.pad(BOXES, 1, 1, bounding_box_format="rel_xyxy"), "pixels"),
        (lambda: boxes_of.compute_iou(BOXES[0], BOXES, "xyxy"), "boxes1"),
        (lambda: boxes_of.compute_iou(BOXES, BOXES[None, None], "xyxy"), "boxes2"),
        (lambda: boxes_of.compute_iou(BOXES, BOXES, "rel_xyxy"), "image_shape"),
        (lambda: boxes_of.compute_ciou(BOXES, BOXES, "rel_xyxy"), "image_shape"),
        (
            lambda: boxes_of.encode_box_to_deltas(ANCHORS, BOXES, "xyxy", "xyxy", encoding_format="xyxy"),
            "encoding_format",
        ),
        (lambda: boxes_of.decode_deltas_to_boxes(ANCHORS, BOXES, "xyxy", "xyxy", encoded_format="x"), "encoded_format"),
        (lambda: boxes_of.encode_box_to_deltas(ANCHORS, BOXES, "xyxy", "xyxy", variance=[1.0]), "variance"),
        (lambda: boxes_of.decode_deltas_to_boxes({"a": ANCHORS}, DELTAS, "xyxy", "xyxy"), "level"),
    ],
)
def test_mistakes(call, match):
    with pytest.raises(ValueError, match=match):
        call()
