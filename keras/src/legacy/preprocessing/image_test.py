"""Pictures that are transformed while they are read; the numbers are those of Keras 3.15.1."""

import numpy as np
import pytest

import keras
from keras.src.legacy.preprocessing import image as legacy
from keras.src.legacy.preprocessing import image_transforms
from keras.src.legacy.preprocessing.image import ImageDataGenerator, Iterator, NumpyArrayIterator
from keras.src.testing import engine
from keras.src.utils.module_utils import LazyModule

pytest.importorskip("scipy")
AXES = {"row_axis": 0, "col_axis": 1, "channel_axis": 2}
PICTURE = (np.arange(20).reshape(4, 5, 1) * 7 % 50).astype("float32")
PICTURES = np.random.RandomState(0).randint(0, 256, (5, 4, 6, 1)).astype("float32")
# The arguments of `apply_affine_transform`, and the first and the last row of the result.
AFFINE = [
    ({"theta": 30}, [8.407, 15.037, 14.497, 12.221, 31.128], [18.26, 14.729, 15.031, 21.093, 27.155]),
    ({"tx": 1.5}, [10.5, 17.5, 24.5, 28.0, 28.0], [15.5, 22.5, 29.5, 33.0, 33.0]),
    ({"ty": -1}, [0.0, 7.0, 14.0, 21.0, 28.0], [20.0, 27.0, 34.0, 41.0, 48.0]),
    ({"shear": 20}, [9.01, 16.01, 18.885, 23.979, 26.191], [5.905, 10.51, 17.51, 24.51, 31.51]),
    ({"zx": 0.7}, [3.15, 8.05, 12.95, 17.85, 22.75], [8.15, 13.05, 17.95, 22.85, 27.75]),
    ({"zy": 1.4}, [0.0, 7.0, 14.0, 21.0, 28.0], [5.0, 12.0, 19.0, 26.0, 33.0]),
    (
        {"theta": 30, "fill_mode": "constant", "cval": 7.0},
        [7.0, 15.037, 14.497, 12.221, 7.0],
        [7.0, 14.729, 7.0, 7.0, 7.0],
    ),
    (
        {"theta": 30, "fill_mode": "wrap"},
        [20.637, 15.037, 14.497, 12.221, 31.886],
        [44.166, 14.729, 14.092, 28.443, 11.216],
    ),
    ({"theta": 30, "order": 0}, [7.0, 14.0, 6.0, 13.0, 48.0], [20.0, 12.0, 12.0, 19.0, 26.0]),
]
# Functions after `np.random.seed(2)`: the first row of the result.
DRAWN = {
    "random_rotation": ((25,), [3.04, 7.31, 13.213, 20.202, 27.191]),
    "random_shift": ((0.2, 0.3), [0.0, 5.925, 12.925, 19.925, 26.925]),
    "random_shear": ((25,), [0.109, 6.328, 13.328, 20.189, 27.172]),
    "random_zoom": (((0.7, 1.4),), [19.73, 26.711, 33.675, 12.599, 19.544]),
}
# Arguments of the generator, and what `get_random_transform((4, 6, 1), seed=1)` gives beside what changes nothing.
PARAMETERS = [
    ({"rotation_range": 40}, {"theta": -6.638239623794078}),
    ({"width_shift_range": 0.2}, {"ty": -0.19914718871382237}),
    ({"width_shift_range": 3}, {"ty": 1}),
    ({"width_shift_range": [-2, 0, 2]}, {}),
    ({"height_shift_range": 0.3}, {"tx": -0.1991471887138223}),
    ({"brightness_range": (0.5, 1.5)}, {"brightness": 0.5001143748173449}),
    ({"shear_range": 20.0}, {"shear": -3.319119811897039}),
    ({"zoom_range": 0.3}, {"zx": 0.9502132028215444, "zy": 1.1321946960652949}),
    ({"zoom_range": [0.5, 1.2]}, {"zx": 0.7919154032918018, "zy": 1.0042271454095106}),
    ({"channel_shift_range": 30.0}, {"channel_shift_intensity": -29.993137510959308}),
    ({"horizontal_flip": True}, {"flip_horizontal": 1}),
    ({"vertical_flip": True}, {}),
]
NOTHING = {"theta": 0, "tx": 0, "ty": 0, "shear": 0, "zx": 1, "zy": 1, "flip_horizontal": 0, "flip_vertical": 0}


