import json
import pickle
import warnings

import numpy as np
import pytest

import keras
from keras.src.applications import imagenet_utils
from keras.src.applications.imagenet_utils import decode_predictions, obtain_input_shape, preprocess_input
from keras.src.utils import file_utils

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


IMAGES = np.arange(24.0).reshape(1, 2, 4, 3)
# What Keras 3.15.1 gives for the first colour of `IMAGES`.
FIRST = {
    "caffe": [-101.939, -115.779, -123.68],
    "tf": [-1.0, -0.9921568627450981, -0.9843137254901961],
    "torch": [-2.1179039301310043, -2.018207282913165, -1.7695860566448804],
}
# What its modules give for the colour (1, 50, 200).
BY_MODULE = {
    **dict.fromkeys(("vgg16", "vgg19", "resnet", "resnet50"), (96.061, -66.779, -122.68)),
    **dict.fromkeys(
        ("resnet_v2", "xception", "inception_v3", "inception_resnet_v2", "mobilenet", "mobilenet_v2", "nasnet"),
        (-0.9921568627450981, -0.607843137254902, 0.5686274509803921),
    ),
    "densenet": (-2.1007791762993406, -1.1603641456582632, 1.6813943355119823),
    **dict.fromkeys(("mobilenet_v3", "efficientnet", "efficientnet_v2", "convnext"), (1.0, 50.0, 200.0)),
}


class TestPreprocessInput:
    @pytest.mark.parametrize("mode", FIRST)
    @pytest.mark.parametrize("dtype", ["uint8", "int32", "float16", "float32", "float64"])
    def test_arrays(self, mode, dtype):
        images = IMAGES.astype(dtype)
        found = preprocess_input(images, mode=mode)
        assert isinstance(found, np.ndarray) and found.dtype == (dtype if dtype.startswith("float") else "float32")
        np.testing.assert_allclose(found[0, 0, 0], FIRST[mode], rtol=2e-3 if dtype == "float16" else 1e-6)
        np.testing.assert_array_equal(images, IMAGES.astype(dtype))  # the images given stay as they are

    @pytest.mark.parametrize("mode", FIRST)
    @pytest.mark.parametrize("dtype", ["uint8", "int32", "float16", "bfloat16", "float32"])
    def test_tensors(self, mode, dtype):
        found = preprocess_input(keras.ops.convert_to_tensor(IMAGES, dtype=dtype), mode=mode)
        kind = keras.backend.standardize_dtype(found.dtype)
        assert keras.ops.is_tensor(found) and kind == (dtype if "float" in dtype else "float32")
        found = keras.ops.convert_to_numpy(keras.ops.cast(found, "float32"))
        np.testing.assert_allclose(found[0, 0, 0], FIRST[mode], rtol=2e-2 if kind == "bfloat16" else 2e-3)

    @pytest.mark.parametrize("mode", FIRST)
    @pytest.mark.parametrize("rank", [3, 4])
    def test_channels_first(self, mode, rank):
        expected = preprocess_input(IMAGES, mode=mode)[-1 if rank == 3 else slice(None)]
        images = np.moveaxis(IMAGES[-1 if rank == 3 else slice(None)], -1, -3)
        found = preprocess_input(images, data_format="channels_first", mode=mode)
        np.testing.assert_allclose(np.moveaxis(found, -3, -1), expected)
        found = preprocess_input(keras.ops.convert_to_tensor(images, "float32"), "channels_first", mode)
        np.testing.assert_allclose(
            np.moveaxis(keras.ops.convert_to_numpy(found), -3, -1), expected, rtol=1e-4, atol=1e-5
        )

    @pytest.mark.parametrize("mode", FIRST)
    @pytest.mark.parametrize("dtype", ["uint8", "float32"])
    def test_in_a_model_and_after_its_config(self, mode, dtype):
        inputs = keras.Input((2, 4, 3), dtype=dtype)
        model = keras.Model(inputs, preprocess_input(inputs, mode=mode))
        for m in (model, keras.Model.from_config(model.get_config())):
            found = keras.ops.convert_to_numpy(m(IMAGES.astype(dtype)))
            np.testing.assert_allclose(found, preprocess_input(IMAGES, mode=mode), rtol=1e-4, atol=1e-5)

    def test_in_tf_data(self):
        tf = pytest.importorskip("tensorflow")
        data = tf.data.Dataset.from_tensors(IMAGES.astype("uint8")).map(preprocess_input)
        np.testing.assert_allclose(next(iter(data)).numpy()[0, 0, 0], FIRST["caffe"], rtol=1e-5)

    def test_lists(self):
        assert preprocess_input([[[0, 255, 51]]], mode="tf").tolist()[0][0] == pytest.approx([-1.0, 1.0, -0.6])

    @pytest.mark.parametrize("module", BY_MODULE)
    def test_modules(self, module):
        function = getattr(keras.applications, module).preprocess_input
        np.testing.assert_allclose(function(np.array([[[[1.0, 50.0, 200.0]]]])).ravel(), BY_MODULE[module])
        assert function.__name__ == "preprocess_input" and pickle.loads(pickle.dumps(function)) is function
        if module not in ("mobilenet_v3", "efficientnet", "efficientnet_v2", "convnext"):
            with pytest.raises(ValueError, match="data_format"):
                function(IMAGES, data_format="channels")

    @pytest.mark.parametrize(
        "images, options, message",
        [
            (IMAGES, {"mode": "bytes"}, "'caffe', 'tf', 'torch'"),
            (IMAGES[..., :1], {"mode": "torch"}, "three channels"),
            (IMAGES[..., :2], {"mode": "caffe"}, "three channels"),
            (IMAGES, {"mode": "caffe", "data_format": "channels_first"}, "three channels"),
        ],
    )
    def test_what_does_not_fit(self, images, options, message):
        with pytest.raises(ValueError, match=message):
            preprocess_input(images, **options)


