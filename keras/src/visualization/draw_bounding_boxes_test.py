"""Frames on pictures lie where Keras 3.15.1, which draws with OpenCV, has them."""

import numpy as np
import pytest

import keras
from keras.src import ops
from keras.src.visualization import draw_bounding_boxes as module

BLACK = np.zeros((1, 100, 200, 3), "uint8")
draw = keras.visualization.draw_bounding_boxes


def boxes_of(*boxes, labels=None, **more):
    labels = [1] * len(boxes) if labels is None else labels
    return {"boxes": np.array([boxes], "float32"), "labels": np.array([labels]), **more}


def extent(drawn, index=0):
    """Number of pixels that are not black, first and last row, first and last column."""
    rows, columns = np.nonzero(np.asarray(drawn[index]).sum(-1))
    return (len(rows), rows.min(), rows.max(), columns.min(), columns.max()) if len(rows) else (0,)


@pytest.mark.parametrize(
    "format, box, expected",
    [
        ("xyxy", [4.6, 5.5, 15.6, 12.9], (36, 5, 12, 4, 15)),
        ("XYXY", [4, 5, 15, 12], (36, 5, 12, 4, 15)),
        ("yxyx", [10, 20, 30, 40], (80, 10, 30, 20, 40)),
        ("xywh", [20, 20, 100, 50], (300, 20, 70, 20, 120)),
        ("center_xywh", [50, 50, 20, 10], (60, 45, 55, 40, 60)),
        ("center_yxhw", [50, 60, 20, 10], (60, 40, 60, 55, 65)),
        ("rel_xyxy", [0.1, 0.1, 0.5, 0.5], (240, 10, 50, 20, 100)),
        ("rel_yxyx", [0.1, 0.2, 0.5, 0.5], (200, 10, 50, 40, 100)),
        ("rel_xywh", [0.1, 0.2, 0.5, 0.5], (300, 20, 70, 20, 120)),
        ("rel_center_xywh", [0.5, 0.5, 0.2, 0.1], (100, 45, 55, 80, 120)),
    ],
)
def test_formats(format, box, expected):
    assert extent(draw(BLACK, boxes_of(box), format, line_thickness=1)) == expected


@pytest.mark.parametrize(
    "box, expected",
    [
        ([-1, 5, 15, 12], (38, 5, 12, 0, 15)),
        ([-1, -1, 15, 12], (28, 0, 12, 0, 15)),
        ([-4, 5, 500, 12], (400, 5, 12, 0, 199)),
        ([0, 0, 0, 0], (1, 0, 0, 0, 0)),
        ([-9, -9, -5, -5], (0,)),
        ([300, 300, 400, 400], (0,)),
        ([np.nan, 1, 5, 5], (0,)),
        ([-1, -1, -1, -1], (0,)),
    ],
)
def test_boxes_beyond_the_edges(box, expected):
    assert extent(draw(BLACK, boxes_of(box), "xyxy", line_thickness=1)) == expected


def test_padding_is_not_drawn():
    assert extent(draw(BLACK, boxes_of([4, 5, 15, 12], labels=[-1]), "xyxy")) == (0,)
    assert extent(draw(BLACK, boxes_of([4, 5, 15, 12], labels=[-2]), "xyxy", line_thickness=1)) == (36, 5, 12, 4, 15)


@pytest.mark.parametrize("thickness", range(1, 8))
def test_lines_are_as_wide_as_is_asked(thickness):
    drawn = draw(BLACK, boxes_of([40, 30, 120, 70]), "xyxy", line_thickness=thickness)[0, ..., 0]
    outward = thickness // 2
    for line in (drawn[50, :80], drawn[50, 80:], drawn[:50, 80], drawn[50:, 80]):
        assert np.count_nonzero(line) == thickness
    assert np.nonzero(drawn[50])[0][[0, -1]].tolist() == [40 - outward, 120 + outward]
    assert np.nonzero(drawn[:, 80])[0][[0, -1]].tolist() == [30 - outward, 70 + outward]
    assert drawn[30 - outward, 40 - outward] == 128, "corners are drawn"


