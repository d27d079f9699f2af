"""Kernels of `keras.ops.numpy`: element-wise ones here, the other themes in the modules beside."""

import torch
from torch import (
    acos as arccos,
)
from torch import (
    acosh as arccosh,
)
from torch import (
    add as add,
)
from torch import (
    angle as angle,
)
from torch import (
    asin as arcsin,
)
from torch import (
    asinh as arcsinh,
)
from torch import (
    atan as arctan,
)
from torch import (
    atan2 as arctan2,
)
from torch import (
    atanh as arctanh,
)
from torch import (
    bitwise_and as bitwise_and,
)
from torch import (
    bitwise_left_shift as bitwise_left_shift,
)
from torch import (
    bitwise_left_shift as left_shift,
)
from torch import (
    bitwise_not as bitwise_invert,
)
from torch import (
    bitwise_not as bitwise_not,
)
from torch import (
    bitwise_or as bitwise_or,
)
from torch import (
    bitwise_right_shift as bitwise_right_shift,
)
from torch import (
    bitwise_right_shift as right_shift,
)
from torch import (
    bitwise_xor as bitwise_xor,
)
from torch import (
    ceil as ceil,
)
from torch import (
    cos as cos,
)
from torch import (
    cosh as cosh,
)
from torch import (
    deg2rad as deg2rad,
)
from torch import (
    divide as divide,
)
from torch import (
    divide as true_divide,
)
from torch import (
    exp as exp,
)
from torch import (
    exp2 as exp2,
)
from torch import (
    expm1 as expm1,
)
from torch import (
    floor as floor,
)
from torch import (
    fmax as fmax,
)
from torch import (
    fmin as fmin,
)
from torch import (
    gcd as gcd,
)
from torch import (
    hypot as hypot,
)
from torch import (
    i0 as i0,
)
from torch import (
    isclose as isclose,
)
from torch import (
    isfinite as isfinite,
)
from torch import (
    isinf as isinf,
)
from torch import (
    isnan as isnan,
)
from torch import (
    isneginf as isneginf,
)
from torch import (
    isposinf as isposinf,
)
from torch import (
    isreal as isreal,
)
from torch import (
    lcm as lcm,
)
from torch import (
    log as log,
)
from torch import (
    log1p as log1p,
)
from torch import (
    log2 as log2,
)
from torch import (
    log10 as log10,
)
from torch import (
    logaddexp as logaddexp,
)
from torch import (
    logaddexp2 as logaddexp2,
)
from torch import (
    logical_and as logical_and,
)
from torch import (
    logical_not as logical_not,
)
from torch import (
    logical_or as logical_or,
)
from torch import (
    logical_xor as logical_xor,
)
from torch import (
    maximum as maximum,
)
from torch import (
    minimum as minimum,
)
from torch import (
    mul as multiply,
)
from torch import (
    nan_to_num as nan_to_num,
)
from torch import (
    negative as negative,
)
from torch import (
    nextafter as nextafter,
)
from torch import (
    rad2deg as rad2deg,
)
from torch import (
    real as real,
)
from torch import (
    reciprocal as reciprocal,
)
from torch import (
    remainder as mod,
)
from torch import (
    sign as sign,
)
from torch import (
    signbit as signbit,
)
from torch import (
    sin as sin,
)
from torch import (
    sinc as sinc,
)
from torch import (
    sinh as sinh,
)
from torch import (
    sqrt as sqrt,
)
from torch import (
    square as square,
)
from torch import (
    subtract as subtract,
)
from torch import (
    tan as tan,
)
from torch import (
    tanh as tanh,
)

