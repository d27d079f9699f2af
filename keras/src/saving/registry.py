"""`get`, `serialize` and `deserialize` of a family (initializers, losses, ...), written once."""

import difflib
import inspect

from keras.src.saving import object_registration, serialization_lib
from keras.src.utils.messages import shown
from keras.src.utils.naming import to_snake_case


class Registry:
    """The members of a family by name.

    Args:
        kind: What the family calls a member, for error messages: `"initializer"`.
        members: Classes and functions. Each is known by its name, a class by that name in snake case as well.
        aliases: Dict of further name → member.
        default: What `get(None)` gives.
        ignore_case: Whether names are looked up in lower case too.
        accepts: Optional predicate; `get` takes an instance that passes it. By default anything callable passes.
        instantiate: Whether a class, given or found by its name, is called without arguments.
    """

    def __init__(
        self, kind, members, aliases=None, default=None, ignore_case=False, accepts=callable, instantiate=True
    ):
        self.kind = kind
        self.members = {}
        self.default = default
        self.ignore_case = ignore_case
        self.accepts = accepts
        self.instantiate = instantiate
        for member in members:
            self.add(member)
        for name, member in (aliases or {}).items():
            self.members[name] = member

    def add(self, member, *names):
        """Adds a class or function under its own name and `names`."""
        own = [member.__name__]
        if inspect.isclass(member):
            own.append(to_snake_case(member.__name__))
        for name in (*own, *names):
            self.members.setdefault(name, member)

    def find(self, name):
        """The class or function of this name, also a registered one; None where the name is unknown."""
        found = self.members.get(name)
        if found is None and self.ignore_case:
            found = next((m for known, m in self.members.items() if known.lower() == name.lower()), None)
        return object_registration.get_registered_object(name) if found is None else found

    def get(self, identifier):
        """Turns what users write into a member: None, a name, a config, a class, an instance or a function.

        Raises:
            ValueError: The identifier is none of these, or the name is unknown.
        """
        if identifier is None:
            return self.default
        if isinstance(identifier, (str, dict)):
            return self.deserialize(identifier)
        if inspect.isclass(identifier) and self.instantiate:
            identifier = identifier()
        if self.accepts(identifier):
            return identifier
        raise self._unknown(identifier)

    def serialize(self, obj):
        """The config of a member."""
        return serialization_lib.serialize_keras_object(obj)

    def deserialize(self, config, custom_objects=None):
        """Builds a member from its config or name; plain values that name nothing are returned as they are."""
        if isinstance(config, str):
            return self._from_name(config, custom_objects)
        if not isinstance(config, dict):
            return config
        if "class_name" not in config:
            raise ValueError(f"The config of a {self.kind} is a dict with a `class_name`. Received: {shown(config)}")
        with object_registration.CustomObjectScope(custom_objects):
            return self._from_config(config)

    def _from_name(self, name, custom_objects):
        if custom_objects is None:
            found = self.find(name)
        else:
            with object_registration.CustomObjectScope(custom_objects):
                found = self.find(name)
        if found is None:
            raise self._unknown(name)
        return found() if inspect.isclass(found) and self.instantiate else found

    def _from_config(self, config):
        config = {"config": {}, **config}
        known = {}
        if not config.get("module"):
            member = self._named_in(config)
            if member is None and config["class_name"] not in ("function", "__lambda__"):
                raise self._unknown(config)
            known = {config["class_name"]: member}
        return serialization_lib.deserialize_keras_object(config, module_objects=known)

    def _named_in(self, config):
        """What a config without a module names: what is registered, ours, or registered in some package."""
        registered_name, name = config.get("registered_name"), config["class_name"]
        if not isinstance(name, str):
            raise TypeError(f"`class_name` must be a string. Received: {shown(config)}")
        registered = registered_name and object_registration.get_registered_object(registered_name)
        return registered or self.find(name) or object_registration.registered_in_some_package(name)

    def _unknown(self, identifier):
        name = identifier if isinstance(identifier, str) else ""
        near = difflib.get_close_matches(name, self.members, n=3)
        hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
        return ValueError(
            f"Could not interpret {self.kind} identifier: {shown(identifier)}.{hint} Expected a config, a callable, a name "
            f"given to `keras.saving.register_keras_serializable` or one of: {', '.join(sorted(self.members))}."
        )
