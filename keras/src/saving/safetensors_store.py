"""Arrays in `.safetensors` files, by the package `safetensors`: in one, or in several as Hugging Face lays them out.

A tensor is named after the path of its variable, as in `"dense/kernel"`. Names that were counted differ between two
models that are made alike, so the file says beside that at which path of the model each of them lives.
"""

import json
import math
import os
import re
from collections import defaultdict

import ml_dtypes
import numpy as np

from keras.src import backend
from keras.src.backend.common.slices import Slices, is_divided
from keras.src.optimizers.base_optimizer import BaseOptimizer
from keras.src.saving.h5_reading import check_regular
from keras.src.saving.serialization_lib import read_json
from keras.src.saving.shard_map import INDEX, path_of_shard, read_map, write_map
from keras.src.saving.stores import GIBIBYTE, Entry, HeldStore, place_of, to_array
from keras.src.utils import load_budget
from keras.src.utils.file_section import FileSection
from keras.src.utils.messages import few
from keras.src.utils.module_utils import safetensors, safetensors_numpy
from keras.src.utils.safe_write import failure, one_writer

SUFFIX = ".safetensors"
_PIECE_BYTES = 2**24
_DTYPES = {
    "BOOL": "bool",
    "U8": "uint8",
    "I8": "int8",
    "U16": "uint16",
    "I16": "int16",
    "F16": "float16",
    "BF16": "bfloat16",
    "U32": "uint32",
    "I32": "int32",
    "F32": "float32",
    "U64": "uint64",
    "I64": "int64",
    "F64": "float64",
    "C64": "complex64",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
    "F8_E4M3FNUZ": "float8_e4m3fnuz",
    "F8_E5M2FNUZ": "float8_e5m2fnuz",
    "F8_E8M0": "float8_e8m0fnu",
}
# What the file says for this library, beside the tensors.
_FORMAT = {"format": "keras"}
_PLACES, _OTHER_DTYPES = "keras_places", "keras_dtypes"


def is_safetensors(path):
    """Whether a name is that of a file of this kind, or of the map of several."""
    return path.endswith((SUFFIX, SUFFIX + INDEX))


def found_file(path):
    """The file at a path, or the map of several that stand for it.

    Args:
        path: Path of a `.safetensors` file.
    """
    return path + INDEX if not os.path.exists(path) and os.path.exists(path + INDEX) else path


class _HeldEntry(Entry):
    """The arrays of one object, until they are written; those of variables stay on their device so long.

    What processes divide among themselves is gathered at once, since the others do so in the order of the objects.
    """

    def __init__(self, arrays=None):
        super().__init__(arrays)
        self.gathered = {}

    def __getitem__(self, name):
        return to_array(self.arrays[name])

    def __setitem__(self, name, value):
        self.arrays[name] = value if isinstance(value, backend.Variable) else to_array(value)
        if isinstance(value, backend.Variable) and is_divided(value):
            self.gathered[name] = to_array(value)


class SafetensorsWriter(HeldStore):
    """Takes arrays, and writes them when it is closed.

    Args:
        file: Path of the file, which ends in `.safetensors`.
        max_shard_size: Largest size of a file in GiB, but for single arrays that are larger. Where the arrays need
            more than one file, these are `x-00001-of-00002.safetensors`, ..., and `x.safetensors.index.json` is their map.
        tag: Part of the names of the files where they are several.
    """

    entry = _HeldEntry

    def __init__(self, file, max_shard_size=None, tag=""):
        safetensors.initialize()
        if max_shard_size is not None and not max_shard_size > 0:
            raise ValueError(f"`max_shard_size` is a size in GiB above 0. Received: {max_shard_size!r}")
        super().__init__(str(file))
        self.limit = None if max_shard_size is None else max_shard_size * GIBIBYTE
        self.tag = tag
        self.numbered = {}

    def name_after(self, objects):
        """Says how to name what comes as a plain array, but is that of a variable, as the state of an optimizer.

        Args:
            objects: Pairs of a path in the file and the object that lives there.
        """
        self.numbered = _numbered(objects)

    def close(self):
        """Writes the file, or the files and their map."""
        held = {f"{place}/{name}": v for place, entry in self.entries.items() for name, v in entry.arrays.items()}
        names = _tensor_names(held, self.numbered)
        held |= {f"{place}/{name}": v for place, entry in self.entries.items() for name, v in entry.gathered.items()}
        shards = self._cut(held)
        if len(shards) == 1:
            _write_file(self.file, shards[0], names)
            return
        weight_map, total = {}, 0
        for number, shard in enumerate(shards, start=1):
            name = os.path.basename(self.file).removesuffix(SUFFIX)
            name = f"{name}{self.tag}-{number:05d}-of-{len(shards):05d}{SUFFIX}"
            total += _write_file(os.path.join(os.path.dirname(self.file), name), shard, names)
            weight_map |= {names[key]: name for key in shard}
        write_map(self.file + INDEX, dict(sorted(weight_map.items())), total)

    def _cut(self, held):
        """Dicts of what goes to each file."""
        shards, size = [{}], 0
        for key, value in held.items():
            size += _bytes_of(value)
            if self.limit is not None and size > self.limit and shards[-1]:
                shards.append({})
                size = _bytes_of(value)
            shards[-1][key] = value
        return shards


