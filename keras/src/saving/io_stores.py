"""Stores by the names, and with the arguments, that other libraries use; see `stores.py` and `archive.py`."""

import io

from keras.src.saving.archive import AssetFolders
from keras.src.saving.stores import H5Store, NpzStore


class _InArchive:
    """A store in a file, or in a member of a zip archive.

    Args:
        path_or_io: Path, file object, or the name of the member.
        archive: Optional `zipfile.ZipFile`.
        mode: `"r"` or `"w"`.
    """

    def __init__(self, path_or_io, archive=None, mode="r"):
        self._archive, self._member = archive if mode == "w" else None, str(path_or_io)
        self._file = path_or_io
        if archive is not None:
            self._file = io.BytesIO(archive.read(self._member) if mode == "r" else b"")
        super().__init__(self._file, mode)

    def make(self, path, metadata=None):
        """An empty entry at a path; `metadata` may be a dict with the `name` of the object."""
        return super().make(path, (metadata or {}).get("name"))

    def close(self):
        super().close()
        if self._archive is not None:
            self._archive.writestr(self._member, self._file.getvalue())
            self._archive = None


class H5IOStore(_InArchive, H5Store):
    """All arrays in one HDF5 file."""


class NpzIOStore(_InArchive, NpzStore):
    """All arrays in one npz file."""


class DiskIOStore(AssetFolders):
    """Folders for what objects keep beside their arrays.

    Args:
        root_path: Path of the folder.
    """

    def __init__(self, root_path):
        super().__init__(root_path)

    def close(self):
        """Nothing is left to write."""


class StoreBelow:
    """A part of a store: what stands below a path.

    Args:
        store: A store.
        path: The path.
    """

    def __init__(self, store, path):
        self.store, self.path = store, path

    def _inner(self, path):
        return "/".join(part for part in (self.path, path) if part)

    def make(self, path, *name):
        """An empty entry at a path."""
        return self.store.make(self._inner(path))

    def get(self, path):
        """The entry at a path."""
        return self.store.get(self._inner(path))

    def places(self):
        """Dict from the path of each object in the part to the names of its arrays."""
        start = f"{self.path}/" if self.path else ""
        found = self.store.places().items()
        return {place.removeprefix(start): names for place, names in found if place.startswith(start)}


def stores_below(path, *stores):
    """What stands in some stores below a path; `None` for a store that is `None`."""
    return [None if store is None else StoreBelow(store, path) for store in stores]
