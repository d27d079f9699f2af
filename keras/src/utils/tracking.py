"""Tracking: an object notes the variables, layers, metrics and seeds that are assigned to its attributes, at any
depth of containers.
"""

import functools
import threading
import types
from collections import OrderedDict

import numpy as np

from keras.src import tree

# Values of these types are never state and never contain any.
INERT = frozenset(
    (int, float, complex, bool, str, bytes, type(None), type, np.ndarray, np.dtype)
    + (types.FunctionType, types.MethodType, types.BuiltinFunctionType)
)


_untracked = threading.local()


class DotNotTrackScope:
    """Context in which attributes are kept as they are, in this thread: nothing in them becomes state."""

    def __enter__(self):
        self._outer = not is_tracking_enabled()
        _untracked.now = True

    def __exit__(self, *exception):
        _untracked.now = self._outer


def is_tracking_enabled():
    """Whether what is assigned to attributes is tracked now."""
    return not getattr(_untracked, "now", False)


def no_automatic_dependency_tracking(fn):
    """A method that keeps what it assigns to attributes as it is: lists stay lists, and nothing in them becomes state.

    Args:
        fn: Function or method.

    Example:

    >>> class Cache(keras.layers.Layer):
    ...     @no_automatic_dependency_tracking
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.entries = [keras.Variable(1.0)]
    >>> Cache().variables
    []
    """

    @functools.wraps(fn)
    def wrapper(*args, **kwargs):
        with DotNotTrackScope():
            return fn(*args, **kwargs)

    return wrapper


class Tracker:
    """Sorts what is assigned to an object's attributes into lists.

    Args:
        stores: Dict from the name of a store to a pair `(predicate, list)`. A value goes into the first store whose
            predicate holds; each value stands in a store once.
        stateless: Set of classes of values that belong to no store, to which those that turn up are added. Trackers with the
            same predicates may share it: whether one of them holds for an object must depend on its class alone.

    Example:

    >>> numbers = []
    >>> tracker = Tracker({"numbers": (lambda x: isinstance(x, range), numbers)})
    >>> _ = tracker.track([range(2), {"k": range(3)}])
    >>> numbers
    [range(0, 2), range(0, 3)]
    """

    def __init__(self, stores, stateless=None):
        self.stores = stores
        self._stateless = set() if stateless is None else stateless
        # Ids of what stands in a store, once something was put there: most stores of most objects stay empty.
        self._known = {}
        # Containers that are being tracked now, one of which may hold itself, with what takes their place.
        self._open = {}
        self.locked = False
        self._lock_message = None

    def track(self, value):
        """Notes the state in `value`; returns it, containers as containers that keep on tracking."""
        kind = value.__class__
        if kind in INERT or kind in self._stateless or not is_tracking_enabled():
            return value
        if kind is tuple and INERT.issuperset(map(type, value)):
            return value
        for name, (predicate, _) in self.stores.items():
            if predicate(value):
                self.add_to_store(name, value)
                return value
        if isinstance(value, (list, dict, set, tuple)):
            return self._track_container(value)
        self._stateless.add(kind)
        return value

    def _track_container(self, value):
        if getattr(value, "tracker", None) is self:
            return value
        if isinstance(value, tuple):
            return self._track_tuple(value)
        if id(value) in self._open:
            return self._open[id(value)]
        # A container that another object tracks, as in its config, is taken for the plain one.
        kind = value.plain_type if isinstance(value, _TrackedContainer) else value.__class__
        wrapper = _WRAPPERS.get(kind)
        tracked = self._open[id(value)] = value if wrapper is None else wrapper((), self)
        try:
            self._track_items(value, tracked)
        finally:
            del self._open[id(value)]
        return tracked

    def _track_items(self, value, tracked):
        if isinstance(tracked, _TrackedContainer):
            (tracked.extend if isinstance(value, list) else tracked.update)(value)
            return
        # A subclass may do more than its base: it stays as it is, and what it holds now is noted.
        for item in value.values() if isinstance(value, dict) else value:
            self.track(item)

    def _track_tuple(self, value):
        items = [self.track(x) for x in value]
        if all(new is old for new, old in zip(items, value)):
            return value
        return value.__class__(*items) if hasattr(value, "_fields") else value.__class__(items)

    def untrack(self, value):
        """Forgets `value`, wherever it stands."""
        for name, (_, store) in self.stores.items():
            known = self._ids_in(name) if store else ()
            if id(value) in known:
                known.discard(id(value))
                store[:] = [x for x in store if x is not value]

    def _ids_in(self, name):
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = {id(x) for x in self.stores[name][1]}
        return known

    def add_to_store(self, name, value):
        """Puts `value` into a store, unless it is there.

        Raises:
            ValueError: The tracker is locked.
        """
        known = self._ids_in(name)
        if id(value) in known:
            return
        if self.locked:
            raise ValueError(self._lock_message)
        known.add(id(value))
        self.stores[name][1].append(value)

    def lock(self, message=None):
        """Makes `track` raise `ValueError(message)` for state that is new."""
        self.locked = True
        self._lock_message = message or "This object takes no new variables, layers or metrics any more."

    def unlock(self):
        """Takes new state again."""
        self.locked = False


