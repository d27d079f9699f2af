"""Pictures to and from files and arrays, against Pillow and NumPy."""

import io
import pathlib

import numpy as np
import pytest
from PIL import Image

import keras
from keras.src.utils import image_utils
from keras.src.utils.module_utils import LazyModule
from keras.utils import array_to_img, img_to_array, load_img, save_img

PIXELS = np.random.RandomState(0).randint(0, 256, (13, 17, 4)).astype("uint8")
PICTURES = {
    "rgb": Image.fromarray(PIXELS[..., :3]),
    "rgba": Image.fromarray(PIXELS),
    "grey": Image.fromarray(PIXELS[..., 0]),
    "palette": Image.fromarray(PIXELS[..., :3]).convert("P"),
    "grey and alpha": Image.fromarray(PIXELS).convert("LA"),
    "deep grey": Image.fromarray(PIXELS[..., 0].astype("uint16") * 257),
}
METHODS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "hamming": Image.Resampling.HAMMING,
    "box": Image.Resampling.BOX,
    "lanczos": Image.Resampling.LANCZOS,
}


@pytest.fixture(params=PICTURES)
def picture(request, tmp_path):
    """The path of a file, and the picture in it."""
    path = tmp_path / "picture.png"
    PICTURES[request.param].save(path)
    return path, PICTURES[request.param]


def same(image, expected):
    return (image.mode, image.size, image.tobytes()) == (expected.mode, expected.size, expected.tobytes())


class TestLoading:
    @pytest.mark.parametrize("color_mode, mode", [("grayscale", "L"), ("rgb", "RGB"), ("rgba", "RGBA")])
    def test_color_modes(self, picture, color_mode, mode):
        path, image = picture
        keeps = color_mode == "grayscale" and image.mode == "I;16"
        assert same(load_img(path, color_mode=color_mode), image if keeps else image.convert(mode))

    @pytest.mark.parametrize("size", [(8, 9), [30, 20], (13, 17)])
    @pytest.mark.parametrize("interpolation", METHODS)
    def test_sizes(self, tmp_path, interpolation, size):
        PICTURES["rgb"].save(tmp_path / "x.png")
        loaded = load_img(tmp_path / "x.png", target_size=size, interpolation=interpolation)
        assert same(loaded, PICTURES["rgb"].resize((size[1], size[0]), METHODS[interpolation]))

    @pytest.mark.parametrize(
        "size, box", [((8, 8), (2, 0, 15, 13)), ((4, 16), (0, 4, 17, 8)), ((20, 5), (7, 0, 10, 13))]
    )
    def test_proportions_are_kept(self, tmp_path, size, box):
        PICTURES["rgb"].save(tmp_path / "x.png")
        loaded = load_img(tmp_path / "x.png", target_size=size, interpolation="bilinear", keep_aspect_ratio=True)
        assert same(loaded, PICTURES["rgb"].resize((size[1], size[0]), METHODS["bilinear"], box=box))

    def test_where_from(self, tmp_path):
        path = tmp_path / "x.png"
        PICTURES["rgb"].save(path)
        for place in (str(path), path, str(path).encode(), io.BytesIO(path.read_bytes())):
            assert same(load_img(place), PICTURES["rgb"])
        for place in (None, 1, open(path, "rb")):
            with pytest.raises(TypeError, match="path"):
                load_img(place)
        with pytest.raises(FileNotFoundError):
            load_img(tmp_path / "missing.png")

    @pytest.mark.parametrize(
        "wrong", [{"color_mode": "RGB"}, {"target_size": (5, 5), "interpolation": "area"}, {"target_size": (5,)}]
    )
    def test_wrong_arguments(self, tmp_path, wrong):
        PICTURES["rgb"].save(tmp_path / "x.png")
        with pytest.raises(ValueError, match=list(wrong)[-1]):
            load_img(tmp_path / "x.png", **wrong)