from keras.src.backend.common.dtypes import result_type
from keras.src.backend.torch.core import convert_to_tensor
from keras.src.backend.torch.dtypes import to_engine_dtype
from keras.src.backend.torch.numpy_creation import (
    arange as arange,
)
from keras.src.backend.torch.numpy_creation import (
    array as array,
)
from keras.src.backend.torch.numpy_creation import (
    bartlett as bartlett,
)
from keras.src.backend.torch.numpy_creation import (
    blackman as blackman,
)
from keras.src.backend.torch.numpy_creation import (
    copy as copy,
)
from keras.src.backend.torch.numpy_creation import (
    empty as empty,
)
from keras.src.backend.torch.numpy_creation import (
    empty_like as empty_like,
)
from keras.src.backend.torch.numpy_creation import (
    eye as eye,
)
from keras.src.backend.torch.numpy_creation import (
    full as full,
)
from keras.src.backend.torch.numpy_creation import (
    full_like as full_like,
)
from keras.src.backend.torch.numpy_creation import (
    geomspace as geomspace,
)
from keras.src.backend.torch.numpy_creation import (
    hamming as hamming,
)
from keras.src.backend.torch.numpy_creation import (
    hanning as hanning,
)
from keras.src.backend.torch.numpy_creation import (
    kaiser as kaiser,
)
from keras.src.backend.torch.numpy_creation import (
    linspace as linspace,
)
from keras.src.backend.torch.numpy_creation import (
    ones as ones,
)
from keras.src.backend.torch.numpy_creation import (
    ones_like as ones_like,
)
from keras.src.backend.torch.numpy_creation import (
    tri as tri,
)
from keras.src.backend.torch.numpy_creation import (
    zeros as zeros,
)
from keras.src.backend.torch.numpy_creation import (
    zeros_like as zeros_like,
)
from keras.src.backend.torch.numpy_indexing import (
    argpartition as argpartition,
)
from keras.src.backend.torch.numpy_indexing import (
    argsort as argsort,
)
from keras.src.backend.torch.numpy_indexing import (
    diag as diag,
)
from keras.src.backend.torch.numpy_indexing import (
    diagflat as diagflat,
)
from keras.src.backend.torch.numpy_indexing import (
    diagonal as diagonal,
)
from keras.src.backend.torch.numpy_indexing import (
    digitize as digitize,
)
from keras.src.backend.torch.numpy_indexing import (
    get_item as get_item,
)
from keras.src.backend.torch.numpy_indexing import (
    isin as isin,
)
from keras.src.backend.torch.numpy_indexing import (
    nonzero as nonzero,
)
from keras.src.backend.torch.numpy_indexing import (
    searchsorted as searchsorted,
)
from keras.src.backend.torch.numpy_indexing import (
    sort as sort,
)
from keras.src.backend.torch.numpy_indexing import (
    take as take,
)
from keras.src.backend.torch.numpy_indexing import (
    take_along_axis as take_along_axis,
)
from keras.src.backend.torch.numpy_indexing import (
    tril as tril,
)
from keras.src.backend.torch.numpy_indexing import (
    triu as triu,
)
from keras.src.backend.torch.numpy_indexing import (
    unique as unique,
)
from keras.src.backend.torch.numpy_indexing import (
    unravel_index as unravel_index,
)
from keras.src.backend.torch.numpy_products import (
    cross as cross,
)
from keras.src.backend.torch.numpy_products import (
    dot as dot,
)
from keras.src.backend.torch.numpy_products import (
    einsum as einsum,
)
from keras.src.backend.torch.numpy_products import (
    inner as inner,
)
from keras.src.backend.torch.numpy_products import (
    kron as kron,
)
from keras.src.backend.torch.numpy_products import (
    matmul as matmul,
)
from keras.src.backend.torch.numpy_products import (
    outer as outer,
)
from keras.src.backend.torch.numpy_products import (
    slogdet as slogdet,
)
from keras.src.backend.torch.numpy_products import (
    tensordot as tensordot,
)
from keras.src.backend.torch.numpy_products import (
    trace as trace,
)
from keras.src.backend.torch.numpy_products import (
    vdot as vdot,
)
from keras.src.backend.torch.numpy_reductions import (
    all as all,
)
from keras.src.backend.torch.numpy_reductions import (
    amax as amax,
)
from keras.src.backend.torch.numpy_reductions import (
    amin as amin,
)
from keras.src.backend.torch.numpy_reductions import (
    any as any,
)
from keras.src.backend.torch.numpy_reductions import (
    argmax as argmax,
)
from keras.src.backend.torch.numpy_reductions import (
    argmin as argmin,
)
from keras.src.backend.torch.numpy_reductions import (
    bincount as bincount,
)
from keras.src.backend.torch.numpy_reductions import (
    correlate as correlate,
)
from keras.src.backend.torch.numpy_reductions import (
    count_nonzero as count_nonzero,
)
from keras.src.backend.torch.numpy_reductions import (
    cumprod as cumprod,
)
from keras.src.backend.torch.numpy_reductions import (
    cumsum as cumsum,
)
from keras.src.backend.torch.numpy_reductions import (
    diff as diff,
)
from keras.src.backend.torch.numpy_reductions import (
    histogram as histogram,
)
from keras.src.backend.torch.numpy_reductions import (
    max as max,
)
from keras.src.backend.torch.numpy_reductions import (
    mean as mean,
)
from keras.src.backend.torch.numpy_reductions import (
    min as min,
)
from keras.src.backend.torch.numpy_reductions import (
    nanmean as nanmean,
)
from keras.src.backend.torch.numpy_reductions import (
    nanquantile as nanquantile,
)
from keras.src.backend.torch.numpy_reductions import (
    nansum as nansum,
)
from keras.src.backend.torch.numpy_reductions import (
    prod as prod,
)
from keras.src.backend.torch.numpy_reductions import (
    quantile as quantile,
)
from keras.src.backend.torch.numpy_reductions import (
    std as std,
)
from keras.src.backend.torch.numpy_reductions import (
    sum as sum,
)
from keras.src.backend.torch.numpy_reductions import (
    trapezoid as trapezoid,
)
from keras.src.backend.torch.numpy_reductions import (
    vander as vander,
)
from keras.src.backend.torch.numpy_reductions import (
    var as var,
)
from keras.src.backend.torch.numpy_shapes import (
    broadcast_to as broadcast_to,
)
from keras.src.backend.torch.numpy_shapes import (
    concatenate as concatenate,
)
from keras.src.backend.torch.numpy_shapes import (
    dstack as dstack,
)
from keras.src.backend.torch.numpy_shapes import (
    expand_dims as expand_dims,
)
from keras.src.backend.torch.numpy_shapes import (
    flip as flip,
)
from keras.src.backend.torch.numpy_shapes import (
    fliplr as fliplr,
)
from keras.src.backend.torch.numpy_shapes import (
    flipud as flipud,
)
from keras.src.backend.torch.numpy_shapes import (
    hstack as hstack,
)
from keras.src.backend.torch.numpy_shapes import (
    moveaxis as moveaxis,
)
from keras.src.backend.torch.numpy_shapes import (
    pad as pad,
)
from keras.src.backend.torch.numpy_shapes import (
    ravel as ravel,
)
from keras.src.backend.torch.numpy_shapes import (
    repeat as repeat,
)
from keras.src.backend.torch.numpy_shapes import (
    reshape as reshape,
)
from keras.src.backend.torch.numpy_shapes import (
    roll as roll,
)
from keras.src.backend.torch.numpy_shapes import (
    split as split,
)
from keras.src.backend.torch.numpy_shapes import (
    squeeze as squeeze,
)
from keras.src.backend.torch.numpy_shapes import (
    stack as stack,
)
from keras.src.backend.torch.numpy_shapes import (
    swapaxes as swapaxes,
)
from keras.src.backend.torch.numpy_shapes import (
    tile as tile,
)
from keras.src.backend.torch.numpy_shapes import (
    transpose as transpose,
)
from keras.src.backend.torch.numpy_shapes import (
    view as view,
)
from keras.src.backend.torch.numpy_shapes import (
    vstack as vstack,
)