class TestFunctions:
    @pytest.mark.parametrize("arguments, first, last", AFFINE)
    def test_affine_transform(self, arguments, first, last):
        moved = legacy.apply_affine_transform(PICTURE, **AXES, **arguments)
        np.testing.assert_allclose(moved[[0, 3], :, 0], [first, last], atol=1e-3)
        turned = legacy.apply_affine_transform(PICTURE.transpose(2, 0, 1), **arguments)
        np.testing.assert_array_equal(turned.transpose(1, 2, 0), moved)

    @pytest.mark.parametrize("name", DRAWN)
    def test_drawn_transforms(self, name):
        arguments, expected = DRAWN[name]
        np.random.seed(2)
        moved = getattr(legacy, name)(PICTURE, *arguments, **AXES)
        np.testing.assert_allclose(moved[0, :, 0], expected, atol=1e-3)
        constant = {"fill_mode": "constant", "cval": 99.0, "interpolation_order": 0}
        np.random.seed(2)
        assert not np.array_equal(getattr(legacy, name)(PICTURE, *arguments, **AXES, **constant), moved)

    def test_channel_shift(self):
        shifted = legacy.apply_channel_shift(PICTURE, 30, channel_axis=2)
        np.testing.assert_array_equal(shifted, np.clip(PICTURE + 30, 0, PICTURE.max()))
        np.random.seed(2)
        drawn = legacy.random_channel_shift(PICTURE, 20, channel_axis=2)
        np.testing.assert_allclose(drawn[0, :, 0], [0.0, 4.44, 11.44, 18.44, 25.44], atol=1e-3)

    def test_brightness(self):
        np.random.seed(2)
        drawn = legacy.random_brightness(PICTURE, (0.5, 1.5), scale=False)
        np.testing.assert_array_equal(drawn[0, :, 0], [0, 6, 13, 19, 26])
        scaled = legacy.apply_brightness_shift(PICTURE / 49, 0.5)
        np.testing.assert_array_equal(scaled[..., 0], np.floor(np.floor(PICTURE[..., 0] / 49 * np.float32(255)) / 2))
        outside = legacy.apply_brightness_shift(PICTURE * 10, 1.0, scale=False)
        np.testing.assert_allclose(outside, PICTURE * 10, atol=2)

    def test_flips_and_the_middle(self):
        np.testing.assert_array_equal(legacy.flip_axis(PICTURE, 1), PICTURE[:, ::-1])
        matrix = legacy.transform_matrix_offset_center(np.array([[1, 0.2, 0], [0, 1, 0], [0, 0, 1]]), 9, 12)
        np.testing.assert_allclose(matrix, [[1, 0.2, -1.1], [0, 1, 0], [0, 0, 1]], atol=1e-12)

    def test_wrong_ranges(self):
        with pytest.raises(ValueError, match="zoom_range"):
            legacy.random_zoom(PICTURE, (1, 2, 3))
        with pytest.raises(ValueError, match="brightness_range"):
            legacy.random_brightness(PICTURE, (1, 2, 3))

    def test_without_scipy_the_error_says_what_to_install(self, monkeypatch):
        message = image_transforms.ndimage._import_error_msg
        monkeypatch.setattr(image_transforms, "ndimage", LazyModule("no_scipy", import_error_msg=message))
        with pytest.raises(ImportError, match="pip install scipy"):
            legacy.apply_affine_transform(PICTURE, theta=3)


