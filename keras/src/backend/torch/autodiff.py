"""Derivatives on PyTorch: by autograd; within compiled code and the transformations of `torch.func`, by these."""

import threading

import torch

from keras.src import tree
from keras.src.backend.common.global_state import STATE
from keras.src.backend.common.pure_call import InnerScope, PureCall
from keras.src.backend.torch.core import is_tensor

Parameter = torch.nn.Parameter


class _Depth(threading.local):
    """How many functions that are being differentiated this thread is in."""

    value = 0


_depth = _Depth()


def vjp(function, tensors, variables, once):
    """Runs a function, and prepares to carry gradients back through it: see `contract.Autodiff`."""
    if torch.compiler.is_compiling() or torch._C._are_functorch_transforms_active():
        return _by_transformation(function, tensors, variables)
    return _by_autograd(function, tensors, variables, once)


def _by_transformation(function, tensors, variables):
    call = PureCall(function, variables, is_tensor)
    values = [variable._own_value() for variable in variables]
    if not variables or isinstance(STATE.stateless_scope, InnerScope) or not torch.compiler.is_compiling():
        outputs, pullback, others = torch.func.vjp(call, tensors, values, has_aux=True)
        return outputs, call.finish(others), pullback
    # Otherwise the compiler would prepare to differentiate the whole step once more.
    values = [x.detach() for x in values]
    outputs, pullback, others = torch.func.vjp(call, tensors, values, has_aux=True)
    outputs, others = tree.map_structure(_detached, (outputs, others))
    return outputs, call.finish(others), lambda gradients: tree.map_structure(_detached, pullback(gradients))


def _by_autograd(function, tensors, variables, once):
    outer_mode = torch.is_grad_enabled()
    nested = outer_mode and _depth.value > 0
    call = None
    _depth.value += 1
    try:
        with torch.enable_grad():
            leaves = [_leaf(x, nested) for x in tensors]
            if _are_followed(variables):
                sources = [variable._value for variable in variables]
                outputs, auxiliary = function(leaves)
            else:
                call = PureCall(function, variables, is_tensor)
                sources = [_leaf(variable._own_value(), nested) for variable in variables]
                outputs, auxiliary = call(leaves, sources)
    finally:
        _depth.value -= 1
    sources = leaves + sources
    differentiable = outer_mode and (nested or _depends_on_others(outputs, tensors, sources, variables))
    results = outputs
    if not differentiable:
        results, auxiliary = tree.map_structure(_detached, (outputs, auxiliary))
    if call is not None:
        auxiliary = call.finish(auxiliary)

    def pullback(gradients):
        found = _gradients(outputs, sources, gradients, differentiable, keep=differentiable or not once)
        return found[: len(leaves)], found[len(leaves) :]

    return results, auxiliary, pullback


def _leaf(x, nested):
    """`x` as a tensor of its own: the same one may be given twice, or be used by the function in other ways."""
    if x.requires_grad and (nested or not isinstance(x, Parameter)):
        return x.view_as(x)
    return x.detach().requires_grad_()


def _are_followed(variables):
    """Whether autograd follows the variables by itself."""
    return STATE.stateless_scope is None and all(variable._value.requires_grad for variable in variables)


def _depends_on_others(outputs, tensors, sources, variables):
    """Whether autograd is to go on behind the result, to what the caller differentiates by: tensors given, or those
    that a function of tensors uses besides. Derivatives by variables are looked at again by an outer call only, since
    that costs time and memory in each step of training."""
    if any(x.requires_grad and not isinstance(x, Parameter) for x in tensors):
        return True
    own = {id(x) for x in sources}
    return not variables and any(id(leaf) not in own for leaf in _leaves_of(outputs))


def _leaves_of(outputs):
    """The tensors in which autograd's graph begins."""
    waiting = [x.grad_fn for x in outputs if x.grad_fn is not None]
    seen = set(waiting)
    while waiting:
        node = waiting.pop()
        if hasattr(node, "variable"):
            yield node.variable
        new = {after for after, _ in node.next_functions if after is not None} - seen
        seen |= new
        waiting.extend(new)


def _detached(x):
    return x.detach() if isinstance(x, torch.Tensor) and x.requires_grad else x


def _gradients(outputs, sources, gradients, differentiable, keep):
    pairs = [(x, gradient) for x, gradient in zip(outputs, gradients) if x.requires_grad]
    if not pairs or not sources:
        return [torch.zeros_like(source) for source in sources]
    outputs, gradients = zip(*pairs)
    return list(
        torch.autograd.grad(
            outputs,
            sources,
            gradients,
            retain_graph=keep,
            create_graph=differentiable,
            allow_unused=True,
            materialize_grads=True,
        )
    )
