"""The values of a model's variables as nested dicts, by path."""

from keras.src import backend, ops


def get_state_tree(model, value_format="backend_tensor", keys=None):
    """Nested dicts of values; see `Model.get_state_tree`.

    Args:
        model: The model.
        value_format: `"backend_tensor"` or `"numpy_array"`.
        keys: Optional dict from ids of variables to tuples of names, for those that are not to be named by their path.
    """
    if value_format not in ("backend_tensor", "numpy_array"):
        raise ValueError(
            f"`value_format` must be 'backend_tensor' or 'numpy_array'. Received: value_format={value_format!r}"
        )
    convert = backend.convert_to_numpy if value_format == "numpy_array" else _copied
    return {kind: _nested(variables, convert, keys or {}) for kind, variables in _kinds(model).items()}


def _copied(variable):
    """The value, which later training leaves alone: engines update variables in place."""
    return ops.copy(variable.value)


def set_state_tree(model, tree_of_values):
    """Assigns the values in nested dicts; see `Model.set_state_tree`."""
    kinds = _kinds(model)
    unknown = sorted(set(tree_of_values) - set(kinds))
    if unknown:
        raise ValueError(f"A state tree has the entries {list(kinds)}. Received also: {unknown}")
    for kind, values in tree_of_values.items():
        by_path = {key_of(variable): variable for variable in kinds[kind]}
        for path, value in flat(values):
            if path in by_path:
                by_path[path].assign(value)


def _kinds(model):
    optimizer = getattr(model, "optimizer", None)
    return {
        "trainable_variables": model.trainable_variables,
        "non_trainable_variables": model.non_trainable_variables,
        "optimizer_variables": [] if optimizer is None else optimizer.variables,
        "metrics_variables": model.metrics_variables,
    }


def key_of(variable):
    """The path of a variable as a tuple."""
    return tuple(variable.path.split("/"))


def _nested(variables, convert, keys):
    root = {}
    for variable in variables:
        *parents, name = keys.get(id(variable)) or key_of(variable)
        place = root
        for parent in parents:
            place = place.setdefault(parent, {})
        if name in place:
            raise ValueError(
                f"Two variables have the path {variable.path!r}, so a state tree cannot hold both: give their layers "
                "names of their own."
            )
        place[name] = convert(variable)
    return root


def flat(values, path=()):
    """Pairs of a path and a leaf, of nested dicts."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from flat(value, (*path, key))
        else:
            yield (*path, key), value
