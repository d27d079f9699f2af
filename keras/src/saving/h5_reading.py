"""Reading HDF5 files of strangers: nothing outside of the file, no bombs, and damage is told as an `OSError`."""

import contextlib
import math
import mmap
import os
import re
import weakref

import h5py
import ml_dtypes
import numpy as np

from keras.src.utils import load_budget
from keras.src.utils.messages import cut, shown

# --- Files


def open_h5(file, mode):
    """Opens an HDF5 file; the error of a file that cannot be read says what is wrong with which file."""
    if mode == "r" and not hasattr(file, "read"):
        check_regular(file)
    try:
        opened = h5py.File(file, mode)
        if hasattr(file, "read"):
            _sources[_number_of(opened)] = file
        return opened
    except FileNotFoundError:
        raise
    except OSError as error:
        if mode != "r":
            raise
        raise OSError(
            f"Cannot read {file}: it is not a whole HDF5 file, perhaps cut off or damaged ({error})."
        ) from error


def check_regular(path):
    """Refuses what is there, but no regular file: a pipe would be waited for, a device might never end.

    Raises:
        OSError: It is a folder, pipe, socket or device.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        raise OSError(f"Cannot read {path}: it is no regular file.")


@contextlib.contextmanager
def telling_damage(file):
    """Context of calls of the HDF5 library, which says by a `RuntimeError`, `KeyError`, ... that it could not read."""
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:
        raise OSError(f"Cannot read {_name(file)}: it is damaged ({cut(str(error))}).") from error


def _name(file):
    name = file.file.filename if isinstance(file, (h5py.Group, h5py.Dataset)) else file
    return name.decode() if isinstance(name, bytes) else name


# --- Members


def names_in(group):
    """The names of the members of a group."""
    with telling_damage(group):
        return list(group)


def own_member(group, name, kind):
    """A member of a group of an HDF5 file that lies in this very file.

    Raises:
        ValueError: There is none, or it is a link to somewhere else, or of another kind.
        OSError: The file is damaged.
    """
    if not has_member(group, name):
        raise ValueError(f"There is no {name!r} in {group.name} of {group.file.filename}.")
    with telling_damage(group):
        member = group[name] if is_of_this_file(group, name) else None
    if not isinstance(member, kind):
        raise ValueError(f"{name!r} in {group.name} of {group.file.filename} is not a plain {kind.__name__.lower()}.")
    return member


def has_member(group, name):
    """Whether a group has a member of this name, wherever that lies: a link is not followed, so no other file is opened."""
    with telling_damage(group):
        return group.id.links.exists(name.encode())


def is_of_this_file(group, name):
    """Whether a member of a group is no link to somewhere else; such a link is not followed."""
    with telling_damage(group):
        return group.id.links.get_info(name.encode()).type == h5py.h5l.TYPE_HARD


def read_group(group, path):
    """The group at a path below another, None where there is none; links to elsewhere are refused."""
    for part in path.split("/"):
        if not has_member(group, part):
            return None
        group = own_member(group, part, h5py.Group)
    return group


# --- Values


_PIECE_BYTES = 2**24


def read_dataset(group, name, is_counted=False):
    """Reads an array that lies in this very file, and is no larger than its stored bytes can explain.

    Args:
        group: A group of an HDF5 file.
        name: Name of the dataset.
        is_counted: Whether the load has counted its bytes already.

    Raises:
        ValueError: There is no such dataset, or it refers to another file, or is a bomb.
        OSError: The file is damaged.
    """
    dataset = own_member(group, name, h5py.Dataset) if is_counted else _counted(group, name)
    with telling_damage(group):
        array = dataset[()]
    special = read_attribute(dataset, "dtype")
    return np.asarray(array) if special is None else viewed_as(np.asarray(array), special)


def check_readable(group, name):
    """Finds out whether an array can be read, and keeps nothing of it; arguments and errors as of `read_dataset`.

    One that is packed, or has sums that tell damage, is read piece by piece; of others only the end is.
    """
    dataset = _counted(group, name)
    if not dataset.nbytes or not dataset.shape:
        return
    if dataset.chunks is None and dataset.id.get_offset() is not None:
        with telling_damage(group):
            dataset[(-1,) * dataset.ndim]
        return
    rows = max(1, _PIECE_BYTES * len(dataset) // dataset.nbytes)
    with telling_damage(group):
        for start in range(0, len(dataset), rows):
            dataset[start : start + rows]


def read_part(group, name, index):
    """Reads a part of an array of which `check_readable` knows that it can be read.

    Args:
        group: A group of an HDF5 file.
        name: Name of the dataset.
        index: Tuple of slices, one for each axis.
    """
    dataset = own_member(group, name, h5py.Dataset)
    with telling_damage(group):
        return np.asarray(dataset[index])


def _counted(group, name):
    """A dataset that may be read, its bytes counted."""
    dataset = own_member(group, name, h5py.Dataset)
    with telling_damage(group):
        elsewhere = dataset.external or dataset.is_virtual
        stored, claimed, shape = dataset.id.get_storage_size(), dataset.nbytes, dataset.shape
    where = f"{dataset.name} in {group.file.filename}"
    if elsewhere:
        raise ValueError(f"{where} refers to data in other files, which is not allowed.")
    if shape is None:
        raise ValueError(f"{where} is empty, and has not even a shape.")
    load_budget.check_item(claimed, stored, where)
    load_budget.spend(claimed, "read", f"the array {dataset.name}")
    return dataset


def kind_of(dataset):
    """The kind of what a dataset holds, as in `numpy.dtype.kind`, but `"O"` for records; and the bytes of all of it."""
    with telling_damage(dataset):
        dtype = dataset.dtype
        return "O" if dtype.names else dtype.kind, dataset.nbytes


def is_plain(dataset):
    """Whether the numbers of a dataset lie in the file as they are: what is packed may turn out to be damaged."""
    with telling_damage(dataset):
        packed = dataset.chunks is not None or dataset.external or dataset.is_virtual or "dtype" in dataset.attrs
        return not packed and dataset.dtype.kind in "biufc"


def viewed_as(array, name):
    """The bytes of an array as a dtype that NumPy lacks.

    Raises:
        ValueError: There is no such dtype, or it has another size.
    """
    dtype = getattr(ml_dtypes, name, None) if isinstance(name, str) else None
    if not (isinstance(dtype, type) and issubclass(dtype, np.generic)) or array.dtype.hasobject:
        raise ValueError(f"{shown(name)} is no dtype in which weights are stored.")
    if np.dtype(dtype).itemsize != array.dtype.itemsize:
        raise ValueError(f"What is stored as {array.dtype} cannot be {name}: that has another size.")
    return array.view(dtype)


def read_attribute(item, name):
    """The value of an attribute of a file, group or dataset; None where it has none."""
    with telling_damage(item):
        if name not in item.attrs:
            return None
        handle = item.attrs.get_id(name)
        size, is_text = math.prod(handle.shape or ()) * handle.dtype.itemsize, handle.dtype.hasobject
    load_budget.spend(size, "read", f"the attribute {name!r}")
    if is_text:
        _check_heaps_of(item.file)
    with telling_damage(item):
        return item.attrs[name]


# --- Heaps


_HEAP = b"GCOL\x01\x00\x00\x00"
_HEADER, _OBJECT = 16, 16
# What was opened as a file object, by the number that HDF5 gives to each opened file; and the number of the last one checked.
_sources = weakref.WeakValueDictionary()
_checked = None


def _number_of(file):
    with telling_damage(file):
        return h5py.h5o.get_info(file.id).fileno


def _check_heaps_of(file):
    """Checks each collection of texts ("global heap") in a file, once: the library follows the sizes in it without asking
    whether they lead on, perhaps for ever."""
    global _checked
    number = _number_of(file)
    if number == _checked:
        return
    source = _sources.get(number)
    if source is None:
        with open(file.filename, "rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
            _check_heaps(content, file.filename)
    else:
        _check_heaps(_content_of(source), source)
    _checked = number


def _content_of(file):
    if hasattr(file, "getvalue"):
        return file.getvalue()
    place = file.tell()
    file.seek(0)
    content = file.read()
    file.seek(place)
    return content


def _check_heaps(content, name):
    for found in re.finditer(_HEAP, content):
        place = found.start()
        size = int.from_bytes(content[place + 8 : place + _HEADER], "little")
        if size <= len(content) - place and not _leads_on(content, place + _HEADER, place + size):
            raise OSError(f"Cannot read {name}: it is damaged (the sizes of texts lead nowhere).")


def _leads_on(content, place, end):
    """Whether the objects of a collection, each of which says how long it is, follow one another to its end."""
    while end - place >= _OBJECT:
        index = int.from_bytes(content[place : place + 2], "little")
        size = int.from_bytes(content[place + 8 : place + _OBJECT], "little")
        length = size if index == 0 else _OBJECT + -(-size // 8) * 8
        if not 0 < length <= end - place:
            return False
        place += length
    return True