class TestGenerator:
    @pytest.mark.parametrize("arguments, expected", PARAMETERS)
    def test_drawn_parameters(self, arguments, expected):
        drawn = ImageDataGenerator(**arguments).get_random_transform((4, 6, 1), seed=1)
        assert drawn == pytest.approx({**NOTHING, "channel_shift_intensity": None, "brightness": None, **expected})

    def test_whole_passes(self):
        generator = ImageDataGenerator(
            rotation_range=20,
            width_shift_range=0.1,
            height_shift_range=0.1,
            shear_range=10,
            zoom_range=0.2,
            channel_shift_range=20,
            horizontal_flip=True,
            vertical_flip=True,
            brightness_range=(0.8, 1.2),
            rescale=0.1,
            fill_mode="constant",
            cval=1.0,
        )
        for seed, labels, means, pixels in [
            (4, [[0, 3], [1, 4], [2], [0, 3]], [6.2854, 7.8292, 9.525, 7.5667], [3.3, 11.2, 17.9, 19.7]),
            (None, [[3, 0], [1, 2], [4], [4, 0]], [7.2937, 11.9062, 6.9625, 7.4958], [12.7, 18.6, 5.2, 8.2]),
        ]:
            np.random.seed(9)
            flow = generator.flow(PICTURES, np.arange(5), batch_size=2, seed=seed)
            batches = [next(flow) for _ in range(4)]
            assert [y.tolist() for _, y in batches] == labels
            np.testing.assert_allclose([x.mean() for x, _ in batches], means, atol=1e-3)
            np.testing.assert_allclose([x[0, 1, 2, 0] for x, _ in batches], pixels, atol=1e-3)

    @pytest.mark.parametrize(
        "arguments, expected",
        [
            (
                {"featurewise_center": True, "featurewise_std_normalization": True},
                [-0.546, -0.6441, 0.5336, -1.4293, -0.7002, -0.7703],
            ),
            (
                {"zca_whitening": True, "featurewise_center": True},
                [-0.2693, -0.2697, 0.2775, -0.675, -0.3377, -0.3462],
            ),
            (
                {"samplewise_center": True, "samplewise_std_normalization": True},
                [-0.6798, -0.7786, 0.407, -1.5691, -0.8351, -0.9057],
            ),
        ],
    )
    def test_standardizing(self, arguments, expected):
        generator = ImageDataGenerator(**arguments)
        generator.fit(PICTURES)
        np.testing.assert_allclose(generator.standardize(PICTURES[1].copy())[0, :, 0], expected, atol=2e-3)

    def test_fitting_to_transformed_pictures(self):
        generator = ImageDataGenerator(featurewise_center=True, rotation_range=30)
        generator.fit(PICTURES, augment=True, rounds=2, seed=3)
        np.testing.assert_allclose(generator.mean, [[[125.679344]]], rtol=1e-5)

    def test_what_is_needed_is_switched_on(self):
        for name, needs in (
            ("zca_whitening", "featurewise_center"),
            ("samplewise_std_normalization", "samplewise_center"),
        ):
            with pytest.warns(UserWarning, match=needs):
                assert getattr(ImageDataGenerator(**{name: True}), needs)
        with pytest.warns(UserWarning, match="fit"):
            ImageDataGenerator(featurewise_center=True).standardize(PICTURES[0].copy())

    def test_functions_formats_and_dtypes(self):
        generator = ImageDataGenerator(preprocessing_function=lambda x: x[::-1], dtype="float16", rescale=0.5)
        x = generator.flow(PICTURES, shuffle=False)[0]
        assert x.dtype == "float16"
        np.testing.assert_array_equal(x, PICTURES[:, ::-1] / 2)
        first = ImageDataGenerator(data_format="channels_first", horizontal_flip=True)
        flipped = first.apply_transform(PICTURES[0].transpose(2, 0, 1), {"flip_horizontal": True})
        np.testing.assert_array_equal(flipped[0], PICTURES[0, :, ::-1, 0])

    @pytest.mark.parametrize(
        "wrong", [{"zoom_range": [1, 2, 3]}, {"brightness_range": 3}, {"data_format": "last"}, {"validation_split": 2}]
    )
    def test_wrong_arguments(self, wrong):
        with pytest.raises(ValueError, match=list(wrong)[0]):
            ImageDataGenerator(**wrong)


class Numbers(Iterator):
    def _get_batches_of_transformed_samples(self, index_array):
        return index_array.tolist()


