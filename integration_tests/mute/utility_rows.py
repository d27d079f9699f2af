"""Rows of `function_rows.ROWS` for functions that fetch files and make data sets."""

import hashlib
import io
import os
import tarfile

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
