"""Reading the state of a model from a store: all of it, or nothing and a report of what does not fit.

Objects that load as their base class does are checked by shapes, and assigned once everything is known to fit. Those with
a way of their own have to be tried, and are put back where the load fails.
"""

import os

import ml_dtypes

from keras.src.backend.common.slices import is_divided
from keras.src.layers.core.embedding import Embedding
from keras.src.layers.layer import Layer
from keras.src.layers.preprocessing.normalization import Normalization
from keras.src.layers.weights import parts
from keras.src.layers.weights.holder import HoldsWeight
from keras.src.optimizers.base_optimizer import BaseOptimizer
from keras.src.saving.load_report import LoadReport
from keras.src.saving.stores import Entry
from keras.src.saving.undo import Snapshot
from keras.src.saving.walk import other_paths, walk
from keras.src.utils.host_memory import free_memory
from keras.src.utils.warning_utils import warn

# So many bytes at least are read before anything is changed, and half of the memory that is free: then no error changes a
# part of the model. Of what is larger, it is seen beforehand that it can be read; then it is read where it is assigned.
STAGED_BYTES = 2**30
# Ways of loading in which a variable takes the array of its number.
_BY_NUMBER = {c.load_own_variables for c in (Layer, HoldsWeight, Embedding, Normalization, BaseOptimizer)}


def load_state(root, store, assets=None, skip_mismatch=False, skip=(), check_first=False):
    """Reads the arrays, and the assets, of an object and everything below it.

    Args:
        root: A model, layer, ...
        store: A store to read arrays from.
        assets: Optional `AssetFolders`.
        skip_mismatch: Whether to warn about objects that do not fit, and not to raise.
        skip: Objects to leave out.
        check_first: Whether `root` is as it was after a load that fails; not needed for what is thrown away then.

    Raises:
        ValueError: Objects do not fit what the file has for them.
    """
    Load(root, store, assets, skip, keep=check_first).run(skip_mismatch)


