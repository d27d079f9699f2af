"""Rows of `function_rows.ROWS` for functions that fetch files and make data sets."""

import hashlib
import io
import os
import tarfile

import numpy as np

import keras
from integration_tests.mute.function_rows import row

MD5, SHA256 = hashlib.md5(b"one").hexdigest(), hashlib.sha256(b"one").hexdigest()


def _served(folder):
    """Files to fetch: two texts, and an archive."""
    (folder / "one").write_bytes(b"one")
    (folder / "other").write_bytes(b"other")
    with tarfile.open(folder / "packed.tar", "w") as archive:
        info = tarfile.TarInfo("inner")
        info.size = 3
        archive.addfile(info, io.BytesIO(b"one"))


@row(
    "utils",
    "get_file",
    fname=("name", "another"),
    origin=("one", "other"),
    untar=(True, False, {"origin": "packed.tar"}),
    extract=(True, False, {"origin": "packed.tar"}),
    archive_format=("tar", "zip", {"origin": "packed.tar", "extract": True}),
    md5_hash=(MD5, "0" * 32),
    file_hash=(SHA256, "0" * 64),
    hash_algorithm=("sha256", "md5", {"file_hash": SHA256}),
    cache_subdir=("a", "b"),
    cache_dir=("c", "d"),
    force_download=(True, False, {"cached": True}),
)
def get_file(folder, origin="one", cache_dir="cache", cached=False, **given):
    _served(folder)
    place = {"origin": (folder / origin).as_uri(), "cache_dir": folder / cache_dir}
    if cached:
        keras.utils.get_file(**place)
        (folder / origin).write_bytes(b"new")
    try:
        path = keras.utils.get_file(**place, **given)
    except ValueError as error:
        return type(error).__name__
    content = os.listdir(path) if os.path.isdir(path) else open(path, "rb").read()
    return os.path.relpath(path, folder), str(content)


@row(
    "utils",
    "pad_sequences",
    sequences=([[1], [2, 3, 4]], [[5], [2, 3, 4]]),
    maxlen=(2, 4),
    dtype=("int32", "float32"),
    padding=("pre", "post"),
    truncating=("pre", "post", {"maxlen": 2}),
    value=(0, 7),
)
def pad_sequences(folder, sequences=([1], [2, 3, 4]), **given):
    made = keras.utils.pad_sequences(sequences, **given)
    return made.dtype.name, made.tolist()


def _items(dataset):
    return [[np.asarray(part).tolist() for part in item] for item in dataset]


@row(
    "utils",
    "timeseries_dataset_from_array",
    data=(np.arange(10), np.arange(10) + 1),
    targets=(np.arange(10), np.arange(5)),
    sequence_length=(3, 4),
    sequence_stride=(1, 2),
    sampling_rate=(1, 2),
    batch_size=(4, 5),
    shuffle=(True, False, {"seed": 1}),
    seed=(1, 2, {"shuffle": True}),
    start_index=(0, 2),
    end_index=(8, 9),
    format=("tf", "grain", {"kind": True}),
)
def timeseries_dataset_from_array(folder, data=None, targets=None, sequence_length=3, kind=False, **given):
    data = np.arange(10) if data is None else data
    targets = data if targets is None else targets
    dataset = keras.utils.timeseries_dataset_from_array(data, targets, sequence_length, **given)
    return type(dataset).__module__ if kind else _items(dataset)


@row(
    "utils",
    "split_dataset",
    dataset=(np.arange(6), np.arange(6) * 2),
    left_size=(2, 3),
    right_size=(2, 3),
    shuffle=(True, False, {"seed": 3}),
    seed=(3, 4, {"shuffle": True}),
    preferred_backend=("tensorflow", "torch", {"kind": True}),
)
def split_dataset(folder, dataset=None, kind=False, left_size=None, right_size=None, **given):
    left_size = 4 if right_size is None and left_size is None else left_size
    dataset = np.arange(6) if dataset is None else dataset
    parts = keras.utils.split_dataset((dataset, dataset), left_size, right_size, **given)
    return type(parts[0]).__module__ if kind else [_items(part) for part in parts]
