"""What belongs to which output: losses, weights, metrics and targets brought into the order of a model's outputs."""

import contextlib

from keras.src import tree


class Outputs:
    """The outputs of a model, in flat order, each with a name and a path.

    Args:
        y_pred: Structure of the outputs, tensors or descriptions of tensors.
        names: Names of the outputs in flat order, or `None`.
    """

    def __init__(self, y_pred, names=None):
        self.structure = tree.map_structure(lambda _: 0, y_pred)
        self.paths = [path for path, _ in tree.flatten_with_path(y_pred)]
        self.given_names = list(names) if names and len(names) == len(self.paths) else None
        self.count = len(self.paths)
        self.is_flat_dict = isinstance(y_pred, dict) and all(len(path) == 1 for path in self.paths)

    def metric_names(self):
        """The name of each output in the names of its metrics, or `None`."""
        if self.is_flat_dict:
            return [str(path[0]) for path in self.paths]
        return self.given_names or [None] * self.count

    def label(self, index):
        """Which output it is, for messages; nothing where there is one only."""
        return "" if self.count == 1 else f" (output {(self.given_names or self.paths)[index]!r})"

    def loss_name(self, index, name):
        """What the name of the loss of an output begins with.

        It has the keys to the output, joined by slashes; where the last one is a number, the name of the output is there
        instead, or that of the loss, where outputs have no names.

        Args:
            index: Index of the output, in flat order.
            name: Name of the loss; with `None`, so is the result where it is needed.
        """
        *outer, last = self.paths[index] or (0,)
        if isinstance(last, int):
            last = self.given_names[index] if self.given_names else name
        return None if last is None else "/".join(map(str, [*outer, last]))

    def align(self, value, what, partial=False):
        """Brings a structure into the order of the outputs.

        Args:
            value: One thing for each output: a structure like that of the outputs, a list in their order, or a dict
                by their names.
            what: What `value` is, for the message of an error.
            partial: Whether a dict may leave outputs out; they get `None`.

        Returns:
            List with an entry for each output.
        """
        names = self.given_names or [None] * self.count
        with self.explaining(value, what):
            return _align(value, self.structure, names, partial)

    @contextlib.contextmanager
    def explaining(self, value, what):
        """Context in which a structure that does not match is an error that says what was expected.

        Args:
            value: The structure.
            what: What it is.
        """
        try:
            yield
        except _Mismatch as mismatch:
            kind = UnknownOutput if mismatch.is_of_names else ValueError
            raise kind(
                f"`{what}` does not match the outputs of the model. Expected: {self._expected()}. Received: "
                f"{describe(value)} ({mismatch})"
            ) from None

    def _expected(self):
        text = f"one entry for each output, in the structure {describe(self.structure)}"
        return text + (f", or a dict with the names {self.given_names}" if self.given_names else "")


class UnknownOutput(ValueError, KeyError):
    """A dict names an output that the model does not have."""

    __str__ = ValueError.__str__


class _Mismatch(Exception):
    is_of_names = False


class _UnknownNames(_Mismatch):
    is_of_names = True


def is_container(value):
    """Whether a structure has parts."""
    return isinstance(value, (list, tuple, dict))


def _align(value, structure, names, partial):
    if not is_container(structure):
        return [_of_one_output(value, names[0])]
    parts = children_of(value, structure, names, partial)
    aligned, start = [], 0
    for part, child in zip(parts, _children(structure)):
        size = len(tree.flatten(child))
        if part is None:
            aligned += [None] * size
        else:
            aligned += _align(part, child, names[start : start + size], partial)
        start += size
    return aligned


def _of_one_output(value, name):
    """What is given for an output without parts, out of the list or dict around it."""
    if isinstance(value, dict):
        return entry_of(value, name)
    while isinstance(value, (list, tuple)) and len(value) == 1:
        value = value[0]
    return value


def entry_of(value, name):
    """The entry of a dict for the only output that it can be for; where that has no name, a single one.

    Args:
        value: Dict.
        name: Name of the output, or `None`.
    """
    if name is None:
        return next(iter(value.values())) if len(value) == 1 else value
    unknown = sorted(map(str, set(value) - {name}))
    if unknown:
        raise _UnknownNames(f"unknown names: {', '.join(unknown)}")
    return value.get(name)


def _children(structure):
    return [structure[key] for key in sorted(structure, key=str)] if isinstance(structure, dict) else list(structure)


def children_of(value, structure, names, partial=True):
    """The entries of `value` for the parts of a structure of outputs, in flat order.

    Args:
        value: List, tuple or dict; or a single thing where there is one part.
        structure: List, tuple or dict.
        names: Names of the outputs below it.
        partial: Whether a dict may leave parts out; they get `None`.
    """
    keys = sorted(structure, key=str) if isinstance(structure, dict) else range(len(structure))
    sizes = [len(tree.flatten(child)) for child in _children(structure)]
    if isinstance(value, dict):
        own = list(structure) if isinstance(structure, dict) else []
        by_keys = set(value) & set(own) or not _each_is_one(sizes) or names[0] is None
        if by_keys and not own:
            raise _Mismatch("the outputs are a list without names, so a dict does not say which is which")
        return _by_key(value, list(keys) if by_keys else names, partial)
    if isinstance(value, (list, tuple)):
        if len(value) != len(keys):
            raise _Mismatch(f"{len(value)} entries for {len(keys)} outputs")
        return list(value)
    if len(keys) == 1:
        return [value]
    raise _Mismatch(f"a single {type(value).__name__} for {len(keys)} outputs")


def _each_is_one(sizes):
    return all(size == 1 for size in sizes)


def _by_key(value, keys, partial):
    unknown = sorted(map(str, set(value) - set(keys)))
    if unknown:
        raise _UnknownNames(f"unknown names: {', '.join(unknown)}")
    missing = [str(key) for key in keys if key not in value]
    if missing and not partial:
        raise _Mismatch(f"missing names: {', '.join(missing)}")
    return [value.get(key) for key in keys]


def describe(structure):
    """A short text of a structure, with `*` for the leaves that are not names or numbers."""
    return str(tree.map_structure(lambda x: x if isinstance(x, (str, float)) or x is None else "*", structure))
