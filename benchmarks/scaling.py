"""What a training step costs on a mesh of devices, from sizes alone: no device is needed, and nothing is measured.

    python benchmarks/scaling.py --mesh 512x8 --model 7b
    python benchmarks/scaling.py --mesh 8 --model small --batch 64 --teraflops 100 --gigabytes 50

The model is a stack of transformer blocks. For each layout (data parallel, variables divided over the batch axis, and divided over
the model axis as well) a line says what a device holds, what it sends in a step, and how computing compares with sending:

* all-reduce of the gradients among n devices: 2 (n - 1) / n of their bytes (a ring);
* all-gather of the weights, for the pass forward and once more for the one backward, and reduce-scatter of the gradients:
  (n - 1) / n of their bytes each, where variables are divided over the batch axis;
* all-reduce of activations among m devices of the model axis: two in a block forward, two backward, each of
  2 (m - 1) / m of the bytes of the device's activations;
* floating-point operations: 6 for each weight and token, and 12 x layers x width x length for each token (attention).

Ratio is the time of computing over the time of sending, as if they did not overlap: above 1 sending can hide behind computing.
"""

import argparse
import dataclasses
import math

MOST_DEVICES = 4096


@dataclasses.dataclass(frozen=True)
class Model:
    """A stack of transformer blocks.

    Args:
        layers: Number of blocks.
        width: Size of a token's vector.
        length: Tokens in a sequence.
        vocabulary: Number of tokens.
    """

    layers: int
    width: int
    length: int
    vocabulary: int

    @property
    def weights(self):
        """Number of weights: 4 projections of attention, 8 in the feed-forward part, two tables of tokens."""
        return 12 * self.layers * self.width**2 + 2 * self.vocabulary * self.width


MODELS = {
    "small": Model(12, 768, 1024, 50257),
    "1b": Model(24, 2048, 2048, 50257),
    "7b": Model(32, 4096, 4096, 32000),
    "70b": Model(80, 8192, 4096, 32000),
}


@dataclasses.dataclass(frozen=True)
class Cost:
    """What a step costs each device, in bytes and floating-point operations."""

    memory: float
    all_reduce: float
    all_gather: float
    activations: float
    flops: float

    @property
    def sent(self):
        return self.all_reduce + self.all_gather + self.activations


def ring(size, devices):
    """Bytes that each device of a ring sends so that all have (or one has its part of) an array of so many bytes."""
    return size * (devices - 1) / devices


def cost(model, batch_axis, model_axis, batch, divided, weight_bytes=2, state_bytes=12):
    """The `Cost` of a layout.

    Args:
        model: `Model`.
        batch_axis: Number of devices among which a batch is divided.
        model_axis: Number of devices among which each weight is divided.
        batch: Sequences in a batch.
        divided: Whether variables, gradients and the optimizer's state are divided over the batch axis, too.
        weight_bytes: Bytes of a weight, a gradient and an activation as they are computed with and sent.
        state_bytes: Bytes of the optimizer's copies of a weight: the weight and two moments in float32.
    """
    weights = model.weights / model_axis
    held = weights / (batch_axis if divided else 1)
    tokens = batch * model.length / batch_axis
    hidden = tokens * model.width * weight_bytes
    # What the backward pass reads is kept: about 16 vectors of a token in a block; those within are divided over the model axis.
    kept = model.layers * hidden * (4 + 12 / model_axis)
    gathered = weights * weight_bytes / model.layers if divided and batch_axis > 1 else 0
    gradients = weights * weight_bytes
    flops = tokens * (6 * model.weights + 12 * model.layers * model.width * model.length) / model_axis
    return Cost(
        memory=held * (2 * weight_bytes + state_bytes) + gathered + kept,
        all_reduce=0 if divided else 2 * ring(gradients, batch_axis),
        all_gather=3 * ring(gradients, batch_axis) if divided else 0,
        activations=4 * model.layers * 2 * ring(hidden, model_axis),
        flops=flops,
    )


def layouts(mesh):
    """Names of layouts on a mesh, with the sizes of batch and model axis, and whether variables are divided over the former."""
    devices = math.prod(mesh)
    found = [("DataParallel()", devices, 1, False), ("DataParallel(shard_variables=True)", devices, 1, True)]
    if len(mesh) == 2 and mesh[1] > 1:
        found += [("ModelParallel over axis 1", *mesh, False), ("ModelParallel over both axes", *mesh, True)]
    return found


def size(number):
    """A number of bytes in words."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if number < 1000 or unit == "TB":
            return f"{number:.1f} {unit}"
        number /= 1000


def mesh_of(text):
    """The shape that a text such as `512x8` says."""
    try:
        mesh = tuple(int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"a mesh is `8` or `512x8`, not {text!r}") from None
    if len(mesh) > 2 or min(mesh) < 1 or math.prod(mesh) > MOST_DEVICES:
        raise argparse.ArgumentTypeError(f"a mesh has one or two axes and up to {MOST_DEVICES} devices, not {text!r}")
    return mesh


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mesh", type=mesh_of, default=(8,))
    parser.add_argument("--model", choices=sorted(MODELS), default="1b")
    parser.add_argument("--batch", type=int, help="sequences in a batch of all devices; by default 4 for each device")
    parser.add_argument("--teraflops", type=float, default=200, help="what a device computes in a second, in 10^12")
    parser.add_argument("--gigabytes", type=float, default=100, help="what it sends in a second, in 10^9 bytes")
    arguments = parser.parse_args()
    model, devices = MODELS[arguments.model], math.prod(arguments.mesh)
    batch = arguments.batch or 4 * devices
    print(
        f"{arguments.model}: {model.weights / 1e9:.2f} billion weights; {devices} devices, {batch} sequences of {model.length}"
    )
    print(
        f"{'each device, in a step':<36}{'memory':>11}{'all-reduce':>12}{'all-gather':>12}{'activations':>13}{'ratio':>8}"
    )
    for name, batch_axis, model_axis, divided in layouts(arguments.mesh):
        found = cost(model, batch_axis, model_axis, batch, divided)
        sending = found.sent / (arguments.gigabytes * 1e9)
        ratio = found.flops / (arguments.teraflops * 1e12) / sending if sending else math.inf
        parts = [size(part) for part in (found.memory, found.all_reduce, found.all_gather, found.activations)]
        print(f"{name:<36}{parts[0]:>11}{parts[1]:>12}{parts[2]:>12}{parts[3]:>13}{ratio:>8.1f}")


if __name__ == "__main__":
    main()