class TestToArray:
    @pytest.mark.parametrize("name", ["rgb", "rgba", "grey", "deep grey"])
    @pytest.mark.parametrize("dtype", [None, "uint8", "float16", "int32"])
    def test_data_formats_and_dtypes(self, name, dtype):
        expected = np.asarray(PICTURES[name]).reshape(13, 17, -1).astype(dtype or "float32")
        last = img_to_array(PICTURES[name], data_format="channels_last", dtype=dtype)
        first = img_to_array(PICTURES[name], data_format="channels_first", dtype=dtype)
        assert last.dtype == first.dtype == expected.dtype
        np.testing.assert_array_equal(last, expected)
        np.testing.assert_array_equal(first, expected.transpose(2, 0, 1))

    def test_defaults_come_from_the_configuration(self):
        keras.config.set_image_data_format("channels_first")
        keras.config.set_floatx("float16")
        try:
            array = img_to_array(PICTURES["rgb"])
        finally:
            keras.config.set_image_data_format("channels_last")
            keras.config.set_floatx("float32")
        assert array.shape == (3, 13, 17) and array.dtype == "float16"

    def test_wrong_arguments(self):
        with pytest.raises(ValueError, match="dimensions"):
            img_to_array(np.ones((2, 2, 2, 3)))
        with pytest.raises(ValueError, match="data_format"):
            img_to_array(PICTURES["rgb"], data_format="last")


class TestToPicture:
    @pytest.mark.parametrize("channels, mode", [(1, "L"), (3, "RGB"), (4, "RGBA")])
    @pytest.mark.parametrize("scale", [True, False])
    def test_modes_and_scaling(self, channels, mode, scale):
        x = np.random.RandomState(1).uniform(3, 200, (5, 6, channels)).astype("float32")
        stretched = (x - x.min()) / (x - x.min()).max() * np.float32(255) if scale else x
        image = array_to_img(x, scale=scale)
        assert image.mode == mode
        np.testing.assert_array_equal(np.asarray(image).reshape(x.shape), stretched.astype("uint8"))
        assert same(array_to_img(x.transpose(2, 0, 1), data_format="channels_first", scale=scale), image)

    def test_an_even_picture_becomes_black(self):
        assert not np.asarray(array_to_img(np.full((2, 2, 3), 7.0))).any()

    def test_deep_grey_and_dtypes(self):
        x = np.array([[[1.0], [70000.5]]])
        deep = array_to_img(x, scale=False)
        assert deep.mode == "I" and np.asarray(deep).tolist() == [[1, 70000]]
        assert array_to_img(x, scale=False, dtype="uint8").mode == "L"
        assert np.asarray(array_to_img(np.arange(3, dtype="uint8")[None, :, None], dtype="uint8")).tolist() == [
            [0, 127, 255]
        ]

    def test_the_array_stays_as_it_is_and_tensors_do(self):
        x = np.arange(12, dtype="float32").reshape(2, 2, 3)
        image = array_to_img(x)
        np.testing.assert_array_equal(x, np.arange(12).reshape(2, 2, 3))
        assert same(array_to_img(keras.ops.convert_to_tensor(x)), image)

    @pytest.mark.parametrize("shape", [(5,), (5, 6), (1, 5, 6, 3), (5, 6, 2)])
    def test_wrong_shapes(self, shape):
        with pytest.raises(ValueError, match=r"shape \("):
            array_to_img(np.ones(shape))


