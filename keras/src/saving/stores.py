"""Arrays by path and name: in one HDF5 file, in several of them, or in an npz file.

A store gives for each path an entry, a mapping of names to arrays. Layers write to and read from entries only.
"""

import collections
import json
import math
import os
import zipfile
import zlib
from collections.abc import MutableMapping

import h5py
import numpy as np

from keras.src import backend
from keras.src.backend.common.slices import Slices
from keras.src.saving.h5_reading import (
    check_readable,
    has_member,
    is_plain,
    kind_of,
    names_in,
    open_h5,
    own_member,
    read_attribute,
    read_dataset,
    read_group,
    read_part,
    telling_damage,
    viewed_as,
)
from keras.src.saving.serialization_lib import read_json
from keras.src.saving.shard_map import path_of_shard, read_map, write_map
from keras.src.utils import load_budget
from keras.src.utils.messages import cut

GIBIBYTE = 1024**3


def to_array(value):
    """A NumPy array of a variable, tensor or number; text becomes UTF-8 bytes."""
    if isinstance(value, backend.Variable):
        value = value.value
    array = backend.convert_to_numpy(value) if backend.is_tensor(value) else np.asarray(value)
    return np.char.encode(array, "utf-8") if array.dtype.kind == "U" else array


def place_of(path):
    """Where in a file the arrays of the object at a path stand."""
    return f"{path}/vars" if path else "vars"


class Entry(MutableMapping):
    """The arrays of one object, in a plain dict."""

    def __init__(self, arrays=None):
        self.arrays = {} if arrays is None else arrays

    def __getitem__(self, name):
        return self.arrays[name]

    def __setitem__(self, name, value):
        self.arrays[name] = to_array(value)

    def __delitem__(self, name):
        del self.arrays[name]

    def __contains__(self, name):
        return name in self.arrays

    def __iter__(self):
        return iter(self.arrays)

    def __len__(self):
        return len(self.arrays)

    def shape(self, name):
        """The shape of an array, which need not be read for it."""
        return tuple(self.arrays[name].shape)

    def is_plain(self, name):
        """Whether an array is of numbers that can be read for sure."""
        return self.arrays[name].dtype.kind in "biufcV"

    def nbytes(self, name):
        """The bytes of an array, which need not be read for it."""
        return self.arrays[name].nbytes

    def check_readable(self, name):
        """Raises where an array cannot be read to its end; keeps nothing of it."""

    def read_again(self, name):
        """An array of which `check_readable` knows that it can be read."""
        return self[name]

    def slices(self, name):
        """The `Slices` of an array of which `check_readable` knows that it can be read."""
        return Slices(self.shape(name), lambda index: self.read_again(name)[index])

    @property
    def label(self):
        """Name of the object as the file has it, or `None`."""
        return None


class ForgetfulEntry(Entry):
    """An entry that looks at arrays and keeps none."""

    def __setitem__(self, name, value):
        to_array(value)


class H5Entry(Entry):
    """The arrays of one object, in a group of an HDF5 file."""

    def __init__(self, group):
        super().__init__(group)

    def __getitem__(self, name):
        if not has_member(self.arrays, name):
            raise KeyError(f"There is no {name!r} in {self.arrays.name} of {self.arrays.file.filename}.")
        return read_dataset(self.arrays, name)

    def __setitem__(self, name, value):
        write_dataset(self.arrays, name, to_array(value))

    def __iter__(self):
        return iter(names_in(self.arrays))

    def __len__(self):
        return len(names_in(self.arrays))

    def shape(self, name):
        return own_member(self.arrays, name, h5py.Dataset).shape

    def is_plain(self, name):
        return is_plain(own_member(self.arrays, name, h5py.Dataset))

    def nbytes(self, name):
        return kind_of(own_member(self.arrays, name, h5py.Dataset))[1]

    def check_readable(self, name):
        check_readable(self.arrays, name)

    def read_again(self, name):
        return read_dataset(self.arrays, name, is_counted=True)

    def slices(self, name):
        return Slices(self.shape(name), lambda index: read_part(self.arrays, name, index))

    def __contains__(self, name):
        return has_member(self.arrays, name)

    @property
    def label(self):
        label = read_attribute(self.arrays, "name")
        return label if isinstance(label, str) else None


def _split_place(place):
    """Path of the object and name of the array, from the place of an array in a file; `None` for other things."""
    path, _, name = place.rpartition("/")
    if path == "vars":
        return "", name
    return (path.removesuffix("/vars"), name) if path.endswith("/vars") else None


def by_path(places):
    """Dict from paths of objects to lists of names of arrays."""
    found = collections.defaultdict(list)
    for path, name in filter(None, map(_split_place, places)):
        found[path].append(name)
    return dict(found)