def test_color_and_what_lies_behind():
    images = np.full((1, 20, 20, 3), 7, "uint8")
    drawn = draw(images, boxes_of([4, 5, 15, 12]), "xyxy", color=(300, -5, 2.5))
    assert {tuple(pixel) for pixel in drawn.reshape(-1, 3)} == {(7, 7, 7), (255, 0, 2)}
    assert (images == 7).all(), "what is given stays as it is"
    assert draw(np.full((1, 20, 20, 3), 0.5), boxes_of([1, 1, 3, 3]), "xyxy")[0, 10, 10].tolist() == [127] * 3


@pytest.mark.parametrize("channels, color", [(1, [9]), (3, [9, 8, 7]), (4, [9, 8, 7, 255])])
def test_channels(channels, color):
    drawn = draw(np.zeros((1, 20, 20, channels), "uint8"), boxes_of([4, 5, 15, 12]), "xyxy", color=(9, 8, 7))
    assert drawn.shape == (1, 20, 20, channels) and drawn[0, 5, 5].tolist() == color


def test_channels_first_gives_channels_last():
    given = boxes_of([4, 5, 15, 12])
    drawn = draw(BLACK.transpose(0, 3, 1, 2), given, "xyxy", data_format="channels_first")
    np.testing.assert_array_equal(drawn, draw(BLACK, given, "xyxy"))


def test_each_image_has_its_boxes():
    given = {"boxes": np.array([[[4, 5, 15, 12]], [[24, 25, 35, 32]]]), "labels": np.array([[0], [2]])}
    drawn = draw(np.concatenate([BLACK, BLACK]), given, "xyxy", line_thickness=1)
    assert [extent(drawn, i) for i in (0, 1)] == [(36, 5, 12, 4, 15), (36, 25, 32, 24, 35)]


def test_tensors_and_lists_of_other_sizes():
    tensors = {key: ops.convert_to_tensor(x) for key, x in boxes_of([4, 5, 15, 12]).items()}
    drawn = draw(ops.convert_to_tensor(BLACK), tensors, "xyxy", line_thickness=1)
    assert isinstance(drawn, np.ndarray) and extent(drawn) == (36, 5, 12, 4, 15)
    several = {
        "boxes": [np.array([[4, 5, 15, 12], [1, 1, 2, 2]]), np.zeros((0, 4)), np.array([[0.1, 0.1, 0.5, 0.5]])],
        "labels": [np.array([0, 0]), np.zeros(0), np.array([3])],
    }
    images = [np.zeros((20, 30, 3), "uint8"), np.zeros((10, 10, 3), "uint8"), np.zeros((20, 40, 3), "uint8")]
    drawn = draw(images, several, "xyxy", line_thickness=1)
    assert isinstance(drawn, list) and [x.shape for x in drawn] == [x.shape for x in images]
    assert [np.count_nonzero(x[..., 0]) for x in drawn] == [40, 0, 1]
    several["boxes"] = [x / 100 for x in several["boxes"]]
    assert extent(draw(images, several, "rel_xyxy", line_thickness=1)) == (9, 0, 2, 0, 4)


