"""Losses made of a function, and what the functions share."""

import inspect

from keras.src import ops
from keras.src.backend import standardize_dtype
from keras.src.losses import wrapped_function
from keras.src.losses.loss import Loss, align_ranks
from keras.src.saving import serialization_lib


class LossFunctionWrapper(Loss):
    """A loss that calls `fn(y_true, y_pred, **kwargs)`.

    Args:
        fn: Function that gives a value per sample.
        reduction: See `Loss`.
        name: See `Loss`.
        dtype: See `Loss`.
        **kwargs: Further arguments of `fn`.
    """

    # Arguments, with their defaults, that files of Keras 3 do not hold; written only where they differ.
    _silent_defaults = {}

    def __init__(self, fn, reduction="sum_over_batch_size", name=None, dtype=None, **kwargs):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true, y_pred):
        """Calls the function, on tensors of equal rank where a last axis of size one decides."""
        if hasattr(y_true, "shape") and hasattr(y_pred, "shape"):
            y_true, y_pred = align_ranks(y_true, y_pred)
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self):
        """Returns the constructor's arguments."""
        arguments = {k: v for k, v in self._fn_kwargs.items() if v != self._silent_defaults.get(k, self)}
        if wrapped_function.is_in_config(type(self), LossFunctionWrapper):
            arguments["fn"] = self.fn
        return {**super().get_config(), **serialization_lib.serialize_dict(arguments)}

    @classmethod
    def from_config(cls, config):
        """Builds a loss from what `get_config()` returned."""
        return wrapped_function.made_from_config(cls, config)

    def __repr__(self):
        return f"<{type(self).__name__}({self.fn.__name__}, kwargs={self._fn_kwargs})>"


def of_function(function, name=None):
    """Class decorator: the constructor of a loss takes the settings of `function`, then `reduction`, `name` and `dtype`.

    Args:
        function: Function of labels, predictions and settings.
        name: Name of the loss where it is not that of the function.
    """
    settings = list(inspect.signature(function).parameters.values())[2:]
    own, *common = inspect.signature(Loss.__init__).parameters.values()
    common = sorted(
        (p.replace(default=name or function.__name__) if p.name == "name" else p for p in common), key=_place
    )
    signature = inspect.Signature([own, *settings, *common])

    def decorate(cls):
        def __init__(self, *args, **kwargs):
            bound = signature.bind(self, *args, **kwargs)
            bound.apply_defaults()
            arguments = {p.name: bound.arguments[p.name] for p in settings}
            LossFunctionWrapper.__init__(self, function, *[bound.arguments[p.name] for p in common], **arguments)
            self.__dict__.update(arguments)

        __init__.__signature__ = signature
        cls.__init__ = __init__
        return cls

    return decorate


def _place(parameter):
    return ("reduction", "name", "dtype").index(parameter.name)


def tensor_pair(y_true, y_pred):
    """Both as tensors of the dtype of the predictions, of equal rank where a last axis of size one decides."""
    return align_ranks(*unaligned_pair(y_true, y_pred))


def unaligned_pair(y_true, y_pred):
    """Both as tensors of the dtype of the predictions, in their own shapes."""
    y_pred = ops.convert_to_tensor(y_pred)
    return ops.convert_to_tensor(y_true, dtype=standardize_dtype(y_pred.dtype)), y_pred
