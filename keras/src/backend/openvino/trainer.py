"""Inference on OpenVINO: steps run as they are."""

from keras.src.backend.common.training import Engine as CommonEngine
from keras.src.backend.common.training import StatefulSteps


class TrainSteps(StatefulSteps):
    """The public steps of a model on this engine; it has no gradients."""


class Engine(CommonEngine):
    """Runs steps one by one."""
