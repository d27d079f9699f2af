"""Rows as in `function_rows.py` for the functions that read and write pictures, texts and sounds."""

import numpy as np

import keras
from integration_tests.mute.function_rows import row

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
