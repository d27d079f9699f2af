"""Rows as in `function_rows.py` for the functions that read and write pictures, texts and sounds."""

import contextlib
import functools
import io
import os
import wave

import numpy as np

import keras
from integration_tests.mute.function_rows import row
from integration_tests.mute.method_rows import array

PICTURE = np.random.RandomState(0).randint(0, 200, (6, 8, 3)).astype("float32")
OTHER = PICTURE[::-1]


def _write_pictures(folder):
    keras.utils.save_img(folder / "first.png", PICTURE)
    keras.utils.save_img(folder / "second.png", OTHER)


@row(
    "utils",
    "load_img",
    path=("first.png", "second.png"),
    color_mode=("rgb", "rgba"),
    target_size=(None, (4, 4)),
    interpolation=("nearest", "lanczos", {"target_size": (4, 4)}),
    keep_aspect_ratio=(False, True, {"target_size": (4, 4)}),
)
def load_img(folder, path="first.png", **given):
    _write_pictures(folder)
    return np.asarray(keras.utils.load_img(folder / path, **given))


@row(
    "utils",
    "save_img",
    path=("x.png", "x.bmp"),
    x=(PICTURE, OTHER),
    data_format=("channels_first", "channels_last", {"x": PICTURE[:3]}),
    file_format=("png", "gif"),
    scale=(True, False),
)
def save_img(folder, path="x.png", x=PICTURE, **given):
    keras.utils.save_img(folder / path, x, **given)
    return (folder / path).read_bytes()


@row("utils", "img_to_array", img=(PICTURE, OTHER), data_format=("channels_first", None), dtype=("uint8", "float16"))
def img_to_array(folder, img=PICTURE, **given):
    return keras.utils.img_to_array(img, **given)


@row(
    "utils",
    "array_to_img",
    x=(PICTURE, OTHER),
    data_format=("channels_first", "channels_last", {"x": PICTURE[:3]}),
    scale=(True, False),
    dtype=("uint8", "int32", {"x": PICTURE[..., :1] * 3, "scale": False}),
)
def array_to_img(folder, x=PICTURE, **given):
    return np.asarray(keras.utils.array_to_img(x, **given))


# Folders

_SPLIT = {"validation_split": 0.25, "seed": 1, "subset": "training"}
_SHARED = {
    "directory": ("first", "second"),
    "labels": ("inferred", None),
    "label_mode": ("int", "categorical"),
    "class_names": (["a", "b"], ["b", "a"]),
    "batch_size": (2, 3),
    "shuffle": (True, False, {"seed": 1}),
    "seed": (1, 2, {"shuffle": True}),
    "validation_split": (0.25, 0.5, _SPLIT),
    "subset": ("training", "validation", _SPLIT),
    "follow_links": (False, True),
    "verbose": (True, False),
}
_WIDE = {"image_size": (4, 8)}


def _dataset(function, folder, write, ending, directory="first", **given):
    """What can be seen of the dataset of a folder with classes `a` and `b`, which holds a link to another folder."""
    for number, name in enumerate(("first", "second", "linked")):
        for i, kind in enumerate("ab"):
            (folder / name / kind).mkdir(parents=True)
            for j in range(2):
                write(str(folder / name / kind / f"{j}{ending}"), 4 * number + 2 * i + j + 1)
    (folder / "first" / "b" / "link").symlink_to(folder / "linked")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        dataset = function(folder / directory, **{"shuffle": False, **given})
    paths = [os.path.relpath(path, folder) for path in dataset.file_paths]
    return [printed.getvalue(), paths, dataset.class_names, type(dataset).__name__, *map(_plain, dataset)]


def _plain(item):
    if isinstance(item, tuple):
        return list(map(_plain, item))
    return item.to_list() if hasattr(item, "to_list") else array(item)


def _write_picture(path, number):
    keras.utils.save_img(path, PICTURE + number, scale=False)


@row(
    "utils",
    "image_dataset_from_directory",
    **_SHARED,
    color_mode=("rgb", "grayscale"),
    image_size=((4, 4), (5, 3)),
    interpolation=("bilinear", "area"),
    crop_to_aspect_ratio=(False, True, _WIDE),
    pad_to_aspect_ratio=(False, True, _WIDE),
    data_format=("channels_last", "channels_first"),
    format=("tf", "grain"),
)
def image_dataset_from_directory(folder, image_size=(4, 4), **given):
    function = functools.partial(keras.utils.image_dataset_from_directory, image_size=image_size)
    return _dataset(function, folder, _write_picture, ".png", **given)


def _write_text(path, number):
    with open(path, "w") as file:
        file.write("text " * number)


@row("utils", "text_dataset_from_directory", **_SHARED, max_length=(None, 3), format=("tf", "grain"))
def text_dataset_from_directory(folder, **given):
    return _dataset(keras.utils.text_dataset_from_directory, folder, _write_text, ".txt", **given)


def _write_sound(path, number):
    with wave.open(path, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", None))
        file.writeframes(bytes([number] * (20 + 4 * number)))


@row(
    "utils",
    "audio_dataset_from_directory",
    **_SHARED,
    sampling_rate=(None, 4000),
    output_sequence_length=(None, 12),
    ragged=(False, True),
)
def audio_dataset_from_directory(folder, **given):
    return _dataset(keras.utils.audio_dataset_from_directory, folder, _write_sound, ".wav", **given)
