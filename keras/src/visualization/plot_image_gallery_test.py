"""Galleries, by what Matplotlib is told to draw."""

import os

import numpy as np
import pytest

import keras
from keras.src.visualization import plot_image_gallery as module

pyplot = pytest.importorskip("matplotlib.pyplot")
from matplotlib.patches import Patch  # noqa: E402  after the check that it is there

IMAGES = np.random.RandomState(0).randint(0, 256, (5, 20, 24, 3)).astype("uint8")
NAMES = {0: "a", 1: "b", 2: "c", 3: "d"}
BOXES = {"boxes": np.tile([[[2, 3, 12, 14]]], (5, 1, 1)), "labels": np.ones((5, 1), "int32")}
MASKS = np.random.RandomState(1).randint(0, 3, (5, 20, 24, 1))


@pytest.fixture(autouse=True)
def shown(monkeypatch):
    """Counts how often a gallery is shown; closes all of them."""
    calls = []
    monkeypatch.setattr(pyplot, "show", lambda: calls.append(pyplot.gcf()))
    yield calls
    pyplot.close("all")


def gallery(images=IMAGES, function="plot_image_gallery", **given):
    getattr(keras.visualization, function)(images, **{"show": False, **given})
    return pyplot.gcf()


def pictures(figure):
    return [axis.images[0].get_array() for axis in figure.axes if axis.images]


def titles(figure):
    return [axis.get_title() for axis in figure.axes if axis.images]


class TestImages:
    def test_all_images_are_there_as_they_are(self):
        figure = gallery()
        assert len(figure.axes) == 6 and not any(axis.axison for axis in figure.axes)
        np.testing.assert_array_equal(pictures(figure), IMAGES)

    @pytest.mark.parametrize(
        "count, grid",
        [
            (1, (1, 1)),
            (2, (2, 1)),
            (3, (2, 2)),
            (4, (2, 2)),
            (5, (3, 2)),
            (6, (3, 2)),
            (7, (3, 3)),
            (10, (4, 3)),
            (17, (5, 4)),
        ],
    )
    def test_a_grid_about_as_wide_as_high(self, count, grid):
        spec = gallery(np.repeat(IMAGES[:1], count, 0)).axes[0].get_gridspec()
        assert (spec.nrows, spec.ncols) == grid

    @pytest.mark.parametrize(
        "given, grid, seen",
        [
            ({"rows": 1}, (1, 5), 5),
            ({"cols": 2}, (3, 2), 5),
            ({"rows": 2, "cols": 2}, (2, 2), 4),
            ({"rows": 4, "cols": 4}, (4, 4), 5),
        ],
    )
    def test_rows_and_columns(self, given, grid, seen):
        figure = gallery(**given)
        spec = figure.axes[0].get_gridspec()
        assert (spec.nrows, spec.ncols) == grid and len(pictures(figure)) == seen

    @pytest.mark.parametrize(
        "images, low, high", [(IMAGES / 255.0, 0, 1), (IMAGES / 127.5 - 1, -1, 1), (IMAGES / 1.0, 0, 255)]
    )
    def test_range_of_values(self, images, low, high):
        np.testing.assert_array_equal(pictures(gallery(images, value_range=(low, high))), IMAGES)
        np.testing.assert_array_equal(pictures(gallery(images.astype("float32"), value_range=(low, high))), IMAGES)

    def test_forms_of_images(self):
        first = gallery(IMAGES.transpose(0, 3, 1, 2), data_format="channels_first")
        np.testing.assert_array_equal(pictures(first), IMAGES)
        assert [x.shape for x in pictures(gallery([IMAGES[0], IMAGES[1, :9]]))] == [(20, 24, 3), (9, 24, 3)]
        np.testing.assert_array_equal(pictures(gallery(keras.ops.convert_to_tensor(IMAGES))), IMAGES)

    def test_grey_pictures_are_not_stretched(self):
        image = gallery(np.full((1, 4, 4, 1), 100, "uint8")).axes[0].images[0]
        assert image.get_clim() == (0, 255) and image.get_cmap().name == "gray"

    def test_size_of_a_cell(self):
        square = gallery(IMAGES[:1, :20, :20], scale=3).get_size_inches()
        wide = gallery(IMAGES[:1, :10, :20], scale=3).get_size_inches()
        high = gallery(IMAGES[:1, :20, :10], scale=3).get_size_inches()
        np.testing.assert_allclose([square, wide, high], [(3, 3), (3, 1.5), (1.5, 3)])


