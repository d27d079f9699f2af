import collections
import copy

import pytest

import keras
from keras.src import tree
from keras.src.utils.tracking import TrackedDict, TrackedList, TrackedSet, Tracker


class Item:
    pass


@pytest.fixture
def items():
    return [Item() for _ in range(6)]


def tracker_of(store):
    return Tracker({"items": (lambda x: isinstance(x, Item), store)})


def test_containers_of_any_depth_are_tracked(items):
    store = []
    pair = collections.namedtuple("Pair", "left right")
    value = [items[0], {"k": (items[1], [items[2]])}, pair(items[3], 1), 5, "text", {"s"}]
    tracked = tracker_of(store).track(value)
    assert store == items[:4]
    assert isinstance(tracked, TrackedList) and isinstance(tracked[1], TrackedDict)
    assert isinstance(tracked[1]["k"][1], TrackedList) and isinstance(tracked[2], pair)
    assert tree.flatten(tracked)[:4] == items[:4]


def test_lists_track_what_they_take_and_forget_what_they_lose(items):
    store = []
    a, b, c, d, e, f = items
    numbers = tracker_of(store).track([a])
    numbers.append(b)
    numbers.extend([c])
    numbers.insert(0, d)
    numbers += [e]
    assert numbers == [d, a, b, c, e] and store == [a, b, c, d, e]
    assert numbers.pop() is e
    numbers.remove(a)
    del numbers[0]
    numbers[0] = f
    assert numbers == [f, c] and store == [c, f]
    numbers.clear()
    assert store == []


def test_dicts_and_sets_track_what_they_take_and_forget_what_they_lose(items):
    store = []
    a, b, c, d, e, f = items
    tracker = tracker_of(store)
    table = tracker.track({"a": a})
    table["b"] = b
    table.update({"c": c}, d=d)
    table.setdefault("e", e)
    assert store == [a, b, c, d, e]
    table.pop("a")
    del table["b"]
    table.popitem()
    assert table.pop("missing", None) is None
    assert store == [c, d]
    table.clear()
    group = tracker.track({a})
    group.add(b)
    group.update([c], [d])
    group.discard(a)
    group.remove(b)
    assert isinstance(group, TrackedSet) and set(store) == {c, d}


def test_each_value_is_tracked_once_and_goes_to_the_first_store_that_wants_it(items):
    first, second = [], []
    tracker = Tracker({"one": (lambda x: x is items[0], first), "all": (lambda x: isinstance(x, Item), second)})
    tracker.track([items[0], items[0], items[1]])
    assert first == [items[0]] and second == [items[1]]
    tracker.untrack(items[0])
    assert first == []


def test_what_stood_in_a_store_at_first_is_known():
    first = range(3)
    tracker = Tracker({"ranges": (lambda x: isinstance(x, range), [first])})
    tracker.track([first, range(2)])
    assert tracker.stores["ranges"][1] == [first, range(2)]
    tracker.untrack(first)
    assert tracker.stores["ranges"][1] == [range(2)]


def test_a_locked_tracker_refuses_new_state_only(items):
    store = []
    tracker = tracker_of(store)
    tracker.track(items[0])
    tracker.lock("too late")
    tracker.track([items[0], 3])
    with pytest.raises(ValueError, match="too late"):
        tracker.track([items[1]])
    tracker.unlock()
    tracker.track(items[1])
    assert store == items[:2]


def test_copies_are_plain(items):
    tracked = tracker_of([]).track([{"k": 1}])
    duplicate = copy.deepcopy(tracked)
    assert duplicate == [{"k": 1}] and type(duplicate) is list


def test_other_containers_stay_as_they_are(items):
    store = []
    table = collections.defaultdict(list, k=items[0])
    assert tracker_of(store).track(table) is table
    assert store == [items[0]]
    ordered = tracker_of(store).track(collections.OrderedDict(a=items[1]))
    ordered["b"] = items[2]
    assert isinstance(ordered, collections.OrderedDict) and store == items[:3]


class OwnList(list):
    """A list of a class of the user's own."""


def holding_itself(kind, *items):
    held = kind(items)
    held.append(held)
    held.append({"back": held, "pair": (held, 3)})
    return held


@pytest.mark.parametrize("kind", [list, OwnList])
def test_a_list_may_hold_itself(kind):
    layer = keras.layers.Dense(2)
    layer.extra = holding_itself(kind, keras.Variable([1.0]))
    extra = layer.extra
    assert extra[1] is extra and extra[2]["back"] is extra and extra[2]["pair"][0] is extra
    assert len(layer.variables) == 1