_NUMBERS = (bool, int, float, complex)

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
floor_divide = _with_bools(torch.floor_divide, torch.logical_and)
power = _with_bools(torch.pow, lambda x1, x2: torch.logical_or(x1, torch.logical_not(x2)))


def conjugate(x):
    return torch.conj_physical(x) if x.is_complex() else x


def imag(x):
    return torch.imag(x) if x.is_complex() else torch.zeros_like(x)


def cbrt(x):
    return torch.sign(x) * torch.abs(x).pow(1.0 / 3.0)


def fmod(x1, x2):
    return torch.fmod(x1, x2)


def heaviside(x1, x2):
    return torch.where(x1 == 0, x2, torch.where(x1 > 0, 1.0, x1.clamp(-0.0, 0.0)).to(x2.dtype))


def round(x, decimals=0):
    if x.is_floating_point():
        return torch.round(x, decimals=decimals)
    if x.is_complex():
        return torch.complex(torch.round(x.real, decimals=decimals), torch.round(x.imag, decimals=decimals))
    return x if decimals >= 0 else torch.round(x.double(), decimals=decimals).to(x.dtype)


def clip(x, x_min, x_max):
    if x.dtype is torch.bool:
        return clip(x.to(torch.int32), x_min, x_max).to(torch.bool)
    if not _is_limit(x_min) or not _is_limit(x_max):
        x_min, x_max = _limit_tensor(x_min, x), _limit_tensor(x_max, x)
    if x_min is None and x_max is None:
        return x
    return torch.clamp(x, x_min, x_max).to(x.dtype)


def _is_limit(limit):
    return limit is None or isinstance(limit, _NUMBERS)


def _limit_tensor(limit, x):
    return None if limit is None else convert_to_tensor(limit).to(x.device)


def where(condition, x1=None, x2=None):
    if x1 is None and x2 is None:
        return nonzero(condition)
    if not isinstance(x1, torch.Tensor) and not isinstance(x2, torch.Tensor):
        x1 = torch.full((), x1, dtype=to_engine_dtype(result_type(type(x1), type(x2))), device=condition.device)
    return torch.where(condition, x1, x2)
