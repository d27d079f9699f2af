"""Kernels of `keras.ops.numpy` that work element by element."""

import torch
from torch import (
    add,
    angle,
    bitwise_and,
    bitwise_left_shift,
    bitwise_not,
    bitwise_or,
    bitwise_right_shift,
    bitwise_xor,
    ceil,
    cos,
    cosh,
    deg2rad,
    divide,
    exp,
    exp2,
    expm1,
    floor,
    fmax,
    fmin,
    gcd,
    hypot,
    i0,
    isclose,
    isfinite,
    isinf,
    isnan,
    isneginf,
    isposinf,
    isreal,
    lcm,
    log,
    log1p,
    log2,
    log10,
    logaddexp,
    logaddexp2,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    nan_to_num,
    negative,
    nextafter,
    rad2deg,
    real,
    reciprocal,
    sign,
    signbit,
    sin,
    sinc,
    sinh,
    sqrt,
    square,
    subtract,
    tan,
    tanh,
)

from keras.src.backend.common.dtypes import result_type
from keras.src.backend.torch.core import convert_to_tensor, get_device
from keras.src.backend.torch.dtypes import to_engine_dtype
from keras.src.backend.torch.numpy.indexing import nonzero

arccos = torch.acos
arccosh = torch.acosh
arcsin = torch.asin
arcsinh = torch.asinh
arctan = torch.atan
arctan2 = torch.atan2
arctanh = torch.atanh
left_shift = torch.bitwise_left_shift
bitwise_invert = torch.bitwise_not
right_shift = torch.bitwise_right_shift
true_divide = torch.divide
multiply = torch.mul

_LIMITS = (bool, int, float, type(None))

SCALAR_OPERANDS = {
    "add",
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "divide",
    "equal",
    "floor_divide",
    "greater",
    "greater_equal",
    "left_shift",
    "less",
    "less_equal",
    "maximum",
    "minimum",
    "mod",
    "multiply",
    "not_equal",
    "power",
    "right_shift",
    "subtract",
    "true_divide",
    "where",
}


def _tensor_first(function, swapped):
    """A comparison that PyTorch knows with a number on the right only, for a number on either side."""

    def kernel(x1, x2):
        return function(x1, x2) if isinstance(x1, torch.Tensor) else swapped(x2, x1)

    return kernel


equal = _tensor_first(torch.eq, torch.eq)
not_equal = _tensor_first(torch.ne, torch.ne)
less = _tensor_first(torch.lt, torch.gt)
less_equal = _tensor_first(torch.le, torch.ge)
greater = _tensor_first(torch.gt, torch.lt)
greater_equal = _tensor_first(torch.ge, torch.le)


def _with_bools(function, for_bools):
    """A kernel for a function that PyTorch lacks for bools."""

    def kernel(*args):
        return function(*args) if getattr(args[-1], "dtype", None) is not torch.bool else for_bools(*args)

    return kernel


absolute = _with_bools(torch.abs, lambda x: x)
trunc = _with_bools(torch.trunc, lambda x: x)
power = _with_bools(torch.pow, lambda x1, x2: torch.logical_or(x1, torch.logical_not(x2)))


def conjugate(x):
    return torch.conj_physical(x) if x.is_complex() else x


def imag(x):
    return torch.imag(x) if x.is_complex() else torch.zeros_like(x)


def cbrt(x):
    return torch.sign(x) * torch.abs(x).pow(1.0 / 3.0)


def divide_no_nan(x1, x2):
    zero = x2 == 0
    return torch.where(zero, 0.0, x1 / torch.where(zero, 1.0, x2))


def _integer_safe(function):
    """A division that gives 0 where integers are divided by 0, as NumPy does; PyTorch raises on a CPU."""

    def kernel(x1, x2):
        if not isinstance(x1, torch.Tensor) or x1.is_floating_point():
            return function(x1, x2)
        if x1.dtype is torch.bool:
            return torch.logical_and(x1, x2)
        zero = torch.eq(torch.as_tensor(x2, dtype=x1.dtype, device=x1.device), 0)
        return torch.where(zero, 0, function(x1, torch.where(zero, 1, x2)))

    return kernel


floor_divide = _integer_safe(torch.floor_divide)
mod = _integer_safe(torch.remainder)
fmod = _integer_safe(torch.fmod)


def heaviside(x1, x2):
    return torch.where(x1 == 0, x2, torch.where(x1 > 0, 1.0, x1.clamp(-0.0, 0.0)).to(x2.dtype))


def round(x, decimals=0):
    if x.is_floating_point():
        return torch.round(x, decimals=decimals)
    if x.is_complex():
        return torch.complex(torch.round(x.real, decimals=decimals), torch.round(x.imag, decimals=decimals))
    return x if decimals >= 0 else torch.round(x.double(), decimals=decimals).to(x.dtype)


def clip(x, x_min, x_max):
    if type(x_min) not in _LIMITS or type(x_max) not in _LIMITS:
        x_min, x_max = _limit_tensor(x_min, x), _limit_tensor(x_max, x)
    if x_min is None and x_max is None:
        return x
    if x.is_floating_point():
        return torch.clamp(x, x_min, x_max)
    wide = x.to(torch.int32) if x.dtype is torch.bool else x
    return torch.clamp(wide, _within(x_min, wide.dtype), _within(x_max, wide.dtype)).to(x.dtype)


def _within(limit, dtype):
    """A limit of integers; a number beyond their range means its end."""
    if type(limit) is not int:
        return limit
    bounds = torch.iinfo(dtype)
    return bounds.min if limit < bounds.min else bounds.max if limit > bounds.max else limit


def _limit_tensor(limit, x):
    return None if limit is None else convert_to_tensor(limit).to(x)


def _extreme(of_tensors, of_number, of_bools):
    """The larger or the smaller one of two tensors, or of a tensor and a number."""

    def kernel(x1, x2):
        if isinstance(x1, torch.Tensor) and isinstance(x2, torch.Tensor):
            return of_tensors(x1, x2)
        x, number = (x1, x2) if isinstance(x1, torch.Tensor) else (x2, x1)
        return of_bools(x, torch.tensor(number)) if x.dtype is torch.bool else of_number(x, number)

    return kernel


maximum = _extreme(torch.maximum, torch.clamp_min, torch.logical_or)
minimum = _extreme(torch.minimum, torch.clamp_max, torch.logical_and)


def where(condition, x1=None, x2=None):
    if x1 is None and x2 is None:
        return nonzero(condition)
    if not isinstance(condition, torch.Tensor):
        condition = torch.as_tensor(condition, device=get_device())
    if not isinstance(x1, torch.Tensor) and not isinstance(x2, torch.Tensor):
        x1 = torch.full((), x1, dtype=to_engine_dtype(result_type(type(x1), type(x2))), device=condition.device)
    return torch.where(condition, x1, x2)
