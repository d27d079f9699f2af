"""Optimizers: how training changes variables."""

from keras.src.api_export import keras_export
from keras.src.optimizers import legacy
from keras.src.optimizers.adadelta import Adadelta
from keras.src.optimizers.adafactor import Adafactor
from keras.src.optimizers.adagrad import Adagrad
from keras.src.optimizers.adam import Adam
from keras.src.optimizers.adamax import Adamax
from keras.src.optimizers.adamw import AdamW
from keras.src.optimizers.ftrl import Ftrl
from keras.src.optimizers.lamb import Lamb
from keras.src.optimizers.lion import Lion
from keras.src.optimizers.loss_scale_optimizer import LossScaleOptimizer
from keras.src.optimizers.multi_optimizer import MultiOptimizer, OptimizerMap
from keras.src.optimizers.muon import Muon
from keras.src.optimizers.nadam import Nadam
from keras.src.optimizers.optimizer import Optimizer
from keras.src.optimizers.rmsprop import RMSprop
from keras.src.optimizers.schedule_free_adamw import ScheduleFreeAdamW
from keras.src.optimizers.sgd import SGD
from keras.src.saving.registry import Registry

__all__ = ["Optimizer", "OptimizerMap", "deserialize", "get", "legacy", "serialize"]

MEMBERS = (
    Adadelta,
    Adafactor,
    Adagrad,
    Adam,
    AdamW,
    Adamax,
    Ftrl,
    Lamb,
    Lion,
    LossScaleOptimizer,
    MultiOptimizer,
    Muon,
    Nadam,
    RMSprop,
    SGD,
    ScheduleFreeAdamW,
)
REGISTRY = Registry("optimizer", MEMBERS, ignore_case=True, accepts=lambda x: isinstance(x, Optimizer))


@keras_export("keras.optimizers.serialize")
def serialize(optimizer):
    """Describes an optimizer by plain values.

    Args:
        optimizer: An `Optimizer`.

    Returns:
        A config.

    Example:

    >>> keras.optimizers.serialize(keras.optimizers.SGD())["class_name"]
    'SGD'
    """
    return REGISTRY.serialize(optimizer)


@keras_export("keras.optimizers.deserialize")
def deserialize(config, custom_objects=None):
    """Builds an optimizer from its config.

    Args:
        config: What `serialize` returned, or a name.
        custom_objects: Optional dict of name → class or function.

    Returns:
        An `Optimizer`.

    Example:

    >>> keras.optimizers.deserialize({"class_name": "SGD", "config": {"momentum": 0.5}}).momentum
    0.5
    """
    return REGISTRY.deserialize(config, custom_objects)


@keras_export("keras.optimizers.get")
def get(identifier):
    """Turns a name, config, class, optimizer or None into an optimizer.

    Args:
        identifier: For example `"adam"`, in any case, or `keras.optimizers.Adam`.

    Returns:
        An `Optimizer`; None for None.

    Raises:
        ValueError: The name is unknown, or the identifier is of no such type.

    Example:

    >>> type(keras.optimizers.get("sgd")).__name__
    'SGD'
    """
    return REGISTRY.get(identifier)
