"""What the rows of the table do not say of `keras.ops.image`, and `rearrange`."""

import colorsys

import numpy as np
import pytest

import keras
from keras.src import ops
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.ops import image
from keras.src.testing import engine

SQUARE = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
_NUMBERS = np.random.default_rng(0).uniform(0, 250, (2, 8, 9, 3)).astype("float32")


def values(x):
    return ops.convert_to_numpy(x)


# By Keras 3.15.1 on JAX, from `_NUMBERS`: the first numbers.
@pytest.mark.parametrize(
    "settings, expected",
    [
        ({"interpolation": "nearest"}, [4, 203, 228, 233, 203, 0]),
        ({}, [103, 144, 127, 194, 203, 76]),
        ({"interpolation": "bicubic"}, [88, 148, 136, 203, 217, 58]),
        ({"interpolation": "lanczos3"}, [89, 151, 135, 204, 229, 55]),
        ({"antialias": True}, [136, 141, 113, 164, 160, 114]),
    ],
)
def test_resized_bytes_are_rounded_and_kept_in_range(settings, expected):
    result = image.resize(_NUMBERS.astype("uint8"), (5, 4), **settings)
    assert standardize_dtype(result.dtype) == "uint8"
    np.testing.assert_array_equal(values(result).ravel()[:6], expected)


def test_resized_by_area():
    """By Keras 3.15.1 on TensorFlow."""
    result = image.resize(_NUMBERS, (5, 4), interpolation="area")
    np.testing.assert_allclose(
        values(result).ravel()[:6], [132.98198, 138.11891, 111.63229, 176.5459, 161.20346, 109.15839], rtol=1e-4
    )


def test_resized_between_bars():
    result = image.resize(SQUARE, (4, 8), "nearest", pad_to_aspect_ratio=True, fill_value=7)
    np.testing.assert_array_equal(values(result)[0, :, 2:6, 0], SQUARE[0, :, :, 0])
    assert (values(result)[0, :, [0, 1, 6, 7], 0] == 7).all()
    first = values(image.resize(_NUMBERS[:, :7], (4, 7), "nearest", pad_to_aspect_ratio=True)).ravel()[:9]
    expected = [0, 0, 0, 4.13191, 203.31757, 228.18889, 151.65895, 182.37415, 135.90625]
    np.testing.assert_allclose(first, expected, rtol=1e-4)


def test_resized_part_in_the_middle():
    first = values(image.resize(_NUMBERS[:, :7], (4, 7), "nearest", crop_to_aspect_ratio=True)).ravel()[:6]
    np.testing.assert_allclose(first, [245.20883, 171.3855, 162.61482, 172.11168, 97.23035, 33.77413], rtol=1e-4)
    first = values(image.resize(_NUMBERS[:, :7], (7, 4), crop_to_aspect_ratio=True)).ravel()[:6]
    np.testing.assert_allclose(first, [151.65895, 182.37415, 135.90625, 233.76811, 203.9634, 0.68463], rtol=1e-4)


def test_elastic_transform_moves_as_far_as_alpha_says():
    ramp = np.broadcast_to(np.arange(64, dtype="float32")[None, None, :, None], (2, 64, 64, 1))
    moved = values(image.elastic_transform(ramp, alpha=10.0, sigma=2.0, seed=3)) - ramp
    within = moved[:, 10:-10, 10:-10]
    # The deviation of white noise of deviation sigma under a Gaussian of deviation sigma is 1 / (2 sqrt(pi)).
    assert 2.4 < within.std() < 3.3 and np.abs(within[0] - within[1]).max() > 1
    np.testing.assert_allclose(values(image.elastic_transform(ramp, alpha=0.0, seed=3)), ramp, atol=1e-4)
    again = values(image.elastic_transform(ramp, alpha=10.0, sigma=2.0, seed=3)) - ramp
    np.testing.assert_array_equal(again, moved)


