"""Pictures of datasets: the way of TensorFlow and the way of Pillow and NumPy, and what is asked of both."""

import numpy as np
import pytest
from PIL import Image

import keras
from keras.src.utils.image_arrays import read_picture
from keras.src.utils.image_dataset_utils import ImageReader

tf = pytest.importorskip("tensorflow")
DRAWS = np.random.RandomState(0)
NOISE = DRAWS.randint(0, 256, (37, 53, 3)).astype("uint8")
SMOOTH = (np.add.outer(np.arange(37), np.arange(53))[..., None] * [1, 2, 0.5] % 256).astype("uint8")
INTERPOLATIONS = ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")


def reader(color_mode="rgb", image_size=(20, 30), interpolation="bilinear", crop=False, pad=False, data_format=None):
    return ImageReader(color_mode, image_size, interpolation, crop, pad, data_format)


def both_ways(path, **given):
    made = reader(**given)
    tensor, array = made.read_tf(str(path)).numpy(), made.read(path)
    assert array.dtype == tensor.dtype and array.shape == tensor.shape
    return tensor.astype("float32"), array.astype("float32")


@pytest.fixture
def path(tmp_path):
    Image.fromarray(NOISE).save(tmp_path / "x.png")
    return tmp_path / "x.png"


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@pytest.mark.parametrize("image_size", [(20, 30), (50, 41), (37, 53), (1, 1), 7])
def test_interpolations(path, interpolation, image_size):
    tensor, array = both_ways(path, image_size=image_size, interpolation=interpolation)
    np.testing.assert_allclose(array, tensor, atol=0.2)


@pytest.mark.parametrize("image_size", [(9, 7), (7, 9), (80, 20), (20, 81), (53, 37), (1, 30)])
@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
@pytest.mark.parametrize("shape", ["crop", "pad"])
def test_proportions(path, image_size, interpolation, shape):
    tensor, array = both_ways(path, image_size=image_size, interpolation=interpolation, **{shape: True})
    np.testing.assert_allclose(array, tensor, atol=0.02)


@pytest.mark.parametrize("shape, option", [("crop", "crop_to_aspect_ratio"), ("pad", "pad_to_aspect_ratio")])
def test_pixels_for_grain_are_those_of_ops(path, shape, option):
    expected = keras.ops.image.resize(NOISE.astype("float32"), (50, 30), **{option: True})
    made = reader(image_size=(50, 30), **{shape: True}).for_grain()
    np.testing.assert_allclose(made.read(path), keras.ops.convert_to_numpy(expected), atol=1e-2)
    assert reader(interpolation="nearest").for_grain().read(path).dtype == "float32"


def test_data_formats(path):
    for tensor_or_array in zip(both_ways(path, data_format="channels_first"), both_ways(path)):
        np.testing.assert_array_equal(tensor_or_array[0], tensor_or_array[1].transpose(2, 0, 1))


@pytest.mark.parametrize("name, tolerance", [("x.png", 0), ("x.bmp", 0), ("x.gif", 0), ("x.jpg", 6), ("x.jpeg", 6)])
@pytest.mark.parametrize("picture", [NOISE, SMOOTH], ids=["noise", "smooth"])
def test_formats(tmp_path, name, tolerance, picture):
    Image.fromarray(picture).save(tmp_path / name)
    tensor, array = both_ways(tmp_path / name, image_size=(37, 53))
    assert np.abs(tensor - array).max() <= tolerance and np.abs(tensor - array).mean() <= 1.1


@pytest.mark.parametrize("channels", [1, 3])
def test_jpeg_differs_by_the_cosine_transform_alone(tmp_path, channels):
    Image.fromarray(SMOOTH).save(tmp_path / "x.jpg")
    data = tf.io.read_file(str(tmp_path / "x.jpg"))
    exact = tf.image.decode_jpeg(data, channels=channels, dct_method="INTEGER_ACCURATE").numpy()
    np.testing.assert_array_equal(read_picture(tmp_path / "x.jpg", channels), exact)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
@pytest.mark.parametrize("channels", [1, 3])
def test_modes_of_files(tmp_path, mode, channels):
    deep = Image.fromarray(NOISE[..., 0].astype("uint16") * 255)
    (deep if mode == "I;16" else Image.fromarray(NOISE).convert(mode)).save(tmp_path / "x.png")
    expected = tf.image.decode_image((tmp_path / "x.png").read_bytes(), channels=channels).numpy().astype(int)
    assert np.abs(read_picture(tmp_path / "x.png", channels) - expected).max() <= (channels == 1)


def test_four_channels(path):
    tensor, array = both_ways(path, color_mode="rgba", image_size=(37, 53))
    np.testing.assert_array_equal(array, tensor)
    np.testing.assert_array_equal(array, np.concatenate([NOISE, np.full((37, 53, 1), 255)], axis=2))


def test_the_first_of_several_pictures(tmp_path):
    frames = [Image.fromarray(np.full((4, 4), value, "uint8")) for value in (10, 200)]
    frames[0].save(tmp_path / "x.gif", save_all=True, append_images=frames[1:])
    for image in both_ways(tmp_path / "x.gif", image_size=(4, 4)):
        np.testing.assert_array_equal(image, np.full((4, 4, 3), 10))


@pytest.mark.parametrize(
    "wrong",
    [
        {"color_mode": "hsv"},
        {"image_size": (0, 3)},
        {"image_size": (3, 3, 3)},
        {"interpolation": "cubic"},
        {"data_format": "first"},
        {"crop": True, "pad": True},
    ],
)
def test_wrong_arguments(wrong):
    with pytest.raises(ValueError, match="aspect_ratio" if "pad" in wrong else list(wrong)[0]):
        reader(**wrong)
