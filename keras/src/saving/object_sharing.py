"""One object that a config names in several places comes back as one object."""

import contextlib
from contextvars import ContextVar

ID = "shared_object_id"
_writing = ContextVar("keras_objects_being_saved", default=None)
_reading = ContextVar("keras_objects_being_loaded", default=None)


class _Loaded:
    """What was built so far from one file: by its id, or with its config where the first use has no id."""

    def __init__(self):
        self.by_id = {}
        self.anonymous = []

    def find(self, config):
        number = config.get(ID)
        if number is None:
            return None
        if number not in self.by_id:
            self._adopt(number, config)
        return self.by_id.get(number)

    def _adopt(self, number, config):
        # Keras 3 writes the id from the second use on only: the first one is known by its equal config.
        wanted = _identity(config)
        for position, (candidate, instance) in enumerate(self.anonymous):
            if candidate["class_name"] == config["class_name"] and _identity(candidate) == wanted:
                self.by_id[number] = instance
                del self.anonymous[position]
                return

    def record(self, config, instance):
        if config.get(ID) is None:
            self.anonymous.append((config, instance))
        else:
            self.by_id[config[ID]] = instance


def without_ids(config):
    """A copy of a config, at all depths without the ids of shared objects."""
    if isinstance(config, dict):
        return {key: without_ids(value) for key, value in config.items() if key != ID}
    if isinstance(config, (list, tuple)):
        return [without_ids(value) for value in config]
    return config


def _identity(config):
    """What two uses of one object have in common; their places in a graph differ."""
    return [config["class_name"], config.get("module"), without_ids(config.get("config"))]


class _Saved:
    """Numbers the objects written in one scope; keeps them alive, so that a Python id stands for one object only."""

    def __init__(self):
        self.numbers = {}
        self.alive = []
        self.uses = {}

    def number(self, obj):
        if id(obj) not in self.numbers:
            self.numbers[id(obj)] = len(self.numbers) + 1
            self.alive.append(obj)
        number = self.numbers[id(obj)]
        self.uses[number] = self.uses.get(number, 0) + 1
        return number

    def forget_single_uses(self, config):
        """Removes, in place, the ids that stand once in `config`."""
        if isinstance(config, dict):
            if self.uses.get(config.get(ID)) == 1:
                del config[ID]
            for value in config.values():
                self.forget_single_uses(value)
        elif isinstance(config, (list, tuple)):
            for value in config:
                self.forget_single_uses(value)


@contextlib.contextmanager
def writing():
    """While it is open, serialized objects carry ids; yields the table: `forget_single_uses` tidies the result."""
    table = _Saved()
    token = _writing.set(table)
    try:
        yield table
    finally:
        _writing.reset(token)


@contextlib.contextmanager
def reading():
    """While it is open, one id (and, failing that, one equal config) gives one object."""
    token = _reading.set(_Loaded())
    try:
        yield
    finally:
        _reading.reset(token)


class ObjectSharingScope:
    """While it is open, objects that are serialized several times are one object again when their configs are read."""

    def __enter__(self):
        self._scopes = contextlib.ExitStack()
        self._scopes.enter_context(writing())
        self._scopes.enter_context(reading())

    def __exit__(self, *exception):
        self._scopes.close()


def mark(obj, config):
    """Puts the id of `obj` into its config, within a `writing` scope."""
    table = _writing.get()
    if table is not None:
        config[ID] = table.number(obj)


def find(config):
    """The object that was already built for this config, within a `reading` scope; else None."""
    table = _reading.get()
    return None if table is None else table.find(config)


def record(config, instance):
    """Remembers what was built for this config, within a `reading` scope."""
    table = _reading.get()
    if table is not None:
        table.record(config, instance)
