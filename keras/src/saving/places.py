"""Where a file is: a path, a URL, or a file object. What is not on this machine's disk is read and written by a copy there."""

import contextlib
import io
import os
import re
import shutil
import tempfile
import uuid
import zipfile

import h5py

from keras.src.saving import hub
from keras.src.saving.safetensors_store import SUFFIX
from keras.src.saving.shard_map import INDEX, shards_of
from keras.src.utils.extraction import inside
from keras.src.utils.module_utils import fsspec

_URL = re.compile(r"[A-Za-z][\w+.\-]*(::|://)")
_HERE = "file://"


def is_file_object(place):
    """Whether something is a file that is open, and no path."""
    return not isinstance(place, (str, bytes, os.PathLike)) and (hasattr(place, "read") or hasattr(place, "write"))


def path_of(place):
    """The path or URL, as a string; that of a `file://` URL is a path.

    Args:
        place: String, bytes or any kind of path.
    """
    path = str(place)
    if isinstance(place, (bytes, os.PathLike)) and not is_url(path):
        path = os.fsdecode(place)
    return path.removeprefix(_HERE)


def is_url(path):
    """Whether a path is the URL of something that is not on this machine's disk."""
    return _URL.match(path) is not None


def exists(path):
    """Whether there is a file or folder."""
    if hub.is_hub(path):
        return False  # a save is a commit, which replaces nothing for good
    return _Remote(path).exists() if is_url(path) else os.path.exists(path)


@contextlib.contextmanager
def reading(path):
    """Yields a path on this machine's disk with the content of `path`, and what lies beside it where it is a map of shards.

    Args:
        path: Path or URL of a file or folder.

    Raises:
        OSError: There is none.
    """
    if hub.is_hub(path):
        yield hub.fetch(path)
    elif is_url(path):
        with tempfile.TemporaryDirectory(prefix="keras-") as folder:
            yield _Remote(path).fetch(folder)
    else:
        yield path


@contextlib.contextmanager
def writing(path):
    """Yields a path on this machine's disk; what is there when the block ends without an error goes to `path`.

    Args:
        path: Path or URL of a file or folder.
    """
    if not is_url(path):
        yield path
        return
    place = hub.Upload(path) if hub.is_hub(path) else _Remote(path)
    with tempfile.TemporaryDirectory(prefix="keras-") as folder:
        yield place.prepare(folder)
        place.send(folder)


