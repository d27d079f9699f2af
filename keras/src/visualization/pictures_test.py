"""Batches of pictures of all forms."""

import numpy as np
import pytest

from keras.src import ops
from keras.src.visualization.pictures import color_for, on_host, pictures_of, together

IMAGES = np.arange(2 * 2 * 3 * 3).reshape(2, 2, 3, 3).astype("uint8")


def equal(found, expected):
    assert len(found) == len(expected)
    for one, other in zip(found, expected):
        assert one.dtype == np.uint8
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("form", [np.asarray, list, tuple, ops.convert_to_tensor, lambda x: list(map(ops.array, x))])
def test_arrays_lists_and_tensors(form):
    equal(pictures_of(form(IMAGES)), IMAGES)


def test_results_have_memory_of_their_own():
    images = IMAGES.copy()
    pictures_of(images)[0][:] = 9
    np.testing.assert_array_equal(images, IMAGES)


def test_tensors_of_other_engines():
    torch = pytest.importorskip("torch")
    tf = pytest.importorskip("tensorflow")
    equal(pictures_of(torch.tensor(IMAGES)), IMAGES)
    equal(pictures_of(tf.constant(IMAGES)), IMAGES)


def test_ragged_tensors():
    tf = pytest.importorskip("tensorflow")
    ragged = tf.RaggedTensor.from_tensor(tf.constant(IMAGES), ragged_rank=2)
    equal(pictures_of(ragged), IMAGES)
    rows = tf.ragged.constant([[[1.0, 2, 3, 4], [5, 6, 7, 8]], [[9, 10, 11, 12]]], inner_shape=(4,))
    assert [x.shape for x in on_host(rows)] == [(2, 4), (1, 4)]


def test_channels_first():
    equal(pictures_of(IMAGES.transpose(0, 3, 1, 2), "channels_first"), IMAGES)
    with pytest.raises(ValueError, match="1, 3 or 4 channels"):
        pictures_of(np.zeros((1, 3, 5, 5)), "channels_last")


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int64", "bfloat16"])
def test_numbers_from_0_to_255(dtype):
    images = ops.cast(IMAGES, dtype)
    equal(pictures_of(images), IMAGES)


def test_shares_and_bools():
    equal(pictures_of(IMAGES / 255.0 / 40), [image // 40 for image in IMAGES])
    equal(pictures_of((IMAGES / 255.0).astype("float32")), IMAGES)
    equal(pictures_of(IMAGES > 20), (IMAGES > 20) * 255)
    equal(pictures_of([IMAGES[0] / 255.0, IMAGES[1] / 255.0 + 2]), [IMAGES[0] * 0, IMAGES[1] * 0 + 2])


def test_what_lies_beyond_is_cut():
    equal(pictures_of(np.array([-5.0, 300, np.nan]).reshape(1, 1, 3, 1)), [np.array([0, 255, 0]).reshape(1, 3, 1)])


def test_range_of_values():
    equal(pictures_of(IMAGES / 127.5 - 1, value_range=(-1, 1)), IMAGES)
    equal(pictures_of(IMAGES, value_range=(0, 51)), np.minimum(IMAGES.astype(int) * 5, 255))
    for wrong in ((1, 0), (0, 0), 3, (0, 1, 2), ("a", 1)):
        with pytest.raises(ValueError, match="`value_range` must be a pair"):
            pictures_of(IMAGES, value_range=wrong)


@pytest.mark.parametrize("wrong", [IMAGES[0], [IMAGES[0, 0]], IMAGES[..., :2], np.zeros((1, 2, 2, 5))])
def test_what_are_no_pictures(wrong):
    with pytest.raises(ValueError, match="`images` must be a batch|1, 3 or 4 channels"):
        pictures_of(wrong)


def test_together():
    assert together([IMAGES[0], IMAGES[1]]).shape == (2, 2, 3, 3)
    assert isinstance(together([IMAGES[0], IMAGES[1, :1]]), list)


def test_colors():
    assert list(color_for((1, 2, 3), 3)) == [1, 2, 3]
    assert list(color_for([300, -5, 2.5], 4)) == [255, 0, 2, 255]
    assert list(color_for((1, 2, 3), 1)) == [1]
    for wrong in ("red", (1, 2), 5, None):
        with pytest.raises(ValueError, match="`shade` must be three numbers"):
            color_for(wrong, 3, "shade")