def test_hues_of_float64():
    colours = np.random.default_rng(0).integers(0, 256, size=(50, 3)) / 255
    given = ops.cast(colours.reshape(5, 10, 3), "float64")
    expected = np.array([colorsys.rgb_to_hsv(*colour) for colour in colours]).reshape(5, 10, 3)
    np.testing.assert_allclose(values(ops.image.rgb_to_hsv(given)), expected, atol=1e-6)


def test_colours_need_floats():
    for x in (np.ones((2, 2, 3), "uint8"), KerasTensor((2, 2, 3), "int32")):
        with pytest.raises(ValueError, match="floating-point"):
            image.rgb_to_hsv(x)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: image.resize(x, (2, 2), interpolation="magic"),
        lambda x: image.resize(x, (0, 2)),
        lambda x: image.resize(x, (2, 2), crop_to_aspect_ratio=True, pad_to_aspect_ratio=True),
        lambda x: image.resize(x, (2, 2), pad_to_aspect_ratio=True, fill_mode="reflect"),
        lambda x: image.resize(ops.ones((2, 2)), (2, 2)),
        lambda x: image.affine_transform(x, np.zeros((2, 7), "float32")),
        lambda x: image.affine_transform(x, np.zeros((2, 8), "float32"), fill_mode="magic"),
        lambda x: image.affine_transform(x, np.zeros((2, 8), "float32"), interpolation="bicubic"),
        lambda x: image.perspective_transform(x, np.zeros((2, 3, 2), "float32"), np.zeros((2, 4, 2), "float32")),
        lambda x: image.map_coordinates(x, np.zeros((3, 5), "float32"), 1),
        lambda x: image.map_coordinates(x, np.zeros((4, 5), "float32"), 3),
        lambda x: image.elastic_transform(x, fill_mode="magic"),
        lambda x: image.crop_images(x, 1, 2),
        lambda x: image.crop_images(x, -1, 0, 0, 0),
        lambda x: image.crop_images(x, 5, 0, 5, 0),
        lambda x: image.pad_images(x, 1, 1, target_height=3, target_width=3),
        lambda x: image.extract_patches(x, 20),
        lambda x: image.extract_patches(x, 0),
        lambda x: image.gaussian_blur(x, (3, 3, 3)),
        lambda x: image.sobel_edges(ops.ones((4, 4, 1))),
        lambda x: image.ssim(x, x, filter_size=20),
        lambda x: image.rgb_to_grayscale(ops.ones((4, 4, 2))),
        lambda x: image.scale_and_translate(x, (1, 2, 2, 3), [1.0, 1.0], [0.0, 0.0], (1, 2), "nearest"),
        lambda x: image.scale_and_translate(x, (2, 2), [1.0, 1.0], [0.0, 0.0], (1, 2), "linear"),
    ],
)
@pytest.mark.parametrize("symbolic", [False, True], ids=["eager", "symbolic"])
def test_misuse_raises_the_same_error(call, symbolic):
    x = KerasTensor((2, 6, 7, 3), record_history=False) if symbolic else ops.ones((2, 6, 7, 3))
    with pytest.raises(ValueError, match=r"keras\.ops\.[a-z_]+: .*Received"):
        call(x)


@pytest.mark.parametrize(
    "pattern, lengths, oracle",
    [
        ("b h w c -> b c (h w)", {}, lambda x: x.transpose(0, 3, 1, 2).reshape(2, 3, 24)),
        ("b (h p) w c -> b h w (p c)", {"p": 2}, lambda x: x.reshape(2, 2, 2, 6, 3).swapaxes(2, 3).reshape(2, 2, 6, 6)),
        ("... c -> c ...", {}, lambda x: np.moveaxis(x, -1, 0)),
        ("b h w c -> 1 (b h w c)", {}, lambda x: x.reshape(1, -1)),
        ("b ... c -> (b ...) c", {}, lambda x: x.reshape(-1, 3)),
        ("b h w c -> b h w c", {}, lambda x: x),
    ],
)
def test_rearrange(pattern, lengths, oracle):
    x = np.random.default_rng(0).normal(size=(2, 4, 6, 3)).astype("float32")
    expected = oracle(x)
    np.testing.assert_array_equal(values(ops.rearrange(x, pattern, **lengths)), expected)
    assert ops.rearrange(KerasTensor(x.shape), pattern, **lengths).shape == expected.shape
    unknown = ops.rearrange(KerasTensor((None, 4, None, 3)), pattern, **lengths).shape
    assert all(n in (None, m) for n, m in zip(unknown, expected.shape))


