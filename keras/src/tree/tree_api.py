"""Nested structures: lists, tuples, dicts, named tuples, deques and registered classes are nodes, all else is a leaf.

`None` is a leaf. Children of dicts come in the order of their sorted keys, so equal dicts flatten equally. A registered
class with a `plain_type` has the form of that type wherever structures are compared.
"""

import numbers
from collections import OrderedDict

import optree

from keras.src.api_export import keras_export
from keras.src.utils.warning_utils import warn

NAMESPACE = "keras"
_OPTIONS = {"none_is_leaf": True, "namespace": NAMESPACE}
_CONTAINERS = (list, tuple, dict)

# Asking optree whether an object is a leaf costs more than most calls made here; the answer depends on its type alone.
_is_leaf_type = {}
# Registered classes and the containers whose form they have.
_stands_for = {}


@keras_export("keras.tree.MAP_TO_NONE")
class MAP_TO_NONE:
    """Returned by the function of `traverse` to put `None` in the place of its argument.

    Example:

    >>> keras.tree.traverse(lambda x: keras.tree.MAP_TO_NONE if x == 1 else None, [1, 2])
    [None, 2]
    """


def _is_leaf(x):
    kind = type(x)
    known = _is_leaf_type.get(kind)
    if known is None:
        known = _is_leaf_type[kind] = optree.tree_is_leaf(x, **_OPTIONS)
    return known


def _flatten_list(node):
    return tuple(node), None, tuple(range(len(node)))


def _flatten_dict(node):
    keys = tuple(optree.utils.total_order_sorted(node))
    return tuple(node[key] for key in keys), keys, keys


def _flatten_ordered(node):
    keys = tuple(node)
    return tuple(node.values()), keys, keys


def register_tree_node_class(cls):
    """Decorator that makes a subclass of `list`, `tuple`, `set` or `dict` a node, rebuilt by `cls(list)` or `cls(dict)`.

    Args:
        cls: The class; its constructor takes the plain container. An attribute `plain_type` names the container whose
            form it has in comparisons.

    Returns:
        `cls`, unchanged.
    """
    if issubclass(cls, dict):
        optree.register_pytree_node(
            cls,
            _flatten_ordered if issubclass(cls, OrderedDict) else _flatten_dict,
            lambda keys, children: cls(zip(keys, children)),
            namespace=NAMESPACE,
        )
    elif issubclass(cls, (list, tuple, set)):
        optree.register_pytree_node(cls, _flatten_list, lambda _, children: cls(children), namespace=NAMESPACE)
    else:
        raise TypeError(f"A tree node class must derive from list, tuple, set or dict. Received: {cls}")
    # A set is a leaf, whose form nothing that has children can have.
    plain_type = getattr(cls, "plain_type", set)
    if not issubclass(plain_type, set):
        _stands_for[cls] = plain_type
    _is_leaf_type.pop(cls, None)
    return cls


@keras_export("keras.tree.is_nested")
def is_nested(structure):
    """Tells whether `structure` is a node (a list, tuple, dict, ...), also an empty one, and not a leaf.

    Args:
        structure: Anything.

    Returns:
        `True` for a node, `False` for a leaf.

    Example:

    >>> keras.tree.is_nested([1, 2]), keras.tree.is_nested(42)
    (True, False)
    """
    return not _is_leaf(structure)


@keras_export("keras.tree.flatten")
def flatten(structure):
    """Lists the leaves of a structure, depth first, dict entries in the order of their sorted keys.

    Args:
        structure: Any nested structure; a leaf gives a list of one.

    Returns:
        A list of the leaves.

    Example:

    >>> keras.tree.flatten({"b": 1, "a": [2, (3, None)]})
    [2, 3, None, 1]
    """
    if _is_leaf(structure):
        return [structure]
    return optree.tree_leaves(structure, **_OPTIONS)


@keras_export("keras.tree.flatten_with_path")
def flatten_with_path(structure):
    """Lists the leaves of a structure, each with the indices and keys that lead to it.

    Args:
        structure: Any nested structure.

    Returns:
        A list of `(path, leaf)` pairs; `path` is a tuple.

    Example:

    >>> keras.tree.flatten_with_path({"a": [5, 6]})
    [(('a', 0), 5), (('a', 1), 6)]
    """
    paths, leaves, _ = optree.tree_flatten_with_path(structure, **_OPTIONS)
    return list(zip(paths, leaves))


