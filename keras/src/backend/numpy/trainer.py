"""Inference on NumPy: steps run as they are."""

from keras.src.backend.common.training import Engine, StatefulSteps

COMPILES_STEPS = False


class TrainSteps(StatefulSteps):
    """The public steps of a model on this engine; it has no gradients."""