class TestIterators:
    def test_orders(self):
        assert [next(Numbers(5, 2, False, None)) for _ in range(2)] == [[0, 1]] * 2
        plain = Numbers(5, 2, False, None)
        assert [next(plain) for _ in range(4)] == [[0, 1], [2, 3], [4], [0, 1]]
        assert len(plain) == 3 and plain[2] == [4]
        seeded = Numbers(7, 3, True, 3)
        assert [next(seeded) for _ in range(4)] == [[4, 6, 5], [3, 1, 0], [2], [4, 5, 6]]
        by_number = Numbers(7, 3, True, 3)
        assert [by_number[i] for i in range(3)] == [[4, 6, 5], [3, 1, 0], [2]]
        by_number.on_epoch_end()
        assert [by_number[i] for i in range(3)] == [[6, 2, 4], [1, 0, 5], [3]]
        seeded.reset()
        assert len(next(seeded)) == 3 and seeded.batch_index == 1

    def test_wrong_uses(self):
        with pytest.raises(ValueError, match="3 batches"):
            Numbers(7, 3, False, None)[3]
        with pytest.raises(NotImplementedError):
            next(Iterator(7, 3, False, None))

    def test_parts(self):
        generator = ImageDataGenerator(validation_split=0.4)
        labels = np.array([0, 1, 0, 1, 1])
        for subset, expected in (("validation", [0, 1]), ("training", [0, 1, 1])):
            x, y = generator.flow(PICTURES, labels, shuffle=False, subset=subset)[0]
            assert y.tolist() == expected and len(x) == len(expected)
        with pytest.raises(ValueError, match="other classes"):
            generator.flow(PICTURES, np.arange(5), subset="training")
        apart = generator.flow(PICTURES, np.arange(5), subset="training", ignore_class_split=True, shuffle=False)
        assert apart[0][1].tolist() == [2, 3, 4]

    def test_further_arrays_and_weights(self):
        more = [np.arange(5), np.arange(10).reshape(5, 2)]
        flow = ImageDataGenerator().flow((PICTURES, more), np.arange(5), sample_weight=np.ones(5), shuffle=False)
        (x, first, second), y, weights = flow[0]
        np.testing.assert_array_equal(x, PICTURES)
        assert first.tolist() == y.tolist() == [0, 1, 2, 3, 4] and second.shape == (5, 2) and weights.sum() == 5
        alone = NumpyArrayIterator(PICTURES, None, ImageDataGenerator(), batch_size=2)
        np.testing.assert_array_equal(alone[2], PICTURES[4:])

    def test_wrong_arrays(self):
        for arguments in ((PICTURES, np.arange(4)), (PICTURES[0],)):
            with pytest.raises(ValueError, match="length|dimensions"):
                ImageDataGenerator().flow(*arguments)
        with pytest.raises(ValueError, match="subset"):
            ImageDataGenerator(validation_split=0.2).flow(PICTURES, subset="all")
        with pytest.warns(UserWarning, match="channels"):
            ImageDataGenerator().flow(np.ones((2, 4, 4, 2)))

    def test_pictures_are_saved(self, tmp_path):
        flow = ImageDataGenerator().flow(
            PICTURES, shuffle=False, save_to_dir=tmp_path, save_prefix="x", save_format="png"
        )
        next(flow)
        assert sorted(path.name.rpartition("_")[0] for path in tmp_path.iterdir()) == [f"x_{i}" for i in range(5)]


@pytest.fixture
def folder(tmp_path):
    for label, name in enumerate(("b", "a", ".c")):
        (tmp_path / name / "deep").mkdir(parents=True)
        for number, place in enumerate(("0.png", "1.bmp", "deep/2.png", "3.gif")):
            keras.utils.save_img(tmp_path / name / place, np.full((2, 2, 3), 60 * label + 10 * number), scale=False)
    return tmp_path


FILES = [f"{name}/{place}" for name in (".c", "a", "b") for place in ("0.png", "1.bmp", "deep/2.png")]


class TestDirectory:
    def flow(self, folder, split=0.0, **arguments):
        given = {"target_size": (1, 1), "shuffle": False, **arguments}
        return ImageDataGenerator(validation_split=split).flow_from_directory(folder, **given)

    def test_files_and_classes(self, folder, capsys):
        flow = self.flow(folder)
        assert capsys.readouterr().out == "Found 9 images belonging to 3 classes.\n"
        assert flow.filenames == FILES and flow.class_indices == {".c": 0, "a": 1, "b": 2}
        assert flow.classes.tolist() == flow.labels.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
        assert flow.filepaths[0] == str(folder / ".c" / "0.png") and (flow.samples, flow.num_classes) == (9, 3)
        x, y = flow[0]
        assert x.shape == (9, 1, 1, 3) and x[:, 0, 0, 0].tolist() == [120, 130, 140, 60, 70, 80, 0, 10, 20]
        np.testing.assert_array_equal(y, np.repeat(np.eye(3), 3, axis=0))

    @pytest.mark.parametrize(
        "mode, classes, expected",
        [("sparse", ["b", "a"], [0, 0, 0, 1, 1, 1]), ("binary", ["a", "b"], [0, 0, 0, 1, 1, 1]), (None, ["a"], None)],
    )
    def test_modes(self, folder, mode, classes, expected):
        batch = self.flow(folder, class_mode=mode, classes=classes)[0]
        if expected is None:
            assert batch.shape == (3, 1, 1, 3)
        else:
            assert batch[1].tolist() == expected and batch[1].dtype == "float32"

    def test_pictures_as_targets(self, folder):
        x, y = self.flow(folder, class_mode="input", color_mode="grayscale")[0]
        assert x.shape == (9, 1, 1, 1) and x is not y
        np.testing.assert_array_equal(x, y)

    def test_parts(self, folder):
        assert self.flow(folder, 0.4, subset="validation").filenames == FILES[::3]
        assert self.flow(folder, 0.4, subset="training").filenames == [f for i, f in enumerate(FILES) if i % 3]

    def test_wrong_arguments(self, folder):
        for wrong in ({"class_mode": "x"}, {"color_mode": "x"}, {"subset": "x"}):
            with pytest.raises(ValueError, match=list(wrong)[0]):
                self.flow(folder, **wrong)
        with pytest.raises(FileNotFoundError):
            self.flow(folder / "missing")