class TestTitles:
    def test_labels_and_predictions(self):
        true, predicted = [0, 1, 2, 3, 0], np.array([0, 0, 2, 1, 9])
        assert titles(gallery(y_true=true, label_map=NAMES))[:2] == ["Label: a", "Label: b"]
        assert titles(gallery(y_pred=predicted, label_map=NAMES))[3:] == ["Pred: b", "Pred: 9"]
        both = titles(gallery(y_true=keras.ops.array(true), y_pred=predicted, label_map=NAMES))
        assert both[:2] == ["Label: a  Pred: a", "Label: b  Pred: a"]

    def test_what_does_not_fit(self):
        with pytest.raises(ValueError, match="need a `label_map`"):
            gallery(y_true=[0, 1, 2, 3, 0])
        with pytest.raises(ValueError, match="a label for each of 5 images. Received: 2"):
            gallery(y_true=[0, 1], label_map=NAMES)


class TestWhereItGoes:
    def test_shown_unless_there_is_a_path(self, shown, tmp_path):
        keras.visualization.plot_image_gallery(IMAGES)
        keras.visualization.plot_image_gallery(IMAGES, show=True)
        assert len(shown) == 2
        keras.visualization.plot_image_gallery(IMAGES, path=tmp_path / "gallery.png")
        assert len(shown) == 2 and not pyplot.get_fignums() and os.listdir(tmp_path) == ["gallery.png"]
        gallery()
        assert len(shown) == 2 and len(pyplot.get_fignums()) == 1
        with pytest.raises(ValueError, match="either `path` or `show=True`"):
            gallery(path=tmp_path / "gallery.png", show=True)

    def test_the_file(self, tmp_path):
        pil = pytest.importorskip("PIL.Image")
        path = str(tmp_path / "gallery.png")
        sizes = []
        for dpi, transparent in ((60, True), (120, False)):
            gallery(IMAGES[:, ::-1], path=path, dpi=dpi, transparent=transparent)
            picture = pil.open(path).convert("RGBA")
            sizes.append(picture.size)
            assert picture.getpixel((picture.width - 5, picture.height - 5))[3] == (0 if transparent else 255)
        np.testing.assert_allclose(sizes[1], np.multiply(sizes[0], 2), rtol=0.05)

    def test_formats_by_suffix(self, tmp_path):
        for suffix, start in {".svg": b"<?xml", ".pdf": b"%PDF", ".PNG": b"\x89PNG"}.items():
            gallery(path=tmp_path / f"gallery{suffix}")
            assert (tmp_path / f"gallery{suffix}").read_bytes().startswith(start)
        gallery(path=tmp_path / "plain")
        assert (tmp_path / "plain.png").exists()
        pyplot.close("all")
        with pytest.raises(ValueError, match="The suffix of `path` must be a format"):
            gallery(path=tmp_path / "gallery.nonsense")
        assert not pyplot.get_fignums()

    def test_legends(self):
        (legend,) = gallery(legend_handles=[Patch(label="one"), Patch(label="two")]).legends
        assert [text.get_text() for text in legend.get_texts()] == ["one", "two"]
        assert not gallery().legends

    def test_without_matplotlib(self, monkeypatch):
        monkeypatch.setattr(module, "pyplot", type(module.pyplot)("gone_for_good", import_error_msg=module._NEEDED))
        with pytest.raises(ImportError, match="pip install matplotlib"):
            gallery()