class Load:
    """One load.

    Args:
        root: A model, layer, ...
        store: A store to read arrays from.
        assets: `AssetFolders`, or `None`.
        skip: Objects to leave out.
        keep: Whether to put things back where the load fails.
    """

    def __init__(self, root, store, assets, skip, keep):
        self.root, self.store, self.assets, self.skip, self.keep = root, store, assets, skip, keep
        self.report = LoadReport(_name_of(store))
        self.stage = Stage(max(STAGED_BYTES, free_memory() // 2)) if keep else None
        self.ready = []
        self.undo = []
        self.taken = {}

    def run(self, skip_mismatch):
        """Loads, or raises; see `load_state`."""
        try:
            for path, obj in self._located():
                self._take(path, obj)
            self._note_unused()
            if self.report.failed and not skip_mismatch:
                raise ValueError(self.report.refusal()) from self.report.cause
            for obj, entry in self.ready:
                obj.load_own_variables(entry)
        except BaseException:
            for snapshot in reversed(self.undo):
                snapshot.restore()
            raise
        if self.report.failed:
            warn(self.report.left_out())
        elif self.report.unused:
            warn(self.report.not_taken())

    def _located(self):
        """As `walk`; a layer of whose weights the file has nothing at its path is looked for where else it can be reached."""
        others = None
        for path, obj in walk(self.root, self.skip):
            if isinstance(obj, Layer) and obj._own_weights and not len(self.store.get(path)):
                others = other_paths(self.root, self.skip) if others is None else others
                path = next((other for other in others[id(obj)] if len(self.store.get(other))), path)
            yield path, obj

    def _take(self, path, obj):
        has_assets = self._has_assets(path, obj)
        if not hasattr(obj, "load_own_variables"):
            if has_assets:
                self._try(path, obj, Entry(), has_assets)
            return
        entry = StagedEntry(self.store.get(path), self.stage)
        self.taken[path] = entry.taken
        variables = None if has_assets else _variables_by_number(obj)
        if variables is None:
            self._try(path, obj, entry, has_assets)
        elif variables or len(entry):
            self._compare(path, obj, entry, variables)

    def _has_assets(self, path, obj):
        return self.assets is not None and has_assets(obj, "load_assets") and os.path.isdir(self.assets.get(path))

    def _compare(self, path, obj, entry, variables):
        """Notes an object as ready if the file has an array of the right shape for each of its variables."""
        if isinstance(obj, BaseOptimizer) and len(entry) != len(variables):
            entry.take_all()
            self._try(path, obj, entry, has_assets=False)  # It warns, unless another version wrote them.
            return
        for number, variable in enumerate(variables):
            self._compare_variable(path, obj, entry, str(number), variable)
        if self.report.has_failed(obj) or len(entry) != len(variables):
            self.report.advice = self.report.advice or parts.advice(obj, entry)
        if self.report.has_failed(obj):
            return
        if len(entry) != len(variables):
            entry.take_all()
            self._refused(path, obj, entry)
        else:
            self.ready.append((obj, entry))

    def _compare_variable(self, path, obj, entry, name, variable):
        place = f"{path}/vars/{name}" if path else f"vars/{name}"
        shown = "/".join(variable.path.split("/")[-2:])
        if name not in entry:
            self.report.add_missing(obj, shown, variable.shape, place)
            return
        try:
            entry.taken.add(name)
            if entry.shape(name) is None:
                entry.prepare(name)  # It says what is wrong.
            elif entry.shape(name) != tuple(variable.shape):
                self.report.add_differing(obj, shown, variable.shape, place, entry.shape(name))
            elif is_divided(variable) and entry.is_plain(name):
                entry.divide(name)
            else:
                entry.prepare(name)
        except OSError:
            raise
        except Exception as error:
            self.report.add_broken(obj, place, error)

    def _refused(self, path, obj, entry):
        """Notes an object for which the file has more arrays than it has variables, in its own words."""
        try:
            obj.load_own_variables(Entry(dict.fromkeys(entry)))
        except Exception as error:
            self.report.add_broken(obj, path, error)

    def _try(self, path, obj, entry, has_assets):
        """Loads an object that has a way of its own."""
        snapshot = Snapshot(obj) if self.keep else None
        try:
            if hasattr(obj, "load_own_variables"):
                obj.load_own_variables(entry)
            if has_assets:
                obj.load_assets(self.assets.get(path))
        except Exception as error:
            entry.take_all()
            if snapshot is not None:
                snapshot.restore()
            if isinstance(error, OSError):
                raise
            self.report.add_broken(obj, path, error)
            return
        if snapshot is not None:
            self.undo.append(snapshot)

    def _note_unused(self):
        """Notes the arrays of the file that no object took, but for those that it was not to take."""
        left_out = self._paths_left_out()
        for path, names in self.store.places().items():
            if any(path == other or path.startswith(f"{other}/") for other in left_out):
                continue
            for name in sorted(set(names) - self.taken.get(path, set()), key=lambda n: (len(n), n)):
                place = f"{path}/vars/{name}" if path else f"vars/{name}"
                self.report.add_unused(place, *self._described(path, name))

    def _paths_left_out(self):
        # What metrics have counted is no part of a model; Keras 2 writes it all the same.
        paths = ["metrics"] if getattr(self.root, "optimizer", None) is not None else ["metrics", "optimizer"]
        if not self.skip:
            return paths
        skipped = {id(obj) for obj in self.skip}
        return paths + [path for path, obj in walk(self.root) if id(obj) in skipped]

    def _described(self, path, name):
        """Shape and owner of an array, as far as the file says without much reading."""
        if len(self.report.unused) > 500:
            return None, None
        try:
            entry = self.store.get(path)
            return entry.shape(name), entry.label
        except Exception:
            return None, None


def _name_of(store):
    """Name of the file of a store, `None` where it is a part of another file."""
    file = getattr(store, "file", None)
    name = getattr(file, "filename", file)
    return name if isinstance(name, str) and os.path.exists(name) else None


def _variables_by_number(obj):
    """The variables of an object that loads as its base class does, else `None`: then it has to be tried."""
    if type(obj).load_own_variables not in _BY_NUMBER or getattr(obj, "lora_enabled", False):
        return None
    if isinstance(obj, BaseOptimizer):
        return obj.variables
    lazy = type(obj).load_own_variables is Embedding.load_own_variables and not obj.built
    return None if lazy else obj._saved_weights


def has_assets(obj, method):
    """Whether an object has assets to save or load."""
    found = getattr(type(obj), method, None)
    return found is not None and found is not getattr(Layer, method, None)


class Stage:
    """What is read before anything is changed.

    Args:
        size: Bytes of arrays to hold.
    """

    def __init__(self, size):
        self.size = size


class StagedEntry(Entry):
    """An entry of a store, with what of it was read, and what was taken.

    Args:
        entry: The entry of the store.
        stage: The `Stage` that counts what is read; `None` where nothing need be read beforehand.
    """

    def __init__(self, entry, stage):
        super().__init__(entry)
        self.stage = stage
        self.read = {}
        self.taken, self.seen, self.divided = set(), set(), set()

    def __getitem__(self, name):
        self.taken.add(name)
        if name in self.read:
            return self.read.pop(name)
        if name in self.divided:
            return self.arrays.slices(name)
        return self.arrays.read_again(name) if name in self.seen else self.arrays[name]

    def shape(self, name):
        return self.arrays.shape(name)

    def is_plain(self, name):
        return self.arrays.is_plain(name)

    def divide(self, name):
        """Makes sure that an array can be read; what asks for it gets `Slices` then, of which no whole is made."""
        self.arrays.check_readable(name)
        self.divided.add(name)

    def prepare(self, name):
        """Makes sure that an array can be read and assigned."""
        is_plain = self.arrays.is_plain(name)
        if is_plain and self.stage is None:
            return
        if is_plain and self.arrays.nbytes(name) > self.stage.size:
            self.arrays.check_readable(name)
        else:
            array = self.arrays[name]
            if array.dtype.kind not in "biufc" and not hasattr(ml_dtypes, array.dtype.name):
                raise ValueError(f"The file has no numbers at {name!r}, but {array.dtype}.")
            if self.stage is not None and array.nbytes <= self.stage.size:
                self.read[name] = array
                self.stage.size -= array.nbytes
                return
        self.seen.add(name)

    def take_all(self):
        """Notes all arrays as taken."""
        self.taken.update(self.arrays)