def _bytes_of(value):
    return math.prod(value.shape) * np.dtype(str(value.dtype)).itemsize


def _numbered(objects):
    """Dict from the place in a file to the variable whose value stands there, for objects that store them by number."""
    return {
        f"{place_of(path)}/{number}": variable
        for path, obj in objects
        for number, variable in enumerate(
            obj.variables if isinstance(obj, BaseOptimizer) else getattr(obj, "_own_weights", None) or ()
        )
    }


def _tensor_names(held, numbered):
    """The name of each tensor: the path of the variable, or its place in the model where that is taken, or it is none."""
    taken, names = set(), {}
    for key, value in held.items():
        variable = value if isinstance(value, backend.Variable) else numbered.get(key)
        named = variable is not None and tuple(variable.shape) == tuple(value.shape) and variable.path not in taken
        name = variable.path if named else key
        while name in taken:
            name += "_"
        taken.add(name)
        names[key] = name
    return names


def _write_file(path, held, names):
    """Writes one file; returns the bytes of its arrays."""
    tensors, dtypes = {}, {}
    for key, value in held.items():
        array = np.require(to_array(value), requirements="C")
        if array.dtype.name not in _DTYPES.values():
            dtypes[names[key]] = _name_of_dtype(array, key)
            array = np.frombuffer(array.tobytes(), "uint8").reshape(*array.shape, array.dtype.itemsize)
        tensors[names[key]] = array
    said = {_PLACES: {key: names[key] for key in held}, _OTHER_DTYPES: dtypes}
    with open(path, "wb"):
        mode = os.stat(path).st_mode
    try:
        safetensors_numpy.save_file(tensors, path, {**_FORMAT, **{key: json.dumps(v) for key, v in said.items()}})
    except safetensors.SafetensorError as error:
        number = re.search(r"os error (\d+)", str(error))
        if number is None:
            raise ValueError(f"{path} cannot hold these weights ({error}).") from error
        raise failure(int(number.group(1)), path) from error
    os.chmod(path, mode)  # the package gives its files to their owner alone
    return sum(array.nbytes for array in tensors.values())


def _name_of_dtype(array, key):
    if array.dtype.hasobject:
        raise ValueError(f"{key!r} is an array of Python objects, which a `.safetensors` file cannot hold.")
    return array.dtype.name if hasattr(ml_dtypes, array.dtype.name) else array.dtype.str


# --- Reading


