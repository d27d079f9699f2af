"""Expected values were read off Keras 3.15.1, run as a black box."""

import collections

import numpy as np
import pytest

from keras.src import tree

Pair = collections.namedtuple("Pair", "x y")
ORDERED = collections.OrderedDict([("b", 1), ("a", 2)])

# structure, leaves, paths
STRUCTURES = [
    (None, [None], [()]),
    ("abc", ["abc"], [()]),
    ([1, None, (2, 3)], [1, None, 2, 3], [(0,), (1,), (2, 0), (2, 1)]),
    ({"b": 1, "a": None}, [None, 1], [("a",), ("b",)]),
    (ORDERED, [1, 2], [("b",), ("a",)]),
    (collections.defaultdict(int, {"b": 1, "a": 2}), [2, 1], [("a",), ("b",)]),
    (Pair(1, [2]), [1, 2], [(0,), (1, 0)]),
    (collections.deque([1, 2]), [1, 2], [(0,), (1,)]),
    ([], [], []),
    ([{}, []], [], []),
    ({1: 2, "a": 3}, [2, 3], [(1,), ("a",)]),
]


@pytest.mark.parametrize("structure, leaves, paths", STRUCTURES, ids=str)
class TestEveryStructure:
    def test_flatten(self, structure, leaves, paths):
        assert tree.flatten(structure) == leaves
        assert tree.flatten_with_path(structure) == list(zip(paths, leaves))

    def test_pack_inverts_flatten(self, structure, leaves, paths):
        packed = tree.pack_sequence_as(structure, leaves)
        assert packed == structure and type(packed) is type(structure)

    def test_map_keeps_form(self, structure, leaves, paths):
        mapped = tree.map_structure(lambda x: ("leaf", x), structure)
        seen = [pair[1] for pair in tree.flatten_with_path(tree.map_structure(lambda x: (x,), structure))]
        assert seen == leaves
        if tree.is_nested(structure):
            assert type(mapped) is type(structure)
        assert tree.map_structure(lambda x, y: x, structure, structure) == structure

    def test_map_with_path(self, structure, leaves, paths):
        found = []
        tree.map_structure_with_path(lambda path, leaf: found.append((path, leaf)), structure)
        assert found == list(zip(paths, leaves))


def test_is_nested():
    for node in ([], (), {}, Pair(1, 2), ORDERED, [1], collections.deque()):
        assert tree.is_nested(node)
    for leaf in (None, 1, "abc", {1, 2}, np.ones(2), range(3)):
        assert not tree.is_nested(leaf)


def test_map_of_several_structures():
    def pair(a, b):
        return (a, b)

    assert tree.map_structure(pair, [1, None], [3, 4]) == [(1, 3), (None, 4)]
    assert tree.map_structure(pair, {"a": 1, "b": 2}, collections.OrderedDict(b=3, a=4)) == {"a": (1, 4), "b": (2, 3)}
    for first, second in [
        ([1, 2], (3, 4)),
        ([1, 2], [3, [4]]),
        ([1], [1, 2]),
        ({"a": 1}, {"b": 1}),
        ([1], 1),
    ]:
        with pytest.raises(ValueError):
            tree.map_structure(pair, first, second)
    with pytest.raises(ValueError, match="at least one"):
        tree.map_structure(pair)
    with pytest.raises(TypeError):
        tree.map_structure(3, [1])


def test_none_may_stay():
    assert tree.map_structure(lambda x: (x,), [1, None], none_is_leaf=False) == [
        (1,),
        None,
    ]
    assert tree.map_structure(lambda x: (x,), None, none_is_leaf=False) is None
    with pytest.raises(ValueError, match="None"):
        tree.map_structure(lambda a, b: (a, b), [1, None], [1, 2], none_is_leaf=False)


