"""Files that are downloaded once and kept."""

import contextlib
import hashlib
import os
import tempfile
import urllib.parse

from keras.src.api_export import keras_export
from keras.src.backend.config import config_path
from keras.src.utils.download import download
from keras.src.utils.extraction import FORMATS
from keras.src.utils.extraction import extract as unpack
from keras.src.utils.io_utils import print_msg
from keras.src.utils.safe_write import alone_with, telling_failure
from keras.src.utils.warning_utils import warn

_ALGORITHMS = ("auto", "md5", "sha256")
_PIECE_BYTES = 2**20


@keras_export("keras.utils.get_file")
def get_file(
    fname=None,
    origin=None,
    untar=False,
    md5_hash=None,
    file_hash=None,
    cache_subdir="datasets",
    hash_algorithm="auto",
    extract=False,
    archive_format="auto",
    cache_dir=None,
    force_download=False,
):
    """Downloads a file from a URL, unless it is in the cache already, and returns its path.

    The file takes its place when it is whole and its hash is right, so that a failure leaves what was there before. A
    connection that breaks is opened again and goes on where it was. Of several processes that ask for one file, one
    downloads it. An archive is unpacked into its own folder; one with names or links that lead out of it, with
    devices, or that would grow beyond `KERAS_LOAD_LIMIT`, is refused.

    Args:
        fname: Name of the file in the cache, without a path; by default the last part of the URL.
        origin: The URL: `http://`, `https://`, `ftp://` or `file://`.
        untar: The same as `extract=True`.
        md5_hash: The same as `file_hash`, by MD5.
        file_hash: The hash that the file must have, in hexadecimal digits; a file in the cache that has another one is
            downloaded again.
        cache_subdir: Folder in the cache.
        hash_algorithm: `"md5"`, `"sha256"`, or `"auto"`, which is known by the length of `file_hash`.
        extract: Whether the file is an archive that is to be unpacked.
        archive_format: `"tar"` (with gzip, bzip2, xz or nothing), `"zip"`, a list of these, or `"auto"` for both.
        cache_dir: The cache; by default the folder that the environment variable `KERAS_HOME` names, else `~/.keras`.
        force_download: Whether to download what is there already.

    Returns:
        Path of the file, as a string; with `extract` or `untar` that of the folder with the content of the archive, which
        is `fname` up to its first dot followed by `_extracted`, or just `fname` where that has no dot or was not given.

    Raises:
        OSError: The file cannot be downloaded or written.
        ValueError: An argument is wrong, the downloaded file has another hash, or the archive is refused.

    Example:

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> (folder / "letters.txt").write_text("abc")
    3
    >>> path = keras.utils.get_file(origin=(folder / "letters.txt").as_uri(), cache_dir=folder / "cache")  # doctest: +ELLIPSIS
    Downloading data from file:...
    >>> pathlib.Path(path).read_text()
    'abc'
    """
    name = _file_name(fname, origin)
    digest = _Digest(file_hash or md5_hash, "md5" if md5_hash and not file_hash else hash_algorithm)
    formats = _formats(archive_format) if extract or untar else None
    folder = _cache_folder(cache_dir, cache_subdir, name)
    if formats is None:
        return _fetched(os.path.join(folder, name), origin, digest, force_download)
    archive, target = _archive_and_folder(folder, name, given=bool(fname))
    _fetched(archive, origin, digest, force_download, formats, target)
    return target


def _file_name(fname, origin):
    if not origin:
        raise ValueError(
            f"Pass `origin`, the URL of the file to download. Received: fname={fname!r}, origin={origin!r}"
        )
    name = os.fspath(fname) if fname else os.path.basename(urllib.parse.urlsplit(os.fspath(origin)).path)
    if not name:
        raise ValueError(f"The URL {origin!r} does not end with the name of a file. Pass `fname`.")
    if name != os.path.basename(name) or name in (".", "..") or "\\" in name:
        raise ValueError(
            "`fname` is the name of a file, and no path: `cache_dir` and `cache_subdir` say in which folder it is. "
            f"Received: fname={name!r}"
        )
    return name


