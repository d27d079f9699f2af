"""Files are written beside their place and then moved there, so that a failure leaves the old file whole."""

import contextlib
import ctypes
import os
import re
import shutil
import threading
import uuid

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

# Threads that write to one path put their files into its place one after the other.
ONE_WRITER = threading.RLock()


def _place_beside(path):
    """The real path of `path`, and a fresh name in the same folder."""
    path = os.path.realpath(os.fspath(path))
    folder, name = os.path.split(path)
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"Cannot write {path}: the folder {folder} does not exist. Create it first.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(f"Cannot write {path}: the folder {folder} cannot be written to. Choose another one.")
    _remove_stale(folder, name)
    return path, os.path.join(folder, f".{name}.{os.getpid()}-{uuid.uuid4().hex[:8]}.tmp")


def _remove_stale(folder, name):
    """Removes what writers of the same name left beside it that were killed."""
    pattern = re.compile(rf"\.{re.escape(name)}\.(\d+)-[0-9a-f]{{8}}\.tmp")
    for entry in os.listdir(folder):
        found = pattern.fullmatch(entry)
        if found and not _is_alive(int(found.group(1))):
            _remove(os.path.join(folder, entry))


def _is_alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(FileNotFoundError):
            os.remove(path)


@contextlib.contextmanager
def replacing(path):
    """Yields a path to write a file (or folder) to; it takes the place of `path` when the block ends without an error.

    Args:
        path: Where the file shall be.
    """
    path, temporary = _place_beside(path)
    try:
        yield temporary
        with one_writer(path):
            if os.path.isdir(path) and os.path.isdir(temporary):
                _exchange(temporary, path)
            else:
                os.replace(temporary, path)
    finally:
        _remove(temporary)


_locked = set()


@contextlib.contextmanager
def one_writer(path):
    """Context in which no other thread, and on POSIX no other process, puts files into the folder of a path.

    Args:
        path: Path of a file or folder.
    """
    folder = os.path.dirname(os.path.realpath(path))
    with ONE_WRITER, contextlib.ExitStack() as stack:
        if fcntl is not None and folder not in _locked:
            with contextlib.suppress(OSError):  # some file systems have no locks
                opened = os.open(folder, os.O_RDONLY)
                stack.callback(os.close, opened)
                fcntl.flock(opened, fcntl.LOCK_EX)
            _locked.add(folder)
            stack.callback(_locked.discard, folder)
        yield


_EXCHANGE = 2  # RENAME_EXCHANGE of Linux
_HERE = -100  # AT_FDCWD


def _exchange(new, old):
    """Puts a folder in the place of another, and the other in its place; in one step where the system can."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None) if os.name == "posix" else None
    if rename is not None and rename(_HERE, os.fsencode(new), _HERE, os.fsencode(old), _EXCHANGE) == 0:
        return
    aside = f"{new}.old"
    os.rename(old, aside)
    os.rename(new, old)
    os.rename(aside, new)


@contextlib.contextmanager
def replacing_several(path):
    """Yields an empty folder; when the block ends without an error, its files move beside `path`, a `.json` file last.

    The other files have names that are not taken, so that those of an earlier time belong together until the one that
    makes them known changes. Nobody else writes in the folder meanwhile.

    Args:
        path: One of the files.
    """
    path, temporary = _place_beside(path)
    folder = os.path.dirname(path)
    with one_writer(path):
        try:
            os.mkdir(temporary)
            yield temporary
            for name in sorted(os.listdir(temporary), key=lambda name: (name.endswith(".json"), name)):
                os.replace(os.path.join(temporary, name), os.path.join(folder, name))
        finally:
            _remove(temporary)