def write_dataset(group, name, array):
    """Writes an array; dtypes that HDF5 lacks go as raw bytes with an attribute that says what they are."""
    dataset = group.create_dataset(name, data=array)
    if array.dtype.kind == "V":
        dataset.attrs["dtype"] = array.dtype.name
    return dataset


class H5Store:
    """All arrays in one HDF5 file.

    Args:
        file: A path or a file object.
        mode: `"r"` or `"w"`.
    """

    def __init__(self, file, mode):
        self.file = open_h5(file, mode)

    def make(self, path, name=None):
        """An empty entry at a path; `name` is written beside it, for people who look into the file."""
        group = self.file.create_group(place_of(path))
        if name is not None:
            group.attrs["name"] = name
        return H5Entry(group)

    def get(self, path):
        """The entry at a path, empty where the file has none."""
        group = read_group(self.file, place_of(path))
        if group is None:
            group = self._group_of_keras_2(place_of(path))
        return Entry() if group is None else H5Entry(group)

    def places(self):
        """Dict from the path of each object in the file to the names of its arrays."""
        names = []
        with telling_damage(self.file):
            self.file.visit(names.append)
        return by_path(_as_in_keras_3(name) for name in names)

    def _group_of_keras_2(self, place):
        """The group in a file of Keras 2.12 to 2.15, where the layers of a model stand under another name; on Windows
        with backslashes in the names of groups."""
        if not place.startswith("layers/"):
            return None
        place = place.replace("layers", _LAYERS_OF_KERAS_2, 1)
        return read_group(self.file, place) or read_group(self.file, "/".join(_split_off_vars(place)))

    def close(self):
        self.file.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


_LAYERS_OF_KERAS_2 = "_layer_checkpoint_dependencies"


def _as_in_keras_3(place):
    if not place.startswith(_LAYERS_OF_KERAS_2):
        return place
    return place.replace(_LAYERS_OF_KERAS_2, "layers", 1).replace("\\", "/")


def _split_off_vars(place):
    folder, _, name = place.rpartition("/")
    return folder.replace("/", "\\"), name


class HeldStore:
    """The entries of a file in a dict, while it is read or until it is written.

    Args:
        file: A path or a file object.
    """

    entry = Entry
    """Class of the entries."""

    def __init__(self, file):
        self.file = file
        self.entries = collections.defaultdict(self.entry)

    def make(self, path, name=None):
        """An empty entry at a path."""
        return self.entries[place_of(path)]

    def get(self, path):
        """The entry at a path, empty where the file has none."""
        return self.entries.get(place_of(path), self.entry())

    def places(self):
        """Dict from the path of each object in the file to the names of its arrays."""
        return by_path(f"{place}/{name}" for place, entry in self.entries.items() for name in entry)

    def close(self):
        """Writes the file, or lets go of it."""

    def __enter__(self):
        return self

    def __exit__(self, kind, *exception):
        if kind is None:
            self.close()


_DTYPES = "__dtypes__"


class NpzStore(HeldStore):
    """All arrays in one npz file, each under its path and name.

    Args:
        file: A path or a file object.
        mode: `"r"` or `"w"`.
    """

    def __init__(self, file, mode):
        super().__init__(file)
        self.mode = mode
        if mode == "r":
            self._read()

    def _read(self):
        arrays = read_npz(self.file)
        if _DTYPES not in arrays:
            raise ValueError(
                f"Cannot read {self.file}: it does not say of which dtypes its arrays are, as this library does. Where another "
                "wrote it, save the model there again with its weights in HDF5."
            )
        dtypes = read_json(str(arrays[_DTYPES]), f"What {self.file} says of dtypes")
        if not isinstance(dtypes, dict):
            raise ValueError(f"Cannot read {self.file}: what it says of dtypes is no dict.")
        for key, array in arrays.items():
            path, _, name = key.rpartition("/")
            self.entries[path].arrays[name] = viewed_as(array, dtypes[key]) if key in dtypes else array

    def close(self):
        if self.mode == "r":
            return
        arrays = {f"{path}/{name}": a for path, entry in self.entries.items() for name, a in entry.items()}
        dtypes = {key: a.dtype.name for key, a in arrays.items() if a.dtype.kind == "V"}
        plain = {key: a.view(f"V{a.dtype.itemsize}") if key in dtypes else a for key, a in arrays.items()}
        np.savez(self.file, **plain, **{_DTYPES: json.dumps(dtypes)})


def read_npz(file):
    """All arrays of an npz file, by name.

    Args:
        file: A file object.

    Raises:
        ValueError: It is none, or holds objects, or would exceed what the load may take.
    """
    try:
        _check_npz(file)
        with np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (ValueError, KeyError, EOFError, RuntimeError, zlib.error, zipfile.BadZipFile) as error:
        raise ValueError(
            f"Cannot read {file}: it is no npz file of weights in plain arrays ({cut(str(error))})."
        ) from error


