"""Which variable of a model is which entry of a checkpoint: names are given in the process that made the model.

A variable has the path of the scope in which it was made: `mm/dense/kernel` where the model `mm` built its layer, and
`dense/kernel` where that layer was built from a config. Names that nobody chose end in the number of their like in
this process. So an entry is looked for under the variable's path; else under the names of the layers around it; else
under what remains when numbers at the end of names only tell the order. The first that finds all counts.
"""

import re
from collections import Counter

from keras.src.layers.layer import Layer
from keras.src.models.state_tree import key_of

_NUMBERED = re.compile(r"(.*?)(?:_(\d+))?$", re.DOTALL)


def match_variables(model, variables, stored):
    """Finds the entries of a model's variables.

    Args:
        model: The model.
        variables: Variables of it.
        stored: Dict from paths, tuples of names, to the shapes of the entries.

    Returns:
        Dict from the id of a variable to a path; what has none is not in it.
    """
    own = {id(variable): [key_of(variable)] for variable in variables}
    around = _paths_of_layers(model)
    with_layers = {key: paths + around.get(key, []) for key, paths in own.items()}
    shapes = {id(variable): tuple(variable.shape) for variable in variables}
    found = [_pick(own, stored), _pick(with_layers, stored), _pick_by_order(own, stored)]
    for paths in found:
        if len(set(paths.values())) == len(variables) and all(shapes[key] == stored[p] for key, p in paths.items()):
            return paths
    # Nothing fits as a whole: names as they are tell best what is missing.
    return max(found[:2], key=lambda paths: len(set(paths.values())))


def match_optimizer(optimizer, paths, trainable, stored):
    """Finds the entries of an optimizer's variables, which are named after it and after the variables of the model.

    Args:
        optimizer: The optimizer.
        paths: What `match_variables` has for `trainable`.
        trainable: The trainable variables of the model.
        stored: Dict from paths to the shapes of the entries.

    Returns:
        Dict from the id of a variable to a path.
    """
    candidates = _keys_of_slots(optimizer, trainable, paths)
    found = _pick(candidates, stored)
    return found if len(found) == len(candidates) else _pick_by_order(candidates, stored)


def keys_where_shared(model):
    """Dict from ids of variables to keys, for the weights that share a path, as those of layers that were built from
    configs may: they are named by all layers around them. So are their slots in the optimizer."""
    counts = Counter(variable.path for variable in model.weights)
    if len(counts) == len(model.weights):
        return {}
    around = _paths_of_layers(model)
    keys = {id(v): around[id(v)][0] for v in model.weights if counts[v.path] > 1 and id(v) in around}
    optimizer = getattr(model, "optimizer", None)
    slots = {} if optimizer is None else _keys_of_slots(optimizer, model.trainable_variables, keys)
    return {**keys, **{key: names[0] for key, names in slots.items() if len(names) > 1}}


def _keys_of_slots(optimizer, trainable, paths):
    """Dict from ids of an optimizer's variables to what may be their keys where the variables of the model have `paths`."""
    renamed = {}
    for variable in trainable:
        renamed.setdefault("_".join(key_of(variable)), []).append("_".join(paths.get(id(variable), key_of(variable))))
    keys, seen = {}, Counter()
    for variable in optimizer.variables:
        *above, name = key_of(variable)
        owner = max((own for own in renamed if name.startswith(f"{own}_")), key=len, default=None)
        names = [name]
        if owner is not None:
            # Variables that share a path have their slots in the order in which they come.
            owners = renamed[owner]
            names.insert(0, owners[min(seen[variable.path], len(owners) - 1)] + name[len(owner) :])
            seen[variable.path] += 1
        keys[id(variable)] = [(*above, name) for name in names]
    return keys


def _pick(candidates, stored):
    """The first path of each that is an entry."""
    found = {key: next((path for path in paths if path in stored), None) for key, paths in candidates.items()}
    return {key: path for key, path in found.items() if path is not None}


def _pick_by_order(candidates, stored):
    """As `_pick`, where the numbers at the end of names tell nothing but the order."""
    entries = {ranked: path for path, ranked in _ranked(stored).items()}
    own = _ranked([paths[0] for paths in candidates.values()])
    return _restored({key: [own[paths[0]]] for key, paths in candidates.items()}, entries)


def _restored(candidates, entries):
    return {key: entries[ranked] for key, ranked in _pick(candidates, entries).items()}


def _ranked(paths):
    """Dict from paths to paths in which `dense_4` and `dense_7`, of one place, are the first and second `dense`."""
    return _ranked_below(sorted(set(paths), key=len), 0)


def _ranked_below(paths, depth):
    children = {}
    for path in paths:
        if len(path) > depth:
            children.setdefault(path[depth], []).append(path)
    result, counts = {path: () for path in paths if len(path) == depth}, {}
    for name in sorted(children, key=_stem_and_number):
        stem = _stem_and_number(name)[0]
        rank = counts[stem] = counts.get(stem, -1) + 1
        below = _ranked_below(children[name], depth + 1)
        result.update({path: ((stem, rank), *rest) for path, rest in below.items()})
    return result


def _stem_and_number(name):
    stem, number = _NUMBERED.match(name).groups()
    return stem, -1 if number is None else int(number)


def _paths_of_layers(model):
    """Dict from the ids of weights to paths of the names of the layers around them, the longest first."""
    found = {}
    _add_paths(model, (), found, set())
    return found


def _add_paths(layer, above, found, visited):
    if id(layer) in visited:
        return
    visited.add(id(layer))
    path = (*above, layer.name)
    for variable in layer._own_weights:
        whole = (*path, key_of(variable)[-1])
        found.setdefault(id(variable), [whole[start:] for start in range(len(whole) - 1)])
    for child in layer._layers:
        if isinstance(child, Layer):
            _add_paths(child, path, found, visited)
