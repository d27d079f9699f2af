"""Files are written beside their place and then moved there, so that a failure leaves the old file whole."""

import contextlib
import ctypes
import errno
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
_OF_DISKS = {errno.ENOSPC, errno.EFBIG, errno.EIO, errno.EROFS, errno.EDQUOT}


def _place_beside(path):
    """The real path of `path`, and a fresh name in the same folder."""
    path = os.path.realpath(os.fspath(path))
    folder, name = os.path.split(path)
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"Cannot write {path}: the folder {folder} does not exist. Create it first.")
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
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
def telling_failure(path):
    """Context in which whatever could not write says so by an `OSError` that names the file.

    Args:
        path: Where the file shall be.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _OF_DISKS:
            raise
        raise failure(error.errno, path) from error
    except RuntimeError as error:
        number = re.search(r"errno = (\d+)", str(error))  # as HDF5 has it
        if number is None:
            raise
        raise failure(int(number.group(1)), path) from error


def failure(number, path):
    """The error of a file that could not be written.

    Args:
        number: What the system gave as `errno`.
        path: Where the file shall be.
    """
    return OSError(number, f"Cannot write {path}: {os.strerror(number)}. What was there before is as it was.")


@contextlib.contextmanager
def replacing(path):
    """Yields a path to write a file (or folder) to; it takes the place of `path` when the block ends without an error.

    Args:
        path: Where the file shall be.
    """
    path, temporary = _place_beside(path)
    try:
        with telling_failure(path):
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
                # A process that was forked meanwhile has the file open as well, and would keep the lock.
                stack.callback(fcntl.flock, opened, fcntl.LOCK_UN)
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
def replacing_several(path, replaced=set):
    """Yields an empty folder; when the block ends without an error, its files move beside `path`, a `.json` file last.

    The other files have names that are not taken, so that those of an earlier time belong together until the one that
    makes them known changes.

    Args:
        path: One of the files.
        replaced: Function that gives the paths of the files of an earlier time, which go away then.
    """
    path = os.path.realpath(path)
    folder = os.path.dirname(path)
    with folder_beside(path) as temporary:
        with telling_failure(path):
            yield temporary
        names = sorted(os.listdir(temporary), key=lambda name: (name.endswith(".json"), name))
        with one_writer(path):
            old = {os.path.realpath(each) for each in replaced()}
            for name in names:
                os.replace(os.path.join(temporary, name), os.path.join(folder, name))
            for each in old.difference(os.path.join(folder, name) for name in names):
                _remove(each)


@contextlib.contextmanager
def folder_beside(path):
    """Yields an empty folder beside `path`, which goes away with all that is left in it when the block ends.

    Args:
        path: Path of a file or folder.
    """
    _, temporary = _place_beside(path)
    os.mkdir(temporary)
    try:
        yield temporary
    finally:
        _remove(temporary)


@contextlib.contextmanager
def alone_with(path):
    """Context in which one thread of one process at a time is with a path; others wait, as for a download they need too.

    Args:
        path: Path of the file; its folder exists.

    Yields:
        The path of a file beside it that belongs to whoever is in the context. What was left there stays for the next.
    """
    beside = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}")
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(_locked_file(f"{beside}.lock"))
        except OSError:  # no locks here: each has a file of its own
            beside = f"{_place_beside(path)[1]}"
            stack.callback(_remove, f"{beside}.part")
        yield f"{beside}.part"


@contextlib.contextmanager
def _locked_file(path):
    if fcntl is None:
        raise OSError(errno.ENOSYS, "This system has no locks of files", path)
    while True:
        opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX)
            # Who had the lock before has removed the file, so that somebody else may have one of that name.
            if os.path.exists(path) and os.path.samestat(os.fstat(opened), os.stat(path)):
                try:
                    yield
                finally:
                    with contextlib.suppress(FileNotFoundError):
                        os.remove(path)
                return
        finally:
            # A process that was forked meanwhile has the file open as well, and would keep the lock.
            fcntl.flock(opened, fcntl.LOCK_UN)
            os.close(opened)
