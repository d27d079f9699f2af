"""MobileNets: widths, names by size, and which published weights belong to which arguments."""

import pytest

import keras
from keras.src.applications import mobile, published

V3_SMALL = [
    ({"alpha": 0.25}, "MobileNetV3Small", 1_273_928),
    ({"alpha": 0.9}, "MobileNetV3Small", 2_380_488),
    ({"alpha": 0.9, "minimalistic": True, "name": "own"}, "own", 1_944_392),
    ({"alpha": 1.5, "minimalistic": True}, "MobileNetV3Small", 3_843_696),
]
V3_LARGE = [
    ({"alpha": 0.35}, "MobileNetV3Large", 2_141_208),
    ({"alpha": 0.5, "minimalistic": True}, "MobileNetV3Large", 2_288_256),
    ({"alpha": 1.25}, "MobileNetV3Large", 8_286_760),
]


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
        *(("MobileNetV3Small", *case) for case in V3_SMALL),
        *(("MobileNetV3Large", *case) for case in V3_LARGE),
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


@pytest.fixture
def asked(monkeypatch):
    """The files that are asked for, none of which can be had."""
    asked = []

    def fetch(key, include_top):
        asked.append((key, include_top))
        raise FileNotFoundError("no network in tests")

    monkeypatch.setattr(published, "fetch", fetch)
    return asked


@pytest.mark.parametrize(
    "network, arguments, key",
    [
        ("MobileNetV3Small", {"alpha": 0.75}, "mobilenet_v3_small_224_0.75"),
        ("MobileNetV3Large", {"alpha": 1}, "mobilenet_v3_large_224_1.0"),
        ("MobileNetV3Large", {"minimalistic": True}, "mobilenet_v3_large_minimalistic_224_1.0"),
    ],
)
def test_published_weights_of_version_3(network, arguments, key, asked):
    with pytest.raises(FileNotFoundError):
        getattr(keras.applications, network)(**arguments)
    assert asked == [(key, True)] and key in published.FILES


@pytest.mark.parametrize(
    "network, arguments, key",
    [
        ("MobileNet", {"alpha": 0.5, "input_shape": (160, 160, 3)}, "mobilenet_5_0_160"),
        ("MobileNetV2", {"alpha": 1.0, "input_shape": (96, 96, 3)}, "mobilenet_v2_1.0_96"),
    ],
)
def test_published_weights(network, arguments, key, asked):
    make = getattr(keras.applications, network)
    with pytest.raises(FileNotFoundError):
        make(include_top=False, **arguments)
    assert asked == [(key, False)] and key in published.FILES
    with pytest.warns(UserWarning, match="224"), pytest.raises(FileNotFoundError):
        make(include_top=False, input_shape=(100, 100, 3))
    assert asked[1][0].endswith("_224")


@pytest.mark.parametrize(
    "network, arguments",
    [
        ("MobileNet", {"alpha": 0.6}),
        ("MobileNet", {"depth_multiplier": 2}),
        ("MobileNetV2", {"alpha": 0.25}),
        ("MobileNetV3Small", {"alpha": 0.6}),
        ("MobileNetV3Large", {"alpha": 0.75, "minimalistic": True}),
    ],
)
def test_no_weights_are_published(network, arguments):
    with pytest.raises(ValueError, match=f"{next(iter(arguments))}.*weights=None"):
        getattr(keras.applications, network)(**arguments)


def _layers(network, **arguments):
    """Layers of a network without values, by name; counted names begin anew."""
    keras.utils.clear_session()
    with keras.StatelessScope(initialize_variables=False):
        model = getattr(keras.applications, network)(weights=None, **arguments)
    return {layer.name: layer for layer in model.layers}


# Paddings of Keras 3.15.1.
@pytest.mark.parametrize("network, even, odd", [("MobileNetV2", 0, 1), ("MobileNetV3Small", 0, 1), ("MobileNet", 0, 0)])
def test_zeros_around_images_that_shrink(network, even, odd):
    def zeros(*sizes):
        found = _layers(network, include_top=False, input_shape=(*sizes, 3))
        return next(layer.padding for name, layer in found.items() if "pad" in name)

    assert zeros(33, 40) == ((odd, 1), (even, 1))
    assert zeros(40, 33) == ((even, 1), (odd, 1))
    assert zeros(None, 35) == ((0, 1), (0, 1))


class TestVersion3:
    def test_wide_kernels_see_more_zeros(self):
        assert _layers("MobileNetV3Small")["expanded_conv_3_depthwise_pad"].padding == ((1, 2), (1, 2))
        found = _layers("MobileNetV3Small", input_shape=(33, 40, 3))
        assert found["expanded_conv_3_depthwise_pad"].padding == ((2, 2), (2, 2))

    def test_images_may_have_any_size(self):
        assert _layers("MobileNetV3Large")["input_layer"].batch_shape == (None, None, None, 3)
        found = _layers("MobileNetV3Small", input_shape=(None, None, 3), classes=7)
        assert found["predictions"].output.shape == (None, 7)

    def test_minimalistic(self):
        found = _layers("MobileNetV3Large", minimalistic=True)
        assert not any("squeeze" in name or name == "activation" for name in found)
        assert found["expanded_conv_14_depthwise"].kernel_size == (3, 3)

    def test_dropout_before_the_predictions(self):
        assert _layers("MobileNetV3Small", dropout_rate=0.4)["dropout"].rate == 0.4
        assert "dropout" not in _layers("MobileNetV3Small", dropout_rate=0)

    def test_preprocessing(self):
        assert "rescaling" in _layers("MobileNetV3Small")
        assert "rescaling" not in _layers("MobileNetV3Small", include_preprocessing=False)

    @pytest.mark.parametrize("channels", [1, 4])
    @pytest.mark.filterwarnings("ignore:.*channels")
    def test_preprocessing_of_any_number_of_channels(self, channels):
        assert "rescaling" in _layers("MobileNetV3Small", input_shape=(64, 64, channels))

    def test_a_warning_of_unusual_channels(self):
        with pytest.warns(UserWarning, match="channels"):
            _layers("MobileNetV3Small", input_shape=(64, 64, 4))
