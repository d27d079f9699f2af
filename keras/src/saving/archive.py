"""The `.keras` archive: a zip file (or a folder) with a config, metadata, weights and perhaps assets."""

import contextlib
import io
import os
import struct
import zipfile
import zlib

from keras.src.utils import load_budget
from keras.src.utils.extraction import check_overlap, inside
from keras.src.utils.file_section import FileSection
from keras.src.utils.messages import cut, few
from keras.src.utils.safe_write import one_writer

METADATA = "metadata.json"
CONFIG = "config.json"
WEIGHTS = "model.weights"
ASSETS = "assets"

_PIECE_BYTES = 2**20
# Bytes from which on a member is read where it stands.
_LARGE = 2**26
_ENCRYPTED = 1
# What stands before a member in the archive; the numbers are the lengths of the name and of the extra field that follow.
_HEADER = struct.Struct("<26xHH")


class ZipReader:
    """Reads the members of an archive.

    Args:
        file: A path or a file object.

    Raises:
        ValueError: The file is no zip file.
    """

    def __init__(self, file):
        try:
            self.zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError) as error:
            raise ValueError(
                f"Cannot read {file}: it is not a whole `.keras` zip file, perhaps cut off or damaged."
            ) from error
        self.file = file
        try:
            check_overlap(self.zip, file)
        except ValueError:
            self.zip.close()
            raise

    def one_generation(self):
        """Context in which all reads see the same save; always so with an open file."""
        return contextlib.nullcontext()

    def names(self):
        """The names of all members."""
        return self.zip.namelist()

    def read(self, name):
        """The bytes of a member.

        Raises:
            ValueError: The archive has no such member, or it is damaged, or it is a bomb.
        """
        with self._opened(name) as member:
            return member.read()

    @contextlib.contextmanager
    def _opened(self, name):
        """Context with a file object that unpacks a member while it is read; errors as of `read`."""
        try:
            info = self.zip.getinfo(name)
        except KeyError as error:
            raise ValueError(
                f"{self.file} is not a `.keras` file: it holds no {name}, only {few(self.names())}."
            ) from error
        load_budget.check_item(info.file_size, info.compress_size, f"{name} in {self.file}")
        load_budget.spend(info.file_size, "unpacked", name)
        try:
            with self.zip.open(info) as member:
                yield member
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
            raise ValueError(f"{name} in {self.file} is damaged ({cut(str(error))}).") from error

    def open(self, name):
        """A file object on the bytes of a member; of a large one that is not packed they stay in the archive."""
        return self._section(name) or io.BytesIO(self.read(name))

    def _section(self, name):
        """The part of the archive that a large member is, `None` where it must be unpacked or is small."""
        info = self.zip.NameToInfo.get(name)
        is_plain = info is not None and info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & _ENCRYPTED
        if not is_plain or info.file_size < _LARGE or not isinstance(self.file, (str, os.PathLike)):
            return None
        for _ in self._pieces(name):
            pass  # A sum in the archive tells damage, when all has been read.
        header = bytearray(_HEADER.size)
        whole = FileSection(self.file)
        whole.read_at(info.header_offset, header)
        section = FileSection(self.file, info.header_offset + len(header) + sum(_HEADER.unpack(header)), info.file_size)
        with whole:
            if whole.is_of(self.zip.fp) and section.is_of(self.zip.fp):
                return section
        section.close()
        return None

    def path_of(self, name, folder):
        """Path of a file with the bytes of a member, which is written into a folder piece by piece."""
        path = os.path.join(folder, os.path.basename(name))
        with open(path, "wb") as target:
            target.writelines(self._pieces(name))
        return path

    def _pieces(self, name):
        with self._opened(name) as member:
            while piece := member.read(_PIECE_BYTES):
                yield piece

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.zip.close()


