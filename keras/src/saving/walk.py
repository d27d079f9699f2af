"""Which object lives at which path of a file: the order and the names are file format.

An object's attributes are visited in the order of their names, private ones last; of functional and sequential models
the layers come first. An object that can be reached in several ways lives at the first path. Members of a list or dict
are named after their class and numbered, also those that live elsewhere. A class may name attributes in
`_unsaved_attributes` that are not its own state.
"""

import functools
from collections import Counter

from keras.src.backend.common.global_state import cached_for_session
from keras.src.layers.layer import Layer
from keras.src.models.functional import Functional
from keras.src.models.sequential import Sequential
from keras.src.saving.keras_saveable import KerasSaveable
from keras.src.utils.naming import to_snake_case

# So many paths to one object are looked at.
_MOST_PATHS = 4
_CONTAINERS = (list, tuple, dict, set)


def walk(root, skip=()):
    """Visits everything that a file holds of `root`, itself included.

    Args:
        root: A model, layer, optimizer, ...
        skip: Objects to leave out, with what is below them.

    Yields:
        Pairs (path, object); the path of `root` is `""`.
    """
    yield from _walk_object(root, "", Counter({id(obj): 1 for obj in skip}))


def other_paths(root, skip=()):
    """Further paths by which objects can be reached, as by properties: in files of other versions of a class they may live
    there.

    Args:
        root: A model, layer, optimizer, ...
        skip: Objects to leave out, with what is below them.

    Returns:
        Dict from the id of an object to its paths, the first one left out.
    """
    paths = {}
    for path, obj in _walk_object(root, "", Counter({id(obj): _MOST_PATHS for obj in skip}), _MOST_PATHS):
        paths.setdefault(id(obj), []).append(path)
    return {key: found[1:] for key, found in paths.items()}


def _walk_object(obj, path, visited, most=1):
    """Visits an object and what is below it, each object up to `most` times; `visited` counts."""
    if visited[id(obj)] >= most:
        return
    visited[id(obj)] += 1
    yield path, obj
    for name, child in _children(obj):
        yield from _walk_any(child, f"{path}/{name}" if path else name, visited, most)


def _walk_any(child, path, visited, most, above=()):
    if isinstance(child, KerasSaveable):
        yield from _walk_object(child, path, visited, most)
    elif isinstance(child, _CONTAINERS) and not any(child is container for container in above):
        yield from _walk_container(child, path, visited, most, (*above, child))


def _walk_container(container, path, visited, most, above):
    """Visits the members of a container; `above` are the containers that hold it, one of which may be a member."""
    counts = {}
    for member in container.values() if isinstance(container, dict) else container:
        if isinstance(member, KerasSaveable):
            name = to_snake_case(type(member).__name__)
        elif isinstance(member, _CONTAINERS):
            name = "container"
        else:
            continue
        number = counts[name] = counts.get(name, -1) + 1
        yield from _walk_any(member, f"{path}/{name}_{number}" if number else f"{path}/{name}", visited, most, above)


def _children(obj):
    """The attributes that may hold state, by name, in the order of the file."""
    if isinstance(obj, (Sequential, Functional)):
        yield "layers", obj.layers
    for name in _attribute_names(obj):
        try:
            child = getattr(obj, name)
        except Exception:  # noqa: S112  a property that cannot be computed now holds no state
            continue
        if isinstance(child, (KerasSaveable, *_CONTAINERS)):
            yield name, child


def _attribute_names(obj):
    names = set(dir(obj)) - _names_of_base(type(obj))
    return sorted((name for name in names if not name.startswith("__")), key=lambda name: (name.startswith("_"), name))


@cached_for_session
def _names_of_base(cls):
    """What an object has as a member of its family: that is not its own state, or is visited under other names."""
    family = next(c for c in reversed(cls.__mro__) if issubclass(c, KerasSaveable) and c is not KerasSaveable)
    names = set(dir(family)).union(*(vars(c).get("_unsaved_attributes", ()) for c in cls.__mro__))
    return frozenset(names | (_attributes_of_blank_layer() if family is Layer else set()))


@functools.cache
def _attributes_of_blank_layer():
    return set(vars(Layer(name="blank")))