class _File:
    """One open file.

    Args:
        path: Its path.

    Raises:
        OSError: It is no whole file of this kind.
    """

    def __init__(self, path):
        self.path = path
        check_regular(path)
        if not os.path.exists(path):
            raise FileNotFoundError(f"There is no file {path}.")
        try:
            with safetensors.safe_open(path, "np") as file:
                self.metadata = file.metadata() or {}
                parts = {name: file.get_slice(name) for name in file.offset_keys()}
                self.tensors = {name: (part.get_dtype(), tuple(part.get_shape())) for name, part in parts.items()}
        except safetensors.SafetensorError as error:
            raise OSError(
                f"Cannot read {path}: it is not a whole safetensors file, perhaps cut off or damaged ({error})."
            ) from error
        self.places, self.dtypes = (self._said(key) for key in (_PLACES, _OTHER_DTYPES))
        self.content = FileSection(path)
        self.spans = self._spans()
        # All of it now: no limit may be met when a part of a model has been assigned.
        load_budget.spend(len(self.content), "read", f"the arrays of {path}")

    def _said(self, key):
        """What the file says for this library: a dict of strings, whose values (of places) or keys are tensors."""
        said = read_json(self.metadata.get(key, "{}"), f"What {self.path} says as {key}")
        if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
            raise ValueError(f"What {self.path} says as {key} is damaged: it is no dict of strings.")
        missing = set(said if key == _OTHER_DTYPES else said.values()) - set(self.tensors)
        if missing:
            raise ValueError(f"{self.path} says that it holds {few(sorted(missing))}, but does not.")
        return said

    def _spans(self):
        """Where each tensor begins and ends. They follow each other without gaps, which the package has looked at."""
        size = bytearray(8)
        self.content.read_at(0, size)
        spans, end = {}, 8 + int.from_bytes(size, "little")
        for name, (dtype, shape) in self.tensors.items():
            if dtype not in _DTYPES:
                raise ValueError(f"{name!r} in {self.path} has the dtype {dtype}, which no variable can have.")
            start, end = end, end + math.prod(shape) * np.dtype(_DTYPES[dtype]).itemsize
            spans[name] = (start, end)
        if end != len(self.content):
            raise OSError(f"Cannot read {self.path}: another file took its place meanwhile.")
        return spans

    def shape(self, name):
        """The shape of an array, which is not read for it."""
        shape = self.tensors[name][1]
        return shape[:-1] if name in self.dtypes else shape

    def read(self, name):
        """An array of its own memory: the file may go away."""
        dtype, shape = self.tensors[name]
        array = np.empty(shape, _DTYPES[dtype])
        if array.size:
            self.content.read_at(self.spans[name][0], array.reshape(-1).view("uint8"))
        return self._of_other_dtype(name, array) if name in self.dtypes else array

    def read_part(self, name, index):
        """A part of an array of plain numbers, by a tuple of slices."""
        dtype, shape = self.tensors[name]
        part = np.empty([len(range(size)[cut]) for size, cut in zip(shape, index)], _DTYPES[dtype])
        if not shape:
            return self.read(name)
        # As many whole rows at once as make a piece, of which the columns that are wanted are kept.
        rows, row = range(shape[0])[index[0]], max(1, math.prod(shape[1:]) * part.dtype.itemsize)
        count = max(1, _PIECE_BYTES // row)
        for first in range(0, len(rows), count):
            some = rows[first : first + count]
            piece = np.empty((len(some), *shape[1:]), part.dtype)
            self.content.read_at(self.spans[name][0] + some[0] * row, piece.reshape(-1).view("uint8"))
            part[first : first + len(some)] = piece[(slice(None), *index[1:])]
        return part

    def nbytes(self, name):
        """The bytes of an array, which is not read for it."""
        start, end = self.spans[name]
        return end - start

    def check_readable(self, name):
        """Reads the end of an array: the rest can be read then, since nothing in the file tells damage."""
        start, end = self.spans[name]
        if end > start:
            self.content.read_at(end - 1, bytearray(1))

    def _of_other_dtype(self, name, array):
        said = self.dtypes[name]
        dtype = np.dtype(getattr(ml_dtypes, said)) if said in _OF_ML_DTYPES else _plain_dtype(said)
        if dtype is None or array.dtype != np.uint8 or not array.ndim or array.shape[-1] != dtype.itemsize:
            raise ValueError(f"{name!r} in {self.path} cannot be of the dtype {said[:50]!r}.")
        return array.view(dtype).reshape(array.shape[:-1])


_OF_ML_DTYPES = {name for name in dir(ml_dtypes) if isinstance(getattr(ml_dtypes, name), type) and "info" not in name}


def _plain_dtype(name):
    try:
        dtype = np.dtype(name)
    except TypeError:
        return None
    return dtype if dtype.kind in "Scf" else None


class _FoundEntry(Entry):
    """The arrays of one object: pairs of a file and the name of a tensor."""

    def __getitem__(self, name):
        file, tensor = self.arrays[name]
        return file.read(tensor)

    def shape(self, name):
        file, tensor = self.arrays[name]
        return file.shape(tensor)

    def is_plain(self, name):
        file, tensor = self.arrays[name]
        return tensor not in file.dtypes

    def nbytes(self, name):
        file, tensor = self.arrays[name]
        return file.nbytes(tensor)

    def check_readable(self, name):
        file, tensor = self.arrays[name]
        file.check_readable(tensor)

    def slices(self, name):
        file, tensor = self.arrays[name]
        return Slices(file.shape(tensor), lambda index: file.read_part(tensor, index))


def _whole(name):
    return {name}


def _without_first(name):
    rest = name.partition("/")[2]
    return {name, rest} if "/" in rest else {name}  # the layer's name stays


class SafetensorsReader(HeldStore):
    """Arrays of a file, or of several; each is read from the disk when it is asked for.

    Args:
        file: Path of a `.safetensors` file, or of the map of several, which ends in `.safetensors.index.json`.
    """

    entry = _FoundEntry

    def __init__(self, file):
        safetensors.initialize()
        super().__init__(str(file))
        self.unplaced = {}
        with one_writer(self.file):
            for opened, tensors in self._files():
                self._take(opened, tensors)

    def _files(self):
        """Pairs of an open file and the names of the tensors to take from it."""
        if not self.file.endswith(INDEX):
            opened = _File(self.file)
            return [(opened, set(opened.tensors))]
        tensors = defaultdict(set)
        for tensor, shards in read_map(self.file).items():
            for shard in shards:
                tensors[shard].add(tensor)
        return [(_File(path_of_shard(self.file, shard)), wanted) for shard, wanted in sorted(tensors.items())]

    def _take(self, opened, tensors):
        missing = tensors.difference(opened.tensors)
        if missing:
            raise ValueError(f"{self.file} looks for {few(sorted(missing))} in {opened.path}, which has none.")
        for key, tensor in opened.places.items():
            if tensor in tensors:
                place, _, name = key.rpartition("/")
                self.entries[place].arrays[name] = (opened, tensor)
        self.unplaced |= {tensor: opened for tensor in tensors.difference(opened.places.values())}

    def place(self, objects):
        """Gives tensors of files that somebody else wrote to the variables of the same path.

        The first part of a path may differ: variables of a `Sequential` have its name there or not, as it was built.

        Args:
            objects: Pairs of a path in the file and the object that lives there.
        """
        if not self.unplaced:
            return
        objects = list(objects)
        wanted = {key: variable.path for key, variable in _numbered(objects).items()}
        for forms in (_whole, _without_first):
            self._match(wanted, forms)
        taken = {path for path, _ in objects}
        for tensor in list(self.unplaced):
            folder, _, name = tensor.rpartition("/")
            self._put(place_of(f"{folder}/." if folder in taken else folder), name, tensor)

    def _match(self, wanted, forms):
        """Places the tensors of which one form of the name is one of the wanted name, if there is a single one."""
        known = defaultdict(set)
        for tensor in self.unplaced:
            for form in forms(tensor):
                known[form].add(tensor)
        for key, path in list(wanted.items()):
            found = set().union(*(known[form] for form in forms(path)))
            if len(found) == 1 and found <= self.unplaced.keys():
                place, _, name = key.rpartition("/")
                self._put(place, name, found.pop())
                del wanted[key]

    def _put(self, place, name, tensor):
        self.entries[place].arrays[name] = (self.unplaced.pop(tensor), tensor)

    def close(self):
        """Lets go of the files."""
        self.entries.clear()
        self.unplaced.clear()

    def __exit__(self, *exception):
        self.close()


def SafetensorsStore(file, mode):
    """The writer or the reader of one file, as the other kinds of stores are made.

    Args:
        file: Path of the file.
        mode: `"r"` or `"w"`.
    """
    return SafetensorsReader(file) if mode == "r" else SafetensorsWriter(file)