@pytest.mark.parametrize(
    "pattern",
    ["b h w -> b w h", "b h w c", "b h w c -> b h", "b (h k) w c -> b h k w c", "b h h c -> b h c", "b h w c -> ! "],
)
def test_rearrange_refuses(pattern):
    with pytest.raises(ValueError, match="keras.ops.rearrange: .*pattern"):
        ops.rearrange(np.ones((2, 4, 6, 3)), pattern)


@pytest.mark.parametrize(
    "extract, rank, size", [("extract_patches", 4, 2.5), ("extract_patches", 4, "2"), ("extract_patches_3d", 5, (2, 2))]
)
def test_the_size_of_patches_is_of_the_right_type(extract, rank, size):
    images = np.ones((1, 8, 8, 8, 3)[5 - rank :], "float32")
    for x in (images, KerasTensor(images.shape)):
        with pytest.raises(TypeError, match="`size` must be an int"):
            getattr(image, extract)(x, size=size)


@pytest.mark.parametrize(
    "shape,target",
    [((None, 8, 3), "target_height"), ((2, 8, None, 3), "target_width")],
)
def test_crop_of_unknown_size_needs_the_target(shape, target):
    with pytest.raises(ValueError, match=target):
        image.crop_images(KerasTensor(shape), 1, 1, 2, 2, data_format="channels_last")


def test_crop_of_unknown_size_to_a_target():
    cropped = image.crop_images(
        KerasTensor((None, 8, 3)), 1, 1, target_height=4, target_width=5, data_format="channels_last"
    )
    assert cropped.shape == (4, 5, 3)
    batches = image.crop_images(KerasTensor((None, 8, 9, 3)), 1, 1, 2, 2, data_format="channels_last")
    assert batches.shape == (None, 5, 6, 3)
    padded = image.pad_images(KerasTensor((None, 8, 3)), 1, 1, 2, 2, data_format="channels_last")
    assert padded.shape == (None, 11, 3)


def test_blur_takes_arrays_and_tensors():
    expected = values(image.gaussian_blur(_NUMBERS, (3, 5), (0.5, 1.0)))
    for convert in (np.array, ops.convert_to_tensor, list):
        result = image.gaussian_blur(_NUMBERS, convert([3, 5]), convert([0.5, 1.0]))
        np.testing.assert_allclose(values(result), expected, rtol=1e-5)
    inputs = keras.Input((8, 9, 3))
    model = keras.Model(inputs, image.gaussian_blur(inputs, np.array([3, 5]), np.array([0.5, 1.0])))
    model = keras.Model.from_config(model.get_config())
    np.testing.assert_allclose(model.predict(_NUMBERS, verbose=0), expected, rtol=1e-4)


@pytest.mark.parametrize("sigma", [KerasTensor((2,)), (0.5, 1.0)])
def test_blur_by_symbolic_sizes(sigma):
    sizes = KerasTensor((2,), "int32")
    assert image.gaussian_blur(KerasTensor((None, 6, 6, 3)), sizes, sigma).shape == (None, 6, 6, 3)
    with pytest.raises(ValueError, match="must have values"):
        image.gaussian_blur(_NUMBERS, sizes, sigma)


@pytest.mark.skipif(not engine.CAN_COMPILE, reason="this engine compiles nothing")
def test_blur_by_a_deviation_that_compiled_code_computes():
    blur, _ = engine.compiled(lambda x, sigma: image.gaussian_blur(x, (3, 5), sigma))
    result = blur(ops.convert_to_tensor(_NUMBERS), ops.convert_to_tensor([0.5, 1.0]))
    np.testing.assert_allclose(values(result), values(image.gaussian_blur(_NUMBERS, (3, 5), (0.5, 1.0))), rtol=1e-4)
