"""Scopes that prefix the paths of variables."""

from keras.src.backend.common.global_state import STATE


class name_scope:
    """Context in which new variables get a path below `name`.

    Args:
        name: String without `/`.
        caller: Object on whose behalf the scope is opened.
        deduplicate: Whether a scope opened again by the same caller and name, directly within itself, adds nothing.
        override_parent: Path that replaces what the enclosing scopes say.

    Example:

    >>> with keras.name_scope("encoder"):
    ...     v = keras.Variable(1.0, name="scale")
    >>> v.path
    'encoder/scale'
    """

    def __init__(self, name, caller=None, deduplicate=True, override_parent=None):
        if not isinstance(name, str) or "/" in name:
            raise ValueError(f"The name of a scope is a string without `/`. Received: name={name!r}")
        self.name = name
        self.caller = caller
        self.deduplicate = deduplicate
        self.override_parent = override_parent

    def _repeats(self, enclosing):
        return self.deduplicate and enclosing.is_of(self.caller, self.name)

    def is_of(self, caller, name):
        """Whether this is the scope that `caller` opens under a name, so that opening it again within adds nothing."""
        return caller is not None and self.caller is caller and self.name == name

    def __enter__(self):
        stack = STATE.name_scopes
        self._pushed = not (stack and self._repeats(stack[-1]))
        if self._pushed:
            stack.append(self)
        return self

    def __exit__(self, *exception):
        if self._pushed:
            STATE.name_scopes.pop()


def current_path():
    """Returns the names of the open scopes joined by `/`, or an empty string."""
    parts = []
    for scope in reversed(STATE.name_scopes):
        if scope.name:
            parts.append(scope.name)
        if scope.override_parent is not None:
            if scope.override_parent:
                parts.append(scope.override_parent)
            break
    return "/".join(reversed(parts))
