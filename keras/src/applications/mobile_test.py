"""MobileNets: widths, names by size, and which published weights belong to which arguments."""

import pytest

import keras
from keras.src.applications import mobile, published


# Numbers of parameters and names of Keras 3.15.1.
@pytest.mark.parametrize(
    "network, arguments, name, parameters",
    [
        ("MobileNet", {"alpha": 0.25}, "mobilenet_0.25_224", 475_544),
        ("MobileNet", {"alpha": 0.35}, "mobilenet_0.35_224", 773_521),
        ("MobileNet", {"input_shape": (160, 160, 3), "classes": 10}, "mobilenet_1.00_160", 3_239_114),
        ("MobileNet", {"input_shape": (100, 120, 3), "alpha": 0.6}, "mobilenet_0.60_100", 1_796_609),
        ("MobileNet", {"include_top": False}, "mobilenet_1.00_None", 3_228_864),
        ("MobileNet", {"depth_multiplier": 2}, "mobilenet_1.00_224", 7_457_928),
        ("MobileNetV2", {"alpha": 0.35}, "mobilenetv2_0.35_224", 1_691_208),
        ("MobileNetV2", {"alpha": 0.25}, "mobilenetv2_0.25_224", 1_529_768),
        ("MobileNetV2", {"alpha": 1.4, "name": "own"}, "own", 6_156_712),
        ("MobileNetV2", {"include_top": False, "pooling": "avg"}, "mobilenetv2_1.00_None", 2_257_984),
    ],
)
def test_widths_and_names(network, arguments, name, parameters):
    model = getattr(keras.applications, network)(weights=None, **arguments)
    assert (model.name, model.count_params()) == (name, parameters)


def test_dropout_before_the_predictions():
    assert keras.applications.MobileNet(weights=None, dropout=0.4).get_layer("dropout").rate == 0.4


@pytest.mark.parametrize("channels, expected", [(8.4, 8), (11.2, 16), (12, 16), (33.6, 32), (4, 8), (44.8, 48)])
def test_channels_are_multiples_of_8(channels, expected):
    assert mobile.divisible(channels) == expected


@pytest.mark.parametrize(
    "network, arguments, key",
    [
        ("MobileNet", {"alpha": 0.5, "input_shape": (160, 160, 3)}, "mobilenet_5_0_160"),
        ("MobileNetV2", {"alpha": 1.0, "input_shape": (96, 96, 3)}, "mobilenet_v2_1.0_96"),
    ],
)
def test_published_weights(network, arguments, key, monkeypatch):
    asked = []

    def fetch(key, include_top):
        asked.append((key, include_top))
        raise FileNotFoundError("no network in tests")

    monkeypatch.setattr(published, "fetch", fetch)
    make = getattr(keras.applications, network)
    with pytest.raises(FileNotFoundError):
        make(include_top=False, **arguments)
    assert asked == [(key, False)] and key in published.FILES
    with pytest.warns(UserWarning, match="224"), pytest.raises(FileNotFoundError):
        make(include_top=False, input_shape=(100, 100, 3))
    assert asked[1][0].endswith("_224")


@pytest.mark.parametrize(
    "network, arguments",
    [("MobileNet", {"alpha": 0.6}), ("MobileNet", {"depth_multiplier": 2}), ("MobileNetV2", {"alpha": 0.25})],
)
def test_no_weights_are_published(network, arguments):
    with pytest.raises(ValueError, match=f"{next(iter(arguments))}.*weights=None"):
        getattr(keras.applications, network)(**arguments)
