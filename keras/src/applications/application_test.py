"""What the constructors of all networks share, on a network of one layer."""

import gc
import hashlib
import inspect
import pickle
import weakref

import h5py
import numpy as np
import pytest

import keras
from keras.src import layers
from keras.src.applications import published
from keras.src.applications.application import application, classify
from keras.src.backend.common.stateless_scope import take_uninitialized_variables
from keras.src.utils import file_utils

OUTSIDE = (7, [], {}, np.zeros((2, 8, 8, 3)))


@application("tiny", size=16, least=8, pooling_names={"avg": "mean"}, source="vgg")
def Tiny(images, filters=4):
    """A network of one layer.

    Args:
        filters: Int, number of
            channels.
    """
    return layers.Conv2D(filters, 3, padding="same", name="conv")(images)


@application(
    "other",
    size=lambda arguments: 8 * arguments.width,
    order="width classes include_top weights input_tensor input_shape pooling classifier_activation name",
    head=lambda x, arguments: classify(x[:, ::2], arguments),
    source="vgg",
)
def Other(images, weights, width=2):
    """A network with an order of its own.

    Args:
        width: Int, an eighth of the size.
    """
    assert weights is None  # as the constructor got it
    return images


def names(model):
    return [layer.name for layer in model.layers]


class TestSignature:
    def test_common_arguments_then_those_of_the_network(self):
        expected = "include_top weights input_tensor input_shape pooling classes classifier_activation filters name"
        assert list(inspect.signature(Tiny).parameters) == expected.split()
        assert inspect.signature(Tiny).parameters["name"].default == "tiny"

    def test_another_order(self):
        assert list(inspect.signature(Other).parameters)[:2] == ["width", "classes"]
        model = Other(4, 5, weights=None)
        assert model.input_shape == (None, 32, 32, 3) and model.output_shape == (None, 5)

    def test_unknown_arguments(self):
        with pytest.raises(TypeError, match=r"Tiny\(\) .*'alpha'.*filters"):
            Tiny(alpha=2)

    def test_docstring(self):
        assert "    filters: Int, number of channels." in Tiny.__doc__
        assert "must be 8 or more" in " ".join(Tiny.__doc__.split())
        assert "1409.1556" in Tiny.__doc__

    def test_constructors_are_pickled_by_name(self):
        assert pickle.loads(pickle.dumps(keras.applications.VGG16)) is keras.applications.VGG16
        assert keras.applications.resnet50.ResNet50 is keras.applications.ResNet50


class TestShapes:
    def test_with_top(self):
        model = Tiny(weights=None, classes=3)
        assert model.name == "tiny" and model.input_shape == (None, 16, 16, 3) and model.output_shape == (None, 3)
        assert names(model)[1:] == ["conv", "avg_pool", "predictions"]
        assert Tiny(weights=None, name="mine").name == "mine"
        assert Tiny(weights=None).output_shape == (None, 1000)

    @pytest.mark.parametrize(
        "pooling, kind", [("avg", layers.GlobalAveragePooling2D), ("max", layers.GlobalMaxPooling2D)]
    )
    def test_pooling(self, pooling, kind):
        model = Tiny(weights=None, include_top=False, pooling=pooling, filters=5)
        assert model.input_shape == (None, None, None, 3) and model.output_shape == (None, 5)
        assert type(model.layers[-1]) is kind

    def test_pooling_names(self):
        assert names(Tiny(weights=None, include_top=False, pooling="avg"))[-1] == "mean"

    def test_features_of_places(self):
        assert Tiny(weights=None, include_top=False).output_shape == (None, None, None, 4)

    def test_classifier_activation(self):
        assert Tiny(weights=None).layers[-1].activation is keras.activations.softmax
        assert Tiny(weights=None, classifier_activation=None).layers[-1].activation is keras.activations.linear

    def test_channels_first(self):
        keras.config.set_image_data_format("channels_first")
        try:
            model = Tiny(weights=None, include_top=False)
            assert model.input_shape == (None, 3, None, None) and model.output_shape == (None, 4, None, None)
            with pytest.raises(ValueError, match="at least 8x8"):
                Tiny(weights=None, input_shape=(3, 8, 7))
        finally:
            keras.config.set_image_data_format("channels_last")

    def test_shapes_of_one_channel_and_lists(self):
        assert Tiny(weights=None, input_shape=[9, 8, 1]).input_shape == (None, 9, 8, 1)


class TestInputTensor:
    def test_an_input(self):
        images = keras.Input((12, 12, 3), name="images")
        model = Tiny(weights=None, input_tensor=images)
        assert model.inputs[0] is images and names(model)[0] == "images"

    def test_the_middle_of_a_graph(self):
        images = keras.Input((12, 12, 3), name="images")
        model = Tiny(weights=None, input_tensor=layers.Rescaling(2.0, name="twice")(images), include_top=False)
        assert names(model) == ["images", "twice", "conv"]
        x = np.ones((1, 12, 12, 3), "float32")
        inner = keras.Model(model.layers[-1].input, model.output)
        np.testing.assert_allclose(model.predict(x, verbose=0), inner.predict(2 * x, verbose=0), rtol=1e-5)

    @pytest.mark.parametrize("tensor", OUTSIDE, ids=lambda x: type(x).__name__)
    def test_what_is_not_symbolic(self, tensor):
        with pytest.raises(ValueError, match="symbolic tensor"):
            Tiny(weights=None, input_tensor=tensor)