def _plain(structure):
    """The structure with plain containers in the place of the classes that stand for them."""

    def plain(node):
        kind = _stands_for.get(type(node))
        return None if kind is None else kind(node)

    return traverse(plain, structure, top_down=False)


def _flatten_up_to(shallow, structure, none_is_leaf=True):
    """Parts of `structure` at the leaves of `shallow`, and the form of `shallow`."""
    options = {"none_is_leaf": none_is_leaf, "namespace": NAMESPACE}
    spec = optree.tree_structure(shallow, **options)
    try:
        return spec.flatten_up_to(structure), spec
    except ValueError:
        pass
    return optree.tree_structure(_plain(shallow), **options).flatten_up_to(_plain(structure)), spec


def _flatten_like(first, structure, none_is_leaf=True):
    """Leaves of `structure`, which must have exactly the form of `first`."""
    leaves, _ = _flatten_up_to(first, structure, none_is_leaf)
    for leaf in leaves:
        if not _is_leaf(leaf):
            raise ValueError(
                f"The structures differ: where the first one has a leaf, another has the {type(leaf).__name__} {leaf}."
            )
    return leaves


@keras_export("keras.tree.map_structure")
def map_structure(func, *structures, none_is_leaf=True):
    """Calls a function on each leaf (or on the leaves that share a place) and keeps the form.

    Args:
        func: A function of as many arguments as there are structures.
        *structures: Structures of the same form, at least one.
        none_is_leaf: Whether `func` is called on `None` as on any leaf; if not, `None` stays.

    Returns:
        A structure of the form of the first one, with the results as its leaves.

    Example:

    >>> keras.tree.map_structure(lambda x, y: x + y, {"a": 1, "b": [2]}, {"a": 3, "b": [4]})
    {'a': 4, 'b': [6]}
    """
    if not structures:
        raise ValueError("map_structure needs at least one structure.")
    first, *others = structures
    if not others:
        return _map_one(func, first, none_is_leaf)
    leaves, spec = optree.tree_flatten(first, none_is_leaf=none_is_leaf, namespace=NAMESPACE)
    return spec.unflatten(map(func, leaves, *(_flatten_like(first, other, none_is_leaf) for other in others)))


def _map_one(func, structure, none_is_leaf):
    if _is_leaf(structure) and (none_is_leaf or structure is not None):
        return func(structure)
    if none_is_leaf and type(structure) in (list, tuple) and all(map(_is_leaf, structure)):
        return type(structure)([func(leaf) for leaf in structure])
    return optree.tree_map(func, structure, none_is_leaf=none_is_leaf, namespace=NAMESPACE)


def map_structure_with_path(func, structure):
    """Like `map_structure`, for one structure and a function of `(path, leaf)`, the path being a tuple."""
    return optree.tree_map_with_path(func, structure, **_OPTIONS)


@keras_export("keras.tree.map_structure_up_to")
def map_structure_up_to(shallow_structure, func, *structures):
    """Calls a function on the parts of the structures that lie where a shallower structure has its leaves.

    Args:
        shallow_structure: The structure that says how deep to go.
        func: A function of as many arguments as there are `structures`; it may receive whole sub-structures.
        *structures: Structures that begin with the form of `shallow_structure`.

    Returns:
        A structure of the form of `shallow_structure`, with the results as its leaves.

    Example:

    >>> keras.tree.map_structure_up_to([None, None], len, [[1, 2], (3,)])
    [2, 1]
    """
    if not structures:
        raise ValueError("map_structure_up_to needs at least one structure.")
    parts, specs = zip(*(_flatten_up_to(shallow_structure, structure) for structure in structures))
    return specs[0].unflatten(map(func, *parts))


@keras_export("keras.tree.assert_same_structure")
def assert_same_structure(a, b, check_types=None):
    """Raises unless two structures have the same form: the same containers, lengths and keys.

    Args:
        a: A structure.
        b: A structure.
        check_types: Deprecated, without effect.

    Raises:
        ValueError: If the forms differ.

    Example:

    >>> keras.tree.assert_same_structure([1, {"a": 2}], [3, {"a": 4}])
    """
    if check_types is not None:
        warn(
            "`check_types` has no effect; leave it out.",
            DeprecationWarning,
        )
    if not (_is_leaf(a) and _is_leaf(b)):
        _flatten_like(a, b)


