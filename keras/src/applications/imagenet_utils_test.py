import warnings

import pytest

from keras.src.applications.imagenet_utils import obtain_input_shape

# What Keras 3.15.1 gives with a default size of 224 and a least size of 32.
GIVEN = [
    (None, "channels_last", True, None, (224, 224, 3)),
    (None, "channels_first", True, "imagenet", (3, 224, 224)),
    (None, "channels_last", False, None, (None, None, 3)),
    (None, "channels_first", False, "imagenet", (3, None, None)),
    ((300, 300, 3), "channels_last", True, None, (300, 300, 3)),
    ((300, 300, 3), "channels_last", False, "imagenet", (300, 300, 3)),
    ((3, 300, 300), "channels_first", False, None, (3, 300, 300)),
    ((None, None, 3), "channels_last", False, None, (None, None, 3)),
    ((224, 224, 3), "channels_last", True, "imagenet", (224, 224, 3)),
]
REFUSED = [
    ((10, 10, 3), "channels_last", True, None, "at least 32x32"),
    ((3, 300, 20), "channels_first", False, None, "at least 32x32"),
    ((300, 300, 3), "channels_last", True, "imagenet", "model's own"),
    ((300, 300, 4), "channels_last", False, "imagenet", "3 channels"),
    ((300, 300, 3), "channels_first", False, "imagenet", "3 channels"),
    ((300, 300), "channels_last", False, None, "three ints"),
    ((None, None, 3), "channels_last", True, None, "must be known"),
]


@pytest.mark.parametrize("shape, data_format, flat, weights, expected", GIVEN)
def test_shapes(shape, data_format, flat, weights, expected):
    assert obtain_input_shape(shape, 224, 32, data_format, flat, weights=weights) == expected


@pytest.mark.parametrize("shape, data_format, flat, weights, message", REFUSED)
def test_what_does_not_fit(shape, data_format, flat, weights, message):
    with warnings.catch_warnings(), pytest.raises(ValueError, match=message):
        warnings.simplefilter("ignore")
        obtain_input_shape(shape, 224, 32, data_format, flat, weights)


def test_other_numbers_of_channels_are_warned_about():
    with pytest.warns(UserWarning, match="1 or 3 channels"):
        assert obtain_input_shape((64, 64, 4), 224, 32, "channels_last", True) == (64, 64, 4)
