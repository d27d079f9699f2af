"""The JSON file that says which of several files hold the weights of which object, or which weights."""

import json
import os
import shutil

from keras.src.saving.archive import check_belongs
from keras.src.saving.h5_reading import check_regular
from keras.src.saving.serialization_lib import read_json
from keras.src.utils.safe_write import one_writer, replacing

# What the name of a map has more than that of the one file, in the layout of Hugging Face.
INDEX = ".index.json"


def read_map(path):
    """Reads a map. The files that it names lie beside it, whatever folders it says.

    Args:
        path: Path of the JSON file.

    Returns:
        Dict from what is stored to the list of the names of its files.

    Raises:
        ValueError: It is no such map.
    """
    check_regular(path)
    try:
        with open(path, "rb") as file:
            weight_map = read_json(file.read(), path)["weight_map"]
        lists = {key: [names] if isinstance(names, str) else names for key, names in weight_map.items()}
        return {key: [os.path.basename(name) for name in names] for key, names in lists.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"Cannot read {path}: it is not the map of a sharded weights file ({error}).") from error


def path_of_shard(path, name):
    """Path of a file that a map names; where it is a link, it leads to beside the map, or to where the map leads as a link.

    Args:
        path: Path of the map.
        name: Name of the file.
    """
    shard = os.path.join(os.path.dirname(path), name)
    if os.path.islink(shard):
        check_belongs(shard, os.path.dirname(path), os.path.dirname(os.path.realpath(path)))
    return shard


def write_map(path, weight_map, total_size):
    """Writes a map.

    Args:
        path: Path of the JSON file.
        weight_map: Dict from what is stored to the name of its file, or the list of the names of its files.
        total_size: Bytes of all arrays together.
    """
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"metadata": {"total_size": total_size}, "weight_map": weight_map}, file, indent=4)


def name_first_shard(path, tag):
    """Gives the first of the files of a map the name without a tag: Keras 3.15 opens that before it reads the map.

    Args:
        path: Path of the map.
        tag: The part of the names.
    """
    folder, name = os.path.split(os.path.abspath(path))
    stem = name.removesuffix(".weights.json")
    tagged, plain = (f"{stem}{part}_00000.weights.h5" for part in (tag, ""))
    with one_writer(path):
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        lists = content["weight_map"]
        if not any(tagged in names for names in lists.values()):
            return  # Another process has saved meanwhile.
        with replacing(os.path.join(folder, plain)) as target:
            shutil.copyfile(os.path.join(folder, tagged), target)
        renamed = {key: [plain if each == tagged else each for each in names] for key, names in lists.items()}
        with replacing(path) as target:
            write_map(target, renamed, content["metadata"]["total_size"])
        os.remove(os.path.join(folder, tagged))


def shards_of(path):
    """Paths of the files that a map names; none where there is no map that can be read."""
    if not os.path.isfile(path):
        return set()
    try:
        names = {name for shards in read_map(path).values() for name in shards}
    except (OSError, ValueError):
        return set()
    return {os.path.join(os.path.dirname(os.path.abspath(path)), name) for name in names}
