"""Arrays from files that hold Python objects: read without NumPy's pickles, so that no code of a file runs."""

import io
import pickle
import re
import zipfile

import numpy as np

_PLAIN_TYPE = re.compile(r"[|<>=]?([biufS]\d+|O8?)")


class _Type:
    """Stands for `numpy.dtype` in a pickle."""

    def __init__(self, name, *options):
        name = name.decode() if isinstance(name, bytes) else name
        if not isinstance(name, str) or not _PLAIN_TYPE.fullmatch(name):
            raise pickle.UnpicklingError(f"an array of type {name!r}")
        self.name = name

    def __setstate__(self, state):
        order = state[1].decode() if isinstance(state[1], bytes) else state[1]
        self.name = (order if order in ("<", ">") else "") + self.name.lstrip("|<>=")


class _Array:
    """Stands for `numpy.ndarray` in a pickle."""

    content = None

    def __setstate__(self, state):
        _, shape, kind, by_columns, data = state
        if not isinstance(kind, _Type):
            raise pickle.UnpicklingError("an array without a type")
        if isinstance(data, list):
            made = np.empty(len(data), object)
            made[:] = [plain(value) for value in data]
        else:
            made = np.frombuffer(data.encode("latin1") if isinstance(data, str) else data, kind.name).copy()
        self.content = made.reshape(shape, order="F" if by_columns else "C")


def _new_array(cls, shape, kind):
    if cls is not _Array:
        raise pickle.UnpicklingError("an object that is no array")
    return _Array()


def _encoded(text, encoding):
    """Bytes, as Python 3 writes them for Python 2."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"text in {encoding!r}")
    return text.encode(encoding)


_MODULES = ("numpy.core.multiarray", "numpy._core.multiarray")
_ALLOWED = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Type,
    ("_codecs", "encode"): _encoded,
    **{(module, "_reconstruct"): _new_array for module in _MODULES},
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name}, which is none of the parts of an array")
        return _ALLOWED[module, name]


def plain(value):
    """What a value of a pickle stands for."""
    return value.content if isinstance(value, _Array) else value


def unpickle(file, name, encoding="ASCII"):
    """Reads a pickle of lists, dicts, plain values and arrays.

    Args:
        file: A binary file object.
        name: The file, for messages.
        encoding: How texts of Python 2 are read; `"bytes"` leaves them as they are.

    Raises:
        ValueError: It is damaged, or holds other objects, which are not made.
    """
    try:
        made = _Unpickler(file, encoding=encoding).load()
        return {key: plain(value) for key, value in made.items()} if isinstance(made, dict) else plain(made)
    except Exception as error:  # damage shows itself in many ways
        raise ValueError(f"{name} is damaged, or holds what no file of this data set holds: {error}") from error


def read_npz(path):
    """Reads all arrays of an `.npz` file, those of objects as `unpickle` does.

    Args:
        path: Path of the file.

    Returns:
        Dict from name to array.

    Raises:
        ValueError: It is damaged, or holds objects that are no lists and plain values.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return {
                name.removesuffix(".npy"): _array_in(archive.read(name), f"{name} in {path}")
                for name in archive.namelist()
            }
    except zipfile.BadZipFile as error:
        raise ValueError(f"{path} is no whole `.npz` file. Remove it, so that it is downloaded again.") from error


def _array_in(content, name):
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = header(file)
    if not dtype.hasobject:
        return np.load(io.BytesIO(content), allow_pickle=False)
    array = unpickle(file, name)
    if not isinstance(array, np.ndarray) or array.shape != shape:
        raise ValueError(f"{name} is damaged: it holds no array of shape {shape}.")
    return array
