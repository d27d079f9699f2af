"""Modules of PyTorch as layers: see `keras.layers.TorchModuleWrapper`."""

import contextlib
import io

import torch

from keras.src.backend.torch.core import Variable, convert_to_numpy, get_device, to_engine_dtype
from keras.src.backend.torch.layer import EngineLayer

Module = torch.nn.Module


def hold_module(layer, module):
    """Makes a module part of a layer, as its attribute `module`, and moves it to the device of the library.

    Raises:
        TypeError: It is no module.
        ValueError: It is lazy and has no parameters yet.
    """
    if not isinstance(module, Module):
        raise TypeError(f"`module` must be a `torch.nn.Module`. Received: module={module!r} (of type {type(module)})")
    lazy = [name for name, part in module.named_modules() if _is_uninitialized(part)]
    if lazy:
        raise ValueError(
            "A lazy module must have been called once before it is wrapped, that its parameters exist. Received: "
            f"module={module!r}, where {lazy[0] or 'the module itself'!r} has none"
        )
    Module.__setattr__(layer, "module", module.to(get_device()))


def _is_uninitialized(module):
    return isinstance(module, torch.nn.modules.lazy.LazyModuleMixin) and module.has_uninitialized_params()


def module_variables(module):
    """Variables over the parameters of a module, in their order; frozen parameters are not trainable."""
    return [
        Variable(parameter, trainable=parameter.requires_grad, name=name.replace(".", "_"))
        for name, parameter in module.named_parameters()
    ]


def run_module(module, args, kwargs, training, compute_dtype):
    """Calls a module.

    Args:
        module: The module.
        args: Its positional arguments.
        kwargs: Its keyword arguments.
        training: Whether it is put into training or evaluation mode; `None` leaves it as it is.
        compute_dtype: Name of the dtype in which products are computed.
    """
    if training is not None and module.training != bool(training):
        module.train(bool(training))
    with _precision(module, compute_dtype):
        return module(*args, **kwargs)


def _precision(module, compute_dtype):
    """PyTorch's autocast, where the parameters have more digits than what is computed with."""
    dtype = to_engine_dtype(compute_dtype)
    stored = next((p.dtype for p in module.parameters() if p.is_floating_point()), dtype)
    if dtype not in (torch.float16, torch.bfloat16) or stored is dtype:
        return contextlib.nullcontext()
    return torch.autocast(get_device().partition(":")[0], dtype)


@contextlib.contextmanager
def evaluation_mode(module):
    """Context in which a module does not train, and after which it is as before."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, mode in modes:
            part.training = mode


def module_state(module):
    """Arrays of all parameters and buffers by name."""
    return {name: convert_to_numpy(x) for name, x in module.state_dict().items() if isinstance(x, torch.Tensor)}


def set_module_state(module, arrays):
    """Writes arrays into the parameters and buffers of a module.

    Raises:
        ValueError: Names or shapes are not those of the module.
    """
    own = {name: x for name, x in module.state_dict().items() if isinstance(x, torch.Tensor)}
    if own.keys() != arrays.keys():
        raise ValueError(
            f"The module has the parameters and buffers {sorted(own)}. Received values for: {sorted(arrays)}"
        )
    for name, x in own.items():
        if tuple(arrays[name].shape) != tuple(x.shape):
            raise ValueError(
                f"{name!r} of the module has the shape {tuple(x.shape)}. Received: a value of shape "
                f"{tuple(arrays[name].shape)}"
            )
    with torch.no_grad():
        for name, x in own.items():
            x.copy_(torch.as_tensor(arrays[name]))


def pickled_module(module):
    """A module as bytes."""
    buffer = io.BytesIO()
    torch.save(module, buffer)
    return buffer.getvalue()


def module_of_pickle(data):
    """The module in bytes that `pickled_module` gave. Reading them can run any code."""
    return torch.load(io.BytesIO(data), weights_only=False, map_location=get_device())


def wrap_modules_by(wrapper):
    """Says by which layer a module is wrapped that becomes an attribute of a layer.

    Args:
        wrapper: Function of the module.
    """
    EngineLayer.wrap_module = staticmethod(wrapper)
