"""Unpacks archives of others below a folder, never outside of it, and no more than a load may take (`load_budget`)."""

import bz2
import contextlib
import gzip
import lzma
import os
import re
import shutil
import stat
import tarfile
import zipfile
import zlib

from keras.src.utils import load_budget
from keras.src.utils.messages import cut
from keras.src.utils.safe_write import folder_beside

FORMATS = ("tar", "zip")
_PIECE_BYTES = 2**20
# What a member costs beside its content: a file of nothing takes a place on the disk as well.
_MEMBER_BYTES = 4096
_LONGEST_LINK = 4096
_UNPACKERS = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
_DAMAGE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,
    NotImplementedError,
)


def inside(folder, name):
    """The real path of what has a name in an archive, below the folder that it is unpacked to.

    Args:
        folder: Path of the folder.
        name: The name, with slashes.

    Raises:
        ValueError: The name, or a link on the way, leads out of the folder.
    """
    root, parts = os.path.realpath(folder), name.split("/")
    absolute = name.startswith("/") or re.match(r"[A-Za-z]:", name)
    strange = "\0" in name or (os.sep != "/" and os.sep in name)
    target = root
    if not absolute and not strange and ".." not in parts:
        target = os.path.normpath(os.path.join(os.path.realpath(os.path.join(root, *parts[:-1])), parts[-1]))
    if not _is_below(target, root):
        raise ValueError(f"{name!r} points out of the archive: it would be written outside of {folder}.")
    return target


def _is_below(path, root):
    return path.startswith(root + os.sep)


def extract(path, folder, formats=FORMATS):
    """Unpacks an archive into a folder.

    Files that were there and are not in the archive stay. Everything is unpacked beside the folder first: an archive that
    is refused changes nothing.

    Args:
        path: Path of the archive.
        folder: Path of the folder, which is made where there is none.
        formats: Which of `"tar"` (also compressed by gzip, bzip2 or xz) and `"zip"` it may be.

    Raises:
        ValueError: It is none of these, or damaged; a member would be written outside of the folder, or is a device, or is
            larger than a load may take.
    """
    path = os.fspath(path)
    opened = next((_OPENERS[each] for each in formats if _IS_ONE[each](path)), None)
    if opened is None:
        raise ValueError(
            f"{path} is no archive that can be unpacked: expected one of the formats {list(formats)} ('tar' also compressed "
            "by gzip, bzip2 or xz)."
        )
    with folder_beside(folder) as beside:
        made = os.path.join(beside, "made")
        os.mkdir(made)
        with load_budget.budget_for(lambda: os.path.getsize(path), path), _telling_damage(path), opened(path) as unpack:
            unpack(made)
        _check_links(made)
        _move_into(made, folder)


