"""Classes that `tf.keras` has alone: what is seen of an object, its arguments, and two values of each of them."""

import numpy as np

from keras._tf_keras.keras import layers
from keras._tf_keras.keras.preprocessing import image, sequence, text
from keras.src.utils import image_utils

_GENERATOR = np.random.default_rng(0)
PICTURES = _GENERATOR.uniform(0, 255, (6, 6, 6, 3)).astype("float32")
LABELS = np.arange(6)
TEXTS = ["The cat, the dog. The bird!", "A cat is no the Dog", "cat the"]
SERIES = np.arange(30.0).reshape(15, 2)


def _pictures_in(folder, count=3):
    """A folder of two classes with pictures of another shape."""
    for label in ("a", "b"):
        (folder / label).mkdir(parents=True)
        for number in range(count):
            picture = np.random.default_rng(number + 10 * (label == "b")).integers(0, 255, (8, 6, 3)).astype("float32")
            image_utils.save_img(folder / label / f"{number}.png", picture)


def _files_of(folder):
    """Names of the files in a folder, and whether they are pictures of a format."""
    if not folder.exists():
        return []
    return sorted((file.name[:2], file.suffix) for file in folder.iterdir())


def _generated(folder, **given):
    generator = image.ImageDataGenerator(**given)
    if any(given.get(name) for name in ("featurewise_center", "featurewise_std_normalization", "zca_whitening")):
        generator.fit(PICTURES)
    parts = [next(generator.flow(PICTURES, LABELS, batch_size=6, shuffle=False, seed=1))]
    if given.get("validation_split"):
        parts = [generator.flow(PICTURES, LABELS, subset="training", shuffle=False, ignore_class_split=True).n]
    return [part[0] if isinstance(part, tuple) else part for part in parts]


def _flow(folder, **given):
    given["save_to_dir"] = str(folder) if given.get("save_to_dir") else None
    generator = image.ImageDataGenerator(validation_split=0.5, rotation_range=20)
    try:
        batches = image.NumpyArrayIterator(**{"image_data_generator": generator, **given})
    except ValueError:
        return ["refused"]
    return [next(batches), next(batches), _files_of(folder)]


def _from_directory(folder, **given):
    _pictures_in(folder / "data")
    _pictures_in(folder / "fewer", 2)
    (folder / "saved").mkdir()
    given["save_to_dir"] = str(folder / "saved") if given.get("save_to_dir") else None
    if given.pop("outside", False):
        _pictures_in(folder / "outside")
        (folder / "data" / "a" / "linked").symlink_to(folder / "outside" / "a")
    generator = image.ImageDataGenerator(validation_split=0.5, rotation_range=given.pop("rotation", 0))
    directory = folder / given.pop("directory", "data")
    batches = image.DirectoryIterator(**{"directory": str(directory), "image_data_generator": generator, **given})
    return [next(batches), batches.n, _files_of(folder / "saved")]


def _from_frame(folder, **given):
    import pandas

    _pictures_in(folder / "data")
    _pictures_in(folder / "fewer", 2)
    (folder / "saved").mkdir()
    names = [f"{label}/{number}.png" for label in "ab" for number in range(3)] + ["a/absent.png"] * given.pop(
        "absent", 0
    )
    frame = pandas.DataFrame(
        {
            "filename": names,
            "other": names[::-1],
            "class": [n[0] for n in names],
            "second": [n[2] for n in names],
            "weight": np.arange(len(names)) / 8,
        }
    )
    given["save_to_dir"] = str(folder / "saved") if given.get("save_to_dir") else None
    generator = image.ImageDataGenerator(validation_split=0.5, rotation_range=given.pop("rotation", 0))
    given["directory"] = str(folder / given.pop("directory", "data"))
    frame = frame.iloc[given.pop("rows", slice(None))]
    batches = generator.flow_from_dataframe(frame, **given)
    return [next(batches), batches.n, _files_of(folder / "saved")]


def _tokenized(folder, **given):
    tokenizer = text.Tokenizer(**given)
    tokenizer.fit_on_texts(TEXTS)
    return [tokenizer.word_index, tokenizer.texts_to_sequences([*TEXTS, "whale cat"])]


def _series(folder, **given):
    generator = sequence.TimeseriesGenerator(**given)
    return [len(generator), generator[0]]


def _layer(cls, x):
    return lambda folder, **given: cls(**given)(x, training=True)


_SAVED = {"save_to_dir": True}
_OF_FILES = {
    "target_size": ((256, 256), (5, 4)),
    "color_mode": ("rgb", "grayscale"),
    "class_mode": ("categorical", "binary"),
    "batch_size": (2, 3),
    "shuffle": (False, True),
    "seed": (1, 2, {"shuffle": True}),
    "save_to_dir": (None, True),
    "save_prefix": ("xx", "yy", _SAVED),
    "save_format": ("png", "jpeg", _SAVED),
    "subset": (None, "training"),
    "interpolation": ("nearest", "bilinear"),
}

