"""`KerasFileEditor`: looking into the weights of a saved file, and changing them."""

import os

import h5py
import numpy as np

from keras.src.api_export import keras_export
from keras.src.saving import archive
from keras.src.saving.h5_reading import is_of_this_file, names_in, own_member, read_dataset, telling_damage
from keras.src.saving.serialization_lib import read_json
from keras.src.saving.stores import H5Store
from keras.src.saving.walk import walk
from keras.src.utils import io_utils
from keras.src.utils.load_budget import budget_for, size_of
from keras.src.utils.safe_write import replacing

# So deep do groups lie in each other at the most.
_DEEPEST = 200


@keras_export("keras.saving.KerasFileEditor")
class KerasFileEditor:
    """Shows, compares and edits the weights of a `.keras` or `.weights.h5` file, without the model's code.

    Objects are named by their path in the file, as in `"layers/dense_1"`, or by its last part where that is unique.

    Args:
        filepath: Path of the file.

    Example:

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> model.save_weights("model.weights.h5")
    >>> editor = keras.saving.KerasFileEditor("model.weights.h5")
    >>> editor.rename_object("dense", "output")
    >>> editor.save("edited.weights.h5")
    """

    def __init__(self, filepath):
        self.filepath = str(filepath)
        self.metadata = self.config = None
        if not self.filepath.endswith((".keras", ".weights.h5")):
            raise ValueError(f"The editor takes `.keras` and `.weights.h5` files. Received: filepath={filepath}")
        if not os.path.exists(self.filepath):
            raise FileNotFoundError(f"There is no file {self.filepath}.")
        with budget_for(lambda: size_of(self.filepath), self.filepath), H5Store(self._read_archive(), "r") as store:
            self.objects = _read_objects(store.file)

    def _read_archive(self):
        """What holds the weights: the file, or a file object on a member of the archive, of which the rest is read."""
        if self.filepath.endswith(".weights.h5"):
            return self.filepath
        with archive.ZipReader(self.filepath) as reader:
            self.metadata = read_json(reader.read(archive.METADATA), archive.METADATA)
            self.config = read_json(reader.read(archive.CONFIG), archive.CONFIG)
            return reader.open(f"{archive.WEIGHTS}.h5")

    @property
    def weights_dict(self):
        """The arrays in dicts nested like the paths."""
        nested = {}
        for path, arrays in self.objects.items():
            place = nested
            for part in filter(None, path.split("/")):
                place = place.setdefault(part, {})
            place.update(arrays)
        return nested

    def summary(self):
        """Prints the objects with the shapes and dtypes of their weights."""
        io_utils.print_msg(f"Keras model file {self.filepath!r}")
        if self.metadata:
            io_utils.print_msg(f"Saved with Keras {self.metadata['keras_version']}, {self.metadata['date_saved']}")
        io_utils.print_msg("Weights:")
        _print_tree(self.weights_dict)

    def compare(self, reference_model):
        """Prints where the file and a model differ.

        Args:
            reference_model: A built model.

        Returns:
            Dict with `status` (`"success"` or `"error"`), `error_count` and `match_count`.
        """
        wanted = {}
        for path, obj in walk(reference_model):
            if hasattr(obj, "save_own_variables"):
                arrays = {}
                obj.save_own_variables(arrays)
                wanted[path] = {name: tuple(value.shape) for name, value in arrays.items()}
        errors, matches = self._differences({path: shapes for path, shapes in wanted.items() if shapes})
        for error in errors:
            io_utils.print_msg(f"...{error}")
        verdict = f"Found {len(errors)} differences" if errors else f"The file fits the model: {matches} weights match"
        io_utils.print_msg(verdict)
        return {"status": "error" if errors else "success", "error_count": len(errors), "match_count": matches}

    def _differences(self, wanted):
        errors, matches = [], 0
        for path in sorted({*wanted, *self.objects}):
            if path not in self.objects:
                errors.append(f"Object /{path} is in the model with {sorted(wanted[path])}, missing from the file")
            elif path not in wanted:
                errors.append(
                    f"Object /{path} is in the file with {sorted(self.objects[path])}, missing from the model"
                )
            else:
                found = {name: array.shape for name, array in self.objects[path].items()}
                names = sorted({*found, *wanted[path]})
                wrong = [name for name in names if found.get(name) != wanted[path].get(name)]
                matches += len(names) - len(wrong)
                errors += [
                    f"Weight /{path}/{name} has the shape {wanted[path].get(name, 'none')} in the model and "
                    f"{found.get(name, 'none')} in the file"
                    for name in wrong
                ]
        return errors, matches

    def _paths_below(self, name):
        """The full path of an object, and the paths of all objects at or below it."""
        known = {"/".join(path.split("/")[: n + 1]) for path in self.objects for n in range(path.count("/") + 1)}
        found = [name] if name in known else sorted(path for path in known if path.split("/")[-1] == name)
        if not found:
            raise ValueError(f"{self.filepath} has no object {name!r}. It has: {sorted(filter(None, known))}")
        if len(found) > 1:
            raise ValueError(f"{name!r} is the name of several objects; give the path, one of: {found}")
        return found[0], [path for path in self.objects if f"{path}/".startswith(f"{found[0]}/")]

    def rename_object(self, object_name, new_name):
        """Renames an object, with what is below it.

        Args:
            object_name: Path or last part of it.
            new_name: New last part of the path.
        """
        if "/" in new_name:
            raise ValueError(f"`new_name` is the last part of a path, without `/`. Received: new_name={new_name!r}")
        old, paths = self._paths_below(object_name)
        new = "/".join([*old.split("/")[:-1], new_name])
        renamed = {path: new + path[len(old) :] for path in paths}
        if taken := set(renamed.values()) & (set(self.objects) - set(paths)):
            raise ValueError(f"There is already an object {sorted(taken)[0]!r}.")
        self.objects = {renamed.get(path, path): arrays for path, arrays in self.objects.items()}

    def delete_object(self, object_name):
        """Removes an object, with what is below it.

        Args:
            object_name: Path or last part of it.
        """
        for path in self._paths_below(object_name)[1]:
            del self.objects[path]

    def add_object(self, object_path, weights):
        """Adds an object.

        Args:
            object_path: Its path.
            weights: Dict of name → array.
        """
        if not isinstance(weights, dict):
            raise ValueError(f"`weights` must be a dict of name → array. Received: {weights!r}")
        self.objects[object_path.strip("/")] = {name: np.asarray(array) for name, array in weights.items()}

    def add_weights(self, object_name, weights):
        """Adds weights to an object, or replaces them.

        Args:
            object_name: Path of the object or last part of it.
            weights: Dict of name → array.
        """
        path, _ = self._paths_below(object_name)
        merged = {**self.objects.get(path, {}), **weights}
        self.add_object(path, merged)

    def delete_weight(self, object_name, weight_name):
        """Removes a weight of an object.

        Args:
            object_name: Path of the object or last part of it.
            weight_name: Name of the weight, such as `"0"`.
        """
        path, _ = self._paths_below(object_name)
        arrays = self.objects.get(path, {})
        if weight_name not in arrays:
            raise ValueError(f"{path!r} has no weight {weight_name!r}. It has: {sorted(arrays)}")
        del arrays[weight_name]

    def save(self, filepath):
        """Writes the edited weights.

        Args:
            filepath: Path that ends in `.weights.h5`.
        """
        if not str(filepath).endswith(".weights.h5"):
            raise ValueError(f"The name of a file of weights must end in `.weights.h5`. Received: filepath={filepath}")
        with replacing(filepath) as target, H5Store(target, "w") as store:
            for path, arrays in self.objects.items():
                entry = store.make(path)
                for name, array in arrays.items():
                    entry[name] = array

    def resave_weights(self, filepath):
        """The same as `save`."""
        self.save(filepath)