class TestBoxes:
    def boxes(self, images=IMAGES, **given):
        return gallery(images, "plot_bounding_box_gallery", **{"bounding_box_format": "xyxy", **given})

    def test_true_and_predicted_boxes_have_their_colors(self):
        moved = {**BOXES, "boxes": BOXES["boxes"] + 4}
        drawn = pictures(self.boxes(y_true=BOXES, y_pred=moved, line_thickness=1))
        assert drawn[0][3, 2].tolist() == [0, 188, 212] and drawn[4][7, 6].tolist() == [255, 235, 59]
        drawn = pictures(self.boxes(y_true=BOXES, y_pred=moved, true_color=(1, 2, 3), pred_color=(4, 5, 6)))
        assert drawn[0][3, 2].tolist() == [1, 2, 3] and drawn[0][7, 6].tolist() == [4, 5, 6]
        np.testing.assert_array_equal(pictures(self.boxes()), IMAGES)

    def test_images_of_another_range_and_format(self):
        expected = pictures(self.boxes(y_true=BOXES))
        for given in (
            {"images": IMAGES / 255.0, "value_range": (0, 1)},
            {"images": IMAGES.transpose(0, 3, 1, 2), "data_format": "channels_first"},
        ):
            np.testing.assert_array_equal(pictures(self.boxes(y_true=BOXES, **given)), expected)

    def test_names(self):
        large = np.zeros((5, 100, 100, 3), "uint8")
        given = {"y_true": {**BOXES, "boxes": BOXES["boxes"] + 40}, "y_pred": {**BOXES, "boxes": BOXES["boxes"] + 60}}
        seen = [
            np.stack(pictures(self.boxes(large, **given, **names)))
            for names in (
                {},
                {"class_mapping": {1: "x"}},
                {"ground_truth_mapping": {1: "x"}},
                {"prediction_mapping": {1: "x"}},
                {"class_mapping": {1: "x"}, "ground_truth_mapping": {}},
                {"class_mapping": {1: "x"}, "font_scale": 2},
                {"class_mapping": {1: "x"}, "text_thickness": 5},
            )
        ]
        counts = [np.count_nonzero(x) for x in seen]
        assert len(set(counts)) == 6 and counts[3] == counts[4], "a name in one colour more each"
        np.testing.assert_array_equal(seen[3], seen[4])
        assert counts[0] < counts[2] < counts[1] < counts[6]

    def test_legend(self):
        (legend,) = self.boxes(y_true=BOXES, legend=True).legends
        assert [text.get_text() for text in legend.get_texts()] == ["Ground Truth", "Prediction"]
        colors = [tuple(round(255 * x) for x in patch.get_facecolor()[:3]) for patch in legend.get_patches()]
        assert colors == [(0, 188, 212), (255, 235, 59)]
        assert len(self.boxes(y_true=BOXES, legend_handles=[Patch(label="one")]).legends) == 1
        with pytest.raises(ValueError, match="either `legend=True` or `legend_handles`"):
            self.boxes(legend=True, legend_handles=[Patch(label="one")])

    def test_what_goes_to_the_gallery(self, tmp_path):
        assert self.boxes(rows=1).axes[0].get_gridspec().ncols == 5
        assert self.boxes(cols=1).axes[0].get_gridspec().nrows == 5
        self.boxes(path=tmp_path / "boxes.png")
        assert (tmp_path / "boxes.png").exists()
        with pytest.raises(TypeError, match="colour"):
            self.boxes(colour="red")


class TestMasks:
    def masks(self, images=IMAGES, **given):
        return gallery(images, "plot_segmentation_mask_gallery", **{"num_classes": 3, **given})

    @pytest.mark.parametrize("given, columns", [((), 1), (("y_true",), 2), (("y_pred",), 2), (("y_true", "y_pred"), 3)])
    def test_a_row_for_each_image(self, given, columns):
        figure = self.masks(**dict.fromkeys(given, MASKS))
        spec = figure.axes[0].get_gridspec()
        assert (spec.nrows, spec.ncols) == (5, columns)
        drawn = keras.visualization.draw_segmentation_masks(IMAGES, MASKS, 3)
        for i, picture in enumerate(pictures(figure)):
            np.testing.assert_array_equal(picture, drawn[i // columns] if i % columns else IMAGES[i // columns])

    @pytest.mark.parametrize(
        "given", [{"color_mapping": {1: (9, 9, 9)}}, {"blend": False}, {"alpha": 0.1}, {"ignore_index": 1}]
    )
    def test_what_goes_to_the_masks(self, given):
        expected = keras.visualization.draw_segmentation_masks(IMAGES, MASKS, 3, **given)
        np.testing.assert_array_equal(pictures(self.masks(y_pred=MASKS, **given))[1::2], expected)

    def test_images_of_another_range_and_format(self):
        expected = pictures(self.masks(y_true=MASKS))
        dark = {"images": IMAGES / 255.0, "value_range": (0, 1), "y_true": MASKS}
        first = {
            "images": IMAGES.transpose(0, 3, 1, 2),
            "data_format": "channels_first",
            "y_true": MASKS.transpose(0, 3, 1, 2),
        }
        for given in (dark, first):
            np.testing.assert_array_equal(pictures(self.masks(**given)), expected)
