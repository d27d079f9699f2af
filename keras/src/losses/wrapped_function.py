"""Configs of losses and metrics that wrap a function, which a subclass may fix."""

import inspect

from keras.src.saving import serialization_lib


def is_in_config(cls, wrapper):
    """Whether configs name the function: those of the wrapper itself do, and of subclasses of users, whose own `get_config`
    takes it out where the constructor fixes it. Public losses and metrics of the library are told by their class alone.

    Args:
        cls: The class.
        wrapper: The class that takes any function.
    """
    below = cls.__mro__[: cls.__mro__.index(wrapper)]
    return not any("_api_export_path" in vars(each) for each in below)


def made_from_config(cls, config):
    """An object from its config, without the function in it where the constructor does not ask for one."""
    if "fn" not in config:
        return cls(**config)
    if "fn" not in inspect.signature(cls.__init__).parameters:
        config = {name: value for name, value in config.items() if name != "fn"}
    return cls(**serialization_lib.deserialize_keras_object(config))
