"""Gradients given by hand, and recomputation."""

import functools

import torch
from torch.utils import checkpoint

from keras.src.backend.common.repeatable import Repeatable
from keras.src.backend.common.variables import Variable


class _CustomGradient(torch.autograd.Function):
    """For eager code and for `torch.compile`, which follows what stands on `ctx`."""

    @staticmethod
    def forward(ctx, function, *tensors):
        results, ctx.gradient = function(*tensors)
        ctx.save_for_backward(*_tensors_of(tensors))
        return _apart(results, tensors)

    @staticmethod
    def backward(ctx, *upstream):
        return (None, *_gradients(ctx.gradient, ctx.saved_tensors, upstream))


class _Box:
    gradient = None


class _TransformableCustomGradient(torch.autograd.Function):
    """For `torch.func`, which wants `forward` without `ctx`; the gradient function travels in a box."""

    generate_vmap_rule = True

    @staticmethod
    def forward(function, box, *tensors):
        results, box.gradient = function(*tensors)
        return _apart(results, tensors)

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.box = inputs[1]
        ctx.save_for_backward(*_tensors_of(inputs[2:]))

    @staticmethod
    def backward(ctx, *upstream):
        return (None, None, *_gradients(ctx.box.gradient, ctx.saved_tensors, upstream))


def _apart(results, tensors):
    """Results of which none is an argument: PyTorch would take it for a view, which `y += 1` must not change."""
    if isinstance(results, (tuple, list)):
        return type(results)([_apart(x, tensors) for x in results])
    return results.clone() if any(results is x for x in tensors) and torch.is_tensor(results) else results


def _tensors_of(values):
    return [x if isinstance(x, torch.Tensor) else None for x in values]


def _gradients(function, tensors, upstream):
    """The gradient of each tensor argument, from the function's own gradient function."""
    if _wants_upstream_by_name(function):
        found = function(*tensors, upstream=upstream[0] if len(upstream) == 1 else upstream)
    else:
        found = function(*upstream)
    found = tuple(found) if isinstance(found, (tuple, list)) else (found,)
    return (*found, *[None] * (len(tensors) - len(found)))


def _wants_upstream_by_name(function):
    if torch.compiler.is_compiling() or not hasattr(function, "__code__"):
        return False  # Dynamo does not read signatures
    code = function.__code__
    keyword_only = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    return "upstream" in keyword_only and "upstream" not in (function.__kwdefaults__ or {})


def custom_gradient(f):
    """Wraps a function that returns its results and the function of their gradients.

    Args:
        f: Callable that returns `(results, gradient)`, where `gradient` takes the gradient of each result and returns
            that of each argument.

    Returns:
        Callable that returns the results only.
    """

    @functools.wraps(f)
    def wrapped(*args, **kwargs):
        args = [x.value if isinstance(x, Variable) else x for x in args]
        function = functools.partial(f, **kwargs) if kwargs else f
        if torch._C._are_functorch_transforms_active():
            return _TransformableCustomGradient.apply(function, _Box(), *args)
        if not torch.is_grad_enabled():
            return function(*args)[0]
        return _CustomGradient.apply(function, *args)

    return wrapped


def remat(f):
    """Wraps a function so that what it computes on the way is computed again for the gradients, instead of being kept.

    Args:
        f: Callable on tensors.

    Returns:
        Callable with the same results.
    """

    @functools.wraps(f)
    def wrapped(*args, **kwargs):
        call = Repeatable(f, args, kwargs, torch.is_tensor, lambda variable: variable._own_value().detach().clone())
        return call.finish(checkpoint.checkpoint(call, *call.tensors, use_reentrant=False))

    return wrapped
