"""What belongs to which output: losses, weights, metrics and targets brought into the order of a model's outputs."""

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

    def loss_names(self):
        """The name of each output in the name of its loss, or `None`; a nested one has the keys above it in front."""
        if not self.given_names and any(isinstance(path[-1], int) for path in self.paths if path):
            return [None] * self.count
        names = []
        for i, path in enumerate(self.paths):
            last = self.given_names[i] if self.given_names and (not path or isinstance(path[-1], int)) else path[-1]
            names.append("/".join(map(str, [*path[:-1], last])))
        return names

    def order_of(self, keys):
        """Indices of the outputs in the order of these keys or names; those that are not among them come last."""
        ranks = {key: rank for rank, key in enumerate(keys)}

        def rank(index):
            names = [*self.paths[index][:1], *(self.given_names or [])[index : index + 1]]
            return min((ranks[name] for name in names if name in ranks), default=len(ranks))

        return sorted(range(self.count), key=rank)

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
        try:
            return _align(value, self.structure, names, partial)
        except _Mismatch as mismatch:
            raise ValueError(
                f"`{what}` does not match the outputs of the model. Expected: {self._expected()}. Received: "
                f"{describe(value)} ({mismatch})"
            ) from None

    def _expected(self):
        text = f"one entry for each output, in the structure {describe(self.structure)}"
        return text + (f", or a dict with the names {self.given_names}" if self.given_names else "")


class _Mismatch(Exception):
    pass


def _align(value, structure, names, partial):
    if not isinstance(structure, (list, tuple, dict)):
        if isinstance(value, dict) and set(value) == {names[0]}:
            return [value[names[0]]]
        return [value]
    keys = sorted(structure, key=str) if isinstance(structure, dict) else range(len(structure))
    children = [structure[key] for key in keys]
    sizes = [len(tree.flatten(child)) for child in children]
    parts = _children_of(value, structure, keys, names, sizes, partial)
    aligned, start = [], 0
    for part, child, size in zip(parts, children, sizes):
        if part is None:
            aligned += [None] * size
        else:
            aligned += _align(part, child, names[start : start + size], partial)
        start += size
    return aligned


def _children_of(value, structure, keys, names, sizes, partial):
    """The entries of `value` for the children of a node, in order."""
    if isinstance(value, dict):
        own = list(structure) if isinstance(structure, dict) else []
        if set(value) & set(own) or not _each_is_one(sizes) or names[0] is None:
            wanted = [(key,) for key in keys] if own else None
        else:
            wanted = [(name,) for name in names]
        if wanted is None:
            raise _Mismatch("the outputs are a list without names, so a dict does not say which is which")
        return _by_key(value, [key for (key,) in wanted], partial)
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
        raise _Mismatch(f"unknown names: {', '.join(unknown)}")
    missing = [str(key) for key in keys if key not in value]
    if missing and not partial:
        raise _Mismatch(f"missing names: {', '.join(missing)}")
    return [value.get(key) for key in keys]


def describe(structure):
    """A short text of a structure, with `*` for the leaves that are not names or numbers."""
    return str(tree.map_structure(lambda x: x if isinstance(x, (str, float)) or x is None else "*", structure))
