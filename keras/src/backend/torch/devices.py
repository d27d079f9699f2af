"""On which device new tensors live."""

import os
import threading

import torch


def _default_device():
    named = os.environ.get("KERAS_TORCH_DEVICE")
    if named:
        return named
    if torch.cuda.is_available():
        return "cuda"
    if torch.backends.mps.is_available():
        return "mps"
    if hasattr(torch, "xpu") and torch.xpu.is_available():
        return "xpu"
    return "cpu"


class _Current(threading.local):
    """The current device: its name, and what is compared with the devices of tensors all the time."""

    def __init__(self):
        self.set(_default_device())

    def set(self, device):
        self.device = device
        self.kind, _, index = device.partition(":")
        self.index = int(index) if index else None
        self.exact = torch.device(device)


_current = _Current()


def get_device():
    """Name of the device where tensors are made: that of the innermost `device_scope`, else the best at hand.

    The environment variable `KERAS_TORCH_DEVICE` overrides the choice.
    """
    return _current.device


class device_scope:
    """Context in which tensors are made on the given device.

    Args:
        device: A name such as `"cpu"`, `"gpu:0"`, `"cuda:1"` or `"meta"`, or a `torch.device`.
    """

    def __init__(self, device):
        self.device = standardize_device(device)

    def __enter__(self):
        self._outer = _current.device
        _current.set(self.device)
        return self

    def __exit__(self, *exception):
        _current.set(self._outer)


def standardize_device(device):
    """PyTorch's name of a device; the library's word for CUDA devices is `gpu`."""
    if isinstance(device, torch.device):
        return str(device)
    if not isinstance(device, str):
        raise ValueError(f"`device` must be a name such as 'cpu' or 'gpu:0'. Received: device={device!r}")
    name = device.lower()
    return "cuda" + name[3:] if name.startswith("gpu") else name


def is_here(x):
    """Whether a tensor lives on the current device."""
    device, current = x.device, _current
    # Names of devices are made anew each time that they are read.
    if device == current.exact:
        return True
    return device.type == current.kind and (current.index is None or (device.index or 0) == current.index)
