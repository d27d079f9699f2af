"""Inference on OpenVINO: `predict` runs a compiled graph, `evaluate` the kernels of NumPy."""

from keras.src.backend.common.training import Engine as CommonEngine
from keras.src.backend.common.training import StatefulSteps, are_same
from keras.src.backend.openvino.compiler import Compiled
from keras.src.utils.warning_utils import warn


class TrainSteps(StatefulSteps):
    """The public steps of a model on this engine; it has no gradients."""


class Engine(CommonEngine):
    """Runs steps one by one; those of `predict` as a compiled graph, with the variables as constants."""

    def __init__(self, model):
        super().__init__(model)
        self._graph = None
        self._constants = []

    def _one_step(self, kind):
        step = super()._one_step(kind)
        if kind != "predict" or not self.model.jit_compile:
            return step

        def predict_step(batch):
            compiled = self._compiled(step)
            if compiled is None:
                return step(batch)
            try:
                return compiled(batch)
            except (NotImplementedError, RuntimeError) as error:
                self._give_up(error)
                return step(batch)

        return predict_step

    def _compiled(self, step):
        """The compiled step, made anew when a variable got another value, or the model changed; `None` once it has
        failed."""
        values = [v._value for v in self.model.variables] + self.depends_on("predict")
        if not are_same(values, self._constants):
            self._constants = values
            self._graph = Compiled(step)
        return self._graph

    def _give_up(self, error):
        """From now on, until a variable changes, steps run as they are."""
        self._graph = None
        warn(
            f"The OpenVINO graph of {self.model.name!r} could not be built, so `predict` runs on NumPy: {error}",
        )
