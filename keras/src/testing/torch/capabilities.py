"""What property tests ask of the engine."""

import time

import torch
from torch.profiler import ProfilerActivity, profile

CAN_COMPILE = True
CAN_DIFFERENTIATE = True
DISTRIBUTIONS = ("data", "sharded", "model")
JOBS = NOTICES_DEATH = True
ROUNDS_SUMS_ONCE = tuple((kind, name) for kind in DISTRIBUTIONS for name in ("mlp", "convnet", "transformer"))


def own_numbers():
    """Numbers drawn from the engine's own state."""
    return torch.rand(4).numpy()


def compiled(function):
    """`function` as one graph of Dynamo (run eagerly: code generation is not in question), and the number of its traces."""
    traces = []

    def backend(graph_module, example_inputs):
        traces.append(1)
        return graph_module.forward

    torch._dynamo.reset()
    return torch.compile(function, fullgraph=True, backend=backend, dynamic=False), lambda: len(traces)


def gradients(function, args):
    """Gradients of the sum of the elements of `function(*args)` with respect to each argument."""
    leaves = [a.detach().clone().requires_grad_(True) for a in args]
    return torch.autograd.grad(function(*leaves).sum(), leaves, allow_unused=True, materialize_grads=True)


def mapped(function, tensors):
    """`function` over the leading dimension of the tensors at once."""
    return torch.func.vmap(function, randomness="different")(*tensors)


def exported(function, tensors):
    """The graph of a module that runs `function`, by `torch.export`."""

    class Module(torch.nn.Module):
        def forward(self, *given):
            return function(*given)

    return torch.export.export(Module(), tuple(tensors), strict=False).module()


def memory_of(make, change):
    """Bytes during `change(make())`, at most, and after it, beyond those before."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        made = make()
        start = time.time_ns()
        change(made)
    events = [event for event in profiler.profiler.kineto_results.events() if event.name() == "[memory]"]
    held = peak = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        if event.start_ns() >= start:
            held += event.nbytes()
            peak = max(peak, held)
    return peak, held
