import numpy as np

import keras
from keras.src.applications.inception_resnet_v2 import CustomScaleLayer

WRITTEN = {
    "module": "keras.src.applications.inception_resnet_v2",
    "class_name": "CustomScaleLayer",
    "config": {"name": "scaled", "trainable": True, "dtype": "float32", "scale": 0.17},
    "registered_name": "CustomScaleLayer",
}
"""As Keras 3.15.1 writes the layer into files."""


def model():
    inputs = [keras.Input((3,)), keras.Input((3,))]
    return keras.Model(inputs, CustomScaleLayer(0.5, name="scaled")(inputs))


def test_the_second_tensor_is_scaled():
    x, y = np.ones((2, 3), "float32"), np.full((2, 3), 4, "float32")
    np.testing.assert_array_equal(model().predict([x, y], verbose=0), np.full((2, 3), 3.0))


def test_files_may_name_it(tmp_path):
    layer = keras.saving.deserialize_keras_object(WRITTEN)
    assert type(layer) is CustomScaleLayer and layer.scale == 0.17
    written = keras.saving.serialize_keras_object(layer)
    assert {key: written[key] for key in ("module", "class_name", "registered_name")} == {
        key: WRITTEN[key] for key in ("module", "class_name", "registered_name")
    }
    model().save(tmp_path / "a.keras")
    assert keras.models.load_model(tmp_path / "a.keras").get_layer("scaled").scale == 0.5