def _formats(archive_format):
    formats = [archive_format] if isinstance(archive_format, str) else list(archive_format or ())
    formats = list(FORMATS) if formats == ["auto"] else formats
    if not formats or not set(formats) <= set(FORMATS):
        raise ValueError(
            f"`archive_format` must be 'auto', one of {FORMATS}, or a list of these, for an archive that is to be unpacked. "
            f"Received: {archive_format!r}"
        )
    return formats


def _archive_and_folder(folder, name, given):
    """Where an archive is kept, and where its content goes."""
    if given and "." in name:
        return os.path.join(folder, name), os.path.join(folder, f"{name.partition('.')[0]}_extracted")
    return os.path.join(folder, f"{name}_archive"), os.path.join(folder, name)


# --- The cache


def _cache_folder(cache_dir, subdir, name):
    home = os.path.expanduser(os.fspath(cache_dir or os.path.dirname(config_path())))
    folder = os.path.join(home, os.fspath(subdir))
    with contextlib.suppress(OSError):
        os.makedirs(folder, exist_ok=True)
    if os.path.exists(os.path.join(folder, name)) or os.access(folder, os.W_OK | os.X_OK):
        return folder
    folder = os.path.join(tempfile.gettempdir(), ".keras", os.fspath(subdir))
    warn(f"The folder {home} cannot be written to: {folder} serves instead.")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and os.stat(folder).st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to another user, and {home} cannot be written to. Pass `cache_dir`.")
    return folder


def _fetched(path, origin, digest, force, formats=None, target=None):
    """The path of a file of the cache, which is there and right when this returns, and so is what is unpacked from it."""
    if not force and _is_there(path, target, digest):
        return path
    with alone_with(path) as part:
        fresh = force or not (os.path.isfile(path) and digest.is_right(path))
        if fresh:
            _download(origin, part, path, digest)
        if target is not None and (fresh or not os.path.isdir(target)):
            with telling_failure(target):
                unpack(path, target, formats)
    return path


def _is_there(path, target, digest):
    if not os.path.isfile(path) or (target is not None and not os.path.isdir(target)):
        return False
    right = digest.is_right(path)
    if not right:
        print_msg(
            f"{path} is in the cache, but its {digest.algorithm} hash is not the one that was expected: it is outdated or "
            "incomplete, and downloaded again."
        )
    return right


def _download(origin, part, path, digest):
    """Puts a file into its place. Without a hash nobody could tell whether what an earlier call left is its beginning."""
    resumed = os.path.exists(part) and bool(digest.expected)
    if not resumed:
        _remove_file(part)
    with telling_failure(path), _kept(part, bool(digest.expected)):
        download(origin, part)
        if resumed and not digest.is_right(part):
            _remove_file(part)
            download(origin, part)
    if not digest.is_right(part):
        found = digest.of(part)
        os.remove(part)
        raise ValueError(
            f"Incomplete or corrupted file detected. The {digest.algorithm} file hash of {origin} is {found}, and does not "
            f"match the provided value of {digest.expected}."
        )
    os.replace(part, path)


def _remove_file(path):
    with contextlib.suppress(FileNotFoundError):
        os.remove(path)


@contextlib.contextmanager
def _kept(part, useful):
    """Context that removes a file where it fails, unless it is of use to a later call."""
    try:
        yield
    except BaseException:
        if not useful:
            _remove_file(part)
        raise


class _Digest:
    """A hash that files are to have.

    Args:
        expected: Its hexadecimal digits; without any, every file is right.
        algorithm: The name of how it is made.
    """

    def __init__(self, expected, algorithm):
        self.expected = expected
        self.algorithm = str(algorithm).lower()
        if self.algorithm not in _ALGORITHMS:
            raise ValueError(f"`hash_algorithm` must be one of {_ALGORITHMS}. Received: {algorithm!r}")
        if self.algorithm == "auto":
            self.algorithm = "sha256" if len(expected or "") == 64 else "md5"

    def is_right(self, path):
        """Whether a file has it."""
        return not self.expected or self.of(path) == self.expected.lower()

    def of(self, path):
        """What a file has instead, as hexadecimal digits."""
        made = hashlib.new(self.algorithm, usedforsecurity=False)
        with open(path, "rb") as file:
            while piece := file.read(_PIECE_BYTES):
                made.update(piece)
        return made.hexdigest()
