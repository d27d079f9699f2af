"""Kernels of `keras.ops.numpy` that make tensors from sizes and numbers."""

import torch

from keras.src.backend import config
from keras.src.backend.torch.core import convert_to_tensor
from keras.src.backend.torch.devices import get_device
from keras.src.backend.torch.dtypes import to_engine_dtype

copy = torch.clone


def zeros(shape, dtype):
    return torch.zeros(shape, dtype=to_engine_dtype(dtype), device=get_device())


def ones(shape, dtype):
    return torch.ones(shape, dtype=to_engine_dtype(dtype), device=get_device())


def empty(shape, dtype):
    return torch.empty(shape, dtype=to_engine_dtype(dtype), device=get_device())


def full(shape, fill_value, dtype):
    dtype = to_engine_dtype(dtype)
    if isinstance(fill_value, (bool, int, float, complex)):
        return torch.full(shape, fill_value, dtype=dtype, device=get_device())
    return convert_to_tensor(fill_value, dtype).broadcast_to(shape).clone()


def zeros_like(x, dtype):
    return torch.zeros_like(x, dtype=to_engine_dtype(dtype))


def ones_like(x, dtype):
    return torch.ones_like(x, dtype=to_engine_dtype(dtype))


def empty_like(x, dtype):
    return torch.empty_like(x, dtype=to_engine_dtype(dtype))


def full_like(x, fill_value, dtype):
    dtype = to_engine_dtype(dtype)
    if isinstance(fill_value, (bool, int, float, complex)):
        return torch.full_like(x, fill_value, dtype=dtype)
    return convert_to_tensor(fill_value, dtype).to(x.device).broadcast_to(x.shape).clone()


def array(x, dtype):
    return x


def arange(start, stop, step, dtype):
    if stop is None:
        if step is None:
            return torch.arange(start, dtype=to_engine_dtype(dtype), device=get_device())
        start, stop = 0, start
    return torch.arange(start, stop, 1 if step is None else step, dtype=to_engine_dtype(dtype), device=get_device())


def _wide(x):
    """The dtype in which to space numbers that end in the dtype of `x`."""
    if x.is_complex():
        return x.dtype
    return torch.float32 if x.device.type == "mps" else torch.float64


def _spaced(start, stop, num, endpoint):
    """Spaced numbers along the last dimension, before they are rounded, and their distance."""
    wide = _wide(start)
    start, stop = torch.broadcast_tensors(start.to(wide), stop.to(wide))
    parts = num - 1 if endpoint else num
    distance = (stop - start) / parts if parts > 0 else torch.full_like(start, float("nan"))
    numbers = torch.arange(num, dtype=wide, device=start.device)
    if parts > 0:
        numbers = numbers * distance.unsqueeze(-1)
    numbers = numbers + start.unsqueeze(-1)
    if endpoint and num > 1:
        numbers = torch.cat([numbers[..., :-1], stop.unsqueeze(-1)], -1)
    return numbers, distance


def _settled(numbers, dtype, axis):
    if not (dtype.is_floating_point or dtype.is_complex):
        numbers = torch.floor(numbers)
    return numbers.to(dtype).movedim(-1, axis)


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    numbers, distance = _spaced(start, stop, num, endpoint)
    dtype = to_engine_dtype(dtype)
    numbers = _settled(numbers, dtype, axis)
    return (numbers, distance.to(dtype)) if retstep else numbers


def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    wide = _wide(start)
    start, stop = torch.broadcast_tensors(start.to(wide), stop.to(wide))
    exponents, _ = _spaced(torch.zeros_like(start), torch.ones_like(start), num, endpoint)
    numbers = start.unsqueeze(-1) * (stop / start).unsqueeze(-1) ** exponents
    if endpoint and num > 1:
        numbers = torch.cat([numbers[..., :-1], stop.unsqueeze(-1)], -1)
    return _settled(numbers, to_engine_dtype(dtype), axis)


def _offsets(rows, columns):
    """Column number minus row number."""
    columns = rows if columns is None else columns
    return torch.arange(int(columns), device=get_device()) - torch.arange(int(rows), device=get_device()).unsqueeze(-1)


def eye(N, M=None, k=0, dtype=None):
    return (_offsets(N, M) == k).to(to_engine_dtype(dtype))


def tri(N, M=None, k=0, dtype=None):
    return (_offsets(N, M) <= k).to(to_engine_dtype(dtype))


def _window(function, **settings):
    window = function(periodic=False, dtype=torch.float32, device=get_device(), **settings)
    return window.to(to_engine_dtype(config.floatx()))


def bartlett(x):
    return _window(torch.bartlett_window, window_length=int(x))


def blackman(x):
    return _window(torch.blackman_window, window_length=int(x))


def hamming(x):
    return _window(torch.hamming_window, window_length=int(x))


def hanning(x):
    return _window(torch.hann_window, window_length=int(x))


def kaiser(x, beta):
    return _window(torch.kaiser_window, window_length=int(x), beta=float(beta))