@keras_export("keras.tree.assert_same_paths")
def assert_same_paths(a, b):
    """Raises unless the leaves of two structures have the same paths; lists and tuples count as equal.

    Args:
        a: A structure.
        b: A structure.

    Raises:
        ValueError: If a path is in only one of them; the message names it.

    Example:

    >>> keras.tree.assert_same_paths([1, (2,)], (3, [4]))
    """
    paths = [set(optree.tree_paths(structure, **_OPTIONS)) for structure in (a, b)]
    if paths[0] == paths[1]:
        return
    report = (
        f"in `{name}` only: {sorted(mine - other, key=str)}"
        for name, mine, other in (("a", *paths), ("b", *paths[::-1]))
    )
    raise ValueError(f"The structures `a` and `b` have different paths; {'; '.join(report)}.")


@keras_export("keras.tree.pack_sequence_as")
def pack_sequence_as(structure, flat_sequence):
    """Puts a flat sequence of leaves into the form of a structure: the inverse of `flatten`.

    Args:
        structure: The structure that gives the form.
        flat_sequence: An iterable with as many items as `structure` has leaves.

    Returns:
        A structure of that form.

    Example:

    >>> keras.tree.pack_sequence_as({"a": 0, "b": [0, 0]}, [1, 2, 3])
    {'a': 1, 'b': [2, 3]}
    """
    return optree.tree_structure(structure, **_OPTIONS).unflatten(flat_sequence)


@keras_export("keras.tree.lists_to_tuples")
def lists_to_tuples(structure):
    """Turns every list in a structure into a tuple, at all depths.

    Args:
        structure: Any nested structure.

    Returns:
        The structure with tuples in the place of lists.

    Example:

    >>> keras.tree.lists_to_tuples({"a": [1, [2, 3]]})
    {'a': (1, (2, 3))}
    """
    return traverse(lambda x: tuple(x) if isinstance(x, list) else None, structure, top_down=False)


@keras_export("keras.tree.map_shape_structure")
def map_shape_structure(func, structure):
    """Calls a function on each shape in a structure: a list or tuple that holds only integers and `None`.

    Args:
        func: A function of one shape.
        structure: Any nested structure of shapes.

    Returns:
        A structure of the same form, with the results in the place of the shapes.

    Example:

    >>> keras.tree.map_shape_structure(lambda shape: len(shape), {"a": (None, 3), "b": [2, 4, 5]})
    {'a': 2, 'b': 3}
    """
    return optree.tree_map(func, structure, is_leaf=_is_shape, **_OPTIONS)


def _is_shape(x):
    return isinstance(x, (list, tuple)) and all(d is None or isinstance(d, numbers.Integral) for d in x)


@keras_export("keras.tree.traverse")
def traverse(func, structure, top_down=True):
    """Visits every part of a structure, nodes and leaves; what the function returns replaces the part.

    Args:
        func: A function of a part. `None` keeps the part (top-down: and goes on into it), `MAP_TO_NONE` puts `None`
            there.
        structure: Any nested structure.
        top_down: Whether a node is visited before its children.

    Returns:
        The structure with its replaced parts.

    Example:

    >>> keras.tree.traverse(lambda x: sum(x) if isinstance(x, list) else None, {"a": [1, 2], "b": 4})
    {'a': 3, 'b': 4}
    """
    if top_down:
        result = func(structure)
        return _visit_children(func, structure, True) if result is None else _replacement(result)
    structure = _visit_children(func, structure, False)
    result = func(structure)
    return structure if result is None else _replacement(result)


def _replacement(result):
    return None if result is MAP_TO_NONE else result


def _visit_children(func, node, top_down):
    if _is_leaf(node):
        return node
    # Only one level is opened, so that the children are the node's own and not its leaves.
    children, spec = optree.tree_flatten(node, is_leaf=lambda x: x is not node, **_OPTIONS)
    return spec.unflatten(traverse(func, child, top_down) for child in children)
