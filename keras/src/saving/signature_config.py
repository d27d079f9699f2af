"""Configs that follow from the constructor's signature."""

import inspect

from keras.src.saving.serialization_lib import serialize_keras_object


class SignatureConfig:
    """Gives `get_config()`, read off the attributes named like the constructor's parameters, and `from_config()`."""

    def get_config(self):
        """Returns the constructor's arguments, as plain values."""
        names = inspect.signature(type(self)).parameters
        return {name: serialize_keras_object(getattr(self, name)) for name in names if hasattr(self, name)}

    @classmethod
    def from_config(cls, config):
        """Builds an instance from what `get_config()` returned."""
        return cls(**config)