class TestDecodePredictions:
    @pytest.fixture(autouse=True)
    def classes(self, tmp_path, monkeypatch):
        path = tmp_path / "index.json"
        path.write_text(json.dumps({str(i): [f"n{i:08}", f"kind_{i}"] for i in range(1000)}))
        asked = []
        monkeypatch.setattr(file_utils, "get_file", lambda *args, **options: asked.append((args, options)) or str(path))
        imagenet_utils._classes.cache_clear()
        yield asked
        imagenet_utils._classes.cache_clear()

    def test_the_best_come_first(self):
        preds = np.zeros((2, 1000), "float32")
        preds[0, [7, 3, 999]] = 0.2, 0.5, 0.3
        preds[1, 0] = 1
        first, second = decode_predictions(preds, top=3)
        assert first == [
            ("n00000003", "kind_3", np.float32(0.5)),
            ("n00000999", "kind_999", np.float32(0.3)),
            ("n00000007", "kind_7", np.float32(0.2)),
        ]
        assert second[0] == ("n00000000", "kind_0", 1.0) and len(second) == 3
        assert decode_predictions(keras.ops.convert_to_tensor(preds), top=3)[0] == first
        assert [len(row) for row in decode_predictions(preds)] == [5, 5]

    def test_names_are_fetched_once(self, classes):
        for _ in range(2):
            decode_predictions(np.zeros((1, 1000)))
        url = "https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json"
        options = {"cache_subdir": "models", "file_hash": "c2c37ea517e94d9795004a39431a14cb"}
        assert classes == [(("imagenet_class_index.json", url), options)]

    def test_one_function_serves_all(self):
        for module in BY_MODULE:
            assert getattr(keras.applications, module).decode_predictions is decode_predictions

    @pytest.mark.parametrize("preds", [np.zeros((1, 10)), np.zeros(1000), np.zeros((1, 1000, 1))])
    def test_other_shapes(self, preds):
        with pytest.raises(ValueError, match=r"\(batch, 1000\)"):
            decode_predictions(preds)

    def test_top_below_one(self):
        with pytest.raises(ValueError, match="1 or more"):
            decode_predictions(np.zeros((1, 1000)), top=0)


def test_layers_of_preprocessing_have_the_names_that_models_are_known_by():
    """As Keras 3.15.1 writes them into summaries and files."""
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, preprocess_input(inputs, mode="tf"))
    assert [type(layer).__name__ for layer in model.operations] == ["InputLayer", "TrueDivide", "Subtract"]