@contextlib.contextmanager
def _telling_damage(path):
    try:
        yield
    except (*_DAMAGE, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ValueError(f"The archive {path} is damaged, or was cut off ({cut(str(error))}).") from error


def _check_links(folder):
    """Refuses links that lead out of a folder, as they do once all of them are there."""
    for at, folders, files in os.walk(folder):
        for each in (os.path.join(at, name) for name in (*folders, *files)):
            if os.path.islink(each) and not _is_below(os.path.realpath(each) + os.sep, os.path.realpath(folder)):
                name = os.path.relpath(each, folder)
                raise ValueError(f"The link {name!r} to {os.readlink(each)!r} points out of the folder of the archive.")


def _move_into(made, folder):
    if not os.path.isdir(folder):
        _free(folder)
        os.rename(made, folder)
        return
    for at, folders, files in os.walk(made):
        target = os.path.normpath(os.path.join(folder, os.path.relpath(at, made)))
        for name in folders:
            place = os.path.join(target, name)
            if os.path.islink(os.path.join(at, name)):
                _free(place)
                os.rename(os.path.join(at, name), place)
            elif os.path.islink(place) or not os.path.isdir(place):
                _free(place)
                os.mkdir(place)
        for name in files:
            _free(os.path.join(target, name), keep_file=True)
            os.replace(os.path.join(at, name), os.path.join(target, name))


def _free(path, keep_file=False):
    """Removes what stands in the way of a member."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif not keep_file and os.path.lexists(path):
        os.remove(path)


# --- What members become


def _make_folder(folder, name):
    if name.strip("./"):
        os.makedirs(inside(folder, name.rstrip("/")), exist_ok=True)


def _make_file(folder, name, source, mode):
    place = _prepared(folder, name)
    with open(place, "wb") as target:
        while piece := source.read(_PIECE_BYTES):
            target.write(piece)
    if mode & 0o100:  # a program
        os.chmod(place, os.stat(place).st_mode | 0o111)


def _make_link(folder, name, target):
    place = _prepared(folder, name)
    led = os.path.realpath(os.path.join(os.path.dirname(place), target))
    if os.path.isabs(target) or not _is_below(led + os.sep, os.path.realpath(folder)):
        raise ValueError(f"The link {name!r} to {target!r} points out of the folder of the archive.")
    os.symlink(target, place)


def _make_hard_link(folder, name, target):
    source = os.path.realpath(inside(folder, target))
    if not _is_below(source, os.path.realpath(folder)) or not os.path.isfile(source):
        raise ValueError(f"The link {name!r} to {target!r} points at no file of the archive.")
    place = _prepared(folder, name)
    if place != source:
        load_budget.spend(os.path.getsize(source), "unpacked", name)
        shutil.copyfile(source, place)


def _prepared(folder, name):
    """Where a member goes; what an earlier member of that name left there is gone, above all a link."""
    place = inside(folder, name)
    os.makedirs(os.path.dirname(place), exist_ok=True)
    if os.path.isdir(place) and not os.path.islink(place):
        raise ValueError(f"The archive holds {name!r} as a folder and as a file.")
    _free(place)
    return place


# --- Archives of tar


class _Counted:
    """A file object of which no more is read than a load may take; headers may claim any length."""

    def __init__(self, file, name):
        self.file = file
        self.name = name

    def read(self, count=-1):
        """Reads `count` bytes, which are counted before."""
        load_budget.spend(max(count, 0), "read", self.name)
        return self.file.read(count)

    def seek(self, *place):
        """Goes to another place; see `io.IOBase.seek`."""
        return self.file.seek(*place)

    def tell(self):
        """The place where the next byte is read."""
        return self.file.tell()


@contextlib.contextmanager
def _unpacked(path):
    """File object on the bytes of an archive without its compression."""
    with open(path, "rb") as file:
        start = file.read(6)
    opener = next((opener for magic, opener in _UNPACKERS.items() if start.startswith(magic)), open)
    with opener(path, "rb") as file:
        yield _Counted(file, path)


def _is_tar(path):
    try:
        with load_budget.budget_for(lambda: os.path.getsize(path), path), _unpacked(path) as file:
            tarfile.open(fileobj=file, mode="r:").close()
    except (*_DAMAGE, OSError):
        return False
    return True


@contextlib.contextmanager
def _tar(path):
    with _unpacked(path) as file, tarfile.open(fileobj=file, mode="r:") as archive:
        yield lambda folder: _unpack_tar(archive, folder)


def _unpack_tar(archive, folder):
    for member in archive:
        load_budget.spend(_MEMBER_BYTES + (member.size if member.isfile() else 0), "unpacked", member.name)
        if member.isdir():
            _make_folder(folder, member.name)
        elif member.isfile():
            _make_file(folder, member.name, archive.extractfile(member), member.mode)
        elif member.issym():
            _make_link(folder, member.name, member.linkname)
        elif member.islnk():
            _make_hard_link(folder, member.name, member.linkname)
        else:
            raise ValueError(f"The archive holds {member.name!r}, which is a device or a pipe.")


# --- Archives of zip


@contextlib.contextmanager
def _zip(path):
    with zipfile.ZipFile(path) as archive:
        yield lambda folder: _unpack_zip(archive, path, folder)


def check_overlap(archive, path):
    """Refuses a zip file whose members share their bytes, so that few of them become many.

    Args:
        archive: A `zipfile.ZipFile`.
        path: Its path, or file object.
    """
    packed = sum(info.compress_size for info in archive.infolist())
    if packed > load_budget.size_of(path):
        raise ValueError(f"Members of {path} overlap: {packed} bytes in a file of {load_budget.size_of(path)}.")


def _unpack_zip(archive, path, folder):
    check_overlap(archive, path)
    for member in archive.infolist():
        load_budget.check_item(member.file_size, member.compress_size, f"{member.filename} in {path}")
        load_budget.spend(_MEMBER_BYTES + member.file_size, "unpacked", member.filename)
        mode = member.external_attr >> 16
        if member.is_dir():
            _make_folder(folder, member.filename)
        elif stat.S_ISLNK(mode):
            _make_link(folder, member.filename, _link_in(archive, member))
        elif stat.S_IFMT(mode) in (0, stat.S_IFREG):
            with archive.open(member) as source:
                _make_file(folder, member.filename, source, mode)
        else:
            raise ValueError(f"The archive holds {member.filename!r}, which is no regular file.")


def _link_in(archive, member):
    if member.file_size > _LONGEST_LINK:
        raise ValueError(f"The link {member.filename!r} is {member.file_size} bytes long.")
    return os.fsdecode(archive.read(member))


_IS_ONE = {"tar": _is_tar, "zip": zipfile.is_zipfile}
_OPENERS = {"tar": _tar, "zip": _zip}
