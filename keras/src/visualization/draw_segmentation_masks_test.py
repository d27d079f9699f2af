"""Colours of masks on pictures; the numbers are those that Keras 3.15.1 gives."""

import numpy as np
import pytest

import keras
from keras.src import ops

GREY = np.full((2, 4, 6, 3), 200, "uint8")
MASKS = np.zeros((2, 4, 6, 1), "int32")
MASKS[:, 1:3, 2:4] = 1
MASKS[0, 0, 0] = 2
MASKS[1, 3, 3] = -1
draw = keras.visualization.draw_segmentation_masks


def colors(drawn):
    """The colours of classes 0, 1 and 2, and of what is ignored."""
    return [drawn[0, 3, 0].tolist(), drawn[0, 1, 2].tolist(), drawn[0, 0, 0].tolist(), drawn[1, 3, 3].tolist()]


SEEN_THROUGH = [[40, 40, 40], [40, 141, 64], [41, 243, 89], [200, 200, 200]]


def test_colors_follow_from_numbers():
    drawn = draw(GREY, MASKS, num_classes=3)
    assert isinstance(drawn, np.ndarray) and drawn.dtype == np.uint8 and colors(drawn) == SEEN_THROUGH
    many = draw(np.zeros((1, 1, 30, 3)), np.arange(30).reshape(1, 1, 30, 1), num_classes=30)[0, 0]
    expected = {3: [2, 100, 74], 9: [7, 98, 19], 10: [8, 200, 44], 20: [16, 196, 88], 29: [23, 90, 107]}
    assert {i: many[i].tolist() for i in expected} == expected


@pytest.mark.parametrize(
    "given, expected",
    [
        ({"blend": False}, [[0, 0, 0], [1, 127, 31], [2, 254, 62], [200, 200, 200]]),
        ({"alpha": 0.25}, [[150, 150, 150], [150, 181, 157], [150, 213, 165], [200, 200, 200]]),
        ({"alpha": 0}, [[200, 200, 200]] * 4),
        ({"ignore_index": 0}, [[200, 200, 200], *SEEN_THROUGH[1:]]),
        ({"ignore_index": 2}, [*SEEN_THROUGH[:2], [200, 200, 200], [200, 200, 200]]),
        (
            {"color_mapping": {0: (255, 0, 0), 1: (0, 255, 0), 2: (0, 0, 255)}},
            [[244, 40, 40], [40, 244, 40], [40, 40, 244], [200, 200, 200]],
        ),
        ({"color_mapping": [(255, 0, 0), (0, 255, 0)]}, [[244, 40, 40], [40, 244, 40], *SEEN_THROUGH[2:]]),
        ({"color_mapping": {1: (0, 255, 0), 7: (1, 1, 1)}}, [SEEN_THROUGH[0], [40, 244, 40], *SEEN_THROUGH[2:]]),
        ({"num_classes": None}, SEEN_THROUGH),
    ],
)
def test_arguments(given, expected):
    assert colors(draw(GREY, MASKS, **{"num_classes": 3, **given})) == expected


@pytest.mark.parametrize(
    "form", [np.asarray, ops.convert_to_tensor, list, lambda x: x.astype("int64"), lambda x: x[..., 0]]
)
def test_forms_of_masks(form):
    assert colors(draw(GREY, form(MASKS), num_classes=3)) == SEEN_THROUGH


def test_unsigned_and_boolean_masks():
    assert draw(GREY, (MASKS == 1), color_mapping={1: (0, 255, 0)})[0, 1, 2].tolist() == [40, 244, 40]
    masks = np.where(MASKS == 1, 1, 255).astype("uint8")
    assert draw(GREY, masks, num_classes=2, ignore_index=255)[0, 0, 0].tolist() == [200] * 3


def test_forms_of_images():
    first = draw(GREY.transpose(0, 3, 1, 2), MASKS.transpose(0, 3, 1, 2), num_classes=3, data_format="channels_first")
    assert first.shape == GREY.shape and colors(first) == SEEN_THROUGH
    assert colors(draw(ops.convert_to_tensor(GREY), MASKS, num_classes=3)) == SEEN_THROUGH
    assert colors(draw(GREY.astype("float32") + 0.7, MASKS, num_classes=3)) == SEEN_THROUGH
    assert colors(draw((GREY / 255.0), MASKS, num_classes=3)) == SEEN_THROUGH
    assert colors(draw(GREY[..., :1], MASKS, num_classes=3)) == SEEN_THROUGH
    drawn = draw(np.concatenate([GREY, GREY[..., :1]], -1), MASKS, num_classes=3)
    assert colors(drawn[..., :3]) == SEEN_THROUGH and (drawn[..., 3] == 200).all()
    assert (GREY == 200).all(), "what is given stays as it is"


def test_lists_of_other_sizes():
    drawn = draw([GREY[0], GREY[1, :2]], [MASKS[0], MASKS[1, :2]], num_classes=3)
    assert [x.shape for x in drawn] == [(4, 6, 3), (2, 6, 3)]
    assert [x[1, 2].tolist() for x in drawn] == [[40, 141, 64]] * 2


def test_a_mask_in_which_nothing_is_drawn():
    np.testing.assert_array_equal(draw(GREY, np.full_like(MASKS, -1)), GREY)


class TestErrors:
    @pytest.mark.parametrize("masks", [MASKS.astype("float32"), np.eye(3)[MASKS[..., 0]]])
    def test_masks_that_are_no_integers(self, masks):
        with pytest.raises(TypeError, match="must be of an integer dtype. Received: float"):
            draw(GREY, masks, num_classes=3)

    @pytest.mark.parametrize("masks", [MASKS[:1], MASKS[:, :2], np.repeat(MASKS, 3, -1), MASKS[0, 0]])
    def test_masks_of_another_size(self, masks):
        with pytest.raises(ValueError, match="a mask of the same size for each image"):
            draw(GREY, masks, num_classes=3)

    def test_other_arguments(self):
        with pytest.raises(ValueError, match="num_classes=2, ignore_index=-1, and a mask with class 2"):
            draw(GREY, MASKS, num_classes=2)
        with pytest.raises(ValueError, match="`alpha` must be between 0 and 1"):
            draw(GREY, MASKS, alpha=2)
        with pytest.raises(ValueError, match="`color_mapping` must be three numbers"):
            draw(GREY, MASKS, color_mapping={0: "red"})
        with pytest.raises(ValueError, match="`images` must be a batch"):
            draw(GREY[0], MASKS[0])