class FolderReader:
    """Reads the files of an archive that was not zipped.

    Args:
        folder: Path of the folder.
    """

    def __init__(self, folder):
        self.file = str(folder)

    def one_generation(self):
        """Context in which all reads see the same save: nobody puts another folder in the place of this one."""
        return one_writer(self.file)

    def names(self):
        """The paths of all files, relative to the folder."""
        found = (os.path.relpath(os.path.join(at, f), self.file) for at, _, files in os.walk(self.file) for f in files)
        return [name.replace(os.sep, "/") for name in found]

    def read(self, name):
        """The bytes of a file.

        Raises:
            ValueError: There is no such file, or it is none of this folder.
        """
        path = os.path.join(self.file, name)
        if not os.path.lexists(path):
            raise ValueError(f"{self.file} is not a saved model: it holds no {name}, only {few(self.names())}.")
        check_belongs(path, self.file)
        load_budget.spend(os.path.getsize(path), "unpacked", name)
        with open(path, "rb") as file:
            return file.read()

    def open(self, name):
        """A file object on the bytes of a file; those of a large one stay on disk."""
        path = os.path.join(self.file, name)
        if os.path.isfile(path) and os.path.getsize(path) >= _LARGE:
            check_belongs(path, self.file)
            load_budget.spend(os.path.getsize(path), "read", name)
            return FileSection(path)
        return io.BytesIO(self.read(name))

    def check_links(self):
        """Checks the files that others are going to read.

        Raises:
            ValueError: One of them is none of this folder.
        """
        for name in self.names():
            check_belongs(os.path.join(self.file, name), self.file)

    def path_of(self, name, folder):
        """Path of the file itself, which is one of this folder."""
        path = os.path.join(self.file, name)
        check_belongs(path, self.file)
        return path

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass


def check_belongs(path, *folders):
    """Refuses a file that is a link to somewhere else, or a pipe or device, which might never end.

    Args:
        path: Path of the file.
        folders: Folders, in one of which, or below, it must be.

    Raises:
        ValueError: It is not there, or is no regular file.
    """
    real, roots = os.path.realpath(path), [os.path.realpath(folder) for folder in folders]
    for root in list(roots):
        if os.path.basename(os.path.dirname(root)) == "snapshots":
            # The cache of Hugging Face's hub: files are links to `blobs`, beside the folder of snapshots.
            roots.append(os.path.join(os.path.dirname(os.path.dirname(root)), "blobs"))
    if not any(real.startswith(allowed + os.sep) for allowed in roots):
        raise ValueError(f"{path} is a link to {real}, outside of the saved model, which is not allowed.")
    if not os.path.isfile(real):
        raise ValueError(f"{path} is no regular file, as the files of a saved model are.")


def extract_assets(reader, folder):
    """Writes the assets of an archive below a folder, never outside of it.

    Returns:
        Whether there are any.
    """
    names = [name for name in reader.names() if name.startswith(f"{ASSETS}/") and not name.endswith("/")]
    for name in names:
        target = inside(folder, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(reader.read(name))
    return bool(names)


def write_zip(file, folder):
    """Zips the files of a folder, uncompressed: weights do not get smaller.

    Args:
        file: A path or a file object.
        folder: Path of the folder.
    """
    first = [METADATA, CONFIG]
    names = FolderReader(folder).names()
    with zipfile.ZipFile(file, "w") as archive:
        for name in sorted(names, key=lambda name: (first.index(name) if name in first else len(first), name)):
            archive.write(os.path.join(folder, name), name)


class AssetFolders:
    """A folder for the assets of each object, by path.

    Args:
        root: Path of the folder that holds them.
    """

    def __init__(self, root):
        self.root = root

    def make(self, path):
        """Creates and returns the folder of the object at a path."""
        folder = self.get(path)
        os.makedirs(folder, exist_ok=True)
        return folder

    def get(self, path):
        """The folder of the object at a path; it need not exist."""
        return os.path.join(self.root, ASSETS, *path.split("/")) if path else os.path.join(self.root, ASSETS)

    def forget_empty(self):
        """Removes the folders that nobody wrote to."""
        for folder, _, _ in os.walk(self.root, topdown=False):
            if folder != self.root:
                with contextlib.suppress(OSError):
                    os.rmdir(folder)