def test_map_up_to():
    up_to = tree.map_structure_up_to
    assert up_to([1, 2], lambda x, y: (x, y), [[1, 2], (3,)], [4, 5]) == [
        ([1, 2], 4),
        ((3,), 5),
    ]
    assert up_to(1, lambda x: x, {"a": [1]}) == {"a": [1]}
    assert up_to((1, (2,)), lambda x, y: (x, y), (1, ([5],)), ("a", ("b",))) == (
        (1, "a"),
        (([5], "b"),),
    )
    for shallow, deep in [
        ([1, 2], [[1, 2]]),
        ([1, 2], ([1, 2], 3)),
        ({"a": 1}, {"a": 1, "b": 2}),
    ]:
        with pytest.raises(ValueError):
            up_to(shallow, lambda x: x, deep)


def test_assert_same_structure():
    for a, b in [
        ([1, 2], [3, 4]),
        ({"a": 1}, collections.OrderedDict(a=1)),
        (None, 1),
        ([None], [1]),
        ([[]], [[]]),
    ]:
        tree.assert_same_structure(a, b)
    for a, b in [
        ([1], (1,)),
        ([1], [[1]]),
        ([1], 1),
        (1, [1]),
        (Pair(1, 2), (1, 2)),
        ([[]], [1]),
        ([1], [[]]),
    ]:
        with pytest.raises(ValueError):
            tree.assert_same_structure(a, b)
    with pytest.warns(DeprecationWarning):
        tree.assert_same_structure([1], [2], check_types=True)


def test_assert_same_paths():
    tree.assert_same_paths([{"a": 1}], ({"a": 2},))
    with pytest.raises(ValueError, match=r"in `a` only: \[\(1, 0\)\]; in `b` only: \[\(1,\)\]"):
        tree.assert_same_paths([1, [2]], [1, 2])


def test_pack_errors():
    for leaves, error in [([1], ValueError), ([1, 2, 3], ValueError), (5, TypeError)]:
        with pytest.raises(error):
            tree.pack_sequence_as([1, 2], leaves)


def test_lists_to_tuples():
    converted = tree.lists_to_tuples({"a": [1, [2]], "b": Pair(1, [2])})
    assert converted == {"a": (1, (2,)), "b": Pair(1, (2,))}
    assert type(converted["b"]) is Pair


def test_map_shape_structure():
    def mark(shape):
        return ("S", shape)

    assert tree.map_shape_structure(mark, (None, 3)) == ("S", (None, 3))
    assert tree.map_shape_structure(mark, [(1, None), [2, 3]]) == [
        ("S", (1, None)),
        ("S", [2, 3]),
    ]
    assert tree.map_shape_structure(mark, {"a": None, "b": [(), []]}) == {
        "a": ("S", None),
        "b": [("S", ()), ("S", [])],
    }


def test_traverse_order_and_replacement():
    structure = {"a": [1, 2], "b": 3}
    seen = []
    assert tree.traverse(seen.append, structure) == structure
    assert seen == [structure, [1, 2], 1, 2, 3]
    seen.clear()
    tree.traverse(seen.append, structure, top_down=False)
    assert seen == [1, 2, [1, 2], 3, structure]
    bottom_up = tree.traverse(
        lambda x: sum(x) if isinstance(x, list) else x + 1 if isinstance(x, int) else None,
        structure,
        top_down=False,
    )
    assert bottom_up == {"a": 5, "b": 4}
    assert tree.traverse(lambda x: tree.MAP_TO_NONE if x == [1, 2] else None, structure) == {"a": None, "b": 3}


def test_registered_classes_are_nodes():
    @tree.register_tree_node_class
    class Basket(list):
        pass

    @tree.register_tree_node_class
    class Drawer(dict):
        pass

    drawer = Drawer(b=1, a=Basket([2, None]))
    assert tree.flatten(drawer) == [2, None, 1]
    mapped = tree.map_structure(lambda x: (x,), drawer)
    assert type(mapped) is Drawer and type(mapped["a"]) is Basket and mapped["a"] == [(2,), (None,)]
    assert tree.flatten_with_path(drawer)[0] == (("a", 0), 2)
    assert tree.lists_to_tuples(drawer)["a"] == (2, None)
    with pytest.raises(ValueError):
        tree.assert_same_structure(drawer, dict(drawer))
    with pytest.raises(TypeError, match="derive from"):
        tree.register_tree_node_class(object)