class TestSaving:
    @pytest.mark.parametrize("file_format", ["png", "bmp"])
    @pytest.mark.parametrize("to_path", [str, pathlib.Path])
    def test_formats_without_loss(self, tmp_path, file_format, to_path):
        x = PIXELS[..., :3].astype("float32")
        save_img(to_path(tmp_path / f"x.{file_format}"), x, scale=False)
        save_img(to_path(tmp_path / "no_ending"), x, file_format=file_format, scale=False)
        for name in (f"x.{file_format}", "no_ending"):
            np.testing.assert_array_equal(img_to_array(load_img(tmp_path / name)), x)

    def test_data_format_and_scale(self, tmp_path):
        x = np.array([[[0.0, 1.0], [3.0, 4.0]]] * 3)
        save_img(tmp_path / "x.png", x, data_format="channels_first")
        expected = np.array([[0, 63], [191, 255]], "float32")
        np.testing.assert_array_equal(img_to_array(load_img(tmp_path / "x.png"))[..., 0], expected)

    @pytest.mark.parametrize("name, file_format", [("x.jpg", None), ("x.JPEG", None), ("x", "jpg"), ("x", "jpeg")])
    def test_jpeg_has_no_transparency(self, tmp_path, name, file_format):
        with pytest.warns(UserWarning, match="transparency"):
            save_img(tmp_path / name, PIXELS, file_format=file_format)
        assert Image.open(tmp_path / name).mode == "RGB"

    def test_options_of_the_format(self, tmp_path):
        for quality in (10, 95):
            save_img(tmp_path / f"{quality}.jpg", PIXELS[..., :3], quality=quality)
        assert (tmp_path / "10.jpg").stat().st_size < (tmp_path / "95.jpg").stat().st_size

    def test_open_files(self):
        file = io.BytesIO()
        save_img(file, PIXELS[..., :3], file_format="png", scale=False)
        assert same(load_img(io.BytesIO(file.getvalue())), PICTURES["rgb"])
        with pytest.raises(ValueError):
            save_img(io.BytesIO(), PIXELS[..., :3])


class TestSmartResize:
    @pytest.mark.parametrize(
        "size, part", [((4, 4), np.s_[:, 2:14]), ((3, 8), np.s_[3:9, :]), ((12, 4), np.s_[:, 6:10])]
    )
    def test_the_middle_is_taken(self, size, part):
        x = PIXELS[:12, :16, :3].astype("float32")
        cut = x[part]
        expected = keras.ops.convert_to_numpy(keras.ops.image.resize(cut, size))
        resized = keras.preprocessing.image.smart_resize(x, size)
        assert type(resized) is np.ndarray and resized.shape == (*size, 3)
        np.testing.assert_allclose(resized, expected, rtol=1e-6)
        batch = keras.preprocessing.image.smart_resize(x[None], size)
        np.testing.assert_allclose(batch[0], expected, rtol=1e-6)
        first = keras.preprocessing.image.smart_resize(x.transpose(2, 0, 1), size, data_format="channels_first")
        np.testing.assert_allclose(first.transpose(1, 2, 0), expected, rtol=1e-6)

    def test_nearest_takes_pixels(self):
        resized = keras.preprocessing.image.smart_resize(PIXELS[:12, :12], (6, 6), interpolation="nearest")
        np.testing.assert_array_equal(resized, PIXELS[1:12:2, 1:12:2])

    @pytest.mark.parametrize("dtype", ["uint8", "int32", "float16", "float32"])
    def test_dtypes_are_kept(self, dtype):
        assert keras.preprocessing.image.smart_resize(PIXELS.astype(dtype), (5, 5)).dtype == dtype

    def test_tensors_give_tensors(self):
        resized = keras.preprocessing.image.smart_resize(keras.ops.ones((4, 8, 3)), (2, 2))
        assert keras.ops.is_tensor(resized) and tuple(resized.shape) == (2, 2, 3)

    def test_wrong_arguments(self):
        x = np.ones((4, 4, 3), "float32")
        for wrong in ({"size": (2,)}, {"size": (2, 2), "data_format": "last"}, {"size": (2, 2), "interpolation": "no"}):
            with pytest.raises(ValueError, match=list(wrong)[-1]):
                keras.preprocessing.image.smart_resize(x, **wrong)
        with pytest.raises(ValueError, match="dimensions"):
            keras.preprocessing.image.smart_resize(x[0], (2, 2))
        with pytest.raises(TypeError, match="mode"):
            keras.preprocessing.image.smart_resize(x, (2, 2), mode="reflect")


def test_without_pillow_the_error_says_what_to_install(monkeypatch, tmp_path):
    PICTURES["rgb"].save(tmp_path / "x.png")
    message = image_utils.pillow._import_error_msg
    monkeypatch.setattr(image_utils, "pillow", LazyModule("pillow_that_is_not_there", import_error_msg=message))
    for call in (lambda: load_img(tmp_path / "x.png"), lambda: array_to_img(PIXELS), lambda: save_img("y.png", PIXELS)):
        with pytest.raises(ImportError, match="pip install pillow"):
            call()