ROWS = {
    "ImageDataGenerator": (
        _generated,
        {},
        {
            "featurewise_center": (False, True),
            "samplewise_center": (False, True),
            "featurewise_std_normalization": (False, True),
            "samplewise_std_normalization": (False, True),
            "zca_whitening": (False, True),
            "zca_epsilon": (1e-6, 1e4, {"zca_whitening": True, "featurewise_center": True}),
            "rotation_range": (0, 40),
            "width_shift_range": (0.0, 0.5),
            "height_shift_range": (0.0, 0.5),
            "brightness_range": (None, (0.3, 0.5)),
            "shear_range": (0.0, 30.0),
            "zoom_range": (0.0, 0.5),
            "channel_shift_range": (0.0, 50.0),
            "fill_mode": ("nearest", "constant", {"width_shift_range": 0.5}),
            "cval": (0.0, 99.0, {"width_shift_range": 0.5, "fill_mode": "constant"}),
            "horizontal_flip": (False, True),
            "vertical_flip": (False, True),
            "rescale": (None, 0.5),
            "preprocessing_function": (None, lambda x: x + 1),
            "data_format": ("channels_last", "channels_first", {"width_shift_range": 0.5}),
            "validation_split": (0.5, 0.2),
            "interpolation_order": (1, 0, {"rotation_range": 40}),
            "dtype": ("float32", "float16"),
        },
    ),
    "NumpyArrayIterator": (
        _flow,
        {"x": PICTURES, "y": LABELS, "batch_size": 2, "seed": 1},
        {
            "x": (PICTURES, PICTURES[::-1]),
            "y": (LABELS, None),
            "image_data_generator": (image.ImageDataGenerator(), image.ImageDataGenerator(rescale=0.5)),
            "batch_size": (2, 3),
            "shuffle": (False, True),
            "sample_weight": (None, np.arange(6.0)),
            "seed": (1, 2),
            "save_to_dir": (None, True),
            "save_prefix": ("xx", "yy", _SAVED),
            "save_format": ("png", "jpeg", _SAVED),
            "subset": (None, "training", {"ignore_class_split": True}),
            "ignore_class_split": (True, False, {"subset": "training", "y": np.array([0, 0, 0, 1, 1, 1])}),
            "dtype": ("float32", "float64"),
        },
    ),
    "DirectoryIterator": (
        _from_directory,
        {"batch_size": 2, "target_size": (8, 8), "seed": 1, "shuffle": False},
        {
            **_OF_FILES,
            "directory": ("data", "fewer"),
            "image_data_generator": (image.ImageDataGenerator(), image.ImageDataGenerator(rescale=0.5)),
            "classes": (None, ["b", "a"]),
            "data_format": ("channels_last", "channels_first", {"target_size": (5, 4)}),
            "follow_links": (False, True, {"outside": True, "class_mode": None}),
            "keep_aspect_ratio": (False, True),
            "dtype": ("float32", "float16"),
        },
    ),
    "flow_from_dataframe": (
        _from_frame,
        {"batch_size": 2, "target_size": (8, 8), "seed": 1, "shuffle": False},
        {
            **_OF_FILES,
            "validate_filenames": (True, False, {"absent": 1}),
            "directory": ("data", "fewer"),
            "x_col": ("filename", "other"),
            "y_col": ("class", "second"),
            "weight_col": (None, "weight"),
            "classes": (None, ["b", "a"]),
        },
    ),
    "Tokenizer": (
        _tokenized,
        {},
        {
            "num_words": (None, 3),
            "filters": ("!", "c"),
            "lower": (True, False),
            "split": (" ", "c"),
            "char_level": (False, True),
            "oov_token": (None, "unknown"),
            "analyzer": (None, lambda words: words.split("a")),
        },
    ),
    "TimeseriesGenerator": (
        _series,
        {"data": SERIES, "targets": np.arange(15), "length": 3, "batch_size": 4},
        {
            "data": (SERIES, SERIES + 1),
            "targets": (np.arange(15), np.arange(15) * 2),
            "length": (3, 4),
            "sampling_rate": (1, 2),
            "stride": (1, 2),
            "start_index": (0, 2),
            "end_index": (None, 9),
            "shuffle": (False, True),
            "reverse": (False, True),
            "batch_size": (4, 5),
        },
    ),
    "AlphaDropout": (
        _layer(layers.AlphaDropout, np.ones((3, 4), "float32")),
        {"rate": 0.5, "seed": 1},
        {"rate": (0.5, 0.2), "noise_shape": (None, (3, 1)), "seed": (1, 2)},
    ),
    "RandomHeight": (
        _layer(layers.RandomHeight, PICTURES),
        {"factor": 0.9, "seed": 1},
        {"factor": (0.9, (0.1, 0.2)), "interpolation": ("bilinear", "nearest", {"factor": (0.5, 0.6)}), "seed": (1, 3)},
    ),
    "RandomWidth": (
        _layer(layers.RandomWidth, PICTURES),
        {"factor": 0.9, "seed": 1},
        {"factor": (0.9, (0.1, 0.2)), "interpolation": ("bilinear", "nearest", {"factor": (0.5, 0.6)}), "seed": (1, 3)},
    ),
    "ThresholdedReLU": (_layer(layers.ThresholdedReLU, PICTURES), {}, {"theta": (1.0, 99.0)}),
}
EXCEPTIONS = {
    ("NumpyArrayIterator", "data_format"): "of warnings and of the pictures that are saved",
    ("flow_from_dataframe", "dataframe"): "columns of it have their rows",
}