class _TrackedContainer:
    """What the containers share: what they take is tracked, what they lose is forgotten."""

    tracker = None

    def _take(self, value):
        return value if self.tracker is None else self.tracker.track(value)

    def _lose(self, *values):
        if self.tracker is not None:
            for value in values:
                self.tracker.untrack(value)

    def __reduce__(self):
        # Copies and pickles are plain containers: a tracker belongs to one object.
        return self.plain_type, (self.plain_type(self),)


@tree.register_tree_node_class
class TrackedList(_TrackedContainer, list):
    """A list whose items are tracked."""

    plain_type = list

    def __init__(self, values=(), tracker=None):
        self.tracker = tracker
        super().__init__([self._take(x) for x in values])

    def append(self, value):
        super().append(self._take(value))

    def insert(self, index, value):
        super().insert(index, self._take(value))

    def extend(self, values):
        super().extend([self._take(x) for x in values])

    def __iadd__(self, values):
        self.extend(values)
        return self

    def __setitem__(self, index, value):
        old = self[index] if isinstance(index, slice) else [self[index]]
        taken = [self._take(x) for x in value] if isinstance(index, slice) else self._take(value)
        super().__setitem__(index, taken)
        self._lose(*(x for x in old if not any(x is y for y in self)))

    def __delitem__(self, index):
        old = self[index] if isinstance(index, slice) else [self[index]]
        super().__delitem__(index)
        self._lose(*old)

    def pop(self, index=-1):
        value = super().pop(index)
        self._lose(value)
        return value

    def remove(self, value):
        del self[self.index(value)]

    def clear(self):
        del self[:]


class _TrackedMapping(_TrackedContainer):
    """What the dictionaries share."""

    def __init__(self, values=None, tracker=None):
        self.tracker = tracker
        super().__init__({key: self._take(x) for key, x in dict(values or {}).items()})

    def __setitem__(self, key, value):
        super().__setitem__(key, self._take(value))

    def update(self, *args, **kwargs):
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]

    def __delitem__(self, key):
        self._lose(self[key])
        super().__delitem__(key)

    def pop(self, key, *default):
        if key in self:
            self._lose(self[key])
        return super().pop(key, *default)

    def popitem(self):
        key, value = super().popitem()
        self._lose(value)
        return key, value

    def clear(self):
        self._lose(*self.values())
        super().clear()


@tree.register_tree_node_class
class TrackedDict(_TrackedMapping, dict):
    """A dictionary whose values are tracked."""

    plain_type = dict


@tree.register_tree_node_class
class TrackedOrderedDict(_TrackedMapping, OrderedDict):
    """An `OrderedDict` whose values are tracked."""

    plain_type = OrderedDict

    def popitem(self, last=True):
        key = next(reversed(self) if last else iter(self))
        return key, self.pop(key)


@tree.register_tree_node_class
class TrackedSet(_TrackedContainer, set):
    """A set whose items are tracked."""

    plain_type = set

    def __init__(self, values=(), tracker=None):
        self.tracker = tracker
        super().__init__({self._take(x) for x in values})

    def add(self, value):
        super().add(self._take(value))

    def update(self, *others):
        super().update(*([self._take(x) for x in values] for values in others))

    def discard(self, value):
        self._lose(value)
        super().discard(value)

    def remove(self, value):
        super().remove(value)
        self._lose(value)

    def pop(self):
        value = super().pop()
        self._lose(value)
        return value

    def clear(self):
        self._lose(*self)
        super().clear()


_WRAPPERS = {list: TrackedList, dict: TrackedDict, set: TrackedSet, OrderedDict: TrackedOrderedDict}