def _check_npz(file):
    """Counts what an npz file would unpack, and refuses arrays that claim to be larger than what is there for them."""
    with zipfile.ZipFile(file) as members:
        for info in members.infolist():
            load_budget.spend(info.file_size, "read", f"the array {info.filename}")
            with members.open(info) as member:
                version = np.lib.format.read_magic(member)
                header = (
                    np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
                )
                shape, _, dtype = header(member)
            if dtype.hasobject:
                raise ValueError(
                    f"{info.filename} holds pickled objects, as Keras 3 writes them, which can run any code: there, save the "
                    "model again with its weights in HDF5"
                )
            if math.prod(shape) * dtype.itemsize > info.file_size:
                raise ValueError(f"{info.filename} claims the shape {shape}, but has {info.file_size} bytes")
    if hasattr(file, "seek"):
        file.seek(0)


class _ShardedEntry(Entry):
    """An entry whose arrays go to the current shard of a store, or come from several shards."""

    def __init__(self, store, path):
        super().__init__()
        self.store = store
        self.path = path

    def __setitem__(self, name, value):
        self.store.write(self.path, name, to_array(value))


class _SpreadEntry(Entry):
    """The arrays of one object, in the entries of several files, by name."""

    def __getitem__(self, name):
        return self.arrays[name][name]

    def shape(self, name):
        return self.arrays[name].shape(name)

    def is_plain(self, name):
        return self.arrays[name].is_plain(name)

    def nbytes(self, name):
        return self.arrays[name].nbytes(name)

    def check_readable(self, name):
        self.arrays[name].check_readable(name)

    def read_again(self, name):
        return self.arrays[name].read_again(name)

    def slices(self, name):
        return self.arrays[name].slices(name)

    @property
    def label(self):
        return next((entry.label for entry in self.arrays.values()), None)


class ShardedH5Store:
    """Arrays in HDF5 files of limited size, and a JSON file that says which object is in which of them.

    Args:
        file: Path of the JSON file, which ends in `.weights.json`.
        mode: `"r"` or `"w"`.
        max_shard_size: Largest size of a file, in GiB.
        tag: Part of the names of the shards.
    """

    def __init__(self, file, mode, max_shard_size=None, tag=""):
        self.file = str(file)
        self.tag = tag
        self.mode = mode
        self.limit = max_shard_size and max_shard_size * GIBIBYTE
        self.shards = {}
        self.weight_map = read_map(self.file) if mode == "r" else {}
        self.total_size = 0
        self.shard_size = 0
        if mode == "w":
            self._new_shard()

    def _shard(self, name):
        if name not in self.shards:
            self.shards[name] = open_h5(path_of_shard(self.file, name), self.mode)
        return self.shards[name]

    def open_shards(self):
        """Opens all files that the map names, which stay readable when a later save removes them."""
        try:
            for name in sorted({name for names in self.weight_map.values() for name in names}):
                self._shard(name)
        except BaseException:
            self.close()
            raise

    def _new_shard(self):
        stem = os.path.basename(self.file).removesuffix(".weights.json")
        self.current = f"{stem}{self.tag}_{len(self.shards):05d}.weights.h5"
        self.shard_size = 0
        self._shard(self.current)

    def make(self, path, name=None):
        """An empty entry at a path."""
        group = self._shard(self.current).require_group(place_of(path))
        if name is not None:
            group.attrs["name"] = name
        return _ShardedEntry(self, path)

    def places(self):
        """Dict from the path of each object in the files to the names of its arrays."""
        found = {}
        for place in self.weight_map:
            path = place.strip("/").removesuffix("vars").rstrip("/")
            found[path] = list(self.get(path))
        return found

    def write(self, path, name, array):
        """Writes an array to the current shard, or to a new one where it is full."""
        if array.nbytes > self.limit:
            raise ValueError(
                f"{name!r} of {path!r} has {array.nbytes} bytes, more than a whole shard of {int(self.limit)} bytes "
                "may have. Increase `max_shard_size`."
            )
        if self.shard_size + array.nbytes > self.limit:
            self._new_shard()
        write_dataset(self._shard(self.current).require_group(place_of(path)), name, array)
        self.shard_size += array.nbytes
        self.total_size += array.nbytes
        names = self.weight_map.setdefault(f"/{place_of(path)}", [])
        if self.current not in names:
            names.append(self.current)

    def get(self, path):
        """The entry at a path, empty where the files have none."""
        found = _SpreadEntry()
        for shard in self.weight_map.get(f"/{place_of(path)}", ()):
            group = read_group(self._shard(shard), place_of(path))
            if group is not None:
                found.arrays.update(dict.fromkeys(names_in(group), H5Entry(group)))
        return found

    def close(self):
        for shard in self.shards.values():
            shard.close()
        if self.mode == "w":
            write_map(self.file, self.weight_map, float(self.total_size))

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()
