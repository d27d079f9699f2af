"""Files are written beside their place and then moved there, so that a failure leaves the old file whole."""

import contextlib
import os
import shutil
import uuid


def _place_beside(path):
    """The real path of `path`, and a fresh name in the same folder."""
    path = os.path.realpath(os.fspath(path))
    folder, name = os.path.split(path)
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"Cannot write {path}: the folder {folder} does not exist. Create it first.")
    return path, os.path.join(folder, f".{name}.{uuid.uuid4().hex[:8]}.tmp")


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
        if os.path.isdir(path) and os.path.isdir(temporary):
            _remove(path)
        os.replace(temporary, path)
    finally:
        _remove(temporary)


@contextlib.contextmanager
def replacing_several(path):
    """Yields an empty folder; when the block ends without an error, its files move beside `path`, `path` itself last.

    Args:
        path: The file that makes the others known.
    """
    path, temporary = _place_beside(path)
    folder, last = os.path.split(path)
    os.mkdir(temporary)
    try:
        yield temporary
        for name in sorted(os.listdir(temporary), key=lambda name: name == last):
            os.replace(os.path.join(temporary, name), os.path.join(folder, name))
    finally:
        _remove(temporary)
