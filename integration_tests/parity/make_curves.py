"""Writes the losses of the runs of `training_runs.py` by the library whose name is `keras` where this runs.

    KERAS_BACKEND=torch python integration_tests/parity/make_curves.py curves.json

The stored file was made by Keras 3.15.1 on torch.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import torch  # noqa: E402
import training_runs as runs  # noqa: E402


class TorchGradients:
    """Gradients as a step on torch finds them by hand."""

    def gradients_of(self, loss, variables):
        self.zero_grad()
        value = loss()
        value.backward()
        return value.detach(), [variable.value.grad for variable in variables]

    def train_step(self, data):
        with torch.enable_grad():
            x, noise = data[0] if isinstance(data[0], (tuple, list)) else data
            loss, gradients = self.gradients_of(lambda: self.negative_elbo(x, noise), self.trainable_variables)
        with torch.no_grad():
            self.optimizer.apply(gradients, self.trainable_variables)
        self.loss_mean.update_state(loss)
        return {"loss": self.loss_mean.result()}


def main(path):
    curves = {}
    for name in runs.MODELS:
        model = runs.build(name, 0, TorchGradients)
        runs.reset(model, name)
        curve = runs.losses(model, name)
        drawn = runs.late_losses(runs.build(name, runs.RATE, TorchGradients), name, range(20))
        curves[name] = {"losses": curve, "late_losses": drawn}
        print(name, curve[0], curve[-1], sum(drawn) / len(drawn))
    pathlib.Path(path).write_text(json.dumps(curves, indent=1))


if __name__ == "__main__":
    main(sys.argv[1])