class TestDataFrame:
    def flow(self, folder, split=0.0, **arguments):
        pandas = pytest.importorskip("pandas")
        table = pandas.DataFrame(
            {
                "filename": ["a/0.png", "a/1.bmp", "b/0.png", "b/1.bmp", "missing.png"],
                "class": ["x", "y", "x", "z", "x"],
                "two": ["0", "1", "0", "1", "0"],
                "many": [["x", "y"], ["y"], ["x"], ["z"], ["x"]],
                "v": [1.0, 2.0, 3.0, 4.0, 5.0],
                "w": [0.1, 0.2, 0.3, 0.4, 0.5],
            }
        )
        given = {"target_size": (1, 1), "shuffle": False, **arguments}
        with pytest.warns(UserWarning, match="1 rows"):
            return ImageDataGenerator(validation_split=split).flow_from_dataframe(table, str(folder), **given)

    @pytest.mark.parametrize(
        "arguments, expected",
        [
            ({}, [[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]]),
            ({"class_mode": "sparse"}, [0, 1, 0, 2]),
            ({"class_mode": "binary", "y_col": "two"}, [0, 1, 0, 1]),
            ({"y_col": "many"}, [[1, 1, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]]),
            ({"classes": ["y", "x"], "class_mode": "sparse"}, [1, 0, 1]),
            ({"y_col": "many", "classes": ["y", "x"]}, [[1, 1], [1, 0], [0, 1]]),
            ({"class_mode": "raw", "y_col": "v"}, [1, 2, 3, 4]),
            ({"class_mode": "raw", "y_col": ["v", "w"]}, [[1, 0.1], [2, 0.2], [3, 0.3], [4, 0.4]]),
        ],
    )
    def test_targets(self, folder, arguments, expected):
        x, y = self.flow(folder, **arguments)[0]
        assert x.shape == (len(expected), 1, 1, 3) and x[:3, 0, 0, 0].tolist() == [60, 70, 0]
        assert y.tolist() == expected

    def test_several_targets_and_weights(self, folder):
        x, (v, w), weights = self.flow(folder, class_mode="multi_output", y_col=["v", "w"], weight_col="w")[0]
        assert v.tolist() == [1, 2, 3, 4] and w.tolist() == weights.tolist() == [0.1, 0.2, 0.3, 0.4]
        assert self.flow(folder, class_mode=None)[0].shape == (4, 1, 1, 3)

    def test_parts_and_messages(self, folder, capsys):
        assert self.flow(folder, 0.3, subset="validation").filenames == ["a/0.png"]
        assert self.flow(folder, 0.3, subset="training").filenames == ["a/1.bmp", "b/0.png", "b/1.bmp"]
        assert capsys.readouterr().out.splitlines()[1] == "Found 3 validated image filenames belonging to 3 classes."

    @pytest.mark.parametrize(
        "arguments, error",
        [
            ({"class_mode": "x"}, ValueError),
            ({"class_mode": "binary"}, ValueError),
            ({"y_col": "nobody"}, KeyError),
            ({"x_col": "v"}, TypeError),
            ({"weight_col": "two"}, TypeError),
            ({"y_col": "v"}, TypeError),
        ],
    )
    @pytest.mark.filterwarnings("ignore:1 rows")
    def test_wrong_columns(self, folder, arguments, error):
        pandas = pytest.importorskip("pandas")
        table = pandas.DataFrame(
            {"filename": ["a/0.png"] * 3, "class": list("xyz"), "two": list("010"), "v": [1.0] * 3}
        )
        with pytest.raises(error):
            ImageDataGenerator().flow_from_dataframe(table, str(folder), **arguments)


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="it trains")
def test_a_network_learns_from_a_generator():
    keras.utils.set_random_seed(0)
    labels = np.arange(32) % 2
    pictures = np.random.uniform(0, 100, (32, 6, 6, 3)) + 120 * labels[:, None, None, None]
    generator = ImageDataGenerator(rescale=1 / 255, horizontal_flip=True, rotation_range=10, validation_split=0.25)
    parts = [generator.flow(pictures, labels, batch_size=8, seed=1, subset=part) for part in ("training", "validation")]
    layers = [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(2, activation="softmax")]
    model = keras.Sequential([keras.Input((6, 6, 3)), *layers])
    model.compile(keras.optimizers.Adam(0.2), "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(parts[0], validation_data=parts[1], epochs=12, verbose=0)
    assert history.history["val_accuracy"][-1] == 1.0
    assert model.predict(parts[1], verbose=0).shape == (8, 2)
