"""Putting an object back into the state in which it was, with everything below it."""

import contextlib

from keras.src import backend
from keras.src.saving.keras_saveable import KerasSaveable

_CONTAINERS = (list, dict, set)


class Snapshot:
    """The state of an object and of what can be reached from it: attributes, containers, values of variables.

    Args:
        obj: A layer, optimizer, ...
    """

    def __init__(self, obj):
        self.obj = obj
        self.saved = {}
        with contextlib.suppress(Exception):
            obj.save_own_variables(self.saved)
        self.attributes, self.contents, self.values = [], [], []
        self._seen = {}
        self._reach(obj)
        self.saved = {name: _copied(value) for name, value in self.saved.items()}

    def _reach(self, value):
        pending = [value]
        while pending:
            value = pending.pop()
            if id(value) in self._seen:
                continue
            self._seen[id(value)] = value
            if isinstance(value, backend.Variable):
                self.values.append((value, _copied(value)))
            elif isinstance(value, KerasSaveable):
                self.attributes.append((value, dict(vars(value))))
                pending += vars(value).values()
            elif isinstance(value, dict):
                self.contents.append((value, dict(value)))
                pending += value.values()
            elif isinstance(value, _CONTAINERS):
                self.contents.append((value, list(value)))
                pending += value
            elif isinstance(value, tuple):
                pending += value

    def restore(self):
        """Puts everything back."""
        if self.saved:
            # What no attribute shows, such as the parameters of a module of the engine.
            with contextlib.suppress(Exception):
                self.obj.load_own_variables(self.saved)
        for obj, attributes in self.attributes:
            vars(obj).clear()
            vars(obj).update(attributes)
        for container, content in self.contents:
            _refill(container, content)
        for variable, value in self.values:
            variable.assign(value)


def _copied(value):
    if isinstance(value, backend.Variable):
        value = value.value
    return backend.convert_to_numpy(value).copy() if backend.is_tensor(value) else value


def _refill(container, content):
    """Gives a container its former content; not by its own methods, which may note what is added."""
    kind = next(kind for kind in _CONTAINERS if isinstance(container, kind))
    kind.clear(container)
    (list.extend if kind is list else kind.update)(container, content)