REFUSED = [
    ({"weights": "image net"}, "path of a file"),
    ({"weights": 3}, "path of a file"),
    ({"weights": None, "pooling": "mean"}, "'avg' or 'max'"),
    ({"weights": None, "input_shape": (7, 8, 3)}, "at least 8x8"),
    ({"weights": None, "input_shape": (8, 8)}, "three ints"),
    ({"weights": None, "input_shape": (None, None, 3)}, "must be known"),
    ({"weights": None, "classes": 0}, "units"),
    ({"classes": 10}, "must be 1000"),
    ({"classifier_activation": "relu"}, "'softmax' or None"),
    ({"input_shape": (20, 20, 3)}, "model's own"),
    ({"input_shape": (20, 20, 1), "include_top": False}, "3 channels"),
]


@pytest.mark.parametrize("arguments, message", REFUSED, ids=[str(arguments) for arguments, _ in REFUSED])
def test_what_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Tiny(**arguments)


class TestWeights:
    @pytest.fixture
    def site(self, tmp_path, monkeypatch):
        """Stands in for the site of published weights: a folder with the files of `Tiny`, and what was asked for."""
        asked = []
        for name, top in (("tiny.h5", True), ("tiny_notop.h5", False)):
            keras.utils.set_random_seed(5 + top)
            Tiny(weights=None, include_top=top).save_weights(str(tmp_path / name.replace(".h5", ".weights.h5")))

        def get_file(fname, origin, **options):
            asked.append((fname, origin, options))
            return str(tmp_path / fname.replace(".h5", ".weights.h5"))

        monkeypatch.setattr(file_utils, "get_file", get_file)
        monkeypatch.setitem(published.FILES, "Tiny", published.Published("folder/tiny", published.SHORT, "aa", "bb"))
        return asked

    def test_a_path(self, tmp_path):
        one = Tiny(weights=None)
        path = tmp_path / "a.weights.h5"
        one.save_weights(path)
        for place in (str(path), path):
            for a, b in zip(one.get_weights(), Tiny(weights=place).get_weights(), strict=True):
                np.testing.assert_array_equal(a, b)

    @pytest.mark.parametrize("top, name, file_hash", [(True, "tiny.h5", "aa"), (False, "tiny_notop.h5", "bb")])
    def test_imagenet(self, site, top, name, file_hash):
        found = Tiny(include_top=top).get_weights()
        keras.utils.set_random_seed(5 + top)
        for a, b in zip(found, Tiny(weights=None, include_top=top).get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)
        options = {"cache_subdir": "models", "file_hash": file_hash}
        assert site == [(name, f"https://storage.googleapis.com/folder/{name}", options)]

    def test_nothing_is_drawn_that_a_file_replaces(self, tmp_path, monkeypatch):
        one = Tiny(weights=None)
        one.save_weights(tmp_path / "a.weights.h5")
        monkeypatch.setattr(keras.initializers.GlorotUniform, "_draw", None)
        images = keras.Input((12, 12, 3))
        model = Tiny(weights=tmp_path / "a.weights.h5", input_tensor=layers.Dropout(0.5)(images))
        for a, b in zip(one.get_weights(), model.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)
        assert not take_uninitialized_variables()
        assert model(np.ones((2, 12, 12, 3), "float32")).shape == (2, 1000)

    def test_published_files_are_those_of_keras_2(self, tmp_path):
        """Layers in order, in groups of their names, with the weights that the group lists."""
        model = Tiny(weights=None, classes=3)
        with h5py.File(tmp_path / "a.h5", "w") as file:
            file.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
            file.attrs["backend"], file.attrs["keras_version"] = b"tensorflow", b"2.4.0"
            for layer in model.layers:
                group = file.create_group(layer.name)
                names = [f"{layer.name}/{v.name}:0" for v in layer.weights]
                group.attrs["weight_names"] = [name.encode() for name in names]
                for name, value in zip(names, layer.get_weights()):
                    group[name] = value
        for a, b in zip(model.get_weights(), Tiny(weights=tmp_path / "a.h5", classes=3).get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)

    def test_what_does_not_fit_is_told(self, tmp_path):
        Tiny(weights=None, filters=5).save_weights(tmp_path / "a.weights.h5")
        with pytest.raises(ValueError):
            Tiny(weights=tmp_path / "a.weights.h5")


def test_hashes_have_the_length_of_md5_or_sha256():
    lengths = {hashlib.new(kind).digest_size * 2 for kind in ("md5", "sha256")}
    for row in published.FILES.values():
        assert all(h is None or len(h) in lengths for h in (row.hash, row.hash_without_top))


def test_each_network_has_published_weights():
    without = {name for name in dir(keras.applications) if name[0].isupper()} - set(published.FILES)
    assert all(name.startswith("MobileNet") for name in without)


def test_models_are_saved_and_loaded(tmp_path):
    model = Tiny(weights=None, classes=3)
    model.save(tmp_path / "a.keras")
    loaded = keras.models.load_model(tmp_path / "a.keras")
    x = np.ones((1, 16, 16, 3), "float32")
    np.testing.assert_allclose(loaded.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-5)


@pytest.mark.parametrize("from_file", [False, True])
def test_models_are_let_go(tmp_path, from_file):
    path = tmp_path / "a.weights.h5"
    Tiny(weights=None).save_weights(path)
    model = Tiny(weights=path if from_file else None)
    seen = weakref.ref(model)
    del model
    gc.collect()
    assert seen() is None
