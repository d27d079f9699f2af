"""`Config`: names and values that can be frozen."""

import json

from keras.src.api_export import keras_export


@keras_export("keras.utils.Config")
class Config:
    """Names with values, as attributes or as of a dict, which can be frozen: then a change raises.

    Args:
        kwargs: The first names and values.

    Example:

    >>> config = keras.utils.Config(rate=0.1, layers=2)
    >>> config.rate
    0.1
    >>> config["units"] = 8
    >>> config.as_dict()
    {'rate': 0.1, 'layers': 2, 'units': 8}
    >>> config.freeze()
    >>> config.rate = 0.2
    Traceback (most recent call last):
    ...
    ValueError: Cannot change rate: the config is frozen. Call `unfreeze()` first.
    """

    # Set beside the dict of attributes, so that any name is free for values.
    _config: dict
    _frozen: bool

    def __init__(self, **kwargs):
        object.__setattr__(self, "_config", kwargs)
        object.__setattr__(self, "_frozen", False)

    @property
    def frozen(self):
        """Whether the config is frozen."""
        return self._frozen

    def freeze(self):
        """Refuses changes from now on."""
        object.__setattr__(self, "_frozen", True)

    def unfreeze(self):
        """Allows changes again."""
        object.__setattr__(self, "_frozen", False)

    def _check_changeable(self, names):
        if self._frozen:
            raise ValueError(
                f"Cannot change {', '.join(map(str, names))}: the config is frozen. Call `unfreeze()` first."
            )

    def __setitem__(self, name, value):
        self._check_changeable([name])
        self._config[name] = value

    def __getitem__(self, name):
        return self._config[name]

    def __delitem__(self, name):
        self._check_changeable([name])
        del self._config[name]

    def __setattr__(self, name, value):
        self[name] = value

    def __getattr__(self, name):
        # While it is copied or unpickled there is no dict yet.
        values = self.__dict__.get("_config", {})
        if name not in values:
            raise AttributeError(f"The config has no {name!r}. It has: {sorted(map(str, values))}")
        return values[name]

    def __delattr__(self, name):
        if name not in self._config:
            raise AttributeError(f"The config has no {name!r}. It has: {sorted(map(str, self._config))}")
        del self[name]

    def __setstate__(self, state):
        self.__dict__.update(state)

    def __copy__(self):
        made = type(self)(**self._config)
        object.__setattr__(made, "_frozen", self._frozen)
        return made

    def __contains__(self, name):
        return name in self._config

    def __iter__(self):
        return iter(sorted(self._config))

    def __len__(self):
        return len(self._config)

    def __repr__(self):
        return f"<Config {self._config}>"

    def keys(self):
        """The names."""
        return self._config.keys()

    def values(self):
        """The values."""
        return self._config.values()

    def items(self):
        """Pairs of names and values."""
        return self._config.items()

    def get(self, keyname, value=None):
        """The value of a name.

        Args:
            keyname: The name.
            value: What to return where there is no such name.
        """
        return self._config.get(keyname, value)

    def pop(self, *args):
        """Removes a name and returns its value; a second argument is returned where there is no such name."""
        self._check_changeable(args[:1])
        return self._config.pop(*args)

    def update(self, *args, **kwargs):
        """Takes names and values of a dict, of pairs or of keywords."""
        changed = dict(*args, **kwargs)
        self._check_changeable(changed)
        self._config.update(changed)

    def as_dict(self):
        """Returns the names and values as a dict of its own."""
        return dict(self._config)

    def to_json(self):
        """Returns the names and values as JSON."""
        return json.dumps(self._config, default=_values_of)


def _values_of(value):
    if isinstance(value, Config):
        return value.as_dict()
    raise TypeError(f"JSON has no form for {value!r}, of type {type(value).__name__}.")