def _read_objects(file):
    """Dict from the path of each object of an HDF5 file to its arrays."""
    objects = {}
    waiting = [("", file)]
    while waiting:
        path, group = waiting.pop()
        if path.count("/") > _DEEPEST:
            raise ValueError(f"{file.filename} has groups more than {_DEEPEST} deep, as no model has.")
        for name in reversed(names_in(group)):
            if name == "vars":
                arrays = own_member(group, name, h5py.Group)
                if names := names_in(arrays):
                    objects[path.strip("/")] = {key: read_dataset(arrays, key) for key in names}
            elif not is_of_this_file(group, name):
                raise ValueError(f"{group.name}/{name} in {file.filename} is a link to somewhere else.")
            elif _is_group(group, name):
                waiting.append((f"{path}/{name}", own_member(group, name, h5py.Group)))
    return objects


def _is_group(group, name):
    with telling_damage(group):
        return group.get(name, getclass=True) is h5py.Group


def _print_tree(nested, indent=""):
    for number, (name, value) in enumerate(nested.items()):
        last = number == len(nested) - 1
        branch, below = ("└─", "  ") if last else ("├─", "│ ")
        if isinstance(value, dict):
            io_utils.print_msg(f"{indent}{branch} {name}")
            _print_tree(value, f"{indent}{below} ")
        else:
            io_utils.print_msg(f"{indent}{branch} {name}: shape={value.shape}, dtype={value.dtype}")
