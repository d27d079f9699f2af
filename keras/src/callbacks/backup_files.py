"""The files of a backup of training: a whole one takes the place of a whole one, whenever the program may be killed."""

import os
import shutil

from keras.src.saving.serialization_lib import read_json
from keras.src.utils.later import archive, stores
from keras.src.utils.load_budget import budget_for, size_of
from keras.src.utils.messages import shown

WEIGHTS, METADATA, STATE = "latest.weights.h5", "training_metadata.json", "latest.state.npz"
_NAMES = (WEIGHTS, STATE, METADATA)
LATEST, FORMER = "", ".bkp"
# Folders within that of the backup: files that are being written, and those that wait to be put in their places.
_BEGUN, _WHOLE = ".begun", ".whole"


class BackupFiles:
    """The last backup in a folder and, with `.bkp` at the ends of the names, the one before it.

    New files are written into a folder beside them, which gets the name `.whole` when it has them all; they are then moved to
    their places one by one, and where a program was killed meanwhile, the next one moves the others.

    Args:
        folder: Path of the folder.
    """

    def __init__(self, folder):
        self.folder = folder

    def found(self):
        """List of the endings of the backups that are there, the last one first."""
        whole = [LATEST] if self._waits() or os.path.exists(self._path(METADATA)) else []
        return whole + [FORMER] if os.path.exists(self._path(METADATA + FORMER)) else whole

    def write(self, writer, keeps_former):
        """Puts a new backup in the place of the last one.

        Args:
            writer: Function of the path of a folder that writes the files into it.
            keeps_former: Whether the last one becomes the one before it.
        """
        self.settle(keeps_former)
        begun = self._path(_BEGUN)
        _remove(begun)
        os.makedirs(begun)
        writer(begun)
        _remove(self._path(_WHOLE))
        os.rename(begun, self._path(_WHOLE))
        self.settle(keeps_former)
        if not keeps_former:
            self._remove_all(FORMER)

    def settle(self, keeps_former):
        """Moves files that wait for it to their places."""
        if not self._waits():
            return
        whole = self._path(_WHOLE)
        for name in _NAMES:
            waiting, place = os.path.join(whole, name), self._path(name)
            if not os.path.lexists(waiting):
                continue
            if keeps_former and os.path.lexists(place):
                _keep_as(place, place + FORMER)
            os.replace(waiting, place)
        _remove(whole)

    def delete(self):
        """Deletes the backups, and the folder if nothing else is in it."""
        for name in (_WHOLE, _BEGUN):
            _remove(self._path(name))
        for ending in (LATEST, FORMER):
            self._remove_all(ending)
        if os.path.isdir(self.folder) and not os.listdir(self.folder):
            os.rmdir(self.folder)

    def budget(self, ending):
        """Context that bounds what the files of a backup may unpack to."""
        paths = [self._path(name + ending) for name in _NAMES]
        return budget_for(lambda: sum(map(size_of, paths)), self.described(ending))

    def described(self, ending):
        """Path of the file that says where training is, by which messages name a backup."""
        return self._path(METADATA + ending)

    def read_metadata(self, ending):
        """What a backup says about where training is, checked; each of its files must be a regular one of the folder."""
        reader = archive.FolderReader(self.folder)
        for name in _NAMES:
            if os.path.lexists(self._path(name + ending)):
                reader.path_of(name + ending, self.folder)
        metadata = read_json(reader.read(METADATA + ending), METADATA)
        for key in ("epoch", "batch", "steps_done"):
            count = metadata[key] if key != "steps_done" else metadata.get(key, 0)
            if type(count) is not int or count < 0:
                raise ValueError(f"its {key} is {shown(count)}")
        return metadata

    def read_arrays(self, ending):
        """Dict from names to the arrays of the variables and of the callbacks."""
        return stores.read_npz(archive.FolderReader(self.folder).open(STATE + ending))

    def weights(self, ending):
        """The weights: a path, or a file object where the name would not tell what is in the file."""
        name = WEIGHTS + ending
        return archive.FolderReader(self.folder).open(name) if ending else self._path(name)

    def _path(self, name):
        return os.path.join(self.folder, name)

    def _waits(self):
        whole = self._path(_WHOLE)
        return os.path.isdir(whole) and not os.path.islink(whole)

    def _remove_all(self, ending):
        for name in _NAMES:
            _remove(self._path(name + ending))


def _remove(path):
    """Removes a file, a link or a folder, if it is there."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)


def _keep_as(path, other):
    """Gives a file a second name; where file systems know no such, its only one."""
    _remove(other)
    try:
        os.link(path, other, follow_symlinks=False)
    except (OSError, NotImplementedError):
        os.replace(path, other)