class _Remote:
    """A file or folder that `fsspec` reaches.

    Args:
        url: Its URL.
    """

    def __init__(self, url):
        self.url = url
        self.system, path = fsspec.core.url_to_fs(url)
        self.path = path.rstrip("/")
        self.folder, _, self.name = self.path.rpartition("/")

    def exists(self):
        return self.system.exists(self.path)

    def fetch(self, folder):
        """Copies it below a folder of this machine; returns the path there."""
        target = os.path.join(folder, self.name)
        if self.system.isdir(self.path):
            for path in self.system.find(self.path):
                self._get(path, inside(target, path[len(self.path) :].lstrip("/")))
            return target
        names = [name for name in (self.name, self.name + INDEX) if self.system.exists(self._beside(name))]
        if not names:
            raise FileNotFoundError(f"There is no file {self.url}.")
        self._fetch_with_shards(folder, names[:1])
        return target

    def _fetch_with_shards(self, folder, names):
        for name in names:
            self._get(self._beside(name), os.path.join(folder, name))
            for shard in shards_of(os.path.join(folder, name)) if name.endswith(".json") else ():
                self._get(self._beside(os.path.basename(shard)), shard)

    def _get(self, path, target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        self.system.get_file(path, target)

    def _beside(self, name):
        return f"{self.folder}/{name}"

    def prepare(self, folder):
        """The path below a folder of this machine to write to. A map of shards is there already, so that new shards take
        other names than those that are in use."""
        target = os.path.join(folder, self.name)
        self.old = {name for name in (self.name, self.name + INDEX) if self.system.isfile(self._beside(name))}
        for name in [name for name in self.old if name.endswith(".json")]:
            self._get(self._beside(name), os.path.join(folder, name))
            self.old |= {os.path.basename(shard) for shard in shards_of(os.path.join(folder, name))}
        return target

    def send(self, folder):
        """Puts what is in a folder of this machine into its place."""
        made = os.path.join(folder, self.name)
        if os.path.isdir(made):
            self._send_folder(made)
            return
        names = sorted(os.listdir(folder), key=lambda name: name.endswith(".json"))
        for name in names:
            self._put(os.path.join(folder, name), self._beside(name))
        for name in self.old.difference(names):
            with contextlib.suppress(FileNotFoundError):
                self.system.rm_file(self._beside(name))

    def _send_folder(self, made):
        old = set(self.system.find(self.path)) if self.system.isdir(self.path) else set()
        for at, _, names in os.walk(made):
            for name in names:
                local = os.path.join(at, name)
                remote = f"{self.path}/{os.path.relpath(local, made).replace(os.sep, '/')}"
                self._put(local, remote)
                old.discard(remote)
        for path in old:
            self.system.rm_file(path)

    def _put(self, local, remote):
        """Copies a file under another name first: half a file is never in the place of a whole one."""
        folder, _, name = remote.rpartition("/")
        temporary = f"{folder}/.{name}.{uuid.uuid4().hex[:8]}.tmp"
        try:
            self.system.put_file(local, temporary)
            self.system.mv(temporary, remote)
        except BaseException:
            with contextlib.suppress(Exception):
                self.system.rm_file(temporary)
            raise


# --- File objects


@contextlib.contextmanager
def writing_file(file, name):
    """Yields a path to write to; when the block ends without an error, the content goes to where a file object stands.

    Args:
        file: A binary file object, open for writing.
        name: What the file is called meanwhile.
    """
    check_binary(file, "write")
    with tempfile.TemporaryDirectory(prefix="keras-") as folder:
        path = os.path.join(folder, name)
        yield path
        with open(path, "rb") as made:
            shutil.copyfileobj(made, file)


@contextlib.contextmanager
def reading_file(file):
    """Yields the path of a copy of what a file object holds from where it stands, or as a whole where it stands at its end.

    The name of the copy says what kind of file it is. The file object stands where it did afterwards, if it can.

    Args:
        file: A binary file object, open for reading.
    """
    check_binary(file, "read")
    place = file.tell() if is_seekable(file) else None
    with tempfile.TemporaryDirectory(prefix="keras-") as folder:
        copy = os.path.join(folder, "copy")
        with open(copy, "wb") as target:
            shutil.copyfileobj(file, target)
            if not target.tell() and place:
                file.seek(0)
                shutil.copyfileobj(file, target)
        if place is not None:
            file.seek(place)
        path = os.path.join(folder, _name_by_content(copy, file))
        os.rename(copy, path)
        yield path


def is_seekable(file):
    """Whether a file object can be read from any place."""
    return hasattr(file, "seekable") and file.seekable()


def is_h5(path):
    """Whether a file is one of HDF5.

    Such a file may begin with a block of something else, behind which its signature is looked for: an archive is none,
    though what it holds may begin just there.
    """
    if not h5py.is_hdf5(path):
        return False
    with open(path, "rb") as content:
        return content.read(4) != b"PK\x03\x04"


def _name_by_content(path, file):
    if is_h5(path):
        with h5py.File(path, "r") as content:
            older = "layer_names" in content.attrs or "model_config" in content.attrs or "model_weights" in content
        return "model.h5" if older else "model.weights.h5"
    if zipfile.is_zipfile(path):
        return "model.keras"
    with open(path, "rb") as content:
        start = content.read(9)
    if start[8:] == b"{":
        return f"model{SUFFIX}"
    raise ValueError(f"What {file!r} holds from where it stands is no model and no weights: it begins with {start!r}.")


def check_binary(file, method):
    """Refuses a file object of text, and one that is not open for what it is needed for.

    Args:
        file: The file object.
        method: `"read"` or `"write"`.

    Raises:
        ValueError: It cannot serve.
    """
    able = getattr(file, "readable" if method == "read" else "writable", lambda: True)
    if isinstance(file, io.TextIOBase) or not hasattr(file, method) or not able():
        raise ValueError(
            f"A binary file object that is open to {method} was expected, such as `io.BytesIO()` or "
            f"`open(path, {'rb' if method == 'read' else 'wb'!r})`. Received: {file!r}"
        )