class TestTexts:
    """A name stands above its frame, or in it where there is no room."""

    NAMES = {1: "cat"}

    def text(self, *box, **given):
        """Extent of what is drawn beside the frame, on a picture of 100 by 200."""
        more = given.pop("more", {})
        alone = draw(BLACK, boxes_of(box, **more), "xyxy", color=(255, 0, 0))
        drawn = draw(BLACK, boxes_of(box, **more), "xyxy", color=(255, 0, 0), **{"class_mapping": self.NAMES, **given})
        return extent(np.where(drawn == alone, 0, drawn))

    def test_place(self):
        count, top, bottom, left, right = self.text(10, 50, 60, 90)
        assert count > 50 and 10 < top < bottom < 49 and 10 <= left < 15 and right < 60
        _, top, bottom, *_ = self.text(10, 5, 60, 90)
        assert 6 < top < bottom < 40
        *_, left, right = self.text(190, 50, 198, 90)
        assert 120 < left < right < 200

    def test_no_text_without_a_name(self):
        assert self.text(10, 50, 60, 90, class_mapping=None) == (0,)
        assert self.text(10, 50, 60, 90, class_mapping={"1": "cat", 2: "dog"}) == (0,)

    def test_names_and_confidences(self):
        short, long = self.text(10, 50, 60, 90), self.text(10, 50, 60, 90, class_mapping={1: "a long name"})
        sure = self.text(10, 50, 60, 90, more={"confidences": np.array([[0.877]])})
        assert long[-1] > short[-1] and sure[-1] > short[-1] + 20
        seen = [
            draw(BLACK, boxes_of([10, 50, 60, 90], confidences=np.array([[x]])), "xyxy", class_mapping=self.NAMES)
            for x in (0.877, 0.881, 0.5)
        ]
        assert (seen[0] == seen[1]).all() and (seen[0] != seen[2]).any(), "two places are shown"

    def test_size_and_strokes(self):
        _, top, bottom, left, right = self.text(10, 50, 60, 90)
        _, larger_top, larger_bottom, larger_left, larger_right = self.text(10, 50, 60, 90, font_scale=1.5)
        assert larger_bottom - larger_top > 1.3 * (bottom - top) and larger_right - larger_left > 1.3 * (right - left)
        assert self.text(10, 50, 60, 90, text_thickness=3)[0] > 1.3 * self.text(10, 50, 60, 90)[0]
        assert self.text(10, 50, 60, 90, font_scale=0.01)[0] < 10

    def test_names_of_other_alphabets_and_kinds(self):
        pytest.importorskip("matplotlib")
        boxes = [self.text(10, 50, 60, 90, class_mapping={1: letter}) for letter in ("Ä", "Ж", "λ", 7)]
        assert len(set(boxes)) == 4

    def test_a_font_without_matplotlib(self, monkeypatch):
        monkeypatch.setattr(type(module.matplotlib), "available", False)
        assert self.text(10, 50, 60, 90)[0] > 50

    def test_without_pillow(self, monkeypatch):
        for part in ("_pillow", "_drawing", "_fonts"):
            gone = type(module._pillow)("gone_for_good", import_error_msg=module._NEEDED)
            monkeypatch.setattr(module, part, gone)
        assert extent(draw(BLACK, boxes_of([4, 5, 15, 12]), "xyxy", line_thickness=1)) == (36, 5, 12, 4, 15)
        with pytest.raises(ImportError, match="pip install pillow"):
            self.text(10, 50, 60, 90)


class TestErrors:
    def test_what_is_no_dict_of_boxes(self):
        with pytest.raises(TypeError, match="must be a dict with 'boxes' and 'labels'"):
            draw(BLACK, np.zeros((1, 1, 4)), "xyxy")
        for key in ("boxes", "labels"):
            with pytest.raises(ValueError, match=rf"lacks \['{key}'\]"):
                draw(BLACK, {k: x for k, x in boxes_of([1, 2, 3, 4]).items() if k != key}, "xyxy")

    @pytest.mark.parametrize(
        "changed",
        [
            {"boxes": np.zeros((1, 1, 5))},
            {"boxes": np.zeros((1, 4))},
            {"labels": np.zeros((1, 2))},
            {"labels": np.zeros(1)},
            {"confidences": np.zeros((1, 3))},
            {"boxes": np.zeros((2, 1, 4)), "labels": np.zeros((2, 1))},
        ],
    )
    def test_shapes_that_do_not_fit(self, changed):
        with pytest.raises(ValueError, match="of shape|for each of 1 images"):
            draw(BLACK, {**boxes_of([1, 2, 3, 4]), **changed}, "xyxy")

    def test_unknown_formats_and_colors(self):
        with pytest.raises(ValueError, match="`bounding_box_format` must be one of"):
            draw(BLACK, boxes_of([1, 2, 3, 4]), "corners")
        with pytest.raises(ValueError, match="`color` must be three numbers"):
            draw(BLACK, boxes_of([1, 2, 3, 4]), "xyxy", color="red")
        with pytest.raises(ValueError, match="`images` must be a batch"):
            draw(BLACK[0], boxes_of([1, 2, 3, 4]), "xyxy")
