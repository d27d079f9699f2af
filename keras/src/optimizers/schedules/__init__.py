"""Schedules: learning rates that depend on the step."""

from keras.src.api_export import keras_export
from keras.src.optimizers.schedules.learning_rate_schedule import (
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    LearningRateSchedule,
    PiecewiseConstantDecay,
    PolynomialDecay,
)
from keras.src.saving.registry import Registry

__all__ = ["LearningRateSchedule", "deserialize", "serialize"]

MEMBERS = (
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
)
REGISTRY = Registry("learning rate schedule", MEMBERS, instantiate=False)


@keras_export("keras.optimizers.schedules.serialize")
def serialize(learning_rate_schedule):
    """Describes a schedule by plain values.

    Args:
        learning_rate_schedule: A `LearningRateSchedule`.

    Returns:
        A config.

    Example:

    >>> schedules = keras.optimizers.schedules
    >>> schedules.serialize(schedules.CosineDecay(0.1, 10))["class_name"]
    'CosineDecay'
    """
    return REGISTRY.serialize(learning_rate_schedule)


@keras_export("keras.optimizers.schedules.deserialize")
def deserialize(config, custom_objects=None):
    """Builds a schedule from its config.

    Args:
        config: What `serialize` returned.
        custom_objects: Optional dict of name → class.

    Returns:
        A `LearningRateSchedule`.

    Example:

    >>> schedules = keras.optimizers.schedules
    >>> schedules.deserialize(schedules.serialize(schedules.CosineDecay(0.1, 10))).decay_steps
    10
    """
    return REGISTRY.deserialize(config, custom_objects)
