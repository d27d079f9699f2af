"""Updates of all variables at once, by PyTorch's fused and multi-tensor kernels.

`fused_update` knows the rules of the optimizers that are used most; any other runs as it is written in
`keras/src/optimizers`.
"""

import functools

import numpy as np
import torch

from keras.src.backend.torch.placed import PLACED, local


def fused_update(update):
    """Updates variables by gradients, where the rule of the optimizer is known here; those that decay do so first.

    Args:
        update: A `keras.src.optimizers.update.Update`.

    Returns:
        Whether it was done.
    """
    optimizer, gradients, variables = update.optimizer, list(update.gradients), update.variables
    if PLACED.kinds:
        gradients = _parts(gradients, variables)
    rule = _RULES.get((type(optimizer).__module__, type(optimizer).__name__))
    if rule is None or not _is_plain(gradients, variables):
        return False
    parameters, rate, decaying = _values(variables), _number(update.learning_rate), update.decaying()
    with torch.no_grad():
        if len(decaying) == len(variables) and rule is _adam and not optimizer.amsgrad:
            return _adam(update, gradients, parameters, rate, optimizer.weight_decay)
        if decaying:
            torch._foreach_mul_(_values(decaying), 1.0 - optimizer.weight_decay * rate)
        return rule(update, gradients, parameters, rate)


def _parts(gradients, variables):
    """What this process holds of gradients that lie as their variables do; an update of elements asks for no more."""
    return [
        local(g) if isinstance(v._value, PLACED.kinds) and g.placements == v._value.placements else g
        for g, v in zip(gradients, variables)
    ]


def _values(variables):
    values = [v._value for v in variables]
    return [local(value) for value in values] if PLACED.kinds else values


def _is_plain(gradients, variables):
    """Whether all is dense, real, of one precision, in the usual order in memory, and not being traced."""
    if torch.compiler.is_compiling():
        return False
    dtype = gradients[0].dtype
    if dtype not in (torch.float32, torch.float64):
        return False
    for gradient, variable in zip(gradients, variables):
        value = variable._value
        if type(gradient) is not torch.Tensor or gradient.dtype is not dtype:
            return False
        if value.dtype is not dtype or not value.is_contiguous():
            return False
    return True


def _number(x):
    """A Python float from a scalar; on an accelerator that waits for the device only when the value has changed."""
    if isinstance(x, (int, float)):
        return x
    tensor = getattr(x, "_value", x)
    if not tensor.is_cuda:
        return tensor.item()
    known = getattr(x, "_known_number", None)
    if known is None or known[0] != tensor._version:
        known = (tensor._version, tensor.item())
        if tensor is not x:
            x._known_number = known
    return known[1]


def _slots(update, name):
    return _values(update.slots(name))


def _step_number(update):
    """Number of the update that comes, from 1."""
    steps = update.optimizer.gradient_accumulation_steps
    done = _number(update.calls)
    return (done // steps if steps else done) + 1


def _bias_correction(optimizer, step):
    """Makes up for the means having started from zero; in single precision, as the rule has it."""
    step, one = np.float32(step), np.float32(1)
    of_square = np.sqrt(one - np.float32(optimizer.beta_2) ** step)
    return float(of_square / (one - np.float32(optimizer.beta_1) ** step))


def _adam(update, gradients, parameters, rate, decay=0.0):
    optimizer, momentum, velocity = update.optimizer, _slots(update, "momentum"), _slots(update, "velocity")
    correction = _bias_correction(optimizer, _step_number(update))
    rate = rate * correction
    if optimizer.amsgrad:
        _adam_with_largest(update, gradients, parameters, momentum, velocity, rate)
        return True
    torch._fused_adamw_(
        parameters,
        # The kernel goes through memory in its order; gradients of convolutions may lie in another one.
        [gradient.contiguous() for gradient in gradients],
        momentum,
        velocity,
        [],
        [_late_step(parameters[0].device)] * len(parameters),
        lr=rate,
        beta1=optimizer.beta_1,
        beta2=optimizer.beta_2,
        # The kernel shrinks by the product of this and the corrected rate.
        weight_decay=decay / correction,
        eps=optimizer.epsilon,
        amsgrad=False,
        maximize=False,
    )
    return True


@functools.cache
def _late_step(device):
    """A number of a step so late that PyTorch's kernel corrects nothing: the rate is corrected already."""
    return torch.full((), 1e9, device=device)


def _adam_with_largest(update, gradients, parameters, momentum, velocity, rate):
    optimizer, largest = update.optimizer, _slots(update, "velocity_hat")
    torch._foreach_lerp_(momentum, gradients, 1 - optimizer.beta_1)
    _move_squares(velocity, gradients, optimizer.beta_2)
    torch._foreach_maximum_(largest, velocity)
    root = torch._foreach_sqrt(largest)
    torch._foreach_add_(root, optimizer.epsilon)
    torch._foreach_addcdiv_(parameters, momentum, root, -rate)


def _move_squares(slots, gradients, keep):
    torch._foreach_mul_(slots, keep)
    torch._foreach_addcmul_(slots, gradients, gradients, 1 - keep)


def _sgd(update, gradients, parameters, rate):
    optimizer = update.optimizer
    if not optimizer.momentum:
        torch._foreach_add_(parameters, gradients, alpha=-rate)
        return True
    velocity = _slots(update, "momentum")
    torch._foreach_mul_(velocity, optimizer.momentum)
    torch._foreach_add_(velocity, gradients, alpha=-rate)
    if optimizer.nesterov:
        torch._foreach_add_(parameters, velocity, alpha=optimizer.momentum)
        torch._foreach_add_(parameters, gradients, alpha=-rate)
    else:
        torch._foreach_add_(parameters, velocity)
    return True


def _rmsprop(update, gradients, parameters, rate):
    optimizer, velocity = update.optimizer, _slots(update, "velocity")
    _move_squares(velocity, gradients, optimizer.rho)
    if optimizer.centered:
        mean = _slots(update, "average_gradient")
        torch._foreach_lerp_(mean, gradients, 1 - optimizer.rho)
        square = torch._foreach_addcmul(velocity, mean, mean, -1)
    else:
        square = velocity
    root = torch._foreach_add(square, optimizer.epsilon)
    torch._foreach_sqrt_(root)
    if optimizer.momentum > 0:
        steps = _slots(update, "momentum")
        torch._foreach_mul_(steps, optimizer.momentum)
        torch._foreach_addcdiv_(steps, gradients, root, rate)
        torch._foreach_sub_(parameters, steps)
    else:
        torch._foreach_addcdiv_(parameters, gradients, root, -rate)
    return True


_RULES = {
    ("keras.src.optimizers.adam", "Adam"): _adam,
    ("keras.src.optimizers.adamw", "AdamW"): _adam,
    ("keras.src.optimizers.sgd", "SGD"): _sgd,
    ("keras.src.optimizers.rmsprop", "RMSprop"): _rmsprop,
}
