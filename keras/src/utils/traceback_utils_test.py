"""Tracebacks show the user's frames, and one of the library."""

import json
import traceback
import zipfile

import numpy as np
import pytest

import keras
from keras import layers
from keras.src.utils.traceback_utils import is_of_library


def frames(error):
    """Frames of the library, and others, of an error and of those that led to it."""
    ours, others = [], []
    while error is not None:
        for frame in traceback.extract_tb(error.__traceback__):
            (ours if is_of_library(frame.filename) else others).append(frame)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return ours, others


def model():
    made = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    made.compile(loss="mse")
    return made


def damaged(folder):
    model().save(folder / "m.keras")
    with zipfile.ZipFile(folder / "m.keras") as whole, zipfile.ZipFile(folder / "damaged.keras", "w") as file:
        for name in whole.namelist():
            content = whole.read(name)
            if name == "config.json":
                config = json.loads(content)
                config["config"]["layers"][1]["config"]["kernel_initializer"] = {"class_name": "Nothing", "config": {}}
                content = json.dumps(config)
            file.writestr(name, content)
    return folder / "damaged.keras"


CALLS = {
    "load_model": lambda folder: keras.models.load_model(damaged(folder)),
    "load_weights": lambda folder: model().load_weights(folder / "absent.weights.h5"),
    "save": lambda folder: model().save(folder / "model.wrong"),
    "evaluate": lambda folder: model().evaluate(np.ones((2, 5)), np.ones((2, 2)), verbose=0),
    "predict": lambda folder: model().predict(np.ones((2, 5)), verbose=0),
    "compile": lambda folder: model().compile(loss="nothing of the kind"),
    "model_from_json": lambda folder: keras.models.model_from_json('{"class_name": "Nothing", "config": {}}'),
    "clone_model": lambda folder: keras.models.clone_model(model(), recursive=True),
    "deserialize": lambda folder: keras.saving.deserialize_keras_object({"class_name": "Nothing", "config": {}}),
}


@pytest.mark.parametrize("name", CALLS)
def test_one_frame_of_the_library_stays(name, tmp_path):
    with pytest.raises(Exception) as info:
        CALLS[name](tmp_path)
    ours, others = frames(info.value)
    assert len(ours) <= 1, ours
    assert others


def test_frames_of_users_stay(tmp_path):
    class Broken(layers.Layer):
        def call(self, x):
            raise ZeroDivisionError("mine")

    broken = keras.Sequential([layers.Dense(2), Broken()])
    with pytest.raises(ZeroDivisionError) as info:
        broken.predict(np.ones((2, 3)), verbose=0)
    assert [frame.name for frame in traceback.extract_tb(info.value.__traceback__)][-1] == "call"


def test_all_frames_are_there_when_asked_for(tmp_path):
    keras.config.disable_traceback_filtering()
    try:
        with pytest.raises(Exception) as info:
            CALLS["predict"](tmp_path)
        assert len(frames(info.value)[0]) > 3
    finally:
        keras.config.enable_traceback_filtering()
