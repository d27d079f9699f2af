"""What property tests ask of the engine."""

import torch

CAN_COMPILE = True
CAN_DIFFERENTIATE = True
DISTRIBUTIONS = ("data", "sharded", "model")
JOBS = NOTICES_DEATH = True


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