def test_a_layer_with_a_list_that_holds_itself_is_saved(tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.layers[0].extra = holding_itself(list, 1)
    model.save(tmp_path / "m.keras")
    assert keras.models.load_model(tmp_path / "m.keras").output_shape == (None, 2)


@pytest.mark.parametrize("kind", [dict, collections.OrderedDict])
def test_a_dict_may_hold_itself(kind):
    held = kind(v=keras.Variable([1.0]))
    held["self"] = held
    layer = keras.layers.Dense(2)
    layer.extra = held
    assert layer.extra["self"] is layer.extra and len(layer.variables) == 1


class Keeping(keras.layers.Layer):
    def __init__(self, things=(), **kwargs):
        super().__init__(**kwargs)
        self.things = things

    def call(self, x):
        return x


def test_a_config_that_holds_itself_is_refused(tmp_path):
    things = []
    things.append(things)
    model = keras.Sequential([keras.Input((3,)), Keeping(things)])
    with pytest.raises(ValueError, match="holds itself"):
        model.save(tmp_path / "m.keras")
    assert not list(tmp_path.iterdir())


# A tracked container has the form of the plain one, whatever is on the other side.

PLAIN = {
    "dict": lambda: {"b": 1, "a": [2, 3]},
    "list": lambda: [1, [2, {"x": 3}], (4,)],
    "ordered": lambda: collections.OrderedDict([("b", 1), ("a", 2)]),
    "tuple": lambda: ([1, 2], {"k": 5}),
    "empty": dict,
}


def held_by_a_layer(value):
    layer = keras.layers.Layer()
    layer.held = value
    assert type(layer.held) is not type(value) or isinstance(value, tuple)
    return layer.held


@pytest.mark.parametrize("kind", PLAIN)
class TestFormOfTrackedContainers:
    def test_alone(self, kind):
        plain, tracked = PLAIN[kind](), held_by_a_layer(PLAIN[kind]())
        assert tree.is_nested(tracked)
        assert tree.flatten(tracked) == tree.flatten(plain)
        assert tree.flatten_with_path(tracked) == tree.flatten_with_path(plain)
        assert tree.map_structure(str, tracked) == tree.map_structure(str, plain)
        assert tree.lists_to_tuples(tracked) == tree.lists_to_tuples(plain)
        leaves = list("abcdef"[: len(tree.flatten(plain))])
        assert tree.pack_sequence_as(tracked, leaves) == tree.pack_sequence_as(plain, leaves)
        assert tree.traverse(lambda x: None, tracked) == plain

    @pytest.mark.parametrize("sides", [(0, 1), (1, 0), (1, 1)])
    def test_beside_another(self, kind, sides):
        both = PLAIN[kind](), held_by_a_layer(PLAIN[kind]())
        a, b = both[sides[0]], both[sides[1]]
        doubled = tree.map_structure(lambda x: 2 * x, both[0])
        tree.assert_same_structure(a, b)
        tree.assert_same_paths(a, b)
        for none_is_leaf in (True, False):
            summed = tree.map_structure(lambda x, y: x + y, a, b, none_is_leaf=none_is_leaf)
            assert summed == doubled and type(summed) is type(a)
        assert tree.map_structure_up_to(a, lambda x, y: x + y, a, b) == doubled


def test_what_has_another_form_is_refused_also_where_it_is_tracked():
    tracked = held_by_a_layer({"a": [1, 2]})
    for other in ({"a": [1]}, {"b": [1, 2]}, {"a": (1, 2)}, [[1, 2]], {"a": 1}):
        for pair in ((tracked, other), (other, tracked)):
            with pytest.raises(ValueError):
                tree.assert_same_structure(*pair)
            with pytest.raises(ValueError):
                tree.map_structure(lambda x, y: x, *pair)


def test_tracked_sets_have_children():
    tracked = held_by_a_layer({7})
    assert tree.is_nested(tracked) and tree.flatten(tracked) == [7]
    assert tree.map_structure(str, tracked) == {"7"}
    with pytest.raises(ValueError):
        tree.assert_same_structure(tracked, {7})


@pytest.mark.parametrize("value", [[1, 2], {"a": [1]}, {1, 2}, [[1], {"b": 2}]])
def test_a_container_of_another_object_is_copied(value):
    """A config may hold the containers of its layer: that of a second layer changes neither."""

    class Holding(keras.layers.Layer):
        def __init__(self, value):
            super().__init__()
            self.value = value

        def get_config(self):
            return {"value": self.value}

    first = Holding(copy.deepcopy(value))
    second = Holding.from_config(first.get_config())
    assert first.value == value == second.value
    assert second.value is not first.value and second.value.tracker is not first.value.tracker


def test_state_in_a_container_of_another_object():
    first, second = keras.layers.Layer(), keras.layers.Layer()
    first.parts = [keras.layers.Dense(1)]
    second.parts = first.parts
    second.parts.append(keras.layers.Dense(2))
    assert len(first.parts) == 1 and len(first._layers) == 1
    assert len(second.parts) == 2 and len(second._layers) == 2


def test_trackers_may_share_what_they_know_of_classes():
    known = set()
    found, others = [], []
    tracker = Tracker({"found": (lambda x: isinstance(x, range), found)}, known)
    item = object()
    tracker.track([item, range(2), {"k": item}])
    assert known == {object} and found == [range(2)]
    Tracker({"found": (lambda x: isinstance(x, range), others)}, known).track([range(2), range(3), item])
    assert others == [range(2), range(3)]
    alone = []
    Tracker({"all": (lambda x: type(x) is object, alone)}).track(item)
    assert alone == [item]
